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
from kg.rdf.nodes import Node, is_iri
from kg.rdf.rules import Rule

WITHIN: Node = "<urn:x-evidence-kg:within>"
"""Joins a class with itself and with each class above it."""
Members = Mapping[Node, Set[Node]]
Pairs = Sequence[tuple[Node, Node]]
"""Subjects and objects of one property."""
_SUBCLASS = name("rdfs:subClassOf")


def looked_at(rules: Iterable[Rule]) -> frozenset[Node]:
    """Return the properties that any of the queries looks at."""
    return frozenset(node for rule in rules for node in rule.looks_at)


def asked(
    rules: Iterable[Rule],
    some: Mapping[Node, Pairs],
    members: Members,
    above: Mapping[Node, frozenset[Node]],
) -> Iterator[tuple[Node, str]]:
    """Give the members that break rules that are queries, with the id of the rule.

    Args:
        rules: Those without a query are passed over.
        some: Property -> all that have it and what they have, for each property that the queries look at.
        members: Class -> its members, for each target of the rules.
        above: Each class -> itself and all classes above it, where there are any.

    Law: what the queries find among all triples, provided that they begin at `?this` and follow properties.
    """
    queries = [rule for rule in rules if rule.query]
    store = _store(_needed(queries, some, members), _classes(some), above)
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


def _needed(rules: Sequence[Rule], some: Mapping[Node, Pairs], members: Members) -> Iterator[str]:
    """Give the triples of what rules are for and of what is reached from there, as lines."""
    reached = {object for pairs in some.values() for _, object in pairs if object[0] == "<"}
    for property, pairs in some.items():
        targets = {target for rule in rules if property in rule.starts for target in rule.targets}
        near = reached.union(*(members.get(target, ()) for target in targets)) if targets else reached
        yield "".join([f"{subject} {property} {object} .\n" for subject, object in pairs if subject in near])


def _classes(some: Mapping[Node, Pairs]) -> set[Node]:
    return {class_ for property in (TYPE, _SUBCLASS) for _, class_ in some.get(property, ()) if is_iri(class_)}


def _store(lines: Iterable[str], classes: Set[Node], above: Mapping[Node, frozenset[Node]]) -> Store:
    store = Store()
    within = (f"{one} {WITHIN} {wider} .\n" for one in classes | above.keys() for wider in above.get(one, (one,)))
    store.bulk_load("".join((*lines, *within)).encode(), RdfFormat.N_TRIPLES, lenient=True)
    return store
