"""Chains in layers: which column and row each entity stands in, so that links run from left to right and cross little.

Lives here: pure layout of a small directed graph. May enter: nodes and links as plain names. Never here: records, SVG.

Source: Sugiyama, Tagawa, Toda (1981), DOI 10.1109/TSMC.1981.4308636; sweeps by the mean of the neighbours.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

SWEEPS = 6
Place = Hashable
Link = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Layers:
    """Columns of places from left to right; `routes` says through which places each link runs, its ends included.

    A place is the name of a node, or a tuple where a long link passes a column.
    """

    columns: tuple[tuple[Place, ...], ...]
    routes: Mapping[Link, tuple[Place, ...]]


def layers(links: Iterable[Link]) -> Layers:
    """Put nodes into columns: each as far right as its longest way from a beginning needs.

    A link that would close a ring is drawn backwards and decides nothing.

    Laws: every other link runs at least one column to the right; every node and every crossing of a column by a link
    has one place.

    Example:
        >>> layers([("a", "b"), ("b", "c"), ("a", "c")]).columns
        (('a',), ('b', ('a', 'c', 1)), ('c',))
    """
    known = list(dict.fromkeys(links))
    ahead: dict[str, list[str]] = {}
    forward = [link for link in known if link[0] != link[1] and _joins(ahead, link)]
    depth = _depths(forward, [end for link in known for end in link])
    routes: dict[Link, tuple[Place, ...]] = {}
    columns: list[list[Place]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for node, column in depth.items():
        columns[column].append(node)
    for source, target in known:
        first, last = sorted((depth[source], depth[target]))
        passed: list[Place] = [(source, target, column) for column in range(first + 1, last)]
        for place, column in zip(passed, range(first + 1, last), strict=True):
            columns[column].append(place)
        routes[source, target] = (source, *(passed if depth[source] < depth[target] else passed[::-1]), target)
    return Layers(_swept(columns, routes), routes)


def _joins(ahead: dict[str, list[str]], link: Link) -> bool:
    """Add a link unless it closes a ring; say whether it was added."""
    source, target = link
    seen, waiting = {target}, [target]
    while waiting:
        for node in ahead.get(waiting.pop(), ()):
            if node not in seen:
                seen.add(node)
                waiting.append(node)
    if source in seen:
        return False
    ahead.setdefault(source, []).append(target)
    return True


def _depths(links: Sequence[Link], nodes: Iterable[str]) -> dict[str, int]:
    depth = dict.fromkeys(nodes, 0)
    for _ in depth:
        moved = False
        for source, target in links:
            if depth[target] < depth[source] + 1:
                depth[target], moved = depth[source] + 1, True
        if not moved:
            break
    return depth


def _swept(columns: list[list[Place]], routes: Mapping[Link, Sequence[Place]]) -> tuple[tuple[Place, ...], ...]:
    """Order each column by the mean place of what it is joined to, to and fro; keep the order that crosses least."""
    beside: dict[Place, list[Place]] = {}
    for route in routes.values():
        for one, other in itertools.pairwise(route):
            beside.setdefault(one, []).append(other)
            beside.setdefault(other, []).append(one)
    best, fewest = [list(column) for column in columns], _crossings(columns, routes)
    for sweep in range(SWEEPS):
        order = range(len(columns)) if sweep % 2 == 0 else range(len(columns) - 1, -1, -1)
        for at in order:
            before = at - 1 if sweep % 2 == 0 else at + 1
            if not 0 <= before < len(columns):
                continue
            rank = {place: row - len(columns[before]) / 2 for row, place in enumerate(columns[before])}
            own = {place: row - len(columns[at]) / 2 for row, place in enumerate(columns[at])}
            means = {}
            for place in columns[at]:
                near = [rank[other] for other in beside.get(place, ()) if other in rank]
                means[place] = sum(near) / len(near) if near else own[place]
            columns[at].sort(key=lambda place: (means[place], own[place]))
        count = _crossings(columns, routes)
        if count < fewest:
            best, fewest = [list(column) for column in columns], count
    return tuple(tuple(column) for column in best)


def _crossings(columns: Sequence[Sequence[Place]], routes: Mapping[Link, Sequence[Place]]) -> int:
    row = {place: (at, number) for at, column in enumerate(columns) for number, place in enumerate(column)}
    steps: dict[int, list[tuple[int, int]]] = {}
    for route in routes.values():
        for one, other in itertools.pairwise(route):
            (at, first), (to, second) = sorted((row[one], row[other]))
            if at != to:
                steps.setdefault(at, []).append((first, second))
    count = 0
    for some in steps.values():
        for place, (a, b) in enumerate(some):
            count += sum((a - c) * (b - d) < 0 for c, d in some[place + 1 :])
    return count
