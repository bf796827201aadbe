"""Draw a graph into one self-contained HTML file.

Lives here: `draw`, `show`, and the gathering of what such a file holds. Never here: how a picture looks.
"""

from __future__ import annotations

import webbrowser
from collections.abc import Collection, Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import quote

from kg.criteria import Criteria
from kg.exporters import files
from kg.graph import Graph
from kg.network import Network
from kg.settings import parse_lang
from kg_viz import dossier, frame, gaps, page, scene
from kg_viz.drawn import Scene
from kg_viz.view import NAMES, Filters, View


def draw(graph: Graph, path: str | Path, *, lang: str | None = None, **asked: Any) -> Path:
    """Write the interactive picture into one HTML file that needs no network, and return its path.

    Args:
        graph: What `kg.open` returned.
        path: File to write; replaced when it is there.
        lang: "en" or "zh"; default the graph's.
        asked: What to show, named as in addresses: `focus` (entity id), `hops` (1 to 6), `expand`, `hide`, `open`
            (entity ids), `view="all"` (the whole graph), `source` and `target` (entity ids) with `k` chains between
            them; nothing: the overview. Beside these the criteria, as for every question.

    Raises:
        NotFound: there is no entity of a name that was given.
        InputError: the file cannot be written; what stood there before stands.

    Example:
        >>> import kg, tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> graph = kg.open(f"sqlite:///{folder}/r.sqlite", empty=True)
        >>> draw(graph, folder / "page.html").read_text("utf-8").startswith("<!doctype html>")
        True
    """
    file = Path(path)
    files.write(file, [html(graph, lang=lang, **asked)])
    return file


def show(graph: Graph, *, lang: str | None = None, **asked: Any) -> Path:
    """Draw the picture into a temporary file and open it in the browser; return the file. Arguments as of `draw`."""
    folder = Path(mkdtemp(prefix="evidence-kg-"))
    file = draw(graph, folder / f"{asked.get('focus') or 'picture'}.html", lang=lang, **asked)
    webbrowser.open(file.as_uri())
    return file


def html(graph: Graph, *, lang: str | None = None, filters: Filters = frame.NO_FILTERS, **asked: Any) -> str:
    """Return the page that `draw` writes; `filters` are set when it opens."""
    spoken = graph.lang if lang is None else parse_lang(lang)
    view = View.parse({name: asked.pop(name) for name in NAMES if name in asked})
    criteria = Criteria.parse(asked, graph.vocabulary)
    network = graph.network(view.criteria(criteria, graph.vocabulary))
    made = scene.build(network, view, lang=spoken)
    context = frame.around(network, made, view, filters=filters, all_rows=True)
    chart = gaps.chart(graph.network(criteria), lang=spoken)
    document = page.picture(made, legend_of=context["legend"])
    dossiers = {**gathered(network, made, also=chart["claims"]), **chart["dossiers"]}
    return page.standalone(document, dossiers, {**context, "chart": chart, "href": _place, "online": False})


def gathered(network: Network, made: Scene, *, also: Collection[str] = ()) -> Mapping[str, Mapping[str, Any]]:
    """Return the dossiers that a scene and `also` claims lead to, by `kind/id`: claims, their ends, works cited."""
    snapshot = network.snapshot
    ends = {end for id in {*made.claims, *also} for end in (snapshot.claims[id].subject, snapshot.claims[id].object)}
    entities = sorted(ends | {id for node in made.nodes for id in node.members})
    claims = sorted({claim.id for id in entities for claim in (*snapshot.claims_from(id), *snapshot.claims_to(id))})
    works = sorted({item.work for id in claims for item in snapshot.evidence_of(id) if item.work in snapshot.works})
    found: dict[str, Mapping[str, Any]] = {}
    found |= {f"claim/{id}": dossier.of_claim(network, id, lang=made.lang) for id in claims}
    found |= {f"entity/{id}": dossier.of_entity(network, id, lang=made.lang) for id in entities}
    found |= {f"work/{id}": dossier.of_work(network, id, lang=made.lang) for id in works}
    return found


def _place(kind: str, id: str) -> str:
    """Return the address of a dossier inside the file."""
    return f"#{kind}={quote(id, safe='')}"
