"""The page `/sign-in`: a form for a token. Never here: sessions and cookies (kg_api.security)."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kg.errors import KgError
from kg.graph import Graph
from kg.settings import Lang
from kg_api import security
from kg_api.asking import TheGraph, TheLang
from kg_api.pages_read import frame
from kg_api.pages_write.desk import Document, Visit, said, shown
from kg_api.problems import Refusal

router = APIRouter(include_in_schema=False)


@router.get("/sign-in", name="sign_in_page")
def page(request: Request, graph: TheGraph, spoken: TheLang) -> Response:
    """The form, or who has signed in already."""
    frame.only(request, ("next",))
    after = security.local(request.query_params.get("next", f"/contribute?lang={spoken}"))
    return shown(Visit.of(request, graph, spoken), "write/sign-in.html", {"next": after, "token_fault": None})


def refused(request: Request, graph: Graph, spoken: Lang, after: str, fault: KgError | Refusal) -> Response:
    """Return the form again, with what was wrong with the token."""
    visit = Visit.of(request, graph, spoken)
    problem = visit.fault(fault)
    context: Document = {"next": security.local(after), "token_fault": None}
    if problem["status"] == HTTPStatus.UNAUTHORIZED:
        context["token_fault"] = said(spoken)["fault_token"]
    else:
        context["problem"] = {**problem, "status": 0}
    return shown(visit, "write/sign-in.html", context, status=problem["status"])
