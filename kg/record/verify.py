"""Looks for tampering and damage: the chain of hashes, the state against the fold of the log, kept answers, guards.

What the chain does not cover is not looked at: persons, tokens with their roles, sessions, answers to submissions.

Lives here: `problems` and its parts. May enter: the rooms beside it but the store. Never here: repair.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from kg.errors import KgError
from kg.model import canonical, to_payload
from kg.record.chain import Chain
from kg.record.connection import Place, reading
from kg.record.faults import Interrupted
from kg.record.guards import guard_problems
from kg.record.kept import receipt_problems
from kg.record.past import REVISION_COLUMNS
from kg.record.retrying import retried
from kg.record.rows import FORMS, Form, Row
from kg.record.tables import CHANGE, REVISION

REVISIONS = sa.select(*REVISION_COLUMNS).order_by(REVISION.c.number)
"""What a `Chain` is made from."""


@dataclass(slots=True)
class _Fold:
    """What the log says of one record: its last revision and payload, the time of its first writing."""

    revision: int
    payload: bytes
    first: str


def problems(engine: sa.Engine, place: Place) -> list[str]:
    """Return one sentence for each thing that is wrong: the file, guards, the log, the state, kept answers.

    Damage that stops the reading is itself a problem, after those found before it.
    """
    return retried(lambda: _problems(engine, place), tries=5, on=Interrupted)


def _problems(engine: sa.Engine, place: Place) -> list[str]:
    found: list[str] = []
    try:
        with reading(engine, place) as connection:
            if engine.dialect.name == "sqlite":
                found += file_problems(connection)
            found += guard_problems(connection)
            found += problems_on(connection)
    except Interrupted:
        raise
    except KgError as fault:
        found.append(f"reading stopped: {fault}")
    except (TypeError, ValueError, AttributeError) as fault:
        found.append(f"reading stopped: a value is not of the kind that its column holds ({fault})")
    return found


def problems_on(connection: sa.Connection) -> Iterator[str]:
    """Say what is wrong with the chain, the state and the kept answers, as one transaction sees them."""
    fold: dict[tuple[str, str], _Fold] = {}
    yield from _chain_problems(connection, fold)
    for form in FORMS.values():
        yield from _state_problems(connection, form, fold)
    yield from receipt_problems(connection)


def file_problems(connection: sa.Connection, tables: Iterable[str] = ("",)) -> Iterator[str]:
    """Say what is wrong with an SQLite file, or with some of its tables, before anybody asks what they say."""
    for part in tables:
        given = f"({part})" if part else ""
        for (text,) in connection.exec_driver_sql(f"PRAGMA integrity_check{given}"):
            if text != "ok":
                yield f"the file is damaged: {text}"
        for table, row, target, _ in connection.exec_driver_sql(f"PRAGMA foreign_key_check{given}"):
            yield f"row {row} of {table} refers to a row of {target} that does not exist"


def _chain_problems(connection: sa.Connection, fold: dict[tuple[str, str], _Fold]) -> Iterator[str]:
    chain = Chain(connection.execute(REVISIONS))
    columns = CHANGE.c.revision, CHANGE.c.kind, CHANGE.c.id, CHANGE.c.payload
    for number, kind, id, payload in connection.execute(sa.select(*columns).order_by(*columns[:3])):
        yield from chain.take(number, kind, id, payload)
        if chain.recorded_at is not None:
            known = fold.get((kind, id))
            fold[kind, id] = _Fold(number, _digest(payload), chain.recorded_at if known is None else known.first)
    yield from chain.end()


def _state_problems(connection: sa.Connection, form: Form, fold: dict[tuple[str, str], _Fold]) -> Iterator[str]:
    query = sa.select(form.table.c.revision, *form.columns).order_by(form.table.c.id)
    for revision, *values in connection.execute(query):
        id = values[0]
        told = fold.pop((form.kind, id), None)
        if told is None:
            yield f"the {form.kind} {id!r} is in no revision"
            continue
        if revision != told.revision or _payload(form, tuple(values)) != told.payload:
            yield f"the {form.kind} {id!r} was altered: it does not stand as revision {told.revision} left it"
        elif form.kind == "evidence" and values[-1] != told.first:
            yield f"the evidence {id!r} was altered: it was first recorded at {told.first}"
    for kind, id in sorted(key for key in fold if key[0] == form.kind):
        yield f"the {kind} {id!r} is missing: revision {fold[kind, id].revision} wrote it"


def _payload(form: Form, row: Row) -> bytes | None:
    """Return the digest of the payload of a row; None when it is not as a record would lie there."""
    try:
        record = form.record(row)
        return _digest(canonical(to_payload(record))) if form.row(record) == row else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _digest(payload: str) -> bytes:
    return hashlib.sha256(payload.encode()).digest()
