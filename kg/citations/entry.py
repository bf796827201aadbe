"""From a CSL-JSON item of any reader to a validated work: the one desk every format passes.

Lives here: the canonical item, identifiers found in it, citation keys, `Desk`. May enter: `kg.inputs`, `kg.ids`.
Never here: the syntax of a format. What is unusable in a side field is kept under `custom` and told in a remark.
"""

from __future__ import annotations

import hashlib
import math
import re
from base64 import b32encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kg import ids
from kg.citations import dates, names
from kg.citations.csl_terms import DATE_SET, NAME_SET, PARAGRAPH_SET, TEXT_SET, TYPES
from kg.citations.parsed import (
    MAX_DEPTH,
    MAX_ENTRY_CHARS,
    Failure,
    Parsed,
    ParsedWork,
    Remark,
    failure,
    legible,
    one_line,
    paragraphs,
    storable,
)
from kg.errors import BadIdentifier, InputError
from kg.inputs import WorkIn, parse

MAX_NAMES = 5_000
MAX_NODES = 50_000
_KEY_BREAK = re.compile(r"[^A-Za-z0-9_.:+-]+")
_ARXIV_TEXT = re.compile(r"arxiv[:/ ]\s*([a-z-]+(?:\.[a-z]{2})?/\d{7}|\d{4}\.\d{4,5})(v\d+)?", re.IGNORECASE)
_ARXIV_DOI = "10.48550/arxiv."
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
            key, said = self._key(entry, values)
            values["csl"]["id"] = key
            work = parse(WorkIn, values | {"id": key, "raw": storable(entry.raw), "raw_format": self._format})
        except InputError as fault:
            self.fail(str(fault.message), line=entry.line, raw=entry.raw, remedy=fault.hint)
            return
        self._keys[key.lower()] = entry.line
        self._works.append(ParsedWork(self._source, entry.line, work))
        for message in (*entry.remarks, *remarks, *said):
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
            said.append(f"the key {entry.key[:80]!r} is not usable as an id; the work is called {key}")
            values["csl"].setdefault("citation-key", one_line(entry.key)[:500])
        if key.lower() in self._keys:
            first, before, number = self._keys[key.lower()], key, 2
            while (key := f"{before[:120]}-{number}").lower() in self._keys:
                number += 1
            if entry.key:
                place = "" if first is None else f" (line {first})"
                said.append(f"the key {before} stands in this source already{place}; this second work is called {key}")
        return key, said


def canonical_item(item: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return a CSL-JSON item in the one form we keep, and remarks on what could not stay where it was.

    Args:
        item: CSL-JSON as a reader or a stranger made it.

    Raises:
        InputError: a variable has a wrong type, or the item is too large or too deep.

    Laws: the canonical form of a canonical item is itself.

    Example:
        >>> canonical_item({"title": " A  title ", "volume": 7, "x": True})[0]
        {'custom': {'x': True}, 'title': 'A title', 'volume': '7'}
    """
    kept: dict[str, Any] = {}
    remarks: list[str] = []
    custom = item.get("custom", {})
    if not isinstance(custom, Mapping):
        raise InputError(f"custom: expected an object, given {type(custom).__name__}")
    custom = dict(custom)
    for key, value in item.items():
        if value is None or value in ("", [], {}) or key in {"custom", "id"}:
            continue
        if key in TEXT_SET:
            text = _text(key, value)
            if text:
                kept[key] = text
        elif key in NAME_SET:
            kept[key] = _names(key, value)
        elif key in DATE_SET:
            kept[key] = _date(key, value)
        elif key == "type":
            kept[key] = one_line(_text(key, value))
        else:
            custom[key] = value
    _identifiers(kept, custom, remarks)
    nodes = [0]
    plain = _plain(custom, 0, nodes)
    if plain:
        kept["custom"] = plain
    return {key: kept[key] for key in sorted(kept) if kept[key]}, remarks


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
        "arxiv": _arxiv(csl),
        "url": csl.get("URL"),
        "csl": csl,
    }
    return values, remarks


def _text(key: str, value: Any) -> str:
    if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
        value = value[0] if key in {"title", "container-title"} else " ".join(value[:100])
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise InputError(f"{key}: expected text, given {type(value).__name__}", hint="CSL-JSON has text here")
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"{key}: {value} is no number", hint="leave the variable out")
    text = str(value)
    if len(text) > 200_000:
        raise InputError(f"{key}: {len(text)} characters, at most 200000 are kept", hint="shorten it")
    return paragraphs(text) if key in PARAGRAPH_SET else one_line(text)


def _names(key: str, value: Any) -> list[dict[str, str]]:
    if not isinstance(value, list) or not all(isinstance(name, Mapping) for name in value):
        raise InputError(f"{key}: expected a list of names, each with family and given or literal")
    if len(value) > MAX_NAMES:
        raise InputError(f"{key}: {len(value)} names, at most {MAX_NAMES} are kept", hint="end the list with `others`")
    kept = []
    for name in value:
        given = {"literal": name["name"]} if isinstance(name.get("name"), str) and not name.get("family") else name
        parts = {part: given[part] for part in names.PARTS if given.get(part)}
        if not all(isinstance(text, str) for text in parts.values()):
            raise InputError(f"{key}: a part of a name is not text")
        clean = {part: line for part, text in parts.items() if (line := one_line(text))}
        if clean:
            kept.append({"literal": clean["literal"]} if "literal" in clean else clean)
    return kept


def _date(key: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise InputError(f"{key}: expected an object with date-parts, given {type(value).__name__}")
    try:
        date = dates.check(value)
    except ValueError as fault:
        raise InputError(f"{key}: {fault}", hint='the form is {"date-parts": [[2023, 5, 1]]}') from fault
    return {part: one_line(text) if isinstance(text, str) else text for part, text in date.items()}


def _identifiers(kept: dict[str, Any], custom: dict[str, Any], remarks: list[str]) -> None:
    """Bring identifiers to their canonical form; those that are none move to `custom`, with a remark."""
    checks: tuple[tuple[str, Callable[[str], str]], ...] = (
        ("URL", ids.parse_url),
        ("DOI", ids.parse_doi),
        ("PMID", ids.parse_pmid),
        ("ISBN", _isbns),
    )
    for key, check in checks:
        if key not in kept:
            continue
        try:
            kept[key] = check(kept[key])
        except (InputError, ValueError) as fault:
            reason = fault.message if isinstance(fault, InputError) else str(fault)
            custom[f"{key}-as-given"] = kept.pop(key)
            remarks.append(f"{reason}; kept as custom.{key}-as-given")
    if "DOI" not in kept and re.match(r"https?://(?:dx\.|www\.)?doi\.org/10\.", kept.get("URL", ""), re.IGNORECASE):
        try:
            kept["DOI"] = ids.parse_doi(kept["URL"])
        except InputError:
            remarks.append("the address is of doi.org, but holds no DOI")
    arxiv = _arxiv(kept)
    if arxiv is not None and "archive" not in kept and "archive_location" not in kept:
        kept["archive"], kept["archive_location"] = "arXiv", arxiv


def _isbns(text: str) -> str:
    found = re.findall(r"97[89][\d -]{10,14}\d|\d[\d -]{8,11}[\dXx]", text) or [text]
    return " ".join(dict.fromkeys(ids.parse_isbn(one) for one in found))


def _arxiv(csl: Mapping[str, Any]) -> str | None:
    candidates = []
    if csl.get("archive", "").lower() == "arxiv":
        candidates.append(csl.get("archive_location", ""))
    if csl.get("DOI", "").startswith(_ARXIV_DOI):
        candidates.append(csl["DOI"].removeprefix(_ARXIV_DOI))
    if "arxiv.org/" in csl.get("URL", "").lower():
        candidates.append(csl["URL"])
    for key in ("number", "container-title"):
        found = _ARXIV_TEXT.search(csl.get(key, "")[:500])
        if found:
            candidates.append(found[1])
    for candidate in candidates:
        try:
            return ids.parse_arxiv(candidate)
        except BadIdentifier:
            continue
    return None


def _plain(value: Any, depth: int, nodes: list[int]) -> Any:
    nodes[0] += 1
    if depth > MAX_DEPTH or nodes[0] > MAX_NODES:
        raise InputError(f"custom: nested deeper than {MAX_DEPTH} levels or more than {MAX_NODES} values")
    if isinstance(value, str):
        return legible(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) < 2**63:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, Mapping):
        return {legible(str(key)): _plain(value[key], depth + 1, nodes) for key in sorted(value, key=str)}
    if isinstance(value, (list, tuple)):
        return [_plain(part, depth + 1, nodes) for part in value]
    raise InputError(f"custom: {str(value)[:40]} is no value of JSON", hint="numbers are finite and below 2^63")
