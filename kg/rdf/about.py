"""What is said of one record, of the vocabulary and of the dataset as a whole, for those who follow an IRI.

Lives here: `about`, `about_revision`, `Part`, `dataset_description`. May enter: networks, ids.
Never here: HTTP, formats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from kg.errors import NotFound
from kg.ids import BASE, RECORD_KINDS, RecordKind
from kg.model import Claim, Entity, Evidence, Record, Revision, Work
from kg.network import Network
from kg.rdf import derived
from kg.rdf.convert import CLASSES, node_of, triples
from kg.rdf.forms import words_of
from kg.rdf.names import PREFIXES, TYPE, name
from kg.rdf.nodes import Node, Triple, integer, iri, literal, moment
from kg.rdf.provenance import revision_triples
from kg.snapshot import Snapshot

DATASET = iri(BASE + "dataset")
REVISION = "revision"
KINDS = (*RECORD_KINDS, REVISION)
TITLE = {"en": "evidence-kg: claims and the evidence behind them", "zh": "evidence-kg：论断及其证据"}
SAID = {
    "en": "Entities joined by claims, each claim weighed by evidence items taken from passages of citable works.",
    "zh": "实体由论断相连，每条论断由取自可引用文献的证据条目衡量。",
}


def about(network: Network, kind: RecordKind, id: str) -> list[Triple]:
    """Return what is asserted of a record, what follows for it, and enough of its neighbours to read it.

    Args:
        network: Beliefs are those under its criteria.
        kind: Kind of the record.
        id: Its id; that of an evidence item may be its alias.

    Raises:
        NotFound: there is no such record; names near ids.

    Cost: what hangs on the record: claims of an entity, evidence of a claim or work.
    """
    snapshot, record = network.snapshot, find(network.snapshot, kind, id)
    found = set(triples(record, words_of(network.vocabulary)))
    found.add((node_of(kind, record.id), name("void:inDataset"), DATASET))
    if isinstance(record, Entity):
        found |= _around_entity(network, record)
    elif isinstance(record, Claim):
        found |= {*derived.claim_label(network, record.id), *derived.belief(network, record.id)}
        for item in snapshot.evidence_of(record.id):
            found |= _whole_item(network, item)
    elif isinstance(record, Evidence):
        found |= _whole_item(network, record) | _brief_claim(network, snapshot.claims[record.claim])
    elif isinstance(record, Work):
        for item in snapshot.evidence_from(record.id):
            found |= {triple for triple in triples(item, words_of(network.vocabulary)) if triple[1] in _BRIEF}
    return sorted(found)


def find(snapshot: Snapshot, kind: RecordKind, id: str) -> Record:
    """Return a record of any kind; NotFound names near ids. An evidence item may be named by its alias."""
    finders: Mapping[RecordKind, Callable[[str], Record]] = {
        "claim": snapshot.claim,
        "entity": snapshot.entity,
        "evidence": snapshot.item,
        "work": snapshot.work,
    }
    return finders[kind](id)


def about_revision(revision: Revision) -> list[Triple]:
    """Return what a revision did, without saying which of its records were new."""
    known = {(change.kind, change.id) for change in revision.changes}
    return sorted(set(revision_triples(revision, known)))


def parse_kind(text: str) -> RecordKind:
    """Return a kind of record.

    Raises:
        NotFound: there is no such kind.
    """
    for kind in RECORD_KINDS:
        if kind == text:
            return kind
    raise NotFound(f"there is no kind {text[:80]!r}", where="kind", hint=f"the kinds are {', '.join(KINDS)}")


@dataclass(frozen=True, slots=True)
class Part:
    """One way to get the dataset: its address, media type, and what it is called."""

    address: str
    media_type: str
    title: str


def dataset_description(
    network: Network,
    *,
    here: str,
    parts: Mapping[str, Part],
    endpoint: str,
    statements: int,
) -> Iterator[Triple]:
    """Give the description of the dataset in VoID and DCAT.

    Args:
        network: For counts, revision and time.
        here: Address of this description.
        parts: Files that can be fetched, by name.
        endpoint: Address of the SPARQL endpoint.
        statements: How many the dataset holds, in all its graphs.
    """
    snapshot = network.snapshot
    yield iri(here), TYPE, name("void:DatasetDescription")
    yield iri(here), name("foaf:primaryTopic"), DATASET
    yield DATASET, TYPE, name("void:Dataset")
    yield DATASET, TYPE, name("dcat:Dataset")
    for property, texts in (("dcterms:title", TITLE), ("dcterms:description", SAID)):
        for language, text in texts.items():
            yield DATASET, name(property), literal(text, language=language)
    yield DATASET, name("dcat:version"), literal(str(snapshot.revision))
    if snapshot.recorded_at is not None:
        yield DATASET, name("dcterms:modified"), moment(snapshot.recorded_at)
    yield DATASET, name("void:uriSpace"), literal(BASE + "id/")
    yield DATASET, name("void:triples"), integer(statements)
    yield DATASET, name("void:sparqlEndpoint"), iri(endpoint)
    for prefix in ("bibo", "dcterms", "ekg", "fabio", "foaf", "oa", "prov", "skos"):
        yield DATASET, name("void:vocabulary"), iri(PREFIXES[prefix])
    counts: dict[RecordKind, tuple[Node, list[str]]] = {
        "claim": (CLASSES["claim"], list(snapshot.claims)),
        "entity": (name("ekg:Entity"), list(snapshot.entities)),
        "evidence": (CLASSES["evidence"], list(snapshot.evidence)),
        "work": (CLASSES["work"], list(snapshot.works)),
    }
    yield DATASET, name("void:entities"), integer(sum(len(ids) for _, ids in counts.values()))
    for kind, (class_node, ids) in counts.items():
        part = iri(f"{BASE}dataset#{kind}")
        yield DATASET, name("void:classPartition"), part
        yield part, TYPE, name("void:Dataset")
        yield part, name("void:class"), class_node
        yield part, name("void:entities"), integer(len(ids))
        if ids:
            yield DATASET, name("void:exampleResource"), node_of(kind, ids[0])
    for key, given in sorted(parts.items()):
        node = iri(f"{BASE}dataset#{key}")
        yield DATASET, name("dcat:distribution"), node
        yield DATASET, name("void:dataDump"), iri(given.address)
        yield node, TYPE, name("dcat:Distribution")
        yield node, name("dcterms:title"), literal(given.title, language="en")
        yield node, name("dcat:downloadURL"), iri(given.address)
        media = f"https://www.iana.org/assignments/media-types/{given.media_type}"
        yield node, name("dcat:mediaType"), iri(media)


def _around_entity(network: Network, record: Entity) -> set[Triple]:
    snapshot = network.snapshot
    found = {*derived.classes(network, record.id), *derived.edges(network, record.id)}
    for claim in (*snapshot.claims_from(record.id), *snapshot.claims_to(record.id)):
        found |= _brief_claim(network, claim)
    for narrower in snapshot.narrower(record.id):
        found |= {triple for triple in triples(snapshot.entities[narrower], words_of(network.vocabulary))
                  if triple[1] in _NARROWER}  # fmt: skip
    return found


def _brief_claim(network: Network, claim: Claim) -> set[Triple]:
    return {*triples(claim, words_of(network.vocabulary)), *derived.claim_label(network, claim.id)}


def _whole_item(network: Network, item: Evidence) -> set[Triple]:
    words = words_of(network.vocabulary)
    return {*triples(item, words), derived.certainty(item, network.vocabulary, words), *derived.passage(item)}


_BRIEF = frozenset({TYPE, *map(name, ("ekg:bearsOn", "ekg:fromWork", "ekg:stance", "ekg:statement", "ekg:locator"))})
_NARROWER = frozenset({TYPE, *map(name, ("skos:broader", "skos:prefLabel"))})
