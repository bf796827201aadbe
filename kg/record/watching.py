"""Tells that something was written: PostgreSQL says so to those who listen, elsewhere one has to look.

Lives here: what is said in the transaction of a write, and the waiting for it. May enter: a database that is open.
Never here: what was written, threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import sqlalchemy as sa

from kg.record.connection import Place
from kg.record.faults import explained

if TYPE_CHECKING:
    import psycopg

CHANNEL = "'evidence_kg_' || cast(to_regclass('revision') as oid)"
"""One for each record: schemas of one database, and databases of one server, do not hear each other."""
Wait = Callable[[float], bool]
"""Waits for at most so many seconds; returns whether something was said."""


def tell(connection: sa.Connection, number: int) -> None:
    """Say, within the transaction that writes a revision, that there is one; it is heard when that is kept."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_notify(sa.literal_column(CHANNEL), str(number))))


@contextmanager
def listening(engine: sa.Engine, place: Place) -> Iterator[Wait | None]:
    """Give what waits for the next write, on a connection of its own; None where a database does not tell.

    Writes to other records in the same database are not heard, nor is one that happened before.
    """
    if engine.dialect.name != "postgresql":
        yield None
        return
    with explained(place.shown), engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()
        connection.exec_driver_sql(f"LISTEN {connection.scalar(sa.select(sa.literal_column(CHANNEL)))}")
        raw = cast("psycopg.Connection", connection.connection.dbapi_connection)

        def wait(seconds: float) -> bool:
            try:
                return any(True for _ in raw.notifies(timeout=seconds, stop_after=1))
            except engine.dialect.loaded_dbapi.Error as fault:
                raise sa.exc.DBAPIError("LISTEN", None, cast(Exception, fault)) from fault

        yield wait
