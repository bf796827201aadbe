"""The questions as tools of an agent, made of the OpenAPI document; putting one is a request to the application.

Lives here: which operations are tools, their JSON Schema, `ask`. May enter: arguments that a model made up.
Never here: a description of a question or parameter, its parsing, the protocol of agents (kg.cli.agents).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode

import orjson
from fastapi import FastAPI
from starlette.types import Message

from kg.door import shown
from kg.errors import InputError, KgError, NotFound
from kg.meant import unknown
from kg.settings import Lang
from kg_api import headers, http_words, problems

Json = dict[str, Any]
CHINESE = Path(__file__).with_name("tools_zh.toml")
"""English text of a tool -> the same in Chinese."""
TAGS = frozenset({"questions", "records", "receipts", "record", "reviewing"})
PEOPLE = frozenset({"people", "person"})
"""Operations about who may write, which bear on no answer."""
FIXED: Mapping[str, Mapping[str, str]] = {"retraction": {"dry_run": "true"}}
"""What a tool gives by itself, so that nothing is written."""
FOR_WRITING = frozenset({"dry_run", "notice", "why"})
ARGUMENTS_MOST = headers.BODY_MOST
"""Most bytes of the arguments of a tool together; there is no address that could be too long."""
WHOLE_MOST = 1e15
"""Up to here a number with nothing behind the point, which JSON Schema calls whole, is taken as such."""
SPARQL: Json = {
    "/sparql": {
        "get": {
            "operationId": "sparql",
            "tags": ["questions"],
            "summary": "A SPARQL query on the record as linked data",
            "description": "SPARQL 1.1 Query; the result is JSON, of triples JSON-LD. What cuts it is said beside it.",
            "parameters": [
                {
                    "name": "query",
                    "in": "query",
                    "required": True,
                    "schema": {"type": "string", "examples": ["SELECT ?t { ?t a ekg:Technique } LIMIT 5"]},
                    "description": "SELECT, ASK, CONSTRUCT or DESCRIBE; the usual prefixes are declared.",
                }
            ],
        }
    }
}
"""The endpoint follows another protocol and stands in no OpenAPI document."""
SAID: Mapping[str, str] = {
    ", written `%2B`": "",
    ", by its address": "",
    "; default: what `Accept-Language` prefers": "",
    "Mark a work as retracted or corrected, or see first what that changes": (
        "What changes when a work is retracted or corrected"
    ),
    " Everybody may preview; a reviewer writes.": " Nothing is written.",
    "see /docs for what this address takes": "the schema of the tool says what it takes",
    "`GET /sparql` describes the endpoint, and its page lists the questions": "`kg sparql --list` lists the questions",
    "by POST to /api/v1/entities and its like": "by `kg add`, on the command line",
    "`POST /api/v1/receipts` keeps an answer, with a token": (
        "`kg receipt list`, on the command line, shows what is kept; --keep on a question keeps its answer"
    ),
}
"""What is true of an address and not of a tool -> what is said of the tool."""
_PLACE = re.compile(r"{(\w+)}")
_ADDRESS = re.compile(r"`?\b(GET|POST|PUT|PATCH|DELETE) (/[^\s`?,;]*)(\?[^\s`]*)?`?")
_REVISION = re.compile(rb'(?:W/)?"(\d+)-')


@dataclass(frozen=True, slots=True)
class Tool:
    """One question: what it is called and takes, and the request that puts it."""

    name: str
    title: str
    description: str
    schema: Json
    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a tool says: the bytes of the other doors as text; `beside` them, as JSON, what HTTP tells in headers."""

    text: str
    document: Any
    fault: bool
    revision: int | None = None
    beside: tuple[str, ...] = ()


def tools_of(openapi: Mapping[str, Any], lang: Lang) -> dict[str, Tool]:
    """Return the tools by name: every operation that asks, writes nothing, and takes no body.

    Args:
        openapi: Of the application.
        lang: Language of titles and descriptions, and of answers where no `lang` is given.
    """
    found = {}
    for path, operations in {**openapi["paths"], **SPARQL}.items():
        for method, one in operations.items():
            name = one["operationId"]
            writes = one.get("x-role") is not None and name not in FIXED
            if writes or "requestBody" in one or name in PEOPLE or TAGS.isdisjoint(one["tags"]):
                continue
            title = said(one["summary"], lang)
            about = f"{title}{'。' if lang == 'zh' else '. '}{said(one['description'], lang)}"
            schema = _schema(one.get("parameters", ()), lang)
            found[name] = Tool(name, title, about, schema, method.upper(), path)
    return found


def said(text: str, lang: Lang) -> str:
    """Return a text of the OpenAPI document as it is said of a tool, in a language.

    Example:
        >>> said("Most paths; default 10.", "zh")
        '路径的最多条数，默认 10。'
    """
    plain = " ".join(text.split())
    for words, instead in SAID.items():
        plain = plain.replace(words, instead)
    return _chinese().get(plain, plain) if lang == "zh" else plain


@lru_cache(maxsize=1)
def _chinese() -> Mapping[str, str]:
    return tomllib.loads(CHINESE.read_text("utf-8"))


def _schema(parameters: Iterable[Mapping[str, Any]], lang: Lang) -> Json:
    taken = [one for one in parameters if one["name"] not in FOR_WRITING]
    properties: Json = {}
    for one in taken:
        kept = {word: value for word, value in one["schema"].items() if word not in {"title", "description"}}
        default = {"default": lang} if one["name"] == "lang" else {}
        properties[one["name"]] = {**kept, **default, "description": said(one["description"], lang)}
    required = [one["name"] for one in taken if one.get("required")]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


async def ask(app: FastAPI, tools: Mapping[str, Tool], tool: Tool, arguments: Mapping[str, Any]) -> Reply:
    """Put the question of a tool; a fault is told as over HTTP, with tools in the place of addresses."""
    try:
        path, query = address(tool, arguments)
    except (InputError, NotFound) as fault:
        return _fault(problems.of_error(fault), tools)
    status, sent, body = await _requested(app, tool.method, path, query)
    document = orjson.loads(body)
    if status >= 400:
        return _fault(document, tools)
    tag = _REVISION.match(sent.get(b"etag", b""))
    revision = int(tag[1]) if tag else document.get("revision") if isinstance(document, dict) else None
    told = {name: sent.get(b"x-" + name.encode(), b"").decode() for name in ("complete", "limits", "note")}
    beside: Json = {"complete": False, "limits": told["limits"].split(", ")} if told["complete"] == "false" else {}
    beside |= {"note": unquote(told["note"])} if told["note"] else {}
    told_beside = (orjson.dumps(beside).decode(),) if beside else ()
    return Reply(body.decode(), document, fault=False, revision=revision, beside=told_beside)


def address(tool: Tool, arguments: Mapping[str, Any]) -> tuple[str, str]:
    """Return the path and the query that put a question.

    Raises:
        InputError: an argument is unknown, missing, or nothing that a parameter can be.
        NotFound: an id holds what separates the parts of a path; no id does.

    Example:
        >>> address(Tool("work", "", "", {"properties": {"id": {}, "as_of": {}}, "required": []}, "GET", "/w/{id}"),
        ...     {"id": "hu2022lora", "as_of": 2.0})
        ('/w/hu2022lora', 'as_of=2')
    """
    known = tool.schema["properties"]
    given: dict[str, list[str]] = {}
    for name, value in arguments.items():
        if name not in known:
            raise unknown(name, known, "parameter of this tool")
        words = [word for word in _words(name, value) if word]
        if words:
            given[name] = words
    sizes = {name: sum(len(word.encode()) for word in words) for name, words in given.items()}
    if sum(sizes.values()) > ARGUMENTS_MOST:
        raise InputError(
            f"the arguments have {sum(sizes.values()):,} bytes together, at most {ARGUMENTS_MOST:,} are taken",
            where=max(sizes, key=sizes.__getitem__),
            hint="ask for less at once",
        )
    for name in tool.schema["required"]:
        if name not in given:
            raise InputError(f"{name} is missing", where=name, hint=f"it takes {', '.join(known)}")
    path = tool.path
    for name in _PLACE.findall(path):
        (word, *more) = given.pop(name)
        if more:
            raise InputError(f"{name} is given {1 + len(more)} times, once is enough", where=name)
        if "/" in word:
            raise NotFound(f"no {name} is {word[:100]!r}", where=name, hint="`search` finds ids by words, and by DOI")
        path = path.replace(f"{{{name}}}", quote(word, safe=""))
    return path, urlencode({**FIXED.get(tool.name, {}), **given}, doseq=True)


def _words(name: str, value: Any) -> list[str]:
    """Return an argument as the texts of a query; an object is a scenario, as JSON."""
    if isinstance(value, list):
        return [word for one in value for word in _words(name, one)]
    if value is None or isinstance(value, bool):
        return [] if value is None else [str(value).lower()]
    if isinstance(value, int):
        return [shown(value)]
    if isinstance(value, str | float):
        whole = isinstance(value, float) and value.is_integer() and abs(value) < WHOLE_MOST
        return [str(int(value) if whole else value)]
    if isinstance(value, Mapping) and name == "scenario":
        return [json.dumps(value, ensure_ascii=False, separators=(",", ":"))]
    raise InputError(f"{shown(value)} is of no use here", where=name, hint="give a text, a number, or a list of texts")


def broken() -> Reply:
    """Return what a tool says that failed for a reason that nobody foresaw, and that a log holds."""
    detail = "this is our fault, and no other arguments mend it; the log of the server says more"
    return _fault(problems.document(problems.TABLE[KgError], detail), {})


def _fault(problem: Json, tools: Mapping[str, Tool]) -> Reply:
    for member in {"detail", "hint"} & problem.keys():
        problem[member] = mended(problem[member], tools)
    return Reply(orjson.dumps(problem).decode(), problem, fault=True)


def mended(text: str, tools: Mapping[str, Tool]) -> str:
    """Return a text of a fault with tools in the place of addresses, with commands where there is no tool.

    Example:
        >>> mended("add the work first: `POST /api/v1/works`", {})
        'add the work first: `kg add work`, on the command line'
    """
    names = {f"{tool.method} {tool.path}": f"`{name}`" for name, tool in tools.items() if name not in FIXED}

    def named(found: re.Match[str]) -> str:
        bare = f"{found[1]} {found[2]}"
        return names.get(bare) or _command(bare + (found[3] or "")) or _command(bare) or found[0]

    return _ADDRESS.sub(named, said(text, "en"))


def _command(address: str) -> str | None:
    """Return which command does what an address does; of several that begin alike their beginning."""
    does = [words for words, one in http_words.COMMANDS.items() if one == address]
    if not does:
        return None
    (first, *_), alike = does, {words.split()[0] for words in does}
    return f"`kg {first if len(does) == 1 or len(alike) > 1 else alike.pop()}`, on the command line"


async def _requested(app: FastAPI, method: str, path: str, query: str) -> tuple[int, dict[bytes, bytes], bytes]:
    """Return what the application answers to a request without a body, as if it came over HTTP; no address is long."""
    start: Message = {}
    pieces: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        start.update(message if message["type"] == "http.response.start" else {})
        pieces.append(message.get("body", b""))

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"accept", b"application/json")],
        "client": ("localhost", 0),
        "server": ("localhost", 80),
        "state": {},
        headers.ANY_ADDRESS: True,
    }
    await app(scope, receive, send)
    return start["status"], {name.lower(): value for name, value in start["headers"]}, b"".join(pieces)
