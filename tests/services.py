"""The services that look-ups ask, played for tests: recorded answers, and a real HTTPS server on this machine.

Lives here: `Played`, `Server`, certificates. May enter: files of `tests/recorded`. Never here: the network outside.
"""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import AF_INET, SHUT_RDWR, SO_LINGER, SOCK_STREAM, SOL_SOCKET, socket

import httpx2

from kg.citations.addresses import HOSTS
from kg.citations.fetch import Fetcher, Limits, Outside
from kg.citations.kept import Cache, Ledger

RECORDED = Path(__file__).parent / "recorded"
MEDIA = {
    "crossref": "application/json",
    "datacite": "application/vnd.api+json; charset=utf-8",
    "openalex": "application/json",
    "arxiv": "application/atom+xml; charset=UTF-8",
    "pubmed": "text/xml; charset=UTF-8",
}


class Played(httpx2.BaseTransport):
    """Answers recorded files by address; 404 for any other. Keeps what it was asked."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self._answers = answers
        self.asked: list[httpx2.Request] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Answer a request."""
        self.asked.append(request)
        name = self._answers.get(str(request.url))
        if name is None:
            return httpx2.Response(404, text="Resource not found.")
        media = MEDIA[name.partition("-")[0]]
        return httpx2.Response(200, headers={"Content-Type": media}, content=(RECORDED / name).read_bytes())

    def fetcher(self, folder: Path | None = None, *, per_day: int = 100, fresh: bool = False) -> Fetcher:
        """Return a fetcher that asks here; with a folder, answers are kept."""
        cache = None if folder is None else Cache(folder)
        outside = Outside(transport=self)
        return Fetcher(Ledger(folder, per_day=per_day), cache=cache, outside=outside, fresh=fresh, contact="a@b.org")


def certificate(folder: Path, names: Iterable[str] = HOSTS) -> Path:
    """Make a certificate for the five hosts, signed by itself; the file holds key and certificate."""
    key, made = folder / "key.pem", folder / "cert.pem"
    alternatives = ",".join(f"DNS:{name}" for name in names)
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=tests of look-ups", "-addext", f"subjectAltName={alternatives}"]
    subprocess.run([*command, "-keyout", key, "-out", made], check=True, capture_output=True, timeout=60)
    both = folder / "both.pem"
    both.write_bytes(key.read_bytes() + made.read_bytes())
    return both


Speak = Callable[[socket, bytes], None]


class Server:
    """A server on 127.0.0.1 that speaks TLS and then whatever a test lets it speak, byte by byte.

    `speak` gets the connection and the head of the request; it is run in a thread of its own for each connection.
    """

    def __init__(self, pem: Path, speak: Speak) -> None:
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(pem)
        self._speak = speak
        self._socket = socket(AF_INET, SOCK_STREAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(16)
        self.port: int = self._socket.getsockname()[1]
        self.trusted = ssl.create_default_context(cafile=str(pem))
        self.heads: list[bytes] = []

    def present(self, pem: Path) -> None:
        """Show another certificate."""
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(pem)

    def fetcher(
        self,
        limits: Limits | None = None,
        *,
        ledger: Ledger | None = None,
        cache: Cache | None = None,
        **outside: object,
    ) -> Fetcher:
        """Return a fetcher for which every service is this server; all other rules are those of production."""
        values: dict[str, object] = {
            "resolve": lambda host, port: [("127.0.0.1", self.port)],
            "admits": lambda address: address == "127.0.0.1",
            "tls": self.trusted,
        }
        reached = Outside(**(values | outside))  # type: ignore[arg-type]
        return Fetcher(ledger or Ledger(None, per_day=100), cache=cache, limits=limits, outside=reached)

    def serve(self) -> None:
        """Take connections until the server is closed."""
        while True:
            try:
                plain, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._one, args=(plain,), daemon=True).start()

    def _one(self, plain: socket) -> None:
        with suppress(OSError), self._tls.wrap_socket(plain, server_side=True) as connection:
            head = b""
            while b"\r\n\r\n" not in head and (piece := connection.recv(4096)):
                head += piece
            self.heads.append(head)
            self._speak(connection, head)

    def close(self) -> None:
        """Stop taking connections."""
        with suppress(OSError):
            self._socket.shutdown(SHUT_RDWR)
        self._socket.close()


@contextmanager
def serving(pem: Path, speak: Speak) -> Iterator[Server]:
    """Run a server for the time of a block."""
    server = Server(pem, speak)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join(5)


def answer(status: str, body: bytes, *headers: str, media: str = "application/json") -> bytes:
    """Return an HTTP answer with its length."""
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {media}",
        f"Content-Length: {len(body)}",
        *headers,
        "Connection: close",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def reset(connection: socket) -> None:
    """Make closing the connection a reset."""
    connection.setsockopt(SOL_SOCKET, SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
