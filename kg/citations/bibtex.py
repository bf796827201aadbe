"""BibTeX and BibLaTeX: each block is read by itself, so that a broken entry costs nobody but itself.

Lives here: macros, fields, inheritance, the way to CSL-JSON. May enter: `.blocks`, `.names`, `.latex`, `.entry`.
Never here: files, guesses at what a broken entry meant.
"""

from __future__ import annotations

import re
from typing import Any

from kg.citations import bibtex_fields as table
from kg.citations import blocks, dates, latex, names
from kg.citations.bibtex_blocks import MACRO_BUDGET, Family, Fields, Macros, read_block
from kg.citations.csl_terms import PARAGRAPH_SET
from kg.citations.entry import Desk, Entry
from kg.citations.parsed import Parsed, one_line, refuse, too_large
from kg.citations.residue import restore
from kg.errors import ParseFailure

FORMAT = "bibtex"
RESIDUE = "csl_json"
_SPACES = re.compile(r"\s+")
_ADDRESS = re.compile(r"(?:\\url\s*\{)?https?://[^\s{}]+\}?", re.IGNORECASE)
_CORR = re.compile(r"abs/(\d{4}\.\d{4,5}|[a-z-]+/\d{7})")
_BARE_ARXIV = re.compile(r"(?:arxiv:)?\d{4}\.\d{4,5}(?:v\d+)?", re.IGNORECASE)
_ARXIV_PREFIX = re.compile(r"^arxiv:\s*", re.IGNORECASE)
_DASHES = re.compile(r"\s*(?:--?-?|–|—)\s*")


def parse(text: str, *, source: str) -> Parsed:
    r"""Read every entry of a BibTeX text.

    Args:
        text: The file.
        source: Its name, for the places in the report.

    Returns:
        A work or a failure for each entry; `@string`, `@preamble`, `@comment`, `@xdata` and `@set` are no entries.

    Laws: works and failures together are the entries that `kg.citations.blocks` finds; an entry that is broken does
    not change what another becomes (unless it is inherited from).

    Cost: linear in the length.

    Example:
        >>> found = parse("@misc{a, title={One}, year=2023}\n@misc{b, title={Two}", source="x.bib")
        >>> found.works[0].work.title, found.failures[0].line
        ('One', 2)
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    refused = too_large(text, source=source, entries=0)
    if refused is not None:
        return refused
    all_blocks = list(blocks.split(text))
    if not all_blocks and text.strip():
        return refuse(
            "no entry of the form `@article{key, ...}` was found",
            source=source,
            raw=text,
            remedy="check that this is a BibTeX file, or name its format",
        )
    refused = too_large(text, source=source, entries=sum(block.is_entry for block in all_blocks))
    if refused is not None:
        return refused
    desk = Desk(source, FORMAT)
    macros = Macros(budget=len(text) + MACRO_BUDGET)
    read: list[Fields] = []
    for block in all_blocks:
        try:
            fields = read_block(block, macros)
        except ParseFailure as fault:
            if block.is_entry:
                desk.fail(fault.message, line=block.line, raw=block.raw, remedy=fault.hint)
            else:
                desk.remark(f"@{block.word} is left out: {fault.message}", line=block.line)
            continue
        if fields is not None:
            read.append(fields)
    family = Family(read)
    for fields in read:
        if fields.block.is_entry:
            desk.take(to_entry(family.with_inherited(fields)))
    return desk.parsed()


def read_entry(text: str) -> Entry:
    """Return the one entry of a text that stands alone.

    Raises:
        ParseFailure: there is none, or it is broken.
    """
    block = next(blocks.split(text), None)
    fields = None if block is None else read_block(block, Macros(budget=MACRO_BUDGET))
    if fields is None:
        raise ParseFailure("no entry was found", source="", raw=text)
    return to_entry(fields)


def to_entry(given: Fields) -> Entry:
    """Return the entry whose fields are in the words of CSL."""
    fields, remarks = dict(given.fields), list(given.remarks)
    type_ = table.TYPES.get(given.block.word)
    item: dict[str, Any] = {"type": type_ or "document"}
    if type_ is None:
        remarks.append(f"@{given.block.word[:80]} is no type of BibTeX or BibLaTeX; the work is kept as a document")
    item["genre"] = table.GENRES.get(given.block.word, "") if "type" not in fields else ""
    custom: dict[str, Any] = {}
    _dates(fields, item, custom, remarks)
    _names(fields, item, custom)
    _identifiers(fields, item, custom)
    _numbers(fields, item)
    for name, variable in table.TEXT_FIELDS.items():
        if name in fields:
            _put(item, custom, variable, name, _printed(fields.pop(name), variable))
    _joined_titles(fields, item)
    if type_ == "document" and item.get("archive") == "arXiv":
        item["type"] = "article"
    if type_ == "article-journal" and item.get("container-title", "").lower().startswith(("arxiv", "corr")):
        item["type"] = "article"
    residue = fields.pop(RESIDUE, None)
    for name, value in fields.items():
        custom[name] = one_line(latex.to_unicode(value))
    item["custom"] = custom
    if residue is not None:
        remarks += restore(item, latex.to_unicode(residue))
    return Entry(item, given.block.line, given.block.raw, key=given.key, remarks=remarks)


def _put(item: dict[str, Any], custom: dict[str, Any], variable: str, name: str, text: str) -> None:
    if not item.get(variable):
        item[variable] = text
    elif item[variable] != text:
        custom[name] = text


def _printed(value: str, variable: str) -> str:
    text = latex.to_unicode(_SPACES.sub(" ", value))
    return text if variable in PARAGRAPH_SET else one_line(text)


def _dates(fields: dict[str, str], item: dict[str, Any], custom: dict[str, Any], remarks: list[str]) -> None:
    day = fields.pop("day", "")
    date = one_line(latex.verbatim(fields.pop("date", "")))
    year, month = (one_line(latex.to_unicode(fields.pop(name, ""))) for name in ("year", "month"))
    item["issued"] = dates.parse_date(date) if date else dates.join(year, month, day)
    if month and not year and not date:
        item["issued"] = {"literal": month}
    elif month and not date and item["issued"].keys() == {"date-parts"} and len(item["issued"]["date-parts"][0]) < 2:
        custom["month"] = month
        remarks.append(f"month: {month[:80]!r} is no month; kept as custom.month")
    if day and not date and dates.join(year, month, day) == dates.join(year, month):
        custom["day"] = one_line(latex.to_unicode(day))
        remarks.append(f"day: {custom['day'][:80]!r} makes no date with year and month; kept as custom.day")
    for name, variable in table.DATE_FIELDS.items():
        if name in fields:
            item[variable] = dates.parse_date(one_line(latex.verbatim(fields.pop(name))))


def _names(fields: dict[str, str], item: dict[str, Any], custom: dict[str, Any]) -> None:
    for name, variable in table.NAME_FIELDS.items():
        if name not in fields:
            continue
        listed = names.split_list(fields.pop(name))
        if listed and listed[-1].lower() == "others":
            listed.pop()
            custom[f"{variable}-others"] = True
        item.setdefault(variable, []).extend(names.parse_bibtex(one) for one in listed)


def _identifiers(fields: dict[str, str], item: dict[str, Any], custom: dict[str, Any]) -> None:
    for name, variable in table.VERBATIM_FIELDS.items():
        if name in fields:
            item[variable] = one_line(latex.verbatim(fields.pop(name)))
    how = fields.get("howpublished", "").strip()
    if "URL" not in item and _ADDRESS.fullmatch(how):
        item["URL"] = latex.verbatim(fields.pop("howpublished"))
    archive = one_line(latex.to_unicode(fields.pop("archiveprefix", "") or fields.pop("eprinttype", "")))
    eprint = one_line(latex.verbatim(fields.pop("eprint", "")))
    corr = _CORR.fullmatch(fields.get("volume", "").strip())
    if corr and not eprint:
        archive, eprint = "arXiv", corr[1]
        fields.pop("volume")
    if archive.lower() in {"pubmed", "pmid"} and eprint and "PMID" not in item:
        item["PMID"] = eprint
    elif archive or _BARE_ARXIV.fullmatch(eprint):
        bare = _ARXIV_PREFIX.sub("", eprint)
        item["archive"] = "arXiv" if archive.lower() in {"arxiv", ""} else archive
        item["archive_location"] = bare if item["archive"] == "arXiv" else eprint
    elif eprint:
        custom["eprint"] = eprint
    for name in ("primaryclass", "eprintclass"):
        if name in fields:
            custom.setdefault("primaryclass", one_line(latex.to_unicode(fields.pop(name))))


def _numbers(fields: dict[str, str], item: dict[str, Any]) -> None:
    number, issue = (one_line(latex.to_unicode(fields.pop(name, ""))) for name in ("number", "issue"))
    if item["type"] in table.ISSUE_TYPES:
        item["issue"] = " ".join(part for part in (number, issue) if part)
    else:
        item["collection-number" if item["type"] in table.SERIES_TYPES and "series" in fields else "number"] = number
        item["issue"] = issue
    pages = fields.pop("pages", "") or fields.pop("page", "")
    item["page"] = _DASHES.sub("-", one_line(latex.to_unicode(pages)))


def _joined_titles(fields: dict[str, str], item: dict[str, Any]) -> None:
    for sub, variable in table.SUBTITLES.items():
        if fields.get(sub) and item.get(variable):
            item[variable] += f": {_printed(fields.pop(sub), variable)}"
