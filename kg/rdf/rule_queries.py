"""Rules that are queries, asked once for all of a store that holds no more than they look at.

Lives here: `asked`. May enter: rules, triples. Never here: core constraints (constraints), messages.

What holds each row against a pattern becomes a difference of two sets: FILTER NOT EXISTS, which Oxigraph evaluates anew
for each row, is asked as MINUS (SHACL forbids that word in a shape), and the closure of subclasses stands in the store.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

from pyoxigraph import RdfFormat, Store

from kg.rdf.names import TYPE, name
from kg.rdf.nodes import Node, Triple, is_iri
from kg.rdf.rules import Rule

WITHIN: Node = "<urn:x-evidence-kg:within>"
"""Joins a class with itself and with each class above it."""
Members = Mapping[Node, Set[Node]]
_SUBCLASS = name("rdfs:subClassOf")


def looked_at(rules: Iterable[Rule]) -> frozenset[Node]:
    """Return the properties that any of the queries looks at."""
    return frozenset(node for rule in rules for node in rule.looks_at)


def asked(
    rules: Iterable[Rule],
    some: Iterable[Triple],
    members: Members,
    above: Mapping[Node, frozenset[Node]],
) -> Iterator[tuple[Node, str]]:
    """Give the members that break rules that are queries, with the id of the rule.

    Args:
        rules: Those without a query are passed over.
        some: All triples with properties that the queries look at; others do no harm.
        members: Class -> its members, for each target of the rules.
        above: Each class -> itself and all classes above it, where there are any.

    Law: what the queries find among all triples, provided that they begin at `?this` and follow properties.
    """
    queries = [rule for rule in rules if rule.query]
    store = _store(_needed(queries, list(some), members), above)
    for rule in queries:
        rows: Any = store.query(as_sets(rule.query))
        targets = [members.get(target, frozenset()) for target in rule.targets]
        for row in rows:
            found = str(row["this"])
            if any(found in target for target in targets):
                yield found, rule.id


def as_sets(query: str) -> str:
    """Return a query that finds the same with sets.

    Law: the same rows, provided that variables inside NOT EXISTS that stand outside too are bound there, and one does.

    Example:
        >>> as_sets("SELECT $this { $this ex:p ?o FILTER NOT EXISTS { ?o ex:q ?r } }")
        'SELECT $this { $this ex:p ?o MINUS { ?o ex:q ?r } }'
    """
    return query.replace("FILTER NOT EXISTS", "MINUS").replace("rdfs:subClassOf*", WITHIN)


def _needed(rules: Sequence[Rule], some: Sequence[Triple], members: Members) -> Iterator[Triple]:
    """Give the triples of what rules are for and of what is reached from there."""
    properties = looked_at(rules)
    reached = {object for _, property, object in some if property in properties and object.startswith("<")}
    near = {
        property: reached.union(
            *(members.get(target, ()) for rule in rules if property in rule.starts for target in rule.targets)
        )
        for property in properties
    }
    for triple in some:
        if triple[1] in near and triple[0] in near[triple[1]]:
            yield triple


def _store(some: Iterable[Triple], above: Mapping[Node, frozenset[Node]]) -> Store:
    store = Store()
    written, classes = [], set()
    for subject, property, object in some:
        written.append(f"{subject} {property} {object} .\n")
        if property in {TYPE, _SUBCLASS}:
            classes.add(object)
    for class_ in classes | above.keys():
        if is_iri(class_):
            written += [f"{class_} {WITHIN} {wider} .\n" for wider in above.get(class_, (class_,))]
    store.bulk_load("".join(written).encode(), RdfFormat.N_TRIPLES, lenient=True)
    return store
