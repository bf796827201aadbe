"""Crossref: what its REST API says of a DOI, as a CSL item with notices in both directions and other versions.

Lives here: addresses, the shape of an answer. May enter: bytes. Never here: connections.

Source: Crossref REST API, works; `updated-by` (notices about this work, Retraction Watch included) and `update-to`
(works that this notice is about).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from kg.citations.found import Kind, Notice, Reading, Relation, identifier
from kg.citations.parsed import LATER
from kg.citations.served import json_object, line, lines, member, objects, plain_line, plain_text
from kg.errors import Upstream

SOURCE, RAW_FORMAT, MEDIA = "crossref", "crossref-json", "json"
_TYPES = {
    "journal-article": "article-journal", "proceedings-article": "paper-conference", "posted-content": "article",
    "book": "book", "monograph": "book", "edited-book": "book", "reference-book": "book", "book-set": "book",
    "book-series": "collection", "book-chapter": "chapter", "book-section": "chapter", "book-part": "chapter",
    "book-track": "chapter", "reference-entry": "entry", "report": "report", "report-component": "report",
    "report-series": "collection", "dissertation": "thesis", "dataset": "dataset", "database": "dataset",
    "standard": "standard", "peer-review": "review", "journal": "periodical", "journal-issue": "periodical",
    "journal-volume": "periodical", "proceedings": "book", "proceedings-series": "collection", "grant": "document",
    "component": "document", "other": "document",
}  # fmt: skip
_TEXTS = {
    "volume": "volume", "issue": "issue", "publisher": "publisher", "publisher-location": "publisher-place",
    "DOI": "DOI", "language": "language", "edition-number": "edition", "number": "number", "part-number": "part",
}  # fmt: skip
_NAMES = {"author": "author", "editor": "editor", "translator": "translator", "chair": "chair"}
_UPDATES = {
    "retraction": "retraction", "withdrawal": "retraction", "removal": "retraction",
    "partial_retraction": "partial-retraction", "correction": "correction", "corrigendum": "correction",
    "erratum": "correction", "expression_of_concern": "concern", "addendum": "addendum", "clarification": "addendum",
}  # fmt: skip
_VERSIONS = {"new_version", "new_edition"}
_RELATIONS = {
    "is-preprint-of": "is-preprint-of", "has-preprint": "has-preprint", "is-version-of": "is-version-of",
    "has-version": "has-version", "is-identical-to": "is-same-as", "is-same-as": "is-same-as",
}  # fmt: skip

_ID_KINDS: Mapping[str, Kind] = {"doi": "doi", "arxiv": "arxiv", "pmid": "pmid"}


def address(doi: str) -> str:
    """Return where Crossref is asked for a DOI.

    Example:
        >>> address("10.1016/s0140-6736(97)11096-0")
        'https://api.crossref.org/works/10.1016%2Fs0140-6736%2897%2911096-0'
    """
    return f"https://api.crossref.org/works/{quote(doi, safe='')}"


def agency_address(doi: str) -> str:
    """Return where Crossref is asked which agency registered a DOI."""
    return f"{address(doi)}/agency"


def agency(body: bytes) -> str:
    """Return the name of the agency that registered a DOI; "" when the answer names none.

    Example:
        >>> agency(b'{"message": {"DOI": "10.1/x", "agency": {"id": "medra", "label": "mEDRA"}}}')
        'mEDRA'
    """
    found = json_object(body, "Crossref")
    return line(found, "message", "agency", "label") or line(found, "message", "agency", "id")


def sound(body: bytes) -> Mapping[str, Any]:
    """Return the work of an answer.

    Raises:
        Upstream: the answer holds none.
    """
    message = member(json_object(body, "Crossref"), "message")
    if not isinstance(message, Mapping) or not line(message, "DOI"):
        raise Upstream("Crossref answered without a work", hint=LATER)
    return message


def read(body: bytes) -> Reading:
    """Read the answer for a DOI.

    Raises:
        Upstream: it is no answer of this service.
    """
    work = sound(body)
    kind = line(work, "type")
    item: dict[str, Any] = {"type": _TYPES.get(kind, "document"), "title": _title(work)}
    if item["type"] == "article":
        item["genre"] = "preprint" if line(work, "subtype") == "preprint" else line(work, "subtype")
        item["publisher"] = line(next(objects(work, "institution"), {}), "name")
    for name, variable in _TEXTS.items():
        item[variable] = item.get(variable) or line(work, name)
    containers = [plain_line(text) for text in lines(work, "container-title")]
    item["container-title"] = containers[0] if containers else ""
    item["collection-title"] = containers[1] if len(containers) > 1 else plain_line(line(work, "group-title"))
    item["container-title-short"] = plain_line(line(work, "short-container-title"))
    item["original-title"] = plain_line(line(work, "original-title"))
    item["page"] = line(work, "page") or line(work, "article-number")
    item["event-title"], item["event-place"] = line(work, "event", "name"), line(work, "event", "location")
    item["ISSN"], item["ISBN"] = " ".join(lines(work, "ISSN")), " ".join(map(_bare_isbn, lines(work, "ISBN")))
    item["keyword"] = ", ".join(lines(work, "subject"))
    item["URL"] = line(work, "URL")
    abstract = member(work, "abstract")
    item["abstract"] = plain_text(abstract) if isinstance(abstract, str) else ""
    item["issued"] = _date(work)
    for name, variable in _NAMES.items():
        item[variable] = [_name(person) for person in objects(work, name)]
    orcids = {str(at): orcid for at, person in enumerate(objects(work, "author")) if (orcid := line(person, "ORCID"))}
    item["custom"] = {"crossref-type": kind} | ({"orcid": orcids} if orcids else {})
    notices, versions = _updates(work)
    return Reading(item, notices, [*versions, *_relations(work)], shorter=lambda: _without_references(body))


def _title(work: Mapping[str, Any]) -> str:
    title, below = plain_line(line(work, "title")), plain_line(line(work, "subtitle"))
    return f"{title}: {below}" if title and below and below.lower() not in title.lower() else title


def _date(work: Mapping[str, Any]) -> dict[str, Any]:
    for name in ("issued", "published", "published-print", "published-online", "posted", "created"):
        parts = member(work, name, "date-parts")
        first = parts[0] if isinstance(parts, list) and parts else None
        if isinstance(first, list) and first and all(type(part) is int and 0 < part < 10_000 for part in first):
            return {"date-parts": [first]}
    return {}


def _name(person: Mapping[str, Any]) -> dict[str, str]:
    literal = plain_line(line(person, "name"))
    if literal:
        return {"literal": literal}
    parts = {part: plain_line(line(person, part)) for part in ("family", "given", "suffix")}
    if not parts["family"]:
        return {"literal": parts["given"]}
    return {part: text for part, text in parts.items() if text}


def _bare_isbn(text: str) -> str:
    return text.rsplit("/", 1)[-1]


def _updates(work: Mapping[str, Any]) -> tuple[list[Notice], list[Relation]]:
    notices, versions = [], []
    for direction, about in (("updated-by", "this"), ("update-to", "other")):
        for update in objects(work, direction):
            other = identifier("doi", line(update, "DOI"))
            kind = line(update, "type").lower().replace("-", "_").replace(" ", "_")
            if kind in _VERSIONS:
                if other is not None:
                    versions.append(Relation("has-version" if about == "this" else "is-version-of", other))
                continue
            notices.append(
                Notice(
                    _UPDATES.get(kind, "update"),
                    "this" if about == "this" else "other",
                    line(update, "source") or "publisher",
                    other,
                    line(update, "updated", "date-time")[:10] or _iso(member(update, "updated", "date-parts")),
                    plain_line(line(update, "label")) or line(update, "type"),
                )
            )
    return notices, versions


def _iso(parts: Any) -> str:
    first = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], list) else []
    numbers = [part for part in first if type(part) is int and 0 < part < 10_000]
    return "-".join(f"{part:02d}" for part in numbers[:3])


def _relations(work: Mapping[str, Any]) -> Iterator[Relation]:
    for name, kind in _RELATIONS.items():
        for other in objects(work, "relation", name):
            found = identifier(_ID_KINDS.get(line(other, "id-type").lower(), "doi"), line(other, "id"))
            if found is not None:
                yield Relation(kind, found)


def _without_references(body: bytes) -> str:
    answer = json_object(body, "Crossref")
    message = {name: value for name, value in answer["message"].items() if name != "reference"}
    return json.dumps(answer | {"message": message}, ensure_ascii=False)
