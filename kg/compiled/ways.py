"""Minimum cuts between nodes: which fewest claims separate some from others.

Lives here: `Ways`, `minimum_cut`. May enter: arrays of ends, capacities. Never here: signs, lengths, ids.

Evidence is a graph of few claims at most entities and of short ways: most minimum cuts are small and lie close to one
end. So ways are first looked for from both ends at once, the side with less before it a step further each time (Ford
and Fulkerson); a cut of hundreds of claims is left to scipy's flow in whole numbers (Dinic).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.compiled.arrays import SHIFT
from kg.compiled.field import ranges
from kg.later import Later

if TYPE_CHECKING:
    import numpy as np
    from scipy import sparse
    from scipy.sparse import csgraph

    from kg.compiled.arrays import Arrays
    from kg.compiled.field import Array
else:
    np, sparse, csgraph = Later("numpy"), Later("scipy.sparse"), Later("scipy.sparse.csgraph")

NO_LIMIT = 2**30
"""Capacity of what cannot be cut."""
WAYS_MOST = 200
UNMET = -1


@dataclass(frozen=True)
class Ways:
    """Arcs between nodes, each to be used once, in both directions.

    Attributes:
        tail, head: Where each arc begins and ends; by tail.
        start: For each node the first of its arcs; one more number.
        back_start: For each node where its arriving arcs begin in `at`; one more number.
        at: Arcs by head.
        order: Where each arc was before they were put in order; None where they were in order.
        most: Ways that are looked for one by one.
    """

    tail: Array
    head: Array
    start: Array
    back_start: Array
    at: Array
    order: Array | None = None
    most: int = WAYS_MOST

    @classmethod
    def of(cls, nodes: int, tail: Array, head: Array) -> Ways:
        """Put arcs in order, whatever order they come in."""
        order = None
        if len(tail) and bool((tail[1:] < tail[:-1]).any()):
            order = np.argsort(tail, kind="stable")
            tail, head = tail[order], head[order]
        return cls(tail, head, _starts(tail, nodes), _starts(head, nodes), np.argsort(head, kind="stable"), order)

    @classmethod
    def of_arrays(cls, arrays: Arrays) -> Ways:
        """Take the claims of a network as they lie in its arrays."""
        tail = np.repeat(np.arange(arrays.nodes, dtype=np.int32), np.diff(arrays.start))
        return cls(tail, arrays.to >> SHIFT, arrays.start, arrays.back_start, arrays.at)

    def cut(self, sources: Array, sinks: Array) -> tuple[int, Array]:
        """Return how many arcs separate the sources from the sinks at least, and the places of such arcs, ascending.

        Of several minimum cuts one that is nearest to an end. Sources are no sinks.

        Law: `minimum_cut` of the same arcs, each of capacity 1, finds the same number.

        Cost: what lies around the smaller end, for each arc that is cut; from 200 on that of `minimum_cut`.

        Example:
            >>> Ways.of(4, np.array([0, 0, 1, 2]), np.array([1, 2, 3, 3])).cut(np.array([0]), np.array([3]))
            (2, array([0, 1]))
        """
        nodes = len(self.start) - 1
        used = np.zeros(len(self.tail), bool)
        met = np.full(nodes, UNMET, np.int64), np.full(nodes, UNMET, np.int64)
        for _ in range(self.most):
            middle, ended = self._meeting(used, met, sources, sinks)
            if middle is None:
                inside = met[ended] != UNMET
                ends = (self.tail, self.head) if ended == 0 else (self.head, self.tail)
                arcs = np.flatnonzero(inside[ends[0]] & ~inside[ends[1]])
                return len(arcs), arcs if self.order is None else np.sort(self.order[arcs])
            self._walk(used, met, middle)
            for side in met:
                side.fill(UNMET)
        number = np.arange(nodes) + 2
        number[sources], number[sinks] = 0, 1
        value, arcs = minimum_cut(nodes + 2, number[self.tail], number[self.head], 0, 1)
        return value, arcs if self.order is None else np.sort(self.order[arcs])

    def _meeting(self, used: Array, met: Any, sources: Array, sinks: Array) -> tuple[int | None, int]:
        """Look for a way from both ends; return a node where the searches meet, or None and the side that ended.

        `met` takes up for each node the arc that led to it: `arc * 2`, one more when it is walked against.
        """
        edges = [sources, sinks]
        met[0][sources] = met[1][sinks] = 2 * len(self.tail)
        starts = self.start, self.back_start
        taken = np.flatnonzero(used)
        while True:
            for side in (0, 1):
                if not len(edges[side]):
                    return None, side
            widths = [int((starts[side][edges[side] + 1] - starts[side][edges[side]]).sum()) for side in (0, 1)]
            side = int(widths[1] < widths[0])
            places, _ = ranges(starts[side], edges[side])
            arcs = places if side == 0 else self.at[places]
            arcs = arcs[~used[arcs]]
            near, far = (self.tail, self.head) if side == 0 else (self.head, self.tail)
            # What a way uses can be given back: walked from the other end.
            again = taken[np.isin(far[taken], edges[side])]
            there, by = np.concatenate([far[arcs], near[again]]), np.concatenate([arcs * 2, again * 2 + 1])
            fresh = met[side][there] == UNMET
            there, by = there[fresh], by[fresh]
            met[side][there] = by
            edges[side] = np.unique(there)
            both = edges[side][met[1 - side][edges[side]] != UNMET]
            if len(both):
                return int(both[0]), side

    def _walk(self, used: Array, met: Any, middle: int) -> None:
        """Use the arcs of the way through a node, and give back those that it walks against."""
        end = 2 * len(self.tail)
        for side in (0, 1):
            node = middle
            while (by := int(met[side][node])) != end:
                arc, against = by >> 1, by & 1
                used[arc] = not against
                node = int((self.tail if (side == 0) ^ bool(against) else self.head)[arc])


def minimum_cut(nodes: int, tail: Array, head: Array, source: int, sink: int, capacity: Any = 1) -> tuple[int, Array]:
    """Return the value of a minimum cut and the places of the arcs in it, ascending.

    Args:
        nodes: Number of nodes.
        tail: Where each arc begins. Arcs of the same ends are cut together.
        head: Where it ends.
        source: Where the flow begins.
        sink: Where it ends; another node.
        capacity: Of each arc, or of all, at most 2^30.

    Returns:
        Of the minimum cuts the one nearest to the source. A value of 2^30 or more: an arc of that capacity is in it.

    Cost: `scipy.sparse.csgraph.maximum_flow`, and a search over what it leaves; 10^6 arcs take about half a second.

    Example:
        >>> tail, head = np.array([0, 0, 1, 2]), np.array([1, 2, 3, 3])
        >>> minimum_cut(4, tail, head, 0, 3)
        (2, array([0, 1]))
    """
    value = np.broadcast_to(np.asarray(capacity, np.int32), tail.shape)
    graph = sparse.csr_array((value, (tail, head)), shape=(nodes, nodes), dtype=np.int32)
    graph.sum_duplicates()
    np.minimum(graph.data, NO_LIMIT, out=graph.data)
    flow = csgraph.maximum_flow(graph, source, sink, method="dinic")
    rest = graph - flow.flow
    rest.data = (rest.data > 0).astype(np.int32)
    rest.eliminate_zeros()
    inside = np.zeros(nodes, bool)
    inside[csgraph.breadth_first_order(rest, source, return_predecessors=False)] = True
    return int(flow.flow_value), np.flatnonzero(inside[tail] & ~inside[head])


def _starts(nodes: Array, count: int) -> Array:
    return np.concatenate([[0], np.cumsum(np.bincount(nodes, minlength=count))]).astype(np.int64)
