"""A small right record as triples, to be broken in every way that the shapes know."""

from __future__ import annotations

import re
from functools import cache

from pyoxigraph import RdfFormat, parse

from kg.rdf.dataset import vocabulary_quads
from kg.rdf.names import PREFIXES
from kg.rdf.nodes import Node, Triple

PROLOGUE = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
RIGHT = """
entity:a a ekg:Technique , skos:Concept ; dcterms:identifier "a" ; skos:prefLabel "A"@en , "甲"@zh ;
    skos:definition "An A."@en ; skos:altLabel "AA" ; skos:broader entity:c ; ekg:status ekg:status-accepted ;
    skos:closeMatch <https://example.org/a> .
entity:b a ekg:Risk , skos:Concept ; dcterms:identifier "b" ; skos:prefLabel "B"@en , "乙"@zh ;
    ekg:status ekg:status-accepted .
entity:c a ekg:Technique , skos:Concept ; dcterms:identifier "c" ; skos:prefLabel "C"@en , "丙"@zh ;
    ekg:status ekg:status-accepted .
claim:a--raises--b a ekg:Claim ; dcterms:identifier "a--raises--b" ; ekg:subject entity:a ; ekg:predicate ekg:raises ;
    ekg:object entity:b ; ekg:status ekg:status-accepted .
evidence:w.1 a ekg:EvidenceItem ; dcterms:identifier "w.1" ; ekg:bearsOn claim:a--raises--b ; ekg:fromWork work:w ;
    ekg:stance ekg:stance-supports ; ekg:studyKind ekg:kind-argument ; ekg:strength ekg:strength-weak ;
    ekg:basis ekg:basis-abstract ; ekg:statement "It does." ; ekg:inferred false ; ekg:status ekg:status-accepted .
work:w a ekg:Work ; dcterms:identifier "w" ; ekg:workType "article" ; dcterms:title "W" ;
    dcterms:issued "2024"^^xsd:gYear ;
    bibo:doi "10.1000/w" ; fabio:hasURL "https://example.org/w"^^xsd:anyURI ; ekg:workStatus ekg:work-status-current ;
    dcterms:creator <https://w3id.org/evidence-kg/id/work/w#author-1> .
<https://w3id.org/evidence-kg/id/work/w#author-1> a <http://www.w3.org/ns/prov#Agent> ; foaf:name "W, W" ;
    ekg:position 1 .
evidence:w.1 prov:wasGeneratedBy revision:1 .
revision:1 prov:wasAssociatedWith <https://w3id.org/evidence-kg/id/agent/ann> .
<https://w3id.org/evidence-kg/id/revision/2#review> a ekg:Review ; ekg:decision ekg:decision-reject ;
    ekg:reviewer <https://w3id.org/evidence-kg/id/agent/bo> ; ekg:reviewed evidence:w.1 ; ekg:reason "Because." ;
    ekg:recordedAt "2026-01-01T00:00:00Z"^^xsd:dateTime ; ekg:atRevision revision:2 .
"""


def statements(turtle: str) -> set[Triple]:
    """Triples of Turtle, with the prefixes of the project."""
    quads = parse((PROLOGUE + turtle).encode(), RdfFormat.TURTLE)
    return {(str(quad.subject), str(quad.predicate), str(quad.object)) for quad in quads}


def node(curie: str) -> Node:
    """The node of a prefixed name."""
    prefix, _, local = curie.partition(":")
    return f"<{PREFIXES[prefix]}{local}>"


@cache
def words() -> frozenset[Triple]:
    """The packaged ontology."""
    return frozenset(quad[:3] for quad in vocabulary_quads())


def without(some: set[Triple], *patterns: str) -> set[Triple]:
    """Triples but those whose subject and predicate are named, as `entity:a skos:prefLabel`."""
    gone = {tuple(map(_node, re.split(r"\s+", pattern))) for pattern in patterns}
    return {triple for triple in some if triple[:2] not in gone}


def _node(text: str) -> Node:
    return text if text.startswith("<") else node(text)
