"""Nanopublications: each evidence item that counts as four small graphs under an address that proves its contents.

Lives here: the four graphs and the trusty URI. May enter: a network. Never here: signatures, publishing.

Source: nanopublication guidelines (nanopub.net); Kuhn and Dumontier (2014), Trusty URIs, module RA,
DOI 10.1007/978-3-319-07443-6_27.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

from kg.ids import BASE
from kg.model import Evidence
from kg.network import Network
from kg.rdf.convert import node_of, triples
from kg.rdf.derived import claim_label
from kg.rdf.forms import agent, words_of
from kg.rdf.names import TYPE, name
from kg.rdf.nodes import Node, Quad, Triple, is_iri, literal, moment, value_of

PREFIX = BASE + "np/"
PARTS = ("Head", "assertion", "provenance", "pubinfo")
_GAP = " "
"""Stands for the code of the nanopublication while the code is worked out."""
SAID = frozenset(map(name, ("ekg:bearsOn", "ekg:stance", "ekg:statement")))
"""What an evidence item says; the rest of it is where that comes from."""
CITED = frozenset(map(name, ("dcterms:title", "dcterms:issued", "bibo:doi", "fabio:hasArXivId", "fabio:hasURL")))


def nanopubs(network: Network) -> Iterator[Quad]:
    """Give one nanopublication for each evidence item that counts, by id.

    The assertion holds the claim and how the item bears on it, and for an item that supports the claim the direct
    edge as well. The provenance says from which work and passage, and by what kind of study; the publication info
    who entered it and when.

    Law: the code in each address is the SHA-256 of its own four graphs.
    """
    items = {item.id: item for claim in network.weighings for item in network.counting(claim)}
    for id in sorted(items):
        yield from trusty(nanopub(network, items[id]))


def nanopub(network: Network, item: Evidence) -> list[Quad]:
    """Return the four graphs of one item, with a gap where the code will stand."""
    words = words_of(network.vocabulary)
    claim, work = network.snapshot.claims[item.claim], network.snapshot.works[item.work]
    evidence, source = node_of("evidence", item.id), node_of("work", item.work)
    np = f"<{PREFIX}{_GAP}>"
    head, assertion, provenance, pubinfo = (f"<{PREFIX}{_GAP}#{part}>" for part in PARTS)
    said: list[Triple] = [*triples(claim, words), *claim_label(network, claim.id), (evidence, TYPE, _ITEM)]
    if network.vocabulary.stance(item.stance).polarity > 0:
        ends = (node_of("entity", claim.subject), node_of("entity", claim.object))
        said.append((ends[0], words.node("relations", claim.relation), ends[1]))
    origin: list[Triple] = [(assertion, name("prov:wasDerivedFrom"), evidence), (source, TYPE, name("ekg:Work"))]
    origin.append((assertion, name("prov:hadPrimarySource"), source))
    for triple in triples(item, words):
        if triple[1] != TYPE:
            (said if triple[1] in SAID else origin).append(triple)
    origin += [triple for triple in triples(work, words) if triple[0] == source and triple[1] in CITED]
    public: list[Triple] = [(np, name("dcterms:subject"), node_of("claim", claim.id))]
    if item.recorded_at is not None:
        public.append((np, name("dcterms:created"), moment(item.recorded_at)))
    if item.contributor is not None:
        who = agent(item.contributor)
        public += [(np, name("dcterms:creator"), who), (who, name("rdfs:label"), literal(item.contributor))]
    graphs = {
        head: [
            (np, TYPE, name("np:Nanopublication")),
            (np, name("np:hasAssertion"), assertion),
            (np, name("np:hasProvenance"), provenance),
            (np, name("np:hasPublicationInfo"), pubinfo),
        ],
        assertion: said,
        provenance: origin,
        pubinfo: public,
    }
    return [(*triple, graph) for graph, some in graphs.items() for triple in sorted(set(some))]


def trusty(quads: list[Quad]) -> list[Quad]:
    """Return the quads with the code of their contents in the place of the gap."""
    code = "RA" + _code(quads)
    gap, filled = f"<{PREFIX}{_GAP}", f"<{PREFIX}{code}"
    return [tuple(node.replace(gap, filled) if node.startswith(gap) else node for node in quad) for quad in quads]  # type: ignore[misc]


def _code(quads: list[Quad]) -> str:
    ordered = sorted((quad[3], quad[0], quad[1], quad[2]) for quad in quads)
    lines = "".join(_line(node) for quad in sorted(ordered, key=_place) for node in quad)
    return base64.urlsafe_b64encode(hashlib.sha256(lines.encode()).digest()).decode().rstrip("=")


def _place(quad: tuple[Node, ...]) -> tuple[object, ...]:
    """Return where a quad stands in the order of module RA: by graph, subject, predicate; IRIs before literals."""
    graph, subject, predicate, object = quad
    first = tuple(node[1:-1].encode() for node in (graph, subject, predicate))
    if is_iri(object):
        return (*first, 0, object[1:-1].encode(), "", "")
    text, datatype, language = value_of(object)
    return (*first, 1, text.encode(), "" if language else datatype, language)


def _line(node: Node) -> str:
    if is_iri(node):
        return f"{node[1:-1]}\n"
    text, datatype, language = value_of(node)
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n")
    return f"@{language} {escaped}\n" if language else f"^{datatype} {escaped}\n"


_ITEM = name("ekg:EvidenceItem")
