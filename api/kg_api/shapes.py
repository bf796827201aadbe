"""The shapes of the answers, for the OpenAPI document and the contract test only.

Lives here: models that describe. Never here: validation of what is sent; answers leave as bytes, untouched.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from kg_api.record_shapes import Basis as Basis
from kg_api.record_shapes import Belief as Belief
from kg_api.record_shapes import BriefClaim as BriefClaim
from kg_api.record_shapes import Claim as Claim
from kg_api.record_shapes import Claims as Claims
from kg_api.record_shapes import Coverage as Coverage
from kg_api.record_shapes import Entities as Entities
from kg_api.record_shapes import Entity as Entity
from kg_api.record_shapes import EntityItem as EntityItem
from kg_api.record_shapes import Evidence as Evidence
from kg_api.record_shapes import EvidenceItem as EvidenceItem
from kg_api.record_shapes import EvidenceList as EvidenceList
from kg_api.record_shapes import Match as Match
from kg_api.record_shapes import Page as Page
from kg_api.record_shapes import Probability as Probability
from kg_api.record_shapes import Report as Report
from kg_api.record_shapes import Revision as Revision
from kg_api.record_shapes import Revisions as Revisions
from kg_api.record_shapes import Shape as Shape
from kg_api.record_shapes import Sign as Sign
from kg_api.record_shapes import Verified as Verified
from kg_api.record_shapes import Work as Work
from kg_api.record_shapes import WorkItem as WorkItem
from kg_api.record_shapes import Works as Works

Direction = Literal["raises", "lowers", "mixed"]


class Path(Shape):
    """A chain of claims; its sign is the product of the signs."""

    sign: Sign
    length: int
    belief: Belief
    entities: list[str]
    claims: list[str]
    works: list[str]
    single_work: str | None
    contested: bool
    explanation: str


class Reliability(Shape):
    """The chance that at least one path of a sign holds: low, expected, high. A sign without paths is absent."""

    raises: list[Probability] | None = None
    lowers: list[Probability] | None = None
    method: Literal["exact", "sampled"]
    samples: int | None = None
    intervals: dict[str, list[list[float]]] | None = None


class Bare(Shape):
    """What every answer has, and what has been written in the form of one.

    `complete` is false when a limit cut it; `note` explains an empty answer; `paragraph`, on request, says any.
    """

    question: dict[str, Any]
    revision: int
    complete: bool
    limits: list[str]
    caveat: str
    note: str | None = None
    paragraph: str | None = None


class Answer(Bare):
    """An answer with its `receipt`, by which it can be worked out again."""

    receipt: str


class RaisesItem(Shape):
    """One technique and one risk."""

    technique: str
    risk: str
    direction: Direction
    best: Path
    opposing: Path | None
    works: list[str]
    reliability: Reliability


class Raises(Answer):
    """Which techniques raise or lower which risks, highest expected first."""

    items: list[RaisesItem]


class Cell(Shape):
    """One pair of the gap map; `works` counts, `latest_year` is that of the newest work."""

    row: str
    col: str
    direction: Direction
    best: Path
    opposing: Path | None
    works: int
    contested: bool
    latest_year: int | None
    direct: bool


class Matrix(Answer):
    """The evidence gap map; an absent pair means no evidence found."""

    rows: list[str]
    cols: list[str]
    cells: list[Cell]


class Paths(Answer):
    """The best chains, best first."""

    paths: list[Path]


class ImpactItem(Shape):
    """One entity within reach."""

    entity: str
    direction: Direction
    best: Path
    opposing: Path | None
    reliability: Reliability


class Impact(Answer):
    """What an entity reaches, or what reaches it."""

    entity: str
    items: list[ImpactItem]


class Hit(Shape):
    """One record that a text may mean."""

    kind: Literal["entity", "claim", "work"]
    id: str
    label: str
    score: float


class Search(Shape):
    """What a text may mean, best first; `note` says what was searched when nothing is found."""

    items: list[Hit]
    note: str | None = None


class Scene(Shape):
    """A picture: nodes with positions, edges, the claims behind them, legend, words, and vis-network's own form."""

    revision: int
    lang: str
    level: Literal["overview", "focus", "whole", "paths"]
    focus: str | None
    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]
    headings: list[dict[str, Any]]
    claims: dict[str, dict[str, Any]]
    chains: list[dict[str, Any]]
    note: str | None
    counts: dict[str, int]
    legend: dict[str, Any]
    outlines: dict[str, list[list[float]]]
    card: dict[str, int]
    drawn_as: Literal["cards", "dots"]
    words: dict[str, str]
    vis: dict[str, Any]


class Dossier(BaseModel):
    """A record worded for reading; its members depend on its kind."""

    model_config = ConfigDict(extra="allow")
    kind: Literal["claim", "entity", "work"]
    id: str
    title: str
    api: str


class Health(Shape):
    """The process answers."""

    status: Literal["ok"]


class Ready(Shape):
    """The record can be read, at this revision."""

    status: Literal["ready"]
    revision: int


class Problem(Shape):
    """What went wrong (RFC 9457): `where` it is, what may have been meant (`near`), what to do (`hint`).

    409 and 412 tell both versions: `yours`, what was seen or sent, and `current`.
    """

    type: str
    title: str
    status: int
    detail: str
    where: str | None = None
    near: list[str] | None = None
    hint: str | None = None
    yours: dict[str, Any] | None = None
    current: dict[str, Any] | None = None
