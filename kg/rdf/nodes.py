"""RDF terms as their canonical N-Triples text, so that sorting, comparing and writing need no objects.

Lives here: `Node` and its few functions. May enter: text. Never here: what a term means; rdflib, pyoxigraph.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

Node: TypeAlias = str
"""`<iri>`, `"text"`, `"text"@en` or `"text"^^<datatype>`, escaped as N-Triples; never a blank node."""
Triple: TypeAlias = tuple[Node, Node, Node]
Quad: TypeAlias = tuple[Node, Node, Node, Node]
"""Subject, predicate, object, graph."""

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_NAMED_ESCAPES = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_UNSAFE = re.compile(r'[\x00-\x1f"\\\x7f]')
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_UNESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "'": "'", "\\": "\\"}
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<([^>]*)>)?', re.DOTALL)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NOT_IN_IRI = re.compile(r"[\x00-\x20<>\"{}|^`\\\x7f-\x9f]|%(?![0-9A-Fa-f]{2})")
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp", "Zs"})
"""Categories of characters that do not show, or change how others show."""
IRI_MOST = 2_000


class Value(NamedTuple):
    """A literal taken apart: `datatype` is an IRI, `language` is "" where there is none."""

    text: str
    datatype: str
    language: str


def iri(text: str) -> Node:
    """Return an IRI as a node; the caller knows that it is one.

    Example:
        >>> iri("https://example.org/a")
        '<https://example.org/a>'
    """
    return f"<{text}>"


def literal(text: str, *, datatype: str = "", language: str = "") -> Node:
    """Return a literal as a node; without datatype and language it is an `xsd:string`.

    Example:
        >>> literal('say "x"\\n', language="en"), literal("1", datatype=XSD + "integer")
        ('"say \\\\"x\\\\"\\\\n"@en', '"1"^^<http://www.w3.org/2001/XMLSchema#integer>')
    """
    # Most texts hold nothing to escape, which is seen faster than searched for.
    plain = text.isprintable() and '"' not in text and "\\" not in text
    written = f'"{text}"' if plain else f'"{_UNSAFE.sub(_escaped, text)}"'
    if language:
        return f"{written}@{language}"
    return written if datatype in {"", XSD + "string"} else f"{written}^^<{datatype}>"


def decimal(number: float) -> Node:
    """Return a number as the canonical `xsd:decimal` of at most twelve decimal places.

    Twelve places hide the last bits, in which machines may differ, and fit every store.

    Example:
        >>> decimal(2 / 3), decimal(1.0)
        ('"0.666666666667"^^<http://www.w3.org/2001/XMLSchema#decimal>', '"1"^^<http://www.w3.org/2001/XMLSchema#decimal>')
    """
    text = f"{number:.12f}".rstrip("0").rstrip(".")
    return f'"{"0" if text == "-0" else text}"^^<{XSD}decimal>'


def integer(number: int) -> Node:
    """Return a whole number as the canonical `xsd:integer`."""
    return f'"{number}"^^<{XSD}integer>'


def boolean(flag: bool) -> Node:
    """Return a truth value as the canonical `xsd:boolean`."""
    return f'"{"true" if flag else "false"}"^^<{XSD}boolean>'


def moment(text: str) -> Node:
    """Return a moment in UTC as the canonical `xsd:dateTime`: `Z`, no zeros at the end of the fraction.

    Example:
        >>> moment("2026-11-25T16:00:00.120000Z")
        '"2026-11-25T16:00:00.12Z"^^<http://www.w3.org/2001/XMLSchema#dateTime>'
    """
    bare = text.removesuffix("Z")
    if "." in bare:
        bare = bare.rstrip("0").rstrip(".")
    return f'"{bare}Z"^^<{XSD}dateTime>'


def is_iri(node: Node) -> bool:
    """Tell whether a node is an IRI."""
    return node.startswith("<")


def iri_of(node: Node) -> str:
    """Return the text of an IRI node.

    Raises:
        ValueError: the node is a literal.
    """
    if not node.startswith("<"):
        raise ValueError(f"{shown(node)} is a literal, an IRI was expected")
    return node[1:-1]


def value_of(node: Node) -> Value:
    """Take a literal node apart.

    Law: `literal(value.text, datatype=value.datatype, language=value.language) == node` for canonical nodes.

    Raises:
        ValueError: the node is an IRI.

    Example:
        >>> value_of('"a\\\\tb"@zh')
        Value(text='a\\tb', datatype='http://www.w3.org/1999/02/22-rdf-syntax-ns#langString', language='zh')
    """
    found = _LITERAL.fullmatch(node)
    if found is None:
        raise ValueError(f"{shown(node)} is an IRI, a literal was expected")
    text, language, datatype = found.groups()
    kind = RDF + "langString" if language else datatype or XSD + "string"
    return Value(_ESCAPE.sub(_unescaped, text) if "\\" in text else text, kind, language or "")


def why_no_iri(text: str) -> str | None:
    """Say why a text is no absolute IRI that is safe to keep and to show, or return None when it is one.

    Refused are relative IRIs, `file:`, `data:` and `javascript:`, white space, control, invisible and
    direction-changing characters, characters outside RFC 3987, and more than 2,000 characters.

    Example:
        >>> why_no_iri("../a"), why_no_iri("https://example.org/a")
        ('it is relative', None)
    """
    if len(text) > IRI_MOST:
        return f"it is longer than {IRI_MOST} characters"
    scheme = _SCHEME.match(text)
    if scheme is None:
        return "it is relative"
    if scheme.group().lower() in {"file:", "data:", "javascript:", "vbscript:"}:
        return f"its scheme is {scheme.group().lower()}"
    wrong = _NOT_IN_IRI.search(text)
    hidden = None if text.isascii() else next((char for char in text if unicodedata.category(char) in HIDDEN), None)
    char = wrong.group()[0] if wrong else hidden
    return None if char is None else f"it holds the character U+{ord(char):04X}"


def address(text: str) -> Node:
    """Return a web address as an IRI, or as an `xsd:anyURI` literal when it holds what no IRI may hold.

    Example:
        >>> address("https://example.org/{a}")
        '"https://example.org/{a}"^^<http://www.w3.org/2001/XMLSchema#anyURI>'
    """
    return iri(text) if why_no_iri(text) is None else literal(text, datatype=XSD + "anyURI")


def address_of(node: Node) -> str:
    """Return the text of what `address` wrote."""
    return iri_of(node) if is_iri(node) else value_of(node).text


def lines(quads: Iterable[Quad]) -> Iterator[str]:
    """Give quads as N-Quads lines, in their order; an empty graph means the default graph."""
    for subject, predicate, object, graph in quads:
        yield f"{subject} {predicate} {object} {graph} .\n" if graph else f"{subject} {predicate} {object} .\n"


def shown(node: str) -> str:
    """Return a node for a message: at most 120 characters."""
    return node if len(node) <= 120 else node[:119] + "…"


def _escaped(found: re.Match[str]) -> str:
    char = found.group()
    return _NAMED_ESCAPES.get(char) or f"\\u{ord(char):04X}"


def _unescaped(found: re.Match[str]) -> str:
    short, long, named = found.groups()
    if named is not None:
        return _UNESCAPES[named]
    return chr(int(short or long, 16))
