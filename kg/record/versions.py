"""Reads the log from the side of the records: all versions of many, and the revisions that fit a filter.

Lives here: queries inside a transaction that the caller holds. May enter: `kg.model`, `.past`, `.tables`.
Never here: writing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from kg.ids import RecordKind
from kg.model import Record, Revision
from kg.record.past import REVISION_COLUMNS, version_rows
from kg.record.rows import FORMS
from kg.record.tables import CHANGE, REVISION

_CHUNK = 5_000
Versions = list[tuple[Revision, Record]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which revisions are wanted; None for "any".

    Args:
        before: Only those of a lower number.
        actor: Who wrote.
        act: What was done.
        kind: Those that wrote a record of this kind.
        id: Those that wrote a record of this id.
    """

    before: int | None = None
    actor: str | None = None
    act: str | None = None
    kind: RecordKind | None = None
    id: str | None = None


def versions_of(connection: sa.Connection, kind: RecordKind, ids: Sequence[str]) -> dict[str, Versions]:
    """Return every version of some records of a kind with the revisions that wrote them, oldest first.

    Records that nobody wrote are left out. Cost: one query for 5,000 records.
    """
    found: dict[str, Versions] = {}
    for at in range(0, len(ids), _CHUNK):
        for revision, record in version_rows(connection, kind, ids[at : at + _CHUNK]):
            found.setdefault(record.id, []).append((revision, record))
    return found


def with_status(connection: sa.Connection, statuses: Collection[str]) -> list[tuple[RecordKind, str]]:
    """Return kind and id of the entities, claims and evidence items that have one of these statuses now, sorted.

    Cost: a scan of the three tables.
    """
    found: list[tuple[RecordKind, str]] = []
    for kind in ("claim", "entity", "evidence"):
        columns = FORMS[kind].table.c
        query = sa.select(columns.id).where(columns.status.in_(list(statuses))).order_by(columns.id)
        found += [(kind, id) for (id,) in connection.execute(query)]
    return found


def newest_revisions(connection: sa.Connection, wanted: Wanted, limit: int) -> list[Revision]:
    """Return the newest revisions that are wanted, newest first, without their changes."""
    query = sa.select(*REVISION_COLUMNS).order_by(REVISION.c.number.desc()).limit(limit)
    if wanted.before is not None:
        query = query.where(REVISION.c.number < wanted.before)
    if wanted.actor is not None:
        query = query.where(REVISION.c.actor == wanted.actor)
    if wanted.act is not None:
        query = query.where(REVISION.c.act == wanted.act)
    if wanted.kind is not None or wanted.id is not None:
        wrote = sa.select(CHANGE.c.revision)
        if wanted.kind is not None:
            wrote = wrote.where(CHANGE.c.kind == wanted.kind)
        if wanted.id is not None:
            wrote = wrote.where(CHANGE.c.id == wanted.id)
        query = query.where(REVISION.c.number.in_(wrote))
    return [Revision(*row) for row in connection.execute(query)]
