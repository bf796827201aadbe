"""Families: under the criterion `narrower` an entity stands for its narrower ones too, at both ends of a path.

Lives here: the paths of a family from the paths of its members. May enter: a network, what was reached.
Never here: how paths are searched (engine), documents, doors.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from time import monotonic
from typing import NamedTuple, TypeAlias

from kg.engine import Nodes, Path, Reached, nodes_on, rank
from kg.network import Network
from kg.searching import best_paths, reach

SIGNS = (1, -1)
POPS = ("pops",)
SECONDS = 60.0
"""For what needs a search for each entity of the family that was asked about."""
Signed: TypeAlias = Mapping[int, Sequence[Path]]


class Met(NamedTuple):
    """The paths between two entities by sign; whether these are all, and the limits that ended a search for them."""

    by_sign: Signed
    exhaustive: bool
    limits: tuple[str, ...] = ()


def of_reached(
    network: Network, reached: Reached, anchors: Nodes, *, forward: bool, max_links: int
) -> Iterator[tuple[str, Met]]:
    """Yield each entity that is met, itself or by a narrower one, with the paths from or to all that stands for it.

    Args:
        network: The links that take part; its criteria say that narrower entities count.
        reached: What the anchors reach, or what reaches them; all members of a family or none of it.
        anchors: The nodes of the entity that was asked about.
        forward: Whether paths begin there.
        max_links: Most claims in a path.

    Law: the best path of each sign is the one that `best_paths` finds between the nodes of both entities.

    Cost: the size of the families; a search for each sign whose best path passes through another member, and for each
    entity below the one asked about where paths end there, for at most `SECONDS`.
    """
    met = {id for node in reached.paths for id in _broader(network, node) if id in network.index}
    for id in sorted(met):
        family = network.nodes_of(id)
        if forward or anchors.isdisjoint(family):
            yield id, _joined(network, reached, anchors, family, forward=forward, max_links=max_links)
    # What is narrower than the entity asked about is no target of it, but may be where a path to it begins.
    until = monotonic() + SECONDS
    for id in () if forward else sorted(network.ids[node] for node in anchors):
        family = network.nodes_of(id)
        if family < anchors:
            if monotonic() > until:
                yield id, Met({}, True, ("rows",))
                return
            ahead = reach(network, family, forward=True, max_links=max_links, wanted=anchors - family)
            yield id, _joined(network, ahead, family, anchors, forward=True, max_links=max_links)


def whole(network: Network, nodes: Iterable[int]) -> Nodes:
    """Return nodes, and with each all members of all families that it is in."""
    tops = {[*_broader(network, node)][-1] for node in nodes}
    return frozenset().union(*(network.nodes_of(top) for top in tops))


def merged(network: Network, parts: Iterable[Signed], family: Nodes) -> dict[int, list[Path]]:
    """Join all paths to, or from, several nodes that stand for one entity; none passes through one of them."""
    found: dict[int, list[Path]] = {}
    for part in parts:
        for sign, paths in part.items():
            found.setdefault(sign, []).extend(path for path in paths if _is_outside(network, path, family))
    return {sign: rank(network, paths) for sign, paths in found.items() if paths}


def _joined(network: Network, reached: Reached, anchors: Nodes, family: Nodes, *, forward: bool, max_links: int) -> Met:
    members = family - anchors
    parts = [reached.paths[node] for node in sorted(members) if node in reached.paths]
    if reached.exhaustive:
        return Met(merged(network, parts, members), True, () if reached.complete else POPS)
    found: dict[int, list[Path]] = {}
    complete = reached.complete
    for sign in SIGNS:
        paths = rank(network, [part[sign][0] for part in parts if part.get(sign)])[:1]
        # The best of all paths to members is the best of the family, unless it passes through another one.
        if paths and not _is_outside(network, paths[0], members):
            ends = (anchors, members) if forward else (members, anchors)
            exact = best_paths(network, *ends, k=1, max_links=max_links, sign=sign)
            paths, complete = exact.paths, complete and exact.complete
        found |= {sign: paths} if paths else {}
    return Met(found, False, () if complete else POPS)


def _is_outside(network: Network, path: Path, family: Nodes) -> bool:
    return family.isdisjoint(nodes_on(network, path)[1:-1])


def _broader(network: Network, node: int) -> Iterator[str]:
    """Yield the entity of a node and all that are broader, upwards."""
    id: str | None = network.ids[node]
    while id is not None:
        yield id
        id = network.snapshot.entities[id].broader
