"""The life cycle of records under review, against a model of plain dictionaries; and what an undo restores."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import kg
from kg.errors import Conflict, Forbidden, KgError
from kg.model import Change, Claim, Entity, Evidence, Text, Work
from kg.record import Store
from tests.laws.review_model import Item, Key, Model

ACTORS = st.sampled_from(["ann", "bob", "cho"])
ENTITIES = [("t0", "Technique"), ("f0", "Factor"), ("r0", "Risk"), ("n0", "Technique"), ("n1", "Risk")]
ENDS = [("t0", "r0"), ("t0", "f0"), ("f0", "r0"), ("n0", "r0"), ("n0", "n1"), ("t0", "n1")]
ANSWERS = {"lang": "en"}


def outcome(act: Any) -> str:
    """What a call comes to, in the words of the model."""
    try:
        act()
    except Conflict:
        return "conflict"
    except Forbidden:
        return "forbidden"
    return "ok"


def answers(graph: kg.Graph) -> dict[str, Any]:
    """Every answer about the record, without its revision and the note, which counts what the record holds."""
    found = {
        "raises": graph.raises(),
        "matrix": graph.matrix(),
        "gaps": graph.gaps(),
        "disputes": graph.disputes(),
        "paths": graph.paths("t0", "r0"),
        "impact": graph.impact("t0"),
        "robustness": graph.robustness(),
    }
    return {
        name: {part: value for part, value in answer.items() if part not in {"note", "receipt", "revision"}}
        for name, answer in found.items()
    }


class Reviewing(RuleBasedStateMachine):
    """People propose, decide and undo; the record must stand as the model says after every step."""

    @initialize(two=st.booleans())
    def begin(self, two: bool) -> None:
        self.two = two
        self.graph = kg.Graph(Store.open(":memory:"))
        works = [Work(f"w{number}", "book", f"Work {number}", year=2020 + number) for number in range(3)]
        known = [Entity(id, type, Text(f"Label of {id}")) for id, type in ENTITIES[:3]]
        claim = Claim("t0--raises--r0", "t0", "raises", "r0")
        item = Evidence("w0.base", claim.id, "w0", "supports", "argument", "weak", "It does.", "abstract")
        first = [
            *(Change("work", work) for work in works),
            *(Change("entity", entity) for entity in known),
            Change("claim", claim),
            Change("evidence", item),
        ]
        self.graph.write(first, actor="kg", act="load pack")
        self.model = Model(claims={claim.id: ("t0", "r0")}, items={item.id: Item(claim.id, ("t0", "r0"))})
        state: dict[Key, str] = {("entity", entity.id): "accepted" for entity in known}
        state |= {("work", work.id): "current" for work in works}
        self.model.push({**state, ("claim", claim.id): "accepted", ("evidence", item.id): "accepted"})
        self.seen = {1: answers(self.graph)}

    def stands(self, key: Key) -> bool:
        return self.model.now.get(key) in {"proposed", "returned", "accepted"}

    @rule(actor=ACTORS, which=st.sampled_from(ENTITIES[3:]))
    def propose_entity(self, actor: str, which: tuple[str, str]) -> None:
        key = ("entity", which[0])
        added = self.graph.add_entity({"id": which[0], "type": which[1], "label": f"Label of {which[0]}"}, actor=actor)
        assert added["already"] is self.stands(key)
        if not added["already"]:
            self.model.propose(actor, {key: "proposed"})

    @rule(actor=ACTORS, ends=st.sampled_from(ENDS), work=st.integers(0, 2), said=st.integers(0, 1))
    def propose_item(self, actor: str, ends: tuple[str, str], work: int, said: int) -> None:
        claim, values = f"{ends[0]}--raises--{ends[1]}", self.values(ends, work, said)
        broken = any(not self.stands(("entity", end)) for end in ends)
        try:
            added = self.graph.add_evidence(values, actor=actor)
        except KgError:
            assert broken or any(
                item == Item(claim, ends) and self.model.now["evidence", id] in {"rejected", "revoked", "superseded"}
                for id, item in self.model.items.items()
            )
            return
        assert not broken
        key: Key = ("evidence", added["id"])
        assert added["already"] is self.stands(key)
        if added["already"]:
            return
        new: dict[Key, str] = {key: "proposed"}
        if not self.stands(("claim", claim)):
            new["claim", claim] = "proposed"
        self.model.claims[claim] = ends
        self.model.items[added["id"]] = Item(claim, ends)
        self.model.propose(actor, new)

    @rule(actor=ACTORS, act=st.sampled_from(["accept", "reject", "return", "revoke"]), at=st.integers(0, 99))
    def decide(self, actor: str, act: str, at: int) -> None:
        keys = sorted(key for key in self.model.now if key[0] != "work")
        waiting = [key for key in keys if self.model.now[key] in {"proposed", "returned"}]
        kind, id = (waiting or keys)[at // 2 % len(waiting or keys)] if at % 2 else keys[at // 2 % len(keys)]

        def call() -> None:
            if act == "revoke":
                self.graph.revoke(id, why="because", actor=actor)
            else:
                self.graph.review(id, act, why="because", actor=actor, two_person=self.two)

        assert outcome(call) == self.model.decide(act, (kind, id), actor, two=self.two)

    @rule(actor=ACTORS, at=st.integers(0, 99), said=st.integers(2, 3))
    def revise(self, actor: str, at: int, said: int) -> None:
        known = sorted(self.model.items)
        old = known[at % len(known)]
        item = self.model.items[old]
        values = {"statement": f"Said otherwise {said}.", "locator": "p. 1", "strength_reason": "One study."}
        claim: Key = ("claim", item.claim)
        try:
            made = self.graph.revise(old, values, actor=actor)
        except Conflict:
            broken = any(not self.stands(("entity", end)) for end in item.ends)
            said_before = any(
                one.revises is not None or self.model.now["evidence", id] == "superseded"
                for id, one in self.model.items.items()
            )
            assert broken or said_before or not self.stands(("evidence", old))
            return
        assert self.stands(("evidence", old))
        new: dict[Key, str] = {("evidence", made["id"]): "proposed"}
        if not self.stands(claim):
            new[claim] = "proposed"
        if self.model.now["evidence", old] != "accepted":
            new["evidence", old] = "superseded"
        if made["id"] not in self.model.items:
            self.model.items[made["id"]] = Item(item.claim, item.ends, revises=old)
        self.model.propose(actor, new)

    @precondition(lambda self: len(self.model.states) > 2)
    @rule(actor=ACTORS, back=st.integers(0, 6), with_later=st.booleans())
    def undo(self, actor: str, back: int, with_later: bool) -> None:
        number = max(2, len(self.model.states) - 1 - back)

        def call() -> None:
            told = self.graph.undo(number, why="wrong", actor=actor, with_later=with_later, two_person=self.two)
            assert number in told["undone"]
            assert told["revision"] == self.graph.revision

        newest = number == len(self.model.states) - 1
        found = outcome(call)
        assert found == self.model.undo(number, actor, with_later=with_later, two=self.two)
        if found == "ok" and newest:
            assert answers(self.graph) == self.seen[number - 1]

    def values(self, ends: tuple[str, str], work: int, said: int) -> dict[str, Any]:
        return {
            "subject": ends[0],
            "relation": "raises",
            "object": ends[1],
            "work": f"w{work}",
            "stance": "supports",
            "kind": "case-report",
            "strength": "moderate",
            "strength_reason": "One study.",
            "locator": "p. 1",
            "statement": f"It was seen {said}.",
            "basis": "full-text",
        }

    @invariant()
    def as_the_model_says(self) -> None:
        snapshot = self.graph.snapshot
        assert snapshot.revision == len(self.model.states) - 1
        held = {"entity": snapshot.entities, "claim": snapshot.claims, "evidence": snapshot.evidence}
        stand = {(kind, id): one.status for kind, some in held.items() for id, one in some.items()}
        stand |= {("work", id): one.status for id, one in snapshot.works.items()}
        assert stand == self.model.now
        assert set(self.graph.network().links) == self.model.links()
        counting = [id for id, item in snapshot.evidence.items() if item.status == "accepted"]
        firsts = [(self.model.above(id) or [id])[-1] for id in counting]
        assert len(set(firsts)) == len(firsts), "an item and its revision count both"
        waiting = {key for key, status in self.model.now.items() if status in {"proposed", "returned"}}
        page = self.graph.reviews(limit=200)
        assert {(item["kind"], item["id"]) for item in page["items"]} == waiting
        assert page["total"] == len(waiting)
        assert all(
            set(item["proposed_by"]) == self.model.proposers((item["kind"], item["id"])) for item in page["items"]
        )
        self.seen.setdefault(snapshot.revision, answers(self.graph))

    def teardown(self) -> None:
        if hasattr(self, "graph"):
            assert self.graph.verify()["problems"] == []
            self.graph.store.close()


Reviewing.TestCase.settings = settings(
    max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)


class TestReviewing(Reviewing.TestCase):  # type: ignore[name-defined,misc]
    """The machine, run by pytest."""

    pytestmark = [pytest.mark.filterwarnings("default")]
