"""DOIs that hold `<` and `>`, as those made of SICIs: read in every spelling, written so that each reader has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

import kg
from kg.citations import formats, references
from kg.citations.addresses import check_address
from kg.citations.crossref import address as at_crossref
from kg.citations.datacite import address as at_datacite
from kg.citations.found import Identifier
from kg.citations.lookups import identify
from kg.errors import BadIdentifier, InputError
from kg.identifiers import doi_address, parse_doi
from kg_api.app import create_app
from kg_viz.dossier import addresses
from tests.contributions import item
from tests.kept import small

GIVEN = "10.1002/(SICI)1097-4571(199806)49:8<693::AID-ASI4>3.0.CO;2-O"
DOI = GIVEN.lower()
ADDRESS = "https://doi.org/10.1002/(sici)1097-4571(199806)49:8%3C693::aid-asi4%3E3.0.co;2-o"
ESCAPED = GIVEN.replace("<", "&lt;").replace(">", "&gt;")
SPELLINGS = (
    GIVEN,
    f"doi: {GIVEN}",
    f"https://doi.org/{GIVEN}",
    ADDRESS,
    ESCAPED,
    ESCAPED.replace("&", "&amp;"),
    f"https://dx.doi.org/{ESCAPED}",
)
LATEX = (r"{\textless}", r"{\textgreater}"), (r"\textless{}", r"\textgreater{}"), ("$<$", "$>$"), (r"\&lt;", r"\&gt;")


@pytest.fixture
def graph(sqlite_url: str) -> Iterator[kg.Graph]:
    made = small(sqlite_url)
    made.add_work({"id": "sici", "title": "Sici test", "type": "article-journal", "doi": GIVEN, "year": 1998})
    made.add_evidence(item(subject="u", object="r", work=GIVEN))
    yield made
    made.store.close()


@pytest.mark.parametrize("text", SPELLINGS)
def test_every_spelling_is_the_same_doi(graph: kg.Graph, text: str) -> None:
    assert parse_doi(text) == DOI
    assert identify(text) == Identifier("doi", DOI)
    assert graph.show(text)[1]["id"] == "sici"
    assert graph.search(text, limit=1)["items"][0] == {"kind": "work", "id": "sici", "label": "Sici test", "score": 1.0}
    again = graph.add_work({"title": "Sici, once more", "doi": text}, dry_run=True)
    assert (again["id"], again["already"], again["alike"][0]["why"]) == ("sici", True, f"the same DOI {DOI}")


@pytest.mark.parametrize(
    "text",
    [
        *("10.1/x", "10.1234/", '10.1234/a"b', "10.1234/a b", "10.1234/a\x7f", "https://doi.org/10.1234/a%20b"),
        *("https://doi.org/10.1234/a%00", "https://doi.org/10.1234/a%ff", "https://doi.org/10.1234%2f"),
    ],
)
def test_what_is_no_doi_stays_none(text: str) -> None:
    with pytest.raises(BadIdentifier, match="is not a DOI"):
        parse_doi(text)


@given(st.text(st.characters(codec="utf-8") | st.sampled_from("<>&;%#?/ampltg"), min_size=1, max_size=20))
def test_a_doi_outlives_being_read_again_and_its_address(rest: str) -> None:
    try:
        doi = parse_doi(f"10.1234/{rest}")
    except BadIdentifier:
        return
    assert parse_doi(doi) == doi
    assert parse_doi(doi_address(doi)) == doi
    assert re.fullmatch(r"[!-~]+", doi_address(doi))
    assert not set('<>"#?{}|\\^`') & set(doi_address(doi))


def test_files_are_read_as_their_makers_write_them() -> None:
    written = [ESCAPED, GIVEN, GIVEN.replace("<", "%3C").replace(">", "%3E")]
    written[-1] = f"https://doi.org/{written[-1]}"
    for latex in LATEX:
        written.append(GIVEN.replace("<", latex[0]).replace(">", latex[1]))
    for text in written:
        read = formats.read(f"@article{{a, title={{T}}, doi={{{text}}}}}".encode(), source="a.bib")
        assert [(one.work.doi, read.warnings) for one in read.works] == [(DOI, ())], text
    ris = f"TY  - JOUR\nTI  - T\nDO  - {ESCAPED}\nER  - \n"
    nbib = f"PMID- 7\nTI  - T\nLID - {ESCAPED} [doi]\n"
    xml = (
        "<xml><records><record><ref-type name='Book'>6</ref-type><titles><title>T</title></titles>"
        f"<electronic-resource-num>{ESCAPED}</electronic-resource-num></record></records></xml>"
    )
    by_address = f"TY  - JOUR\nTI  - T\nUR  - {ADDRESS}\nER  - \n"
    for text in (ris, nbib, xml, f"title,doi\nT,{ESCAPED}\n", by_address):
        read = formats.read(text.encode(), source="file")
        assert [(one.work.doi, one.work.csl["DOI"]) for one in read.works] == [(DOI, DOI)], text


@pytest.mark.parametrize("format", [name for name, one in formats.FORMATS.items() if one.write is not None])
def test_citations_go_out_and_come_back(graph: kg.Graph, format: str) -> None:
    text = formats.write([graph.snapshot.works["sici"]], format)
    assert [one.work.doi for one in formats.read(text.encode(), source="f", format=format).works] == [DOI]


@pytest.mark.parametrize("format", ["turtle", "jsonld", "ntriples", "trig", "csv-tables"])
def test_records_go_out_and_come_back(graph: kg.Graph, tmp_path: Path, format: str) -> None:
    graph.retract("sici", notice=ADDRESS, why="the publisher says so", actor="bob")
    graph.export(tmp_path / "out", format=format)
    other = kg.open(f"sqlite:///{tmp_path / 'other.sqlite'}", empty=True)
    other.load(tmp_path / "out", format=None if format == "csv-tables" else format, keep_going=True)
    assert (other.work("sici")["doi"], other.work("sici")["notice"]) == (DOI, ADDRESS)
    other.store.close()


def test_addresses_hold_no_brackets(graph: kg.Graph) -> None:
    work = graph.snapshot.works["sici"]
    assert references.reference(work).endswith(ADDRESS)
    assert addresses(work) == [{"label": f"doi:{DOI}", "href": ADDRESS}]
    assert Identifier("doi", DOI).address == ADDRESS
    assert {check_address(where(DOI)) for where in (at_crossref, at_datacite)} == {
        "api.crossref.org",
        "api.datacite.org",
    }


def test_pages_and_linked_data_show_it_escaped(graph: kg.Graph) -> None:
    hostile = "10.1234/x</script><img/src=x/onerror=alert(1)>"
    graph.add_work({"id": "hostile", "title": "H", "doi": hostile})
    with TestClient(create_app(graph, warm=False)) as client:
        page = client.get("/works/sici?lang=en").text
        assert f'href="{ADDRESS}"' in page
        assert DOI not in page.replace(f'"bibo:doi": "{DOI}"', "")
        assert DOI in unescape(page)
        assert [re.findall(r'name="citation_doi" content="([^"]*)"', page)] == [
            [DOI.replace("<", "&lt;").replace(">", "&gt;")]
        ]
        for path in ("/works/hostile", "/works/hostile/revision", f"/search?q={hostile}", "/contribute?work=hostile"):
            assert "<img/src" not in client.get(path, follow_redirects=True).text, path
        turtle = client.get("/id/work/sici", headers={"Accept": "text/turtle"}, follow_redirects=True)
        assert f'"{DOI}"' in turtle.text


def test_commands_to_copy_hold_in_a_shell(graph: kg.Graph) -> None:
    with pytest.raises(InputError) as told:
        graph.add_work({"doi": GIVEN})
    assert f"`kg add work '{GIVEN}'`" in str(told.value.hint)
