"""Flows through a field of routes: claims that break every walk, and routes that share no claim.

Lives here: `minimum_cut`, `sufficient_claims`, `sufficient_nodes`, `apart`. May enter: a field, capacities.
Never here: ids, what a cut is for. scipy finds the flow (Dinic, whole numbers); what is cut is the same for every
greatest flow: what lies nearest to the sources.

A cut of all walks breaks all routes, so it bounds the smallest set from above; routes without a claim in common bound
it from below. Where both bounds meet the set is proven smallest.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import TYPE_CHECKING, Any

from kg.later import Later

if TYPE_CHECKING:
    import numpy as np
    from scipy import sparse
    from scipy.sparse import csgraph

    from kg.compiled.field import Array, Field, Layers
else:
    np, sparse, csgraph = Later("numpy"), Later("scipy.sparse"), Later("scipy.sparse.csgraph")

NO_LIMIT = 2**30
"""Capacity of what cannot be cut."""
LOOKS = 4096


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


def sufficient_claims(field: Field) -> Array:
    """Return places of claims of the field without which no walk of it is left: the smaller of two minimum cuts.

    One of the claims without their signs, one where each node has a copy for each sign: neither is always smaller.

    Law: without them no source reaches a target by a walk of the sign and the bound.
    """
    plain = _claims_cut(field, signed=False)
    if len(plain) <= 1:
        return plain
    signed = _claims_cut(field, signed=True)
    return signed if len(signed) < len(plain) else plain


def sufficient_nodes(field: Field, lowered: Array) -> Array | None:
    """Return nodes, all of them among those given, that every walk of the field visits one of; None when some avoids
    them all. As few as signs and length aside can be.

    Each node is split in two, joined by an arc: what ends here and what begins here are told apart.
    """
    count = len(field.nodes)
    source, sink = 2 * count, 2 * count + 1
    capacity = np.full(count, NO_LIMIT, np.int32)
    capacity[lowered] = 1
    every = np.arange(count)
    tail = np.concatenate(
        [every * 2, field.subject * 2 + 1, np.full(len(field.sources), source), field.targets * 2 + 1]
    )
    head = np.concatenate([every * 2 + 1, field.object * 2, field.sources * 2, np.full(len(field.targets), sink)])
    rest = len(tail) - count
    capacities = np.concatenate([capacity, np.full(rest, NO_LIMIT, np.int32)])
    if not len(lowered):
        return None if len(field.claims) else lowered
    # More than all lowered nodes together is cut nowhere; a small limit keeps sums of capacities within 32 bits.
    np.minimum(capacities, len(lowered) + 1, out=capacities)
    value, arcs = minimum_cut(2 * count + 2, tail, head, source, sink, capacities)
    return None if value > len(lowered) or bool((arcs >= count).any()) else arcs


def apart(layers: Layers, deadline: float) -> Iterator[list[int]]:
    """Yield routes, as places of claims in the field, of which no two share a claim; shorter ones first.

    What is tried once and leads to no route is not tried again, so that there may be more such routes than are found.

    Cost: linear in the claims of the field, for each length.
    """
    field, taken = layers.field, ~layers.there
    for length in range(1, layers.max_links + 1):
        ways: dict[tuple[int, int, int], Iterator[tuple[int, int, int]]] = {}
        looked = 0
        for source in field.sources.tolist():
            route: list[int] = []
            path = [(source, field.minus)]
            while path:
                node, rest = path[-1]
                left = length - len(route)
                state = left, node, rest
                if left == 0:
                    taken[route] = True
                    yield route
                    # The first claim is gone now: begin anew.
                    route, path = [], [(source, field.minus)]
                    continue
                if state not in ways:
                    ways[state] = iter(layers.onward(left, node, rest, False, {}))
                for claim, there, after in ways[state]:
                    looked += 1
                    if taken[claim] or any(there == one for one, _ in path):
                        continue
                    route.append(claim)
                    path.append((there, after))
                    break
                else:
                    path.pop()
                    if route:
                        route.pop()
                if looked > LOOKS:
                    looked = 0
                    if monotonic() > deadline:
                        return


def _claims_cut(field: Field, *, signed: bool) -> Array:
    """Return places of claims in a minimum cut; sources are one node, and so are targets."""
    place = np.arange(len(field.claims))
    copies, turned = 1, np.zeros(len(place), np.int64)
    if signed:
        copies = 2
        place, turned = np.nonzero(np.stack([field.used & 1, field.used & 2], axis=1))
    number = np.arange(len(field.nodes) * copies) + 2
    number[field.sources * copies] = 0
    number[field.targets * copies + (field.minus if signed else 0)] = 1
    tail = number[field.subject[place] * copies + turned]
    head = number[field.object[place] * copies + ((turned ^ field.turns[place]) if signed else 0)]
    # What leads back to the sources, or away from the targets, is on no shortest way through.
    kept = (tail != head) & (head != 0) & (tail != 1)
    _, arcs = minimum_cut(len(number) + 2, tail[kept], head[kept], 0, 1)
    return np.unique(place[kept][arcs])


def end_claims(field: Field) -> Array:
    """Return places of the claims that leave the sources, or of those that arrive at the targets: what are fewer.

    Each walk begins with one of the former and ends with one of the latter.
    """
    leave = np.flatnonzero(np.isin(field.subject, field.sources))
    arrive = np.flatnonzero(np.isin(field.object, field.targets))
    return leave if len(leave) <= len(arrive) else arrive
