"""The records: entities, claims, works and evidence, one by one and in lists.

May enter: parameters as text. Never here: parsing them, what a document says.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kg_api import parameters as p
from kg_api import shapes
from kg_api.asking import TheGraph
from kg_api.replies import reply

router = APIRouter(tags=["records"])


@router.get("/entities", response_model=shapes.Entities, summary="List entities")
def entities(
    *,
    request: Request,
    graph: TheGraph,
    criteria: p.Criteria,
    type: p.Type = None,
    broader: p.Broader = None,
    limit: p.Limit = None,
    after: p.After = None,
) -> Response:
    """One page of entities by id; `next` is the `after` of the page that follows."""
    asked = p.given(type=type, broader=broader, limit=limit, after=after)
    return reply(request, lambda: graph.entities(**asked, **criteria))


@router.get("/entities/{id}", response_model=shapes.Entity, summary="One entity")
def entity(request: Request, graph: TheGraph, criteria: p.Criteria, id: p.EntityId) -> Response:
    """An entity with its hierarchy, its matches in other vocabularies and its claims."""
    return reply(request, lambda: graph.entity(id, **criteria), strong=True)


@router.get("/claims", response_model=shapes.Claims, summary="List claims")
def claims(
    *,
    request: Request,
    graph: TheGraph,
    criteria: p.SomeCriteria,
    subject: p.Subject = None,
    relation: p.OneRelation = None,
    object: p.Object = None,
    work: p.OfWork = None,
    contested: p.Contested = None,
    limit: p.Limit = None,
    after: p.After = None,
) -> Response:
    """One page of claims by id, with belief and without their evidence."""
    asked = p.given(
        subject=subject, relation=relation, object=object, work=work, contested=contested, limit=limit, after=after
    )
    return reply(request, lambda: graph.claims(**asked, **criteria))


@router.get("/claims/{id}", response_model=shapes.Claim, summary="One claim with both sides of its evidence")
def claim(request: Request, graph: TheGraph, criteria: p.Criteria, id: p.ClaimId) -> Response:
    """A claim with its belief and every item for and against; an item that does not count says why."""
    return reply(request, lambda: graph.claim(id, **criteria), strong=True)


@router.get("/works", response_model=shapes.Works, summary="List works")
def works(
    *,
    request: Request,
    graph: TheGraph,
    criteria: p.Criteria,
    status: p.WorkStatus = None,
    year: p.Year = None,
    limit: p.Limit = None,
    after: p.After = None,
) -> Response:
    """One page of works by citation key."""
    asked = p.given(status=status, year=year, limit=limit, after=after)
    return reply(request, lambda: graph.works(**asked, **criteria))


@router.get("/works/{id}", response_model=shapes.Work, summary="One work and the evidence taken from it")
def work(request: Request, graph: TheGraph, criteria: p.Criteria, id: p.WorkId) -> Response:
    """A work with its CSL-JSON item, its status, and every item taken from it."""
    return reply(request, lambda: graph.work(id, **criteria), strong=True)


@router.get("/evidence", response_model=shapes.EvidenceList, summary="List evidence")
def evidence(
    *,
    request: Request,
    graph: TheGraph,
    criteria: p.Criteria,
    claim: p.OfClaim = None,
    work: p.OfWork = None,
    stance: p.Stance = None,
    locator: p.Locator = None,
    limit: p.Limit = None,
    after: p.After = None,
) -> Response:
    """One page of evidence items by id."""
    asked = p.given(claim=claim, work=work, stance=stance, locator=locator, limit=limit, after=after)
    return reply(request, lambda: graph.evidence(**asked, **criteria))


@router.get("/evidence/{id}", response_model=shapes.Evidence, summary="One evidence item")
def item(request: Request, graph: TheGraph, criteria: p.Criteria, id: p.EvidenceId) -> Response:
    """An item with what it says, whether it counts, and if not, why."""
    return reply(request, lambda: graph.item(id, **criteria), strong=True)
