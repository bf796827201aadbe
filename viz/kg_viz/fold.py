"""Fold families: let a broader entity stand for its narrower ones until a picture has few enough nodes.

Lives here: choosing what to fold, pure. May enter: ids and links. Never here: labels, positions, belief.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
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
    while sum(degree[id] > 0 for id in members) > most:
        choice = _next(members, above, kept_open, harms)
        if choice is None:
            break
        for child in [id for id in members if above.get(id) == choice]:
            members[choice] += members.pop(child)
            degree[choice] += degree[child]
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


def _next(
    members: Mapping[str, Sequence[str]],
    above: Mapping[str, str],
    kept_open: Collection[str],
    harms: Collection[str],
) -> str | None:
    children: dict[str, list[str]] = {}
    for id in members:
        if id in above:
            children.setdefault(above[id], []).append(id)
    leaves = {id for id, some in children.items() if not any(child in children for child in some)}
    ready = leaves.difference(kept_open)

    def cost(id: str) -> tuple[int, str]:
        size = len(members[id]) + sum(len(members[child]) for child in children[id])
        return (size * (HARM_SHARE if id in harms else 1), id)

    return min(ready, key=cost, default=None)
