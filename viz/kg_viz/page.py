"""Pictures as vis-network wants them, and as one file that opens from disk without network.

Lives here: pyvis as builder of nodes, edges and options; nobody else imports it, and its HTML is never used.
May enter: a scene. Never here: which entities are shown, words, colours of our own.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pyvis
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from pyvis.network import Network as Picture

from kg_viz import columns, legend
from kg_viz.drawn import Edge, Node, Scene
from kg_viz.words import counted, foreign, gap, words

HERE = Path(__file__).parent
TEMPLATES, STATIC = HERE / "templates", HERE / "static"
VIS_NETWORK = Path(pyvis.__file__).parent / "lib" / "vis-9.1.2" / "vis-network.min.js"
# In the order in which they may be joined into one script.
SCRIPTS = (
    "dom.js",
    "marks.js",
    "labels.js",
    "strokes.js",
    "panel.js",
    "roam.js",
    "lanes.js",
    "canvas.js",
    "search.js",
    "sift.js",
    "sites.js",
    "explorer.js",
)
STYLE = "explorer.css"
CARD = {"width": columns.CARD_WIDTH, "height": columns.CARD_HEIGHT}
SIGNS = {1: "+", -1: "−", 0: "○"}


def environment(*folders: Path) -> Environment:
    """Return a template environment over our templates and `folders`; escapes everywhere, knows no undefined name."""
    found = Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters.update(
        json=embedded,
        number=lambda value: f"{value:.2f}",
        sign=SIGNS.__getitem__,
        gap=gap,
        counted=counted,
        foreign=foreign,
    )
    return found


def picture(scene: Scene, *, legend_of: Mapping[str, Any]) -> dict[str, Any]:
    """Return a scene with its legend and with nodes, edges and options as vis-network takes them.

    Example:
        >>> empty = Scene(0, "en", None, (), (), (), {}, 0, 0, 0)
        >>> picture(empty, legend_of={})["vis"]["options"]["physics"]["enabled"]
        False
    """
    net = Picture(directed=True)
    whole = scene.level == "whole"
    net.nodes = [_vis_node(node, named=not whole) for node in scene.nodes]
    net.edges = [_vis_edge(edge, thin=whole) for edge in scene.edges]
    net.toggle_physics(False)
    net.options.interaction.dragNodes = False
    nodes, edges, _, _, _, options = net.get_network_data()
    return {
        **scene.document(),
        "legend": dict(legend_of),
        "outlines": legend.OUTLINES,
        "card": CARD,
        "drawn_as": "dots" if whole else "cards",
        "words": dict(words(scene.lang)),
        "vis": {"nodes": nodes, "edges": edges, "options": orjson.loads(options)},
    }


def standalone(
    document: Mapping[str, Any], dossiers: Mapping[str, Mapping[str, Any]], context: Mapping[str, Any]
) -> str:
    """Return one HTML page that holds the picture, every dossier behind it, and the scripts that draw them.

    The page carries a content security policy that names its own scripts and style by hash and allows no connection.

    Args:
        document: What `picture` returned.
        dossiers: Documents of `kg_viz.dossier` by `kind/id`.
        context: What `kg_viz.frame.around` returned.
    """
    script = joined(SCRIPTS)
    library, style = VIS_NETWORK.read_text("utf-8"), (STATIC / STYLE).read_text("utf-8")
    policy = (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"script-src {_hash(library)} {_hash(script)}; style-src {_hash(style)}"
    )
    return (
        environment()
        .get_template("drawing.html")
        .render(
            **context,
            policy=policy,
            style=_own(style),
            library=_own(library),
            script=_own(script),
            document=document,
            dossiers=dossiers,
        )
    )


def joined(names: tuple[str, ...]) -> str:
    """Return our modules as one script: their imports of each other are dropped, their exports become plain names."""
    parts = []
    for name in names:
        text = (STATIC / name).read_text("utf-8")
        text = re.sub(r"^import [^;]*;\n", "", text, flags=re.MULTILINE)
        parts.append(re.sub(r"^export ", "", text, flags=re.MULTILINE))
    return '(() => {\n"use strict";\n' + "\n".join(parts) + "})();\n"


def embedded(value: Any) -> Markup:
    r"""Return JSON that may stand inside a script element: no `<`, `>` or `&`, so that nothing in it ends the element.

    Example:
        >>> str(embedded({"a": "</script>"}))
        '{"a":"\\u003c/script\\u003e"}'
    """
    text = orjson.dumps(value).decode()
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)  # noqa: S704 (nothing in it can end an element)


def _own(text: str) -> Markup:
    """Return a script or style of the program itself, to stand as it is; none of it comes from a record."""
    if re.search(r"</(?:script|style)", text, flags=re.IGNORECASE):
        raise ValueError("a script or style would end its own element")
    return Markup(text)  # noqa: S704


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _vis_node(node: Node, *, named: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"id": node.id, "x": node.x, "y": node.y, "shape": node.shape, "fixed": True}
    return {**found, "label": node.label, "color": node.colour} if named else found


def _vis_edge(edge: Edge, *, thin: bool) -> dict[str, Any]:
    """Return an edge as vis-network takes it: colour and dash say the sign, width says the expected value."""
    width = 0.6 + 4.4 * max(0.0, edge.expected - 0.3)
    return {
        "id": edge.id,
        "from": edge.source,
        "to": edge.target,
        "color": {"color": edge.colour, "inherit": False},
        "dashes": list(legend.DASHES[edge.line]) or False,
        "width": round(width / 2 if thin else width, 2),
        "arrows": "to",
    }
