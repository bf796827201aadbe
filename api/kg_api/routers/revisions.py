"""Saying entities, claims and works in other words over HTTP; of evidence see `contribute`.

May enter: bodies as JSON. Never here: which fields can differ (kg.contribute.revising).
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kg.graph import Graph
from kg.ids import RecordKind
from kg_api import json_body
from kg_api import parameters as p
from kg_api import write_parameters as w
from kg_api import write_shapes as shapes
from kg_api.asking import TheGraph, TheLang
from kg_api.permissions import owns_only
from kg_api.writing import Act, handle_of, perform

router = APIRouter(tags=["contributing"])
ENTITY = w.body_of(
    "The fields that differ: `label` and `definition` (one language may be given alone), `aliases`, `broader`, "
    "`matches`; null takes an optional one away.",
    {"definition": {"en": "Training low-rank adapters on quantized weights."}},
)
CLAIM = w.body_of("`conditions` under which it is claimed; null takes them away.", {"conditions": "for small models"})
WORK = w.body_of(
    "The fields that differ: `type`, `title`, `authors`, `year`, `doi`, `arxiv`, `url`, `independence_group`, and in "
    "`csl` any variable of CSL-JSON; null takes an optional one away.",
    {"csl": {"volume": "7"}},
)


@router.post(
    "/entities/{id}/revision",
    name="revise_entity",
    response_model=shapes.Contribution,
    summary="Say an entity in other words",
    openapi_extra=ENTITY,
)
def revise_entity(
    *, request: Request, graph: TheGraph, spoken: TheLang, id: p.EntityId, body: json_body.Needed, why: w.Why = None
) -> Response:
    """A proposal is revised by whoever proposed it, and waits again; what is accepted by reviewers, at once."""
    return _revised(request, graph, "entity", graph.snapshot.entity(id).id, body, why=why, lang=spoken)


@router.post(
    "/claims/{id}/revision",
    name="revise_claim",
    response_model=shapes.Contribution,
    summary="Say under which conditions a claim is made",
    openapi_extra=CLAIM,
)
def revise_claim(
    *, request: Request, graph: TheGraph, spoken: TheLang, id: p.ClaimId, body: json_body.Needed, why: w.Why = None
) -> Response:
    """Its ends stay. As for entities: a proposal by whoever proposed it, what is accepted by reviewers."""
    return _revised(request, graph, "claim", graph.snapshot.claim(id).id, body, why=why, lang=spoken)


@router.post(
    "/works/{id}/revision",
    name="revise_work",
    response_model=shapes.Contribution,
    summary="Correct the catalogue entry of a work",
    openapi_extra=WORK,
)
def revise_work(
    *, request: Request, graph: TheGraph, spoken: TheLang, id: p.WorkId, body: json_body.Needed, why: w.Why = None
) -> Response:
    """What a publisher said of it stays: see `/works/{id}/retraction`."""
    return _revised(request, graph, "work", graph.work(id)["id"], body, why=why, lang=spoken)


def _revised(
    request: Request, graph: Graph, kind: RecordKind, id: str, body: Mapping[str, object], *, why: w.One, lang: str
) -> Response:
    actor, reason, own = handle_of(request), w.reason_of(why), owns_only(request.state.bearer.role)
    act = Act(
        lambda: graph.revise(id, body, why=reason, actor=actor, own=own, lang=lang),
        target=(kind, id),
        sent=body,
    )
    return perform(request, graph, act)
