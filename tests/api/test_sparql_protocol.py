"""The SPARQL endpoint by the W3C's protocol and formats; our page; generic clients against a running server."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import rdflib
from click.testing import CliRunner
from defusedxml import ElementTree
from fastapi import FastAPI
from starlette.testclient import TestClient

import kg
from kg.cli import cli
from kg.rdf import worker
from kg.rdf.competency import questions
from kg.rdf.guard import OWN_GRAPHS
from kg.rdf.service import SD
from kg_api.app import create_app
from kg_api.quota import Quota
from tests.api.serving import serving

pytestmark = pytest.mark.skipif(not worker.AVAILABLE, reason="SPARQL over HTTP needs Linux")
SELECT = "SELECT ?s ?o { ?s ekg:requires ?o } ORDER BY ?s"
ASK = "ASK { entity:lora a ekg:Technique }"
CONSTRUCT = "CONSTRUCT WHERE { ?s ekg:requires ?o }"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
EDGES, RECORDS = ("https://w3id.org/evidence-kg/graph/" + name for name in ("edges", "records"))
QUERY, FORM = "application/sparql-query", "application/x-www-form-urlencoded"
NS = {"s": "http://www.w3.org/2005/sparql-results#"}


@pytest.fixture(scope="module")
def app(pack_graph: kg.Graph) -> FastAPI:
    made = create_app(pack_graph, warm=False)
    made.state.quota = Quota(seconds=1e9)
    return made


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False, headers={"Accept-Language": "en"}) as one:
        yield one


def number(response: Any) -> int:
    return int(response.json()["results"]["bindings"][0]["n"]["value"])


def test_a_query_by_address_by_form_and_as_the_body(client: TestClient, pack_graph: kg.Graph) -> None:
    expected = pack_graph.sparql(SELECT).body
    answers = (
        client.get("/sparql", params={"query": SELECT}),
        client.post("/sparql", data={"query": SELECT}),
        client.post("/sparql", content=SELECT, headers={"Content-Type": QUERY}),
        client.post("/sparql", content=SELECT, headers={"Content-Type": QUERY + "; charset=UTF-8"}),
        client.post("/sparql", content="query=" + quote(SELECT).replace("%20", "+"), headers={"Content-Type": FORM}),
    )
    for answer in answers:
        assert (answer.status_code, answer.content) == (200, expected)
        assert answer.headers["content-type"] == "application/sparql-results+json"
        assert answer.headers["x-complete"] == "true"


def test_text_outside_ascii_arrives(client: TestClient) -> None:
    query = 'SELECT ?x { ?x skos:prefLabel "低秩适配"@zh }'
    for answer in (
        client.get("/sparql", params={"query": query}),
        client.post("/sparql", data={"query": query}),
        client.post("/sparql", content=query.encode(), headers={"Content-Type": QUERY}),
    ):
        assert answer.json()["results"]["bindings"][0]["x"]["value"].endswith("/lora")


def test_the_dataset_of_a_request(client: TestClient) -> None:
    whole = number(client.get("/sparql", params={"query": COUNT}))
    edges = number(client.get("/sparql", params={"query": COUNT, "default-graph-uri": EDGES}))
    both = number(client.get("/sparql", params={"query": COUNT, "default-graph-uri": [EDGES, RECORDS]}))
    assert 0 < edges < both < whole
    assert number(client.post("/sparql", data={"query": COUNT, "default-graph-uri": EDGES})) == edges
    direct = f"/sparql?{urlencode({'default-graph-uri': EDGES})}"
    assert number(client.post(direct, content=COUNT, headers={"Content-Type": QUERY})) == edges
    other = "SELECT (COUNT(*) AS ?n) FROM graph:records { ?s ?p ?o }"
    assert number(client.get("/sparql", params={"query": other, "default-graph-uri": EDGES})) == edges
    graphs = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    answer = client.get("/sparql", params={"query": graphs, "named-graph-uri": [EDGES, RECORDS]})
    assert {row["g"]["value"] for row in answer.json()["results"]["bindings"]} == {EDGES, RECORDS}
    assert number(client.get("/sparql", params={"query": COUNT, "named-graph-uri": EDGES})) == 0
    for name in ("default-graph-uri", "named-graph-uri"):
        answer = client.get("/sparql", params={"query": COUNT, name: "http://example.org/"})
        assert (answer.status_code, answer.json()["where"]) == (400, name)


@pytest.mark.parametrize(
    ("method", "arguments", "status", "said"),
    [
        ("get", {"params": {"query": "SELECT"}}, 400, "this is not SPARQL"),
        ("get", {"params": {"query": "nonsense"}}, 400, "SELECT, ASK, CONSTRUCT or DESCRIBE was expected"),
        ("get", {"params": {"query": "CLEAR ALL"}}, 400, "only reads"),
        ("get", {"params": [("query", ASK), ("query", SELECT)]}, 400, "query is given 2 times"),
        ("get", {"params": {"query": ASK, "update": "DROP ALL"}}, 400, "update is not taken"),
        ("get", {"params": {"update": "DROP ALL"}}, 400, "update is not taken"),
        ("get", {"params": {"query": ASK, "using-graph-uri": EDGES}}, 400, "belongs to updates"),
        ("get", {"params": {"query": ASK, "format": "png"}}, 400, "'png' is not a format for ASK"),
        ("get", {"params": {"query": SELECT, "format": "turtle"}}, 400, "use json, xml, csv, tsv"),
        ("get", {"params": {"example": "nothing-like-it"}}, 404, "there is no question named"),
        ("post", {"data": {"update": "DROP ALL"}}, 400, "update is not taken"),
        ("post", {"content": "DROP ALL", "headers": {"Content-Type": "application/sparql-update"}}, 400, "only reads"),
        ("post", {"data": {}}, 415, "application/sparql-query"),
        ("post", {"data": {"x": "y"}}, 400, "no query is given"),
        ("post", {"content": ASK, "headers": {"Content-Type": "text/plain"}}, 415, "application/sparql-query"),
        ("post", {"content": ASK, "headers": {"Content-Type": QUERY + "; charset=utf-16"}}, 400, "'utf-16'"),
        ("post", {"content": b"ASK { ?s ?p '\xff' }", "headers": {"Content-Type": QUERY}}, 400, "not UTF-8"),
        ("post", {"content": b"query=%FF", "headers": {"Content-Type": FORM}}, 400, "not UTF-8"),
        ("post", {"content": b"a=1&" * 100, "headers": {"Content-Type": FORM}}, 400, "more than 64 parameters"),
        ("post", {"content": "x" * 2_000_000, "headers": {"Content-Type": QUERY}}, 413, "at most"),
        ("put", {"content": ASK}, 405, ""),
        ("delete", {}, 405, ""),
    ],
)
def test_what_is_refused(client: TestClient, method: str, arguments: dict[str, Any], status: int, said: str) -> None:
    answer = client.request(method, "/sparql", **arguments)
    problem = answer.json()
    assert (answer.status_code, problem["status"]) == (status, status), problem
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in problem["detail"] + problem.get("hint", "")


def test_parameters_of_other_servers_are_left_alone(client: TestClient) -> None:
    given = {"query": ASK, "output": "json", "results": "json", "timeout": "3", "debug": "on"}
    assert client.get("/sparql", params=given).json()["boolean"] is True


@pytest.mark.parametrize(
    ("query", "accept", "expected"),
    [
        (SELECT, "*/*", "application/sparql-results+json"),
        (SELECT, "application/json", "application/sparql-results+json"),
        (SELECT, "application/sparql-results+xml", "application/sparql-results+xml"),
        (SELECT, "application/xml;q=0.9, text/csv;q=0.5", "application/sparql-results+xml"),
        (SELECT, "text/csv", "text/csv; charset=utf-8"),
        (SELECT, "text/*", "text/csv; charset=utf-8"),
        (SELECT, "text/tab-separated-values, text/csv;q=0.9", "text/tab-separated-values; charset=utf-8"),
        (SELECT, "text/turtle, */*;q=0.1", "application/sparql-results+json"),
        (ASK, "text/xml", "application/sparql-results+xml"),
        (CONSTRUCT, "*/*", "text/turtle; charset=utf-8"),
        (CONSTRUCT, "application/n-triples", "application/n-triples"),
        (CONSTRUCT, "application/ld+json", "application/ld+json"),
        (CONSTRUCT, "application/json", "application/ld+json"),
        (CONSTRUCT, "application/rdf+xml, text/turtle;q=0.5", "application/rdf+xml"),
    ],
)
def test_the_format_that_is_accepted(client: TestClient, query: str, accept: str, expected: str) -> None:
    answer = client.get("/sparql", params={"query": query}, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, expected)
    assert "Accept" in answer.headers["vary"].split(", ")


@pytest.mark.parametrize(("query", "accept"), [(SELECT, "image/png"), (ASK, "text/csv"), (CONSTRUCT, "text/csv")])
def test_formats_that_there_are_not(client: TestClient, query: str, accept: str) -> None:
    answer = client.get("/sparql", params={"query": query}, headers={"Accept": accept})
    assert answer.status_code == 406
    assert "this comes as" in answer.json()["detail"]


def test_a_format_by_name_wins_over_what_is_accepted(client: TestClient) -> None:
    answer = client.get("/sparql", params={"query": SELECT, "format": "csv"}, headers={"Accept": "text/html"})
    head, *rows = csv.reader(io.StringIO(answer.text))
    assert (head, len(rows)) == (["s", "o"], 4)
    assert answer.text.endswith("\r\n")


def test_xml_is_that_of_the_standard(client: TestClient) -> None:
    select = ElementTree.fromstring(client.get("/sparql", params={"query": SELECT, "format": "xml"}).content)
    assert [one.get("name") for one in select.findall("s:head/s:variable", NS)] == ["s", "o"]
    assert len(select.findall("s:results/s:result", NS)) == 4
    assert select.find("s:results/s:result/s:binding[@name='o']/s:uri", NS) is not None
    ask = ElementTree.fromstring(client.get("/sparql", params={"query": ASK, "format": "xml"}).content)
    assert [one.text for one in ask.findall("s:boolean", NS)] == ["true"]


def test_what_a_limit_cuts_is_told(client: TestClient) -> None:
    answer = client.get("/sparql", params={"query": "SELECT * { ?a ?b ?c }"})
    assert (answer.headers["x-complete"], answer.headers["x-limits"]) == ("false", "rows")
    document = answer.json()
    assert len(document["results"]["bindings"]) == 10_000
    assert document["head"]["link"] == ["https://w3id.org/evidence-kg/problem/incomplete#rows"]
    answer = client.get("/sparql", params={"query": "CONSTRUCT WHERE { ?a ?b ?c }", "format": "ntriples"})
    assert (answer.headers["x-complete"], answer.text.count("\n")) == ("false", 10_000)


def test_tags_head_and_compression(client: TestClient) -> None:
    first = client.get("/sparql", params={"query": "SELECT * { ?s ekg:raises ?o }"})
    assert first.headers["content-encoding"] == "gzip"
    tag = first.headers["etag"]
    for known, status in ((f'"x", {tag}', 304), ("*", 304), (tag.removeprefix("W/"), 304), (f"x{tag}x", 200)):
        seen = {"If-None-Match": known}
        again = client.get("/sparql", params={"query": "SELECT * { ?s ekg:raises ?o }"}, headers=seen)
        assert (again.status_code, again.content == b"") == (status, status == 304), known
    other = client.get("/sparql", params={"query": "SELECT * { ?s ekg:raises ?o }"}, headers={"Accept": "text/csv"})
    assert other.headers["etag"] != tag
    moving = client.get("/sparql", params={"query": "SELECT (NOW() AS ?now) {}"})
    assert (moving.headers["cache-control"], "etag" in moving.headers) == ("no-store", False)
    head = client.head("/sparql", params={"query": ASK})
    assert (head.status_code, head.content) == (200, b"")


def test_every_answer_wears_the_shield(client: TestClient) -> None:
    for answer in (client.get("/sparql"), client.get("/sparql?query=x"), client.post("/sparql", data={"query": ASK})):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("accept", "format"),
    [("*/*", "turtle"), ("text/turtle", "turtle"), ("application/n-triples", "nt"), ("application/rdf+xml", "xml")],
)
def test_the_service_describes_itself(client: TestClient, accept: str, format: str) -> None:
    answer = client.get("/sparql", headers={"Accept": accept})
    described = rdflib.Graph()
    described.parse(data=answer.content, format=format)
    sd = rdflib.Namespace(SD)
    (service,) = described.subjects(rdflib.RDF.type, sd.Service)
    assert str(described.value(service, sd.endpoint)) == str(service) == "http://testserver/sparql"
    assert (service, sd.supportedLanguage, sd.SPARQL11Query) in described
    assert sd.BasicFederatedQuery not in set(described.objects(service, sd.feature))
    assert {str(name) for name in described.objects(None, sd.name)} == set(OWN_GRAPHS)
    assert len(set(described.objects(service, sd.resultFormat))) == 8
    assert not [node for triple in described for node in triple if isinstance(node, rdflib.BNode)]


def test_the_address_of_the_description_is_an_iri(client: TestClient) -> None:
    assert client.get("/sparql", headers={"Accept": "image/png"}).status_code == 406
    for host in ('x"><script>', "x y", "[", "x:99999999"):
        answer = client.get("/sparql", headers={"Host": host})
        assert answer.status_code in {200, 400}
        assert "<script>" not in answer.text
        if answer.status_code == 200:
            rdflib.Graph().parse(data=answer.content, format="turtle")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_lists_every_question(client: TestClient, lang: str) -> None:
    answer = client.get("/sparql", params={"lang": lang}, headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    for one in questions().values():
        assert f"/sparql?example={one.name}&amp;lang={lang}" in answer.text
        assert (one.question.get(lang) or "").replace("'", "&#39;") in answer.text
    assert "<script>" not in answer.text
    assert " style=" not in answer.text


def test_the_page_answers_without_script(client: TestClient) -> None:
    page = client.get("/sparql?example=raises-directly&lang=zh", headers={"Accept": "text/html"}).text
    assert 'href="/?entity=adversarial-suffixes&amp;lang=zh"' in page
    assert "对抗后缀" in page
    assert 'id="drawn"' in page
    assert 'href="/sparql?example=raises-directly&amp;format=csv"' in page
    page = client.post("/sparql", data={"query": ASK, "lang": "en"}, headers={"Accept": "text/html"}).text
    assert '<p class="verdict">Yes</p>' in page
    page = client.get("/sparql", params={"query": CONSTRUCT}, headers={"Accept": "text/html"}).text
    assert "format=turtle" in page
    assert "Compute governance" in page


def test_a_fault_is_shown_beside_the_query(client: TestClient) -> None:
    query = "ASK { ?s ?p '</textarea><script>alert(1)</script>"
    answer = client.get("/sparql", params={"query": query}, headers={"Accept": "text/html"})
    assert answer.status_code == 400
    assert answer.text.count("<script>") == 0
    assert "&lt;/textarea&gt;&lt;script&gt;" in answer.text
    assert 'role="alert"' in answer.text


def test_nothing_in_a_result_runs(client: TestClient) -> None:
    query = """SELECT ("<img src=x onerror=alert(1)>" AS ?a) (<javascript:alert(1)> AS ?b) ("</script>" AS ?c) {}"""
    page = client.get("/sparql", params={"query": query}, headers={"Accept": "text/html"}).text
    assert "<img" not in page
    assert 'href="javascript' not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_where_fork_is_missing_it_says_so(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "AVAILABLE", False)
    answer = client.get("/sparql", params={"query": ASK + " # never asked before"})
    assert answer.status_code == 503
    assert "SPARQL over HTTP is off here" in answer.json()["detail"]
    assert client.get("/sparql").status_code == 200


@pytest.fixture(scope="module")
def site(app: FastAPI) -> Iterator[str]:
    with serving(app) as address:
        yield address


def test_sparqlwrapper_asks_in_every_form(site: str, pack_graph: kg.Graph) -> None:
    wrapper_room = pytest.importorskip("SPARQLWrapper", reason="SPARQLWrapper is not installed (extra `dev`)")
    for method in (wrapper_room.GET, wrapper_room.POST):
        wrapper = wrapper_room.SPARQLWrapper(f"{site}/sparql")
        wrapper.setMethod(method)
        wrapper.setReturnFormat(wrapper_room.JSON)
        wrapper.setQuery("PREFIX ekg: <https://w3id.org/evidence-kg/ontology#>\n" + SELECT)
        assert wrapper.query().convert() == pack_graph.sparql(SELECT).document
        wrapper.addDefaultGraph(EDGES)
        assert len(wrapper.queryAndConvert()["results"]["bindings"]) == 4
        wrapper.setQuery(ASK)
        wrapper.clearParameter("default-graph-uri")
        assert wrapper.queryAndConvert()["boolean"] is True
    wrapper = wrapper_room.SPARQLWrapper(f"{site}/sparql")
    wrapper.setQuery(SELECT)
    assert len(wrapper.queryAndConvert().getElementsByTagName("result")) == 4
    for format in (wrapper_room.CSV, wrapper_room.TSV):
        wrapper.setReturnFormat(format)
        assert wrapper.queryAndConvert().count(b"\n") == 5
    wrapper.setQuery(CONSTRUCT)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        for format in (wrapper_room.XML, wrapper_room.RDFXML, wrapper_room.JSONLD):
            wrapper.setReturnFormat(format)
            assert len(wrapper.queryAndConvert()) == 4, format
    wrapper.setReturnFormat(wrapper_room.TURTLE)
    assert len(rdflib.Graph().parse(data=wrapper.queryAndConvert(), format="turtle")) == 4
    wrapper.setReturnFormat(wrapper_room.JSON)
    wrapper.setQuery("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }")
    with pytest.raises(wrapper_room.SPARQLExceptions.QueryBadFormed, match="opens no connections"):
        wrapper.query()


def test_rdflib_asks_as_a_client(site: str, pack_graph: kg.Graph) -> None:
    store = rdflib.plugin.get("SPARQLStore", rdflib.store.Store)(f"{site}/sparql")
    found = list(rdflib.Graph(store=store).query(SELECT))
    assert [str(row[0]) for row in found] == [row["s"] for row in pack_graph.sparql(SELECT).rows]


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_curl_asks(site: str, pack_graph: kg.Graph) -> None:
    def curl(*words: str) -> bytes:
        return subprocess.run(["curl", "-sS", "-f", *words], check=True, capture_output=True, timeout=60).stdout

    address = f"{site}/sparql"
    expected = pack_graph.sparql(SELECT).body
    assert curl("-G", address, "--data-urlencode", f"query={SELECT}") == expected
    assert curl(address, "--data-urlencode", f"query={SELECT}") == expected
    assert curl(address, "-H", f"Content-Type: {QUERY}", "--data-binary", SELECT) == expected
    assert curl(address, "--data", f"query={quote(ASK)}", "-H", "Accept: text/xml").endswith(b"</sparql>\n")
    assert b"sd:Service" in curl(address)


def test_three_doors_give_the_same_bytes(client: TestClient, pack_graph: kg.Graph, tmp_path: Any) -> None:
    written = tmp_path / "query.rq"
    written.write_text(questions()["signed-map"].text, encoding="utf-8")

    def said(*words: str) -> Any:
        made = CliRunner().invoke(cli, ["--database", f"sqlite:///{tmp_path}/record.db", "sparql", *words])
        assert made.exit_code == 0, made.output
        return made

    for name, given, format in (
        ("requirements", "requirements", "json"),
        ("is-there-a-route", questions()["is-there-a-route"].text, "json"),
        ("signed-map", str(written), "turtle"),
    ):
        python = pack_graph.sparql(questions()[name].text)
        assert client.get("/sparql", params={"example": name}).content == python.body, name
        assert said(given, "--format", format).stdout.rstrip("\n") == python.text.rstrip("\n"), name
    assert "rows: 9" in said("coverage-by-type").stdout
    cut = said("SELECT * { ?s ?p ?o }", "--rows", "2", "--format", "csv")
    assert (cut.stdout.count("\n"), "not complete" in cut.stderr) == (3, True)


def test_the_command_line_says_what_is_wrong(tmp_path: Any) -> None:
    words = ["--database", f"sqlite:///{tmp_path}/record.db", "sparql"]
    for given, expected in (
        ([], "no query is given"),
        (["raises-direct"], "did you mean raises-directly"),
        (["SELECT * { ?s ?p"], "this is not SPARQL"),
        (["ASK { SERVICE <http://x.org/> {} }"], "opens no connections"),
    ):
        made = CliRunner().invoke(cli, [*words, *given])
        assert expected in str(made.exception), given
