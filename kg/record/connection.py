"""From a database URL to an engine, and the two kinds of transaction: one that reads, one that writes.

Lives here: the dialects of SQLite (WAL, BEGIN IMMEDIATE) and PostgreSQL (advisory lock on the head of the chain).
May enter: `kg.errors`, `.faults`. Never here: tables and records.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

import sqlalchemy as sa

from kg.errors import InputError
from kg.record import unwritable
from kg.record.driver import driven
from kg.record.faults import explained

if TYPE_CHECKING:
    import psycopg

WAIT_SECONDS = 30
LOST_SECONDS = 10
"""After so long without a sign from the other end of a connection it is lost, for us and for PostgreSQL."""
_READ_BATCH = 1_000
_RECORD = "to_regclass('revision')::oid::int"
"""What PostgreSQL calls the log that the search path leads to; NULL where there is none."""
_ALONE = f"""
SET LOCAL lock_timeout = '{WAIT_SECONDS}s';
SET LOCAL synchronous_commit = on;
SET LOCAL tcp_keepalives_idle = {LOST_SECONDS // 2};
SET LOCAL tcp_keepalives_interval = 1;
SET LOCAL tcp_keepalives_count = {LOST_SECONDS // 2};
SET LOCAL tcp_user_timeout = {1_000 * LOST_SECONDS};
SELECT pg_advisory_xact_lock(hashtext('evidence-kg'), coalesce({_RECORD}, hashtext(current_schema())));
SELECT pg_advisory_xact_lock(hashtext('evidence-kg'), {_RECORD})
"""
"""Begins a write: one at a time; a machine that is lost in the middle of it does not hold up the others for long.

The lock is the record's own, by whatever search path its tables are reached. Where there are none yet it is that of the
schema that would get them; where somebody made them meanwhile the second statement, else without effect, takes theirs.
"""
_POSTGRES = "postgresql+psycopg"
_DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": _POSTGRES,
    "postgresql": _POSTGRES,
    _POSTGRES: _POSTGRES,
}
_EXPECTED = "give sqlite:///path/to/file.db, a path, or postgresql://user:password@host:5432/database"
_NO_PATH = re.compile(
    r"\s*(?:postgres(?:ql)?|pgsql|psql|sqlite)(?:\+\w+)?:"  # a URL that lacks a slash
    r"|(?:.*\s)?\s*(?:host|hostaddr|port|dbname|user|password|service)\s*="  # what libpq takes beside URLs
    r"|(?![./~]).*:.*@",  # user:password@host
    re.IGNORECASE | re.DOTALL,
)
"""What is not the path of a file, but the address of a server with a slip in it; it may hold a password."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a database is. `path` is None for PostgreSQL and for a database in memory.

    `shown` is its name for messages: no password, no options.
    """

    url: sa.URL
    path: Path | None
    shown: str


def locate(text: str) -> Place:
    """Parse a database URL; a text without `://` is the path of an SQLite file, `:memory:` a database in memory.

    Raises:
        InputError: not a URL, or of a database that is not supported. The message never repeats a password.

    Example:
        >>> locate("postgres://ann:secret@db.example.org/graph").shown
        'postgresql://ann@db.example.org/graph'
        >>> locate("sqlite:///notes.db").path
        PosixPath('notes.db')
    """
    if "://" not in text:
        return _file(text)
    try:
        url = sa.make_url(text)
    except (ValueError, sa.exc.ArgumentError):
        raise InputError("the database URL cannot be read", where="database", hint=_EXPECTED) from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise InputError(
            f"databases of the kind {url.drivername!r} are not supported", where="database", hint=_EXPECTED
        )
    if driver == "sqlite":
        if url.query or url.host or "\x00" in (url.database or ""):
            raise InputError(
                "a URL of SQLite is three slashes and a path, without host or options",
                where="database",
                hint="give sqlite:///relative/path.db or sqlite:////absolute/path.db",
            )
        return _file(url.database or ":memory:")
    if "@" in (url.host or "") or re.search(":.*@", url.database or "", re.DOTALL):
        raise InputError(
            "the database URL has a sign in its user or password that has another meaning there; it is not "
            "shown, since it may hold a password",
            where="database",
            hint="in user and password write @ as %40, : as %3A, / as %2F, and % as %25",
        )
    host = "localhost" if url.host is None else url.host
    user = "" if url.username is None else f"{url.username}@"
    port = "" if url.port is None else f":{url.port}"
    return Place(url.set(drivername=driver), None, f"postgresql://{user}{host}{port}/{url.database or ''}")


def _file(text: str) -> Place:
    """Return the place of an SQLite file, or of a database in memory."""
    if not text.strip() or "\x00" in text:
        raise InputError("the database has no name", where="database", hint=_EXPECTED)
    if _NO_PATH.match(text):
        raise InputError(
            "the database is neither a URL nor the path of a file; it is not shown, since it may hold a password",
            where="database",
            hint=f"{_EXPECTED}; a file of such a name is written with ./ before it",
        )
    memory = text == ":memory:"
    path = None if memory else Path(text).expanduser()
    return Place(sa.make_url("sqlite://"), path, "memory" if memory else str(path))


def connect(place: Place, *, read_only: bool) -> sa.Engine:
    """Return an engine for a place; nothing is opened yet.

    Raises:
        StoreError: the driver of PostgreSQL is not installed, or cannot be loaded.
    """
    if place.url.get_backend_name() == "sqlite":
        return _sqlite(place, read_only=read_only)
    options: dict[str, Any] = {
        "application_name": "evidence-kg",
        "connect_timeout": LOST_SECONDS,
        "tcp_user_timeout": 1_000 * LOST_SECONDS,
        "keepalives_idle": LOST_SECONDS // 2,
        "keepalives_interval": 1,
        "keepalives_count": LOST_SECONDS // 2,
    }
    with driven(place.shown):
        return sa.create_engine(
            place.url,
            hide_parameters=True,
            pool_pre_ping=True,
            max_overflow=20,
            connect_args={name: value for name, value in options.items() if name not in place.url.query},
        )


def _sqlite(place: Place, *, read_only: bool) -> sa.Engine:
    path, limits = place.path, {"pool_size": 1, "max_overflow": 0, "pool_timeout": WAIT_SECONDS}
    if path is not None:
        limits |= {"pool_size": 5, "max_overflow": -1}

    def opened() -> sqlite3.Connection:
        if path is None:
            raw = sqlite3.connect(":memory:", timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False)
        else:
            raw = unwritable.opened(path, read_only=read_only, wait=WAIT_SECONDS)
        raw.execute("PRAGMA foreign_keys = ON")
        if read_only:
            raw.execute("PRAGMA query_only = ON")
        else:
            raw.execute("PRAGMA synchronous = FULL")
            raw.execute("PRAGMA journal_size_limit = 67108864")
        return raw

    engine = sa.create_engine(
        "sqlite://",
        creator=opened,
        poolclass=sa.QueuePool,
        hide_parameters=True,
        pool_reset_on_return="rollback",
        **limits,
    )
    sa.event.listen(engine, "begin", _begin)
    unwritable.watch(engine)
    return engine


def _begin(connection: sa.Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def writable(place: Place) -> bool:
    """Tell whether the file system lets us write an existing database; true where it is no file."""
    return place.path is None or unwritable.may_write(place.path)


def is_database(path: Path) -> bool:
    """Say whether a file that is there is an SQLite database, damaged or not; an empty one is not.

    SQLite looks itself: to open and close a file that this process has open as a database would give up the locks on
    it (https://www.sqlite.org/howtocorrupt.html, 2.2).
    """
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1", uri=True)) as raw:
            pages: int = raw.execute("PRAGMA page_count").fetchall()[0][0]
    except sqlite3.Error as fault:
        return fault.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN}
    return pages > 0


@contextmanager
def reading(engine: sa.Engine, place: Place) -> Iterator[sa.Connection]:
    """Give a connection on which all reads see one state of the database; writers are not held up."""
    options: dict[str, Any] = {"yield_per": _READ_BATCH}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with explained(place.shown), engine.connect() as connection:
        connection.execution_options(**options)
        with unwritable.unchanged(connection, place.shown), connection.begin():
            yield connection


@contextmanager
def writing(engine: sa.Engine, place: Place) -> Iterator[sa.Connection]:
    """Give the one connection that may write now; all of it is kept at the end, or nothing.

    Others who want to write wait, at most `WAIT_SECONDS`; the connection of a machine that is gone is given up by
    PostgreSQL after `LOST_SECONDS`. When this returns, the change is on disk.
    """
    with explained(place.shown), engine.connect() as connection:
        connection.execution_options(writing=True)
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="READ COMMITTED")
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(_ALONE)
            yield connection


def insert(connection: sa.Connection, table: sa.Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows, their values in the order of the table's columns, by the fastest way that the driver has.

    Constraints and triggers hold as ever.
    """
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(str(sa.insert(table).compile(dialect=connection.dialect)), list(rows))
        return
    raw = cast("psycopg.Connection", connection.connection.dbapi_connection)
    statement = f"COPY {table.name} ({', '.join(table.columns.keys())}) FROM STDIN"
    try:
        with raw.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            for row in rows:
                copy.write_row(row)
    except connection.dialect.loaded_dbapi.Error as fault:
        raise sa.exc.DBAPIError("COPY", None, cast(Exception, fault)) from fault


def set_wal(engine: sa.Engine, place: Place) -> None:
    """Put an SQLite file into WAL mode, in which readers and the writer do not wait for each other.

    SQLite does not wait for a lock here, so we do. Some network file systems have no WAL; there the file stays
    in rollback mode: as safe, but readers and the writer wait for each other.
    """
    until = time.monotonic() + WAIT_SECONDS
    with explained(place.shown), engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        if not isinstance(raw, sqlite3.Connection):
            return
        while True:
            try:
                raw.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as fault:
                if fault.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                    raise
                time.sleep(0.02)
            else:
                return
