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
from kg.compiled.search import Scratch

MEET_UP_TO = 7
"""Longer walks than this leave no middle that is smaller than the whole."""
ABREAST = 32


def pair_costs(
    arrays: Arrays, sources: Sequence[int], targets: Sequence[int], *, max_links: int, threads: int = 1
) -> Any:
    """Return the least cost of a walk of at most `max_links` claims, for each source, target and sign code.

    A walk may visit a node twice, so this bounds the best simple path from below, and equals it where the best walk is
    simple.

    Args:
        arrays: The claims.
        sources: Nodes where walks begin.
        targets: Nodes where they end.
        max_links: At least 1.
        threads: Searches at a time; they run without the interpreter lock.

    Returns:
        An array of 64-bit costs, `kernels.FAR` where there is no walk, and between a node and itself.

    Cost: one search of half the length for each source and target and a meeting at each node that both reach; beyond
    seven links one search for each node of the smaller side.
    """
    best = np.full((len(sources), len(targets), arrays.signs), kernels.FAR, np.int64)
    with ThreadPoolExecutor(threads) as pool:
        if max_links > MEET_UP_TO:
            forward = len(sources) <= len(targets)
            near, far = (sources, targets) if forward else (targets, sources)
            rows = pool.map(lambda node: _row(arrays, node, far, forward, max_links), near)
            for place, row in enumerate(rows):
                if forward:
                    best[place] = row
                else:
                    best[:, place] = row
        else:
            half = max_links // 2
            behind = _lanes(arrays, list(pool.map(lambda node: _half(arrays, node, False, half), targets)), targets)
            blocks = [sources[first : first + ABREAST] for first in range(0, len(sources), ABREAST)]

            def block(place: int) -> None:
                some = blocks[place]
                ahead = _lanes(arrays, [_half(arrays, node, True, max_links - half) for node in some], some)
                part = best[place * ABREAST : place * ABREAST + len(some)]
                lanes.join(*ahead, *behind, arrays.blocked, part)

            list(pool.map(block, range(len(blocks))))
    same = np.equal.outer(np.asarray(sources), np.asarray(targets))
    best[same] = kernels.FAR
    return best


def _half(arrays: Arrays, node: int, forward: bool, most: int) -> tuple[Any, Any, Any]:
    room, found = _grown(arrays, node, forward, most)
    state, links, cost, _ = found
    reached: tuple[Any, Any, Any] = lanes.newest(state, links, cost, room.head, arrays.bits, arrays.half)
    kernels.clear(state, _one(node), arrays.bits, room.best, room.head)
    return reached


def _row(arrays: Arrays, node: int, others: Sequence[int], forward: bool, most: int) -> Any:
    room, (state, links, cost, _) = _grown(arrays, node, forward, most)
    row = np.empty((len(others), arrays.signs), np.int64)
    ends = np.asarray(others, np.int32)
    lanes.pick(ends, links, cost, room.head, arrays.bits, arrays.half, arrays.signs, row)
    kernels.clear(state, _one(node), arrays.bits, room.best, room.head)
    return row


def _grown(arrays: Arrays, node: int, forward: bool, most: int) -> tuple[Scratch, Any]:
    room = Scratch.of(arrays)
    side = (arrays.start, arrays.to, arrays.code) if forward else (arrays.back_start, arrays.back, arrays.back_code)
    found = kernels.grow(
        *side, arrays.costs, arrays.blocked, _one(node), room.need, most, arrays.bits, arrays.half,
        most, not forward, True, room.best, room.head,
    )  # fmt: skip
    return room, found


def _lanes(arrays: Arrays, reached: Sequence[tuple[Any, Any, Any]], origins: Sequence[int]) -> Any:
    who = np.repeat(np.arange(len(origins), dtype=np.int32), [len(node) for node, _, _ in reached])
    node, sign, cost = (np.concatenate(column) for column in zip(*reached, strict=True))
    return lanes.by_node(arrays.nodes, who, node, sign, cost)


def _one(node: int) -> Any:
    return np.array([node], np.int32)
