"""The pages `/review`: what waits, one record with what accepting it would change, and the decision.

May enter: a form. Never here: which act leads where (kg.contribute.states).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from kg.contribute.names import record_of
from kg.errors import Conflict, KgError
from kg.graph import Graph
from kg_api import security
from kg_api.asking import TheGraph, TheLang
from kg_api.pages_read import frame
from kg_api.pages_read.wording import moment
from kg_api.pages_write.desk import Form, Visit, led, one, said, shown
from kg_api.pages_write.effects import effect
from kg_api.problems import Refusal

router = APIRouter(include_in_schema=False)
DECISIONS = ("accept", "reject", "return")
FILTERS = ("status", "kind", "actor", "after")
Document = dict[str, Any]


@router.get("/review")
def queue(request: Request, graph: TheGraph, spoken: TheLang) -> Response:
    """The queue, the oldest first."""
    frame.only(request, FILTERS)
    asked = {name: value for name, value in request.query_params.items() if name in FILTERS and value}
    visit = Visit.of(request, graph, spoken)
    found = graph.reviews(**asked, lang=spoken)
    return shown(visit, "write/queue.html", {"queue": found, "asked": asked})


@router.get("/review/{id}")
def waiting(request: Request, graph: TheGraph, spoken: TheLang, id: str) -> Response:
    """One record that waits; one that waits no more is told how it ended."""
    frame.only(request, ("sent",))
    return _page(Visit.of(request, graph, spoken), id)


@router.post("/review/{id}", name="review_form")
async def decided(request: Request, graph: TheGraph, spoken: TheLang, id: str) -> Response:
    """Decide."""
    form = await security.form_of(request)
    return await run_in_threadpool(_decide, request, graph, spoken, id, form)


def _decide(request: Request, graph: Graph, lang: Any, id: str, form: Form) -> Response:
    visit = Visit.of(request, graph, lang)
    try:
        actor, decision = visit.proven(form), one(form, "decision")
        why, seen = one(form, "why") or None, one(form, "revision")
        expect = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 16 else None
        _refuse_changed(graph, id, expect)
        if decision == "revoke":
            graph.revoke(id, why=why or "", actor=actor, lang=lang)
        else:
            graph.review(id, decision, why=why, actor=actor, two_person=True, lang=lang)
    except (KgError, Refusal) as fault:
        problem = visit.fault(fault)
        return _page(visit, id, status=problem["status"], problem=problem, why=one(form, "why"))
    return led(visit, f"/review/{quote(id, safe='')}", sent="decided")


def _refuse_changed(graph: Graph, id: str, seen: int | None) -> None:
    """Refuse to decide on what the reviewer has not seen: the record changed since the page was made.

    Raises:
        Conflict: who changed it, and when.
    """
    kind, record = record_of(graph.snapshot, id)
    last = graph.store.history(kind, record.id)[-1][0]
    if seen is not None and last.number > seen:
        raise Conflict(
            f"{last.actor} changed this meanwhile ({last.act}, revision {last.number})",
            where="revision",
            hint="look at what it says now, then decide",
        )


def _page(visit: Visit, id: str, *, status: int = 200, **found: Any) -> Response:
    graph, lang = visit.graph, visit.lang
    kind, record = record_of(graph.snapshot, id)
    history = graph.history(kind, record.id)
    context: Document = {
        "kind": kind,
        "id": record.id,
        "state": record.status,
        "versions": _versions(history, lang),
        "people": history["people"],
        "revision": history["revision"],
        "problem": None,
        "why": "",
        "sent": visit.request.query_params.get("sent", ""),
        "waiting": None,
        "effect": None,
        "own": False,
        **found,
    }
    if record.status in {"proposed", "returned"} and kind != "work":
        told = graph.waiting(record.id, lang=lang)
        context |= {
            "waiting": told,
            "effect": effect(graph, told, lang),
            "own": visit.handle is not None and visit.handle in told["proposed_by"],
        }
    return shown(visit, "write/waiting.html", context, status=status)


def _versions(history: Document, lang: str) -> list[Document]:
    """Return the versions of a record, newest first, with names of fields."""
    words = said(lang)
    return [
        {
            **version,
            "when": moment(version["recorded_at"], lang),
            "act": words.get(f"act_{version['act']}", version["act"]),
            "changed": [
                {**change, "field": words.get(f"field_{change['field']}", change["field"])}
                for change in version["changed"]
            ],
        }
        for version in history["versions"]
    ]
