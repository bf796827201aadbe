"""The formats of citations: one registry, read by every door.

Lives here: `FORMATS`, choosing a format, reading bytes, writing works. May enter: the rooms of each format.
Never here: the syntax of any of them; files.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from kg.citations import bibtex, csl, endnote, nbib, ris, table
from kg.citations.bibtex_writer import to_bibtex
from kg.citations.csl import to_csl
from kg.citations.encodings import read_bytes
from kg.citations.parsed import Parsed, Reader, refuse
from kg.citations.ris_writer import to_ris
from kg.errors import InputError, ParseFailure
from kg.meant import near
from kg.model import Work

Writer = Callable[[Iterable[Work]], str]


@dataclass(frozen=True, slots=True)
class Format:
    """One format: how it is called, what its files end in, how it is recognised, read and (some) written."""

    id: str
    label: str
    media_type: str
    suffixes: tuple[str, ...]
    mark: re.Pattern[str]
    parse: Reader
    write: Writer | None = None


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.MULTILINE | re.IGNORECASE)


FORMATS: Mapping[str, Format] = {
    format.id: format
    for format in (
        Format(
            "bibtex",
            "BibTeX and BibLaTeX",
            "application/x-bibtex",
            (".bib", ".bibtex"),
            _pattern(r"^[ \t]*@[a-z]+[ \t]*[{(]"),
            bibtex.parse,
            to_bibtex,
        ),
        Format(
            "ris",
            "RIS",
            "application/x-research-info-systems",
            (".ris",),
            _pattern(r"^[ \t]*TY[ \t]{0,3}-"),
            ris.parse,
            to_ris,
        ),
        Format(
            "csl-json",
            "CSL-JSON",
            "application/vnd.citationstyles.csl+json",
            (".json",),
            _pattern(r"\A\s*[\[{]"),
            csl.parse,
            to_csl,
        ),
        Format("nbib", "PubMed NBIB", "application/nbib", (".nbib",), _pattern(r"^PMID {0,2}-"), nbib.parse),
        Format("endnote-xml", "EndNote XML", "application/xml", (".xml",), _pattern(r"<record[\s>]"), endnote.parse),
        Format("csv", "CSV with a header", "text/csv", (".csv", ".tsv"), _pattern(r"\A[^\n]*\btitle\b"), table.parse),
    )
}


def format_of(name: str) -> Format:
    """Return a format by its id.

    Raises:
        InputError: there is none of that id; `near` names similar ones.

    Example:
        >>> format_of("ris").label
        'RIS'
    """
    found = FORMATS.get(name)
    if found is None:
        raise InputError(
            f"{name[:50]!r} is no format of citations",
            where="format",
            near=near(name, FORMATS.keys(), most=2),
            hint=f"formats are {', '.join(FORMATS)}",
        )
    return found


def recognise(source: str, text: str) -> Format | None:
    """Return the format of a text by the end of its name, or else by its content; None when neither tells.

    Example:
        >>> recognise("library.bib", "").id, recognise("paste", "TY  - JOUR").id, recognise("paste", "hello")
        ('bibtex', 'ris', None)
    """
    suffix = PurePath(source).suffix.lower()
    named = [format for format in FORMATS.values() if suffix in format.suffixes]
    marked = [format for format in FORMATS.values() if format.mark.search(text[:100_000])]
    return next(iter([*named, *marked]), None)


def read(data: bytes, *, source: str, format: str | None = None, encoding: str | None = None) -> Parsed:
    """Read citations from the bytes of a file.

    Args:
        data: The file.
        source: Its name, for the report and, without `format`, for choosing the reader.
        format: Id of a format; None to recognise it.
        encoding: None for UTF-8.

    Returns:
        The works, failures and remarks; a source that cannot be read at all is one failure.

    Raises:
        InputError: `format` or `encoding` is not known.

    Example:
        >>> len(read(b"@book{a, title={One}}", source="x.bib").works)
        1
    """
    chosen = None if format is None else format_of(format)
    try:
        text = read_bytes(data, source, encoding=encoding)
    except ParseFailure as fault:
        return refuse(fault.message, source=source, line=fault.line, raw=fault.raw, remedy=fault.hint or "")
    chosen = chosen or recognise(source, text)
    if chosen is None:
        return refuse(
            "the format of this source is not recognised",
            source=source,
            raw=text,
            remedy=f"name it: {', '.join(FORMATS)}",
        )
    return chosen.parse(text, source=source)


def write(works: Iterable[Work], format: str) -> str:
    """Return works in a format that is written as well as read.

    Raises:
        InputError: the format is unknown, or only read.

    Example:
        >>> write([], "csl-json")
        '[\\n\\n]'
    """
    chosen = format_of(format)
    if chosen.write is None:
        written = ", ".join(each.id for each in FORMATS.values() if each.write is not None)
        raise InputError(f"{chosen.label} is only read", where="format", hint=f"choose one of {written}")
    return chosen.write(works)
