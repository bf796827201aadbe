"""The state of the record by the thousand: rows of chosen columns, as the driver gives them, and some records by id.

Lives here: `Bulk`, what a reader of large records sees of one state, and `some_at`. May enter: the rooms beside it but
the store. Never here: arrays, what rows mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kg.ids import RecordKind
from kg.model import Record
from kg.record import past
from kg.record.rows import FORMS, Row
from kg.record.tables import METADATA

FETCH = 500
ASKED_AT_ONCE = 500
APART = "\x1f"


@dataclass(frozen=True)
class Bulk:
    """One state of the record inside a transaction.

    Attributes:
        revision: Its number, from 0.
        recorded_at: The time of that revision; None for the empty record.
        hash: Its hash in the chain.
        sizes: Rows of each kind.
    """

    revision: int
    recorded_at: str | None
    hash: str
    sizes: dict[RecordKind, int]
    connection: sa.Connection

    @classmethod
    def of(cls, connection: sa.Connection) -> Bulk:
        """Look at the newest state that a transaction sees."""
        head = past.head(connection)
        sizes: dict[RecordKind, int] = {
            kind: connection.execute(sa.select(sa.func.count()).select_from(form.table)).scalar_one()
            for kind, form in FORMS.items()
        }
        if head is None:
            return cls(0, None, "", sizes, connection)
        return cls(head.number, head.recorded_at, head.hash, sizes, connection)

    def rows(self, kind: RecordKind, columns: Sequence[str | Sequence[str]]) -> Iterator[list[Row]]:
        """Give the rows of a kind in short lists, which stay in the processor's cache, in the order in which they lie.

        Args:
            kind: Kind of record.
            columns: Names of columns; several names together are one column, their values as text with `APART` between
                them, "" for none, "1" and "0" for yes and no.

        Cost: 1 to 2 microseconds a row; one list is held at a time.
        """
        table = METADATA.tables[kind]
        dialect = self.connection.dialect
        named = dialect.name == "postgresql"
        query = sa.select(
            *(table.c[one] if isinstance(one, str) else _joined(table, one, dialect.name) for one in columns)
        )
        text = str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        raw: Any = self.connection.connection.dbapi_connection
        cursor = raw.cursor(name=f"bulk_{kind}") if named else raw.cursor()
        try:
            cursor.execute(text)
            while rows := cursor.fetchmany(FETCH):
                yield rows
        finally:
            cursor.close()

    def given(self, kind: RecordKind, column: str) -> list[Row]:
        """Return id and value of the rows of a kind that have one in a column of text. Cost: theirs, by its index."""
        table = METADATA.tables[kind]
        query = sa.select(table.c.id, table.c[column]).where(table.c[column] >= "")
        return [tuple(row) for row in self.connection.execute(query)]


def _joined(table: sa.Table, names: Sequence[str], dialect: str) -> sa.ColumnElement[str]:
    """Return several columns as one text, by one call for all of them, which writes nothing for a missing value."""
    columns = [_as_text(table.c[name]) for name in names]
    if dialect == "sqlite":
        return sa.func.printf(APART.join(["%s"] * len(columns)), *columns)
    parts: list[Any] = [columns[0]]
    for column in columns[1:]:
        parts += [sa.literal(APART), column]
    return sa.func.concat(*parts)


def _as_text(column: sa.Column[Any]) -> sa.ColumnElement[str]:
    return sa.case((column, "1"), else_="0") if isinstance(column.type, sa.Boolean) else column


def some_at(connection: sa.Connection, kind: RecordKind, ids: Sequence[str], number: int) -> list[Record]:
    """Return records by id as they stood after revision `number`, sorted by id; unknown ones are left out."""
    found: list[Record] = []
    for at in range(0, len(ids), ASKED_AT_ONCE):
        found += past.some(connection, kind, ids[at : at + ASKED_AT_ONCE], number)
    return sorted(found, key=lambda record: record.id)
