"""Which entities a view keeps, and which claims join them.

Lives here: choosing by the graph alone. May enter: a network, a view. Never here: positions, words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from kg.network import Network
from kg.searching import near
from kg_viz.fold import Link
from kg_viz.view import View

OVERVIEW_ROLES = ("cause", "link", "harm", "measure")


def entities(network: Network, view: View) -> set[str]:
    """Return the entities that a view keeps, linked or not.

    The overview keeps the types whose role is cause, link, harm or measure. Around a focus, what is within its hops,
    with the neighbours of what is expanded and without what is hidden. The whole keeps all.

    Raises:
        NotFound: there is no such focus.
    """
    if view.level == "focus" and view.focus is not None:
        network.snapshot.entity(view.focus)
        kept = within(network, [view.focus], view.hops) | {view.focus}
        for id in view.expanded:
            kept |= within(network, [id], 1)
        return kept.difference(set(view.hidden) - {view.focus})
    if view.level == "whole":
        return set(network.ids)
    roles = (network.vocabulary.types_with_role(role) for role in OVERVIEW_ROLES)
    types = {type_ for named in roles for type_ in named}
    return {id for id in network.ids if network.snapshot.entities[id].type in types}


def within(network: Network, ids: Collection[str], hops: int) -> set[str]:
    """Return the entities within some links of others, in either direction, these included."""
    starts = [network.index[id] for id in ids if id in network.index]
    return {network.ids[node] for start in starts for node in near(network, start, hops=hops)}


def links(network: Network, kept: Collection[str]) -> list[Link]:
    """Return the claims that take part and join two kept entities, by claim id."""
    ends = (
        Link(network.ids[subject], network.ids[object], sign, claim)
        for claim, (subject, object, sign) in sorted(network.links.items())
    )
    return [link for link in ends if link.source in kept and link.target in kept]


def best_linked(some: Sequence[Link], most: int) -> set[str]:
    """Return at most `most` linked entities, those with the most links first, ties by id."""
    degree: dict[str, int] = {}
    for link in some:
        for end in (link.source, link.target):
            degree[end] = degree.get(end, 0) + 1
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
