"""Draw a graph into one self-contained HTML file.

Lives here: `draw`, `show`, and the gathering of what such a file holds. Never here: how a picture looks.
"""

from __future__ import annotations

import webbrowser
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import quote

from kg.criteria import Criteria, parse_int
from kg.exporters import files
from kg.graph import Graph
from kg.network import Network
from kg.settings import parse_lang
from kg_viz import dossier, frame, page, scene
from kg_viz.drawn import Scene


def draw(
    graph: Graph,
    path: str | Path,
    *,
    focus: str | None = None,
    hops: Any = 2,
    lang: str | None = None,
    **criteria: Any,
) -> Path:
    """Write the interactive picture into one HTML file that needs no network, and return its path.

    Args:
        graph: What `kg.open` returned.
        path: File to write; replaced when it is there.
        focus: Entity id; draw only what is near it. None: the overview.
        hops: Links away from the focus, 1 to 6.
        lang: "en" or "zh"; default the graph's.
        criteria: Which evidence counts, as for every question.

    Raises:
        NotFound: there is no entity `focus`.
        InputError: the file cannot be written; what stood there before stands.

    Example:
        >>> import kg, tempfile
        >>> folder = Path(tempfile.mkdtemp())
        >>> graph = kg.open(f"sqlite:///{folder}/r.sqlite", empty=True)
        >>> draw(graph, folder / "page.html").read_text("utf-8").startswith("<!doctype html>")
        True
    """
    file = Path(path)
    files.write(file, [html(graph, focus=focus, hops=hops, lang=lang, **criteria)])
    return file


def show(graph: Graph, *, focus: str | None = None, hops: Any = 2, lang: str | None = None, **criteria: Any) -> Path:
    """Draw the picture into a temporary file and open it in the browser; return the file."""
    folder = Path(mkdtemp(prefix="evidence-kg-"))
    file = draw(graph, folder / f"{focus or 'overview'}.html", focus=focus, hops=hops, lang=lang, **criteria)
    webbrowser.open(file.as_uri())
    return file


def html(graph: Graph, *, focus: str | None = None, hops: Any = 2, lang: str | None = None, **criteria: Any) -> str:
    """Return the page that `draw` writes."""
    spoken = graph.lang if lang is None else parse_lang(lang)
    away = parse_int(hops, name="hops", low=1, high=scene.HOPS_MOST)
    network = graph.network(Criteria.parse(criteria, graph.vocabulary))
    made = scene.build(network, lang=spoken, focus=focus, hops=away)
    context = frame.around(network, made, hops=away)
    document = page.picture(made, legend_of=context["legend"])
    return page.standalone(document, gathered(network, made), {**context, "href": _place})


def gathered(network: Network, made: Scene) -> Mapping[str, Mapping[str, Any]]:
    """Return the dossiers that can be reached from a scene, by `kind/id`: its claims, their ends, the works cited."""
    snapshot = network.snapshot
    ends = {end for id in made.claims for end in (snapshot.claims[id].subject, snapshot.claims[id].object)}
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
