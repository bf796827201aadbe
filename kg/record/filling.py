"""Writing one revision with its rows: a few drafts, or a batch some thousand at a time, however many there are.

Lives here: `append`, `fill`. May enter: the rooms beside it but the store, inside a transaction that the caller holds.
Never here: who may write, the clock. What `append` keeps, `fill` keeps too: the same hash, log and state.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from contextlib import contextmanager
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kg.ids import RECORD_KINDS, RecordKind
from kg.later import Later
from kg.model import Revision
from kg.record.batch import Batch, rows_of
from kg.record.connection import insert
from kg.record.deriving import derive, lost_predecessor
from kg.record.drafts import Draft, core, refuse_cycles, refuse_missing, upsert
from kg.record.revisions import seal
from kg.record.rows import FORMS, Form
from kg.record.tables import CHANGE, REVISION

if TYPE_CHECKING:
    from kg.record import schema
else:
    schema = Later("kg.record.schema")

CHUNK = 5_000
DERIVED = frozenset({"claim", "evidence"})
"""Kinds whose rows the database works out of the log."""
INDEXES_LEAST = 50_000
"""Records of a first load from which on the indexes of SQLite are made after the rows, which is quicker."""
CACHE_KIB = 128 * 1024
"""Pages that SQLite may hold while it fills: indexes are written to in no order."""


def append(
    connection: sa.Connection,
    head: Revision,
    kept: list[Draft],
    recorded_at: str,
    *,
    actor: str,
    act: str,
    reason: str | None,
) -> Revision:
    """Write a few drafts as one revision, which is returned with its changes."""
    values = _link(head, recorded_at, actor=actor, act=act, reason=reason)
    log = [(head.number + 1, draft.kind, draft.id, draft.payload()) for draft in kept]
    digest = seal(**values, changes=(row[1:] for row in log))
    connection.execute(sa.insert(REVISION), [{**values, "hash": digest}])
    insert(connection, CHANGE, log)
    by_kind = {kind: list(group) for kind, group in groupby(kept, key=lambda draft: draft.kind)}
    upsert(connection, by_kind, revision=head.number + 1, recorded_at=recorded_at)
    return Revision(**values, hash=digest, changes=tuple(draft.change(recorded_at) for draft in kept))


def _leave_out_same(connection: sa.Connection, batch: Batch) -> dict[RecordKind, set[str]]:
    """Leave out of a batch what the record holds as it is; return by kind the ids that it holds in another form."""
    other: dict[RecordKind, set[str]] = {}
    for kind, form in FORMS.items():
        same: set[str] = set()
        other[kind] = set()
        if is_empty(connection, form):
            continue
        for ids, payloads in batch.payloads(kind, CHUNK):
            query = sa.select(*form.columns).where(form.table.c.id.in_(ids))
            there = {row[0]: tuple(row) for row in connection.execute(query)}
            if not there:
                continue
            for id, row in zip(ids, rows_of(kind, payloads), strict=True):
                old = there.get(id)
                if old is not None:
                    (same if core(kind, old) == core(kind, row) else other[kind]).add(id)
        if same:
            ids = batch.ids(kind)
            batch.keep(kind, lambda at, ids=ids, same=same: ids[at] not in same)  # type: ignore[misc]
    return other


def fill(
    connection: sa.Connection,
    head: Revision,
    batch: Batch,
    recorded_at: str,
    *,
    actor: str,
    act: str,
    reason: str | None,
) -> Revision:
    """Write a settled batch as one revision; nothing where the record holds all of it.

    Returns:
        The revision without its changes; the head when nothing was written.

    Raises:
        ShapeViolation: a record refers to one that does not exist, or is broader than itself.

    Cost: about 13 microseconds a record on SQLite; beside the batch some thousand rows are held.
    """
    known = _leave_out_same(connection, batch) if head.number else {}
    if not len(batch):
        return head
    values = _link(head, recorded_at, actor=actor, act=act, reason=reason)
    number = values["number"]
    changes = ((kind, *one) for kind, ids, payloads in _log(batch) for one in zip(ids, payloads, strict=True))
    digest = seal(**values, changes=changes)
    with _quickly(connection, len(batch), empty=all(is_empty(connection, form) for form in FORMS.values())):
        connection.execute(sa.insert(REVISION), [{**values, "hash": digest}])
        _write_log(connection, batch, number)
        for kind, form in FORMS.items():
            if kind in DERIVED:
                _derive(connection, form, batch, number=number, recorded_at=recorded_at)
            else:
                _write_state(connection, form, batch, known.get(kind, set()), number)
    if lost_predecessor(connection, number):
        _refuse_missing(connection, FORMS["evidence"], batch)
    return Revision(**values, hash=digest)


def _link(head: Revision, recorded_at: str, *, actor: str, act: str, reason: str | None) -> dict[str, Any]:
    """Return what the link of the chain that follows a head says, but for its own hash."""
    said = {"recorded_at": recorded_at, "actor": actor, "act": act, "reason": reason}
    return {"number": head.number + 1, **said, "previous_hash": head.hash}


def _log(batch: Batch) -> Iterator[tuple[RecordKind, list[str], list[str]]]:
    for kind in RECORD_KINDS:
        for ids, payloads in batch.payloads(kind, CHUNK):
            yield kind, ids, payloads


def _write_log(connection: sa.Connection, batch: Batch, number: int) -> None:
    with _unchecked(connection):
        for kind, ids, payloads in _log(batch):
            insert(connection, CHANGE, [(number, kind, id, said) for id, said in zip(ids, payloads, strict=True)])


def _derive(connection: sa.Connection, form: Form, batch: Batch, *, number: int, recorded_at: str) -> None:
    """Let the database work out a table of the state from the log; say which record it is that it refuses."""
    try:
        with connection.begin_nested():
            derive(connection, form.kind, number=number, recorded_at=recorded_at)
    except sa.exc.IntegrityError:
        _refuse_missing(connection, form, batch)
        raise


def _write_state(connection: sa.Connection, form: Form, batch: Batch, known: Set[str], number: int) -> None:
    """Bring one table of the state to what a batch says, some of which is there already in another form."""
    names = form.table.columns.keys()
    _refuse_missing(connection, form, batch)
    broader: dict[str, str | None] = {}
    for ids, payloads in batch.payloads(form.kind, CHUNK):
        rows = rows_of(form.kind, payloads)
        if form.kind == "entity":
            at = names.index("broader")
            broader.update((id, row[at]) for id, row in zip(ids, rows, strict=True))
        rows = [(*row, number) for row in rows]
        insert(connection, form.table, [row for row in rows if row[0] not in known] if known else rows)
        changed = [{**dict(zip(names, row, strict=True)), "known_id": row[0]} for row in rows if row[0] in known]
        if changed:
            connection.execute(sa.update(form.table).where(form.table.c.id == sa.bindparam("known_id")), changed)
    if broader:
        refuse_cycles(connection, broader)


def _refuse_missing(connection: sa.Connection, form: Form, batch: Batch) -> None:
    """Refuse a batch in which a record of a kind refers to one that is neither in it nor in the record."""
    names = form.table.columns.keys()
    given = {target: set(batch.ids(target)) for _, target in form.references}
    for ids, payloads in batch.payloads(form.kind, CHUNK):
        rows = rows_of(form.kind, payloads)
        for column, target in form.references:
            at = names.index(column)
            users = {row[at]: id for id, row in zip(ids, rows, strict=True) if row[at] not in given[target]}
            users.pop(None, None)
            refuse_missing(connection, (form.kind, column, target), users, given[target])


def is_empty(connection: sa.Connection, form: Form) -> bool:
    """Say whether there is no record of a kind."""
    return connection.execute(sa.select(sa.literal(1)).select_from(form.table).limit(1)).first() is None


@contextmanager
def _unchecked(connection: sa.Connection) -> Iterator[None]:
    """Spare SQLite the checks of the log, which take longer than its rows: the state has them too, and is checked."""
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = OFF")


@contextmanager
def _quickly(connection: sa.Connection, count: int, *, empty: bool) -> Iterator[None]:
    """Let SQLite hold more pages, and make the indexes of an empty record after its rows.

    PostgreSQL would keep readers out of a table whose indexes are dropped.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    before = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size = -{CACHE_KIB}")
    later: list[sa.Index] = []
    if empty and count >= INDEXES_LEAST:
        indexes = (schema.METADATA.tables[name].indexes for name in ("change", *FORMS))
        later = sorted(chain.from_iterable(indexes), key=lambda one: str(one.name))
    try:
        for index in later:
            index.drop(connection, checkfirst=True)
        yield
        for index in later:
            index.create(connection)
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = {before}")
