"""The field of routes: the claims that some walk of one sign and a bounded length uses from sources to targets.

Lives here: `Field`, its layers by the number of links that are left. May enter: arrays, nodes, numbers of links.
Never here: ids, single routes, what cuts them. Numpy alone: nothing is compiled.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from kg.compiled.arrays import LAST, SHIFT, Arrays
from kg.later import Later

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]
else:
    np = Later("numpy")

FAR = 100
"""More links than any walk has."""
Onward: TypeAlias = dict[tuple[int, int, int, bool], list[tuple[int, int, int]]]
MET = 0b1010
"""Of a layer's flags those of walks that visit one of the nodes asked for; sign + is the lower pair."""


@dataclass(frozen=True)
class Field:
    """The claims that walks use, between nodes numbered anew; a superset of the claims on routes.

    Attributes:
        nodes: The node of each number here, ascending.
        claims: Numbers of the claims in the arrays, ascending.
        subject, object: Their ends, as numbers here.
        turns: 1 for claims of sign -, else 0.
        last: Whether a walk ends with the claim.
        used: Bit 1 when a walk comes to the claim with sign +, bit 2 with sign -.
        start: For each node the first of its claims; one more number at the end.
        sources, targets: Numbers here, ascending.
        blocked: Nodes that no walk passes through.
        minus: 1 when the walks are of sign -, else 0.
    """

    nodes: Array
    claims: Array
    subject: Array
    object: Array
    turns: Array
    last: Array
    used: Array
    start: Array
    sources: Array
    targets: Array
    blocked: Array
    minus: int

    @classmethod
    def of(
        cls, arrays: Arrays, sources: Collection[int], targets: Collection[int], *, max_links: int, sign: int = 1
    ) -> Field:
        """Find the claims on walks of at most `max_links` claims and of the sign from a source to a target.

        Walks visit nodes more than once; they keep to what is blocked, to claims that end a path, and to signs.

        Cost: linear in the claims within reach of the targets, about 0.1 microseconds each for each link.
        """
        minus = int(sign < 0)
        begin, end = _sorted(sources), _sorted(targets)
        left = _distances(arrays, end, max_links, backward=True)
        gone = _distances(arrays, begin, max_links, backward=False, left=left, minus=minus)
        stops = arrays.blocked.astype(bool).repeat(2)
        gone[stops & (gone > 0)] = FAR
        left[stops & (left > 0)] = FAR
        used = np.zeros(len(arrays.to), np.uint8)
        for turned in (0, 1):
            nodes = np.flatnonzero(gone[turned::2] < max_links)
            steps, owner = ranges(arrays.start, nodes)
            edge = arrays.to[steps]
            rest = left[(edge >> SHIFT) * 2 + ((edge & 1) ^ turned ^ minus)].astype(np.int16)
            fits = (gone[owner * 2 + turned] + rest < max_links) & (edge & 2 == 0) & ((edge & LAST == 0) | (rest == 0))
            used[steps[fits]] |= 1 << turned
        claims = np.flatnonzero(used)
        subject, object = arrays.subjects(claims), arrays.to[claims] >> SHIFT
        met = np.zeros(arrays.nodes, bool)
        met[subject] = met[object] = True
        nodes = np.flatnonzero(met)
        number = np.cumsum(met) - 1
        count = np.bincount(number[subject], minlength=len(nodes))
        return cls(
            nodes=nodes,
            claims=claims,
            subject=number[subject],
            object=number[object],
            turns=(arrays.to[claims] & 1).astype(np.uint8),
            last=(arrays.to[claims] & LAST) > 0,
            used=used[claims],
            start=np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
            sources=number[begin[met[begin]]],
            targets=number[end[met[end]]],
            blocked=arrays.blocked[nodes].astype(bool),
            minus=minus,
        )

    def numbers_of(self, nodes: Collection[int]) -> Array:
        """Return the numbers here of those nodes that lie in the field, ascending."""
        asked = _sorted(nodes)
        return np.flatnonzero(np.isin(self.nodes, asked)) if len(asked) else asked


class Layers:
    """For r links the flags of each node: whether a walk of exactly r links leads to a target, by sign and visit.

    Flags: `1 << (2 * minus + met)`; `met` says that the walk visits one of the nodes asked for, this one included.
    They are worked out one after the other, as they are asked for.

    Args:
        field: Where the walks run.
        there: For each claim of the field whether walks may use it.
        avoided: Numbers of nodes that no walk visits.
        through: Numbers of nodes of which a walk must visit one; None for no such wish.
        max_links: Most claims in a walk.
    """

    def __init__(self, field: Field, there: Array, avoided: Array, through: Array | None, max_links: int) -> None:
        self.field = field
        self.there = there
        self._avoided = avoided
        self.wanted = np.ones(len(field.nodes), bool) if through is None else np.zeros(len(field.nodes), bool)
        if through is not None:
            self.wanted[through] = True
        first = np.zeros(len(field.nodes), np.uint8)
        first[field.targets] = 1 + self.wanted[field.targets]
        first[avoided] = 0
        self.found = [first]
        self._heads = np.flatnonzero(np.diff(field.start) > 0)
        self._is_wanted = self.wanted[field.subject] if through is not None else None
        self.max_links = max_links

    def __getitem__(self, links: int) -> Array:
        while len(self.found) <= links:
            self.found.append(self._behind(self.found[-1]))
        return self.found[links]

    def leads(self, node: int, links: int, *, visit: bool) -> bool:
        """Say whether a walk of so many links and of the sign asked for begins at a node."""
        return bool((int(self[links][node]) >> (2 * self.field.minus)) & (2 if visit else 3))

    def onward(self, left: int, node: int, rest: int, visit: bool, known: Onward) -> list[tuple[int, int, int]]:
        """Return claim, node and sign of what follows for each claim that begins a walk of `left` links.

        Args:
            left: Links that are left, >= 1.
            node: Where the walk stands.
            rest: 1 when the walk from here must be of sign -, else 0.
            visit: Whether it must still visit one of the nodes asked for, this one included.
            known: Answers of these layers, kept for the next question.
        """
        key = left, node, rest, visit
        found = known.get(key)
        if found is None:
            field, wish = self.field, 2 if visit and not self.wanted[node] else 3
            low, high = int(field.start[node]), int(field.start[node + 1])
            there, turned = field.object[low:high], field.turns[low:high] ^ rest
            fits = self.there[low:high] & ((self[left - 1][there] >> (2 * turned)) & wish > 0)
            if left > 1:
                fits &= ~(field.last[low:high] | field.blocked[there])
            chosen = np.flatnonzero(fits)
            rows = (chosen + low).tolist(), there[chosen].tolist(), turned[chosen].tolist()
            found = known[key] = list(zip(*rows, strict=True))
        return found

    def _behind(self, layer: Array) -> Array:
        """Return the flags of one more link."""
        field, first = self.field, len(self.found) == 1
        # What no walk goes on from is taken out before.
        from_ = layer if first else np.where(field.blocked, 0, layer).astype(np.uint8)
        flags = from_[field.object]
        turns = field.turns.astype(bool)
        flags = np.where(turns, ((flags & 3) << 2) | (flags >> 2), flags)
        flags[~self.there] = 0
        if not first:
            flags[field.last] = 0
        if self._is_wanted is not None:
            flags = np.where(self._is_wanted, (flags | (flags << 1)) & MET, flags)
        behind = np.zeros(len(field.nodes), np.uint8)
        if len(flags):
            behind[self._heads] = np.bitwise_or.reduceat(flags, field.start[self._heads])
        behind[self._avoided] = 0
        return behind


def ranges(start: Array, rows: Array) -> tuple[Array, Array]:
    """Return the places that some rows span, one row after the other, and beside each its row.

    Example:
        >>> ranges(np.array([0, 2, 2, 5]), np.array([0, 2]))
        (array([0, 1, 2, 3, 4]), array([0, 0, 2, 2, 2]))
    """
    first = start[rows].astype(np.int64)
    counts = start[rows + 1] - first
    before = np.cumsum(counts) - counts
    return np.repeat(first - before, counts) + np.arange(int(counts.sum())), np.repeat(rows, counts)


def _sorted(nodes: Collection[int]) -> Array:
    return np.array(sorted(nodes), np.int64)


def _distances(
    arrays: Arrays, anchors: Array, most: int, *, backward: bool, left: Array | None = None, minus: int = 0
) -> Array:
    """Return the least number of links of a walk from the anchors to each node with each sign, `node * 2 + minus`.

    Walks that end with a claim that ends a path are followed backwards alone. With `left`, what is left from each node
    to the other end, walks that are too long together are given up.
    """
    start, adjacent = (arrays.back_start, arrays.back) if backward else (arrays.start, arrays.to)
    found = np.full(arrays.nodes * 2, FAR, np.int8)
    found[anchors * 2] = 0
    edge = anchors * 2
    for links in range(1, most + 1):
        node = edge >> 1
        if links > 1:
            edge = edge[arrays.blocked[node] == 0]
            node = edge >> 1
        places, _ = ranges(start, node)
        counts = start[node + 1] - start[node]
        steps = adjacent[places]
        into = (steps >> SHIFT) * 2 + (np.repeat(edge & 1, counts) ^ (steps & 1))
        fits = (steps & 2 == 0) & (found[into] == FAR)
        if not backward or links > 1:
            fits &= steps & LAST == 0
        into = into[fits]
        if left is not None:
            into = into[left[into ^ minus] <= most - links]
        found[into] = links
        edge = np.flatnonzero(found == links)
        if not len(edge):
            break
    return found
