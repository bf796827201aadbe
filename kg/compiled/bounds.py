"""Which claims that got cheaper can lead to a better path at all: least costs to and from every node, by links.

Lives here: `Bounds`, `limits`. May enter: arrays, what paths may cost, claims. Never here: loops (lanes), ids.
Walks that no simple path takes are counted too, and what blocks or ends a path is not heeded: bounds are too low, never
too high.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kg.compiled import lanes
from kg.compiled.arrays import SHIFT, SIGNS, Arrays
from kg.compiled.field import ranges
from kg.compiled.kernels import FAR, TIE
from kg.compiled.scratch import sides
from kg.network import COST_UNIT

NEVER = 1 << 60
EQUAL = 2e-12
"""Products that differ by no more may be equal to 12 decimals: then fewer links come first."""
WIDE = 8
"""The part of all claims on walks of so many links from which on kernels find them sooner."""
SMALLEST = 26.0
"""-ln of products from which on no other is greater by more than that."""


@dataclass(frozen=True, eq=False)
class Bounds:
    """What walks of a search cost at least.

    Attributes:
        forward: Whether walks begin at the anchors.
        before: By the number of links, by node and sign code: the least cost of a walk from the anchors.
        after: The least cost of the rest of a walk to an end, less the most that a path to that end may cost to be
            ranked no lower than the one that was found, by the most links of the rest, by node and sign code so far.
    """

    forward: bool
    before: Any
    after: Any

    @classmethod
    def of(cls, arrays: Arrays, anchors: Any, ends: Any, limit: Any, *, forward: bool, most: int) -> Bounds:
        """Work out the bounds of a search.

        Args:
            arrays: Where it was searched.
            anchors: Its anchors.
            ends: Where paths may end.
            limit: For each end and sign code what a path may cost to be ranked first (`limits`).
            forward: Whether paths begin at the anchors.
            most: Most links.

        Cost: twice `most` rounds over all claims; 4 to 5 ms for 10^5 of them, 0.07 s for 10^6.
        """
        signs = limit.shape[1]
        before = np.full((most, arrays.nodes, signs), NEVER, np.int64)
        before[0, anchors, 0] = 0
        after = np.full((most, arrays.nodes, signs), NEVER, np.int64)
        after[0, ends] = np.where(limit < FAR, -limit, -NEVER)
        side = sides(arrays, forward)
        lanes.levels(*side, arrays.costs, not forward, True, before)
        lanes.levels(*side, arrays.costs, not forward, False, after)
        return cls(forward, before, after)

    @property
    def nbytes(self) -> int:
        """Bytes of both tables."""
        return int(self.before.nbytes + self.after.nbytes)

    def reached(self, arrays: Arrays, claims: Sequence[int]) -> dict[int, int]:
        """Return the claims through which, of all that got cheaper or came, some path may be ranked first now.

        Args:
            arrays: The links as they are now.
            claims: All claims that cost less than where the bounds were worked out, or were not there.

        Returns:
            For each of them what others may have taken off the way there (see `pairs`).

        Law: a path that was not found, and is ranked no lower than the one that was, uses one of the claims returned,
        or the one that was found uses a claim that got dearer.

        A walk is parted at the last such claim on it: what comes behind costs what it did. What comes before costs less
        by what the others took off the way to their far end, and by nothing where that was no shorter by them.
        """
        known = {claim: self._through(arrays, claim) for claim in claims}
        every = sum(gain for _, gain in known.values())
        return {claim: every - gain for claim, (total, gain) in known.items() if total <= every - gain}

    def pairs(self, arrays: Arrays, claims: Mapping[int, int]) -> set[tuple[int, int]] | None:
        """Return the ends and signs to which some path may be ranked first now that was not found.

        Args:
            arrays: The links as they are now.
            claims: What `reached` returned.

        Returns:
            None when it takes too long to find out: where walks go on along many claims.

        Cost: linear in the claims on such walks, and in those of their nodes.
        """
        signs, most = self.after.shape[2], len(self.after)
        starts = [(*self._beside(arrays, claim), others) for claim, others in claims.items()]
        first = np.array([far * signs + turn for far, _, turns, _ in starts for turn in turns], np.int64)
        paid = np.concatenate(
            [np.zeros((most, 0), np.int64), *(come - others for _, come, _, others in starts)], axis=1
        )
        start, adjacent, at, code = sides(arrays, self.forward)
        state = cost = np.zeros(0, np.int64)
        found: list[Any] = []
        for left in range(most - 1, -1, -1):
            state, cost = np.concatenate([state, first]), np.concatenate([cost, paid[most - 1 - left]])
            fits = cost + self.after[left].reshape(-1)[state] <= 0
            state, cost = _least(state[fits], cost[fits])
            found.append(state[cost + self.after[0].reshape(-1)[state] <= 0])
            node = state // signs
            steps, _ = ranges(start, node)
            if len(steps) > len(adjacent) // WIDE:
                return None
            edge = adjacent[steps]
            walked = np.repeat(np.arange(len(node)), start[node + 1] - start[node])
            state = (edge >> SHIFT).astype(np.int64) * signs + combined(state[walked] % signs, edge & 3)
            cost = cost[walked] + arrays.costs[code[steps if self.forward else at[steps]]]
        return {(one // signs, SIGNS[one % signs]) for one in np.unique(np.concatenate(found)).tolist()}

    def _through(self, arrays: Arrays, claim: int) -> tuple[int, int]:
        """Return what a walk through a claim costs at least, less the most it may; and what it takes off the way."""
        far, come, turns = self._beside(arrays, claim)
        total = int((come + self.after[::-1, far][:, turns]).min())
        gain = int((self.before[1:, far][:, turns] - come[:-1]).max(initial=0))
        return total, gain

    def _beside(self, arrays: Arrays, claim: int) -> tuple[int, Any, list[int]]:
        """Return the far end of a claim, the least cost there by links and sign before it, and signs behind it."""
        ends = int(arrays.subjects(claim)), int(arrays.to[claim]) >> SHIFT
        near, far = ends if self.forward else ends[::-1]
        own, turned = int(arrays.costs[arrays.code[claim]]), int(arrays.to[claim]) & 3
        come = self.before[:, near] + own
        return far, come, combined(np.arange(come.shape[1]), turned).tolist()


def combined(one: Any, other: Any) -> Any:
    """Return the codes of products of signs."""
    return np.where((one > 1) | (other > 1), 2, one ^ other)


def _least(state: Any, cost: Any) -> tuple[Any, Any]:
    """Return each state once, with its least cost."""
    order = np.lexsort((cost, state))
    state, cost = state[order], cost[order]
    first = np.diff(state, prepend=-1) > 0
    return state[first], cost[first]


def limits(costs: Any) -> Any:
    """Return what a path may cost at most so that its product may be as great as that of another one, to 12 decimals.

    Args:
        costs: What the others cost, `FAR` where there is none: then it may cost anything.

    Example:
        >>> (limits(np.array([0, 10 * COST_UNIT])) - [0, 10 * COST_UNIT]).tolist()
        [10, 48444]
    """
    exponent = costs / COST_UNIT
    more = -np.log1p(-EQUAL * np.exp(np.minimum(exponent, SMALLEST))) * COST_UNIT
    return np.where(exponent < SMALLEST, costs + TIE + more.astype(np.int64), FAR)
