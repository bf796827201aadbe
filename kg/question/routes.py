"""Routes: the simple paths of one sign from any of some nodes to any of others, all of them or those that survive.

May enter: a network, node sets, claims that are taken away. Never here: what cuts a route, which set is smallest.
Other than in `kg.engine.best_paths`, a route may pass through further sources and targets: with signs, a route
through a second source is not always made redundant by that source's own routes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import inf
from time import monotonic
from typing import TypeAlias

from kg.engine import Nodes, Path
from kg.network import Network

Claims: TypeAlias = frozenset[str]
_State: TypeAlias = tuple[int, int, bool]
"""Node, sign of the rest of the route, whether the rest visits one of the nodes asked for (this one included)."""
_Layer: TypeAlias = dict[_State, list[tuple[str, _State]]]
"""The states with a walk of some length to a target, each with the claims that begin such a walk and what follows."""
NONE: Claims = frozenset()
STEPS = 400_000
LOOKS = 1024


@dataclass(frozen=True, slots=True)
class Walked:
    """Routes by length, then by source. `every` says that there are no others, `complete` that no budget ran out."""

    routes: list[Path]
    every: bool
    complete: bool


@dataclass(frozen=True, slots=True)
class Terrain:
    """Where routes run: from `sources` to `targets` (disjoint node sets), at most `max_links` claims, of one sign."""

    network: Network
    sources: Nodes
    targets: Nodes
    max_links: int
    sign: int = 1

    def walk(
        self,
        *,
        most: int,
        gone: Claims = NONE,
        through: Nodes | None = None,
        per_source: int | None = None,
        shortest: bool = False,
        steps: int = STEPS,
        deadline: float = inf,
    ) -> Walked:
        """Walk the routes, shorter ones first.

        A depth-first search for each length, over steps that begin a walk of the right sign and of exactly the links
        left to a target.

        Args:
            most: Most routes returned, >= 1.
            gone: Claims that are taken away.
            through: When given, only routes that visit one of these nodes, ends included.
            per_source: Most routes of one source and length.
            shortest: Stop after the first length that has a route.
            steps: Most partial routes looked at.
            deadline: Moment of `time.monotonic` after which nothing more is looked at.

        Cost: O(max_links * links) to look ahead, then in practice proportional to what is returned.
        """
        routes: list[Path] = []
        every = True
        layers: list[_Layer] = [{(node, 1, through is None or node in through): [] for node in sorted(self.targets)}]
        for length in range(1, self.max_links + 1):
            layers.append(self._behind(layers[-1], length, gone, through))
            for source in sorted(self.sources):
                found = 0
                for route in self._of_length(source, layers):
                    steps -= 1
                    if steps < 0 or (steps % LOOKS == 0 and monotonic() > deadline):
                        return Walked(routes, every=False, complete=False)
                    if route is None:
                        continue
                    if len(routes) == most:
                        return Walked(routes, every=False, complete=True)
                    if found == per_source:
                        every = False
                        break
                    routes.append(route)
                    found += 1
            if shortest and routes:
                return Walked(routes, every=False, complete=True)
        return Walked(routes, every=every, complete=True)

    def _behind(self, layer: _Layer, length: int, gone: Claims, through: Nodes | None) -> _Layer:
        """Return the states from which one more claim leads into a layer: walks of `length` links to a target."""
        network, first = self.network, length == 1
        behind: _Layer = {}
        for state in layer:
            node, sign, met = state
            if not first and node in network.blocked:
                continue
            for step in network.backward[node]:
                if step.claim not in gone and step.sign and (first or not step.last):
                    before = (step.node, sign * step.sign, met or (through is not None and step.node in through))
                    behind.setdefault(before, []).append((step.claim, state))
        return behind

    def _of_length(self, source: int, layers: list[_Layer]) -> Iterator[Path | None]:
        """Yield each route as long as there are layers, and None for each partial route that is looked at."""
        last = len(layers) - 1
        begin: _State = (source, self.sign, True)
        waiting: list[tuple[_State, Path, Nodes]] = [(begin, (), frozenset([source]))] if begin in layers[last] else []
        while waiting:
            state, claims, visited = waiting.pop()
            yield None
            left = last - len(claims)
            for claim, after in layers[left][state]:
                node = after[0]
                if node in visited:
                    continue
                longer = (*claims, claim)
                if left == 1:
                    yield longer
                else:
                    waiting.append((after, longer, visited | {node}))


def touching(network: Network, nodes: Iterable[int]) -> Claims:
    """Return the claims that begin or end at one of the nodes."""
    return frozenset(
        step.claim for node in nodes for steps in (network.forward, network.backward) for step in steps[node]
    )
