"""The record as CSV tables: four files, their columns, and how a value stands in a cell.

Lives here: `SHEETS`, `cells_of`, `values_of`. May enter: records, cells. Never here: files, separators, doors.
A list stands in one cell, its parts after `; `, as JSON where a part holds a semicolon. A cell that a spreadsheet would
run as a formula is neutralised (`kg.citations.table`). Nothing is an empty cell.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kg.citations.table import neutralised, restored
from kg.ids import RecordKind, claim_id
from kg.model import Entity, Record, canonical, kind_of, to_payload

JOINT = "; "
_TRUE, _FALSE = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table.

    Attributes:
        kind: Kind of record in each row.
        file: Name of the file.
        columns: Their names, in the order in which they are written.
        needed: Those without which there is no record.
    """

    kind: RecordKind
    file: str
    columns: tuple[str, ...]
    needed: tuple[str, ...]


SHEETS: Mapping[RecordKind, Sheet] = {
    sheet.kind: sheet
    for sheet in (
        Sheet(
            "entity",
            "entities.csv",
            ("id", "type", "label", "label_zh", "definition", "definition_zh", "aliases", "broader", "matches",
             "status"),
            ("id", "type", "label"),
        ),
        Sheet(
            "work",
            "works.csv",
            ("id", "type", "title", "authors", "year", "doi", "arxiv", "url", "status", "notice",
             "independence_group", "merged_into", "csl", "raw", "raw_format"),
            ("id", "type", "title"),
        ),
        Sheet(
            "claim",
            "claims.csv",
            ("id", "subject", "relation", "object", "conditions", "status"),
            ("subject", "relation", "object"),
        ),
        Sheet(
            "evidence",
            "evidence.csv",
            ("id", "claim", "work", "stance", "kind", "strength", "strength_reason", "basis", "locator", "statement",
             "quote", "inferred", "independence_group", "alias", "supersedes", "contributor", "status"),
            ("claim", "work", "stance", "kind", "strength", "basis", "statement"),
        ),
    )
}  # fmt: skip
"""By kind, in the order in which they lean on each other."""
FILES: Mapping[str, Sheet] = {sheet.file: sheet for sheet in SHEETS.values()}
ENDS = ("subject", "relation", "object")
"""Columns that stand for `claim` in a table of evidence."""
ALSO: Mapping[RecordKind, Mapping[str, str]] = {"work": {"key": "id"}, "evidence": {name: name for name in ENDS}}
"""Further names of columns that are read."""


def cells_of(record: Record) -> list[str]:
    """Return the cells of a record, in the order of the columns of its table.

    Law: `values_of` of these cells are the values of the record.

    Example:
        >>> from kg.model import Text
        >>> cells_of(Entity("lora", "Technique", Text("LoRA"), aliases=("=1", "low rank")))
        ['lora', 'Technique', 'LoRA', '', '', '', "'=1; low rank", '', '', 'accepted']
    """
    values: dict[str, Any] = {"status": record.status, **to_payload(record)}
    for name in ("label", "definition"):
        if name in values:
            values |= {name: values[name]["en"], f"{name}_zh": values[name].get("zh")}
    if isinstance(record, Entity):
        values["matches"] = [f"{relation} {iri}" for relation, iri in record.matches]
    return [neutralised(_cell(name, values.get(name))) for name in SHEETS[kind_of(record)].columns]


def values_of(kind: RecordKind, cells: Mapping[str, str]) -> dict[str, Any]:
    """Return what cells by column say, as plain values for a door; empty cells are left out.

    Example:
        >>> values_of("claim", {"subject": "lora", "relation": "raises", "object": "misuse", "conditions": ""})
        {'subject': 'lora', 'relation': 'raises', 'object': 'misuse'}
        >>> values_of("work", {"id": "hu2022", "authors": "Hu, E.; RAND", "year": "2022"})["authors"]
        ['Hu, E.', 'RAND']
    """
    values: dict[str, Any] = {}
    for name, cell in cells.items():
        text = restored(cell)
        if name != "raw":
            text = text.strip()
        if text:
            read = _READ.get(name)
            values[name] = text if read is None else read(text)
    for name in ("label", "definition"):
        texts = {lang: values.pop(key) for lang, key in (("en", name), ("zh", f"{name}_zh")) if key in values}
        if texts:
            values[name] = texts
    if kind == "evidence":
        subject, relation, object = (values.pop(name, None) for name in ENDS)
        if "claim" not in values and None not in (subject, relation, object):
            values["claim"] = claim_id(str(subject), str(relation), str(object))
    return values


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return _joined(value)
    if name == "csl":
        return canonical(value)
    if name == "raw" and (not value or not value.strip() or value.startswith(('"', "'")) or "\r" in value):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _joined(parts: Iterable[str]) -> str:
    parts = list(parts)
    joined = JOINT.join(parts)
    plain = not joined.startswith("[") and all(";" not in part for part in parts)
    return joined if plain else json.dumps(parts, ensure_ascii=False)


def _parts(text: str) -> list[Any]:
    if text.startswith("["):
        found = _json(text)
        if isinstance(found, list):
            return found
    return [part for part in (part.strip() for part in text.split(";")) if part]


def _matches(text: str) -> list[Any]:
    found = []
    for part in _parts(text):
        relation, _, iri = str(part).partition(" ")
        found.append({"relation": relation, "iri": iri.strip()} if iri else {"relation": relation})
    return found


def _flag(text: str) -> bool | str:
    word = text.lower()
    return True if word in _TRUE else False if word in _FALSE else text


def _year(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else text


def _raw(text: str) -> str:
    found = _json(text) if text.startswith('"') else None
    return found if isinstance(found, str) else text


def _csl(text: str) -> Any:
    found = _json(text)
    return found if isinstance(found, dict) else text


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


_READ: Mapping[str, Callable[[str], Any]] = {
    "aliases": _parts,
    "authors": _parts,
    "csl": _csl,
    "inferred": _flag,
    "matches": _matches,
    "raw": _raw,
    "year": _year,
}
