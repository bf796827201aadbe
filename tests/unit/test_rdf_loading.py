"""Loading RDF: what is added, changed, there already, in conflict, faulty, foreign."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.errors import InputError, NotFound
from kg.graph import Graph

HEAD = """\
@prefix claim: <https://w3id.org/evidence-kg/id/claim/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix ekg: <https://w3id.org/evidence-kg/ontology#> .
@prefix entity: <https://w3id.org/evidence-kg/id/entity/> .
@prefix evidence: <https://w3id.org/evidence-kg/id/evidence/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix work: <https://w3id.org/evidence-kg/id/work/> .
"""
ENTITIES = """\
entity:a a ekg:Technique ; skos:prefLabel "A"@en , "甲"@zh-Hans ; skos:altLabel "z" , "b" .
entity:r a ekg:Risk ; skos:prefLabel "R" ; skos:broader entity:top .
entity:top a ekg:Risk ; skos:prefLabel "Top"@en-GB , "Haut"@fr .
"""
REST = """\
work:w1 a ekg:Work ; ekg:workType "book" ; dcterms:title "T" ; dcterms:issued "2020-05-01" ; dcterms:creator "Li, W." .
claim:a--raises--r a ekg:Claim ; ekg:subject entity:a ; ekg:predicate ekg:raises ; ekg:object entity:r .
evidence:w1.x1 a ekg:EvidenceItem ; ekg:bearsOn claim:a--raises--r ; ekg:fromWork work:w1 ; ekg:inferred true ;
    ekg:stance ekg:stance-supports ; ekg:studyKind ekg:kind-argument ; ekg:strength ekg:strength-weak ;
    ekg:basis ekg:basis-memory ; ekg:statement "It says so." .
"""


@pytest.fixture
def graph(sqlite_url: str) -> Iterator[Graph]:
    """An empty record."""
    one = kg.open(sqlite_url, empty=True)
    yield one
    one.store.close()


def load(graph: Graph, folder: Path, text: str, **options: Any) -> dict[str, Any]:
    """Load a Turtle text."""
    file = folder / "given.ttl"
    file.write_text(HEAD + text, encoding="utf-8")
    return graph.load(file, **options)


def test_what_is_right_is_added_and_then_a_duplicate(graph: Graph, tmp_path: Path) -> None:
    report = load(graph, tmp_path, ENTITIES + REST)
    assert (report["added"], report["changed"], report["failures"], report["revision"]) == (6, 0, [], 2)
    assert report["kinds"] == {"claim": 1, "entity": 3, "evidence": 1, "work": 1}
    assert graph.entity("a")["label"] == {"en": "A", "zh": "甲"}
    assert graph.entity("a")["aliases"] == ["b", "z"]
    assert (graph.work("w1")["year"], graph.work("w1")["authors"]) == (2020, ["Li, W."])
    assert graph.claim("a--raises--r")["belief"]["expected"] > 0.5
    again = load(graph, tmp_path, ENTITIES + REST)
    assert (again["added"], len(again["duplicates"]), again["revision"]) == (0, 6, 2)
    (first,) = [one for one in graph.log()["items"] if one["number"] == 2]
    assert first["act"] == "import rdf"
    assert first["reason"].startswith("given.ttl, SHA-256 ")


def test_a_record_may_lean_on_what_is_there(graph: Graph, tmp_path: Path) -> None:
    load(graph, tmp_path, ENTITIES)
    assert load(graph, tmp_path, REST)["added"] == 3


def test_another_form_is_a_conflict_unless_updates_are_wanted(graph: Graph, tmp_path: Path) -> None:
    load(graph, tmp_path, ENTITIES + REST)
    changed = ENTITIES.replace('"A"@en', '"Other"@en') + REST.replace("It says so.", "It says something else.")
    report = load(graph, tmp_path, changed)
    assert [one["id"] for one in report["conflicts"]] == ["a", "w1.x1"]
    assert [one["fields"] for one in report["conflicts"]] == [["label"], ["statement"]]
    assert "label is 'A', the file says 'Other'" in report["conflicts"][0]["reason"]
    assert "--update writes the record" in report["conflicts"][0]["remedy"]
    assert "kg review revise w1.x1" in report["conflicts"][1]["remedy"]
    assert (report["added"], report["changed"], graph.entity("a")["label"]["en"]) == (0, 0, "A")
    report = load(graph, tmp_path, changed, update=True)
    assert [one["id"] for one in report["conflicts"]] == ["w1.x1"]
    assert (report["changed"], graph.entity("a")["label"]["en"]) == (1, "Other")
    revoked = REST.replace("a ekg:EvidenceItem", "a ekg:EvidenceItem ; ekg:status ekg:status-revoked")
    assert load(graph, tmp_path, revoked, update=True)["changed"] == 1
    assert graph.item("w1.x1")["status"] == "revoked"


FAULTS: list[tuple[str, str, str]] = [
    ('entity:x a ekg:Risk .', "entity x: skos:prefLabel is missing", "entity:x a"),
    ('entity:x a skos:Concept ; skos:prefLabel "X" .', "entity x: rdf:type is missing", ""),
    ('entity:x a ekg:Risk , ekg:Benefit ; skos:prefLabel "X" .', "the kinds of entity Benefit, Risk, one was", ""),
    ('entity:x a ekg:Risk ; skos:prefLabel "X"@en , "Y"@en-GB .', "two texts in the language en", ""),
    ('entity:x a ekg:Risk ; skos:prefLabel "风险"@zh .', "no text in English, only in zh", ""),
    ('entity:x a ekg:Risk ; skos:prefLabel "X" ; ekg:status "accepted" .', "is not among the statuses", ""),
    ('entity:x a ekg:Risk ; skos:prefLabel "X" ; skos:broader entity:none .', "there is no entity none", ""),
    ('entity:x a ekg:Risk ; skos:prefLabel "X" ; skos:broader entity:x .', "broader than itself", ""),
    ('entity:x a ekg:Risk ; skos:prefLabel "X" ; skos:broader <https://example.org/b> .', "is no entity of ours", ""),
    ('entity:x a ekg:Risk ; skos:prefLabel <a:b> .', "is an IRI, a literal was expected", ""),
    ('entity:X a ekg:Risk ; skos:prefLabel "X" .', "is not a slug", ""),
    ('entity:x a ekg:Risk ; skos:prefLabel "a\\u202eb" .', "U+202E", ""),
    ('entity:x a ekg:Risk ; skos:prefLabel "X" ; skos:exactMatch "ftp://a.b/" .', "is not a web address", ""),
    ("claim:a--raises--none ekg:subject entity:a ; ekg:predicate ekg:raises ; ekg:object entity:none .",
     "there is no entity none", ""),
    ("claim:r--raises--a ekg:subject entity:r ; ekg:predicate ekg:raises ; ekg:object entity:a .",
     "cannot be of type", ""),
    ("claim:wrong ekg:subject entity:a ; ekg:predicate ekg:lowers ; ekg:object entity:r .",
     "its parts make it the claim a--lowers--r", ""),
    ("claim:a--likes--r ekg:subject entity:a ; ekg:predicate <a:likes> ; ekg:object entity:r .",
     "is not among the relations", ""),
    ("claim:a--lowers--r ekg:subject entity:a , entity:r ; ekg:predicate ekg:lowers ; ekg:object entity:r .",
     "2 values, one was expected", ""),
    ('work:w2 ekg:workType "book" .', "dcterms:title is missing", ""),
    ('work:w2 ekg:workType "book" ; dcterms:title "T" ; dcterms:issued "soon" .', "is no year", ""),
    ('work:w2 ekg:workType "book" ; dcterms:title "T" ; ekg:csl "[1]" .', "is not a JSON object", ""),
    ('work:w2 ekg:workType "book" ; dcterms:title "T" ; ekg:csl "{\\"a\\":NaN}" .', "is not JSON", ""),
    ('work:w2 ekg:workType "book" ; dcterms:title "T" ; dcterms:creator <a:b> .', "has no foaf:name", ""),
    ('work:w2 ekg:workType "book" ; dcterms:title "T" ; <http://purl.org/ontology/bibo/doi> "x" .', "is not a DOI", ""),
    ("evidence:w1.x2 ekg:bearsOn claim:none ; ekg:fromWork work:w1 ; ekg:stance ekg:stance-supports ;"
     " ekg:studyKind ekg:kind-argument ; ekg:strength ekg:strength-weak ; ekg:basis ekg:basis-memory ;"
     ' ekg:statement "S" .', "there is no claim none", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said", "raw"), FAULTS, ids=[said for _, said, _ in FAULTS])
def test_a_faulty_record_is_told_and_costs_no_other(
    graph: Graph, tmp_path: Path, text: str, said: str, raw: str
) -> None:
    report = load(graph, tmp_path, ENTITIES + REST + text + "\n")
    assert report["added"] == 0
    found = [one for one in report["failures"] if said in one["reason"]]
    assert found, report["failures"]
    assert found[0]["line"] == (HEAD + ENTITIES + REST).count("\n") + 1
    assert found[0]["raw"].startswith(raw)
    assert found[0]["remedy"]
    assert load(graph, tmp_path, ENTITIES + REST + text + "\n", keep_going=True)["added"] == 6


ITEM = (
    "evidence:{id} ekg:bearsOn claim:a--raises--r ; ekg:fromWork work:w1 ; ekg:stance ekg:stance-disputes ;"
    " ekg:studyKind ekg:kind-argument ; ekg:strength ekg:strength-weak ; ekg:basis ekg:basis-memory ;"
    ' ekg:statement "S" ; ekg:supersedes evidence:{other} .\n'
)


def test_an_item_takes_the_place_of_one_that_is_there(graph: Graph, tmp_path: Path) -> None:
    chain = ITEM.format(id="w1.x2", other="w1.x3") + ITEM.format(id="w1.x3", other="w1.none")
    report = load(graph, tmp_path, ENTITIES + REST + chain, keep_going=True)
    assert report["added"] == 6
    assert [one["reason"] for one in report["failures"]] == [
        "evidence w1.x2: there is no evidence w1.x3",
        "evidence w1.x3: there is no evidence w1.none",
    ]
    assert load(graph, tmp_path, ITEM.format(id="w1.x2", other="w1.x1"))["added"] == 1
    other_work = load(graph, tmp_path, ITEM.format(id="w9.x1", other="w1.x1"))
    assert "does not begin with its work" in other_work["failures"][0]["reason"]


ELSEWHERE = """\
work:w5 ekg:workType "book" ; dcterms:title "T" ; dcterms:creator <https://example.org/wu> , _:li , work:w6#author-1 .
work:w6 ekg:workType "book" ; dcterms:title "U" ; dcterms:creator work:w6#author-1 .
<https://w3id.org/evidence-kg/id/work/w6#author-1> foaf:name "Ada" ; ekg:position 1 .
<https://example.org/wu> foaf:name "Wu, F." ; ekg:position 3 .
_:li <http://www.w3.org/2000/01/rdf-schema#label> "Li" ; ekg:position 2 .
"""


def test_authors_are_named_wherever_they_are_described(graph: Graph, tmp_path: Path) -> None:
    text = "@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n" + ELSEWHERE.replace(
        "work:w6#author-1", "<https://w3id.org/evidence-kg/id/work/w6#author-1>"
    )
    assert load(graph, tmp_path, text)["failures"] == []
    assert graph.work("w5")["authors"] == ["Ada", "Li", "Wu, F."]


MERGED = """\
work:w3 ekg:workType "book" ; dcterms:title "T" ; ekg:workStatus ekg:work-status-merged ;
    dcterms:isReplacedBy work:{into} .
"""


def test_a_work_is_merged_into_one_that_is_there(graph: Graph, tmp_path: Path) -> None:
    lost = load(graph, tmp_path, ENTITIES + REST + MERGED.format(into="none"))
    assert [one["reason"] for one in lost["failures"]] == ["work w3: dcterms:isReplacedBy: there is no work none"]
    of_merged = ITEM.format(id="w3.x9", other="w1.x1")
    report = load(graph, tmp_path, ENTITIES + REST + MERGED.format(into="w1") + of_merged)
    assert (report["added"], report["failures"]) == (8, [])


def test_items_that_supersede_each_other_are_told(graph: Graph, tmp_path: Path) -> None:
    ring = ITEM.format(id="w1.x2", other="w1.x3") + ITEM.format(id="w1.x3", other="w1.x2")
    report = load(graph, tmp_path, ENTITIES + REST + ring)
    assert [one["reason"] for one in report["failures"]] == [
        "evidence w1.x2: w1.x3 supersedes it in turn",
        "evidence w1.x3: w1.x2 supersedes it in turn",
    ]
    assert report["added"] == 0


FOREIGN = """\
<https://example.org/scheme> a skos:ConceptScheme ; dcterms:title "Hazards" .
<https://example.org/one> a skos:Concept ; skos:prefLabel "One"@en ; skos:broader [ skos:prefLabel "Anonymous" ] .
entity:a skos:editorialNote "mine" .
"""


def test_foreign_statements_are_counted(graph: Graph, tmp_path: Path) -> None:
    report = load(graph, tmp_path, ENTITIES + FOREIGN)
    assert (report["added"], report["failures"]) == (3, [])
    assert report["ignored"] == [
        {
            "what": "property",
            "name": "http://www.w3.org/2004/02/skos/core#editorialNote",
            "statements": 1,
            "reason": "not among the properties of our records",
        },
        {
            "what": "type",
            "name": "http://www.w3.org/2004/02/skos/core#Concept",
            "statements": 3,
            "reason": "not a record of ours",
        },
        {
            "what": "type",
            "name": "http://www.w3.org/2004/02/skos/core#ConceptScheme",
            "statements": 2,
            "reason": "not a record of ours",
        },
        {"what": "type", "name": "no type", "statements": 1, "reason": "not a record of ours"},
    ]


def test_only_foreign_statements_write_nothing(graph: Graph, tmp_path: Path) -> None:
    report = load(graph, tmp_path, "<https://example.org/one> a skos:Concept .\n")
    assert (report["added"], report["failures"], report["revision"]) == (0, [], 1)
    assert report["statements"] == sum(item["statements"] for item in report["ignored"]) == 1


def test_an_export_of_nanopublications_is_refused_once(graph: Graph, tmp_path: Path) -> None:
    load(graph, tmp_path, ENTITIES + REST, keep_going=True)
    graph.export(tmp_path / "out", format="nanopub")
    assert b"np:hasAssertion" in (tmp_path / "out").read_bytes()
    other = kg.open(f"sqlite:///{tmp_path}/other.db", empty=True)
    for options in ({}, {"format": "trig"}, {"keep_going": True}):
        (failure,) = other.load(tmp_path / "out", **options)["failures"]
        assert failure["reason"].startswith("this is an export of nanopublications, which is not read back")
        assert "turtle or trig" in failure["remedy"]
    other.store.close()
    report = load(graph, tmp_path, "<urn:np> a <http://www.nanopub.org/nschema#Nanopublication> .\n")
    assert (report["failures"], report["statements"]) == ([], 1)


def test_rdf_xml_of_ours_is_read_too(graph: Graph, tmp_path: Path) -> None:
    file = tmp_path / "one.rdf"
    file.write_text(
        '<?xml version="1.0"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns:ekg="https://w3id.org/evidence-kg/ontology#" xmlns:skos="http://www.w3.org/2004/02/skos/core#">\n'
        '<ekg:Risk rdf:about="https://w3id.org/evidence-kg/id/entity/r"><skos:prefLabel xml:lang="en">R'
        "</skos:prefLabel></ekg:Risk></rdf:RDF>",
        encoding="utf-8",
    )
    assert graph.load(file)["added"] == 1


def test_a_file_that_is_not_there_and_a_format_that_is_none(graph: Graph, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no file or folder"):
        graph.load(tmp_path / "none.ttl")
    (tmp_path / "a.ttl").touch()
    with pytest.raises(InputError, match="not a format that can be loaded"):
        graph.load(tmp_path / "a.ttl", format="word")
    assert graph.load(tmp_path / "a.ttl", format="ntriples")["format"] == "ntriples"
