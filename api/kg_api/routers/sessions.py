"""Signing in with a token and out again, for pages; programs send their token with each request.

May enter: forms. Never here: what the pages look like, how a session is stored.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from kg.errors import Forbidden, InputError
from kg.graph import Graph
from kg_api import problems, security
from kg_api.asking import TheGraph, TheLang
from kg_api.pages_write import signing

router = APIRouter(include_in_schema=False)


@router.post("/sign-in", name="sign_in")
async def sign_in(request: Request, graph: TheGraph, spoken: TheLang) -> Response:
    """Open a session with the `token` of a form and lead to `next`, an address of this server."""
    if not security.from_here(request):
        raise problems.Refusal(problems.of_status(403, "this form did not come from a page of this server"))
    form = await security.form_of(request)
    secret, after = form.get("token", [""])[0].strip(), form.get("next", ["/"])[0]
    try:
        session = await run_in_threadpool(_opened, request, graph, secret)
    except (InputError, problems.Refusal) as fault:
        if "text/html" not in request.headers.get("accept", ""):
            raise
        return await run_in_threadpool(signing.refused, request, graph, spoken, after, fault)
    response = RedirectResponse(security.local(after), status_code=303)
    security.set_session(request, response, session)
    response.headers["Cache-Control"] = "no-store"
    return response


def _opened(request: Request, graph: Graph, secret: str) -> str:
    """Return a session for a token.

    Raises:
        InputError: there is none.
        Refusal: 401 for one that is not valid, 429 for too many of these.
    """
    if not secret:
        raise InputError("no token is given", where="token", hint="paste the token that the operator gave you")
    try:
        session, _ = graph.sign_in(secret)
    except Forbidden:
        security.refuse_token(request)
    return session


@router.post("/sign-out", name="sign_out")
async def sign_out(request: Request, graph: TheGraph) -> Response:
    """End the session and lead to `next`, else to the first page. The form holds `csrf`."""
    form = await security.form_of(request)
    security.check_csrf(request, form.get(security.CSRF_FIELD, [""])[0])
    session = request.cookies.get(security.cookie_name(request), "")
    await run_in_threadpool(graph.sign_out, session)
    response = RedirectResponse(security.local(form.get("next", ["/"])[0]), status_code=303)
    security.drop_session(request, response)
    response.headers["Cache-Control"] = "no-store"
    return response
