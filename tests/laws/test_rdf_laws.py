"""Laws of RDF: records survive their triples, folding equals building, what goes out comes back byte for byte."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import networkx as nx
import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

import kg
from kg.criteria import Criteria
from kg.exporters.formats import FORMATS, View
from kg.exporters.kept import kept
from kg.graph import Graph
from kg.importers.rdf_load import load as load_rdf
from kg.model import Change, Claim, Entity, Evidence, Record, Text, Work, kind_of
from kg.network import Network
from kg.rdf import parsing
from kg.rdf.convert import describe, read, triples
from kg.rdf.dataset import Projection, quads
from kg.rdf.forms import agent, words_of
from kg.rdf.names import EDGES, RECORDS
from kg.rdf.nodes import XSD, address, address_of, decimal, lines, literal, value_of, why_no_iri
from kg.record import Store
from kg.snapshot import Snapshot
from kg.vocabulary import load
from tests import builders
from tests.histories import Clock, Wish, batches, changes_for, fold

WORDS = load()
texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), min_size=1, max_size=20)
odd_texts = st.sampled_from(
    ('"', "\\", "\n\r\t", "\u2028\x85\x7f\x1b", "\ufeff x", "\\u0041", "'''", '"""', "^^<a:b>", "@en")
)
any_text = texts | odd_texts
slugs = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,4}){0,2}", fullmatch=True)
keys = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,8}", fullmatch=True)
two = st.builds(Text, any_text, st.none() | any_text)
urls = st.sampled_from(
    ("https://example.org/a", "http://example.org/{x}", "https://例子.测试/路?q=1#f", "https://a.b/%zz")
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=6,
)
entities = st.builds(
    Entity,
    slugs,
    st.sampled_from(tuple(WORDS.entity_types)),
    two,
    st.none() | two,
    st.lists(any_text, unique=True, max_size=4).map(tuple),
    st.none() | slugs,
    st.lists(st.tuples(st.sampled_from(("closeMatch", "exactMatch")), urls), unique=True, max_size=3)
    .map(sorted)
    .map(tuple),
    st.sampled_from(tuple(WORDS.statuses)),
)
claims = st.builds(
    Claim, slugs, slugs, st.sampled_from(tuple(WORDS.relations)), slugs, st.none() | any_text,
    st.sampled_from(tuple(WORDS.statuses)),
)  # fmt: skip
evidence = st.builds(
    Evidence, keys, slugs, keys, st.sampled_from(tuple(WORDS.stances)), st.sampled_from(tuple(WORDS.study_kinds)),
    st.sampled_from(tuple(WORDS.strengths)), any_text, st.sampled_from(tuple(WORDS.bases)), st.none() | any_text,
    st.none() | any_text, st.none() | any_text, st.booleans(), st.none() | any_text, st.none() | any_text,
    st.none() | keys, st.none() | any_text | st.just("0000-0002-1825-0097"), st.sampled_from(tuple(WORDS.statuses)),
)  # fmt: skip
works = st.builds(
    Work, keys, st.sampled_from(("article-journal", "book", "made-up")), any_text,
    st.lists(any_text, max_size=4).map(tuple), st.none() | st.integers(1400, 2200), st.none() | any_text,
    st.none() | any_text, st.none() | urls, st.sampled_from(tuple(WORDS.work_statuses)), st.none() | urls,
    st.none() | any_text, st.dictionaries(any_text, json_values, max_size=3), st.none() | any_text,
    st.none() | any_text,
)  # fmt: skip
records = entities | claims | evidence | works


@given(records)
@settings(max_examples=200, deadline=None)
def test_a_record_survives_its_triples(record: Record) -> None:
    words = words_of(WORDS)
    written = list(triples(record, words))
    assert len(set(written)) == len(written)
    assert read(kind_of(record), record.id, describe(written), words) == record
    text = "".join(lines((*triple, "") for triple in written))
    parsed = list(ox.parse(text.encode(), ox.RdfFormat.N_TRIPLES))
    assert [tuple(map(str, (one.subject, one.predicate, one.object))) for one in parsed] == written
    assert not any(isinstance(node, ox.BlankNode) for one in parsed for node in (one.subject, one.object))


@given(any_text, st.sampled_from(("", "en", "zh-hans")))
def test_a_literal_is_what_oxigraph_writes(text: str, language: str) -> None:
    node = literal(text, language=language)
    assert node == str(ox.Literal(text, language=language or None))
    assert value_of(node)[::2] == (text, language)
    typed = literal(text, datatype=XSD + "anyURI")
    assert typed == str(ox.Literal(text, datatype=ox.NamedNode(XSD + "anyURI")))


@given(st.floats(0, 1000))
def test_a_decimal_is_canonical_and_near(number: float) -> None:
    node = decimal(number)
    text = value_of(node).text
    assert abs(float(text) - number) <= 5e-13 + number * 1e-15
    store = ox.Store()
    parsed = next(iter(ox.parse(f"<a:s> <a:p> {node} .", ox.RdfFormat.N_TRIPLES)))
    store.add(ox.Quad(parsed.subject, parsed.predicate, parsed.object))
    assert [str(quad.object) for quad in store] == [node]


@given(urls | any_text)
def test_an_address_is_an_iri_or_a_text_and_comes_back(text: str) -> None:
    node = address(text)
    assert address_of(node) == text
    assert node.startswith("<") == (why_no_iri(text) is None)
    if node.startswith("<"):
        ox.NamedNode(text)


@given(any_text)
def test_an_agent_is_an_iri(text: str) -> None:
    assert why_no_iri(agent(text)[1:-1]) is None or len(agent(text)) > 2_000


def store_quads(store: ox.Store) -> set[str]:
    return {str(quad) for quad in store}


@given(batches)
@settings(max_examples=12, deadline=None)
def test_folding_equals_building(wishes: list[list[Wish]]) -> None:
    store, state = Store.open(":memory:", clock=Clock()), {}
    snapshots, revisions = [Snapshot.of(0, None, [])], []
    for at, batch in enumerate(wishes):
        revision = store.write(changes_for(batch, state), actor=f"a{at % 2} é", act="act {x}", reason='"\n}')
        if revision.number > len(revisions):
            state = fold(state, revision)
            revisions.append(revision)
            snapshots.append(snapshots[-1].apply(revision))
    networks = [Network.build(snapshot, Criteria(), WORDS) for snapshot in snapshots]
    folded = Projection.build(networks[0], [])
    for revision, network in zip(revisions, networks[1:], strict=True):
        folded.follow([revision], network)
    at_once = Projection.build(networks[0], [])
    at_once.follow(revisions, networks[-1])
    built = store_quads(Projection.build(networks[-1], revisions).store)
    assert store_quads(folded.store) == built
    assert store_quads(at_once.store) == built
    store.close()


LINES = ("a raises b good low:disputes", "b raises c weak", "c lowers d good", "d requires a good", "b raises a good")


@pytest.mark.parametrize("criteria", [Criteria(), Criteria(known_in=2019)], ids=["all", "none"])
def test_under_rdflib_stands_what_we_gave(criteria: Criteria) -> None:
    network = Network.build(builders.snapshot(builders.records(*LINES)), criteria, WORDS)
    dataset = Projection.build(network, []).dataset()
    ours = {quad for quad in quads(network) if quad[3] in {RECORDS, EDGES}}
    theirs = {
        (subject.n3(), predicate.n3(), object.n3().removesuffix(f"^^<{XSD}string>"), name)
        for name in (RECORDS, EDGES)
        for subject, predicate, object in dataset.graph(rdflib.URIRef(name[1:-1]))
    }
    assert theirs == ours
    assert len([quad for quad in ours if quad[3] == EDGES]) == (5 if criteria == Criteria() else 0)


@given(st.lists(st.tuples(*[st.integers(0, 5)] * 2, st.sampled_from(("good", "low:disputes"))), max_size=12))
@settings(max_examples=20, deadline=None)
def test_property_paths_walk_as_networkx_does(pairs: list[tuple[int, int, str]]) -> None:
    texts = sorted({f"e{one} raises e{other} {grade}" for one, other, grade in pairs if one != other})
    by_claim = {text.rsplit(" ", 1)[0]: text for text in texts}
    network = builders.network(*by_claim.values())
    store = Projection.build(network, []).store
    found = store.query(
        "SELECT ?a ?b { ?a <https://w3id.org/evidence-kg/ontology#raises>+ ?b }", use_default_graph_as_union=True
    )
    walked = {(row["a"].value.rpartition("/")[2], row["b"].value.rpartition("/")[2]) for row in found}
    graph = nx.DiGraph([text.split()[:3:2] for text in by_claim.values() if text.endswith("good")])
    reached = {(one, other) for one in graph for step in graph[one] for other in (step, *nx.descendants(graph, step))}
    assert walked == reached


@pytest.mark.parametrize(
    "criteria",
    [
        Criteria(known_in=2022),
        Criteria(study_kind=("argument",)),
        Criteria(min_strength="strong", relation=("raises",)),
        Criteria(without_work=("chan2023hazards",), include_proposed=True),
    ],
    ids=str,
)
def test_what_is_kept_counts_and_weighs_the_same(pack_graph: Graph, criteria: Criteria) -> None:
    before = pack_graph.network(criteria)
    after = kept(before)
    assert after.verdicts == {}
    assert set(after.snapshot.claims) == {item.claim for item in after.snapshot.evidence.values()}
    assert all(after.opinion(claim) == before.opinion(claim) for claim in after.snapshot.claims)
    assert kept(after).snapshot == after.snapshot
    assert 0 < len(after.snapshot.evidence) < len(before.snapshot.evidence)


def test_without_criteria_everything_is_kept(pack_graph: Graph) -> None:
    for criteria in (Criteria(), Criteria(as_of=1, narrower=True, block=("qlora",))):
        network = pack_graph.network(criteria)
        assert kept(network) is network


def written(network: Network, format: str, revisions: Iterable[Any] | None = None) -> bytes:
    return "".join(FORMATS[format].write(View(network, revisions))).encode()


@given(batches)
@settings(max_examples=12, deadline=None)
def test_what_goes_out_comes_back(wishes: list[list[Wish]]) -> None:
    """Records as the doors let them in go through Turtle and back into an empty record, and out again the same."""
    store, state = Store.open(":memory:", clock=Clock()), {}
    for batch in wishes:
        changes = [change for change in changes_for(batch, state) if _passes_the_doors(change.record)]
        revision = store.write(_whole(changes, state), actor="a", act="b")
        state = fold(state, revision) if revision.changes else state
    snapshot = Snapshot.of(1, None, state.values())
    out = written(Network.build(snapshot, Criteria(), WORDS), "turtle")
    told = json.loads(parsing.parse(b'{"format": "turtle", "name": "x"}\n' + out).partition(b"\n")[0])
    assert told["faults"] == []
    other = Store.open(":memory:")
    batch_report = load_rdf(other, out, WORDS, name="x.ttl")
    assert batch_report["failures"] == []
    assert batch_report["added"] == len(state)
    rows = other.records()
    back = Snapshot.of(1, None, [*rows.entities, *rows.claims, *rows.evidence, *rows.works])
    assert written(Network.build(back, Criteria(), WORDS), "turtle") == out
    store.close()
    other.close()


def _passes_the_doors(record: Record) -> bool:
    """Work and evidence of the histories carry ids and texts that doors would refuse or mend; those stay out."""
    texts = [value for value in (getattr(record, name, None) for name in ("title", "statement", "quote")) if value]
    if isinstance(record, Entity):
        texts += [record.label.en, *record.aliases, *([] if record.definition is None else [record.definition.en])]
        named = (record.label.en, record.label.zh or "", *record.aliases)
        if not all(name.isprintable() for name in named):
            return False
    if isinstance(record, Claim) and record.conditions is not None:
        texts.append(record.conditions)
    return all(text.strip() == text and "\u2028" not in text for text in texts)


def _whole(changes: list[Change], state: dict[Any, Record]) -> list[Change]:
    """Drop what leans on something that was left out; evidence is renamed after its work."""
    there = {*state, *((change.kind, change.id) for change in changes)}
    kept_ones = []
    for change in changes:
        record = change.record
        if isinstance(record, Evidence):
            record = replace(record, id=f"{record.work}.{record.id.rpartition('.')[2]}")
        needs = {
            Claim: lambda one: [("entity", one.subject), ("entity", one.object)],
            Evidence: lambda one: [("claim", one.claim), ("work", one.work)],
            Entity: lambda one: [] if one.broader is None else [("entity", one.broader)],
            Work: lambda one: [],
        }[type(record)](record)
        if all(need in there for need in needs):
            kept_ones.append(Change(change.kind, record))
        else:
            there.discard((change.kind, change.id))
    return kept_ones


def test_the_pack_goes_out_and_comes_back_with_every_answer(
    pack_graph: Graph, database_url: str, tmp_path: Path
) -> None:
    first, again = tmp_path / "first.trig", tmp_path / "again.trig"
    out = pack_graph.export(first)
    with_it = kg.open(database_url, empty=True, lang="en", ontology=())
    report = with_it.load(first)
    assert (report["added"], report["failures"], report["conflicts"]) == (845, [], [])
    assert with_it.export(again)["sha256"] == out["sha256"]
    assert first.read_bytes() == again.read_bytes()
    assert with_it.load(first)["added"] == 0
    for ask in QUESTIONS:
        assert plain(ask(with_it)) == plain(ask(pack_graph))
    with_it.store.close()


def everything(listing: Any) -> list[Any]:
    page = listing(limit=200)
    items = list(page["items"])
    while page["next"] is not None:
        page = listing(limit=200, after=page["next"])
        items += page["items"]
    return items


def plain(answer: Any) -> Any:
    """An answer without what depends on when it was recorded."""
    if isinstance(answer, list):
        return [plain(one) for one in answer]
    document = json.loads(answer.json()) if hasattr(answer, "json") else answer
    if isinstance(document, dict):
        dropped = {"revision", "receipt", "recorded_at"}
        return {name: plain(value) for name, value in document.items() if name not in dropped}
    return document


QUESTIONS: tuple[Any, ...] = (
    lambda graph: graph.raises(),
    lambda graph: graph.matrix(),
    lambda graph: graph.disputes(),
    lambda graph: [graph.impact(entity, max_links=3) for entity in sorted(graph.snapshot.entities)],
    lambda graph: everything(graph.entities),
    lambda graph: everything(graph.claims),
    lambda graph: everything(graph.works),
    lambda graph: everything(graph.evidence),
    lambda graph: [graph.claim(id) for id in sorted(graph.snapshot.claims)[:40]],
    lambda graph: graph.basis(),
)


@pytest.mark.parametrize("format", ["turtle", "jsonld", "ntriples"])
def test_every_format_comes_back_byte_for_byte(pack_graph: Graph, format: str, tmp_path: Path) -> None:
    file = tmp_path / f"out{FORMATS[format].suffix}"
    pack_graph.export(file, format=format)
    store = Store.open(":memory:")
    assert load_rdf(store, file.read_bytes(), WORDS, name=file.name)["failures"] == []
    rows = store.records()
    back = Snapshot.of(1, None, [*rows.entities, *rows.claims, *rows.evidence, *rows.works])
    assert written(Network.build(back, Criteria(), WORDS), format) == file.read_bytes()
    store.close()


@pytest.mark.postgres
def test_two_databases_write_the_same_bytes(sqlite_url: str, postgres_url: str) -> None:
    outputs = []
    for url in (sqlite_url, postgres_url):
        store = Store.open(url, clock=Clock())
        for line in LINES:
            some = builders.records(line)
            store.write([Change(kind_of(record), record) for record in some], actor="ann", act="write")
        rows = store.records()
        snapshot = Snapshot.of(
            rows.revision, rows.recorded_at, [*rows.entities, *rows.claims, *rows.evidence, *rows.works]
        )
        network = Network.build(snapshot, Criteria(), WORDS)
        revisions = list(store.changes(0, rows.revision))
        outputs.append([written(network, "trig", revisions), written(network, "nanopub")])
        store.close()
    assert outputs[0] == outputs[1]
    assert len(outputs[0][0]) > 5_000
