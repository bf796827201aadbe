"""Checking records against the shapes: one contribution with pySHACL, a whole dataset with queries asked once for all.

Lives here: `Finding`, `validate_all`, `validate_closure`. May enter: stores, records, the vocabulary.
Never here: files, printing, what a rule says (ontology/shapes.ttl).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from pyoxigraph import RdfFormat, Store

from kg.ids import RecordKind
from kg.later import Later
from kg.model import Claim, Entity, Evidence, Record, Text, Work, kind_of
from kg.packaged import packaged
from kg.rdf.convert import CLASSES, node_of, triples
from kg.rdf.forms import Words, words_of
from kg.rdf.names import PREFIXES, TYPE, name
from kg.rdf.nodes import Node, Triple, iri, is_iri, literal, value_of
from kg.rdf.rule_queries import queries
from kg.rdf.rules import SEVERITIES, SHACL, SHAPES, Rule, rules
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    import pyshacl
    import rdflib
else:
    pyshacl, rdflib = Later("pyshacl"), Later("rdflib")

SCHEME_CLASSES: Mapping[str, Node] = {
    "relations": name("ekg:RelationType"),
    "stances": name("ekg:Stance"),
    "study_kinds": name("ekg:StudyKind"),
    "strengths": name("ekg:Strength"),
    "bases": name("ekg:Basis"),
    "statuses": name("ekg:Status"),
    "work_statuses": name("ekg:WorkStatus"),
    "certainties": name("ekg:Certainty"),
}
Key = tuple[RecordKind, str]
UNION: dict[str, Any] = {"use_default_graph_as_union": True}
_SUBCLASS = name("rdfs:subClassOf")
_ENDS = (("subject_types", name("schema:domainIncludes")), ("object_types", name("schema:rangeIncludes")))


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One place where a record breaks a rule.

    Args:
        focus: The node, as a prefixed name (`claim:a--raises--b`), else its IRI.
        rule: Id of the rule.
        severity: One of `kg.rdf.rules.SEVERITIES`.
        message: What is the case.
        remedy: What to do.
    """

    focus: str
    rule: str
    severity: str
    message: Text
    remedy: Text

    def document(self, lang: str = "en") -> dict[str, str]:
        """Return the finding as plain values in a language."""
        return {
            "focus": self.focus,
            "rule": self.rule,
            "severity": self.severity,
            "message": self.message.get(lang),
            "remedy": self.remedy.get(lang),
        }


def validate_all(store: Store) -> tuple[Finding, ...]:
    """Check everything in a store, each rule with a query or a few that are asked once.

    Args:
        store: Records and the vocabulary, in any graphs: `store_of`, or the store of a `Projection`.

    Returns:
        Findings, gravest first, then by rule and focus.

    Law: the same findings as pySHACL on the same triples.

    Cost: some 0.25 s of CPU for the packaged pack of 850 records.
    """
    return _sorted({_finding(node, rule) for node, rule in _asked(store, rules().values())})


def validate_closure(records: Iterable[Record], snapshot: Snapshot, vocabulary: Vocabulary) -> tuple[Finding, ...]:
    """Check some records before they are written, together with what they lean on.

    Args:
        records: The contribution; a record that the snapshot has too is taken as it stands here.
        snapshot: What the graph holds.
        vocabulary: The words.

    Returns:
        Findings about the records of the contribution only, gravest first.

    Raises:
        UnknownTerm: a record uses a word that the vocabulary does not have.

    Law: what `validate_all` finds about these records when they stand in the snapshot.

    Core constraints are checked by pySHACL, the rules that are queries by Oxigraph.

    Cost: some 50 ms for a claim, its evidence and its work; linear in the records.
    """
    given = {(kind_of(record), record.id): record for record in records}
    words = words_of(vocabulary)
    closure: set[Triple] = {triple for record in given.values() for triple in triples(record, words)}
    closure.update(_leaned_on(given, snapshot, words))
    closure.update(known_words(vocabulary))
    focus = {node_of(kind, id) for kind, id in given}
    if not focus:
        return ()
    asked = _asked(_store(closure), [rule for rule in rules().values() if rule.query])
    _, report, _ = pyshacl.validate(
        _graph(closure),
        shacl_graph=_core_shapes(),
        inplace=True,
        focus_nodes=[rdflib.URIRef(node[1:-1]) for node in sorted(focus)],
    )
    return _sorted({_finding(node, rule) for node, rule in asked if node in focus} | findings_of(report))


def findings_of(report: rdflib.Graph) -> set[Finding]:
    """Return the results of a SHACL validation report as findings; several of one rule and node are one."""
    known, found = rules(), set()
    for result in report.subjects(rdflib.RDF.type, rdflib.URIRef(SHACL + "ValidationResult")):
        shape = str(report.value(result, rdflib.URIRef(SHACL + "sourceShape"), any=False))
        focus = str(report.value(result, rdflib.URIRef(SHACL + "focusNode"), any=False))
        found.add(_finding(iri(focus), known[shape.removeprefix(SHAPES)]))
    return found


def store_of(some: Iterable[Triple], vocabulary: Vocabulary, words: Iterable[Triple]) -> Store:
    """Return a store to be checked: triples of records, the vocabulary, and the ends that relations take over.

    Args:
        some: The records.
        vocabulary: The words.
        words: The triples of the ontology, `kg.rdf.dataset.vocabulary_quads`.
    """
    return _store({*some, *words, *ends(vocabulary)})


def document(found: Sequence[Finding], lang: str = "en") -> dict[str, Any]:
    """Return findings as a document: items, and how many there are of each severity and rule."""
    severities, by_rule = (Counter(getattr(one, word) for one in found) for word in ("severity", "rule"))
    return {
        "items": [one.document(lang) for one in found],
        "counts": {**{word: severities[word] for word in SEVERITIES}, "rules": dict(sorted(by_rule.items()))},
    }


def _asked(store: Store, some: Iterable[Rule]) -> Iterator[tuple[Node, Rule]]:
    """Give the nodes that break rules, with the rule; a pair may come more than once."""
    below: dict[Node, list[Node]] = {}

    def narrower(class_: Node) -> list[Node]:
        if class_ not in below:
            rows: Any = store.query(f"SELECT DISTINCT ?c WHERE {{ ?c {_SUBCLASS}* {class_} }}", **UNION)
            below[class_] = sorted({class_, *(str(row["c"]) for row in rows)})
        return below[class_]

    for rule in some:
        for query in queries(rule, narrower):
            found: Any = store.query(query, **UNION)
            for row in found:
                yield str(row["this"]), rule


def _leaned_on(given: Mapping[Key, Record], snapshot: Snapshot, words: Words) -> Iterator[Triple]:
    """Give of other records what the rules look at when they look at these."""
    for record in given.values():
        if isinstance(record, Claim):
            for id in (record.subject, record.object):
                yield from _entity(id, given, snapshot, words)
            others = (item for item in snapshot.evidence_of(record.id) if ("evidence", item.id) not in given)
            for item in islice(others, 1):
                yield node_of("evidence", item.id), name("ekg:bearsOn"), node_of("claim", record.id)
        elif isinstance(record, Evidence):
            if record.claim in snapshot.claims:
                yield node_of("claim", record.claim), TYPE, CLASSES["claim"]
            if record.work in snapshot.works:
                yield node_of("work", record.work), TYPE, CLASSES["work"]
            seen, at = {record.id}, record.supersedes
            while at is not None and at not in seen and ("evidence", at) not in given and at in snapshot.evidence:
                seen.add(at)
                yield node_of("evidence", at), TYPE, CLASSES["evidence"]
                after = snapshot.evidence[at].supersedes
                if after is not None:
                    yield node_of("evidence", at), name("ekg:supersedes"), node_of("evidence", after)
                at = after
        elif isinstance(record, Work) and record.merged_into is not None and record.merged_into in snapshot.works:
            yield node_of("work", record.merged_into), TYPE, CLASSES["work"]
        elif isinstance(record, Entity):
            seen, at = {record.id}, record.broader
            while at is not None and at not in seen and ("entity", at) not in given and at in snapshot.entities:
                seen.add(at)
                yield from _entity(at, given, snapshot, words)
                after = snapshot.entities[at].broader
                if after is not None:
                    yield node_of("entity", at), name("skos:broader"), node_of("entity", after)
                at = after


def _entity(id: str, given: Mapping[Key, Record], snapshot: Snapshot, words: Words) -> Iterator[Triple]:
    if ("entity", id) not in given and id in snapshot.entities:
        yield node_of("entity", id), TYPE, words.node("entity_types", snapshot.entities[id].type)
        yield node_of("entity", id), name("dcterms:identifier"), literal(id)


@lru_cache(maxsize=8)
def known_words(vocabulary: Vocabulary) -> tuple[Triple, ...]:
    """Return what rules about records look at in the vocabulary, in a few hundred triples."""
    words = words_of(vocabulary)
    found = {(node, TYPE, class_) for scheme, class_ in SCHEME_CLASSES.items() for node in words.nodes[scheme].values()}
    kinds = words.nodes["entity_types"]
    for id, kind in vocabulary.entity_types.items():
        found.add((iri(kind.iri), _SUBCLASS, name("ekg:Entity")))
        found.update((kinds[below], _SUBCLASS, kinds[id]) for below in vocabulary.subtypes(id) if below != id)
    return (*sorted(found), *ends(vocabulary))


def ends(vocabulary: Vocabulary) -> tuple[Triple, ...]:
    """Return where relations start and end, those that they take over from the relation above included."""
    kinds = words_of(vocabulary).nodes["entity_types"]
    return tuple(
        (iri(relation.iri), predicate, kinds[id])
        for relation in vocabulary.relations.values()
        for field, predicate in _ENDS
        for id in getattr(relation, field)
        if id in kinds
    )


def _graph(some: Iterable[Triple]) -> rdflib.Graph:
    """Return triples as an rdflib graph in memory."""
    terms: dict[Node, Any] = {}
    graph = rdflib.Graph()
    for triple in some:
        graph.add(tuple(terms.get(node) or terms.setdefault(node, _term(node)) for node in triple))
    return graph


def _term(node: Node) -> rdflib.term.Node:
    if is_iri(node):
        return rdflib.URIRef(node[1:-1])
    value = value_of(node)
    if value.language:
        return rdflib.Literal(value.text, lang=value.language)
    return rdflib.Literal(value.text, datatype=value.datatype or None)


def _store(some: Iterable[Triple]) -> Store:
    store = Store()
    text = "".join(f"{subject} {predicate} {object} .\n" for subject, predicate, object in some)
    store.bulk_load(text.encode(), RdfFormat.N_TRIPLES, lenient=True)
    return store


def _finding(focus: Node, rule: Rule) -> Finding:
    text = focus[1:-1] if is_iri(focus) else focus
    for prefix, namespace in PREFIXES.items():
        if text.startswith(namespace):
            text = f"{prefix}:{text.removeprefix(namespace)}"
            break
    return Finding(text, rule.id, rule.severity, rule.message, rule.remedy)


def _sorted(found: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(found, key=lambda one: (SEVERITIES.index(one.severity), one.rule, one.focus)))


@lru_cache(maxsize=1)
def _core_shapes() -> rdflib.Graph:
    """Return the shapes without those that are queries: reading one query takes rdflib longer than all the rest."""
    graph = rdflib.Graph().parse(packaged("ontology", "shapes.ttl"), format="turtle")
    for shape in list(graph.subjects(rdflib.URIRef(SHACL + "sparql"))):
        graph.remove((shape, None, None))
    return graph
