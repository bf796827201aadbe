"""What follows from the record, as triples: direct edges, beliefs, passages, and the closure of the words.

Lives here: one function for each thing that triples are derived from. May enter: a network. Never here: what is
asserted (convert), history (provenance), stores.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from kg.belief import INTERVAL, PRIOR_WEIGHT
from kg.model import Evidence, canonical
from kg.network import Network
from kg.rdf.convert import node_of
from kg.rdf.forms import Words, words_of
from kg.rdf.names import BELIEFS, LABEL, TYPE, name
from kg.rdf.nodes import RDF, Node, Triple, boolean, decimal, integer, iri, literal
from kg.sentences import sentence
from kg.vocabulary import Vocabulary

ALGORITHM = "beta-1"
WEIGHING: Node = f"{BELIEFS[:-1]}#weighing>"
OF_RECORDS = frozenset(
    map(name, ("ekg:hasBelief", "ekg:certainty", "ekg:passage", "rdfs:label", "prov:wasGeneratedBy", "ekg:recordedAt"))
)
"""What derived graphs and the history say of records, beside edges and classes."""
_HAS_BELIEF, _BELIEF, _CERTAINTY = name("ekg:hasBelief"), name("ekg:Belief"), name("ekg:certainty")
_MASSES = tuple(
    (field, name(f"ekg:{field}")) for field in ("belief", "disbelief", "uncertainty", "expected", "low", "high")
)
_CONTESTED, _GROUPS, _RULE = name("ekg:contested"), name("ekg:independentGroups"), name("ekg:algorithm")
_ENTITY = name("ekg:Entity")
_FOR, _AGAINST = name("ekg:supportWeight"), name("ekg:disputeWeight")
_GENERATED, _DERIVED = name("prov:wasGeneratedBy"), name("prov:wasDerivedFrom")


def edges(network: Network, entity: str) -> set[Triple]:
    """Return the direct edges that leave an entity: `subject relation object`, and the same by wider relations.

    An edge stands for a claim whose own and both ends' statuses count and that at least one counting item supports;
    unlike a link of a path it may have a relation without sign. When the criteria name relations, only those count.

    Example:
        >>> from kg.criteria import Criteria
        >>> from kg.snapshot import Snapshot
        >>> from kg.vocabulary import load
        >>> edges(Network.build(Snapshot.of(0, None, []), Criteria(), load()), "lora")
        set()
    """
    if entity not in network.index:
        return set()
    wider = _wider(network.vocabulary)
    named = network.criteria.relation
    allowed = {id for relation in named for id in network.vocabulary.subrelations(relation)}
    words = words_of(network.vocabulary)
    found: set[Triple] = set()
    for claim in network.snapshot.claims_from(entity):
        weighing = network.weighings.get(claim.id)
        holds = weighing is not None and (weighing.support > 0 or claim.id in network.assumed)
        if holds and claim.object in network.index and (not named or claim.relation in allowed):
            subject, object = node_of("entity", entity), node_of("entity", claim.object)
            found.update((subject, words.node("relations", id), object) for id in wider[claim.relation])
    return found


def belief(network: Network, claim: str) -> Iterator[Triple]:
    """Give the belief of a claim under the criteria, with the items that it rests on; nothing when it does not count.

    Numbers are `xsd:decimal` of twelve places. Items that count without taking a side are named too.
    """
    weighing = network.weighings.get(claim)
    if weighing is None:
        return
    about = node_of("claim", claim)
    node = f"{about[:-1]}#belief>"
    yield about, _HAS_BELIEF, node
    yield node, TYPE, _BELIEF
    for field, predicate in _MASSES:
        yield node, predicate, decimal(getattr(weighing.opinion, field))
    yield node, _FOR, decimal(weighing.support)
    yield node, _AGAINST, decimal(weighing.dispute)
    yield node, _CONTESTED, boolean(weighing.contested)
    yield node, _GROUPS, integer(weighing.groups)
    yield node, _RULE, literal(ALGORITHM)
    yield node, _GENERATED, WEIGHING
    for item in network.counting(claim):
        yield node, _DERIVED, node_of("evidence", item.id)


def certainty(item: Evidence, vocabulary: Vocabulary, words: Words) -> Triple:
    """Return the certainty of one evidence item."""
    graded = vocabulary.certainty(item.kind, item.strength, item.inferred)
    return node_of("evidence", item.id), _CERTAINTY, words.node("certainties", graded.id)


def weighing(network: Network, *, dated: bool = True) -> Iterator[Triple]:
    """Give the activity that all beliefs of a network come from: rule, parameters, criteria, words, revision.

    Args:
        network: What was weighed.
        dated: Name the revision; without it two records with the same contents give the same triples.
    """
    yield WEIGHING, TYPE, name("ekg:Weighing")
    yield WEIGHING, TYPE, name("prov:Activity")
    yield WEIGHING, _RULE, literal(ALGORITHM)
    yield WEIGHING, name("ekg:criteria"), literal(canonical(network.criteria.document()), datatype=RDF + "JSON")
    parameters = {"interval": list(INTERVAL), "prior_weight": PRIOR_WEIGHT}
    yield WEIGHING, name("ekg:parameters"), literal(canonical(parameters), datatype=RDF + "JSON")
    yield WEIGHING, name("ekg:vocabularyDigest"), literal(network.vocabulary.digest)
    if dated and network.snapshot.revision:
        yield WEIGHING, name("ekg:atRevision"), name(f"revision:{network.snapshot.revision}")


def passage(item: Evidence) -> Iterator[Triple]:
    """Give the passage behind an item as a Web Annotation: the work, where in it, and the words quoted."""
    if item.locator is None and item.quote is None:
        return
    evidence = node_of("evidence", item.id)
    node = f"{evidence[:-1]}#passage>"
    yield evidence, name("ekg:passage"), node
    yield node, TYPE, name("oa:SpecificResource")
    yield node, name("oa:hasSource"), node_of("work", item.work)
    if item.locator is not None:
        yield node, name("bibo:section"), literal(item.locator)
    if item.quote is not None:
        selector = f"{evidence[:-1]}#quote>"
        yield node, name("oa:hasSelector"), selector
        yield selector, TYPE, name("oa:TextQuoteSelector")
        yield selector, name("oa:exact"), literal(item.quote)


def classes(network: Network, entity: str) -> Iterator[Triple]:
    """Give the classes above the one that an entity is asserted to be of."""
    record = network.snapshot.entities[entity]
    kinds = words_of(network.vocabulary).nodes["entity_types"]
    for id in _above(network.vocabulary)[record.type]:
        if id != record.type:
            yield node_of("entity", entity), TYPE, kinds.get(id, _ENTITY)


def claim_label(network: Network, claim: str) -> Iterator[Triple]:
    """Give a claim as a sentence, in Chinese too where subject and object have Chinese labels."""
    record = network.snapshot.claims[claim]
    said = sentence(record, network.snapshot, network.vocabulary).document()
    ends = (network.snapshot.entities.get(id) for id in (record.subject, record.object))
    if not all(end is not None and end.label.zh is not None for end in ends):
        said.pop("zh", None)
    for language, text in said.items():
        yield node_of("claim", claim), LABEL, literal(text, language=language)


def relations(vocabulary: Vocabulary) -> Iterator[Triple]:
    """Give sign and propagation of every relation, those that it takes over included."""
    for relation in vocabulary.relations.values():
        yield iri(relation.iri), name("ekg:sign"), integer(relation.sign)
        yield iri(relation.iri), name("ekg:propagation"), literal(relation.propagation)


@lru_cache(maxsize=8)
def _wider(vocabulary: Vocabulary) -> Mapping[str, tuple[str, ...]]:
    return _inverted(vocabulary.relations_below)


@lru_cache(maxsize=8)
def _above(vocabulary: Vocabulary) -> Mapping[str, tuple[str, ...]]:
    return _inverted(vocabulary.types_below)


def _inverted(below: Mapping[str, frozenset[str]]) -> dict[str, tuple[str, ...]]:
    """Return for each id those that stand above it, itself included, sorted."""
    found: dict[str, list[str]] = {}
    for above in sorted(below):
        for id in below[above]:
            found.setdefault(id, []).append(above)
    return {id: tuple(ids) for id, ids in found.items()}
