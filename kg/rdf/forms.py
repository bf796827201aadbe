"""How one field of a record stands in triples, and how it is read back: one form for each kind of value.

Lives here: `Words`, `Form` and its kinds. May enter: the vocabulary, nodes. Never here: which record has which field.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import quote, unquote

from kg.errors import BadIdentifier, UnknownTerm
from kg.identifiers import parse_orcid
from kg.ids import BASE, RecordKind, record_iri
from kg.inputs import MATCH_RELATIONS
from kg.model import Text, canonical
from kg.rdf.names import LABEL, TYPE, name
from kg.rdf.nodes import (
    RDF,
    XSD,
    Node,
    Triple,
    address,
    address_of,
    boolean,
    integer,
    iri,
    iri_of,
    literal,
    shown,
    value_of,
)  # fmt: skip
from kg.vocabulary import Vocabulary

ORCID = "https://orcid.org/"
AGENT = BASE + "id/agent/"
SCHEMES = (
    "entity_types", "relations", "stances", "study_kinds", "strengths", "bases", "statuses", "work_statuses",
    "certainties", "decisions",
)  # fmt: skip
Described = Mapping[Node, Mapping[Node, Sequence[Node]]]
"""Subject -> predicate -> objects."""


@dataclass(frozen=True, slots=True)
class Words:
    """The terms of a vocabulary as nodes, both ways, by scheme; and for each kind of entity those below it."""

    nodes: Mapping[str, Mapping[str, Node]]
    ids: Mapping[str, Mapping[Node, str]]
    below: Mapping[str, frozenset[str]]

    def node(self, scheme: str, id: str) -> Node:
        """Return the node of a term.

        Raises:
            UnknownTerm: the vocabulary has no such term.
        """
        try:
            return self.nodes[scheme][id]
        except KeyError:
            raise UnknownTerm(f"{id!r} is not among the {scheme.replace('_', ' ')} of the ontology") from None


@lru_cache(maxsize=8)
def words_of(vocabulary: Vocabulary) -> Words:
    """Return the terms of a vocabulary as nodes."""
    nodes = {scheme: {term.id: iri(term.iri) for term in getattr(vocabulary, scheme).values()} for scheme in SCHEMES}
    ids = {scheme: {node: id for id, node in terms.items()} for scheme, terms in nodes.items()}
    return Words(nodes, ids, vocabulary.types_below)


class Form(Protocol):
    """A pair of inverse functions between the value of a field and triples.

    Law: `read` of what `write` gave is the value again; `read` without any of its triples is None.
    """

    def write(self, subject: Node, predicate: Node, value: Any, words: Words, /) -> Iterable[Triple]:
        """Give the triples of a value."""
        ...

    def read(self, subject: Node, predicate: Node, described: Described, words: Words, /) -> Any:
        """Return the value, None when there is none; raise ValueError when it cannot be one."""
        ...


@dataclass(frozen=True, slots=True)
class One:
    """A value that stands in one triple: `node` gives its object, `value` reads it back; terms are of a `scheme`."""

    node: Callable[[Any, Words], Node]
    value: Callable[[Node, Words], Any]
    scheme: str = ""

    def write(self, subject: Node, predicate: Node, value: Any, words: Words) -> Iterator[Triple]:
        """Give the one triple."""
        yield subject, predicate, self.node(value, words)

    def read(self, subject: Node, predicate: Node, described: Described, words: Words) -> Any:
        """Return the value of the only object."""
        found = objects(described, subject, predicate)
        if len(found) > 1:
            raise ValueError(f"{len(found)} values, one was expected: {', '.join(map(shown, found[:3]))}")
        return self.value(found[0], words) if found else None


def ref(kind: RecordKind) -> One:
    """Return the form of another record's id."""
    prefix = record_iri(kind, "")

    def value(node: Node, _: Words) -> str:
        if not iri_of(node).startswith(prefix):
            raise ValueError(f"{shown(node)} is no {kind} of ours, which begin with {prefix}")
        return iri_of(node).removeprefix(prefix)

    return One(lambda key, _: iri(prefix + key), value)


def term(scheme: str) -> One:
    """Return the form of a term of the vocabulary."""

    def value(node: Node, words: Words) -> str:
        found = words.ids[scheme].get(node)
        if found is None:
            raise ValueError(f"{shown(node)} is not among the {scheme.replace('_', ' ')} of the ontology")
        return found

    return One(lambda key, words: words.node(scheme, key), value, scheme)


def _flag(node: Node, _: Words) -> bool:
    text = value_of(node).text
    if text not in {"true", "false", "1", "0"}:
        raise ValueError(f"{shown(node)} is neither true nor false")
    return text in {"true", "1"}


def _year(node: Node, _: Words) -> int:
    found = re.fullmatch(r"([0-9]{4})(?:-[0-9]{2}(?:-[0-9]{2})?)?(?:T.*|Z)?", value_of(node).text, re.ASCII)
    if found is None:
        raise ValueError(f"{shown(node)} is no year, four digits were expected")
    return int(found[1])


def _json(node: Node, _: Words) -> dict[str, Any]:
    found = parse_json(node)
    if not isinstance(found, dict):
        raise ValueError(f"{shown(node)} is not a JSON object")
    return found


def _agent(node: Node, _: Words) -> str:
    text = iri_of(node)
    if text.startswith(ORCID):
        return parse_orcid(text)
    return unquote(text.removeprefix(AGENT), errors="strict") if text.startswith(AGENT) else text


PLAIN = One(lambda text, _: literal(text), lambda node, _: value_of(node).text)
FLAG = One(lambda flag, _: boolean(flag), _flag)
YEAR = One(lambda year, _: literal(f"{year:04d}", datatype=XSD + "gYear"), _year)
JSON = One(lambda value, _: literal(canonical(dict(value)), datatype=RDF + "JSON"), _json)
ADDRESS = One(lambda text, _: address(text), lambda node, _: address_of(node))
ADDRESS_TEXT = One(lambda text, _: literal(text, datatype=XSD + "anyURI"), lambda node, _: address_of(node))
AGENTS = One(lambda actor, _: agent(actor), _agent)


@dataclass(frozen=True, slots=True)
class Texts:
    """A text in English and perhaps in Chinese; a regional tag counts as its language, no tag as English."""

    def write(self, subject: Node, predicate: Node, value: Text, _: Words) -> Iterator[Triple]:
        """Give one triple for each language."""
        for language, text in value.document().items():
            yield subject, predicate, literal(text, language=language)

    def read(self, subject: Node, predicate: Node, described: Described, _: Words) -> Text | None:
        """Return the text in both languages; other languages are passed over."""
        found: dict[str, str] = {}
        for value in map(value_of, objects(described, subject, predicate)):
            language = (value.language or "en").partition("-")[0].lower()
            if found.setdefault(language, value.text) != value.text:
                raise ValueError(f"two texts in the language {language}, one was expected")
        if found and "en" not in found:
            raise ValueError(f"no text in English, only in {', '.join(sorted(found))}")
        return Text(found["en"], found.get("zh")) if found else None


@dataclass(frozen=True, slots=True)
class Listed:
    """Texts in an order: one triple for each, and the order as `rdf:JSON` where it is not the alphabetical one."""

    order: Node

    def write(self, subject: Node, predicate: Node, value: Sequence[str], _: Words) -> Iterator[Triple]:
        """Give one triple for each text, and the order where it is needed."""
        for text in value:
            yield subject, predicate, literal(text)
        if list(value) != sorted(value):
            yield subject, self.order, literal(canonical(list(value)), datatype=RDF + "JSON")

    def read(self, subject: Node, predicate: Node, described: Described, _: Words) -> tuple[str, ...] | None:
        """Return the texts: those that the order names first, the others behind them."""
        texts = sorted({value_of(node).text for node in objects(described, subject, predicate)})
        for node in objects(described, subject, self.order):
            order = parse_json(node)
            place = {text: at for at, text in enumerate(order if isinstance(order, list) else []) if type(text) is str}
            texts.sort(key=lambda text: (place.get(text, len(place)), text))
        return tuple(texts) or None


@dataclass(frozen=True, slots=True)
class Named:
    """Names in an order: for each an agent `{subject}#author-{n}` with name and position."""

    def write(self, subject: Node, predicate: Node, value: Sequence[str], _: Words) -> Iterator[Triple]:
        """Give four triples for each name."""
        for at, text in enumerate(value, start=1):
            person = f"{subject[:-1]}#author-{at}>"
            yield subject, predicate, person
            yield person, TYPE, name("prov:Agent")
            yield person, name("foaf:name"), literal(text)
            yield person, name("ekg:position"), integer(at)

    def read(self, subject: Node, predicate: Node, described: Described, _: Words) -> tuple[str, ...] | None:
        """Return the names by position; a literal in place of an agent is a name without position, at the end."""
        found = []
        for node in objects(described, subject, predicate):
            if not node.startswith("<"):
                found.append((10**9, value_of(node).text))
                continue
            texts = objects(described, node, name("foaf:name")) or objects(described, node, LABEL)
            if not texts:
                raise ValueError(f"{shown(node)} has no foaf:name")
            places = [value_of(place).text for place in objects(described, node, name("ekg:position"))]
            at = int(places[0]) if places and re.fullmatch(r"[0-9]{1,9}", places[0], re.ASCII) else 10**9
            found.append((at, value_of(texts[0]).text))
        return tuple(text for _, text in sorted(found)) or None


@dataclass(frozen=True, slots=True)
class Matches:
    """SKOS matches to other vocabularies, each with its own predicate below the one of the table."""

    def write(self, subject: Node, _: Node, value: Iterable[tuple[str, str]], __: Words) -> Iterator[Triple]:
        """Give one triple for each match."""
        for relation, text in value:
            yield subject, name(f"skos:{relation}"), address(text)

    def read(self, subject: Node, _: Node, described: Described, __: Words) -> tuple[tuple[str, str], ...] | None:
        """Return the matches, sorted."""
        found = [
            (relation, address_of(node))
            for relation in MATCH_RELATIONS
            for node in objects(described, subject, name(f"skos:{relation}"))
        ]
        return tuple(sorted(found)) or None


@dataclass(frozen=True, slots=True)
class Kind:
    """The kind of an entity among the classes it is of: the one that none of the others stands below."""

    def write(self, subject: Node, predicate: Node, value: str, words: Words) -> Iterator[Triple]:
        """Give the class."""
        yield subject, predicate, words.node("entity_types", value)

    def read(self, subject: Node, predicate: Node, described: Described, words: Words) -> str | None:
        """Return the kind of entity; classes that are none are passed over."""
        kinds = words.ids["entity_types"]
        found = {kinds[node] for node in objects(described, subject, predicate) if node in kinds}
        lowest = sorted(one for one in found if not found & (words.below[one] - {one}))
        if len(lowest) > 1:
            raise ValueError(f"the kinds of entity {', '.join(lowest)}, one was expected")
        return lowest[0] if lowest else None


def agent(value: str) -> Node:
    """Return the node of somebody who did something.

    Example:
        >>> agent("0000-0002-1825-0097"), agent("pack:hazards")
        ('<https://orcid.org/0000-0002-1825-0097>', '<https://w3id.org/evidence-kg/id/agent/pack%3Ahazards>')
    """
    try:
        is_orcid = parse_orcid(value) == value
    except BadIdentifier:
        is_orcid = False
    return iri(ORCID + value if is_orcid else AGENT + quote(value, safe=""))


def objects(described: Described, subject: Node, predicate: Node) -> Sequence[Node]:
    """Return the objects of a subject and a predicate."""
    return described.get(subject, {}).get(predicate, ())


def parse_json(node: Node) -> Any:
    """Return the JSON value of a literal.

    Raises:
        ValueError: it is not JSON, or nested too deeply.
    """
    try:
        return json.loads(value_of(node).text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as fault:
        raise ValueError(f"{shown(node)} is not JSON") from fault


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")
