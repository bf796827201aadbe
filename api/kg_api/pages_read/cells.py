"""What tables are made of: cells, sections, and the desk at which a network and a language make them.

Lives here: `Cell`, `Section`, `Shown`, `Desk`, cells with figures. May enter: a network for labels.
Never here: which columns a question has (tables), HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kg.citations.references import short
from kg.network import Network
from kg.question import explain
from kg.question.compare_said import figures
from kg_api.pages_read.picture import claim_of
from kg_api.pages_read.wording import said

ROWS_SHOWN = 200
SIGNS = {"raises": 1, "lowers": -1}


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one cell. `to` leads to a record (kind, id) or, as "ask", to a question (name, query)."""

    text: str = ""
    to: tuple[str, Any] | None = None
    sign: int | None = None
    numeric: bool = False
    flag: bool = False
    lines: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One table; `more` counts the rows for which there was no room. `folded` ones open when asked."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    more: int = 0
    folded: bool = False
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer as tables, and the claims that its picture shows."""

    sections: tuple[Section, ...]
    claims: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """A network and a language: what cells are made with."""

    network: Network
    lang: str

    def word(self, key: str) -> str:
        """Return a word of the page."""
        return said(self.lang)[key]

    def entity(self, id: str) -> Cell:
        """Return an entity by its label."""
        return Cell(explain.name(self.network, id, self.lang), ("entity", id))

    def claim(self, id: str, *, flag: bool = False) -> Cell:
        """Return a claim as a sentence; one that a scenario adds has no page."""
        record = claim_of(self.network, id)
        if record is None:
            return Cell(id)
        known = id in self.network.snapshot.claims
        return Cell(explain.claim(self.network, record, self.lang), ("claim", id) if known else None, flag=flag)

    def work(self, id: str) -> Cell:
        """Return a work as running text cites it."""
        record = self.network.snapshot.works.get(id)
        return Cell(id) if record is None else Cell(short(record, lang=self.lang), ("work", id))

    def works(self, ids: Iterable[str]) -> Cell:
        """Return several works, one a line."""
        return Cell(lines=tuple(self.work(id) for id in ids))

    def direction(self, word: str | None) -> Cell:
        """Return a direction with its sign."""
        return Cell("–") if word is None else Cell(self.word(f"direction_{word}"), sign=SIGNS.get(word))

    def section(self, key: str, columns: Sequence[str], rows: Sequence[tuple[Cell, ...]], **more: Any) -> Section:
        """Return a table with as many rows as there is room for."""
        heads = tuple(self.word(f"head_{column}") for column in columns)
        return Section(
            self.word(f"table_{key}"), heads, tuple(rows[:ROWS_SHOWN]), max(0, len(rows) - ROWS_SHOWN), **more
        )


def number(value: float | None, digits: int = 2) -> Cell:
    """Return a figure; a dash where there is none."""
    return Cell("–" if value is None else f"{value:.{digits}f}", numeric=True)


def changed(values: Iterable[float | None]) -> tuple[Cell, ...]:
    """Return figures before and after, with as many digits as tell them apart."""
    return tuple(Cell(text or "–", numeric=True) for text in figures(*values))


def count(value: int) -> Cell:
    """Return a whole number."""
    return Cell(str(value), numeric=True)
