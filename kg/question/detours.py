"""Detours: which losses of evidence can move the answer about a pair at all, without searching again.

Lives here: a bound on what a path through a claim can be worth. May enter: a network, how the pair stands.
Never here: the search itself (engine), what is reported.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import exp, inf, log
from typing import TYPE_CHECKING, TypeAlias

from kg.belief import Weighing, weigh
from kg.compiled.arrays import Arrays
from kg.engine import Nodes
from kg.later import Later
from kg.network import COST_UNIT, Network, group_of, line_of
from kg.question.standing import Standing

if TYPE_CHECKING:
    import numpy as np

    from kg.compiled import field as fields
    from kg.compiled.field import Array, Field
else:
    np, fields = Later("numpy"), Later("kg.compiled.field")

Layers: TypeAlias = "Sequence[Array]"
"""By number of links: the least cost of a walk to each node, `node * 2`, one more for walks of sign -."""
SIGNS = (1, -1)
SLACK = 1e-11
"""Products are compared to 12 decimals; what comes nearer than this is searched for."""


@dataclass(frozen=True)
class Detours:
    """What a pair's paths could at best be worth through each claim, when evidence is left out.

    Losing evidence never makes a claim a link, and a claim becomes more believable only when a dispute goes. So the
    two shown paths stay as they are unless a loss touches one of them, or makes a path through some claim worth as
    much as the shown path of that sign. The worth of such a path is bounded by the cheapest walk through the claim.
    """

    network: Network
    stands: Standing
    away: Layers
    left: Layers

    @classmethod
    def of(cls, network: Network, sources: Nodes, targets: Nodes, stands: Standing, *, max_links: int) -> Detours:
        """Work out the cheapest walks from the sources and to the targets. Cost: O(max_links * links), vectorised."""
        arrays = Arrays.of(network)
        ends, far = (sources, targets - sources), max_links - 1
        both = [fields.Field.of(arrays, *ends, max_links=max_links, sign=sign) for sign in SIGNS]
        walks = []
        for anchors, backward in ((sources, False), (targets - sources, True)):
            of_sign = [
                _walks(
                    one, arrays.costs[arrays.code[one.claims]], _nodes(anchors), arrays.nodes, far, backward=backward
                )
                for one in both
            ]
            walks.append([np.minimum(*layers) for layers in zip(*of_sign, strict=True)])
        return cls(network, stands, *walks)

    def can_move(self, items: Mapping[str, Collection[str]]) -> bool:
        """Say whether leaving out items, by the claim they bear on, can change how the pair stands.

        Law: when it says no, a search in the network without the items gives the same standing and the same paths.
        """
        if not self.stands.claims.isdisjoint(items):
            return True
        cheaper = {}
        for claim, gone in items.items():
            gain = self._gain(claim, gone)
            if gain > 0 and claim in self.network.links:
                cheaper[claim] = gain
        total = sum(cheaper.values())
        shown = {self.stands.sign: self.stands.best}
        if self.stands.opposing is not None:
            shown[-self.stands.sign] = self.stands.opposing
        return any(
            exp(-(self._through(claim, sign) - total) / COST_UNIT) >= side.opinion.expected - SLACK
            for claim in cheaper
            for sign, side in shown.items()
        )

    def _gain(self, claim: str, gone: Collection[str]) -> float:
        """Return by how much a claim gets cheaper to walk without some of its items."""
        before, after = self.network.weighing(claim), weighing_without(self.network, claim, gone)
        if after.support <= 0:
            return 0.0
        return (log(after.opinion.expected) - log(before.opinion.expected)) * COST_UNIT

    def _through(self, claim: str, sign: int) -> float:
        """Return the least cost of a walk of the given sign that uses a claim."""
        subject, object, own = self.network.links[claim]
        cost = -log(self.network.opinion(claim).expected) * COST_UNIT
        last = len(self.away) - 1
        walks = (
            float(self.away[links][2 * subject + (before < 0)] + self.left[last - links][2 * object + (after < 0)])
            for links in range(last + 1)
            for before in SIGNS
            if (after := sign * own * before)
        )
        return min(walks, default=inf) + cost


def weighing_without(network: Network, claim: str, gone: Collection[str]) -> Weighing:
    """Return the weighing of a claim when some of its items do not count."""
    lines = (
        line_of(item, group_of(item, network.snapshot), network.vocabulary)
        for item in network.counting(claim)
        if item.id not in gone
    )
    return weigh(tuple(lines))


def _walks(field: Field, cost: Array, anchors: Array, nodes: int, most: int, *, backward: bool) -> Layers:
    """For r = 0..most: the least cost of a walk of at most r links from an anchor, by `node * 2 + 1 for sign -`."""
    near, far = field.nodes[field.subject], field.nodes[field.object]
    if backward:
        near, far = far, near
    layer = np.full(2 * nodes, inf)
    layer[2 * anchors] = 0.0
    layers = [layer]
    for _ in range(most):
        better = layers[-1].copy()
        for turned in (0, 1):
            np.minimum.at(better, far * 2 + (field.turns ^ turned), layers[-1][near * 2 + turned] + cost)
        layers.append(better)
    return layers


def _nodes(nodes: Nodes) -> Array:
    return np.array(sorted(nodes), np.int64)
