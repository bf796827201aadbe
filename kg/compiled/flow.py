"""Flows through a field of routes: claims that break every walk, and routes that share no claim.

Lives here: `sufficient_claims`, `sufficient_nodes`, `end_claims`, `apart`. May enter: a field.
Never here: ids, how a minimum cut is found (ways).

A cut of all walks breaks all routes, so it bounds the smallest set from above; routes without a claim in common bound
it from below. Where both bounds meet the set is proven smallest.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import TYPE_CHECKING

from kg.compiled.ways import NO_LIMIT, Ways, minimum_cut
from kg.later import Later

if TYPE_CHECKING:
    import numpy as np

    from kg.compiled.field import Array, Field, Layers
else:
    np = Later("numpy")

LOOKS = 4096


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
    """Return places of claims in a minimum cut; with signs, each node has a copy for the sign so far."""
    place = np.arange(len(field.claims))
    if not signed:
        ways = Ways.of(len(field.nodes), field.subject, field.object)
        return ways.cut(field.sources, field.targets)[1]
    place, turned = np.nonzero(np.stack([field.used & 1, field.used & 2], axis=1))
    head = field.object[place] * 2 + (turned ^ field.turns[place])
    ways = Ways.of(2 * len(field.nodes), field.subject[place] * 2 + turned, head)
    return np.unique(place[ways.cut(field.sources * 2, field.targets * 2 + field.minus)[1]])


def end_claims(field: Field) -> Array:
    """Return places of the claims that leave the sources, or of those that arrive at the targets: what are fewer.

    Each walk begins with one of the former and ends with one of the latter.
    """
    leave = np.flatnonzero(np.isin(field.subject, field.sources))
    arrive = np.flatnonzero(np.isin(field.object, field.targets))
    return leave if len(leave) <= len(arrive) else arrive
