"""The shapes of receipts and of the lint, for the OpenAPI document and the contract test only.

Lives here: models that describe. Never here: validation of what is sent; documents leave as bytes, untouched.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from kg_api.shapes import BriefClaim, EvidenceItem, Shape, WorkItem


class Bibliography(Shape):
    """The references of the works, as texts."""

    bibtex: str
    ris: str
    csl_json: str = Field(alias="csl-json")


class Receipt(Shape):
    """A kept answer with all that it rests on; `answer` is its document without times of recording."""

    receipt: str
    question: dict[str, Any]
    criteria: dict[str, Any]
    revision: int
    recorded_at: str | None
    kept_at: str
    ontology: str
    version: str
    answer: dict[str, Any]
    claims: list[BriefClaim]
    evidence: list[EvidenceItem]
    works: list[WorkItem]
    bibliography: Bibliography


class Difference(Shape):
    """A place where the answer and the one worked out again differ; long values are null."""

    at: str
    kept: Any
    again: Any


class Newest(Shape):
    """The same question asked of the newest revision; `same` says whether it has the same answer."""

    revision: int
    receipt: str
    same: bool


class Verification(Shape):
    """Whether an answer comes out the same at its revision, and what changed since.

    `altered` is null for a stub; `paragraph` is there when one was sent, "other" when this version writes another.
    """

    receipt: str
    question: dict[str, Any]
    revision: int
    kept: bool
    identical: bool
    altered: bool | None
    differences: list[Difference]
    newest: Newest
    changed: list[dict[str, Any]]
    complete: bool
    limits: list[str]
    paragraph: Literal["same", "other"] | None = None
    note: str | None = None


class Finding(Shape):
    """One finding of one rule about one record."""

    rule: str
    severity: Literal["error", "warning", "note"]
    kind: Literal["entity", "claim", "evidence", "work"]
    id: str
    message: str
    remedy: str


class Counts(Shape):
    """How many findings there are of each severity and rule; `known` and `gone` speak of a baseline."""

    error: int
    warning: int
    note: int
    known: int
    gone: int
    rules: dict[str, int]


class Lint(Shape):
    """The quality of the record."""

    items: list[Finding]
    counts: Counts
    revision: int


class Kept(Shape):
    """An answer that is kept, and since when."""

    receipt: str
    question: str
    revision: int
    kept_at: str
    ontology: str
    version: str
