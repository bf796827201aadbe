"""The application: `create_app(graph)` binds routes, pages, errors and headers to one graph.

Lives here: assembly. Never here: an engine or a graph made at import; what any route says.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache
from importlib import metadata
from threading import Event, Thread
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from starlette.types import ASGIApp

from kg.ahead import Ahead
from kg.citations import lookups
from kg.errors import KgError
from kg.graph import Graph
from kg.rdf.worker import AVAILABLE
from kg.settings import LANGS, Budgets, read_settings
from kg_api import assets, explorer_page, header_parameters, pages, problems, shapes
from kg_api.asking import no_other_body, only_known, parameters_of, with_body
from kg_api.cross_origin import Open
from kg_api.front import Front
from kg_api.headers import Shield
from kg_api.limits import Limits
from kg_api.pages_read import faults
from kg_api.pages_read.router import router as pages_read_router
from kg_api.pages_write.router import router as pages_write_router
from kg_api.permissions import PERMISSIONS
from kg_api.problems import LOG
from kg_api.quota import Quota
from kg_api.replies import Memory
from kg_api.routers import (
    contribute,
    exchange,
    history,
    imports,
    linked,
    measures,
    pictures,
    probe,
    questions,
    records,
    reviews,
    revisions,
    service,
    sessions,
    sparql,
    vouch,
)
from kg_api.security import allowed

PREFIX = "/api/v1"
ABOUT = (
    "Which techniques raise which risks, through which chain, how sure are we, and which papers does that rest on. "
    "Belief that a link holds is not the size of its effect; the weights are priors, nothing is calibrated; an absent "
    "pair means no evidence found."
)


ROOMS = (
    *(questions, measures, probe, vouch, records, contribute, revisions, reviews, imports, pictures, exchange, service),
    history,
)
SERVICE = {"503": "The record cannot be used at the moment"}
READING = {
    "404": "No such record",
    "414": "The address is too long",
    "422": "A parameter cannot be used",
    **SERVICE,
}
UNCHANGED = "Nothing is otherwise than what If-None-Match names; there is no body"
FURTHER = {
    "waiting": {"409": "The record does not wait for review"},
    "add_work": {"502": "The service that knows the work cannot be reached, or answers with something unusable"},
    "import_file": {"502": "There is no process that could read the file"},
}
"""By operation: what else may be told."""
AGAIN_SECONDS = 2.0
"""After so long the first answers are tried again."""
ANEW = {"people", "person", "verify"}
"""Operations that are answered anew each time."""
BODIES = {"413": "The body is too large", "415": "The body is of another kind"}
WRITING = {
    "401": "There is no valid token",
    "403": "The role of the token is not enough",
    "409": "The record has changed meanwhile, or is there already",
    "412": "What If-Match names has changed",
    "429": "The budget is spent; Retry-After says when to come again",
}


class Application(FastAPI):
    """A FastAPI application whose outermost wrapper is the `Shield`, so that no response leaves without headers."""

    def build_middleware_stack(self) -> ASGIApp:
        """Wrap everything, the framework's own error page included."""
        return Shield(Open(Front(super().build_middleware_stack(), self.state)))

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, with errors as what they are: problem documents."""
        if self.openapi_schema is None:
            self.openapi_schema = _with_problems(super().openapi())
        return self.openapi_schema


def create_app(graph: Graph, *, warm: bool = True, budgets: Budgets | None = None) -> FastAPI:
    """Return the application that answers from a graph.

    Args:
        graph: What `kg.open` returned; safe to share between threads.
        warm: Compute the headline answers when the server starts, so that first visitors need not wait; until then
            `/readyz` says 503. After that follow the record ahead of those who ask.
        budgets: What a token or an address may ask; None for the operator's settings.

    Example:
        >>> import kg, tempfile
        >>> graph = kg.open(f"sqlite:///{tempfile.mkdtemp()}/r.sqlite", empty=True)
        >>> create_app(graph).title
        'evidence-kg'
    """
    app = Application(
        title="evidence-kg",
        summary="Which techniques raise which risks, on which evidence",
        description=ABOUT,
        version=metadata.version("evidence-kg"),
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        lifespan=_lifespan,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    files = assets.read()
    app.state.graph = graph
    app.state.memory = Memory()
    app.state.quota = Quota()
    app.state.limits = Limits(read_settings().budgets if budgets is None else budgets)
    app.state.fetcher = lambda: lookups.fetcher(read_settings(), served=True)
    app.state.query_seconds = sparql.SECONDS
    app.state.build = assets.build_of(files)
    app.state.stamp = f"{app.version} {graph.vocabulary.digest} {app.state.build}"
    app.state.error_page = faults.error_page
    app.state.warm = Event()
    app.state.cold = None
    if not warm:
        app.state.warm.set()
    problems.install(app)
    strict = [Depends(allowed), Depends(only_known), Depends(no_other_body)]
    api = APIRouter(prefix=PREFIX, dependencies=strict)
    for room in ROOMS:
        api.include_router(room.router)
    app.include_router(api)
    app.include_router(service.probes, dependencies=strict)
    app.include_router(linked.router)
    app.include_router(explorer_page.router)
    app.include_router(pages_read_router)
    app.include_router(pages_write_router)
    app.include_router(pages.router)
    app.include_router(sparql.router)
    app.include_router(sessions.router)
    app.include_router(assets.router_of(files, app.state.build))
    known = lru_cache(maxsize=1)(lambda: parameters_of(app.openapi()))
    app.state.parameters = lambda operation: known().get(operation, {})
    bodies = lru_cache(maxsize=1)(lambda: with_body(app.openapi()))
    app.state.takes_body = lambda operation: operation in bodies()
    return app


def warm_up(graph: Graph) -> None:
    """Ask the questions that first visitors ask, in both languages."""
    for lang in LANGS:
        graph.raises(lang=lang)
        graph.matrix(lang=lang)
        graph.disputes(lang=lang)
        graph.search("a", lang=lang)
    if AVAILABLE:
        graph.sparql("ASK {}")


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Warm up beside the first requests; they are answered meanwhile, only `/readyz` waits. Then keep up.

    What hinders the first answers is said there and in the log, and they are tried again.
    """

    def work() -> None:
        told = ""
        while True:
            try:
                warm_up(app.state.graph)
            except KgError as fault:
                app.state.cold = fault
                if str(fault) != told:
                    told = str(fault)
                    LOG.error("the first answers cannot be computed: %s", fault)
            except BaseException:
                app.state.cold = KgError("something went wrong here, which the log has")
                raise
            else:
                app.state.warm.set()
            if app.state.warm.is_set() or ended.wait(AGAIN_SECONDS):
                return

    if app.state.warm.is_set():
        yield
        return
    ended = Event()
    Thread(target=work, name="warm-up", daemon=True).start()
    try:
        with Ahead(app.state.graph):
            yield
    finally:
        ended.set()


def _with_problems(openapi: dict[str, Any]) -> dict[str, Any]:
    """Put the problem document in place of the framework's own description of errors; say who may do what."""
    components = openapi.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for gone in ("HTTPValidationError", "ValidationError"):
        schemas.pop(gone, None)
    schemas["Problem"] = shapes.Problem.model_json_schema()
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    content = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path, operations in openapi["paths"].items():
        for method, operation in operations.items():
            permission = PERMISSIONS.get(operation["operationId"])
            told = dict(READING if path.startswith(PREFIX) else SERVICE)
            if method != "get":
                told |= BODIES
            if permission is not None and permission.role is not None:
                told |= WRITING
                operation["security"] = [{"token": []}, {}] if permission.preview else [{"token": []}]
                operation["x-role"] = permission.role
                operation["parameters"] = [*operation.get("parameters", ()), *header_parameters.WRITING]
            told |= FURTHER.get(operation["operationId"], {})
            done = {status: one for status, one in operation["responses"].items() if status.startswith("2")}
            if method == "get" and path.startswith(PREFIX) and operation["operationId"] not in ANEW:
                done["304"] = {"description": UNCHANGED}
                operation["parameters"] = [*operation.get("parameters", ()), *header_parameters.READING]
            refused = {status: {"description": text, "content": content} for status, text in told.items()}
            operation["responses"] = {**done, **dict(sorted(refused.items()))}
    return openapi
