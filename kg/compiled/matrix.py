"""Costs of all pairs of two sets of nodes: searches of half the length from either side, met in the middle.

Lives here: `pair_costs`. May enter: arrays, node numbers. Never here: paths (search), questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from kg.compiled import kernels, lanes
from kg.compiled.arrays import Arrays
from kg.compiled.scratch import NOWHERE, Scratch, sides, tidy

LANES, ABREAST, PROBES = 32, 32, 3
MEETING, ROUND = 8.0, 0.4
"""Nanoseconds for two lanes to meet at a node, and for a claim to be walked in one lane of one round."""


def pair_costs(
    arrays: Arrays, sources: Sequence[int], targets: Sequence[int], *, max_links: int, threads: int = 1
) -> Any:
    """Return for each source, target and sign code a cost that no simple path of at most `max_links` claims is below.

    It is the least cost of walks, all simple paths among them, so that it is the cost of the best simple path where the
    cheapest walk is simple. A walk may visit a node twice; one that comes back to its source or its target is left out
    where that costs nothing.

    Args:
        arrays: The claims.
        sources: Nodes where walks begin.
        targets: Nodes where they end.
        max_links: At least 1.
        threads: Searches at a time; they run without the interpreter lock.

    Returns:
        An array of 64-bit costs, `kernels.FAR` where there is no such walk, and between a node and itself.

    Cost: where searches of half the length stay small, one of them for each source and target, and a meeting at each
    node that both reach; else all claims once for each link, sign and 32 nodes of the smaller side.
    """
    best = np.full((len(sources), len(targets), arrays.signs), kernels.FAR, np.int64)
    if not len(sources) or not len(targets):
        return best
    with ThreadPoolExecutor(threads) as pool:
        if meets(arrays, sources, targets, max_links):
            half = max_links // 2
            behind = _joined(arrays, list(pool.map(lambda node: _half(arrays, node, False, half), targets)))

            def meet(first: int) -> None:
                some = sources[first : first + ABREAST]
                ahead = _joined(arrays, [_half(arrays, node, True, max_links - half) for node in some])
                joined = (*ahead, *behind, arrays.blocked, best[first : first + len(some)])
                lanes.join(*joined)

            list(pool.map(meet, range(0, len(sources), ABREAST)))
        else:
            forward = len(sources) <= len(targets)
            near, far = (sources, targets) if forward else (targets, sources)

            need = np.full(arrays.nodes, NOWHERE, np.uint8)
            start, adjacent, *_ = sides(arrays, not forward)
            kernels.hops(start, adjacent, np.asarray(far, np.int32), max_links, need)

            def walk(first: int) -> None:
                found = _abreast(arrays, near[first : first + LANES], far, need, forward, max_links)
                if forward:
                    best[first : first + LANES] = found
                else:
                    best[:, first : first + LANES] = found.transpose(1, 0, 2)

            list(pool.map(walk, range(0, len(near), LANES)))
    best[np.equal.outer(np.asarray(sources), np.asarray(targets))] = kernels.FAR
    return best


def meets(arrays: Arrays, sources: Sequence[int], targets: Sequence[int], max_links: int) -> bool:
    """Say whether searching from both sides is estimated to be less work, from a few searches of half the length."""
    half = max_links // 2
    ahead = [len(_half(arrays, node, True, max_links - half)[0]) for node in sources[:: len(sources) // PROBES + 1]]
    behind = [len(_half(arrays, node, False, half)[0]) for node in targets[:: len(targets) // PROBES + 1]]
    pairs = float(np.mean(ahead) * np.mean(behind)) * len(sources) * len(targets)
    rounds = max_links * len(arrays.to) * 2.0 * min(len(sources), len(targets))
    return pairs / arrays.nodes * MEETING < rounds * ROUND


@tidy
def _half(arrays: Arrays, node: int, forward: bool, most: int) -> tuple[Any, Any, Any]:
    """Return what one node reaches by so many links: nodes, sign codes, costs."""
    room, anchor = Scratch.of(arrays), np.array([node], np.int32)
    state, links, cost, _ = kernels.grow(
        *sides(arrays, forward), arrays.costs, arrays.blocked, anchor, room.need, most, arrays.bits, arrays.half,
        most, not forward, True, room.best, room.head,
    )  # fmt: skip
    reached: tuple[Any, Any, Any] = lanes.newest(state, links, cost, room.head, arrays.bits, arrays.half)
    kernels.clear(state, anchor, arrays.bits, room.best, room.head)
    return reached


def _joined(arrays: Arrays, reached: Sequence[tuple[Any, Any, Any]]) -> Any:
    who = np.repeat(np.arange(len(reached), dtype=np.int32), [len(node) for node, _, _ in reached])
    node, sign, cost = (np.concatenate(column) for column in zip(*reached, strict=True))
    return lanes.by_node(arrays.nodes, who, node, sign, cost)


def _abreast(arrays: Arrays, anchors: Sequence[int], others: Sequence[int], need: Any, forward: bool, most: int) -> Any:
    """Return the least costs between some nodes and others: anchor, other, sign code."""
    size = arrays.nodes << arrays.bits, LANES
    least, before = np.full(size, kernels.FAR, np.int64), np.full(size, kernels.FAR, np.int64)
    lanes.rounds(
        *sides(arrays, forward), arrays.costs, arrays.blocked, np.asarray(anchors, np.int32), need, arrays.bits,
        arrays.half, most, not forward, least, before,
    )  # fmt: skip
    state = (np.asarray(others, np.int64) << arrays.bits)[:, None] + np.arange(arrays.signs)
    found = least[state][:, :, : len(anchors)]
    if arrays.terminal:
        found = np.minimum(found, least[state + arrays.half][:, :, : len(anchors)])
    return found.transpose(2, 0, 1)
