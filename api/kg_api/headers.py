"""What stands on every response, errors included: security headers, a request id; and the limits on requests.

Lives here: one pure ASGI wrapper around the whole application, which notes in the log which writes are refused.
Never here: routes, what errors mean.
"""

from __future__ import annotations

import logging
import re
import uuid
from typing import Any
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg_api import problems
from kg_api.sending import in_pieces

ADDRESS_MOST = 8_192
BODY_MOST = 1_048_576
BODIES_MOST = {"/api/v1/imports": 16 * 1_048_576}
REQUESTS_MOST = 300
ANY_ADDRESS = "kg_api.any_address"
"""Stands in the scope of a request that was made in this process, and has an address only for the form's sake."""
PATH_SHOWN = 1_000
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SECURITY = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
REQUEST_ID_MOST = 128
_REQUEST_ID = re.compile(rf"[A-Za-z0-9_.:-]{{1,{REQUEST_ID_MOST}}}")
"""The ids of a request that are kept: nothing that could end a line of a log, or begin another."""
LOG = logging.getLogger("kg_api")


class Shield:
    """Wrap an application: limits before it, headers after it. HEAD is answered as GET without the body.

    Args:
        app: The application, with its own error handling inside.
        address_most: Longest path and query together, in bytes.
        body_most: Largest body, in bytes; counted as it arrives, whatever its headers say.
        requests_most: Most requests answered at once; one more is told to come again. One whose answer is there, and
            only has to be taken by its client, is not counted.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        address_most: int = ADDRESS_MOST,
        body_most: int = BODY_MOST,
        requests_most: int = REQUESTS_MOST,
    ) -> None:
        self.app = app
        self.address_most = address_most
        self.body_most = body_most
        self.requests_most = requests_most
        self.running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection; what is not HTTP passes through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = dict(scope["headers"])
        id = given.get(b"x-request-id", b"").decode("latin-1")
        scope["request_id"] = id if _REQUEST_ID.fullmatch(id) else uuid.uuid4().hex
        head = scope["method"] == "HEAD"
        if head:
            scope["method"] = "GET"

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(SECURITY)
                headers["X-Request-Id"] = scope["request_id"]
                _log_refused(scope, message["status"])
            else:
                message = {**message, "body": b""} if head else message
                if not message.get("more_body", False):
                    self._answered(at_work)
            await in_pieces(send, message)

        at_work: list[Scope] = []
        fault = self._refused(scope, given)
        if fault is not None:
            answer = await problems.told(Request(_shortened(scope)), fault, {"Connection": "close"})
            await answer(scope, receive, dressed)
            return
        self.running += 1
        at_work.append(scope)
        try:
            await self.app(scope, _counted(receive, self._most(scope)), dressed)
        finally:
            self._answered(at_work)

    def _answered(self, at_work: list[Scope]) -> None:
        """Count a request no longer, the first time that this is said of it."""
        self.running -= len(at_work)
        at_work.clear()

    def _most(self, scope: Scope) -> int:
        """Return the most bytes that a body may have at an address."""
        return BODIES_MOST.get(scope["path"], self.body_most)

    def _refused(self, scope: Scope, given: dict[bytes, bytes]) -> dict[str, Any] | None:
        length = len(scope.get("raw_path") or b"") + len(scope["query_string"])
        if length > self.address_most and ANY_ADDRESS not in scope:
            return problems.of_status(
                414,
                f"path and query have {length} bytes, at most {self.address_most} are allowed; ask for less",
            )
        announced = given.get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self._most(scope):
            return problems.of_status(413, _too_large(self._most(scope)))
        if self.running >= self.requests_most:
            return problems.of_status(503, f"{self.running} requests are being answered; come again in a few seconds")
        return None


def _log_refused(scope: Scope, status: int) -> None:
    """Note a write that is refused, by which request, so that its sender can ask why; never what was sent."""
    if 400 <= status < 500 and scope["method"] not in {"GET", "OPTIONS"}:
        path = quote(scope["path"][:PATH_SHOWN], errors="replace")
        LOG.info("request %s: %s %s is refused with %d", scope["request_id"], scope["method"], path, status)


def _shortened(scope: Scope) -> Scope:
    """Return a request without what may have been too long in its address; the language stays."""
    spoken = [one for one in scope["query_string"][-20_000:].split(b"&") if one in {b"lang=en", b"lang=zh"}]
    path = scope["path"] if len(scope["path"]) < PATH_SHOWN else "/"
    return {**scope, "query_string": b"&".join(spoken[:1]), "path": path}


def _counted(receive: Receive, most: int) -> Receive:
    count = 0

    async def counting() -> Message:
        nonlocal count
        message = await receive()
        count += len(message.get("body", b""))
        if count > most:
            raise HTTPException(413, _too_large(most))
        return message

    return counting


def _too_large(most: int) -> str:
    return f"a body may have at most {most} bytes"
