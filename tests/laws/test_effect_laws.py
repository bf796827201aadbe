"""What contributing rests on: networks with other records, previews, undone histories; each against a second way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kg
from kg.contribute.effects import IF_ACCEPTED, effect, network_with
from kg.criteria import Criteria
from kg.model import Claim, Entity, Evidence, Record, kind_of, to_payload
from kg.network import Network
from kg.question import reach, retraction
from kg.question.compare import Comparison
from kg.record import Store
from kg.vocabulary import load
from tests import builders
from tests.histories import Clock, State, Wish, batches, changes_for, state_of

LINES = [
    "a raises b",
    "b raises c weak good:disputes",
    "a lowers c low",
    "c raises d",
    "b enables d weak",
    "d raises a",
]
TYPES = {"a": "Technique", "b": "Factor", "c": "Risk", "d": "Risk"}
STATUSES = st.sampled_from(["accepted", "proposed", "returned", "rejected", "revoked", "superseded"])


@st.composite
def altered(draw: st.DrawFn) -> tuple[list[Record], list[Record]]:
    """The records of a small graph, and some of them in another state."""
    known = builders.records(*LINES, types=TYPES)
    some = draw(st.lists(st.sampled_from(known), min_size=1, max_size=4, unique_by=lambda one: (type(one), one.id)))
    other: list[Record] = []
    for record in some:
        if isinstance(record, Entity | Claim | Evidence):
            other.append(replace(record, status=draw(STATUSES)))
        else:
            other.append(replace(record, status=draw(st.sampled_from(["current", "retracted", "revoked"]))))
    return known, other


def shown(network: Network) -> object:
    return sorted(network.ids), sorted(network.links), {id: one.opinion for id, one in network.weighings.items()}


@settings(max_examples=60, deadline=None)
@given(altered(), st.booleans())
def test_a_network_with_records_is_one_built_with_them(
    given_: tuple[list[Record], list[Record]], include_proposed: bool
) -> None:
    known, other = given_
    criteria = Criteria(include_proposed=include_proposed)
    before = Network.build(builders.snapshot(known), criteria, load())
    after = network_with(before, other)
    merged = {(kind_of(one), one.id): one for one in (*known, *other)}
    built = Network.build(builders.snapshot(merged.values()), criteria, load())
    assert shown(after) == shown(built)
    told = effect(before, after, IF_ACCEPTED, records=other)
    whole = Comparison(before, built, IF_ACCEPTED)
    assert {one["claim"] for one in told["claims"]} == whole.changed
    assert told["claims"] == whole.claims(lang="en")
    assert told["changes"] == whole.pairs(*whole.ends(None, None), max_links=6, lang="en", limits=set())
    assert told["complete"] is True


def test_a_large_record_is_told_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    before = builders.network(*LINES, types=TYPES)
    claim = before.snapshot.claims["a--raises--b"]
    gone = [replace(claim, status="revoked")]
    after = network_with(before, gone)
    whole = effect(before, after, IF_ACCEPTED, records=gone)
    assert whole["complete"]
    assert whole["changes"]
    monkeypatch.setattr(reach, "BUDGET", 0)
    part = effect(before, after, IF_ACCEPTED, records=gone)
    assert (part["complete"], part["limits"], part["changes"]) == (False, ["rows"], [])
    assert part["claims"] == whole["claims"]


def test_retracting_in_a_large_record_is_told_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    before = builders.network(*LINES, types=TYPES)
    for paper in before.snapshot.works.values():
        after = network_with(before, [replace(paper, status="retracted")])
        monkeypatch.undo()
        whole = retraction.find(before, after, paper, status="retracted")
        monkeypatch.setattr(reach, "BUDGET", 0)
        part = retraction.find(before, after, paper, status="retracted")
        assert (whole["complete"], part["complete"]) == (True, not whole["claims"])
        assert (part["changes"], part["claims"]) == ([], whole["claims"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(batches, st.integers(0, 50))
def test_undoing_with_later_ones_restores_what_stood(history: list[list[Wish]], at: int) -> None:
    """Any history of any records, contents and statuses alike, against the states that a dictionary remembers."""
    with Store.open(":memory:", clock=Clock()) as store:
        graph = kg.Graph(store)
        states: list[State] = [{}]
        for batch in history:
            written = store.write(changes_for(batch, states[-1]), actor="ann", act="add")
            if written.number == len(states):
                states.append(state_of(store.records()))
        if len(states) == 1:
            return
        number = at % (len(states) - 1) + 1

        def touched(one: int) -> set[object]:
            return {key for key, record in states[one].items() if payload(states[one - 1].get(key)) != payload(record)}

        undone = {number}
        while more := {
            later
            for later in range(number, len(states))
            if later not in undone and any(one < later and touched(one) & touched(later) for one in undone)
        }:
            undone |= more
        wanted: dict[object, object] = {key: payload(record) for key, record in states[-1].items()}
        for key in {key for one in undone for key in touched(one)}:
            first = min(one for one in undone if key in touched(one))
            old = payload(states[first - 1].get(key))  # type: ignore[call-overload]
            wanted[key] = {**wanted[key], "status": "revoked"} if old is None else old  # type: ignore[dict-item]
        same = wanted == {key: payload(record) for key, record in states[-1].items()}
        if same:
            with pytest.raises(kg.Conflict):
                graph.undo(number, why="because", actor="bob", with_later=True, two_person=False)
            return
        told = graph.undo(number, why="because", actor="bob", with_later=True, two_person=False)
        assert set(told["undone"]) == undone
        assert {key: payload(record) for key, record in state_of(store.records()).items()} == wanted
        assert store.verify() == []


def payload(record: Record | None) -> object:
    return None if record is None else {**to_payload(record), "status": record.status}
