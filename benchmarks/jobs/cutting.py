"""Minimum cuts: the fewest claims without which a technique leads to no risk any more, signs and lengths aside.

Lives here: a job on a drawn graph. May enter: a number of claims. Peers start from a graph that they have already;
ours starts from the arrays of claims that every question starts from, and says which claims are cut. Values are
compared, and that what ours cuts separates the two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import igraph
import networkx as nx
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from benchmarks.generate import Drawn, draw
from benchmarks.measuring import OURS, Act, Figure, race
from kg.compiled.arrays import Arrays
from kg.compiled.ways import Ways
from kg.vocabulary import load

NETWORKX_MOST, FEW, LARGE, SEED = 100_000, 5, 1_000_000, 7


def measure(claims: int) -> Iterator[Figure]:
    """Measure minimum cuts of a few pairs of a technique and a risk; the figure is the mean of one."""
    drawn = draw(claims)
    nodes = len(drawn.types)
    columns = (drawn.subject, drawn.object, drawn.signs)
    arrays = Arrays.of_columns(range(claims), nodes, *columns, drawn.expected(load()))
    random = np.random.default_rng(SEED)
    ends = [random.permutation(drawn.entities(type))[:FEW].tolist() for type in ("Technique", "Risk")]
    pairs = list(zip(*ends, strict=True))
    graph = _sparse(drawn, np.ones(claims, bool))

    def ours() -> list[tuple[int, Any]]:
        ways = Ways.of_arrays(arrays)
        return [ways.cut(np.array([source]), np.array([sink])) for source, sink in pairs]

    def is_same(found: Sequence[int], first: Sequence[tuple[int, Any]]) -> bool:
        return list(found) == [value for value, _ in first] and all(map(is_apart, first, pairs))

    def is_apart(one: tuple[int, Any], pair: tuple[int, int]) -> bool:
        left = np.ones(claims, bool)
        left[one[1]] = False
        reached = breadth_first_order(_sparse(drawn, left), pair[0], return_predecessors=False)
        return one[0] == len(one[1]) and pair[1] not in reached

    turns = 3 if claims < LARGE else 1
    edges = np.stack([drawn.subject, drawn.object], axis=1)
    other = igraph.Graph(n=nodes, edges=edges, directed=True)

    def with_igraph() -> list[int]:
        return [int(other.mincut(*pair).value) for pair in pairs]

    acts = {
        OURS: Act(ours, len(pairs)),
        "scipy": Act(
            lambda: [int(maximum_flow(graph, *pair).flow_value) for pair in pairs],
            len(pairs),
            3,
            is_same,
            "value alone",
        ),
        "igraph": Act(with_igraph, len(pairs), turns, is_same),
    }
    if claims <= NETWORKX_MOST:
        plain = nx.DiGraph()
        plain.add_nodes_from(range(nodes))
        entries = graph.tocoo()
        rows = zip(entries.row.tolist(), entries.col.tolist(), entries.data.tolist(), strict=True)
        plain.add_weighted_edges_from(rows, weight="capacity")
        few = pairs if claims < NETWORKX_MOST else pairs[:1]

        def with_networkx() -> list[int]:
            return [nx.minimum_cut(plain, *pair)[0] for pair in few]

        acts["networkx"] = Act(
            with_networkx, len(few), 1, lambda found, first: is_same(found, first[: len(few)]), "DiGraph"
        )
    yield from race("minimum cut", claims, acts)


def _sparse(drawn: Drawn, left: Any) -> Any:
    """Return the number of claims between each two entities, of those that are left."""
    nodes = len(drawn.types)
    ends = (drawn.subject[left], drawn.object[left])
    made = csr_array((np.ones(int(left.sum()), np.int32), ends), shape=(nodes, nodes))
    made.sum_duplicates()
    return made
