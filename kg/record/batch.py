"""Records by the thousand as the log keeps them: canonical payloads, which weigh less than the records themselves.

Lives here: `Batch`, and how a payload becomes the row of its table. May enter: `kg.model`, `.rows`.
Never here: SQL, the chain.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from operator import itemgetter
from typing import Any

import orjson

from kg.errors import InputError, ShapeViolation
from kg.ids import RECORD_KINDS, RecordKind
from kg.model import KINDS, Record, canonical, from_payload, kind_of, to_payload
from kg.record.rows import FORMS, Row
from kg.record.spool import Spool


class Batch:
    """Records to be written as one revision.

    Example:
        >>> from kg.model import Claim
        >>> some = Batch()
        >>> some.add(Claim("a--raises--b", "a", "raises", "b"))
        >>> len(some), next(some.payloads("claim", 10))[1][0][:21]
        (1, '{"id":"a--raises--b",')
    """

    def __init__(self) -> None:
        self._parts: dict[RecordKind, _Part] = {kind: _Part() for kind in RECORD_KINDS}

    @classmethod
    def of(cls, records: Iterable[Record]) -> Batch:
        """Return a batch of some records."""
        made = cls()
        for record in records:
            made.add(record)
        return made

    def __len__(self) -> int:
        return sum(len(part.ids) for part in self._parts.values())

    def add(self, record: Record) -> None:
        """Add a record.

        Raises:
            InputError: it holds a text or a JSON value that no database can keep.
        """
        kind, values = kind_of(record), to_payload(record)
        where = repr(record.id)[1:-1]
        try:
            payload = canonical(values)
            payload.encode()
        except (TypeError, ValueError) as fault:
            raise InputError(
                f"the {kind} holds what cannot be kept as text: {fault}",
                where=where,
                hint="use text without lone surrogates, finite numbers, lists and mappings",
            ) from fault
        lacking = next((name for name, value in values.items() if value is None), None)
        if lacking is not None:
            raise InputError(f"the {kind} has no {lacking}", where=where, hint="give a value, or leave it out")
        texts = (*values.values(), *values.get("label", {}).values(), *values.get("definition", {}).values())
        if any(isinstance(text, str) and "\x00" in text for text in texts):
            raise InputError(f"the {kind} holds the character U+0000", where=where, hint="take it out")
        self.put(kind, record.id, payload)

    def put(self, kind: RecordKind, id: str, payload: str) -> None:
        """Add a record whose canonical payload is at hand; it has passed its door."""
        part = self._parts[kind]
        part.ids.append(id)
        part.places.append(part.spool.add(payload))

    def take(self, kind: RecordKind, ids: list[str], spool: Spool, places: array[int]) -> None:
        """Take over the records of a kind, of which there was none: ids, and where in a spool their payloads are."""
        if self._parts[kind].ids:
            raise ValueError(f"there are records of the kind {kind} already")
        self._parts[kind] = _Part(ids, spool, places)

    def settle(self) -> None:
        """Sort the records of each kind by id.

        Raises:
            ShapeViolation: one record is given twice with different contents; given twice alike, it is kept once.
        """
        for kind, part in self._parts.items():
            ids = part.ids
            if all(map(str.__lt__, ids, ids[1:])):
                continue
            kept: list[int] = []
            for at in sorted(range(len(ids)), key=ids.__getitem__):
                if not kept or ids[kept[-1]] != ids[at]:
                    kept.append(at)
                    continue
                first, again = part.spool.texts([part.places[kept[-1]], part.places[at]])
                if first != again:
                    raise ShapeViolation(
                        f"the {kind} {ids[at]} is given twice with different contents",
                        where=ids[at],
                        hint="give each record once",
                    )
            part.only(kept)

    def ids(self, kind: RecordKind) -> list[str]:
        """Return the ids of a kind, in their order."""
        return self._parts[kind].ids

    def payloads(self, kind: RecordKind, size: int) -> Iterator[tuple[list[str], list[str]]]:
        """Give ids and payloads of the records of a kind in their order, so many at a time."""
        part = self._parts[kind]
        for low in range(0, len(part.ids), size):
            yield part.ids[low : low + size], part.spool.texts(part.places[low : low + size])

    def keep(self, kind: RecordKind, keeps: Callable[[int], bool]) -> None:
        """Leave out the records of a kind at whose place `keeps` says no."""
        part = self._parts[kind]
        kept = [at for at in range(len(part.ids)) if keeps(at)]
        if len(kept) < len(part.ids):
            part.only(kept)


@dataclass
class _Part:
    """The records of one kind: their ids, and where their payloads are."""

    ids: list[str] = field(default_factory=list)
    spool: Spool = field(default_factory=Spool)
    places: array[int] = field(default_factory=lambda: array("q"))

    def only(self, kept: Sequence[int]) -> None:
        """Keep those at some places, in that order."""
        self.ids = [self.ids[at] for at in kept]
        self.places = array("q", [self.places[at] for at in kept])


def rows_of(kind: RecordKind, payloads: Iterable[str]) -> list[Row]:
    """Return the rows of the table of a kind that canonical payloads stand for."""
    return list(map(_ROWS[kind], payloads))


def _plain(kind: RecordKind) -> Callable[[str], Row]:
    """Return what reads the payload of a kind whose values all lie in the table as they are."""
    blank: dict[str, Any] = {spec.name: None for spec in fields(KINDS[kind])} | {**DEFAULTS[kind]}
    names = itemgetter(*blank)

    def row(payload: str) -> Row:
        found: Row = names({**blank, **orjson.loads(payload)})
        return found

    return row


def _whole(kind: RecordKind) -> Callable[[str], Row]:
    """Return what reads the payload of a kind by way of its record."""
    form = FORMS[kind]
    return lambda payload: form.row(from_payload(kind, json.loads(payload)))


DEFAULTS: Mapping[RecordKind, Mapping[str, Any]] = {
    kind: {spec.name: spec.default for spec in fields(type_) if spec.default.__class__ in {str, bool}}
    for kind, type_ in KINDS.items()
}
"""What records of a kind hold where their payload says nothing."""
_ROWS: Mapping[RecordKind, Callable[[str], Row]] = {
    "claim": _plain("claim"),
    "entity": _whole("entity"),
    "evidence": _plain("evidence"),
    "work": _whole("work"),
}
