"""Asking again after a change: what earlier searches found, and which of it a change in some claims can reach.

Lives here: `Change`, `keep`, `recall`, `merged`. May enter: networks of which one follows from the other, what `search`
found. Never here: searching anew (search). A pair is asked again when its path uses a claim that differs, or when a
walk through a claim that got cheaper or came anew costs no more than its path.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from kg.compiled import kernels, lanes
from kg.compiled.arrays import SHIFT, SIGNS, Arrays
from kg.compiled.bounds import Bounds, limits
from kg.compiled.kernels import FAR
from kg.compiled.laid import Laid
from kg.compiled.scratch import Scratch, nodes_of, sides, tidy
from kg.engine import Nodes, Path, Reached
from kg.memo import Memo
from kg.network import Network

Asked: TypeAlias = tuple[Nodes, bool, int, int, Nodes | None]
"""Anchors, forward, most links, most walks that are listed, nodes wanted."""
Pair: TypeAlias = tuple[int, int]
"""Node and sign."""
KEPT_MOST, KEPT_BYTES = 2_000, 1 << 28
"""Questions of one network whose paths are kept; and bytes of them, and of what is worked out about them."""
NODE_BYTES = 600
"""What the paths to one node take."""
BOUNDED_MOST = 4
"""Questions kept up to which bounds are worked out for each of them; walks are those of all questions."""
WORTH = 20
"""Arrivals of a walk that take as long as finding, tracing and naming the path of one pair anew."""


@dataclass(frozen=True)
class Change:
    """How the links of a network differ from those it follows from.

    Attributes:
        differ: Numbers that claims had which went, or cost something else now.
        cheaper: Numbers of those that came or cost less.
        gone: Some link is no longer there.
    """

    differ: tuple[int, ...]
    cheaper: tuple[int, ...]
    gone: bool

    @classmethod
    def of(cls, before: Arrays, after: Arrays, touched: Iterable[str]) -> Change:
        """Compare the costs of the touched claims."""
        differ, cheaper, gone = [], [], False
        for id in touched:
            old, new = before.number(id), after.number(id)
            costs = [FAR if at is None else int(one.costs[one.code[at]]) for one, at in ((before, old), (after, new))]
            if costs[0] != costs[1]:
                differ += [] if old is None else [old]
                gone = gone or new is None
                cheaper += [new] if new is not None and costs[1] < costs[0] else []
        return cls(tuple(differ), tuple(cheaper), gone)


def keep(network: Network, asked: Asked, reached: Reached) -> None:
    """Remember what was found in a network; networks that follow from it may use it."""
    _kept(network.kept).put(asked, reached)


def _kept(kept: dict[str, Any]) -> Memo[Reached]:
    """Return what was found in a network, by what was asked."""
    made = Memo[Reached](KEPT_MOST, heaviest=KEPT_BYTES, weigh=lambda found: NODE_BYTES * len(found.paths), least=1)
    known: Memo[Reached] = kept.setdefault("reached", made)
    return known


def _about(kept: dict[str, Any]) -> Memo[Any]:
    """Return what was worked out about what was found, by what was asked."""
    made = Memo[Any](KEPT_MOST, heaviest=KEPT_BYTES, weigh=lambda one: int(one.nbytes), least=3)
    known: Memo[Any] = kept.setdefault("about reached", made)
    return known


@dataclass(frozen=True)
class Known:
    """What was found before a change, and the pairs that must be asked again."""

    reached: Reached
    pairs: list[Pair]
    change: Change


def recall(network: Network, asked: Asked) -> Known | None:
    """Return what was found before a change; None when nothing was, or asking anew is less work.

    Law: what is kept of it equals what a search finds.

    Cost: linear in the paths that use a claim that differs. Where claims became cheaper, bounds of each question
    once (`Bounds`), and what may be better by them; where many questions were asked, a walk to and from each of these
    claims, once for the network. These walks end when they take about as long as asking anew what was asked so far.
    """
    earlier = network.earlier
    if earlier is None or earlier.blocked != network.blocked or "arrays" not in earlier.kept:
        return None
    reached = _kept(earlier.kept).get(asked)
    if reached is None or not reached.complete:
        return None
    arrays, before = Arrays.of(network), earlier.kept["arrays"]
    change: Change | None = network.kept.get("change")
    if change is None:
        change = network.kept["change"] = Change.of(before, arrays, earlier.touched)
    laid = _laid(earlier.kept, before, asked, reached)
    rows = np.concatenate([np.zeros(0, np.int32), *map(laid.using, change.differ)])
    pairs = {(int(laid.node[row]), SIGNS[laid.code[row]]) for row in np.unique(rows).tolist()}
    if change.cheaper:
        about, signs = _about(earlier.kept), max(before.signs, arrays.signs)
        ends = about.made(("ends", asked, signs), lambda: Ends.of(asked, laid, arrays.nodes, signs))
        cheaper: Iterable[int] = change.cheaper
        if len(_kept(earlier.kept)) <= BOUNDED_MOST:
            bounds = about.made(
                ("bounds", asked, signs),
                lambda: Bounds.of(before, nodes_of(asked[0]), ends.nodes, ends.limit, forward=asked[1], most=asked[2]),
            )
            through = bounds.reached(arrays, change.cheaper)
            moved = bounds.pairs(arrays, through)
            if moved is not None:
                return Known(reached, sorted(pairs | moved), change)
            cheaper = through
        for claim in cheaper:
            if not _is_worth(network, earlier.kept, arrays, asked, claim):
                return None
            pairs |= _through(network, arrays, claim, asked, ends)
    return Known(reached, sorted(pairs), change)


def merged(reached: Reached, found: Mapping[Pair, Sequence[Path]], complete: bool) -> Reached:
    """Return what was found before, with the paths of the pairs that were asked again.

    Cost: a copy of the table of nodes; what is known of each is shared.
    """
    paths = dict(reached.paths)
    for node in {node for node, _ in found}:
        by_sign = dict(paths.get(node, {}))
        for sign in SIGNS:
            if (node, sign) in found:
                by_sign.pop(sign, None)
                by_sign |= {sign: list(found[node, sign])} if found[node, sign] else {}
        paths[node] = dict(sorted(by_sign.items()))
        if not by_sign:
            del paths[node]
    if len(paths) != len(reached.paths) or paths.keys() != reached.paths.keys():
        paths = dict(sorted(paths.items()))
    return Reached(paths, exhaustive=False, complete=complete)


def _laid(kept: dict[str, Any], arrays: Arrays, asked: Asked, reached: Reached) -> Laid:
    """Return the paths found as numbers, worked out when a network first follows from that where they were found."""
    laid: Laid = _about(kept).made(("laid", asked), lambda: Laid.of(arrays, reached))
    return laid


@dataclass(frozen=True, eq=False)
class Ends:
    """The nodes where a path may end, and for each of them and each sign code what a path may cost to be the best."""

    nodes: Any
    limit: Any

    @property
    def nbytes(self) -> int:
        """Bytes of both."""
        return int(self.nodes.nbytes + self.limit.nbytes)

    @classmethod
    def of(cls, asked: Asked, laid: Laid, nodes: int, signs: int) -> Ends:
        """Look up what was found."""
        anchors, wanted = asked[0], asked[-1]
        every = np.arange(nodes, dtype=np.int32) if wanted is None else nodes_of(wanted)
        ends = np.setdiff1d(every, nodes_of(anchors))
        return cls(ends, limits(laid.costs(ends, signs)))


def _is_worth(network: Network, kept: dict[str, Any], arrays: Arrays, asked: Asked, claim: int) -> bool:
    """Say whether one more claim that became cheaper may be walked beside: what was walked is little yet."""
    walked = network.kept.setdefault("walks", {})
    if (claim, asked[2]) in walked:
        return True
    spent = sum(len(walks.state) for pair in walked.values() for walks in pair)
    reached = _kept(kept)
    return spent <= WORTH * (reached.weight // NODE_BYTES) + len(reached) * len(arrays.to)


def _through(network: Network, arrays: Arrays, claim: int, asked: Asked, ends: Ends) -> set[Pair]:
    """Return the pairs for which the cheapest walk through a claim costs no more than their path did.

    Walks that no path may take are among them: they cost a search more, never an answer. A path that costs otherwise
    now uses a claim that differs, and is asked again anyhow.
    """
    anchors, forward, most, _, _ = asked
    behind, ahead = _walks_beside(network, arrays, claim, most)
    near, far = (behind, ahead) if forward else (ahead, behind)
    least = np.full((len(ends.nodes), arrays.signs), FAR, np.int64)
    own = int(arrays.costs[arrays.code[claim]])
    lanes.through(
        nodes_of(anchors), ends.nodes, near.links, near.cost, near.older, near.head,
        far.links, far.cost, far.older, far.head, arrays.bits, own, int(arrays.to[claim]) & 3, most, least,
    )  # fmt: skip
    moved = np.argwhere((least < FAR) & (least <= ends.limit[:, : arrays.signs]))
    return {(int(ends.nodes[row]), SIGNS[code]) for row, code in moved.tolist()}


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


@tidy
def _walks(arrays: Arrays, node: int, forward: bool, most: int) -> Walks:
    room, anchor = Scratch.of(arrays), np.array([node], np.int32)
    state, links, cost, older = kernels.grow(
        *sides(arrays, forward), arrays.costs, arrays.blocked, anchor, room.need, most, arrays.bits, arrays.half,
        most, not forward, True, room.best, room.head,
    )  # fmt: skip
    made = Walks(state, links, cost, older, room.head.copy())
    kernels.clear(state, anchor, arrays.bits, room.best, room.head)
    return made
