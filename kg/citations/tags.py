"""Meta tags from which reference managers and search engines read a page about a work: those of HighWire Press.

Lives here: `citation_meta`, pure. May enter: works, `.csl`. Never here: HTML (whoever writes the page escapes it).

Source: Google Scholar, Inclusion Guidelines for Webmasters, "Indexing"; Zotero, translator "Embedded Metadata".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from kg.citations.csl import item_of
from kg.model import Work

# CSL type -> the tag that holds what the work is part of, or who stands behind it.
_BOOK = ("citation_inbook_title", "citation_book_title")  # Google Scholar reads the first, Zotero the second
_HOMES: dict[str, tuple[str, ...]] = {
    "article-journal": ("citation_journal_title",),
    "article-magazine": ("citation_journal_title",),
    "article-newspaper": ("citation_journal_title",),
    "paper-conference": ("citation_conference_title",),
    **dict.fromkeys(("chapter", "entry-encyclopedia", "entry-dictionary"), _BOOK),
}
_BODIES = {"thesis": "citation_dissertation_institution", "report": "citation_technical_report_institution"}
_TEXTS = {
    "volume": "citation_volume",
    "issue": "citation_issue",
    "DOI": "citation_doi",
    "PMID": "citation_pmid",
    "language": "citation_language",
    "abstract": "citation_abstract",
}


def citation_meta(work: Work, *, pdf: str | None = None) -> list[tuple[str, str]]:
    """Return names and contents of the meta tags of a work, each author and keyword a tag of its own.

    Args:
        work: The work.
        pdf: Address of its full text, where one is known; left out unless it is http or https.

    Laws: contents are never empty, hold no line breaks, and addresses are http or https.

    Example:
        >>> work = Work(id="a", type="article-journal", title="T", authors=("Hu, E.", "RAND"), year=2022,
        ...             csl={"container-title": "J", "page": "1-9"})
        >>> citation_meta(work)[:3]
        [('citation_title', 'T'), ('citation_author', 'Hu, E.'), ('citation_author', 'RAND')]
    """
    item = item_of(work)
    pairs = [("citation_title", work.title), *(("citation_author", author) for author in work.authors if author)]
    pairs += _pairs(item)
    if work.arxiv is not None:
        pairs.append(("citation_arxiv_id", work.arxiv))
        pairs.append(("citation_pdf_url", pdf or f"https://arxiv.org/pdf/{work.arxiv}"))
    elif pdf is not None:
        pairs.append(("citation_pdf_url", pdf))
    if work.url is not None:
        pairs.append(("citation_public_url", work.url))
    lines = [(name, " ".join(content.split())) for name, content in pairs]
    lines = [(name, _undivided(content) if name == "citation_author" else content) for name, content in lines]
    return [(name, content) for name, content in lines if content and (not name.endswith("_url") or _is_web(content))]


def _undivided(author: str) -> str:
    """Return a name whose family name holds no plain space: Zotero takes "van Gogh, Vincent W." for two people."""
    family, comma, given = author.partition(",")
    return family.replace(" ", "\u00a0") + comma + given if " " in given.strip() else author


def _pairs(item: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "citation_publication_date", _date(item.get("issued", {}))
    container, publisher = item.get("container-title", ""), item.get("publisher", "")
    yield from ((name, container) for name in _HOMES.get(item["type"], ("citation_series_title",)))
    yield _BODIES.get(item["type"], "citation_publisher"), publisher
    for variable, name in _TEXTS.items():
        yield name, item.get(variable, "")
    first, _, last = item.get("page", "").partition("-")
    yield "citation_firstpage", first
    yield "citation_lastpage", last
    yield from (("citation_issn", number) for number in item.get("ISSN", "").split())
    yield from (("citation_isbn", number) for number in item.get("ISBN", "").split())
    yield from (("citation_keywords", word) for word in item.get("keyword", "").split(", "))


def _date(date: Mapping[str, Any]) -> str:
    """Return a date as `yyyy/mm/dd`, as far as it is known; "" for none that can be given so.

    Example:
        >>> _date({"date-parts": [[2022, 5, 1]]}), _date({"date-parts": [[2022, 5]]}), _date({"literal": "soon"})
        ('2022/05/01', '2022/05', '')
    """
    parts = (date.get("date-parts") or [[]])[0]
    # Months above 12 are seasons.
    known = parts[:1] if len(parts) > 1 and parts[1] > 12 else parts
    return "/".join(f"{part:0{4 if at == 0 else 2}d}" for at, part in enumerate(known))


def _is_web(address: str) -> bool:
    try:
        split = urlsplit(address)
    except ValueError:
        return False
    return split.scheme in {"http", "https"} and bool(split.netloc)
