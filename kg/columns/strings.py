"""Texts as bytes one after the other: a seventh of what Python strings take, and they can be mapped from a file.

Lives here: `Strings`, `Gathered`. Never here: what the texts are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from kg.later import Later

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]
else:
    np = Later("numpy")


AT_ONCE = 1 << 14
"""Texts that are moved at once, so that what is worked out about them stays in the processor's cache."""


class Strings(Sequence[str]):
    """Texts by number.

    Args:
        blob: Their bytes in UTF-8, one after the other: uint8.
        ends: Where each ends: int64.

    Example:
        >>> some = Strings.of(["a", "\\u5fae", ""])
        >>> some[1], len(some), list(some[1:])
        ('微', 3, ['微', ''])
    """

    def __init__(self, blob: Array, ends: Array) -> None:
        self.blob = blob
        self.ends = ends

    @classmethod
    def of(cls, texts: Iterable[str]) -> Strings:
        """Gather texts."""
        gathered = Gathered()
        gathered.add(list(texts))
        return gathered.strings()

    def __len__(self) -> int:
        return len(self.ends)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(len(self)))]
        return self.bytes(at).decode()

    def bytes(self, at: int) -> bytes:
        """Return one text as bytes."""
        if at < 0 or at >= len(self.ends):
            raise IndexError(at)
        start = int(self.ends[at - 1]) if at else 0
        return bytes(self.blob[start : int(self.ends[at])])

    def __iter__(self) -> Iterator[str]:
        for at in range(len(self)):
            yield self[at]

    def find(self, text: str) -> int | None:
        """Return the number of a text, where texts are sorted by code point; None when it is not among them.

        Cost: logarithmic.

        Example:
            >>> Strings.of(["a", "b", "d"]).find("d"), Strings.of(["a", "b", "d"]).find("c")
            (2, None)
        """
        wanted = text.encode("utf-8", "surrogatepass")
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self.bytes(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self) and self.bytes(low) == wanted else None

    def taken(self, order: Array) -> Strings:
        """Return the texts in another order. Cost: linear, vectorised; some thousand at a time beside the result."""
        ends = np.asarray(self.ends)
        blob = np.asarray(self.blob)
        lengths = np.diff(ends, prepend=0)
        chosen = lengths[order]
        first = (ends - lengths)[order]
        made = np.cumsum(chosen)
        taken = np.empty(int(made[-1]) if len(made) else 0, np.uint8)
        for low in range(0, len(order), AT_ONCE):
            some = slice(low, low + AT_ONCE)
            start, stop = int(made[low] - chosen[low]), int(made[some][-1])
            # Byte j of the result comes from byte (start of its text) + (j - start of that text in the result).
            shift = np.repeat(first[some] - (made[some] - chosen[some]), chosen[some])
            shift += np.arange(start, stop, dtype=np.int64)
            taken[start:stop] = blob[shift]
        return Strings(taken, made)

    def fixed(self) -> Array:
        """Return the texts as fixed-width bytes, whose order is that of the code points.

        Cost: linear, vectorised; some thousand at a time beside the result.
        """
        width = int(np.diff(self.ends, prepend=0).max(initial=1)) or 1
        made = np.empty((len(self), width), np.uint8)
        for low in range(0, len(self), AT_ONCE):
            made[low : low + AT_ONCE] = self.padded(low, low + AT_ONCE, width)[0]
        return made.reshape(-1).view(f"S{width}")

    def padded(self, low: int, high: int, width: int | None = None) -> tuple[Array, Array]:
        """Return the bytes of some texts, filled up with zeros, and their lengths: uint8, (texts, width); int64.

        Args:
            low: The first.
            high: The one behind the last.
            width: Bytes of a row; None for the multiple of 8 that the longest needs.
        """
        start = int(self.ends[low - 1]) if low else 0
        lengths = np.diff(self.ends[low:high], prepend=start)
        if width is None:
            width = -(-int(lengths.max(initial=1)) // 8) * 8
        made = np.zeros((len(lengths), width), np.uint8)
        # Where every row is filled from the left, what is filled lies in the order of the bytes themselves.
        made[np.arange(width) < lengths[:, None]] = self.blob[start : start + int(lengths.sum())]
        return made, lengths


class Gathered:
    """Gathers texts for `Strings` without keeping them."""

    def __init__(self) -> None:
        self._blob = bytearray()
        self._lengths: list[Array] = []

    def add(self, texts: Sequence[str]) -> None:
        """Add texts."""
        joined = "".join(texts)
        lengths: Iterable[int] = map(len, texts)
        encoded = joined.encode("utf-8", "surrogatepass")
        if len(encoded) != len(joined):
            lengths = (len(text.encode("utf-8", "surrogatepass")) for text in texts)
        self._blob += encoded
        self._lengths.append(np.fromiter(lengths, np.int64, len(texts)))

    def strings(self) -> Strings:
        """Return what was gathered."""
        lengths = np.concatenate(self._lengths) if self._lengths else np.zeros(0, np.int64)
        return Strings(np.frombuffer(bytes(self._blob), np.uint8), np.cumsum(lengths))
