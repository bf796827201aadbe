"""Routes: the simple paths of one sign from any of some nodes to any of others, all of them or those that survive.

May enter: a network, node sets, claims that are taken away. Never here: what cuts a route, which set is smallest.
Other than in `kg.engine.best_paths`, a route may pass through further sources and targets: with signs, a route
through a second source is not always made redundant by that source's own routes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, TypeAlias

from kg.compiled.arrays import Arrays
from kg.engine import Nodes, Path
from kg.later import Later
from kg.network import Network

if TYPE_CHECKING:
    import numpy as np

    from kg.compiled import field as fields
    from kg.compiled.field import Array, Field, Layers, Onward
else:
    np, fields = Later("numpy"), Later("kg.compiled.field")

Claims: TypeAlias = frozenset[str]
NONE: Claims = frozenset()
NOWHERE: Nodes = frozenset()
STEPS = 1_000_000
LOOKS = 1024


@dataclass(frozen=True, slots=True)
class Walked:
    """Routes by length, then by source. `every` says that there are no others, `complete` that no budget ran out."""

    routes: list[Path]
    every: bool
    complete: bool


@dataclass(frozen=True)
class Terrain:
    """Where routes run: from `sources` to `targets` (disjoint node sets), at most `max_links` claims, of one sign."""

    network: Network
    sources: Nodes
    targets: Nodes
    max_links: int
    sign: int = 1

    @property
    def ends(self) -> Nodes:
        """The nodes where routes begin or end."""
        return self.sources | self.targets

    def walk(
        self,
        *,
        most: int,
        gone: Collection[str] = NONE,
        kept: Collection[str] | None = None,
        avoided: Nodes = NOWHERE,
        through: Nodes | None = None,
        per_source: int | None = None,
        shortest: bool = False,
        once: bool = False,
        steps: int = STEPS,
        deadline: float = inf,
    ) -> Walked:
        """Walk the routes, shorter ones first.

        A depth-first search for each length, over claims that begin a walk of the right sign and of exactly the links
        left to a target.

        Args:
            most: Most routes returned, >= 1.
            gone: Claims that are taken away.
            kept: When given, only routes of these claims.
            avoided: Nodes that no route visits, ends included.
            through: When given, only routes that visit one of these nodes, ends included.
            per_source: Most routes of one source and length.
            shortest: Stop after the first length that has a route.
            once: Only a shortest route of each source.
            steps: Most claims tried.
            deadline: Moment of `time.monotonic` after which nothing more is looked at.

        Cost: O(max_links * claims within reach) to look ahead, about 10 ms for 10^5 of them; then in practice
        proportional to what is returned.
        """
        routes: list[Path] = []
        every = not once
        known: Onward = {}
        layers = self.layers(gone=gone, kept=kept, avoided=avoided, through=through)
        waiting: list[int] = self.field.sources.tolist()
        for length in range(1, self.max_links + 1):
            left_over = []
            for source in waiting:
                found = 0
                if not layers.leads(source, length, visit=through is not None):
                    left_over.append(source)
                    continue
                for route in self._of_length(source, length, layers, known, visit=through is not None):
                    steps -= 1
                    if steps < 0 or (steps % LOOKS == 0 and monotonic() > deadline):
                        return Walked(routes, every=False, complete=False)
                    if route is None:
                        continue
                    if len(routes) == most:
                        return Walked(routes, every=False, complete=True)
                    if found == (1 if once else per_source):
                        every = False
                        break
                    routes.append(self.names(route))
                    found += 1
                if monotonic() > deadline:
                    return Walked(routes, every=False, complete=False)
                left_over += [] if once and found else [source]
            waiting = left_over
            if shortest and routes:
                return Walked(routes, every=False, complete=True)
        return Walked(routes, every=every, complete=True)

    @cached_property
    def field(self) -> Field:
        """The claims that walks use, as arrays; worked out once."""
        arrays, ends = Arrays.of(self.network), (self.sources, self.targets)
        return fields.Field.of(arrays, *ends, max_links=self.max_links, sign=self.sign)

    def layers(
        self,
        *,
        gone: Collection[str] = NONE,
        kept: Collection[str] | None = None,
        avoided: Nodes = NOWHERE,
        through: Nodes | None = None,
    ) -> Layers:
        """Return by how many links walks that are left lead to a target. See `walk`."""
        field = self.field
        there = np.full(len(field.claims), kept is None)
        there[self._places_of(kept or ())] = True
        there[self._places_of(gone)] = False
        visited = None if through is None else field.numbers_of(through)
        return fields.Layers(field, there, field.numbers_of(avoided), visited, self.max_links)

    def names(self, places: Iterable[int]) -> Path:
        """Return the ids of claims, given as places in the field."""
        chosen = list(places)
        named = Arrays.of(self.network).names(self.field.claims[chosen].tolist())
        self._placed.update(zip(named, chosen, strict=True))
        return named

    def visits(self, route: Path) -> list[int]:
        """Return the nodes that a route of the field visits, in order."""
        field, places = self.field, self._places_of(route)
        return field.nodes[[field.subject[places[0]], *field.object[places]]].tolist()  # type: ignore[no-any-return]

    def _places_of(self, claims: Iterable[str]) -> Array:
        """Return the places of those claims that lie in the field."""
        arrays, mine, placed = Arrays.of(self.network), self.field.claims, self._placed
        for claim in claims:
            if claim not in placed:
                number = arrays.number(claim)
                place = -1 if number is None else int(np.searchsorted(mine, number))
                placed[claim] = place if 0 <= place < len(mine) and mine[place] == number else -1
        return np.array([placed[claim] for claim in claims if placed[claim] >= 0], np.int64)

    @cached_property
    def _placed(self) -> dict[str, int]:
        return {}

    def _of_length(
        self, source: int, length: int, layers: Layers, known: Onward, *, visit: bool
    ) -> Iterator[list[int] | None]:
        """Yield each route of so many claims, as places in the field, and None for each claim that is tried."""
        route: list[int] = []
        visited = {source}
        ways = [(source, visit, iter(layers.onward(length, source, self.field.minus, visit, known)))]
        while ways:
            node, visit, onward = ways[-1]
            step = next(onward, None)
            if step is None:
                ways.pop()
                visited.discard(node)
                if route:
                    route.pop()
                continue
            yield None
            claim, there, rest = step
            if there in visited:
                continue
            left = length - len(ways)
            if left == 0:
                yield [*route, claim]
                continue
            route.append(claim)
            visited.add(there)
            wish = visit and not layers.wanted[node]
            ways.append((there, wish, iter(layers.onward(left, there, rest, wish, known))))
