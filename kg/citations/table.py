"""CSV with a header: one work a row, the columns documented in docs/reference/citations.md.

Lives here: the reader, its columns, and the cells that spreadsheets would run. May enter: `.entry`.
Never here: a guess at what a column without a header means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kg.citations import csl, dates, names
from kg.citations.csl_terms import TYPES
from kg.citations.entry import Desk, Entry
from kg.citations.parsed import MAX_ENTRY_CHARS, Parsed, one_line, paragraphs, refuse, too_large
from kg.errors import ParseFailure

FORMAT = "csv"
MAX_COLUMNS = 200
RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
# Our name of a column -> names under which other programs (Zotero, Scopus, Web of Science exports) have it.
COLUMNS: dict[str, tuple[str, ...]] = {
    "key": ("citation key", "citekey", "id"),
    "type": ("item type", "document type"),
    "title": ("article title",),
    "authors": ("author", "author full names"),
    "editors": ("editor",),
    "year": ("publication year",),
    "date": ("issued",),
    "container": ("publication title", "journal", "source title", "booktitle"),
    "volume": (),
    "issue": ("number",),
    "pages": ("page",),
    "publisher": (),
    "place": ("publisher place", "place"),
    "doi": (),
    "arxiv": ("arxiv id", "eprint"),
    "pmid": ("pubmed id",),
    "isbn": (),
    "issn": (),
    "url": ("link",),
    "abstract": ("abstract note",),
    "keywords": ("manual tags", "author keywords"),
    "language": (),
    "note": ("notes",),
    "csl": (),
}
_VARIABLES = {
    "title": "title", "container": "container-title", "volume": "volume", "issue": "issue", "pages": "page",
    "publisher": "publisher", "place": "publisher-place", "doi": "DOI", "pmid": "PMID", "isbn": "ISBN", "issn": "ISSN",
    "url": "URL", "abstract": "abstract", "keywords": "keyword", "language": "language", "note": "note",
}  # fmt: skip
_NAMED = {alias: column for column, aliases in COLUMNS.items() for alias in (column, *aliases)}
_ZOTERO_TYPES = {
    "journalarticle": "article-journal", "conferencepaper": "paper-conference", "booksection": "chapter",
    "preprint": "article", "webpage": "webpage", "computerprogram": "software", "magazinearticle": "article-magazine",
    "newspaperarticle": "article-newspaper", "blogpost": "post-weblog", "article": "article-journal",
    "conference paper": "paper-conference", "book chapter": "chapter", "review": "article-journal",
}  # fmt: skip
NEVER_ENDS = "a quoted cell never ends"
INSIDE = re.compile(r'[^"]*+(?:""[^"]*+)*+')
"""What stands in a quoted cell."""
EXCERPT = 29
"""Characters that are shown of the text behind a quoted cell."""
_REMEDY = 'write a quotation mark inside a quoted cell twice: ""'
SHORTER = "shorten the cell, and keep its whole text elsewhere"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells, the line where it begins, its text; `broken` says why it cannot be read, with a remedy."""

    cells: tuple[str, ...]
    line: int
    raw: str
    broken: str | None = None
    remedy: str = _REMEDY


def parse(text: str, *, source: str) -> Parsed:
    """Read a CSV of works; the first row names the columns, and `title` must be among them.

    Names are separated by `;`, each "Family, Given" or the name of a body. Cells that were neutralised for
    spreadsheets are restored. Unknown columns are kept under `custom`. A column `csl` holds the whole item as CSL-JSON,
    as exports write it; the other cells of its row then matter where they say something else.

    Laws: works and failures together are the rows below the header that are not empty.

    Cost: linear in the length.

    Example:
        >>> found = parse('title,authors,year\\n"One, two","Hu, E.; RAND",2022\\n', source="x.csv")
        >>> found.works[0].work.title, found.works[0].work.authors
        ('One, two', ['Hu, E.', 'RAND'])
    """
    refused = too_large(text, source=source, entries=0)
    if refused is not None:
        return refused
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        return Parsed()
    found = rows(text, delimiter_of(text))
    try:
        header = _header(next(found, Row((), 1, "")), source)
    except ParseFailure as fault:
        return refuse(fault.message, source=source, raw=fault.raw, remedy=fault.hint or "")
    below = list(found)
    refused = too_large(text, source=source, entries=len(below))
    if refused is not None:
        return refused
    desk = Desk(source, FORMAT)
    if not below:
        desk.remark("the table holds no rows below its header", line=None)
    for row in below:
        if row.broken is not None:
            desk.fail(row.broken, line=row.line, raw=row.raw, remedy=row.remedy)
        elif len(row.cells) > len(header):
            reason = f"the row has {len(row.cells)} cells, the header {len(header)}"
            desk.fail(reason, line=row.line, raw=row.raw, remedy="put cells that hold the separator in quotation marks")
        else:
            desk.take(_entry(row, header))
    return desk.parsed()


def delimiter_of(text: str) -> str:
    """Return the separator of the header: the comma, semicolon or tab that it holds most of.

    Example:
        >>> delimiter_of("title;authors;year")
        ';'
    """
    header = re.sub(r'"[^"]*"', "", text[:20_000].partition("\n")[0])
    return max(",;\t", key=header.count)


def rows(text: str, delimiter: str, *, most: int = MAX_ENTRY_CHARS) -> Iterator[Row]:
    """Yield the rows that are not empty; a row whose quotation marks do not pair ends at its own line.

    Args:
        text: The table, its lines separated by a line feed.
        delimiter: What separates cells.
        most: Characters of a cell; a row with a longer one is broken.

    Cost: linear in the length.

    Example:
        >>> [row.cells for row in rows('a,b\\n"x ""y"", z",2\\n', ",")]
        [('a', 'b'), ('x "y", z', '2')]
    """
    at, line = 0, 1
    while at < len(text):
        row, following, _ = row_at(text, at, line, delimiter, most=most)
        if row.broken is not None or any(value.strip() for value in row.cells):
            yield row
        line += row.raw.count("\n") + 1
        at = following


def row_at(text: str, start: int, line: int, delimiter: str, *, most: int = MAX_ENTRY_CHARS) -> tuple[Row, int, int]:
    """Return the row that begins at a place of a text, where the next begins, and up to where it was looked for.

    A text that goes on behind the last place might give another row.

    Example:
        >>> row, following, looked = row_at('a,b\\nc', 0, 1, ",")
        >>> row.cells, following, looked
        (('a', 'b'), 4, 4)
    """
    at, looked, longest = start, 0, 0
    cells: list[str] = []
    broken: str | None = None
    remedy = _REMEDY
    cell = re.compile(rf"[^{delimiter}\n]*")
    while True:
        if text.startswith('"', at):
            value, at, broken, looked = _quoted(text, at, delimiter)
        else:
            found = cell.match(text, at)
            value, at = (found[0], found.end()) if found else ("", at)
        longest = max(longest, len(value))
        cells.append(value if len(value) <= most else "")
        if broken is not None or text[at : at + 1] != delimiter:
            break
        at += 1
    if broken is not None:
        end = text.find("\n", start)
        at = len(text) if end < 0 else end
    elif longest > most:
        broken, remedy = too_long(longest, most), SHORTER
    return Row(tuple(cells), line, text[start:at], broken, remedy), at + 1, max(looked, at + 1)


def too_long(length: int, most: int, what: str = "a cell") -> str:
    """Return why a cell, or a row, is not read.

    Example:
        >>> too_long(3000, 2000)
        'a cell has 3,000 characters, at most 2,000 are read'
    """
    return f"{what} has {length:,} characters, at most {most:,} are read"


def restored(cell: str) -> str:
    """Return a cell as it was before it was neutralised for spreadsheets.

    Example:
        >>> restored("'=1+1"), restored("'tis")
        ('=1+1', "'tis")
    """
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(RISKY) else cell


def neutralised(cell: str) -> str:
    """Return a cell that no spreadsheet runs as a formula.

    Law: `restored(neutralised(cell)) == cell`.

    Example:
        >>> neutralised("=1+1"), neutralised("safe")
        ("'=1+1", 'safe')
    """
    return "'" + cell if cell.lstrip("'").startswith(RISKY) else cell


def _quoted(text: str, at: int, delimiter: str) -> tuple[str, int, str | None, int]:
    """Return a quoted cell, its end, why it is broken, and up to where it was looked for."""
    end = INSIDE.match(text, at + 1).end()  # type: ignore[union-attr] # it matches nothing too
    if end == len(text):
        return "", at, NEVER_ENDS, end
    if text[end + 1 : end + 2] not in ("", "\n", delimiter):
        return "", at, text_follows(text[end + 1 : end + 1 + EXCERPT]), end + 1 + EXCERPT
    return text[at + 1 : end].replace('""', '"'), end + 1, None, end + 2


def text_follows(excerpt: str) -> str:
    """Return why a row is broken in which text follows a quoted cell."""
    return f"text follows the end of a quoted cell: {excerpt!r}"


def _header(row: Row, source: str) -> list[str]:
    given = [one_line(restored(cell)) for cell in row.cells]
    header = [_NAMED.get(name.lower().replace("_", " "), name) for name in given]
    if row.broken is not None or "title" not in header or len(header) > MAX_COLUMNS:
        raise ParseFailure(
            f"the first row is no header with a column `title`; given {', '.join(given)[:200] or row.raw[:200]!r}",
            source=source,
            line=row.line,
            raw=row.raw,
            hint=f"name the columns in the first row: {', '.join(COLUMNS)}",
        )
    return header


def _entry(row: Row, header: list[str]) -> Entry:
    custom: dict[str, Any] = {}
    cells: dict[str, str] = {}
    whole: dict[str, Any] = {}
    for name, cell in zip(header, row.cells, strict=False):
        value = paragraphs(restored(cell))
        if name == "csl" and not whole and (found := csl.object_of(restored(cell))) is not None:
            whole = found
        elif value and name in cells:
            custom.setdefault(f"{name}-2", value)
        elif value:
            cells[name] = value
    if not whole:
        key = one_line(cells.pop("key", ""))
        return Entry(_item(cells, custom), row.line, row.raw, key=key)
    own = {name: paragraphs(cell) for name, cell in cells_of(whole).items()}
    cells = {name: cell for name, cell in cells.items() if own.get(name) != cell}
    key = one_line(cells.pop("key", "")) or csl.key_of(whole)
    typed = "type" in cells
    said = {name: value for name, value in _item(cells, custom).items() if value and (typed or name != "type")}
    kept = whole.get("custom")
    if "custom" in said and isinstance(kept, dict):
        said["custom"] = {**kept, **said["custom"]}
    return Entry({**whole, **said}, row.line, row.raw, key=key)


def _item(cells: dict[str, str], custom: dict[str, Any]) -> dict[str, Any]:
    """Return the item that cells say, each taken out of them; what has no variable goes to `custom`."""
    item: dict[str, Any] = {}
    word = one_line(cells.pop("type", ""))
    item["type"] = word if word in TYPES or not word else _ZOTERO_TYPES.get(word.lower(), word)
    if not word:
        item["type"] = "article-journal" if "container" in cells else "document"
    for name, variable in (("authors", "author"), ("editors", "editor")):
        listed = [part for part in (one_line(part) for part in cells.pop(name, "").split(";")) if part]
        if listed and listed[-1].lower().rstrip(".") in {"et al", "others"}:
            listed.pop()
            custom[f"{variable}-others"] = True
        item[variable] = [names.undisplay(one) for one in listed]
    date, year = cells.pop("date", ""), cells.pop("year", "")
    item["issued"] = dates.parse_date(date or year)
    if date and year and dates.year_of(item["issued"]) is None:
        item["issued"] = dates.parse_date(year)
    if "arxiv" in cells:
        item["archive"] = "arXiv"
        item["archive_location"] = re.sub(
            r"(?i)^(?:arxiv:\s*|https?://arxiv\.org/abs/)", "", one_line(cells.pop("arxiv"))
        )
    for name, value in cells.items():
        if name in _VARIABLES:
            item[_VARIABLES[name]] = value
        else:
            custom[name] = value
    item["custom"] = custom
    return item


def cells_of(item: Mapping[str, Any]) -> dict[str, str]:
    """Return the cells of a CSL-JSON item by column, without those that are empty; `csl` is not among them.

    Example:
        >>> cells_of({"id": "a", "title": "One", "author": [{"family": "Hu", "given": "E."}, {"literal": "RAND"}]})
        {'key': 'a', 'title': 'One', 'authors': 'Hu, E.; RAND'}
    """
    cells: dict[str, Any] = {"key": item.get("id"), "type": item.get("type"), "title": item.get("title")}
    for column, variable in (("authors", "author"), ("editors", "editor")):
        people = item.get(variable)
        cells[column] = "; ".join(map(names.display, people)) if isinstance(people, list) else None
    issued = item.get("issued")
    cells["year"] = dates.year_of(issued) if isinstance(issued, dict) else None
    if item.get("archive") == "arXiv":
        cells["arxiv"] = item.get("archive_location")
    cells |= {column: item.get(variable) for column, variable in _VARIABLES.items() if column != "title"}
    return {name: str(value) for name, value in cells.items() if value}
