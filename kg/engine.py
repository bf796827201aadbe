"""The reference engine: best simple signed paths of at most `max_links` claims, exactly.

Lives here: searches on a `Network`'s steps. May enter: a network, node sets, limits. Never here: ids of entities,
documents, belief arithmetic. A path is a tuple of claim ids from subject to object; it visits no entity twice.
Ranking: highest product of `expected`, then fewer links, then claim ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from math import inf, prod
from typing import TypeAlias

from kg.network import Network, Step

Path: TypeAlias = tuple[str, ...]
Nodes: TypeAlias = frozenset[int]
_Partial: TypeAlias = tuple[int, int, Path, int, int, Nodes, bool]
"""Cost with what is missing at least, links, claims, node, sign so far, nodes visited, whether it has ended."""
SIGNS = (1, -1, 0)
POP_LIMIT = 300_000
WALK_LIMIT = 50_000
TIE = 8
"""Costs are rounded to 2^-40; paths whose costs differ by at most this many units may be of equal product."""


@dataclass(slots=True)
class Found:
    """Paths, best first. `complete` is False when a limit ended the search; what was found is right all the same."""

    paths: list[Path]
    complete: bool = True


@dataclass(slots=True)
class Reached:
    """What a set of nodes reaches (or what reaches it): for each other node and sign the paths, best first.

    When `exhaustive` every path is listed, else the best one of each sign.
    """

    paths: dict[int, dict[int, list[Path]]] = field(default_factory=dict)
    exhaustive: bool = True
    complete: bool = True


def best_paths(
    network: Network,
    sources: Nodes,
    targets: Nodes,
    *,
    k: int,
    max_links: int,
    sign: int | None = None,
    pops: int = POP_LIMIT,
) -> Found:
    """Return the k best simple paths from any source to any target.

    A* over partial paths. The lower bound on what is missing is exact for walks of at most the remaining number
    of links, computed backwards from the targets, only where a source is near enough; it never overestimates, so
    paths come out in order.
    No path passes through a source, a target or a blocked node.

    Args:
        network: The links that take part.
        sources: Nodes a path may begin at; nodes that are also targets are sources only.
        targets: Nodes a path may end at.
        k: Number of paths, >= 1.
        max_links: Most claims in a path, >= 1.
        sign: Only paths of this sign; None for all.
        pops: Most partial paths taken from the queue.

    Law: what is found is what `kg.compiled` finds, unless `pops` ends the search (`complete` is false): each engine
    counts its own partial paths, in its own order among those that cost the same, and may then have found others.

    Cost: O(max_links * links) for the bounds, then in practice about k * max_links * degree.
    """
    targets = targets - sources
    bounds = _bounds(network, sources, targets, max_links)
    queue: list[_Partial] = []
    for node in sources:
        bound = _bound(bounds, max_links, node, 1, sign)
        if bound < inf:
            heappush(queue, (int(bound), 0, (), node, 1, frozenset([node]), False))
    found: list[Path] = []
    last_wanted = inf
    while queue and pops > 0 and len(found) < k + 1000:
        pops -= 1
        partial = heappop(queue)
        estimate, links, claims, node, so_far, visited, ended = partial
        if estimate > last_wanted:
            break
        if ended:
            found.append(claims)
            if len(found) == k:
                last_wanted = estimate + TIE
            continue
        spent = estimate - int(_bound(bounds, max_links - links, node, so_far, sign))
        for step in network.forward[node]:
            if step.node in visited or step.node in sources:
                continue
            total, ends = so_far * step.sign, step.node in targets
            if not ends and (step.last or step.node in network.blocked):
                continue
            if ends:
                bound = 0 if sign is None or total == sign else inf
            else:
                bound = _bound(bounds, max_links - links - 1, step.node, total, sign)
            if bound < inf:
                longer = (*claims, step.claim)
                cost = spent + step.cost + int(bound)
                heappush(queue, (cost, links + 1, longer, step.node, total, visited | {step.node}, ends))
    return Found(rank(network, found)[:k], complete=pops > 0)


def reach(
    network: Network,
    anchors: Nodes,
    *,
    forward: bool,
    max_links: int,
    walks: int = WALK_LIMIT,
    wanted: Nodes | None = None,
) -> Reached:
    """Return what the anchors reach (`forward`) or what reaches them.

    All simple paths are walked while there are at most `walks` of them; beyond that the best path of each sign is
    found by rounds over the number of links, and searched exactly where the best walk visits a node twice, or equals
    another one but for rounding. Of the nodes `wanted` alone when they are given.

    Law: the best path of each sign between two nodes is the same, whichever of them is the anchor.

    Cost: linear in the number of simple paths, or O(max_links * links) and a search per doubtful pair.
    """
    if _is_more(network, anchors, forward=forward, max_links=max_links, walks=walks):
        return _by_rounds(network, anchors, forward=forward, max_links=max_links, wanted=wanted)
    reached = _walk_all(network, anchors, forward=forward, max_links=max_links)
    if wanted is not None:
        reached.paths = {node: by_sign for node, by_sign in reached.paths.items() if node in wanted}
    for by_sign in reached.paths.values():
        for sign, paths in by_sign.items():
            by_sign[sign] = rank(network, paths)
    return reached


def near(network: Network, node: int, *, hops: int, most: int | None = None) -> list[int]:
    """Return the nodes within some links of a node, whatever way these point; the node itself comes first.

    Of nodes as many links away those come first that the cheapest chain of so many claims leads to, then the lower
    number.

    Args:
        network: The links that take part.
        node: Where to begin.
        hops: Links away, at least 0.
        most: Nodes returned; None for all.

    Cost: linear in the claims of the nodes nearer than `hops`.
    """
    found = {node: (0, 0)}
    edge = [node]
    for links in range(1, hops + 1):
        fresh: dict[int, tuple[int, int]] = {}
        for here in edge:
            for step in (*network.forward[here], *network.backward[here]):
                if step.node not in found:
                    place = links, found[here][1] + step.cost
                    fresh[step.node] = min(place, fresh.get(step.node, place))
        found |= fresh
        edge = list(fresh)
    return sorted(found, key=lambda one: (*found[one], one))[:most]


def rank(network: Network, paths: list[Path]) -> list[Path]:
    """Sort paths: highest product of `expected` (to 12 decimals), fewer links, claim ids."""
    if len(paths) < 2:
        return list(paths)
    return sorted(paths, key=lambda path: (-round(product(network, path), 12), len(path), path))


def product(network: Network, path: Path) -> float:
    """Return the product of the claims' expected values; the order of claims does not matter, to the last bit."""
    return prod(sorted(network.opinion(claim).expected for claim in path))


def _is_more(network: Network, anchors: Nodes, *, forward: bool, max_links: int, walks: int) -> bool:
    """Say whether there are more simple paths than `walks`; those of the most links are counted by their last node."""
    steps = network.forward if forward else network.backward
    waiting: list[tuple[int, int, Nodes]] = [(node, 1, anchors) for node in anchors]
    while waiting:
        node, links, visited = waiting.pop()
        ended = not forward and links > 1
        fresh = [step for step in steps[node] if step.node not in visited and not (step.last and ended)]
        walks -= len(fresh)
        if walks < 0:
            return True
        if links < max_links:
            for step in fresh:
                if step.node not in network.blocked and not (step.last and forward):
                    waiting.append((step.node, links + 1, visited | {step.node}))
    return False


def _walk_all(network: Network, anchors: Nodes, *, forward: bool, max_links: int) -> Reached:
    steps = network.forward if forward else network.backward
    reached = Reached()
    waiting: list[tuple[int, Path, int, Nodes]] = [(node, (), 1, anchors) for node in sorted(anchors)]
    while waiting:
        node, claims, sign, visited = waiting.pop()
        for step in steps[node]:
            # A terminal relation ends a path: walking backwards it can only be the first step.
            if step.node in visited or (step.last and not forward and claims):
                continue
            longer = (*claims, step.claim) if forward else (step.claim, *claims)
            total = sign * step.sign
            reached.paths.setdefault(step.node, {}).setdefault(total, []).append(longer)
            ends = step.node in network.blocked or (step.last and forward)
            if len(longer) < max_links and not ends:
                waiting.append((step.node, longer, total, visited | {step.node}))
    return reached


_Walk: TypeAlias = tuple[int, Path, bool]
"""Cost, claims, and whether another walk of as many links costs the same but for rounding."""


def _better(known: _Walk, other: _Walk) -> _Walk:
    """Return the cheaper of two walks of as many links, ties by claims."""
    first, second = (known, other) if known[:2] <= other[:2] else (other, known)
    apart = second[0] - first[0]
    return (*first[:2], first[2] or second[2] or apart > 0) if apart <= TIE else first


def _by_rounds(
    network: Network, anchors: Nodes, *, forward: bool, max_links: int, wanted: Nodes | None = None
) -> Reached:
    """Hop-bounded rounds: after round h, the best walk of exactly h links to each (node, sign)."""
    steps = network.forward if forward else network.backward
    layer: dict[tuple[int, int], _Walk] = {(node, 1): (0, (), False) for node in anchors}
    walks: dict[tuple[int, int], list[_Walk]] = {}
    for _ in range(max_links):
        following: dict[tuple[int, int], _Walk] = {}
        ending: dict[tuple[int, int], _Walk] = {}
        for (node, sign), (cost, claims, doubt) in layer.items():
            if claims and node in network.blocked:
                continue
            for step in steps[node]:
                if step.node in anchors or (step.last and not forward and claims):
                    continue
                state = (step.node, sign * step.sign)
                walk = (cost + step.cost, (*claims, step.claim) if forward else (step.claim, *claims), doubt)
                into = ending if step.last and forward else following
                into[state] = walk if state not in into else _better(into[state], walk)
        for part in (following, ending):
            for state, last in part.items():
                if wanted is None or state[0] in wanted:
                    walks.setdefault(state, []).append(last)
        layer = following
    reached = Reached(exhaustive=False)
    for (node, sign), candidates in sorted(walks.items()):
        path: Path | None = rank(network, [claims for _, claims, _ in candidates])[0]
        best = path
        doubt = any(unsure and claims == best for _, claims, unsure in candidates)
        if path is not None and (doubt or not _is_simple(network, path, anchors)):
            ends = (anchors, frozenset([node])) if forward else (frozenset([node]), anchors)
            exact = best_paths(network, *ends, k=1, max_links=max_links, sign=sign)
            reached.complete = reached.complete and exact.complete
            path = exact.paths[0] if exact.paths else None
        if path is not None:
            reached.paths.setdefault(node, {})[sign] = [path]
    return reached


def nodes_on(network: Network, path: Path) -> list[int]:
    """Return the nodes that a path visits, in order, first subject first."""
    return [network.links[path[0]][0], *(network.links[claim][1] for claim in path)]


def _is_simple(network: Network, path: Path, anchors: Nodes) -> bool:
    nodes = nodes_on(network, path)
    return len(set(nodes)) == len(nodes) and sum(node in anchors for node in nodes) == 1


def links_to(steps: Sequence[tuple[Step, ...]], anchors: Nodes, most: int) -> dict[int, int]:
    """Return the least number of steps from any anchor to each node that at most so many reach, signs aside."""
    found = dict.fromkeys(anchors, 0)
    edge: list[int] = list(anchors)
    for links in range(1, most + 1):
        near = {step.node for node in edge for step in steps[node]}
        edge = [node for node in near if node not in found]
        found |= dict.fromkeys(edge, links)
    return found


def _bounds(network: Network, sources: Nodes, targets: Nodes, max_links: int) -> list[Mapping[tuple[int, int], int]]:
    """For r = 0..max_links: the least cost of a walk of at most r links to a target, by (node, sign of the walk).

    Nodes that no walk from a source reaches with r links left are missing: nothing will ask for them.
    """
    away = links_to(network.forward, sources, max_links - 1)
    layer: dict[tuple[int, int], int] = {(node, 1): 0 for node in targets}
    bounds: list[Mapping[tuple[int, int], int]] = [layer]
    fresh: Mapping[tuple[int, int], int] = layer
    for links in range(1, max_links + 1):
        better = dict(layer)
        for (node, sign), cost in fresh.items():
            if links > 1 and node in network.blocked:
                continue
            for step in network.backward[node]:
                if (step.last and links > 1) or away.get(step.node, max_links) > max_links - links:
                    continue
                state = (step.node, sign * step.sign)
                if cost + step.cost < better.get(state, inf):
                    better[state] = cost + step.cost
        fresh = {state: cost for state, cost in better.items() if layer.get(state) != cost}
        layer = better
        bounds.append(layer)
    return bounds


def _bound(bounds: list[Mapping[tuple[int, int], int]], links: int, node: int, so_far: int, sign: int | None) -> float:
    """Return the least cost of finishing from a node with `links` left, so that the whole has the wanted sign."""
    left = bounds[links]
    return min((left.get((node, rest), inf) for rest in _rests(so_far, sign)), default=inf)


def _rests(so_far: int, sign: int | None) -> Iterator[int]:
    for rest in SIGNS:
        if sign is None or so_far * rest == sign:
            yield rest
