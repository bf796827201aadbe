"""The host that a request is for, and its address: what is none of them is refused, and nothing that is one."""

from __future__ import annotations

import json
import time

import h11
import pytest

from kg_api.requests import FRAGMENT, HEAD_MOST, NO_HOST, Requests
from tests.api.test_server import port as port
from tests.api.test_server import talk

HOSTS = (
    b"x", b"", b"localhost:8000", b"127.0.0.1:80", b"my_host.example.org:65535", b"x:", b"x:00080", b"[::1]",
    b"[::1]:8000", b"[2001:DB8::1]:443", b"[::ffff:10.0.0.1]", b"[v1.a:b]", b"a.b.", b"xn--fiqs8s", b"a%20b", b"a~b!",
)  # fmt: skip
NONE = (
    b"a b", b"ann@x", b":80", b"o[ther:99999999", b"o[ther", b"x:65536", b"x:99999999", b"x:8o", b"x:1:2", b"::1",
    b"[::1", b"::1]", b"[::1]x", b"[x]", b"[]", b"[::1%eth0]", b"[::1%25eth0]", b"a%2", b"a%zz", b"<x>",
    b"a,b c", b"caf\xe9", b"a\\b", b"a\"b", b"x:" + b"1" * 5_000,
)  # fmt: skip


def asked(target: bytes, host: bytes) -> h11.Request:
    requests = Requests()
    requests.receive_data(b"GET " + target + b" HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
    got = requests.next_event()
    assert isinstance(got, h11.Request)
    return got


@pytest.mark.parametrize("host", HOSTS)
def test_a_host_is_taken(host: bytes) -> None:
    assert dict(asked(b"/healthz", host).headers)[b"host"] == host
    if host:
        assert dict(asked(b"http://" + host + b"/healthz", b"x").headers)[b"host"] == host


@pytest.mark.parametrize("host", [b"a/b", b"x?", b"http://x"])
def test_more_than_a_host_is_none(host: bytes) -> None:
    with pytest.raises(h11.RemoteProtocolError, match="the host of the request is none"):
        asked(b"/healthz", host)


@pytest.mark.parametrize("host", NONE)
def test_what_is_no_host_is_refused_wherever_it_stands(host: bytes) -> None:
    with pytest.raises(h11.RemoteProtocolError, match="the host of the request is none"):
        asked(b"/healthz", host)
    with pytest.raises(h11.RemoteProtocolError, match="the host of the request is none"):
        asked(b"http://x/healthz", host)
    with pytest.raises(h11.RemoteProtocolError):
        asked(b"http://" + host + b"/healthz", b"x")


@pytest.mark.parametrize("target", [b"/healthz#x", b"/healthz#", b"http://o/healthz#x", b"http://o#x", b"/?a=b#c"])
def test_an_address_with_a_fragment_is_refused(target: bytes) -> None:
    with pytest.raises(h11.RemoteProtocolError, match="the address has a fragment"):
        asked(target, b"x")


@pytest.mark.parametrize("piece", [b"a", b"%20", b"1", b"%", b":", b"[", b"a:1", b"a:" + b"0" * 60_000])
def test_a_long_host_is_read_at_once(piece: bytes) -> None:
    room = HEAD_MOST - 100
    for host in (piece * (room // len(piece)), piece * (room // len(piece) - 1) + b" x"):
        start = time.perf_counter()
        try:
            asked(b"/", host)
        except h11.RemoteProtocolError:
            assert piece not in {b"a", b"%20", b"1"} or host.endswith(b" x")
        assert time.perf_counter() - start < 0.5


def test_the_server_says_what_is_wrong_and_what_to_send(port: int) -> None:
    for target, host, said in (
        (b"/healthz", b"a b", NO_HOST),
        (b"http://o[ther:99999999/healthz", b"x", NO_HOST),
        (b"/healthz#x", b"x", FRAGMENT),
        (b"http://o/healthz#x", b"x", FRAGMENT),
    ):
        sent = b"GET " + target + b" HTTP/1.1\r\nHost: " + host + b"\r\n\r\n"
        head, _, body = talk(port, sent).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400")
        assert json.loads(body)["detail"] == said
    sent = b"GET /healthz HTTP/1.1\r\nHost: [::1]:80\r\nConnection: close\r\n\r\n"
    assert talk(port, sent).startswith(b"HTTP/1.1 200")
