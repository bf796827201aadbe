"""The pages `/entities/{id}/revision`, `/claims/{id}/revision`, `/works/{id}/revision`: a record in other words.

May enter: a form. Never here: which fields can differ (kg.contribute.revising), fields as texts (revise_fields).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from kg import conflicts
from kg.contribute import effects
from kg.contribute.changed import differences
from kg.contribute.revising import revised
from kg.contribute.states import PENDING, STANDING, Key, refuse_revising
from kg.errors import Conflict, Forbidden, InputError, KgError
from kg.graph import Graph
from kg.ids import RecordKind
from kg.model import OUR_STATUSES, Claim, Entity, Record, Work
from kg.rdf.about import find
from kg.record.submissions import Outdated, Terms
from kg.settings import Lang
from kg_api import security
from kg_api.asking import TheGraph, TheLang
from kg_api.pages_read import frame
from kg_api.pages_read.criteria_form import pickers
from kg_api.pages_read.labelled import Labels
from kg_api.pages_read.versions import changes
from kg_api.pages_write.calling import Names
from kg_api.pages_write.desk import Form, Visit, led, one, said, shown, used
from kg_api.pages_write.effects import effect
from kg_api.pages_write.revise_fields import FIELDS, field_of, fields_of, values_of
from kg_api.pages_write.seen import refuse_changed, seen_of
from kg_api.problems import Refusal
from kg_api.writing import Act, done

router = APIRouter(include_in_schema=False)
ACTS = ("preview", "send")
PUBLICATION = "csl_"
Document = dict[str, Any]
Revised = Entity | Claim | Work


@router.get("/entities/{id}/revision")
def entity_form(request: Request, graph: TheGraph, spoken: TheLang, id: str) -> Response:
    """An entity in a form."""
    return _form(request, graph, spoken, "entity", id)


@router.get("/claims/{id}/revision")
def claim_form(request: Request, graph: TheGraph, spoken: TheLang, id: str) -> Response:
    """The conditions of a claim in a form."""
    return _form(request, graph, spoken, "claim", id)


@router.get("/works/{id}/revision")
def work_form(request: Request, graph: TheGraph, spoken: TheLang, id: str) -> Response:
    """The catalogue entry of a work in a form."""
    return _form(request, graph, spoken, "work", id)


@router.post("/entities/{id}/revision", name="revise_entity_form")
async def entity_revised(request: Request, graph: TheGraph, spoken: TheLang, id: str) -> Response:
    """Preview or write."""
    return await run_in_threadpool(_act, request, graph, spoken, ("entity", id), await security.form_of(request))


@router.post("/claims/{id}/revision", name="revise_claim_form")
async def claim_revised(request: Request, graph: TheGraph, spoken: TheLang, id: str) -> Response:
    """Preview or write."""
    return await run_in_threadpool(_act, request, graph, spoken, ("claim", id), await security.form_of(request))


@router.post("/works/{id}/revision", name="revise_work_form")
async def work_revised(request: Request, graph: TheGraph, spoken: TheLang, id: str) -> Response:
    """Preview or write."""
    return await run_in_threadpool(_act, request, graph, spoken, ("work", id), await security.form_of(request))


def _form(request: Request, graph: Graph, lang: Lang, kind: RecordKind, id: str) -> Response:
    frame.only(request, ())
    record, revision = _known(graph, kind, id)
    stands = record.status not in OUR_STATUSES if kind == "work" else record.status in STANDING
    if not stands:
        said = conflicts.stands(kind, record.id, record.status)
        raise Conflict(said, where="id", hint="propose it anew")
    return _page(Visit.of(request, graph, lang), kind, record, fields_of(record), revision=revision)


def _act(request: Request, graph: Graph, lang: Lang, target: Key, form: Form) -> Response:
    kind, id = target
    visit, (record, _) = Visit.of(request, graph, lang), _known(graph, kind, id)
    # A browser sends every field of a form, empty ones too: what is not there was not emptied.
    sent = {name: one(form, name).replace("\r\n", "\n") for name in FIELDS[kind] if name in form}
    why, before = one(form, "why"), fields_of(record)
    given = {**before, **sent}
    if meant := used(form, FIELDS[kind]):
        return _again(visit, kind, id, {**given, **meant}, before, why=why)
    try:
        act = one(form, "act")
        if act not in ACTS:
            raise InputError(f"{act[:40]!r} is nothing that this form does", where="act", hint=f"use {', '.join(ACTS)}")
        seen = seen_of(form, graph, lang)
        before = _as_seen(graph, kind, record, seen)
        given = {**before, **sent}
        actor = visit.proven(form) if act == "send" else None
        refuse_changed(graph, (kind, record.id), seen)
        values = values_of(kind, given, before)
        if not values:
            raise InputError(_nothing_changed(kind, lang), where="values")
        if actor is None:
            return _page(visit, kind, record, given, why=why, revision=seen, **_preview(visit, kind, record, values))
        made = _written(visit, (kind, record.id), seen, values, why=why or None, actor=actor)
    except (KgError, Refusal) as fault:
        problem = visit.fault(fault)
        wrong = {field_of(place): text for place, text in problem["fields"].items()}
        problem |= {"field": field_of(problem["field"]), "fields": wrong}
        return _again(visit, kind, id, given, before, status=problem["status"], problem=problem, why=why)
    if made["status"] in PENDING:
        return led(visit, f"/review/{quote(record.id, safe='')}", sent="yes")
    return led(visit, f"/history/{made['revision']}", sent="decided")


def _written(
    visit: Visit, target: Key, seen: int, values: Document, *, why: str | None, actor: str
) -> Mapping[str, Any]:
    """Write what differs, in a transaction that finds the record as it was seen.

    Raises:
        Conflict: somebody changed it meanwhile; or the record does not take the change.
    """
    graph, lang, own = visit.graph, visit.lang, not visit.reviews
    act = Act(lambda: graph.revise(target[1], values, why=why, actor=actor, own=own, lang=lang), target=target)
    try:
        return done(act, Terms(None, seen, target))
    except Outdated:
        refuse_changed(graph, target, seen)
        raise


def _known(graph: Graph, kind: RecordKind, id: str) -> tuple[Revised, int]:
    """Return a record, and the revision at which it was read."""
    snapshot = graph.snapshot
    return cast(Revised, find(snapshot, kind, id)), snapshot.revision


def _as_seen(graph: Graph, kind: RecordKind, record: Record, seen: int) -> dict[str, str]:
    """Return the fields as they stood at the revision that was looked at; as now where there were none."""
    versions = [version for revision, version in graph.store.history(kind, record.id) if revision.number <= seen]
    return fields_of(versions[-1] if versions else record)


def _preview(visit: Visit, kind: RecordKind, record: Revised, values: Document) -> Document:
    """Return the fields that would differ, and what that would change in beliefs and answers."""
    graph, lang = visit.graph, visit.lang
    network = graph.network()
    made = revised(record, values, network.snapshot, network.vocabulary)
    after = effects.network_with(network, [made])
    told = effects.effect(network, after, effects.IF_ACCEPTED, records=[made], lang=lang)
    labels = Labels(network.vocabulary, after.snapshot, lang)
    return {
        "differs": changes(kind, differences(record, made), labels),
        "effect": effect(graph, told, lang),
        "alike": Names(network, lang).alike(made) if isinstance(made, Entity) else [],
    }


def _again(
    visit: Visit, kind: RecordKind, id: str, given: Mapping[str, str], before: Mapping[str, str], **found: Any
) -> Response:
    """Return the form with what was typed; a field that was left alone holds what it says now.

    Where somebody changed a field meanwhile that was typed in too, what it says now is told beside it.
    """
    record, revision = _known(visit.graph, kind, id)
    now = fields_of(record)
    typed = {name: text for name, text in given.items() if text != before[name]}
    meanwhile = {name: now[name] for name in typed if now[name] not in {before[name], typed[name]}}
    return _page(visit, kind, record, {**now, **typed}, revision=revision, meanwhile=meanwhile, **found)


def _page(
    visit: Visit, kind: RecordKind, record: Revised, given: Mapping[str, str], *, status: int = 200, **found: Any
) -> Response:
    graph, lang = visit.graph, visit.lang
    words = said(lang)
    types = {name.removeprefix(PUBLICATION): word for name, word in words.items() if name.startswith(PUBLICATION)}
    if isinstance(record, Work):
        types.setdefault(record.type, record.type)
    context = {
        "kind": kind,
        "id": record.id,
        "title": Names(graph.network(), lang).says(record),
        "state": record.status,
        "given": given,
        "fields": FIELDS[kind],
        "types": list(types.items()),
        "pickers": {"entity": pickers(graph, lang)["entity"]} if kind == "entity" else {},
        "waits": record.status in PENDING,
        "why": "",
        "why_not": _why_not(visit, kind, record),
        "meanwhile": {},
        "fills": FIELDS[kind],
        "differs": None,
        "alike": [],
        "effect": None,
        **found,
    }
    return shown(visit, "write/revise.html", context, status=status)


def _nothing_changed(kind: RecordKind, lang: Lang) -> str:
    """Return in words that a form was sent as it was shown, with the labels of what it can change."""
    words = said(lang)
    labels = (re.split(r" \(|（", words[f"put_{name}"])[0] for name in FIELDS[kind])
    return words["nothing_changed"].format(fields=("、" if lang == "zh" else ", ").join(labels))


def _why_not(visit: Visit, kind: RecordKind, record: Revised) -> str | None:
    """Return the word for why whoever looks cannot send the form; None when they can."""
    if visit.bearer is None:
        return "send_needs_token"
    if visit.reviews:
        return None
    if isinstance(record, Work) or record.status not in PENDING:
        return "revise_takes_reviewer"
    try:
        versions = visit.graph.store.history(kind, record.id)
        refuse_revising(kind, record, versions, actor=visit.bearer.person.handle)
    except Forbidden:
        return "revise_not_yours"
    return None
