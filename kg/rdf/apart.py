"""A large file is parsed in a process of its own, which writes its statements, in parts, to a file without a name.

Lives here: `parted`, and the other side of it. May enter: an open file of whoever runs the record.
Never here: files of strangers (worker), what a statement means. A parser that breaks breaks its own process alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any, BinaryIO

from kg.errors import InputError, KgError, StoreError, Upstream
from kg.rdf import parsing
from kg.rdf.forking import fault_of, told_of
from kg.rdf.parts import Parts, Sorter

MIB = 1024 * 1024
A_PART = 16 * MIB
PARTS_MOST = 128
WAIT = 0.2
SHOWN = 300


def parted(
    source: BinaryIO,
    *,
    name: str,
    format: str | None,
    genid: str,
    size: int,
    told: Callable[[int], None] = lambda _: None,
) -> Parts:
    """Parse an open file, from where it stands, in a process of its own.

    Args:
        source: The file, with a number of the system.
        name, format, genid: See `kg.rdf.parsing.read`.
        size: Its bytes; the larger, the more parts.
        told: Called now and then with how many bytes were read.

    Raises:
        InputError: the file as a whole is refused: says why.
        StoreError: there is no temporary folder, or no room in it.
        Upstream: the process ended without an answer.

    Cost: some 30 to 100 MiB, and a third of the size of N-Triples in the temporary folder.
    """
    parts = max(1, min(PARTS_MOST, size // A_PART))
    order = {"name": name, "format": format, "genid": genid, "parts": parts, "parent": os.getpid()}
    try:
        sink = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    except OSError as fault:
        raise _no_room(fault.strerror or "there is none") from fault
    command = [sys.executable, "-m", __name__, json.dumps(order)]
    try:
        with subprocess.Popen(command, stdin=source, stdout=sink, stderr=subprocess.PIPE) as process:  # noqa: S603 - our own module
            try:
                said = _said(process, source, told)
            except BaseException:
                process.kill()
                raise
        found = _answer(said, process.returncode)
        if "fault" in found:
            raise fault_of(found["fault"])
    except BaseException:
        sink.close()
        raise
    return Parts(sink, found)


def _said(process: subprocess.Popen[bytes], source: BinaryIO, told: Callable[[int], None]) -> bytes:
    """Return all that the process says until it ends; by a pipe, which no full folder breaks."""
    while True:
        try:
            return process.communicate(timeout=WAIT)[1]
        except subprocess.TimeoutExpired:
            told(os.lseek(source.fileno(), 0, os.SEEK_CUR))


def _answer(said: bytes, code: int) -> dict[str, Any]:
    """Return what the process told; the last line that it wrote is its answer, unless it broke."""
    last = said.rstrip().rpartition(b"\n")[2]
    if code == 0:
        found: dict[str, Any] = json.loads(last)
        return found
    how = f"signal {-code}" if code < 0 else f"code {code}"
    shown = parsing.visible(last[-SHOWN:].decode(errors="replace"))
    raise Upstream(
        f"the process that parses the file ended with {how}{': ' if shown else ''}{shown}",
        hint="nothing was written; load parts of the file to find where, and please report it",
    )


def _no_room(why: str) -> StoreError:
    return StoreError(
        f"the statements of the file cannot be kept in a temporary folder: {why}",
        where="temporary folder",
        hint="free some space there, or name another folder in TMPDIR, and repeat; nothing was written",
    )


class _Sink:
    """The file that the statements go to; the process ends when nobody waits for it any more."""

    def __init__(self, stream: BinaryIO, parent: int) -> None:
        self._stream, self._parent = stream, parent

    def write(self, raw: bytes) -> int:
        if os.getppid() != self._parent:
            sys.exit("the process that asked is gone")
        try:
            return self._stream.write(raw)
        except OSError as fault:
            raise _no_room(fault.strerror or str(fault)) from fault

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as fault:
            raise _no_room(fault.strerror or str(fault)) from fault


def main() -> None:
    """Parse what comes in, write its parts, and answer in one line."""
    order = json.loads(sys.argv[1])
    sink: Any = _Sink(open(1, "wb", closefd=False), order["parent"])  # noqa: SIM115 - the descriptor
    sorter = Sorter(sink, order["parts"])
    try:
        found = parsing.read(
            sys.stdin.buffer, sorter, name=order["name"], format=order["format"], genid=order["genid"], whole=False
        )
    except KgError as fault:
        found = {"fault": told_of(fault)}
    except MemoryError:
        refused = InputError(
            "something in the file is larger than a parser can hold", hint="is a quotation mark missing?"
        )
        found = {"fault": told_of(refused)}
    sys.stderr.write(f"\n{json.dumps(found)}\n")


if __name__ == "__main__":
    main()
