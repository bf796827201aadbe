"""Replies: bytes with an entity tag, compressed where it pays, remembered while the record stays as it is.

Lives here: tags, 304, gzip, the memory of bodies. May enter: documents as bytes. Never here: what a document says.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from time import perf_counter
from typing import Any

import orjson
from fastapi import Request
from fastapi.responses import Response

from kg.memo import Memo
from kg.question.answers import Answer
from kg_api.asking import face_of

JSON = "application/json"
HTML = "text/html; charset=utf-8"
GZIP_LEAST = 1_400
GZIP_LEVEL = 5
MEMORY_BYTES, MEMORY_MOST = 64 * 1024 * 1024, 20_000


@dataclass(frozen=True, slots=True)
class Body:
    """A body as it is sent: `plain`, and `packed` by gzip when that is shorter."""

    plain: bytes
    packed: bytes | None

    @classmethod
    def of(cls, plain: bytes) -> Body:
        """Pack a body when it is long enough for that to pay."""
        packed = gzip.compress(plain, GZIP_LEVEL, mtime=0) if len(plain) >= GZIP_LEAST else None
        return cls(plain, packed)

    @property
    def size(self) -> int:
        """Bytes held."""
        return len(self.plain) + len(self.packed or b"")


class Memory(Memo[Body]):
    """Bodies by tag, the most recently used ones, up to a number of them and of bytes."""

    def __init__(self, most: int = MEMORY_BYTES) -> None:
        super().__init__(MEMORY_MOST, heaviest=most, weigh=lambda body: body.size)


def reply(
    request: Request,
    make: Callable[[], Answer | Mapping[str, Any] | str | bytes],
    *,
    lang: str | None = None,
    media_type: str = JSON,
    also: str = "",
    strong: bool = False,
) -> Response:
    """Return what `make` makes, or 304 when the client has it, or the body remembered from the last time.

    The tag names revision, ontology, path, query and language: a document depends on nothing else, a page also on how
    its address says the language, since its links do the same. `make` runs only when the body is not remembered, once
    for all who ask at the same time. `Server-Timing` tells the time it took (compute), and the time that this request
    gave to bring the record up to date (follow), where it had to.

    Args:
        request: Gives address, conditions, and the graph of its application.
        make: Returns an answer or document to be sent as JSON, or the text of a page, or a file.
        lang: Language that the document was asked in, where it has one.
        media_type: Media type of the body.
        also: What else the document depends on, such as the name of the server.
        strong: Give a strong tag, one for each coding, which `If-Match` may send back with a write.
    """
    state = request.app.state
    face = face_of(request)
    said = repr(request.query_params.getlist("lang")) if media_type == HTML else ""
    tag = tag_of(request, face.revision, lang=lang, also=state.stamp + also + said)
    if strong:
        tag = strengthened(tag, packed=takes_gzip(request.headers.get("accept-encoding", "")))
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding, Accept-Language"}
    if lang is not None:
        headers["Content-Language"] = "zh-Hans" if lang == "zh" else "en"
    if matches(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    memory: Memory = state.memory
    taken: list[float] = []

    def body() -> Body:
        start = perf_counter()
        made = in_words(request, make())
        taken.append(perf_counter() - start)
        return Body.of(_bytes(made))

    found = memory.made(tag, body)
    told = [f"compute;dur={taken[0] * 1000:.2f}" if taken else 'memory;desc="remembered";dur=0']
    told += [f"follow;dur={face.followed * 1000:.2f}"] if face.followed else []
    headers["Server-Timing"] = ", ".join(told)
    return sent(request, found, headers, media_type)


def fresh(request: Request, made: Answer | Mapping[str, Any] | bytes) -> Response:
    """Return an answer, a document, or JSON as bytes, which no cache may keep."""
    return Response(_bytes(in_words(request, made)), media_type=JSON, headers={"Cache-Control": "no-store"})


def in_words(
    request: Request, made: Answer | Mapping[str, Any] | str | bytes
) -> Answer | Mapping[str, Any] | str | bytes:
    """Return an answer with its paragraph where the request wants one, anything else as it is."""
    if isinstance(made, Answer) and getattr(request.state, "explain", False):
        return made.said(face_of(request).explain(made))
    return made


def sent(request: Request, body: Body, headers: dict[str, str], media_type: str) -> Response:
    """Return a body in the coding that the client takes."""
    if body.packed is not None and takes_gzip(request.headers.get("accept-encoding", "")):
        return Response(body.packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=media_type)
    return Response(body.plain, headers=headers, media_type=media_type)


def tag_of(request: Request, revision: int, *, lang: str | None, also: str) -> str:
    """Return the entity tag of what an address shows at a revision; weak, since gzip and plain may share it.

    Law: the order of query parameters of different names does not matter; that of one name does.
    """
    pairs = [pair for pair in request.query_params.multi_items() if pair[0] != "lang"]
    parts = repr((request.scope["path"], sorted(pairs, key=itemgetter(0)), revision, lang, also))
    return f'W/"{revision}-{hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:20]}"'


def strengthened(tag: str, *, packed: bool) -> str:
    """Return the strong tag of a document as it is sent to those who take gzip, or to those who do not.

    Example:
        >>> strengthened('W/"7-ab"', packed=True)
        '"7-ab-gzip"'
    """
    bare = tag.removeprefix("W/")
    return f'{bare[:-1]}-gzip"' if packed else bare


def takes_gzip(accepted: str) -> bool:
    """Say whether an Accept-Encoding header allows gzip.

    Example:
        >>> takes_gzip("br, gzip;q=0.5"), takes_gzip("gzip;q=0"), takes_gzip("")
        (True, False, False)
    """
    for part in accepted.lower().split(","):
        coding, _, quality = part.partition(";")
        if coding.strip() in {"gzip", "*"}:
            return quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def matches(given: str | None, tag: str) -> bool:
    """Say whether an If-None-Match header names a tag.

    Example:
        >>> matches('"other", "7-ab"', 'W/"7-ab"'), matches(None, 'W/"7-ab"')
        (True, False)
    """
    if given is None:
        return False
    bare = tag.removeprefix("W/")
    return given.strip() == "*" or any(one.strip().removeprefix("W/") == bare for one in given.split(","))


def _bytes(made: Answer | Mapping[str, Any] | str | bytes) -> bytes:
    if isinstance(made, Answer):
        return made.json()
    if isinstance(made, bytes):
        return made
    return made.encode() if isinstance(made, str) else orjson.dumps(made)
