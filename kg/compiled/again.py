"""Asking again after a change: what earlier searches found, and which of it a change in some claims can reach.

Lives here: `Change`, `keep`, `recall`. May enter: networks of which one follows from the other, what `search` found.
Never here: searching anew (search). A pair is asked again when its path uses a claim that differs, or when a walk
through a claim that got cheaper or came anew costs no more than its path.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from kg.compiled import kernels, lanes
from kg.compiled.arrays import CODES, SHIFT, SIGNS, Arrays
from kg.compiled.kernels import FAR, TIE
from kg.compiled.scratch import Scratch, nodes_of, sides
from kg.engine import Nodes, Reached
from kg.network import Network

Asked: TypeAlias = tuple[Nodes, bool, int, int, Nodes | None]
"""Anchors, forward, most links, most walks that are listed, nodes wanted."""
Pair: TypeAlias = tuple[int, int]
"""Node and sign."""
KEPT_MOST, CHEAPER_MOST = 2_000, 16


@dataclass(frozen=True)
class Change:
    """How the links of a network differ from those it follows from.

    Attributes:
        differ: Claims that came, went, or cost something else.
        cheaper: Numbers of those that came or cost less.
        gone: Some link is no longer there.
    """

    differ: frozenset[str]
    cheaper: tuple[int, ...]
    gone: bool

    @classmethod
    def of(cls, before: Arrays, after: Arrays, touched: Iterable[str]) -> Change:
        """Compare the costs of the touched claims."""
        differ, cheaper, gone = set(), [], False
        for id in touched:
            old, new = before.number(id), after.number(id)
            costs = [FAR if at is None else int(one.costs[one.code[at]]) for one, at in ((before, old), (after, new))]
            if costs[0] != costs[1]:
                differ.add(id)
                gone = gone or new is None
                if new is not None and costs[1] < costs[0]:
                    cheaper.append(new)
        return cls(frozenset(differ), tuple(cheaper), gone)


def keep(network: Network, asked: Asked, reached: Reached) -> None:
    """Remember what was found in a network; networks that follow from it may use it."""
    known = network.kept.setdefault("reached", {})
    if len(known) < KEPT_MOST:
        known[asked] = reached


@dataclass(frozen=True)
class Known:
    """What was found before a change, and the pairs that must be asked again."""

    reached: Reached
    pairs: list[Pair]
    change: Change


def recall(network: Network, asked: Asked) -> Known | None:
    """Return what was found before a change; None when nothing was, or too many claims became cheaper.

    Law: what is kept of it equals what a search finds.

    Cost: linear in what was found, and a walk to and from each claim that became cheaper, once for the network.
    """
    earlier = network.kept.get("earlier")
    if earlier is None or earlier.blocked != network.blocked or "arrays" not in earlier.kept:
        return None
    reached: Reached | None = earlier.kept.get("reached", {}).get(asked)
    if reached is None or not reached.complete:
        return None
    arrays = Arrays.of(network)
    change: Change | None = network.kept.get("change")
    if change is None:
        change = network.kept["change"] = Change.of(earlier.kept["arrays"], arrays, earlier.touched)
    if len(change.cheaper) > CHEAPER_MOST:
        return None
    pairs = {
        (node, sign)
        for node, by_sign in reached.paths.items()
        for sign, paths in by_sign.items()
        if not change.differ.isdisjoint(paths[0])
    }
    if change.cheaper:
        costs = earlier.kept.setdefault("reached costs", {})
        if asked not in costs:
            before = earlier.kept["arrays"]
            claims = earlier.kept.setdefault("claim costs", ClaimCosts(before))
            costs[asked] = Costs.of(before, claims, asked, reached)
        for claim in change.cheaper:
            pairs |= _through(network, arrays, claim, asked, costs[asked])
    return Known(reached, sorted(pairs), change)


@dataclass(frozen=True)
class Costs:
    """What the paths found cost: a row for each node where one may end, a column for each sign code."""

    ends: Any
    cost: Any

    @classmethod
    def of(cls, arrays: Arrays, claims: ClaimCosts, asked: Asked, reached: Reached) -> Costs:
        """Add up the claims of each path; `FAR` where there is none."""
        anchors, wanted = asked[0], asked[-1]
        ends = nodes_of((frozenset(range(arrays.nodes)) if wanted is None else wanted) - anchors)
        cost = np.full((len(ends), arrays.signs), FAR, np.int64)
        row_of = {node: row for row, node in enumerate(ends.tolist())}
        for node, by_sign in reached.paths.items():
            for sign, paths in by_sign.items():
                cost[row_of[node], CODES[sign]] = sum(map(claims.__getitem__, paths[0]))
        return cls(ends, cost)


class ClaimCosts(dict[str, int]):
    """What each claim costs, looked up when first asked for."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays

    def __missing__(self, claim: str) -> int:
        number = self._arrays.number(claim)
        cost = FAR if number is None else int(self._arrays.costs[self._arrays.code[number]])
        self[claim] = cost
        return cost


def _through(network: Network, arrays: Arrays, claim: int, asked: Asked, costs: Costs) -> set[Pair]:
    """Return the pairs for which the cheapest walk through a claim costs no more than their path did.

    Walks that no path may take are among them: they cost a search more, never an answer. A path that costs otherwise
    now uses a claim that differs, and is asked again anyhow.
    """
    anchors, forward, most, _, _ = asked
    behind, ahead = _walks_beside(network, arrays, claim, most)
    near, far = (behind, ahead) if forward else (ahead, behind)
    least = np.full((len(costs.ends), arrays.signs), FAR, np.int64)
    own = int(arrays.costs[arrays.code[claim]])
    lanes.through(
        nodes_of(anchors), costs.ends, near.links, near.cost, near.older, near.head,
        far.links, far.cost, far.older, far.head, arrays.bits, own, int(arrays.to[claim]) & 3, most, least,
    )  # fmt: skip
    known = np.full_like(least, FAR)
    known[:, : costs.cost.shape[1]] = costs.cost[:, : arrays.signs]
    moved = np.argwhere((least < FAR) & (least <= known + TIE))
    return {(int(costs.ends[row]), SIGNS[code]) for row, code in moved.tolist()}


@dataclass(frozen=True)
class Walks:
    """Everything that can be walked from one end of a claim: arrivals, and the newest one of each state."""

    state: Any
    links: Any
    cost: Any
    older: Any
    head: Any


def _walks_beside(network: Network, arrays: Arrays, claim: int, most: int) -> tuple[Walks, Walks]:
    """Return what leads to the subject of a claim, and what follows its object; worked out once for a network."""
    known = network.kept.setdefault("walks", {})
    if (claim, most) not in known:
        subject, object = int(arrays.subjects(claim)), int(arrays.to[claim]) >> SHIFT
        known[claim, most] = tuple(
            _walks(arrays, node, forward, most - 1) for node, forward in ((subject, False), (object, True))
        )
    found: tuple[Walks, Walks] = known[claim, most]
    return found


def _walks(arrays: Arrays, node: int, forward: bool, most: int) -> Walks:
    room, anchor = Scratch.of(arrays), np.array([node], np.int32)
    start, adjacent, _, code = sides(arrays, forward)
    state, links, cost, older = kernels.grow(
        start, adjacent, code, arrays.costs, arrays.blocked, anchor, room.need, most, arrays.bits, arrays.half,
        most, not forward, True, room.best, room.head,
    )  # fmt: skip
    made = Walks(state, links, cost, older, room.head.copy())
    kernels.clear(state, anchor, arrays.bits, room.best, room.head)
    return made
