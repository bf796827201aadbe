"""The pages `/review`: what waits, one record with what accepting it would change, and the decision.

May enter: a form. Never here: which act leads where (kg.contribute.states).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import partial
from textwrap import shorten
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from kg import called
from kg.contribute import lines
from kg.contribute.alike import waiting_beside
from kg.contribute.names import record_of
from kg.contribute.queue import quote_of
from kg.contribute.states import PENDING
from kg.errors import InputError, KgError
from kg.graph import Graph
from kg.ids import RecordKind
from kg.model import Entity, Evidence, Record, to_payload
from kg.record.retrying import retried
from kg.settings import Lang
from kg_api import security
from kg_api.asking import TheGraph, TheLang
from kg_api.pages_read import frame
from kg_api.pages_read.labelled import Labels
from kg_api.pages_read.versions import changes
from kg_api.pages_read.wording import moment
from kg_api.pages_write.calling import Names
from kg_api.pages_write.desk import Form, Visit, led, one, said, shown
from kg_api.pages_write.effects import effect
from kg_api.pages_write.seen import refuse_changed, seen_of
from kg_api.problems import Refusal

router = APIRouter(include_in_schema=False)
DECISIONS = ("accept", "reject", "return")
CARD_FACTS = ("strength", "kind", "locator")
STATEMENT_SHOWN = 240
ITEM_FACTS = ("stance", "kind", "strength", "strength_reason", "basis")
FILTERS = ("status", "kind", "actor", "after")
Document = dict[str, Any]


@router.get("/review")
def queue(request: Request, graph: TheGraph, spoken: TheLang) -> Response:
    """The queue, the oldest first."""
    frame.only(request, FILTERS)
    return _queue(Visit.of(request, graph, spoken))


@router.post("/review", name="reviews_form")
async def decided_together(request: Request, graph: TheGraph, spoken: TheLang) -> Response:
    """Decide on several with one reason: one revision, all or none."""
    form = await security.form_of(request)
    return await run_in_threadpool(_decide_together, request, graph, spoken, form)


def _queue(visit: Visit, *, status: int = 200, **found: Any) -> Response:
    asked = {name: value for name, value in visit.request.query_params.items() if name in FILTERS and value}
    waiting = visit.graph.reviews(**asked, lang=visit.lang)
    cards, names = _cards(visit, waiting["items"]), Names(visit.graph.network(), visit.lang)
    waiting |= {
        "items": [_called(one, names) | {"says": names.record(one["kind"], one["id"])} for one in waiting["items"]]
    }
    context = {"queue": waiting, "cards": cards, "asked": asked, "chosen": (), "why": "", **found}
    return shown(visit, "write/queue.html", context, status=status)


def _cards(visit: Visit, items: Sequence[Document]) -> Document:
    """Return of each item of evidence in the queue what a reviewer weighs: the statement, whole and cut, and facts."""
    snapshot = visit.graph.snapshot
    labels = Labels(visit.graph.vocabulary, snapshot, visit.lang)
    found = {one["id"]: snapshot.evidence.get(one["id"]) for one in items if one["kind"] == "evidence"}
    return {
        id: {
            "statement": item.statement,
            "brief": shorten(item.statement, STATEMENT_SHOWN, placeholder=" …"),
            "facts": [
                (name, labels.value("evidence", name, getattr(item, name)))
                for name in CARD_FACTS
                if getattr(item, name) is not None
            ],
        }
        for id, item in found.items()
        if item is not None
    }


def _decide_together(request: Request, graph: Graph, lang: Lang, form: Form) -> Response:
    visit = Visit.of(request, graph, lang)
    ids, why = list(dict.fromkeys(form.get("id", []))), one(form, "why")
    try:
        actor, decision = visit.proven(form), one(form, "decision")
        if not ids:
            raise InputError(said(lang)["none_chosen"], where="id")
        if decision not in DECISIONS:
            raise InputError(f"{decision[:40]!r} is no decision", where="decision", hint=f"use {', '.join(DECISIONS)}")
        act = partial(graph.review, ids, decision, why=why or None, actor=actor, two_person=True, lang=lang)
        made = _on_what_was_seen(graph, ids, seen_of(form, graph, lang), act)
    except (KgError, Refusal) as fault:
        problem = visit.fault(fault)
        return _queue(visit, status=problem["status"], problem=problem, chosen=ids, why=why)
    return led(visit, f"/history/{made['revision']}", sent="decided")


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


def _decide(request: Request, graph: Graph, lang: Lang, id: str, form: Form) -> Response:
    visit = Visit.of(request, graph, lang)
    try:
        actor, decision = visit.proven(form), one(form, "decision")
        why = one(form, "why") or None
        act = partial(graph.review, id, decision, why=why, actor=actor, two_person=True, lang=lang)
        if decision == "revoke":
            act = partial(graph.revoke, id, why=why or "", actor=actor, lang=lang)
        _on_what_was_seen(graph, [id], seen_of(form, graph, lang), act)
    except (KgError, Refusal) as fault:
        problem = visit.fault(fault)
        return _page(visit, id, status=problem["status"], problem=problem, why=one(form, "why"))
    return led(visit, f"/review/{quote(id, safe='')}", sent="decided")


def _on_what_was_seen(graph: Graph, ids: Sequence[str], seen: int, act: Callable[..., Document]) -> Document:
    """Act on records that did not change since they were seen, at the revision where that was looked up.

    Raises:
        Conflict: one changed, or others wrote each time in between.
    """

    def once() -> Document:
        at = graph.revision
        for id in ids:
            _refuse_changed(graph, id, seen)
        return act(expect=at)

    return retried(once)


def _refuse_changed(graph: Graph, id: str, seen: int) -> None:
    """Refuse to decide on what the reviewer has not seen (see `refuse_changed`)."""
    kind, record = record_of(graph.snapshot, id)
    refuse_changed(graph, (kind, record.id), seen)


def _page(visit: Visit, id: str, *, status: int = 200, **found: Any) -> Response:
    graph, lang = visit.graph, visit.lang
    network = graph.network()
    kind, record = record_of(network.snapshot, id)
    labels, names = Labels(network.vocabulary, network.snapshot, lang), Names(network, lang)
    history = graph.history(kind, record.id)
    context: Document = {
        "kind": kind,
        "plural": frame.PLURALS[kind],
        "id": record.id,
        "title": names.says(record),
        "state": record.status,
        "item": _item(record, labels, names) if isinstance(record, Evidence) else None,
        "facts": [] if isinstance(record, Evidence) else _facts(kind, record, labels),
        "versions": _versions(history, labels),
        "people": history["people"],
        "revision": history["revision"],
        "why": "",
        "sent": visit.request.query_params.get("sent", ""),
        "alike": names.alike(record) if isinstance(record, Entity) else [],
        "waiting": None,
        "rivals": [],
        "holder": None,
        "effect": None,
        "own": False,
        **found,
    }
    if record.status in PENDING and kind != "work":
        told = graph.waiting(record.id, lang=lang)
        needs = [one | {"says": names.record(one["kind"], one["id"])} for one in told["needs"]]
        holder = lines.holder(record, network.snapshot) if isinstance(record, Evidence) else None
        context |= {
            "waiting": _called(told, names) | {"needs": needs},
            "rivals": waiting_beside(record, network.snapshot) if isinstance(record, Evidence) else [],
            "holder": None if holder is None else holder.id,
            "effect": effect(graph, told, lang),
            "own": visit.handle is not None and visit.handle in told["proposed_by"],
        }
    return shown(visit, "write/waiting.html", context, status=status)


def _item(item: Evidence, labels: Labels, names: Names) -> Document:
    """Return an item as reviewers read it."""
    snapshot = labels.snapshot
    work = snapshot.works.get(item.work)
    checked = quote_of(item, snapshot, labels.lang)
    return {
        "statement": item.statement,
        "quote": item.quote,
        "work": item.work,
        "citation": names.work(item.work),
        "title": None if work is None else work.title,
        "locator": item.locator,
        "inferred": item.inferred,
        "facts": [
            (name, labels.value("evidence", name, getattr(item, name)))
            for name in ITEM_FACTS
            if getattr(item, name) is not None
        ],
        "quote_check": None if checked is None else checked["said"],
    }


def _called(told: Document, names: Names) -> Document:
    """Return a record that waits, with what stands in its way called by names."""
    return told if told["blocked"] is None else told | {"blocked": names.named(told["blocked"])}


def _facts(kind: RecordKind, record: Record, labels: Labels) -> list[tuple[str, str | None]]:
    """Return the fields of another record in words, in the order in which the record has them."""
    told = to_payload(record)
    order = [one.name for one in fields(record) if one.name in told and one.name not in {"id", "status"}]
    return [(labels.field(name), labels.value(kind, name, told[name])) for name in order]


def _versions(history: Document, labels: Labels) -> list[Document]:
    """Return the versions of a record, newest first, fields and values in words."""
    return [
        {
            **version,
            "when": moment(version["recorded_at"], labels.lang),
            "act": called.act(version["act"], labels.lang),
            "changed": changes(history["kind"], version["changed"], labels),
        }
        for version in history["versions"]
    ]
