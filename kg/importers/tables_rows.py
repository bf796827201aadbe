"""Rows of tables on their way through the doors, one after the other; what remains of each is its payload.

Lives here: `Kept`, `Doors`. May enter: cells, the vocabulary. Never here: files, other records, the record.
A row of plain printable text whose words are all known is taken by `tables_quick`, which makes the same of it.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import eq
from typing import Any

import orjson
from pydantic import BaseModel

from kg.citations.parsed import Failure
from kg.errors import InputError, KgError
from kg.ids import ITEM_CODE, RecordKind, claim_id
from kg.importers.fields import refused, through
from kg.importers.pack_links import Placed
from kg.importers.sources import Source
from kg.inputs import ClaimIn, EntityIn, EvidenceIn, WorkIn
from kg.model import Claim, Evidence, Record, Work, canonical, from_payload, to_payload
from kg.record.spool import Spool
from kg.sheets import values_of
from kg.vocabulary import Vocabulary

SEE = "see the columns in docs/tables.md"
_DOORS: Mapping[RecordKind, type[BaseModel]] = {
    "entity": EntityIn,
    "claim": ClaimIn,
    "evidence": EvidenceIn,
    "work": WorkIn,
}
_TERMS: Mapping[RecordKind, Mapping[str, str]] = {
    "entity": {"type": "entity_type", "status": "status"},
    "claim": {"relation": "relation", "status": "status"},
    "evidence": {
        "stance": "stance", "kind": "study_kind", "strength": "strength", "basis": "basis", "status": "status",
    },
    "work": {"status": "work_status"},
}  # fmt: skip
_CELL_OF = {
    f"{name}.{lang}": cell for name in ("label", "definition") for lang, cell in (("en", name), ("zh", f"{name}_zh"))
}


@dataclass
class Kept:
    """Claims or evidence that passed their door.

    Attributes:
        ids, lines: Of each.
        first, second, third: What each leans on: subject, relation and object of a claim; claim, work and the item that
            an item of evidence supersedes. A list for each weighs less than a tuple for each row.
        spool, places: The payloads, and where in them that of each is.
    """

    ids: list[str] = field(default_factory=list)
    lines: array[int] = field(default_factory=lambda: array("q"))
    first: list[str] = field(default_factory=list)
    second: list[str] = field(default_factory=list)
    third: list[str | None] = field(default_factory=list)
    spool: Spool = field(default_factory=Spool)
    places: array[int] = field(default_factory=lambda: array("q"))

    def add(self, line: int, id: str, payload: str, leans: tuple[str, str, str | None]) -> None:
        """Add one."""
        first, second, third = leans
        self.ids.append(id)
        self.lines.append(line)
        self.first.append(first)
        self.second.append(second)
        self.third.append(third)
        self.places.append(self.spool.add(payload))

    def payloads(self, places: Sequence[int]) -> list[str]:
        """Return the payloads of those at some places, in that order."""
        return self.spool.texts([self.places[at] for at in places])

    def only(self, places: Sequence[int]) -> Kept:
        """Return those at some places, in that order."""
        if len(places) == len(self.ids) and all(map(eq, places, range(len(places)))):
            return self
        return Kept(
            [self.ids[at] for at in places],
            array("q", [self.lines[at] for at in places]),
            [self.first[at] for at in places],
            [self.second[at] for at in places],
            [self.third[at] for at in places],
            self.spool,
            array("q", [self.places[at] for at in places]),
        )

    def circles(self) -> set[int]:
        """Return the places of items that supersede themselves, by way of others or at once."""
        place = {self.ids[at]: at for at, before in enumerate(self.third) if before is not None}
        seen: dict[int, int] = {}
        found: set[int] = set()
        for first in place.values():
            at, here = first, []
            while at not in seen:
                seen[at] = first
                here.append(at)
                before = self.third[at]
                if before not in place:
                    break
                at = place[before]
            else:
                if seen[at] == first:  # met again on the same way: from there on it goes round
                    found.update(here[here.index(at) :])
        return found


class Doors:
    """Takes cells through the door of their kind; every fault is kept.

    Args:
        vocabulary: The words to check against.
        merged_into: Returns the work that a work was merged into, None when it was not.
    """

    def __init__(self, vocabulary: Vocabulary, merged_into: Callable[[str], str | None]) -> None:
        self.vocabulary = vocabulary
        self.merged_into = merged_into
        self.failures: list[Failure] = []

    def record(self, kind: RecordKind, cells: Mapping[str, str], source: Source, line: int) -> Record | None:
        """Return the record of a row; None when it has a fault."""
        values = values_of(kind, cells)
        own = {name: values.pop(name, None) for name in _apart(kind)}
        checked, faults = through(_DOORS[kind], values, source=source, line_of=lambda *_: line, see=SEE)
        faults = [_of_cells(fault) for fault in faults]
        for name, method in _TERMS[kind].items():
            word = own.get(name) or values.get(name)
            if isinstance(word, str):
                try:
                    getattr(self.vocabulary, method)(word)
                except InputError as fault:
                    faults.append(refused(fault, source, line))
        if checked is not None and not faults:
            door: Any = checked
            try:
                return self._given(door.record(self.vocabulary), own)
            except KgError as fault:
                faults.append(refused(fault, source, line))
        self.failures += faults
        return None

    def _given(self, made: Record, own: Mapping[str, Any]) -> Record:
        """Return a record with the id and the standing that its row gives it."""
        id, status = own.get("id"), own.get("status")
        if isinstance(made, Claim) and id is not None and id != made.id:
            raise InputError(
                f"its parts make it the claim {made.id}, given {id[:200]!r}",
                hint="correct one of them, or leave the cell `id` empty",
            )
        if isinstance(made, Work):
            return made
        if isinstance(made, Evidence):
            made = replace(made, supersedes=own.get("supersedes"))
            if id is not None:
                self._refuse_other_work(id, made.work)
                made = replace(made, id=id)
        return made if status is None else replace(made, status=status)

    def _refuse_other_work(self, id: str, work: str) -> None:
        """Raise InputError when an item's id begins neither with its work nor with one that was merged into that."""
        begin, _, code = id.rpartition(".")
        at, seen = begin if ITEM_CODE.fullmatch(code) else None, set[str]()
        while at and at != work and at not in seen:
            seen.add(at)
            at = self.merged_into(at)
        if at != work:
            raise InputError(
                f"its id {id[:200]!r} does not begin with its work, {work}",
                hint="leave the cell `id` empty, it is worked out; a name of your own goes into the column `alias`",
            )


def payload_of(record: Record) -> str:
    """Return the canonical payload of a record."""
    return canonical(to_payload(record))


def leans_of(record: Claim | Evidence) -> tuple[str, str, str | None]:
    """Return what a record leans on, as `Kept` holds it."""
    if isinstance(record, Claim):
        return record.subject, record.relation, record.object
    return record.claim, record.work, record.supersedes


def by_column(columns: Sequence[str | None], cells: Sequence[str]) -> dict[str, str]:
    """Return cells by the names of their columns."""
    return {name: cell for name, cell in zip(columns, cells, strict=False) if name is not None}


def claim_of(cells: dict[str, str]) -> str:
    """Return the id of the claim that a row would have been."""
    return claim_id(*(cells.get(name, "").strip() for name in ("subject", "relation", "object")))


def placed(kind: RecordKind, kept: Kept, at: int, source: Source) -> Placed[Any]:
    """Return one of them as a record with its place."""
    record: Any = from_payload(kind, orjson.loads(kept.payloads([at])[0]))
    return Placed(record, source, kept.lines[at])


def _apart(kind: RecordKind) -> tuple[str, ...]:
    """Return the columns that say which record it is and how it stands, which the door of its kind does not take."""
    return {"entity": ("status",), "claim": ("id", "status"), "evidence": ("id", "status", "supersedes")}.get(kind, ())


def _of_cells(fault: Failure) -> Failure:
    """Return a fault of a field as one of a cell."""
    place, colon, rest = fault.reason.partition(":" if ":" in fault.reason else " ")
    name = _CELL_OF.get(place, place)
    remedy = fault.remedy
    if fault.reason.endswith(" is missing"):
        remedy = f"fill the cell {name}"
    return replace(fault, reason=f"{name}{colon}{rest}", remedy=remedy.replace(", without quotes", ""))
