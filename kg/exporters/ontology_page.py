"""The reference page of the ontology: every term, in English and Chinese, as Markdown.

Lives here: `render`. May enter: `kg.vocabulary` and below. Never here: writing files, text of our own about a term.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from kg.ids import BASE
from kg.model import Text
from kg.ontology import RDFS, SKOS, ekg
from kg.packaged import packaged
from kg.terms import EntityType, Relation, Term
from kg.triples import Triples, read, short
from kg.vocabulary import FILES, Vocabulary, load

OWL = "http://www.w3.org/2002/07/owl#"
DCTERMS = "http://purl.org/dc/terms/"
SCHEMES = (
    "signs", "stances", "study_kinds", "strengths", "certainties", "bases", "statuses", "work_statuses",
    "decisions",
)  # fmt: skip
CORE = {
    "Classes": "Class",
    "Properties between records": "ObjectProperty",
    "Properties with a value": "DatatypeProperty",
    "Notes on terms": "AnnotationProperty",
}


def render() -> str:
    """Return the page for the packaged ontology.

    Laws: the same files give the same bytes; each term of our namespace stands on it once.

    Example:
        >>> render().splitlines()[0]
        '# Ontology'
    """
    vocabulary = load()
    triples = read([packaged("ontology", name) for name in FILES])
    parts = [_head(vocabulary, triples), *_entity_types(vocabulary), *_relations(vocabulary)]
    for name in SCHEMES:
        parts += _scheme(triples, ekg(name.replace("_", "-")), getattr(vocabulary, name))
    known = {
        term.iri for name in ("entity_types", "relations", *SCHEMES) for term in getattr(vocabulary, name).values()
    }
    for title, kind in CORE.items():
        rest = [iri for iri in triples.members(OWL + kind) if iri.startswith(ekg("")) and iri not in known]
        parts += [
            f"## {title}",
            _table(("term", "English", "中文"), (_core_row(triples, iri) for iri in _sorted(rest))),
        ]
    return "\n\n".join(parts) + "\n"


def _head(vocabulary: Vocabulary, triples: Triples) -> str:
    rows = []
    for name in FILES:
        iri = BASE + "ontology" + ("" if name == "evidence.ttl" else "/" + name.removesuffix(".ttl"))
        described = _text(triples, iri, DCTERMS + "description")
        rows.append((f"[`{name}`](../../ontology/{name})", f"<{iri}>", described.en, described.get("zh")))
    return (
        "# Ontology\n\n"
        f"Version {vocabulary.version}. Namespace `{ekg('')}`, prefix `ekg`. `make docs` writes this page from the\n"
        "files below; [`ontology/README.md`](../../ontology/README.md) says how to add a class or a relation.\n"
        "Every number among the schemes is a prior of ours, not a measured value.\n"
        "各方案中的数值均为我们自己设定的先验值，并非实测所得。\n\n" + _table(("file", "IRI", "English", "中文"), rows)
    )


def _entity_types(vocabulary: Vocabulary) -> tuple[str, str]:
    def row(term: EntityType) -> tuple[str, ...]:
        look = f"{term.shape}, `{term.colour}`, column {term.column}"
        return (*_named(term), term.role, look)

    heads = ("id", "English", "中文", "role", "look")
    return "## Kinds of entity", _table(heads, map(row, vocabulary.entity_types.values()))


def _relations(vocabulary: Vocabulary) -> tuple[str, str, str]:
    def row(term: Relation) -> tuple[str, ...]:
        inverse = f"{term.inverse_label.en} / {term.inverse_label.get('zh')}"
        return (
            *_named(term),
            inverse,
            f"{term.sign:+d}" if term.sign else "0",
            term.propagation,
            f"{term.line}, `{term.colour}`",
        )

    def ends(term: Relation) -> tuple[str, ...]:
        return (f"`{term.id}`", ", ".join(term.subject_types) or "any", ", ".join(term.object_types) or "any")

    relations = vocabulary.relations.values()
    heads = ("id", "English", "中文", "inverse", "sign", "propagation", "look")
    return (
        "## Relations",
        _table(heads, map(row, relations)),
        _table(("relation", "from", "to"), map(ends, relations)),
    )


def _scheme(triples: Triples, iri: str, terms: Mapping[str, Term]) -> tuple[str, str, str]:
    label, defined = _text(triples, iri, RDFS + "label"), _text(triples, iri, SKOS + "definition")
    notes = [spec.name for spec in fields(next(iter(terms.values()))) if "note" in spec.metadata]
    inferred = triples.values(iri, ekg("inferredAdjustment"))
    said = f"`{short(iri)}`: {defined.en} {defined.get('zh')}"
    if inferred:
        said += f" (`ekg:inferredAdjustment` {inferred[0]})"
    rows = (
        (*_named(term), f"`{short(term.iri)}`", *(_shown(getattr(term, name)) for name in notes))
        for term in terms.values()
    )
    return (
        f"## {label.en[0].upper()}{label.en[1:]} / {label.get('zh')}",
        said,
        _table(("id", "English", "中文", "term", *(name.replace("_", " ") for name in notes)), rows),
    )


def _named(term: Term) -> tuple[str, str, str]:
    return (
        f"`{term.id}`",
        _cell(term.label.en, term.definition.en),
        _cell(term.label.get("zh"), term.definition.get("zh")),
    )


def _core_row(triples: Triples, iri: str) -> tuple[str, ...]:
    label, defined = _text(triples, iri, RDFS + "label"), _text(triples, iri, SKOS + "definition")
    return f"`{short(iri)}`", _cell(label.en, defined.en), _cell(label.get("zh"), defined.get("zh"))


def _cell(label: str, definition: str) -> str:
    return f"**{label}**<br>{definition}"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _text(triples: Triples, iri: str, predicate: str) -> Text:
    texts = triples.texts(iri, predicate)
    return Text(texts["en"], texts.get("zh"))


def _sorted(iris: Iterable[str]) -> list[str]:
    return sorted(iris, key=lambda iri: (short(iri).casefold(), iri))


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
