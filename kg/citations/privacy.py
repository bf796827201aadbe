r"""Where a reader keeps her files is nobody's business: paths of her machine are taken out of what is stored.

Lives here: `private`, which cleans a work of any format. May enter: works as the readers make them.
Never here: addresses on the web, which stay.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kg.inputs import WorkIn

# Fields of reference managers that hold nothing but places on a disk: JabRef, Zotero, Mendeley, BibDesk, EndNote.
_FIELDS = re.compile(
    r"(?:RIS-)?(?:file|pdf|localfile|local-url|bdsk-file-\d+|L[14]|file attachments?)|link attachments?", re.IGNORECASE
)
_MARK = re.compile(
    r"\\.|[{}\"]|(?<![\w-])(?P<field>(?:file|pdf|localfile|local-url|bdsk-file-\d{1,3})[ \t]*=[ \t]*(?=[{\"\w]))",
    re.IGNORECASE | re.DOTALL,
)
_TAG_LINE = re.compile(r"^[ \t]*L[14][ \t]{0,3}-[^\n]*(?:\n|\Z)", re.MULTILINE)
_PDF_URLS = re.compile(r"<pdf-urls>[^\x00]*?</pdf-urls>")
_JSON_FIELD = re.compile(r'"(?:file|pdf|localfile|local-url)"\s*:\s*"(?:[^"\\\n]|\\.)*+"\s*,?', re.IGNORECASE)
_REST = r"[^\s\"'<>{}|;,\]]*"
_PATH = re.compile(
    rf"(?:file:/{{1,3}}|internal-pdf://|(?<![\w.:/])/(?:Users|home|root|mnt|media|Volumes|private/var|var/mobile)/)"
    rf"{_REST}|(?:(?<!\w)[A-Za-z]:(?:\\{{1,2}}[\w .-]{{1,80}}\\|/Users/)|(?<![\w\\])\\\\[\w.$-]{{1,80}}\\){_REST}"
    rf"(?: {{1,2}}[^\s\"'<>{{}}|;,\]\\]*\\{_REST})*",
    re.IGNORECASE,
)
# Variables in which programs put paths; titles and names are shown as they stand.
_SEARCHED = frozenset(
    {"annote", "archive", "archive_location", "call-number", "custom", "note", "references", "source"}
)
_BRACKET, _BARE = re.compile(r"[{}]"), re.compile(r"[^,}\s]*")


def private(work: WorkIn) -> tuple[WorkIn, list[str]]:
    """Return a work without paths of the machine it came from, and what was taken out of where.

    Fields that reference managers keep for attached files go whole; elsewhere (notes, addresses) only the path goes.

    Laws: cleaning twice is cleaning once; a work without paths stays as it is.

    Cost: linear in the length of the work.

    Example:
        >>> raw = "@misc{a, file = {:home/ann/x.pdf:PDF}, title = {One}}"
        >>> work = WorkIn(id="a", type="book", title="One", csl={"custom": {"file": ":home/ann/x.pdf:PDF"}}, raw=raw,
        ...               raw_format="bibtex")
        >>> cleaned, told = private(work)
        >>> cleaned.raw, cleaned.csl, told
        ('@misc{a, title = {One}}', {}, ['file'])
    """
    told: dict[str, list[str]] = {}
    csl = dict(work.csl)
    for name in _SEARCHED & csl.keys():
        csl[name] = _without(name, csl[name], told)
        if csl[name] in _EMPTY:
            del csl[name]
    raw = work.raw
    if raw is not None:
        cleaned = _fieldless(raw, work.raw_format or "")
        for text in sorted((text for texts in told.values() for text in texts), key=len, reverse=True):
            cleaned = cleaned.replace(text, "")
        cleaned = _PATH.sub("", cleaned)
        if cleaned != raw and not told:
            told["the raw entry"] = []
        raw = cleaned
    return (work.model_copy(update={"csl": csl, "raw": raw}), list(told)) if told else (work, [])


_EMPTY: tuple[Any, ...] = ({}, [], "")


def _without(name: str, value: Any, told: dict[str, list[str]]) -> Any:
    """Return a value of CSL without paths, empty when nothing of it is left; what was taken out is noted."""
    if isinstance(value, str):
        kept = _PATH.sub("", value)
        if kept == value:
            return value
        told.setdefault(name, [])
        return kept.strip()
    if isinstance(value, Mapping):
        inner = {}
        for key, part in value.items():
            if _FIELDS.fullmatch(key):
                told.setdefault(key, []).extend(text for text in _texts(part) if len(text) > 3)
                continue
            kept = _without(key, part, told)
            if kept not in _EMPTY or part in _EMPTY:
                inner[key] = kept
        return inner
    if isinstance(value, list):
        parts = [_without(name, part, told) for part in value]
        return [kept for kept, part in zip(parts, value, strict=True) if kept not in _EMPTY or part in _EMPTY]
    return value


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [text for part in value for text in _texts(part)] if isinstance(value, list) else []


def _fieldless(raw: str, format: str) -> str:
    """Return a raw entry without the fields that hold files."""
    if format == "bibtex":
        return _bibtex_without(raw)
    pattern = {"ris": _TAG_LINE, "endnote-xml": _PDF_URLS, "csl-json": _JSON_FIELD}.get(format)
    return raw if pattern is None else pattern.sub("", raw)


def _bibtex_without(raw: str) -> str:
    """Return an entry without its fields of files; a field that never ends takes the rest with it."""
    parts: list[str] = []
    kept, at, depth, quoted = 0, 0, 0, False
    while (mark := _MARK.search(raw, at)) is not None:
        at = mark.end()
        if mark["field"] is not None:
            if depth == 1 and not quoted:
                parts.append(raw[kept : mark.start()].rstrip())
                at = _value_end(raw, at)
                at = kept = at + (raw[at : at + 1] == ",")
        elif mark[0] == '"':
            quoted = quoted != (depth == 1)
        elif mark[0] in "{}":
            depth += 1 if mark[0] == "{" else -1
    return "".join((*parts, raw[kept:]))


def _value_end(raw: str, at: int) -> int:
    char = raw[at]
    if char == '"':
        end = raw.find('"', at + 1)
        return len(raw) if end < 0 else end + 1
    if char != "{":
        found = _BARE.match(raw, at)
        return at if found is None else found.end()
    depth = 0
    for bracket in _BRACKET.finditer(raw, at):
        depth += 1 if bracket[0] == "{" else -1
        if depth == 0:
            return bracket.end()
    return len(raw)
