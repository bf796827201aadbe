"""Losses: what evidence about a pair can be left out, by work, independence group, author and kind of study.

Lives here: which losses there are, which claims are near a pair. May enter: a network. Never here: what a loss does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf
from time import monotonic
from typing import TYPE_CHECKING

from kg.compiled.arrays import Arrays
from kg.later import Later
from kg.network import Network, group_of
from kg.scenario import Scenario

if TYPE_CHECKING:
    from kg.compiled import field as fields
else:
    fields = Later("kg.compiled.field")

KINDS: Mapping[str, str] = {"works": "work", "groups": "group", "authors": "author", "study_kinds": "study_kind"}
"""Kind of loss, and what one of them is called."""
BLOCK = 500
"""Claims whose items are fetched at once."""
WHOLE = frozenset({"works", "authors"})
"""Kinds that go with all their works, whatever of these is near the pair."""


@dataclass(frozen=True, slots=True)
class Loss:
    """One thing to leave out: of which kind, its name, the items near the pair that go with it, and their works."""

    kind: str
    name: str
    items: frozenset[str]
    works: tuple[str, ...]

    @property
    def scenario(self) -> Scenario:
        """The scenario without it: works and authors go as works, groups and kinds of study as items."""
        if self.kind in WHOLE:
            return Scenario(drop_work=self.works)
        return Scenario(drop_evidence=tuple(sorted(self.items)))

    def by_claim(self, network: Network) -> dict[str, set[str]]:
        """Return the items by the claim they bear on."""
        found: dict[str, set[str]] = {}
        for item in self.items:
            found.setdefault(network.snapshot.evidence[item].claim, set()).add(item)
        return found


def claims_near(network: Network, source: str, target: str, max_links: int) -> frozenset[str]:
    """Return the claims that lie on a walk of at most `max_links` from source to target: all that paths may use."""
    sources = network.nodes_of(source)
    ends = sources, network.nodes_of(target) - sources
    arrays = Arrays.of(network)
    both = (fields.Field.of(arrays, *ends, max_links=max_links, sign=sign) for sign in (1, -1))
    return frozenset().union(*(arrays.names(field.claims.tolist()) for field in both))


def losses_of(network: Network, claims: Iterable[str], *, until: float = inf) -> tuple[list[Loss], bool]:
    """Return what can be left out of the evidence that counts for or against claims, by kind and name, and whether
    all claims were looked at.

    Args:
        network: The links that take part.
        claims: What matters most first.
        until: Moment of `time.monotonic` after which no further claim is looked at. Then losses of groups and kinds of
            study are left aside: not all of their items would be known.
    """
    snapshot, stances = network.snapshot, network.vocabulary.stances
    found: dict[tuple[str, str], tuple[set[str], set[str]]] = {}
    every = True
    ordered = list(claims)
    for at, claim in enumerate(ordered):
        if monotonic() > until:
            every = False
            break
        if at % BLOCK == 0:
            network.expect(ordered[at : at + BLOCK])
        for item in network.counting(claim):
            if stances[item.stance].polarity == 0:
                continue
            names = [("works", item.work), ("groups", group_of(item, snapshot)), ("study_kinds", item.kind)]
            names += [("authors", author) for author in snapshot.works[item.work].authors]
            for name in names:
                items, works = found.setdefault(name, (set(), set()))
                items.add(item.id)
                works.add(item.work)
    losses = [
        Loss(kind, name, frozenset(items), tuple(sorted(works)))
        for (kind, name), (items, works) in sorted(found.items(), key=lambda one: one[0])
        if every or kind in WHOLE
    ]
    return losses, every


def groups_behind(network: Network, claims: Iterable[str]) -> frozenset[str]:
    """Return the independence groups of the counting items that support any of the claims."""
    stances = network.vocabulary.stances
    return frozenset(
        group_of(item, network.snapshot)
        for claim in claims
        for item in network.counting(claim)
        if stances[item.stance].polarity > 0
    )
