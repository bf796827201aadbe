"""The hash chain: what a revision's hash covers, and the form of its time.

Lives here: pure functions. May enter: `kg.model`, `kg.errors`. Never here: SQL, the clock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime

import orjson

from kg.errors import InputError
from kg.model import Revision, canonical

NO_HASH = "0" * 64
START = Revision(0, "", "", "", None, NO_HASH, NO_HASH)
"""Revision 0, the empty record; its hash is the first `previous_hash`."""


def seal(
    *,
    number: int,
    recorded_at: str,
    actor: str,
    act: str,
    reason: str | None,
    previous_hash: str,
    changes: Iterable[tuple[str, str, str]],
) -> str:
    """Return the hash of a revision: SHA-256 over the canonical JSON of all that it says.

    Args:
        number: From 1.
        recorded_at: As `stamp` gives it.
        actor: Who.
        act: What, in one or two words.
        reason: Why.
        previous_hash: The hash of the revision before; `NO_HASH` for the first.
        changes: (kind, id, canonical payload) sorted by kind, then id.

    Returns:
        64 hexadecimal digits.

    Laws:
        Equals the hash of `canonical({..., "changes": [{"kind", "id", "payload"}, ...]})`; any other value of any
        part gives another hash, provided that each payload is one value of JSON. What was written is; who reads a log
        that others could alter looks first (`kg.record.verify`).

    Cost:
        Linear in the payloads, which are hashed as they come and never held together.

    Example:
        >>> seal(number=1, recorded_at="2026-01-01T00:00:00.000000Z", actor="ann", act="add", reason=None,
        ...      previous_hash=NO_HASH, changes=[("claim", "a--raises--b", "{}")])[:12]
        '25cc5b7a41f5'
    """
    sealing = Sealing(actor=actor, act=act)
    for change in changes:
        sealing.take(*change)
    return sealing.end(number=number, recorded_at=recorded_at, reason=reason, previous_hash=previous_hash)


class Sealing:
    """Works out the hash of a revision, as `seal` gives it, from changes that come one by one and are not held."""

    def __init__(self, *, actor: str, act: str) -> None:
        self._digest = hashlib.sha256()
        self._digest.update(f'{{"act":{canonical(act)},"actor":{canonical(actor)},"changes":['.encode())
        self._comma = b""

    def take(self, kind: str, id: str, payload: str) -> None:
        """Take the next change."""
        said = self._comma, orjson.dumps(id), orjson.dumps(kind), payload.encode()
        self._digest.update(b'%b{"id":%b,"kind":%b,"payload":%b}' % said)
        self._comma = b","

    def end(self, *, number: int, recorded_at: str, reason: str | None, previous_hash: str) -> str:
        """Return the hash."""
        rest = {"number": number, "previous_hash": previous_hash, "reason": reason, "recorded_at": recorded_at}
        self._digest.update(f"],{canonical(rest)[1:]}".encode())
        return self._digest.hexdigest()


def stamp(moment: datetime) -> str:
    """Return a time as the record keeps it: UTC, microseconds, `Z`. A time without zone is taken as UTC.

    Raises:
        InputError: in UTC it lies before the year 1 or after 9999.

    Law: stamps sort as the times they stand for.

    Example:
        >>> stamp(datetime(2026, 11, 25, 15, 1))
        '2026-11-25T15:01:00.000000Z'
    """
    try:
        aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as fault:
        raise InputError(f"{moment.isoformat()} lies outside of the years 1 to 9999 in UTC", where="moment") from fault
    return aware.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def latest_stamp(moment: date) -> str:
    """Return the last stamp that belongs to a moment; a date without time means the end of that day in UTC.

    Example:
        >>> latest_stamp(date(2026, 11, 25))
        '2026-11-25T23:59:59.999999Z'
    """
    return stamp(moment) if isinstance(moment, datetime) else f"{moment.isoformat()}T23:59:59.999999Z"
