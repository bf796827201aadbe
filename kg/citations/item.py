"""A CSL-JSON item in the one form that we keep: checked types, clean text, canonical identifiers.

Lives here: `canonical_item`, `sound`, `arxiv_of`. May enter: `kg.ids`, `.dates`, `.names`. Never here: keys, records.
What is unusable in a side field is kept under `custom` and told in a remark; it costs no entry.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from kg import identifiers, ids
from kg.citations import dates, names
from kg.citations.csl_terms import DATE_SET, NAME_SET, PARAGRAPH_SET, TEXT_SET
from kg.citations.parsed import MAX_DEPTH, legible, one_line, paragraphs
from kg.errors import BadIdentifier, InputError

MAX_NAMES = 5_000
MAX_NODES = 50_000
MAX_TEXT = 200_000
_ARXIV_TEXT = re.compile(r"arxiv[:/ ]\s*([a-z-]+(?:\.[a-z]{2})?/\d{7}|\d{4}\.\d{4,5})(v\d+)?", re.IGNORECASE)
_DATE_FORM = 'the form is {"date-parts": [[2023, 5, 1]]}'
_LOST = re.compile("[\ud800-\udfff]")
_DOI_ADDRESS = re.compile(r"https?://(?:dx\.|www\.)?doi\.org/10\.", re.IGNORECASE)


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
        raise InputError(f"custom: expected an object, given {said(custom)}")
    custom = dict(custom)
    for key, value in item.items():
        if value is None or value in ("", [], {}) or key in {"custom", "id"}:
            continue
        if key in TEXT_SET:
            text = _text(key, value)
            if text:
                kept[key] = text
        elif key in NAME_SET:
            kept[key] = _names(key, value, custom, remarks)
        elif key in DATE_SET:
            kept[key] = _date(key, value, custom, remarks)
        elif key == "type":
            kept[key] = one_line(_text(key, value))
        else:
            custom[key] = value
    _identifiers(kept, custom, remarks)
    plain = _plain(custom, 0, [0])
    if plain:
        kept["custom"] = plain
    return {key: kept[key] for key in sorted(kept) if kept[key]}, remarks


def sound(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return an item without the variables that `canonical_item` would refuse; the item itself when there are none.

    Example:
        >>> sound({"volume": 7, "author": "x", "issued": [2020]})
        {'volume': 7}
    """
    if _is_readable(item):
        return item
    return {key: value for key, value in item.items() if _is_readable({key: value})}


def _is_readable(item: Mapping[str, Any]) -> bool:
    try:
        canonical_item(item)
    except InputError:
        return False
    return True


def _text(key: str, value: Any) -> str:
    if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
        value = value[0] if key in {"title", "container-title"} else " ".join(value[:100])
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise InputError(f"{key}: expected text, given {said(value)}", hint="CSL-JSON has text here")
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"{key}: {value} is no number", hint="leave the variable out")
    text = str(value)
    if len(text) > MAX_TEXT:
        raise InputError(f"{key}: {len(text)} characters, at most {MAX_TEXT} are kept", hint="shorten it")
    return paragraphs(text) if key in PARAGRAPH_SET else one_line(text)


def _names(key: str, value: Any, custom: dict[str, Any], remarks: list[str]) -> list[dict[str, str]]:
    if not isinstance(value, list) or not all(isinstance(name, Mapping) for name in value):
        raise InputError(f"{key}: expected a list of names, each with family and given or literal")
    if len(value) > MAX_NAMES:
        raise InputError(f"{key}: {len(value)} names, at most {MAX_NAMES} are kept", hint="end the list with `others`")
    kept: list[dict[str, str]] = []
    lost: list[str] = []
    for at, name in enumerate(value, 1):
        given = {"literal": name["name"]} if isinstance(name.get("name"), str) and not name.get("family") else name
        parts = {part: given[part] for part in names.PARTS if given.get(part)}
        if not all(isinstance(text, str) for text in parts.values()):
            raise InputError(f"{key}: a part of a name is not text")
        clean = {part: line for part, text in parts.items() if (line := one_line(text))}
        if "literal" in clean:
            clean = {"literal": clean["literal"]}
        if clean:
            kept.append(clean)
        gone = [part for part, text in parts.items() if text.strip() and (part not in clean or _LOST.search(text))]
        shown = json.dumps(dict(name) if not clean else {part: parts[part] for part in gone}, default=str)[:200]
        if gone:
            lost.append(json.dumps(parts))
            remarks.append(f"{key} {at}: {shown} cannot stay in the name; kept as custom.{key}-as-given")
        elif not clean:
            remarks.append(f"{key} {at}: {shown} names nobody; it is left out")
    if lost:
        custom.setdefault(f"{key}-as-given", lost)
    return kept


def _date(key: str, value: Any, custom: dict[str, Any], remarks: list[str]) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise InputError(f"{key}: expected an object with date-parts, given {said(value)}", hint=_DATE_FORM)
    try:
        date, lost = dates.check(value)
    except ValueError as fault:
        raise InputError(f"{key}: {fault}", hint=_DATE_FORM) from fault
    if lost:
        custom.setdefault(f"{key}-as-given", lost)
        stays = dates.iso(date)
        instead = f", and the date is {stays}" if stays else ""
        remarks.append(f"{key}: {lost[:80]} is no date of the calendar; kept as custom.{key}-as-given{instead}")
    kept = {part: one_line(text) if isinstance(text, str) else text for part, text in date.items()}
    return {part: value for part, value in kept.items() if value}


def said(value: Any) -> str:
    """Return what a value of JSON is, in words.

    Example:
        >>> said("2020"), said(None)
        ('text', 'nothing')
    """
    kinds = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list"}
    return "nothing" if value is None else kinds.get(type(value), "an object")


def _identifiers(kept: dict[str, Any], custom: dict[str, Any], remarks: list[str]) -> None:
    """Bring identifiers to their canonical form; those that are none move to `custom`, with a remark."""
    checks: tuple[tuple[str, Callable[[str], str]], ...] = (
        ("URL", ids.parse_url),
        ("DOI", identifiers.parse_doi),
        ("PMID", identifiers.parse_pmid),
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
    if "DOI" not in kept and _DOI_ADDRESS.match(kept.get("URL", "")):
        try:
            kept["DOI"] = identifiers.parse_doi(kept["URL"])
        except InputError:
            remarks.append("the address is of doi.org, but holds no DOI")
    arxiv = arxiv_of(kept)
    if arxiv is not None and "archive" not in kept and "archive_location" not in kept:
        kept["archive"], kept["archive_location"] = "arXiv", arxiv


def _isbns(text: str) -> str:
    found = re.findall(r"97[89][\d -]{10,14}\d|\d[\d -]{8,11}[\dXx]", text) or [text]
    return " ".join(dict.fromkeys(identifiers.parse_isbn(one) for one in found))


def arxiv_of(csl: Mapping[str, Any]) -> str | None:
    """Return the arXiv id that an item names in its archive, DOI, address, number or journal; None when it has none.

    Example:
        >>> arxiv_of({"URL": "https://arxiv.org/abs/2106.09685v2"})
        '2106.09685'
    """
    candidates = []
    if csl.get("archive", "").lower() == "arxiv":
        candidates.append(csl.get("archive_location", ""))
    candidates.append(identifiers.arxiv_of_doi(csl.get("DOI", "")) or "")
    if "arxiv.org/" in csl.get("URL", "").lower():
        candidates.append(csl["URL"])
    for key in ("number", "container-title"):
        found = _ARXIV_TEXT.search(csl.get(key, "")[:500])
        if found:
            candidates.append(found[1])
    for candidate in candidates:
        try:
            return identifiers.parse_arxiv(candidate)
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
