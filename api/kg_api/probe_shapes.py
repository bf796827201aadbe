"""The shapes of what-if, robustness, retraction and diff, for the OpenAPI document and the contract test only.

Lives here: models that describe. Never here: validation of what is sent; answers leave as bytes, untouched.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from kg_api.shapes import Answer, Bare, Belief, Direction, Path, Probability, Shape, Sign

Kind = Literal["flipped", "lost", "weaker", "gained", "stronger", "none"]
State = Literal["absent", "unsupported", "disputed", "contested", "supported", "assumed"]
Two = Annotated[list[Probability | None], Field(min_length=2, max_length=2)]
Directions = Annotated[list[Direction | None], Field(min_length=2, max_length=2)]
Signs = Annotated[list[Sign | None], Field(min_length=2, max_length=2)]
Beliefs = Annotated[list[Belief | None], Field(min_length=2, max_length=2)]
Spans = Annotated[list[dict[str, list[Probability]] | None], Field(min_length=2, max_length=2)]


class SupposedPath(Path):
    """A path of a scenario; `assumed` lists the claims on it that the scenario takes for granted."""

    assumed: list[str] | None = None


class Side(Shape):
    """How a pair stands: its direction, the best path, the strongest of the other sign."""

    direction: Direction
    best: Path
    opposing: Path | None


class Because(Shape):
    """The changed claims on the paths, and the works whose evidence counts otherwise."""

    claims: list[str]
    works: list[str]


class PairChange(Shape):
    """A pair that stands otherwise: before and after, its direction, sign, expected value and belief of the best path,
    belief of the best path of the other sign, and reliability.
    """

    of: Literal["pair"] | None = None
    kind: Kind
    source: str
    target: str
    direction: Directions
    sign: Signs
    expected: Two
    belief: Beliefs
    opposing: Beliefs
    reliability: Spans
    because: Because
    explanation: str
    before: Side | None = None
    after: Side | None = None


class PathChange(Shape):
    """A path that is lost, gained, weaker or stronger; `place` in the list before and after."""

    of: Literal["path"]
    kind: Kind
    sign: Sign
    entities: list[str]
    claims: list[str]
    belief: list[Belief | None]
    place: list[int | None]


class ClaimChange(Shape):
    """A claim that stands otherwise; state, part in paths and belief before and after."""

    claim: str
    kind: Kind
    state: list[State]
    takes_part: list[bool]
    belief: list[Belief | None]
    because: list[str]
    explanation: str


class WhatIf(Answer):
    """Before and after a scenario. Without ends: every pair that stands otherwise, and no lists of paths."""

    before: list[Path] | None = None
    after: list[SupposedPath] | None = None
    direction: Directions | None = None
    expected: Two | None = None
    reliability: Spans | None = None
    changes: list[PairChange | PathChange]
    claims: list[ClaimChange]
    scenario: str


class Loss(Shape):
    """What is left of the answer without one work, source group, author or kind of study."""

    work: str | None = None
    group: str | None = None
    author: str | None = None
    study_kind: str | None = None
    works: list[str]
    change: Kind
    direction: Direction | None
    after: Path | None
    opposing: Path | None


class WorstLoss(Shape):
    """The gravest loss of one work."""

    work: str
    change: Kind
    expected: Probability | None


class FragileCell(Shape):
    """How one cell of the gap map stands, on how many independent sources, and which losses it would not survive."""

    row: str
    col: str
    direction: Direction
    expected: Probability
    stands_on: int
    fragile: list[str]
    worst: WorstLoss | None


class Robustness(Answer):
    """Leave-one-out, gravest first. Without ends: `rows`, `cols` and `cells` instead.

    Compared are direction, best and opposing path, not the reliability of all paths together. `untouched` counts the
    other works: without any of them these keep their values.
    """

    baseline: Path | None = None
    direction: Direction | None = None
    opposing: Path | None = None
    stands_on: int | None = None
    works: list[Loss] | None = None
    fragile: list[str] | None = None
    groups: list[Loss] | None = None
    authors: list[Loss] | None = None
    study_kinds: list[Loss] | None = None
    untouched: int | None = None
    explanation: str | None = None
    rows: list[str] | None = None
    cols: list[str] | None = None
    cells: list[FragileCell] | None = None


class KeptAnswer(Shape):
    """A kept answer that would come out otherwise."""

    receipt: str
    question: dict[str, Any]
    revision: int


class KeptAnswers(Shape):
    """Which of the newest kept answers would come out otherwise; `complete` when all kept ones were asked again."""

    changed: list[KeptAnswer]
    asked: int
    complete: bool


class Retraction(Bare):
    """What a new status of a work changes: claims, pairs, kept answers; `bears_on` lists all claims it speaks of.

    `written`, unless it is a preview, says whether a revision was written: false where the work stood so already. Then
    there is no `receipt`: the record no longer is as it was asked.
    """

    receipt: str | None = None
    work: str
    status: list[str]
    notice: str | None
    bears_on: list[str]
    claims: list[ClaimChange]
    changes: list[PairChange]
    dry_run: bool
    written: bool | None = None
    kept_answers: KeptAnswers


class Point(Shape):
    """A point in time as it was asked for, and the revision read there; null for a point of publication."""

    point: str
    revision: int | None


class Diff(Answer):
    """Which answers differ between two points in time, each with the works responsible and a sentence."""

    from_: Point = Field(alias="from")
    to: Point
    changes: list[PairChange]
    claims: list[ClaimChange]
