"""Lines: the curve of each edge between two cards, and where on it its sign stands clear of everything else.

Lives here: geometry of lines, pure. May enter: places of nodes. Never here: colours, what a claim is, drawing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kg_viz.columns import CARD_HEIGHT, CARD_WIDTH, Place

DOT = 7
"""Half of a dot, which stands for a node where there are many."""
SIGN = 7
"""Half of the square that a sign takes; one in dispute takes another beside it, at its right."""
BULGE, BULGE_MOST = 0.54, 150.0
TRIES = 45
NEAREST_END = 0.06
CROWD = 0.2
"""What one more line beneath a sign costs, in shares of a line between its middle and where the sign stands."""

Points = NDArray[np.float64]
Cells = NDArray[np.int64]


class Box(NamedTuple):
    """What something takes of the picture, in its pixels."""

    left: float
    top: float
    right: float
    bottom: float


class Spot(NamedTuple):
    """The middle of a sign."""

    x: int
    y: int

    def box(self, contested: bool, half: int = SIGN) -> Box:
        """Return what a sign of this size takes, with the mark of a dispute where there is one."""
        return Box(self.x - half, self.y - half, self.x + (3 if contested else 1) * half, self.y + half)


def card(place: Place) -> Box:
    """Return what a card takes."""
    across, down = CARD_WIDTH / 2, CARD_HEIGHT / 2
    return Box(place.x - across, place.y - down, place.x + across, place.y + down)


def dot(place: Place) -> Box:
    """Return what a dot takes."""
    return Box(place.x - DOT, place.y - DOT, place.x + DOT, place.y + DOT)


def curve(source: Place, target: Place) -> tuple[float, ...]:
    """Return the line between two cards as a cubic Bezier curve: start, two points that pull it, end; x before y.

    It leaves a card at the side that faces the other one; within a column it bulges to the right.

    Example:
        >>> curve(Place(0, 0.0, 0.0), Place(1, 252.0, 90.0))
        (84.0, 0.0, 126.0, 0.0, 126.0, 90.0, 168.0, 90.0)
    """
    half = CARD_WIDTH / 2
    if source.lane == target.lane:
        side = source.x + half
        pull = side + BULGE * min(BULGE_MOST, abs(target.y - source.y)) * 2 / 3
        middle = (target.y - source.y) / 3
        points = (side, source.y, pull, source.y + middle, pull, target.y - middle, side, target.y)
    else:
        way = half if source.x <= target.x else -half
        start, stop = source.x + way, target.x - way
        middle = (start + stop) / 2
        points = (start, source.y, middle, source.y, middle, target.y, stop, target.y)
    return tuple(round(value, 1) for value in points)


def straight(source: Place, target: Place) -> tuple[float, ...]:
    """Return the line between two dots, as `curve` does."""
    across, down = (target.x - source.x) / 3, (target.y - source.y) / 3
    inner = (source.x + across, source.y + down, target.x - across, target.y - down)
    return (source.x, source.y, *inner, target.x, target.y)


def signs(
    paths: Sequence[Sequence[float]], contested: Sequence[bool], taken: Sequence[Box], *, half: int = SIGN
) -> list[Spot | None]:
    """Return for each line where its sign stands, or None when no place on it is free.

    A sign stands near the middle of its line, moved along it to where the fewest other lines pass. Lines with the
    fewest free places are served first.

    Args:
        paths: Lines as `curve` gives them; several curves that follow each other give two more points and an end each.
        contested: Whether the mark of a dispute stands beside the sign, for each line.
        taken: Boxes that signs stay clear of.
        half: Half of the square that a sign takes.

    Laws: no box of a sign overlaps another or one that is taken; a sign is on its line, to half a pixel; the same
    input gives the same places.

    Cost: O(lines * tries + area of the picture).

    Example:
        >>> path = curve(Place(0, 0.0, 0.0), Place(1, 252.0, 0.0))
        >>> signs([path, path], [False, False], [])
        [Spot(x=126, y=0), Spot(x=111, y=0)]
    """
    if not paths:
        return []
    along = 0.5 + (0.5 - NEAREST_END) * np.linspace(-1, 1, TRIES)
    at = _points(paths, along)
    spots: Cells = np.rint(at).astype(np.int64)
    cost = np.round(np.abs(along - 0.5)[None, :] + CROWD * _crowd(at, half), 9)
    corner = spots.min(axis=(0, 1)) - 1
    spots -= corner
    # Where the middle of a sign may not stand; the mark of a dispute is as a second sign beside the first.
    wide, tall = (spots.max(axis=(0, 1)) + 2).tolist()
    closed = np.zeros((wide + 2 * half, tall), dtype=np.bool_)
    across, down, both = spots[:, :, 0], spots[:, :, 1], np.array(contested, dtype=np.bool_)
    beside = across + 2 * half * both[:, None]
    if taken:
        near = np.array(taken, dtype=np.float64).reshape(-1, 2, 2) - corner
        first = np.maximum(0, np.floor(near[:, 0] - half).astype(np.int64) + 1).tolist()
        after = np.maximum(0, np.ceil(near[:, 1] + half).astype(np.int64)).tolist()
        for (left, top), (right, bottom) in zip(first, after, strict=True):
            closed[left:right, top:bottom] = True
    free = (~(closed[across, down] | closed[beside, down])).sum(axis=1)
    found: list[Spot | None] = [None] * len(paths)
    for line in np.lexsort((np.arange(len(paths)), free)).tolist():
        shut = closed[across[line], down[line]] | closed[beside[line], down[line]]
        best = int(np.where(shut, np.inf, cost[line]).argmin())
        if not shut[best]:
            x, y = int(across[line, best]), int(down[line, best])
            found[line] = Spot(x + int(corner[0]), y + int(corner[1]))
            right = int(beside[line, best]) + 2 * half
            closed[max(0, x - 2 * half + 1) : right, max(0, y - 2 * half + 1) : y + 2 * half] = True
    return found


def _points(paths: Sequence[Sequence[float]], along: Points) -> Points:
    """Return points of cubic curves at shares of them, shape (lines, shares, 2)."""
    found = np.empty((len(paths), len(along), 2))
    sizes = np.array([len(path) // 6 for path in paths])
    for size in set(sizes.tolist()):
        same = np.flatnonzero(sizes == size)
        knots = np.array([paths[at] for at in same.tolist()], dtype=np.float64).reshape(len(same), 3 * size + 1, 2)
        piece = np.minimum((along * size).astype(np.int64), size - 1)
        far = along * size - piece
        near = 1 - far
        weights = np.stack([near**3, 3 * near**2 * far, 3 * near * far**2, far**3], axis=1)
        found[same] = np.einsum("sk,lskc->lsc", weights, knots[:, 3 * piece[:, None] + np.arange(4)])
    return found


def _crowd(at: Points, half: int) -> Points:
    """Return how many other lines pass through the square around each point, shape (lines, shares)."""
    cells = np.floor(at / (2 * half)).astype(np.int64)
    cells -= cells.min(axis=(0, 1))
    flat = cells[:, :, 0] * (cells[:, :, 1].max() + 1) + cells[:, :, 1]
    lines = np.arange(len(at), dtype=np.int64)[:, None] * (flat.max() + 1)
    once = np.unique(flat + lines) % (flat.max() + 1)
    found: Points = np.bincount(once, minlength=int(flat.max()) + 1)[flat] - 1.0
    return found
