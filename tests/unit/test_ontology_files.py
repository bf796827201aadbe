"""The Turtle files are of a quality to publish: complete, in two languages, in plain OWL, readable by others."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from functools import cache
from pathlib import Path

import owlrl
import pytest
from pyoxigraph import BlankNode, RdfFormat, parse
from rdflib import OWL, RDF, RDFS, SKOS, XSD, Graph, Literal, Namespace, URIRef

from kg.exporters.ontology_page import render
from kg.vocabulary import FILES, Vocabulary, load

ROOT = Path(__file__).resolve().parents[2]
ONTOLOGY = ROOT / "ontology"
EKG = Namespace("https://w3id.org/evidence-kg/ontology#")
DCTERMS = Namespace("http://purl.org/dc/terms/")
VANN = Namespace("http://purl.org/vocab/vann/")
BASE = "https://w3id.org/evidence-kg/ontology"
IRIS = {
    "evidence.ttl": URIRef(BASE),
    "hazards.ttl": URIRef(BASE + "/hazards"),
    "schemes.ttl": URIRef(BASE + "/schemes"),
}
KINDS = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
files = pytest.mark.parametrize("name", FILES)


@cache
def graph(name: str) -> Graph:
    """One file, as rdflib reads it."""
    return Graph().parse(ONTOLOGY / name, format="turtle")


@cache
def everything() -> Graph:
    """All three files together."""
    together = Graph()
    for name in FILES:
        for triple in graph(name):
            together.add(triple)
    return together


def defined(name: str) -> list[URIRef]:
    """The terms that a file defines."""
    return sorted(term for term in graph(name).subjects(RDFS.isDefinedBy, IRIS[name]) if isinstance(term, URIRef))


def texts(term: URIRef, *properties: URIRef) -> Counter[str]:
    """How many texts a term has in each language."""
    found = [text for name in properties for text in everything().objects(term, name)]
    return Counter(str(text.language) for text in found if isinstance(text, Literal))


@files
def test_two_parsers_read_the_same(name: str) -> None:
    quads = list(parse((ONTOLOGY / name).read_bytes(), RdfFormat.TURTLE))
    assert not any(isinstance(node, BlankNode) for quad in quads for node in (quad.subject, quad.object))
    theirs = {tuple(map(str, (quad.subject.value, quad.predicate.value, quad.object.value))) for quad in quads}
    ours = {tuple(str(node).replace("+00:00", "Z") for node in triple) for triple in graph(name)}
    assert ours == theirs


@files
def test_metadata(name: str) -> None:
    about, iri = graph(name), IRIS[name]
    assert (iri, RDF.type, OWL.Ontology) in about
    for field in (DCTERMS.title, DCTERMS.description):
        assert {text.language for text in about.objects(iri, field) if isinstance(text, Literal)} == {"en", "zh"}
    version = str(about.value(iri, OWL.versionInfo, any=False))
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert about.value(iri, OWL.versionIRI, any=False) == URIRef(f"{iri}/{version}")
    assert about.value(iri, DCTERMS.license, any=False) == URIRef("https://creativecommons.org/licenses/by/4.0/")
    assert str(about.value(iri, VANN.preferredNamespacePrefix, any=False)) == "ekg"
    assert str(about.value(iri, VANN.preferredNamespaceUri, any=False)) == str(EKG)
    creator = about.value(iri, DCTERMS.creator, any=False)
    assert everything().value(creator, RDFS.label) is not None
    created, modified = (about.value(iri, field, any=False) for field in (DCTERMS.created, DCTERMS.modified))
    assert isinstance(created, Literal)
    assert isinstance(modified, Literal)
    assert created.toPython() <= modified.toPython()
    citation = str(about.value(iri, DCTERMS.bibliographicCitation, any=False))
    assert f"version {version}" in citation
    assert citation.endswith(iri)


def test_all_files_have_one_version() -> None:
    assert {str(graph(name).value(IRIS[name], OWL.versionInfo)) for name in FILES} == {load().version}


@files
def test_every_term_has_label_and_definition_in_both_languages(name: str) -> None:
    once = Counter({"en": 1, "zh": 1})
    wrong = [
        term
        for term in defined(name)
        if texts(term, RDFS.label, SKOS.prefLabel) != once or texts(term, SKOS.definition) != once
    ]
    assert wrong == []
    assert len(defined(name)) > 15


@files
def test_texts_are_in_the_language_they_say(name: str) -> None:
    for subject, _, literal in graph(name):
        if isinstance(literal, Literal) and literal.language is not None:
            text = str(literal)
            assert text == text.strip(), subject
            assert (CHINESE.search(text) is not None) == (literal.language == "zh"), f"{subject}: {text}"
            assert not re.search(r"[\u4e00-\u9fff][,;:?!(]|[\u4e00-\u9fff]\.$", text), f"half-width mark: {text}"


def test_definitions_are_sentences() -> None:
    for term, text in everything().subject_objects(SKOS.definition):
        assert isinstance(text, Literal)
        assert text.endswith("。" if text.language == "zh" else "."), f"{term}: {text}"


def test_every_inverse_label_is_in_both_languages() -> None:
    for relation in everything().subjects(RDF.type, EKG.RelationType):
        assert isinstance(relation, URIRef)
        assert texts(relation, EKG.inverseLabel) == Counter({"en": 1, "zh": 1})


def test_every_term_that_is_used_is_defined_once() -> None:
    used = {node for triple in everything() for node in triple if isinstance(node, URIRef) and node.startswith(EKG)}
    assert used == set(itertools.chain(*map(defined, FILES)))
    assert all(len(list(everything().objects(term, RDFS.isDefinedBy))) == 1 for term in used)


def test_no_two_terms_of_a_kind_have_one_label() -> None:
    labels = Counter(
        (str(kind), text.language, str(text))
        for term in everything().subjects(RDFS.isDefinedBy)
        for kind in everything().objects(term, RDF.type)
        if kind not in {SKOS.Concept, OWL.ObjectProperty}
        for name in (RDFS.label, SKOS.prefLabel)
        for text in everything().objects(term, name)
        if isinstance(text, Literal)
    )
    assert [label for label, count in labels.items() if count > 1] == []


@files
def test_only_what_dl_rl_el_and_ql_share(name: str) -> None:
    about = graph(name)
    types = {kind for kind in about.objects(None, RDF.type) if not str(kind).startswith(EKG)}
    assert {str(kind) for kind in types} <= {
        *map(str, KINDS | {OWL.Ontology, SKOS.Concept, SKOS.ConceptScheme}),
        "http://www.w3.org/ns/prov#Agent",
    }
    predicates = set(about.predicates())
    assert {term for term in predicates if str(term).startswith(str(OWL))} <= {OWL.versionIRI, OWL.versionInfo}
    assert {term for term in predicates if str(term).startswith(str(RDFS))} <= {
        RDFS.label, RDFS.comment, RDFS.isDefinedBy, RDFS.subClassOf, RDFS.subPropertyOf,
    }  # fmt: skip
    datatypes = {node.datatype for node in about.objects() if isinstance(node, Literal) and node.language is None}
    assert datatypes <= {None, XSD.string, XSD.integer, XSD.decimal, XSD.dateTime}


@files
def test_each_file_declares_what_it_uses(name: str) -> None:
    about = graph(name)
    built_in = (str(RDF), str(RDFS), str(OWL))
    properties = {
        term for term in about.predicates() if not any(str(term).startswith(str(space)) for space in built_in)
    }
    classes = set(about.objects(None, RDF.type)) | set(about.objects(None, RDFS.subClassOf))
    undeclared = {term for term in properties if not set(about.objects(term, RDF.type)) & KINDS} | {
        term for term in classes if not str(term).startswith(str(OWL)) and (term, RDF.type, OWL.Class) not in about
    }
    assert undeclared == set()


def test_no_name_is_two_kinds_of_property_or_class() -> None:
    for term in set(everything().subjects()):
        assert len(set(everything().objects(term, RDF.type)) & KINDS) <= 1, term


def test_a_wrong_end_makes_no_new_facts() -> None:
    mine = Namespace("https://example.org/")
    closed = Graph()
    for triple in everything():
        closed.add(triple)
    closed.add((mine.actor, RDF.type, EKG.Actor))
    closed.add((mine.actor, EKG.raises, mine.nothing))
    reasoner = owlrl.OWLRL_Semantics(closed, axioms=False, daxioms=False)
    reasoner.closure()
    assert reasoner.error_messages == []
    ours = {kind for kind in closed.objects(mine.actor, RDF.type) if str(kind).startswith(EKG)}
    assert ours == {EKG.Actor, EKG.Entity}
    assert [kind for kind in closed.objects(mine.nothing, RDF.type) if str(kind).startswith(EKG)] == []


NUMBERS = (
    EKG.polarity, EKG.startRank, EKG.adjustment, EKG.inferredAdjustment,
    EKG.weight, EKG.ceiling, EKG.extractionConfidence,
)  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS, ids=lambda iri: iri.rpartition("#")[2])
def test_every_number_says_that_it_is_a_prior(number: URIRef) -> None:
    terms = list(everything().subject_objects(number))
    assert terms
    for term, value in terms:
        said = {
            text.language: str(text) for text in everything().objects(term, RDFS.comment) if isinstance(text, Literal)
        }
        assert "prior" in said["en"]
        assert "先验" in said["zh"]
        written = f"{float(str(value)):g}"
        shown = re.findall(r"[+-]?\d+(?:\.\d+)?", said["en"])
        assert float(written) in [float(one) for one in shown], f"{term}: {said['en']} does not name {written}"


def test_lone_item_chances_follow_from_the_weights() -> None:
    assert [(term.weight + 1) / (term.weight + 2) for term in load().certainties.values()] == pytest.approx(
        [0.875, 0.8, 2 / 3, 0.6]
    )


# ---- Colours. Colour blindness after Machado, Oliveira, Fernandes 2009, doi:10.1109/TVCG.2009.113, severity 1.

SIGHT = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def linear(colour: str) -> tuple[float, ...]:
    """Linear red, green and blue of an sRGB colour (IEC 61966-2-1)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return tuple(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)


def contrast(one: str, other: str) -> float:
    """Contrast ratio (WCAG 2.2)."""
    light, dark = sorted(
        (sum(part * weight for part, weight in zip(linear(colour), (0.2126, 0.7152, 0.0722), strict=True)) + 0.05)
        for colour in (one, other)
    )[::-1]
    return light / dark


def difference(one: str, other: str, sight: str) -> float:
    """Distance in CIELAB (D65) as seen with a kind of sight; 2.3 is just noticeable."""

    def lab(colour: str) -> tuple[float, float, float]:
        seen = [
            min(1.0, max(0.0, sum(a * b for a, b in zip(row, linear(colour), strict=True)))) for row in SIGHT[sight]
        ]
        r, g, b = seen
        xyz = (
            (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
            0.2126 * r + 0.7152 * g + 0.0722 * b,
            (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
        )
        x, y, z = (value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116 for value in xyz)
        return 116 * y - 16, 500 * (x - y), 200 * (y - z)

    return math.dist(lab(one), lab(other))


def test_colours_stand_out_on_white_and_on_dark() -> None:
    words = load()
    families = (words.entity_types, words.relations, words.signs)
    for colour in [term.colour for family in families for term in family.values()]:
        assert min(contrast(colour, "#ffffff"), contrast(colour, "#14171c")) >= 3, colour


@pytest.mark.parametrize("sight", SIGHT)
def test_kinds_of_entity_differ_in_colour_and_shape(sight: str) -> None:
    terms = load().entity_types.values()
    assert len({term.shape for term in terms}) == len(terms)
    for one, other in itertools.combinations(terms, 2):
        assert difference(one.colour, other.colour, sight) > 12, (one.id, other.id)


@pytest.mark.parametrize("sight", SIGHT)
def test_relations_of_different_sign_differ_in_colour_and_line(sight: str) -> None:
    for one, other in itertools.combinations(load().relations.values(), 2):
        if one.sign != other.sign:
            assert one.line != other.line
            assert difference(one.colour, other.colour, sight) > 20, (one.id, other.id)


# ---- Documentation


def readme() -> str:
    """The README of the ontology."""
    return (ONTOLOGY / "README.md").read_text(encoding="utf-8")


def example(tmp_path: Path) -> Vocabulary:
    """The vocabulary with the example of the README."""
    (turtle,) = re.findall(r"^```turtle\n(.*?)^```", readme(), re.MULTILINE | re.DOTALL)
    (tmp_path / "laws.ttl").write_text(turtle, encoding="utf-8")
    return load([tmp_path / "laws.ttl"])


def test_the_example_in_the_readme_adds_a_class_and_a_relation(tmp_path: Path) -> None:
    words = example(tmp_path)
    statute, forbids = words.entity_type("Statute"), words.relation("forbids")
    assert (statute.parent, statute.role, statute.label.zh) == ("Mitigation", "measure", "成文法")
    assert (forbids.sign, forbids.propagation, forbids.line) == (-1, "terminal", "dashed")
    assert forbids.colour == words.signs["negative"].colour
    words.check_ends("forbids", "Statute", "Risk")
    words.check_ends("mitigates", "Statute", "Risk")


def test_the_readme_explains_every_note() -> None:
    notes = {term for term in defined("evidence.ttl") if (term, RDF.type, OWL.AnnotationProperty) in everything()}
    explained = set(re.findall(r"`ekg:(\w+)`", readme().partition("## What each note means")[2]))
    assert {term.removeprefix(EKG) for term in notes} <= explained


def test_the_reference_page_is_up_to_date() -> None:
    page = (ROOT / "docs" / "reference" / "ontology.md").read_text(encoding="utf-8")
    assert page == render(), "run `make docs`"


def test_the_reference_page_has_every_term_in_both_languages() -> None:
    page = render().casefold()
    for term in itertools.chain(*map(defined, FILES)):
        for name in (RDFS.label, SKOS.prefLabel, SKOS.definition):
            for text in everything().objects(term, name):
                assert str(text).replace("|", "\\|").casefold() in page, term
