"""What the explorer draws: the scene, and the dossiers that its side panel shows.

May enter: parameters as text. Never here: layout, wording (kg_viz).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from kg.criteria import Criteria, parse_int
from kg.graph import Graph
from kg.network import Network
from kg_api import parameters as p
from kg_api import shapes
from kg_api.asking import TheGraph, TheLang
from kg_api.replies import reply
from kg_viz import dossier, legend, page, scene
from kg_viz.drawn import Scene

router = APIRouter(tags=["pictures"])
Kind = Annotated[Literal["claim", "entity", "work"], Path(description="Kind of record.", examples=["claim"])]
AnyId = Annotated[str, Path(description="Id of the record.", examples=["tar--mitigates--safeguard-removal"])]
DOSSIERS = {"claim": dossier.of_claim, "entity": dossier.of_entity, "work": dossier.of_work}


def network_of(graph: Graph, criteria: dict[str, Any]) -> Network:
    """Return the network under criteria as a request gives them."""
    return graph.network(Criteria.parse(criteria, graph.vocabulary))


def scene_of(network: Network, *, lang: str, **asked: Any) -> Scene:
    """Return the scene that a request asks for."""
    hops = parse_int(asked.get("hops", 2), name="hops", low=1, high=scene.HOPS_MOST)
    return scene.build(network, lang=lang, focus=asked.get("focus"), hops=hops, opened=asked.get("open", ()))


@router.get("/scene", name="scene", response_model=shapes.Scene, summary="The picture of the explorer")
def scene_route(
    *,
    request: Request,
    graph: TheGraph,
    spoken: TheLang,
    criteria: p.Criteria,
    focus: p.Focus = None,
    hops: p.Hops = None,
    open: p.Open = None,
) -> Response:
    """Nodes with positions, edges with sign and belief, the claims behind them, a legend; ready to be drawn."""

    def make() -> dict[str, Any]:
        made = scene_of(network_of(graph, criteria), lang=spoken, **p.given(focus=focus, hops=hops, open=open))
        return page.picture(made, legend_of=legend.build(made, graph.vocabulary))

    return reply(request, make, lang=spoken)


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
    return reply(request, lambda: DOSSIERS[kind](network_of(graph, criteria), id, lang=spoken), lang=spoken)
