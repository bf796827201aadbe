"""Kernels: rounds by number of links over claims as arrays, and the best k simple paths by exact lower bounds.

Lives here: loops that numba compiles. May enter: arrays and numbers. Never here: ids, Python objects.
A search state is `node << bits | sign code`, plus `half` where a terminal claim has been walked and nothing may follow.
What a search reaches is kept as *arrivals*: for each state, and each number of links that is cheaper than fewer links
are, the cost and the arrival of the same state before.
"""

from __future__ import annotations

import numpy as np

from kg.compiled.jit import kernel

FAR = 1 << 62
TIE = 8
MOST_LINKS = 16
MOST_PARTIALS = 1 << 22


@kernel
def combine(a, b):
    """Return the code of the product of two signs."""
    if a > 1 or b > 1:
        return 2
    return a ^ b


@kernel
def hops(start, adjacent, anchors, most, found):
    """Fill `found` (127 everywhere) with the least number of links from an anchor, up to `most`; signs aside.

    Returns the nodes met, so that they can be cleared.
    """
    queue = np.empty(max(64, len(anchors)), np.int32)
    size = 0
    for node in anchors:
        if found[node]:
            found[node] = 0
            queue[size] = node
            size += 1
    begin = 0
    for links in range(1, most + 1):
        end = size
        for place in range(begin, end):
            node = queue[place]
            for step in range(start[node], start[node + 1]):
                there = adjacent[step] >> 3
                if found[there] == 127:
                    found[there] = links
                    if size == len(queue):
                        longer = np.empty(2 * size, np.int32)
                        longer[:size] = queue
                        queue = longer
                    queue[size] = there
                    size += 1
        begin = end
    return queue[:size]


@kernel
def grow(start, adjacent, code, costs, blocked, anchors, need, free, bits, half, most, backward, shut, best, head):
    """Walk from the anchors, one more link each round, and return what arrives: state, links, cost, arrival before.

    When `shut` nothing arrives at an anchor again. After `free` links a node is left aside when `need` says that it is
    more links away from where paths go than are left. `best` (FAR everywhere) and `head` (-1) take up each state's
    least cost and newest arrival.
    """
    size, room = len(anchors), max(4096, len(anchors))
    state, links, cost, older = (
        np.empty(room, np.int64), np.empty(room, np.int8), np.empty(room, np.int64), np.empty(room, np.int32)
    )  # fmt: skip
    fresh, count = np.empty(4096, np.int64), 0
    for place in range(len(anchors)):
        into = np.int64(anchors[place]) << bits
        state[place], links[place], cost[place], older[place] = into, 0, 0, -1
        if shut:
            best[into : into + (1 << bits)] = -1
        best[into], head[into] = (-1 if shut else 0), place
    begin, end = 0, size
    mask = (1 << bits) - 1
    for round_ in range(1, most + 1):
        count = 0
        close = round_ > free
        left = most - round_
        for place in range(begin, end):
            here = state[place]
            node = here >> bits
            sign = here & mask
            if sign >= half or (round_ > 1 and blocked[node]):
                continue
            spent = cost[place]
            for step in range(start[node], start[node + 1]):
                edge = adjacent[step]
                there = edge >> 3
                if close and need[there] > left:
                    continue
                total = spent + costs[code[step]]
                turned = edge & 3
                into = np.int64(there) << bits | (sign ^ turned if (sign | turned) < 2 else 2)
                if edge & 4:
                    if not backward:
                        into += half
                    elif round_ > 1:
                        continue
                if total < best[into]:
                    # The newest arrival tells whether the state was met in this round already.
                    best[into] = total
                    if head[into] > -2:
                        if count == len(fresh):
                            fresh = wider(fresh)
                        fresh[count] = into
                        count += 1
                        head[into] = -3 - head[into]
        if size + count > room:
            while size + count > room:
                room *= 2
            state, links, cost, older = (
                _longer(state, room),
                _longer(links, room),
                _longer(cost, room),
                _longer(older, room),
            )
        if count * 8 > len(head):
            # Many: in the order of the nodes, so that the next round reads claims in the order they lie in memory.
            count = 0
            for into in range(len(head)):
                if head[into] < -1:
                    fresh[count] = into
                    count += 1
        for place in range(count):
            into = fresh[place]
            state[size], links[size], cost[size] = into, round_, best[into]
            older[size] = -3 - head[into]
            head[into] = size
            size += 1
        begin, end = end, size
    return state[:size], links[:size], cost[:size], older[:size]


@kernel
def _longer(array, room):
    longer = np.empty(room, array.dtype)
    longer[: len(array)] = array
    return longer


@kernel
def wider(array):
    """Return the array with as much room again."""
    longer = np.empty(2 * len(array), array.dtype)
    longer[: len(array)] = array
    return longer


@kernel
def clear(state, anchors, bits, best, head):
    """Make `best` and `head` as they were before a search."""
    for into in state:
        best[into] = FAR
        head[into] = -1
    for node in anchors:
        for into in range(np.int64(node) << bits, np.int64(node + 1) << bits):
            best[into] = FAR


@kernel
def nearest(start, to, code, back_start, back, back_code, costs, node, hops, head):
    """Return the nodes within some links of a node, against their direction too: node, least cost, links away.

    The cost is that of the cheapest chain of as many claims as the node is links away. `head` is -1 before and after.
    """
    found, cost, level = np.empty(1024, np.int32), np.empty(1024, np.int64), np.empty(1024, np.int8)
    found[0], cost[0], level[0], head[node] = node, 0, 0, 0
    size, begin = 1, 0
    for links in range(1, hops + 1):
        end = size
        for place in range(begin, end):
            here = found[place]
            for way in range(2):
                first = start[here] if way == 0 else back_start[here]
                last = start[here + 1] if way == 0 else back_start[here + 1]
                for step in range(first, last):
                    there = (to[step] if way == 0 else back[step]) >> 3
                    price = cost[place] + costs[code[step] if way == 0 else back_code[step]]
                    at = head[there]
                    if at < 0:
                        if size == len(found):
                            found, cost, level = wider(found), wider(cost), wider(level)
                        found[size], cost[size], level[size], head[there] = there, price, links, size
                        size += 1
                    elif level[at] == links and price < cost[at]:
                        cost[at] = price
        begin = end
    for place in range(size):
        head[found[place]] = -1
    return found[:size], cost[:size], level[:size]
