"""Comparisons over HTTP: a scenario as an address and as a body, retraction as a preview only."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient

import kg
from kg.model import canonical
from kg_api import probe_shapes
from tests.api.writers import place

RISK = "malicious-use-by-non-state-actors"
BODY: dict[str, Any] = {
    "source": "qlora",
    "target": RISK,
    "k": 3,
    "drop_work": ["dettmers2023qlora"],
    "add": f"qlora lowers {RISK} 0.3",
    "min_strength": "moderate",
    "narrower": True,
    "scenario": {"drop_claim": ["lora--lowers--fine-tuning-cost"]},
    "under": {"known_in": 2024},
    "rows": None,
}


def test_a_body_says_all_that_the_face_takes(client: TestClient, pack_graph: kg.Graph) -> None:
    got = client.post("/api/v1/what-if", json=BODY)
    assert got.status_code == 200, got.text
    assert got.content == pack_graph.what_if(**BODY).json()
    assert got.headers["cache-control"] == "no-store"
    probe_shapes.WhatIf.model_validate_json(got.content, strict=True)


def test_a_scenario_is_shared_by_its_address(client: TestClient) -> None:
    posted = client.post("/api/v1/what-if", json=BODY).json()
    shared = {"source": "qlora", "target": RISK, "k": "3", "min_strength": "moderate", "narrower": "true"}
    got = client.get("/api/v1/what-if", params={**shared, "scenario": canonical(posted["question"]["scenario"])})
    assert got.json() == posted


def test_a_scenario_that_names_what_is_gone_is_answered(client: TestClient) -> None:
    params = {"source": "qlora", "target": RISK, "scenario": '{"drop_work":["nobody1999"]}'}
    got = client.get("/api/v1/what-if", params=params)
    assert got.status_code == 200
    assert "nobody1999" in got.json()["note"]
    assert got.json()["changes"] == []


@pytest.mark.parametrize(
    ("raw", "status", "said"),
    [
        (b"{", 422, "not JSON"),
        (b"[]", 422, "JSON object"),
        (b'{"k": NaN}', 422, "not JSON"),
        (b'{"k": 1.5}', 422, "k"),
        (b'{"source": ["qlora"]}', 422, "source"),
        (b'{"source": 5}', 404, "5"),
        (b'{"drop_work": [1]}', 422, "drop_work"),
        (b'{"drop_work": "nobody"}', 404, "nobody"),
        (b'{"without_work": {"a": 1}}', 422, "without_work"),
        (b'{"scenario": {"drop_work": {"a": 1}}}', 422, "drop_work"),
        (b'{"scenario": {"under": {"study_kind": 5}}}', 422, "under.study_kind"),
        (b'{"scenario": {"mood": "bad"}}', 422, "no such part"),
        (b'{"scenario": "{"}', 422, "not JSON"),
        (b'{"mood": "bad"}', 422, "is not a parameter of `what_if`"),
        (b'{"lang": "zh"}', 422, "lang"),
        (b"[" * 3000, 422, "not JSON"),
        (b'"\xff"', 422, "not JSON"),
    ],
)
def test_a_body_of_no_use_is_told(client: TestClient, raw: bytes, status: int, said: str) -> None:
    got = client.post("/api/v1/what-if", content=raw, headers={"Content-Type": "application/json"})
    assert got.status_code == status, got.text
    assert got.headers["content-type"] == "application/problem+json"
    assert said in got.text


def test_a_body_of_another_kind_is_not_taken(client: TestClient) -> None:
    for sent in ({"Content-Type": "text/plain"}, {}, {"Content-Type": "application/json", "Content-Encoding": "gzip"}):
        got = client.post("/api/v1/what-if", content=b"{}", headers=sent)
        assert got.status_code == 415, sent
        assert got.headers["content-type"] == "application/problem+json"
    assert got.headers["accept-encoding"] == "identity"
    latin = {"Content-Type": "application/json; charset=latin-1"}
    assert client.post("/api/v1/what-if", content=b"{}", headers=latin).status_code == 415
    utf8 = {"Content-Type": 'Application/JSON; charset="UTF-8"'}
    assert client.post("/api/v1/what-if", content=b"{}", headers=utf8).status_code == 200
    assert client.post("/api/v1/what-if").status_code == 200


@pytest.mark.parametrize(
    ("member", "said"),
    [
        ({"add": [{"subject": "qlora", "note": "it's " * 50}]}, "add: a list of more than texts is of no use here"),
        ({"add": {"subject": "it's " * 50}}, "add: an object is of no use here"),
        ({"source": ["it's " * 50]}, "source: a list is of no use here"),
        ({"k": 1.5}, "k: such a number is of no use here"),
    ],
)
def test_a_member_of_no_use_is_named_and_not_cut(client: TestClient, member: dict[str, Any], said: str) -> None:
    problem = client.post("/api/v1/what-if", json=member).json()
    assert (problem["status"], problem["detail"], problem["where"]) == (422, said, next(iter(member)))


def test_everybody_may_preview_a_retraction(client: TestClient, pack_graph: kg.Graph) -> None:
    address = "/api/v1/works/dettmers2023qlora/retraction"
    got = client.post(address, params={"dry_run": "true", "lang": "zh"})
    assert got.content == pack_graph.retract("dettmers2023qlora", dry_run=True, ask_kept=0, lang="zh").json()
    probe_shapes.Retraction.model_validate_json(got.content, strict=True)
    assert client.post(address, params={"dry_run": "false"}).status_code == 401
    assert client.post(address).status_code == 401
    assert client.post(address, params={"dry_run": "perhaps"}).status_code == 422
    assert client.post("/api/v1/works/nobody/retraction?dry_run=true").status_code == 404
    assert pack_graph.work("dettmers2023qlora")["status"] == "current"


def test_a_written_retraction_is_what_the_openapi_document_says(sqlite_url: str) -> None:
    with place(sqlite_url) as here:
        address = "/works/w1/retraction?notice=https://example.org/n&dry_run="
        said = here.client.get("/openapi.json").json()["components"]["schemas"]["Retraction"]
        preview, written = (here.post(address + flag, who="bob") for flag in ("true", "false"))
    for got in (preview, written):
        probe_shapes.Retraction.model_validate_json(got.content, strict=True)
        assert set(said["required"]) <= set(got.json()) <= set(said["properties"])
    assert (written.json()["written"], "receipt" in preview.json(), "receipt" in written.json()) == (True, True, False)
    with pytest.raises(ValidationError):
        probe_shapes.Retraction.model_validate_json(written.content.replace(b'"revision"', b'"other"'), strict=True)


@pytest.mark.parametrize("body", [b'{"status":"corrected"}', b"{}", b"status=corrected"])
def test_a_retraction_in_a_body_is_refused_since_it_would_be_passed_over(sqlite_url: str, body: bytes) -> None:
    with place(sqlite_url) as here:
        before = here.graph.revision
        headers = {"Authorization": f"Bearer {here.secrets['bob']}", "Content-Type": "application/json"}
        for flag in ("true", "false"):
            address = f"/api/v1/works/w1/retraction?dry_run={flag}&notice=https://example.org/n"
            got = here.client.post(address, content=body, headers=headers)
            problem = got.json()
            assert (got.status_code, problem["where"]) == (422, "body"), got.text
            assert "the values are query parameters" in problem["detail"]
            assert {"status", "notice", "dry_run"} <= set(problem["hint"].replace(",", "").split())
            assert here.client.post(address, content=body).status_code == (422 if flag == "true" else 401)
        assert (here.graph.revision, here.graph.work("w1")["status"]) == (before, "current")


def test_no_operation_without_a_body_passes_one_over(sqlite_url: str) -> None:
    with place(sqlite_url) as here:
        paths = here.client.get("/openapi.json").json()["paths"]
        bare = [path for path, by in paths.items() if "post" in by and "requestBody" not in by["post"]]
        assert {path.rpartition("/")[2] for path in bare} >= {"retraction", "verify"}
        for path in bare:
            address = path.removeprefix("/api/v1").format(id="w1", number=1) + "?dry_run=true"
            got = here.post(address.removesuffix("?dry_run=true") if "verify" in path else address, {"a": 1})
            assert (got.status_code, got.json()["where"]) == (422, "body"), got.text


def test_a_work_is_taken_by_its_identifier(client: TestClient) -> None:
    key, arxiv, doi = "chan2023hazards", "2312.14751", "10.48550/arXiv.2312.14751"
    for address in ("/api/v1/works/{}", "/api/v1/paths?source=qlora&target=misuse&k=1&without_work={}"):
        assert client.get(address.format(arxiv)).content == client.get(address.format(key)).content
    listed = [client.get("/api/v1/evidence", params={"limit": 2, "work": work}).content for work in (doi, key)]
    assert listed[0] == listed[1]
    sent = [client.post("/api/v1/what-if", json={"drop_work": work, "max_links": 1}).content for work in (doi, key)]
    assert sent[0] == sent[1]
    previewed = client.post(f"/api/v1/works/{arxiv}/retraction?dry_run=true&max_links=1").json()
    assert previewed["question"]["work"] == key
