"""What breaks routes: mitigations, claims, works; each kind's smallest set, from all routes or from those met.

May enter: a terrain of routes, mitigations with the nodes they lower. Never here: documents, sentences, the solver.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf, log
from time import monotonic
from typing import TYPE_CHECKING, TypeAlias

from kg.compiled.arrays import CODES, SHIFT, Arrays
from kg.engine import Nodes, Path, nodes_on
from kg.ids import ends_of_claim
from kg.later import Later
from kg.network import Network
from kg.question.hitting import Clause, Route, Smallest, Spent, smallest
from kg.question.routes import NONE, NOWHERE, Claims, Terrain, Walked

if TYPE_CHECKING:
    import numpy as np
else:
    np = Later("numpy")

ROUTES_WALKED, ROUTES_KNOWN = 20_000, 1_000
"""Routes that are listed when these are all; else so many of the shortest are where proofs begin."""
FRESH, FRESH_PER_SOURCE = 256, 4
NAT = 10_000
"""Weights by strength are -ln(expected) in units of 1/10,000."""
Clauses: TypeAlias = Callable[[Path], Route]
Undone: TypeAlias = Callable[[frozenset[str]], tuple[Claims, Nodes]]
"""The claims that no route can use any more, and the nodes that none can visit, once some elements are taken."""


@dataclass(frozen=True)
class Enough:
    """Elements that break every route, whether or not there are fewer that do.

    Attributes:
        elements: The set, sorted.
        at_least: No set is smaller.
        apart: Routes that no element breaks two of, which shows it.
    """

    elements: tuple[str, ...]
    at_least: int = 0
    apart: Sequence[Path] = ()


@dataclass(frozen=True)
class Routes:
    """The harmful routes: all of them, or the shortest when there are too many to list."""

    terrain: Terrain
    walked: Walked
    deadline: float

    @classmethod
    def of(cls, terrain: Terrain, *, most: int = ROUTES_WALKED, seconds: float = inf) -> Routes:
        """Walk the routes as far as they can be listed; nothing is looked at after so many seconds."""
        deadline = monotonic() + seconds
        walked = terrain.walk(most=most, deadline=deadline)
        if not walked.every:
            walked = replace(walked, routes=walked.routes[:ROUTES_KNOWN])
        return cls(terrain, walked, deadline)

    @property
    def network(self) -> Network:
        """The network that they run in."""
        return self.terrain.network

    def sources_of(self, *, avoided: Nodes = NOWHERE, kept: Claims | None = None) -> Nodes:
        """Return the sources of the routes that visit none of some nodes, or that use none but some claims.

        Raises:
            Spent: there was too much to look at.
        """
        if kept is not None and not kept:
            return frozenset()
        most = len(self.terrain.sources) + 1
        walked = self.terrain.walk(most=most, avoided=avoided, kept=kept, once=True, deadline=self.deadline)
        if not walked.complete:
            raise Spent
        return frozenset(self.network.links[route[0]][0] for route in walked.routes)

    def smallest(
        self,
        clauses: Clauses,
        undone: Undone,
        weights: Mapping[str, int],
        *,
        through: Nodes | None,
        share: int,
        enough: Enough | None = None,
    ) -> Smallest:
        """Return the lightest sets of elements that break every route which visits a node of `through`.

        Args:
            clauses: What breaks a route; routes without clauses are left out.
            undone: What taking some elements does to the network.
            weights: Weight of each element.
            through: Nodes of which a route must visit one; None for all routes.
            share: At most the time left until the deadline, divided by this, is used.
            enough: A set that breaks all of these routes, with what is known besides.
        """
        now = monotonic()
        until = now + max(0.0, self.deadline - now) / share

        def further(chosen: frozenset[str]) -> Iterable[Route]:
            gone, avoided = undone(chosen)
            walked = self.terrain.walk(
                most=FRESH,
                per_source=FRESH_PER_SOURCE,
                shortest=True,
                gone=gone,
                avoided=avoided,
                through=through,
                deadline=until,
            )
            if not walked.routes and not walked.complete:
                raise Spent
            return [clauses(route) for route in walked.routes]

        paths = self.walked.routes if enough is None else [*enough.apart, *self.walked.routes]
        known = [route for path in paths if (route := clauses(path))]
        return smallest(
            known,
            weights,
            further=None if self.walked.every else further,
            enough=None if enough is None else enough.elements,
            least=0 if enough is None else enough.at_least,
            deadline=until,
        )


@dataclass(frozen=True)
class Mitigations:
    """The links by which mitigations lower some nodes, at or above a threshold, and the nodes that each lowers.

    Attributes:
        network: The links that take part.
        lowers: By claim, in order of ids, those of the nodes looked at that it lowers.
    """

    network: Network
    lowers: Mapping[str, Nodes]

    @classmethod
    def of(
        cls, network: Network, types: Iterable[str], threshold: float, apart: Nodes, nodes: Collection[int]
    ) -> Mitigations:
        """Find the links of sign -1 that leave entities of some types.

        Args:
            network: The links that take part.
            types: Types of entity that count as mitigations.
            threshold: Least expected value of a link, to 12 decimals.
            apart: Nodes that are no mitigations here: the ends of the routes.
            nodes: Where to look for what is lowered.

        Cost: a pass over the arrays, then in proportion to what is found; with the criterion `narrower` in proportion
        to all links of mitigations.
        """
        arrays = Arrays.of(network)
        is_measure = np.zeros(arrays.nodes, bool)
        is_measure[[network.index[id] for id in network.of_types(sorted(types))]] = True
        is_measure[list(apart)] = False
        strong = np.array([round(value, 12) >= threshold for value in arrays.expected.tolist()], bool)
        object = arrays.to >> SHIFT
        fits = (arrays.to & 3 == CODES[-1]) & is_measure.repeat(np.diff(arrays.start)) & strong[arrays.code]
        looked_at = np.zeros(arrays.nodes, bool)
        looked_at[list(nodes)] = True
        lowered: dict[int, Nodes] = {}
        if network.criteria.narrower:
            wanted = frozenset(nodes)
            for node in np.unique(object[fits]).tolist():
                lowered[node] = network.nodes_of(network.ids[node]) & wanted
                looked_at[node] = bool(lowered[node])
        found = np.flatnonzero(fits & looked_at[object])
        lowers = {
            id: lowered.get(node) or frozenset([node])
            for id, node in zip(arrays.names(found.tolist()), object[found].tolist(), strict=True)
        }
        return cls(network, lowers)

    @cached_property
    def at(self) -> Mapping[int, tuple[str, ...]]:
        """Node -> the links that lower it, sorted."""
        found: dict[int, list[str]] = {}
        for claim, nodes in self.lowers.items():
            for node in nodes:
                found.setdefault(node, []).append(claim)
        return {node: tuple(claims) for node, claims in found.items()}

    @property
    def lowered(self) -> Nodes:
        """The nodes that are lowered: routes that visit none of them cannot be cut."""
        return frozenset(self.at)

    def on(self, route: Path) -> list[str]:
        """Return the links that lower an entity on a route, its ends included, sorted."""
        return sorted({claim for node in nodes_on(self.network, route) for claim in self.at.get(node, ())})

    def subject(self, claim: str) -> str:
        """Return the mitigation that a link belongs to."""
        return ends_of_claim(claim)[0]

    def smallest(self, routes: Routes, *, by_strength: bool, share: int, enough: Enough | None) -> Smallest:
        """Return the smallest sets: of mitigations, or of links when weighed by strength."""
        lowered: dict[str, set[int]] = {}
        breaking: dict[int, set[Clause]] = {}
        for claim, nodes in self.lowers.items():
            element = claim if by_strength else self.subject(claim)
            lowered.setdefault(element, set()).update(nodes)
            for node in nodes:
                breaking.setdefault(node, set()).add(frozenset([element]))
        weights = {element: strength_weight(self.network, element) if by_strength else 1 for element in lowered}

        def undone(chosen: frozenset[str]) -> tuple[Claims, Nodes]:
            return NONE, frozenset(node for element in chosen for node in lowered[element])

        def clauses(route: Path) -> Route:
            return frozenset().union(*(breaking.get(node, ()) for node in routes.terrain.visits(route)))

        return routes.smallest(clauses, undone, weights, through=self.lowered, share=share, enough=enough)


def smallest_claims(routes: Routes, *, share: int, enough: Enough | None) -> Smallest:
    """Return the smallest sets of claims without which no route is left."""
    alone: dict[str, Clause] = {}

    def clauses(route: Path) -> Route:
        return frozenset(alone.setdefault(claim, frozenset([claim])) for claim in route)

    return routes.smallest(
        clauses, lambda chosen: (chosen, NOWHERE), EACH_ONE, through=None, share=share, enough=enough
    )


class Works:
    """The works that claims stand on, looked up as they are asked for: a claim is lost when all of its own are."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._of: dict[str, Clause] = {}

    def of(self, claim: str) -> Clause:
        """Return the works that a link needs one of; none for a link that a scenario assumes."""
        known = self._of.get(claim)
        if known is None:
            assumed = claim in self._network.assumed
            known = self._of[claim] = frozenset() if assumed else self._network.carriers(claim)
        return known

    @cached_property
    def bare(self) -> Claims:
        """The links that stand on no work."""
        return frozenset(claim for claim in self._network.assumed if claim in self._network.links)

    def lost(self, works: frozenset[str]) -> Claims:
        """Return the links that are lost with some works."""
        return self._network.lost_with(works) - self._network.assumed.keys()

    def smallest(self, routes: Routes, *, share: int, enough: Enough | None) -> Smallest:
        """Return the smallest sets of works without which no route is left; every route must stand on works."""

        def clauses(route: Path) -> Route:
            return frozenset(own for claim in route if (own := self.of(claim)))

        return routes.smallest(
            clauses, lambda chosen: (self.lost(chosen), NOWHERE), EACH_ONE, through=None, share=share, enough=enough
        )


class _EachOne(Mapping[str, int]):
    """The weight 1 for whatever is asked about."""

    def __getitem__(self, _: str) -> int:
        return 1

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


EACH_ONE = _EachOne()


def strength_weight(network: Network, claim: str) -> int:
    """Return -ln(expected) of a claim in units of 1/10,000, at least 1."""
    return max(1, round(-log(network.opinion(claim).expected) * NAT))


def best_threshold(network: Network, types: Iterable[str], apart: Nodes, routes: Sequence[Path]) -> float | None:
    """Return the highest threshold at which each of some routes is cut by a mitigation; None when there is none."""
    nodes = {node for route in routes for node in nodes_on(network, route)}
    every = Mitigations.of(network, types, 0.0, apart, nodes)
    found = [max((network.opinion(claim).expected for claim in every.on(route)), default=None) for route in routes]
    known = [value for value in found if value is not None]
    return min(known) if known and len(known) == len(found) else None
