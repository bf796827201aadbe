"""The id of a request: kept as its sender gives it, and found in the log where a write is refused."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import kg
from tests.api.processes import Client, servers
from tests.api.writers import Place, place

IDS = ["a", "7f3c", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "web_1:job.7", "a" * 128]
NONE = ["", "a" * 129, "a b", "a\tb", "é", "a;b", "a\x1b[31m", 'a"b', "%0Aroot"]


@pytest.mark.parametrize("id", IDS)
def test_the_id_of_a_request_is_kept(client: TestClient, id: str) -> None:
    assert client.get("/healthz", headers={"X-Request-Id": id}).headers["x-request-id"] == id


@pytest.mark.parametrize("id", NONE)
def test_what_might_disturb_a_log_is_no_id(client: TestClient, id: str) -> None:
    got = client.get("/healthz", headers=[(b"X-Request-Id", id.encode("latin-1"))]).headers["x-request-id"]
    assert len(got) == 32
    assert got != id


def refusals(here: Place) -> list[tuple[str, str, int]]:
    """What was refused: id, path, status."""
    review = {"id": "t", "decision": "accept"}
    return [
        (here.post("/claims", {"why": "hidden"}, who=None, X_Request_Id="one").headers["x-request-id"], "/claims", 401),
        (here.post("/reviews", review, who="ann", X_Request_Id="two").headers["x-request-id"], "/reviews", 403),
        (here.post("/reviews", review, who="bob", X_Request_Id="three").headers["x-request-id"], "/reviews", 409),
        (here.post("/claims", {"x": "hidden"}, X_Request_Id="four").headers["x-request-id"], "/claims", 422),
        (here.post("/no%0Awhere", {}, X_Request_Id="five").headers["x-request-id"], "/no%0Awhere", 404),
        (here.post("/nowhere", {}, X_Request_Id="a\tb").headers["x-request-id"], "/nowhere", 404),
    ]


def test_refused_writes_are_in_the_log_by_their_ids(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> None:
    with place(sqlite_url) as here, caplog.at_level(logging.INFO, "kg_api"):
        found = refusals(here)
        assert here.post("/entities", {"type": "Technique", "label": "Surgery"}).status_code == 201
        assert here.get("/entities/nobody").status_code == 404
        lines = [one.getMessage() for one in caplog.records if one.name == "kg_api"]
        assert lines == [f"request {id}: POST /api/v1{path} is refused with {status}" for id, path, status in found], (
            "each refused write, nothing else"
        )
        assert [id for id, *_ in found[:5]] == ["one", "two", "three", "four", "five"]
        assert not any(one in caplog.text for one in (*here.secrets.values(), "hidden"))


def test_a_real_server_writes_them_down(sqlite_url: str, tmp_path: Path) -> None:
    kg.open(sqlite_url, empty=True, ontology=()).store.close()
    log = tmp_path / "log"
    with servers(sqlite_url, 1, log=log) as (address,):
        assert Client(address).post("/claims", {"a": "hidden"}, X_Request_Id="web_1:job.7").status == 401
    said = [line for line in log.read_text().splitlines() if "web_1:job.7" in line]
    assert len(said) == 1
    assert said[0].endswith("request web_1:job.7: POST /api/v1/claims is refused with 401")
    assert "hidden" not in log.read_text()
