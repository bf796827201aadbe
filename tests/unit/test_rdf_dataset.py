"""The dataset of the pack: its graphs, its provenance, its beliefs, and how it follows the record."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pyoxigraph as ox
import pytest
from rdflib import RDF, RDFS, Literal, Namespace, URIRef

import kg
from kg.criteria import Criteria
from kg.exchanging import PROJECTIONS_MOST
from kg.graph import Graph
from kg.model import Change, Entity, Text
from kg.rdf.names import BELIEFS, EDGES, GRAPHS, PASSAGES, PROVENANCE, RECORDS, VOCABULARY, name
from kg.rdf.nodes import Node, lines, why_no_iri
from kg.rdf.provenance import revision_node

EKG = Namespace("https://w3id.org/evidence-kg/ontology#")
PROV = Namespace("http://www.w3.org/ns/prov#")
CLAIM = URIRef("https://w3id.org/evidence-kg/id/claim/tar--mitigates--safeguard-removal")


def counted(graph: Graph) -> dict[Node, int]:
    """Quads in each named graph."""
    store = graph.projection().store
    return {f"<{one.value}>": len(list(store.quads_for_pattern(None, None, None, one))) for one in store.named_graphs()}


def test_every_graph_is_there(pack_graph: Graph) -> None:
    found = counted(pack_graph)
    assert set(found) == set(GRAPHS)
    assert found[EDGES] == len(
        {
            (claim.subject, claim.relation, claim.object)
            for claim in pack_graph.snapshot.claims.values()
            if pack_graph.network().weighing(claim.id).support > 0
        }
    )
    assert found[RECORDS] > 12_000
    assert found[VOCABULARY] > 1_500
    assert found[PASSAGES] > 900


def test_beliefs_are_those_of_the_claim(pack_graph: Graph) -> None:
    dataset = pack_graph.dataset()
    belief = dataset.value(CLAIM, EKG.hasBelief)
    document = pack_graph.claim("tar--mitigates--safeguard-removal")
    for mass, value in document["belief"].items():
        assert float(str(dataset.value(belief, EKG[mass]))) == pytest.approx(value, abs=1e-12)
    assert dataset.value(belief, EKG.contested) == Literal(True)
    counting = {item["id"] for item in document["evidence"] if item["counts"]}
    assert {str(item).rpartition("/")[2] for item in dataset.objects(belief, PROV.wasDerivedFrom)} == counting
    weighing = dataset.value(belief, PROV.wasGeneratedBy)
    assert str(dataset.value(weighing, EKG.algorithm)) == "beta-1"
    assert dataset.value(weighing, EKG.atRevision) == URIRef(revision_node(pack_graph.revision)[1:-1])
    assert str(dataset.value(weighing, EKG.criteria)) == "{}"
    said = {label.language: str(label) for label in dataset.objects(CLAIM, RDFS.label)}
    assert set(said) == {"en", "zh"}
    assert " mitigates " in said["en"]


def test_criteria_decide_what_follows(pack_graph: Graph) -> None:
    store = pack_graph.projection(Criteria(known_in=2020)).store
    usual = pack_graph.projection().store
    assert len(store) < len(usual)
    asked = f"SELECT ?c {{ GRAPH {BELIEFS} {{ ?w {name('ekg:criteria')} ?c }} }}"
    assert [row["c"].value for row in store.query(asked)] == ['{"known_in":2020}']
    in_records = f"SELECT (COUNT(*) AS ?n) {{ GRAPH {RECORDS} {{ ?s ?p ?o }} }}"
    assert [row["n"].value for row in store.query(in_records)] == [row["n"].value for row in usual.query(in_records)]


def test_history_is_provenance(sqlite_url: str) -> None:
    graph = kg.open(sqlite_url, empty=True)
    entity = Entity("a", "Factor", Text("A"))
    graph.write([Change("entity", entity)], actor="0000-0002-1825-0097", act="add", reason="first")
    graph.write([Change("entity", replace(entity, status="revoked"))], actor="ann", act="revoke")
    dataset = graph.dataset()
    first, second, third = (URIRef(revision_node(number)[1:-1]) for number in (1, 2, 3))
    record = URIRef("https://w3id.org/evidence-kg/id/entity/a")
    assert set(dataset.subjects(RDF.type, PROV.Activity)) >= {first, second, third}
    assert dataset.value(second, PROV.wasAssociatedWith) == URIRef("https://orcid.org/0000-0002-1825-0097")
    assert dataset.value(second, PROV.wasInformedBy) == first
    assert set(dataset.objects(None, PROV.wasInformedBy)) == {first, second}
    assert set(dataset.subjects(EKG.wrote, record)) == {second, third}
    assert list(dataset.objects(record, PROV.wasGeneratedBy)) == [second]
    log = {item["number"]: item for item in graph.log()["items"]}
    assert str(dataset.value(third, EKG.hash)) == log[3]["hash"]
    assert dataset.value(record, EKG.status) == EKG["status-revoked"]
    graph.store.close()


def test_one_store_follows_the_record(sqlite_url: str) -> None:
    graph = kg.open(sqlite_url, empty=True)
    first = graph.projection()
    graph.write([Change("entity", Entity("a", "Factor", Text("A")))], actor="ann", act="add")
    assert graph.projection() is first
    assert first.network.snapshot.revision == 2
    past = graph.projection(Criteria(as_of=1))
    assert past.network.snapshot.entities == {}
    for year in range(2000, 2000 + 2 * PROJECTIONS_MOST):
        graph.projection(Criteria(known_in=year))
    assert len(graph._projections) == PROJECTIONS_MOST
    graph.store.close()


def test_faces_at_one_revision_share_the_store_also_where_it_was_made_by_one_of_them(sqlite_url: str) -> None:
    graph = kg.open(sqlite_url, empty=True)
    early = graph.at_one_revision()
    first = early.projection()
    assert graph.projection() is first
    assert graph.at_one_revision().projection() is first
    graph.write([Change("entity", Entity("a", "Factor", Text("A")))], actor="ann", act="add")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: graph.at_one_revision().projection(), range(8)))
    assert all(one is first for one in found)
    assert "a" not in early.projection().network.snapshot.entities
    graph.store.close()


def test_what_is_only_supposed_is_not_in_the_store_of_the_record(sqlite_url: str) -> None:
    graph = kg.open(sqlite_url, empty=True)
    size = len(graph.projection().store)
    supposed = Change("entity", Entity("a", "Factor", Text("A")))
    other = graph.supposing(graph.snapshot.with_changes([supposed]))
    assert len(other.projection().store) > size
    asked = "ASK { entity:a a ekg:Factor }"
    assert other.sparql(asked).boolean
    assert not graph.sparql(asked).boolean
    graph.write([Change("entity", Entity("b", "Factor", Text("B")))], actor="ann", act="add")
    known = {quad.subject for quad in graph.projection().store}
    named = [ox.NamedNode(f"https://w3id.org/evidence-kg/id/entity/{id}") in known for id in ("a", "b")]
    assert named == [False, True]
    assert not graph.sparql(asked).boolean
    graph.store.close()


def test_own_classes_and_relations_take_their_place(sqlite_url: str, tmp_path: Any) -> None:
    (tmp_path / "laws.ttl").write_text(
        "@prefix ekg: <https://w3id.org/evidence-kg/ontology#> .\n@prefix law: <https://example.org/law#> .\n"
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        'law:Statute a owl:Class ; rdfs:subClassOf ekg:Mitigation ; rdfs:label "statute"@en ;\n'
        '  skos:definition "A law."@en ; ekg:shape "hexagon" ; skos:note [ skos:note "blank" ] .\n'
        'law:bans a owl:ObjectProperty ; rdfs:subPropertyOf ekg:mitigates ; rdfs:label "bans"@en ;\n'
        '  skos:definition "Makes unlawful."@en .\n',
        encoding="utf-8",
    )
    graph = kg.open(sqlite_url, empty=True, ontology=[tmp_path / "laws.ttl"])
    from_rdf = (
        "@prefix ekg: <https://w3id.org/evidence-kg/ontology#> .\n@prefix law: <https://example.org/law#> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n@base <https://w3id.org/evidence-kg/id/> .\n"
        '<entity/act> a law:Statute, ekg:Mitigation, ekg:Entity ; skos:prefLabel "Act" .\n'
        '<entity/harm> a ekg:Risk ; skos:prefLabel "Harm" .\n<work/w1> ekg:workType "book" ;\n'
        '  <http://purl.org/dc/terms/title> "T" .\n'
        "<claim/act--bans--harm> ekg:subject <entity/act> ; ekg:predicate law:bans ; ekg:object <entity/harm> .\n"
        '<evidence/w1.1> ekg:bearsOn <claim/act--bans--harm> ; ekg:fromWork <work/w1> ; ekg:statement "S" ;\n'
        "  ekg:stance ekg:stance-supports ; ekg:studyKind ekg:kind-argument ; ekg:strength ekg:strength-weak ;\n"
        "  ekg:basis ekg:basis-memory .\n"
    )
    (tmp_path / "own.ttl").write_text(from_rdf, encoding="utf-8")
    report = graph.load(tmp_path / "own.ttl")
    assert (report["failures"], report["added"]) == ([], 5)
    dataset = graph.dataset()
    act, harm = (URIRef(f"https://w3id.org/evidence-kg/id/entity/{id}") for id in ("act", "harm"))
    assert set(dataset.objects(act, RDF.type)) >= {
        URIRef("https://example.org/law#Statute"),
        EKG.Mitigation,
        EKG.Entity,
    }
    assert (act, EKG.mitigates, harm) in dataset
    assert (act, URIRef("https://example.org/law#bans"), harm) in dataset
    assert dataset.value(URIRef("https://example.org/law#bans"), EKG.sign) == Literal(-1)
    assert graph.export(tmp_path / "out.ttl")["bytes"] > 0
    graph.store.close()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("https://example.org/微调?q=%E5#x", None),
        ("urn:isbn:1", None),
        ("", "it is relative"),
        ("//example.org/", "it is relative"),
        ("https://example.org/<", "it holds the character U+003C"),
        ("https://example.org/\n", "it holds the character U+000A"),
        ("https://example.org/\ufeff", "it holds the character U+FEFF"),
        ("https://example.org/%4", "it holds the character U+0025"),
    ],
)
def test_which_iris_are_safe(text: str, said: str | None) -> None:
    assert why_no_iri(text) == said


def test_lines_are_what_we_write() -> None:
    quad = ("<a:s>", "<a:p>", '"x\\n y . <a:b>"@en', PROVENANCE)
    (read,) = ox.parse("".join(lines([quad])).encode(), ox.RdfFormat.N_QUADS)
    assert tuple(map(str, (read.subject, read.predicate, read.object, read.graph_name))) == quad
