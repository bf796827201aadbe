"""The SPARQL endpoint from Python: results, limits, criteria, revisions, a template process that dies."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import rdflib
from defusedxml import ElementTree
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import QueryResultsFormat, QuerySolutions, QueryTriples, RdfFormat, parse, parse_query_results

import kg
from kg.errors import InputError, NotFound, ParseFailure
from kg.model import Change
from kg.querying import Querying
from kg.rdf import results, worker
from kg.rdf.cells import cell, short
from kg.rdf.competency import question, questions
from kg.rdf.dataset import Projection
from kg.rdf.guard import OWN_GRAPHS
from kg.rdf.sparql import Endpoint, Here
from kg_api.quota import Exceeded, Quota
from tests.builders import records

ENTITY = "https://w3id.org/evidence-kg/id/entity/"
EDGES = "https://w3id.org/evidence-kg/graph/edges"
TRICKY = """SELECT ?iri ?text ?said ?number ?flag ?nothing {
  VALUES (?iri ?text ?said ?number ?flag) {
    (<http://x.org/a?b=1&c="2"> "a, \\"b\\"\\n\\tc\\r<d> & 微" "x"@en-GB 1.50 true)
    (UNDEF "" "'" 7 false)
  }
}""".replace('"2"', "%222%22")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[kg.Graph]:
    graph = kg.open(f"sqlite:///{tmp_path}/small.sqlite", empty=True, ontology=())
    write(graph, *records("a raises b", "b raises c weak", types={"a": "Technique", "c": "Risk"}))
    yield graph
    graph.store.close()


def write(graph: kg.Graph, *some: Any) -> None:
    kinds = {"Entity": "entity", "Claim": "claim", "Evidence": "evidence", "Work": "work"}
    order = ["Entity", "Work", "Claim", "Evidence"]
    changes = [
        Change(kinds[type(one).__name__], one)  # type: ignore[arg-type]
        for one in sorted(some, key=lambda one: order.index(type(one).__name__))
    ]
    graph.write(changes, actor="tester", act="write")


def test_rows_are_values_of_python(pack_graph: kg.Graph) -> None:
    first, second = pack_graph.sparql(TRICKY).rows
    assert first["text"] == 'a, "b"\n\tc\r<d> & 微'
    assert (first["number"], first["flag"], first["nothing"]) == (Decimal("1.50"), True, None)
    assert (second["iri"], second["text"], second["number"], second["flag"]) == (None, "", 7, False)


def test_every_format_says_the_same_to_readers_of_others(pack_graph: kg.Graph) -> None:
    expected = [[None if term is None else str(term) for term in row] for row in solutions(pack_graph, "json")]
    for format in ("xml", "tsv"):
        assert [[None if term is None else str(term) for term in row] for row in solutions(pack_graph, format)] == (
            expected
        )
    found = [rdflib.query.Result.parse(io.BytesIO(pack_graph.sparql(TRICKY, format=name).body), format=name)
             for name in ("json", "xml", "tsv")]  # fmt: skip
    assert len({tuple(map(str, one)) for result in found for one in result}) == 2
    (head, first, second) = csv.reader(io.StringIO(pack_graph.sparql(TRICKY, format="csv").text, newline=""))
    assert head == ["iri", "text", "said", "number", "flag", "nothing"]
    assert first[1:] == ['a, "b"\n\tc\r<d> & 微', "x", "1.5", "true", ""]
    assert second == ["", "", "'", "7", "false", ""]


def solutions(graph: kg.Graph, format: str) -> list[Any]:
    kinds = {"json": QueryResultsFormat.JSON, "xml": QueryResultsFormat.XML, "tsv": QueryResultsFormat.TSV}
    found = parse_query_results(graph.sparql(TRICKY, format=format).body, kinds[format])
    assert isinstance(found, QuerySolutions)
    return [tuple(row) for row in found]


def test_what_xml_cannot_hold_is_replaced(pack_graph: kg.Graph) -> None:
    body = pack_graph.sparql('SELECT ("a\\u0001b\\uFFFE" AS ?x) {}', format="xml").body
    assert [part.text for part in ElementTree.fromstring(body).iter() if part.text and "a" in part.text] == [
        "a\ufffdb\ufffd"
    ]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_triples_in_every_format_are_the_same_graph(pack_graph: kg.Graph) -> None:
    query = question("describe-claim").text
    graphs = {}
    for name, parser in (("turtle", "turtle"), ("ntriples", "nt"), ("jsonld", "json-ld"), ("rdfxml", "xml")):
        parsed = rdflib.Graph()
        parsed.parse(data=pack_graph.sparql(query, format=name).body, format=parser)
        graphs[name] = set(parsed)
    assert len(graphs["turtle"]) == pack_graph.sparql(query).count > 5
    assert all(triples == graphs["turtle"] for triples in graphs.values())
    assert pack_graph.sparql(query).body == pack_graph.sparql(query).body
    as_rows = pack_graph.sparql(query, format="table").rows
    assert [sorted(row) for row in as_rows] == [["object", "predicate", "subject"]] * len(graphs["turtle"])


def test_a_limit_that_cuts_is_told_in_the_head(pack_graph: kg.Graph) -> None:
    whole = pack_graph.sparql("SELECT * { ?s ekg:raises ?o }")
    assert (whole.complete, whole.limits, "link" in whole.document["head"]) == (True, (), False)
    exact = pack_graph.sparql("SELECT * { ?s ekg:raises ?o }", rows=whole.count)
    assert exact.complete
    cut = pack_graph.sparql("SELECT * { ?s ekg:raises ?o }", rows=3)
    assert (cut.complete, cut.limits, cut.count, len(cut.rows)) == (False, ("rows",), 3, 3)
    assert cut.document["head"]["link"] == [f"{results.INCOMPLETE}#rows"]
    assert b'<link href="https://w3id.org/evidence-kg/problem/incomplete#rows"/>' in (
        pack_graph.sparql("SELECT * { ?s ekg:raises ?o }", rows=3, format="xml").body
    )
    assert pack_graph.sparql("CONSTRUCT WHERE { ?s ekg:raises ?o }", rows=3).limits == ("rows",)


def test_bytes_are_limited() -> None:
    rows = ([rdf] for rdf in [])
    assert results.write_rows(["a"], rows, "csv", most=1, bytes_most=1).count == 0


def test_long_results_are_cut_by_bytes(pack_graph: kg.Graph) -> None:
    found = pack_graph.sparql(
        "SELECT ?a ?b (CONCAT(?x, ?x, ?x, ?x, ?x, ?x, ?x, ?x) AS ?long) { ?w ekg:raw ?x . ?a ekg:raises ?b }"
    )
    assert found.limits == ("bytes",)
    assert len(found.body) < 9 * 1024 * 1024


def test_faults_keep_place_and_reason(pack_graph: kg.Graph) -> None:
    with pytest.raises(
        ParseFailure, match=r"query:2: this is not SPARQL, in this line or before it: '\?s \?p \) \}'"
    ) as fault:
        pack_graph.sparql("SELECT * {\n  ?s ?p ) }")
    assert fault.value.line == 2
    with pytest.raises(ParseFailure, match="a prefix is not declared"):
        pack_graph.sparql("ASK { ?s nix:p 1 }")
    with pytest.raises(ParseFailure, match="an IRI is relative or malformed"):
        pack_graph.sparql("SELECT * { ?some ?thing <that is not an iri> }")
    with pytest.raises(ParseFailure, match="a name that the pattern binds already"):
        pack_graph.sparql("SELECT (1 AS ?s) { ?s ?p 1 }")
    with pytest.raises(InputError, match=r"<http://x\.org/f> is not supported"):
        pack_graph.sparql("SELECT (<http://x.org/f>(1) AS ?x) {}")
    with pytest.raises(InputError, match="'turtle' is not a format for SELECT"):
        pack_graph.sparql("SELECT * {}", format="turtle")
    with pytest.raises(InputError, match="asked for as csv"):
        _ = pack_graph.sparql("SELECT * {}", format="csv").rows
    with pytest.raises(InputError, match="whole number from 1 to 3600"):
        pack_graph.sparql("SELECT * {}", seconds=0)
    with pytest.raises(InputError, match="not a graph of this dataset"):
        pack_graph.sparql("SELECT * {}", named_graph="http://x.org/")


def test_the_dataset_can_be_chosen(pack_graph: kg.Graph) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    sizes = {iri: pack_graph.sparql(count, default_graph=iri).rows[0]["n"] for iri in OWN_GRAPHS}
    assert all(size > 0 for size in sizes.values())
    # The union counts each triple once, since no triple stands in two graphs.
    assert pack_graph.sparql(count).rows[0]["n"] == sum(sizes.values())
    assert pack_graph.sparql(f"SELECT (COUNT(*) AS ?n) FROM <{EDGES}> {{ ?s ?p ?o }}").rows[0]["n"] == sizes[EDGES]
    # The parameter of a request wins over the text of the query.
    both = pack_graph.sparql("SELECT (COUNT(*) AS ?n) FROM graph:records { ?s ?p ?o }", default_graph=EDGES)
    assert both.rows[0]["n"] == sizes[EDGES]
    graphs = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    assert {row["g"] for row in pack_graph.sparql(graphs).rows} == set(OWN_GRAPHS)
    assert pack_graph.sparql(graphs, named_graph=[EDGES]).rows == [{"g": EDGES}]
    assert pack_graph.sparql(count, named_graph=EDGES).rows == [{"n": 0}]


def test_criteria_decide_which_edges_there_are(small: kg.Graph) -> None:
    query = "SELECT ?s ?o { ?s ekg:raises ?o } ORDER BY ?s"
    assert [row["s"] for row in small.sparql(query).rows] == [ENTITY + "a", ENTITY + "b"]
    assert [row["s"] for row in small.sparql(query, without_work="w1").rows] == [ENTITY + "a"]
    assert small.sparql(query, min_strength="strong").rows == [{"s": ENTITY + "a", "o": ENTITY + "b"}]


def test_it_follows_the_revision_and_survives_its_process(small: kg.Graph) -> None:
    query = "SELECT ?o { entity:a ekg:raises+ ?o FILTER(ISIRI(?o)) } ORDER BY ?o"
    before = small.sparql(query)
    assert (before.revision, len(before.rows)) == (2, 2)
    write(small, *records("a raises b", "b raises c weak", "c raises d", types={"a": "Technique", "c": "Risk"}))
    after = small.sparql(query)
    assert (after.revision, [row["o"][-1] for row in after.rows]) == (3, ["b", "c", "d"])
    past = small.sparql(query, as_of=2)
    assert (past.revision, len(past.rows)) == (2, 2)
    # A worker that waits goes on without the process that forked it; when it is gone too, both are made anew.
    killed = kill_template(small)
    assert small.sparql(query).rows == after.rows
    for pid in killed:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert small.sparql(query).rows == after.rows
    kill_template(small)
    write(small, *records("d raises e good:supports:z"))
    assert len(small.sparql(query).rows) == 4


def kill_template(graph: kg.Graph) -> list[int]:
    """Kill the process that forks the workers; which workers there were."""
    process = graph._endpoint._workers[0]._process  # type: ignore[union-attr]
    workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return [int(one) for one in workers]


@pytest.mark.skipif(not worker.AVAILABLE, reason="workers need Linux")
@settings(deadline=None, max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(sorted(questions())))
def test_competency_queries_in_any_order_find_what_oxigraph_finds(pack_graph: kg.Graph, order: list[str]) -> None:
    """One after the other and side by side, each is answered as by the engine itself, without guard or worker."""
    dataset = projected(pack_graph)
    with ThreadPoolExecutor(3) as pool:
        together = pool.map(lambda name: pack_graph.sparql(questions()[name].text, rows=1_000_000, seconds=60), order)
        for name, one in zip(order, together, strict=True):
            expected = dataset[name]
            for found in (one, pack_graph.sparql(questions()[name].text, rows=1_000_000, seconds=60)):
                assert said(found.body) == expected, name


@cache
def projected(graph: kg.Graph) -> dict[str, object]:
    """What the engine finds for each competency question, as its own serializers write it."""
    store = Projection.build(graph.network(), graph.store.changes(0, graph.revision)).store
    found = {}
    for name, one in questions().items():
        answer = store.query(one.text, use_default_graph_as_union=True)
        is_graph = isinstance(answer, QueryTriples)
        written = answer.serialize(format=RdfFormat.TURTLE if is_graph else QueryResultsFormat.JSON)  # type: ignore[union-attr]
        assert written is not None
        found[name] = said(written)
    return found


def said(body: bytes) -> object:
    """A truth value, the triples of Turtle, or columns and rows in any order."""
    if not body.startswith(b"{"):
        return {str(one.triple) for one in parse(body, RdfFormat.TURTLE)}
    document = json.loads(body)
    if "boolean" in document:
        return document["boolean"]
    return document["head"]["vars"], sorted(json.dumps(row, sort_keys=True) for row in document["results"]["bindings"])


@pytest.mark.skipif(not worker.AVAILABLE, reason="workers need Linux")
def test_whoever_asks_after_a_revision_sees_it(small: kg.Graph) -> None:
    """Several ask without pause while somebody writes: nobody is answered from before the revision they know of."""
    query = f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), '{ENTITY}x')) }}"
    written, answered, faults, done = [2], [2], [], threading.Event()

    def asking() -> None:
        while not done.is_set():
            known = written[-1]
            found = small.sparql(query)
            if found.revision < known or found.rows[0]["n"] != found.revision - 2:
                faults.append((known, found.revision, found.rows))
            answered.append(found.revision)

    with ThreadPoolExecutor(3) as pool:
        askers = [pool.submit(asking) for _ in range(3)]
        try:
            for at in range(6):
                write(small, *records(f"x{at} raises y{at}", f"z{at} lowers y{at}"))
                written.append(3 + at)
                deadline = time.monotonic() + 30
                while max(answered) < written[-1]:
                    assert time.monotonic() < deadline
                    time.sleep(0.01)
        finally:
            done.set()
        for one in askers:
            one.result()
    assert faults == []


def test_without_fork_it_runs_here(small: kg.Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = small.sparql("SELECT * { ?s ekg:raises ?o } ORDER BY ?s").rows
    monkeypatch.setattr(Querying, "_lasting", lambda _: here)
    here = Endpoint(make=Here)
    assert small.sparql("SELECT * { ?s ekg:raises ?o } ORDER BY ?s").rows == expected
    here.close()


def test_cells_speak_the_language_of_the_reader(pack_graph: kg.Graph) -> None:
    def shown(value: str, lang: str, **more: str) -> tuple[str, str]:
        term = {"type": "uri", "value": value} | more
        made = cell(term, pack_graph.snapshot, pack_graph.vocabulary, lang)
        return made.text, made.kind

    assert shown(ENTITY + "lora", "zh") == ("低秩适配", "entity")
    assert shown("https://w3id.org/evidence-kg/id/work/hu2022lora", "en") == ("hu2022lora", "work")
    assert shown("https://w3id.org/evidence-kg/ontology#raises", "zh") == ("提高", "term")
    assert shown(ENTITY + "nothing", "en") == ("entity:nothing", "iri")
    claim = "https://w3id.org/evidence-kg/id/claim/lora--lowers--memory-requirement"
    assert shown(claim, "en") == ("Low-rank adaptation lowers memory requirement", "claim")
    assert shown(claim + "#belief", "en") == ("claim:lora--lowers--memory-requirement#belief", "iri")
    decimal = "http://www.w3.org/2001/XMLSchema#decimal"
    assert shown("0.123456789", "en", type="literal", datatype=decimal) == ("0.1235", "number")
    assert shown("0.5", "en", type="literal", datatype=decimal) == ("0.5", "number")
    assert cell(None, pack_graph.snapshot, pack_graph.vocabulary, "en").kind == ""
    assert short("urn:x") == "urn:x"


def test_a_question_that_is_not_there_has_near_ones() -> None:
    with pytest.raises(NotFound) as fault:
        question("raises-direct")
    assert fault.value.near[0] == "raises-directly"


def test_the_quota_counts_places_and_seconds() -> None:
    now = [0.0]
    quota = Quota(at_once=2, each_at_once=1, seconds=10.0, refill=0.5, clock=lambda: now[0])
    with quota.held("a"):
        with pytest.raises(Exceeded) as fault, quota.held("a"):
            raise AssertionError
        assert not fault.value.everybody
        with quota.held("b"), pytest.raises(Exceeded) as fault, quota.held("c"):
            raise AssertionError
        assert fault.value.everybody
        now[0] += 30
    with pytest.raises(Exceeded) as fault, quota.held("a"):
        raise AssertionError
    assert (fault.value.everybody, fault.value.again) == (False, 41)
    with quota.held("b"):
        now[0] += 41
    with quota.held("a"):
        assert quota.running == 1
    assert quota.running == 0


def test_the_json_is_that_of_the_standard(pack_graph: kg.Graph) -> None:
    document = json.loads(pack_graph.sparql(TRICKY).body)
    assert document["results"]["bindings"][0] == {
        "iri": {"type": "uri", "value": "http://x.org/a?b=1&c=%222%22"},
        "text": {"type": "literal", "value": 'a, "b"\n\tc\r<d> & 微'},
        "said": {"type": "literal", "value": "x", "xml:lang": "en-gb"},
        "number": {"type": "literal", "value": "1.5", "datatype": "http://www.w3.org/2001/XMLSchema#decimal"},
        "flag": {"type": "literal", "value": "true", "datatype": "http://www.w3.org/2001/XMLSchema#boolean"},
    }
