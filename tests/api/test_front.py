"""The front: what was sent is sent again as it was, to the same request, while the record stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import sleep
from types import SimpleNamespace

import pytest
from anyio import create_task_group, fail_after, sleep_forever, wait_all_tasks_blocked
from fastapi import Request
from starlette.datastructures import State
from starlette.responses import Response
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

import kg
from kg.model import Change, Entity, Text
from kg_api.asking import TheGraph
from kg_api.front import Front
from kg_api.replies import reply
from tests.api.applications import another
from tests.api.test_replies import ADDRESSES

QUESTIONS = ["/api/v1/raises", "/matrix", "/claims/tar--mitigates--safeguard-removal", "/ontology", "/.well-known/void"]
OWN = {"x-request-id", "server-timing", "date"}
"""Headers that each response has for itself."""


@pytest.fixture
def graph(database_url: str) -> Iterator[kg.Graph]:
    """An empty record."""
    one = kg.open(database_url, empty=True, ontology=(), lang="en")
    yield one
    one.store.close()


@pytest.mark.parametrize("address", [*QUESTIONS, *ADDRESSES[:7]])
@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_it_is_sent_again_as_it_was(client: TestClient, address: str, coding: str) -> None:
    asked = {"Accept-Encoding": coding}
    first, again = client.get(address, headers=asked), client.get(address, headers=asked)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    kept = [{name: value for name, value in one.headers.items() if name not in OWN} for one in (first, again)]
    assert kept[0] == kept[1]
    assert first.headers["x-request-id"] != again.headers["x-request-id"]


def test_it_says_so_and_minds_what_the_client_has(client: TestClient) -> None:
    address = "/api/v1/impact?entity=qlora&max_links=3"
    first, again = client.get(address), client.get(address)
    assert "sent before" in again.headers["server-timing"]
    tag = first.headers["etag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(address, headers={"If-None-Match": '"1-other"'}).content == first.content
    assert client.get(address, headers={"If-None-Match": '"1-other"'}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{"Accept-Language": "zh"}, {"Accept": "text/html"}, {"Accept-Encoding": "identity"}, {"Host": "other.example"}],
)
def test_another_request_is_answered_for_itself(client: TestClient, headers: dict[str, str]) -> None:
    for address in ("/api/v1/paths?source=qlora&target=malicious-use", "/id/entity/qlora", "/.well-known/void"):
        usual = client.get(address)
        fresh = TestClient(client.app, raise_server_exceptions=False)
        cookies = {**headers, "Cookie": "a=b"}
        assert client.get(address, headers=headers).content == fresh.get(address, headers=cookies).content
        assert client.get(address).content == usual.content


@pytest.mark.parametrize("header", [{"Cookie": "a=b"}, {"Authorization": "Bearer x"}, {"Range": "bytes=0-1"}])
def test_who_says_who_she_is_goes_past_it(client: TestClient, header: dict[str, str]) -> None:
    client.get("/api/v1/raises")
    assert "sent before" not in client.get("/api/v1/raises", headers=header).headers.get("server-timing", "")


def test_a_write_ends_it_at_once(graph: kg.Graph) -> None:
    with TestClient(another(graph)) as client:
        for number in range(3):
            for _ in range(2):
                got = client.get("/api/v1/entities")
                assert len(got.json()["items"]) == number
            graph.write([Change("entity", Entity(f"e-{number}", "Risk", Text("E")))], actor="ann", act="add")
        graph.store.close()


def test_faults_are_not_sent_again(graph: kg.Graph) -> None:
    with TestClient(another(graph), raise_server_exceptions=False) as client:
        assert client.get("/api/v1/entities/e").status_code == 404
        graph.write([Change("entity", Entity("e", "Risk", Text("E")))], actor="ann", act="add")
        assert client.get("/api/v1/entities/e").status_code == 200


def test_after_a_write_one_is_passed_on_and_the_others_wait_for_its_answer(graph: kg.Graph) -> None:
    app = another(graph)
    passed, begun, go = [], Event(), Event()

    @app.get("/asked", name="asked")
    def asked(request: Request, face: TheGraph) -> Response:
        def make() -> dict[str, int]:
            passed.append(face.revision)
            begun.set()
            assert go.wait(20)
            return {"revision": face.revision}

        return reply(request, make)

    def write(name: str) -> int:
        return graph.write([Change("entity", Entity(name, "Risk", Text(name)))], actor="ann", act="add").number

    with TestClient(app) as client, ThreadPoolExecutor(9) as pool:
        go.set()
        client.get("/asked")
        for meanwhile in (False, True):
            passed.clear()
            begun.clear()
            go.clear()
            least = write(f"e-{meanwhile}")
            first = pool.submit(client.get, "/asked")
            assert begun.wait(20)
            others = [pool.submit(client.get, "/asked") for _ in range(8)]
            sleep(0.3)
            if meanwhile:
                least += 1
                assert write("later") == least
                late = pool.submit(client.get, "/asked")
            go.set()
            assert first.result().json() == {"revision": passed[0]}
            got = [job.result() for job in others]
            if not meanwhile:
                assert passed == [least]
                assert all("sent before" in one.headers["server-timing"] for one in got)
            assert {one.json()["revision"] for one in got} == {least}, "whoever waited sees what was written meanwhile"
        assert late.result().json() == {"revision": least}


@pytest.mark.anyio
async def test_who_does_not_read_keeps_nobody_waiting() -> None:
    store = SimpleNamespace(number=1)
    store.number_at_once = lambda: store.number

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        tag = f'"{store.number}-x"'.encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"etag", tag)]})
        await send({"type": "http.response.body", "body": str(store.number).encode()})

    front = Front(inner, State({"graph": SimpleNamespace(store=store)}))
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [(b"host", b"h")]}
    scope |= {"scheme": "http", "raw_path": b"/"}
    read: list[Message] = []

    async def reads(message: Message) -> None:
        read.append(message)

    async def never_reads(message: Message) -> None:
        await sleep_forever()

    async def receive() -> Message:
        return {"type": "http.request"}

    await front(dict(scope), receive, reads)
    store.number = 2
    async with create_task_group() as tasks:
        tasks.start_soon(front, dict(scope), receive, never_reads)
        await wait_all_tasks_blocked()
        with fail_after(5):
            await front(dict(scope), receive, reads)
        tasks.cancel_scope.cancel()
    assert read[-1]["body"] == b"2"
