"""Searching: all pairs, best paths, impact, what is near, memory; the compiled engine beside graph libraries.

Lives here: jobs on a drawn graph. May enter: numbers of claims. Peers know neither signs nor a bound on links: scipy,
igraph and rustworkx walk a graph with a copy of each entity for each sign and number of links, networkx is walked in
rounds, as a program on it would have to. Where a peer is asked for less than the job, its note says so.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import islice
from typing import Any

import igraph
import networkx as nx
import numpy as np
import orjson
import psutil
import rustworkx
from scipy.sparse.csgraph import dijkstra

from benchmarks.engines import LINKS, K, Layered, Peers, rustworkx_graph
from benchmarks.generate import Drawn, draw
from benchmarks.measuring import OURS, Act, Figure, race
from kg.compiled import kernels, lanes, matrix, search
from kg.compiled.arrays import Arrays
from kg.compiled.scratch import Scratch
from kg.engine import POP_LIMIT
from kg.vocabulary import load

LAYERED_MOST, NETWORKX_MOST, RUSTWORKX_MOST, YEN_MOST = 1_000_000, 1_000_000, 100_000, 10_000
FEW, SHOWN, HOPS = 3, 100, 2
LARGE = 1_000_000
"""Claims from which on peers are asked once, for a single source."""
SEED = 7


class Bench:
    """One drawn graph in the form of each library, each made when a job first asks for it."""

    def __init__(self, claims: int) -> None:
        self.claims = claims
        self.drawn: Drawn = draw(claims)
        nodes = len(self.drawn.types)
        columns = (self.drawn.subject, self.drawn.object, self.drawn.signs)
        self.arrays = Arrays.of_columns(range(claims), nodes, *columns, self.drawn.expected(load()))
        self.cost = self.arrays.costs[self.arrays.code]
        self.techniques = self.drawn.entities("Technique").tolist()
        self.risks = self.drawn.entities("Risk").tolist()
        few = FEW if claims < LARGE else 1
        self.turns = FEW if claims < LARGE else 1
        self.some = np.random.default_rng(SEED).permutation(self.techniques)[:few].tolist()
        self.grown: dict[str, int] = {}
        self.layered = self.peers = self.rustworkx = self.networkx = None
        if claims <= LAYERED_MOST:
            self.layered = Layered.of(self.drawn, self.cost)
            self.peers = Peers(self.layered)
        if claims <= RUSTWORKX_MOST:
            self.rustworkx = rustworkx_graph(self.layered)
        if claims <= NETWORKX_MOST:
            self.networkx = self._measured("networkx", self._multigraph)

    def _measured(self, name: str, make: Any) -> Any:
        """Make something, and remember by how many bytes the process grew."""
        gc.collect()
        before = psutil.Process().memory_info().rss
        made = make()
        self.grown[name] = psutil.Process().memory_info().rss - before
        return made

    def _multigraph(self) -> Any:
        graph = nx.MultiDiGraph()
        graph.add_nodes_from(range(self.arrays.nodes))
        minus = (self.drawn.signs < 0).tolist()
        ends = zip(self.drawn.subject.tolist(), self.drawn.object.tolist(), strict=True)
        for key, ((a, b), sign, cost) in enumerate(zip(ends, minus, self.cost.tolist(), strict=True)):
            graph.add_edge(a, b, key=key, sign=int(sign), cost=cost)
        return graph

    def reached(self, source: int) -> Any:
        """Return the least cost of each node and sign, by kernels."""
        arrays, room, anchor = self.arrays, Scratch.of(self.arrays), np.array([source], np.int32)
        state, links, cost, _ = kernels.grow(
            arrays.start, arrays.to, arrays.code, arrays.costs, arrays.blocked, anchor, room.need, LINKS,
            arrays.bits, arrays.half, LINKS, False, True, room.best, room.head,
        )  # fmt: skip
        node, sign, least = lanes.newest(state, links, cost, room.head, arrays.bits, arrays.half)
        kernels.clear(state, anchor, arrays.bits, room.best, room.head)
        return node, sign, least

    def table(self, found: Any) -> Any:
        """Return costs by node and sign, infinite where there is none, from what `reached` gives."""
        made = np.full((self.arrays.nodes, 2), np.inf)
        node, sign, least = found
        np.minimum.at(made, (node, sign & 3), least.astype(float))
        return made

    def rounds(self, source: int) -> dict[tuple[int, int], int]:
        """Walk the MultiDiGraph in rounds by number of links: least cost of each node and sign."""
        adjacency = self.networkx.adj
        best = {(source, 0): 0}
        edge = dict(best)
        for _ in range(LINKS):
            fresh: dict[tuple[int, int], int] = {}
            for (node, sign), cost in edge.items():
                for other, links in adjacency[node].items():
                    for link in links.values():
                        state, total = (other, sign ^ link["sign"]), cost + link["cost"]
                        if total < best.get(state, kernels.FAR):
                            best[state] = fresh[state] = total
            edge = {state: best[state] for state in fresh}
        return best


def pairs(bench: Bench) -> list[Figure]:
    """The least cost of every technique and risk, both signs, at most six links."""
    arrays, techniques, risks, some = bench.arrays, bench.techniques, bench.risks, bench.some
    share = len(some) / len(techniques)
    rows = [techniques.index(one) for one in some]

    def is_same(found: Any, first: Any) -> bool:
        wanted = first[rows if len(found) == len(rows) else slice(None), :, :2].astype(float)
        return bool(np.array_equal(found, np.where(wanted >= kernels.FAR, np.inf, wanted)))

    acts = {OURS: Act(lambda: matrix.pair_costs(arrays, techniques, risks, max_links=LINKS))}
    peers, layered = bench.peers, bench.layered
    if peers is not None and layered is not None:
        ends = layered.ends(risks)
        acts["scipy"] = Act(lambda: peers.pairs_scipy(some, risks), share, bench.turns, is_same)
        acts["igraph"] = Act(lambda: peers.pairs_igraph(some, risks), share, bench.turns, is_same)

        def with_rustworkx() -> Any:
            walked = [rustworkx.digraph_dijkstra_shortest_path_lengths(bench.rustworkx, 2 * one, float) for one in some]
            return layered.least([[row.get(end, np.inf) for end in ends] for row in map(dict, walked)], len(risks))

        if bench.rustworkx is not None:
            acts["rustworkx"] = Act(with_rustworkx, share, 1, is_same)

    def with_networkx() -> Any:
        walked = map(bench.rounds, some)
        return np.array([[[row.get((end, sign), np.inf) for sign in (0, 1)] for end in risks] for row in walked])

    if bench.networkx is not None:
        acts["networkx"] = Act(with_networkx, share, bench.turns, is_same, "MultiDiGraph, walked in rounds")
    return race("matrix", bench.claims, acts)


def impact(bench: Bench) -> list[Figure]:
    """The least cost of everything that one technique reaches by six links; mean of a few."""
    some, peers, layered = bench.some, bench.peers, bench.layered
    share = len(some)

    def is_same(found: Sequence[Any], first: Sequence[Any]) -> bool:
        for source, one, mine in zip(some, found, first, strict=True):
            wanted = bench.table(mine)
            other = one
            if isinstance(one, dict):
                other = np.full_like(wanted, np.inf)
                for (node, sign), cost in one.items():
                    other[node, sign] = cost
            there = np.arange(len(wanted)) != source
            if not np.array_equal(other[there], wanted[there]):
                return False
        return True

    acts = {OURS: Act(lambda: [bench.reached(one) for one in some], share)}
    if peers is not None and layered is not None:

        def folded(row: Any) -> Any:
            return np.asarray(row).reshape(LINKS + 1, -1, 2).min(axis=0)

        def with_igraph() -> Any:
            return [folded(peers.igraph.distances(source=2 * one, weights="cost")[0]) for one in some]

        acts["scipy"] = Act(
            lambda: [folded(dijkstra(peers.scipy, indices=2 * one)) for one in some], share, bench.turns, is_same
        )
        acts["igraph"] = Act(with_igraph, share, bench.turns, is_same)
    if bench.networkx is not None:
        acts["networkx"] = Act(
            lambda: list(map(bench.rounds, some)), share, bench.turns, is_same, "MultiDiGraph, walked in rounds"
        )
    return race("impact", bench.claims, acts)


def best_paths(bench: Bench) -> list[Figure]:
    """The ten best simple paths of a pair, at most six claims, signs told apart; mean of a few pairs."""
    arrays = bench.arrays
    chosen = _joined(bench)
    if not chosen:
        return []

    def ours(a: int, b: int) -> Any:
        rows, _ = search.best_rows(arrays, [a], [b], K, LINKS, -1, POP_LIMIT)
        return [int(bench.cost[row[row >= 0]].sum()) for row in rows]

    def is_same(found: Sequence[Any], first: Sequence[Any]) -> bool:
        """Where the first path of a peer is short enough for us, ours costs the same."""
        return all(
            abs(costs[0] - mine[0]) <= kernels.TIE
            for (links, *costs), mine in zip(found, first, strict=True)
            if links <= LINKS
        )

    less = "knows neither signs nor a bound on links"
    acts = {OURS: Act(lambda: [ours(*pair) for pair in chosen], len(chosen))}
    plain = igraph.Graph(
        n=arrays.nodes, edges=np.stack([bench.drawn.subject, bench.drawn.object], axis=1), directed=True
    )
    weights = bench.cost.astype(float)
    as_list = weights.tolist()
    few = chosen if bench.claims <= YEN_MOST else chosen[:FEW]

    def with_igraph() -> Any:
        found = [plain.get_k_shortest_paths(a, to=b, k=K, weights=as_list, output="epath") for a, b in few]
        return [(len(paths[0]), *(int(weights[path].sum()) for path in paths)) for paths in found]

    if bench.claims <= LAYERED_MOST:
        same_few = is_same if few is chosen else _of_the_first(is_same, len(few))
        acts["igraph"] = Act(with_igraph, len(few), 2, same_few, f"Yen; {less}")
    if bench.claims <= YEN_MOST:
        graph = nx.DiGraph()
        for a, b, cost in zip(bench.drawn.subject.tolist(), bench.drawn.object.tolist(), as_list, strict=True):
            if not graph.has_edge(a, b) or graph[a][b]["cost"] > cost:
                graph.add_edge(a, b, cost=cost)

        def yen(find: Any) -> Any:
            def run() -> Any:
                found = [list(islice(find(graph, a, b, weight="cost"), K)) for a, b in few]
                costs = [[nx.path_weight(graph, path, "cost") for path in paths] for paths in found]
                return [(len(paths[0]) - 1, *some) for paths, some in zip(found, costs, strict=True)]

            return run

        acts["networkx"] = Act(yen(nx.shortest_simple_paths), len(few), 1, is_same, f"Yen; {less}")
        if find_spec("indra") is not None:
            acts["INDRA"] = Act(yen(_indra()), len(few), 1, is_same, f"its own Yen; {less}")
    return race("k paths", bench.claims, acts)


def near(bench: Bench) -> list[Figure]:
    """Everything within two links of an entity, and the 100 nearest with the claims among them as JSON."""
    arrays, some = bench.arrays, bench.some
    if bench.networkx is None:
        return []
    graph = bench.networkx

    def ours(node: int) -> Any:
        found, cost, level = kernels.nearest(
            arrays.start, arrays.to, arrays.code, arrays.back_start, arrays.back, arrays.back_code, arrays.costs,
            node, HOPS, Scratch.of(arrays).head,
        )  # fmt: skip
        shown = found[np.lexsort((found, cost, level))[:SHOWN]]
        claims = np.concatenate([np.arange(arrays.start[one], arrays.start[one + 1]) for one in shown.tolist()])
        inside = claims[np.isin(arrays.to[claims] >> 3, shown)]
        return set(found.tolist()), orjson.dumps({"nodes": shown.tolist(), "claims": inside.tolist()})

    def theirs(node: int) -> Any:
        ego = nx.ego_graph(graph, node, radius=HOPS, undirected=True)
        return set(ego), orjson.dumps(nx.node_link_data(ego, edges="links"))

    def is_same(found: Sequence[Any], first: Sequence[Any]) -> bool:
        return [nodes for nodes, _ in found] == [nodes for nodes, _ in first]

    acts = {
        OURS: Act(lambda: list(map(ours, some)), len(some)),
        "networkx": Act(lambda: list(map(theirs, some)), len(some), 2, is_same, "ego_graph, all of it as JSON"),
    }
    return race("neighbourhood", bench.claims, acts)


def memory(bench: Bench) -> list[Figure]:
    """Bytes a claim takes while it is searched."""
    figures = [Figure("memory", bench.claims, OURS, bench.arrays.nbytes / bench.claims, unit="B")]
    if bench.claims >= 100_000:
        # Below, the process grows by pages that it had already.
        figures += [
            Figure("memory", bench.claims, name, grown / bench.claims, unit="B", note="growth of the process")
            for name, grown in bench.grown.items()
        ]
    return figures


def measure(claims: int) -> Iterator[Figure]:
    """Measure all jobs on one graph."""
    bench = Bench(claims)
    for job in (memory, pairs, impact, best_paths, near):
        yield from job(bench)


def _joined(bench: Bench) -> list[tuple[int, int]]:
    """Return a few pairs of a technique and a risk that some path joins."""
    few = np.random.default_rng(SEED).permutation(bench.techniques)[:20].tolist()
    best = matrix.pair_costs(bench.arrays, few, bench.risks, max_links=LINKS)
    joined = np.argwhere(best.min(axis=2) < kernels.FAR)
    if not len(joined):
        return []
    some = np.random.default_rng(SEED).choice(joined, min(len(joined), 2 * FEW + 1), replace=False)
    return [(few[row], bench.risks[col]) for row, col in some.tolist()]


def _of_the_first(is_same: Any, count: int) -> Any:
    return lambda found, first: is_same(found, first[:count])


def _indra() -> Any:
    from indra.explanation.pathfinding.pathfinding import shortest_simple_paths  # noqa: PLC0415 - it may be missing

    return shortest_simple_paths
