"""Costs of all pairs equal those of walks found by dynamic programming over every claim, one link at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.compiled.arrays import CODES, Arrays
from kg.compiled.kernels import FAR
from kg.compiled.matrix import pair_costs
from kg.criteria import Criteria
from kg.network import Network
from tests.builders import records, snapshot
from tests.laws.test_compiled_laws import NAMES, VOCABULARY, lines, terminal


def walks(net: Network, source: int, max_links: int) -> dict[tuple[int, int], int]:
    """The least cost by node and sign of walks that leave a node and do not come back to it."""
    found: dict[tuple[int, int], int] = {}
    layer = {(source, 1): 0}
    for length in range(max_links):
        following: dict[tuple[int, int], int] = {}
        for (node, sign), cost in layer.items():
            if length and node in net.blocked:
                continue
            for step in net.forward[node]:
                if step.node == source:
                    continue
                state, total = (step.node, sign * step.sign), cost + step.cost
                found[state] = min(found.get(state, FAR), total)
                if not step.last:
                    following[state] = min(following.get(state, FAR), total)
        layer = following
    return found


@settings(max_examples=80, deadline=None)
@given(lines, st.integers(1, 9), st.sampled_from(["", "c"]), st.booleans(), st.booleans(), st.integers(1, 2))
def test_pair_costs_equal_dynamic_programming(
    some: list[str], max_links: int, block: str, neutral: bool, ending: bool, threads: int
) -> None:
    relation = ("raises", "lowers", "enables", "requires", "affects") if neutral else ()
    net = Network.build(
        snapshot(records(*some, *(f"{name} raises z" for name in NAMES))),
        Criteria(block=tuple(block), relation=relation),
        terminal() if ending else VOCABULARY,
    )
    arrays = Arrays.of(net)
    nodes = range(len(net.ids))
    for sources, targets in ((nodes[:3], nodes), (nodes, nodes[5:])):
        best = pair_costs(arrays, sources, targets, max_links=max_links, threads=threads)
        for row, source in enumerate(sources):
            wanted = walks(net, source, max_links)
            for col, target in enumerate(targets):
                if source == target:
                    assert (best[row, col] == FAR).all()
                    continue
                for sign, code in CODES.items():
                    if code < arrays.signs:
                        # From behind a walk may come back to the source, which never makes it cheaper for its sign
                        # unless the way round turns the sign: then it is a bound from below.
                        given_ = int(best[row, col, code])
                        assert given_ <= wanted.get((target, sign), FAR)
                        if given_ < wanted.get((target, sign), FAR):
                            assert _comes_back(net, source, max_links)


def _comes_back(net: Network, source: int, max_links: int) -> bool:
    """Say whether the source can be reached from one of its own objects."""
    edge = {step.node for step in net.forward[source]}
    for _ in range(max_links):
        edge |= {step.node for node in edge for step in net.forward[node]}
    return source in edge


def test_the_two_ways_agree_on_a_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    count = 9
    arrays = Arrays.of_columns(
        range(count - 1), count, np.arange(count - 1), np.arange(1, count), [-1] * (count - 1), [0.5] * (count - 1)
    )
    for max_links in range(1, 9):
        best = pair_costs(arrays, range(count), range(count), max_links=max_links)
        for source in range(count):
            for target in range(count):
                links = target - source
                there = best[source, target]
                if 0 < links <= max_links:
                    assert there[links % 2] == links * int(arrays.costs[0])
                    assert there[1 - links % 2] == FAR
                else:
                    assert (there == FAR).all()
