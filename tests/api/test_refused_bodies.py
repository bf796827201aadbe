"""A body that is not taken: its sender reads why, whoever sends on for ever is let go."""

from __future__ import annotations

import json
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, suppress
from urllib.error import HTTPError

import pytest

import kg
from kg_api import server
from kg_api.headers import BODY_MOST
from tests.api.applications import another
from tests.api.test_server import HEALTH, serving, talk
from tests.ports import free_port

HEAD = b"POST /api/v1/what-if HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@pytest.fixture
def port(pack_graph: kg.Graph) -> Iterator[int]:
    """The port of a running server."""
    config = server.configured(another(pack_graph), "127.0.0.1", free_port(), log_level="critical")
    with serving(config) as number:
        yield number


@pytest.mark.parametrize("size", [BODY_MOST + 1, 5_000_000, 20_000_000])
@pytest.mark.parametrize("path", ["/api/v1/what-if", "/api/v1/imports"])
def test_who_sends_too_much_reads_why(port: int, size: int, path: str) -> None:
    for _ in range(6):
        headers = {"Content-Type": "application/json"}
        asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", b" " * size, headers)
        with pytest.raises(HTTPError) as told:
            urllib.request.urlopen(asked, timeout=10)
        with told.value as fault:
            problem = json.loads(fault.read())
        most = 401 if path.endswith("imports") and size < 16 * 1024 * 1024 else 413
        assert (fault.code, problem["status"]) == (most, most)


def test_what_follows_such_a_body_is_not_answered_and_loses_nobody_the_answer(port: int) -> None:
    length = f"Content-Length: {BODY_MOST + 100_000}\r\n\r\n".encode()
    for _ in range(6):
        got = talk(port, HEAD + length + b" " * (BODY_MOST + 100_000) + HEALTH)
        assert got.startswith(b"HTTP/1.1 413")
        assert got.count(b"HTTP/1.1") == 1
        assert json.loads(got.partition(b"\r\n\r\n")[2])["status"] == 413


@pytest.mark.parametrize(("bound", "most"), [("RECEIVE_SECONDS", 0.5), ("LINGER_BYTES", 200_000)])
def test_who_sends_on_for_ever_is_let_go(port: int, monkeypatch: pytest.MonkeyPatch, bound: str, most: float) -> None:
    monkeypatch.setattr(server, bound, most)
    with closing(socket.create_connection(("127.0.0.1", port), timeout=10)) as line:
        line.sendall(HEAD + b"Content-Length: 100000000000\r\n\r\n")
        assert line.recv(65_536).startswith(b"HTTP/1.1 413")
        until, sent = time.monotonic() + 8, 0
        with suppress(ConnectionError):
            while time.monotonic() < until:
                sent += line.send(b" " * 10_000)
                time.sleep(0.01)
        assert time.monotonic() < until
        assert sent > 100_000, "a while it may"
