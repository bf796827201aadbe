"""The rules of `ontology/shapes.ttl`: each shape with its targets, its constraints and what it says to people.

Lives here: `Rule`, `rules`. May enter: the packaged shapes. Never here: engines, records, files of others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pyoxigraph as ox

from kg.errors import ShapeViolation
from kg.model import Text
from kg.packaged import packaged
from kg.rdf.names import TYPE, name
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
"""The constraints of SHACL that a rule may use; `kg.rdf.constraints` checks each."""
_ABOUT = frozenset({"path", "severity", "message", "property", "targetClass", "sparql"})
_WORD = re.compile(r"<[^<>\s]*>|\b[a-z]*:[A-Za-z][A-Za-z0-9-]*|\ba\b")
_FROM_THIS = re.compile(r"\?this\s([^.{}]*)")
_ONE = {"minCount": ["1"]}
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
        inverse: The constraints speak of those that name the member by the property.
        constraints: Name of a SHACL constraint -> its values, in their order.
        query: A SELECT of `?this`, the members that break the rule, prefixes included; "" when constraints decide.
        starts: The properties that the query follows from `?this`.
        looks_at: All terms that it names, properties among them: from `?this` it reaches what else it looks at.
    """

    id: str
    targets: tuple[Node, ...]
    severity: str
    message: Text
    remedy: Text
    path: Node = ""
    inverse: bool = False
    constraints: Mapping[str, tuple[Node, ...]] | None = None
    query: str = ""
    starts: frozenset[Node] = frozenset()
    looks_at: frozenset[Node] = frozenset()

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
        ShapeViolation: a shape uses a constraint or a path that cannot be checked, or says nothing to people.
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
    inverse = nodes.get(path, {}).get(_sh("inversePath"), [""])[0]
    if inverse and {word: [value_of(value).text for value in some] for word, some in constraints.items()} != _ONE:
        raise ShapeViolation(
            "more than sh:minCount 1 cannot be checked on an inverse path", where=shape, hint="turn the rule round"
        )
    said = _said(shape, nodes)
    return Rule(_local(shape), targets, *said, path=inverse or path, inverse=bool(inverse), constraints=constraints)


def _select(shape: Node, targets: tuple[Node, ...], nodes: _Nodes) -> Rule:
    constraint = nodes[nodes[shape][_sh("sparql")][0]]
    prefixes = [
        f"PREFIX {_text(nodes[one][_sh('prefix')][0])}: <{_text(nodes[one][_sh('namespace')][0])}>\n"
        for source in constraint.get(_sh("prefixes"), ())
        for one in nodes[source][_sh("declare")]
    ]
    select = _text(constraint[_sh("select")][0]).replace("$this", "?this")
    looks_at = frozenset(map(_named, _WORD.findall(select)))
    starts = frozenset(
        _named(found.group())
        for pattern in _FROM_THIS.findall(select)
        for part in pattern.split(";")
        if (found := _WORD.search(part))
    )
    query = "".join(sorted(prefixes)) + select
    return Rule(_local(shape), targets, *_said(shape, nodes), query=query, starts=starts, looks_at=looks_at)


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


def _named(word: str) -> Node:
    """Return the node that a word of a query names: an IRI, a prefixed name, or `a`."""
    return word if word.startswith("<") else TYPE if word == "a" else name(word)


def _sh(word: str) -> Node:
    return f"<{SHACL}{word}>"


def _local(node: Node) -> str:
    return node[1:-1].rpartition("#")[2]


def _text(node: Node) -> str:
    return value_of(node).text
