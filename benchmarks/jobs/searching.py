"""Searching: all pairs, best paths, impact, what is near, memory; the compiled engine beside graph libraries.

Lives here: jobs on one graph. May enter: numbers of claims. Where a peer is asked for less than the job, its note says
so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from itertools import islice
from typing import Any

import networkx as nx
import numpy as np
import orjson

from benchmarks.engines import LINKS, Doubled
from benchmarks.forms import SEED, Bench
from benchmarks.measuring import OURS, Act, Figure, race
from kg.compiled import kernels, matrix, search
from kg.compiled.scratch import Scratch
from kg.engine import POP_LIMIT

K, FEW, SHOWN, HOPS = 10, 3, 100, 2
YEN_MOST = 10_000
"""Claims up to which Yen's method in Python is asked."""
LARGE, HUGE = 1_000_000, 10_000_000
"""Claims from which on peers are asked once; and for a single source, and none by Yen's method."""
ROUNDS = "MultiDiGraph, walked in rounds"
UNBOUND = "walks of any number of links, which is less to do: no cost is above ours"
ALGEBRA = "min-plus products, one thread"


def measure(claims: int) -> Iterator[Figure]:
    """Measure all jobs on one drawn graph."""
    bench = Bench.drawn(claims, FEW if claims < HUGE else 1)
    for job in (memory, pairs, impact, best_paths, near):
        yield from job(bench)


def pairs(bench: Bench, name: str = "matrix", repeats: int = 5, note: str = "") -> list[Figure]:
    """The least cost of every source and target, both signs, at most six links."""
    arrays, some, ends = bench.arrays, bench.some, bench.ends
    share, turns = len(some) / len(bench.begins), FEW if bench.claims < LARGE else 1
    rows = [bench.begins.index(one) for one in some]

    def wanted(found: Any, first: Any) -> Any:
        """Return what ours found of what a peer was asked for, in its form."""
        mine = first[:, :, :2].astype(float)
        mine = mine.transpose(1, 0, 2) if bench.turned else mine
        return np.where(mine >= kernels.FAR, np.inf, mine)[rows if len(found) == len(rows) else slice(None)]

    def is_same(found: Any, first: Any) -> bool:
        mine = wanted(found, first)
        # Where sources have links that arrive, a walk that comes back to its source counts for peers, not for ours.
        return is_below(found, first) and (bench.turned or bool(np.array_equal(found, mine)))

    def is_below(found: Any, first: Any) -> bool:
        return bool((found <= wanted(found, first)).all())

    acts = {OURS: Act(lambda: matrix.pair_costs(arrays, bench.sources, bench.targets, max_links=LINKS), note=note)}
    if bench.fits("GraphBLAS"):
        acts["GraphBLAS"] = Act(
            lambda: bench.graphblas.pairs(bench.begins, ends), most=turns, agrees=is_same, note=ALGEBRA
        )
    if bench.fits("scipy"):
        acts["scipy"] = Act(lambda: bench.scipy.pairs(some, ends), share, turns, is_same)
    if bench.fits("igraph"):
        acts["igraph"] = Act(
            lambda: bench.igraph.pairs(some, ends), share, turns, is_same, idle=lambda: bench.igraph.idle(ends)
        )
    for engine in ("scipy, no bound", "igraph, no bound"):
        if bench.fits(engine):
            peer = bench.unbounded[engine]
            idle = (lambda peer=peer: peer.idle(ends)) if hasattr(peer, "idle") else None
            acts[engine] = Act(lambda peer=peer: peer.pairs(some, ends), share, turns, is_below, UNBOUND, idle)
    if bench.fits("rustworkx"):
        acts["rustworkx"] = Act(lambda: bench.rustworkx.pairs(some, ends), share, 1, is_same)
    if bench.fits("networkx"):
        acts["networkx"] = Act(lambda: bench.networkx.pairs(some, ends), share, turns, is_same, ROUNDS)
    ready(bench, acts)
    return race(name, bench.claims, acts, repeats=repeats)


def ready(bench: Bench, acts: dict[str, Act]) -> None:
    """Make the graphs of peers before anything is timed."""
    for name, form in (("GraphBLAS", "graphblas"), ("scipy", "scipy"), ("igraph", "igraph")):
        if name in acts:
            getattr(bench, form)
    for name in ("rustworkx", "networkx"):
        if name in acts:
            getattr(bench, name)


def impact(bench: Bench, name: str = "impact", note: str = "") -> list[Figure]:
    """The least cost of everything that one source reaches by six links; mean of a few."""
    some = bench.some
    share, turns = len(some), FEW if bench.claims < LARGE else 1

    def compared(found: Sequence[Any], first: Sequence[Any], same: Any) -> bool:
        for source, other, mine in zip(some, found, map(bench.table, first), strict=True):
            there = np.arange(len(mine)) != source
            if not same(other[there], mine[there]):
                return False
        return True

    def is_same(found: Sequence[Any], first: Sequence[Any]) -> bool:
        return compared(found, first, np.array_equal)

    acts = {OURS: Act(lambda: [bench.reached(one) for one in some], share, note=note)}

    def add(name: str, turns: int | None, note: str = "") -> None:
        if bench.fits(name):
            peer = getattr(bench, name.lower())
            acts[name] = Act(lambda: [peer.reached(one) for one in some], share, turns, is_same, note)

    add("GraphBLAS", None, f"{ALGEBRA}; pushed or pulled")
    add("scipy", turns)
    add("igraph", turns)
    add("networkx", turns, ROUNDS)
    return race(name, bench.claims, acts)


def best_paths(bench: Bench) -> list[Figure]:
    """The ten best simple paths of a pair, at most six claims, signs told apart; mean of a few pairs."""
    arrays, links = bench.arrays, bench.links
    chosen = _joined(bench)
    if not chosen:
        return []

    def ours(a: int, b: int) -> Any:
        rows, _ = search.best_rows(arrays, [a], [b], K, LINKS, -1, POP_LIMIT)
        return np.where(rows >= 0, links.cost[rows], 0).sum(axis=1).tolist()

    def is_same(found: Sequence[Any], first: Sequence[Any]) -> bool:
        """Where the first path of a peer is short enough for us, ours costs the same."""
        return all(
            abs(costs[0] - mine[0]) <= kernels.TIE
            for (length, *costs), mine in zip(found, first[: len(found)], strict=True)
            if length <= LINKS
        )

    free = "no bound on links"
    less = "knows neither signs nor a bound on links"
    acts = {OURS: Act(lambda: [ours(*pair) for pair in chosen], len(chosen))}
    weights = links.cost.astype(float)
    as_list = weights.tolist()
    few = chosen if bench.claims <= YEN_MOST else chosen[:FEW]

    def with_igraph() -> Any:
        found = [bench.plain.get_k_shortest_paths(a, to=b, k=K, weights=as_list, output="epath") for a, b in few]
        return [(len(paths[0]), *(int(weights[path].sum()) for path in paths)) for paths in found]

    if bench.claims < HUGE:
        _ = bench.plain
        acts["igraph"] = Act(with_igraph, len(few), 2 if bench.claims < LARGE else 1, is_same, f"Yen; {less}")
    if bench.claims <= YEN_MOST:
        acts["networkx"] = Act(_yen(bench, few, signs=True), len(few), 1, is_same, f"Yen; a copy for each sign; {free}")
        acts["networkx, no signs"] = Act(_yen(bench, few), len(few), 1, is_same, f"Yen; {less}")
        if find_spec("indra") is not None:
            acts["INDRA"] = Act(_yen(bench, few, _indra()), len(few), 1, is_same, f"its own Yen; {less}")
    return race("k paths", bench.claims, acts)


def near(bench: Bench) -> list[Figure]:
    """Everything within two links of an entity, and the 100 nearest with the claims among them as JSON."""
    arrays, some = bench.arrays, bench.some

    def ours(node: int) -> Any:
        found, level, cost = kernels.nearest(
            arrays.start, arrays.to, arrays.code, arrays.back_start, arrays.back, arrays.at, arrays.costs,
            node, HOPS, Scratch.of(arrays).head,
        )  # fmt: skip
        shown = found[np.lexsort((found, cost, level))[:SHOWN]]
        claims = np.concatenate([np.arange(arrays.start[one], arrays.start[one + 1]) for one in shown.tolist()])
        inside = claims[np.isin(arrays.to[claims] >> 3, shown)]
        return set(found.tolist()), orjson.dumps({"nodes": shown.tolist(), "claims": inside.tolist()})

    def theirs(node: int) -> Any:
        ego = nx.ego_graph(bench.networkx.made, node, radius=HOPS, undirected=True)
        return set(ego), orjson.dumps(nx.node_link_data(ego, edges="links"))

    def is_same(found: Sequence[Any], first: Sequence[Any]) -> bool:
        return [nodes for nodes, _ in found] == [nodes for nodes, _ in first]

    acts = {OURS: Act(lambda: list(map(ours, some)), len(some))}
    if bench.fits("networkx"):
        turns = 2 if bench.claims < LARGE else 1
        acts["networkx"] = Act(
            lambda: list(map(theirs, some)), len(some), turns, is_same, "ego_graph, all of it as JSON"
        )
    return race("neighbourhood", bench.claims, acts)


def memory(bench: Bench) -> list[Figure]:
    """Bytes a claim takes while it is searched."""
    figures = [Figure("memory", bench.claims, OURS, bench.arrays.nbytes / bench.claims, unit="B")]
    if bench.claims >= 100_000 and bench.fits("networkx"):
        # Below, the process grows by pages that it had already; so it does once other graphs were made.
        _ = bench.networkx
        figures += [
            Figure("memory", bench.claims, name, grown / bench.claims, unit="B", note="growth of the process")
            for name, grown in bench.grown.items()
        ]
    return figures


def _joined(bench: Bench) -> list[tuple[int, int]]:
    """Return a few pairs of a source and a target that some path joins."""
    few = np.random.default_rng(SEED).permutation(bench.sources)[:20].tolist()
    best = matrix.pair_costs(bench.arrays, few, bench.targets, max_links=LINKS)
    joined = np.argwhere(best.min(axis=2) < kernels.FAR)
    if not len(joined):
        return []
    some = np.random.default_rng(SEED).choice(joined, min(len(joined), 2 * FEW + 1), replace=False)
    return [(few[row], bench.targets[col]) for row, col in some.tolist()]


def _yen(
    bench: Bench, pairs: Sequence[tuple[int, int]], find: Any = nx.shortest_simple_paths, *, signs: bool = False
) -> Callable[[], list[tuple[int, ...]]]:
    """Return what finds the best simple paths of each pair: the number of links of the first, and what each costs.

    With signs there is a copy of each entity for each sign, and the copies of the target are led to one end.
    """
    links = bench.links
    copies = Doubled.of(links) if signs else None
    arcs = (links.subject, links.object, links.cost) if copies is None else (copies.tail, copies.head, copies.cost)
    graph = nx.DiGraph()
    for a, b, cost in zip(*(column.tolist() for column in arcs), strict=True):
        if not graph.has_edge(a, b) or graph[a][b]["cost"] > cost:
            graph.add_edge(a, b, cost=cost)
    for _, b in pairs if signs else ():
        graph.add_edges_from(((2 * b, -1 - b), (2 * b + 1, -1 - b)), cost=0)

    def run() -> list[tuple[int, ...]]:
        ways = [(2 * a, -1 - b) for a, b in pairs] if signs else pairs
        found = [list(islice(find(graph, a, b, weight="cost"), K)) for a, b in ways]
        costs = [[nx.path_weight(graph, path, "cost") for path in paths] for paths in found]
        return [(len(paths[0]) - 1 - signs, *some) for paths, some in zip(found, costs, strict=True)]

    return run


def _indra() -> Any:
    from indra.explanation.pathfinding.pathfinding import shortest_simple_paths  # noqa: PLC0415 - it may be missing

    return shortest_simple_paths
