"""The references of a pack: BibTeX, read whole where it is small, else some thousand entries at a time.

Lives here: `references`, `values_of`. May enter: a file that was looked at. Never here: what entries mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from kg.citations import bibtex
from kg.citations.parsed import MAX_CHARS, MAX_ENTRIES, Parsed, refuse
from kg.importers.sources import File
from kg.model import Work

PART = 4 * 1024 * 1024
_AT_LINE = re.compile(r"^@\w+[ \t]*\{", re.MULTILINE)
_SHARED = re.compile(r"@[ \t]*(?:string|xdata)\b|\b(?:crossref|xdata)[ \t]*=", re.IGNORECASE)


def references(file: File) -> Iterator[Parsed]:
    """Give the works and failures of a file of BibTeX; none where it holds remarks only.

    Law: reading it in parts gives what reading it whole gives.

    Cost: linear; a large file is read in parts of some 4 MiB, which must not hold macros or `crossref`.
    """
    if not any(line.strip() and line.lstrip()[0] != "%" for piece in file.pieces() for line in piece.split("\n")):
        return
    if file.path.stat().st_size <= MAX_CHARS:
        text = "".join(file.pieces())
        if text.count("\n@") < MAX_ENTRIES:
            yield bibtex.parse(text, source=file.name)
            return
    line = 1
    for text in _parts(file):
        shared = _SHARED.search(text)
        if shared is not None:
            yield refuse(
                f"entries of a large file cannot lean on each other: {shared[0]} on line "
                f"{line + text.count(chr(10), 0, shared.start())}",
                source=file.name,
                remedy="write out what they share, or split the file into several packs",
            )
            return
        yield _moved(bibtex.parse(text, source=file.name), line - 1)
        line += text.count("\n")


def values_of(work: Work) -> dict[str, Any]:
    """Return a work as its door takes it, for what another file says of it to be added."""
    return {field.name: getattr(work, field.name) for field in fields(work)} | {"authors": list(work.authors)}


def _parts(file: File) -> Iterator[str]:
    """Give the text in parts that begin at entries."""
    text = ""
    for piece in file.pieces():
        text += piece
        if len(text) < PART:
            continue
        starts = [mark.start() for mark in _AT_LINE.finditer(text)]
        if len(starts) > 1:
            yield text[: starts[-1]]
            text = text[starts[-1] :]
    if text.strip():
        yield text


def _moved(parsed: Parsed, lines: int) -> Parsed:
    """Return what a part held with the lines of the whole file."""

    def at(line: int | None) -> int | None:
        return None if line is None else line + lines

    return Parsed(
        tuple(replace(work, line=at(work.line)) for work in parsed.works),
        tuple(replace(fault, line=at(fault.line)) for fault in parsed.failures),
    )
