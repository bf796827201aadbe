"""The names that our RDF uses: namespaces, the named graphs, the prefixes.

Lives here: tables of IRIs. May enter: `kg.ids`. Never here: triples.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kg.ids import BASE, VOCABULARY_IRI
from kg.rdf.nodes import RDF, XSD, Node, iri

PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "bibo": "http://purl.org/ontology/bibo/",
        "dcat": "http://www.w3.org/ns/dcat#",
        "dcterms": "http://purl.org/dc/terms/",
        "ekg": VOCABULARY_IRI,
        "fabio": "http://purl.org/spar/fabio/",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "np": "http://www.nanopub.org/nschema#",
        "oa": "http://www.w3.org/ns/oa#",
        "owl": "http://www.w3.org/2002/07/owl#",
        "prov": "http://www.w3.org/ns/prov#",
        "rdf": RDF,
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "schema": "https://schema.org/",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "void": "http://rdfs.org/ns/void#",
        "vann": "http://purl.org/vocab/vann/",
        "xsd": XSD,
        "claim": BASE + "id/claim/",
        "entity": BASE + "id/entity/",
        "evidence": BASE + "id/evidence/",
        "graph": BASE + "graph/",
        "revision": BASE + "id/revision/",
        "work": BASE + "id/work/",
    }
)
"""What the writers and the SPARQL endpoint declare."""


def name(curie: str) -> Node:
    """Return the node of a prefixed name.

    Example:
        >>> name("prov:Agent")
        '<http://www.w3.org/ns/prov#Agent>'
    """
    prefix, _, local = curie.partition(":")
    return iri(PREFIXES[prefix] + local)


TYPE = name("rdf:type")
LABEL = name("rdfs:label")

RECORDS = name("graph:records")
PROVENANCE = name("graph:provenance")
EDGES = name("graph:edges")
BELIEFS = name("graph:beliefs")
PASSAGES = name("graph:passages")
CLOSURE = name("graph:closure")
VOCABULARY = name("graph:vocabulary")
GRAPHS = (RECORDS, PROVENANCE, EDGES, BELIEFS, PASSAGES, CLOSURE, VOCABULARY)
"""All named graphs of the dataset: what is asserted first, then who wrote it, then what follows, then the words."""
