"""Searching a network by kernels: the same functions as in `kg.engine`, the same paths, the same order.

Lives here: `best_paths`, `reach`. May enter: networks, node sets, limits. Never here: loops over claims (kernels).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from kg.compiled import again, kernels, ranking, tracing
from kg.compiled.arrays import CODES, SIGNS, Arrays
from kg.compiled.scratch import NOWHERE, Scratch, nodes_of, sides, tidy
from kg.engine import POP_LIMIT, WALK_LIMIT, Found, Nodes, Path, Reached, rank
from kg.network import COST_UNIT, Network

PARTIALS = 1 << 12
AGAIN_MOST = 3
"""Pairs up to which asking each again is less work than walking everywhere."""


def best_paths(
    network: Network,
    sources: Nodes,
    targets: Nodes,
    *,
    k: int,
    max_links: int,
    sign: int | None = None,
    pops: int = POP_LIMIT,
) -> Found:
    """Return what `kg.engine.best_paths` returns.

    Cost: rounds over half of the links of a path from either end, then about k * max_links * degree.
    """
    arrays = Arrays.of(network)
    wanted = -1 if sign is None else CODES[sign]
    if wanted >= arrays.signs or not sources or not targets - sources:
        return Found([])
    rows, complete = best_rows(arrays, sources, targets - sources, k, max_links, wanted, pops)
    return Found(_first(arrays, rows, k), complete=complete)


@tidy
def best_rows(
    arrays: Arrays, sources: Iterable[int], targets: Iterable[int], k: int, max_links: int, wanted: int, pops: int
) -> tuple[Any, bool]:
    """Return the best paths as rows of claim numbers, -1 behind the last, and whether no limit ended the search.

    They come as they are found: by cost, to within `kernels.TIE`, then by links and claims. Sources are no targets.
    """
    room = Scratch.of(arrays)
    starts, stops = nodes_of(sources), nodes_of(targets)
    free = max_links // 2
    met = kernels.hops(arrays.start, arrays.to, starts, max_links - free - 1, room.need)
    state, links, cost, older = kernels.grow(
        *sides(arrays, False), arrays.costs, arrays.blocked,
        stops, room.need, free, arrays.bits, arrays.half, max_links, True, False, room.best, room.head,
    )  # fmt: skip
    room.mark[starts], room.mark[stops] = 1, 2
    rows, complete = _ranked(
        arrays, sides(arrays, True), starts, room.mark, False, wanted, k, max_links, pops,
        (links, cost, older, room.head),
    )  # fmt: skip
    room.mark[starts] = room.mark[stops] = 0
    room.need[met] = NOWHERE
    kernels.clear(state, stops, arrays.bits, room.best, room.head)
    return rows, complete


def _ranked(
    arrays: Arrays,
    side: tuple[Any, Any, Any, Any],
    origins: Any,
    mark: Any,
    backward: bool,
    wanted: int,
    k: int,
    most: int,
    pops: int,
    arrivals: tuple[Any, Any, Any, Any],
) -> tuple[Any, bool]:
    """Return what `ranking.best` finds, in as much room as that takes, and whether no limit ended the search."""
    space = PARTIALS
    while True:
        rows, ended = ranking.best(
            *side, arrays.costs, arrays.blocked, origins, mark, arrays.signs, arrays.bits,
            backward, wanted, k, most, pops, space, *arrivals,
        )  # fmt: skip
        if ended != ranking.FULL or space >= kernels.MOST_PARTIALS:
            return rows, ended == ranking.ALL
        space *= 16


def reach(
    network: Network,
    anchors: Nodes,
    *,
    forward: bool,
    max_links: int,
    walks: int = WALK_LIMIT,
    wanted: Nodes | None = None,
) -> Reached:
    """Return what `kg.engine.reach` returns; of the nodes `wanted` alone when they are given.

    Cost: linear in the simple paths, or in the links within reach and in the nodes that are listed.
    """
    arrays = Arrays.of(network)
    starts = nodes_of(anchors)
    asked: again.Asked = (anchors, forward, max_links, walks, wanted)
    known = again.recall(network, asked)
    if known is None or known.change.gone:
        # Without claims that are gone there may be few enough paths to list.
        walked = _walked(arrays, starts, forward, max_links, walks, wanted)
        if walked is not None:
            return walked
    if known is None:
        reached = _by_rounds(network, arrays, starts, forward, max_links, wanted)
    else:
        reached = _asked_again(network, arrays, asked, known)
    again.keep(network, asked, reached)
    return reached


def _asked_again(network: Network, arrays: Arrays, asked: again.Asked, known: again.Known) -> Reached:
    anchors, forward, max_links, _, wanted = asked
    found: dict[again.Pair, list[Path]] = {}
    complete = True
    if len(known.pairs) > AGAIN_MOST:
        listed = frozenset(node for node, _ in known.pairs)
        fresh = _by_rounds(network, arrays, nodes_of(anchors), forward, max_links, wanted, listed)
        complete = fresh.complete
        found = {(node, sign): fresh.paths.get(node, {}).get(sign, []) for node, sign in known.pairs}
    else:
        for node, sign in known.pairs:
            ends: tuple[Iterable[int], Iterable[int]] = (anchors, [node]) if forward else ([node], anchors)
            rows, whole = best_rows(arrays, ends[0], ends[1], 1, max_links, CODES[sign], POP_LIMIT)
            found[node, sign] = _first(arrays, rows, 1)
            complete = complete and whole
    return again.merged(known.reached, found, complete)


@tidy
def _walked(
    arrays: Arrays, starts: Any, forward: bool, max_links: int, walks: int, wanted: Nodes | None
) -> Reached | None:
    room = Scratch.of(arrays)
    room.mark[starts] = 1
    count, node, sign, links, parent, claim = ranking.walk_all(
        *sides(arrays, forward)[:3], arrays.blocked, starts, room.mark, not forward, max_links, walks
    )
    room.mark[starts] = 0
    if count > walks:
        return None
    rows = np.arange(len(starts), len(starts) + count, dtype=np.int32)
    if wanted is not None:
        rows = rows[np.isin(node[rows], nodes_of(wanted))]
    codes = np.where(sign[rows] < 0, -1 - sign[rows], sign[rows])
    paths = tracing.chains(rows, links, parent, claim, not forward)
    lengths = links[rows]
    order = np.lexsort((*paths.T[::-1], lengths, -_rounded(_products(arrays, paths)), codes, node[rows]))
    reached = Reached()
    columns = (column[order].tolist() for column in (node[rows], codes, lengths, paths))
    for there, code, length, path in zip(*columns, strict=True):
        by_sign = reached.paths.setdefault(there, {})
        by_sign.setdefault(SIGNS[code], []).append(arrays.names(path[:length]))
    return reached


@tidy
def _by_rounds(
    network: Network,
    arrays: Arrays,
    starts: Any,
    forward: bool,
    max_links: int,
    wanted: Nodes | None,
    listed: Nodes | None = None,
) -> Reached:
    """Return the best path of each node and sign, of the nodes that are listed (all wanted ones by default)."""
    room = Scratch.of(arrays)
    others, bits = sides(arrays, not forward), arrays.bits
    need, free = room.need, max_links
    if listed is not None:
        need, free = _away(arrays, listed, forward, max_links), 0
    elif wanted is not None:
        need, free = _needs(network, arrays, wanted, forward, max_links), 0
    state, links, cost, older = kernels.grow(
        *sides(arrays, forward), arrays.costs, arrays.blocked, starts, need, free,
        bits, arrays.half, max_links, not forward, True, room.best, room.head,
    )  # fmt: skip
    met = state[len(starts) :]
    if wanted is not None or listed is not None:
        met = met[np.isin(met >> bits, nodes_of(listed or wanted or ()))]
    asked = np.unique(met & ~arrays.half if arrays.terminal else met)
    node, turned = asked >> bits, asked & ((1 << bits) - 1)
    found: dict[int, list[tuple[int, Path]]] = {}
    path: Path | None
    states = np.stack([asked, asked | arrays.half] if arrays.terminal else [asked])
    room.mark[starts] = 1
    row, arrival = tracing.choose(states, cost, older, room.head, COST_UNIT)
    parent, claim, doubt = tracing.trace(
        arrival, *others, arrays.costs, arrays.blocked, room.mark, arrays.signs, bits, arrays.half, not forward, True,
        state, links, cost, older, room.head,
    )  # fmt: skip
    unsure = doubt[arrival] | tracing.visits_twice(arrival, state, parent, bits)
    paths = tracing.chains(arrival, links, parent, claim, not forward)
    lengths = links[arrival]
    columns = row, unsure, lengths, paths[:, : lengths.max(initial=0)]
    for at, is_unsure, length, claims in zip(*(column.tolist() for column in columns), strict=True):
        found.setdefault(at, []).append((is_unsure, arrays.names(claims[:length])))
    reached = Reached(exhaustive=False)
    crowded: list[tuple[int, int]] = []
    pairs = list(zip(node.tolist(), [SIGNS[one] for one in turned.tolist()], strict=True))
    for at in sorted(range(len(pairs)), key=pairs.__getitem__):
        candidates = found[at]
        is_unsure, path = candidates[0]
        if len(candidates) > 1:
            is_unsure = any(one for one, _ in candidates)
            path = rank(network, [path for _, path in candidates])[0]
        there, sign = pairs[at]
        if is_unsure:
            room.mark[starts], room.mark[there] = 2, 1
            rows, complete = _ranked(
                arrays, others, nodes_of([there]), room.mark, forward, CODES[sign], 1, max_links, POP_LIMIT,
                (links, cost, older, room.head),
            )  # fmt: skip
            room.mark[there] = 0
            reached.complete = reached.complete and complete
            exact = [_named(arrays, row[::-1] if forward else row) for row in rows.tolist()]
            path = rank(network, exact)[0] if exact else None
            if len(exact) > ranking.MORE:
                crowded.append((there, sign))
        if path is not None:
            reached.paths.setdefault(there, {})[sign] = [path]
    room.mark[starts] = 0
    kernels.clear(state, starts, bits, room.best, room.head)
    for there, sign in crowded:
        # More equal paths than are kept: walked from their first claim on, the first in order is among those kept.
        start, end = (starts, [there]) if forward else ([there], starts)
        rows, _ = best_rows(arrays, start, end, 1, max_links, CODES[sign], POP_LIMIT)
        reached.paths[there][sign] = _first(arrays, rows, 1)
    return reached


def _needs(network: Network, arrays: Arrays, wanted: Nodes, forward: bool, max_links: int) -> Any:
    """Return for each node the least number of links to the wanted ones; the last such question is remembered."""
    asked = (wanted, forward, max_links)
    known = network.kept.get("needs")
    if known is None or known[0] != asked:
        network.kept["needs"] = known = (asked, _away(arrays, wanted, forward, max_links))
    return known[1]


def _away(arrays: Arrays, wanted: Nodes, forward: bool, max_links: int) -> Any:
    """Return for each node the least number of links to the wanted ones."""
    need = np.full(arrays.nodes, NOWHERE, np.uint8)
    start, adjacent, *_ = sides(arrays, not forward)
    kernels.hops(start, adjacent, nodes_of(wanted), max_links, need)
    return need


def _first(arrays: Arrays, rows: Any, k: int) -> list[Path]:
    """Return the first k paths in the order of `kg.engine.rank`; claims are numbered in the order of their ids."""
    if len(rows) > 1:
        lengths = (rows >= 0).sum(axis=1)
        rows = rows[np.lexsort((*rows.T[::-1], lengths, -_rounded(_products(arrays, rows))))]
    return [_named(arrays, row) for row in rows[:k].tolist()]


def _named(arrays: Arrays, row: Sequence[int]) -> Path:
    return arrays.names(claim for claim in row if claim >= 0)


def _products(arrays: Arrays, paths: Any) -> Any:
    """Return the product of each row as `kg.engine.product` works it out, least factor first, to the last bit."""
    factors = np.ones(paths.shape)
    there = paths >= 0
    factors[there] = arrays.expected[arrays.code[paths[there]]]
    factors.sort(axis=1)
    products = np.ones(len(paths))
    for column in range(factors.shape[1]):
        products = products * factors[:, column]
    return products


def _rounded(products: Any) -> Any:
    """Round to 12 decimals as Python does; numpy would multiply, and differ in the last digit now and then."""
    values, places = np.unique(products, return_inverse=True)
    return np.array([round(value, 12) for value in values.tolist()])[places] if len(values) else products
