"""Records by the thousand as the log keeps them: canonical payloads, which weigh less than the records themselves.

Lives here: `Batch`, and how a payload becomes the row of its table. May enter: `kg.model`, `.rows`.
Never here: SQL, the chain.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from operator import itemgetter
from typing import Any

import orjson

from kg.errors import InputError, ShapeViolation
from kg.ids import RECORD_KINDS, RecordKind
from kg.model import Claim, Evidence, Record, canonical, from_payload, kind_of, to_payload
from kg.record.rows import FORMS, Row


class Batch:
    """Records to be written as one revision.

    Example:
        >>> some = Batch()
        >>> some.add(Claim("a--raises--b", "a", "raises", "b"))
        >>> len(some), list(some.payloads("claim"))[0][1][:21]
        (1, '{"id":"a--raises--b",')
    """

    def __init__(self) -> None:
        self._ids: dict[RecordKind, list[str]] = {kind: [] for kind in RECORD_KINDS}
        self._payloads: dict[RecordKind, list[str]] = {kind: [] for kind in RECORD_KINDS}

    @classmethod
    def of(cls, records: Iterable[Record]) -> Batch:
        """Return a batch of some records."""
        made = cls()
        for record in records:
            made.add(record)
        return made

    def __len__(self) -> int:
        return sum(map(len, self._ids.values()))

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
        texts = (*values.values(), *values.get("label", {}).values(), *values.get("definition", {}).values())
        if any(isinstance(text, str) and "\x00" in text for text in texts):
            raise InputError(f"the {kind} holds the character U+0000", where=where, hint="take it out")
        self.put(kind, record.id, payload)

    def put(self, kind: RecordKind, id: str, payload: str) -> None:
        """Add a record whose canonical payload is at hand; it has passed its door."""
        self._ids[kind].append(id)
        self._payloads[kind].append(payload)

    def settle(self) -> None:
        """Sort the records of each kind by id.

        Raises:
            ShapeViolation: one record is given twice with different contents; given twice alike, it is kept once.
        """
        for kind, ids in self._ids.items():
            if all(map(str.__lt__, ids, ids[1:])):
                continue
            payloads = self._payloads[kind]
            order = sorted(range(len(ids)), key=ids.__getitem__)
            kept: list[int] = []
            for at in order:
                if kept and ids[kept[-1]] == ids[at]:
                    if payloads[kept[-1]] != payloads[at]:
                        raise ShapeViolation(
                            f"the {kind} {ids[at]} is given twice with different contents",
                            where=ids[at],
                            hint="give each record once",
                        )
                else:
                    kept.append(at)
            self._ids[kind] = [ids[at] for at in kept]
            self._payloads[kind] = [payloads[at] for at in kept]

    def ids(self, kind: RecordKind) -> list[str]:
        """Return the ids of a kind, in their order."""
        return self._ids[kind]

    def payloads(self, kind: RecordKind) -> Iterator[tuple[str, str]]:
        """Give id and payload of the records of a kind, in their order."""
        return zip(self._ids[kind], self._payloads[kind], strict=True)

    def keep(self, kind: RecordKind, keeps: Callable[[int], bool]) -> None:
        """Leave out the records of a kind at whose place `keeps` says no."""
        kept = [at for at in range(len(self._ids[kind])) if keeps(at)]
        if len(kept) < len(self._ids[kind]):
            self._ids[kind] = [self._ids[kind][at] for at in kept]
            self._payloads[kind] = [self._payloads[kind][at] for at in kept]

    def parts(self, kind: RecordKind, size: int) -> Iterator[tuple[list[str], list[Row]]]:
        """Give ids and rows of the records of a kind, so many at a time."""
        row = _ROWS[kind]
        for low in range(0, len(self._ids[kind]), size):
            yield self._ids[kind][low : low + size], list(map(row, self._payloads[kind][low : low + size]))


def _plain(type_: type[Claim | Evidence]) -> Callable[[str], Row]:
    """Return what reads the payload of a kind whose values all lie in the table as they are."""
    blank: dict[str, Any] = {spec.name: None for spec in fields(type_)}
    defaults = {name: value for name, value in _defaults(type_).items() if name in blank}
    blank |= defaults
    names = itemgetter(*blank)

    def row(payload: str) -> Row:
        found: Row = names({**blank, **orjson.loads(payload)})
        return found

    return row


def _defaults(type_: type[Claim | Evidence]) -> Mapping[str, Any]:
    return {spec.name: spec.default for spec in fields(type_) if spec.default.__class__ in {str, bool}}


def _whole(kind: RecordKind) -> Callable[[str], Row]:
    """Return what reads the payload of a kind by way of its record."""
    form = FORMS[kind]
    return lambda payload: form.row(from_payload(kind, json.loads(payload)))


_ROWS: Mapping[RecordKind, Callable[[str], Row]] = {
    "claim": _plain(Claim),
    "entity": _whole("entity"),
    "evidence": _plain(Evidence),
    "work": _whole("work"),
}
