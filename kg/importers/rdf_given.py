"""An RDF file as it was given: its bytes or where it lies, and where in it a record or a line stands.

Lives here: `Given`. May enter: contents, or a path that the caller named. Never here: what the text means.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from kg.citations.parsed import Failure
from kg.errors import InputError
from kg.importers.sources import Source, whole_lines

PIECE = 1 << 20
_ID = r"(?P<kind>claim|entity|evidence|work)[:/](?P<id>[A-Za-z0-9_.:+-]+)"
_SUBJECT = re.compile(r'(?:^[ \t]*(?:<[^>\s]*?/id/)?|"@id":\s*"(?:[^"\s]*?/id/)?)' + _ID + r'(?=[>"\s])', re.MULTILINE)
_NAMED = re.compile(r"\b" + _ID)


@dataclass(frozen=True)
class Given:
    """A file.

    Args:
        name: How failures call it.
        content: Its bytes, or where it lies.
    """

    name: str
    content: bytes | Path

    def open(self) -> BinaryIO:
        """Open it at its beginning.

        Raises:
            InputError: it is no file, or cannot be read.
        """
        if isinstance(self.content, bytes):
            return io.BytesIO(self.content)
        try:
            return self.content.open("rb")
        except OSError as fault:
            raise InputError(
                f"{str(self.content)!r} cannot be read: {fault.strerror}",
                where="path",
                hint="check the path and its permissions",
            ) from fault

    @cached_property
    def size(self) -> int:
        """Its bytes."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.stat().st_size

    @cached_property
    def sha256(self) -> str:
        """The digest of its bytes. Cost: one pass over the file."""
        digest = hashlib.sha256()
        with self.open() as stream:
            while piece := stream.read(PIECE):
                digest.update(piece)
        return digest.hexdigest()

    def head(self, most: int) -> str:
        """Return its first characters."""
        with self.open() as stream:
            return stream.read(most).decode("utf-8", "replace").removeprefix("\ufeff")

    def first_lines(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Return the line on which each of some records is first the subject of something, else first named.

        Cost: one pass over the file, or two; about a microsecond a statement.
        """
        found: dict[tuple[str, str], int] = {}
        for pattern in (_SUBJECT, _NAMED):
            wanted = {key for key in keys if key not in found}
            line = 1
            for text in self._texts() if wanted else ():
                at = 0
                for match in pattern.finditer(text):
                    key = (match["kind"], match["id"])
                    if key in wanted:
                        line += text.count("\n", at, match.start("id"))
                        at = match.start("id")
                        found[key] = line
                        wanted.discard(key)
                line += text.count("\n", at)
                if not wanted:
                    break
        return found

    def with_lines(self, failures: Iterable[Failure]) -> list[Failure]:
        """Return failures with the text of their lines. Cost: one pass over the file, up to the last of them."""
        found = list(failures)
        wanted = {one.line for one in found if one.line is not None and not one.raw}
        texts: dict[int | None, str] = {}
        last, number = max(wanted, default=0), 0
        for text in self._texts() if wanted else ():
            for line in text.removesuffix("\n").split("\n"):
                number += 1
                if number in wanted:
                    texts[number] = Source(self.name, line).failure(1, "", "").raw
            if number >= last:
                break
        return [one if one.raw else replace(one, raw=texts.get(one.line, "")) for one in found]

    def _texts(self) -> Iterator[str]:
        """Give the text in pieces of whole lines that end in LF."""
        with io.TextIOWrapper(self.open(), encoding="utf-8-sig", errors="replace", newline=None) as stream:
            yield from whole_lines(stream)
