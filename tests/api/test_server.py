"""The server: a real one on a real port, told clearly when it cannot be had, and not held up by slow senders."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import Any

import h11
import pytest
import uvicorn

import kg
from kg.errors import InputError
from kg_api import server
from kg_api.headers import SECURITY
from kg_api.requests import Requests
from kg_api.sending import in_pieces
from tests.api.applications import another
from tests.ports import free_port


@pytest.fixture
def port(pack_graph: kg.Graph, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The port of a running server whose deadline is short."""
    monkeypatch.setattr(server, "RECEIVE_SECONDS", 0.6)
    monkeypatch.setattr(server, "SEND_SECONDS", 0.6)
    app = another(pack_graph, warm=True)
    with serving(server.configured(app, "127.0.0.1", free_port(), log_level="critical")) as number:
        yield number


@contextmanager
def serving(config: uvicorn.Config) -> Iterator[int]:
    """Run a server in a thread, and give its port."""
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run)
    thread.start()
    while not running.started:
        time.sleep(0.02)
    try:
        yield config.port
    finally:
        running.should_exit = True
        thread.join(timeout=20)
    assert not thread.is_alive()


def elsewhere(do: Callable[[], None]) -> None:
    """Do it in a thread of its own, where no other suite has left an event loop running."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(do).result()


def talk(port: int, *parts: bytes, pause: float = 0.0, source: str = "127.0.0.1") -> bytes:
    """Send parts with pauses and return all that comes back until the server closes."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10, source_address=(source, 0))) as line:
        for part in parts:
            line.sendall(part)
            time.sleep(pause)
        received = b""
        while piece := line.recv(65_536):
            received += piece
        return received


def test_it_answers(port: int) -> None:
    got = talk(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 200")
    assert b"server:" not in got.lower()


def test_it_becomes_ready(port: int) -> None:
    for _ in range(600):
        got = talk(port, b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        if got.startswith(b"HTTP/1.1 200"):
            return
        assert got.startswith(b"HTTP/1.1 503")
        time.sleep(0.1)
    pytest.fail("not ready after a minute")


@pytest.mark.parametrize("said", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET /" + b"a" * 70_000])
def test_what_is_not_http_is_refused_in_the_usual_shape(port: int, said: bytes) -> None:
    head, _, body = talk(port, said).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    for name, value in SECURITY.items():
        assert f"{name}: {value}".lower().encode() in head.lower()
    assert json.loads(body)["status"] == 400


@pytest.mark.parametrize("size", [66_000, 100_000, 200_000, 2_000_000])
@pytest.mark.parametrize("end", [b"\r\n\r\n", b""])
def test_headers_that_are_too_long_are_refused_at_one_go_too(port: int, size: int, end: bytes) -> None:
    head, _, body = talk(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nA: " + b"a" * size + end).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    assert "more than 65,536 bytes" in json.loads(body)["detail"]


def test_headers_that_are_just_short_enough_are_taken(port: int) -> None:
    ask = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nA: "
    assert talk(port, ask + b"a" * (65_536 - len(ask) - 4) + b"\r\n\r\n").startswith(b"HTTP/1.1 200")
    assert talk(port, ask + b"a" * (65_537 - len(ask) - 4) + b"\r\n\r\n").startswith(b"HTTP/1.1 400")


HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("first", [b"", HEALTH])
@pytest.mark.parametrize(
    "lengths", [b"Content-Length: 5\r\nTransfer-Encoding: chunked", b"transfer-encoding: chunked\r\ncontent-length: 5"]
)
def test_a_body_of_two_lengths_ends_the_connection(port: int, first: bytes, lengths: bytes) -> None:
    asked = b"POST /api/v1/raises HTTP/1.1\r\nHost: x\r\n" + lengths + b"\r\n\r\n0\r\n\r\n"
    got = talk(port, first + asked + HEALTH)
    assert got.count(b"HTTP/1.1 200") == bool(first), "what came before is answered, what follows is not"
    head, _, body = got[got.index(b"HTTP/1.1 400") :].partition(b"\r\n\r\n")
    assert b"connection: close" in head.lower()
    assert "both Content-Length and Transfer-Encoding" in json.loads(body)["detail"]


@pytest.mark.parametrize("target", [b"http://x/healthz", b"HTTP://127.0.0.1:8000/healthz", b"https://x/healthz"])
def test_a_whole_address_is_read_as_its_path(port: int, target: bytes) -> None:
    got = talk(port, b"GET " + target + b" HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 200")


def test_a_whole_address_keeps_its_query(port: int) -> None:
    def ask(target: bytes, host: bytes) -> bytes:
        sent = b"GET " + target + b" HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n"
        return talk(port, sent).partition(b"\r\n\r\n")[2]

    by_path = ask(b"/api/v1/search?q=model&limit=2", b"x")
    assert b'"items"' in by_path
    assert ask(b"http://x/api/v1/search?q=model&limit=2", b"x") == by_path
    assert ask(b"http://x?lang=en", b"x") == ask(b"/?lang=en", b"x"), "without a path it is that of the root"


def test_the_host_of_a_whole_address_takes_the_place_of_the_header() -> None:
    requests = Requests()
    requests.receive_data(b"GET http://good:80/a?b=c HTTP/1.1\r\nHost: bad\r\nA: b\r\n\r\n")
    got = requests.next_event()
    assert isinstance(got, h11.Request)
    assert (got.target, list(got.headers)) == (b"/a?b=c", [(b"host", b"good:80"), (b"a", b"b")])


@pytest.mark.parametrize("target", [b"http:///healthz", b"http://ann@x/healthz", b"ftp://x/healthz"])
def test_a_whole_address_that_is_none_of_ours_is_refused(port: int, target: bytes) -> None:
    head, _, body = talk(port, b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n\r\n").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")
    assert "neither a path nor a whole http address" in json.loads(body)["detail"]


@pytest.mark.parametrize(
    "parts", [(), (b"GET / HT",), (b"POST /api/v1/raises HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n", b"ab")]
)
def test_a_slow_sender_is_let_go(port: int, parts: tuple[bytes, ...]) -> None:
    start = time.monotonic()
    talk(port, *parts)
    assert time.monotonic() - start < 5


def test_a_drip_of_bytes_does_not_extend_the_deadline(port: int) -> None:
    start = time.monotonic()
    with suppress(BrokenPipeError, ConnectionResetError):
        talk(port, b"GET / HTTP/1.1\r\nHost: x\r\n", *[b"A: b\r\n"] * 60, pause=0.15)
    assert time.monotonic() - start < 6


ASKED = b"GET /api/v1/export?format=trig HTTP/1.1\r\nHost: x\r\n\r\n"


def reader(port: int, room: int = 4_096) -> socket.socket:
    """A connection that has asked for a large answer, and takes little at once."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
    line.settimeout(10)
    line.connect(("127.0.0.1", port))
    line.sendall(ASKED)
    return line


def test_who_never_reads_is_let_go(port: int) -> None:
    before = server.DeadlineProtocol.held["127.0.0.1"]
    with ExitStack() as lines:
        for _ in range(20):
            lines.enter_context(closing(reader(port)))
        until = time.monotonic() + 10
        while server.DeadlineProtocol.held["127.0.0.1"] < before + 20:
            assert time.monotonic() < until
            time.sleep(0.01)
        until = time.monotonic() + 20
        while server.DeadlineProtocol.held["127.0.0.1"] > before:
            assert time.monotonic() < until, "all who do not read are let go"
            time.sleep(0.05)


def test_who_reads_slowly_gets_all(port: int) -> None:
    whole = talk(port, ASKED.replace(b"Host", b"Connection: close\r\nHost"))
    start, got = time.monotonic(), b""
    with closing(reader(port)) as line:
        while len(got) < len(whole) // 2:
            piece = line.recv(len(whole) // 40)
            assert piece
            got += piece
            time.sleep(0.1)
        assert time.monotonic() - start > 1.5, "longer than the deadline"
        while not got.endswith(whole[-1_000:]):
            piece = line.recv(1 << 20)
            assert piece
            got += piece
    assert got.partition(b"\r\n\r\n")[2] == whole.partition(b"\r\n\r\n")[2]


LONG = bytes(30_000_000)


async def long_answer(scope: Any, receive: Any, send: Any) -> None:
    """Answer each request with more than the buffers of the kernel hold."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"connection", b"close")]})
    await in_pieces(send, {"type": "http.response.body", "body": LONG})


@pytest.mark.parametrize("took", [10_000, 0])
def test_only_who_takes_nothing_of_a_long_answer_is_let_go(took: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "SEND_SECONDS", 1.0)
    config = server.configured(long_answer, "127.0.0.1", free_port(), lifespan="off", log_level="critical")
    with serving(config) as port, closing(reader(port, room=32_768)) as line:
        until, got = time.monotonic() + 4, 0
        while time.monotonic() < until:
            got += len(line.recv(took)) if took else 0
            time.sleep(0.1)
        assert got < 500_000, "slower than the buffers of the kernel are emptied"
        with suppress(ConnectionResetError):
            while piece := line.recv(1 << 20):
                got += len(piece)
    assert (got > len(LONG)) == (took > 0)


def test_one_address_does_not_take_the_places_of_others(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "CONNECTIONS_EACH", 5)
    monkeypatch.setattr(server, "RECEIVE_SECONDS", 20.0)
    ask = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with ExitStack() as open_ones:
        for _ in range(5):
            line = open_ones.enter_context(closing(socket.create_connection(("127.0.0.1", port), timeout=10)))
            line.sendall(b"GET / HT")
        assert talk(port, ask, source="127.0.0.2").startswith(b"HTTP/1.1 200")
        head, _, body = talk(port).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 429")
        assert json.loads(body)["status"] == 429
    until, got = time.monotonic() + 10, b""
    while not got.startswith(b"HTTP/1.1 200"):
        assert time.monotonic() < until, "a place that was given up is free again"
        with suppress(ConnectionError):
            got = talk(port, ask)


def test_a_connection_may_ask_again(port: int) -> None:
    ask = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as line:
        for _ in range(3):
            line.sendall(ask)
            received = b""
            while not received.endswith(b"}"):
                received += line.recv(65_536)
            assert received.startswith(b"HTTP/1.1 200")
            time.sleep(0.4)


def test_a_port_in_use_is_told(pack_graph: kg.Graph) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"port {number} is in use") as told:
            elsewhere(lambda: server.run(pack_graph, "127.0.0.1", number))
    assert told.value.hint == "choose another with --port"


@pytest.mark.parametrize("host", ["203.0.113.1", "nowhere.invalid"])
def test_an_address_that_is_not_ours_is_told(host: str) -> None:
    with pytest.raises(InputError, match="is not an address of this machine"):
        elsewhere(lambda: asyncio.run(server.check(host, free_port())))
