"""PubMed: what E-utilities say of a PubMed id, as a CSL item with notices in both directions.

Lives here: addresses, the shape of an answer. May enter: bytes. Never here: connections.

Source: National Library of Medicine, MEDLINE/PubMed XML element descriptions (CommentsCorrections, RefType).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

from kg.citations import dates
from kg.citations.found import Notice, Reading, Relation, identifier
from kg.citations.nbib import full_pages
from kg.citations.parsed import LATER, one_line, paragraphs
from kg.citations.served import xml_root
from kg.errors import Upstream

SOURCE, RAW_FORMAT, MEDIA = "pubmed", "pubmed-xml", "xml"
_TYPES = {"Preprint": "article", "Dataset": "dataset", "News": "article-magazine", "Book": "book"}
# RefType: kind of notice, and whether it is about this work or about another.
_NOTICES = {
    "RetractionIn": ("retraction", True), "RetractionOf": ("retraction", False),
    "PartialRetractionIn": ("partial-retraction", True), "PartialRetractionOf": ("partial-retraction", False),
    "RetractedandRepublishedIn": ("retraction", True), "RetractedandRepublishedFrom": ("retraction", False),
    "ErratumIn": ("correction", True), "ErratumFor": ("correction", False),
    "CorrectedandRepublishedIn": ("correction", True), "CorrectedandRepublishedFrom": ("correction", False),
    "ExpressionOfConcernIn": ("concern", True), "ExpressionOfConcernFor": ("concern", False),
}  # fmt: skip
_VERSIONS = {"UpdateIn": "has-version", "UpdateOf": "is-version-of"}
_LANGUAGES = {
    "eng": "en", "chi": "zh", "ger": "de", "fre": "fr", "jpn": "ja", "spa": "es", "rus": "ru", "kor": "ko", "ita": "it",
    "por": "pt", "pol": "pl", "dut": "nl",
}  # fmt: skip
_RETRACTED = "Retracted Publication"


def address(pmid: str) -> str:
    """Return where PubMed is asked for an id.

    Example:
        >>> address("9500320")[:84]
        'https://eutils.ncbi.nlm.nih.gov/entrez/eutils/efetch.fcgi?db=pubmed&id=9500320&retmo'
    """
    words = {"db": "pubmed", "id": pmid, "retmode": "xml", "tool": "evidence-kg"}
    return f"https://eutils.ncbi.nlm.nih.gov/entrez/eutils/efetch.fcgi?{urlencode(words)}"


def sound(body: bytes) -> Element | None:
    """Return the record of an answer; None when PubMed knows no such id.

    Raises:
        Upstream: it is no answer of PubMed.
    """
    root = xml_root(body, "PubMed")
    if root.tag != "PubmedArticleSet":
        raise Upstream("PubMed answered with something that is no set of articles", hint=LATER)
    found = root.find("PubmedArticle")
    return root.find("PubmedBookArticle") if found is None else found


def read(body: bytes) -> Reading | None:
    """Read the answer for a PubMed id; None when PubMed knows no such id.

    Raises:
        Upstream: it is no answer of this service.
    """
    record = sound(body)
    if record is None:
        return None
    return _book(record) if record.tag == "PubmedBookArticle" else _article(record)


def _article(record: Element) -> Reading:
    article = f"{_CITATION}/Article"
    kinds = [_one(kind) for kind in record.findall(f"{article}/PublicationTypeList/PublicationType")]
    issue = f"{article}/Journal/JournalIssue"
    item: dict[str, Any] = {
        "type": next((_TYPES[kind] for kind in kinds if kind in _TYPES), "article-journal"),
        "title": _text(record, f"{article}/ArticleTitle").removesuffix(".").removeprefix("["),
        "original-title": _text(record, f"{article}/VernacularTitle").removesuffix("."),
        "author": list(_authors(record.findall(f"{article}/AuthorList/Author"))),
        "container-title": _text(record, f"{article}/Journal/Title"),
        "container-title-short": _text(record, f"{article}/Journal/ISOAbbreviation"),
        "ISSN": _text(record, f"{article}/Journal/ISSN"),
        "volume": _text(record, f"{issue}/Volume"),
        "issue": _text(record, f"{issue}/Issue"),
        "page": full_pages(_pages(record, f"{article}/Pagination")),
        "issued": _date(record.find(f"{issue}/PubDate")) or _date(record.find(f"{article}/ArticleDate")),
        "language": _LANGUAGES.get(language := _text(record, f"{article}/Language"), language),
        "abstract": _abstract(record.findall(f"{article}/Abstract/AbstractText")),
        "keyword": ", ".join(filter(None, map(_one, record.findall(f"{_CITATION}/KeywordList/Keyword")))),
        "PMID": _text(record, f"{_CITATION}/PMID"),
        "PMCID": _numbered(record, "pmc"),
        "DOI": _numbered(record, "doi")
        or next((_one(one) for one in record.findall(f"{article}/ELocationID") if one.get("EIdType") == "doi"), ""),
        "custom": {"pubmed-types": kinds} if kinds else {},
    }
    if item["title"].endswith("]") and "[" not in item["title"]:
        item["title"] = item["title"].removesuffix("]")
    if item["type"] == "article":
        item["genre"] = "preprint"
    notices, relations = _corrections(record, preprint=item["type"] == "article")
    if _RETRACTED in kinds and not any(one.kind == "retraction" and one.about == "this" for one in notices):
        notices.append(Notice("retraction", "this", SOURCE, label=_RETRACTED))
    return Reading(item, notices, relations)


def _book(record: Element) -> Reading:
    document = "BookDocument"
    chapter, book = _text(record, f"{document}/ArticleTitle"), _text(record, f"{document}/Book/BookTitle")
    authors = record.findall(f"{document}/AuthorList/Author") or record.findall(f"{document}/Book/AuthorList/Author")
    item: dict[str, Any] = {
        "type": "chapter" if chapter and book else "book",
        "title": (chapter or book).removesuffix("."),
        "container-title": book if chapter else "",
        "author": list(_authors(authors)),
        "publisher": _text(record, f"{document}/Book/Publisher/PublisherName"),
        "publisher-place": _text(record, f"{document}/Book/Publisher/PublisherLocation"),
        "issued": _date(record.find(f"{document}/Book/PubDate")),
        "ISBN": " ".join(filter(None, map(_one, record.findall(f"{document}/Book/Isbn")))),
        "abstract": _abstract(record.findall(f"{document}/Abstract/AbstractText")),
        "PMID": _text(record, f"{document}/PMID"),
    }
    return Reading(item)


_CITATION = "MedlineCitation"


def _one(element: Element) -> str:
    return one_line("".join(element.itertext()))


def _text(record: Element, path: str) -> str:
    found = record.find(path)
    return "" if found is None else _one(found)


def _numbered(record: Element, kind: str) -> str:
    found = record.findall("PubmedData/ArticleIdList/ArticleId")
    return next((_one(one) for one in found if one.get("IdType") == kind), "")


def _authors(found: list[Element]) -> Iterator[dict[str, str]]:
    for author in found:
        body, family = _text(author, "CollectiveName"), _text(author, "LastName")
        if body or not family:
            if body:
                yield {"literal": body}
            continue
        given = _text(author, "ForeName") or " ".join(f"{letter}." for letter in _text(author, "Initials"))
        parts = {"family": family, "given": given, "suffix": _text(author, "Suffix")}
        yield {part: text for part, text in parts.items() if text}


def _pages(record: Element, path: str) -> str:
    whole = _text(record, f"{path}/MedlinePgn")
    return whole or "-".join(filter(None, (_text(record, f"{path}/StartPage"), _text(record, f"{path}/EndPage"))))


def _date(found: Element | None) -> dict[str, Any]:
    if found is None:
        return {}
    words = " ".join(filter(None, (_text(found, part) for part in ("Year", "Month", "Season", "Day"))))
    if re.fullmatch(r"\d{4} \d{1,2}(?: \d{1,2})?", words):
        words = words.replace(" ", "-")
    return dates.parse_date((words or _text(found, "MedlineDate"))[:100])


def _abstract(parts: list[Element]) -> str:
    said = []
    for part in parts:
        label, text = one_line(part.get("Label", "")), _one(part)
        said.append(f"{label.capitalize()}: {text}" if label and text else text)
    return paragraphs("\n".join(said))


def _corrections(record: Element, *, preprint: bool) -> tuple[list[Notice], list[Relation]]:
    notices, relations = [], []
    for one in record.findall(f"{_CITATION}/CommentsCorrectionsList/CommentsCorrections"):
        kind, other = one.get("RefType", ""), identifier("pmid", _text(one, "PMID"))
        if kind in _NOTICES:
            word, own = _NOTICES[kind]
            named = _text(one, "RefSource")[:300]
            notices.append(Notice(word, "this" if own else "other", SOURCE, other, _year(named), named))
        elif kind in _VERSIONS and other is not None:
            published = preprint and kind == "UpdateIn"
            relations.append(Relation("is-preprint-of" if published else _VERSIONS[kind], other))
    return notices, relations


def _year(source: str) -> str:
    found = re.search(r"\. ((?:19|20)\d\d)\b", source)
    return found[1] if found else ""
