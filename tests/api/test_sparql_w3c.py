"""The endpoint against the rules of SPARQL 1.1 Protocol, Query Results JSON, XML, and CSV and TSV, one by one.

Terms come from VALUES, so that nothing depends on the record; rdflib's readers tell what was written.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import rdflib
from defusedxml import ElementTree
from rdflib import XSD, Literal, URIRef, Variable
from rdflib.query import Result
from starlette.testclient import TestClient

import kg
from kg.rdf import worker
from kg_api.app import create_app
from kg_api.quota import Quota

pytestmark = pytest.mark.skipif(not worker.AVAILABLE, reason="SPARQL over HTTP needs Linux")
QUERY, FORM = "application/sparql-query", "application/x-www-form-urlencoded"
EDGES, RECORDS, CLOSURE = (f"https://w3id.org/evidence-kg/graph/{name}" for name in ("edges", "records", "closure"))
RESULTS = {
    "application/sparql-results+json": "json",
    "application/sparql-results+xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
}
TRIPLES = {"text/turtle": "turtle", "application/n-triples": "nt", "application/ld+json": "json-ld",
           "application/rdf+xml": "xml"}  # fmt: skip
ASK, SELECT = "ASK { ?s ?p ?o }", "SELECT ?s { ?s ekg:requires ?o } ORDER BY ?s"
GRAPHS = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
TERMS: tuple[tuple[str, rdflib.term.Node | None], ...] = (
    ("<http://example.org/a>", URIRef("http://example.org/a")),
    ("<http://example.org/\u98ce\u9669>", URIRef("http://example.org/\u98ce\u9669")),
    ('""', Literal("")),
    ('"4,4"', Literal("4,4")),
    ('"say \\"x\\""', Literal('say "x"')),
    ('"a\\tb\\nc\\\\d"', Literal("a\tb\nc\\d")),
    ('"a\\rb"', Literal("a\rb")),
    ('" ends "', Literal(" ends ")),
    ('"<b>&amp;"', Literal("<b>&amp;")),
    ('"\u4f4e\u79e9\uff0c\u9002\u914d"@zh', Literal("\u4f4e\u79e9\uff0c\u9002\u914d", lang="zh")),
    ('"colour"@en-GB', Literal("colour", lang="en-gb")),
    ('"5,5"^^<http://example.org/own>', Literal("5,5", datatype=URIRef("http://example.org/own"))),
    ("4", Literal("4", datatype=XSD.integer)),
    ("5.5", Literal("5.5", datatype=XSD.decimal)),
    ("true", Literal("true", datatype=XSD.boolean)),
    ('"2026-11-25"^^xsd:date', Literal("2026-11-25", datatype=XSD.date)),
    ('"-"', Literal("-")),
    ("UNDEF", None),
)
VALUES = f"SELECT ?n ?x {{ VALUES (?n ?x) {{ {' '.join(f'({at} {text})' for at, (text, _) in enumerate(TERMS))} }} }}"


@pytest.fixture(scope="module")
def client(pack_graph: kg.Graph) -> Iterator[TestClient]:
    app = create_app(pack_graph, warm=False)
    app.state.quota = Quota(seconds=1e9)
    with TestClient(app, raise_server_exceptions=False, headers={"Accept-Language": "en"}) as one:
        yield one


def read(answer: Any, format: str) -> Result:
    """The result as rdflib reads it; it keeps no order of columns for TSV, so rows are read by name."""
    assert answer.status_code == 200, answer.text
    return Result.parse(io.BytesIO(answer.content), format=format)


def terms(found: Result) -> dict[int, Any]:
    rows = [row for row in found.bindings if row]
    return {int(row[Variable("n")]): row.get(Variable("x")) for row in rows}


@pytest.mark.parametrize("format", ["json", "xml", "tsv"])
def test_every_kind_of_term_arrives_as_it_is(client: TestClient, format: str) -> None:
    found = terms(read(client.get("/sparql", params={"query": VALUES, "format": format}), format))
    assert len(found) == len(TERMS)
    for at, (text, term) in enumerate(TERMS):
        assert found[at] == term, (format, text)
        if isinstance(term, Literal):
            assert (found[at].datatype or XSD.string, found[at].language) == (
                term.datatype or XSD.string, term.language), text  # fmt: skip


def test_csv_holds_texts_without_their_kind(client: TestClient) -> None:
    answer = client.get("/sparql", params={"query": VALUES, "format": "csv"})
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8"), newline=""))
    assert head == ["n", "x"]
    assert {int(n): text for n, text in rows} == {
        at: "" if term is None else str(term) for at, (_, term) in enumerate(TERMS)
    }
    lines = answer.content.split(b"\r\n")
    assert lines[0] == b"n,x"
    assert b'3,"4,4"' in lines
    assert b'4,"say ""x"""' in lines


def test_tsv_holds_terms_as_turtle_does(client: TestClient) -> None:
    lines = client.get("/sparql", params={"query": VALUES, "format": "tsv"}).text.removesuffix("\n").split("\n")
    assert lines[0] == "?n\t?x"
    cells = [line.split("\t") for line in lines[1:]]
    assert {len(row) for row in cells} == {2}, "tabs and line ends inside a term are escaped"
    assert [row[1] for row in cells if row[1].startswith("<")] == [term.n3() for _, term in TERMS[:2] if term]
    assert cells[-1][1] == "", "an unbound variable is an empty cell"
    assert cells[2][1] == '""', "the empty text is not"


@pytest.mark.parametrize("format", ["json", "xml", "tsv", "csv"])
def test_blank_nodes_are_the_same_within_a_result(client: TestClient, format: str) -> None:
    query = "SELECT ?a ?b ?c { BIND(BNODE() AS ?a) BIND(BNODE() AS ?b) BIND(?a AS ?c) }"
    answer = client.get("/sparql", params={"query": query, "format": format})
    if format in {"csv", "tsv"}:
        one, other, again = re.split("[,\t]", answer.text.splitlines()[1])
        assert one.startswith("_:")
    else:
        (row,) = read(answer, format).bindings
        one, other, again = (row[Variable(name)] for name in "abc")
        assert isinstance(one, rdflib.BNode)
    assert one == again != other


@pytest.mark.parametrize(
    ("query", "vars", "rows"), [("SELECT * {}", [], 1), ("SELECT ?x { ?x a <urn:x:y> }", ["x"], 0)]
)
def test_results_without_rows_or_without_variables(client: TestClient, query: str, vars: list[str], rows: int) -> None:
    document = client.get("/sparql", params={"query": query}).json()
    assert document == {"head": {"vars": vars}, "results": {"bindings": [{}] * rows}}
    tree = ElementTree.fromstring(client.get("/sparql", params={"query": query, "format": "xml"}).content)
    ns = {"s": "http://www.w3.org/2005/sparql-results#"}
    assert [one.get("name") for one in tree.findall("s:head/s:variable", ns)] == vars
    assert len(tree.findall("s:results/s:result", ns)) == rows
    assert client.get("/sparql", params={"query": query, "format": "csv"}).text == ",".join(vars) + "\r\n" * (rows + 1)
    tsv = client.get("/sparql", params={"query": query, "format": "tsv"}).text
    assert tsv == "\t".join(f"?{name}" for name in vars) + "\n" * (rows + 1)


@pytest.mark.parametrize(("query", "expected"), [(ASK, True), ("ASK { <urn:x:a> ?p ?o }", False)])
def test_a_boolean_in_both_formats(client: TestClient, query: str, expected: bool) -> None:
    assert client.get("/sparql", params={"query": query}).json() == {"head": {}, "boolean": expected}
    assert read(client.get("/sparql", params={"query": query, "format": "xml"}), "xml").askAnswer is expected


def test_variables_stand_in_the_order_of_the_query(client: TestClient) -> None:
    query = "SELECT ?z ?a ?m { VALUES (?a ?m ?z) { (1 2 3) } }"
    assert client.get("/sparql", params={"query": query}).json()["head"]["vars"] == ["z", "a", "m"]
    assert client.get("/sparql", params={"query": query, "format": "csv"}).text == "z,a,m\r\n3,1,2\r\n"


@pytest.mark.parametrize("media_type", RESULTS)
def test_select_comes_as_what_is_accepted(client: TestClient, media_type: str) -> None:
    for ask in (
        lambda: client.get("/sparql", params={"query": SELECT}, headers={"Accept": media_type}),
        lambda: client.post("/sparql", data={"query": SELECT}, headers={"Accept": media_type}),
        lambda: client.post("/sparql", content=SELECT, headers={"Accept": media_type, "Content-Type": QUERY}),
    ):
        answer = ask()
        assert answer.headers["content-type"].partition(";")[0] == media_type
        assert "requires" not in answer.text
        assert answer.text.count("/id/entity/") == 4


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")
@pytest.mark.parametrize("media_type", TRIPLES)
@pytest.mark.parametrize("query", ["CONSTRUCT WHERE { ?s ekg:requires ?o }", "DESCRIBE entity:lora"])
def test_triples_come_as_what_is_accepted(client: TestClient, query: str, media_type: str) -> None:
    def read_as(accept: str) -> set[Any]:
        answer = client.post("/sparql", data={"query": query}, headers={"Accept": accept})
        assert answer.headers["content-type"].partition(";")[0] == accept
        return set(rdflib.Graph().parse(data=answer.content, format=TRIPLES[accept]))

    assert read_as(media_type) == read_as("application/n-triples")
    assert len(read_as(media_type)) >= 4


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("application/sparql-results+json;q=0, application/sparql-results+xml;q=0.1", "application/sparql-results+xml"),
        ("text/html;q=0.1, text/csv", "text/csv; charset=utf-8"),
        ("application/sparql-results+xml; charset=utf-8", "application/sparql-results+xml"),
        ("APPLICATION/SPARQL-RESULTS+XML", "application/sparql-results+xml"),
        ("", "application/sparql-results+json"),
    ],
)
def test_weights_of_what_is_accepted(client: TestClient, accept: str, expected: str) -> None:
    answer = client.get("/sparql", params={"query": SELECT}, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, expected)


def graphs(answer: Any) -> set[str]:
    return {row["g"]["value"] for row in answer.json()["results"]["bindings"]}


def test_the_dataset_of_the_protocol(client: TestClient) -> None:
    """The dataset of the request holds, in every way of asking, over the one of the query (section 2.1.4)."""
    both = {"default-graph-uri": [EDGES, CLOSURE], "named-graph-uri": [EDGES, RECORDS]}
    address = "/sparql?" + "&".join(f"{key}={quote(one, safe='')}" for key, some in both.items() for one in some)
    ask = f"ASK {{ ?s ekg:requires ?o . ?s rdfs:label ?l FILTER NOT EXISTS {{ GRAPH <{CLOSURE}> {{ ?a ?b ?c }} }} }}"
    ask = ask.replace("?s rdfs:label ?l", "?claim rdfs:label ?l")
    for answer in (
        client.get("/sparql", params={"query": ask, **both}),
        client.post("/sparql", data={"query": ask, **both}),
        client.post(address, content=ask, headers={"Content-Type": QUERY}),
    ):
        assert answer.json()["boolean"] is True, answer.text
    for clause in ("", f"FROM <{RECORDS}> FROM NAMED <{CLOSURE}>"):
        query = GRAPHS.replace("{", f"{clause} {{", 1)
        assert graphs(client.get("/sparql", params={"query": query, **both})) == {EDGES, RECORDS}
        assert graphs(client.post("/sparql", data={"query": query, **both})) == {EDGES, RECORDS}
        assert graphs(client.post(address, content=query, headers={"Content-Type": QUERY})) == {EDGES, RECORDS}
    assert graphs(client.get("/sparql", params={"query": GRAPHS, "default-graph-uri": EDGES})) == set()
    from_query = f"SELECT DISTINCT ?g FROM NAMED <{CLOSURE}> {{ GRAPH ?g {{ ?s ?p ?o }} }}"
    assert graphs(client.get("/sparql", params={"query": from_query})) == {CLOSURE}


def test_parameters_of_address_and_form_count_together(client: TestClient) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"

    def number(address: str, **form: str) -> int:
        answer = client.post(address, data={"query": count, **form})
        return int(answer.json()["results"]["bindings"][0]["n"]["value"])

    edges = number("/sparql", **{"default-graph-uri": EDGES})
    records = number("/sparql", **{"default-graph-uri": RECORDS})
    assert number(f"/sparql?default-graph-uri={quote(EDGES)}") == edges
    assert number(f"/sparql?default-graph-uri={quote(EDGES)}", **{"default-graph-uri": RECORDS}) == edges + records
    twice = client.post("/sparql", params={"query": ASK}, data={"query": ASK})
    assert (twice.status_code, "2 times" in twice.json()["detail"]) == (400, True)


@pytest.mark.parametrize(
    ("method", "arguments", "statuses"),
    [
        ("PUT", {"params": {"query": ASK}}, {405}),
        ("DELETE", {"params": {"query": ASK}}, {405}),
        ("PATCH", {"params": {"query": ASK}}, {405}),
        ("GET", {"params": [("query", ASK), ("query", ASK)]}, {400}),
        ("GET", {"params": {"query": ""}}, {400}),
        ("GET", {"params": {"query": "ASK { ?s ?p"}}, {400}),
        ("GET", {"params": {"query": SELECT}, "headers": {"Accept": "application/pdf"}}, {406}),
        ("GET", {"params": {"query": SELECT}, "headers": {"Accept": "text/turtle"}}, {406}),
        ("POST", {"content": "query=" + quote(ASK)}, {415}),
        ("POST", {"content": "query=" + quote(ASK), "headers": {"Content-Type": "text/plain"}}, {415}),
        ("POST", {"content": ASK, "headers": {"Content-Type": "application/json"}}, {415}),
        ("POST", {"content": ASK, "headers": {"Content-Type": "application/sparql-results+json"}}, {415}),
        ("POST", {"content": ASK, "headers": {"Content-Type": FORM}}, {400}),
        ("POST", {"content": "", "headers": {"Content-Type": QUERY}}, {400}),
        ("POST", {"content": ASK.encode("utf-16"), "headers": {"Content-Type": QUERY}}, {400}),
        ("POST", {"content": ASK, "headers": {"Content-Type": f"{QUERY}; charset=UTF-16"}}, {400}),
        ("POST", {"data": {"update": "INSERT DATA { <urn:x:a> a <urn:x:b> }"}}, {400}),
        ("GET", {"params": {"update": "INSERT DATA { <urn:x:a> a <urn:x:b> }"}}, {400}),
    ],
)
def test_errors_have_the_status_of_their_kind(
    client: TestClient, method: str, arguments: dict[str, Any], statuses: set[int]
) -> None:
    answer = client.request(method, "/sparql", **arguments)
    assert answer.status_code in statuses, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]
    if answer.status_code == 405:
        assert answer.headers["allow"] == "GET, HEAD, POST"


def test_relative_iris_need_a_base(client: TestClient) -> None:
    with_base = "BASE <http://example.org/a/> SELECT (<b> AS ?x) (<../c> AS ?y) {}"
    (row,) = client.get("/sparql", params={"query": with_base}).json()["results"]["bindings"]
    assert (row["x"]["value"], row["y"]["value"]) == ("http://example.org/a/b", "http://example.org/c")
    refused = client.get("/sparql", params={"query": "SELECT (<b> AS ?x) {}"}).json()
    assert (refused["status"], "BASE" in refused["hint"]) == (400, True)
