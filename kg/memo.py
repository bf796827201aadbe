"""What was made is kept and not made twice: a bounded memory in which one thread makes and the others wait for it.

Lives here: `Memo`. May enter: keys, and what makes a value. Never here: what is kept in it, the record.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Event, Lock, get_ident
from typing import Any, Generic, NamedTuple, TypeVar

V = TypeVar("V")


class _Kept(NamedTuple):
    value: Any
    weight: int


class _Making(NamedTuple):
    """A value that a thread makes; `done` is set when it has, or has failed."""

    thread: int
    done: Event


class Memo(Generic[V]):
    """Values by key, the most recently used ones. Safe to share between threads.

    Args:
        most: Most values that are kept.
        heaviest: Most weight that is kept, in the unit of `weigh`; None for any.
        weigh: Returns the weight of a value.
        least: So many values are kept whatever they weigh.

    Laws: at most `most` values are kept; their weight is at most `heaviest`, or there are at most `least` of them.
    Of threads that ask for one key at once, one makes; when it fails, the next one tries for itself. Making may ask
    for other keys, as long as no two ask for each other.

    Example:
        >>> memo = Memo(most=2)
        >>> memo.made("a", lambda: 1), memo.made("a", lambda: 2)
        (1, 1)
    """

    def __init__(
        self, most: int, *, heaviest: int | None = None, weigh: Callable[[V], int] = lambda _: 1, least: int = 0
    ) -> None:
        self._most, self._heaviest, self._weigh, self._least = most, heaviest, weigh, least
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._making: dict[Hashable, _Making] = {}
        self._lock = Lock()
        self.weight = 0

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._kept

    def get(self, key: Hashable) -> V | None:
        """Return what is kept under a key, None when nothing is."""
        with self._lock:
            found = self._found(key)
            return None if found is None else found.value

    def put(self, key: Hashable, value: V) -> None:
        """Keep a value; those that were not used for longest make room."""
        weight = self._weigh(value)
        with self._lock:
            old = self._kept.pop(key, None)
            self._kept[key] = _Kept(value, weight)
            self.weight += weight - (0 if old is None else old.weight)
            while len(self._kept) > self._most or (
                self._heaviest is not None and self.weight > self._heaviest and len(self._kept) > self._least
            ):
                _, gone = self._kept.popitem(last=False)
                self.weight -= gone.weight

    def made(self, key: Hashable, make: Callable[[], V]) -> V:
        """Return what is kept under a key, or what another thread is making, or what `make` makes.

        Args:
            key: What it depends on, wholly.
            make: Makes it; may ask for other keys.
        """
        while True:
            with self._lock:
                found = self._found(key)
                if found is not None:
                    value: V = found.value
                    return value
                making = self._making.get(key)
                if making is None:
                    mine = self._making[key] = _Making(get_ident(), Event())
                    break
            if making.thread == get_ident():
                return make()
            making.done.wait()
        try:
            value = make()
            self.put(key, value)
            return value
        finally:
            with self._lock:
                del self._making[key]
            mine.done.set()

    def _found(self, key: Hashable) -> _Kept | None:
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found
