"""JSON bodies of strangers: read strictly, once, before anything looks at what they say.

Lives here: `read`, `needed`, `parse`. May enter: requests, bytes. Never here: what a member means.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Any, NoReturn

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from kg.errors import InputError, ParseFailure
from kg.inputs import REFUSED
from kg_api import problems

DEPTH_MOST = 32
INTEGER_MOST = 2**63 - 1
JSON = "application/json"
VALUES_MOST = 100_000
LONG = 65_536
"""Bodies of more bytes are read in a thread, so that others are served meanwhile."""
_TOKENS = re.compile(rb'[\[\]{}]|"(?:[^"\\]++|\\.|\\\Z)*+(?:"|\Z)', re.DOTALL)
_STEPS = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}
Json = dict[str, Any]


async def read(request: Request) -> Json:
    """Return the JSON object of a body; a request without a body gives an empty one.

    Raises:
        Refusal: 415, the body is of another kind or compressed.
        ParseFailure, InputError: it cannot be read; see `parse`.
    """
    raw = await request.body()
    refuse_other_kinds(request, raw, JSON)
    request.state.body = raw
    if len(raw) > LONG:
        return await run_in_threadpool(parse, raw)
    return parse(raw) if raw.strip() else {}


async def needed(values: Annotated[Json, Depends(read)], request: Request) -> Json:
    """Return the JSON object of a body that says something.

    Raises:
        ParseFailure: there is no body.
    """
    if not request.state.body.strip():
        hint = f"send an object, with Content-Type: {JSON}"
        raise ParseFailure("there is no body, and a JSON object was expected", source="body", hint=hint)
    return values


def refuse_other_kinds(request: Request, raw: bytes, *kinds: str) -> None:
    """Refuse a body that is compressed, or whose Content-Type is none of `kinds`; no body is of any kind.

    Raises:
        Refusal: 415.
    """
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = re.search(r"charset\s*=\s*\"?([^\s\";]+)", parameters, re.IGNORECASE)
    told = ", ".join(kinds)
    if request.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise problems.Refusal(
            problems.of_status(415, "bodies are not decompressed here"), {"Accept-Encoding": "identity"}
        )
    if raw and kind.strip().lower() not in kinds:
        raise problems.Refusal(problems.of_status(415, f"a body is sent as {told}"), {"Accept-Post": told})
    if charset is not None and charset[1].lower() not in {"utf-8", "utf8"}:
        raise problems.Refusal(problems.of_status(415, f"a body is sent as {told}, in UTF-8"), {"Accept-Post": told})


def parse(raw: bytes) -> Json:
    """Return the object that a text in JSON says.

    Refused are: what is no JSON (RFC 8259), NaN and Infinity, numbers beyond 64 bits, a member given twice, nesting
    deeper than 32, more than 100,000 values, and texts with control characters, lone surrogates or overrides of the
    direction of writing.

    Raises:
        ParseFailure: it cannot be read; names the line.
        InputError: it can be read, and not be used; names the member.

    Example:
        >>> parse(b'{"a": [1, "b"]}')
        {'a': [1, 'b']}
    """
    if deepest(raw) > DEPTH_MOST:
        raise ParseFailure(f"this is not JSON that is read here: it is nested deeper than {DEPTH_MOST}", source="body")
    if raw.count(b",") > VALUES_MOST:
        raise ParseFailure(f"this is not JSON that is read here: more than {VALUES_MOST} values", source="body")
    try:
        values = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_members,
            parse_constant=_no_number,
            parse_int=_integer,
            parse_float=_float,
        )
    except UnicodeDecodeError as fault:
        raise ParseFailure("this is not JSON: it is not UTF-8", source="body") from fault
    except json.JSONDecodeError as fault:
        shown = raw[:80].decode("utf-8", "replace")
        raise ParseFailure(f"this is not JSON: {fault.msg}", source="body", line=fault.lineno, raw=shown) from fault
    if not isinstance(values, dict):
        raise ParseFailure("a body is a JSON object", source="body", hint="send an object, in curly brackets")
    for place, text in texts("", values):
        _refuse_unfit(place, text)
    return values


def deepest(raw: bytes) -> int:
    """Return how deep brackets are nested, those in texts aside; an upper bound where it is no JSON. Linear.

    Example:
        >>> deepest(b'{"a": [[], "[[["]}')
        3
    """
    depth = most = 0
    for token in _TOKENS.finditer(raw):
        if token[0] in _STEPS:
            depth += _STEPS[token[0]]
            most = max(most, depth)
    return most


def texts(place: str, value: Any) -> Iterator[tuple[str, str]]:
    """Give every text in a value with its place, names of members included.

    Example:
        >>> list(texts("", {"a": ["x"]}))
        [('a', 'a'), ('a.0', 'x')]
    """
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            below = f"{place}.{name}" if place else name
            yield below, name
            yield from texts(below, inner)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from texts(f"{place}.{at}" if place else str(at), inner)


def _refuse_unfit(place: str, text: str) -> None:
    if text.isascii() and text.isprintable():
        return
    for at, char in enumerate(text):
        if char in REFUSED or (char not in "\n\r\t" and unicodedata.category(char) in {"Cc", "Cs"}):
            shown = place[:100].encode("ascii", "backslashreplace").decode()
            where = "".join(one if one.isprintable() else "?" for one in shown)
            raise InputError(
                f"{where}: character U+{ord(char):04X} at position {at} is not allowed in text", where=where
            )


def _members(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) < len(pairs):
        times = Counter(name for name, _ in pairs)
        twice = next(name for name in times if times[name] > 1)
        raise InputError(f"{twice[:60]!r} is given twice", where=repr(twice[:60])[1:-1], hint="give each member once")
    return found


def _no_number(word: str) -> NoReturn:
    raise ParseFailure(f"this is not JSON: {word} is no number", source="body")


def _integer(digits: str) -> int:
    if len(digits) > 20 or abs(int(digits)) > INTEGER_MOST:
        raise ParseFailure(f"the number {digits[:24]} is larger than any that is used here", source="body")
    return int(digits)


def _float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ParseFailure(f"the number {digits[:24]} is larger than any that is used here", source="body")
    return value


Body = Annotated[Json, Depends(read)]
Needed = Annotated[Json, Depends(needed)]
