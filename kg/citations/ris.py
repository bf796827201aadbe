"""RIS as reference managers write it, and as they should not: a mark of byte order, old line ends, missing ends.

Lives here: the reader. May enter: `.tagged`, `.ris_tags`. Never here: files; silence about a record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from kg.citations import dates, names, tagged
from kg.citations import ris_tags as table
from kg.citations.entry import Desk, Entry
from kg.citations.parsed import Parsed, one_line, paragraphs
from kg.citations.residue import restore
from kg.errors import ParseFailure

FORMAT = "ris"
RESIDUE = "csl_json "
_TAG = re.compile(r"([A-Z][A-Z0-9])  -(?: (.*)|)")
_LOOSE_TAG = re.compile(r"([A-Z][A-Z0-9])[ \t]{0,3}-(?:[ \t]+(.*)|)")
_START = re.compile(r"TY  -(?: .*)?|TY[ \t]{0,3}-[ \t]*[A-Z0-9]{0,10}[ \t]*")
_END = re.compile(r"ER[ \t]{0,3}-[ \t]*")
_RANGE = re.compile(r"\s*(?:--?|–)\s*")
_NO_ISBN_TYPES = frozenset({"article-journal", "article-magazine", "article-newspaper", "periodical"})


@dataclass(slots=True)
class _Record:
    line: int
    lines: list[str] = field(default_factory=list)
    begun: bool = False
    ended: bool = False

    @property
    def raw(self) -> str:
        return "\n".join(self.lines).rstrip()


def parse(text: str, *, source: str) -> Parsed:
    """Read every record of a RIS text.

    A record begins at its `TY` line and ends at `ER`, at the next `TY` or at the end of the text; what is missing is
    told. Lines with tags outside of a record, closed by `ER`, are a record without its beginning: a failure.

    Laws: works and failures together are the `TY` lines and the `ER` lines that close nothing.

    Cost: linear in the length.

    Example:
        >>> found = parse("TY  - JOUR\\nTI  - One\\nAU  - Hu, Edward\\nPY  - 2022\\nER  - \\n", source="x.ris")
        >>> found.works[0].work.id, found.works[0].work.authors
        ('hu2022one', ['Hu, Edward'])
    """
    return tagged.read(
        text, source=source, format=FORMAT, label="RIS", mark="TY  - JOUR", records=_even_indented, take=_take
    )


def read_entry(text: str) -> Entry:
    """Return the one record of a text that stands alone.

    Raises:
        ParseFailure: there is none.
    """
    record = next(_records(text.split("\n"), Desk("", FORMAT)), None)
    if record is None or not record.begun:
        raise ParseFailure("no record was found", source="", raw=text)
    return _to_entry(record)


def _even_indented(lines: list[str], desk: Desk) -> Iterator[_Record]:
    if not any(_START.fullmatch(line) for line in lines):
        bare = [line.lstrip(" \t") for line in lines]
        if any(_START.fullmatch(line) for line in bare):
            lines = bare
            desk.remark("the records are indented; the spaces before their tags are left out", line=1)
    return _records(lines, desk)


def _records(lines: list[str], desk: Desk) -> Iterator[_Record]:
    record = _Record(1)
    for number, line in enumerate(lines, 1):
        if _START.fullmatch(line):
            if record.begun:
                yield record
            else:
                _tell_stray(desk, record)
            record = _Record(number, [line], begun=True)
        elif _END.fullmatch(line):
            record.lines.append(line)
            record.ended = True
            yield record
            record = _Record(number + 1)
        elif record.lines or line.strip():
            if not record.lines:
                record.line = number
            record.lines.append(line)
    if record.begun:
        yield record
    else:
        _tell_stray(desk, record)


def _tell_stray(desk: Desk, record: _Record) -> None:
    stray = one_line("\n".join(record.lines[:20]))
    if stray:
        desk.remark(f"text outside of a record is left out: {stray[:200]!r}", line=record.line)


def _take(desk: Desk, record: _Record) -> None:
    if record.begun:
        desk.take(_to_entry(record))
    else:
        desk.fail(
            "the record ends with ER, but does not begin with a TY line",
            line=record.line,
            raw=record.raw,
            remedy="add a first line such as `TY  - JOUR`",
        )


def _to_entry(record: _Record) -> Entry:
    loose = _TAG.fullmatch(record.lines[0]) is None
    lines = record.lines[1:-1] if record.ended else record.lines[1:]
    tags, odd = tagged.tags(lines, _LOOSE_TAG if loose else _TAG, joint="\n")
    entry = _entry(record, tags)
    if loose:
        entry.remarks.append("the tags are not spaced as `TY  - `; they are read all the same")
    if not record.ended:
        entry.remarks.append("the record has no ER line; it ends where the next begins")
    if odd:
        entry.remarks.append(f"a line before the first tag is left out: {one_line(' '.join(odd))[:200]!r}")
    return entry


def _entry(record: _Record, tags: dict[str, list[str]]) -> Entry:
    remarks: list[str] = []
    word = one_line(record.lines[0].partition("-")[2])
    item: dict[str, Any] = {"type": table.TYPES.get(word, "document")}
    custom: dict[str, Any] = {}
    if word not in table.TYPES:
        remarks.append(f"{word!r} is no type of RIS; the work is kept as a document")
    key = next((one_line(tags.pop(tag)[0]) for tag in table.KEYS if tag in tags), "")
    residues = [value for value in tags.get(table.RESIDUE_TAG, ()) if value.startswith(RESIDUE)]
    if residues:
        tags[table.RESIDUE_TAG] = [value for value in tags[table.RESIDUE_TAG] if not value.startswith(RESIDUE)]
    for tag, variable in table.NAMES.items():
        listed = [name for value in tags.pop(tag, ()) if (name := one_line(value))]
        if listed and listed[-1].lower().strip(". ") in {"et al", "others"}:
            listed.pop()
            custom[f"{variable}-others"] = True
        if listed:
            item.setdefault(variable, []).extend(names.undisplay(name) for name in listed)
    for tag, variable in (table.PARAGRAPHS | table.TEXTS).items():
        shape = paragraphs if variable in table.PARAGRAPHS.values() else one_line
        for value in tags.pop(tag, ()):
            _put(item, custom, variable, tag, shape(value))
    _dates(tags, item, custom, remarks)
    _numbers(tags, item, custom)
    for tag, values in tags.items():
        kept = [line for value in values if (line := one_line(value))]
        if kept:
            custom[f"RIS-{tag}"] = kept[0] if len(kept) == 1 else kept
    item["custom"] = custom
    for residue in residues[:1]:
        remarks += restore(item, residue[len(RESIDUE) :])
    return Entry(item, record.line, record.raw, key=key, remarks=remarks)


def _put(item: dict[str, Any], custom: dict[str, Any], variable: str, tag: str, text: str) -> None:
    if not text or item.get(variable) == text:
        return
    if not item.get(variable):
        item[variable] = text
    elif variable == "note":
        item[variable] += f"\n{text}"
    else:
        custom.setdefault(f"RIS-{tag}", text)


def _dates(tags: dict[str, list[str]], item: dict[str, Any], custom: dict[str, Any], remarks: list[str]) -> None:
    years = [date for tag in ("PY", "Y1") for value in tags.pop(tag, ()) if (date := _date(value))]
    given = [(one_line(value), date) for value in tags.pop("DA", ()) if (date := _date(value))]
    exact = [date for _, date in given]
    text = next((value for value, date in given if years and "literal" in date), None)
    if text is not None:
        custom["RIS-DA"] = text
        remarks.append(f"DA: {text[:80]!r} is no date of the calendar; kept as custom.RIS-DA")
    # DA is often the day of the first printing: it counts only when it is of the year that the record names.
    for date in years + exact:
        known = item.get("issued")
        if known is None or (_length(date) > _length(known) and dates.year_of(date) == dates.year_of(known)):
            item["issued"] = date
    for value in tags.pop("Y2", ()):
        if date := _date(value):
            item.setdefault("accessed", date)


def _length(date: dict[str, Any]) -> int:
    return len(date.get("date-parts", [[]])[0])


def _date(value: str) -> dict[str, Any]:
    """Read `YYYY/MM/DD/other` with any part but the year empty."""
    parts = [part.strip() for part in one_line(value).split("/")]
    if len(parts) >= 3:
        given = parts[:3]
        while given and not given[-1]:
            given.pop()
        text = "-".join(given) if all(given) else parts[0]
        return dates.parse_date(text)
    return dates.parse_date(one_line(value).strip("/"))


def _numbers(tags: dict[str, list[str]], item: dict[str, Any], custom: dict[str, Any]) -> None:
    start, end = (one_line(" ".join(tags.pop(tag, ()))) for tag in ("SP", "EP"))
    pages = _RANGE.sub("-", start)
    item["page"] = f"{pages}-{end}" if pages and end and end != pages and "-" not in pages else pages or end
    keywords = [one_line(value) for value in tags.pop("KW", ())]
    item["keyword"] = ", ".join(word for word in keywords if word)
    for value in tags.pop("SN", ()):
        number = one_line(value)
        variable = "ISSN" if item["type"] in _NO_ISBN_TYPES or len(re.sub(r"\W", "", number)) == 8 else "ISBN"
        item[variable] = f"{item.get(variable, '')} {number}".strip()
    addresses = [address for value in tags.pop("UR", ()) for address in value.split()]
    if addresses:
        item["URL"], *others = addresses
        if others:
            custom["RIS-UR"] = others
    if item["type"] in {"report", "patent", "standard"} and item.get("issue") and not item.get("number"):
        item["number"] = item.pop("issue")
