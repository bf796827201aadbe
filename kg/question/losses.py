"""Losses: what evidence about a pair can be left out, by work, independence group, author and kind of study.

Lives here: which losses there are, which claims are near a pair. May enter: a network. Never here: what a loss does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kg.engine import links_to
from kg.network import Network, group_of
from kg.scenario import Scenario

KINDS: Mapping[str, str] = {"works": "work", "groups": "group", "authors": "author", "study_kinds": "study_kind"}
"""Kind of loss, and what one of them is called."""


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
        if self.kind in {"works", "authors"}:
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
    sources, targets = network.nodes_of(source), network.nodes_of(target)
    away = links_to(network.forward, sources, max_links - 1)
    left = links_to(network.backward, targets, max_links - 1)
    far = max_links
    return frozenset(
        claim
        for claim, (subject, object, _) in network.links.items()
        if away.get(subject, far) + 1 + left.get(object, far) <= max_links
    )


def losses_of(network: Network, claims: frozenset[str]) -> list[Loss]:
    """Return what can be left out of the evidence that counts for or against these claims, by kind and name."""
    snapshot, stances = network.snapshot, network.vocabulary.stances
    found: dict[tuple[str, str], tuple[set[str], set[str]]] = {}
    for claim in claims:
        for item in network.counting(claim):
            if stances[item.stance].polarity == 0:
                continue
            names = [("works", item.work), ("groups", group_of(item, snapshot)), ("study_kinds", item.kind)]
            names += [("authors", author) for author in snapshot.works[item.work].authors]
            for name in names:
                items, works = found.setdefault(name, (set(), set()))
                items.add(item.id)
                works.add(item.work)
    return [
        Loss(kind, name, frozenset(items), tuple(sorted(works)))
        for (kind, name), (items, works) in sorted(found.items(), key=lambda one: one[0])
    ]


def groups_behind(network: Network, claims: Iterable[str]) -> frozenset[str]:
    """Return the independence groups of the counting items that support any of the claims."""
    stances = network.vocabulary.stances
    return frozenset(
        group_of(item, network.snapshot)
        for claim in claims
        for item in network.counting(claim)
        if stances[item.stance].polarity > 0
    )
