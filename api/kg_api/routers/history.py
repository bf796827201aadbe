"""Who changed what: every version of a record, one revision with its changes, persons for credit.

May enter: ids, numbers. Never here: e-mail addresses; what a version is (kg.contribute).
"""

from __future__ import annotations

from typing import Annotated, Literal

import orjson
from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from kg.ids import PLURALS
from kg_api import write_parameters as w
from kg_api import write_shapes as shapes
from kg_api.asking import TheGraph
from kg_api.crediting import called
from kg_api.replies import fresh, reply

router = APIRouter(tags=["record"])
KINDS = {plural: kind for kind, plural in PLURALS.items()}
Plural = Annotated[
    Literal["claims", "entities", "evidence", "works"], Path(description="Kind of record.", examples=["entities"])
]


@router.get("/{kind}/{id}/history", name="history", response_model=shapes.History, summary="Every version of a record")
def history(request: Request, graph: TheGraph, kind: Plural, id: w.AnyId) -> Response:
    """Newest first, each with who changed which field, when and why."""
    return reply(request, lambda: graph.history(KINDS[kind], id), also=called(request))


@router.get(
    "/revisions/{number}", name="revision", response_model=shapes.RevisionEntry, summary="One revision with its changes"
)
def revision(request: Request, graph: TheGraph, number: w.Number) -> Response:
    """All records that it wrote, field by field, before and after."""
    return reply(request, lambda: graph.entry(number), also=called(request))


@router.get("/people", name="people", response_model=shapes.People, summary="Everybody who may write, for credit")
def people(request: Request, graph: TheGraph) -> Response:
    """Handles, as revisions name them, with name and ORCID iD where they are known."""
    return fresh(request, orjson.dumps(graph.people()))


@router.get("/people/{handle}", name="person", response_model=shapes.Person, summary="One person, for credit")
def person(request: Request, graph: TheGraph, handle: w.Handle) -> Response:
    """Name and ORCID iD of a handle."""
    return fresh(request, graph.person(handle))
