"""Files for others: everything, or what the criteria keep, in the formats that can be written.

May enter: parameters as text. Never here: formats (kg.exporters).
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import WithJsonSchema

from kg.criteria import parse_flag
from kg.errors import InputError
from kg.exporters.formats import FORMATS, NAMES, PAGE, find
from kg.graph import Graph
from kg_api import parameters as p
from kg_api.asking import TheGraph, TheLang
from kg_api.replies import HTML, reply
from kg_viz import drawing

router = APIRouter(tags=["exchange"])
FormatName = Annotated[
    str,
    WithJsonSchema({"type": "string", "enum": [*NAMES], "examples": ["turtle"]}),
    Query(description="Format of the file.", min_length=1),
]
History = Annotated[
    p.One, WithJsonSchema(p.FLAG), Query(description="RDF: write the revisions too, as PROV-O; default false.")
]
Works = Annotated[
    p.One,
    WithJsonSchema({"type": "string", "examples": ["hu2022lora,dettmers2023qlora"]}),
    Query(description="Citations: only these works, keys separated by commas."),
]
ReceiptId = Annotated[
    p.One,
    WithJsonSchema({"type": "string", "examples": ["b3e1"]}),
    Query(description="Citations: only the works that a kept answer rests on."),
]
CONTENT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file",
        "content": {one: {} for one in ("text/html", *(of.media_type for of in FORMATS.values()))},
    }
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
    works: Works = None,
    receipt: ReceiptId = None,
) -> Response:
    """Everything, or what the criteria keep, as one file; the same contents give the same bytes."""
    wanted = bool(history) and parse_flag(history, name="history")
    if works and receipt:
        raise InputError("both say which works", where="receipt", hint="give works or receipt")
    if format == PAGE:
        if wanted or works or receipt:
            given = "history" if wanted else "works" if works else "receipt"
            raise InputError(f"a page is not written with {given}", where=given, hint="leave it out")
        sent = reply(request, lambda: drawing.html(graph, lang=spoken, **criteria), lang=spoken, media_type=HTML)
        return _named(sent, graph, f".{PAGE}")
    found = find(format)
    asked = {**criteria, **graph.rests_on(receipt)} if receipt else {**criteria, "works": works or None}

    def whole() -> bytes:
        _, _, pieces = graph.pieces(format, history=wanted, lang=spoken, **asked)
        return b"".join(piece if isinstance(piece, bytes) else piece.encode() for piece in pieces)

    return _named(reply(request, whole, lang=spoken, media_type=found.media_type), graph, found.suffix)


def _named(sent: Response, graph: Graph, suffix: str) -> Response:
    """Give a file its name."""
    sent.headers["Content-Disposition"] = f'attachment; filename="evidence-kg-{graph.revision}{suffix}"'
    return sent
