"""What a picture is made of: nodes, edges and headings as plain frozen values.

Lives here: types and their JSON form. Never here: how they come about (scene), HTML, vis-network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Node:
    """One entity, or a family: an entity that stands for its narrower ones too (`members`, itself included)."""

    id: str
    label: str
    type: str
    type_label: str
    colour: str
    shape: str
    members: tuple[str, ...]
    links: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Edge:
    """All claims of one sign between two nodes, surest first.

    `expected`, `low` and `high` are those of the surest claim; `works` counts the works that support any of them.
    `curved` is +1 or -1 when the edge must bend around nodes of its own column, else 0.
    """

    id: str
    source: str
    target: str
    sign: int
    colour: str
    line: str
    claims: tuple[str, ...]
    expected: float
    low: float
    high: float
    contested: bool
    works: int
    sentence: str
    curved: int = 0


@dataclass(frozen=True, slots=True)
class Heading:
    """The words above a column."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Scene:
    """Nodes with positions, edges surest first, headings of the columns, and a brief of each claim behind an edge.

    `unlinked` counts entities of the shown types without a link to another shown one, `left_out` those for which
    there was no room, `shown` the entities that the nodes stand for.
    """

    revision: int
    lang: str
    focus: str | None
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    headings: tuple[Heading, ...]
    claims: Mapping[str, Mapping[str, Any]]
    unlinked: int
    left_out: int
    shown: int

    def document(self) -> dict[str, Any]:
        """Return the scene as plain JSON values."""
        return {
            "revision": self.revision,
            "lang": self.lang,
            "focus": self.focus,
            "nodes": [asdict(node) for node in self.nodes],
            "edges": [asdict(edge) for edge in self.edges],
            "headings": [asdict(heading) for heading in self.headings],
            "claims": dict(self.claims),
            "counts": {
                "shown": self.shown,
                "unlinked": self.unlinked,
                "left_out": self.left_out,
                "claims": len(self.claims),
            },
        }
