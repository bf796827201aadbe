"""Undoing revisions: each record back to how it stood before, nothing deleted.

Lives here: `restored`, which revisions hang on each other. May enter: versions of records. Never here: SQL, writing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace

from kg import conflicts
from kg.contribute.changed import differences
from kg.contribute.states import STANDING, Key, Versions
from kg.errors import Conflict
from kg.model import REVOKED, Change, Record, Revision, to_payload
from kg.snapshot import Snapshot


def later(histories: Mapping[Key, Versions], undone: Set[int]) -> list[Revision]:
    """Return the revisions outside `undone` that wrote these records after the first one inside did."""
    found: dict[int, Revision] = {}
    for versions in histories.values():
        first = min((one.number for one, _ in versions if one.number in undone), default=None)
        for one, _ in versions:
            if first is not None and one.number > first and one.number not in undone:
                found[one.number] = one
    return [found[number] for number in sorted(found)]


def refuse_later(histories: Mapping[Key, Versions], undone: Set[int]) -> None:
    """Raise Conflict when a record was changed again after what is to be undone; shows both versions."""
    others = later(histories, undone)
    if not others:
        return
    (kind, id), versions = next(
        (key, versions)
        for key, versions in sorted(histories.items())
        if any(one.number == others[0].number for one, _ in versions)
    )
    then = [record for one, record in versions if one.number in undone][-1]
    now = versions[-1][1]
    differs = ", ".join(
        f"{one['field']} was {_shown(one['before'])} and is {_shown(one['after'])}" for one in differences(then, now)
    )
    raise Conflict(
        conflicts.later(others, kind, id, differs or "it was changed and changed back"),
        where="revision",
        hint=f"undo revision {others[-1].number} first, or undo the later ones too (--with-later)",
    )


def restored(histories: Mapping[Key, Versions], undone: Set[int]) -> list[Change]:
    """Return the records as they stood before the revisions to be undone, those that were new as revoked.

    Args:
        histories: All versions of every record that these revisions wrote.
        undone: Their numbers; no other revision wrote these records after them.

    Law: with the changes written, every record is as it was before the first of these revisions; one that was not
    there is revoked.
    """
    changes: list[Change] = []
    for (kind, _), versions in sorted(histories.items()):
        first = min((one.number for one, _ in versions if one.number in undone), default=None)
        if first is None:
            continue
        before = [record for one, record in versions if one.number < first]
        now = versions[-1][1]
        then: Record = before[-1] if before else replace(now, status=REVOKED)
        if to_payload(then) != to_payload(now):
            changes.append(Change(kind, then))
    return changes


def hanging(revoked: Iterable[Key], snapshot: Snapshot) -> list[Key]:
    """Return the claims and items that still stand or wait though a record they lean on was revoked, by kind and id.

    Args:
        revoked: Kind and id of what was revoked.
        snapshot: The record afterwards.
    """
    found: dict[Key, Record] = {}
    for kind, id in revoked:
        if kind == "entity":
            found |= {("claim", one.id): one for one in (*snapshot.claims_from(id), *snapshot.claims_to(id))}
        elif kind == "claim":
            found |= {("evidence", one.id): one for one in snapshot.evidence_of(id)}
        elif kind == "work":
            found |= {("evidence", one.id): one for one in snapshot.evidence_from(id)}
    return sorted(key for key, record in found.items() if record.status in STANDING)


def _shown(value: object) -> str:
    return repr(value) if len(repr(value)) <= 80 else repr(value)[:77] + "..."
