"""Mappings that make what they hold when it is asked for.

Lives here: `Made` records by id, `Index` of ids by an id. May enter: functions that find, make and fetch.
Never here: columns, what a record holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, ValuesView
from typing import TypeVar

from kg.model import Record
from kg.used import Terms

KEPT_MOST = 200_000
BLOCK = 500
R = TypeVar("R", bound=Record)


class Made(Mapping[str, R]):
    """Records by id, in the order of their ids; those made are kept, up to a number of them.

    Args:
        count: How many there are.
        id_at: Gives the id at a place in the order.
        find: Gives the number of an id, None when there is none.
        make: Makes the record of a number, and others that will be wanted with it.
        block: Fetches many by id, for going through all of them; None where `make` costs nothing.
        terms: Counts which terms of the ontology they use, as `kg.used.counted`, without making them.
    """

    def __init__(
        self,
        count: int,
        id_at: Callable[[int], str],
        find: Callable[[str], int | None],
        make: Callable[[int], Sequence[R]],
        block: Callable[[Sequence[str]], Sequence[R]] | None = None,
        *,
        terms: Callable[[], Counter[Terms]] | None = None,
    ) -> None:
        self._count = count
        self._id_at = id_at
        self._find = find
        self._make = make
        self.block = block
        self.terms = terms
        self._made: dict[str, R] = {}

    def __getitem__(self, id: str) -> R:
        known = self._made.get(id)
        if known is not None:
            return known
        at = self._find(id)
        if at is None:
            raise KeyError(id)
        made = {one.id: one for one in self._make(at)}
        if len(self._made) >= KEPT_MOST:
            self._made = {}
        self._made.update(made)
        return made[id]

    def ahead(self, ids: Iterable[str]) -> None:
        """Fetch records that will be asked for, many at a time; those that are kept are not fetched again."""
        wanted = [id for id in ids if id not in self._made]
        if self.block is None or not wanted:
            return
        if len(self._made) + len(wanted) > KEPT_MOST:
            self._made = {}
        for at in range(0, min(len(wanted), KEPT_MOST), BLOCK):
            self._made.update((one.id, one) for one in self.block(wanted[at : at + BLOCK]))

    def __contains__(self, id: object) -> bool:
        return id in self._made or (isinstance(id, str) and self._find(id) is not None)

    def __iter__(self) -> Iterator[str]:
        return map(self._id_at, range(self._count))

    def __len__(self) -> int:
        return self._count

    def values(self) -> ValuesView[R]:
        """Return all records in the order of their ids, fetched many at a time."""
        return _All(self)


class _All(ValuesView[R]):
    """The records of a `Made`."""

    def __init__(self, made: Made[R]) -> None:
        super().__init__(made)
        self._of: Made[R] = made

    def __iter__(self) -> Iterator[R]:
        if self._of.block is None:
            yield from map(self._of.__getitem__, self._of)
            return
        waiting: list[str] = []
        for id in self._of:
            waiting.append(id)
            if len(waiting) == BLOCK:
                yield from self._of.block(waiting)
                waiting = []
        yield from self._of.block(waiting)


class Index(Mapping[str, tuple[str, ...]]):
    """Ids by an id: those that a relation of records leads to. Rows without any are left out, as in any index."""

    def __init__(
        self, keys: Sequence[str], find: Callable[[str], int | None], row: Callable[[int], Sequence[str]]
    ) -> None:
        self._keys = keys
        self._find = find
        self._row = row

    def __getitem__(self, key: str) -> tuple[str, ...]:
        at = self._find(key)
        found = () if at is None else tuple(self._row(at))
        if not found:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[str]:
        return (key for key in dict.fromkeys(self._keys) if key in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)
