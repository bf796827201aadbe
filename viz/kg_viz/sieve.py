"""The sieve: which nodes and edges of a scene stay in sight under filters; scripts sift by the same rule.

Lives here: `sift`. May enter: a scene, filters. Never here: positions, HTML.
"""

from __future__ import annotations

from typing import NamedTuple

from kg_viz.drawn import Edge, Scene
from kg_viz.view import Filters


class Sight(NamedTuple):
    """Ids of the nodes and edges in sight."""

    nodes: frozenset[str]
    edges: frozenset[str]


def sift(scene: Scene, filters: Filters) -> Sight:
    """Return what stays in sight.

    An edge stays when both ends are of a kept kind and one of its claims passes; a node stays when its kind is kept
    and an edge of it stays, or when nothing but kinds is filtered.

    Laws: every end of an edge in sight is in sight; stricter filters never show more; no filter shows all.

    Example:
        >>> sift(Scene(0, "en", None, (), (), (), {}, 0, 0, 0), Filters(least=0.5))
        Sight(nodes=frozenset(), edges=frozenset())
    """
    kept = {node.id for node in scene.nodes if not filters.types or node.type in filters.types}
    edges = [
        edge for edge in scene.edges if edge.source in kept and edge.target in kept and passing(scene, edge, filters)
    ]
    if filters.relations or filters.least or filters.contested:
        kept = {end for edge in edges for end in (edge.source, edge.target)}
    return Sight(frozenset(kept), frozenset(edge.id for edge in edges))


def passing(scene: Scene, edge: Edge, filters: Filters) -> list[str]:
    """Return the claims of an edge that pass, surest first."""
    found = []
    for id in edge.claims:
        claim = scene.claims[id]
        right = not filters.relations or claim["relation"] in filters.relations
        if right and claim["expected"] >= filters.least and (claim["contested"] or not filters.contested):
            found.append(id)
    return found
