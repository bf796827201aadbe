"""One file as it was given: its text, its lines, and failures that point into it.

Lives here: `Source` and `read_source`. May enter: a path that the caller named. Never here: what the text means.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from kg.citations.parsed import Failure, failure

MAX_BYTES = 64 * 1024 * 1024
RAW_SHOWN = 300
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
            raw=raw if len(raw) <= RAW_SHOWN else raw[: RAW_SHOWN - 1] + "…",
            remedy=remedy,
        )


def read_source(path: Path, *, name: str) -> Source | Failure:
    """Read a UTF-8 text file of at most 64 MiB, or say why it cannot be read.

    A byte order mark of UTF-8 is dropped; CR LF and CR become LF.

    Args:
        path: Where the file should be.
        name: How failures call it.
    """
    if not path.is_file():
        what = "is not a file" if path.exists() else "is missing"
        return failure(f"the file {what}", source=name, remedy="create it, or name another one in pack.toml")
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as fault:
        return failure(f"the file cannot be read: {fault.strerror}", source=name, remedy="check its permissions")
    if len(content) > MAX_BYTES:
        limit = MAX_BYTES // 1024 // 1024
        return failure(f"the file is larger than {limit} MiB", source=name, remedy="split it into several packs")
    text = decoded(content, name)
    if isinstance(text, Failure):
        return text
    if not text.strip():
        return failure("the file is empty", source=name, remedy="write its records, or leave the file out")
    return Source(name, text)


def decoded(content: bytes, name: str) -> str | Failure:
    """Return UTF-8 as text whose lines end in LF, or say which byte is none."""
    if content.startswith(_UTF16):
        return failure("the file is UTF-16, UTF-8 was expected", source=name, line=1, remedy="save it as UTF-8")
    try:
        text = content.decode("utf-8-sig")
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
