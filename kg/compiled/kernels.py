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
ROUND_BITS, ROUNDS = 5, 31
ONE, TWO, THREE, FOUR = np.uint32(1), np.uint32(2), np.uint32(3), np.uint32(4)
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
    queue, size = np.empty(len(found), np.int32), 0
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
                    queue[size] = there
                    size += 1
        begin = end
    return queue[:size]


@kernel
def grow(start, adjacent, at, code, costs, blocked, anchors, need, free, bits, half, most, backward, shut, best, head):
    """Walk from the anchors, one more link each round, and return what arrives: state, links, cost, arrival before.

    When `shut` nothing arrives at an anchor again. After `free` links a node is left aside when `need` says that it is
    more links away from where paths go than are left. `best` (FAR everywhere) and `head` (-1) take up each state's
    least cost (times 32, plus the round in which it was found) and newest arrival.
    """
    size, room = len(anchors), max(4096, len(anchors))
    state, links, cost, older = (
        np.empty(room, np.int64), np.empty(room, np.int8), np.empty(room, np.int64), np.empty(room, np.int32)
    )  # fmt: skip
    for place in range(len(anchors)):
        into = np.int64(anchors[place]) << bits
        state[place], links[place], cost[place], older[place] = into, 0, 0, -1
        if shut:
            best[into : into + (1 << bits)] = -1
        best[into], head[into] = (-1 if shut else 0), place
    begin, end = 0, size
    for round_ in range(1, most + 1):
        out = 0
        for place in range(begin, end):
            node = state[place] >> bits
            out += start[node + 1] - start[node]
        fresh = np.empty(min(out, len(head)) + 1, np.uint32)
        if bits == 1 and half == 2 and not backward and round_ <= free:
            count = _relax_plain(
                start, adjacent, code, costs, blocked, round_, state[begin:end], cost[begin:end], best, fresh
            )
        else:
            count = _relax(
                start, adjacent, at, code, costs, blocked, need, bits, half, backward, round_ > free, most - round_,
                round_, state[begin:end], cost[begin:end], best, fresh,
            )  # fmt: skip
        if size + count > room:
            while size + count > room:
                room *= 2
            state, links, cost, older = (
                _longer(state, room),
                _longer(links, room),
                _longer(cost, room),
                _longer(older, room),
            )
        if count * 32 > len(head):
            _in_order(best, round_, fresh)
        _arrive(fresh[:count], round_, size, state, links, cost, older, best, head)
        size += count
        begin, end = end, size
    return state[:size], links[:size], cost[:size], older[:size]


# In loops of kernels that give an array another name, or more room, each look at it costs as much as a step of theirs:
# so the loops over claims are kernels of their own.


@kernel
def _relax(
    start, adjacent, at, code, costs, blocked, need, bits, half, backward, close, left, round_, state, cost, best, fresh
):  # fmt: skip
    """Walk one claim on from each state; return how many states got cheaper, which `fresh` lists."""
    count, mask = np.uint64(0), (1 << bits) - 1
    # Unsigned numbers index without a look at whether they are negative; mixed with signed ones they become floats.
    by, far = np.uint32(bits), np.uint32(half)
    for place in range(len(state)):
        node = state[place] >> bits
        sign = np.uint32(state[place] & mask)
        if sign >= far or (round_ > 1 and blocked[node]):
            continue
        spent = cost[place]
        for step in range(np.uint64(start[node]), np.uint64(start[node + 1])):
            edge = np.uint32(adjacent[step])
            there = edge >> THREE
            if close and need[there] > left:
                continue
            turned = edge & THREE
            into = there << by | (sign ^ turned if (sign | turned) < TWO else TWO)
            if edge & FOUR:
                if not backward:
                    into += far
                elif round_ > 1:
                    continue
            # Without a branch, so that the processor reads ahead: what is not to be listed is written over by the next.
            claim = np.uint64(at[step]) if backward else step
            total = (spent + costs[np.uint32(code[claim])]) << ROUND_BITS
            known = best[into]
            less = (total | ROUNDS) < known
            best[into] = total | round_ if less else known
            fresh[count] = into
            count += np.uint64(less & (known & ROUNDS != round_))
    return np.int64(count)


@kernel
def _relax_plain(start, adjacent, code, costs, blocked, round_, state, cost, best, fresh):
    """Do what `_relax` does where claims have two signs, none ends a path, and all ways are open: a fifth less time."""
    count = np.uint64(0)
    for place in range(len(state)):
        node, sign, spent = state[place] >> 1, np.uint32(state[place] & 1), cost[place]
        if round_ > 1 and blocked[node]:
            continue
        for step in range(np.uint64(start[node]), np.uint64(start[node + 1])):
            edge = np.uint32(adjacent[step])
            into = edge >> THREE << ONE | (edge & ONE ^ sign)
            total = (spent + costs[np.uint32(code[step])]) << ROUND_BITS
            known = best[into]
            less = (total | ROUNDS) < known
            best[into] = total | round_ if less else known
            fresh[count] = into
            count += np.uint64(less & (known & ROUNDS != round_))
    return np.int64(count)


@kernel
def _in_order(best, round_, fresh):
    """List the states that got cheaper in a round by number, so that the next reads claims as they lie in memory."""
    count = np.uint64(0)
    for into in range(len(best)):
        fresh[count] = into
        count += np.uint64(best[into] & ROUNDS == round_)


@kernel
def _arrive(fresh, round_, size, state, links, cost, older, best, head):
    """Keep what arrived in a round behind what arrived before."""
    for place in range(len(fresh)):
        into, at = fresh[place], size + place
        state[at], links[at], cost[at], older[at] = into, round_, best[into] >> ROUND_BITS, head[into]
        head[into] = at


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
def nearest(start, to, code, back_start, back, at, costs, node, hops, head):
    """Return the nodes within some links of a node, against their direction too: node, least cost, links away.

    The cost is that of the cheapest chain of as many claims as the node is links away. `head` is -1 before and after.
    """
    nodes = len(start) - 1
    found, cost, level = np.empty(nodes, np.int32), np.empty(nodes, np.int64), np.empty(nodes, np.int8)
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
                    price = cost[place] + costs[code[step if way == 0 else at[step]]]
                    known = head[there]
                    if known < 0:
                        found[size], cost[size], level[size], head[there] = there, price, links, size
                        size += 1
                    elif level[known] == links and price < cost[known]:
                        cost[known] = price
        begin = end
    for place in range(size):
        head[found[place]] = -1
    return found[:size], cost[:size], level[:size]
