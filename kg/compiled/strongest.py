"""The nodes that something reaches most surely, before any path is named.

Lives here: `strongest`. May enter: networks, node sets. Never here: paths, ids, documents.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kg.compiled import kernels
from kg.compiled.arrays import Arrays
from kg.compiled.scratch import Scratch, nodes_of, sides, tidy
from kg.engine import Nodes
from kg.network import COST_UNIT, Network

SAME = 2e-12
"""Products closer than this may be equal to 12 decimals."""


class Strongest(NamedTuple):
    """Nodes, and what the best path to any other node is worth at most, with what 12 decimals do not tell apart."""

    nodes: Nodes
    beyond: float


@tidy
def strongest(network: Network, anchors: Nodes, *, forward: bool, max_links: int, most: int) -> Strongest | None:
    """Return the nodes whose cheapest walk of sign + or - is among the cheapest; None where that leaves none out.

    Those that equal the last of them to 12 decimals come with it. Walks may visit a node twice, so that the best path
    to a node may be worth less than what it was chosen by; it is never worth more.

    Cost: linear in the links within reach.
    """
    arrays, starts = Arrays.of(network), nodes_of(anchors)
    room = Scratch.of(arrays)
    state, *_ = kernels.grow(
        *sides(arrays, forward), arrays.costs, arrays.blocked, starts, room.need, max_links, arrays.bits, arrays.half,
        max_links, not forward, True, room.best, room.head,
    )  # fmt: skip
    met = np.unique(state[len(starts) :])
    signed = met[(met & ((1 << arrays.bits) - 1) & ~arrays.half) < 2]
    cost = room.best[signed] >> kernels.ROUND_BITS
    kernels.clear(state, starts, arrays.bits, room.best, room.head)
    nodes, first = np.unique(signed >> arrays.bits, return_index=True)
    if len(nodes) <= most:
        return None
    worth = np.exp(-np.minimum.reduceat(cost, first) / COST_UNIT)
    last = -np.partition(-worth, most - 1)[most - 1]
    chosen = worth >= last - SAME
    if bool(chosen.all()):
        return None
    return Strongest(frozenset(nodes[chosen].tolist()), float(worth[~chosen].max()) + SAME)
