"""Where texts stand among others, found for thousands at once: a dictionary waits for memory text by text.

Lives here: `Places`, `Placing`. May enter: texts. Never here: what they are.
Texts are compared by 128 bits of a hash whose factors are drawn anew in each process: four times 32 bits, each strongly
universal (multilinear, Lemire and Kaser 2014, https://doi.org/10.1093/comjnl/bxt070). Whoever chose them, the chance
that any two of 10^8 texts agree in all bits is below 10^-22.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from kg.columns.strings import AT_ONCE, Gathered, Strings
from kg.later import Later

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]
else:
    np = Later("numpy")

FREE = -1
PARTS = 4
"""Hashes of 32 bits for each text."""


class Places:
    """The numbers of some different texts.

    Args:
        texts: The texts.

    Example:
        >>> Places(Strings.of(["b", "a", "微"])).of(Strings.of(["微", "b", "b"])).tolist()
        [2, 0, 0]
    """

    def __init__(self, texts: Strings) -> None:
        bits = (2 * len(texts)).bit_length()
        self._shift = np.uint64(64 - bits)
        self._table = np.full(1 << bits, FREE, np.int32)
        self._hashes = _hashes(texts)
        slots = self._slots(self._hashes)
        left = np.arange(len(texts), dtype=np.int32)
        while len(left):
            # Of several that want one slot the last one written has it; the others try the next.
            free = self._table[slots] == FREE
            self._table[slots[free]] = left[free]
            lost = self._table[slots] != left
            left, slots = left[lost], self._after(slots[lost])

    def of(self, texts: Strings) -> Array:
        """Return the number of each text: int32.

        Raises:
            KeyError: one is not among them.

        Cost: about 0.2 microseconds a text.
        """
        hashes = _hashes(texts)
        slots = self._slots(hashes)
        found = self._table[slots]
        open_ = np.arange(len(found))
        while len(open_):
            none = open_[found[open_] == FREE]
            if len(none):
                raise KeyError(texts[int(none[0])])
            open_ = open_[(self._hashes[found[open_]] != hashes[open_]).any(axis=1)]
            slots[open_] = self._after(slots[open_])
            found[open_] = self._table[slots[open_]]
        return found

    def _slots(self, hashes: Array) -> Array:
        return (hashes[:, 0] >> self._shift).astype(np.int64)

    def _after(self, slots: Array) -> Array:
        return (slots + 1) & (len(self._table) - 1)


class Placing:
    """Gathers the numbers of texts that come by and by, without keeping the texts.

    Args:
        places: Where they stand.
    """

    def __init__(self, places: Places) -> None:
        self._places = places
        self._waiting, self._count = Gathered(), 0
        self._numbers = [np.zeros(0, np.int32)]

    def add(self, texts: Sequence[str]) -> None:
        """Add texts.

        Raises:
            KeyError: one is not among the places.
        """
        self._waiting.add(texts)
        self._count += len(texts)
        if self._count >= AT_ONCE:
            self._find()

    def array(self) -> Array:
        """Return the numbers, in the order in which the texts came: int32.

        Raises:
            KeyError: as `add`.
        """
        self._find()
        return np.concatenate(self._numbers)

    def _find(self) -> None:
        self._numbers.append(self._places.of(self._waiting.strings()))
        self._waiting, self._count = Gathered(), 0


def _hashes(texts: Strings) -> Array:
    """Return 128 bits for each text: uint64, (texts, 2)."""
    made = np.empty((len(texts), PARTS), np.uint32)
    for low in range(0, len(texts), AT_ONCE):
        rows, lengths = texts.padded(low, low + AT_ONCE)
        words = rows.view(np.uint32)
        first, of_length, *of_words = _factors(words.shape[1] + 2)
        sums = words.astype(np.uint64) @ np.array(of_words) + lengths.astype(np.uint64)[:, None] * of_length + first
        made[low : low + AT_ONCE] = sums >> np.uint64(32)
    return made.view(np.uint64)


def _factors(count: int) -> Array:
    """Return so many rows of factors: uint64, (count, PARTS). Fewer are the first of more."""
    return _drawn(1 << count.bit_length())[:count]


@cache
def _drawn(count: int) -> Array:
    more = np.frombuffer(secrets.token_bytes(8 * PARTS * max(1, count // 2)), np.uint64).reshape(-1, PARTS)
    return more if count == 1 else np.concatenate([_drawn(count // 2), more])
