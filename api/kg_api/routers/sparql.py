"""The SPARQL endpoint over HTTP: the W3C's protocol for queries, and a page with an editor for people.

May enter: requests of strangers. Never here: what a query may do (kg.rdf.guard), where it is evaluated (kg.rdf.sparql).
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from kg.errors import InputError, KgError, NotFound, Upstream
from kg.rdf import guard, results, service, worker
from kg.rdf.nodes import why_no_iri
from kg.rdf.sparql import Found
from kg.settings import Lang
from kg_api import problems, sparql_page
from kg_api.asking import TheLang, face_of
from kg_api.quota import Exceeded, Quota
from kg_api.replies import HTML, Body, matches, sent, tag_of
from kg_api.sparql_request import Asked, read

router = APIRouter(include_in_schema=False)
SECONDS = 5
NOTE_BYTES = 600
"""Most of what a header says of unknown names, before it is percent-encoded: proxies keep few kilobytes for headers."""
SEEN = "Accept, Accept-Encoding, Accept-Language"
_ASCII = "".join(map(chr, range(0x20, 0x7F)))
"""What stands in a header as it is; the rest is percent-encoded, as in an IRI."""
_OFF = "SPARQL over HTTP is off here: queries of strangers need processes that can be limited and killed, as Linux has"


@router.get("/sparql", name="sparql")
@router.post("/sparql", name="sparql_post")
async def sparql(request: Request, spoken: TheLang) -> Response:
    """Answer a query; without one, describe the service, or show the page to a browser."""
    asked = Asked()
    headers: dict[str, str] = {}
    ranges = results.media_ranges(request.headers.get("accept", ""))
    likes_pages = ranges.get("text/html", 0.0) == max(ranges.values(), default=0.0) > 0
    try:
        asked = await read(request)
        for_page = "html" in asked.formats or (not asked.formats and likes_pages)
        if asked.query is None and not for_page:
            if request.method == "POST" or "query" in request.query_params:
                raise InputError("no query is given", where="query")
            return _described(request, asked)
        if not for_page:
            return await _answered(request, asked)
        found = None if asked.query is None else await _found(request, asked, "table")
        return _page(request, spoken, asked, found=found)
    except HTTPException as fault:
        if fault.status_code != 415:
            raise
        detail = "a query comes as a form (application/x-www-form-urlencoded) or as application/sparql-query"
        problem = problems.of_status(415, detail)
    except Exceeded as fault:
        problem, headers = _busy(fault)
    except Upstream as fault:
        problem = problems.of_status(503, fault.message)
    except (InputError, NotFound) as fault:
        problem = _refused(fault)
    if likes_pages:
        return _page(request, spoken, asked, problem=problem, more=headers)
    return problems.response(problem, headers)


def _refused(fault: KgError) -> dict[str, Any]:
    """Return the problem of a query that is malformed or asks for too much; the protocol wants 400 for these."""
    problem = problems.of_error(fault)
    return problem if problem["status"] == 404 else {**problem, "status": 400}


def _busy(fault: Exceeded) -> tuple[dict[str, Any], dict[str, str]]:
    if fault.everybody:
        return problems.of_status(503, "all places for queries are taken; come again in a few seconds"), {}
    detail = "this client has had its share of work for the moment, or asks too many queries at once"
    return problems.of_status(429, detail), {"Retry-After": str(fault.again)}


async def _answered(request: Request, asked: Asked) -> Response:
    """Return the result in the format that the request names or accepts."""
    query = guard.check(asked.query or "")
    format = _format(request, asked, query.form)
    if format is None:
        return _none_accepted(query.form)
    state = request.app.state
    headers = {"Vary": SEEN, "Cache-Control": "no-store"}
    if request.method == "GET" and not query.volatile:
        here = partial(tag_of, request, lang=None, also=f"{state.stamp} {format.name}")
        tag = here(await to_thread.run_sync(lambda: face_of(request).revision))
        headers["Cache-Control"] = "no-cache"
        if matches(request.headers.get("if-none-match"), tag):
            return Response(status_code=304, headers={**headers, "ETag": tag})
        found = await _found(request, asked, format.name)
        headers["ETag"] = here(found.revision)
    else:
        found = await _found(request, asked, format.name)
    headers["X-Complete"] = "true" if found.complete else "false"
    if not found.complete:
        headers["X-Limits"] = ", ".join(found.limits)
    if found.unknown:
        said = ". ".join(one.said() for one in found.unknown).encode()[:NOTE_BYTES].decode(errors="ignore")
        headers["X-Note"] = quote(said, safe=_ASCII)
    media_type = format.media_type + ("; charset=utf-8" if format.media_type.startswith("text/") else "")
    return sent(request, Body.of(found.body), headers, media_type)


async def _found(request: Request, asked: Asked, format: str) -> Found:
    """Evaluate in a thread of our own, so that waiting queries take no thread from other routes."""
    if not worker.AVAILABLE:
        raise Upstream(_OFF)
    state = request.app.state
    graph = face_of(request)
    quota: Quota = state.quota
    given = {"default_graph": asked.default, "named_graph": asked.named, "seconds": state.query_seconds}
    job = partial(graph.sparql, asked.query or "", format=format, **given)
    with quota.held(request.client.host if request.client else ""):
        found: Found = await to_thread.run_sync(job, limiter=_threads(request))
    return found


def _threads(request: Request) -> CapacityLimiter:
    """Return the limiter of this application, made inside its event loop."""
    state = request.app.state
    if getattr(state, "query_threads", None) is None:
        state.query_threads = CapacityLimiter(state.quota.at_once)
    limiter: CapacityLimiter = state.query_threads
    return limiter


def _format(request: Request, asked: Asked, form: guard.Form) -> results.Format | None:
    """Return the first named format that fits, or the accepted one that is liked best; None when there is none."""
    if not asked.formats:
        return results.chosen(request.headers.get("accept", ""), form)
    for name in asked.formats[:-1]:
        with suppress(InputError):
            return results.named(name, form)
    return results.named(asked.formats[-1], form)


def _none_accepted(form: guard.Form) -> Response:
    offered = ", ".join(one.media_type for one in results.offered(form))
    return problems.response(problems.of_status(406, f"this comes as {offered}"))


def _described(request: Request, asked: Asked) -> Response:
    format = _format(request, asked, "DESCRIBE")
    if format is None:
        return _none_accepted("DESCRIBE")
    address = str(request.url.replace(query="", fragment=""))
    if why_no_iri(address) is not None:
        raise InputError("the address of this request is no IRI", where="Host")
    body = service.description(address, format.name)
    return sent(request, Body.of(body), {"Vary": SEEN, "Cache-Control": "no-cache"}, format.media_type)


def _page(
    request: Request,
    spoken: Lang,
    asked: Asked,
    *,
    found: Found | None = None,
    problem: dict[str, Any] | None = None,
    more: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    html = sparql_page.render(request, spoken, asked, found, problem)
    headers = {"Vary": SEEN, "Cache-Control": "no-store", "Content-Language": "zh-Hans" if spoken == "zh" else "en"}
    response = sent(request, Body.of(html.encode()), {**headers, **more}, HTML)
    response.status_code = 200 if problem is None else problem["status"]
    return response
