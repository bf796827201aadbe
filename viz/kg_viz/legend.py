"""The legend: what colours, shapes, dashes and widths of one scene mean, in the words of the ontology.

Lives here: the legend and the outlines of the shapes. May enter: a scene, the vocabulary. Never here: HTML, words of
our own for kinds or relations.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import cos, pi, sin
from typing import Any

from kg.vocabulary import Vocabulary
from kg_viz.drawn import Scene

Outline = tuple[tuple[float, float], ...]


def _regular(corners: int, *, turn: float = 0.0, flat: float = 1.0) -> Outline:
    angles = (turn + 2 * pi * at / corners for at in range(corners))
    return tuple((round(cos(angle), 3), round(flat * sin(angle), 3)) for angle in angles)


def _star() -> Outline:
    radii = ((1.0 if at % 2 == 0 else 0.45, -pi / 2 + pi * at / 5) for at in range(10))
    return tuple((round(radius * cos(angle), 3), round(radius * sin(angle), 3)) for radius, angle in radii)


# Corners of each shape that the ontology may name, within the unit square; canvas and legend read the same table.
OUTLINES: Mapping[str, Outline] = {
    "dot": _regular(24),
    "ellipse": _regular(24, flat=0.6),
    "square": ((-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)),
    "box": ((-1.0, -0.6), (1.0, -0.6), (1.0, 0.6), (-1.0, 0.6)),
    "diamond": _regular(4),
    "triangle": ((0.0, -0.95), (1.0, 0.8), (-1.0, 0.8)),
    "triangleDown": ((0.0, 0.95), (-1.0, -0.8), (1.0, -0.8)),
    "hexagon": _regular(6),
    "star": _star(),
}
DASHES: Mapping[str, tuple[int, ...]] = {"solid": (), "dashed": (7, 5), "dotted": (2, 4)}


def build(scene: Scene, vocabulary: Vocabulary) -> dict[str, Any]:
    """Return the kinds of entity and the relations that a scene shows, each with its look, label and definition.

    Returns:
        `{"kinds": [{"id", "label", "definition", "colour", "outline"}], "relations": [{"id", "label", "definition",
        "colour", "dashes", "sign"}], "families", "contested"}`, in the order of the ontology; the last two say whether
        the scene has such nodes and edges.

    Example:
        >>> from kg.vocabulary import load
        >>> build(Scene(0, "en", None, (), (), (), {}, 0, 0, 0), load())
        {'kinds': [], 'relations': [], 'families': False, 'contested': False}
    """
    lang = scene.lang
    types = {node.type for node in scene.nodes}
    relations = {claim["relation"] for claim in scene.claims.values()}
    return {
        "kinds": [
            {
                "id": kind.id,
                "label": kind.label.get(lang),
                "definition": kind.definition.get(lang),
                "colour": kind.colour,
                "outline": points(kind.shape),
            }
            for kind in vocabulary.entity_types.values()
            if kind.id in types
        ],
        "relations": [
            {
                "id": relation.id,
                "label": relation.label.get(lang),
                "definition": relation.definition.get(lang),
                "colour": relation.colour,
                "dashes": " ".join(str(dash) for dash in DASHES[relation.line]),
                "sign": relation.sign,
            }
            for relation in vocabulary.relations.values()
            if relation.id in relations
        ],
        "families": any(len(node.members) > 1 for node in scene.nodes),
        "contested": any(edge.contested for edge in scene.edges),
    }


def points(shape: str, *, radius: float = 6.0, middle: float = 8.0) -> str:
    """Return the corners of a shape as SVG writes them.

    Example:
        >>> points("square", radius=10, middle=10)
        '1.5,1.5 18.5,1.5 18.5,18.5 1.5,18.5'
    """
    return " ".join(f"{middle + radius * x:g},{middle + radius * y:g}" for x, y in OUTLINES[shape])
