"""A mapping with some entries changed, at the cost of what changed and not of what it holds.

Lives here: `Overlay`, `opened`. Never here: what the mapping holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from heapq import merge
from typing import TypeVar

V = TypeVar("V")


class Overlay(MutableMapping[str, V]):
    """Entries laid over a mapping that stays as it is. Iterates in sorted order where the mapping below does.

    Example:
        >>> over = Overlay({"a": 1, "c": 3})
        >>> over["b"] = 2
        >>> del over["a"]
        >>> list(over.items()), len(over), "a" in over
        ([('b', 2), ('c', 3)], 2, False)
    """

    def __init__(
        self, base: Mapping[str, V], own: Mapping[str, V] | None = None, gone: frozenset[str] | set[str] = frozenset()
    ) -> None:
        self.base = base
        self.own: dict[str, V] = dict(own or {})
        self.gone: set[str] = set(gone)
        self._new: set[str] = {key for key in self.own if key not in base}

    def __getitem__(self, key: str) -> V:
        if key in self.own:
            return self.own[key]
        if key in self.gone:
            raise KeyError(key)
        return self.base[key]

    def __setitem__(self, key: str, value: V) -> None:
        if key not in self.own and key not in self.gone and key not in self.base:
            self._new.add(key)
        elif key in self.gone:
            self.gone.discard(key)
        self.own[key] = value

    def __delitem__(self, key: str) -> None:
        if key not in self:
            raise KeyError(key)
        self.own.pop(key, None)
        if key in self._new:
            self._new.discard(key)
        else:
            self.gone.add(key)

    def __contains__(self, key: object) -> bool:
        return key in self.own or (key not in self.gone and key in self.base)

    def __iter__(self) -> Iterator[str]:
        if not self.gone and not self._new:
            return iter(self.base)
        return merge(sorted(self._new), (key for key in self.base if key not in self.gone))

    def __len__(self) -> int:
        return len(self.base) - len(self.gone) + len(self._new)


def opened(given: Mapping[str, V]) -> MutableMapping[str, V]:
    """Return a mapping of the same entries that may be changed without changing the one given.

    Cost: a copy where it is a dict, else of what was laid over it already.
    """
    if isinstance(given, dict):
        return dict(given)
    if isinstance(given, Overlay):
        return Overlay(given.base, given.own, given.gone)
    return Overlay(given)
