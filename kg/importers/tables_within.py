"""Rows of a table of which some part is too long to be held: as `kg.citations.table.rows` gives them, piece by piece.

Lives here: `rows_from`, and how much of a table is held. May enter: a path that the caller named.
Never here: what a cell means; the quick way through a table in order (tables).
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TextIO

from kg.citations.table import EXCERPT, INSIDE, NEVER_ENDS, Row, row_at, text_follows, too_long

CELL_MOST = 2_000_000
ROW_MOST = 8_000_000
"""Characters of a row that is read."""
PIECE = 1 << 20
"""Characters that are read at once: fewer than a cell may have."""


def rows_from(path: Path, delimiter: str, line: int) -> Iterator[Row]:
    """Yield the rows from a line of a file on; one that is too long is broken, the next begins behind it.

    Laws: rows of at most `ROW_MOST` characters are those of `table.rows`; where quotation marks do not pair, the next
        row begins at the next line, however far the search for their ends went.

    Cost: linear in the length; some `ROW_MOST` characters are held, however long a row is.
    """
    again: int | None = line
    while again is not None:
        with path.open(encoding="utf-8-sig", newline=None) as stream:
            again = yield from _rows(stream, _behind(stream, again - 1), delimiter, again)


def lines_within(stream: TextIO) -> Iterator[tuple[int, str]]:
    """Yield each line with its number from 1, cut where it is longer than a piece.

    Example:
        >>> from io import StringIO
        >>> list(lines_within(StringIO("a\\nb")))
        [(1, 'a\\n'), (2, 'b')]
    """
    number, begun = 1, False
    while text := stream.readline(PIECE):
        if not begun:
            yield number, text
        begun = not text.endswith("\n")
        number += not begun


def _behind(stream: TextIO, lines: int) -> str:
    """Pass over lines; return what was read behind them."""
    while lines and (piece := stream.read(PIECE)):
        ends = piece.count("\n")
        if ends >= lines:
            return piece.split("\n", lines)[lines]
        lines -= ends
    return ""


def _rows(stream: TextIO, held: str, delimiter: str, line: int) -> Generator[Row, None, int | None]:
    """Yield rows; return the line from which the file is to be read again, if it is."""
    ended = False
    while held or not ended:
        piece = stream.read(max(PIECE, len(held)))
        ended = not piece
        held += piece
        at = 0
        while at < len(held):
            row, following, looked = row_at(held, at, line, delimiter, most=CELL_MOST)
            if looked >= len(held) and not ended:
                break
            if row.broken is None and len(row.raw) > ROW_MOST:
                row = Row((), line, "", too_long(len(row.raw), ROW_MOST, "the row"))
            if row.broken is not None or any(value.strip() for value in row.cells):
                yield row
            line += held.count("\n", at, following)
            at = following
        held = held[at:]
        if len(held) > ROW_MOST + 1 and not ended:
            passed = _Passing(_pieces(held, stream), delimiter)
            broken = passed.over()
            yield Row((), line, "", broken)
            if passed.again:
                return line + 1
            line += passed.lines
            held = passed.held
    return None


def _pieces(held: str, stream: TextIO) -> Iterator[str]:
    some = (held[at : at + PIECE] for at in range(0, len(held), PIECE))
    return chain(some, iter(partial(stream.read, PIECE), ""))


@dataclass
class _Passing:
    """On the way over one row that is too long, of which only what is at hand is held.

    Attributes:
        held: What is at hand; in the end, what follows the row.
        lines: How many line ends were passed.
        again: The row broke within: the next begins at its second line.
    """

    pieces: Iterator[str]
    delimiter: str
    held: str = ""
    lines: int = 0
    again: bool = False

    def over(self) -> str:
        """Pass over the row; return why it is broken."""
        delimiter = self.delimiter
        whole = re.compile(rf'(?:(?:"[^"]*+(?:""[^"]*+)*+"|[^"{delimiter}\n][^{delimiter}\n]*+|){delimiter})*+')
        plain = re.compile(rf"[^{delimiter}\n]*+")
        size = longest = 0
        while True:
            if not self.held:
                self._more()
            # Cells that lie wholly in what is at hand are shorter than a piece.
            size += self._pass(len(whole.match(self.held)[0]))  # type: ignore[index]
            quoted = self._starts_with('"')
            length = self._pass(1) if quoted else 0
            size += length
            counted = 0
            while self.held or self._more():
                end = len((INSIDE if quoted else plain).match(self.held)[0])  # type: ignore[index]
                counted += end - (self.held.count('""', 0, end) if quoted else 0)
                size += self._pass(end)
                if len(self.held) > EXCERPT or not self._more():
                    break
            longest = max(longest, counted)
            if quoted and not self.held:
                self.again = True
                return NEVER_ENDS
            if quoted:
                size += self._pass(1)
                if self.held[:1] not in ("", "\n", delimiter):
                    self.again = True
                    return text_follows(self.held[:EXCERPT])
            ended = self.held[:1] in ("", "\n")
            if not ended:
                size += self._pass(1)
                continue
            self._pass(1)
            return too_long(longest, CELL_MOST) if longest > CELL_MOST else too_long(size, ROW_MOST, "the row")

    def _more(self) -> bool:
        piece = next(self.pieces, "")
        self.held += piece
        return bool(piece)

    def _starts_with(self, sign: str) -> bool:
        return (bool(self.held) or self._more()) and self.held.startswith(sign)

    def _pass(self, some: int) -> int:
        self.lines += self.held.count("\n", 0, some)
        self.held = self.held[some:]
        return some
