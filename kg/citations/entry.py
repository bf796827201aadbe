"""From a CSL-JSON item of any reader to a validated work: the one desk every format passes.

Lives here: citation keys and `Desk`. May enter: `kg.inputs`, `kg.ids`, `.item`. Never here: the syntax of a format.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kg import ids
from kg.citations import dates, names
from kg.citations.csl_terms import TYPES
from kg.citations.item import arxiv_of, canonical_item
from kg.citations.parsed import (
    MAX_ENTRY_CHARS,
    Failure,
    Parsed,
    ParsedWork,
    Remark,
    failure,
    one_line,
    storable,
)
from kg.errors import BadIdentifier, InputError
from kg.inputs import WorkIn, parse

_KEY_BREAK = re.compile(r"[^A-Za-z0-9_.:+-]+")
_ARTICLES = "a an the on of in to for and towards from with by at is are der die das le la les un une"
_STOP_WORDS = frozenset(_ARTICLES.split())


@dataclass(slots=True)
class Entry:
    """What a reader found at one place: a CSL-JSON item (not yet checked), its key and its raw text."""

    item: dict[str, Any]
    line: int | None
    raw: str
    key: str = ""
    remarks: list[str] = field(default_factory=list)


class Desk:
    """Takes the entries of one source in order and gives each a work or a failure, never both, never neither."""

    def __init__(self, source: str, raw_format: str) -> None:
        self._source = source
        self._format = raw_format
        self._keys: dict[str, int | None] = {}
        self._next: dict[str, int] = {}
        self._works: list[ParsedWork] = []
        self._failures: list[Failure] = []
        self._remarks: list[Remark] = []

    def take(self, entry: Entry) -> None:
        """Make a work of the entry, or a failure that says why not."""
        try:
            if len(entry.raw) > MAX_ENTRY_CHARS:
                raise InputError(
                    f"the entry has {len(entry.raw)} characters, at most {MAX_ENTRY_CHARS} are read",
                    hint="look for a brace or an end mark that is missing",
                )
            values, remarks = _values(entry.item)
            key, rekeyed = self._key(entry, values)
            values["csl"]["id"] = key
            work = parse(WorkIn, values | {"id": key, "raw": storable(entry.raw), "raw_format": self._format})
        except InputError as fault:
            self.fail(str(fault.message), line=entry.line, raw=entry.raw, remedy=fault.hint)
            return
        self._keys[key.lower()] = entry.line
        self._works.append(ParsedWork(self._source, entry.line, work, tuple(rekeyed)))
        for message in (*entry.remarks, *remarks):
            self.remark(message, line=entry.line)

    def fail(self, reason: str, *, line: int | None, raw: str, remedy: str | None = None) -> None:
        """Keep an entry that cannot be read."""
        self._failures.append(
            failure(
                reason,
                source=self._source,
                line=line,
                raw=raw,
                remedy=remedy or "correct the entry and import it again; the other entries are not affected",
            )
        )

    def remark(self, message: str, *, line: int | None) -> None:
        """Tell something about the source that cost no entry."""
        self._remarks.append(Remark(self._source, line, message))

    def parsed(self) -> Parsed:
        """Return all that was taken."""
        return Parsed(tuple(self._works), tuple(self._failures), tuple(self._remarks))

    def _key(self, entry: Entry, values: Mapping[str, Any]) -> tuple[str, list[str]]:
        said: list[str] = []
        key = usable_key(entry.key) or make_key(values)
        if entry.key and key != entry.key:
            said.append(f"the key {entry.key[:80]!r} is not usable as an id")
            if given := one_line(one_line(entry.key)[:500]):
                values["csl"].setdefault("citation-key", given)
        if key.lower() in self._keys:
            first, before = self._keys[key.lower()], key
            number = self._next.get(before.lower(), 2)
            while (key := f"{before[:120]}-{number}").lower() in self._keys:
                number += 1
            self._next[before.lower()] = number + 1
            if entry.key:
                place = "" if first is None else f" (line {first})"
                said.append(f"the key {before} stands in this source already{place}")
        return key, said


def usable_key(text: str) -> str:
    """Return a citation key as near to the text as our ids allow; "" when nothing of it is usable.

    Example:
        >>> usable_key("DBLP:conf/iclr/HuSWALWWC22"), usable_key("Müller 2020"), usable_key("微调")
        ('DBLP:conf-iclr-HuSWALWWC22', 'Muller-2020', '')
    """
    try:
        return ids.parse_work_key(text)
    except BadIdentifier:
        plain = names.ascii_letters(text)
        return _KEY_BREAK.sub("-", plain).strip("-_.:+")[:128]


def make_key(values: Mapping[str, Any]) -> str:
    """Return a key of family name, year and first word of the title, as bibliographies write it.

    Example:
        >>> make_key({"authors": ["Hu, Edward J."], "year": 2022, "title": "LoRA: Low-Rank Adaptation"})
        'hu2022lora'
    """
    family = ids.slugify(values["authors"][0].split(",")[0]) if values.get("authors") else ""
    words = (ids.slugify(word) for word in values["title"].split())
    word = next((word.split("-")[0] for word in words if word and word not in _STOP_WORDS), "")
    stem = family.replace("-", "")[:40]
    if not stem and not word:
        digest = hashlib.sha256("\x1f".join((*values.get("authors", ()), values["title"])).encode()).digest()
        word = "w" + b32encode(digest).decode().lower()[:10]
    return f"{stem}{'' if values.get('year') is None else values['year']}{word[:40]}"


def _values(item: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    csl, remarks = canonical_item(item)
    if csl.get("type") not in TYPES:
        if csl.get("type"):
            remarks.append(f"the type {csl['type'][:80]!r} is not of CSL; the work is kept as a document")
            csl.setdefault("genre", csl["type"])
        csl["type"] = "document"
    if "title" not in csl and csl["type"] in {"book", "collection", "periodical"} and csl.get("container-title"):
        csl["title"] = csl["container-title"]
    if "title" not in csl:
        raise InputError("the entry has no title", hint="add a title and import the entry again")
    issued = csl.get("issued", {})
    year = dates.year_of(issued)
    if year is None and issued:
        remarks.append(f"no year from {dates.iso(issued)[:80]!r}: expected a year such as 2023")
    values: dict[str, Any] = {
        "type": csl["type"],
        "title": csl["title"],
        "authors": [names.display(name) for name in csl.get("author", ())],
        "year": year,
        "doi": csl.get("DOI"),
        "arxiv": arxiv_of(csl),
        "url": csl.get("URL"),
        "csl": csl,
    }
    return values, remarks
