"""Fold families: let a broader entity stand for its narrower ones until a picture has few enough nodes.

Lives here: choosing what to fold, pure. May enter: ids and links. Never here: labels, positions, belief.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import NamedTuple

HARM_SHARE = 2


class Link(NamedTuple):
    """One claim that takes part, between two shown entities."""

    source: str
    target: str
    sign: int
    claim: str


@dataclass(frozen=True, slots=True)
class Families:
    """`members` of each node, itself first, then by id; `stands_for` is the same the other way round.

    An entity that is in neither was left out; `left_out` counts them.
    """

    members: Mapping[str, tuple[str, ...]]
    stands_for: Mapping[str, str]
    left_out: int


def families(
    broader: Mapping[str, str | None],
    links: Mapping[str, int],
    *,
    column: Mapping[str, int],
    harms: Collection[str] = (),
    opened: Collection[str] = (),
    most: int,
) -> Families:
    """Fold the narrower into the broader until at most `most` nodes remain.

    One family is folded at a time, of those whose members have no narrower nodes of their own the one that becomes the
    smallest, ties by id; so the picture stays about equally fine everywhere. A family of `harms` counts double, since
    harms are what readers look for. A broader entity folds only what stands in its own column. Families named in
    `opened`, and those above them, stay open. When nothing is left to fold, the nodes with the fewest links are left
    out, harms last.

    Args:
        broader: Every entity to show, with the entity above it or None. Entities without links are shown only as
            heads of families; give those that stand above linked ones.
        links: How many claims join each of them to others; those without any may be left out.
        column: Column of each entity.
        harms: Entities that are folded late and left out last.
        opened: Entities whose narrower ones keep nodes of their own.
        most: Nodes wanted at most, 1 or more.

    Cost: linear in the entities, and in their families times the logarithm of their number.

    Laws: every entity is in at most one family; with room for all, every linked entity is its own node.

    Example:
        >>> tree = {"all": None, "a": "all", "b": "all", "risk": None}
        >>> links = {"all": 1, "a": 1, "b": 1, "risk": 3}
        >>> families(tree, links, column={"all": 0, "a": 0, "b": 0, "risk": 3}, most=3).members
        {'all': ('all', 'a', 'b'), 'risk': ('risk',)}
    """
    members: dict[str, list[str]] = {id: [id] for id in sorted(broader)}
    above = {id: up for id, up in broader.items() if up in members and column[up] == column[id]}
    kept_open = _with_all_above(opened, broader)
    degree = {id: links.get(id, 0) for id in members}
    _fold(members, degree, above, kept_open=kept_open, harms=harms, most=most)
    members = {id: some for id, some in members.items() if degree[id] > 0 or id in opened}
    weakest = sorted(members, key=lambda node: (node in kept_open, node in harms, degree[node], node))
    left_out = sum(len(members.pop(id)) for id in weakest[: max(0, len(members) - most)])
    found = {id: (id, *sorted(set(some) - {id})) for id, some in members.items()}
    return Families(found, {one: id for id, some in found.items() for one in some}, left_out)


def _with_all_above(ids: Collection[str], broader: Mapping[str, str | None]) -> set[str]:
    found: set[str] = set()
    for id in ids:
        here: str | None = id
        while here is not None and here not in found:
            found.add(here)
            here = broader.get(here)
    return found


def _fold(
    members: dict[str, list[str]],
    degree: dict[str, int],
    above: Mapping[str, str],
    *,
    kept_open: Collection[str],
    harms: Collection[str],
    most: int,
) -> None:
    """Fold one family after the other, the smallest first, until at most so many nodes have links."""
    children: dict[str, list[str]] = {}
    for id, up in above.items():
        children.setdefault(up, []).append(id)
    inside = {id: sum(child in children for child in some) for id, some in children.items()}

    def cost(id: str) -> tuple[int, str]:
        size = len(members[id]) + sum(len(members[child]) for child in children[id])
        return (size * (HARM_SHARE if id in harms else 1), id)

    ready = [cost(id) for id, families_inside in inside.items() if not families_inside and id not in kept_open]
    heapify(ready)
    linked = sum(links > 0 for links in degree.values())
    while linked > most and ready:
        _, choice = heappop(ready)
        together = [choice, *children.pop(choice)]
        linked -= sum(degree[id] > 0 for id in together)
        for child in together[1:]:
            members[choice] += members.pop(child)
            degree[choice] += degree[child]
        linked += degree[choice] > 0
        if choice in above:
            over = above[choice]
            inside[over] -= 1
            if not inside[over] and over not in kept_open:
                heappush(ready, cost(over))
