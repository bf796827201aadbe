"""Costs of all pairs lie between those of the best walks and of the best simple paths, found without kernels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.compiled import matrix
from kg.compiled.arrays import CODES, Arrays, cost_of
from kg.compiled.kernels import FAR
from kg.compiled.matrix import pair_costs
from kg.criteria import Criteria
from kg.engine import TIE, best_paths
from kg.network import Network
from tests.builders import records, snapshot
from tests.laws.test_compiled_laws import NAMES, VOCABULARY, lines, terminal


def walks(net: Network, source: int, max_links: int) -> dict[tuple[int, int], int]:
    """The least cost by node and sign of walks from a node, those that come back included."""
    found: dict[tuple[int, int], int] = {}
    layer = {(source, 1): 0}
    for length in range(max_links):
        following: dict[tuple[int, int], int] = {}
        for (node, sign), cost in layer.items():
            for step in () if length and node in net.blocked else net.forward[node]:
                state, total = (step.node, sign * step.sign), cost + step.cost
                found[state] = min(found.get(state, FAR), total)
                if not step.last:
                    following[state] = min(following.get(state, FAR), total)
        layer = following
    return found


def simple(net: Network, source: int, target: int, sign: int, max_links: int) -> int:
    """The cost of the best simple path, as the plain engine finds it."""
    ends = frozenset([source]), frozenset([target])
    paths = best_paths(net, *ends, k=1, max_links=max_links, sign=sign).paths
    return sum(cost_of(net.opinion(claim).expected) for claim in paths[0]) if paths else FAR


@pytest.mark.parametrize("meeting", [0.0, 1e12], ids=["met", "abreast"])
@settings(max_examples=40, deadline=None)
@given(lines, st.integers(1, 9), st.sampled_from(["", "c"]), st.booleans(), st.booleans(), st.integers(1, 2))
def test_pair_costs_bound_simple_paths_by_walks(
    meeting: float, some: list[str], max_links: int, block: str, neutral: bool, ending: bool, threads: int
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
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(matrix, "MEETING", meeting)
            best = pair_costs(arrays, sources, targets, max_links=max_links, threads=threads)
        for row, source in enumerate(sources):
            wanted = walks(net, source, max_links)
            for col, target in enumerate(targets):
                if source == target:
                    assert (best[row, col] == FAR).all()
                    continue
                for sign, code in CODES.items():
                    if code < arrays.signs:
                        found = int(best[row, col, code])
                        assert wanted.get((target, sign), FAR) <= found
                        assert found <= simple(net, source, target, sign, max_links) + TIE


@pytest.mark.parametrize("meeting", [0.0, 1e12], ids=["met", "abreast"])
def test_chains_are_walked_to_the_last_link(meeting: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "MEETING", meeting)
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
