"""Triggers that keep the log and kept answers as they are, and indexes: what there must be, what is missing, and anew.

Lives here: `guard_problems`, `restore_guards`. May enter: connections. Never here: rows of records. The triggers are
those that the migrations make; a test holds this room to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kg.later import Later

if TYPE_CHECKING:
    from kg.record import schema
else:
    schema = Later("kg.record.schema")

GUARDED: Mapping[str, tuple[str, str]] = {
    "revision": ("log", "the log is append-only"),
    "change": ("log", "the log is append-only"),
    "receipt": ("receipt", "receipts are never changed"),
}
"""Table -> what the function of its trigger on PostgreSQL is named after, and what who changes a row is told."""
EVENTS = ("UPDATE", "DELETE")
_THERE = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname, CASE WHEN tgtype = 58 AND tgenabled IN ('O', 'A') AND tgqual IS NULL "
    "AND cardinality(tgattr::int2[]) = 0 THEN relname || prosrc END FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid "
    "JOIN pg_proc f ON f.oid = tgfoid WHERE NOT tgisinternal AND relnamespace = current_schema::regnamespace",
}
"""Name of each trigger that is there, and what it is; null where it does less than ours, or is switched off.

58 is what PostgreSQL notes of a trigger BEFORE UPDATE OR DELETE OR TRUNCATE FOR EACH STATEMENT.
"""


@dataclass(frozen=True, slots=True)
class _Guard:
    """A trigger: what the database says of it when it is there and whole, and the statements that make it anew."""

    name: str
    table: str
    told: str
    made: tuple[str, ...]


def guard_problems(connection: sa.Connection) -> Iterator[str]:
    """Say which triggers and indexes of the schema are missing or are other than they were made."""
    for guard in _lost_triggers(connection):
        yield (
            f"the trigger {guard.name!r} is missing or was altered, so that rows of {guard.table!r} could be changed; "
            "`kg init` makes it anew"
        )
    for index in _lost_indexes(connection):
        yield f"the index {index.name!r} is missing or was altered, which makes reading slow; `kg init` makes it anew"


def restore_guards(connection: sa.Connection) -> list[str]:
    """Make anew the triggers and indexes that are missing or were altered, and return their names.

    Args:
        connection: In a transaction that writes; the caller commits.
    """
    made: list[str] = []
    for guard in _lost_triggers(connection):
        for statement in guard.made:
            connection.exec_driver_sql(statement)
        made.append(guard.name)
    for index in _lost_indexes(connection):
        connection.exec_driver_sql(f"DROP INDEX IF EXISTS {index.name}")
        index.create(connection)
        made.append(str(index.name))
    return made


def _lost_triggers(connection: sa.Connection) -> list[_Guard]:
    kind = connection.dialect.name
    there = {row[0]: row[1] for row in connection.exec_driver_sql(_THERE[kind])}
    guards = _sqlite() if kind == "sqlite" else _postgresql()
    return [guard for guard in guards if there.get(guard.name) != guard.told]


def _sqlite() -> Iterator[_Guard]:
    for table, (_, said) in GUARDED.items():
        for event in EVENTS:
            name = f"{table}_no_{event.lower()}"
            told = f"CREATE TRIGGER {name} BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, '{said}'); END"
            yield _Guard(name, table, told, (f"DROP TRIGGER IF EXISTS {name}", told))


def _postgresql() -> Iterator[_Guard]:
    for table, (thing, said) in GUARDED.items():
        name, function = f"{table}_no_change", f"refuse_change_of_{thing}()"
        body = f" BEGIN RAISE EXCEPTION '{said}' USING ERRCODE = 'restrict_violation'; END "
        made = (
            f"CREATE OR REPLACE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS $${body}$$",
            f"DROP TRIGGER IF EXISTS {name} ON {table}",
            f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}",
        )
        yield _Guard(name, table, table + body, made)


def _lost_indexes(connection: sa.Connection) -> list[sa.Index]:
    there: set[tuple[str, str | None, tuple[str | None, ...]]] = {
        (table, one["name"], tuple(one["column_names"]))
        for (_, table), indexes in sa.inspect(connection).get_multi_indexes().items()
        for one in indexes
    }
    wanted = [index for table in schema.METADATA.sorted_tables for index in table.indexes]
    return [
        index
        for index in sorted(wanted, key=lambda one: str(one.name))
        if index.table is not None and (index.table.name, index.name, tuple(index.columns.keys())) not in there
    ]
