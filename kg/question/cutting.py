"""What breaks routes: mitigations, claims, works; each kind's smallest set, from all routes or from those met.

May enter: a terrain of routes, mitigations with the nodes they lower. Never here: documents, sentences, the solver.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf, log
from time import monotonic
from typing import TypeAlias

from kg.engine import Nodes, Path, nodes_on
from kg.network import Network, line_of
from kg.question.hitting import Clause, Route, Smallest, Spent, smallest
from kg.question.routes import Claims, Terrain, Walked, touching

ROUTES_WALKED = 20_000
FRESH, FRESH_PER_SOURCE = 256, 4
NAT = 10_000
"""Weights by strength are -ln(expected) in units of 1/10,000."""
Clauses: TypeAlias = Callable[[Path], Route]
Undone: TypeAlias = Callable[[frozenset[str]], Claims]
"""The claims that no route can use any more, once some elements are taken."""


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
        return cls(terrain, terrain.walk(most=most, deadline=deadline), deadline)

    @property
    def network(self) -> Network:
        """The network that they run in."""
        return self.terrain.network

    @cached_property
    def sources(self) -> Nodes:
        """The sources that have a route."""
        if self.walked.every:
            return frozenset(self.network.links[route[0]][0] for route in self.walked.routes)
        return self.sources_of(frozenset())

    def sources_of(self, gone: Claims) -> Nodes:
        """Return the sources of the routes that use none of some claims.

        Raises:
            Spent: there was too much to look at.
        """
        if self.walked.every:
            left = (route for route in self.walked.routes if gone.isdisjoint(route))
            return frozenset(self.network.links[route[0]][0] for route in left)
        most = len(self.network.ids) * self.terrain.max_links
        walked = self.terrain.walk(most=most, gone=gone, per_source=1, deadline=self.deadline)
        if not walked.complete:
            raise Spent
        return frozenset(self.network.links[route[0]][0] for route in walked.routes)

    def smallest(
        self, clauses: Clauses, undone: Undone, weights: Mapping[str, int], *, through: Nodes | None, share: int
    ) -> Smallest:
        """Return the lightest sets of elements that break every route which visits a node of `through`.

        Args:
            clauses: What breaks a route; routes without clauses are left out.
            undone: What taking some elements does to the network.
            weights: Weight of each element.
            through: Nodes of which a route must visit one; None for all routes.
            share: At most the time left until the deadline, divided by this, is used.
        """
        now = monotonic()
        until = now + max(0.0, self.deadline - now) / share

        def further(chosen: frozenset[str]) -> Iterable[Route]:
            gone = undone(chosen)
            few = {"most": FRESH, "per_source": FRESH_PER_SOURCE}
            walked = self.terrain.walk(**few, gone=gone, through=through, shortest=True, deadline=until)
            if not walked.routes and not walked.complete:
                raise Spent
            return [clauses(route) for route in walked.routes]

        known = [route for path in self.walked.routes if (route := clauses(path))]
        return smallest(known, weights, further=None if self.walked.every else further, deadline=until)


@dataclass(frozen=True)
class Mitigations:
    """The links by which mitigations lower entities, at or above a threshold, and the nodes that each lowers."""

    network: Network
    lowers: Mapping[str, Nodes]

    @classmethod
    def of(cls, network: Network, types: Iterable[str], threshold: float, apart: Iterable[str]) -> Mitigations:
        """Find the links of sign -1 that leave entities of some types.

        Args:
            network: The links that take part.
            types: Types of entity that count as mitigations.
            threshold: Least expected value of a link, to 12 decimals.
            apart: Entities that are no mitigations here: the ends of the routes.
        """
        wanted, ends = set(types), set(apart)
        lowers = {
            claim: network.nodes_of(network.ids[object])
            for claim, (subject, object, sign) in sorted(network.links.items())
            if sign == -1
            and network.ids[subject] not in ends
            and network.snapshot.entities[network.ids[subject]].type in wanted
            and round(network.opinion(claim).expected, 12) >= threshold
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

    def on(self, route: Path) -> list[str]:
        """Return the links that lower an entity on a route, its ends included, sorted."""
        return sorted({claim for node in nodes_on(self.network, route) for claim in self.at.get(node, ())})

    def subject(self, claim: str) -> str:
        """Return the mitigation that a link belongs to."""
        return self.network.snapshot.claims[claim].subject

    def within_reach(self) -> Claims:
        """Return the claims that begin or end at a lowered node: routes without any of them cannot be cut."""
        return touching(self.network, self.at)

    def smallest(self, routes: Routes, *, by_strength: bool, share: int) -> Smallest:
        """Return the smallest sets: of mitigations, or of links when weighed by strength."""
        lowered: dict[str, set[int]] = {}
        breaking: dict[int, set[Clause]] = {}
        for claim, nodes in self.lowers.items():
            element = claim if by_strength else self.subject(claim)
            lowered.setdefault(element, set()).update(nodes)
            for node in nodes:
                breaking.setdefault(node, set()).add(frozenset([element]))
        weights = {element: strength_weight(self.network, element) if by_strength else 1 for element in lowered}

        def undone(chosen: frozenset[str]) -> Claims:
            return touching(self.network, {node for element in chosen for node in lowered[element]})

        def clauses(route: Path) -> Route:
            return frozenset().union(*(breaking.get(node, ()) for node in nodes_on(self.network, route)))

        return routes.smallest(clauses, undone, weights, through=frozenset(self.at), share=share)


def smallest_claims(routes: Routes, *, share: int) -> Smallest:
    """Return the smallest sets of claims without which no route is left."""
    alone: dict[str, Clause] = {claim: frozenset([claim]) for claim in routes.network.links}
    weights = dict.fromkeys(alone, 1)

    def clauses(route: Path) -> Route:
        return frozenset(alone[claim] for claim in route)

    return routes.smallest(clauses, lambda chosen: chosen, weights, through=None, share=share)


class Works:
    """The works that claims stand on: a claim is lost when all of its own are."""

    def __init__(self, network: Network) -> None:
        stands = {claim: _carriers(network, claim) for claim in network.links}
        self.of: Mapping[str, Clause] = {claim: works for claim, works in stands.items() if works}

    def lost(self, works: frozenset[str]) -> Claims:
        """Return the claims that are lost with some works."""
        return frozenset(claim for claim, own in self.of.items() if own <= works)

    def smallest(self, routes: Routes, *, share: int) -> Smallest:
        """Return the smallest sets of works without which no route is left; every route must stand on works."""
        weights = {work: 1 for own in self.of.values() for work in own}

        def clauses(route: Path) -> Route:
            return frozenset(self.of[claim] for claim in route if claim in self.of)

        return routes.smallest(clauses, self.lost, weights, through=None, share=share)


def strength_weight(network: Network, claim: str) -> int:
    """Return -ln(expected) of a claim in units of 1/10,000, at least 1."""
    return max(1, round(-log(network.opinion(claim).expected) * NAT))


def best_threshold(
    network: Network, types: Iterable[str], apart: Sequence[str], routes: Sequence[Path]
) -> float | None:
    """Return the highest threshold at which each of some routes is cut by a mitigation; None when there is none."""
    every = Mitigations.of(network, types, 0.0, apart)
    found = [max((network.opinion(claim).expected for claim in every.on(route)), default=None) for route in routes]
    known = [value for value in found if value is not None]
    return min(known) if known and len(known) == len(found) else None


def _carriers(network: Network, claim: str) -> Clause:
    """Return the works that a link needs one of: those of the supporting items that weigh anything."""
    if claim in network.assumed:
        return frozenset()
    lines = ((item.work, line_of(item, item.work, network.vocabulary)) for item in network.counting(claim))
    return frozenset(
        work for work, line in lines if line.polarity > 0 and line.mass > 0 and (line.ceiling is None or line.ceiling)
    )
