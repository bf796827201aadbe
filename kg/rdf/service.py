"""The service description of the SPARQL endpoint, in the words that the W3C has for it.

Lives here: `description`. May enter: the address of the endpoint. Never here: the description of the data set (VoID).
"""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from kg.rdf import results
from kg.rdf.names import GRAPHS, LABEL, PREFIXES, TYPE
from kg.rdf.nodes import Node, Triple, iri, literal

SD = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS = "http://www.w3.org/ns/formats/"
_NAMES = {
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "turtle": "Turtle",
    "ntriples": "N-Triples",
    "jsonld": "JSON-LD",
    "rdfxml": "RDF_XML",
}
SAID: dict[str, tuple[str, str]] = {
    "records": ("What is asserted: entities, claims, evidence items, works", "所陈述的内容：实体、论断、证据、文献"),
    "provenance": ("Who wrote which record in which revision", "谁在哪个修订版写入了哪条记录"),
    "edges": ("Direct edges that follow from claims with support", "由有支持的论断得出的直接边"),
    "beliefs": ("What the evidence supports, and by which rule", "证据所支持的信念及其计算规则"),
    "passages": ("Where in its work each item stands", "每条证据在文献中的位置"),
    "closure": ("Classes above, and claims as sentences", "上位类，以及论断的句子形式"),
    "vocabulary": ("The ontology and its mappings", "本体及其映射"),
}


def triples(address: str) -> Iterator[Triple]:
    """Give the description of the endpoint at an address, an absolute IRI; no blank nodes."""
    service, dataset, union = iri(address), iri(f"{address}#dataset"), iri(f"{address}#union")
    yield service, TYPE, _sd("Service")
    yield service, _sd("endpoint"), service
    yield service, _sd("supportedLanguage"), _sd("SPARQL11Query")
    yield service, _sd("feature"), _sd("UnionDefaultGraph")
    for name in results.FORMATS:
        yield service, _sd("resultFormat"), iri(_FORMATS + _NAMES[name])
    yield service, _sd("defaultDataset"), dataset
    yield dataset, TYPE, _sd("Dataset")
    yield dataset, _sd("defaultGraph"), union
    yield union, TYPE, _sd("Graph")
    for name in GRAPHS:
        local = name[1:-1].rpartition("/")[2]
        node = iri(f"{address}#{local}")
        yield dataset, _sd("namedGraph"), node
        yield node, TYPE, _sd("NamedGraph")
        yield node, _sd("name"), name
        for lang, text in zip(("en", "zh"), SAID[local], strict=True):
            yield node, LABEL, literal(text, language=lang)


def description(address: str, format: str) -> bytes:
    """Return the description in a format for triples.

    Example:
        >>> b"sd:UnionDefaultGraph" in description("https://example.org/sparql", "turtle")
        True
    """
    text = "".join(f"{subject} {predicate} {object} .\n" for subject, predicate, object in sorted(triples(address)))
    parsed = [quad.triple for quad in ox.parse(text.encode(), ox.RdfFormat.N_TRIPLES)]
    prefixes = {"sd": SD, "formats": _FORMATS, "rdfs": PREFIXES["rdfs"], "graph": PREFIXES["graph"]}
    return ox.serialize(parsed, format=results.SERIALIZED[format], prefixes=prefixes) or b""


def _sd(local: str) -> Node:
    return iri(SD + local)
