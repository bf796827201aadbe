"""The chain of hashes, looked at as the log comes by: what verifies a record and what backs it up read the log once.

Lives here: `Chain`, `is_record`, `vouched`. May enter: rows of the log in their order. Never here: SQL, the state.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson

from kg.errors import KgError, StoreError
from kg.ids import RecordKind
from kg.model import canonical, from_payload, to_payload
from kg.record.revisions import NO_HASH, Sealing


class Chain:
    """Follows the log: is it whole, does each revision continue the one before, does its hash fit what it says.

    Args:
        revisions: Rows of `kg.record.past.REVISION_COLUMNS`, in the order of their numbers.

    Changes come by `take`, in the order of revision, kind and id; `end` says what is wrong with the rest.

    Cost: one revision and one change are held at a time.
    """

    def __init__(self, revisions: Iterable[Any]) -> None:
        self._revisions = iter(revisions)
        self._ahead = next(self._revisions, None)
        self._open: Any = None
        self._sealing: Sealing | None = None
        self._unfit: list[str] = []
        self._expected, self._previous = 1, NO_HASH
        self._orphans: int | None = None

    @property
    def recorded_at(self) -> str | None:
        """When the revision of the change that was taken last was recorded; None when there is no such revision."""
        return None if self._open is None else str(self._open.recorded_at)

    def take(self, number: int, kind: RecordKind, id: str, payload: str) -> Iterator[str]:
        """Take the next change, and say what is wrong with what came before it."""
        yield from self._reach(number)
        if self._open is None or self._sealing is None:
            if self._orphans != number:
                self._orphans = number
                yield f"revision {number} has changes but does not exist"
            return
        self._sealing.take(kind, id, payload)
        if not is_record(kind, id, payload):
            self._unfit.append(
                f"revision {number} was altered: what it says of the {kind} {id!r} is not that one record"
            )

    def end(self) -> Iterator[str]:
        """Say what is wrong with the last revisions."""
        yield from self._reach(None)

    def _reach(self, number: int | None) -> Iterator[str]:
        """Close the revisions before one, and open that one if it exists."""
        while self._open is None or self._open.number != number:
            if self._open is not None:
                yield from self._close()
            if self._ahead is None or (number is not None and self._ahead.number > number):
                return
            self._open, self._ahead = self._ahead, next(self._revisions, None)
            self._sealing = Sealing(actor=self._open.actor, act=self._open.act)

    def _close(self) -> Iterator[str]:
        row, sealing = self._open, self._sealing
        if row.number != self._expected:
            last = f", up to {row.number - 1}" if row.number - 1 > self._expected else ""
            yield f"revision {self._expected} is missing{last}"
        if row.previous_hash != self._previous:
            yield f"revision {row.number} does not continue the one before: its previous_hash is another"
        said = {name: getattr(row, name) for name in ("number", "recorded_at", "reason", "previous_hash")}
        if sealing is None or sealing.end(**said) != row.hash:
            yield f"revision {row.number} was altered: its hash does not fit what it says"
        yield from self._unfit
        self._unfit.clear()
        self._expected, self._previous = row.number + 1, row.hash
        self._open = self._sealing = None


def is_record(kind: RecordKind, id: str, payload: str) -> bool:
    """Say whether a payload is the canonical JSON of one record of that kind and id, and nothing beside it.

    A hash covers the payloads of a revision one after the other. Only because each is one value of JSON does it say
    where one change ends and the next begins.
    """
    try:
        values = orjson.loads(payload)
        same = orjson.dumps(values, option=orjson.OPT_SORT_KEYS) == payload.encode()
        if not same:  # its numbers may be worded otherwise by the encoder that made the hash
            values = json.loads(payload)
            same = canonical(values) == payload
        return same and values["id"] == id and to_payload(from_payload(kind, values)) == values
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return False


@contextmanager
def vouched() -> Iterator[Callable[[Iterable[str]], None]]:
    """Give what raises the first of some problems; what is not of the kind that its column holds is one too."""

    def refuse(problems: Iterable[str]) -> None:
        for problem in problems:
            raise StoreError(
                f"the record does not hold together, so that no backup of it could be restored: {problem}",
                where="backup",
                hint="no file was replaced; keep the last backup, and see `kg verify` for all that is wrong",
            )

    try:
        yield refuse
    except (TypeError, ValueError, AttributeError) as fault:
        if isinstance(fault, KgError):
            raise
        refuse([f"a value is not of the kind that its column holds ({fault})"])
