"""Signed columns: where each node of a picture stands, so that few edges cross.

Lives here: geometry, pure. May enter: ids, the ontology's column numbers, pairs of ids.
Never here: labels, colours, what a claim is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

ACROSS = 252.0
CARD_WIDTH, CARD_HEIGHT = 168, 38
GAP, GAP_LEAST, GAP_MOST = 54.0, 70.0, 140.0
GAP_PER_END = 1.6
DOWN = 45.0
APART = 68.0
SWEEPS = 24
COUNTED_EDGES = 600


class Place(NamedTuple):
    """The middle of a node, in pixels of the picture at its natural size; `lane` counts columns from the left."""

    lane: int
    x: float
    y: float


def place(column: Mapping[str, int], edges: Sequence[tuple[str, str]]) -> dict[str, Place]:
    """Return a place for every node.

    Columns are used in their order, empty ones skipped. A column whose nodes are joined among themselves is split in
    two lanes, what acts to the left of what is acted upon. Within a lane, nodes are ordered by the mean height of
    their neighbours (barycentre), sweeping back and forth; the order with the fewest crossings seen is kept. The gap
    between two lanes is as wide as the lines that end in it need.

    Args:
        column: Column of each node, as the ontology numbers them.
        edges: Joined pairs.

    Laws: no two cards overlap; the same input gives the same picture.

    Cost: O(sweeps * edges^2) up to 600 edges; beyond that the last sweep is taken, uncounted.

    Source: K. Sugiyama, S. Tagawa, M. Toda, "Methods for visual understanding of hierarchical system structures",
    IEEE Trans. SMC 11 (1981), doi:10.1109/TSMC.1981.4308636.

    Example:
        >>> spots = place({"a": 0, "b": 0, "r": 3, "s": 3}, [("a", "s"), ("b", "r")])
        >>> (spots["a"].y < spots["b"].y) == (spots["s"].y < spots["r"].y)
        True
    """
    lanes = _lanes(column, edges)
    near: dict[str, list[str]] = {id: [] for id in column}
    for source, target in edges:
        near[source].append(target)
        near[target].append(source)
    index = {id: number for number, id in enumerate(sorted(column))}
    ends = np.array([(index[source], index[target]) for source, target in edges], dtype=np.int64).reshape(-1, 2)
    counted = len(edges) <= COUNTED_EDGES
    across = _across(lanes, edges)
    best, fewest = lanes, _crossings(lanes, across, ends, index) if counted else 0
    order = lanes
    for sweep in range(SWEEPS):
        order = _swept(order, near, backwards=sweep % 2 == 1)
        crossings = _crossings(order, across, ends, index) if counted else -1
        if crossings < fewest:
            best, fewest = order, crossings
    return _spots(best if counted else order, across)


def rows(lane: Mapping[str, int], chains: Sequence[Sequence[str]]) -> dict[str, Place]:
    """Return a place for every node of some chains: the first chain straight, what is new in others above or below.

    Args:
        lane: Column of each node, counted from 0.
        chains: Nodes in their order, the most important chain first.

    Law: no two nodes share a place.

    Example:
        >>> spots = rows({"a": 0, "b": 1, "c": 2, "d": 2}, [["a", "c"], ["a", "b", "c"], ["a", "d"]])
        >>> [spots[id].y for id in "abcd"]
        [0.0, 68.0, 0.0, -68.0]
    """
    taken: set[tuple[int, float]] = set()
    spots: dict[str, Place] = {}
    for number, chain in enumerate(chains):
        row = (number + 1) // 2 * (1 if number % 2 else -1)
        for id in chain:
            if id in spots:
                continue
            y = row * APART
            while (lane[id], y) in taken:
                y += APART if row >= 0 else -APART
            taken.add((lane[id], y))
            spots[id] = Place(lane[id], lane[id] * ACROSS, y)
    return spots


def _lanes(column: Mapping[str, int], edges: Sequence[tuple[str, str]]) -> list[list[str]]:
    lanes: list[list[str]] = []
    for number in sorted(set(column.values())):
        ids = sorted(id for id in column if column[id] == number)
        inner = [(source, target) for source, target in edges if column[source] == column[target] == number]
        acting, acted = _halves(ids, inner)
        lanes += [lane for lane in (acting, acted) if lane]
    return lanes


def _halves(ids: Sequence[str], inner: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Split a column that has at least one inner edge for every three nodes; move nodes while that spans more edges."""
    if len(inner) * 3 < len(ids) or len(ids) < 4:
        return list(ids), []
    balance = dict.fromkeys(ids, 0)
    for source, target in inner:
        balance[source] += 1
        balance[target] -= 1
    right = {id for id in ids if balance[id] < 0}
    for _ in range(len(ids)):
        moved = False
        for id in ids:
            gain = _spanned(inner, right ^ {id}) - _spanned(inner, right)
            if gain > 0:
                right ^= {id}
                moved = True
        if not moved:
            break
    return [id for id in ids if id not in right], [id for id in ids if id in right]


def _spanned(inner: Sequence[tuple[str, str]], right: set[str]) -> int:
    forward = sum(source not in right and target in right for source, target in inner)
    backward = sum(source in right and target not in right for source, target in inner)
    return 3 * forward + 2 * backward


def _heights(order: Sequence[Sequence[str]]) -> dict[str, float]:
    return {id: at - (len(lane) - 1) / 2 for lane in order for at, id in enumerate(lane)}


def _swept(order: Sequence[Sequence[str]], near: Mapping[str, Sequence[str]], *, backwards: bool) -> list[list[str]]:
    swept = [list(lane) for lane in order]
    heights = _heights(swept)
    tallest = max((len(lane) for lane in swept), default=1)

    def aim(id: str) -> float:
        neighbours = near[id]
        return sum(heights[other] for other in neighbours) / len(neighbours) if neighbours else heights[id]

    for at in range(len(swept) - 1, -1, -1) if backwards else range(len(swept)):
        lane = sorted(swept[at], key=lambda node: (aim(node), heights[node]))
        swept[at] = lane
        stretch = tallest / max(1, len(lane))
        heights.update({id: (place - (len(lane) - 1) / 2) * stretch for place, id in enumerate(lane)})
    return swept


def _across(lanes: Sequence[Sequence[str]], edges: Sequence[tuple[str, str]]) -> list[float]:
    """Return where the middle of each lane stands, across."""
    lane = {id: number for number, ids in enumerate(lanes) for id in ids}
    ending = [0] * len(lanes)
    for source, target in edges:
        left, right = sorted((lane[source], lane[target]))
        for gap in {left, max(left, right - 1)}:
            ending[gap] += 1
    gaps = (CARD_WIDTH + min(GAP_MOST, max(GAP_LEAST, GAP + GAP_PER_END * ends)) for ends in ending[:-1])
    return list(accumulate(gaps, initial=0.0))


def _crossings(
    order: Sequence[Sequence[str]], across: Sequence[float], ends: NDArray[np.int64], index: Mapping[str, int]
) -> int:
    """Count pairs of straight edges that cross, none of which share an end.

    `ends` has shape (edges, 2) and holds numbers of nodes as `index` gives them.
    """
    spots = _spots(order, across)
    at = np.empty((len(index), 2))
    for id, number in index.items():
        at[number] = spots[id].x, spots[id].y
    start, stop = at[ends[:, 0]], at[ends[:, 1]]

    def sides(points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return, for each edge (rows) and point (columns), on which side of the edge the point lies."""
        along, away = stop - start, points[None, :, :] - start[:, None, :]
        return along[:, None, 0] * away[:, :, 1] - along[:, None, 1] * away[:, :, 0]

    apart = sides(start) * sides(stop) < 0
    shared = (ends[:, None, :, None] == ends[None, :, None, :]).any(axis=(2, 3))
    return int((apart & apart.T & ~shared).sum()) // 2


def _spots(order: Sequence[Sequence[str]], across: Sequence[float]) -> dict[str, Place]:
    """Centre every lane; short lanes are spread over the height of the tallest, at most twice as wide as needed."""
    tallest = max((len(lane) for lane in order), default=1)
    spots = {}
    for number, lane in enumerate(order):
        pitch = DOWN * min(2.0, max(1.0, (tallest - 1) / max(1, len(lane))))
        for at, id in enumerate(lane):
            spots[id] = Place(number, round(across[number], 1), round((at - (len(lane) - 1) / 2) * pitch, 2))
    return spots
