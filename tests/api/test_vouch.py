"""Receipts and the lint over HTTP: shown, verified, kept with a token; documents of strangers; few at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

import kg
from kg_api import vouch_shapes
from kg_api.routers import vouch
from tests.api.applications import another
from tests.kept import every_answer, small

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[kg.Graph]:
    """A small record that answers are kept in."""
    made = small(f"sqlite:///{tmp_path_factory.mktemp('vouch')}/record.db")
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def web(graph: kg.Graph) -> Iterator[TestClient]:
    headers = {"Content-Type": "application/json"}
    with TestClient(another(graph), raise_server_exceptions=False, headers=headers) as client:
        yield client


def test_a_kept_answer_is_shown_with_its_shape(web: TestClient, graph: kg.Graph) -> None:
    for answer in every_answer(graph):
        id = graph.keep(answer)["receipt"]
        got = web.get(f"/api/v1/receipts/{id}")
        assert got.content == orjson.dumps(graph.receipt(id))
        vouch_shapes.Receipt.model_validate_json(got.content)
        again = web.get(f"/api/v1/receipts/{id}", headers={"If-None-Match": got.headers["etag"]})
        assert again.status_code == 304


def test_a_kept_answer_and_any_other_is_verified(web: TestClient, graph: kg.Graph) -> None:
    for answer in (graph.paths("t", "r", as_of=2), graph.diff(2, 3)):
        id = graph.keep(answer)["receipt"]
        kept = web.post(f"/api/v1/receipts/{id}/verify")
        assert kept.headers["cache-control"] == "no-store"
        vouch_shapes.Verification.model_validate_json(kept.content)
        assert kept.json() == {**graph.verify_receipt(answer), "kept": True}
        sent = web.post("/api/v1/receipts/verify", content=answer.json())
        assert sent.json() == graph.verify_receipt(answer)
        assert sent.json()["identical"] is True


def test_nothing_is_kept_without_a_token(web: TestClient, graph: kg.Graph) -> None:
    before = graph.receipts(limit=1000)
    answer = graph.raises(max_links=5)
    assert web.post("/api/v1/receipts/verify", content=answer.json()).status_code == 200
    assert web.post("/api/v1/receipts", content=answer.json()).status_code == 401
    assert web.put(f"/api/v1/receipts/{answer['receipt']}", content=answer.json()).status_code == 405
    assert web.get(f"/api/v1/receipts/{answer['receipt']}").status_code == 404
    assert graph.receipts(limit=1000) == before


def test_a_contributor_keeps_an_answer(web: TestClient, graph: kg.Graph) -> None:
    answer = graph.raises(max_links=4)
    token = {"Authorization": f"Bearer {graph.create_token('ann')['secret']}"}
    got = web.post("/api/v1/receipts", content=answer.json(), headers=token)
    assert got.status_code == 201, got.text
    vouch_shapes.Kept.model_validate_json(got.content, strict=True)
    assert web.get(got.headers["location"]).json()["receipt"] == answer["receipt"]
    altered = web.post("/api/v1/receipts", json={**answer.document, "items": []}, headers=token)
    assert (altered.status_code, altered.json()["where"]) == (422, "receipt")


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"", 422, "no question"),
        (b"[]", 422, "JSON object"),
        (b"{}", 422, "no question"),
        (b'{"question":{"name":"raises"},"revision":99,"receipt":"' + b"a" * 26 + b'"}', 404, "no revision 99"),
        (b'{"question":{"name":"raises","risk":"x"},"revision":1,"receipt":"' + b"a" * 26 + b'"}', 404, "no entity"),
        (b'{"question":{"name":"rises"},"revision":1,"receipt":"' + b"a" * 26 + b'"}', 422, "is no question"),
        (b'{"a":' + b"[" * 900 + b"]" * 900 + b"}", 422, "deeper than 32"),
        (b"[" * 100_000, 422, "not JSON"),
        (b'{"a":"' + b"x" * 1_100_000 + b'"}', 413, "at most"),
    ],
)
def test_a_body_that_is_no_answer_is_a_problem(web: TestClient, body: bytes, status: int, said: str) -> None:
    got = web.post("/api/v1/receipts/verify", content=body)
    assert got.status_code == status, got.text
    assert said in got.json()["detail"]


@pytest.mark.parametrize("id", ["verify", "a" * 26, "A" * 26, "..%2f..%2fetc", "'; DROP TABLE receipt; --"])
def test_an_unknown_receipt_is_not_found(web: TestClient, id: str) -> None:
    assert web.get(f"/api/v1/receipts/{id}").status_code == 404
    assert web.post(f"/api/v1/receipts/{id}/verify").status_code == 404


def test_what_no_text_holds_is_no_receipt(web: TestClient) -> None:
    assert web.get("/api/v1/receipts/%00").status_code == 422
    assert web.post("/api/v1/receipts/%00/verify").status_code == 422


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(["question", "revision", "receipt", "items", "from", "to", "limits"]), JSON))
def test_no_body_of_a_stranger_is_a_server_error(web: TestClient, document: dict[str, Any]) -> None:
    got = web.post("/api/v1/receipts/verify", content=json.dumps(document))
    assert got.status_code in {404, 422}


def test_others_are_told_to_wait_when_too_many_verify(
    web: TestClient, graph: kg.Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vouch, "WAIT_SECONDS", 0.05)
    for _ in range(vouch.AT_ONCE):
        assert vouch._verifying.acquire(blocking=False)
    try:
        got = web.post("/api/v1/receipts/verify", content=graph.disputes().json())
        assert (got.status_code, "retry-after" in got.headers) == (503, True)
        assert web.get("/api/v1/disputes").status_code == 200, "others are served meanwhile"
    finally:
        for _ in range(vouch.AT_ONCE):
            vouch._verifying.release()
    assert web.post("/api/v1/receipts/verify", content=graph.disputes().json()).status_code == 200


def test_a_paragraph_is_added_when_it_is_asked_for(web: TestClient, graph: kg.Graph) -> None:
    plain = web.get("/api/v1/paths?source=t&target=f").json()
    said = web.get("/api/v1/paths?source=t&target=f&explain=true").json()
    assert "paragraph" not in plain
    assert said.pop("paragraph").startswith("From tuning to access")
    assert said == plain
    posted = web.post("/api/v1/what-if?explain=true", json={"source": "t", "target": "f", "drop_work": ["w1"]}).json()
    assert posted["paragraph"].startswith("Supposed is a record without the evidence of w1.")
    preview = web.post("/api/v1/works/w1/retraction?dry_run=true&explain=true&lang=zh").json()
    assert preview["paragraph"].startswith("w1 涉及 1 条论断")
    assert web.get("/api/v1/paths?source=t&target=f&explain=perhaps").status_code == 422
    assert web.get("/api/v1/search?q=a&explain=true").status_code == 422
    for paragraph, other in ((graph.explain(plain), "same"), ("x", "other")):
        sent = web.post("/api/v1/receipts/verify", json={**plain, "paragraph": paragraph})
        vouch_shapes.Verification.model_validate_json(sent.content)
        told = sent.json()
        assert (told["identical"], told["altered"], told["paragraph"]) == (True, False, other)


def test_the_lint_is_told_in_the_language_asked_for(web: TestClient) -> None:
    zh = web.get("/api/v1/lint", headers={"Accept-Language": "zh-CN"})
    assert zh.headers["content-language"].startswith("zh")
    assert "定义" in zh.text
    assert web.get("/api/v1/lint?severity=fatal").status_code == 422
    assert web.get("/api/v1/lint?baseline=/etc/passwd").status_code == 422
