"""Replies: tags, 304, gzip, memory; headers on every response; limits on requests."""

from __future__ import annotations

import asyncio
import gzip
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi import FastAPI, Request
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

import kg
from kg.model import Change, Entity, Text
from kg_api.headers import ADDRESS_MOST, SECURITY, Shield
from kg_api.replies import Body, Memory
from tests.api.applications import another

PATHS = "/api/v1/paths?source=qlora&target=malicious-use"
NAMES = [
    "source",
    "target",
    "k",
    "max_links",
    "entity",
    "q",
    "limit",
    "after",
    "known_in",
    "as_of",
    "relation",
    "block",
    "narrower",
    "lang",
    "risk",
    "focus",
    "hops",
    "open",
    "sign",
    "contested",
    "nonsense",
]
VALUES = ["qlora", "malicious-use", "raises", "-1", "0", "1e9", "nan", "true", "zh", "\x00", "\ud800"]
ADDRESSES = [
    "/",
    "/docs",
    "/openapi.json",
    "/healthz",
    "/readyz",
    PATHS,
    "/api/v1/scene",
    "/api/v1/nothing",
    "/api/v1/paths",
    "/static/x/explorer.css",
    "/static/x/vis-network.min.js",
    "/static/x/none.js",
    "/?claim=nobody",
    "/" + "a" * 9000,
]


@pytest.mark.parametrize("address", ADDRESSES, ids=[address[:40] for address in ADDRESSES])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_headers_stand_on_every_response(client: TestClient, address: str, method: str) -> None:
    got = client.request(method, address)
    assert got.status_code < 500
    for name, value in SECURITY.items():
        assert got.headers[name] == value
    assert len(got.headers["x-request-id"]) == 32
    assert "server" not in got.headers
    if method == "HEAD":
        assert got.content == b""
        assert got.headers.get("content-length") == client.get(address).headers.get("content-length")


def test_the_policy_is_the_promised_one() -> None:
    assert SECURITY["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


@pytest.mark.parametrize("address", ["/", "/docs", "/?claim=tar--mitigates--safeguard-removal", "/nowhere"])
def test_pages_hold_nothing_inline(client: TestClient, address: str) -> None:
    html = client.get(address, headers={"Accept": "text/html"}).text
    assert "<style" not in html
    assert " style=" not in html
    assert " onclick" not in html
    assert "javascript:" not in html
    held = html.count('<script type="application/json" id="scene">')
    assert html.count("<script") - held == html.count("<script ") - held == html.count("></script>")
    assert "//" not in html.replace("https://", "").replace("http://", "").split("<body")[0]


@pytest.mark.parametrize("address", [PATHS, "/", "/docs", "/api/v1/raises", "/api/v1/entities/qlora", "/api/v1/basis"])
def test_who_has_it_gets_304(client: TestClient, address: str) -> None:
    first = client.get(address)
    tag = first.headers["etag"]
    for sent in (tag, f'"other", {tag}', tag.removeprefix("W/"), "*"):
        again = client.get(address, headers={"If-None-Match": sent})
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["etag"] == tag
    assert client.get(address, headers={"If-None-Match": '"other"'}).content == first.content
    assert first.headers["cache-control"] == "no-cache"


def test_a_tag_tells_language_parameters_and_revision_apart(tmp_path: object) -> None:
    graph = kg.open(f"sqlite:///{tmp_path}/r.db", empty=True, ontology=())
    client = TestClient(another(graph))
    address = "/api/v1/entities?limit=3&type=Risk"
    tag = client.get(address).headers["etag"]
    assert client.get("/api/v1/entities?type=Risk&limit=3").headers["etag"] == tag
    assert client.get("/api/v1/entities?limit=4&type=Risk").headers["etag"] != tag
    assert client.get("/api/v1/raises?lang=en").headers["etag"] != client.get("/api/v1/raises?lang=zh").headers["etag"]
    graph.write([Change("entity", Entity("flood", "Risk", Text("Flood")))], actor="test", act="add")
    again = client.get(address, headers={"If-None-Match": tag})
    assert again.status_code == 200
    assert [item["id"] for item in again.json()["items"]] == ["flood"]
    graph.store.close()


def test_long_bodies_are_packed_for_those_who_take_it(client: TestClient) -> None:
    plain = client.get("/api/v1/raises", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    with client.stream("GET", "/api/v1/raises", headers={"Accept-Encoding": "br, gzip"}) as packed:
        raw = b"".join(packed.iter_raw())
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == plain.content
    assert len(raw) < len(plain.content) / 5
    assert "content-encoding" not in client.get("/healthz").headers
    assert "Accept-Encoding" in plain.headers["vary"]


def test_time_is_told(client: TestClient) -> None:
    address = PATHS + "&k=7"
    assert client.get(address).headers["server-timing"].startswith("compute;dur=")
    assert client.get(address).headers["server-timing"].startswith("memory")


def test_memory_forgets_what_was_not_used_for_longest() -> None:
    memory = Memory(most=10)
    memory.put("a", Body(b"1234", None))
    memory.put("b", Body(b"1234", None))
    assert memory.get("a") is not None
    memory.put("c", Body(b"1234", None))
    assert memory.get("b") is None
    assert memory.get("a") is not None
    memory.put("huge", Body(b"x" * 11, None))
    assert [memory.get(tag) for tag in ("a", "c", "huge")] == [None, None, None]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 12)), max_size=30))
def test_memory_never_holds_more_than_allowed(puts: list[tuple[str, int]]) -> None:
    memory = Memory(most=20)
    for tag, size in puts:
        memory.put(tag, Body(b"x" * size, None))
        held = [body for name in "abcdef" if (body := memory.get(name)) is not None]
        assert sum(body.size for body in held) <= 20


def test_static_files_may_be_kept_for_ever_under_their_own_name(app: FastAPI, client: TestClient) -> None:
    good = client.get(f"/static/{app.state.build}/explorer.js")
    assert "immutable" in good.headers["cache-control"]
    assert good.headers["content-type"] == "text/javascript; charset=utf-8"
    assert client.get("/static/old/explorer.js").headers["cache-control"] == "no-cache"
    for name in ("../app.py", "..%2fapp.py", "%2e%2e/app.py", "app.py"):
        assert client.get(f"/static/{app.state.build}/{name}").status_code == 404


def test_too_long_an_address_is_told_so(client: TestClient) -> None:
    got = client.get("/api/v1/search?q=" + "a" * ADDRESS_MOST)
    assert got.status_code == 414
    assert str(ADDRESS_MOST) in got.json()["detail"]


def test_too_large_a_body_is_refused_whatever_its_headers_say() -> None:
    inner = FastAPI()

    @inner.post("/echo")
    async def echo(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    client = TestClient(Shield(inner, body_most=1000))
    assert client.post("/echo", content=b"x" * 1000).text == "1000"
    assert client.post("/echo", content=b"x" * 1001).status_code == 413
    assert client.post("/echo", content=iter([b"x" * 600, b"x" * 600])).status_code == 413


def test_too_many_requests_at_once_are_told_to_come_again() -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.05)
        await PlainTextResponse("done")(scope, receive, send)

    shield = Shield(slow, requests_most=2)
    statuses: list[int] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def ask_all() -> None:
        await asyncio.gather(*(shield(asked(), receive, send) for _ in range(5)))
        await shield(asked(), receive, send)

    def asked() -> Scope:
        return {"type": "http", "method": "GET", "path": "/", "raw_path": b"/", "query_string": b"", "headers": []}

    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(ask_all())).result()
    assert statuses == [503, 503, 503, 200, 200, 200]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["raises", "paths", "impact", "matrix", "claims", "search", "scene", "entities", "disputes"]),
    st.lists(
        st.tuples(
            st.sampled_from(NAMES),
            st.one_of(
                st.text(max_size=30),
                st.sampled_from(VALUES),
                st.integers(-(2**70), 2**70).map(str),
            ),
        ),
        max_size=6,
    ),
)
def test_no_query_breaks_the_server(client: TestClient, route: str, pairs: list[tuple[str, str]]) -> None:
    query = "&".join(f"{name}={quoted(value)}" for name, value in pairs)
    got = client.get(f"/api/v1/{route}?{query}")
    assert got.status_code in {200, 404, 422}, got.text
    json.loads(got.content)


def quoted(value: str) -> str:
    """Percent-encode every byte, lone surrogates included."""
    return "".join(f"%{byte:02X}" for byte in value.encode("utf-8", "surrogatepass"))
