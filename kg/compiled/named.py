"""Names of claims: ids that were made once are kept, since the same claims stand on thousands of paths.

Lives here: `Named`. May enter: sorted ids, in memory or made when they are asked for. Never here: arrays, paths.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

KEPT_MOST = 300_000


class Named(dict[int, str]):
    """Ids by number, each made once.

    Args:
        ids: Sorted. When they have a `find`, it is asked for numbers.

    Example:
        >>> some = Named(["a", "b"])
        >>> some[1], some.number("b"), some.number("c")
        ('b', 1, None)
    """

    def __init__(self, ids: Sequence[str]) -> None:
        self.ids = ids
        self._find = getattr(ids, "find", None)

    def __missing__(self, number: int) -> str:
        if len(self) >= KEPT_MOST:
            self.clear()
        made = self[number] = self.ids[number]
        return made

    def number(self, id: str) -> int | None:
        """Return the number of an id; None where it is not among them. Cost: logarithmic."""
        if self._find is not None:
            found: int | None = self._find(id)
            return found
        place = bisect_left(self.ids, id)
        return place if place < len(self.ids) and self.ids[place] == id else None
