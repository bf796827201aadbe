"""A snapshot in which records stand otherwise, and which claims a record touches, against a look at everything."""

from __future__ import annotations

from dataclasses import replace

from kg.model import Change, Claim, Entity, Evidence, Record, Work, kind_of
from kg.snapshot import Snapshot
from tests.builders import records

LINES = ("a raises b good:supports:w1 weak:disputes:w2", "b lowers c good:supports:w1", "c raises a", "d raises c")


def every(snapshot: Snapshot) -> list[Record]:
    """All records."""
    return [
        *snapshot.entities.values(), *snapshot.claims.values(), *snapshot.evidence.values(), *snapshot.works.values()
    ]  # fmt: skip


def by_looking(snapshot: Snapshot, record: Record) -> set[str]:
    """The claims that a record is, ends, bears on, or brought items to."""
    match record:
        case Entity():
            return {one.id for one in snapshot.claims.values() if record.id in {one.subject, one.object}}
        case Work():
            return {one.claim for one in snapshot.evidence.values() if one.work == record.id}
        case Evidence():
            return {record.claim}
    return {record.id}


def test_a_record_touches_the_claims_that_hang_on_it() -> None:
    snapshot = Snapshot.of(3, "2026-01-30T12:00:00Z", records(*LINES))
    found = {one.id: snapshot.touched_by(one) for one in every(snapshot)}
    assert found == {one.id: by_looking(snapshot, one) for one in every(snapshot)}
    assert found["w1"] == {"a--raises--b", "b--lowers--c"}


def test_a_snapshot_with_changes_is_one_made_of_these_records() -> None:
    snapshot = Snapshot.of(3, "2026-01-30T12:00:00Z", records(*LINES))
    first = next(iter(snapshot.evidence.values()))
    other: list[Record] = [
        replace(snapshot.works["w1"], status="retracted"),
        Claim("a--raises--d", "a", "raises", "d"),
        replace(first, claim="c--raises--a"),
    ]
    made = snapshot.with_changes([Change(kind_of(one), one) for one in other])
    known = {(kind_of(one), one.id): one for one in every(snapshot)}
    known |= {(kind_of(one), one.id): one for one in other}
    assert made == Snapshot.of(3, "2026-01-30T12:00:00Z", known.values())
    assert (made.works["w1"].status, made.evidence[first.id].claim) == ("retracted", "c--raises--a")
    assert made.claims_resting_on("w1") == Snapshot.of(3, None, known.values()).claims_resting_on("w1")
    assert snapshot.with_changes([]) is snapshot
