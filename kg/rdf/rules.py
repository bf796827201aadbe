"""The rules of `ontology/shapes.ttl`: each shape with its targets, its constraints and what it says to people.

Lives here: `Rule`, `rules`. May enter: the packaged shapes. Never here: engines, records, files of others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pyoxigraph as ox

from kg.errors import ShapeViolation
from kg.model import Text
from kg.packaged import packaged
from kg.rdf.names import name
from kg.rdf.nodes import RDF, Node, value_of

SHACL = "http://www.w3.org/ns/shacl#"
SHAPES = "https://w3id.org/evidence-kg/shapes#"
SEVERITIES = ("violation", "warning", "info")
"""Gravest first; only violations make a record wrong."""
CONSTRAINTS = frozenset(
    {
        "class", "datatype", "disjoint", "equals", "in", "languageIn", "maxCount", "maxInclusive", "maxLength",
        "minCount", "minInclusive", "minLength", "nodeKind", "pattern", "uniqueLang",
    }
)  # fmt: skip
"""The constraints of SHACL that a rule may use; each has its way into SPARQL in `kg.rdf.rule_queries`."""
_ABOUT = frozenset({"path", "severity", "message", "property", "targetClass", "sparql"})
_Nodes = Mapping[Node, Mapping[Node, Sequence[Node]]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One shape.

    Args:
        id: Local name of the shape, under which findings are reported.
        targets: Classes whose members it holds for, members of their subclasses included.
        severity: One of `SEVERITIES`.
        message: What is the case when it is broken.
        remedy: What to do then.
        path: The property that `constraints` speak of; "" when `query` decides.
        constraints: Name of a SHACL constraint -> its values, in their order.
        query: A SELECT of `?this`, the members that break the rule, prefixes included; "" when constraints decide.
    """

    id: str
    targets: tuple[Node, ...]
    severity: str
    message: Text
    remedy: Text
    path: Node = ""
    constraints: Mapping[str, tuple[Node, ...]] | None = None
    query: str = ""

    @property
    def iri(self) -> str:
        """The IRI of the shape."""
        return SHAPES + self.id


@lru_cache(maxsize=1)
def rules() -> Mapping[str, Rule]:
    """Return all rules by their ids, sorted; read once per process, which takes some 10 ms.

    Example:
        >>> rules()["claim-subject"].message.get("en")[:33]
        'A claim has exactly one subject, '
    """
    return read(packaged("ontology", "shapes.ttl").read_text(encoding="utf-8"))


def read(turtle: str) -> dict[str, Rule]:
    """Read shapes of our kind: property shapes below node shapes with target classes, and node shapes with one query.

    Raises:
        ShapeViolation: a shape uses a constraint that has no way into SPARQL, or says nothing to people.
    """
    nodes: dict[Node, dict[Node, list[Node]]] = {}
    for quad in ox.parse(turtle.encode(), ox.RdfFormat.TURTLE):
        nodes.setdefault(str(quad.subject), {}).setdefault(str(quad.predicate), []).append(str(quad.object))
    found = {}
    for shape in sorted(nodes):
        targets = tuple(sorted(nodes[shape].get(_sh("targetClass"), ())))
        for member in nodes[shape].get(_sh("property"), ()):
            found[_local(member)] = _property(member, targets, nodes)
        if _sh("sparql") in nodes[shape]:
            found[_local(shape)] = _select(shape, targets, nodes)
    return dict(sorted(found.items()))


def _property(shape: Node, targets: tuple[Node, ...], nodes: _Nodes) -> Rule:
    constraints: dict[str, tuple[Node, ...]] = {}
    for predicate, values in nodes.get(shape, {}).items():
        word = predicate[1:-1].removeprefix(SHACL)
        if word == predicate[1:-1] or word in _ABOUT:
            continue
        if word not in CONSTRAINTS:
            raise ShapeViolation(
                f"sh:{word} cannot be checked", where=shape, hint=f"use {', '.join(sorted(CONSTRAINTS))}"
            )
        constraints[word] = _items(values[0], nodes) if word in {"in", "languageIn"} else tuple(sorted(values))
    path = nodes.get(shape, {}).get(_sh("path"), [""])[0]
    return Rule(_local(shape), targets, *_said(shape, nodes), path=path, constraints=constraints)


def _select(shape: Node, targets: tuple[Node, ...], nodes: _Nodes) -> Rule:
    constraint = nodes[nodes[shape][_sh("sparql")][0]]
    prefixes = [
        f"PREFIX {_text(nodes[one][_sh('prefix')][0])}: <{_text(nodes[one][_sh('namespace')][0])}>\n"
        for source in constraint.get(_sh("prefixes"), ())
        for one in nodes[source][_sh("declare")]
    ]
    query = "".join(sorted(prefixes)) + _text(constraint[_sh("select")][0]).replace("$this", "?this")
    return Rule(_local(shape), targets, *_said(shape, nodes), query=query)


def _said(shape: Node, nodes: _Nodes) -> tuple[str, Text, Text]:
    texts = []
    for predicate in (_sh("message"), f"<{SHAPES}remedy>"):
        said = {value.language: value.text for value in map(value_of, nodes.get(shape, {}).get(predicate, ()))}
        if set(said) != {"en", "zh"}:
            raise ShapeViolation("message and remedy are needed in English and Chinese", where=shape)
        texts.append(Text(said["en"], said["zh"]))
    severity = _local(nodes[shape].get(_sh("severity"), [_sh("Violation")])[0]).lower()
    return severity, texts[0], texts[1]


def _items(head: Node, nodes: _Nodes) -> tuple[Node, ...]:
    """Return the members of an RDF list."""
    found: list[Node] = []
    while head != name("rdf:nil"):
        found += nodes[head][f"<{RDF}first>"]
        head = nodes[head][f"<{RDF}rest>"][0]
    return tuple(found)


def _sh(word: str) -> Node:
    return f"<{SHACL}{word}>"


def _local(node: Node) -> str:
    return node[1:-1].rpartition("#")[2]


def _text(node: Node) -> str:
    return value_of(node).text
