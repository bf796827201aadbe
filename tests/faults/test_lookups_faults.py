"""A service that misbehaves, played by a real HTTPS server: every fault ends in time, in bounds, as `Upstream`."""

from __future__ import annotations

import gzip
import resource
import shutil
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from socket import socket

import pytest

from kg.citations import crossref, lookups
from kg.citations.fetch import Limits
from kg.citations.kept import Cache, Fetched, Ledger
from kg.errors import Upstream
from tests.services import RECORDED, Speak, answer, certificate, reset, serving

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate with")

HOST = "api.crossref.org"
URL = crossref.address("10.1016/s0140-6736(97)11096-0")
BODY = (RECORDED / "crossref-retracted.json").read_bytes()
QUICK = Limits(seconds=0.6, wait=0.3)
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n%sTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("tls"))


def sends(body: bytes) -> Speak:
    return lambda connection, head: connection.sendall(body)


def drips(first: bytes, piece: bytes, seconds: float) -> Speak:
    """Send something, then a little again and again for four seconds: each read succeeds, the whole is late."""

    def speak(connection: socket, head: bytes) -> None:
        connection.sendall(first)
        end = time.monotonic() + 4
        while time.monotonic() < end:
            connection.sendall(piece)
            time.sleep(seconds)

    return speak


def failing(pem: Path, speak: Speak, limits: Limits = QUICK) -> Upstream:
    """Return how a look-up fails against this server, having checked that it ends in time."""
    with serving(pem, speak) as server:
        began = time.monotonic()
        with pytest.raises(Upstream) as caught:
            lookups.look_up("10.1016/s0140-6736(97)11096-0", fetch=server.fetcher(limits))
        assert time.monotonic() - began < limits.seconds + 1.5
    assert "kg add work --title" in (caught.value.hint or "")
    return caught.value


@pytest.mark.parametrize("packed", [True, False])
def test_a_service_that_answers_is_read(pem: Path, packed: bool) -> None:
    body, more = (gzip.compress(BODY), ["Content-Encoding: gzip"]) if packed else (BODY, [])
    with serving(pem, sends(answer("200 OK", body, *more))) as server:
        looked = lookups.look_up("10.1016/s0140-6736(97)11096-0", fetch=server.fetcher())
    assert (looked.work.status, looked.work.raw) == ("retracted", BODY.decode())
    (head,) = server.heads
    lines = head.decode().lower().split("\r\n")
    assert lines[0] == "get /works/10.1016%2fs0140-6736%2897%2911096-0 http/1.1"
    assert "host: api.crossref.org" in lines
    assert "accept-encoding: gzip" in lines
    assert not [one for one in lines if one.startswith(("cookie", "authorization", "referer"))]


@pytest.mark.parametrize(
    "speak",
    [
        lambda connection, head: time.sleep(3),
        drips(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", 0.05),
        drips(b"HTTP/1.1 200 OK\r\nX-A: ", b"b", 0.05),
        drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.02),
        drips(CHUNKED % b"" + b"1\r\n{\r\n", b"1\r\n \r\n", 0.05),
        drips(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n", b" ", 0.05),
        # Gzip that goes on and on without a byte of content.
        drips(CHUNKED % b"Content-Encoding: gzip\r\n", b"14\r\n" + gzip.compress(b"", mtime=0) + b"\r\n", 0.05),
    ],
    ids=["silent", "headers", "one header", "continues", "chunks", "length", "empty gzip"],
)
def test_a_slow_service_ends_at_the_deadline(pem: Path, speak: Speak) -> None:
    assert failing(pem, speak).message == f"{HOST} did not answer within 0.6 s"


def test_a_handshake_that_never_ends(pem: Path) -> None:
    """The server takes the connection and never speaks TLS."""
    with serving(pem, sends(b"")) as server:
        silent = socket()
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        began = time.monotonic()
        with pytest.raises(Upstream, match="did not answer within"):
            server.fetcher(QUICK, resolve=lambda host, port: [silent.getsockname()])(URL, media="json", sound=len)
        assert time.monotonic() - began < 2
        silent.close()


def test_a_name_that_is_not_resolved_in_time(pem: Path) -> None:
    gate = threading.Event()

    def resolve(host: str, port: int) -> list[tuple[str, int]]:
        gate.wait(5)
        return []

    with serving(pem, sends(b"")) as server, pytest.raises(Upstream, match="did not answer within"):
        server.fetcher(QUICK, resolve=resolve)(URL, media="json", sound=len)
    gate.set()


def redirect(status: str, place: str) -> Speak:
    return sends(f"HTTP/1.1 {status}\r\nLocation: {place}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect"])
@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example/",
        "http://api.crossref.org/works/x",
        "https://api.crossref.org@127.0.0.1/",
        "//127.0.0.1/",
        "https://[::1]/",
        "file:///etc/passwd",
        "https://[",
    ],
)
def test_a_redirect_elsewhere_is_refused(pem: Path, status: str, place: str) -> None:
    assert "which look-ups may not ask" in failing(pem, redirect(status, place)).message


def test_a_redirect_that_goes_round(pem: Path) -> None:
    with serving(pem, redirect("302 Found", "/works/again")) as server:
        with pytest.raises(Upstream, match="sends us on more than 2 times"):
            server.fetcher(QUICK)(URL, media="json", sound=len)
        assert len(server.heads) == 3
    assert "sends us on to ''" not in failing(pem, redirect("302 Found", "")).message


def test_a_redirect_to_another_of_the_services_is_followed(pem: Path) -> None:
    def speak(connection: socket, head: bytes) -> None:
        there = b"Host: api.datacite.org" in head
        redirect_to = redirect("301 Moved Permanently", "https://api.datacite.org/dois/x")
        (sends(answer("200 OK", b"{}")) if there else redirect_to)(connection, head)

    with serving(pem, speak) as server:
        found = server.fetcher()(URL, media="json", sound=len)
    assert (found.url, found.body) == (URL, b"{}")


def memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def test_a_gzip_bomb_is_stopped_while_it_unfolds(pem: Path) -> None:
    """One megabyte that would become one gigabyte."""
    bomb = gzip.compress(b" " * 64 * 1024 * 1024, 9) * 16
    before = memory()
    refused = failing(pem, sends(answer("200 OK", bomb, "Content-Encoding: gzip")), Limits(seconds=8))
    assert refused.message == f"{HOST} sends more than 2,097,152 bytes"
    assert memory() - before < 64 * 1024


def test_an_answer_without_end_is_stopped(pem: Path) -> None:
    piece = b"10000\r\n" + b" " * 65536 + b"\r\n"
    refused = failing(pem, drips(CHUNKED % b"", piece, 0), Limits(seconds=8))
    assert refused.message == f"{HOST} sends more than 2,097,152 bytes"


@pytest.mark.parametrize(
    ("spoken", "said"),
    [
        (answer("200 OK", b"not json"), "Crossref answered with something that is no JSON object"),
        (answer("200 OK", b"[" * 1_000_000), "Crossref answered with something that is no JSON object"),
        (answer("200 OK", b'{"message": []}'), "Crossref answered without a work"),
        (answer("200 OK", b"\xff\xfe{}"), "Crossref answered with something that is no JSON object"),
        (answer("200 OK", b""), "Crossref answered with something that is no JSON object"),
        (answer("200 OK", BODY[:-9]), "Crossref answered with something that is no JSON object"),
        (answer("200 OK", b"<html>", media="text/html"), "api.crossref.org answers with text/html, expected json"),
        (answer("200 OK", b"{}", media="text/json5"), "api.crossref.org answers with text/json5, expected json"),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}", "answers with no media type, expected json"),
        (answer("200 OK", b"{}", "Content-Encoding: br"), "api.crossref.org packs its answer as 'br', expected gzip"),
        (answer("200 OK", b"{}", "Content-Encoding: gzip, gzip"), "packs its answer as 'gzip, gzip', expected gzip"),
        (answer("200 OK", b"{}", "Content-Encoding: gzip"), "api.crossref.org sent a body that does not decompress"),
        (answer("500 Internal Server Error", b""), "api.crossref.org answers 500 Internal Server Error"),
        (answer("403 Forbidden", b""), "api.crossref.org answers 403 Forbidden"),
        (answer("204 No Content", b""), "api.crossref.org answers 204 No Content"),
        (answer("503 Service Unavailable", b""), "api.crossref.org answers 503 Service Unavailable"),
        (answer("200 OK", BODY)[:-50], "api.crossref.org broke off or does not speak HTTP"),
        (CHUNKED % b"" + b"5\r\nab", "api.crossref.org broke off or does not speak HTTP"),
        (b"HTTP/1.1 200 OK\r\n", "api.crossref.org broke off or does not speak HTTP"),
        (b"", "api.crossref.org broke off or does not speak HTTP"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "api.crossref.org broke off or does not speak HTTP"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000, "api.crossref.org broke off or does not speak HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}", "api.crossref.org broke off"),
    ],
)  # fmt: skip
def test_an_answer_that_is_none(pem: Path, spoken: bytes, said: str) -> None:
    assert said in failing(pem, sends(spoken), Limits(seconds=5)).message


def test_a_connection_that_is_reset(pem: Path) -> None:
    """Whether a reset shows as an error or as an end depends on what was still on its way."""
    message = failing(pem, lambda connection, head: reset(connection)).message
    assert message.startswith((f"{HOST} cannot be reached (", f"{HOST} broke off"))


def test_a_port_where_nobody_listens(pem: Path) -> None:
    with serving(pem, sends(b"")) as server:
        port = server.port
    with pytest.raises(Upstream, match=r"cannot be reached \(.*refused\)") as caught:
        server.fetcher(QUICK, resolve=lambda host, p: [("127.0.0.1", port)])(URL, media="json", sound=len)
    assert "check the network" in (caught.value.hint or "")


def test_no_network(pem: Path) -> None:
    def resolve(host: str, port: int) -> list[tuple[str, int]]:
        raise OSError(-3, "Temporary failure in name resolution")

    with serving(pem, sends(b"")) as server, pytest.raises(Upstream, match="Temporary failure in name resolution"):
        server.fetcher(QUICK, resolve=resolve)(URL, media="json", sound=len)


@pytest.mark.parametrize("fault", ["not trusted", "other name"])
def test_a_certificate_that_does_not_hold(pem: Path, fault: str) -> None:
    """The connection goes to an address, but the certificate must be that of the name that was asked for."""
    with serving(pem, sends(answer("200 OK", BODY))) as server:
        trusted = server.trusted if fault == "other name" else ssl.create_default_context()
        if fault == "other name":
            (pem.parent / "other").mkdir(exist_ok=True)
            other = certificate(pem.parent / "other", names=["evil.example"])
            server.present(other)
            trusted = ssl.create_default_context(cafile=str(other))
        with pytest.raises(Upstream, match=r"cannot be reached \(.*certificate verify failed"):
            server.fetcher(QUICK, tls=trusted)(URL, media="json", sound=len)
        assert server.heads == []


def busy_then(speaks: list[bytes]) -> Speak:
    left = list(speaks)
    return lambda connection, head: connection.sendall(left.pop(0))


def busy(retry: str, status: str = "429 Too Many Requests") -> bytes:
    return answer(status, b"", f"Retry-After: {retry}")


def test_retry_after_is_obeyed_once(pem: Path) -> None:
    with serving(pem, busy_then([busy("1"), answer("200 OK", b"{}")])) as server:
        began = time.monotonic()
        assert server.fetcher()(URL, media="json", sound=len).body == b"{}"
        assert 1 <= time.monotonic() - began < 3
    soon = format_datetime(datetime.now(UTC) - timedelta(seconds=5), usegmt=True)
    with serving(pem, busy_then([busy(soon, "503 Service Unavailable"), answer("200 OK", b"{}")])) as server:
        assert server.fetcher()(URL, media="json", sound=len).body == b"{}"
    ledger = Ledger(None, per_day=100)
    with serving(pem, busy_then([busy("0"), busy("30")])) as server:
        fetch = server.fetcher(ledger=ledger)
        with pytest.raises(Upstream, match="is busy and asks to wait 30 s"):
            fetch(URL, media="json", sound=len)
        with pytest.raises(Upstream, match="left alone"):
            fetch(URL, media="json", sound=len)
        assert len(server.heads) == 2


@pytest.mark.parametrize(
    ("retry", "said"),
    [("3600", "asks to wait 3600 s"), ("999999999", "asks to wait 999999999 s"), ("-1", "answers 429"),
     ("soon", "answers 429"), ("9" * 40, "answers 429")],
)  # fmt: skip
def test_a_wait_beyond_the_limits_is_told(pem: Path, retry: str, said: str) -> None:
    assert said in failing(pem, sends(busy(retry))).message


def test_a_service_that_keeps_failing_is_left_alone(pem: Path) -> None:
    with serving(pem, sends(answer("500 Internal Server Error", b""))) as server:
        fetch = server.fetcher()
        for _ in range(5):
            with pytest.raises(Upstream, match="answers 500"):
                fetch(URL, media="json", sound=len)
        with pytest.raises(Upstream, match="left alone"):
            fetch(URL, media="json", sound=len)
        assert len(server.heads) == 5
    with serving(pem, sends(answer("400 Bad Request", b""))) as server:
        fetch = server.fetcher()
        for _ in range(7):
            with pytest.raises(Upstream, match="answers 400"):
                fetch(URL, media="json", sound=len)
        assert len(server.heads) == 7


def test_garbage_is_not_kept(pem: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    with serving(pem, busy_then([answer("200 OK", b"{}"), answer("200 OK", BODY)])) as server:
        fetch = server.fetcher(cache=cache)
        with pytest.raises(Upstream, match="without a work"):
            fetch(URL, media="json", sound=crossref.sound)
        assert list(tmp_path.iterdir()) == []
        assert fetch(URL, media="json", sound=crossref.sound).body == BODY
    assert isinstance(cache.take(URL), Fetched)
    assert server.fetcher(cache=cache)(URL, media="json", sound=crossref.sound).cached


def test_an_answer_that_was_kept_and_cannot_be_read_any_more_is_asked_for_again(pem: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put(Fetched(URL, 200, "application/json", b'{"of": "another version"}', time.time()))
    with serving(pem, sends(answer("200 OK", BODY))) as server:
        fetch = server.fetcher(cache=cache)
        assert not fetch(URL, media="json", sound=crossref.sound).cached
        assert fetch(URL, media="json", sound=crossref.sound).cached


def test_a_service_that_is_down_leaves_the_kept_answer(pem: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put(Fetched(URL, 200, "application/json", BODY, time.time()))
    refuse: Callable[[str, int], list[tuple[str, int]]] = lambda host, port: []  # noqa: E731
    with serving(pem, sends(b"")) as server:
        fetch = server.fetcher(cache=cache, resolve=refuse)
    assert lookups.look_up("10.1016/s0140-6736(97)11096-0", fetch=fetch).cached
