"""Errors as RFC 9457 problem documents: one table from the error tree, and the framework's errors in the same shape.

Lives here: status, title and type of every kind of error. May enter: exceptions. Never here: traceback, path, SQL
or version in anything that is sent; what an operator needs goes to the log, under the id of the request.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import Match

from kg.errors import (
    BadIdentifier,
    Conflict,
    Forbidden,
    InputError,
    KgError,
    NotFound,
    OntologyMissing,
    ParseFailure,
    ShapeViolation,
    StoreError,
    UnknownTerm,
    Upstream,
)
from kg.ids import BASE
from kg_api.http_words import in_http

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = "5"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
LOG = logging.getLogger("kg_api")


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of error is told. `detail` replaces the error's own words where those are for the operator."""

    status: int
    slug: str
    title: str
    detail: str | None = None


# Nearest ancestor wins.
TABLE: dict[type[KgError], Kind] = {
    BadIdentifier: Kind(422, "bad-identifier", "An identifier has the wrong form"),
    UnknownTerm: Kind(422, "unknown-term", "A word is not in the ontology"),
    ParseFailure: Kind(422, "unreadable", "The text could not be read"),
    ShapeViolation: Kind(422, "broken-rule", "A rule of the ontology is broken"),
    InputError: Kind(422, "bad-input", "The request cannot be used as it is"),
    NotFound: Kind(404, "not-found", "There is no such record"),
    Conflict: Kind(409, "conflict", "The record has changed meanwhile, or is there already"),
    Forbidden: Kind(403, "forbidden", "The token does not allow this"),
    Upstream: Kind(502, "upstream", "Something outside failed"),
    StoreError: Kind(
        503, "store", "The record cannot be used at the moment", "The database does not answer as it should; try again."
    ),
    OntologyMissing: Kind(
        503,
        "ontology-missing",
        "The record uses terms that the ontology does not have",
        "This server was not given the Turtle files that define them: its operator names them in KG_ONTOLOGY.",
    ),
    KgError: Kind(500, "internal", "Something went wrong here"),
}
NO_MEMORY = Kind(
    503,
    "no-memory",
    "Too little memory at the moment",
    "There was not enough memory for this answer; ask for less, or try again when less is asked.",
)
FRAMEWORK = {
    400: ("malformed", "The request is malformed"),
    401: ("no-token", "This needs a token"),
    403: ("forbidden", "The token does not allow this"),
    404: ("no-such-address", "There is nothing at this address"),
    405: ("method", "This address does not take this method"),
    406: ("not-acceptable", "It comes in none of the forms that are accepted"),
    409: ("conflict", "The record has changed meanwhile, or is there already"),
    412: ("outdated", "What was seen is no longer so"),
    413: ("too-large", "The body is too large"),
    414: ("address-too-long", "The address is too long"),
    415: ("media-type", "A body of this kind is not taken"),
    422: ("bad-input", "The request cannot be used as it is"),
    429: ("too-many", "Too much was asked in a short time"),
    503: ("busy", "Too busy at the moment"),
}


class Refusal(Exception):
    """A request is refused before our own code sees it, with a problem document and headers that go with it."""

    def __init__(self, problem: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        super().__init__(problem["detail"])
        self.problem = problem
        self.headers = headers or {}


def kind_of(error: KgError) -> Kind:
    """Return how an error is told.

    Example:
        >>> kind_of(UnknownTerm("no such relation")).status
        422
    """
    return next(TABLE[ancestor] for ancestor in type(error).__mro__ if ancestor in TABLE)


def document(
    kind: Kind, detail: str, *, where: str | None = None, near: Sequence[str] = (), hint: str | None = None
) -> dict[str, Any]:
    """Return a problem document; absent members are left out."""
    found: dict[str, Any] = {
        "type": f"{BASE}problem/{kind.slug}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
    }
    if where is not None:
        found["where"] = where
    if near:
        found["near"] = list(near)
    if hint is not None:
        found["hint"] = hint
    return found


def of_error(error: KgError) -> dict[str, Any]:
    """Return the problem document of one of our errors."""
    kind = kind_of(error)
    if kind.detail is not None:
        return document(kind, kind.detail)
    return document(kind, error.message, where=error.where, near=error.near, hint=in_http(error.hint))


def of_status(status: int, detail: str | None = None) -> dict[str, Any]:
    """Return the problem document of an error that the framework or the server found.

    Example:
        >>> of_status(405)["title"]
        'This address does not take this method'
    """
    phrase = HTTPStatus(status).phrase
    slug, title = FRAMEWORK.get(status, (phrase.lower().replace(" ", "-"), phrase))
    return document(Kind(status, slug, title), detail or title)


def of_validation(error: RequestValidationError) -> dict[str, Any]:
    """Return the problem document of parameters that the framework refused; the first one is told."""
    first = error.errors()[0]
    *_, place = first["loc"]
    told = {"missing": "is missing", "string_too_short": "is empty", "string_too_long": "is too long"}
    detail = f"{place} {told[first['type']]}" if first["type"] in told else f"{place}: {first['msg'][:200]}"
    return document(TABLE[InputError], detail, where=str(place), hint="see /docs for what this address takes")


def response(problem: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    """Return a problem document as a response; it is never stored by caches."""
    sent = {"Cache-Control": "no-store", **(headers or {})}
    if problem["status"] == HTTPStatus.SERVICE_UNAVAILABLE:
        sent["Retry-After"] = RETRY_SECONDS
    return Response(orjson.dumps(problem), status_code=problem["status"], headers=sent, media_type=MEDIA_TYPE)


async def told(request: Request, problem: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    """Return a problem as a page where a browser asks for one, else as a problem document."""
    app = request.scope.get("app")
    page = None if app is None else getattr(app.state, "error_page", None)
    wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")
    if page is None or not wants_page:
        return response(problem, headers)
    made: Response = await page(request, problem)
    made.headers.update(headers or {})
    return made


def install(app: FastAPI) -> None:
    """Have an application tell every error as a problem document, as a page where a browser asks for one."""

    async def ours(request: Request, error: Exception) -> Response:
        if not isinstance(error, KgError):
            raise error
        if kind_of(error).status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            LOG.error("request %s: %r", request.scope.get("request_id"), str(error))
        request.state.words = error.said
        return await told(request, of_error(error))

    async def framework(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        detail = error.detail if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else None
        headers = dict(error.headers or {})
        if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = ", ".join(_methods(request))
        return await told(request, of_status(error.status_code, detail), headers)

    async def refused(request: Request, error: Exception) -> Response:
        if not isinstance(error, Refusal):
            raise error
        return await told(request, error.problem, error.headers)

    async def validation(request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        return await told(request, of_validation(error))

    async def gone(request: Request, _: Exception) -> Response:
        LOG.info("request %s: its client went away before it was sent whole", request.scope.get("request_id"))
        return response(of_status(HTTPStatus.BAD_REQUEST, "the request was broken off"))

    async def no_memory(request: Request, _: Exception) -> Response:
        asked = request.scope.get("request_id")
        LOG.error("request %s: memory ran out; give this server more, or let fewer ask at once", asked)
        return await told(request, document(NO_MEMORY, str(NO_MEMORY.detail)))

    async def unexpected(request: Request, _: Exception) -> Response:
        kind = TABLE[KgError]
        detail = f"this is our fault; the log has it under request {request.scope.get('request_id')}"
        return await told(request, document(kind, detail))

    app.add_exception_handler(KgError, ours)
    app.add_exception_handler(Refusal, refused)
    app.add_exception_handler(HTTPException, framework)
    app.add_exception_handler(RequestValidationError, validation)
    app.add_exception_handler(ClientDisconnect, gone)
    app.add_exception_handler(MemoryError, no_memory)
    app.add_exception_handler(Exception, unexpected)


def _methods(request: Request) -> list[str]:
    """Return every method that an address takes; HEAD wherever GET."""

    def takes(method: str) -> bool:
        asked = {**request.scope, "method": method}
        return any(route.matches(asked)[0] is Match.FULL for route in request.app.router.routes)

    taken = {method for method in METHODS if takes(method)}
    return sorted(taken | ({"HEAD"} if "GET" in taken else set()))
