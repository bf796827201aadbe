"""Receipts and the lint: show a kept answer, verify one that is kept or given, the quality of the record.

May enter: ids, a document that somebody claims to be an answer, parameters as text.
Never here: what a receipt stands for, rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from kg_api import json_body
from kg_api import parameters as p
from kg_api import vouch_shapes as shapes
from kg_api.asking import TheGraph, TheLang
from kg_api.replies import fresh, reply
from kg_api.writing import Act, perform

router = APIRouter(tags=["receipts"])
EXAMPLE = "qwkypeq6xka7enxje6ftepiu5y"
ReceiptId = Annotated[str, Path(description="Receipt of a kept answer.", examples=[EXAMPLE])]
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "additionalProperties": True,
                    "required": ["question", "revision", "receipt"],
                    "description": "An answer as a question gives it; `question`, `revision` and `receipt` will do.",
                }
            }
        },
    }
}
AT_ONCE, WAIT_SECONDS = 2, 5.0
_verifying = BoundedSemaphore(AT_ONCE)


@router.get("/receipts/{id}", response_model=shapes.Receipt, summary="A kept answer and what it rests on")
def receipt(request: Request, graph: TheGraph, id: ReceiptId) -> Response:
    """Question, criteria, revision, the answer itself, its claims, evidence and works, and their bibliography."""
    return reply(request, lambda: graph.receipt(id))


@router.post("/receipts/{id}/verify", response_model=shapes.Verification, summary="Work a kept answer out again")
def verify_receipt(request: Request, graph: TheGraph, id: ReceiptId) -> Response:
    """At its revision, where it must be identical, and at the newest: what changed since. Nothing is stored."""
    with one_of_few():
        return fresh(request, graph.verify_receipt(id))


@router.post(
    "/receipts/verify",
    response_model=shapes.Verification,
    summary="Work any answer out again",
    openapi_extra=BODY,
)
def verify_answer(request: Request, graph: TheGraph, document: json_body.Body) -> Response:
    """The same for an answer that was not kept here. Only its question is asked, within the limits of any question."""
    with one_of_few():
        return fresh(request, graph.verify_receipt(document))


@router.post(
    "/receipts",
    response_model=shapes.Kept,
    status_code=201,
    summary="Keep an answer",
    name="keep_answer",
    openapi_extra=BODY,
)
def keep_answer(request: Request, graph: TheGraph, document: json_body.Body) -> Response:
    """Keep an answer as a question gave it, so that its receipt can be shown and verified by anybody."""
    location = "/api/v1/receipts/{receipt}".format_map
    return perform(request, graph, Act(lambda: graph.keep(document), status=201, location=location, sent=None))


@router.get("/lint", response_model=shapes.Lint, summary="The quality of the record")
def lint(request: Request, graph: TheGraph, spoken: TheLang, severity: p.Severity = None) -> Response:
    """Findings, the gravest first, each with what to do about it."""
    return reply(request, lambda: graph.lint(**p.given(severity=severity), lang=spoken), lang=spoken)


@contextmanager
def one_of_few() -> Iterator[None]:
    """Let few verify at once: each asks two questions anew, and others want to be served meanwhile.

    Raises:
        HTTPException: 503 when it takes too long to have a turn.
    """
    if not _verifying.acquire(timeout=WAIT_SECONDS):
        raise HTTPException(503)
    try:
        yield
    finally:
        _verifying.release()
