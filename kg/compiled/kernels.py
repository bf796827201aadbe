"""Kernels: rounds by number of links over claims as arrays, and the best k simple paths by exact lower bounds.

Lives here: loops that numba compiles. May enter: arrays and numbers. Never here: ids, Python objects.
A search state is `node * width + sign code`, plus `signs` where a terminal claim has been walked and nothing may follow.
What a search reaches is kept as *arrivals*: for each state, for each number of links that is cheaper than fewer links
are, the cost, the arrival before it and the claim between the two.
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
def _claims_before(arrival, parent, claim, into):
    length = 0
    while parent[arrival] >= 0:
        into[length] = claim[arrival]
        length += 1
        arrival = parent[arrival]
    return length


@kernel
def _comes_first(first, second, parent, claim, one, other):
    """Say whether the claims up to one arrival come before those up to another, first claim first; equal lengths."""
    length = _claims_before(first, parent, claim, one)
    _claims_before(second, parent, claim, other)
    for place in range(length - 1, -1, -1):
        if one[place] != other[place]:
            return one[place] < other[place]
    return False


@kernel
def grow(
    start, adjacent, at, code, costs, blocked, anchors, mark, need, free, signs, width, most, backward, shut, ties, best, head
):
    """Walk from the anchors, one more link each round, and return what arrives.

    `mark` is 1 for anchors; when `shut` nothing arrives at them again. After `free` links a node is left aside when
    `need` says that it is more links away from where paths go than are left. With `ties`, arrivals whose costs differ
    by rounding only are kept side by side, and of equal costs that whose claims come first. `best` (FAR) and `head`
    (-1) are filled, for each state the least cost and its newest arrival.
    """
    size, room = 0, 4096
    state, links, cost = np.empty(room, np.int64), np.empty(room, np.int8), np.empty(room, np.int64)
    older, parent, claim = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int32)
    one, other = np.empty(MOST_LINKS, np.int32), np.empty(MOST_LINKS, np.int32)
    slack = TIE if ties else -1
    begin = 0
    for round_ in range(most + 1):
        end = size
        if round_ == 0:
            begin, end = 0, len(anchors)
        for place in range(begin, end):
            if round_ > 0:
                spent, here = cost[place], state[place]
                node = here // width
                sign = here - node * width
                if spent == FAR or sign >= signs or (round_ > 1 and blocked[node]):
                    continue
                first, last = start[node], start[node + 1]
            else:
                spent, node, sign = 0, anchors[place], 0
                first, last = 0, 1
            for step in range(first, last):
                if round_ > 0:
                    edge = adjacent[step]
                    there = edge >> 3
                    if (shut and mark[there]) or (round_ > free and need[there] > most - round_):
                        continue
                    final = (edge & 4) != 0
                    if final and backward and round_ > 1:
                        continue
                    number = at[step] if backward else step
                    total = spent + costs[code[number]]
                    into = there * width + combine(sign, edge & 3)
                    if final and not backward:
                        into += signs
                    before = place
                else:
                    total, into, number, before = 0, node * width, -1, -1
                if total > best[into] + slack:
                    continue
                low, same, fewer = FAR, -1, head[into]
                while fewer >= 0 and links[fewer] == round_:
                    low = min(low, cost[fewer])
                    if cost[fewer] == total:
                        same = fewer
                    fewer = older[fewer]
                floor = FAR
                if fewer >= 0:
                    level, look = links[fewer], fewer
                    while look >= 0 and links[look] == level:
                        floor = min(floor, cost[look])
                        look = older[look]
                if total >= floor:
                    continue
                if same >= 0:
                    if backward:
                        earlier = number < claim[same]
                    elif before == parent[same]:
                        earlier = number < claim[same]
                    else:
                        earlier = _comes_first(before, parent[same], parent, claim, one, other)
                    if earlier:
                        parent[same], claim[same] = before, number
                    continue
                best[into] = min(best[into], total)
                if low < FAR and total < low - max(slack, 0):
                    look = head[into]
                    cost[look], parent[look], claim[look] = total, before, number
                    look = older[look]
                    while look >= 0 and links[look] == round_:
                        cost[look] = FAR
                        look = older[look]
                    continue
                if size == room:
                    room *= 2
                    state, links, cost = _wider(state), _wider(links), _wider(cost)
                    older, parent, claim = _wider(older), _wider(parent), _wider(claim)
                state[size], links[size], cost[size] = into, round_, total
                older[size], parent[size], claim[size] = head[into], before, number
                head[into] = size
                size += 1
        begin = end if round_ > 0 else 0
    return state[:size], links[:size], cost[:size], older[:size], parent[:size], claim[:size]


@kernel
def _wider(array):
    longer = np.empty(2 * len(array), array.dtype)
    longer[: len(array)] = array
    return longer


@kernel
def clear(state, best, head):
    """Make `best` and `head` as they were before a search."""
    for into in state:
        best[into] = FAR
        head[into] = -1
