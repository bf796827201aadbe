"""Reading from pages of other sites: linked data and SPARQL are open to scripts of any origin, without credentials.

Lives here: one pure ASGI wrapper (Cross-Origin Resource Sharing). Never here: what is answered, who may write.
"""

from __future__ import annotations

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPEN = re.compile(r"/(?:id/.+|ontology(?:/.+)?|\.well-known/void|sparql)")
TOLD = "ETag, Link, Retry-After, X-Complete, X-Limits, X-Note, X-Request-Id"
"""Headers that a script may read beside the few that it always may."""
TAKEN = "Accept, Accept-Language, Content-Type, If-None-Match"
"""Headers that a script may send; nothing that says who asks."""


class Open:
    """Wrap an application: what is open is marked as open, and its preflights are answered.

    Every origin is named by `*`, so that browsers never send cookies along and what is read is what anybody reads.

    Args:
        app: The application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection; what is not open passes through."""
        if scope["type"] != "http" or OPEN.fullmatch(scope["path"]) is None:
            await self.app(scope, receive, send)
            return
        methods = "GET, HEAD, POST" if scope["path"] == "/sparql" else "GET, HEAD"
        asked = Headers(scope=scope).get("access-control-request-method")
        if scope["method"] == "OPTIONS" and asked is not None:
            headers = MutableHeaders(
                {
                    "Access-Control-Allow-Origin": "*",
                    "Access-Control-Allow-Methods": methods,
                    "Access-Control-Allow-Headers": TAKEN,
                    "Access-Control-Max-Age": "86400",
                }
            )
            await send({"type": "http.response.start", "status": 204, "headers": headers.raw})
            await send({"type": "http.response.body", "body": b""})
            return

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Access-Control-Allow-Origin"] = "*"
                headers["Access-Control-Expose-Headers"] = TOLD
            await send(message)

        await self.app(scope, receive, marked)
