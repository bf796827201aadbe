"""After a change only pairs that it can move are asked again: bounds leave none of them out, and little is kept."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.generate import draw, snapshot
from kg.compiled import again, bounds, search
from kg.criteria import Criteria
from kg.engine import Reached
from kg.ids import claim_id
from kg.network import Network
from kg.scenario import Scenario
from kg.suppositions import Assumption
from kg.vocabulary import Vocabulary, load

VOCABULARY: Vocabulary = load()


def generated(claims: int, seed: int, criteria: Criteria | None = None) -> Network:
    return Network.build(snapshot(draw(claims, seed), VOCABULARY), criteria or Criteria(), VOCABULARY)


def orderly(reached: Reached) -> tuple[object, ...]:
    return reached.paths, reached.exhaustive, reached.complete


@pytest.mark.parametrize("wide", [bounds.WIDE, 1e-9])
@pytest.mark.parametrize("forward", [True, False])
def test_bounds_leave_out_no_pair_that_moves(forward: bool, wide: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "WIDE", wide)
    net, chance = generated(2_000, 3), random.Random(4)
    name = net.of_types(["Technique" if forward else "Risk"])[1]
    options: dict[str, Any] = {"forward": forward, "max_links": 5, "walks": 100}
    search.reach(net, frozenset([net.index[name]]), **options)
    claims, works = sorted(net.links), sorted(net.snapshot.works)
    left_out = 0
    for _ in range(12):
        some = chance.sample(claims, chance.randint(1, 3))
        ends = [claim.split("--") for claim in some]
        if chance.random() < 0.5:
            ends[0][2] = chance.choice(claims).split("--")[2]  # mostly a claim that was not there
        add = tuple({claim_id(*end): Assumption(*end, chance.choice([0.2, 0.5, 0.9])) for end in ends}.values())
        changed, _ = Scenario(drop_work=tuple(chance.sample(works, 2)), add=tuple(sorted(add))).apply(net)
        fresh = search.reach(replace(changed), frozenset([net.index[name]]), **options)
        again_ = search.reach(changed, frozenset([net.index[name]]), **options)
        assert orderly(again_) == orderly(fresh)
        cheaper = changed.kept["change"].cheaper
        left_out += len(cheaper) - len({claim for claim, _ in changed.kept.get("walks", {})})
    assert left_out > 12


def test_what_is_kept_is_bounded_by_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(again, "KEPT_BYTES", 500_000)
    net = generated(2_000, 3)
    for name in net.of_types(["Technique"])[:20]:
        search.reach(net, frozenset([net.index[name]]), forward=True, max_links=5, walks=100)
    kept = net.kept["reached"]
    assert 0 < len(kept) < 20
    assert kept.weight <= 500_000
