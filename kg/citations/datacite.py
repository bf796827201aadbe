"""DataCite: what its REST API says of a DOI (data sets, software, many preprints and theses), as a CSL item.

Lives here: addresses, the shape of an answer. May enter: bytes. Never here: connections.

Source: DataCite REST API, dois; DataCite Metadata Schema 4 (relatedIdentifiers, descriptions, dates).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from kg.citations import dates
from kg.citations.csl_terms import TYPES
from kg.citations.found import Kind, Reading, Relation, identifier
from kg.citations.parsed import LATER
from kg.citations.served import json_object, line, member, objects, plain_line, plain_text
from kg.errors import Upstream

SOURCE, RAW_FORMAT, MEDIA = "datacite", "datacite-json", "json"
_TYPES = {
    "JournalArticle": "article-journal", "Preprint": "article", "ConferencePaper": "paper-conference",
    "ConferenceProceeding": "book", "Book": "book", "BookChapter": "chapter", "Report": "report",
    "Dissertation": "thesis", "Dataset": "dataset", "Software": "software", "ComputationalNotebook": "software",
    "PeerReview": "review", "Standard": "standard", "Audiovisual": "motion_picture", "Image": "graphic",
    "Sound": "song", "DataPaper": "article-journal", "Journal": "periodical", "Collection": "collection",
}  # fmt: skip
_RELATIONS = {
    "IsVersionOf": "is-version-of", "HasVersion": "has-version", "IsNewVersionOf": "is-version-of",
    "IsPreviousVersionOf": "has-version", "IsVariantFormOf": "is-version-of", "IsIdenticalTo": "is-same-as",
    "IsObsoletedBy": "has-version", "Obsoletes": "is-version-of",
}  # fmt: skip
_ID_KINDS: Mapping[str, Kind] = {"DOI": "doi", "arXiv": "arxiv", "PMID": "pmid"}
_DATES = ("Issued", "Submitted", "Available", "Created")


def address(doi: str) -> str:
    """Return where DataCite is asked for a DOI.

    Example:
        >>> address("10.5281/zenodo.31780")
        'https://api.datacite.org/dois/10.5281%2Fzenodo.31780'
    """
    return f"https://api.datacite.org/dois/{quote(doi, safe='')}"


def sound(body: bytes) -> Mapping[str, Any]:
    """Return the attributes of an answer.

    Raises:
        Upstream: the answer holds none.
    """
    found = member(json_object(body, "DataCite"), "data", "attributes")
    if not isinstance(found, Mapping) or not line(found, "doi"):
        raise Upstream("DataCite answered without a work", hint=LATER)
    return found


def read(body: bytes) -> Reading:
    """Read the answer for a DOI.

    Raises:
        Upstream: it is no answer of this service.
    """
    work = sound(body)
    general, citeproc = line(work, "types", "resourceTypeGeneral"), line(work, "types", "citeproc")
    kind = _TYPES.get(general) or (citeproc if citeproc in TYPES else "document")
    container = member(work, "container")
    item: dict[str, Any] = {
        "type": kind,
        "title": _title(work, main=True),
        "original-title": _title(work, main=False),
        "genre": plain_line(line(work, "types", "resourceType")) if kind in {"report", "thesis", "document"} else "",
        "author": [_name(creator) for creator in objects(work, "creators")],
        "editor": [_name(one) for one in objects(work, "contributors") if line(one, "contributorType") == "Editor"],
        "issued": _date(work),
        "publisher": plain_line(line(work, "publisher") or line(work, "publisher", "name")),
        "container-title": plain_line(line(container, "title")),
        "volume": line(container, "volume"),
        "issue": line(container, "issue"),
        "page": "-".join(filter(None, (line(container, "firstPage"), line(container, "lastPage")))),
        "ISSN": line(container, "identifier") if line(container, "identifierType") == "ISSN" else "",
        "DOI": line(work, "doi"),
        "URL": line(work, "url") if line(work, "url").startswith(("http://", "https://")) else "",
        "version": line(work, "version"),
        "language": line(work, "language"),
        "license": line(next(objects(work, "rightsList"), {}), "rightsIdentifier"),
        "keyword": ", ".join(text for one in objects(work, "subjects") if (text := plain_line(line(one, "subject")))),
        "abstract": _abstract(work),
        "custom": {"datacite-type": general} if general else {},
    }
    if kind == "article":
        item["genre"] = "preprint"
    remarks = []
    if line(work, "state") not in {"", "findable"}:
        remarks.append("DataCite no longer lists this DOI publicly; the work may have been withdrawn")
    return Reading(item, relations=list(_relations(work)), remarks=remarks)


def _title(work: Mapping[str, Any], *, main: bool) -> str:
    titles = [(line(one, "titleType"), plain_line(line(one, "title"))) for one in objects(work, "titles")]
    if not main:
        return next((text for kind, text in titles if kind == "TranslatedTitle"), "")
    first = next((text for kind, text in titles if not kind), "") or next((text for _, text in titles), "")
    below = next((text for kind, text in titles if kind == "Subtitle"), "")
    return f"{first}: {below}" if first and below and below != first else first


def _name(person: Mapping[str, Any]) -> dict[str, str]:
    family, given = plain_line(line(person, "familyName")), plain_line(line(person, "givenName"))
    whole = plain_line(line(person, "name"))
    if line(person, "nameType") == "Organizational":
        return {"literal": whole}
    if not family and "," in whole and line(person, "nameType") == "Personal":
        family, _, given = (part.strip() for part in whole.partition(","))
    if not family:
        return {"literal": whole or given}
    return {"family": family, "given": given} if given else {"family": family}


def _date(work: Mapping[str, Any]) -> dict[str, Any]:
    year = line(work, "publicationYear")
    for kind in _DATES:
        for one in objects(work, "dates"):
            found = dates.parse_date(line(one, "date")[:100]) if line(one, "dateType") == kind else {}
            if str(dates.year_of(found)) == year:
                return found
    return dates.parse_date(year) if re.fullmatch(r"\d{4}", year) else {}


def _abstract(work: Mapping[str, Any]) -> str:
    for one in objects(work, "descriptions"):
        text = member(one, "description")
        if line(one, "descriptionType") == "Abstract" and isinstance(text, str):
            return plain_text(text)
    return ""


def _relations(work: Mapping[str, Any]) -> Iterator[Relation]:
    preprint = line(work, "types", "resourceTypeGeneral") == "Preprint"
    for one in objects(work, "relatedIdentifiers"):
        kind = _RELATIONS.get(line(one, "relationType"))
        named = _ID_KINDS.get(line(one, "relatedIdentifierType"))
        found = None if kind is None or named is None else identifier(named, line(one, "relatedIdentifier"))
        if kind is not None and found is not None:
            # arXiv registers its preprints as versions of what was published.
            yield Relation("is-preprint-of" if preprint and kind == "is-version-of" else kind, found)
    for one in objects(work, "identifiers"):
        named = _ID_KINDS.get(line(one, "identifierType"))
        if named is not None and (found := identifier(named, line(one, "identifier"))) is not None:
            yield Relation("is-same-as", found)
