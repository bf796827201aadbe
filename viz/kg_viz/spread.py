"""Bands: where each node of a whole graph stands; across by column, down beside what it is joined to.

Lives here: geometry for many nodes, pure and seeded. May enter: ids, the ontology's column numbers, pairs of ids.
Never here: labels, colours, a simulation that runs while somebody watches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kg.later import Later
from kg_viz.columns import Place

if TYPE_CHECKING:
    from scipy import sparse
else:
    sparse = Later("scipy.sparse")

SEED = 20231219
STEPS = 120
SWEEPS = 12
ACROSS, DOWN, BETWEEN = 150.0, 20.0, 210.0
ROOMY, ROOMY_ACROSS = 250, 190.0
SHAPE = 1.5

Column = NDArray[np.float64]


def place(column: Mapping[str, int], edges: Sequence[tuple[str, str]]) -> dict[str, Place]:
    """Return a place for every node: a band for each column, each band a grid filled from the top.

    The order from top to bottom comes from a random walk over the edges that is followed until only its slowest
    mode is left (power iteration from a seeded start), so that what hangs together stands at one height; then each
    band is swept towards the mean height of its neighbours.

    Args:
        column: Column of each node, as the ontology numbers them.
        edges: Joined pairs.

    Laws: no two nodes share a place; bands stand in the order of their columns; the same input gives the same picture.

    Cost: O((steps + sweeps) * (nodes + edges)).

    Source: Y. Koren, "Drawing graphs by eigenvectors: theory and practice", Computers and Mathematics with
    Applications 49 (2005), doi:10.1016/j.camwa.2004.08.015, algorithm 1.

    Example:
        >>> spots = place({"a": 0, "b": 0, "r": 3}, [("a", "r")])
        >>> spots["a"].x < spots["r"].x, spots["b"].x < spots["r"].x
        (True, True)
    """
    ids = sorted(column)
    if not ids:
        return {}
    index = {id: number for number, id in enumerate(ids)}
    bands = [
        np.array([index[id] for id in ids if column[id] == number], dtype=np.int64)
        for number in sorted(set(column.values()))
    ]
    mean = _averaging(len(ids), [(index[source], index[target]) for source, target in edges])
    height = _swept(_slowest(mean), mean, bands)
    return {ids[at]: spot for at, spot in _grid(height, bands).items()}


def _averaging(size: int, pairs: Sequence[tuple[int, int]]) -> sparse.csr_matrix:
    """Return the matrix, shape (size, size), that replaces each value by half itself, half its neighbours' mean."""
    ends = np.array([*pairs, *((target, source) for source, target in pairs)], dtype=np.int64).reshape(-1, 2)
    joined = sparse.csr_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(size, size))
    degree = np.asarray(joined.sum(axis=1)).ravel()
    share = np.divide(0.5, degree, out=np.zeros(size), where=degree > 0)
    own = np.where(degree > 0, 0.5, 1.0)
    return sparse.diags(share) @ joined + sparse.diags(own)


def _slowest(mean: sparse.csr_matrix) -> Column:
    value: Column = np.random.default_rng(SEED).standard_normal(mean.shape[0])
    for _ in range(STEPS):
        value = mean @ value
        value -= value.mean()
        value /= max(float(np.abs(value).max()), 1e-12)
    return value


def _swept(height: Column, mean: sparse.csr_matrix, bands: Sequence[NDArray[np.int64]]) -> Column:
    """Give each band its ranks as heights in [0, 1], then order it by its neighbours' heights, some times over."""
    for _ in range(SWEEPS):
        ranked = np.empty_like(height)
        for band in bands:
            order = np.lexsort((band, np.round(height[band], 9)))
            ranked[band[order]] = (np.arange(len(band)) + 0.5) / len(band)
        height = mean @ ranked
    return ranked


def _grid(height: Column, bands: Sequence[NDArray[np.int64]]) -> dict[int, Place]:
    sizes = [len(band) for band in bands]
    across = ROOMY_ACROSS if sum(sizes) <= ROOMY else ACROSS
    rows = _rows(sizes, across)
    spots: dict[int, Place] = {}
    left = 0.0
    for number, band in enumerate(bands):
        lanes = ceil(len(band) / rows)
        order = band[np.lexsort((band, height[band]))]
        tall = ceil(len(band) / lanes)
        pitch = DOWN * min(2.5, max(1.0, rows / tall))
        for at, node in enumerate(order.tolist()):
            row, lane = divmod(at, lanes)
            shift = pitch * lane / lanes
            y = (row - (tall - 1) / 2) * pitch + shift
            spots[node] = Place(number, round(left + lane * across, 1), round(y, 1))
        left += (lanes - 1) * across + BETWEEN
    return spots


def _rows(sizes: Sequence[int], across: float) -> int:
    """Return the number of rows with which the whole is about 1.5 times as wide as tall."""

    def off(rows: int) -> float:
        wide = sum((ceil(size / rows) - 1) * across for size in sizes) + BETWEEN * (len(sizes) - 1) + across
        return abs(wide - SHAPE * rows * DOWN)

    return min(range(1, max(sizes) + 1), key=off)
