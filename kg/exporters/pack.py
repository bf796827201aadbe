"""The writer of packs: what counts in a snapshot, as files that a researcher can review in a diff.

Lives here: `pieces`, `documents` (pure) and `write`. May enter: snapshots, the head and the coverage table of a pack.
Never here: other formats; records that do not count (a pack holds what its authors stand for).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kg.citations import bibtex
from kg.errors import InputError
from kg.exporters.files import Written
from kg.exporters.files import write as write_file
from kg.exporters.kept import lifted
from kg.exporters.pack_claims import claims_of
from kg.exporters.pack_yaml import Flow, Row, dump
from kg.model import Entity, Text, Work, to_payload
from kg.packs import FILES, HEAD, CoverageRow, Pack
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary


def documents(
    snapshot: Snapshot, vocabulary: Vocabulary, *, pack: Pack, coverage: Sequence[CoverageRow] = ()
) -> dict[str, str]:
    """Return the files of a pack by name. See `pieces`."""
    found = pieces(snapshot, vocabulary, pack=pack, coverage=coverage)
    return {name: "".join(texts) for name, texts in found.items()}


def pieces(
    snapshot: Snapshot, vocabulary: Vocabulary, *, pack: Pack, coverage: Sequence[CoverageRow] = ()
) -> dict[str, Iterable[str]]:
    """Return the files of a pack by name, each in pieces.

    Args:
        snapshot: What to write; records that do not count, and evidence of claims or works left out, stay behind. An
            entity stands below the nearest broader one that counts.
        vocabulary: Gives the order of the kinds of entity, and says what counts.
        pack: The head; its list of files is set to what is written.
        coverage: The coverage table, when the pack has one.

    Law: `kg.importers.pack.read` of the files gives the records of the snapshot again, with the pack as contributor.

    Cost: linear; see `kg.exporters.pack_claims.claims_of` for claims. Entities and works are held as text.
    """
    counting = {id for id, entity in snapshot.entities.items() if vocabulary.status(entity.status).counts}
    entities = {
        id: lifted(entity, snapshot.entities, counting) for id, entity in snapshot.entities.items() if id in counting
    }
    entries, more = _works(snapshot.works.values(), vocabulary)
    texts: dict[str, Iterable[str]] = {
        "entities": [_entities(entities, vocabulary)],
        "claims": _or_none(claims_of(snapshot, vocabulary, entities)),
        "references": ["\n\n".join(entries) + "\n" if entries else "% no works in BibTeX\n"],
    }
    if more:
        texts["works"] = [_list(more)]
    if coverage:
        texts["coverage"] = [_list(_row(row) for row in coverage)]
    named = FILES | dict(pack.files)
    files = tuple((part, named[part]) for part in FILES if part in texts)
    return {HEAD: [_head(pack, files)], **{name: texts[part] for part, name in files}}


def write(folder: Path, texts: Mapping[str, Iterable[str]]) -> Written:
    """Write the files of a pack into a folder, each whole or not at all.

    Args:
        folder: Where to.
        texts: The files by name, each in pieces.

    Returns:
        How many bytes in all, and a SHA-256 over them, one file after the other.

    Raises:
        InputError: a file of that name is there already and is not part of a pack, or the folder cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / HEAD).exists())):
        raise InputError(f"{folder.name} is there already and is no pack", hint="name an empty or new folder")
    size, digest = 0, hashlib.sha256()

    def told(parts: Iterable[str]) -> Iterator[bytes]:
        for part in parts:
            content = part.encode()
            digest.update(content)
            yield content

    try:
        for name in texts:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise InputError(f"{folder.name} cannot be written: {fault.strerror}", hint="check space and rights") from fault
    for name, parts in texts.items():
        size += write_file(folder / name, told([parts] if isinstance(parts, str) else parts)).size
    return Written(size, digest.hexdigest())


def _or_none(parts: Iterator[str]) -> Iterator[str]:
    """Give the pieces of a list; `[]` where there are none."""
    yield next(parts, "[]\n")
    yield from parts


def _entities(entities: Mapping[str, Entity], vocabulary: Vocabulary) -> str:
    """Write entities by kind, in the order of the ontology, each below its broader one; kinds that it lacks last."""
    parts: list[str] = []
    heads = {id: f"{id} ({term.label.get('zh')})" for id, term in vocabulary.entity_types.items()}
    strange = sorted({entity.type for entity in entities.values()} - heads.keys())
    for type, head in {**heads, **{type: type for type in strange}}.items():
        own = {id: entity for id, entity in entities.items() if entity.type == type}
        if own:
            parts.append(f"# {head}\n\n" + _list(_entity(one) for one in _tree(own)))
    return "\n".join(parts) or "[]\n"


def _tree(own: Mapping[str, Entity]) -> Iterator[Entity]:
    below: dict[str | None, list[str]] = {}
    for id, entity in own.items():
        below.setdefault(entity.broader if entity.broader in own else None, []).append(id)
    waiting = sorted(below.get(None, ()), reverse=True)
    while waiting:
        id = waiting.pop()
        yield own[id]
        waiting += sorted(below.get(id, ()), reverse=True)


def _entity(entity: Entity) -> dict[str, Any]:
    record: dict[str, Any] = {"id": entity.id, "type": entity.type, "label": Flow(entity.label.document())}
    if entity.definition is not None:
        record["definition"] = entity.definition.document()
    if entity.broader is not None:
        record["broader"] = entity.broader
    if entity.aliases:
        record["aliases"] = Row(entity.aliases)
    if entity.matches:
        record["matches"] = [Flow(relation=relation, iri=iri) for relation, iri in entity.matches]
    return record


def _works(works: Iterable[Work], vocabulary: Vocabulary) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the BibTeX entries, and what BibTeX cannot say of the works."""
    entries: list[str] = []
    more: list[dict[str, Any]] = []
    for work in works:
        payload = to_payload(work)
        said = _said(work, vocabulary)
        if said is not None and said.keys() <= payload.keys():
            entries.append((work.raw or "").strip())
            payload = {name: value for name, value in payload.items() if said.get(name) != value}
        if payload:
            more.append({"id": work.id} | payload)
    return entries, more


def _said(work: Work, vocabulary: Vocabulary) -> dict[str, Any] | None:
    """Return what the work's own BibTeX entry says of it; None when it has none that reads back as one work."""
    if work.raw is None or work.raw_format != bibtex.FORMAT:
        return None
    parsed = bibtex.parse(work.raw.strip(), source=work.id)
    if parsed.failures or [entry.work.id for entry in parsed.works] != [work.id]:
        return None
    return to_payload(parsed.works[0].work.record(vocabulary))


def _row(row: CoverageRow) -> dict[str, Any]:
    record: dict[str, Any] = {"locator": row.locator}
    if row.heading is not None:
        record["heading"] = Flow(row.heading.document())
    record["statement"] = row.statement
    lists = {"claims": list(row.claims), "entities": Row(row.entities), "work_notes": Row(row.work_notes)}
    return record | {name: ids for name, ids in lists.items() if ids}


def _list(records: Iterable[Mapping[str, Any]]) -> str:
    return "\n".join(map(dump, records)) or "[]\n"


def _head(pack: Pack, files: Sequence[tuple[str, str]]) -> str:
    lines = [
        f"id = {_quoted(pack.id)}",
        f"title = {_inline(pack.title)}",
        f"version = {_quoted(pack.version)}",
        f"compiled = {pack.compiled.isoformat()}",
        f"licence = {_quoted(pack.licence)}",
        f"language = {_quoted(pack.language)}",
    ]
    if pack.seed is not None:
        lines.append(f"seed = {_quoted(pack.seed)}")
    lines += _array("notes", pack.notes) + _array("vocabulary", pack.vocabulary)
    lines += ["", "[files]", *(f"{part} = {_quoted(name)}" for part, name in files)]
    for note in pack.work_notes:
        lines += ["", "[[work_notes]]", f"work = {_quoted(note.work)}"]
        for name in ("read_through", "study_design", "experiments", "experimental_conclusions"):
            value = getattr(note, name)
            if value is not None:
                lines.append(f"{name} = {_inline(value) if isinstance(value, Text) else _quoted(value)}")
        lines += _array("notes", note.notes)
    return "\n".join(lines) + "\n"


def _array(name: str, texts: Sequence[str]) -> list[str]:
    return [f"{name} = [", *(f"  {_quoted(text)}," for text in texts), "]"] if texts else []


def _inline(text: Text) -> str:
    return "{ " + ", ".join(f"{lang} = {_quoted(value)}" for lang, value in text.document().items()) + " }"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
