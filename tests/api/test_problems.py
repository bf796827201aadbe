"""Errors: one shape for all, the right status, and nothing in them that is not the reader's business."""

from __future__ import annotations

import ast
import re
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

import kg
from kg import errors
from kg_api import problems, shapes
from kg_api.app import create_app
from kg_api.http_words import COMMANDS, in_http
from tests.arch.sources import modules

LEAKS = re.compile(r"Traceback|File \"|\.py\b|site-packages|SELECT |sqlite|/tmp/|/var/|\d+\.\d+\.\d+", re.IGNORECASE)
BAD: list[tuple[str, int, dict[str, Any]]] = [
    ("/api/v1/paths?source=qlora", 422, {"where": "target", "type": "bad-input"}),
    ("/api/v1/paths?source=qlora&target=", 422, {"where": "target"}),
    ("/api/v1/paths?source=qlra&target=malicious-use", 404, {"type": "not-found", "near": "qlora"}),
    ("/api/v1/paths?source=qlora&target=qlora", 422, {"where": "target"}),
    ("/api/v1/paths?source=qlora&target=tar&k=0", 422, {"where": "k"}),
    ("/api/v1/paths?source=qlora&target=tar&k=5&k=6", 422, {"where": "k"}),
    ("/api/v1/paths?source=qlora&target=tar&k=99999999999999999999", 422, {"where": "k"}),
    ("/api/v1/paths?source=qlora&target=tar&sign=x", 422, {"where": "sign"}),
    ("/api/v1/raises?max_link=3", 422, {"where": "max_link", "near": "max_links"}),
    (
        "/api/v1/raises?target=misuse",
        422,
        {"near": "risk", "hint": "it takes risk, technique, max_links"},
    ),
    ("/api/v1/works?sort=items", 422, {"where": "sort", "near": None, "hint": "it takes status, year, limit, after"}),
    ("/api/v1/works/nope", 404, {"near": None}),
    ("/api/v1/raises?relation=rases", 422, {"type": "unknown-term", "where": "relation", "near": "raises"}),
    ("/api/v1/raises?risk=malicious-use&study_kind=nope", 422, {"type": "unknown-term", "where": "study_kind"}),
    ("/api/v1/raises?min_strength=nope", 422, {"type": "unknown-term", "where": "min_strength"}),
    ("/api/v1/entities?type=nope", 422, {"type": "unknown-term", "where": "type"}),
    ("/api/v1/claims?relation=nope", 422, {"type": "unknown-term", "where": "relation"}),
    ("/api/v1/works?status=nope", 422, {"type": "unknown-term", "where": "status"}),
    ("/api/v1/evidence?stance=nope", 422, {"type": "unknown-term", "where": "stance"}),
    ("/api/v1/robustness?rows=nope", 422, {"type": "unknown-term", "where": "rows"}),
    ("/api/v1/diff?from=0&to=1&cols=nope", 422, {"type": "unknown-term", "where": "cols"}),
    ("/api/v1/diff?from=1&to=999", 404, {"where": "to"}),
    ("/api/v1/diff?from=999&to=1", 404, {"where": "from"}),
    ("/api/v1/diff?from=1&to=2999-01-01", 422, {"where": "to"}),
    ("/api/v1/diff?from=1&without_work=nope", 404, {"where": "without_work"}),
    ("/api/v1/raises?known_in=soon", 422, {"where": "known_in"}),
    ("/api/v1/raises?as_of=yesterday", 422, {"type": "bad-identifier", "where": "as_of"}),
    ("/api/v1/raises?as_of=99", 404, {"where": "as_of"}),
    ("/api/v1/raises?without_work=nobody", 404, {}),
    ("/api/v1/raises?lang=fr", 422, {"where": "lang"}),
    ("/api/v1/raises?narrower=perhaps", 422, {"where": "narrower"}),
    ("/api/v1/matrix?rows=Risks", 422, {"type": "unknown-term", "where": "rows", "near": "Risk"}),
    ("/api/v1/matrix?cols=nope", 422, {"type": "unknown-term", "where": "cols"}),
    ("/api/v1/impact?entity=qlora&direction=up", 422, {"where": "direction"}),
    ("/api/v1/impact?entity=nope", 404, {"where": "entity"}),
    ("/api/v1/impact?entity=qlora&block=nope", 404, {"where": "block"}),
    ("/api/v1/raises?risk=nonsense", 404, {"where": "risk"}),
    ("/api/v1/raises?technique=nonsense", 404, {"where": "technique"}),
    ("/api/v1/raises?without_work=nope", 404, {"where": "without_work"}),
    ("/api/v1/raises?only_work=nope", 404, {"where": "only_work"}),
    ("/api/v1/paths?source=nope&target=qlora", 404, {"where": "source"}),
    ("/api/v1/paths?source=qlora&target=nope", 404, {"where": "target"}),
    ("/api/v1/robustness?source=qlora&target=nope", 404, {"where": "target"}),
    ("/api/v1/robustness?source=nope", 404, {"where": "source"}),
    ("/api/v1/cut?target=nope", 404, {"where": "target"}),
    ("/api/v1/cut?target=malicious-use&source=nope", 404, {"where": "source"}),
    ("/api/v1/entities?broader=nope", 404, {"where": "broader"}),
    ("/api/v1/claims?subject=nope", 404, {"where": "subject"}),
    ("/api/v1/claims?object=nope", 404, {"where": "object"}),
    ("/api/v1/claims?work=nope", 404, {"where": "work"}),
    ("/api/v1/evidence?claim=nope", 404, {"where": "claim"}),
    ("/api/v1/export?format=bibtex&works=nope", 404, {"where": "works"}),
    ("/api/v1/search?q=", 422, {"where": "q"}),
    ("/api/v1/search?q=" + "a" * 501, 422, {}),
    ("/api/v1/entities/nobody", 404, {"type": "not-found"}),
    ("/api/v1/entities/%00", 422, {}),
    ("/api/v1/claims/tar--mitigates--safeguard-remova", 404, {"near": "tar--mitigates--safeguard-removal"}),
    ("/api/v1/claims/tarr--mitigates--safeguard-remova", 404, {"near": "tar--mitigates--safeguard-removal"}),
    ("/api/v1/claims/qlor--raises--nothing", 404, {"near": "qlora--lowers--memory-requirement"}),
    ("/api/v1/claims/nope", 404, {"near": "downloadable-access--enables--fine-tuning"}),
    ("/api/v1/entities?limit=201", 422, {"where": "limit"}),
    ("/api/v1/works/%ED%A0%80", 404, {}),
    ("/api/v1/scene?hops=9", 422, {"where": "hops"}),
    ("/api/v1/scene?focus=nobody", 404, {"where": "focus"}),
    ("/api/v1/dossiers/nothing/x", 422, {"where": "kind"}),
    ("/api/v1/nothing", 404, {"type": "no-such-address"}),
    ("/healthz?x=1", 422, {"where": "x"}),
    ("/static/x/y.js", 404, {}),
]


def checked(response: Any, status: int) -> dict[str, Any]:
    """The problem document of a response, once its shape and its silence are checked."""
    assert response.status_code == status
    assert response.headers["content-type"] == problems.MEDIA_TYPE
    assert response.headers["cache-control"] == "no-store"
    problem: dict[str, Any] = response.json()
    shapes.Problem.model_validate(problem, strict=True)
    assert problem["status"] == status
    silent = re.compile(
        r"Traceback|File \"|\.py\b|site-packages|SELECT |sqlite|/tmp/|/home/|\d+\.\d+\.\d+", re.IGNORECASE
    )
    assert not silent.search(response.text), response.text
    return problem


@pytest.mark.parametrize(("address", "status", "expected"), BAD, ids=[address[:60] for address, *_ in BAD])
def test_bad_input_is_a_problem_document(
    client: TestClient, address: str, status: int, expected: dict[str, Any]
) -> None:
    problem = checked(client.get(address), status)
    if "type" in expected:
        assert problem["type"] == f"https://w3id.org/evidence-kg/problem/{expected['type']}"
    if "where" in expected:
        assert problem["where"] == expected["where"]
    if "near" in expected:
        assert expected["near"] in problem.get("near", [None])
    assert problem.get("hint", "").startswith(expected.get("hint", ""))


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("drop_work", "nope"),
        ("drop_claim", "nope--raises--nope"),
        ("drop_entity", "nope"),
        ("drop_evidence", "nope.x"),
        ("set", "nope.x stance=disputes"),
        ("mark", "nope=corrected"),
        ("retract", "nope"),
        ("add", "nope raises malicious-use 0.5"),
        ("source", "nope"),
        ("target", "nope"),
    ],
)
def test_what_a_scenario_names_in_vain_is_its_part(client: TestClient, part: str, value: str) -> None:
    body = {"source": "qlora", "target": "malicious-use"}
    asked = {**body, part: value if part in body else [value]}
    assert checked(client.post("/api/v1/what-if", json=asked), 404)["where"] == part


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("set", "kumar2024finetuning.1 stance=nope"),
        ("set", "kumar2024finetuning.1 strength=nope"),
        ("mark", "hu2022lora=nope"),
        ("add", "qlora nope malicious-use 1.0"),
        ("add", "qlora mitigates malicious-use 1.0"),
    ],
)
def test_what_the_ontology_refuses_of_a_scenario_is_its_part(client: TestClient, part: str, value: str) -> None:
    asked = {"source": "qlora", "target": "malicious-use", part: [value]}
    assert checked(client.post("/api/v1/what-if", json=asked), 422)["where"] == part


def test_the_example_of_a_supposed_claim_runs(client: TestClient) -> None:
    asked = {"source": "qlora", "target": "malicious-use"}
    refused = checked(client.post("/api/v1/what-if", json={**asked, "add": ["lora"]}), 422)
    (example,) = re.findall("'(.*)'", refused["hint"])
    assert client.post("/api/v1/what-if", json={**asked, "add": [example]}).status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_reading_addresses_take_no_other_method(client: TestClient, method: str) -> None:
    got = client.request(method, "/api/v1/raises")
    checked(got, 405)
    assert got.headers["allow"] == "GET, HEAD"


def test_all_methods_of_an_address_are_told(client: TestClient) -> None:
    assert client.put("/api/v1/what-if").headers["allow"] == "GET, HEAD, POST"
    assert client.get("/api/v1/receipts").headers["allow"] == "POST"
    assert client.put("/sparql").headers["allow"] == "GET, HEAD, POST"


def test_what_the_framework_found_is_said_in_our_words(client: TestClient) -> None:
    assert checked(client.get("/api/v1/search?q="), 422)["detail"] == "q is empty"
    assert checked(client.get("/api/v1/search"), 422)["detail"] == "q is missing"


def hints() -> list[str]:
    """Every remedy that the library writes, `x` where something is filled in."""
    found: list[str] = []

    def said(node: ast.AST) -> None:
        if isinstance(node, ast.JoinedStr):
            found.append("".join(str(one.value) if isinstance(one, ast.Constant) else "x" for one in node.values))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append(node.value)
        else:
            for below in ast.iter_child_nodes(node):
                said(below)

    for module in modules():
        for node in ast.walk(module.tree):
            if module.name.startswith("kg.") and isinstance(node, ast.keyword) and node.arg == "hint":
                said(node.value)
    return found


def test_remedies_name_addresses_instead_of_commands() -> None:
    written = hints()
    assert len(written) > 100
    assert any("`kg " in one for one in written)
    for one in written:
        said = in_http(one)
        assert said is None or not re.search(r"`kg |\bkg [a-z]+ --|--[a-z]", said), one
    assert in_http("`kg search` finds ids by words; `kg list works` shows them all") == (
        "`GET /api/v1/search?q=` finds ids by words; `GET /api/v1/works` shows them all"
    )


def test_remedies_over_http_lead_somewhere(client: TestClient) -> None:
    known = client.app.openapi()["paths"]  # type: ignore[attr-defined]
    for said in COMMANDS.values():
        method, address = said.split(" ")
        assert method.lower() in known[address.partition("?")[0]], said
    problem = checked(client.get("/api/v1/entities/nobody-at-all"), 404)
    assert "/api/v1/search" in problem["hint"]
    assert "kg " not in problem["hint"]


def subclasses(kind: type[Exception]) -> list[type[Exception]]:
    """A class and all below it."""
    return [kind, *(found for below in kind.__subclasses__() for found in subclasses(below))]


EVERY = [kind for kind in subclasses(errors.KgError) if kind.__module__.startswith("kg.")]
STATUS = {
    "Conflict": 409,
    "Forbidden": 403,
    "NotFound": 404,
    "Upstream": 502,
    "StoreError": 503,
    "KgError": 500,
}


@pytest.fixture(scope="module")
def failing(pack_graph: kg.Graph) -> tuple[TestClient, list[Exception]]:
    """A client of an application of which one address raises what was last put into the list."""
    app, raised = create_app(pack_graph, warm=False), list[Exception]()

    def fail() -> None:
        raise raised.pop()

    app.add_api_route("/api/v1/fail", fail)
    return TestClient(app, raise_server_exceptions=False), raised


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.__name__)
def test_every_error_of_ours_has_its_status(
    failing: tuple[TestClient, list[Exception]], kind: type[errors.KgError]
) -> None:
    text = "the database sqlite:////var/lib/x.db said: SELECT 1" if issubclass(kind, errors.StoreError) else "no"
    above = [one.__name__ for one in kind.__mro__ if one is not errors.KgError]
    expected = next((STATUS[name] for name in above if name in STATUS), None)
    if expected is None:
        expected = 422 if issubclass(kind, errors.InputError) else 500
    client, raised = failing
    raised.append(kind(text, source="s") if kind is errors.ParseFailure else kind(text))
    got = client.get("/api/v1/fail")
    checked(got, expected)
    assert ("retry-after" in got.headers) is (expected == 503)


def test_too_little_memory_is_told_as_that(
    failing: tuple[TestClient, list[Exception]], caplog: pytest.LogCaptureFixture
) -> None:
    client, raised = failing
    raised.append(MemoryError())
    got = client.get("/api/v1/fail")
    assert checked(got, 503)["type"].endswith("problem/no-memory")
    assert "retry-after" in got.headers
    assert "memory ran out" in caplog.text


def test_what_nobody_expected_is_told_by_its_request_id_alone(pack_graph: kg.Graph) -> None:
    app = create_app(pack_graph, warm=False)

    def fail() -> None:
        raise ZeroDivisionError("secret words")

    app.add_api_route("/api/v1/fail", fail)
    app.add_api_route("/fail", fail)
    client = TestClient(app, raise_server_exceptions=False)
    got = client.get("/api/v1/fail", headers={"X-Request-Id": "abcdef-123456"})
    problem = checked(got, 500)
    assert "abcdef-123456" in problem["detail"]
    assert "secret" not in got.text
    page = client.get("/fail", headers={"Accept": "text/html"})
    assert page.status_code == 500
    assert "content-security-policy" in page.headers
    assert "secret" not in page.text


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_browsers_get_a_page(client: TestClient, lang: str) -> None:
    for address in ("/?claim=nobody", "/nowhere", "/?known_in=soon", "/?lang=fr"):
        got = client.get(address, headers={"Accept": "text/html,*/*;q=0.8", "Accept-Language": lang})
        assert got.status_code in {404, 422}
        assert got.headers["content-type"].startswith("text/html")
        assert "<h1>" in got.text
        assert "Traceback" not in got.text


def test_programs_get_problems_from_pages_too(client: TestClient) -> None:
    checked(client.get("/?claim=nobody", headers={"Accept": "application/json"}), 404)


def test_a_record_that_cannot_be_read_is_not_ready(
    app: FastAPI, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/readyz").json() == {"status": "ready", "revision": app.state.graph.revision}

    def broken() -> None:
        raise errors.StoreError("cannot open /var/lib/x.db")

    assert client.get("/api/v1/raises").status_code == 200
    monkeypatch.setattr(app.state.graph.store, "number", broken)
    monkeypatch.setattr(app.state.graph.store, "number_at_once", lambda: None)
    checked(client.get("/readyz"), 503)
    checked(client.get("/api/v1/raises"), 503)
    assert client.get("/healthz").json() == {"status": "ok"}
