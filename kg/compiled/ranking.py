"""Kernels: the best k simple paths by partial paths in the order of what they must cost at least, and all simple paths.

Lives here: loops that numba compiles. May enter: arrays, arrivals of `kernels.grow`. Never here: ids, Python objects.
"""

from __future__ import annotations

import numpy as np

from kg.compiled.jit import inlined, kernel
from kg.compiled.kernels import FAR, FOUR, MOST_LINKS, THREE, TIE, combine


@inlined
def bound(node, left, sign, wanted, signs, bits, links, cost, older, head):
    """Return the least cost, then links, of finishing from a node so that the whole has the wanted sign.

    At most `left` links. `wanted` is a sign code, or -1 for any.
    """
    least, fewest = FAR, 0
    for rest in range(signs):
        if wanted >= 0 and combine(sign, rest) != wanted:
            continue
        look = head[node << np.uint32(bits) | np.uint32(rest)]
        while look >= 0 and links[look] > left:
            look = older[look]
        if look >= 0 and (cost[look] < least or (cost[look] == least and links[look] < fewest)):
            least, fewest = cost[look], np.int64(links[look])
    return least, fewest


@kernel
def _before(first, second, whole, length, parent, claim, node, one, other):
    """Say whether a partial path comes before another of the same cost: fewest links, claims in order, node.

    Whole paths then come in the order of their rank, and of many equal ones the first is found without the others.
    """
    if whole[first] != whole[second]:
        return whole[first] < whole[second]
    if parent[first] == parent[second]:
        return claim[first] < claim[second] if claim[first] != claim[second] else node[first] < node[second]
    lengths = length[first], length[second]
    for place in range(lengths[0] - 1, -1, -1):
        one[place] = claim[first]
        first = parent[first]
    for place in range(lengths[1] - 1, -1, -1):
        other[place] = claim[second]
        second = parent[second]
    for place in range(min(lengths[0], lengths[1])):
        if one[place] != other[place]:
            return one[place] < other[place]
    return lengths[0] < lengths[1] if lengths[0] != lengths[1] else node[first] < node[second]


MORE = 1_000
ALL, POPPED, FULL = 0, 1, 2


@kernel
def best(
    start, adjacent, at, code, costs, blocked, origins, mark, signs, bits, backward, wanted, k, most, pops, room,
    links, cost, older, head,
):  # fmt: skip
    """Return the claims of the best simple paths, in the order they are walked, and what ended the search.

    That is `ALL` of them found, as many partial paths `POPPED` as may be, or the `room` for them `FULL`.
    `origins` are where paths are walked from; `mark` is 1 for these and 2 for where they end. `links` to `head` are the
    arrivals of a search from there, the other way.
    """
    node, sign, length = np.empty(room, np.int32), np.empty(room, np.int8), np.empty(room, np.int8)
    spent, estimate = np.empty(room, np.int64), np.empty(room, np.int64)
    whole = np.empty(room, np.int8)
    parent, claim, ended = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.uint8)
    heap, waiting, size = np.empty(room, np.int32), 0, 0
    one, other = np.empty(MOST_LINKS, np.int32), np.empty(MOST_LINKS, np.int32)
    ends, ready = np.empty(k, np.int64), 0
    cutoff = FAR
    found, count = np.empty(k + MORE, np.int32), 0
    last_wanted, complete = FAR, True
    popped, first, last = -1, 0, len(origins)
    here, so_far, walked, paid = 0, 0, 0, 0
    while True:
        for step in range(first, last):
            if popped < 0:
                there, total, final, number, ends_here, price = np.uint32(origins[step]), 0, False, -1, False, 0
            else:
                edge = np.uint32(adjacent[step])
                there = edge >> THREE
                if mark[there] == 1:
                    continue
                final = (edge & FOUR) != 0
                ends_here = mark[there] == 2
                if not ends_here and blocked[there]:
                    continue
                if final and ((backward and walked > 0) or (not backward and not ends_here)):
                    continue
                look, met = popped, False
                while look >= 0 and not met:
                    met = node[look] == there
                    look = parent[look]
                if met:
                    continue
                total = combine(so_far, np.int64(edge & THREE))
                number = at[step] if backward else step
                price = paid + costs[np.uint32(code[number])]
            if popped < 0 and backward and bits >= signs:
                # Walks that a terminal claim has ended may arrive where the path ends, and there alone.
                rest, fewest = 0, 0
            elif ends_here:
                rest, fewest = (0 if wanted < 0 or total == wanted else FAR), 0
            else:
                left = most if popped < 0 else most - walked - 1
                rest, fewest = bound(there, left, total, wanted, signs, bits, links, cost, older, head)
            if rest == FAR or price + rest > cutoff:
                continue
            if size == room:
                complete = False
                break
            promise = price + rest
            node[size], sign[size], spent[size], estimate[size] = there, total, price, promise
            length[size] = 0 if popped < 0 else walked + 1
            whole[size] = length[size] + fewest
            parent[size], claim[size], ended[size] = popped, number, 1 if ends_here else 0
            if ends_here:
                place = ready if ready < k else k
                while place > 0 and ends[place - 1] > price:
                    if place < k:
                        ends[place] = ends[place - 1]
                    place -= 1
                if place < k:
                    ends[place] = price
                    ready = min(k, ready + 1)
                    if ready == k:
                        cutoff = ends[k - 1] + TIE
            place = waiting
            waiting += 1
            while place > 0:
                above = (place - 1) >> 1
                high = heap[above]
                if promise > estimate[high] or (
                    promise == estimate[high]
                    and not _before(size, high, whole, length, parent, claim, node, one, other)
                ):
                    break
                heap[place] = high
                place = above
            heap[place] = size
            size += 1
        if not complete:
            break
        first = last = 0
        while first == last:
            if waiting == 0 or pops <= 0 or count >= k + MORE:
                break
            pops -= 1
            popped = heap[0]
            waiting -= 1
            moved, place = heap[waiting], 0
            while True:
                below = 2 * place + 1
                if below >= waiting:
                    break
                low, far = heap[below], FAR if below + 1 == waiting else estimate[heap[below + 1]]
                if far < estimate[low] or (
                    far == estimate[low]
                    and _before(heap[below + 1], low, whole, length, parent, claim, node, one, other)
                ):
                    below += 1
                if estimate[heap[below]] > estimate[moved] or (
                    estimate[heap[below]] == estimate[moved]
                    and not _before(heap[below], moved, whole, length, parent, claim, node, one, other)
                ):
                    break
                heap[place] = heap[below]
                place = below
            heap[place] = moved
            if estimate[popped] > last_wanted:
                waiting = 0
                break
            if ended[popped]:
                found[count] = popped
                count += 1
                if count == k:
                    last_wanted = estimate[popped] + TIE
                continue
            here, so_far, walked, paid = node[popped], sign[popped], length[popped], spent[popped]
            first, last = start[here], start[here + 1]
        if first == last:
            break
    paths = np.full((count, MOST_LINKS), -1, np.int32)
    for place in range(count):
        look = found[place]
        for step in range(length[look] - 1, -1, -1):
            paths[place, step] = claim[look]
            look = parent[look]
    return paths, FULL if not complete else ALL if pops > 0 else POPPED


@kernel
def walk_all(start, adjacent, at, blocked, anchors, mark, backward, most, limit):
    """List every simple path from the anchors: node, sign code, links, arrival before, claim; none when over the limit.

    Returns the number of paths, `limit + 1` when there are more.
    """
    room = len(anchors) + limit
    node, sign, links = np.empty(room, np.int32), np.empty(room, np.int8), np.empty(room, np.int8)
    parent, claim = np.empty(room, np.int32), np.empty(room, np.int32)
    size = 0
    for anchor in anchors:
        node[size], sign[size], links[size], parent[size], claim[size] = anchor, 0, 0, -1, -1
        size += 1
    place = 0
    while place < size:
        here = node[place]
        if links[place] < most and (links[place] == 0 or (not blocked[here] and sign[place] >= 0)):
            for step in range(start[here], start[here + 1]):
                edge = adjacent[step]
                there = edge >> 3
                final = (edge & 4) != 0
                if mark[there] or (final and backward and links[place] > 0):
                    continue
                look, met = place, False
                while look >= 0 and not met:
                    met = node[look] == there
                    look = parent[look]
                if met:
                    continue
                if size == room:
                    return limit + 1, node, sign, links, parent, claim
                before = sign[place]
                total = combine(before, edge & 3)
                node[size], links[size], parent[size] = there, links[place] + 1, place
                # What a terminal claim has ended is marked by a negative code: -1 - code.
                sign[size] = -1 - total if final and not backward else total
                claim[size] = at[step] if backward else step
                size += 1
        place += 1
    return size - len(anchors), node, sign, links, parent, claim
