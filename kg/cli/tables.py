"""Tables on the screen in which no id is ever cut: where ids need more room than there is, rows become blocks.

Lives here: `Column`, `show`, `indented`. May enter: cells as text. Never here: what the cells say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

WORD_MOST = 24
"""Longest word for which a column of plain text makes room."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column.

    Attributes:
        head: Its heading.
        ids: It holds ids, or text among which ids are; its words are never broken.
        fixed: Its cells are never broken at all.
        right: Its cells stand at the right.
    """

    head: str
    ids: bool = False
    fixed: bool = False
    right: bool = False


class _Width(NamedTuple):
    least: int
    most: int


def show(
    out: Console, columns: Sequence[Column], rows: Sequence[Sequence[str | Text]], *, between: bool = False
) -> None:
    """Print rows as a table as wide as they need, at most as wide as the screen; else each row as a block of lines.

    Args:
        out: The screen.
        columns: What stands in each place of a row.
        rows: Cells; text is shown as it is, without markup.
        between: Draw a line between rows.

    Law: every word of a column of ids is in the output in one piece.

    Example:
        >>> columns = [Column("Id", ids=True), Column("Label")]
        >>> show(Console(width=24), columns, [("know-your-customer", "Know your customer")])
        know-your-customer
          Label: Know your
          customer
    """
    cells = [[_text(cell) for cell in row] for row in rows]
    widths = [_width(column, [row[at] for row in cells]) for at, column in enumerate(columns)]
    room = out.width - 3 * len(columns) - 1
    spare = room - sum(width.least for width in widths)
    if spare < 0:
        for row in cells:
            _block(out, columns, row)
        return
    table = Table(show_lines=between)
    for column, width in zip(columns, _shared(widths, spare), strict=True):
        justify: JustifyMethod = "right" if column.right else "left"
        table.add_column(Text(column.head), width=width, justify=justify, no_wrap=column.fixed, overflow="fold")
    for row in cells:
        table.add_row(*row)
    out.print(table)


def longest(text: str) -> int:
    """Return how many columns the longest word of a text takes.

    Example:
        >>> longest("know-your-customer rules"), longest("模型 a"), longest("")
        (18, 4, 0)
    """
    return max(map(cell_len, text.split()), default=0)


def _text(cell: str | Text) -> Text:
    return cell if isinstance(cell, Text) else Text(cell)


def _width(column: Column, cells: Sequence[Text]) -> _Width:
    """Return the least width of a column that breaks no word that has to stay whole, and the width it would like."""
    most = max((cell_len(line) for text in _texts(column, cells) for line in text.split("\n")), default=1)
    if column.fixed:
        return _Width(max(most, 1), max(most, 1))
    word = max(map(longest, _texts(column, cells)), default=1)
    return _Width(max(word if column.ids else min(word, WORD_MOST), 1), max(most, 1))


def _shared(widths: Sequence[_Width], spare: int) -> list[int]:
    """Return the width of each column: its least and its part of what is spare, by how much more it would like."""
    wanted = [width.most - width.least for width in widths]
    share = min(1.0, spare / sum(wanted)) if any(wanted) else 0.0
    parts = [int(one * share) for one in wanted]
    for at in sorted(range(len(parts)), key=lambda at: parts[at] - wanted[at])[: spare - sum(parts)]:
        parts[at] += parts[at] < wanted[at]
    return [width.least + part for width, part in zip(widths, parts, strict=True)]


def _texts(column: Column, cells: Sequence[Text]) -> Iterator[str]:
    yield column.head
    yield from (cell.plain for cell in cells)


def _block(out: Console, columns: Sequence[Column], row: Sequence[Text]) -> None:
    """Print a row as lines: its first cell, then what is short on one line, then the others one by one."""
    first = row[0].copy()
    first.stylize("bold")
    indented(out, first, 0)
    facts = [f"{column.head} {cell.plain}" for column, cell in zip(columns[1:], row[1:], strict=True) if _short(column)]
    if facts:
        indented(out, Text(" · ".join(" ".join(fact.split()) for fact in facts)))
    for column, cell in zip(columns[1:], row[1:], strict=True):
        if not _short(column) and cell.plain:
            several = column.ids and all(len(line.split()) == 1 for line in cell.plain.split("\n"))
            shown = Text(", ").join(cell.split("\n")) if several else cell
            colon = ": " if column.head.isascii() else "："
            indented(out, Text(column.head + colon).append_text(shown))


def _short(column: Column) -> bool:
    return column.fixed or column.right


def indented(out: Console, text: Text, by: int = 2) -> None:
    """Print a text wrapped and indented; one with a word too long for a line is left to the terminal to wrap."""
    if longest(text.plain) + by > out.width:
        out.print(Text(" " * by).append_text(text), soft_wrap=True)
        return
    for line in text.wrap(out, out.width - by):
        line.rstrip()
        out.print(Text(" " * by).append_text(line))
