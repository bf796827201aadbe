"""The page `/contribute`: a work, a claim, what the work says about it; its effect, then off to review.

May enter: a form. Never here: how a contribution is read and checked (kg.contribute).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from kg import conflicts
from kg.contribute import citing, looking_up, names
from kg.contribute.states import STANDING
from kg.errors import Conflict, InputError, KgError, NotFound, Words
from kg.faults import EMPTY
from kg.graph import Graph
from kg.model import Evidence
from kg_api import security
from kg_api.asking import TheGraph, TheLang
from kg_api.pages_read import frame
from kg_api.pages_read.criteria_form import pickers, terms
from kg_api.pages_write.contribute_faults import ENTITY, REQUIRED, at_fault, lacking
from kg_api.pages_write.desk import Form, Visit, led, one, shown, used
from kg_api.pages_write.effects import effect
from kg_api.pages_write.recording import another, told, way
from kg_api.problems import Refusal
from kg_api.routers.contribute import work_values

router = APIRouter(include_in_schema=False)
CLAIM = ("claim", "subject", "relation", "object")
ITEM = ("stance", "kind", "strength", "strength_reason", "locator", "statement", "quote", "basis")
FIELDS = (*CLAIM, "work", "citation", "distinct", *ITEM, "inferred", "reason", "revises", *ENTITY)
NOTHING: Mapping[str, None] = dict.fromkeys(
    ("problem", "entity", "preview", "effect", "work_plan", "work_told", "recorded")
)
ACTS = ("preview", "send", "work", "another", "entity")
OTHERS = {*CLAIM, *ITEM, *ENTITY} - {"new_end"}
"""The fields that say more than which work it is; one that always holds something says nothing."""
Document = dict[str, Any]


@router.get("/contribute")
def contribute(request: Request, graph: TheGraph, spoken: TheLang) -> Response:
    """The form, filled with what the address says: a claim, a work, or an item that is revised."""
    frame.only(request, FIELDS)
    visit = Visit.of(request, graph, spoken)
    given = {name: value for name, value in request.query_params.items() if name in FIELDS}
    if "revises" in given:
        given = {**_fields_of(graph.snapshot.item(given["revises"])), **given}
    return _page(visit, given)


@router.post("/contribute", name="contribute_form")
async def contributed(request: Request, graph: TheGraph, spoken: TheLang) -> Response:
    """Preview, or send. What was filled in stays filled in until it is sent."""
    form = await security.form_of(request)
    return await run_in_threadpool(_act, request, graph, spoken, form)


def _act(request: Request, graph: Graph, lang: Any, form: Form) -> Response:
    visit = Visit.of(request, graph, lang)
    given = {name: one(form, name) for name in FIELDS if one(form, name)}
    act = one(form, "act")
    if meant := used(form, FIELDS):
        gone = {"citation", "distinct"} if "work" in meant else set()
        return _page(visit, {**{name: text for name, text in given.items() if name not in gone}, **meant})
    try:
        if act not in ACTS:
            raise InputError(f"{act[:40]!r} is nothing that this form does", where="act", hint=f"use {', '.join(ACTS)}")
        if act == "preview":
            return _page(visit, given, **_preview(visit, given))
        actor = visit.proven(form)
        request.state.bearer = visit.bearer
        if act in {"work", "another"}:
            return _alone(visit, {**given, "distinct": "true"} if act == "another" else given, actor)
        if act == "entity":
            return _with_entity(visit, given, actor)
        return _sent(visit, given, actor)
    except (KgError, Refusal) as fault:
        problem = at_fault(
            given, "work" if act == "another" else act, visit.fault(fault), lang, spared=_spared(graph, given)
        )
        return _page(visit, given, status=problem["status"], problem=problem)


def _sent(visit: Visit, given: Mapping[str, str], actor: str) -> Response:
    """Write the contribution and lead to it in the queue."""
    graph, reason = visit.graph, given.get("reason")
    if "revises" in given:
        item, own = graph.snapshot.item(given["revises"]), not visit.reviews
        made = graph.revise(item.id, _revision(given), why=reason, actor=actor, own=own, lang=visit.lang)
    else:
        _preview(visit, given)  # what is wrong with the item is said before the work is recorded
        work, values = _recorded(visit, given, actor)
        made = graph.add_evidence({**_item(given), "work": work["id"]}, actor=actor, reason=reason, lang=visit.lang)
        if values is not None and work["already"] and not made["already"]:
            return led(visit, f"/review/{made['id']}", sent="known")
    return led(visit, f"/review/{made['id']}", sent="already" if made["already"] else "yes")


def _alone(visit: Visit, given: Mapping[str, str], actor: str) -> Response:
    """Record a work without an item, and say what became of it; the form stays where it holds more, or nothing was."""
    made, values = _recorded(visit, given, actor)
    if made["already"]:
        distinct = values is not None and another(values, visit.graph)
        return _page(visit, given, work_told=told(made, visit.graph, visit.lang, distinct=distinct))
    if not OTHERS & given.keys():
        return led(visit, f"/works/{quote(made['id'], safe='')}", sent="yes")
    kept = {name: text for name, text in given.items() if name not in {"citation", "distinct"}}
    return _page(visit, {**kept, "work": made["id"]}, recorded=made["id"])


def _recorded(visit: Visit, given: Mapping[str, str], actor: str) -> tuple[Document, Document | None]:
    """Return what became of the work: one that the record does not have is recorded; and the values that it was read
    from, None where the record has it under what was given."""
    known = _known(visit.graph, given)
    if known is not None:
        work = visit.graph.snapshot.works[known]
        return {"id": work.id, "already": True, "status": work.status, "alike": []}, None
    values = dict(work_values(visit.request, way(given)))
    return visit.graph.add_work(values, actor=actor, reason=given.get("reason"), lang=visit.lang), values


def _with_entity(visit: Visit, given: Mapping[str, str], actor: str) -> Response:
    """Propose an entity and put it at the end of the claim for which it was wanted."""
    label = {"en": given.get("new_en", "")} | ({"zh": given["new_zh"]} if "new_zh" in given else {})
    values: Document = {"type": given.get("new_type", ""), "label": label}
    if "new_definition" in given:
        values["definition"] = given["new_definition"]
    made = visit.graph.add_entity(values, actor=actor, reason=given.get("reason"), lang=visit.lang)
    end = "object" if given.get("new_end") == "object" else "subject"
    kept = {name: value for name, value in given.items() if name not in {*ENTITY, "claim"}}
    return _page(visit, {**kept, end: made["id"]}, entity=made)


def _preview(visit: Visit, given: Mapping[str, str]) -> Document:
    """Return what the item would change; a work that is not there yet is supposed to be."""
    graph, work = visit.graph, _known(visit.graph, given)
    found: Document = {}
    if work is None:
        if visit.bearer is None:
            raise NotFound(
                Words("the record does not have this work", "记录中没有此文献"),
                where="work",
                hint=Words(
                    "sign in to have it read or looked up; works of the record can be previewed by everybody",
                    "请登录以读取题录或在线查询；已收录的文献无需登录即可预览",
                ),
            )
        for name in lacking(
            given, "preview", _spared(graph, given)
        ):  # nobody is asked about a work for an item that cannot stand
            raise InputError(Words(f"no {name} is given", EMPTY), where=name)
        visit.request.state.bearer = visit.bearer
        snapshot = graph.snapshot
        values = work_values(visit.request, asked := way(given))
        planned = citing.work(
            citing.read(values),
            snapshot,
            graph.vocabulary,
            distinct="distinct" in asked,
            lang=visit.lang,
        )
        work = planned.record.id
        found["work_plan"] = planned.document() | {
            "title": getattr(planned.record, "title", work),
            "distinct": planned.already and another(values, graph),
        }
        graph = graph.supposing(snapshot.with_changes(planned.changes))
    actor = visit.handle or "nobody"
    item = _revision(given) if "revises" in given else _item(given)
    seen = graph.preview({**item, "work": work}, actor=actor, revises=given.get("revises"), lang=visit.lang)
    return found | {"preview": seen, "effect": effect(graph, seen, visit.lang)}


def _known(graph: Graph, given: Mapping[str, str]) -> str | None:
    """Return the key of a work that the record has; None when it has to be read or looked up.

    Raises:
        InputError: neither a work nor a citation is given.
        NotFound: it is not there, and is no identifier that could be looked up.
    """
    if "citation" in given:
        return None
    text = given.get("work", "")
    if not text:
        raise InputError(
            Words("no work is given", "未指明文献"),
            where="work",
            hint=Words(
                "give a key, DOI, arXiv id or title, or paste a citation",
                "请给出引用键、DOI、arXiv 编号或标题，或粘贴题录",
            ),
        )
    try:
        return names.work_of(graph.snapshot, text).id
    except NotFound:
        if looking_up.is_identifier(text):
            return None
        raise


def _item(given: Mapping[str, str]) -> Document:
    """Return the values of an item; a claim that is chosen is meant, not the ends beside it."""
    wanted = ("claim",) if "claim" in given else CLAIM[1:]
    values: Document = {name: given[name] for name in (*wanted, *ITEM) if name in given}
    if "claim" not in given and "new_en" in given and not {"subject", "object"} <= given.keys():
        raise InputError(
            Words(
                "an end of the claim was filled in as new, but not proposed yet",
                "论断的一端填写为新实体，但尚未提出",
            ),
            where="new_en",
            hint=Words(
                "press the button that proposes the entity; it then stands in the claim",
                "请先点击“提出该实体”；随后它会填入论断",
            ),
        )
    if not any(name in given for name in CLAIM):
        raise InputError(
            Words("no claim is given", "未指明论断"),
            where="claim",
            hint=Words(
                "choose one, or state one by subject, relation, object",
                "请选择一条论断，或以主体、关系、客体陈述一条",
            ),
        )
    return values | ({"inferred": True} if given.get("inferred") == "true" else {})


def _revision(given: Mapping[str, str]) -> Document:
    """Return what a revision says: a field that was emptied is taken away, or stays as empty as it was."""
    fields: Document = {name: given[name] for name in ("claim", "work") if name in given}
    return fields | {name: given.get(name) for name in ITEM} | {"inferred": given.get("inferred") == "true"}


def _spared(graph: Graph, given: Mapping[str, str]) -> frozenset[str]:
    """Return the fields that a revision may leave empty, since the item that it revises does."""
    if "revises" not in given:
        return frozenset()
    try:
        known = graph.snapshot.item(given["revises"])
    except NotFound:  # told by whatever is done with the form
        return frozenset()
    return frozenset(name for name in ("strength_reason", "locator") if getattr(known, name) is None)


def _fields_of(item: Evidence) -> dict[str, str]:
    """Return an item as the form shows it."""
    if item.status not in STANDING:
        said = conflicts.stands("evidence", item.id, item.status)
        raise Conflict(said, where="revises", hint="propose it anew")
    values = {name: getattr(item, name) for name in ("claim", "work", *ITEM)}
    inferred = {"inferred": "true"} if item.inferred else {}
    return {name: value for name, value in values.items() if value is not None} | inferred


def _page(visit: Visit, given: Mapping[str, str], *, status: int = 200, **found: Any) -> Response:
    graph, lang = visit.graph, visit.lang
    vocabulary = graph.vocabulary
    choices = {
        "relation": terms(vocabulary.relations, lang),
        "stance": terms(vocabulary.stances, lang),
        "kind": terms(vocabulary.study_kinds, lang),
        "strength": terms(vocabulary.strengths, lang),
        "basis": terms(vocabulary.bases, lang),
        "new_type": terms(vocabulary.entity_types, lang),
    }
    wrong = (found.get("problem") or {}).get("fields", ())
    context = {
        "given": given,
        "required": REQUIRED - _spared(graph, given),
        "fills": FIELDS,
        "faulty_claim": any(name in CLAIM[1:] for name in wrong),
        "faulty_entity": any(name in ENTITY for name in wrong),
        "choices": choices,
        "pickers": pickers(graph, lang, claims=True),
        **found,
    }
    return shown(visit, "write/contribute.html", {**NOTHING, **context}, status=status)
