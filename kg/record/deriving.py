"""The state of claims and evidence, worked out of the log by the database itself: no row passes through Python.

Lives here: one statement for each dialect. May enter: a connection inside a transaction, the number of a revision whose
log is written. Never here: entities and works, whose rows hold JSON of their own (`batch.rows_of`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from kg.ids import RecordKind
from kg.later import Later
from kg.record.batch import DEFAULTS
from kg.record.rows import FORMS
from kg.record.tables import CHANGE, EVIDENCE

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql
else:
    postgresql = Later("sqlalchemy.dialects.postgresql")

Values = Mapping[str, sa.ColumnElement[Any]]


def derive(connection: sa.Connection, kind: RecordKind, *, number: int, recorded_at: str) -> None:
    """Bring the table of claims or of evidence to what a revision says in the log.

    Args:
        connection: In a transaction that may write.
        kind: "claim" or "evidence".
        number: The revision.
        recorded_at: Its time, which is that of the first writing of evidence that was not there.

    Raises:
        sqlalchemy.exc.IntegrityError: a record refers to one that does not exist. What the log says last of a
            reference within evidence (`lost_predecessor`) is not looked at.

    Laws: the rows are those of `batch.rows_of`.

    Cost: about 6 microseconds a record on SQLite.
    """
    table = FORMS[kind].table
    on_sqlite = connection.dialect.name == "sqlite"
    source, values = _of_sqlite(kind) if on_sqlite else _of_postgresql(kind)
    values = {**values, "revision": sa.literal(number)}
    if "recorded_at" in table.c:
        values["recorded_at"] = sa.literal(recorded_at)
    names = table.columns.keys()
    rows = (
        sa.select(*(values[name] for name in names))
        .select_from(source)
        .where(CHANGE.c.revision == number, CHANGE.c.kind == kind)
        .order_by(CHANGE.c.id)
    )
    statement = (sqlite.insert if on_sqlite else postgresql.insert)(table).from_select(names, rows)
    changes = {name: statement.excluded[name] for name in names if name not in {"id", "recorded_at"}}
    connection.execute(statement.on_conflict_do_update(index_elements=[table.c.id], set_=changes))


def lost_predecessor(connection: sa.Connection, number: int) -> bool:
    """Say whether evidence of a revision supersedes an item that does not exist. Cost: one look for each that does."""
    other = EVIDENCE.alias()
    lost = sa.select(sa.literal(1)).where(
        EVIDENCE.c.supersedes >= "",
        EVIDENCE.c.revision == number,
        ~sa.exists().where(other.c.id == EVIDENCE.c.supersedes),
    )
    return connection.execute(lost.limit(1)).first() is not None


def _of_sqlite(kind: RecordKind) -> tuple[sa.FromClause, dict[str, sa.ColumnElement[Any]]]:
    """Return the log, and the values by column; SQLite parses a payload once for all of them."""
    names = (column.name for column in FORMS[kind].columns)
    values = {name: sa.func.json_extract(CHANGE.c.payload, sa.literal_column(f"'$.{name}'")) for name in names}
    return CHANGE, _filled(kind, values)


def _of_postgresql(kind: RecordKind) -> tuple[sa.FromClause, dict[str, sa.ColumnElement[Any]]]:
    """Return the log beside the records in it, and the values by column."""
    columns = (sa.column(column.name, _plain(column)) for column in FORMS[kind].columns)
    parsed = sa.func.json_to_record(sa.cast(CHANGE.c.payload, sa.JSON)).table_valued(*columns, name="said")
    said = parsed.render_derived(with_types=True)
    return sa.join(CHANGE, said, sa.true()), _filled(kind, {column.name: column for column in said.c})


def _plain(column: sa.Column[Any]) -> sa.types.TypeEngine[Any]:
    return sa.Boolean() if isinstance(column.type, sa.Boolean) else sa.Text()


def _filled(kind: RecordKind, values: Values) -> dict[str, sa.ColumnElement[Any]]:
    """Return values of which none is missing that has a default: payloads do not repeat those."""
    defaults = DEFAULTS[kind]
    return {
        name: sa.func.coalesce(value, sa.literal(defaults[name])) if name in defaults else value
        for name, value in values.items()
    }
