"""Submissions: a write that was sent under a key happens once, however often and wherever it is sent.

Lives here: `Terms` (what must hold, and what is kept, in the transaction of the next write), `Submissions`.
May enter: keys, fingerprints, answers as text. Never here: what a request is, what an answer says.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from kg import conflicts
from kg.errors import Conflict
from kg.ids import RecordKind
from kg.record.held import Held
from kg.record.revisions import stamp
from kg.record.tables import CHANGE, SUBMISSION

KEPT = timedelta(hours=48)
"""How long answers are kept at least."""


class Submitted(Conflict):
    """The same submission was written meanwhile, by another thread or process; its answer is there."""


class Outdated(Conflict):
    """A record has changed since the revision that the caller has seen."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One submission. `answer` is None until the writer has said it; `revision` is what it wrote, or found."""

    token: str
    key: str
    fingerprint: str
    revision: int = 0
    answer: str | None = None


@dataclass(slots=True)
class Terms:
    """What else must hold when something is written, and what is kept with it.

    Args:
        submission: Kept in the transaction of the first write; None for a write without a key.
        seen: The revision at which the caller has seen the record; None when that does not matter.
        target: The record that must not have changed since `seen`; None for the whole record.
        written: Whether a write under these terms is on disk; those that follow it are free of them.
    """

    submission: Submission | None = None
    seen: int | None = None
    target: tuple[RecordKind, str] | None = None
    written: bool = False

    def check(self, connection: sa.Connection, head: int) -> None:
        """Refuse a write that no longer fits what its caller has seen.

        Raises:
            Outdated: the record was written to since, or what was seen is not there.
        """
        if self.seen is None or self.written:
            return
        now: int | None = head
        if self.target is not None:
            kind, id = self.target
            now = connection.execute(
                sa.select(sa.func.max(CHANGE.c.revision)).where(CHANGE.c.kind == kind, CHANGE.c.id == id)
            ).scalar()
        if self.seen > head:
            raise Outdated(
                conflicts.not_there_yet(self.seen, head),
                where="If-Match",
                hint="send back the tag that came with what you have read",
            )
        if now is None:
            raise Outdated(
                conflicts.not_yet_written(self.seen),
                where="If-Match",
                hint="leave the tag out where something new is sent",
            )
        if now > self.seen:
            raise Outdated(
                conflicts.changed_since(now, self.seen),
                where="If-Match",
                hint="read it again and decide anew",
            )

    def keep(self, connection: sa.Connection, revision: int, now: datetime) -> None:
        """Keep the submission with the revision that it wrote, in the same transaction.

        Raises:
            Submitted: it is kept already; the transaction must not be.
        """
        if self.submission is not None and not self.written:
            _insert(connection, self.submission, revision, now)


_terms: ContextVar[Terms | None] = ContextVar("terms", default=None)


def current() -> Terms | None:
    """Return the terms under which this thread writes, if any."""
    return _terms.get()


@contextmanager
def under(terms: Terms) -> Iterator[Terms]:
    """Have what this thread writes inside stand under terms."""
    before = _terms.set(terms)
    try:
        yield terms
    finally:
        _terms.reset(before)


class Submissions:
    """The submissions of one database."""

    def __init__(self, held: Held) -> None:
        self._held = held

    def get(self, token: str, key: str) -> Submission | None:
        """Return a submission of a token, or None."""
        columns = (SUBMISSION.c.fingerprint, SUBMISSION.c.revision, SUBMISSION.c.answer)
        query = sa.select(*columns).where(SUBMISSION.c.token == token, SUBMISSION.c.key == key)
        with self._held.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else Submission(token, key, *row)

    def answer(self, submission: Submission, answer: str) -> None:
        """Keep the answer of a submission, and the submission itself where nothing was written under it.

        Raises:
            Submitted: another writer has said its answer already.
        """
        mine = sa.and_(SUBMISSION.c.token == submission.token, SUBMISSION.c.key == submission.key)
        unsaid = sa.update(SUBMISSION).where(mine, SUBMISSION.c.answer.is_(None)).values(answer=answer)
        with self._held.writing() as connection:
            if connection.execute(unsaid).rowcount:
                return
            _insert(connection, submission, submission.revision, self._held.clock(), answer)


def _insert(
    connection: sa.Connection, submission: Submission, revision: int, now: datetime, answer: str | None = None
) -> None:
    """Insert a submission; those that are older than they need be make room.

    Raises:
        Submitted: there is one under this key.
    """
    mine = sa.and_(SUBMISSION.c.token == submission.token, SUBMISSION.c.key == submission.key)
    if connection.execute(sa.select(SUBMISSION.c.key).where(mine)).first() is not None:
        raise Submitted(conflicts.submitted(), where="Idempotency-Key")
    connection.execute(sa.delete(SUBMISSION).where(SUBMISSION.c.received_at < stamp(now - KEPT)))
    row = {"token": submission.token, "key": submission.key, "fingerprint": submission.fingerprint}
    connection.execute(
        sa.insert(SUBMISSION), [{**row, "revision": revision, "answer": answer, "received_at": stamp(now)}]
    )
