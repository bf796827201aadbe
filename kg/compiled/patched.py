"""Sorted ids of which a few are gone and a few came: what lies below is not copied, and not even read.

Lives here: `Patched`, `patched`. May enter: sorted sequences of ids, what goes and what comes. Never here: arrays.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from typing import Any


class Patched(Sequence[str]):
    """Sorted ids with others laid over them.

    Args:
        base: Sorted ids.
        gone: Places among them that are left out, ascending.
        own: Ids that come between them, sorted, none of which is left.

    Cost: logarithmic in what was laid over, for each id that is asked for.

    Example:
        >>> list(Patched(["a", "c", "e"], [1], ["b", "f"]))
        ['a', 'b', 'e', 'f']
    """

    def __init__(self, base: Sequence[str], gone: Sequence[int], own: Sequence[str]) -> None:
        self.base = base
        self.gone = gone
        self.own = own
        # How many of those left come before each place that is gone, and where each of our own stands in the end.
        self._left = [place - count for count, place in enumerate(gone)]
        below = [bisect_left(base, id) for id in own]
        self._at = [place - bisect_left(gone, place) + count for count, place in enumerate(below)]

    def __len__(self) -> int:
        return len(self.base) - len(self.gone) + len(self.own)

    def find(self, id: str) -> int | None:
        """Return the place of an id; None where it is not among them.

        Example:
            >>> some = Patched(["a", "c", "e"], [1], ["b", "f"])
            >>> [some.find(id) for id in "abcef"]
            [0, 1, None, 2, 3]
        """
        mine = bisect_left(self.own, id)
        if mine < len(self.own) and self.own[mine] == id:
            return self._at[mine]
        find = getattr(self.base, "find", None)
        place = bisect_left(self.base, id) if find is None else find(id)
        if place is None or place == len(self.base) or self.base[place] != id:
            return None
        lost = bisect_left(self.gone, place)
        if lost < len(self.gone) and self.gone[lost] == place:
            return None
        return int(place) - lost + mine

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return [self[one] for one in range(len(self))[at]]
        place = range(len(self))[at]
        below = self.below(place)
        return self.own[bisect_left(self._at, place)] if below is None else self.base[below]

    def below(self, place: int) -> int | None:
        """Return the place among the base's ids of one that stands at a place here; None where it is our own."""
        before = bisect_left(self._at, place)
        if before < len(self._at) and self._at[before] == place:
            return None
        left = place - before
        return left + bisect_right(self._left, left)


def patched(ids: Sequence[str], gone: Collection[str], come: Collection[str]) -> Sequence[str]:
    """Return sorted ids without some of them and with others.

    Args:
        ids: Sorted.
        gone: Some of them.
        come: Some that are not among them.

    Law: equals `sorted({*ids, *come} - set(gone))`.

    Cost: a copy of a list; else what was laid over so far, and a search for each id that goes or comes.

    Example:
        >>> list(patched(patched(("a", "c"), ["a"], ["b"]), ["b"], ["a"]))
        ['a', 'c']
    """
    if not gone and not come:
        return ids
    if isinstance(ids, list):
        made = list(ids)
        for id in gone:
            del made[bisect_left(made, id)]
        for id in come:
            made.insert(bisect_left(made, id), id)
        return made
    base, lost, own = (ids.base, set(ids.gone), set(ids.own)) if isinstance(ids, Patched) else (ids, set(), set())
    lost |= {bisect_left(base, id) for id in gone if id not in own}
    own.difference_update(gone)
    for id in come:
        place = bisect_left(base, id)
        if place in lost and base[place] == id:
            lost.discard(place)
        else:
            own.add(id)
    return Patched(base, sorted(lost), sorted(own))
