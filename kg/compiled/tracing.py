"""Kernels: from what arrived in rounds to the walks behind it, ties by fewer links, then claims in order.

Lives here: loops that numba compiles. May enter: arrays, arrivals of `kernels.grow`. Never here: ids, Python objects.
"""

from __future__ import annotations

import numpy as np

from kg.compiled.jit import kernel
from kg.compiled.kernels import FAR, MOST_LINKS, TIE, combine, wider


@kernel
def _row(arrival, parent, claim, backward, into):
    """Write the claims that lead to an arrival, first claim first; return how many."""
    length, look = 0, arrival
    while parent[look] >= 0:
        into[length] = claim[look]
        length += 1
        look = parent[look]
    if not backward:
        for place in range(length // 2):
            into[place], into[length - 1 - place] = into[length - 1 - place], into[place]
    return length


@kernel
def _comes_first(number, before, claim_, parent_, parent, claim, backward, one, other):
    """Say whether one claim behind (or before) an arrival comes before another one; equal lengths."""
    if backward and number != claim_:
        return number < claim_
    if before == parent_:
        return number < claim_
    length = _row(before, parent, claim, backward, one)
    _row(parent_, parent, claim, backward, other)
    for place in range(length):
        if one[place] != other[place]:
            return one[place] < other[place]
    return number < claim_


@kernel
def trace(
    asked, start, adjacent, at, code, costs, blocked, mark, signs, bits, half, backward, shut,
    state, links, cost, older, head,
):  # fmt: skip
    """Find for the arrivals asked for, and all on the way, the arrival before and the claim between the two.

    `start` to `code` are the claims the other way round than they were walked. Of walks that cost the same the one
    whose claims come first is taken. Returns also which arrivals are in doubt: another walk as long costs the same but
    for rounding.
    """
    size = len(state)
    parent, claim = np.full(size, -1, np.int32), np.full(size, -1, np.int32)
    doubt, needed = np.zeros(size, np.uint8), np.zeros(size, np.uint8)
    one, other = np.empty(MOST_LINKS, np.int32), np.empty(MOST_LINKS, np.int32)
    for arrival in asked:
        needed[arrival] = 1
    for turn in range(2):
        for place in range(size):
            arrival = size - 1 - place if turn == 0 else place
            count = links[arrival]
            if not needed[arrival] or count == 0:
                continue
            here = state[arrival]
            node, sign = here >> bits, here & ((1 << bits) - 1)
            ending = sign >= half
            if ending:
                sign -= half
            for step in range(start[node], start[node + 1]):
                edge = adjacent[step]
                there = edge >> 3
                final = (edge & 4) != 0
                if (final and backward and count > 1) or (not backward and final != ending):
                    continue
                if count > 1 and (blocked[there] or (shut and mark[there])):
                    continue
                for from_ in range(signs):
                    if combine(from_, edge & 3) != sign:
                        continue
                    look = head[np.int64(there) << bits | from_]
                    while look >= 0 and links[look] > count - 1:
                        look = older[look]
                    if look < 0 or links[look] != count - 1:
                        continue
                    number = step if backward else at[step]
                    over = cost[look] + costs[code[number]] - cost[arrival]
                    if over > TIE:
                        continue
                    if turn == 0:
                        needed[look] = 1
                        continue
                    if over > 0 or doubt[look]:
                        doubt[arrival] = 1
                    if over == 0 and (
                        parent[arrival] < 0
                        or _comes_first(
                            number, look, claim[arrival], parent[arrival], parent, claim, backward, one, other
                        )
                    ):
                        parent[arrival], claim[arrival] = look, number
    return parent, claim, doubt


@kernel
def chains(arrivals, links, parent, claim, backward):
    """Return the claims that lead to each arrival, first claim first, -1 behind the last."""
    paths = np.full((len(arrivals), MOST_LINKS), -1, np.int32)
    for row in range(len(arrivals)):
        look = arrivals[row]
        length = links[look]
        for step in range(length):
            paths[row, step if backward else length - 1 - step] = claim[look]
            look = parent[look]
    return paths


@kernel
def choose(states, cost, older, head, unit):
    """For each column of states list the arrivals that may be best: column, arrival.

    An arrival of more cost than another is left out unless the two products may be equal to 12 decimals.
    """
    row, arrival = np.empty(states.shape[1] * 2 + 2, np.int32), np.empty(states.shape[1] * 2 + 2, np.int32)
    size = 0
    for place in range(states.shape[1]):
        least = FAR
        for kind in range(len(states)):
            look = head[states[kind, place]]
            if look >= 0:
                least = min(least, cost[look])
        if least == FAR:
            continue
        highest = np.exp(-least / unit)
        for kind in range(len(states)):
            look = head[states[kind, place]]
            while look >= 0 and highest - np.exp(-cost[look] / unit) < 2e-12:
                if size == len(row):
                    row, arrival = wider(row), wider(arrival)
                row[size], arrival[size] = place, look
                size += 1
                look = older[look]
    return row[:size], arrival[:size]


@kernel
def visits_twice(arrivals, state, parent, bits):
    """Say for each arrival whether the walk to it visits some node twice."""
    twice = np.zeros(len(arrivals), np.uint8)
    for row in range(len(arrivals)):
        first = arrivals[row]
        while first >= 0 and not twice[row]:
            second = parent[first]
            while second >= 0:
                if state[second] >> bits == state[first] >> bits:
                    twice[row] = 1
                    break
                second = parent[second]
            first = parent[first]
    return twice
