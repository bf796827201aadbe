"""Texts by the million that are written once and read in some order: in memory while they are few, then in a file.

Lives here: `Spool`. May enter: texts. Never here: what they mean. The file has no name and is gone with the process.
"""

from __future__ import annotations

import os
import sys
import tempfile
import weakref
from array import array
from collections.abc import Sequence
from typing import IO

from kg.errors import StoreError

HELD = 32 * 1024 * 1024
"""Bytes that stay in memory."""
AT_ONCE = 1_000
NEAR = 4
"""Texts are read in one go while no more than so many times their bytes lie between the first and the last of them."""


class Spool:
    """Texts by their place, from 0 in the order in which they came.

    Raises:
        StoreError: there is no temporary folder, or no room left in it.

    Cost: 8 bytes of memory a text beyond `HELD`, less than a microsecond to add one or to read one of neighbours.

    Example:
        >>> some = Spool()
        >>> some.add("a"), some.add("微调")
        (0, 1)
        >>> some.texts([1, 0])
        ['微调', 'a']
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._file: IO[bytes] | None = None
        self._starts = array("q", [0])
        self._waiting: list[bytes] = []

    def __len__(self) -> int:
        return len(self._starts) - 1

    def add(self, text: str) -> int:
        """Keep a text and return its place."""
        raw = text.encode()
        self._waiting.append(raw)
        starts = self._starts
        starts.append(starts[-1] + len(raw))
        if len(self._waiting) == AT_ONCE:
            self._write()
        return len(starts) - 2

    def texts(self, places: Sequence[int]) -> list[str]:
        """Return the texts at some places, in that order."""
        if not places:
            return []
        if self._waiting:
            self._write()
        starts = self._starts
        low, high = min(places), max(places)
        begin, end = starts[low], starts[high + 1]
        if (end - begin) <= NEAR * sum(starts[at + 1] - starts[at] for at in places):
            raw = self._read(begin, end)
            return [raw[starts[at] - begin : starts[at + 1] - begin].decode() for at in places]
        return [self._read(starts[at], starts[at + 1]).decode() for at in places]

    def _write(self) -> None:
        self._held += b"".join(self._waiting)
        self._waiting.clear()
        if len(self._held) <= (HELD if self._file is None else 0):
            return
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
                weakref.finalize(self, self._file.close)
            self._file.seek(0, os.SEEK_END)
            while self._held:
                del self._held[: self._file.write(self._held)]
        except OSError as fault:
            raise _full(fault) from fault

    def _read(self, begin: int, end: int) -> bytes:
        if self._file is None:
            return bytes(self._held[begin:end])
        try:
            if sys.platform != "win32":
                return os.pread(self._file.fileno(), end - begin, begin)
            self._file.seek(begin)
            return self._file.read(end - begin)
        except OSError as fault:
            raise _full(fault) from fault


def _full(fault: OSError) -> StoreError:
    folder = tempfile.gettempdir()
    return StoreError(
        f"the temporary folder {folder} cannot take what is being loaded: {fault.strerror}",
        where="temporary folder",
        hint="free some space there, or name another folder in TMPDIR, and repeat; nothing was written",
    )
