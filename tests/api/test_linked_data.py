"""Linked data over HTTP: IRIs lead to documents, forms are negotiated, the dataset describes itself."""

from __future__ import annotations

import json
import re
from typing import Any

import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from kg.ids import BASE
from kg_api import problems

RECORDS = (
    "/id/entity/qlora",
    "/id/claim/tar--mitigates--safeguard-removal",
    "/id/work/hu2022lora",
    "/id/evidence/tamirisa2025tar.m4jmiup6olje",
    "/id/revision/1",
)
FORMS = {
    "turtle": ("text/turtle", ox.RdfFormat.TURTLE),
    "jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
    "ntriples": ("application/n-triples", ox.RdfFormat.N_TRIPLES),
}
DOCUMENTS = (*RECORDS, "/ontology", "/ontology/schemes", "/ontology/0.1.0", "/.well-known/void")


def get(client: TestClient, address: str, accept: str | None = None) -> Any:
    """A response, redirects not followed."""
    return client.get(address, headers={} if accept is None else {"Accept": accept}, follow_redirects=False)


def read(content: bytes, format: ox.RdfFormat) -> set[str]:
    return {str(quad) for quad in ox.parse(content, format)}


@pytest.mark.parametrize("address", DOCUMENTS)
def test_every_form_is_led_to_and_says_the_same(client: TestClient, address: str) -> None:
    said = []
    for form, (media_type, format) in FORMS.items():
        led = get(client, address, media_type)
        assert led.status_code == 303
        assert led.headers["vary"] == "Accept"
        assert led.headers["location"] == f"{address}?format={form}"
        got = get(client, led.headers["location"], "image/png")
        assert got.status_code == 200
        assert got.headers["content-type"].partition(";")[0] == media_type
        assert got.headers["etag"]
        assert get(client, led.headers["location"]).content == got.content
        said.append(read(got.content, format))
    assert said[0] == said[1] == said[2]
    assert len(said[0]) > 5
    assert "_:" not in "".join(said[0])


@pytest.mark.parametrize("address", RECORDS)
def test_a_document_is_about_its_record(client: TestClient, address: str) -> None:
    triples = read(get(client, f"{address}?format=nt").content, ox.RdfFormat.N_TRIPLES)
    about = f"<{BASE}{address[1:]}> "
    assert any(line.startswith(about) for line in triples)


def test_a_claim_comes_with_belief_and_evidence(client: TestClient) -> None:
    text = get(client, f"{RECORDS[1]}?format=turtle").text
    assert "ekg:expected" in text
    assert "ekg:bearsOn claim:tar--mitigates--safeguard-removal" in text
    assert "ekg:certainty" in text
    entity = get(client, f"{RECORDS[0]}?format=turtle").text
    assert "ekg:lowers entity:memory-requirement" in entity
    assert "skos:broader entity:lora" in entity
    assert 'rdfs:label "' in entity


@pytest.mark.parametrize(
    ("accept", "location"),
    [
        (None, "/id/entity/qlora?format=turtle"),
        ("*/*", "/id/entity/qlora?format=turtle"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "/entities/qlora"),
        ("application/json", "/api/v1/entities/qlora"),
        ("application/ld+json;q=0.9, text/turtle;q=0.1", "/id/entity/qlora?format=jsonld"),
        ("application/*;q=0.5, text/turtle;q=0.4", "/id/entity/qlora?format=jsonld"),
        ("text/*", "/id/entity/qlora?format=turtle"),
        ("text/turtle;q=0, application/n-triples;q=0.001", "/id/entity/qlora?format=ntriples"),
    ],
)
def test_the_accept_header_decides(client: TestClient, accept: str | None, location: str) -> None:
    led = get(client, "/id/entity/qlora", accept)
    assert (led.status_code, led.headers["location"], led.headers["vary"]) == (303, location, "Accept")
    followed = client.get("/id/entity/qlora", headers={} if accept is None else {"Accept": accept})
    assert followed.status_code == 200


@pytest.mark.parametrize(
    ("address", "location"),
    [
        ("/id/claim/tar--mitigates--safeguard-removal", "/claims/tar--mitigates--safeguard-removal"),
        ("/id/work/hu2022lora", "/works/hu2022lora"),
        ("/id/evidence/tamirisa2025tar.m4jmiup6olje", "/evidence/tamirisa2025tar.m4jmiup6olje"),
        ("/id/evidence/E232", "/id/evidence/tamirisa2025tar.m4jmiup6olje"),
        ("/id/entity/qlora?lang=zh", "/entities/qlora?lang=zh"),
        ("/id/revision/1", "/history/1"),
        ("/id/revision/1?lang=zh", "/history/1?lang=zh"),
    ],
)
def test_a_browser_is_led_to_a_page(client: TestClient, address: str, location: str) -> None:
    led = get(client, address, "text/html")
    assert (led.status_code, led.headers["location"]) == (303, location)
    assert get(client, location, "text/html").status_code in {200, 303}


BAD = [
    ("/id/entity/qlor", 404, "qlora"),
    ("/id/claim/x--raises--y", 404, ""),
    ("/id/thing/x", 404, "the kinds are"),
    ("/id/revision/0", 404, "no revision"),
    ("/id/revision/99", 404, "no revision 99"),
    ("/id/revision/one", 404, "no revision"),
    ("/id/revision/%D9%A1", 404, "no revision"),
    ("/id/entity/qlora?format=pdf", 422, "is not a form"),
    ("/id/entity/qlora?format=ttl&format=nt", 422, "2 times"),
    ("/id/entity/qlora?known_in=2020", 422, "not a parameter"),
    ("/ontology/nothing", 404, "hazards"),
    ("/ontology/schemes/9.9.9", 404, "0.1.0"),
    ("/ontology/../pyproject", 404, ""),
    ("/api/v1/export?format=turtel", 422, "turtle"),
    ("/api/v1/export?format=nanopub&history=true", 422, "history"),
    ("/api/v1/export", 422, "format"),
]


@pytest.mark.parametrize(("address", "status", "said"), BAD)
def test_what_is_wrong_is_told(client: TestClient, address: str, status: int, said: str) -> None:
    got = get(client, address, "text/turtle")
    assert got.status_code == status
    assert got.headers["content-type"] == problems.MEDIA_TYPE
    assert said in got.text


@pytest.mark.parametrize("address", ["/api/v1/export?format=foo", "/id/entity/qlora?format=foo"])
def test_a_format_that_is_none_is_no_word_of_the_ontology_and_every_one_is_named(
    client: TestClient, address: str
) -> None:
    told = get(client, address, "application/json").json()
    assert (told["type"].rpartition("/")[2], told["where"]) == ("bad-input", "format")
    assert {"turtle", "html"} <= set(re.findall(r"[\w-]+", told["hint"]))


def test_a_client_that_takes_none_of_the_forms_is_told_which_there_are(client: TestClient) -> None:
    got = get(client, "/id/entity/qlora", "image/png, text/turtle;q=0")
    assert got.status_code == 406
    assert "application/ld+json" in got.json()["detail"]
    assert got.headers["vary"] == "Accept"


def test_the_page_of_the_ontology_has_an_anchor_for_every_term(client: TestClient) -> None:
    led = get(client, "/ontology", "text/html")
    html = client.get(led.headers["location"], headers={"Accept": "text/html"}).text
    triples = read(get(client, "/ontology?format=nt").content, ox.RdfFormat.N_TRIPLES)
    terms = {found[1] for line in triples if (found := re.match(rf"<{re.escape(BASE)}ontology#([^>]+)> ", line))}
    anchors = re.findall(r'<tr id="([^"]+)">', html)
    assert len(anchors) == len(set(anchors))
    assert set(anchors) == terms
    (embedded,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert {node["@id"] for node in json.loads(embedded)["@graph"]} >= {f"{BASE}ontology", f"{BASE}ontology/schemes"}
    assert "\u98ce\u9669" in html
    assert get(client, "/ontology?format=html&lang=zh").headers["content-language"] == "zh-Hans"


def test_the_dataset_describes_itself(client: TestClient) -> None:
    text = get(client, "/.well-known/void?format=turtle").text
    assert "a void:Dataset , dcat:Dataset" in text
    assert "void:sparqlEndpoint <http://testserver/sparql>" in text
    (total,) = map(int, re.findall(r"void:triples (\d+)", text))
    assert total > 20_000
    for address in re.findall(r"dcat:downloadURL <http://testserver([^>]+)>", text):
        assert get(client, address).status_code == 200
    other = client.get("/.well-known/void?format=turtle", headers={"Host": "kg.example.org"})
    assert "<http://kg.example.org/sparql>" in other.text
    hostile = client.get("/.well-known/void?format=turtle", headers={"Host": "a>b"})
    assert "a>b" not in hostile.text


@pytest.mark.parametrize("query", ["format=trig&known_in=2020", "format=turtle&history=true&only_work=hu2022lora"])
def test_an_export_is_that_of_the_face(client: TestClient, pack_graph: Any, query: str) -> None:
    got = get(client, f"/api/v1/export?{query}")
    options: dict[str, Any] = dict(pair.split("=") for pair in query.split("&"))
    options["history"] = options.get("history") == "true"
    assert got.text == "".join(map(str, pack_graph.pieces(**options)[2]))
    name = got.headers["content-disposition"]
    assert re.fullmatch(r'attachment; filename="evidence-kg-1\.(trig|ttl)"', name)


def test_programs_are_led_to_the_document_of_a_revision(client: TestClient) -> None:
    led = get(client, "/id/revision/1?lang=zh", "application/json")
    assert (led.status_code, led.headers["location"]) == (303, "/api/v1/revisions/1")
    assert client.get(led.headers["location"]).json()["number"] == 1


def test_another_name_of_a_record_keeps_what_was_asked(client: TestClient) -> None:
    for more in ("", "?format=turtle", "?format=html&lang=zh"):
        led = get(client, f"/id/evidence/E232{more}")
        assert led.status_code == 303
        assert led.headers["location"].startswith("/id/evidence/")
        assert led.headers["location"].partition("?")[2] == more[1:]


def test_what_is_accepted_by_nobody_is_told_like_other_errors(client: TestClient) -> None:
    problem = get(client, "/id/entity/qlora", "image/png").json()
    assert (problem["status"], problem["type"].rpartition("/")[2]) == (406, "not-acceptable")
    assert problem["title"] == problems.FRAMEWORK[406][1] != "Not Acceptable"
