"""Sets that are enough: claims, mitigations, works that break every harmful route, found by flow, not by proof.

Lives here: `Bounds`. May enter: routes, mitigations, works. Never here: the integer programme, sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heapify, heappop, heappush
from time import monotonic
from typing import TYPE_CHECKING

from kg.engine import Path
from kg.later import Later
from kg.question.cutting import Enough, Mitigations, Routes, Works

if TYPE_CHECKING:
    from kg.compiled import flow
else:
    flow = Later("kg.compiled.flow")

FLOW_MOST = 3_000_000
"""Claims within reach of both ends up to which a flow is looked for: it cannot be broken off, and takes a microsecond
for each claim. Beyond, what leaves the sources or arrives at the targets is enough."""
SHARE, FEW = 8, 20_000


@dataclass(frozen=True)
class Bounds:
    """Sets that break every route, whatever time the proofs take."""

    routes: Routes
    mitigations: Mitigations
    works: Works

    @cached_property
    def claims(self) -> Enough:
        """Claims without which no route is left, and routes of which no two share a claim.

        Law: the set is at least as large as there are such routes; where both are as many, it is a smallest one.
        """
        terrain = self.routes.terrain
        field = terrain.field
        places = flow.end_claims(field)
        if len(field.claims) <= FLOW_MOST:
            found = flow.sufficient_claims(field)
            places = found if len(found) < len(places) else places
        apart = self._apart(len(places))
        return Enough(tuple(sorted(terrain.names(places.tolist()))), len(apart), apart)

    @cached_property
    def mitigating(self) -> Enough:
        """Mitigations that cut every route which can be cut: of nodes that such routes must visit, or of all."""
        field = self.routes.terrain.field
        lowered = field.numbers_of(self.mitigations.lowered)
        chosen = flow.sufficient_nodes(field, lowered) if len(field.claims) <= FLOW_MOST else None
        nodes = set(field.nodes[lowered if chosen is None else chosen].tolist())
        by_measure: dict[str, set[int]] = {}
        for claim, lowers in self.mitigations.lowers.items():
            by_measure.setdefault(self.mitigations.subject(claim), set()).update(lowers & nodes)
        cut_by = (frozenset(map(self.mitigations.subject, self.mitigations.on(route))) for route in self._few)
        return Enough(tuple(sorted(covering(by_measure.items(), nodes))), disjoint(cut_by))

    @cached_property
    def working(self) -> Enough | None:
        """Works without which none of the claims that are enough is left; None where one stands on no work."""
        carriers = [self.works.of(claim) for claim in self.claims.elements]
        if not all(carriers):
            return None
        stand_on = (frozenset().union(*map(self.works.of, route)) for route in self._few)
        return Enough(tuple(sorted(frozenset().union(*carriers))), disjoint(stand_on))

    @cached_property
    def _few(self) -> Sequence[Path]:
        """Routes from which to choose some that have nothing in common."""
        return [*self.claims.apart, *self.routes.walked.routes][:FEW]

    def _apart(self, most: int) -> Sequence[Path]:
        """Return routes of which no two share a claim, at most so many."""
        terrain = self.routes.terrain
        now = monotonic()
        until = now + max(0.0, self.routes.deadline - now) / SHARE
        found: list[Path] = []
        for route in flow.apart(terrain.layers(), until):
            found.append(terrain.names(route))
            if len(found) >= most:
                break
        return found


def covering(sets: Iterable[tuple[str, set[int]]], wanted: set[int]) -> list[str]:
    """Return names whose sets hold all that is wanted, the set that adds most first (ties: by name).

    Example:
        >>> covering([("a", {1, 2}), ("b", {2, 3}), ("c", {3})], {1, 2, 3})
        ['a', 'b']
    """
    left, held = set(wanted), {name: some & wanted for name, some in sets}
    waiting = [(-len(some), name) for name, some in held.items() if some]
    heapify(waiting)
    chosen = []
    while left and waiting:
        promised, name = heappop(waiting)
        adds = len(held[name] & left)
        if adds == -promised:
            chosen.append(name)
            left -= held[name]
        elif adds:
            heappush(waiting, (-adds, name))
    return chosen


def disjoint(sets: Iterable[frozenset[str]]) -> int:
    """Return how many of some sets have nothing in common, the smaller taken first; empty ones do not count.

    Law: as many elements at least are needed to meet all of the sets.

    Example:
        >>> disjoint([frozenset("abc"), frozenset("a"), frozenset("bd"), frozenset()])
        2
    """
    taken: set[str] = set()
    count = 0
    for one in sorted(filter(None, sets), key=len):
        if taken.isdisjoint(one):
            taken |= one
            count += 1
    return count
