"""Files that pages load: our scripts and style, and vis-network from the installed pyvis; held in memory, packed once.

Lives here: the files and their address, which changes with their contents. Never here: what came from a record.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kg.errors import NotFound
from kg_api.replies import Body, sent
from kg_viz.page import SCRIPTS, STATIC, STYLE, VIS_NETWORK

OURS = Path(__file__).with_name("static")
TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
FOREVER = "public, max-age=31536000, immutable"


def read() -> Mapping[str, Body]:
    """Read every file that pages load, by name."""
    own = (path for path in sorted(OURS.iterdir()) if path.suffix in TYPES)
    paths = [*(STATIC / name for name in (*SCRIPTS, STYLE)), *own, VIS_NETWORK]
    return {path.name: Body.of(path.read_bytes()) for path in paths}


def build_of(files: Mapping[str, Body]) -> str:
    """Return a short name for the contents of all files together.

    Example:
        >>> build_of({"a.js": Body(b"1", None)}) == build_of({"a.js": Body(b"2", None)})
        False
    """
    digest = hashlib.sha256()
    for name, body in sorted(files.items()):
        digest.update(f"{name}\0{len(body.plain)}\0".encode() + body.plain)
    return digest.hexdigest()[:12]


def router_of(files: Mapping[str, Body], build: str) -> APIRouter:
    """Return the route that serves the files under `/static/{build}/`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/static/{given}/{name}")
    async def static(request: Request, given: str, name: str) -> Response:
        """Serve one file; a page of an older build gets what is there, to be asked for again next time."""
        body = files.get(name)
        if body is None:
            raise NotFound(f"there is no file {name[:80]!r}", near=())
        caching = FOREVER if given == build else "no-cache"
        headers = {"Cache-Control": caching, "Vary": "Accept-Encoding"}
        return sent(request, body, headers, TYPES[Path(name).suffix])

    return router
