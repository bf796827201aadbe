"""Kernels: many searches side by side, met in the middle: what every source and every target reach, by node.

Lives here: loops that numba compiles. May enter: what `kernels.grow` returned. Never here: ids, Python objects.
"""

from __future__ import annotations

import numpy as np

from kg.compiled.jit import kernel
from kg.compiled.kernels import combine

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
def rounds(start, adjacent, at, code, costs, blocked, anchors, need, bits, half, most, backward, least, before):
    """Walk from as many anchors as there are lanes, one more link each round, all lanes of a state side by side.

    `least` and `before` (states x lanes) are filled with `FAR`; `least` takes up the least cost of a walk that does not
    come back to its anchor, -1 at the anchor itself. Nodes that `need` more links to where walks go than are left are
    left aside.
    """
    lanes = least.shape[1]
    states = len(least)
    active, fresh = np.zeros(states, np.uint8), np.zeros(states, np.uint8)
    for lane in range(len(anchors)):
        first = np.int64(anchors[lane]) << bits
        least[first : first + (1 << bits), lane] = -1
        before[first, lane] = 0
        active[first] = 1
    for round_ in range(1, most + 1):
        for here in range(states):
            if not active[here]:
                continue
            node, sign = here >> bits, here & ((1 << bits) - 1)
            if sign >= half or (round_ > 1 and blocked[node]) or need[node] > most - round_ + 1:
                continue
            row = before[here]
            for step in range(start[node], start[node + 1]):
                edge = adjacent[step]
                there, turned = edge >> 3, edge & 3
                if need[there] > most - round_:
                    continue
                into = np.int64(there) << bits | (sign ^ turned if (sign | turned) < 2 else 2)
                if edge & 4:
                    if not backward:
                        into += half
                    elif round_ > 1:
                        continue
                price, to, better = costs[code[at[step] if backward else step]], least[into], False
                for lane in range(lanes):
                    total, known = row[lane] + price, to[lane]
                    less = total < known
                    to[lane] = total if less else known
                    better |= less
                if better:
                    fresh[into] = 1
        for here in range(states):
            active[here] = fresh[here]
            if fresh[here]:
                fresh[here] = 0
                for lane in range(lanes):
                    if least[here, lane] >= 0:
                        before[here, lane] = least[here, lane]


@kernel
def through(
    anchors, ends, a_links, a_cost, a_older, a_head, e_links, e_cost, e_older, e_head, bits, own, turned, most, least
):
    """Lower `least[end, sign]` to the cost of the cheapest walk between an anchor and an end through one claim.

    The claim costs `own` and turns the sign by `turned`; arrivals on either side of it are given.
    """
    mask = 1 if least.shape[1] == 2 else 3
    for anchor in anchors:
        for a_code in range(1 << bits):
            a = a_head[np.int64(anchor) << bits | a_code]
            while a >= 0:
                before = combine(a_code & mask, turned)
                left = most - 1 - a_links[a]
                for place in range(len(ends)):
                    for e_code in range(1 << bits):
                        e = e_head[np.int64(ends[place]) << bits | e_code]
                        while e >= 0 and e_links[e] > left:
                            e = e_older[e]
                        if e >= 0:
                            sign = combine(before, e_code & mask)
                            least[place, sign] = min(least[place, sign], a_cost[a] + own + e_cost[e])
                a = a_older[a]


@kernel
def levels(start, adjacent, at, code, costs, backward, away, table):
    """Fill the levels of a table: walks away from where they begin, or to where they end, one more link each."""
    signs = table.shape[2]
    for level in range(1, len(table)):
        last, into = table[level - 1], table[level]
        into[:] = last
        for node in range(len(start) - 1):
            for step in range(start[node], start[node + 1]):
                edge = adjacent[step]
                there, price = edge >> 3, costs[code[at[step] if backward else step]]
                for sign in range(signs):
                    turned = combine(sign, edge & 3)
                    if away:
                        into[there, turned] = min(into[there, turned], last[node, sign] + price)
                    else:
                        into[node, sign] = min(into[node, sign], last[there, turned] + price)
