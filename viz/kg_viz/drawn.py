"""What a picture is made of: nodes, edges and headings as plain frozen values.

Lives here: types and their JSON form. Never here: how they come about (scene), HTML, vis-network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

DIGITS = 6
SIFTED = ("relation", "expected", "contested")
"""What filters need to know of a claim."""


@dataclass(frozen=True, slots=True)
class Node:
    """One entity, or a family: an entity that stands for its narrower ones too (`members`, itself included).

    `links` counts its edges in the picture, `more` its neighbours that the picture does not show.
    """

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
    more: int = 0


@dataclass(frozen=True, slots=True)
class Edge:
    """All claims of one sign between two nodes, surest first.

    `expected`, `low` and `high` are those of the surest claim; `works` counts the works that support any of them.
    `path` is its line between two cards (see `lines.curve`), empty between dots, where it is straight; `sign_at` is
    the middle of its sign, None where no place is free and the sign is shown only when the edge is pointed at.
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
    path: tuple[float, ...] = ()
    sign_at: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """The words above a column."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Scene:
    """Nodes with positions, edges surest first, headings of the columns, and a brief of each claim behind an edge.

    `unlinked` counts entities of the shown types without a link to another shown one, `left_out` those for which
    there was no room, `shown` the entities that the nodes stand for. `level` is overview, focus, whole or paths; in
    the last, `chains` are the paths, best first, and `note` says why there is none.
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
    level: str = "overview"
    chains: tuple[Mapping[str, Any], ...] = ()
    note: str | None = None

    def document(self) -> dict[str, Any]:
        """Return the scene as plain JSON values."""
        return {
            "revision": self.revision,
            "lang": self.lang,
            "level": self.level,
            "focus": self.focus,
            "nodes": [asdict(node) for node in self.nodes],
            "edges": [_rounded(asdict(edge)) for edge in self.edges],
            "headings": [asdict(heading) for heading in self.headings],
            "claims": self._briefs(),
            "chains": list(self.chains),
            "note": self.note,
            "counts": {
                "shown": self.shown,
                "unlinked": self.unlinked,
                "left_out": self.left_out,
                "claims": len(self.claims),
            },
        }

    def _briefs(self) -> dict[str, Mapping[str, Any]]:
        """Return the claims; of one that stands alone behind its edge only what its edge does not say already."""
        alone = {edge.claims[0] for edge in self.edges if len(edge.claims) == 1}
        return {
            id: {name: claim[name] for name in SIFTED} if id in alone else _rounded(claim)
            for id, claim in self.claims.items()
        }


def _rounded(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: round(value, DIGITS) if isinstance(value, float) else value for name, value in values.items()}
