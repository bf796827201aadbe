"""Who sent a request: tokens of programs, sessions of browsers, and the proof that a form is ours.

Lives here: `allowed` (the guard of every route), `admit_form`, `signed_in`, `csrf_of`, cookies. May enter: requests.
Never here: what an operation needs (permissions), how secrets are stored (kg.accounts); a secret in an answer or a log.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import NoReturn
from urllib.parse import parse_qs, urlsplit

from fastapi import Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from kg.accounts import SESSION_LASTING
from kg.criteria import parse_flag
from kg.errors import Forbidden, InputError
from kg.graph import Graph
from kg.record.tokens import Bearer
from kg_api import problems
from kg_api.json_body import refuse_other_kinds
from kg_api.limits import Limits
from kg_api.permissions import PERMISSIONS, Permission, allows

FORM = "application/x-www-form-urlencoded"
COOKIE = "ekg_session"
CSRF_FIELD, CSRF_HEADER = "csrf", "X-CSRF-Token"
FIELDS_MOST = 100
_BEARER = re.compile(r"bearer +([A-Za-z0-9._~+/=-]{1,200}) *", re.IGNORECASE)
_LOCAL = re.compile(r"/(?![/\\])[^\s\\\x00-\x1f\x7f]*")


async def allowed(request: Request) -> None:
    """Let a request pass that may do what its route does; note who sent it in `request.state.bearer`.

    Raises:
        Refusal: 401 without a valid token, 403 when its role is not enough, 429 when its budget is spent.
    """
    name = request.scope["route"].name
    permission = PERMISSIONS.get(name)
    if permission is None:
        if request.method != "GET":
            raise Forbidden("nobody may do this over HTTP", where=name)
        return
    flag = request.query_params.get("dry_run")
    needed = permission.needed(dry_run=bool(flag) and parse_flag(flag, name="dry_run"))
    if needed is not None:
        await run_in_threadpool(_admit, request, permission, needed)


def admit_form(request: Request, given: str) -> Bearer:
    """Return who sent the form of a page: signed in, with the role that the name of its route needs, and our proof.

    Args:
        request: The form was sent with it.
        given: Its field `csrf`.

    Raises:
        Refusal: 401, 403 or 429.
    """
    name = request.scope["route"].name
    permission = PERMISSIONS.get(name)
    if permission is None or permission.role is None:
        raise Forbidden("nobody may do this over HTTP", where=name)
    bearer = signed_in(request)
    if bearer is None:
        problem = problems.of_status(401, "nobody has signed in, or the token has expired or been revoked")
        raise problems.Refusal({**problem, "hint": "sign in again"})
    check_csrf(request, given)
    _let(request, permission, permission.role, bearer)
    return bearer


def _admit(request: Request, permission: Permission, needed: str) -> None:
    _let(request, permission, needed, _bearer(request))


def _let(request: Request, permission: Permission, needed: str, bearer: Bearer) -> None:
    if not allows(bearer.role, needed):
        problem = problems.of_status(403, f"this takes the role {needed}, and the token has the role {bearer.role}")
        raise problems.Refusal(problem, {"WWW-Authenticate": _challenge("insufficient_scope")})
    request.state.bearer = bearer
    for kind in ("writes", permission.budget):
        if kind is not None:
            spend(request, kind, bearer.token)


def spend(request: Request, kind: str, who: str) -> None:
    """Take one from a budget.

    Raises:
        Refusal: 429 with the seconds after which there is one again.
    """
    limits: Limits = request.app.state.limits
    again = limits.take(kind, who)
    if again:
        word = {"writes": "writes", "imports": "imports", "lookups": "look-ups", "failures": "wrong tokens"}[kind]
        problem = problems.of_status(429, f"there were too many {word} in a short time; come again in {again} s")
        raise problems.Refusal(problem, {"Retry-After": str(again)})


def _bearer(request: Request) -> Bearer:
    """Return who sent a request, by its token or, where it has none, by its session and the proof of our form."""
    graph: Graph = request.app.state.graph
    given = request.headers.getlist("authorization")
    if given:
        parts = _BEARER.fullmatch(given[0]) if len(given) == 1 else None
        found = None if parts is None else graph.bearer(parts[1])
        if found is None:
            refuse_token(request)
        return found
    found = signed_in(request)
    if found is None:
        problem = problems.of_status(401, "writing takes a token; reading takes none")
        problem["hint"] = "send it as `Authorization: Bearer ...`; the operator of this server gives tokens out"
        raise problems.Refusal(problem, {"WWW-Authenticate": _challenge()})
    check_csrf(request, request.headers.get(CSRF_HEADER, ""))
    return found


def refuse_token(request: Request) -> NoReturn:
    """Refuse a token that is not valid; an address that sends many has to wait.

    Raises:
        Refusal: 401, or 429.
    """
    spend(request, "failures", address_of(request))
    problem = problems.of_status(401, "this token is not valid; it may have expired or been revoked")
    raise problems.Refusal(problem, {"WWW-Authenticate": _challenge("invalid_token")})


def signed_in(request: Request) -> Bearer | None:
    """Return who has signed in with the browser that sent a request, None when nobody. Asks the database."""
    session = request.cookies.get(cookie_name(request))
    if not session or len(session) > 200:
        return None
    graph: Graph = request.app.state.graph
    return graph.signed_in(session)


def csrf_of(request: Request) -> str:
    """Return what every form of a page holds in its field `csrf`; empty when nobody has signed in.

    It follows from the session and is of no use without it.
    """
    session = request.cookies.get(cookie_name(request), "")
    if not session:
        return ""
    made = hmac.digest(session.encode("utf-8", "surrogatepass"), b"csrf", hashlib.sha256)
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def check_csrf(request: Request, given: str) -> None:
    """Refuse a form that did not come from a page of ours, shown to whoever has signed in.

    Raises:
        Refusal: 403.
    """
    known = csrf_of(request)
    same = hmac.compare_digest(known.encode(), given.encode("utf-8", "surrogatepass"))
    if not known or not same or not from_here(request):
        problem = problems.of_status(403, "this form did not come from a page of this server, or has become old")
        raise problems.Refusal({**problem, "hint": "open the page again and repeat"})


def from_here(request: Request) -> bool:
    """Say whether a browser sent a request from a page of this server; programs, which say nothing, pass.

    Pages are sent with `Referrer-Policy: no-referrer`, under which browsers give `null` as the origin of a form.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin", "null")
    return origin == "null" or urlsplit(origin).netloc == request.headers.get("host", "")


async def form_of(request: Request) -> dict[str, list[str]]:
    """Return the fields of a form.

    Raises:
        Refusal: 415, the body is no form.
        InputError: it cannot be read.
    """
    raw = await request.body()
    refuse_other_kinds(request, raw, FORM)
    try:
        return parse_qs(raw.decode("ascii"), keep_blank_values=True, max_num_fields=FIELDS_MOST, errors="strict")
    except ValueError as fault:
        raise InputError(f"the form cannot be read, or has more than {FIELDS_MOST} fields", where="body") from fault


def local(address: str) -> str:
    """Return an address of this server as it is, and `/` for any other.

    Example:
        >>> local("/review?lang=zh"), local("https://example.org/"), local("//example.org")
        ('/review?lang=zh', '/', '/')
    """
    return address if len(address) <= 2_000 and _LOCAL.fullmatch(address) else "/"


def set_session(request: Request, response: Response, session: str) -> None:
    """Have a browser keep a session, out of reach of scripts and of other sites."""
    response.set_cookie(
        cookie_name(request),
        session,
        max_age=int(SESSION_LASTING.total_seconds()),
        path="/",
        secure=_is_secure(request),
        httponly=True,
        samesite="lax",
    )


def drop_session(request: Request, response: Response) -> None:
    """Have a browser forget its session."""
    response.delete_cookie(cookie_name(request), path="/", secure=_is_secure(request), httponly=True, samesite="lax")


def cookie_name(request: Request) -> str:
    """Return the name of the cookie; over https one that browsers take from this host alone."""
    return f"__Host-{COOKIE}" if _is_secure(request) else COOKIE


def address_of(request: Request) -> str:
    """Return the address of a client."""
    return request.client.host if request.client else ""


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _challenge(error: str | None = None) -> str:
    return 'Bearer realm="evidence-kg"' + ("" if error is None else f', error="{error}"')
