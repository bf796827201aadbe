"""The page `/search`: what words may mean, and, without words, everything there is, kind by kind.

Lives here: the route and what its template is given. May enter: words. Never here: searching (kg.question.search).
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kg.citations.references import short
from kg.graph import Graph
from kg_api.asking import TheGraph, TheLang
from kg_api.pages_read import frame
from kg_viz.legend import points

router = APIRouter(include_in_schema=False)
FOUND, LISTED = 50, 1_000


@router.get("/search")
def search(request: Request, graph: TheGraph, spoken: TheLang) -> Response:
    """What words may mean; without words the whole record, listed."""
    frame.only(request, ["q"])
    words = request.query_params.get("q", "").strip()

    def context() -> dict[str, Any]:
        if words:
            return {"words": words, "found": graph.search(words, lang=spoken, limit=FOUND), "kinds": [], "works": []}
        return {"words": "", "found": None, "kinds": kinds(graph, spoken), "works": works(graph, spoken)}

    return frame.shown(request, "read/search.html", spoken, context)


def kinds(graph: Graph, lang: str) -> list[dict[str, Any]]:
    """Return the entities of each kind by their labels, at most `LISTED` of each."""
    found = []
    for kind in graph.vocabulary.entity_types.values():
        some = [one for one in graph.snapshot.entities.values() if one.type == kind.id]
        labels = sorted((one.label.get(lang).casefold(), one.label.get(lang), one.id) for one in some)
        if some:
            found.append(
                {
                    "label": kind.label.get(lang),
                    "definition": kind.definition.get(lang),
                    "outline": points(kind.shape),
                    "colour": kind.colour,
                    "count": len(some),
                    "entities": [(id, label) for _, label, id in labels[:LISTED]],
                }
            )
    return found


def works(graph: Graph, lang: str) -> list[tuple[str, str, str]]:
    """Return the works as id, short citation and title, at most `LISTED`."""
    named = [(one.id, short(one, lang=lang), one.title) for one in graph.snapshot.works.values()]
    return sorted(named, key=lambda one: (one[1].casefold(), one[0]))[:LISTED]
