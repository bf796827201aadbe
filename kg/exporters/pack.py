"""The writer of packs: what counts in a snapshot, as files that a researcher can review in a diff.

Lives here: `documents` (pure) and `write`. May enter: snapshots, the head and the coverage table of a pack.
Never here: other formats; records that do not count (a pack holds what its authors stand for).
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kg.citations import bibtex
from kg.errors import InputError
from kg.exporters.pack_yaml import Flow, Row, dump
from kg.model import Claim, Entity, Evidence, Text, Work, to_payload
from kg.packs import FILES, HEAD, CoverageRow, Pack
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary

_ITEM = (
    "work", "stance", "kind", "strength", "strength_reason", "basis", "locator", "inferred", "independence_group",
    "statement", "quote",
)  # fmt: skip
_DIGITS = re.compile(r"(\d+)")


def documents(
    snapshot: Snapshot, vocabulary: Vocabulary, *, pack: Pack, coverage: Sequence[CoverageRow] = ()
) -> dict[str, str]:
    """Return the files of a pack by name.

    Args:
        snapshot: What to write; records that do not count, and evidence of claims or works left out, stay behind.
        vocabulary: Gives the order of the kinds of entity, and says what counts.
        pack: The head; its list of files is set to what is written.
        coverage: The coverage table, when the pack has one.

    Law: `kg.importers.pack.read` of the files gives the records of the snapshot again, with the pack as contributor.

    Cost: linear; about 1 ms for three claims.
    """
    entities = {id: entity for id, entity in snapshot.entities.items() if vocabulary.status(entity.status).counts}
    claims = [
        claim
        for claim in snapshot.claims.values()
        if vocabulary.status(claim.status).counts and claim.subject in entities and claim.object in entities
    ]
    evidence = {
        claim.id: [item for item in snapshot.evidence_of(claim.id) if vocabulary.status(item.status).counts]
        for claim in claims
    }
    entries, more = _works(snapshot.works.values(), vocabulary)
    texts = {
        "entities": _entities(entities, vocabulary),
        "claims": _list(_claim(claim, items) for claim, items in _in_order(claims, evidence)),
        "references": "\n\n".join(entries) + "\n" if entries else "% no works in BibTeX\n",
    }
    if more:
        texts["works"] = _list(more)
    if coverage:
        texts["coverage"] = _list(_row(row) for row in coverage)
    named = FILES | dict(pack.files)
    files = tuple((part, named[part]) for part in FILES if part in texts)
    return {HEAD: _head(pack, files), **{name: texts[part] for part, name in files}}


def write(folder: Path, texts: Mapping[str, str]) -> None:
    """Write the files of a pack into a folder, each whole or not at all.

    Raises:
        InputError: a file of that name is there already and is not part of a pack, or the folder cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / HEAD).exists())):
        raise InputError(f"{folder.name} is there already and is no pack", hint="name an empty or new folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                "w", encoding="utf-8", dir=target.parent, delete=False, newline="\n"
            ) as new:
                new.write(text)
                new.flush()
                os.fsync(new.fileno())
            Path(new.name).replace(target)
    except OSError as fault:
        raise InputError(f"{folder.name} cannot be written: {fault.strerror}", hint="check space and rights") from fault


def _entities(entities: Mapping[str, Entity], vocabulary: Vocabulary) -> str:
    """Write entities by kind, in the order of the ontology, each below its broader one."""
    parts: list[str] = []
    for term in vocabulary.entity_types.values():
        own = {id: entity for id, entity in entities.items() if entity.type == term.id}
        if own:
            parts.append(f"# {term.id} ({term.label.get('zh')})\n\n" + _list(_entity(one) for one in _tree(own)))
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


def _in_order(
    claims: Iterable[Claim], evidence: Mapping[str, Sequence[Evidence]]
) -> Iterator[tuple[Claim, list[Evidence]]]:
    """Give claims and their items in the order of the items' names, those without a name last."""
    sorted_items = {claim: sorted(items, key=_place) for claim, items in evidence.items()}

    def first(claim: Claim) -> tuple[Any, ...]:
        items = sorted_items[claim.id]
        return (*(_place(items[0])[:2] if items else (True, [])), claim.id)

    for claim in sorted(claims, key=first):
        yield claim, sorted_items[claim.id]


def _place(item: Evidence) -> tuple[bool, list[tuple[int, int, str]], str]:
    parts = _DIGITS.split(item.alias or "")
    named = [(int(part.isdecimal()), int(part) if part.isdecimal() else 0, part) for part in parts]
    return item.alias is None, named, item.id


def _claim(claim: Claim, items: Sequence[Evidence]) -> dict[str, Any]:
    record: dict[str, Any] = {"subject": claim.subject, "relation": claim.relation, "object": claim.object}
    if claim.conditions is not None:
        record["conditions"] = claim.conditions
    if items:
        record["evidence"] = [_item(item) for item in items]
    return record


def _item(item: Evidence) -> dict[str, Any]:
    payload = to_payload(item)
    named = {} if item.alias is None else {"id": item.alias}
    return named | {name: payload[name] for name in _ITEM if name in payload}


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
