"""Arrays after a change in a few claims: rows are spliced, nothing is sorted.

Lives here: `spliced`, `Coming`. May enter: arrays, which claims go and come. Never here: networks, opinions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from kg.later import Later

if TYPE_CHECKING:
    import numpy as np
else:
    np = Later("numpy")

SHIFT, FLAGS = 3, 7
MOST = 24
"""Claims that go or come up to which rows are spliced: each takes a pass over the numbers, making rows anew a sort."""


class Rows(Protocol):
    """What is needed of `kg.compiled.arrays.Arrays`, which says what each is."""

    @property
    def start(self) -> Any: ...
    @property
    def to(self) -> Any: ...
    @property
    def back_start(self) -> Any: ...
    @property
    def back(self) -> Any: ...
    @property
    def at(self) -> Any: ...
    def subjects(self, claims: Any) -> Any: ...


class Coming(NamedTuple):
    """A claim that comes: before which number, from where, to where with its flags, and its place in `costs`."""

    before: int
    subject: int
    to: int
    code: int


def spliced(arrays: Rows, gone: Sequence[int], coming: Sequence[Coming], code: Any) -> dict[str, Any]:
    """Return the rows of arrays without some claims and with others.

    Args:
        arrays: As they were.
        gone: Numbers of claims that go, ascending.
        coming: Claims that come, in the order in which they will stand, placed among those that were.
        code: For each claim that was the place of its cost as it is now.

    Law: equals the rows made anew of the claims that stay and come.

    Cost: copies of the rows, and a pass over the numbers for each claim that goes or comes.
    """
    start, back_start, at = arrays.start.copy(), arrays.back_start.copy(), arrays.at.copy()
    for claim in gone:
        start[int(arrays.subjects(claim)) + 1 :] -= 1
        back_start[(int(arrays.to[claim]) >> SHIFT) + 1 :] -= 1
        np.subtract(at, arrays.at > claim, out=at, casting="unsafe")
    for one in coming:
        start[one.subject + 1 :] += 1
        back_start[(one.to >> SHIFT) + 1 :] += 1
        np.add(at, arrays.at >= one.before, out=at, casting="unsafe")
    back_gone = sorted(back_place(arrays, claim) for claim in gone)
    numbers = [one.before - sum(claim < one.before for claim in gone) + place for place, one in enumerate(coming)]
    by_object = sorted(range(len(coming)), key=lambda place: (coming[place].to >> SHIFT, place))
    arriving = [coming[place] for place in by_object]
    before = [one.before for one in coming]
    back_before = [_place(arrays, one.to >> SHIFT, one.before) for one in arriving]
    return {
        "start": start,
        "to": _changed(arrays.to, gone, before, [one.to for one in coming]),
        "code": _changed(code, gone, before, [one.code for one in coming]),
        "back_start": back_start,
        "back": _changed(
            arrays.back, back_gone, back_before, [one.subject << SHIFT | one.to & FLAGS for one in arriving]
        ),
        "at": _changed(at, back_gone, back_before, [numbers[place] for place in by_object]),
    }


def back_place(arrays: Rows, claim: int) -> int:
    """Return where a claim stands among those that arrive."""
    return _place(arrays, int(arrays.to[claim]) >> SHIFT, claim)


def _place(arrays: Rows, object: int, number: int) -> int:
    """Return where the first claim stands that arrives at an object and has this number, or a higher one."""
    low, high = int(arrays.back_start[object]), int(arrays.back_start[object + 1])
    return low + int(np.searchsorted(arrays.at[low:high], number))


def _changed(column: Any, gone: Sequence[int], before: Sequence[int], values: Sequence[int]) -> Any:
    """Return a column without some places and with values before others; places are those of the column given."""
    cuts = [(place, 1, 0) for place in gone] + [(place, 0, at) for at, place in enumerate(before)]
    parts, begin = [], 0
    for place, goes, at in sorted(cuts):
        parts.append(column[begin:place])
        begin = place + goes
        if not goes:
            parts.append(np.array([values[at]], column.dtype))
    return np.concatenate([*parts, column[begin:]])
