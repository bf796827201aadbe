"""What strangers write does not break what readers read: bad metadata, invisible text, works taken back."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

import kg
from kg.citations.encodings import ENCODINGS
from kg.importers.citations import import_bytes
from kg.model import Change
from kg_api.app import create_app
from kg_api.security import FORM

BAD_CSL: tuple[dict[str, Any], ...] = (
    {"author": "x"},
    {"author": [5, None, {}]},
    {"author": [{"family": {"a": 1}}]},
    {"author": [{"family": "a", "given": 5}]},
    {"issued": 5},
    {"issued": [2020]},
    {"issued": {"date-parts": 5}},
    {"issued": {"date-parts": [5]}},
    {"volume": {"a": 1}},
    {"editor": "x"},
    {"accessed": 7},
    {"custom": [1]},
    {"keyword": ["a", 5]},
    {"page": [1]},
    {"container-title": {"a": 1}},
    {"abstract": {"a": 1}},
)
PAPER = "@article{one, author={Hu, E.}, title={A first title of a paper}, year=2021, doi={10.1234/one}}"


@pytest.fixture
def graph(pack_url: str) -> Iterator[kg.Graph]:
    made = kg.open(pack_url)
    yield made
    made.store.close()


def bearer(graph: kg.Graph, handle: str, role: str) -> dict[str, str]:
    return {"authorization": f"Bearer {graph.create_token(handle, role=role)['secret']}"}


@pytest.mark.parametrize("csl", BAD_CSL, ids=str)
def test_metadata_of_a_wrong_type_is_refused_at_the_door(graph: kg.Graph, csl: dict[str, Any]) -> None:
    with pytest.raises(kg.InputError, match="csl"):
        graph.add_work({"title": "One", "authors": ["A, B"], "year": 2021, "csl": csl}, actor="ann")
    assert graph.revision == 1


def test_metadata_that_got_in_costs_no_page_and_no_export(graph: kg.Graph) -> None:
    work = graph.snapshot.works["hu2022lora"]
    for number, csl in enumerate(BAD_CSL):
        bad = replace(work, id=f"bad{number}", csl=csl, doi=None, arxiv=None)
        graph.write([Change("work", bad)], actor="old", act="import")
    item = graph.snapshot.evidence_from("hu2022lora")[0]
    moved = [Change("evidence", replace(item, id=f"bad{n}.x", work=f"bad{n}")) for n in range(len(BAD_CSL))]
    graph.write(moved, actor="old", act="import")
    with TestClient(create_app(graph, warm=False)) as client:
        for format in ("bibtex", "ris", "csl-json", "references"):
            assert client.get("/api/v1/export", params={"format": format}).status_code == 200, format
        for number in range(len(BAD_CSL)):
            for path in (f"/works/bad{number}", f"/evidence/bad{number}.x", f"/api/v1/works/bad{number}"):
                assert client.get(path, headers={"accept": "text/html"}).status_code == 200, (path, BAD_CSL[number])
        assert client.get(f"/claims/{item.claim}").status_code == 200
        assert client.get("/api/v1/search", params={"q": "lora"}).status_code == 200


def test_a_contributor_does_not_bring_back_what_a_reviewer_took_back(graph: kg.Graph) -> None:
    app = create_app(graph, warm=False)
    ann, bob = bearer(graph, "ann", "contributor"), bearer(graph, "bob", "reviewer")
    with TestClient(app) as client:
        entry = client.get("/api/v1/export", params={"format": "bibtex", "works": "lester2021prompt"}).text
        why = {"id": "lester2021prompt", "why": "not a real work"}
        assert client.post("/api/v1/revocations", json=why, headers=bob).status_code == 200
        for path, sent in (
            ("/api/v1/imports?format=bibtex", {"content": entry.encode()}),
            ("/api/v1/works", {"json": {"citation": entry}}),
        ):
            client.post(
                path, headers={**ann, "content-type": "application/json" if "json" in sent else "text/plain"}, **sent
            )
            assert graph.snapshot.works["lester2021prompt"].status == "revoked", path


@pytest.mark.parametrize("encoding", [name for name in ENCODINGS if name != "utf-8"])
def test_every_encoding_is_read_in_the_worker_too(graph: kg.Graph, encoding: str) -> None:
    text = "@article{enc2021, author={Hu, E.}, title={A title of its own}, year=2021}"
    told = import_bytes(graph.store, text.encode(encoding), "bibtex", "x.bib", "ann", encoding=encoding)
    assert (told["added"], told["failures"]) == (1, [])


def test_control_characters_are_refused_on_both_databases(database_url: str) -> None:
    graph = kg.open(database_url, empty=True)
    with TestClient(create_app(graph, warm=False)) as client:
        for path in ("/api/v1/revisions?{}=%00", "/history?{}=%00", "/api/v1/revisions?{}=a%00b"):
            for name in ("id", "act", "actor"):
                assert client.get(path.format(name)).status_code == 422, (path, name)
        assert client.get("/api/v1/people/%00").status_code == 422
    graph.store.close()


@pytest.mark.parametrize("text", ["\ufeff", "\u200b", " \u2060 ", "\u0301", "\u00ad"])
def test_text_that_nobody_can_see_is_no_text(graph: kg.Graph, text: str) -> None:
    with pytest.raises(kg.InputError):
        graph.add_entity({"type": "Risk", "label": {"en": text}, "id": "unseen"}, actor="ann")
    with pytest.raises(kg.InputError):
        graph.add_work({"title": text, "id": "unseen"}, actor="ann")


@pytest.mark.parametrize("column", ["question", "revision"])
def test_a_receipt_listed_wrongly_is_found(graph: kg.Graph, column: str) -> None:
    graph.keep(graph.raises(technique="qlora"))
    with sqlite3.connect(graph.store.name) as raw:
        raw.executescript("".join(f"DROP TRIGGER {name};" for (name,) in raw.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        )))  # fmt: skip
        raw.execute(f"UPDATE receipt SET {column} = {7 if column == 'revision' else repr('paths')}")
    raw.close()
    assert any("receipt" in problem for problem in graph.verify()["problems"])


def test_no_address_leads_to_the_host_that_a_client_names(graph: kg.Graph) -> None:
    with TestClient(create_app(graph, warm=False), follow_redirects=False) as client:
        for path in ("/review/", "/matrix/", "/api/v1/raises/"):
            answer = client.get(path, headers={"host": "evil.example"})
            assert "evil.example" not in answer.headers.get("location", "")
            assert answer.status_code == 404


def test_what_was_confirmed_is_written_though_nobody_reads_on(graph: kg.Graph) -> None:
    """The pipe is closed before anything can be printed."""
    reading, writing = socket.socketpair()
    reading.close()
    command = [sys.executable, "-m", "kg", "--database", graph.store.name, "retract", "dettmers2023qlora", "--yes"]
    subprocess.run(
        [*command, "--notice", "https://example.org/n", "--actor", "bob"], stdout=writing, check=False, timeout=120
    )
    writing.close()
    assert graph.snapshot.works["dettmers2023qlora"].status == "retracted"
    assert graph.log()["items"][0]["actor"] == "bob"


def test_a_request_that_is_broken_off_leaves_one_line(graph: kg.Graph, caplog: pytest.LogCaptureFixture) -> None:
    async def leave() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    sent: list[dict[str, Any]] = []

    async def take(message: dict[str, Any]) -> None:
        sent.append(message)

    app = create_app(graph, warm=False)
    scope = {
        "type": "http", "method": "POST", "path": "/sign-in", "raw_path": b"/sign-in", "query_string": b"",
        "headers": [(b"host", b"x"), (b"content-type", FORM.encode()), (b"content-length", b"9")],
        "client": ("127.0.0.1", 1), "server": ("x", 80), "scheme": "http", "http_version": "1.1", "root_path": "",
    }  # fmt: skip

    asyncio.run(app(scope, leave, take))
    assert "Traceback" not in caplog.text
