"""The record: what was written, by whom, and how it stands; the only truth of the graph.

Lives here: `Store`, whose `write` keeps one revision and its rows in one transaction.
May enter: `kg.model`, the rooms beside it. Never here: rules of the ontology, beliefs, deletion.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime

import sqlalchemy as sa

from kg.errors import InputError, NotFound, Words
from kg.ids import RecordKind
from kg.model import Change, Record, Revision
from kg.record import past, submissions, watching
from kg.record.backup import Told, lines
from kg.record.backup import fill as restored
from kg.record.batch import Batch
from kg.record.bulk import Bulk, some_at
from kg.record.connection import Place
from kg.record.drafts import drafts, keep_changed, refuse_broken_references
from kg.record.faults import Interrupted
from kg.record.filling import append, fill
from kg.record.guards import restore_guards
from kg.record.held import Held
from kg.record.kept import Shelf
from kg.record.newest import Newest
from kg.record.opening import open_database
from kg.record.retrying import refuse_other_head, retried
from kg.record.revisions import START, latest_stamp, stamp
from kg.record.rows import Records
from kg.record.submissions import Submissions, Terms
from kg.record.tables import REVISION
from kg.record.tokens import Accounts
from kg.record.verify import problems
from kg.record.versions import Versions, Wanted, newest_revisions, versions_of, with_status

_TRIES_INTERRUPTED = 5


class Store:
    """An open database. Safe to share between threads; not to be carried over a fork.

    Example:
        >>> from kg.model import Change, Entity, Text
        >>> store = Store.open(":memory:")
        >>> store.write([Change("entity", Entity("lora", "Technique", Text("LoRA")))], actor="ann", act="add").number
        1
        >>> [entity.id for entity in store.records().entities]
        ['lora']
        >>> store.close()
    """

    def __init__(self, engine: sa.Engine, place: Place, *, read_only: bool, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._place = place
        self._held = Held(engine, place, read_only, clock)
        self._newest = Newest(engine, place)
        self.read_only = read_only
        self.name = place.shown

    @classmethod
    def open(
        cls,
        url: str,
        *,
        create: bool = True,
        read_only: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> Store:
        """Open a database and bring it to the newest schema.

        Args:
            url: `sqlite:///file.db`, a path, `:memory:`, or `postgresql://user@host/database`, there with
                `?options=-csearch_path%3Dname` for a schema of its own.
            create: Make the file, its folder and the tables where they are missing.
            read_only: Never write, not even a migration. A file that the file system does not let us write is
                opened so as well; what its owner writes meanwhile is seen (`kg.record.unwritable`).
            clock: Where `recorded_at` comes from.

        Raises:
            InputError: the URL cannot be read.
            StoreError: the database is missing, newer, damaged, unreachable or not ours; the hint says what to do.
        """
        engine, place, read_only = open_database(url, create=create, read_only=read_only)
        return cls(engine, place, read_only=read_only, clock=clock)

    def close(self) -> None:
        """Close all connections; harmless when repeated."""
        self._newest.close()
        self._engine.dispose()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def in_memory(self) -> bool:
        """Whether no other process can open this database."""
        return self._place.path is None and self._engine.dialect.name == "sqlite"

    @property
    def accounts(self) -> Accounts:
        """Who may write."""
        return Accounts(self._held)

    @property
    def submissions(self) -> Submissions:
        """What was written under a key, and the answers."""
        return Submissions(self._held)

    @property
    def kept(self) -> Shelf:
        """The answers that somebody asked to keep."""
        return Shelf(self._held)

    def head(self) -> Revision | None:
        """Return the newest revision, without its changes; None when nothing was ever written."""
        with self._held.reading() as connection:
            return past.head(connection)

    def number(self) -> int:
        """Return the number of the newest revision, 0 when nothing was ever written; cheaper than `head`.

        Law: every write that was acknowledged before the call is counted, whoever wrote.
        """
        return self._newest.number()

    def number_at_once(self) -> int | None:
        """Return that number if it can be had without waiting for anybody, as on an SQLite file; else None."""
        return self._newest.at_once()

    def revision(self, number: int) -> Revision:
        """Return one revision, without its changes.

        Raises:
            NotFound: there is none of that number.
        """
        found = self.revisions(after=number - 1, limit=1) if number >= 1 else []
        if not found or found[0].number != number:
            head = self.head()
            raise _no_revision(number, 0 if head is None else head.number)
        return found[0]

    def revisions(self, after: int = 0, limit: int | None = None) -> list[Revision]:
        """Return revisions without their changes, oldest first.

        Args:
            after: Only those of a higher number.
            limit: At most so many; None for all.
        """
        with self._held.reading() as connection:
            return past.revisions_between(connection, _bounded(after), None, limit)

    def changes(self, after: int, upto: int) -> Iterator[Revision]:
        """Give the revisions `after` < number <= `upto` with their changes, oldest first, for folding.

        Law: folding them into `records(after)` gives `records(upto)`.

        Cost: read in batches; no transaction stays open between two items, since what was written never changes.
        """
        after, upto = _bounded(after), _bounded(upto)
        while after < upto:
            with self._held.reading() as connection:
                batch = past.changes_between(connection, after, upto)
            if not batch:
                return
            yield from batch
            after = batch[-1].number

    def history(self, kind: RecordKind, id: str) -> list[tuple[Revision, Record]]:
        """Return all versions of one record with the revisions that wrote them, oldest first; empty if unknown."""
        return self.histories(kind, [id]).get(id, [])

    def histories(self, kind: RecordKind, ids: Sequence[str]) -> dict[str, Versions]:
        """Return all versions of some records of a kind, as `history` does; unknown ids are left out."""
        with self._held.reading() as connection:
            return versions_of(connection, kind, ids)

    def with_status(self, statuses: Collection[str]) -> list[tuple[RecordKind, str]]:
        """Return kind and id of the entities, claims and evidence items that have one of these statuses now, sorted."""
        with self._held.reading() as connection:
            return with_status(connection, statuses)

    def newest(self, wanted: Wanted, limit: int) -> list[Revision]:
        """Return the newest revisions that fit a filter, newest first, without their changes."""
        with self._held.reading() as connection:
            return newest_revisions(connection, wanted, limit)

    def revision_at(self, moment: date | datetime) -> int:
        """Return the number of the last revision recorded at or before a moment, 0 when there is none.

        Args:
            moment: A time (UTC where it has no zone), or a date, which means the end of that day in UTC.
        """
        query = sa.select(sa.func.max(REVISION.c.number)).where(REVISION.c.recorded_at <= latest_stamp(moment))
        with self._held.reading() as connection:
            return connection.execute(query).scalar() or 0

    def records(self, revision: int | None = None) -> Records:
        """Return all records as they stood after a revision, read in one consistent transaction.

        Args:
            revision: From 0 (empty) to the newest; None for the newest.

        Raises:
            NotFound: there is no such revision.
        """
        with self._held.reading() as connection:
            head = past.head(connection)
            newest = 0 if head is None else head.number
            number = newest if revision is None else revision
            if not 0 <= number <= newest:
                raise _no_revision(number, newest)
            return past.records_at(connection, number, newest)

    def write(
        self,
        changes: Iterable[Change],
        *,
        actor: str,
        act: str,
        reason: str | None = None,
        expect: int | None = None,
        keep_empty: bool = False,
    ) -> Revision:
        """Write records as one revision, wholly or not at all; on disk when this returns.

        Records that stand so already are left out; when none remains nothing is written, unless `keep_empty`.

        Args:
            changes: Records as they shall stand, in any order, each at most once.
            actor: Who writes.
            act: What is done, in one or two words.
            reason: Why.
            expect: The number of the newest revision that the caller has seen; None to write in any case.
            keep_empty: Write a revision even when no record changes: the act itself is worth remembering.

        Returns:
            The revision with the changes it holds, sorted by kind and id; the newest one without changes when
            nothing was written (revision 0 in an empty record).

        Raises:
            MovedOn: `expect` is not the newest revision.
            Conflict: the terms of this thread are not met (`kg.record.submissions.Terms`).
            ShapeViolation: a record breaks a rule or refers to a record that does not exist.
            StoreError: the database is read-only, full, or out of reach.

        Laws: writing the same twice is writing it once; numbers have no gaps.
        """
        _refuse_unusable(actor=actor, act=act, reason=reason)
        self._held.refuse_reading_only()
        wanted = drafts(changes)

        def act_on(connection: sa.Connection, head: Revision, now: datetime) -> Revision:
            kept = keep_changed(connection, wanted) if head.number else wanted
            if not kept and not keep_empty:
                return head
            refuse_broken_references(connection, kept)
            return append(connection, head, kept, stamp(now), actor=actor, act=act, reason=reason)

        return self._write(act_on, expect)

    def fill(self, batch: Batch, *, actor: str, act: str, reason: str | None = None, expect: int) -> Revision:
        """Write a batch as one revision, as `write` does; for records by the thousand.

        Returns:
            The revision without its changes; the newest one when the record holds all of the batch.

        Laws: the log, its hash and the state are those that `write` leaves.
        """
        _refuse_unusable(actor=actor, act=act, reason=reason)
        self._held.refuse_reading_only()
        batch.settle()

        def act_on(connection: sa.Connection, head: Revision, now: datetime) -> Revision:
            return fill(connection, head, batch, stamp(now), actor=actor, act=act, reason=reason)

        return self._write(act_on, expect)

    def _write(self, act_on: Callable[[sa.Connection, Revision, datetime], Revision], expect: int | None) -> Revision:
        """Do something on the newest revision in one transaction, once more where others were in between."""
        terms = submissions.current() or Terms()

        def once() -> Revision:
            with self._held.writing() as connection:
                head = past.head(connection) or START
                refuse_other_head(head.number, expect)
                terms.check(connection, head.number)
                now = self._held.clock()
                written = act_on(connection, head, now)
                if written.number != head.number:
                    watching.tell(connection, written.number)
                terms.keep(connection, written.number, now)
            terms.written = True
            return written

        return retried(once, tries=_TRIES_INTERRUPTED, on=Interrupted)

    @contextmanager
    def listening(self) -> Iterator[watching.Wait | None]:
        """Give what waits for the next write of any process, None where the database does not tell of writes.

        See `kg.record.watching.listening`.
        """
        with watching.listening(self._engine, self._place) as wait:
            yield wait

    @contextmanager
    def bulk(self) -> Iterator[Bulk]:
        """Give the newest state to be read by columns, in one consistent transaction."""
        with self._held.reading() as connection:
            yield Bulk.of(connection)

    def some(self, kind: RecordKind, ids: Sequence[str], revision: int) -> list[Record]:
        """Return records by id as they stood after a revision, sorted by id; unknown ones are left out."""
        with self._held.reading() as connection:
            return some_at(connection, kind, ids, revision)

    def backup(self, *, accounts: bool = True) -> Iterator[str]:
        """Give the lines of a backup of one consistent state; readers and writers go on meanwhile.

        Args:
            accounts: With persons (their e-mail too) and the digests of tokens; never with a secret.

        See `kg.record.backup.lines`.
        """
        with self._held.reading() as connection:
            yield from lines(connection, stamp(self._held.clock()), accounts=accounts)

    def restore(self, given: Iterable[str], *, source: str) -> Told:
        """Fill this database, which is empty or holds a record made empty, from a backup, wholly or not at all.

        The chain and the state are verified.

        Raises:
            StoreError: the database is not empty or may not be written, or the backup does not hold together.
            ParseFailure: this is no backup, or it is cut off, or was altered.
        """
        with self._held.writing() as connection:
            return restored(connection, self._place, given, source=source)

    def verify(self) -> list[str]:
        """Return what is wrong with the record, empty when nothing is.

        Recomputes the hash of every revision, looks for gaps, and compares the state with the fold of the log, kept
        answers with their ids, triggers and indexes with the schema. Persons, tokens, sessions and answers to
        submissions are outside the chain and not looked at. A log cut off at its end, with the state to match, cannot
        be told from a younger record: keep a hash elsewhere.

        Cost: linear in the log; one consistent transaction, writers are not held up.
        """
        return problems(self._engine, self._place)

    def restore_guards(self) -> list[str]:
        """Make anew the triggers and indexes that are missing or were altered, and return their names."""
        with self._held.writing() as connection:
            return restore_guards(connection)


def _bounded(number: int) -> int:
    return max(-1, min(number, 2**62))


def _refuse_unusable(**texts: str | None) -> None:
    for name, text in texts.items():
        if text is None:
            continue
        if not text.strip() or any(char == "\x00" or "\ud800" <= char <= "\udfff" for char in text):
            raise InputError(f"{text!r} cannot be kept", where=name, hint="say in a few words who does what, and why")


def _no_revision(number: int, newest: int) -> NotFound:
    return NotFound(
        Words(f"there is no revision {number}", f"没有修订版 {number}"),
        where="revision",
        hint=Words(f"the newest is {newest}", f"最新的是修订版 {newest}"),
    )
