"""Meta tags of works, read as Zotero's Embedded Metadata and Google Scholar say that they read them."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given

import kg
from kg.citations.tags import citation_meta
from kg.model import Work
from tests.laws.citation_strategies import works

# Of each tag, the field of Zotero it fills; the tags that decide what kind of item it becomes.
FIELDS = {
    "citation_title": "title", "citation_publication_date": "date", "citation_journal_title": "publicationTitle",
    "citation_book_title": "bookTitle", "citation_volume": "volume", "citation_issue": "issue",
    "citation_series_title": "series", "citation_conference_title": "conferenceName",
    "citation_dissertation_institution": "university", "citation_technical_report_institution": "institution",
    "citation_publisher": "publisher", "citation_abstract": "abstractNote", "citation_doi": "DOI",
    "citation_public_url": "url", "citation_language": "language", "citation_pmid": "PMID", "citation_isbn": "ISBN",
    "citation_issn": "ISSN", "citation_pdf_url": "pdf",
}  # fmt: skip
KINDS = {
    "citation_journal_title": "journalArticle", "citation_technical_report_institution": "report",
    "citation_conference_title": "conferencePaper", "citation_book_title": "bookSection",
    "citation_dissertation_institution": "thesis",
}  # fmt: skip


class Head(HTMLParser):
    """The meta tags of a page, as a browser sees them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "meta":
            self.tags.append((found["name"] or "", found["content"] or ""))


def page(work: Work, **options: Any) -> str:
    tags = (
        f'<meta name="{name}" content="{html.escape(content)}">' for name, content in citation_meta(work, **options)
    )
    return f"<html><head>{''.join(tags)}</head></html>"


def collected(text: str) -> dict[str, Any]:
    """What Zotero's translator makes of a page, as far as these tags go."""
    tags = Head(text).tags
    item: dict[str, Any] = {"kind": next((KINDS[name] for name, _ in tags if name in KINDS), None), "authors": []}
    for name, content in tags:
        if name in FIELDS:
            item.setdefault(FIELDS[name], content)
        if name == "citation_author":
            people = re.split(r"\s*;\s*", content)
            sides = re.split(r"\s*,\s*", people[0])
            if len(people) == 1 and len(sides) > 1 and " " in sides[0] and " " in sides[1]:
                people = sides
            item["authors"] += [" ".join(person.split()) for person in people]
    pages = dict(tags).get("citation_firstpage", ""), dict(tags).get("citation_lastpage", "")
    return item | {"pages": "-".join(part for part in pages if part)}


PAPER = Work(
    id="a",
    type="article-journal",
    title="One <b>&amp; \"two\"</b>",
    authors=("van Gogh, Vincent W.", "García Márquez, Gabriel", "RAND Corporation", "张三"),
    year=2022,
    doi="10.1234/x",
    arxiv="2106.09685",
    url="https://example.org/a?b=1&c=2",
    csl={
        "container-title": "J", "volume": "7", "issue": "2", "page": "1-9", "abstract": "Line one.\nLine two.",
        "issued": {"date-parts": [[2022, 5, 1]]}, "ISSN": "1234-5678 8765-4321", "PMID": "123",
    },
)  # fmt: skip


def test_a_reference_manager_finds_everything() -> None:
    found = collected(page(PAPER))
    assert found == {
        "kind": "journalArticle", "authors": list(PAPER.authors), "title": PAPER.title, "date": "2022/05/01",
        "publicationTitle": "J", "volume": "7", "issue": "2", "abstractNote": "Line one. Line two.",
        "DOI": "10.1234/x", "PMID": "123", "ISSN": "1234-5678", "pages": "1-9", "url": PAPER.url,
        "pdf": "https://arxiv.org/pdf/2106.09685",
    }  # fmt: skip
    assert dict(citation_meta(PAPER))["citation_arxiv_id"] == "2106.09685"


@pytest.mark.parametrize(
    ("type_", "csl", "kind", "field"),
    [
        ("paper-conference", {"container-title": "Proc"}, "conferencePaper", ("conferenceName", "Proc")),
        ("chapter", {"container-title": "Book"}, "bookSection", ("bookTitle", "Book")),
        ("thesis", {"publisher": "MIT"}, "thesis", ("university", "MIT")),
        ("report", {"publisher": "RAND"}, "report", ("institution", "RAND")),
        ("book", {"publisher": "Press"}, None, ("publisher", "Press")),
    ],
)
def test_the_kind_of_work_is_told_by_its_home(
    type_: str, csl: dict[str, Any], kind: str | None, field: tuple[str, str]
) -> None:
    found = collected(page(Work(id="a", type=type_, title="T", csl=csl)))
    assert (found["kind"], found[field[0]]) == (kind, field[1])


@pytest.mark.parametrize("pdf", ["javascript:alert(1)", "file:///etc/passwd", "//host/x", "http:", "data:text/html,x"])
def test_full_texts_are_on_the_web_or_left_out(pdf: str) -> None:
    assert "citation_pdf_url" not in dict(citation_meta(Work(id="a", type="book", title="T"), pdf=pdf))
    assert (
        dict(citation_meta(PAPER, pdf="https://example.org/x.pdf"))["citation_pdf_url"] == "https://example.org/x.pdf"
    )


@pytest.mark.parametrize(
    ("date", "said"),
    [
        ({"date-parts": [[2022]]}, "2022"),
        ({"date-parts": [[2022, 3], [2022, 4]]}, "2022/03"),
        ({"date-parts": [[2022, 21]]}, "2022"),
        ({"literal": "in press"}, None),
    ],
)
def test_dates_are_given_as_far_as_they_are_known(date: dict[str, Any], said: str | None) -> None:
    year = 2022 if "date-parts" in date else None
    found = dict(citation_meta(Work(id="a", type="book", title="T", year=year, csl={"issued": date})))
    assert found.get("citation_publication_date") == said


@given(work=works())
def test_any_work_has_tags_that_a_page_can_hold(work: Work) -> None:
    tags = citation_meta(work)
    assert Head(page(work)).tags == tags
    assert [content for name, content in tags if name == "citation_title"] == [" ".join(work.title.split())]
    for name, content in tags:
        assert content.strip()
        assert re.fullmatch(r"citation_[a-z_]+", name)
        assert "\n" not in content


def test_every_work_of_the_pack_has_its_tags(pack_graph: kg.Graph) -> None:
    for work in pack_graph.snapshot.works.values():
        found = collected(page(work))
        assert found["title"] == work.title
        assert found["authors"] == list(work.authors)
        assert found["date"].startswith(str(work.year)) if work.year else "date" not in found
