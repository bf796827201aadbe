"""Files for others: everything, or what the criteria keep, in the formats that can be written.

May enter: parameters as text. Never here: formats (kg.exporters).
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import WithJsonSchema

from kg.criteria import parse_flag
from kg.exporters.formats import FORMATS, find
from kg_api import parameters as p
from kg_api.asking import TheGraph, TheLang
from kg_api.replies import reply

router = APIRouter(tags=["exchange"])
FormatName = Annotated[
    str,
    WithJsonSchema({"type": "string", "enum": list(FORMATS), "examples": ["turtle"]}),
    Query(description="Format of the file.", min_length=1),
]
History = Annotated[
    p.One, WithJsonSchema(p.FLAG), Query(description="RDF: write the revisions too, as PROV-O; default false.")
]
CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file", "content": {format.media_type: {} for format in FORMATS.values()}}
}


@router.get("/export", response_class=Response, responses=CONTENT, summary="Everything as a file")
def export(
    *,
    request: Request,
    graph: TheGraph,
    criteria: p.Criteria,
    format: FormatName,
    spoken: TheLang,
    history: History = None,
) -> Response:
    """Everything, or what the criteria keep, as one file; the same contents give the same bytes."""
    found = find(format)
    wanted = bool(history) and parse_flag(history, name="history")

    def whole() -> bytes:
        _, _, pieces = graph.pieces(format, history=wanted, lang=spoken, **criteria)
        return b"".join(piece if isinstance(piece, bytes) else piece.encode() for piece in pieces)

    sent = reply(request, whole, lang=spoken, media_type=found.media_type)
    sent.headers["Content-Disposition"] = f'attachment; filename="evidence-kg-{graph.revision}{found.suffix}"'
    return sent
