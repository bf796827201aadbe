"""One file as it was given: its text, its lines, and failures that point into it.

Lives here: `Source` and `read_source` for files that are read whole, `File` and `look_at` for those that are read piece
by piece. May enter: a path that the caller named. Never here: what the text means.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TextIO

from kg.citations.parsed import Failure, failure

MAX_BYTES = 64 * 1024 * 1024
"""Of a file that is read whole."""
LARGEST = 64 * 1024 * 1024 * 1024
"""Bytes of a file that is read piece by piece."""
PIECE = 1 << 20
RAW_SHOWN = 300
HEAD = 4_096
"""Bytes in which zeros are counted: UTF-16 has one for every letter of ASCII."""
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Source:
    """A named text whose lines end in LF, without byte order mark.

    Example:
        >>> Source("claims.yaml", "- subject: lora").failure(1, "relation is missing", "add `relation:`").raw
        '- subject: lora'
    """

    name: str
    text: str

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines, split when they are first asked for."""
        return tuple(self.text.split("\n"))

    def failure(self, line: int | None, reason: str, remedy: str) -> Failure:
        """Return a failure with the text of its line.

        Args:
            line: From 1; None when the whole file is at fault.
            reason: What was given and what was expected.
            remedy: What to do.
        """
        raw = "" if line is None or not 0 < line <= len(self.lines) else self.lines[line - 1].strip()
        return failure(
            reason,
            source=self.name,
            line=line,
            raw=_shown(raw),
            remedy=remedy,
        )


@dataclass(frozen=True, slots=True)
class File:
    """A file that is read piece by piece; it was looked at before (`look_at`)."""

    path: Path
    name: str

    def pieces(self) -> Iterator[str]:
        """Give the text in pieces of whole lines that end in LF, without byte order mark.

        Cost: about a nanosecond a character; a piece of some 10^6 characters is held, or a line where that is longer.
        """
        with self.path.open(encoding="utf-8-sig", newline=None) as stream:
            yield from whole_lines(stream)


def whole_lines(stream: TextIO) -> Iterator[str]:
    """Give what is left of a stream in pieces of whole lines that end in LF; the last may end without."""
    left = ""
    while piece := stream.read(PIECE):
        cut = piece.rfind("\n") + 1
        if cut:
            yield left + piece[:cut]
            left = piece[cut:]
        else:
            left += piece
    if left:
        yield left


def read_source(path: Path, *, name: str) -> Source | Failure:
    """Read a UTF-8 text file of at most 64 MiB, or say why it cannot be read.

    A byte order mark of UTF-8 is dropped; CR LF and CR become LF.

    Args:
        path: Where the file should be.
        name: How failures call it.
    """
    missing = _missing(path, name)
    if missing is not None:
        return missing
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as fault:
        return _unreadable(fault, name)
    if len(content) > MAX_BYTES:
        return _too_large(MAX_BYTES, name)
    text = decoded(content, name)
    if isinstance(text, Failure):
        return text
    if not text.strip():
        return _empty(name)
    return Source(name, text)


def look_at(path: Path, *, name: str) -> File | Failure:
    """Go once over a file that is to be read piece by piece, or say why it cannot be read.

    Args:
        path: Where the file should be.
        name: How failures call it.

    Cost: about a nanosecond a byte; a piece of it is held at a time.
    """
    missing = _missing(path, name)
    if missing is not None:
        return missing
    lines, size, left, filled = 0, 0, bytearray(), False
    try:
        with path.open("rb") as stream:
            while piece := stream.read(PIECE):
                size += len(piece)
                if size > LARGEST:
                    return _too_large(LARGEST, name)
                cut = piece.rfind(b"\n") + 1
                left += piece[:cut] if cut else piece
                if not cut:
                    continue
                whole, left = bytes(left), bytearray(piece[cut:])
                text = decoded(whole, name)
                if isinstance(text, Failure):
                    return replace(text, line=(text.line or 1) + lines)
                lines += whole.count(b"\n")
                filled = filled or not (text == "" or text.isspace())
    except OSError as fault:
        return _unreadable(fault, name)
    text = decoded(bytes(left), name)
    if isinstance(text, Failure):
        return replace(text, line=(text.line or 1) + lines)
    return File(path, name) if filled or text.strip() else _empty(name)


def with_raw(failures: Iterable[Failure], files: Iterable[File]) -> list[Failure]:
    """Return failures with the text of their lines. Cost: one pass over each file at fault, up to its last fault."""
    wanted: dict[str, set[int]] = {}
    found = list(failures)
    for one in found:
        if one.line is not None and not one.raw:
            wanted.setdefault(one.source, set()).add(one.line)
    for file in files:
        texts = dict(_lines(file, wanted.pop(file.name, set())))
        if texts:
            found = [
                replace(one, raw=failure("", source="", raw=_shown(texts[one.line].strip()), remedy="").raw)
                if one.source == file.name and not one.raw and one.line in texts
                else one
                for one in found
            ]
    return found


def _lines(file: File, wanted: set[int]) -> Iterator[tuple[int | None, str]]:
    last, number = max(wanted, default=0), 0
    pieces = file.pieces() if wanted else iter(())
    for piece in pieces:
        for line in piece.removesuffix("\n").split("\n"):
            number += 1
            if number in wanted:
                yield number, line
        if number >= last:
            return


def decoded(content: bytes, name: str) -> str | Failure:
    """Return UTF-8 as text whose lines end in LF, or say which byte is none."""
    if content.startswith(_UTF16) or content[:HEAD].count(0) > len(content[:HEAD]) // 4:
        return failure("the file is UTF-16, UTF-8 was expected", source=name, line=1, remedy="save it as UTF-8")
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        text = content.decode()
    except UnicodeDecodeError as fault:
        start = content.rfind(b"\n", 0, fault.start) + 1
        end = content.find(b"\n", fault.start)
        bad = content[start : len(content) if end < 0 else end][:RAW_SHOWN]
        return failure(
            f"byte 0x{content[fault.start]:02x} is not UTF-8",
            source=name,
            line=content.count(b"\n", 0, fault.start) + 1,
            raw=bad.decode("utf-8", "replace").strip(),
            remedy="save the file as UTF-8 (it may be GB 18030, Latin-1 or Windows-1252 now)",
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _shown(raw: str) -> str:
    return raw if len(raw) <= RAW_SHOWN else raw[: RAW_SHOWN - 1] + "…"


def _missing(path: Path, name: str) -> Failure | None:
    if path.is_file():
        return None
    what = "is not a file" if path.exists() else "is missing"
    return failure(f"the file {what}", source=name, remedy="create it, or name another one in pack.toml")


def _unreadable(fault: OSError, name: str) -> Failure:
    return failure(f"the file cannot be read: {fault.strerror}", source=name, remedy="check its permissions")


def _too_large(most: int, name: str) -> Failure:
    size = f"{most // 2**30} GiB" if most >= 2**30 else f"{most // 2**20} MiB"
    return failure(f"the file is larger than {size}", source=name, remedy="split it into several packs")


def _empty(name: str) -> Failure:
    return failure("the file is empty", source=name, remedy="write its records, or leave the file out")
