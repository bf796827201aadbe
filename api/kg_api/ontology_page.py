"""The vocabulary as a page: every term under its own anchor, so that its IRI leads to it in a browser.

Lives here: what the template is given. Never here: HTML (templates), text of our own about a term.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import Request

from kg.exporters.jsonld import embedded
from kg.graph import Graph
from kg.ids import BASE, VOCABULARY_IRI
from kg.rdf.convert import describe
from kg.rdf.dataset import ONTOLOGY
from kg.rdf.names import LABEL, TYPE, name
from kg.rdf.nodes import Node, iri, is_iri, value_of
from kg.settings import Lang
from kg_api.pages import around
from kg_viz.page import environment
from kg_viz.words import words

TEMPLATES = environment(Path(__file__).with_name("templates"))
TITLES = {
    "owl:Class": ("Classes", "类"),
    "ekg:RelationType": ("Relations", "关系"),
    "owl:ObjectProperty": ("Properties between records", "记录之间的属性"),
    "owl:DatatypeProperty": ("Properties with a value", "取值属性"),
    "owl:AnnotationProperty": ("Notes on terms", "术语注释"),
    "skos:ConceptScheme": ("Schemes", "概念方案"),
}
_WORDS = (
    "entity_types", "relations", "signs", "stances", "study_kinds", "strengths", "certainties", "bases", "statuses",
    "work_statuses", "decisions",
)  # fmt: skip
"""Where the vocabulary keeps the terms that files of an operator may add to."""
_TERM = f"<{VOCABULARY_IRI}"


def render(request: Request, graph: Graph, lang: Lang) -> str:
    """Return the page in a language; labels and definitions stand there in both."""
    described = describe(graph.vocabulary_triples())
    kinds = {name(kind): both[1 if lang == "zh" else 0] for kind, both in TITLES.items()}
    groups: dict[str, list[dict[str, Any]]] = {title: [] for title in kinds.values()}
    terms = {iri(term.iri): term.id for words in _WORDS for term in getattr(graph.vocabulary, words).values()}
    for subject in described:
        types = described[subject].get(TYPE, ())
        if subject.startswith(_TERM) or subject in terms:
            title = next((kinds[kind] for kind in kinds if kind in types), None)
            title = title or _label(described, types, lang)
            groups.setdefault(title, []).append(_term(subject, terms.get(subject), described[subject]))
    files = [iri(BASE + "ontology" + ("" if at == 0 else "/" + file[:-4])) for at, file in enumerate(ONTOLOGY)]
    about = [(file, predicate, object) for file in files for predicate, objects in described.get(file, {}).items()
             for object in objects]  # fmt: skip
    return TEMPLATES.get_template("ontology.html").render(
        groups={title: terms for title, terms in groups.items() if terms},
        version=graph.vocabulary.version,
        embedded=embedded(about),
        said=words(lang),
        **around(request, lang),
    )


def _term(subject: Node, id: str | None, about: Any) -> dict[str, Any]:
    texts = {}
    for key, predicates in (("label", (LABEL, name("skos:prefLabel"))), ("definition", (name("skos:definition"),))):
        found = [value_of(node) for predicate in predicates for node in about.get(predicate, ()) if not is_iri(node)]
        texts[key] = {value.language: value.text for value in found}
    if subject.startswith(_TERM):
        return {"id": subject.removeprefix(_TERM)[:-1], "iri": None, **texts}
    return {"id": id, "iri": subject[1:-1], **texts}


def _label(described: Any, types: Any, lang: str) -> str:
    for kind in types:
        found = {value_of(node).language: value_of(node).text for node in described.get(kind, {}).get(LABEL, ())}
        if kind.startswith(_TERM) and found:
            return found.get(lang, found.get("en", ""))
    return ""
