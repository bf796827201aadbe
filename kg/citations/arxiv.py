"""arXiv: what its Atom API says of an id, as a CSL item; the DOI of the published text is another version.

Lives here: addresses, the shape of an answer. May enter: bytes. Never here: connections.

Source: arXiv API user's manual, 3.3 (details of Atom results); errors are entries with an id below /api/errors.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element

from kg.citations import dates
from kg.citations.found import Notice, Reading, Relation, identifier
from kg.citations.parsed import LATER, one_line, paragraphs
from kg.citations.served import person_or_body, xml_root
from kg.errors import Upstream
from kg.identifiers import arxiv_doi

SOURCE, RAW_FORMAT, MEDIA = "arxiv", "arxiv-atom", "xml"
_ATOM, _ARXIV = "{http://www.w3.org/2005/Atom}", "{http://arxiv.org/schemas/atom}"
_WITHDRAWN = re.compile(
    r"\b(?:paper|article|submission|manuscript|work|version|preprint)\s+(?:has been|is|was)\s+withdrawn\b"
    r"|\bwithdrawn\s+by\s+(?:the\s+)?(?:authors?|arxiv)\b|\A\W*withdrawn\b",
    re.IGNORECASE,
)


def address(arxiv: str) -> str:
    """Return where arXiv is asked for an id.

    Example:
        >>> address("hep-ex/0307015")
        'https://export.arxiv.org/api/query?id_list=hep-ex%2F0307015&max_results=1'
    """
    return f"https://export.arxiv.org/api/query?id_list={quote(arxiv, safe='')}&max_results=1"


def sound(body: bytes) -> Element | None:
    """Return the entry of an answer; None when arXiv knows no such paper.

    Raises:
        Upstream: it is no feed of arXiv, or arXiv tells of an error.
    """
    root = xml_root(body, "arXiv")
    if root.tag != f"{_ATOM}feed":
        raise Upstream("arXiv answered with something that is no Atom feed", hint=LATER)
    entry = root.find(f"{_ATOM}entry")
    if entry is None:
        return None
    if "/api/errors" in _text(entry, f"{_ATOM}id"):
        said = _text(entry, f"{_ATOM}summary")[:200]
        if "incorrect id format" in said:
            return None
        raise Upstream(f"arXiv answered with an error: {said}", hint=LATER)
    return entry if _text(entry, f"{_ATOM}title") else None


def read(body: bytes) -> Reading | None:
    """Read the answer for an id; None when arXiv knows no such paper.

    Raises:
        Upstream: it is no answer of this service.
    """
    entry = sound(body)
    if entry is None:
        return None
    number = identifier("arxiv", re.sub(r"\Ahttp:", "https:", _text(entry, f"{_ATOM}id")))
    comment, journal = _text(entry, f"{_ARXIV}comment"), _text(entry, f"{_ARXIV}journal_ref")
    category = entry.find(f"{_ARXIV}primary_category")
    custom = {
        "arxiv-category": "" if category is None else one_line(category.get("term", "")),
        "arxiv-comment": comment,
        "arxiv-journal-ref": journal,
        "arxiv-updated": _text(entry, f"{_ATOM}updated"),
    }
    authors = [_text(author, f"{_ATOM}name") for author in entry.findall(f"{_ATOM}author")]
    summary = entry.find(f"{_ATOM}summary")
    abstract = paragraphs("" if summary is None else "".join(summary.itertext()))
    item: dict[str, Any] = {
        "type": "article",
        "genre": "preprint",
        "title": _text(entry, f"{_ATOM}title"),
        "author": [person_or_body(author) for author in authors if author],
        "issued": dates.parse_date(_text(entry, f"{_ATOM}published")[:10]),
        "abstract": " ".join(abstract.split("\n")),
        "publisher": "arXiv",
        "custom": {name: text for name, text in custom.items() if text},
    }
    notices, relations = [], []
    if number is not None:
        item |= {
            "archive": "arXiv",
            "archive_location": number.value,
            "number": f"arXiv:{number.value}",
            "URL": f"https://arxiv.org/abs/{number.value}",
            "DOI": arxiv_doi(number.value),
        }
    published = identifier("doi", _text(entry, f"{_ARXIV}doi").split(" ")[0])
    if published is not None:
        relations.append(Relation("is-preprint-of", published))
    if _WITHDRAWN.search(comment) or _WITHDRAWN.match(abstract[:200]) or _WITHDRAWN.search(abstract[:200]):
        when = _text(entry, f"{_ATOM}updated")[:10]
        notices.append(Notice("retraction", "this", SOURCE, None, when, "withdrawn"))
    return Reading(item, notices, relations)


def _text(element: Element, path: str) -> str:
    found = element.find(path)
    return "" if found is None else one_line("".join(found.itertext()))
