"""The one room that opens connections to elsewhere: https to five named services, bounded in every direction.

Lives here: which addresses may be asked, `Fetcher`. May enter: addresses that the rooms of the services make.
Never here: what an answer means; addresses, hosts or names that somebody typed.

An address is checked as parsed, never by its beginning; the name is resolved once, every answer must be public, and
the connection goes to the address that was checked. The deadline is one for all: name, handshake, headers, body.
"""

from __future__ import annotations

import email.utils
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib import metadata
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any
from urllib.parse import urljoin

import httpcore2
import httpx2

from kg.citations.addresses import check_address, is_public
from kg.citations.kept import ABSENT, FOUND, LOG, Cache, Fetched, Ledger
from kg.citations.parsed import BY_HAND, LATER
from kg.errors import BadIdentifier, Upstream

_ACCEPT = {
    "json": "application/json, application/vnd.api+json",
    "xml": "application/atom+xml, application/xml, text/xml",
}
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})
_BUSY = frozenset({429, 503})

Resolve = Callable[[str, int], list[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one look-up may take: seconds in all, bytes decompressed, redirects, seconds of waiting when asked to."""

    seconds: float = 10.0
    bytes: int = 2 * 1024 * 1024
    redirects: int = 2
    wait: float = 5.0


def resolve(host: str, port: int) -> list[tuple[str, int]]:
    """Return the addresses of a host, as the system resolves it.

    Raises:
        OSError: the name is not known, or there is no network.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys((str(address[0]), int(address[1])) for *_, address in found))


@dataclass(frozen=True, slots=True)
class Outside:
    """How the world is reached. The doors use it as it is here; a test names a server of its own instead.

    Attributes:
        resolve: From a host and port to the addresses to connect to.
        admits: Which of those may be connected to; one that may not refuses the host.
        tls: Certificates to trust; None for those of the system.
        transport: Answers requests instead of the network (recorded answers).
    """

    resolve: Resolve = resolve
    admits: Callable[[str], bool] = is_public
    tls: ssl.SSLContext | None = None
    transport: httpx2.BaseTransport | None = None


class Deadline:
    """A moment on the monotonic clock by which all must be done."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left.

        Raises:
            httpcore2.ReadTimeout: none are.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the time is up")
        return left


class _Stream(httpcore2.NetworkStream):
    """A connection on which every step ends at the deadline, however small the steps."""

    def __init__(self, inner: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._inner.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._inner.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._deadline.left()), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Network(httpcore2.NetworkBackend):
    """Connects to addresses that were checked, and to no name."""

    def __init__(self, outside: Outside, deadline: Deadline) -> None:
        self._outside, self._deadline = outside, deadline
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address of the host that answers; all of them must be public."""
        addresses = self._resolve(host, port)
        for address, _ in addresses:
            if not self._outside.admits(address):
                raise Upstream(f"{host} resolves to {address}, which is not a public address", hint=BY_HAND)
        fault: Exception = httpcore2.ConnectError("the name has no address")
        for address, at in addresses[:4]:
            try:
                stream = self._inner.connect_tcp(address, at, self._deadline.left(), None, socket_options)
            except httpcore2.ConnectError as refused:
                fault = refused
                continue
            return _Stream(stream, self._deadline)
        raise fault

    def _resolve(self, host: str, port: int) -> list[tuple[str, int]]:
        """Resolve in a thread of its own, since the resolver of the system knows no deadline."""
        answers: SimpleQueue[list[tuple[str, int]] | OSError] = SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self._outside.resolve(host, port))
            except OSError as fault:
                answers.put(fault)

        Thread(target=ask, daemon=True, name=f"resolve {host}").start()
        try:
            found = answers.get(timeout=self._deadline.left())
        except Empty:
            raise httpcore2.ConnectTimeout("the name was not resolved in time") from None
        if isinstance(found, OSError):
            raise httpcore2.ConnectError(f"the name cannot be resolved: {found.strerror or found}") from found
        return found


class _Wire(httpx2.BaseTransport):
    """Carries a request over a connection of its own, without proxies and without reuse."""

    def __init__(self, outside: Outside, deadline: Deadline) -> None:
        tls = outside.tls or httpx2.create_ssl_context()
        self._pool = httpcore2.ConnectionPool(ssl_context=tls, network_backend=_Network(outside, deadline))

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        plain = httpcore2.Request(
            request.method,
            httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
        )
        answer = self._pool.handle_request(plain)
        return httpx2.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx2.SyncByteStream):
    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class Fetcher:
    """Asks one of the services for one address, or takes its answer from the cache.

    Args:
        ledger: Quota and circuit breaker.
        cache: Answers kept on disk; None keeps none.
        contact: E-mail of the operator, for the polite User-Agent; checked by `kg.settings`.
        limits: What one look-up may take.
        outside: How the world is reached; for tests.
        fresh: Do not take answers from the cache; still keep them there.

    Cost: one connection for each answer that is not kept; memory at most the limit of bytes and one megabyte.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        cache: Cache | None = None,
        contact: str | None = None,
        limits: Limits | None = None,
        outside: Outside | None = None,
        fresh: bool = False,
    ) -> None:
        self._ledger, self._cache, self._fresh = ledger, cache, fresh
        self._limits = limits or Limits()
        self._outside = outside or Outside()
        mail = f"; mailto:{contact}" if contact else ""
        self._agent = f"evidence-kg/{metadata.version('evidence-kg')} (https://w3id.org/evidence-kg{mail})"

    def __call__(self, url: str, *, media: str, sound: Callable[[bytes], object]) -> Fetched:
        """Return what a service answers at an address.

        Args:
            url: An address of one of the services.
            media: What the media type must end in, "json" or "xml".
            sound: Raises `Upstream` when the body of a 200 is not what was asked for; such a body is not kept. Returns
                None when the body says that the service knows no such thing, as 404 does.

        Raises:
            Upstream: the service cannot be reached, refuses, takes too long, sends too much or something else.
            BadIdentifier: the address may not be asked.
        """
        host = check_address(url)
        kept = self._kept(url, sound)
        if kept is not None:
            return kept
        deadline = Deadline(self._limits.seconds)
        with self._told(host):
            time.sleep(self._ledger.ask(host, patience=deadline.left() / 2))
            answer = self._ask(url, media, deadline)
            if isinstance(answer, float):
                self._pause(host, answer, deadline)
                time.sleep(self._ledger.ask(host, patience=deadline.left()))
                answer = self._ask(url, media, deadline)
            if isinstance(answer, float):
                self._ledger.rest(host, answer)
                raise Upstream(f"{host} is busy and asks to wait {answer:.0f} s", hint=LATER)
            if answer.found and sound(answer.body) is None:
                answer = replace(answer, status=ABSENT, body=b"")
        self._ledger.answered(host)
        if self._cache is not None:
            self._cache.put(answer)
        return answer

    def _kept(self, url: str, sound: Callable[[bytes], object]) -> Fetched | None:
        """Return the answer that is kept, unless it is one that cannot be read any more."""
        kept = None if self._cache is None or self._fresh else self._cache.take(url)
        if kept is not None and kept.found:
            try:
                sound(kept.body)
            except Upstream as fault:
                LOG.debug("the answer kept for %s is asked for again: %s", url, fault.message)
                return None
        return kept

    def _pause(self, host: str, seconds: float, deadline: Deadline) -> None:
        """Wait as long as the service asks, when that is within the limits."""
        if seconds > self._limits.wait or seconds >= deadline.left():
            self._ledger.rest(host, seconds)
            raise Upstream(f"{host} is busy and asks to wait {seconds:.0f} s", hint=LATER)
        time.sleep(seconds)

    @contextmanager
    def _told(self, host: str) -> Iterator[None]:
        """Turn whatever the network does into `Upstream`, and note the failure."""
        try:
            yield
        except (httpcore2.TimeoutException, httpx2.TimeoutException) as fault:
            self._ledger.failed(host)
            said = f"{host} did not answer within {self._limits.seconds:g} s"
            raise Upstream(said, hint=LATER) from fault
        except httpx2.DecodingError as fault:
            self._ledger.failed(host)
            raise Upstream(f"{host} sent a body that does not decompress", hint=LATER) from fault
        except (httpcore2.ProtocolError, httpx2.ProtocolError) as fault:
            self._ledger.failed(host)
            raise Upstream(f"{host} broke off or does not speak HTTP: {fault}", hint=LATER) from fault
        except (httpcore2.NetworkError, httpx2.HTTPError, httpx2.InvalidURL, OSError) as fault:
            self._ledger.failed(host)
            said = f"{host} cannot be reached ({_first_line(fault)})"
            raise Upstream(said, hint=f"check the network, or {BY_HAND}") from fault

    def _ask(self, url: str, media: str, deadline: Deadline) -> Fetched | float:
        """Follow redirects to an answer; a number of seconds when the service asks to wait."""
        asked = url
        for _ in range(self._limits.redirects + 1):
            found = self._once(asked, media, deadline)
            if not isinstance(found, str):
                return replace(found, url=url) if isinstance(found, Fetched) else found
            try:
                onward = urljoin(asked, found)
                check_address(onward)
            except (BadIdentifier, ValueError):
                raise _refused(asked, f"sends us on to {found[:100]!r}, which look-ups may not ask") from None
            asked = onward
        raise _refused(asked, f"sends us on more than {self._limits.redirects} times")

    def _once(self, url: str, media: str, deadline: Deadline) -> Fetched | float | str:
        """Ask one address: an answer, seconds to wait, or the address to ask instead."""
        transport = self._outside.transport or _Wire(self._outside, deadline)
        headers = {"User-Agent": self._agent, "Accept": _ACCEPT[media], "Accept-Encoding": "gzip"}
        client = httpx2.Client(transport=transport, trust_env=False, timeout=self._limits.seconds)
        # Not `with client`: recorded answers share one transport, a connection of ours is closed below.
        try:
            with client.stream("GET", url, headers=headers, follow_redirects=False) as answer:
                status = answer.status_code
                if status in _REDIRECTS:
                    return answer.headers.get("Location", "")
                if status in _BUSY and (seconds := _seconds(answer.headers.get("Retry-After", ""))) is not None:
                    return seconds
                if status in _GONE:
                    return Fetched(url, ABSENT, "", b"", time.time())
                if status != FOUND:
                    if status >= 500 or status in _BUSY:
                        self._ledger.failed(check_address(url))
                    raise _refused(url, f"answers {status} {answer.reason_phrase}"[:60])
                return Fetched(url, FOUND, *self._body(url, answer, media, deadline), time.time())
        finally:
            if isinstance(transport, _Wire):
                transport.close()

    def _body(self, url: str, answer: httpx2.Response, media: str, deadline: Deadline) -> tuple[str, bytes]:
        """Return media type and bytes, refusing what is of another kind or too large before it is in memory."""
        given = answer.headers.get("Content-Type", "").split(";")[0].strip().lower()
        if re.fullmatch(rf"[a-z]+/(?:[a-z0-9.+-]+\+)?{media}", given) is None:
            raise _refused(url, f"answers with {given[:60] or 'no media type'}, expected {media}")
        packed = answer.headers.get("Content-Encoding", "identity").strip().lower()
        if packed not in {"identity", "gzip"}:
            raise _refused(url, f"packs its answer as {packed[:40]!r}, expected gzip")
        kept = bytearray()
        for piece in answer.iter_bytes():
            deadline.left()
            kept += piece
            if len(kept) > self._limits.bytes:
                raise _refused(url, f"sends more than {self._limits.bytes:,} bytes")
        return given, bytes(kept)


def _seconds(text: str) -> float | None:
    """Return what Retry-After says, in seconds from now; None when it says nothing usable."""
    if re.fullmatch(r"\d{1,9}", text.strip()):
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return max(0.0, moment.timestamp() - time.time())


def _refused(url: str, said: str) -> Upstream:
    host = check_address(url)
    return Upstream(f"{host} {said}", hint=LATER)


def _first_line(fault: Exception) -> str:
    return (str(fault).splitlines() or [type(fault).__name__])[0][:200]
