"""Laws of the record, against a plain dictionary and a second way to the hashes."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kg.ids import RecordKind
from kg.model import Change, Evidence, Revision, canonical, to_payload
from kg.record import Store
from kg.record.chain import is_record
from kg.record.revisions import NO_HASH, seal
from tests.histories import State, Wish, batches, changes_for, examples, fold, fresh, state_of


def play(store: Store, history: list[list[Wish]]) -> list[State]:
    """Write a history; return the state that each revision must have, from revision 0 on."""
    states: list[State] = [{}]
    for batch in history:
        changes = changes_for(batch, states[-1])
        before = len(states) - 1
        written = store.write(changes, actor="ann", act="add", reason="because", expect=before)
        wanted = fold(states[-1], Revision(0, written.recorded_at, "", "", None, "", "", tuple(changes)))
        assert written.number == before + (wanted != states[-1])
        if written.number > before:
            states.append(wanted)
            assert fold(states[-2], written) == wanted
    return states


def check(store: Store, states: list[State]) -> None:
    newest = len(states) - 1
    folded: State = {}
    for number, state in enumerate(states):
        assert state_of(store.records(number)) == state
        if number:
            [revision] = store.changes(number - 1, number)
            folded = fold(folded, revision)
            assert folded == state
            assert [(change.kind, change.id) for change in revision.changes] == sorted(
                (change.kind, change.id) for change in revision.changes
            )
    records = store.records()
    assert records.revision == newest
    for found in (records.entities, records.claims, records.evidence, records.works):
        assert [record.id for record in found] == sorted(record.id for record in found)
    assert [one.number for one in store.changes(0, newest)] == list(range(1, newest + 1))
    for kind, id in states[-1]:
        versions = store.history(kind, id)
        assert versions[-1][1] == states[-1][kind, id]
        assert [told.number for told, _ in versions] == [
            number
            for number in range(1, newest + 1)
            if _core(states[number], kind, id) != _core(states[number - 1], kind, id)
        ]
    assert store.verify() == []


def _core(state: State, kind: str, id: str) -> object:
    record = state.get((kind, id))  # type: ignore[call-overload]
    return None if record is None else to_payload(record)


@examples(15)
@given(batches)
def test_folding_the_log_gives_the_state_at_every_revision(history: list[list[Wish]]) -> None:
    with fresh(None) as store:
        check(store, play(store, history))


@pytest.mark.postgres
@examples(8)
@given(batches)
def test_sqlite_and_postgresql_keep_the_same_record(postgres_server: sa.Engine, history: list[list[Wish]]) -> None:
    with fresh(None) as one, fresh(postgres_server) as other:
        states = play(one, history)
        assert play(other, history) == states
        check(other, states)
        assert [revision.hash for revision in one.revisions()] == [revision.hash for revision in other.revisions()]
        assert one.records() == other.records()


@examples(15)
@given(batches)
def test_every_hash_covers_all_that_its_revision_says(history: list[list[Wish]]) -> None:
    with fresh(None) as store:
        states = play(store, history)
        previous = NO_HASH
        for revision in store.changes(0, len(states)):
            said = {
                "previous_hash": previous,
                "number": revision.number,
                "recorded_at": revision.recorded_at,
                "actor": revision.actor,
                "act": revision.act,
                "reason": revision.reason,
                "changes": [
                    {"kind": change.kind, "id": change.id, "payload": to_payload(change.record)}
                    for change in revision.changes
                ],
            }
            previous = hashlib.sha256(canonical(said).encode()).hexdigest()
            assert revision.hash == previous


parts = st.fixed_dictionaries(
    {
        "number": st.integers(1, 9),
        "recorded_at": st.sampled_from(["2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:00.000001Z"]),
        "actor": st.text(max_size=3),
        "act": st.text(max_size=3),
        "reason": st.none() | st.text(max_size=3),
        "previous_hash": st.sampled_from([NO_HASH, "1" * 64]),
        "changes": st.lists(
            st.tuples(st.sampled_from(["claim", "work"]), st.text(max_size=2), st.just("{}")), max_size=2
        ),
    }
)


@given(parts, parts)
def test_two_revisions_share_a_hash_only_when_they_are_the_same(
    one: dict[str, object], other: dict[str, object]
) -> None:
    assert (seal(**one) == seal(**other)) == (one == other)  # type: ignore[arg-type]


LINK = ("number", "recorded_at", "actor", "act", "reason", "previous_hash")
BORDERS = (
    '"',
    ",",
    "{",
    "}",
    "[",
    "]",
    ":",
    "\\",
    '","',
    '"},{"',
    "null",
    '"id":"',
    '","kind":"',
    '"payload":{}',
    "a",
    "",
)


@given(
    st.lists(st.sampled_from(BORDERS), max_size=8).map("".join),
    *[st.lists(st.integers(0, 40), min_size=5, max_size=5).map(sorted)] * 2,
)
def test_what_one_part_of_a_revision_says_cannot_be_shifted_into_another(
    text: str, one: list[int], other: list[int]
) -> None:
    def cut(at: list[int]) -> dict[str, Any]:
        ends = [min(end, len(text)) for end in at]
        act, actor, reason, kind, id, time = (text[a:b] for a, b in pairwise([0, *ends, len(text)]))
        said = {"number": 1, "recorded_at": time, "actor": actor, "act": act, "reason": reason}
        return {**said, "previous_hash": NO_HASH, "changes": [(kind, id, "{}")]}

    assert (seal(**cut(one)) == seal(**cut(other))) == (cut(one) == cut(other))


@examples(30)
@given(batches, st.integers(0, 2**6))
def test_changes_told_as_one_have_the_same_hash_but_are_no_records(history: list[list[Wish]], cuts: int) -> None:
    with fresh(None) as store:
        play(store, history)
        for revision in store.changes(0, len(history)):
            apart = [(one.kind, one.id, canonical(to_payload(one.record))) for one in revision.changes]
            assert all(is_record(*one) for one in apart)
            told: list[tuple[RecordKind, str, str]] = []
            for at, (kind, id, payload) in enumerate(apart):
                if told and cuts >> at & 1:
                    said = f',{{"id":{canonical(id)},"kind":{canonical(kind)},"payload":{payload}'
                    told[-1] = (*told[-1][:2], f"{told[-1][2]}}}{said}")
                else:
                    told.append((kind, id, payload))
            values: dict[str, Any] = {name: getattr(revision, name) for name in LINK}
            assert seal(**values, changes=told) == seal(**values, changes=apart) == revision.hash
            assert all(is_record(*one) for one in told) == (told == apart)


@examples(15)
@given(batches, st.randoms(use_true_random=False))
def test_the_order_inside_a_write_does_not_matter(history: list[list[Wish]], random: object) -> None:
    with fresh(None) as one, fresh(None) as other:
        states = play(one, history)
        everything = [Change(kind, record) for (kind, _), record in states[-1].items()]
        random.shuffle(everything)  # type: ignore[attr-defined]
        other.write(everything, actor="ann", act="add")
        assert _timeless(state_of(other.records())) == _timeless(states[-1])


def _timeless(state: State) -> dict[object, object]:
    return {key: to_payload(record) if isinstance(record, Evidence) else record for key, record in state.items()}


@examples(15)
@given(batches)
def test_writing_everything_again_writes_nothing(history: list[list[Wish]]) -> None:
    with fresh(None) as store:
        states = play(store, history)
        everything = [Change(kind, record) for (kind, _), record in states[-1].items()]
        again = store.write(everything, actor="bob", act="load again")
        assert again.number == len(states) - 1
        assert again.changes == ()
        assert len(store.revisions()) == len(states) - 1
