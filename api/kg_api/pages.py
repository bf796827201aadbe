"""Pages for people: the explorer, the reference of the HTTP interface, and errors.

Lives here: what the templates are given. Never here: HTML (templates), inline script or style.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kg.errors import InputError
from kg.network import Network
from kg_api import parameters as p
from kg_api import reference
from kg_api.asking import TheGraph, TheLang, lang_of
from kg_api.replies import HTML, reply
from kg_api.routers.pictures import DOSSIERS, network_of, scene_of
from kg_viz import frame
from kg_viz.drawn import Scene
from kg_viz.page import environment
from kg_viz.words import words

TEMPLATES = environment(Path(__file__).with_name("templates"))
SELECTIONS = ("claim", "edge", "entity", "work")
router = APIRouter(include_in_schema=False)


@router.get("/")
def explorer(
    *,
    request: Request,
    graph: TheGraph,
    spoken: TheLang,
    criteria: p.Criteria,
    focus: p.Focus = None,
    hops: p.Hops = None,
    open: p.Open = None,
    claim: p.OfClaim = None,
    edge: str | None = None,
    entity: p.Subject = None,
    work: p.OfWork = None,
    q: str | None = None,
) -> Response:
    """The explorer: picture, table and side panel; the address says what is selected."""

    def make() -> str:
        network = network_of(graph, criteria)
        asked = p.given(focus=focus, hops=hops, open=open)
        scene = scene_of(network, lang=spoken, **asked)
        chosen = p.given(claim=claim, edge=edge, entity=entity, work=work)
        found = graph.search(q, lang=spoken, limit=20) if q and q.strip() else None
        return TEMPLATES.get_template("explorer.html").render(
            **frame.around(network, scene, hops=int(asked.get("hops", 2))),
            **_addresses(request),
            dossier=_dossier(request, network, scene, chosen),
            found=found,
            q=q or "",
            scene_address=_query("/api/v1/scene", {**criteria, **asked, "lang": spoken}),
            other="zh" if spoken == "en" else "en",
        )

    return reply(request, make, lang=spoken, media_type=HTML)


@router.get("/docs")
def docs(*, request: Request, spoken: TheLang) -> Response:
    """The reference of the HTTP interface, made from the OpenAPI document."""

    def make() -> str:
        operations = reference.operations(request.app.openapi())
        context = {"operations": operations, "said": words(spoken), "lang": spoken, **_addresses(request)}
        return TEMPLATES.get_template("docs.html").render(**context)

    return reply(request, make, lang=spoken, media_type=HTML)


async def error_page(request: Request, problem: Mapping[str, Any]) -> Response:
    """Return a problem as a page."""
    try:
        spoken = await lang_of(request, request.query_params.get("lang"))
    except InputError:
        spoken = "en"
    told = {"near": [], "hint": None, **problem}
    context = {"problem": told, "said": words(spoken), "lang": spoken, **_addresses(request)}
    html = TEMPLATES.get_template("error.html").render(**context)
    headers = {"Cache-Control": "no-store", "Vary": "Accept, Accept-Language"}
    return Response(html, status_code=problem["status"], media_type=HTML, headers=headers)


def _addresses(request: Request) -> dict[str, Any]:
    """Return functions that build addresses which keep the rest of the view."""
    pairs = request.query_params.multi_items()

    def changed(drop: tuple[str, ...] = (), **values: str) -> str:
        kept = [(name, value) for name, value in pairs if name not in {*drop, *values}]
        return _query("", dict_of([*kept, *values.items()])) or request.url.path

    def href(kind: str, id: str) -> str:
        return changed((*SELECTIONS, "q"), **({kind: id} if kind else {}))

    return {"changed": changed, "href": href, "static": f"/static/{request.app.state.build}/"}


def dict_of(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Gather the values of each name.

    Example:
        >>> dict_of([("open", "a"), ("lang", "en"), ("open", "b")])
        {'open': ['a', 'b'], 'lang': ['en']}
    """
    gathered: dict[str, list[str]] = {}
    for name, value in pairs:
        gathered.setdefault(name, []).append(value)
    return gathered


def _query(path: str, values: Mapping[str, Any]) -> str:
    text = urlencode(values, doseq=True, quote_via=quote)
    return f"{path}?{text}" if text else path


def _dossier(request: Request, network: Network, scene: Scene, chosen: Mapping[str, str]) -> dict[str, Any] | None:
    """Return what the side panel shows when the page arrives; scripts take over from there."""
    for kind in SELECTIONS:
        if kind not in chosen:
            continue
        if kind == "edge":
            return _edge(scene, chosen[kind])
        found = DOSSIERS[kind](network, chosen[kind], lang=scene.lang)
        if kind == "entity":
            changed = _addresses(request)["changed"]
            node = next((node for node in scene.nodes if node.id == chosen[kind]), None)
            found["family"] = node is not None and len(node.members) > 1
            found["unfold"] = changed(("edge",), open=chosen[kind])
            found["around"] = (
                None if scene.focus == chosen[kind] else changed((*SELECTIONS, "open"), focus=chosen[kind])
            )
        return found
    return None


def _edge(scene: Scene, id: str) -> dict[str, Any] | None:
    edge = next((edge for edge in scene.edges if edge.id == id), None)
    if edge is None:
        return None
    return {
        "kind": "edge",
        "id": id,
        "title": edge.sentence,
        "contested": edge.contested,
        "claims": [scene.claims[claim] for claim in edge.claims],
        "api": None,
    }
