"""The shapes of cuts, gaps and disputes, for the OpenAPI document and the contract test only.

Lives here: models that describe. Never here: validation of what is sent; answers leave as bytes, untouched.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kg_api.shapes import Answer, BriefClaim, EvidenceItem, Path, Probability, Reliability, Shape

Place = Annotated[int, Field(ge=0)]
GapKind = Literal[
    "no-evidence",
    "unsupported",
    "single-work",
    "single-group",
    "only-arguments",
    "only-inferred",
    "low-certainty",
    "stale",
    "disputed-without-recent",
]


class CutRoute(Path):
    """A harmful route; `cut_by` lists every mitigation that lowers an entity on it, above the threshold."""

    cut_by: list[str]


class CutMitigation(Shape):
    """What one chosen mitigation cuts: its links, the places of the routes in `routes`, its strength."""

    mitigation: str
    claims: list[str]
    routes: list[Place]
    strength: Probability | None


class CutSets(Shape):
    """Sets of the same weight, in order; only the first where `more` names the kind."""

    mitigations: list[list[str]]
    claims: list[list[str]]
    works: list[list[str]]


class CutMinimal(Shape):
    """Which of the sets are proven smallest; one that is not is null."""

    mitigations: bool
    claims: bool
    works: bool


class Cut(Answer):
    """The smallest sets that break every harmful route. `partial` cuts all that mitigations can cut."""

    cuttable: bool | None
    mitigations: list[str] | None
    claims: list[str] | None
    works: list[str] | None
    uncovered: list[str] | None
    partial: list[str] | None
    cuts: list[CutMitigation]
    strength: Probability | None
    alternatives: CutSets
    more: list[Literal["mitigations", "claims", "works"]]
    minimal: CutMinimal
    at_least: dict[str, int]
    sufficient: dict[str, list[str]]
    route_count: int | None
    routes: list[CutRoute]
    uncovered_routes: list[Place]


class GapPair(Shape):
    """A pair that no path joins."""

    technique: str
    risk: str


class Gap(Shape):
    """A gap of a claim or of a pair; `value` says how far one more study is expected to move the answers."""

    kind: GapKind
    claim: str | None
    pair: GapPair | None
    works: list[str]
    latest_year: int | None
    expected: Probability | None
    answers: int
    value: float | None
    explanation: str


class Gaps(Answer):
    """Where evidence is missing, thin, old or disputed; `counts` are of all gaps, `total` of those asked for."""

    items: list[Gap]
    counts: dict[GapKind, int]
    total: int
    since: int


class Separation(Shape):
    """By what two sides differ; `only` holds the kinds that the other side lacks, `newer` the later side."""

    kinds: dict[str, dict[str, int]]
    only: dict[str, list[str]]
    years: dict[str, list[int] | None]
    newer: str | None
    groups: dict[str, int]


class Dispute(Shape):
    """A contested claim; `conflict` is twice the smaller of belief and disbelief, `separates` compares the sides."""

    claim: BriefClaim
    conflict: Probability
    answers: int
    separates: Separation
    supports: list[EvidenceItem]
    disputes: list[EvidenceItem]
    qualifies: list[EvidenceItem]


class OpposedRoutes(Shape):
    """A pair that paths of both signs join; `conflict` is the smaller of the two reliabilities."""

    technique: str
    risk: str
    conflict: Probability
    balance: Probability
    raises: list[Path]
    lowers: list[Path]
    reliability: Reliability
    separates: Separation


class ContestedRoute(Shape):
    """A best path that a contested claim is on; `conflict` is twice the smaller of its belief and disbelief."""

    technique: str
    risk: str
    conflict: Probability
    claims: list[str]
    path: Path


class Disputes(Answer):
    """Contested claims, pairs that routes of both signs join, and routes that a contested claim is on."""

    items: list[Dispute]
    routes: list[OpposedRoutes]
    contested_routes: list[ContestedRoute]
