"""How many entries a source should hold, counted by their first lines and by nothing that the readers do.

Lives here: `count`. May enter: text, the name of a format. Never here: the readers, which it is there to check.
"""

from __future__ import annotations

import csv
import io
import json
import re
from itertools import pairwise

_NOT_ENTRIES = frozenset(["comment", "string", "preamble", "xdata", "set", "control", "ieeetranbstctl"])
_BIBTEX = re.compile(r"^[ \t]*@[ \t]*([a-z][a-z0-9_-]*)[ \t]*[{(]", re.MULTILINE | re.IGNORECASE)
_RIS = re.compile(r"^[ \t]*(TY|ER)[ \t]{0,3}-", re.MULTILINE)
_MARKS = {
    "nbib": re.compile(r"^PMID {0,2}-", re.MULTILINE),
    "endnote-xml": re.compile(r"<record[\s/>]"),
}


def count(text: str, format: str) -> int | None:
    """Return how many entries begin in a text, None where its form does not let them be counted.

    The number may differ from what a reader finds: a quotation of an entry inside of another, or of a comment, begins
    like an entry. A difference is told, so that nothing goes missing unseen.

    Args:
        text: The source.
        format: Id of one of `kg.citations.formats.FORMATS`.

    Cost: linear in the length.

    Example:
        >>> count("@string{a=b}\\n@misc{x, title={y}}\\n  @book{z,", "bibtex"), count("TY  - JOUR\\nER  - ", "ris")
        (2, 1)
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if format == "bibtex":
        return sum(1 for found in _BIBTEX.finditer(text) if found[1].lower() not in _NOT_ENTRIES)
    if format == "ris":
        ends = [found[1] for found in _RIS.finditer(text)]
        # An ER that follows an ER, or nothing, ends a record whose beginning is lost.
        return sum(1 for before, here in pairwise(["ER", *ends]) if here == "TY" or before == "ER")
    if format in _MARKS:
        return sum(1 for _ in _MARKS[format].finditer(text))
    return _items(text) if format == "csl-json" else _rows(text)


def _items(text: str) -> int | None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return len(document) if isinstance(document, list) else 1


def _rows(text: str) -> int | None:
    """Count the rows below the header that are not empty, as the standard library reads them."""
    header = re.sub(r'"[^"]*"', "", text[:20_000].lstrip().partition("\n")[0])
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count), strict=True)
    try:
        found = sum(any(cell.strip() for cell in row) for row in rows)
    except csv.Error:
        return None
    return max(0, found - 1)
