"""Triggers that keep the log and kept answers as they are, and indexes: what there must be, what is missing, and anew.

Lives here: `guard_problems`, `restore_guards`, `lifted`, `refuse_taken_names`. May enter: connections, `kg.errors`.
Never here: rows of records. The triggers are those that the migrations make; a test holds this room to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kg.errors import StoreError
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
_SCHEMA = "<schema>."
"""Stands for the schema of the tables in statements for PostgreSQL."""
_THERE = {
    "sqlite": "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT relname, tgname, CASE WHEN tgtype = 58 AND tgenabled IN ('O', 'A') AND tgqual IS NULL "
    "AND cardinality(tgattr::int2[]) = 0 THEN prosrc END FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid "
    "JOIN pg_proc f ON f.oid = tgfoid WHERE NOT tgisinternal "
    "AND tgrelid IN (to_regclass('revision'), to_regclass('change'), to_regclass('receipt'))",
}
"""Table and name of each trigger that is there, and what it is; null where it does less than ours, or is switched off.

58 is what PostgreSQL notes of a trigger BEFORE UPDATE OR DELETE OR TRUNCATE FOR EACH STATEMENT. Tables are those that
the search path leads to, as in every other statement: their schema need not be its first.
"""
_HOME = (
    "SELECT quote_ident(nspname), pg_get_userbyid(relowner), pg_has_role(relowner, 'USAGE') FROM pg_class c "
    "JOIN pg_namespace n ON n.oid = relnamespace WHERE c.oid = to_regclass('revision')"
)
"""The schema of the tables on PostgreSQL, their owner, and whether we may do what the owner may."""
_NAMED = {
    "sqlite": "SELECT name, type, tbl_name FROM sqlite_master WHERE type <> 'trigger'",
    "postgresql": "SELECT relname, relkind::text, indrelid::regclass::text FROM pg_class c "
    "LEFT JOIN pg_index i ON i.indexrelid = c.oid WHERE relnamespace = "
    "coalesce((SELECT relnamespace FROM pg_class WHERE oid = to_regclass('revision')), "
    "(SELECT oid FROM pg_namespace WHERE nspname = current_schema()))",
}
"""What has a name that a table of ours, or an index beside it, cannot have as well; its kind, and of an index the
table.
"""
_TYPES = (
    "SELECT typname FROM pg_type WHERE typrelid = 0 AND typcategory <> 'A' AND typnamespace = "
    "(SELECT oid FROM pg_namespace WHERE nspname = current_schema())"
)
"""Types of PostgreSQL that are no rows: a table makes a type of its name."""
_KINDS = {
    "r": "table", "p": "table", "f": "table", "v": "view", "m": "view", "S": "sequence", "c": "type", "i": "index",
    "I": "index",
}  # fmt: skip
"""What PostgreSQL notes of a relation, in words."""


VERSIONS = "alembic_version"
"""The table that says of which schema the others are; its key is named after it, as alembic does."""
_KEYED = (sa.PrimaryKeyConstraint, sa.UniqueConstraint)
"""Constraints that PostgreSQL keeps by an index of their name."""


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
    for index, _ in _lost_indexes(connection):
        yield f"the index {index.name!r} is missing or was altered, which makes reading slow; `kg init` makes it anew"


def restore_guards(connection: sa.Connection) -> list[str]:
    """Make anew the triggers and indexes that are missing or were altered, and return their names.

    Args:
        connection: In a transaction that writes; the caller commits.

    Raises:
        StoreError: some must be made anew, and the tables belong to a role of PostgreSQL that is not ours; or something
            else of the database has the name of one. Nothing is changed then.
    """
    triggers, indexes = _lost_triggers(connection), _lost_indexes(connection)
    _refuse_taken(connection, triggers, [("index", str(index.name)) for index, altered in indexes if not altered])
    made = [guard.name for guard in triggers] + [str(index.name) for index, _ in indexes]
    what = f"make anew what is missing or was altered: {', '.join(made)}"
    home = _home(connection, what, "run `kg init`") if made and connection.dialect.name == "postgresql" else ""
    for guard in triggers:
        for statement in guard.made:
            connection.exec_driver_sql(statement.replace(_SCHEMA, home))
    for index, altered in indexes:
        if altered:
            connection.exec_driver_sql(f"DROP INDEX {home}{index.name}")
        index.create(connection)
    return made


@contextmanager
def lifted(connection: sa.Connection, table: str) -> Iterator[None]:
    """Let rows of a guarded table be taken away, in a transaction that writes; afterwards its triggers are there again.

    Raises:
        StoreError: the tables belong to a role of PostgreSQL that is not ours; nothing is changed then.
    """
    restore_guards(connection)
    postgres = connection.dialect.name == "postgresql"
    home = _home(connection, "replace an empty record", "restore the backup") if postgres else ""
    guards = [guard for guard in (_postgresql() if postgres else _sqlite()) if guard.table == table]
    for guard in guards:
        connection.exec_driver_sql(f"DROP TRIGGER {guard.name}{f' ON {table}' if postgres else ''}")
    yield
    for guard in guards:
        for statement in guard.made:
            connection.exec_driver_sql(statement.replace(_SCHEMA, home))


def refuse_taken_names(connection: sa.Connection) -> None:
    """Refuse to make our tables where something else has the name of one of them, of their indexes, or of a constraint
    that PostgreSQL keeps an index for.

    Raises:
        StoreError: says what has it.
    """
    tables = schema.METADATA.sorted_tables
    ours = [("table", name) for name in (VERSIONS, *(table.name for table in tables))]
    if connection.dialect.name == "postgresql":
        keyed = [one for table in tables for one in table.constraints if isinstance(one, _KEYED)]
        ours += [("constraint", name) for name in (f"{VERSIONS}_pkc", *sorted(str(one.name) for one in keyed))]
    ours += [("index", str(index.name)) for table in tables for index in table.indexes]
    _refuse_taken(connection, [], ours)


def _refuse_taken(connection: sa.Connection, triggers: list[_Guard], ours: list[tuple[str, str]]) -> None:
    """Refuse to make what is not there where something of another program has its name.

    Args:
        connection: To the database.
        triggers: Those that are to be made.
        ours: Kind and name of everything else that is.
    """
    if not triggers and not ours:
        return
    kind = connection.dialect.name
    folded = str.casefold if kind == "sqlite" else str  # SQLite tells no small letter from a capital
    named = {folded(name): (what, of) for name, what, of in connection.exec_driver_sql(_NAMED[kind])}
    taken = [(f"{what} {name!r}", *named[folded(name)]) for what, name in ours if folded(name) in named]
    if kind == "postgresql" and any(what == "table" for what, _ in ours):
        types = set(connection.exec_driver_sql(_TYPES).scalars())
        taken += [(f"table {name!r}", "type", None) for what, name in ours if what == "table" and name in types]
    if kind == "sqlite":
        of = {folded(name): table for table, name, _ in connection.exec_driver_sql(_THERE[kind])}
        taken += [
            (f"trigger {one.name!r}", "trigger", of[one.name])
            for one in triggers
            if of.get(one.name, one.table) != one.table
        ]
    if taken:
        said = (f"the {ours} by a {_thing(_KINDS.get(what, what), of)}" for ours, what, of in taken)
        raise StoreError(
            f"names that our schema needs are taken in this database: {'; '.join(said)}",
            where="database",
            hint="rename or drop what has such a name, then run `kg init` again; nothing was changed",
        )


def _thing(kind: str, table: str | None) -> str:
    return f"{kind} on the table {table!r}" if kind in {"index", "trigger"} else kind


def _home(connection: sa.Connection, what: str, act: str) -> str:
    """Return what stands before a name in the schema of the tables, as the driver takes it.

    Args:
        connection: To the database.
        what: What only the owner of the tables can do.
        act: How the owner does it.
    """
    name, owner, ours = connection.exec_driver_sql(_HOME).one()
    if not ours:
        raise StoreError(
            f"only the owner of the tables can {what}",
            where="database",
            hint=f"have the role {owner!r}, which owns them, {act}",
        )
    return f"{name}.".replace("%", "%%")


def _lost_triggers(connection: sa.Connection) -> list[_Guard]:
    kind = connection.dialect.name
    there = {(table, name): told for table, name, told in connection.exec_driver_sql(_THERE[kind])}
    guards = _sqlite() if kind == "sqlite" else _postgresql()
    return [guard for guard in guards if there.get((guard.table, guard.name)) != guard.told]


def _sqlite() -> Iterator[_Guard]:
    for table, (_, said) in GUARDED.items():
        for event in EVENTS:
            name = f"{table}_no_{event.lower()}"
            told = f"CREATE TRIGGER {name} BEFORE {event} ON {table} BEGIN SELECT RAISE(ABORT, '{said}'); END"
            yield _Guard(name, table, told, (f"DROP TRIGGER IF EXISTS {name}", told))


def _postgresql() -> Iterator[_Guard]:
    for table, (thing, said) in GUARDED.items():
        name, function = f"{table}_no_change", f"{_SCHEMA}refuse_change_of_{thing}()"
        body = f" BEGIN RAISE EXCEPTION '{said}' USING ERRCODE = 'restrict_violation'; END "
        made = (
            f"CREATE OR REPLACE FUNCTION {function} RETURNS trigger LANGUAGE plpgsql AS $${body}$$",
            f"DROP TRIGGER IF EXISTS {name} ON {table}",
            f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}",
        )
        yield _Guard(name, table, body, made)


def _lost_indexes(connection: sa.Connection) -> list[tuple[sa.Index, bool]]:
    """Return the indexes that are missing or other than they were made, each with whether one of its name is there."""
    there: set[tuple[str, str | None, tuple[str | None, ...]]] = {
        (table, one["name"], tuple(one["column_names"]))
        for (_, table), indexes in sa.inspect(connection).get_multi_indexes().items()
        for one in indexes
    }
    wanted = [index for table in schema.METADATA.sorted_tables for index in table.indexes]
    names = {(table, name) for table, name, _ in there}
    return [
        (index, (index.table.name, index.name) in names)
        for index in sorted(wanted, key=lambda one: str(one.name))
        if index.table is not None and (index.table.name, index.name, tuple(index.columns.keys())) not in there
    ]
