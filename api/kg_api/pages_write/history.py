"""The pages `/history`: the revisions, one of them with every field it changed, and undoing it.

May enter: a form. Never here: what an undo restores (kg.contribute.undoing).
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from kg import called
from kg.errors import Conflict, KgError
from kg.graph import Graph
from kg_api import security
from kg_api.asking import TheGraph, TheLang
from kg_api.pages_read import frame, versions
from kg_api.pages_read.labelled import Labels
from kg_api.pages_read.wording import moment
from kg_api.pages_write.calling import Names
from kg_api.pages_write.desk import Form, Visit, led, one, shown
from kg_api.problems import Refusal

router = APIRouter(include_in_schema=False)
FILTERS = ("actor", "act", "kind", "id", "after")
SHOWN_MOST = 200
LEFT_MOST = 20
ACTS = tuple(one for one in called.ACTS if one != "create")
"""Every act that somebody can look for, as the log has it: the first revision alone creates a record."""
Document = dict[str, Any]


@router.get("/history")
def log(request: Request, graph: TheGraph, spoken: TheLang) -> Response:
    """The revisions, newest first."""
    frame.only(request, FILTERS)
    asked = {name: value for name, value in request.query_params.items() if name in FILTERS and value}
    visit = Visit.of(request, graph, spoken)
    found = graph.log(**asked)
    acts = [(one_, called.act(one_, spoken)) for one_ in ACTS]
    rows = [_told(one_, spoken) for one_ in found["items"]]
    return shown(
        visit,
        "write/log.html",
        {"rows": rows, "next": found["next"], "people": found["people"], "asked": asked, "acts": acts},
    )


@router.get("/history/{number}")
def revision(request: Request, graph: TheGraph, spoken: TheLang, number: str) -> Response:
    """One revision: every record that it wrote, field by field."""
    frame.only(request, ("sent",))
    return _page(Visit.of(request, graph, spoken), number)


@router.post("/history/{number}", name="undo_form")
async def undone(request: Request, graph: TheGraph, spoken: TheLang, number: str) -> Response:
    """Undo it."""
    form = await security.form_of(request)
    return await run_in_threadpool(_undo, request, graph, spoken, number, form)


def _undo(request: Request, graph: Graph, lang: Any, number: str, form: Form) -> Response:
    visit = Visit.of(request, graph, lang)
    later = one(form, "with_later") == "true"
    try:
        actor = visit.proven(form)
        made = graph.undo(number, why=one(form, "why"), actor=actor, with_later=later, two_person=True, lang=lang)
    except (KgError, Refusal) as fault:
        problem = visit.fault(fault)
        return _page(visit, number, status=problem["status"], problem=problem, why=one(form, "why"), with_later=later)
    return led(visit, f"/history/{made['revision']}", sent="undone")


def _page(visit: Visit, number: str, *, status: int = 200, **found: Any) -> Response:
    graph, lang = visit.graph, visit.lang
    told, network = graph.entry(number), graph.network()
    labels, names = Labels(graph.vocabulary, network.snapshot, lang), Names(network, lang)
    changes = [
        {
            **change,
            "says": names.record(change["kind"], change["id"]),
            "changed": versions.changes(change["kind"], change["changed"], labels),
        }
        for change in told["changes"][:SHOWN_MOST]
    ]
    left = _left(visit, number, told["act"])
    context = {
        "one": _told(told, lang),
        "left": left[:LEFT_MOST],
        "left_more": max(0, len(left) - LEFT_MOST),
        "changes": changes,
        "more": max(0, len(told["changes"]) - SHOWN_MOST),
        "people": told.get("people", {}),
        "problem": None,
        "why": "",
        "with_later": False,
        "sent": visit.request.query_params.get("sent", ""),
        **found,
    }
    return shown(visit, "write/revision.html", context, status=status)


def _left(visit: Visit, number: str, act: str) -> list[Document]:
    """Return what an undo left to be looked at, or the undo of a merge would leave; none where it would be refused."""
    graph, lang = visit.graph, visit.lang
    if act == "undo":
        return graph.left(number, lang=lang)
    if act != "merge":
        return []
    try:
        left: list[Document] = graph.undo(number, dry_run=True, two_person=False, lang=lang)["left"]
    except Conflict:  # said in full to whoever undoes it
        return []
    return left


def _told(revision: Document, lang: str) -> Document:
    return {
        **revision,
        "when": moment(revision["recorded_at"], lang),
        "act_said": called.act(revision["act"], lang),
    }
