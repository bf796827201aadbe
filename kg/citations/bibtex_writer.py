r"""Works as BibTeX that BibTeX, BibLaTeX and our own reader understand.

Lives here: `to_bibtex`. May enter: `.bibtex`, `.csl`. Never here: reading. What BibTeX has no field for travels in
`csl_json`, which other programs pass over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from kg.citations import bibtex, dates, latex, names
from kg.citations import bibtex_fields as table
from kg.citations.bibtex_blocks import MONTHS
from kg.citations.csl import item_of
from kg.citations.residue import residue
from kg.model import Work

_SAFE = re.compile(r"[A-Za-z0-9:/?#@!&'()*+,;=._~%<>\[\]-]*")
_PIECE = re.compile(r"[\s-]+|[^\s-]+")
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_-]{0,60}")
_TAKEN = frozenset(
    {
        *table.TEXT_FIELDS, *table.VERBATIM_FIELDS, *table.NAME_FIELDS, *table.DATE_FIELDS, *table.SUBTITLES,
        "year", "month", "day", "date", "number", "issue", "pages", "page", "eprint", "archiveprefix", "eprinttype",
        "primaryclass", "eprintclass", "crossref", "xdata", bibtex.RESIDUE,
    }
)  # fmt: skip
_PUBLISHERS = {"report": "institution", "thesis": "school", "document": "howpublished", "webpage": "organization"}


def to_bibtex(works: Iterable[Work]) -> str:
    r"""Return works as BibTeX, one entry each.

    Laws: our reader gives back the same works, with the whole of `csl`.

    Cost: each entry is written and read once.

    Example:
        >>> print(to_bibtex([Work(id="hu2022lora", type="book", title="LoRA & more", authors=("Hu, E.",), year=2022)]))
        @book{hu2022lora,
          author = {Hu, E.},
          title = {{LoRA} \& more},
          year = {2022},
        }
        <BLANKLINE>
    """
    return "\n".join(_entry(work) for work in works)


def _entry(work: Work) -> str:
    item = item_of(work)
    fields = list(_fields(item))
    draft = _block(item, fields)
    missing = residue(item, bibtex.read_entry(draft).item)
    if not missing:
        return draft
    return _block(item, [*fields, (bibtex.RESIDUE, f"{{{latex.from_unicode(missing)}}}")])


def _block(item: dict[str, Any], fields: list[tuple[str, str]]) -> str:
    word = table.WRITTEN_TYPES.get(item["type"], "misc")
    lines = "".join(f"  {name} = {value},\n" for name, value in fields)
    return f"@{word}{{{item['id']},\n{lines}}}\n"


def _fields(item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    custom = item.get("custom", {})
    for name, variable in table.NAME_FIELDS.items():
        listed = [names.write_bibtex(one) for one in item.get(variable, ())]
        if listed:
            if custom.get(f"{variable}-others") is True:
                listed.append("others")
            yield name, f"{{{' and '.join(listed)}}}"
    yield "title", f"{{{_protected(item['title'])}}}"
    yield from _issued(item.get("issued", {}))
    for name, variable in _text_fields(item).items():
        if variable in item and variable != "title":
            yield name, f"{{{latex.from_unicode(item[variable])}}}"
    if item.get("page"):
        yield "pages", f"{{{latex.from_unicode(item['page'].replace('-', '–')).replace('–', '--')}}}"
    for name, variable in table.DATE_FIELDS.items():
        if variable in item:
            yield name, f"{{{latex.from_unicode(dates.iso(item[variable]))}}}"
    yield from _identifiers(item)
    for name, value in custom.items():
        if isinstance(value, str) and value and _FIELD_NAME.fullmatch(name) and name not in _TAKEN:
            yield name, f"{{{latex.from_unicode(value)}}}"


def _identifiers(item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, variable in table.VERBATIM_FIELDS.items():
        if variable in item:
            value = item[variable]
            yield name, f"{{{value if _SAFE.fullmatch(value) else latex.from_unicode(value)}}}"
    if item.get("archive") and item.get("archive_location"):
        yield "eprint", f"{{{latex.from_unicode(item['archive_location'])}}}"
        yield "archiveprefix", f"{{{latex.from_unicode(item['archive'])}}}"
    if isinstance(item.get("custom", {}).get("primaryclass"), str):
        yield "primaryclass", f"{{{latex.from_unicode(item['custom']['primaryclass'])}}}"


def _text_fields(item: dict[str, Any]) -> dict[str, str]:
    """Return BibTeX field -> CSL variable for this type of work, one field for each variable."""
    type_ = item["type"]
    chosen: dict[str, str] = {}
    for name, variable in table.TEXT_FIELDS.items():
        chosen.setdefault(variable, name)
    chosen["container-title"] = "booktitle" if type_ in table.CONTAINED_TYPES else "journal"
    chosen["publisher"] = _PUBLISHERS.get(type_, "publisher")
    if type_ in table.ISSUE_TYPES:
        chosen["issue"] = "number"
    elif type_ in table.SERIES_TYPES and "collection-title" in item:
        chosen["collection-number"] = "number"
    else:
        chosen["number"] = "number"
    return {name: variable for variable, name in chosen.items()}


def _issued(date: dict[str, Any]) -> Iterator[tuple[str, str]]:
    parts = date.get("date-parts", [])
    if not parts:
        if date.get("literal"):
            yield "year", f"{{{latex.from_unicode(date['literal'])}}}"
        return
    yield "year", f"{{{parts[0][0]}}}"
    if len(parts) > 1 or len(parts[0]) > 2 or date.get("circa"):
        yield "date", f"{{{latex.from_unicode(dates.iso(date))}}}"
    elif len(parts[0]) > 1:
        yield "month", MONTHS[parts[0][1] - 1]


def _protected(title: str) -> str:
    """Put braces around words with capitals inside, so that styles do not lower them."""
    return "".join(
        f"{{{latex.from_unicode(piece)}}}" if any(char.isupper() for char in piece[1:]) else latex.from_unicode(piece)
        for piece in _PIECE.findall(title)
    )
