"""Records to triples and back: one table for each kind of record, read in both directions.

Lives here: the tables, `triples` and `read`. May enter: records, the vocabulary. Never here: derived triples, parsing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from operator import attrgetter
from typing import Any

from kg.errors import KgError, ShapeViolation
from kg.ids import RecordKind, record_iri
from kg.inputs import MATCH_RELATIONS
from kg.model import KINDS, Record, Work
from kg.rdf.forms import (
    ADDRESS,
    ADDRESS_TEXT,
    AGENTS,
    FLAG,
    JSON,
    PLAIN,
    YEAR,
    Described,
    Form,
    Kind,
    Listed,
    Matches,
    Named,
    One,
    Texts,
    Words,
    ref,
    term,
)  # fmt: skip
from kg.rdf.names import TYPE, name
from kg.rdf.nodes import Node, Triple, iri, literal


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a record and how it stands in triples.

    Args:
        field: Name of the field.
        predicate: Prefixed name of the property.
        form: How the value is written and read.
        always: Written even when it holds its default, so that a query need not know the default.
    """

    field: str
    predicate: str
    form: Form
    always: bool = False


TABLE: Mapping[RecordKind, tuple[Column, ...]] = {
    "entity": (
        Column("type", "rdf:type", Kind()),
        Column("label", "skos:prefLabel", Texts()),
        Column("definition", "skos:definition", Texts()),
        Column("aliases", "skos:altLabel", Listed(name("ekg:aliasOrder"))),
        Column("broader", "skos:broader", ref("entity")),
        Column("matches", "skos:mappingRelation", Matches()),
        Column("status", "ekg:status", term("statuses"), always=True),
    ),
    "claim": (
        Column("subject", "ekg:subject", ref("entity")),
        Column("relation", "ekg:predicate", term("relations")),
        Column("object", "ekg:object", ref("entity")),
        Column("conditions", "ekg:conditions", PLAIN),
        Column("status", "ekg:status", term("statuses"), always=True),
    ),
    "evidence": (
        Column("claim", "ekg:bearsOn", ref("claim")),
        Column("work", "ekg:fromWork", ref("work")),
        Column("stance", "ekg:stance", term("stances")),
        Column("kind", "ekg:studyKind", term("study_kinds")),
        Column("strength", "ekg:strength", term("strengths")),
        Column("strength_reason", "ekg:strengthReason", PLAIN),
        Column("statement", "ekg:statement", PLAIN),
        Column("quote", "ekg:quote", PLAIN),
        Column("locator", "ekg:locator", PLAIN),
        Column("basis", "ekg:basis", term("bases")),
        Column("inferred", "ekg:inferred", FLAG, always=True),
        Column("independence_group", "ekg:independenceGroup", PLAIN),
        Column("alias", "ekg:alias", PLAIN),
        Column("supersedes", "ekg:supersedes", ref("evidence")),
        Column("contributor", "ekg:contributor", AGENTS),
        Column("status", "ekg:status", term("statuses"), always=True),
    ),
    "work": (
        Column("type", "ekg:workType", PLAIN),
        Column("title", "dcterms:title", PLAIN),
        Column("authors", "dcterms:creator", Named()),
        Column("year", "dcterms:issued", YEAR),
        Column("doi", "bibo:doi", PLAIN),
        Column("arxiv", "fabio:hasArXivId", PLAIN),
        Column("url", "fabio:hasURL", ADDRESS_TEXT),
        Column("status", "ekg:workStatus", term("work_statuses"), always=True),
        Column("notice", "ekg:notice", ADDRESS),
        Column("independence_group", "ekg:independenceGroup", PLAIN),
        Column("csl", "ekg:csl", JSON),
        Column("raw", "ekg:raw", PLAIN),
        Column("raw_format", "ekg:rawFormat", PLAIN),
        Column("merged_into", "dcterms:isReplacedBy", ref("work")),
    ),
}
CLASSES: Mapping[RecordKind, Node] = {
    "entity": name("skos:Concept"),
    "claim": name("ekg:Claim"),
    "evidence": name("ekg:EvidenceItem"),
    "work": name("ekg:Work"),
}
WORK_CLASSES: Mapping[str, Node] = {
    type_: name("fabio:" + class_)
    for type_, class_ in {
        "article": "Preprint",
        "article-journal": "JournalArticle",
        "article-magazine": "MagazineArticle",
        "article-newspaper": "NewspaperArticle",
        "book": "Book",
        "chapter": "BookChapter",
        "dataset": "Dataset",
        "paper-conference": "ConferencePaper",
        "patent": "PatentDocument",
        "post-weblog": "BlogPost",
        "report": "ReportDocument",
        "review": "Review",
        "software": "ComputerProgram",
        "thesis": "Thesis",
        "webpage": "WebPage",
    }.items()
}
"""FaBiO classes of CSL types, where one fits; the CSL type itself stands in `ekg:workType`."""
_DEFAULTS: Mapping[RecordKind, Mapping[str, Any]] = {
    kind: {
        spec.name: spec.default_factory() if spec.default_factory is not MISSING else spec.default
        for spec in fields(type_)
    }
    for kind, type_ in KINDS.items()
}


def node_of(kind: RecordKind, id: str) -> Node:
    """Return the node of a record.

    Example:
        >>> node_of("work", "hu2022lora")
        '<https://w3id.org/evidence-kg/id/work/hu2022lora>'
    """
    return iri(record_iri(kind, id))


def triples(record: Record, words: Words) -> Iterator[Triple]:
    """Give what is asserted of a record; no blank nodes, no triple twice.

    Law: `read` of the triples gives the record again, but for `recorded_at`.

    Raises:
        UnknownTerm: the record uses a word that the vocabulary does not have.
    """
    for subject, about in description(record, words).items():
        for predicate, objects in about.items():
            for object in objects:
                yield subject, predicate, object


def description(record: Record, words: Words) -> dict[Node, dict[Node, list[Node]]]:
    """Return what is asserted of a record, by subject and predicate: the record first, then parts of it.

    Raises:
        UnknownTerm: the record uses a word that the vocabulary does not have.

    Cost: some 4 us for an evidence item.
    """
    kind, nodes = _KIND_OF[type(record)], words.nodes
    subject = node_of(kind, record.id)
    about = {TYPE: [CLASSES[kind]], _IDENTIFIER: [literal(record.id)]}
    if isinstance(record, Work) and record.type in WORK_CLASSES:
        about[TYPE].append(WORK_CLASSES[record.type])
    found = {subject: about}
    values, columns = _WRITTEN[kind]
    for value, (predicate, form, always, default) in zip(values(record), columns, strict=True):
        if always or (value is not None and value != default):
            if type(form) is One:
                node = nodes[form.scheme].get(value) if form.scheme else None
                about[predicate] = [node or form.node(value, words)]
            else:
                for whose, property, object in form.write(subject, predicate, value, words):
                    found.setdefault(whose, {}).setdefault(property, []).append(object)
    return found


def read(kind: RecordKind, id: str, described: Described, words: Words) -> Record:
    """Return the record that triples describe; triples that are not in the table are passed over.

    Args:
        kind: Kind of the record.
        id: Its id.
        described: All triples, by subject and predicate; the record's agents are looked up there too.
        words: Terms of the vocabulary.

    Raises:
        ShapeViolation: a property is missing, given more than once, or holds what it cannot hold; names them all.
    """
    subject = node_of(kind, id)
    values: dict[str, Any] = {"id": id}
    faults: list[str] = []
    for column, predicate in _NAMED[kind]:
        try:
            value = column.form.read(subject, predicate, described, words)
        except KgError as fault:
            faults.append(f"{column.predicate}: {fault.message}")
            continue
        except ValueError as fault:
            faults.append(f"{column.predicate}: {fault}")
            continue
        if value is not None:
            values[column.field] = value
        elif _DEFAULTS[kind][column.field] is MISSING:
            faults.append(f"{column.predicate} is missing")
    if faults:
        raise ShapeViolation("; ".join(faults), where=f"{kind} {id}", hint="docs/reference/rdf.md lists the properties")
    return KINDS[kind](**values)


def predicates(kind: RecordKind) -> frozenset[Node]:
    """Return the properties that `read` reads, or that follow from the IRI or the class, for one kind of record."""
    found = {predicate for _, predicate in _NAMED[kind]} | {TYPE, name("dcterms:identifier")}
    if kind == "entity":
        found |= {name("ekg:aliasOrder"), *(name(f"skos:{relation}") for relation in MATCH_RELATIONS)}
    return frozenset(found)


def describe(some: Iterable[Triple]) -> dict[Node, dict[Node, list[Node]]]:
    """Return triples by subject and predicate, objects sorted.

    Example:
        >>> describe([("<a:s>", "<a:p>", "<a:2>"), ("<a:s>", "<a:p>", "<a:1>")])
        {'<a:s>': {'<a:p>': ['<a:1>', '<a:2>']}}
    """
    found: dict[Node, dict[Node, list[Node]]] = {}
    for subject, predicate, object in sorted(some):
        found.setdefault(subject, {}).setdefault(predicate, []).append(object)
    return found


_NAMED: Mapping[RecordKind, tuple[tuple[Column, Node], ...]] = {
    kind: tuple((column, name(column.predicate)) for column in columns) for kind, columns in TABLE.items()
}
_WRITTEN: Mapping[RecordKind, tuple[Callable[[Any], tuple[Any, ...]], tuple[tuple[Node, Form, bool, Any], ...]]] = {
    kind: (
        attrgetter(*(column.field for column, _ in columns)),
        tuple((predicate, column.form, column.always, _DEFAULTS[kind][column.field]) for column, predicate in columns),
    )
    for kind, columns in _NAMED.items()
}
"""What gives the values of a record's fields, and how each is written."""
_KIND_OF: Mapping[type[Record], RecordKind] = {type_: kind for kind, type_ in KINDS.items()}
_IDENTIFIER = name("dcterms:identifier")
