"""EndNote's XML export. Each record is parsed by itself, by a parser that knows no entities and no DOCTYPE.

Lives here: the reader and its table. May enter: `.entry`. Never here: any other XML, external entities.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from kg.citations import dates, names
from kg.citations.entry import Desk, Entry
from kg.citations.parsed import MAX_DEPTH, MAX_ENTRY_CHARS, Parsed, one_line, paragraphs, refuse, too_large, xml_depth

FORMAT = "endnote-xml"
_DECLARATION = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_RECORD = re.compile(r"<record(?=[\s>/])")
_RECORD_END = "</record>"
_EMPTY_RECORD = re.compile(r"<record(?:\s[^<>]*)?/>")
_TYPES = {
    "Journal Article": "article-journal", "Electronic Article": "article-journal", "Book": "book",
    "Electronic Book": "book", "Edited Book": "book", "Book Section": "chapter", "Electronic Book Section": "chapter",
    "Conference Paper": "paper-conference", "Conference Proceedings": "paper-conference", "Report": "report",
    "Government Document": "report", "Thesis": "thesis", "Web Page": "webpage", "Blog": "post-weblog",
    "Dataset": "dataset", "Computer Program": "software", "Patent": "patent", "Standard": "standard",
    "Manuscript": "manuscript", "Unpublished Work": "manuscript", "Newspaper Article": "article-newspaper",
    "Magazine Article": "article-magazine", "Encyclopedia": "entry-encyclopedia", "Dictionary": "entry-dictionary",
    "Statute": "legislation", "Bill": "bill", "Case": "legal_case", "Hearing": "hearing", "Map": "map",
    "Audiovisual Material": "motion_picture", "Film or Broadcast": "motion_picture", "Music": "musical_score",
    "Pamphlet": "pamphlet", "Personal Communication": "personal_communication", "Serial": "periodical",
    "Preprint": "article", "Generic": "document", "Artwork": "graphic", "Figure": "figure",
}  # fmt: skip
_TEXTS = {
    "titles/title": "title", "titles/secondary-title": "container-title", "periodical/full-title": "container-title",
    "titles/tertiary-title": "collection-title", "titles/short-title": "title-short",
    "periodical/abbr-1": "container-title-short", "titles/translated-title": "original-title", "pages": "page",
    "volume": "volume", "number": "issue", "edition": "edition", "section": "section", "num-vols": "number-of-volumes",
    "publisher": "publisher", "pub-location": "publisher-place", "electronic-resource-num": "DOI",
    "language": "language", "work-type": "genre", "call-num": "call-number", "remote-database-name": "source",
    "remote-database-provider": "source", "label": "citation-key",
}  # fmt: skip
_PARAGRAPHS = {"abstract": "abstract", "notes": "note", "research-notes": "annote"}
_NAMES = {
    "contributors/authors/author": "author", "contributors/secondary-authors/author": "editor",
    "contributors/tertiary-authors/author": "collection-editor",
    "contributors/translated-authors/author": "translator",
}  # fmt: skip
_SERIALS = frozenset({"article-journal", "article-magazine", "article-newspaper", "periodical"})
_REMEDY = "export the record again from EndNote; the other records are not affected"


def parse(text: str, *, source: str) -> Parsed:
    """Read every record of an EndNote XML export.

    Laws: works and failures together are the `<record>` tags.

    Cost: linear in the length.

    Example:
        >>> xml = "<xml><records><record><titles><title>One</title></titles></record></records></xml>"
        >>> parse(xml, source="x.xml").works[0].work.title
        'One'
    """
    refused = too_large(text, source=source, entries=0)
    if refused is not None:
        return refused
    text = text.removeprefix("\ufeff")
    if _DECLARATION.search(text):
        return refuse(
            "the file declares a DOCTYPE or entities, which are not read",
            source=source,
            raw=text,
            remedy="export it from EndNote as XML without a DOCTYPE",
        )
    starts = [found.start() for found in _RECORD.finditer(text)]
    refused = too_large(text, source=source, entries=len(starts))
    if refused is not None:
        return refused
    if not starts and text.strip():
        return refuse(
            "no <record> was found",
            source=source,
            raw=text,
            remedy="check that this is EndNote's XML export, or name its format",
        )
    desk = Desk(source, FORMAT)
    line, counted = 1, 0
    for start, following in pairwise([*starts, len(text)]):
        line += text.count("\n", counted, start)
        counted = start
        end = text.find(_RECORD_END, start, following)
        empty = _EMPTY_RECORD.match(text, start)
        raw = text[start : following if end < 0 else end + len(_RECORD_END)] if empty is None else empty[0]
        _take(desk, line, raw, closed=end >= 0 or empty is not None)
    return desk.parsed()


def _take(desk: Desk, line: int, raw: str, *, closed: bool) -> None:
    reason = None if closed else "the record has no </record>"
    if reason is None and len(raw) > MAX_ENTRY_CHARS:
        reason = f"the record has {len(raw)} characters, at most {MAX_ENTRY_CHARS} are read"
    if reason is None and xml_depth(raw) > MAX_DEPTH:
        reason = f"elements are nested deeper than {MAX_DEPTH} levels"
    if reason is None:
        try:
            record = fromstring(raw, forbid_dtd=True)
        except ParseError as fault:
            reason = f"not well-formed XML: {fault.msg}"
        except DefusedXmlException:
            reason = "the record declares entities, which are not read"
        except ValueError as fault:
            reason = f"not XML: {fault}"
        else:
            desk.take(_entry(record, line, raw))
            return
    desk.fail(reason, line=line, raw=raw.rstrip(), remedy=_REMEDY)


def _entry(record: Element, line: int, raw: str) -> Entry:
    remarks: list[str] = []
    ref_type = record.find("ref-type")
    word = one_line(ref_type.get("name", "")) if ref_type is not None else ""
    item: dict[str, Any] = {"type": _TYPES.get(word, "document")}
    custom: dict[str, Any] = {}
    if word and word not in _TYPES:
        remarks.append(f"{word[:80]!r} is no type of EndNote; the work is kept as a document")
        item["genre"] = word
    for path, variable in _TEXTS.items():
        value = one_line(" ".join(_texts(record, path)))
        if value and variable not in item:
            item[variable] = value
        elif value and item[variable] != value:
            custom[f"EndNote-{path.rsplit('/', 1)[-1]}"] = value
    for path, variable in _PARAGRAPHS.items():
        item[variable] = paragraphs("\n".join(_texts(record, path)))
    for path, variable in _NAMES.items():
        item[variable] = [
            names.undisplay(name) for text in _texts(record, path) if (name := one_line(text).rstrip(","))
        ]
    item["keyword"] = ", ".join(one_line(text) for text in _texts(record, "keywords/keyword"))
    if "page" in item:
        item["page"] = re.sub(r"\s*(?:--?|–)\s*", "-", item["page"])
    number = one_line(" ".join(_texts(record, "isbn")))
    item["ISSN" if item["type"] in _SERIALS or len(re.sub(r"\W", "", number)) == 8 else "ISBN"] = number
    year, day = (one_line(" ".join(_texts(record, path))) for path in ("dates/year", "dates/pub-dates/date"))
    item["issued"] = dates.parse_date(year) or dates.parse_date(day)
    exact = dates.parse_date(day if re.search(r"\d{4}", day) else f"{day} {year}")
    if len(exact.get("date-parts", [[]])[0]) > 1 and dates.year_of(exact) == dates.year_of(item["issued"]):
        item["issued"] = exact
    elif year and "literal" in exact:
        custom["EndNote-date"] = day
        remarks.append(f"date: {day[:80]!r} is no date of the calendar; kept as custom.EndNote-date")
    addresses = [one_line(text) for path in ("related-urls", "web-urls") for text in _texts(record, f"urls/{path}/url")]
    if addresses:
        item["URL"] = addresses[0]
        custom["EndNote-urls"] = addresses[1:]
    for path in ("accession-num", "custom1", "custom2", "custom3", "custom4", "custom5", "custom6", "custom7"):
        value = one_line(" ".join(_texts(record, path)))
        if value:
            custom[f"EndNote-{path}"] = value
    item["custom"] = {name: value for name, value in custom.items() if value}
    return Entry(item, line, raw, key=item.pop("citation-key", ""), remarks=remarks)


def _texts(record: Element, path: str) -> Iterator[str]:
    """Yield the text of each element at a path, its styles left out."""
    for element in record.findall(path):
        yield "".join(element.itertext())
