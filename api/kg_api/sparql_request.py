"""A request to the SPARQL endpoint, taken apart as the W3C's protocol says: by address, by form, or as the body.

Lives here: `Asked`, `read`. May enter: requests. Never here: what a query may do (kg.rdf.guard), answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from fastapi import Request
from starlette.exceptions import HTTPException

from kg.errors import InputError
from kg.rdf.competency import question

PARAMETERS_MOST = 64
FORM, QUERY, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
NOT_TAKEN = {
    "update": "this endpoint only reads",
    "using-graph-uri": "it belongs to updates, and this endpoint only reads",
    "using-named-graph-uri": "it belongs to updates, and this endpoint only reads",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks.

    Attributes:
        query: The query; None when there is none.
        default: Graphs named by `default-graph-uri`.
        named: Graphs named by `named-graph-uri`.
        formats: Names of formats for the result, when the request names some; generic clients give several.
        example: Name of the competency question that was asked, if one was.
    """

    query: str | None = None
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    example: str | None = None


async def read(request: Request) -> Asked:
    """Take a request apart.

    `query`, `default-graph-uri`, `named-graph-uri` are the protocol's; `format`, `example` and `lang` are ours. Other
    parameters are left alone: clients send what other servers want (`output`, `results`, `timeout`).

    Raises:
        InputError: a parameter is given twice, is not text, or is not taken here.
        NotFound: there is no question of the name given as `example`.
        HTTPException: 415, the body is neither a form nor a query.
    """
    pairs = _pairs(request.scope["query_string"], "address")
    if request.method == "POST":
        kind, _, parameter = request.headers.get("content-type", "").partition(";")
        body = await request.body()
        if kind.strip().lower() == FORM:
            pairs += _pairs(body, "body")
        elif kind.strip().lower() == QUERY:
            pairs.append(("query", _text(body, "body")))
        elif kind.strip().lower() == UPDATE:
            raise InputError("updates are not taken; this endpoint only reads", where="Content-Type")
        else:
            raise HTTPException(415)
        charset = parameter.strip().lower().removeprefix("charset=").strip('"')
        if charset not in {"", "utf-8", "utf8"}:
            raise InputError(
                f"{charset[:40]!r} is not a character set that is read", where="Content-Type", hint="UTF-8"
            )
    return _asked(pairs)


def _asked(pairs: list[tuple[str, str]]) -> Asked:
    for name, value in pairs:
        if name in NOT_TAKEN and value:
            raise InputError(f"{name} is not taken: {NOT_TAKEN[name]}", where=name)
    query = _single(pairs, "query")
    example = _single(pairs, "example")
    if example is not None and query is None:
        query = question(example).text
    return Asked(
        query,
        _many(pairs, "default-graph-uri"),
        _many(pairs, "named-graph-uri"),
        _many(pairs, "format"),
        example,
    )


def _single(pairs: list[tuple[str, str]], wanted: str) -> str | None:
    given = [value for name, value in pairs if name == wanted and value.strip()]
    if len(given) > 1:
        raise InputError(f"{wanted} is given {len(given)} times, once is enough", where=wanted)
    return given[0] if given else None


def _many(pairs: list[tuple[str, str]], wanted: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for name, value in pairs if name == wanted and value.strip()))


def _pairs(raw: bytes, where: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(raw.decode("ascii"), keep_blank_values=True, max_num_fields=PARAMETERS_MOST, errors="strict")
    except UnicodeDecodeError as fault:
        raise InputError(f"the {where} is not UTF-8, percent-encoded", where=where) from fault
    except ValueError as fault:
        raise InputError(f"the {where} has more than {PARAMETERS_MOST} parameters", where=where) from fault


def _text(raw: bytes, where: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise InputError(f"the {where} is not UTF-8", where=where) from fault
