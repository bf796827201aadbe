"""RDF as JSON-LD 1.1 with its context inside the file: nothing has to be fetched to read it.

Lives here: the context and the writer. May enter: quads. Never here: which quads (kg.rdf), a remote context.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from kg.exporters.rdf import short, united
from kg.rdf.names import PREFIXES, TYPE, name
from kg.rdf.nodes import XSD, Node, Quad, Triple, is_iri, value_of

LINKS = (
    "skos:broader", "skos:broadMatch", "skos:closeMatch", "skos:exactMatch", "skos:narrowMatch", "skos:relatedMatch",
    "ekg:subject", "ekg:predicate", "ekg:object", "ekg:bearsOn", "ekg:fromWork", "ekg:stance", "ekg:studyKind",
    "ekg:strength", "ekg:basis", "ekg:status", "ekg:workStatus", "ekg:supersedes", "ekg:contributor", "ekg:certainty",
    "ekg:hasBelief", "ekg:passage", "ekg:notice", "ekg:wrote", "ekg:atRevision", "prov:wasGeneratedBy",
    "prov:wasDerivedFrom", "prov:wasAssociatedWith", "prov:wasInformedBy", "oa:hasSource", "oa:hasSelector",
    "ekg:reviewer", "ekg:decision", "ekg:reviewed", "prov:used",
)  # fmt: skip
"""Properties whose values are IRIs: written as plain strings."""
BY_LANGUAGE = ("rdfs:label", "skos:prefLabel", "skos:definition")
"""Properties whose values are texts in languages: written as `{"en": ..., "zh": ...}`."""
CONTEXT: Mapping[str, Any] = {
    "@version": 1.1,
    **dict(sorted(PREFIXES.items())),
    **{link: {"@type": "@id"} for link in sorted(LINKS)},
    **{text: {"@container": "@language"} for text in BY_LANGUAGE},
}
_LINKS, _BY_LANGUAGE = frozenset(map(name, LINKS)), frozenset(map(name, BY_LANGUAGE))


def jsonld(quads: Iterable[Quad]) -> Iterator[str]:
    """Give JSON-LD: the context, then one line for each subject, sorted; graphs are united.

    Example:
        >>> text = "".join(jsonld([("<a:s>", "<a:p>", '"x"@en', "")]))
        >>> json.loads(text)["@graph"]
        [{'@id': 'a:s', 'a:p': {'@language': 'en', '@value': 'x'}}]
    """
    yield '{"@context": ' + _encoded(CONTEXT) + ',\n"@graph": ['
    between = "\n"
    for subject, some in groupby(united(quads), key=lambda triple: triple[0]):
        yield between + _encoded(node(subject, some))
        between = ",\n"
    yield "\n]}\n"


def embedded(triples: Iterable[Triple]) -> str:
    """Return JSON-LD that can stand in a `script` element of a page, whatever the texts hold.

    Example:
        >>> embedded([("<a:s>", "<a:p>", '"</script>"')]).count("<")
        0
    """
    text = "".join(jsonld((*triple, "") for triple in triples))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def node(subject: Node, triples: Iterable[Triple]) -> dict[str, Any]:
    """Return one subject as a JSON-LD object under `CONTEXT`."""
    about: dict[str, Any] = {"@id": _iri(subject)}
    by_predicate: dict[Node, list[Node]] = {}
    for _, predicate, object in triples:
        by_predicate.setdefault(predicate, []).append(object)
    for predicate in sorted(by_predicate, key=lambda predicate: (predicate != TYPE, predicate)):
        objects = by_predicate[predicate]
        if predicate == TYPE:
            about["@type"] = _one_or_many([_iri(object) for object in objects])
        elif predicate in _BY_LANGUAGE and not any(map(is_iri, objects)):
            texts: dict[str, list[Any]] = {}
            for value in map(value_of, objects):
                texts.setdefault(value.language or "@none", []).append(value.text)
            about[_iri(predicate)] = {language: _one_or_many(some) for language, some in sorted(texts.items())}
        else:
            about[_iri(predicate)] = _one_or_many([_value(object, predicate in _LINKS) for object in objects])
    return about


def _value(object: Node, link: bool) -> Any:
    if is_iri(object):
        return _iri(object) if link else {"@id": _iri(object)}
    text, datatype, language = value_of(object)
    if language:
        return {"@language": language, "@value": text}
    if datatype == XSD + "string":
        return {"@value": text} if link else text
    if datatype == XSD + "boolean" and text in {"true", "false"}:
        return text == "true"
    if datatype == XSD + "integer" and text.lstrip("-").isdecimal() and len(text) < 16:
        return int(text)
    return {"@type": _iri(f"<{datatype}>"), "@value": text}


def _iri(node: Node) -> str:
    written = short(node)
    return written[1:-1] if written.startswith("<") else written


def _one_or_many(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _encoded(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
