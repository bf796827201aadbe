"""OpenAlex: what its API says of a work, as a CSL item; the abstract comes back from its inverted index.

Lives here: addresses, the shape of an answer. May enter: bytes. Never here: connections.

Source: OpenAlex documentation, work object (abstract_inverted_index, authorships, biblio, is_retracted, locations).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from kg.citations import dates
from kg.citations.found import Notice, Reading, Relation, identifier
from kg.citations.parsed import LATER
from kg.citations.served import json_object, line, lines, member, objects, person_or_body, plain_line
from kg.errors import Upstream

SOURCE, RAW_FORMAT, MEDIA = "openalex", "openalex-json", "json"
MAX_WORDS = 20_000
_TYPES = {
    "article": "article-journal", "review": "article-journal", "letter": "article-journal",
    "editorial": "article-journal", "erratum": "article-journal", "retraction": "article-journal",
    "preprint": "article", "book": "book", "book-chapter": "chapter", "dataset": "dataset", "dissertation": "thesis",
    "report": "report", "standard": "standard", "reference-entry": "entry", "peer-review": "review",
    "software": "software", "conference-paper": "paper-conference",
}  # fmt: skip
_NOTICES = {"retraction": "retraction", "erratum": "correction"}


def address(openalex: str) -> str:
    """Return where OpenAlex is asked for a work.

    Example:
        >>> address("W2741809807")
        'https://api.openalex.org/works/W2741809807'
    """
    return f"https://api.openalex.org/works/{quote(openalex, safe='')}"


def sound(body: bytes) -> Mapping[str, Any]:
    """Return the work of an answer.

    Raises:
        Upstream: the answer holds none.
    """
    found = json_object(body, "OpenAlex")
    if not line(found, "id").startswith("https://openalex.org/W"):
        raise Upstream("OpenAlex answered without a work", hint=LATER)
    return found


def read(body: bytes) -> Reading:
    """Read the answer for a work.

    Raises:
        Upstream: it is no answer of this service.
    """
    work = sound(body)
    kind = line(work, "type")
    home = member(work, "primary_location", "source")
    posted = kind == "preprint" or line(home, "type") == "repository"
    item: dict[str, Any] = {
        "type": "article" if posted and kind in {"article", "preprint"} else _TYPES.get(kind, "document"),
        "title": plain_line(line(work, "title") or line(work, "display_name")),
        "author": [name for one in objects(work, "authorships") if (name := _name(one))],
        "issued": dates.parse_date(line(work, "publication_date")[:10]) or dates.parse_date(_year(work)),
        "container-title": "" if posted else plain_line(line(home, "display_name")),
        "publisher": plain_line(line(home, "display_name") if posted else line(home, "host_organization_name")),
        "ISSN": " ".join(lines(home, "issn")),
        "volume": line(work, "biblio", "volume"),
        "issue": line(work, "biblio", "issue"),
        "page": "-".join(
            dict.fromkeys(filter(None, (line(work, "biblio", "first_page"), line(work, "biblio", "last_page"))))
        ),
        "language": line(work, "language"),
        "DOI": line(work, "doi"),
        "URL": line(work, "primary_location", "landing_page_url") or line(work, "doi"),
        "PMID": line(work, "ids", "pmid").rsplit("/", 1)[-1],
        "PMCID": re.sub(r"\A(?=\d)", "PMC", line(work, "ids", "pmcid").rsplit("/", 1)[-1]),
        "abstract": unfold(member(work, "abstract_inverted_index")),
        "custom": {"openalex": line(work, "id").rsplit("/", 1)[-1], "openalex-type": kind},
    }
    if item["type"] == "article":
        item["genre"] = "preprint"
    notices = []
    if member(work, "is_retracted") is True:
        notices.append(Notice("retraction", "this", SOURCE, label="is_retracted"))
    if kind in _NOTICES:
        notices.append(Notice(_NOTICES[kind], "other", SOURCE, label=kind))
    return Reading(item, notices, list(_relations(work)))


def unfold(index: Any) -> str:
    """Return the text of an inverted index: words with their places.

    Cost: linear in the words, of which at most `MAX_WORDS` are taken.

    Example:
        >>> unfold({"growing": [1], "Despite": [0], "interest": [2, 4], "in": [3]})
        'Despite growing interest in interest'
    """
    if not isinstance(index, Mapping):
        return ""
    placed = {
        place: word
        for word, places in index.items()
        for place in (places if isinstance(places, list) else ())
        if type(place) is int and 0 <= place < MAX_WORDS
    }
    return plain_line(" ".join(placed[place] for place in sorted(placed)))


def _year(work: Mapping[str, Any]) -> str:
    return line(work, "publication_year")[:4]


def _name(one: Mapping[str, Any]) -> dict[str, str]:
    text = plain_line(line(one, "author", "display_name") or line(one, "raw_author_name"))
    return person_or_body(text) if text else {}


def _relations(work: Mapping[str, Any]) -> Iterator[Relation]:
    """OpenAlex joins preprint and published text into one work; the places where it found them name both."""
    for place in objects(work, "locations"):
        for text in (line(place, "landing_page_url"), line(place, "pdf_url")):
            found = identifier("arxiv", text.replace("http://", "https://")) or (
                identifier("doi", text) if "doi.org/" in text else None
            )
            if found is not None:
                posted = line(place, "version") == "submittedVersion" or found.kind == "arxiv"
                yield Relation("has-preprint" if posted else "has-version", found)
