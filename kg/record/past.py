"""Reads the log and the state: all records at a revision, the revisions between two, one record's versions.

Lives here: queries inside a transaction that the caller holds. May enter: `kg.model`, `.rows`, `.tables`.
Never here: writing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from kg.errors import StoreError
from kg.ids import RecordKind
from kg.model import Change, Record, Revision, from_payload
from kg.record.rows import FORMS, Form, Records
from kg.record.tables import CHANGE, EVIDENCE, REVISION

REVISION_COLUMNS = tuple(REVISION.columns)
_BATCH_REVISIONS = 500
_BATCH_CHANGES = 20_000
_CHANGE_AND_TIME = CHANGE.outerjoin(EVIDENCE, sa.and_(CHANGE.c.kind == "evidence", CHANGE.c.id == EVIDENCE.c.id))


@contextmanager
def _intact() -> Iterator[None]:
    try:
        yield
    except (ValueError, TypeError, KeyError) as fault:
        raise StoreError(
            "a row of the database does not hold a record",
            where="database",
            hint="`kg verify` says which; restore it from a backup",
        ) from fault


def head(connection: sa.Connection) -> Revision | None:
    """Return the newest revision, without its changes."""
    query = sa.select(*REVISION_COLUMNS).order_by(REVISION.c.number.desc()).limit(1)
    row = connection.execute(query).first()
    return None if row is None else Revision(*row)


@_intact()
def records_at(connection: sa.Connection, number: int, newest: int) -> Records:
    """Return all records as they stood after revision `number`.

    Cost: rows that did not change since are read as they are; only those that did are looked up in the log.
    """
    if number == 0:
        return Records()
    found: dict[RecordKind, list[Any]] = {
        kind: _now(connection, form) if number == newest else _then(connection, form, number)
        for kind, form in FORMS.items()
    }
    recorded_at = connection.execute(sa.select(REVISION.c.recorded_at).where(REVISION.c.number == number)).scalar_one()
    return Records(
        entities=found["entity"],
        claims=found["claim"],
        evidence=found["evidence"],
        works=found["work"],
        revision=number,
        recorded_at=recorded_at,
    )


def _now(connection: sa.Connection, form: Form) -> list[Record]:
    return _read(connection, form, sa.select(*form.columns).order_by(form.table.c.id))


def _read(connection: sa.Connection, form: Form, query: sa.Select[Any]) -> list[Record]:
    found: list[Record] = []
    for chunk in connection.execute(query).partitions():
        found += map(form.record, chunk)
    return found


def _then(connection: sa.Connection, form: Form, number: int) -> list[Record]:
    found = _read(connection, form, sa.select(*form.columns).where(form.table.c.revision <= number))
    later = sa.select(form.table.c.id).where(form.table.c.revision > number)
    found += _last_before(connection, form.kind, later, number)
    return sorted(found, key=lambda record: record.id)


def _last_before(connection: sa.Connection, kind: RecordKind, ids: sa.Select[Any], number: int) -> list[Record]:
    """Return the last versions up to a revision of the records whose ids a query gives."""
    last = (
        sa.select(CHANGE.c.id, sa.func.max(CHANGE.c.revision).label("revision"))
        .where(CHANGE.c.kind == kind, CHANGE.c.revision <= number, CHANGE.c.id.in_(ids))
        .group_by(CHANGE.c.id)
        .subquery()
    )
    changed = (
        sa.select(CHANGE.c.payload, EVIDENCE.c.recorded_at)
        .select_from(_CHANGE_AND_TIME)
        .join(last, sa.and_(CHANGE.c.id == last.c.id, CHANGE.c.revision == last.c.revision))
        .where(CHANGE.c.kind == kind)
    )
    return [written(kind, payload, first) for payload, first in connection.execute(changed)]


@_intact()
def some(connection: sa.Connection, kind: RecordKind, ids: Sequence[str], number: int) -> list[Record]:
    """Return records by id as they stood after revision `number`, in no order; unknown ones are left out."""
    form = FORMS[kind]
    asked = form.table.c.id.in_(ids)
    found = _read(connection, form, sa.select(*form.columns).where(asked, form.table.c.revision <= number))
    if len(found) < len(ids):
        later = sa.select(form.table.c.id).where(asked, form.table.c.revision > number)
        found += _last_before(connection, kind, later, number)
    return found


def revisions_between(connection: sa.Connection, after: int, upto: int | None, limit: int | None) -> list[Revision]:
    """Return the revisions `after` < number <= `upto` without changes, oldest first."""
    query = sa.select(*REVISION_COLUMNS).where(REVISION.c.number > after).order_by(REVISION.c.number)
    if upto is not None:
        query = query.where(REVISION.c.number <= upto)
    return [Revision(*row) for row in connection.execute(query if limit is None else query.limit(limit))]


@_intact()
def changes_between(connection: sa.Connection, after: int, upto: int) -> list[Revision]:
    """Return the first batch of the revisions `after` < number <= `upto`, with their changes."""
    told = revisions_between(connection, after, upto, _BATCH_REVISIONS)
    if not told:
        return []
    query = (
        sa.select(CHANGE.c.revision, CHANGE.c.kind, CHANGE.c.payload, EVIDENCE.c.recorded_at)
        .select_from(_CHANGE_AND_TIME)
        .where(CHANGE.c.revision > after, CHANGE.c.revision <= told[-1].number)
        .order_by(CHANGE.c.revision, CHANGE.c.kind, CHANGE.c.id)
    )
    changes: dict[int, tuple[Change, ...]] = {}
    last, count = told[-1].number, 0
    with connection.execute(query) as rows:
        for number, group in groupby(rows, key=lambda row: row[0]):
            changes[number] = tuple(Change(kind, written(kind, payload, first)) for _, kind, payload, first in group)
            count += len(changes[number])
            if count >= _BATCH_CHANGES:
                last = number
                break
    return [replace(one, changes=changes.get(one.number, ())) for one in told if one.number <= last]


@_intact()
def version_rows(connection: sa.Connection, kind: RecordKind, ids: Sequence[str]) -> list[tuple[Revision, Record]]:
    """Return every version of some records of a kind with the revision that wrote it, oldest first."""
    query = (
        sa.select(*REVISION_COLUMNS, CHANGE.c.payload, EVIDENCE.c.recorded_at)
        .select_from(_CHANGE_AND_TIME)
        .join(REVISION, REVISION.c.number == CHANGE.c.revision)
        .where(CHANGE.c.kind == kind, CHANGE.c.id.in_(ids))
        .order_by(CHANGE.c.revision, CHANGE.c.id)
    )
    return [(Revision(*told), written(kind, payload, first)) for *told, payload, first in connection.execute(query)]


def written(kind: RecordKind, payload: str, recorded_at: str | None) -> Record:
    """Return the record that a change wrote; an item was recorded first at `recorded_at`."""
    values = json.loads(payload)
    return from_payload(kind, {**values, "recorded_at": recorded_at} if kind == "evidence" else values)
