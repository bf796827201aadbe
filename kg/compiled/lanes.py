"""Kernels: many searches side by side, met in the middle: what every source and every target reach, by node.

Lives here: loops that numba compiles. May enter: what `kernels.grow` returned. Never here: ids, Python objects.
"""

from __future__ import annotations

import numpy as np

from kg.compiled.jit import kernel
from kg.compiled.kernels import FAR, combine

ORIGIN = 8
"""Marks a sign code where a search began; only there may it be a blocked node, and only there a path that has ended."""


@kernel
def newest(state, links, cost, head, bits, half):
    """Return for each state reached node, sign code (plus `ORIGIN`, or 4 where nothing may follow) and cost."""
    count = 0
    node, sign, least = np.empty(len(state), np.int32), np.empty(len(state), np.int8), np.empty(len(state), np.int64)
    for place in range(len(state)):
        if head[state[place]] != place:
            continue
        code = state[place] & ((1 << bits) - 1)
        if code >= half:
            code = code - half + 4
        node[count] = state[place] >> bits
        sign[count] = code + (ORIGIN if links[place] == 0 else 0)
        least[count] = cost[place]
        count += 1
    return node[:count], sign[:count], least[:count]


@kernel
def by_node(nodes, who, node, sign, cost):
    """Put lanes in the order of their nodes: first place of each node, then lane, sign code and cost."""
    start = np.zeros(nodes + 1, np.int64)
    for one in node:
        start[one + 1] += 1
    for one in range(nodes):
        start[one + 1] += start[one]
    at = start[:-1].copy()
    lane, code, least = np.empty(len(node), np.int32), np.empty(len(node), np.int8), np.empty(len(node), np.int64)
    for place in range(len(node)):
        to = at[node[place]]
        at[node[place]] += 1
        lane[to], code[to], least[to] = who[place], sign[place], cost[place]
    return start, lane, code, least


@kernel
def join(f_start, f_lane, f_code, f_cost, b_start, b_lane, b_code, b_cost, blocked, best):
    """Lower `best[source, target, sign]` to the least cost of a walk that some node parts in two."""
    for node in range(len(blocked)):
        b_first, b_last = b_start[node], b_start[node + 1]
        if b_first == b_last:
            continue
        for one in range(f_start[node], f_start[node + 1]):
            code, spent, source = f_code[one], f_cost[one], f_lane[one]
            sign = code & 3
            ended = (code & 4) != 0
            barred = blocked[node] and not code & ORIGIN
            for other in range(b_first, b_last):
                rest = b_code[other]
                if (ended or barred) and not rest & ORIGIN:
                    continue
                total = spent + b_cost[other]
                turned = combine(sign, rest & 3)
                best[source, b_lane[other], turned] = min(best[source, b_lane[other], turned], total)


@kernel
def pick(nodes, links, cost, head, bits, half, signs, best):
    """Write the least cost of each of some nodes and signs after one search into `best[node, sign]`."""
    for place in range(len(nodes)):
        for sign in range(signs):
            least = FAR
            base = np.int64(nodes[place]) << bits
            look = head[base + sign]
            if look >= 0 and links[look] > 0:
                least = cost[look]
            if half < 1 << bits:
                look = head[base + sign + half]
                if look >= 0:
                    least = min(least, cost[look])
            best[place, sign] = least
