"""Standard output: what fails in writing to it is told from what fails elsewhere.

Lives here: `OutputError`, `prepare`, `silence`. May enter: the streams of this process. Never here: what is written.
"""

from __future__ import annotations

import os
import sys
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

RAISING = {"strict", "surrogateescape"}
"""How a stream can be told to treat what it cannot write, where that raises."""
_NUMBER = 1


class OutputError(OSError):
    """Standard output cannot be written: a full disk behind a redirection, a terminal that is gone."""


class _Output(FileIO):
    def write(self, b: ReadableBuffer, /) -> int:
        try:
            return super().write(b)
        except BrokenPipeError:
            raise
        except OSError as fault:
            raise OutputError(*fault.args) from fault


def prepare() -> None:
    """Make faults of standard output known as such, and have it write signs that it has no bytes for as `\\uXXXX`.

    Without the latter a check mark ends a command as if what it says were wrong.
    """
    sys.stdout = _known(sys.stdout)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.errors in RAISING:
            stream.reconfigure(errors="backslashreplace")


def silence() -> None:
    """Point standard output nowhere, so that the interpreter's last flush is quiet."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _known(stream: TextIO) -> TextIO:
    """Return a stream on the same descriptor whose faults are `OutputError`; other streams stay as they are."""
    if not isinstance(stream, TextIOWrapper):
        return stream
    raw = getattr(stream.buffer, "raw", stream.buffer)
    if type(raw) is not FileIO or raw.fileno() != _NUMBER:
        return stream
    stream.flush()
    ours = _Output(_NUMBER, "w", closefd=False)
    return TextIOWrapper(
        ours if raw is stream.buffer else BufferedWriter(ours),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
