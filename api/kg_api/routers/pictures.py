"""What the explorer draws: the scene, and the dossiers that its side panel shows.

May enter: parameters as text. Never here: layout, wording (kg_viz).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response

from kg.criteria import Criteria
from kg.graph import Graph
from kg.network import Network
from kg.settings import Lang
from kg_api import parameters as p
from kg_api import shapes
from kg_api.asking import TheGraph, TheLang
from kg_api.crediting import called
from kg_api.pages_read.versions import recent
from kg_api.replies import HTML, reply
from kg_viz import dossier, drawing, legend, page, scene
from kg_viz.view import View

router = APIRouter(tags=["pictures"])
Kind = Annotated[Literal["claim", "entity", "work"], Path(description="Kind of record.", examples=["claim"])]
AnyId = Annotated[str, Path(description="Id of the record.", examples=["tar--mitigates--safeguard-removal"])]
DOSSIERS = {"claim": dossier.of_claim, "entity": dossier.of_entity, "work": dossier.of_work}


async def view_of(
    *,
    view: p.WholeView = None,
    focus: p.Focus = None,
    hops: p.Hops = None,
    expand: p.Expand = None,
    hide: p.Hide = None,
    open: p.Open = None,
    source: p.ChainSource = None,
    target: p.ChainTarget = None,
    k: p.Chains = None,
) -> dict[str, Any]:
    """Return what a request asks to be shown, as given."""
    return p.given(
        view=view, focus=focus, hops=hops, expand=expand, hide=hide, open=open, source=source, target=target, k=k
    )


FILE: dict[int | str, dict[str, Any]] = {200: {"description": "The file", "content": {"text/html": {}}}}
AView = Annotated[dict[str, Any], Depends(view_of)]


def network_of(graph: Graph, criteria: dict[str, Any], view: View | None = None) -> Network:
    """Return the network under criteria as a request gives them, for a view where one is drawn."""
    parsed = Criteria.parse(criteria, graph.vocabulary)
    return graph.network(parsed if view is None else view.criteria(parsed, graph.vocabulary))


@router.get("/scene", name="scene", response_model=shapes.Scene, summary="The picture of the explorer")
def scene_route(*, request: Request, graph: TheGraph, spoken: TheLang, criteria: p.Criteria, asked: AView) -> Response:
    """Nodes with positions, edges with sign and belief, the claims behind them, a legend; ready to be drawn."""

    def make() -> dict[str, Any]:
        view = View.parse(asked)
        made = scene.build(network_of(graph, criteria, view), view, lang=spoken)
        return page.picture(made, legend_of=legend.build(made, graph.vocabulary))

    return reply(request, make, lang=spoken)


@router.get("/drawing", name="drawing", response_class=Response, responses=FILE, summary="The picture as one file")
def drawing_route(
    *, request: Request, graph: TheGraph, spoken: TheLang, criteria: p.Criteria, asked: AView
) -> Response:
    """One HTML file with picture, filters, evidence and gap map; opens from disk without network."""
    sent = reply(request, lambda: drawing.html(graph, lang=spoken, **criteria, **asked), lang=spoken, media_type=HTML)
    sent.headers["Content-Disposition"] = f'attachment; filename="evidence-kg-{graph.revision}.html"'
    return sent


@router.get(
    "/dossiers/{kind}/{id}",
    name="dossier",
    response_model=shapes.Dossier,
    summary="What the side panel shows of a record",
)
def dossier_route(
    *,
    request: Request,
    graph: TheGraph,
    spoken: TheLang,
    criteria: p.Criteria,
    kind: Kind,
    id: AnyId,
) -> Response:
    """One claim, entity or work with everything worded in one language; for programs, the records are better."""

    def make() -> dict[str, Any]:
        return dossier_of(graph, network_of(graph, criteria), spoken, kind, id)

    return reply(request, make, lang=spoken, also=called(request))


def dossier_of(graph: Graph, network: Network, lang: Lang, kind: str, id: str) -> dict[str, Any]:
    """Return what the panel shows of a record, with the newest acts on it."""
    found = DOSSIERS[kind](network, id, lang=lang)
    return {**found, "history": recent(graph, kind, found["id"], lang)}
