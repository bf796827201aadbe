"""The shapes of records, lists and reports, for the OpenAPI document and the contract test only.

Lives here: models that describe. Never here: validation of what is sent; documents leave as bytes, untouched.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Probability = Annotated[float, Field(ge=0, le=1)]
Sign = Literal[1, -1, 0]


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
    merged_into: str | None
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


class Revision(Shape):
    """One numbered change of the record, chained to the one before by `previous_hash`."""

    number: int
    recorded_at: str
    actor: str
    act: str
    reason: str | None
    previous_hash: str
    hash: str


class Credit(Shape):
    """What a person is called beside the handle."""

    name: str | None
    orcid: str | None


class Revisions(Shape):
    """The newest revisions, newest first."""

    items: list[Revision]
    next: int | None
    people: dict[str, Credit]
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
