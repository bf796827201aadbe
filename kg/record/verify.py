"""Looks for tampering and damage: the chain of hashes, the state against the fold of the log, kept answers, guards.

What the chain does not cover is not looked at: persons, tokens with their roles, sessions, answers to submissions.

Lives here: `problems`, `problems_on`. May enter: the rooms beside it but the store. Never here: repair.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import orjson
import sqlalchemy as sa

from kg.errors import KgError
from kg.ids import RecordKind
from kg.model import canonical, from_payload, to_payload
from kg.record.connection import Place, reading
from kg.record.guards import guard_problems
from kg.record.kept import receipt_problems
from kg.record.past import REVISION_COLUMNS
from kg.record.revisions import NO_HASH, seal
from kg.record.rows import FORMS, Form, Row
from kg.record.tables import CHANGE, REVISION


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
    found: list[str] = []
    try:
        with reading(engine, place) as connection:
            if engine.dialect.name == "sqlite":
                found += _file_problems(connection)
            found += guard_problems(connection)
            found += problems_on(connection)
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


def _file_problems(connection: sa.Connection) -> Iterator[str]:
    for (text,) in connection.exec_driver_sql("PRAGMA integrity_check"):
        if text != "ok":
            yield f"the file is damaged: {text}"
    for table, row, target, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"row {row} of {table} refers to a row of {target} that does not exist"


def _chain_problems(connection: sa.Connection, fold: dict[tuple[str, str], _Fold]) -> Iterator[str]:
    changes = groupby(
        connection.execute(
            sa.select(CHANGE.c.revision, CHANGE.c.kind, CHANGE.c.id, CHANGE.c.payload).order_by(
                CHANGE.c.revision, CHANGE.c.kind, CHANGE.c.id
            )
        ),
        key=lambda row: row[0],
    )
    waiting = next(changes, None)
    expected, previous = 1, NO_HASH
    for row in connection.execute(sa.select(*REVISION_COLUMNS).order_by(REVISION.c.number)):
        number, recorded_at = row.number, row.recorded_at
        while waiting is not None and waiting[0] < number:
            yield f"revision {waiting[0]} has changes but does not exist"
            waiting = next(changes, None)
        if number != expected:
            yield f"revision {expected} is missing" + (f", up to {number - 1}" if number - 1 > expected else "")
        if row.previous_hash != previous:
            yield f"revision {number} does not continue the one before: its previous_hash is another"
        mine = [] if waiting is None or waiting[0] != number else [tuple(change)[1:] for change in waiting[1]]
        if mine:
            waiting = next(changes, None)
        values: dict[str, Any] = {column.name: value for column, value in zip(REVISION_COLUMNS, row, strict=True)}
        given = values.pop("hash")
        if seal(**values, changes=mine) != given:
            yield f"revision {number} was altered: its hash does not fit what it says"
        for kind, id, payload in mine:
            if not _is_record(kind, id, payload):
                yield f"revision {number} was altered: what it says of the {kind} {id!r} is not that one record"
            known = fold.get((kind, id))
            fold[kind, id] = _Fold(number, _digest(payload), recorded_at if known is None else known.first)
        expected, previous = number + 1, given
    while waiting is not None:
        yield f"revision {waiting[0]} has changes but does not exist"
        waiting = next(changes, None)


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


def _is_record(kind: RecordKind, id: str, payload: str) -> bool:
    """Say whether a payload is the canonical JSON of one record of that kind and id, and nothing beside it.

    A hash covers the payloads of a revision one after the other. Only because each is one value of JSON does it say
    where one change ends and the next begins.
    """
    try:
        values = orjson.loads(payload)
        same = orjson.dumps(values, option=orjson.OPT_SORT_KEYS) == payload.encode()
        if not same:  # its numbers may be worded otherwise by the encoder that made the hash
            values = json.loads(payload)
            same = canonical(values) == payload
        return same and values["id"] == id and to_payload(from_payload(kind, values)) == values
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return False


def _payload(form: Form, row: Row) -> bytes | None:
    """Return the digest of the payload of a row; None when it is not as a record would lie there."""
    try:
        record = form.record(row)
        return _digest(canonical(to_payload(record))) if form.row(record) == row else None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _digest(payload: str) -> bytes:
    return hashlib.sha256(payload.encode()).digest()
