"""Contributing over HTTP: works, entities, claims, evidence; previews of them.

May enter: bodies as JSON. Never here: what a record is (kg.contribute), how a write is done once (kg_api.writing).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kg.citations import lookups
from kg.criteria import parse_flag
from kg.errors import InputError, ParseFailure
from kg.graph import Graph
from kg.ids import PLURALS, RecordKind, slugify
from kg.importers.citations_reading import read
from kg_api import json_body, security
from kg_api import parameters as p
from kg_api import probe_parameters as probe
from kg_api import write_parameters as w
from kg_api import write_shapes as shapes
from kg_api.asking import TheGraph, TheLang
from kg_api.permissions import owns_only
from kg_api.replies import fresh
from kg_api.writing import Act, handle_of, perform

router = APIRouter(tags=["contributing"])
NOBODY = "nobody"
"""The contributor of a preview that nobody signed."""
WORK = w.body_of(
    "Fields of a work (`title`, `authors`, `year`, `doi`, `arxiv`, `url`, `type`, `csl`, ...); or `citation`, one "
    "entry of BibTeX, RIS, CSL-JSON and others (`format`); or `item`, a CSL-JSON item; or `identifier`, to be looked "
    "up where the operator allows it. `distinct`: a work that looks like a known one is another.",
    {"title": "Model surgery", "authors": ["Lee, Ann"], "year": 2024},
)
ENTITY = w.body_of(
    "Fields of an entity: `type`, `label` (text, or `en` and `zh`), `definition`, `aliases`, `broader`, `matches`, "
    "`id`.",
    {"type": "Technique", "label": {"en": "Weight surgery"}},
)
CLAIM = w.body_of(
    "`subject`, `relation`, `object`, and perhaps `conditions`; ends are ids, labels or aliases.",
    {"subject": "qlora", "relation": "lowers", "object": "fine-tuning-cost"},
)
EVIDENCE = w.body_of(
    "`claim`, or `subject`, `relation`, `object`; `work`, `stance`, `kind`, `strength`, `strength_reason`, `locator`, "
    "`statement`, `basis`; perhaps `quote`, `inferred`, `independence_group`.",
    {
        "claim": "parameter-efficient-fine-tuning--lowers--fine-tuning-cost",
        "work": "hu2022lora",
        "stance": "supports",
        "kind": "empirical-experiment",
        "strength": "moderate",
        "strength_reason": "one model family",
        "locator": "§5",
        "statement": "Training with the method took a third of the memory.",
        "basis": "full-text",
    },
)
REVISION = w.body_of("The fields that differ; null takes an optional one away.", {"strength": "weak"})
DONE: dict[int | str, dict[str, Any]] = {200: {"model": shapes.Contribution, "description": "It was there already"}}


@dataclass(frozen=True, slots=True)
class Asked:
    """What all contributions have in common."""

    request: Request
    graph: Graph
    lang: str
    why: w.One


@router.post(
    "/works",
    name="add_work",
    response_model=shapes.Contribution,
    status_code=201,
    responses=DONE,
    summary="Record a work",
    openapi_extra=WORK,
)
def add_work(
    *,
    request: Request,
    graph: TheGraph,
    spoken: TheLang,
    body: json_body.Needed,
    why: w.Why = None,
    dry_run: w.DryRun = None,
) -> Response:
    """A catalogue entry claims nothing, so it is recorded at once. A work that is known is told `already`."""
    values = work_values(request, body)
    return _contributed(Asked(request, graph, spoken, why), "work", graph.add_work, values, dry_run)


@router.post(
    "/entities",
    name="add_entity",
    response_model=shapes.Contribution,
    status_code=201,
    responses=DONE,
    summary="Propose an entity",
    openapi_extra=ENTITY,
)
def add_entity(
    *,
    request: Request,
    graph: TheGraph,
    spoken: TheLang,
    body: json_body.Needed,
    why: w.Why = None,
    dry_run: w.DryRun = None,
) -> Response:
    """It counts when a reviewer has accepted it. `alike` names entities that resemble it."""
    return _contributed(Asked(request, graph, spoken, why), "entity", graph.add_entity, body, dry_run)


@router.post(
    "/claims",
    name="add_claim",
    response_model=shapes.Contribution,
    status_code=201,
    responses=DONE,
    summary="Propose a claim",
    openapi_extra=CLAIM,
)
def add_claim(
    *,
    request: Request,
    graph: TheGraph,
    spoken: TheLang,
    body: json_body.Needed,
    why: w.Why = None,
    dry_run: w.DryRun = None,
) -> Response:
    """Who states a claim that was stated before meets on it. It counts when it is accepted and has support."""
    return _contributed(Asked(request, graph, spoken, why), "claim", graph.add_claim, body, dry_run)


@router.post(
    "/evidence",
    name="add_evidence",
    response_model=shapes.Contribution,
    status_code=201,
    responses=DONE,
    summary="Propose evidence, or preview what it would change",
    openapi_extra=EVIDENCE,
)
def add_evidence(
    *,
    request: Request,
    graph: TheGraph,
    spoken: TheLang,
    criteria: p.Criteria,
    body: json_body.Needed,
    why: w.Why = None,
    dry_run: w.DryRun = None,
    rows: probe.Rows = None,
    cols: probe.Cols = None,
    max_links: p.MaxLinks = None,
    revises: w.Revises = None,
) -> Response:
    """For or against a claim, which comes along when it is new. With `dry_run=true` everybody sees the effect."""
    asked = {**p.given(rows=rows, cols=cols, max_links=max_links, revises=revises), **criteria}
    if dry_run and parse_flag(dry_run, name="dry_run"):
        signed = getattr(request.state, "bearer", None)
        actor = NOBODY if signed is None else signed.person.handle
        return fresh(request, graph.preview(body, actor=actor, lang=spoken, **asked))
    for name in asked:
        instead = "POST /api/v1/evidence/{id}/revision proposes a revision" if name == "revises" else "leave it out"
        raise InputError(f"{name} is for previews", where=name, hint=f"{instead}, or ask with dry_run=true")
    return _contributed(Asked(request, graph, spoken, why), "evidence", graph.add_evidence, body, None)


@router.post(
    "/evidence/{id}/revision",
    name="revise_evidence",
    response_model=shapes.Contribution,
    status_code=201,
    summary="Propose an item in the place of another",
    openapi_extra=REVISION,
)
def revise_evidence(
    *, request: Request, graph: TheGraph, spoken: TheLang, id: p.EvidenceId, body: json_body.Needed, why: w.Why = None
) -> Response:
    """An accepted item counts until its revision is accepted; a pending one is superseded at once.

    `alike` names other revisions of the item that wait (`like` is revision), of which at most one is accepted.
    """
    actor, reason, own = handle_of(request), w.reason_of(why), owns_only(request.state.bearer.role)
    item = graph.snapshot.item(id)
    act = Act(
        lambda: graph.revise(item.id, body, why=reason, actor=actor, own=own, lang=spoken),
        target=("evidence", item.id),
        status=201,
        location=_address,
        sent=body,
    )
    return perform(request, graph, act)


def _contributed(
    asked: Asked, kind: RecordKind, add: Callable[..., Mapping[str, Any]], values: Mapping[str, Any], dry_run: w.One
) -> Response:
    """Add a record, or say what adding it would come to."""
    actor, reason, lang = handle_of(asked.request), w.reason_of(asked.why), asked.lang
    if dry_run and parse_flag(dry_run, name="dry_run"):
        return fresh(asked.request, add(values, actor=actor, dry_run=True, lang=lang))
    id = _id_of(values)
    act = Act(
        lambda: add(values, actor=actor, reason=reason, lang=lang),
        target=None if id is None else (kind, id),
        status=201,
        location=_address,
        sent=values,
    )
    return perform(asked.request, asked.graph, act)


def _id_of(values: Mapping[str, Any]) -> str | None:
    """Return the id that a record is given, or gets by its label; None where it is not known before."""
    id, label = values.get("id"), values.get("label")
    if id is None:
        label = label.get("en") if isinstance(label, Mapping) else label
        id = slugify(label) if isinstance(label, str) else None
    return id if isinstance(id, str) and id else None


def work_values(request: Request, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the fields of a work; a citation is parsed in a worker, an identifier looked up."""
    for name in ("merged_into", "status", "notice", "raw", "raw_format"):
        if body.get(name) is not None and not (name == "status" and body[name] == "current"):
            raise InputError(f"{name} is not for you to say", where=name, hint="leave it out")
    rest = {name: body[name] for name in ("id", "distinct") if name in body}
    ways = [name for name in ("citation", "identifier") if body.get(name) is not None]
    others = sorted(set(body) - {*ways[:1], *rest, "format"}) if ways else []
    if others or len(ways) > 1:
        raise InputError(
            f"{ways[0]} says it all; given beside it: {', '.join([*ways[1:], *others])}"[:300], where="work"
        )
    if ways == ["identifier"]:
        asked = lookups.identify(w.text_of(body["identifier"], "identifier"))
        fetch = request.app.state.fetcher()
        security.spend(request, "lookups", request.state.bearer.token)
        return {**lookups.look_up(asked, fetch=fetch).work.model_dump(), **rest}
    if ways == ["citation"]:
        return {**_cited(body), **rest}
    return body


def _cited(body: Mapping[str, Any]) -> Mapping[str, Any]:
    text, format = body["citation"], body.get("format")
    if not isinstance(text, str) or not text.strip():
        raise InputError("the citation is no text", where="citation", hint="give one entry of BibTeX, RIS or CSL-JSON")
    if format is not None and not isinstance(format, str):
        raise InputError("the format is no text", where="format")
    found = read(text.encode(), name="citation", format=format, guarded=True).parsed
    for fault in found.failures:
        raise ParseFailure(fault.reason, source=fault.source, line=fault.line, raw=fault.raw, hint=fault.remedy)
    if len(found.works) != 1:
        raise InputError(
            f"the text holds {len(found.works) or 'no'} citations, expected one",
            where="citation",
            hint="POST /api/v1/imports takes whole bibliographies",
        )
    return found.works[0].work.model_dump()


def _address(document: Mapping[str, Any]) -> str:
    return f"/api/v1/{PLURALS[document['kind']]}/{document['id']}"
