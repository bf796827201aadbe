"""Names in a query that name nothing are told where little was found, with names that resemble them."""

from __future__ import annotations

from pathlib import Path

import pytest

import kg
from kg.ids import BASE
from kg.rdf.competency import questions
from kg.rdf.dataset import everything
from kg.rdf.guard import check
from kg.rdf.unknown import MOST, unknown

HTTP = BASE.replace("https", "http")
QUERIES = {
    "SELECT ?x { ?x a ekg:Technik }": "the ontology has no ekg:Technik; did you mean ekg:Technique?",
    "SELECT ?x { ?x ekg:strenght ?y }": "the ontology has no ekg:strenght; did you mean ekg:strength",
    "SELECT (COUNT(*) AS ?n) { ?x a ekg:技术 }": "the ontology has no ekg:技术; did you mean ekg:Technique?",
    "SELECT ?x { ?x a ekg:qlora }": "the ontology has no ekg:qlora; did you mean entity:qlora?",
    "SELECT ?x { entity:qlorra ekg:raises+ ?x }": "the record has no entity:qlorra; did you mean entity:qlora or ",
    "ASK { entity:qlorra skos:broader entity:lora }": "the record has no entity:qlorra; did you mean entity:qlora or ",
    "DESCRIBE entity:qlorra": "the record has no entity:qlorra; did you mean entity:qlora or ",
    "SELECT * { work:hu2022lra ?p ?o }": "the record has no work:hu2022lra; did you mean work:hu2022lora",
    "SELECT * { evidence:E232 ?p ?o }": "the record has no evidence:E232; did you mean evidence:tamirisa2025tar.",
    "SELECT * { claim:qlora--raises--nothing ?p ?o }": "the record has no claim:qlora--raises--nothing",
    "SELECT * { revision:999 ?p ?o }": "the record has no revision:999",
    "SELECT * { GRAPH graph:edge { ?s ?p ?o } }": "the dataset has no graph:edge; did you mean graph:edges?",
    f"PREFIX k: <{BASE}ontology#> SELECT * {{ ?x a k:Rsik }}": "the ontology has no k:Rsik; did you mean k:Risk?",
    f"PREFIX ekg: <{HTTP}ontology#> SELECT * {{ ?x a ekg:Risk }}": (
        f"the ontology has no ekg:Risk; did you mean <{BASE}ontology#Risk>?"
    ),
    f"SELECT * {{ ?x a <{BASE}ontology#Rsik> }}": f"the ontology has no <{BASE}ontology#Rsik>; did you mean ekg:Risk?",
}
FINE = (
    "SELECT * { ?x a ekg:Technique ; ekg:raises entity:qlora }",
    "SELECT * { ?x a schema:Technik }",
    "SELECT * { <https://example.org/entity/x> ?p ?o }",
    "SELECT * { ?x rdfs:label 'ekg:Technik' } # ekg:Technik",
    "SELECT * { revision:1 ekg:raises ?o }",
    f"PREFIX ekg: <{BASE}id/entity/none> PREFIX mine: <https://example.org/> SELECT * {{ ?x a mine:Technik }}",
)


@pytest.mark.parametrize("query", QUERIES)
def test_a_name_that_names_nothing_is_told_with_what_resembles_it(pack_graph: kg.Graph, query: str) -> None:
    found = pack_graph.sparql(query)
    assert found.count <= 1
    (one,) = found.unknown[:1]
    assert one.said().startswith(QUERIES[query])
    assert one.name in one.said("zh")


@pytest.mark.parametrize("query", FINE)
def test_an_answer_may_be_empty_with_names_that_are_right(pack_graph: kg.Graph, query: str) -> None:
    found = pack_graph.sparql(query)
    assert (found.count, found.unknown) == (0, ())


@pytest.mark.parametrize("name", questions())
def test_the_questions_name_what_is_there(pack_graph: kg.Graph, name: str) -> None:
    assert unknown(check(questions()[name].text), pack_graph.network()) == ()


def test_nothing_that_stands_in_the_dataset_is_unknown(pack_graph: kg.Graph) -> None:
    network = pack_graph.network()
    every = everything(network, pack_graph.store.changes(0, network.snapshot.revision))
    iris = sorted({term for quad in every for term in quad if term.startswith(f"<{BASE}")})
    assert len(iris) > 1_000
    for at in range(0, len(iris), 100):
        names = " ".join(iris[at : at + 100])
        assert unknown(check(f"SELECT ?x {{ VALUES ?x {{ {names} }} }}"), network) == ()


def test_a_full_answer_is_not_talked_about(pack_graph: kg.Graph) -> None:
    query = "SELECT * { { ?x a ekg:Risk } UNION { ?x a ekg:Rsik } }"
    found = pack_graph.sparql(query)
    assert (found.count, found.unknown) == (18, ())
    assert [one.name for one in unknown(check(query), pack_graph.network())] == ["ekg:Rsik"]


def test_each_name_is_told_once_and_not_too_many(pack_graph: kg.Graph) -> None:
    names = " ".join(f"ekg:no{at} ekg:no{at}" for at in range(40))
    told = pack_graph.sparql(f"SELECT * {{ VALUES ?x {{ {names} }} ?x a ?y }}").unknown
    assert [one.name for one in told] == [f"ekg:no{at}" for at in range(MOST)]


def test_words_of_the_operator_are_known(tmp_path: Path) -> None:
    own = tmp_path / "own.ttl"
    own.write_text("""
        @prefix ekg: <https://w3id.org/evidence-kg/ontology#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        ekg:Corpus a owl:Class ; rdfs:subClassOf ekg:Entity ; rdfs:label "corpus"@en , "语料"@zh ;
          skos:definition "A body of text."@en , "文本集合。"@zh ; ekg:role "cause" ; ekg:colour "#2f7d4f" ;
          ekg:shape "square" ; ekg:column 0 ; ekg:order 20 .
    """)
    with_own = kg.open(f"sqlite:///{tmp_path}/a.sqlite", empty=True, ontology=(own,))
    without = kg.open(f"sqlite:///{tmp_path}/b.sqlite", empty=True)
    assert with_own.sparql("SELECT * { ?x a ekg:Corpus }").unknown == ()
    assert [one.name for one in without.sparql("SELECT * { ?x a ekg:Corpus }").unknown] == ["ekg:Corpus"]
    for graph in (with_own, without):
        graph.store.close()
