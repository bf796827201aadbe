"""The compiled engine beside plain Python, networkx, igraph, scipy and rustworkx, in one run on the same graph.

    pip install -e '.[bench]' && python -m benchmarks.engines 10000 1000000

Lives here: what is measured, and whether the engines agree. Peers know neither signs nor a bound on links: they walk a
graph with a copy of each entity for each sign and number of links, which is the same job. Times are processor time of
one thread, least of several interleaved runs.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import igraph
import networkx as nx
import numpy as np
import rustworkx
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.generate import Drawn, draw
from kg.compiled import kernels, matrix, search
from kg.compiled.arrays import Arrays
from kg.engine import POP_LIMIT
from kg.vocabulary import load

LINKS, K, FEW = 6, 10, 4
PATIENCE = 40.0
"""Seconds of processor time after which a peer gets no further runs."""


@dataclass(frozen=True)
class Timing:
    """One cell of the table: milliseconds of processor time for the whole job; `share` of it was run, then scaled."""

    claims: int
    job: str
    engine: str
    milliseconds: float
    share: float = 1.0
    agrees: bool | None = None


def timed(act: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """Return the least processor time of some runs, fewer when they are slow, and what the last one found."""
    times: list[float] = []
    found = None
    while len(times) < repeats and sum(times) < PATIENCE:
        start = time.process_time()
        found = act()
        times.append(time.process_time() - start)
    return min(times) * 1_000, found


@dataclass(frozen=True)
class Layered:
    """A copy of each entity for each sign and number of links: state `(links * n + node) * 2 + sign code`."""

    nodes: int
    tail: Any
    head: Any
    cost: Any

    @classmethod
    def of(cls, drawn: Drawn, cost: Any) -> Layered:
        """Collapse parallel claims of one sign to the cheapest, and copy what is left."""
        nodes = len(drawn.types)
        minus = (drawn.signs < 0).astype(np.int64)
        key = (drawn.subject.astype(np.int64) * nodes + drawn.object) * 2 + minus
        order = np.lexsort((cost, key))
        order = order[np.append(True, np.diff(key[order]) != 0)]
        subject, object_ = drawn.subject[order].astype(np.int64), drawn.object[order].astype(np.int64)
        tails, heads = [], []
        for links in range(LINKS):
            for sign in (0, 1):
                tails.append((links * nodes + subject) * 2 + sign)
                heads.append(((links + 1) * nodes + object_) * 2 + (minus[order] ^ sign))
        return cls(nodes, np.concatenate(tails), np.concatenate(heads), np.tile(cost[order], 2 * LINKS).astype(float))

    @property
    def states(self) -> int:
        """Number of states."""
        return (LINKS + 1) * self.nodes * 2

    def ends(self, targets: Sequence[int]) -> list[int]:
        """Return the states of some targets: for each number of links, target, sign."""
        return [
            (links * self.nodes + target) * 2 + sign
            for links in range(1, LINKS + 1)
            for target in targets
            for sign in (0, 1)
        ]

    def least(self, found: Any, targets: int) -> Any:
        """Return the least over the number of links: source, target, sign."""
        return np.asarray(found).reshape(-1, LINKS, targets, 2).min(axis=1)


class Peers:
    """The same layered graph in each library."""

    def __init__(self, layered: Layered) -> None:
        self.layered = layered
        shape = (layered.states, layered.states)
        self.scipy = csr_array((layered.cost, (layered.tail, layered.head)), shape=shape)
        self.igraph = igraph.Graph(
            n=layered.states, edges=np.stack([layered.tail, layered.head], axis=1), directed=True
        )
        self.igraph.es["cost"] = layered.cost.tolist()

    def pairs_scipy(self, sources: Sequence[int], targets: Sequence[int]) -> Any:
        """One search a source."""
        found = dijkstra(self.scipy, indices=[2 * source for source in sources])
        return self.layered.least(found[:, self.layered.ends(targets)], len(targets))

    def pairs_igraph(self, sources: Sequence[int], targets: Sequence[int]) -> Any:
        """One search a source, to the targets."""
        found = self.igraph.distances(
            source=[2 * source for source in sources], target=self.layered.ends(targets), weights="cost"
        )
        return self.layered.least(found, len(targets))


def rustworkx_graph(layered: Layered) -> Any:
    """The layered graph for rustworkx."""
    graph = rustworkx.PyDiGraph(multigraph=False)
    graph.add_nodes_from(range(layered.states))
    graph.add_edges_from(list(zip(layered.tail.tolist(), layered.head.tolist(), layered.cost.tolist(), strict=True)))
    return graph


def networkx_graph(layered: Layered) -> Any:
    """The layered graph for networkx."""
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(
        zip(layered.tail.tolist(), layered.head.tolist(), layered.cost.tolist(), strict=True), weight="cost"
    )
    return graph


def compare(claims: int, *, heavy: bool) -> list[Timing]:
    """Measure the jobs on one graph. `heavy` leaves out what takes minutes or gigabytes: networkx and rustworkx."""
    drawn = draw(claims)
    expected = drawn.expected(load())
    arrays = Arrays.of_columns(range(claims), len(drawn.types), drawn.subject, drawn.object, drawn.signs, expected)
    layered = Layered.of(drawn, arrays.costs[arrays.code])
    techniques, risks = drawn.entities("Technique").tolist(), drawn.entities("Risk").tolist()
    peers = Peers(layered)
    few = techniques[: FEW // 2 if heavy else FEW]
    rows: list[Timing] = []

    def ours() -> Any:
        return matrix.pair_costs(arrays, techniques, risks, max_links=LINKS)

    ours()
    job = f"cost of all {len(techniques)} x {len(risks)} pairs"
    spent, best = timed(ours, 5)
    rows.append(Timing(claims, job, "compiled", spent))

    def against(engine: str, act: Callable[[Sequence[int]], Any], chosen: Sequence[int]) -> None:
        spent, found = timed(lambda: act(chosen), 1 if heavy else 3)
        wanted = best[: len(chosen), :, :2].astype(float)
        wanted[wanted >= kernels.FAR] = np.inf
        share = len(chosen) / len(techniques)
        rows.append(Timing(claims, job, engine, spent / share, share, bool(np.array_equal(found, wanted))))

    against("scipy", lambda some: peers.pairs_scipy(some, risks), few)
    against("igraph", lambda some: peers.pairs_igraph(some, risks), few if heavy else techniques)
    if not heavy:
        graph, other = networkx_graph(layered), rustworkx_graph(layered)
        ends = layered.ends(risks)

        def with_networkx(some: Sequence[int]) -> Any:
            found = [nx.single_source_dijkstra_path_length(graph, 2 * one, weight="cost") for one in some]
            return layered.least([[row.get(end, np.inf) for end in ends] for row in found], len(risks))

        def with_rustworkx(some: Sequence[int]) -> Any:
            found = [rustworkx.digraph_dijkstra_shortest_path_lengths(other, 2 * one, float) for one in some]
            return layered.least([[row.get(end, np.inf) for end in ends] for row in map(dict, found)], len(risks))

        against("networkx", with_networkx, few)
        against("rustworkx", with_rustworkx, few)
    rows += impacts(claims, arrays, peers, few, 1 if heavy else 3)
    joined = np.argwhere(best.min(axis=2) < kernels.FAR)
    some = np.random.default_rng(7).choice(joined, 41)
    pairs = [(techniques[row], risks[col]) for row, col in some.tolist()]
    rows += best_of_pairs(claims, drawn, arrays, pairs, heavy=heavy)
    return rows


def impacts(claims: int, arrays: Arrays, peers: Peers, sources: Sequence[int], repeats: int) -> list[Timing]:
    """Cost of everything that one entity reaches by up to six claims; mean of a few entities."""
    room = search.Scratch.of(arrays)

    def ours() -> None:
        for source in sources:
            anchor = np.array([source], np.int32)
            found = kernels.grow(
                arrays.start, arrays.to, arrays.code, arrays.costs, arrays.blocked, anchor, room.need, LINKS,
                arrays.bits, arrays.half, LINKS, False, True, room.best, room.head,
            )  # fmt: skip
            kernels.clear(found[0], anchor, arrays.bits, room.best, room.head)

    ours()
    job = f"cost of all that one entity reaches by {LINKS} links"
    states = [2 * source for source in sources]
    measured = {
        "compiled": timed(ours, 9)[0],
        "scipy": timed(lambda: [dijkstra(peers.scipy, indices=state) for state in states], repeats)[0],
        "igraph": timed(lambda: [peers.igraph.distances(source=state, weights="cost") for state in states], repeats)[0],
    }
    return [Timing(claims, job, engine, spent / len(sources)) for engine, spent in measured.items()]


def best_of_pairs(
    claims: int, drawn: Drawn, arrays: Arrays, pairs: Sequence[tuple[int, int]], *, heavy: bool
) -> list[Timing]:
    """The ten best simple paths of a pair, median of pairs. Ours: at most six claims, signs told apart.

    Peers know no bound on links and no signs, which is less to do.
    """
    search.best_rows(arrays, [pairs[0][0]], [pairs[0][1]], K, LINKS, -1, POP_LIMIT)
    ours = [timed(lambda a=a, b=b: search.best_rows(arrays, [a], [b], K, LINKS, -1, POP_LIMIT), 3)[0] for a, b in pairs]
    job = f"{K} best simple paths of a pair"
    rows = [Timing(claims, job, "compiled", statistics.median(ours))]
    cost = arrays.costs[arrays.code].astype(float)
    plain = igraph.Graph(n=arrays.nodes, edges=np.stack([drawn.subject, drawn.object], axis=1), directed=True)
    weights = cost.tolist()
    yen = [
        timed(lambda a=a, b=b: plain.get_k_shortest_paths(a, to=b, k=K, weights=weights), 1)[0]
        for a, b in pairs[: 3 if heavy else 11]
    ]
    rows.append(Timing(claims, job, "igraph (Yen)", statistics.median(yen)))
    if not heavy:
        graph = nx.DiGraph()
        for a, b, one in zip(drawn.subject.tolist(), drawn.object.tolist(), weights, strict=True):
            if not graph.has_edge(a, b) or graph[a][b]["cost"] > one:
                graph.add_edge(a, b, cost=one)

        def some(a: int, b: int) -> list[Any]:
            found = nx.shortest_simple_paths(graph, a, b, weight="cost")
            return [path for path, _ in zip(found, range(K), strict=False)]

        spent = [timed(lambda a=a, b=b: some(a, b), 1)[0] for a, b in pairs[:7]]
        rows.append(Timing(claims, job, "networkx (Yen)", statistics.median(spent)))
    return rows


def table(rows: Sequence[Timing]) -> str:
    """Return the figures as Markdown, with the ratio to the compiled engine."""
    ours = {(row.claims, row.job): row.milliseconds for row in rows if row.engine == "compiled"}
    lines = ["| claims | job | engine | ms | times ours | agrees |", "|---:|---|---|---:|---:|---|"]
    for row in rows:
        ratio = row.milliseconds / ours[row.claims, row.job]
        share = "" if row.share == 1 else f" ({row.share:.0%} run, scaled)"
        agrees = {None: "", True: "yes", False: "NO"}[row.agrees]
        lines.append(
            f"| {row.claims:,} | {row.job} | {row.engine}{share} | {row.milliseconds:,.2f} | {ratio:,.1f} | {agrees} |"
        )
    return "\n".join(lines)


def main() -> int:
    """Measure the sizes that are asked for; return 1 when an engine disagrees."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engines")
    parser.add_argument("claims", type=int, nargs="*", default=[10_000])
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    rows = [row for claims in given.claims for row in compare(claims, heavy=claims > 200_000)]
    print(table(rows))
    if given.json:
        given.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", encoding="utf-8")
    return int(any(row.agrees is False for row in rows))


if __name__ == "__main__":
    raise SystemExit(main())
