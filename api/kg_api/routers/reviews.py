"""Reviewing over HTTP: the queue, decisions, taking back, merging, undoing.

Nobody decides over HTTP on what she proposed herself, whatever the settings say. May enter: bodies as JSON.
Never here: which act leads where (kg.contribute), how a write is done once (kg_api.writing).
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kg.contribute.names import record_of
from kg.graph import Graph
from kg.question.records import PAGE_MOST
from kg_api import json_body
from kg_api import parameters as p
from kg_api import write_parameters as w
from kg_api import write_shapes as shapes
from kg_api.asking import TheGraph, TheLang
from kg_api.crediting import called
from kg_api.replies import reply
from kg_api.writing import Act, Target, handle_of, perform

router = APIRouter(tags=["reviewing"])
DECISION = w.body_of(
    "`id` of the record, or a list of up to 200 that are decided on together; "
    "`decision` (`accept`, `reject` or `return`), `why` (needed to reject or return).",
    {"id": "hu2022lora.opneblqy3jx6", "decision": "accept"},
)
REVOCATION = w.body_of("`id` of the record and `why`.", {"id": "hu2022lora.opneblqy3jx6", "why": "read wrongly"})
UNDOING = w.body_of(
    "`why`; `with_later`: undo later revisions that wrote the same records too; `dry_run`: only say what would change.",
    {"why": "imported by mistake"},
)
MERGING = w.body_of(
    "`keep` and `duplicate`, the keys of two works, `why`, and perhaps `dry_run`.",
    {"keep": "hu2022lora", "duplicate": "hu2021lora", "why": "one paper"},
)


@router.get("/reviews", response_model=shapes.Queue, summary="What waits for review")
def reviews(
    *,
    request: Request,
    graph: TheGraph,
    spoken: TheLang,
    status: w.QueueStatus = None,
    kind: w.Kind = None,
    actor: w.Actor = None,
    limit: p.Limit = None,
    after: w.AfterPlace = None,
) -> Response:
    """The oldest first, each with one line on what accepting it would change."""
    asked = p.given(status=status, kind=kind, actor=actor, limit=limit, after=after)
    return reply(request, lambda: graph.reviews(**asked, lang=spoken), lang=spoken, also=called(request))


@router.get("/reviews/{id}", name="waiting", response_model=shapes.WaitingOne, summary="One record that waits")
def waiting(*, request: Request, graph: TheGraph, spoken: TheLang, id: w.AnyId) -> Response:
    """The record, its history, its quote, and what accepting it would change in beliefs and answers."""
    return reply(request, lambda: graph.waiting(id, lang=spoken), lang=spoken, also=called(request))


@router.post("/reviews", name="review", response_model=shapes.Decision, summary="Decide", openapi_extra=DECISION)
def review(*, request: Request, graph: TheGraph, spoken: TheLang, body: json_body.Body) -> Response:
    """Accept, reject or return a record that somebody else proposed. What it needs is accepted with it."""
    members = w.Members(body)
    ids, decision = members.texts("id", most=PAGE_MOST), members.text("decision") or ""
    why, actor = members.text("why", needed=False), handle_of(request)
    members.end()

    def write() -> dict[str, object]:
        return graph.review(ids, decision, why=why, actor=actor, two_person=True, lang=spoken)

    target = _target(graph, ids[0]) if len(ids) == 1 else None
    return perform(request, graph, Act(write, target=target, sent=body))


@router.post(
    "/revocations", name="revoke", response_model=shapes.Decision, summary="Take back", openapi_extra=REVOCATION
)
def revoke(*, request: Request, graph: TheGraph, spoken: TheLang, body: json_body.Body) -> Response:
    """Take back a record that was accepted or waits, or a work that was entered by mistake. Nothing is deleted."""
    members = w.Members(body)
    id, why, actor = members.text("id") or "", members.text("why"), handle_of(request)
    members.end()

    def write() -> dict[str, object]:
        return graph.revoke(id, why=why, actor=actor, lang=spoken)

    return perform(request, graph, Act(write, target=_target(graph, id), sent=body))


@router.get("/duplicates", response_model=shapes.Duplicates, summary="Works that look like one")
def duplicates(*, request: Request, graph: TheGraph, limit: w.PairLimit = None) -> Response:
    """Pairs of works that look like one, or like a preprint and its published form; those that count twice first."""
    asked = p.given(limit=limit)
    return reply(request, lambda: graph.duplicates(**asked))


@router.post("/merges", name="merge", response_model=shapes.Merged, summary="Make two works one", openapi_extra=MERGING)
def merge(*, request: Request, graph: TheGraph, spoken: TheLang, body: json_body.Body) -> Response:
    """All evidence moves to the work that is kept, which gains what it lacks; an undo takes it back whole."""
    members = w.Members(body)
    keep, duplicate = members.text("keep") or "", members.text("duplicate") or ""
    why, dry_run, actor = members.text("why", needed=False), members.flag("dry_run"), handle_of(request)
    members.end()

    def write() -> dict[str, object]:
        return graph.merge(keep, duplicate, why=why, actor=actor, dry_run=dry_run, lang=spoken)

    return perform(request, graph, Act(write, target=("work", keep), sent=body))


@router.post(
    "/revisions/{number}/undo",
    name="undo",
    response_model=shapes.Decision,
    summary="Undo a revision",
    openapi_extra=UNDOING,
)
def undo(*, request: Request, graph: TheGraph, spoken: TheLang, number: w.Number, body: json_body.Body) -> Response:
    """A new revision in which every record stands as before that one; what it created is revoked.

    `left` names what stays as it is though somebody should look at it.
    """
    members = w.Members(body)
    why, with_later, actor = members.text("why", needed=False), members.flag("with_later"), handle_of(request)
    dry_run = members.flag("dry_run")
    members.end()
    how = {"with_later": with_later, "dry_run": dry_run, "two_person": True}

    def write() -> dict[str, object]:
        return graph.undo(number, why=why, actor=actor, lang=spoken, **how)

    return perform(request, graph, Act(write, sent=body))


def _target(graph: Graph, id: str) -> Target:
    """Return the record that an id or alias names.

    Raises:
        NotFound: there is none.
    """
    kind, record = record_of(graph.snapshot, id)
    return kind, record.id
