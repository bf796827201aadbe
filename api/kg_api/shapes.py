"""The shapes of the answers, for the OpenAPI document and the contract test only.

Lives here: models that describe. Never here: validation of what is sent; answers leave as bytes, untouched.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Probability = Annotated[float, Field(ge=0, le=1)]
Sign = Literal[1, -1, 0]
Direction = Literal["raises", "lowers", "mixed"]


class Shape(BaseModel):
    """Base of all shapes: members that are not described are a fault."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Belief(Shape):
    """Belief, disbelief and uncertainty add up to 1; `low` and `high` are the ends of the 90 % interval."""

    belief: Probability
    disbelief: Probability
    uncertainty: Probability
    expected: Probability
    low: Probability
    high: Probability


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


class Answer(Shape):
    """What every answer has. `complete` is false when a limit cut it; `note` explains an empty answer."""

    question: dict[str, Any]
    revision: int
    complete: bool
    limits: list[str]
    receipt: str
    caveat: str
    note: str | None = None


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


class EvidenceItem(Shape):
    """One line for or against one claim; `why_not` says why it does not count."""

    id: str
    alias: str | None
    claim: str
    work: str
    stance: str
    kind: str
    strength: str
    strength_reason: str | None
    locator: str | None
    statement: str
    quote: str | None
    basis: str
    inferred: bool
    certainty: str
    counts: bool
    why_not: str | None
    represented_by: str | None
    status: str
    contributor: str | None
    recorded_at: str | None
    supersedes: str | None


class BriefClaim(Shape):
    """A claim without its evidence; `takes_part` says whether paths may use it under the criteria."""

    id: str
    subject: str
    relation: str
    object: str
    sign: Sign
    belief: Belief
    contested: bool
    independent_groups: int
    works: list[str]
    conditions: str | None
    status: str
    takes_part: bool


class Claim(BriefClaim):
    """A claim with every item for and against."""

    evidence: list[EvidenceItem]


class Match(Shape):
    """A tie to another vocabulary."""

    relation: str
    iri: str


class EntityItem(Shape):
    """An entity as lists show it."""

    id: str
    type: str
    label: dict[str, str]
    definition: dict[str, str]
    aliases: list[str]
    broader: str | None
    narrower: list[str]
    matches: list[Match]
    claims_out: int
    claims_in: int
    status: str


class Entity(EntityItem):
    """An entity with its claims."""

    claims: list[BriefClaim]


class WorkItem(Shape):
    """A work as lists show it; `csl` is its CSL-JSON item."""

    id: str
    type: str
    title: str
    authors: list[str]
    year: int | None
    doi: str | None
    arxiv: str | None
    url: str | None
    status: str
    notice: str | None
    independence_group: str | None
    csl: dict[str, Any]


class Work(WorkItem):
    """A work with every item taken from it."""

    evidence: list[EvidenceItem]


class Page(Shape):
    """One page of a list; `next` is the `after` of the page that follows, null on the last."""

    next: str | None
    note: str | None = None


class Entities(Page):
    """A page of entities."""

    items: list[EntityItem]


class Claims(Page):
    """A page of claims."""

    items: list[BriefClaim]


class Works(Page):
    """A page of works."""

    items: list[WorkItem]


class EvidenceList(Page):
    """A page of evidence items."""

    items: list[EvidenceItem]


class Evidence(EvidenceItem):
    """One evidence item."""


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


class Revision(Shape):
    """One numbered change of the record, chained to the one before by `previous_hash`."""

    number: int
    recorded_at: str
    actor: str
    act: str
    reason: str | None
    previous_hash: str
    hash: str


class Revisions(Shape):
    """The newest revisions, newest first."""

    items: list[Revision]
    revision: int


class Verified(Shape):
    """What is wrong with the history or the state; no problem means that all is well."""

    revision: int
    problems: list[str]


class Report(Shape):
    """A report: items, counts and a note in one sentence."""

    items: list[dict[str, Any]]
    counts: dict[str, Any]
    note: str


class Basis(Report):
    """Evidence that rests on less than the abstract of its work, or was inferred."""


class Coverage(Report):
    """What represents each item of a seed text."""


class Scene(Shape):
    """A picture: nodes with positions, edges, the claims behind them, legend, words, and vis-network's own form."""

    revision: int
    lang: str
    focus: str | None
    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]
    headings: list[dict[str, Any]]
    claims: dict[str, dict[str, Any]]
    counts: dict[str, int]
    legend: dict[str, Any]
    outlines: dict[str, list[list[float]]]
    card: dict[str, int]
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
    """What went wrong (RFC 9457): `where` it is, what may have been meant (`near`), what to do (`hint`)."""

    type: str
    title: str
    status: int
    detail: str
    where: str | None = None
    near: list[str] | None = None
    hint: str | None = None
