"""The page `/matrix` and its table for spreadsheets.

Lives here: routes, what the template is given. May enter: kinds, criteria, a chosen cell. Never here: cells (gapmap).
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kg.criteria import Criteria, parse_flag
from kg.question.answers import pristine
from kg_api import parameters as p
from kg_api.asking import TheGraph, TheLang
from kg_api.pages_read import criteria_form, frame
from kg_api.pages_read.gapmap import SYMBOLS, chosen, grid
from kg_api.pages_read.gapmap_file import table
from kg_api.replies import reply
from kg_viz.frame import caveats

router = APIRouter(include_in_schema=False)
ASKED = ("rows", "cols", "max_links")
ROWS, COLS, LINKS = "Technique", "Risk", "6"


@router.get("/matrix")
def matrix(
    *,
    request: Request,
    graph: TheGraph,
    spoken: TheLang,
    criteria: p.Criteria,
    rows: p.Rows = None,
    cols: p.Cols = None,
    max_links: p.MaxLinks = None,
    cell: str | None = None,
    filled: str | None = None,
) -> Response:
    """The gap map; a cell of it opens what it rests on."""
    frame.only(request, [*frame.CRITERIA, *ASKED, "cell", "filled"])

    def context() -> dict[str, Any]:
        answer = graph.matrix(**p.given(rows=rows, cols=cols, max_links=max_links), lang=spoken, **criteria)
        network = graph.network(Criteria.parse(criteria, graph.vocabulary))
        document = pristine(answer)
        less = bool(filled) and parse_flag(filled, name="filled")
        asked = document["question"]
        kinds = criteria_form.terms(graph.vocabulary.entity_types, spoken)
        labels = dict(kinds)
        return {
            "answer": document,
            "pairs": len(document["rows"]) * len(document["cols"]) - len({*document["rows"]} & {*document["cols"]}),
            "paragraph": graph.explain(answer, cited=True),
            "map": grid(network, document, lang=spoken, filled=less),
            "chosen": chosen(network, document, cell, spoken) if cell else None,
            "kinds": kinds,
            "asked": {**asked, "filled": less},
            "labels": (labels[asked["rows"]], labels[asked["cols"]]),
            "form": criteria_form.fields(request, graph, spoken),
            "pickers": criteria_form.pickers(graph, spoken),
            "symbols": SYMBOLS,
            "caveats": caveats(network, spoken),
            "file": frame.address("/matrix.csv", _without(request, "cell", "filled")),
            "api": frame.address("/api/v1/matrix", _without(request, "cell", "filled")),
        }

    return frame.shown(request, "read/matrix.html", spoken, context)


@router.get("/matrix.csv")
def matrix_file(
    *,
    request: Request,
    graph: TheGraph,
    spoken: TheLang,
    criteria: p.Criteria,
    rows: p.Rows = None,
    cols: p.Cols = None,
    max_links: p.MaxLinks = None,
) -> Response:
    """The gap map as CSV, one line for each pair."""
    frame.only(request, [*frame.CRITERIA, *ASKED])

    def made() -> str:
        answer = graph.matrix(**p.given(rows=rows, cols=cols, max_links=max_links), lang=spoken, **criteria)
        return table(graph.network(Criteria.parse(criteria, graph.vocabulary)), pristine(answer), lang=spoken)

    sent = reply(request, made, lang=spoken, media_type="text/csv; charset=utf-8")
    sent.headers["Content-Disposition"] = f'attachment; filename="evidence-gap-map-{graph.revision}.csv"'
    return sent


def _without(request: Request, *names: str) -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.query_params.multi_items() if name not in names]
