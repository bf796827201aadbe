"""The front: what was sent once is sent again, before anything is routed or parsed, while the record stays as it is.

Lives here: `Front`. May enter: requests as they come, responses as they leave. Never here: what an answer says.
A request that says who sends it goes past it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from anyio import to_thread
from starlette.datastructures import State
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.errors import KgError
from kg.memo import Memo
from kg.record import Store
from kg_api.crediting import is_of_now
from kg_api.headers import ADDRESS_MOST
from kg_api.replies import matches, takes_gzip

HELD_MOST, HELD_BYTES = 10_000, 32 * 1024 * 1024
AGAIN = (b"server-timing", b'memory;desc="sent before";dur=0')
_PASSED = frozenset({b"cookie", b"authorization", b"range"})
_TOLD = (b"host", b"accept", b"accept-language")
_STAY = frozenset({b"etag", b"cache-control", b"vary", b"content-language"})
_REVISION = re.compile(r'(?:W/)?"(\d{1,15})-')
Key = tuple[object, ...]
Headers = list[tuple[bytes, bytes]]


class Sent(NamedTuple):
    """A response that may be sent again at its revision."""

    revision: int
    tag: str
    headers: Headers
    body: bytes


class Front:
    """Answers a request that came before, word for word, as it was answered, if the record is where it was.

    Args:
        inner: Answers all others.
        state: Of the application; holds the graph.

    Laws: only answers that carry a tag of the record, and name no people, are sent again, at the revision of the tag,
    to requests with the same address, query, host and accepted languages, types and codings. When the record has moved
    on, one request for an address that was asked before is passed on, and those that come meanwhile wait for what it is
    answered.
    """

    def __init__(self, inner: ASGIApp, state: State) -> None:
        self._inner, self._state, self._look = inner, state, Look()
        self._held: Memo[Sent] = Memo(HELD_MOST, heaviest=HELD_BYTES, weigh=lambda one: 1_000 + len(one.body))
        self._first: dict[tuple[asyncio.AbstractEventLoop, Key], asyncio.Event] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        told = _key(scope)
        if told is None:
            await self._inner(scope, receive, send)
            return
        key = (id(self._state.graph), *told)
        if key not in self._held:
            await self._noticed(key, scope, receive, send)
            return
        if await self._again(key, scope, send):
            return
        place = (asyncio.get_running_loop(), key)
        first = self._first.get(place)
        if first is not None:
            await first.wait()
            if not await self._again(key, scope, send):
                await self._noticed(key, scope, receive, send)
            return
        mine = self._first[place] = asyncio.Event()

        def known() -> None:
            if self._first.get(place) is mine:
                del self._first[place]
            mine.set()

        try:
            await self._noticed(key, scope, receive, send, known)
        finally:
            known()

    async def _again(self, key: Key, scope: Scope, send: Send) -> bool:
        """Send what was sent before, if the record is where it was; return whether it is."""
        found = self._held.get(key)
        if found is None or await self._revision() != found.revision:
            return False
        given = dict(scope["headers"]).get(b"if-none-match")
        unchanged = matches(None if given is None else given.decode("latin-1"), found.tag)
        headers = [one for one in found.headers if one[0] in _STAY] if unchanged else [*found.headers, AGAIN]
        await send({"type": "http.response.start", "status": 304 if unchanged else 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if unchanged else found.body})
        return True

    async def _noticed(
        self, key: Key, scope: Scope, receive: Receive, send: Send, known: Callable[[], None] = lambda: None
    ) -> None:
        """Pass a request on, and keep what it is answered; say when that is known, before any of it is sent.

        Sending may take as long as a client pleases, who does not read, and nobody else is to wait for that.
        """
        start: list[Message] = []

        async def noticed(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.append(message)
                return
            if start:
                head = start.pop()
                if message["type"] == "http.response.body" and not message.get("more_body", False):
                    kept = _kept(head, message.get("body", b""))
                    if kept is not None and not is_of_now(scope):
                        self._held.put(key, kept)
                known()
                await send(head)
            await send(message)

        await self._inner(scope, receive, noticed)

    async def _revision(self) -> int | None:
        """Return the newest revision; None where it cannot be had, and whoever answers in our place says why."""
        store = self._state.graph.store
        at_once: int | None = store.number_at_once()
        if at_once is not None:
            return at_once
        with suppress(KgError):
            return await self._look.at(store)
        return None


class Look:
    """Asks a database server for the newest revision, in a thread: once for all requests that came before it began."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._next: asyncio.Task[int] | None = None

    async def at(self, store: Store) -> int:
        """Return the number of the newest revision, looked up wholly after this was called.

        Raises:
            StoreError: the database cannot be used; told to all who wait for this look.
        """
        shared = self._next
        if shared is None or shared.get_loop() is not asyncio.get_running_loop():
            shared = self._next = asyncio.create_task(self._ask(store))
        return await asyncio.shield(shared)

    async def _ask(self, store: Store) -> int:
        async with self._turn:
            self._next = None
            return await to_thread.run_sync(store.number)


def _key(scope: Scope) -> Key | None:
    """Return all that an answer may depend on beside the record; None where it is not to be sent again."""
    if scope["type"] != "http" or scope["method"] != "GET" or len(scope["query_string"]) > ADDRESS_MOST:
        return None
    headers = dict(scope["headers"])
    if len(headers) < len(scope["headers"]) or not _PASSED.isdisjoint(headers):
        return None
    gzip = takes_gzip(headers.get(b"accept-encoding", b"").decode("latin-1"))
    told = tuple(headers.get(name) for name in _TOLD)
    return (scope["scheme"], scope["path"], scope.get("raw_path"), scope["query_string"], gzip, *told)


def _kept(start: Message, body: bytes) -> Sent | None:
    headers: Headers = [(name.lower(), value) for name, value in start["headers"]]
    named = dict(headers)
    revision = _REVISION.match(named.get(b"etag", b"").decode("latin-1"))
    if start["status"] != 200 or revision is None or named.get(b"cache-control") != b"no-cache":
        return None
    lasting = [(name, value) for name, value in headers if name != b"server-timing"]
    return Sent(int(revision[1]), named[b"etag"].decode("latin-1"), lasting, body)
