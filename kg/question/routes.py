"""Routes: the simple paths of one sign from any of some nodes to any of others, all of them or those that survive.

May enter: a network, node sets, claims that are taken away. Never here: what cuts a route, which set is smallest.
Other than in `kg.engine.best_paths`, a route may pass through further sources and targets: with signs, a route
through a second source is not always made redundant by that source's own routes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from kg.engine import Nodes, Path
from kg.network import Network

Claims: TypeAlias = frozenset[str]
_Layer: TypeAlias = set[tuple[int, int, bool]]
_Open: TypeAlias = tuple[int, int, bool, Path, Nodes]
"""Node, sign that the rest must have, whether `through` was met, claims so far, nodes visited."""
NONE: Claims = frozenset()


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
        steps: int = 400_000,
    ) -> Walked:
        """Walk the routes, shorter ones first.

        A depth-first search for each length, which only takes a step when a walk of the right sign and of exactly
        the links left leads from there to a target.

        Args:
            most: Most routes returned, >= 1.
            gone: Claims that are taken away.
            through: When given, only routes that visit one of these nodes, ends included.
            per_source: Most routes of one source and length.
            shortest: Stop after the first length that has a route.
            steps: Most partial routes looked at.

        Cost: O(max_links * links) for the look-ahead, then in practice proportional to what is returned.
        """
        ahead = self._look_ahead(gone, through)
        routes: list[Path] = []
        every = True
        for length in range(1, self.max_links + 1):
            for source in sorted(self.sources):
                found = 0
                for route in self._of_length(source, length, ahead, gone, through):
                    steps -= 1
                    if steps < 0:
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

    def _look_ahead(self, gone: Claims, through: Nodes | None) -> Sequence[_Layer]:
        """For r = 0..max_links: (node, sign, met) of walks of exactly r links to a target, `met` if through a node."""
        network = self.network
        layers: list[_Layer] = [{(node, 1, through is None or node in through) for node in self.targets}]
        for links in range(self.max_links):
            layer: _Layer = set()
            for node, sign, met in layers[-1]:
                if links and node in network.blocked:
                    continue
                for step in network.backward[node]:
                    if step.claim not in gone and not (step.last and links) and step.sign:
                        layer.add((step.node, sign * step.sign, met or (through is not None and step.node in through)))
            layers.append(layer)
        return layers

    def _of_length(
        self, source: int, length: int, ahead: Sequence[_Layer], gone: Claims, through: Nodes | None
    ) -> Iterator[Path | None]:
        """Yield each route of exactly this length, and None for each other partial route that is looked at."""
        network = self.network
        begun = through is None or source in through
        waiting: list[_Open] = [(source, self.sign, begun, (), frozenset([source]))]
        if not _leads(ahead[length], source, self.sign, begun):
            return
        while waiting:
            node, rest, met, claims, visited = waiting.pop()
            left = length - len(claims) - 1
            yield None
            for step in network.forward[node]:
                if step.claim in gone or step.node in visited or not step.sign:
                    continue
                if left and (step.last or step.node in network.blocked):
                    continue
                after, longer = rest * step.sign, (*claims, step.claim)
                now = met or (through is not None and step.node in through)
                if not _leads(ahead[left], step.node, after, now):
                    continue
                if left:
                    waiting.append((step.node, after, now, longer, visited | {step.node}))
                else:
                    yield longer


def _leads(layer: _Layer, node: int, sign: int, met: bool) -> bool:
    return (node, sign, True) in layer or (met and (node, sign, False) in layer)


def touching(network: Network, nodes: Iterable[int]) -> Claims:
    """Return the claims that begin or end at one of the nodes."""
    return frozenset(
        step.claim for node in nodes for steps in (network.forward, network.backward) for step in steps[node]
    )
