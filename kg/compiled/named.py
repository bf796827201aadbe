"""Names of claims: ids that were made once are kept, since the same claims stand on thousands of paths.

Lives here: `Named`. May enter: sorted ids, in memory or made when they are asked for. Never here: arrays, paths.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from kg.compiled.patched import Patched

KEPT_MOST = 300_000


class Named(dict[int, str]):
    """Ids by number, each made once.

    Args:
        ids: Sorted. When they have a `find`, it is asked for numbers.
        earlier: Those from which these follow by a few that went or came: what was made there is not made again.

    Example:
        >>> some = Named(["a", "b"])
        >>> some[1], some.number("b"), some.number("c")
        ('b', 1, None)
    """

    def __init__(self, ids: Sequence[str], earlier: Named | None = None) -> None:
        self.ids = ids
        self._find = getattr(ids, "find", None)
        self._below: Named | None = None
        if earlier is not None and isinstance(ids, Patched):
            sources = (earlier, earlier._below)
            self._below = next((one for one in sources if one is not None and one.ids is ids.base), None)

    def __missing__(self, number: int) -> str:
        if len(self) >= KEPT_MOST:
            self.clear()
        below = self.ids.below(number) if self._below is not None and isinstance(self.ids, Patched) else None
        made = self[number] = self.ids[number] if below is None or self._below is None else self._below[below]
        return made

    def number(self, id: str) -> int | None:
        """Return the number of an id; None where it is not among them. Cost: logarithmic."""
        if self._find is not None:
            found: int | None = self._find(id)
            return found
        place = bisect_left(self.ids, id)
        return place if place < len(self.ids) and self.ids[place] == id else None
