"""PubMed's own export (NBIB, MEDLINE tags).

Lives here: the reader and its table. May enter: `.tagged`. Never here: look-ups at PubMed.

Source: National Library of Medicine, MEDLINE/PubMed data element (field) descriptions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from kg.citations import dates, names, tagged
from kg.citations.entry import Desk, Entry
from kg.citations.parsed import Parsed, one_line, paragraphs

FORMAT = "nbib"
_TAG = re.compile(r"([A-Z][A-Z0-9]{1,3}) {0,2}- ?(.*)")
_START = re.compile(r"PMID {0,2}-")
_TEXTS = {
    "TI": "title", "BTI": "title", "JT": "container-title", "TA": "container-title-short", "VI": "volume",
    "IP": "issue", "PB": "publisher", "PL": "publisher-place", "LA": "language", "PMID": "PMID", "PMC": "PMCID",
    "CTI": "collection-title", "EN": "edition", "TT": "original-title",
}  # fmt: skip
_TYPES = {
    "Book": "book", "Book Chapter": "chapter", "Preprint": "article", "Dataset": "dataset", "News": "article-magazine",
    "Newspaper Article": "article-newspaper", "Video-Audio Media": "motion_picture",
    "Interactive Tutorial": "webpage",
}  # fmt: skip
_RETRACTED = "Retracted Publication"


def parse(text: str, *, source: str) -> Parsed:
    """Read every record of a PubMed export; each begins at its `PMID-` line.

    A record that PubMed calls retracted says so in `csl["status"]` and in a remark.

    Laws: works and failures together are the `PMID-` lines.

    Cost: linear in the length.

    Example:
        >>> found = parse("PMID- 12345\\nTI  - A title.\\nFAU - Hu, Edward J\\nDP  - 2021 Mar 3\\n", source="x.nbib")
        >>> found.works[0].work.title, found.works[0].work.authors, found.works[0].work.year
        ('A title', ['Hu, Edward J'], 2021)
    """
    return tagged.read(
        text, source=source, format=FORMAT, label="PubMed (NBIB)", mark="PMID- 12345", records=_records, take=_take
    )


def _take(desk: Desk, record: tuple[int, list[str]]) -> None:
    desk.take(_entry(*record))


def _records(lines: list[str], desk: Desk) -> Iterator[tuple[int, list[str]]]:
    starts = [at for at, line in enumerate(lines) if _START.match(line)]
    before = one_line(" ".join(lines[: starts[0]][:20])) if starts else ""
    if before:
        desk.remark(f"text before the first record is left out: {before[:200]!r}", line=1)
    for at, end in pairwise([*starts, len(lines)]):
        yield at + 1, lines[at:end]


def _entry(line: int, record: list[str]) -> Entry:
    raw = "\n".join(record).rstrip()
    tags, _ = tagged.tags((line for line in record if line.strip()), _TAG, joint=" ")
    item: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    remarks: list[str] = []
    kinds = [one_line(value) for value in tags.pop("PT", ())]
    item["type"] = next((_TYPES[kind] for kind in kinds if kind in _TYPES), "article-journal")
    if _RETRACTED in kinds:
        item["status"] = "retracted"
        remarks.append("PubMed marks this work as retracted")
    _names(tags, item)
    for tag, variable in _TEXTS.items():
        values = [value for given in tags.pop(tag, ()) if (value := one_line(given))]
        if values and variable not in item:
            item[variable] = " ".join(values) if variable == "language" else values[0]
    for variable in ("title", "original-title"):
        if variable in item:
            item[variable] = item[variable].removesuffix(".")
    item["abstract"] = "\n".join(paragraphs(value) for value in tags.pop("AB", ()))
    item["keyword"] = ", ".join(one_line(value).lstrip("*") for value in tags.pop("OT", ()))
    item["page"] = full_pages(one_line(" ".join(tags.pop("PG", ()))))
    _identifiers(tags, item)
    date = one_line(" ".join(tags.pop("DP", ())))
    item["issued"] = dates.parse_date(date)
    for tag, values in tags.items():
        kept = [value for given in values if (value := one_line(given))]
        if kept:
            custom[f"MEDLINE-{tag}"] = kept[0] if len(kept) == 1 else kept
    if kinds:
        custom["MEDLINE-PT"] = kinds
    item["custom"] = custom
    return Entry(item, line, raw, remarks=remarks)


def full_pages(text: str) -> str:
    """Return a page range with its end written out.

    Example:
        >>> full_pages("1123-30"), full_pages("e12-e15"), full_pages("12")
        ('1123-1130', 'e12-e15', '12')
    """
    found = re.fullmatch(r"(\d{1,9})[-–](\d{1,9})", text)
    if found is None or len(found[2]) >= len(found[1]):
        return text.replace("–", "-")
    return f"{found[1]}-{found[1][: len(found[1]) - len(found[2])]}{found[2]}"


def _names(tags: dict[str, list[str]], item: dict[str, Any]) -> None:
    full, short = tags.pop("FAU", []), tags.pop("AU", [])
    authors = [names.undisplay(one_line(name)) for name in full]
    if not full:
        authors = [_short(one_line(name)) for name in short]
    item["author"] = authors + [{"literal": one_line(name)} for name in tags.pop("CN", ())]
    item["editor"] = [names.undisplay(one_line(name)) for name in tags.pop("FED", ())]
    tags.pop("ED", None)


def _short(text: str) -> dict[str, str]:
    """Return the name of "Hu EJ": the family name and the initials."""
    family, _, initials = text.rpartition(" ")
    if not family or not initials.isupper() or len(initials) > 4:
        return {"literal": text}
    return {"family": family, "given": " ".join(f"{letter}." for letter in initials)}


def _identifiers(tags: dict[str, list[str]], item: dict[str, Any]) -> None:
    for value in [*tags.get("LID", ()), *tags.get("AID", ())]:
        found = re.fullmatch(r"(\S{1,500}) \[doi\]", one_line(value))
        if found:
            item.setdefault("DOI", found[1])
    numbers = [one_line(value).split(" ")[0] for value in tags.pop("IS", ())]
    item["ISSN"] = " ".join(dict.fromkeys(numbers))
    item["ISBN"] = " ".join(dict.fromkeys(one_line(value).split(" ")[0] for value in tags.pop("ISBN", ())))
