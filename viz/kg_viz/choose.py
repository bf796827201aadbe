"""Which entities a view keeps, and which claims join them.

Lives here: choosing by the graph alone. May enter: a network, a view. Never here: positions, words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from kg.columns.network import ColumnNetwork
from kg.compiled.arrays import SHIFT, SIGNS, Arrays
from kg.network import Network
from kg.searching import near
from kg_viz.fold import Link
from kg_viz.view import View

OVERVIEW_ROLES = ("cause", "link", "harm", "measure")
FEW = 20
"""Looking an entity up costs as much as reading so many ids in their order."""


def entities(network: Network, view: View) -> set[str]:
    """Return the entities that a view keeps, linked or not.

    The overview keeps the types whose role is cause, link, harm or measure. Around a focus, what is within its hops,
    with the neighbours of what is expanded and without what is hidden. The whole keeps all.

    Raises:
        NotFound: there is no such focus.
    """
    if view.level == "focus" and view.focus is not None:
        network.snapshot.entity(view.focus, where="focus")
        kept = within(network, [view.focus], view.hops) | {view.focus}
        for id in view.expanded:
            kept |= within(network, [id], 1)
        return kept.difference(set(view.hidden) - {view.focus})
    if view.level == "whole":
        return set(network.ids)
    roles = (network.vocabulary.types_with_role(role) for role in OVERVIEW_ROLES)
    types = {type_ for named in roles for type_ in named}
    if types.issuperset(below for type_ in types for below in network.vocabulary.subtypes(type_)):
        return set(network.of_types(sorted(types)))
    return {id for id in network.ids if network.snapshot.entities[id].type in types}


def within(network: Network, ids: Collection[str], hops: int) -> set[str]:
    """Return the entities within some links of others, in either direction, these included."""
    starts = [network.index[id] for id in ids if id in network.index]
    return {network.ids[node] for start in starts for node in near(network, start, hops=hops)}


def degrees(network: Network, kept: Collection[str]) -> dict[str, int]:
    """Return how many claims that take part join each kept entity to another kept one; those without any are left out.

    Cost: a pass over all links, of a record that is read as columns over its arrays.
    """
    if not isinstance(network, ColumnNetwork):
        ends = [end for link in links(network, kept) for end in (link.source, link.target)]
        return dict(Counter(ends))
    subject, object, _ = _between(network, kept)
    found = np.bincount(subject, minlength=len(network.ids)) + np.bincount(object, minlength=len(network.ids))
    return {network.ids[node]: int(found[node]) for node in np.flatnonzero(found).tolist()}


def links(network: Network, kept: Collection[str]) -> list[Link]:
    """Return the claims that take part and join two kept entities, by claim id.

    Cost: as `degrees`, and what is returned.
    """
    if isinstance(network, ColumnNetwork):
        arrays = Arrays.of(network)
        subject, object, claims = _between(network, kept)
        signs = [SIGNS[code] for code in (arrays.to[claims] & 3).tolist()]
        rows = zip(subject.tolist(), object.tolist(), signs, arrays.names(claims.tolist()), strict=True)
        return [Link(network.ids[source], network.ids[target], sign, claim) for source, target, sign, claim in rows]
    ends = (
        Link(network.ids[subject], network.ids[object], sign, claim)
        for claim, (subject, object, sign) in sorted(network.links.items())
    )
    return [link for link in ends if link.source in kept and link.target in kept]


def _between(network: Network, kept: Collection[str]) -> tuple[Any, Any, Any]:
    """Return subjects, objects and numbers of the links between kept entities, in the order of the arrays."""
    arrays = Arrays.of(network)
    inside = np.zeros(arrays.nodes, np.bool_)
    if len(kept) < arrays.nodes // FEW:
        inside[[network.index[id] for id in kept if id in network.index]] = True
    else:
        inside[[node for node, id in enumerate(network.ids) if id in kept]] = True
    subject = np.repeat(np.arange(arrays.nodes), np.diff(arrays.start))
    object = arrays.to >> SHIFT
    claims = np.flatnonzero(inside[subject] & inside[object])
    return subject[claims], object[claims], claims


def best_linked(degree: Mapping[str, int], most: int) -> set[str]:
    """Return at most `most` entities, those with the most links first, ties by id."""
    return set(sorted(degree, key=lambda node: (-degree[node], node))[:most])


def steps(chains: Sequence[Sequence[str]]) -> Mapping[str, int]:
    """Return the column of each entity on chains: the latest place at which it stands in any of them.

    Example:
        >>> steps([["a", "b", "d"], ["a", "b", "c", "d"]])
        {'a': 0, 'b': 1, 'd': 3, 'c': 2}
    """
    found: dict[str, int] = {}
    for chain in chains:
        for at, id in enumerate(chain):
            found[id] = max(at, found.get(id, 0))
    last = max(found.values(), default=0)
    return {**found, **{chain[-1]: last for chain in chains}}
