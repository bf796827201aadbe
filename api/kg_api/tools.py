"""The questions as tools of an agent, made of the OpenAPI document; putting one is a request to the application.

Lives here: which operations are tools, their JSON Schema, `ask`. May enter: arguments that a model made up.
Never here: a description of a question or parameter, its parsing, the protocol of agents (kg.cli.agents).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlencode

import orjson
from fastapi import FastAPI
from starlette.types import Message

from kg.criteria import parse_flag
from kg.door import shown
from kg.errors import InputError, KgError, NotFound
from kg.meant import unknown
from kg.receipts.asked import METHODS
from kg.settings import Lang
from kg_api import headers, problems
from kg_api.briefly import BRIEF, DESCRIPTION, shortened, takes
from kg_api.tool_words import mended, said

Json = dict[str, Any]
TAGS = frozenset({"questions", "records", "receipts", "record", "reviewing"})
PEOPLE = frozenset({"people", "person"})
"""Operations about who may write, which bear on no answer."""
FIXED = {name: {"dry_run": "true"} for name, method in METHODS.items() if method.dry_run}
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
_PLACE = re.compile(r"{(\w+)}")
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
    lang: Lang = "en"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a tool says: as text the bytes of the other doors, or less; `beside` it what HTTP tells in headers."""

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
            if takes(name, schema["properties"]):
                described = said(DESCRIPTION, lang)
                schema["properties"][BRIEF] = {"type": "boolean", "default": False, "description": described}
            found[name] = Tool(name, title, about, schema, method.upper(), path, lang)
    return found


def called(tools: Mapping[str, Tool]) -> dict[str, str]:
    """Return by its address, such as `GET /api/v1/raises`, the name of the tool that asks the same."""
    return {f"{tool.method} {tool.path}": f"`{name}`" for name, tool in tools.items() if name not in FIXED}


def _schema(parameters: Iterable[Mapping[str, Any]], lang: Lang) -> Json:
    taken = [one for one in parameters if one["in"] != "header" and one["name"] not in FOR_WRITING]
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
        asked, brief = _briefly(tool, arguments)
        path, query = address(tool, asked)
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
    if brief and isinstance(document, dict):
        document = shortened(document, str(arguments.get("lang") or tool.lang))
        body = orjson.dumps(document)
    return Reply(body.decode(), document, fault=False, revision=revision, beside=told_beside)


def _briefly(tool: Tool, arguments: Mapping[str, Any]) -> tuple[Json, bool]:
    """Return the arguments that the question itself takes, and whether its answer is wanted in short."""
    asked = dict(arguments)
    given = asked.pop(BRIEF, None) if BRIEF in tool.schema["properties"] else None
    brief = given not in (None, "") and parse_flag(given, name=BRIEF)
    if brief and "explain" in tool.schema["properties"]:
        asked["explain"] = True
    return asked, brief


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
    names = called(tools)
    for member in {"detail", "hint"} & problem.keys():
        problem[member] = mended(problem[member], names)
    return Reply(orjson.dumps(problem).decode(), problem, fault=True)


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
