"""Results for readers: a term of a result as text in their language, with the record or term that it names.

Lives here: `Cell`, `cell`. May enter: terms of the W3C's JSON results, a snapshot. Never here: HTML, the screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from kg.ids import BASE
from kg.rdf.forms import words_of
from kg.rdf.names import PREFIXES
from kg.rdf.nodes import XSD
from kg.sentences import sentence
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary

_ID = BASE + "id/"
_PLACES = 4


@dataclass(frozen=True, slots=True)
class Cell:
    """A term for readers.

    Attributes:
        text: What to show.
        kind: "entity", "claim", "evidence" or "work" for a record, "term" for a word of the ontology, "iri" for other
            IRIs, "number", "text", or "" where there is nothing.
        id: The id of the record, else the IRI or the whole text.
        lang: Language tag of a text, else "".
    """

    text: str
    kind: str
    id: str
    lang: str = ""


NOTHING = Cell("", "", "")


def cell(term: Mapping[str, str] | None, snapshot: Snapshot, vocabulary: Vocabulary, lang: str) -> Cell:
    """Return a term for readers.

    Args:
        term: A binding of the JSON results, None where a variable is unbound.
        snapshot: Has the records whose labels are shown.
        vocabulary: Has the terms whose labels are shown.
        lang: "en" or "zh".

    Example:
        >>> from kg.vocabulary import load
        >>> raises = {"type": "uri", "value": BASE + "ontology#raises"}
        >>> cell(raises, Snapshot.of(0, None, []), load(), "zh").text
        '提高'
    """
    if term is None:
        return NOTHING
    value = term["value"]
    if term["type"] == "uri":
        return _of_iri(value, snapshot, vocabulary, lang)
    if term.get("datatype", "").startswith(XSD):
        return _of_number(value, term["datatype"].removeprefix(XSD))
    return Cell(value, "text", value, term.get("xml:lang", ""))


def short(text: str) -> str:
    """Return an IRI with one of the declared prefixes, or as it is.

    Example:
        >>> short("http://www.w3.org/ns/prov#Agent"), short("https://example.org/a")
        ('prov:Agent', 'https://example.org/a')
    """
    fitting = [prefix for prefix, namespace in PREFIXES.items() if text.startswith(namespace)]
    best = max(fitting, key=lambda prefix: len(PREFIXES[prefix]), default=None)
    return text if best is None else f"{best}:{text.removeprefix(PREFIXES[best])}"


def _of_iri(text: str, snapshot: Snapshot, vocabulary: Vocabulary, lang: str) -> Cell:
    label = _terms(vocabulary).get(text)
    if label is not None:
        return Cell(label[1 if lang == "zh" else 0], "term", text)
    kind, _, rest = text.removeprefix(_ID).partition("/") if text.startswith(_ID) else ("", "", "")
    id = unquote(rest)
    if kind == "entity" and id in snapshot.entities:
        return Cell(snapshot.entities[id].label.get(lang), kind, id)
    if kind == "claim" and id in snapshot.claims:
        return Cell(sentence(snapshot.claims[id], snapshot, vocabulary).get(lang), kind, id)
    if kind == "work" and id in snapshot.works:
        return Cell(id, kind, id)
    if kind == "evidence" and id in snapshot.evidence:
        return Cell(id, kind, id)
    return Cell(short(text), "iri", text)


def _of_number(value: str, datatype: str) -> Cell:
    whole, point, places = value.partition(".")
    is_long = datatype in {"decimal", "double"} and point and places.isdigit() and len(places) > _PLACES
    shown = f"{float(value):.{_PLACES}f}" if is_long else value
    is_number = datatype in {"decimal", "double", "float", "integer", "int", "long"} and bool(whole)
    return Cell(shown, "number" if is_number else "text", value)


@lru_cache(maxsize=8)
def _terms(vocabulary: Vocabulary) -> Mapping[str, tuple[str, str]]:
    """Return the labels of every term, in English and Chinese, by IRI."""
    found = {}
    for scheme, ids in words_of(vocabulary).nodes.items():
        terms = getattr(vocabulary, scheme)
        for id, node in ids.items():
            found[node[1:-1]] = (terms[id].label.get("en"), terms[id].label.get("zh"))
    return found
