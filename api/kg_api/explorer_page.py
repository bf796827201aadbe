"""The explorer: picture, filters, table and side panel; the address says what is shown and what is selected.

Lives here: what its template is given. Never here: HTML (templates), which entities a view keeps (kg_viz).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from kg.criteria import Criteria
from kg.graph import Graph
from kg.network import Network
from kg.question import explain
from kg_api import parameters as p
from kg_api.asking import TheGraph, TheLang, once
from kg_api.crediting import called
from kg_api.pages import SELECTIONS, TEMPLATES, addresses, query
from kg_api.pages_read.frame import LISTS as CRITERIA_LISTS
from kg_api.pages_read.frame import navigation
from kg_api.pages_read.wording import said
from kg_api.replies import HTML, reply
from kg_api.routers.pictures import AView, dossier_of
from kg_viz import frame, page, scene
from kg_viz.drawn import Node, Scene
from kg_viz.view import NAMES, Filters, View

SIFTING = ("type", "relation", "min_expected", "contested")
ENDS = ("source", "target")
LISTS = {*CRITERIA_LISTS, "type", "expand", "hide", "open"}
"""What may be given several times."""
router = APIRouter(include_in_schema=False)


@router.get("/explore")
@router.get("/")
def explorer(
    *,
    request: Request,
    graph: TheGraph,
    spoken: TheLang,
    criteria: p.SomeCriteria,
    asked: AView,
    claim: p.OfClaim = None,
    edge: str | None = None,
    entity: p.Subject = None,
    work: p.OfWork = None,
    q: str | None = None,
    rows: str | None = None,
) -> Response:
    """One page for all levels; `rows=all` lists every line in the table."""
    once(request, {*request.query_params} - LISTS)

    def make() -> str:
        ends = {name: _end(graph, asked[name], spoken) for name in ENDS if name in asked}
        view = View.parse({**asked, **ends})
        given = request.query_params
        filters = Filters.parse(
            p.given(
                type=given.getlist("type"),
                relation=given.getlist("relation"),
                min_expected=given.get("min_expected"),
                contested=given.get("contested"),
            ),
            graph.vocabulary,
        )
        parsed = Criteria.parse(criteria, graph.vocabulary)
        network = graph.network(view.criteria(parsed, graph.vocabulary))
        made = scene.build(network, view, lang=spoken)
        around = frame.around(network, made, view, filters=filters, all_rows=rows == "all")
        places = addresses(request)
        chosen = p.given(claim=claim, edge=edge, entity=entity, work=work)
        return TEMPLATES.get_template("explorer.html").render(
            **around,
            **places,
            online=True,
            scripts=page.SCRIPTS,
            nav=navigation(request, spoken),
            head=said(spoken),
            document=page.picture(made, legend_of=around["legend"]),
            dossier=_dossier(partial(dossier_of, graph, network, spoken), made, view, chosen, places),
            found=graph.search(q, lang=spoken, limit=20) if q and q.strip() else None,
            q=q or "",
            levels=_levels(view, places),
            undo=_undo(network, view, places, spoken),
            ends=_named(network, view, spoken),
            criteria=criteria,
            kept=_kept(
                places["pairs"], {*SELECTIONS, *SIFTING, "known_in", "study_kind", "include_proposed", "q", "rows"}
            ),
            kept_ends=_kept(places["pairs"], {*SELECTIONS, *NAMES, "q", "rows"}),
            saved=query("/api/v1/drawing", {**criteria, **asked, **ends, "lang": spoken}),
            gexf=query("/api/v1/export", {"format": "gexf", **criteria}),
            other="zh" if spoken == "en" else "en",
        )

    also = called(request) if claim or entity or work else ""
    return reply(request, make, lang=spoken, media_type=HTML, also=also)


def _end(graph: Graph, given: str, lang: str) -> str:
    """Return the id that an end of a chain names: an id as it is, else the entity that the words find first."""
    if given in graph.snapshot.entities:
        return given
    found = graph.search(given[:500], lang=lang, limit=20)["items"]
    first = next((one["id"] for one in found if one["kind"] == "entity"), None)
    return graph.snapshot.entity(given).id if first is None else str(first)


def _named(network: Network, view: View, lang: str) -> dict[str, str]:
    ends = {"source": view.source, "target": view.target}
    return {name: "" if id is None else explain.name(network, id, lang) for name, id in ends.items()}


def _levels(view: View, places: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the ways between overview and whole graph; `here` marks the one that is shown."""
    away = (*NAMES, *SELECTIONS, "q", "rows")
    return [
        {"word": "level_overview", "href": places["changed"](away), "here": view.level == "overview"},
        {"word": "level_whole", "href": places["changed"](away, view="all"), "here": view.level == "whole"},
    ]


def _undo(network: Network, view: View, places: Mapping[str, Any], lang: str) -> list[dict[str, str]]:
    """Return what was expanded, hidden or opened, each with the address that takes it back."""
    shown = {"overview": ("open",), "focus": ("expand", "hide", "open")}.get(view.level, ())
    given = {"expand": view.expanded, "hide": view.hidden, "open": view.opened}
    return [
        {"word": f"undo_{name}", "label": explain.name(network, id, lang), "href": places["without"](name, id)}
        for name in shown
        for id in given[name]
    ]


def _kept(pairs: Iterable[tuple[str, str]], drop: Iterable[str]) -> list[tuple[str, str]]:
    """Return what a form must carry on, so that sending it changes nothing else."""
    gone = set(drop)
    return [(name, value) for name, value in pairs if name not in gone and value]


def _dossier(
    told: Callable[[str, str], dict[str, Any]],
    made: Scene,
    view: View,
    chosen: Mapping[str, str],
    places: Mapping[str, Any],
) -> dict[str, Any] | None:
    """Return what the side panel shows when the page arrives; scripts take over from there."""
    for kind in SELECTIONS:
        if kind not in chosen:
            continue
        if kind == "edge":
            return _edge(made, chosen[kind])
        found = told(kind, chosen[kind])
        if kind == "entity":
            node = next((node for node in made.nodes if node.id == chosen[kind]), None)
            found["members"] = len(node.members) if node is not None and len(node.members) > 1 else 0
            found["actions"] = _actions(chosen[kind], node, view, places)
        return found
    return None


def _actions(id: str, node: Node | None, view: View, places: Mapping[str, Any]) -> list[tuple[str, int, str]]:
    """Return what can be done with an entity in the picture: word, number in it, address. `sites.js` says the same."""
    added, changed = places["added"], places["changed"]
    found = []
    if node is not None and len(node.members) > 1:
        found.append(("unfold", 0, added("open", id, ("edge",))))
    if node is not None and view.level == "focus" and node.more:
        found.append(("expand", node.more, added("expand", id)))
    if node is not None and view.level == "focus" and view.focus != id:
        found.append(("hide", 0, added("hide", id, SELECTIONS)))
    if view.level != "focus" or view.focus != id:
        found.append(("show_around", 0, changed((*NAMES, "edge", "claim", "work"), focus=id)))
    others = tuple(name for name in NAMES if name not in ENDS)
    if view.target != id:
        found.append(("chains_from", 0, changed((*others, *SELECTIONS), source=id)))
    if view.source != id:
        found.append(("chains_to", 0, changed((*others, *SELECTIONS), target=id)))
    return found


def _edge(made: Scene, id: str) -> dict[str, Any] | None:
    edge = next((edge for edge in made.edges if edge.id == id), None)
    if edge is None:
        return None
    return {
        "kind": "edge",
        "id": id,
        "title": edge.sentence,
        "contested": edge.contested,
        "claims": [made.claims[claim] for claim in edge.claims],
        "page": None,
        "history": [],
        "adds": None,
        "api": None,
    }
