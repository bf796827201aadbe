"""Every term of another vocabulary that our RDF uses is one that this vocabulary has."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import DCTERMS, FOAF, OWL, PROV, RDF, RDFS, SKOS, VANN, VOID, XSD, DefinedNamespace

import kg
from kg.exporters.nanopub import nanopubs
from kg.ids import VOCABULARY_IRI
from kg.rdf import about, service
from kg.rdf.convert import TABLE, WORK_CLASSES
from kg.rdf.names import TYPE, name
from kg.rdf.nodes import Node, Triple, value_of

ONTOLOGY = Path(__file__).resolve().parents[2] / "ontology"
KNOWN: tuple[type[DefinedNamespace], ...] = (DCTERMS, FOAF, OWL, PROV, RDF, RDFS, SKOS, VANN, VOID, XSD)
"""Lists that rdflib makes from the vocabularies' own files."""
PROPERTIES = [name(column.predicate) for columns in TABLE.values() for column in columns]


@pytest.fixture(scope="module")
def written(pack_graph: kg.Graph) -> list[Triple]:
    """What we write anywhere: the dataset, nanopublications, the descriptions of dataset and endpoint."""
    network, quads = pack_graph.network(), pack_graph.projection().store
    found = [(str(one.subject), str(one.predicate), str(one.object)) for one in quads]
    found += [quad[:3] for quad in nanopubs(network)]
    parts = {"a": about.Part("https://example.org/a", "text/turtle", "A")}
    found += about.dataset_description(
        network, here="https://example.org/", parts=parts, endpoint="https://example.org/s", statements=1
    )
    return found + list(service.triples("https://example.org/s"))


@pytest.fixture(scope="module")
def terms(written: list[Triple]) -> set[str]:
    """Properties, classes and datatypes, and those that only records not in the pack need."""
    found: set[Node] = {*PROPERTIES, *WORK_CLASSES.values()}
    for _, property, object in written:
        found.add(property)
        if property == TYPE:
            found.add(object)
        elif object.startswith('"'):
            found.add(f"<{value_of(object).datatype}>")
    return {node[1:-1] for node in found}


@pytest.fixture(scope="module")
def pinned() -> set[str]:
    """The IRIs of the lists that were taken from the vocabularies' own files."""
    texts = [path.read_text("utf-8") for path in sorted((ONTOLOGY / "pinned").glob("*.tsv"))]
    return {line.split("\t")[0] for text in texts for line in text.splitlines() if line.startswith("http")}


def test_terms_of_others_are_theirs(terms: set[str], pinned: set[str]) -> None:
    foreign = {term for term in terms if not term.startswith(VOCABULARY_IRI)}
    strange = {term for term in foreign - pinned if not any(rdflib.URIRef(term) in known for known in KNOWN)}
    assert not strange, f"neither pinned in ontology/pinned/ nor known to rdflib: {sorted(strange)}"
    spaces = ("bibo:doi", "dcat:version", "fabio:hasArXivId", "np:hasAssertion", "oa:hasSource", "schema:rangeIncludes")
    assert {name(curie)[1:-1] for curie in spaces} <= foreign & pinned


def test_terms_of_ours_are_declared(terms: set[str]) -> None:
    files = [ox.parse(path=str(path), format=ox.RdfFormat.TURTLE) for path in sorted(ONTOLOGY.glob("*.ttl"))]
    declared = {quad.subject.value for quads in files for quad in quads if str(quad.predicate) == TYPE}
    assert {term for term in terms if term.startswith(VOCABULARY_IRI)} <= declared


def test_what_describes_the_endpoint_is_pinned(pinned: set[str]) -> None:
    nodes = {node[1:-1] for triple in service.triples("https://example.org/s") for node in triple}
    of_w3c = {iri for iri in nodes if iri.startswith("http://www.w3.org/ns/")}
    assert len(of_w3c) > 20
    assert of_w3c <= pinned
