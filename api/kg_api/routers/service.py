"""The record as a whole: history, integrity, what rests on little, what a pack covers; and whether the server lives.

Never here: what these documents say.
"""

from __future__ import annotations

from threading import Lock

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from kg.errors import StoreError
from kg_api import parameters as p
from kg_api import problems, shapes
from kg_api import write_parameters as w
from kg_api.asking import TheGraph
from kg_api.crediting import called
from kg_api.replies import JSON, fresh, reply

router = APIRouter(tags=["record"])
probes = APIRouter(tags=["service"])
_one_at_a_time = Lock()


@router.get("/revisions", response_model=shapes.Revisions, summary="The history of the record")
def revisions(
    *,
    request: Request,
    graph: TheGraph,
    limit: p.Newest = None,
    after: w.AfterNumber = None,
    actor: w.Actor = None,
    act: w.Act = None,
    kind: w.Kind = None,
    id: w.Id = None,
) -> Response:
    """The newest revisions, newest first, with the hashes that chain them."""
    asked = p.given(limit=limit, after=after, actor=actor, act=act, kind=kind, id=id)
    return reply(request, lambda: graph.log(**asked), also=called(request))


@router.get("/verify", response_model=shapes.Verified, summary="Integrity of the history")
def verify(request: Request, graph: TheGraph) -> Response:
    """Walk the hash chain and compare the state with what follows from it; an empty list means that all is well."""
    with _one_at_a_time:
        found = graph.verify()
    return fresh(request, orjson.dumps(found))


@router.get("/basis", response_model=shapes.Basis, summary="Evidence that rests on little")
def basis(request: Request, graph: TheGraph) -> Response:
    """Items that rest on less than the abstract of their work, and items that were inferred."""
    return reply(request, graph.basis)


@router.get("/coverage", response_model=shapes.Coverage, summary="What represents the seed text")
def coverage(request: Request, graph: TheGraph) -> Response:
    """For each numbered item of the text that a pack was seeded from, the claims that represent it."""
    return reply(request, graph.coverage)


@probes.get("/healthz", response_model=shapes.Health, summary="Whether the server lives")
async def healthz() -> Response:
    """Always 200 while the process answers."""
    return Response(b'{"status":"ok"}', media_type=JSON, headers={"Cache-Control": "no-store"})


@probes.get("/readyz", response_model=shapes.Ready, summary="Whether the server can answer")
def readyz(request: Request, graph: TheGraph) -> Response:
    """200 when the record can be read and the first answers are computed, else 503."""
    if not request.app.state.warm.is_set():
        said = "are still being computed"
        if request.app.state.cold is not None:
            fault = problems.of_error(request.app.state.cold)
            said = f"cannot be computed: {': '.join(fault[part] for part in ('where', 'detail') if part in fault)}"
        return problems.response(problems.of_status(503, f"the first answers {said}"))
    number = graph.store.number()
    if not number:
        raise StoreError("the record has no revision", hint="load a pack")
    body = orjson.dumps({"status": "ready", "revision": number})
    return Response(body, media_type=JSON, headers={"Cache-Control": "no-store"})
