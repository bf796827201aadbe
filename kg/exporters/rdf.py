"""RDF as text with stable bytes: Turtle, TriG and N-Triples, sorted, with the same prefixes each time.

Lives here: the writers. May enter: quads. Never here: which quads (kg.rdf), JSON-LD, nanopublications, files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby

from kg.rdf.names import GRAPHS, PREFIXES, TYPE
from kg.rdf.nodes import XSD, Node, Quad, Triple, is_iri, value_of

_NAMESPACES = {namespace: prefix for prefix, namespace in PREFIXES.items()}
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]|\.(?=[A-Za-z0-9_-]))*")
_BARE = {
    XSD + "integer": re.compile(r"-?[0-9]+"),
    XSD + "boolean": re.compile(r"true|false"),
    XSD + "decimal": re.compile(r"-?[0-9]+\.[0-9]+"),
}
_ORDER = {graph: at for at, graph in enumerate(GRAPHS)}


def ntriples(quads: Iterable[Quad]) -> Iterator[str]:
    """Give N-Triples, one line a triple, sorted; graphs are united.

    Example:
        >>> list(ntriples([("<a:s>", "<a:p>", "<a:o>", "<a:g>"), ("<a:s>", "<a:p>", "<a:o>", "<a:h>")]))
        ['<a:s> <a:p> <a:o> .\\n']
    """
    for subject, predicate, object in united(quads):
        yield f"{subject} {predicate} {object} .\n"


def turtle(quads: Iterable[Quad]) -> Iterator[str]:
    """Give Turtle: subjects sorted, the type first, then properties and values sorted; graphs are united."""
    yield _head()
    yield from _subjects(united(quads), "")


def trig(quads: Iterable[Quad]) -> Iterator[str]:
    """Give TriG: our own graphs in their order, then others sorted; within each as in Turtle."""
    yield _head()
    ordered = sorted(set(quads), key=lambda quad: (_ORDER.get(quad[3], len(_ORDER)), quad[3], quad[0]))
    for graph, some in groupby(ordered, key=lambda quad: quad[3]):
        yield f"\n{short(graph)} {{\n" if graph else "\n{\n"
        yield from _subjects(sorted(quad[:3] for quad in some), "    ")
        yield "}\n"


def united(quads: Iterable[Quad]) -> list[Triple]:
    """Return the triples of all graphs, each once, sorted."""
    return sorted({quad[:3] for quad in quads})


@lru_cache(maxsize=65_536)
def short(node: Node) -> str:
    """Return a node as Turtle writes it: with a prefix of ours where there is one, numbers and truth values bare.

    Example:
        >>> short("<http://www.w3.org/ns/prov#Agent>"), short('"1"^^<http://www.w3.org/2001/XMLSchema#integer>')
        ('prov:Agent', '1')
    """
    if is_iri(node):
        text = node[1:-1]
        cut = max(text.rfind("#"), text.rfind("/")) + 1
        prefix = _NAMESPACES.get(text[:cut])
        return f"{prefix}:{text[cut:]}" if prefix is not None and _LOCAL.fullmatch(text, cut) else node
    if node.endswith(">"):
        value = value_of(node)
        bare = _BARE.get(value.datatype)
        if bare is not None and bare.fullmatch(value.text):
            return value.text
        written = node[: -len(value.datatype) - 2]
        return written + short(f"<{value.datatype}>")
    return node


def _head() -> str:
    return "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in sorted(PREFIXES.items()))


def _subjects(triples: Iterable[Triple], indent: str) -> Iterator[str]:
    first = bool(indent)
    for subject, some in groupby(triples, key=lambda triple: triple[0]):
        by_predicate: dict[Node, list[Node]] = {}
        for _, predicate, object in some:
            by_predicate.setdefault(predicate, []).append(object)
        parts = []
        for predicate in sorted(by_predicate, key=lambda predicate: (predicate != TYPE, predicate)):
            word = "a" if predicate == TYPE else short(predicate)
            parts.append(f"{word} {' , '.join(map(short, by_predicate[predicate]))}")
        blank = "" if first else "\n"
        yield f"{blank}{indent}{short(subject)} " + f" ;\n{indent}    ".join(parts) + " .\n"
        first = False
