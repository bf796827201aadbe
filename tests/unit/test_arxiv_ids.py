"""arXiv ids: one paper has one id, in whatever spelling it is given, and whatever a record held of it before."""

from __future__ import annotations

import json
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kg
from kg.citations import bibtex
from kg.citations.duplicates import find_matches
from kg.citations.found import Identifier
from kg.citations.lookups import identify
from kg.identifiers import arxiv_doi, arxiv_of_doi, parse_arxiv
from kg.model import Change, Work
from tests.kept import small

CANONICAL = {"2312.14751": "2312.14751V2", "math/0309136": "math.GT/0309136v1", "hep-th/9901001": "HEP-TH/9901001"}
digits = st.text(string.digits, min_size=1, max_size=7)
letters = st.text(string.ascii_letters + "-", min_size=1, max_size=8)
spellings = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", " ", "arXiv:", "ARXIV: ", "https://arxiv.org/abs/", "HTTP://www.arXiv.org/pdf/"]),
    st.builds("{}.{}".format, digits, digits)
    | st.builds("{}/{}".format, letters, digits)
    | st.builds("{}.{}/{}".format, letters, letters, st.from_regex(r"[0-9]{7}", fullmatch=True))
    | st.from_regex(r"[0-9]{4}\.[0-9]{4,5}|[a-zA-Z-]{2,8}(\.[A-Za-z]{2})?/[0-9]{7}", fullmatch=True),
    st.sampled_from(["", "v1", "V12", "v"]),
    st.sampled_from(["", ".pdf", ".PDF", " "]),
)


def told(graph: kg.Graph) -> list[tuple[str, str, str]]:
    found = graph.validate()["items"]
    return [(one["rule"], one["severity"], one["focus"]) for one in found if "arxiv" in one["rule"]]


@given(spellings | st.text(max_size=20))
def test_the_canonical_form_of_a_canonical_id_is_itself(text: str) -> None:
    try:
        id = parse_arxiv(text)
    except kg.KgError:
        return
    assert parse_arxiv(id) == id == id.lower()
    assert arxiv_of_doi(arxiv_doi(id)) == id
    assert all(parse_arxiv(again) == id for again in (f"{id}V3", id.upper(), f"https://arxiv.org/pdf/{id}v1.pdf"))


@pytest.mark.parametrize(("id", "text"), CANONICAL.items())
def test_every_door_reads_the_same_id(sqlite_url: str, id: str, text: str) -> None:
    doi = arxiv_doi(text)
    assert identify(text) == identify(doi) == identify(f"https://doi.org/{doi}") == Identifier("arxiv", id)
    for entry in (
        f"eprint={{{text}}}, archivePrefix={{arXiv}}",
        f"doi={{{doi}}}",
        f"url={{https://arxiv.org/abs/{text}}}",
    ):
        (found,) = bibtex.parse(f"@misc{{a, title={{T}}, {entry}}}", source="a.bib").works
        assert found.work.arxiv == id, entry
    graph = small(sqlite_url)
    made = graph.add_work({"id": "posted", "title": "Posted", "type": "article", "arxiv": text, "year": 2003})
    assert made["record"]["arxiv"] == id
    again = graph.add_work({"title": "Another title", "doi": doi}, dry_run=True)
    assert again["record"]["id"] == "posted"
    assert told(graph) == []
    graph.store.close()


@pytest.mark.parametrize(
    "text", ["ſt/0309136", "heP-ﬀ/0309136", "٢٣١٢.14751", "2312.14751v٢", "math./0309136", "/0309136"]
)
def test_other_letters_and_digits_are_none_of_arxiv(text: str) -> None:
    with pytest.raises(kg.KgError, match="is not an arXiv id"):
        parse_arxiv(text)


@pytest.fixture(params=CANONICAL.items(), ids=list(CANONICAL))
def before(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[tuple[kg.Graph, str, str]]:
    """A record that was written before ids were brought into one form."""
    id, held = request.param
    graph = small(sqlite_url)
    graph.store.write([Change("work", Work("old", "article", "Of before", arxiv=held))], actor="ann", act="add")
    yield graph, id, held
    graph.store.close()


def test_a_work_of_before_is_found_by_its_id(before: tuple[kg.Graph, str, str], tmp_path: Path) -> None:
    graph, id, held = before
    for text in (id, held, f"arXiv:{id}v7", arxiv_doi(id), f"https://doi.org/{arxiv_doi(held)}"):
        assert graph.show(text)[1]["id"] == "old", text
        assert graph.search(text, limit=1)["items"][0]["score"] == 1.0, text
    assert graph.add_work({"title": "Another title", "arxiv": id}, dry_run=True)["record"]["id"] == "old"
    bib = tmp_path / "a.bib"
    bib.write_text(f"@misc{{new, title={{Other}}, eprint={{{id}}}, archiveprefix={{arXiv}}}}")
    assert graph.load(bib, dry_run=True)["duplicates"][0]["match"] == "old"
    assert [
        match.other for match in find_matches([graph.snapshot.works["old"], Work("n", "article", "N", arxiv=id)])
    ] == ["old"]


def test_a_work_of_before_is_told_and_any_revision_mends_it(before: tuple[kg.Graph, str, str]) -> None:
    graph, id, _ = before
    assert told(graph) == [("work-arxiv-form", "warning", "work:old")]
    graph.revise("old", {"year": 2004}, actor="bob")
    assert graph.snapshot.works["old"].arxiv == id
    assert told(graph) == []
    assert json.loads(json.dumps(dict(graph.show("old")[1])))["arxiv"] == id


def test_a_second_work_cannot_take_the_id_of_one_of_before(before: tuple[kg.Graph, str, str]) -> None:
    graph, id, _ = before
    graph.add_work({"id": "other", "title": "Quite another", "type": "book", "year": 1990})
    with pytest.raises(kg.KgError, match=f"{id} is the arxiv of old"):
        graph.revise("other", {"arxiv": id}, actor="bob")
