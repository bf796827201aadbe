"""Records to rows of the state tables and back, without loss.

Lives here: one `Form` per kind, the read result `Records`. May enter: `kg.model`, `kg.ids`, `.tables`.
Never here: queries.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

import sqlalchemy as sa

from kg.ids import RecordKind
from kg.model import Claim, Entity, Evidence, Record, Text, Work, canonical
from kg.record.tables import METADATA

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Records:
    """All records as they stood at one revision, each list sorted by id (code points).

    `recorded_at` is the time of that revision, None for revision 0, the empty record.
    """

    entities: list[Entity] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    works: list[Work] = field(default_factory=list)
    revision: int = 0
    recorded_at: str | None = None


class Form(NamedTuple):
    """How one kind of record lies in its table.

    `columns` are those that hold the record itself; `row` gives their values in this order and `record` reads
    them back. `references` pairs a column with the kind whose id it holds.
    """

    kind: RecordKind
    table: sa.Table
    columns: tuple[sa.Column[Any], ...]
    row: Callable[[Any], Row]
    record: Callable[[Sequence[Any]], Record]
    references: tuple[tuple[str, RecordKind], ...]


def _entity_row(entity: Entity) -> Row:
    definition = entity.definition
    return (
        entity.id,
        entity.type,
        entity.label.en,
        entity.label.zh,
        None if definition is None else definition.en,
        None if definition is None else definition.zh,
        canonical(list(entity.aliases)),
        entity.broader,
        canonical([list(match) for match in entity.matches]),
        entity.status,
    )


def _entity(row: Sequence[Any]) -> Entity:
    id, type, label_en, label_zh, definition_en, definition_zh, aliases, broader, matches, status = row
    return Entity(
        id,
        type,
        Text(label_en, label_zh),
        None if definition_en is None else Text(definition_en, definition_zh),
        () if aliases == "[]" else tuple(json.loads(aliases)),
        broader,
        () if matches == "[]" else tuple((relation, iri) for relation, iri in json.loads(matches)),
        status,
    )


_WORK_LISTS: Mapping[str, Callable[[Any], str]] = {
    "authors": lambda authors: canonical(list(authors)),
    "csl": lambda csl: canonical(dict(csl)),
}
_WORK_NAMES = tuple(spec.name for spec in fields(Work))
_WORK_AUTHORS, _WORK_CSL = _WORK_NAMES.index("authors"), _WORK_NAMES.index("csl")


def _work_row(work: Work) -> Row:
    return tuple(
        _WORK_LISTS[name](getattr(work, name)) if name in _WORK_LISTS else getattr(work, name) for name in _WORK_NAMES
    )


def _work(row: Sequence[Any]) -> Work:
    values = list(row)
    values[_WORK_AUTHORS] = tuple(json.loads(values[_WORK_AUTHORS]))
    values[_WORK_CSL] = json.loads(values[_WORK_CSL])
    return Work(*values)


_CLAIM_NAMES = tuple(spec.name for spec in fields(Claim))
_EVIDENCE_NAMES = tuple(spec.name for spec in fields(Evidence))


def _claim_row(claim: Claim) -> Row:
    return tuple(getattr(claim, name) for name in _CLAIM_NAMES)


def _evidence_row(item: Evidence) -> Row:
    return tuple(getattr(item, name) for name in _EVIDENCE_NAMES)


def _form(
    kind: RecordKind,
    row: Callable[[Any], Row],
    record: Callable[[Sequence[Any]], Record],
    *references: tuple[str, RecordKind],
) -> Form:
    table = METADATA.tables[kind]
    columns = tuple(column for column in table.columns if column.name != "revision")
    return Form(kind, table, columns, row, record, references)


FORMS: Mapping[RecordKind, Form] = {
    form.kind: form
    for form in (
        _form("work", _work_row, _work, ("merged_into", "work")),
        _form("entity", _entity_row, _entity, ("broader", "entity")),
        _form("claim", _claim_row, lambda row: Claim(*row), ("subject", "entity"), ("object", "entity")),
        _form(
            "evidence",
            _evidence_row,
            lambda row: Evidence(*row),
            ("claim", "claim"),
            ("work", "work"),
            ("supersedes", "evidence"),
        ),
    )
}
"""By kind, in the order in which rows can be written without a reference that leads nowhere."""
