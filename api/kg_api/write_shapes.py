"""The shapes of contributions, reviews and histories, for the OpenAPI document and the contract test only.

Lives here: models that describe. Never here: validation of what is sent; documents leave as bytes, untouched.
"""

from __future__ import annotations

from typing import Any, Literal

from kg_api.probe_shapes import ClaimChange, PairChange
from kg_api.record_shapes import Credit
from kg_api.shapes import Revision, Shape, WorkItem


class Written(Shape):
    """A record that was, or would be, written."""

    kind: str
    id: str
    status: str


class QuoteCheck(Shape):
    """Where a quote was found in what is held of its work: `found`, `not-found`, `unchecked` or `none`."""

    state: str
    place: str | None
    said: str


class Effect(Shape):
    """What a write changes: beliefs of claims asked for, every claim and pair that stands otherwise."""

    beliefs: list[dict[str, Any]] | None = None
    claims: list[ClaimChange] | None = None
    changes: list[PairChange] | None = None
    complete: bool | None = None
    limits: list[str] | None = None


class Contribution(Effect):
    """A record that was proposed, recorded, or there `already`; with `dry_run` also what it would change."""

    kind: str
    id: str
    already: bool
    status: str
    written: list[Written]
    alike: list[dict[str, Any]]
    record: dict[str, Any]
    revision: int
    quote_check: QuoteCheck | None = None
    publisher: dict[str, Any] | None = None
    changed: list[dict[str, Any]] | None = None
    supersedes: str | None = None
    dry_run: bool | None = None
    note: str | None = None


class Moved(Shape):
    """A record that changed: its status before and after."""

    kind: str
    id: str
    status: list[str | None]


class Left(Shape):
    """A record that an undo leaves as it is though somebody should look at it: it leans on `of`, which is `revoked`, or
    came in while the work `of` was `merged`.
    """

    kind: str
    id: str
    why: Literal["revoked", "merged"]
    of: str
    said: str


class Decision(Effect):
    """An act of review: all records that changed, and what that changed in beliefs and answers."""

    act: str
    records: list[Moved]
    beliefs: list[dict[str, Any]]
    revision: int
    undone: list[int] | None = None
    left: list[Left] | None = None
    dry_run: bool | None = None


class Merged(Effect):
    """Two entries of one work made one."""

    act: str
    kept: WorkItem
    merged: WorkItem
    moved: list[str]
    filled: list[str]
    told: list[str]
    dry_run: bool
    records: list[Moved] | None = None
    revision: int


class Pair(Shape):
    """Two works that look like one (`duplicate`), or like versions of one (`version`), and why.

    `grouped`: they count as one source already.
    """

    work: str
    other: str
    kind: str
    why: str
    score: float
    grouped: bool


class Duplicates(Shape):
    """Works that look like one, surest first."""

    items: list[Pair]
    total: int
    revision: int


class Waiting(Shape):
    """A record that waits for review, with one line on what accepting it would change."""

    kind: str
    id: str
    status: str
    says: str
    proposed_by: list[str]
    proposed_at: str
    revision: int
    last: dict[str, Any]
    needs: list[dict[str, str]]
    would: str
    blocked: str | None


class Queue(Shape):
    """What waits for review, the oldest first."""

    items: list[Waiting]
    next: str | None
    total: int
    people: dict[str, Credit]
    revision: int


class WaitingOne(Waiting):
    """One record that waits, with all that a reviewer needs."""

    record: dict[str, Any]
    quote_check: QuoteCheck | None
    history: list[dict[str, Any]]
    beliefs: list[dict[str, Any]]
    claims: list[ClaimChange]
    changes: list[PairChange]
    complete: bool
    limits: list[str]
    people: dict[str, Credit]
    proposed_in: int


class FieldChange(Shape):
    """A field before and after."""

    field: str
    before: Any
    after: Any


class Version(Shape):
    """One version of a record, and who changed what, when and why."""

    revision: int
    recorded_at: str
    actor: str
    act: str
    reason: str | None
    changed: list[FieldChange]
    record: dict[str, Any]


class History(Shape):
    """Every version of a record, newest first."""

    kind: str
    id: str
    versions: list[Version]
    people: dict[str, Credit]
    revision: int


class RecordChange(Shape):
    """What a revision changed in one record."""

    kind: str
    id: str
    status: str
    new: bool
    changed: list[FieldChange]


class RevisionEntry(Revision):
    """A revision with all that it changed."""

    changes: list[RecordChange]
    people: dict[str, Credit]


class ImportReport(Shape):
    """What an import came to: found = added + duplicates + failures; members beside these depend on the format."""

    model_config = {"extra": "allow"}
    source: str
    format: str
    added: int
    duplicates: list[dict[str, Any]]
    failures: list[dict[str, Any]]
    revision: int


class Person(Shape):
    """A person for credit."""

    handle: str
    name: str | None
    orcid: str | None


class People(Shape):
    """Everybody who has or had a token."""

    items: list[Person]
