"""The mappings say only what they may, about terms that exist, towards IRIs that were seen in their own files.

`python -m tests.unit.test_mappings` writes docs/reference/mappings.md anew (part of `make docs`).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import rdflib
import yaml
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

ROOT = Path(__file__).resolve().parents[2]
ONTOLOGY = ROOT / "ontology"
MAPPINGS = ONTOLOGY / "mappings.ttl"
PAGE = ROOT / "docs" / "reference" / "mappings.md"

SET = "https://w3id.org/evidence-kg/ontology/mappings"
TERM = "https://w3id.org/evidence-kg/ontology#"
ENTITY = "https://w3id.org/evidence-kg/id/entity/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
OWL_ANNOTATION = "http://www.w3.org/2002/07/owl#AnnotationProperty"
JUSTIFICATION = "https://w3id.org/sssom/mapping_justification"
MANUAL = "https://w3id.org/semapv/vocab/ManualMappingCuration"
MATCHES = tuple(SKOS + kind for kind in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch"))
SET_PREDICATES = {
    RDF_TYPE,
    JUSTIFICATION,
    *("http://purl.org/dc/terms/" + name for name in
      ("title", "description", "license", "creator", "created", "modified", "bibliographicCitation")),
    *("http://www.w3.org/2002/07/owl#" + name for name in ("versionIRI", "versionInfo")),
    *("http://purl.org/vocab/vann/" + name for name in ("preferredNamespacePrefix", "preferredNamespaceUri")),
}  # fmt: skip
HEADER = ("vocabulary", "repository", "commit", "file", "read", "licence", "note")


@dataclass(frozen=True)
class Pinned:
    """One list of external IRIs: where they were seen, and IRI -> (type, label)."""

    name: str
    source: dict[str, str]
    terms: dict[str, tuple[str, str]]


@cache
def triples() -> tuple[tuple[str, str, NamedNode | Literal], ...]:
    """The triples of the file, as Oxigraph reads them; no blank nodes."""
    read = []
    for quad in parse(path=MAPPINGS, format=RdfFormat.TURTLE):
        assert isinstance(quad.subject, NamedNode)
        assert isinstance(quad.object, NamedNode | Literal)
        read.append((quad.subject.value, quad.predicate.value, quad.object))
    return tuple(read)


@cache
def mappings() -> tuple[tuple[str, str, str], ...]:
    """(subject, match property, object) as full IRIs, in the order of the file."""
    return tuple((s, p, o.value) for s, p, o in triples() if p in MATCHES)


@cache
def pinned() -> tuple[Pinned, ...]:
    """Every pinned list, by file name."""
    lists = []
    for path in sorted((ONTOLOGY / "pinned").glob("*.tsv")):
        lines = path.read_text(encoding="utf-8").splitlines()
        notes = [line[2:].partition(": ") for line in lines if line.startswith("# ")]
        rows = [line.split("\t") for line in lines if not line.startswith("# ")]
        assert rows[0] == ["iri", "type", "label"], path.name
        assert len({row[0] for row in rows}) == len(rows), f"{path.name} lists an IRI twice"
        terms = {iri: (type_, label) for iri, type_, label in rows[1:]}
        lists.append(Pinned(path.stem, {key: value for key, _, value in notes}, terms))
    return tuple(lists)


@cache
def own_terms() -> frozenset[str]:
    """Every term that our ontology files declare."""
    return frozenset(
        str(quad.subject.value)
        for name in ("evidence", "hazards", "schemes")
        for quad in parse(path=ONTOLOGY / f"{name}.ttl", format=RdfFormat.TURTLE)
        if quad.predicate.value == RDF_TYPE and isinstance(quad.subject, NamedNode)
    )


@cache
def entity_ids() -> frozenset[str]:
    """The ids of the pack's entities."""
    loaded = yaml.safe_load((ROOT / "seeds" / "hazards" / "entities.yaml").read_text(encoding="utf-8"))
    return frozenset(entity["id"] for entity in (loaded["entities"] if isinstance(loaded, dict) else loaded))


def page() -> str:
    """The reference page: what is mapped to what, how, and where each vocabulary was read."""
    where = {iri: (entry, label) for entry in pinned() for iri, (_, label) in entry.terms.items()}
    used = Counter(where[o][0].name for _, _, o in mappings())
    lines = [
        "# Mappings",
        "",
        f"{len(mappings())} matches from {len({s for s, _, _ in mappings()})} of our terms and entities to"
        f" {len({o for _, _, o in mappings()})} terms of others,"
        " made by hand (`semapv:ManualMappingCuration`) in [`mappings.ttl`](../../ontology/mappings.ttl). They entail"
        " nothing: the match properties are annotations. Comments in that file say why a match has its strength."
        " Written by `python -m tests.unit.test_mappings`.",
        "",
        "| match | read as | count |",
        "|---|---|--:|",
    ]
    meaning = {
        "exactMatch": "both definitions pick out the same thing",
        "closeMatch": "interchangeable in most uses",
        "broadMatch": "theirs is broader",
        "narrowMatch": "theirs is narrower",
        "relatedMatch": "a different thing, worth finding",
    }
    kinds = Counter(p.removeprefix(SKOS) for _, p, _ in mappings())
    lines += [f"| {kind} | {text} | {kinds[kind]} |" for kind, text in meaning.items()]
    lines += [
        "",
        "## Where the vocabularies were read",
        "",
        "`pinned` is the list in [`ontology/pinned/`](../../ontology/pinned/) that a test compares the mappings with.",
        "Lists without matches hold the terms that our own RDF uses; a test compares them too.",
        "",
        "| pinned | vocabulary | file | commit | read | matches |",
        "|---|---|---|---|---|--:|",
    ]
    for entry in pinned():
        source, repository = entry.source, entry.source["repository"]
        link = f"[{source['file']}]({repository}/blob/{source['commit']}/{source['file']})"
        lines.append(
            f"| [{entry.name}](../../ontology/pinned/{entry.name}.tsv) | {source['vocabulary']} | {link} "
            f"| `{source['commit'][:12]}` | {source['read']} | {used[entry.name]} |"
        )
    for title, prefix in (("Terms", TERM), ("Entities", ENTITY)):
        lines += ["", f"## {title}", "", "| ours | match | theirs | pinned |", "|---|---|---|---|"]
        for s, p, o in sorted(mappings(), key=lambda m: (m[0].lower(), MATCHES.index(m[1]), m[2])):
            if s.startswith(prefix):
                entry, label = where[o]
                name = "ekg:" + s.removeprefix(TERM) if prefix == TERM else s.removeprefix(ENTITY)
                shown = label.replace("|", "\\|")
                lines.append(f"| `{name}` | {p.removeprefix(SKOS)} | [{shown}]({o}) | {entry.name} |")
    return "\n".join(lines) + "\n"


def test_two_parsers_read_the_same() -> None:
    graph = rdflib.Graph().parse(MAPPINGS, format="turtle")
    assert len(graph) == len(set(triples())) == len(triples()) > 200
    assert not any(isinstance(node, rdflib.BNode) for node in graph.all_nodes())
    ours = {(str(s), str(p), str(o)) for s, p, o in graph if str(p) in MATCHES}
    assert ours == set(mappings())


def test_nothing_but_matches_and_notes_on_the_set() -> None:
    for subject, predicate, value in triples():
        if subject == SET:
            assert predicate in SET_PREDICATES, predicate
        elif predicate == RDF_TYPE:
            assert value == NamedNode(OWL_ANNOTATION), subject
        else:
            assert predicate in MATCHES, f"{subject}: {predicate} may not join our terms to those of others"
            assert isinstance(value, NamedNode), f"{subject}: {value}"


def test_matches_are_annotations_and_justified() -> None:
    for kind in MATCHES:
        assert (kind, RDF_TYPE, NamedNode(OWL_ANNOTATION)) in triples()
    assert (SET, JUSTIFICATION, NamedNode(MANUAL)) in triples()
    groups = re.split(r"^# ==== (.+) ====$", MAPPINGS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for title, text in zip(groups[1::2], groups[2::2], strict=True):
        if re.search(r"\sskos:\w+Match (?!a )", text):
            assert "# mapping_justification: semapv:ManualMappingCuration" in text, title


def test_every_external_iri_is_pinned() -> None:
    known = {iri for entry in pinned() for iri in entry.terms}
    external = {o for _, _, o in mappings()} | {JUSTIFICATION, MANUAL}
    assert not external - known, f"not in ontology/pinned/: {sorted(external - known)}"


def test_every_subject_is_a_term_or_an_entity() -> None:
    subjects = {s for s, _, _ in mappings()}
    strangers = {s for s in subjects if not s.startswith(ENTITY)} - own_terms()
    strangers |= {s for s in subjects if s.startswith(ENTITY)} - {ENTITY + id_ for id_ in entity_ids()}
    assert not strangers, f"neither declared in our ontology nor in the pack: {sorted(strangers)}"


def test_no_object_is_ours() -> None:
    assert not [o for _, _, o in mappings() if o.startswith("https://w3id.org/evidence-kg/")]


def test_a_pair_has_one_strength() -> None:
    # SKOS S46 and S27: exact, broad and related exclude one another; for a reader one word is enough anyway.
    pairs = Counter((s, o) for s, _, o in mappings())
    assert not [pair for pair, count in pairs.items() if count > 1]


def test_exact_matches_are_one_to_one() -> None:
    # exactMatch is transitive: two of ours with the same exact match would be declared the same.
    exact = [(s, o) for s, p, o in mappings() if p == SKOS + "exactMatch"]
    assert len({s for s, _ in exact}) == len({o for _, o in exact}) == len(exact)


@pytest.mark.parametrize("entry", pinned(), ids=lambda entry: entry.name)
def test_pinned_list_names_its_source(entry: Pinned) -> None:
    assert tuple(entry.source) in (HEADER, HEADER[:-1])
    assert re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", entry.source["repository"])
    assert re.fullmatch(r"[0-9a-f]{40}", entry.source["commit"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", entry.source["read"])
    assert list(entry.terms) == sorted(entry.terms)
    for iri, (type_, label) in entry.terms.items():
        assert re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+", iri)
        assert type_
        assert 0 < len(label) <= 120, f"{iri}: a label, not a text"


def test_pinned_lists_do_not_overlap() -> None:
    counts = Counter(iri for entry in pinned() for iri in entry.terms)
    assert not [iri for iri, count in counts.items() if count > 1]


def test_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.unit.test_mappings"


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
