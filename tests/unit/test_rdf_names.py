"""Every term of another vocabulary that our RDF uses is one that this vocabulary has."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import DCAT, DCTERMS, FOAF, PROV, SKOS, VANN, VOID, DefinedNamespace

import kg
from kg.rdf import about
from kg.rdf.names import PREFIXES

PINNED = Path(__file__).resolve().parents[2] / "ontology" / "pinned"
KNOWN: dict[str, type[DefinedNamespace]] = {
    "dcat": DCAT, "dcterms": DCTERMS, "foaf": FOAF, "prov": PROV, "skos": SKOS, "vann": VANN, "void": VOID,
}  # fmt: skip
"""Lists that rdflib makes from the vocabularies' own files; that of DCAT is older than version 3."""
DCAT_3 = {"version"}


@pytest.fixture(scope="module")
def used(pack_graph: kg.Graph) -> set[str]:
    """The IRIs of the dataset, of nanopublications and of the description, in any place."""
    nodes = {
        str(node) for quad in pack_graph.projection().store for node in (quad.subject, quad.predicate, quad.object)
    }
    nodes |= {word for piece in pack_graph.pieces("nanopub")[2] for word in str(piece).split() if word.startswith("<")}
    parts = {"a": about.Part("https://example.org/a", "text/turtle", "A")}
    described = about.dataset_description(
        pack_graph.network(), here="https://example.org/", parts=parts, endpoint="https://example.org/s", statements=1
    )
    nodes |= {node for triple in described for node in triple}
    return {node[1:-1] for node in nodes if node.startswith("<")}


@pytest.mark.parametrize("prefix", KNOWN)
def test_the_vocabulary_has_it(used: set[str], prefix: str) -> None:
    base = PREFIXES[prefix]
    terms = {iri.removeprefix(base) for iri in used if iri.startswith(base) and iri != base}
    assert terms, f"nothing of {prefix} is used; take it out of this test"
    assert {term for term in terms if rdflib.URIRef(base + term) not in KNOWN[prefix]} <= (
        DCAT_3 if prefix == "dcat" else set()
    )


@pytest.mark.parametrize("prefix", ["oa"])
def test_it_is_pinned(used: set[str], prefix: str) -> None:
    base = PREFIXES[prefix]
    pinned = {line.split("\t")[0] for line in (PINNED / f"{prefix}.tsv").read_text("utf-8").splitlines()}
    assert {iri for iri in used if iri.startswith(base) and iri != base} <= pinned
