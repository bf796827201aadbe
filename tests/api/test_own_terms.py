"""Terms of an operator's own Turtle files on the pages, in Turtle and in the packaged queries."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

import kg
from kg.packaged import packaged
from kg_api.app import create_app
from tests.builders import records
from tests.unit.own_terms import PREFIXES

TURTLE = (
    PREFIXES
    + """
my:Pollutant a owl:Class ; rdfs:subClassOf ekg:Technique ;
    rdfs:label "pollutant"@en , "污染物"@zh ; skos:definition "A substance in the air."@en ; ekg:order 90 .
my:emits a owl:ObjectProperty , ekg:RelationType ; rdfs:subPropertyOf ekg:raises ;
    rdfs:label "emits"@en ; ekg:inverseLabel "emitted by"@en ; skos:definition "Adds it to the air."@en ;
    ekg:order 91 ; schema:domainIncludes my:Pollutant ; schema:rangeIncludes ekg:Risk .
"""
)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> kg.Graph:
    """A record with an entity and a claim of terms of its own."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "mine.ttl").write_text(TURTLE, encoding="utf-8")
    graph = kg.open(f"sqlite:///{folder}/r.sqlite", ontology=[folder / "mine.ttl"], empty=True)
    made = records("soot emits cough", types={"soot": "Pollutant", "cough": "Risk"})
    graph.write([kg.Change(kg.model.kind_of(one), one) for one in made], actor="ann", act="add")
    return graph


def test_entity_pages_lead_to_anchors_of_own_terms(graph: kg.Graph) -> None:
    with TestClient(create_app(graph, warm=False)) as client:
        page = client.get("/entities/soot?lang=en", headers={"Accept": "text/html"}).text
        href = re.search(r'href="(/ontology\?lang=en)#(\w+)"', page)
        assert href is not None
        assert href[2] == "Pollutant"
        terms = client.get(href[1] + "&format=html", headers={"Accept": "text/html"}).text
        assert re.findall(r'id="(Pollutant|emits)"', terms) == ["Pollutant", "emits"]
        assert "https://example.org/mine#Pollutant" in terms
        assert "污染物" in terms
        assert "<https://example.org/mine#emits>" in client.get("/ontology?format=ntriples").text


@pytest.mark.parametrize(
    ("query", "found"),
    [("coverage-by-type", "https://example.org/mine#Pollutant"), ("raises-directly", "id/entity/soot")],
)
def test_packaged_queries_know_terms_below_their_own(graph: kg.Graph, query: str, found: str) -> None:
    text = packaged("ontology", "queries", f"{query}.rq").read_text(encoding="utf-8")
    assert any(str(value).endswith(found) for row in graph.sparql(text).rows for value in row.values())


def test_examples_are_offered_only_where_the_record_has_what_they_name(graph: kg.Graph) -> None:
    with TestClient(create_app(graph, warm=False)) as client:
        page = client.get("/ask?lang=en", headers={"Accept": "text/html"}).text
        offered = re.findall(r'<p class="quiet"><a href="([^"]+)"', page)
        assert [address.partition("?")[0] for address in offered] == ["/ask/gaps"]
        for name in ("raises", "paths", "cut", "retraction"):
            assert "qlora" not in client.get(f"/ask/{name}?lang=en", headers={"Accept": "text/html"}).text


def test_every_example_of_the_packaged_record_is_offered(pack_graph: kg.Graph) -> None:
    with TestClient(create_app(pack_graph, warm=False)) as client:
        page = client.get("/ask?lang=en", headers={"Accept": "text/html"}).text
        assert len(re.findall(r'<p class="quiet"><a href="', page)) == 8
