"""What the drivers of databases say, in our words: what failed, and what to do.

Lives here: tables from driver codes to sentences. May enter: `kg.errors`. Never here: SQL.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from kg.errors import InputError, KgError, ShapeViolation, StoreError

_BUSY = ("another process has been writing for too long", "repeat when it has finished; nothing was written")
_FULL = (
    "there is no room left for it, or in the temporary folder",
    "free some space where it lies, or name another temporary folder in TMPDIR, and repeat; nothing was written",
)
_READ_ONLY = ("it is read-only", "make the file and its folder writable, or name another database; nothing was written")
_DAMAGED = ("the file is damaged", "restore it from a backup; `kg verify` says what is wrong with it")

_SQLITE = {
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: ("the file is not an SQLite database", "name another file; this one was not changed"),
    sqlite3.SQLITE_CANTOPEN: ("the file cannot be opened", "check that its folder exists and that you may write there"),
    sqlite3.SQLITE_IOERR: ("reading or writing failed", "check the disk and its free space; nothing was written"),
    sqlite3.SQLITE_PERM: ("you may not open it", "ask its owner for access"),
}
_POSTGRES = {
    "08": ("the server cannot be reached", "check host and port, and that the server runs"),
    "22": ("a value does not fit", "check the record; nothing was written"),
    "25006": _READ_ONLY,
    "28": ("the server refuses this user or password", "check both, and the server's pg_hba.conf"),
    "3D000": ("there is no database of that name", "create it with `createdb`, or name another"),
    "3F000": ("there is no schema of that name", "create it with CREATE SCHEMA, or name another"),
    "42501": ("this user may not do that", "grant the user the rights on the schema and its tables"),
    "42P01": ("its tables are missing, or this user may not see them", "grant USAGE on the schema, or run `kg init`"),
    "53100": _FULL,
    "53300": ("the server has no free connection", "repeat later, or raise max_connections"),
    "55P03": _BUSY,
    "57": ("the server is shutting down or ended the connection", "repeat; the same write twice is kept once"),
}
_INTERRUPTED = ("40", "the server gave up this write because of another", "repeat it; nothing was written")
_RULES = {
    "id_of_its_parts": "the id of a claim is subject--relation--object",
    "two_ends": "a claim joins two different entities",
    "year_range": "the year of a work lies between 1400 and 2200",
    "broader_not_itself": "an entity is not broader than itself",
    "supersedes_not_itself": "an evidence item does not supersede itself",
    "definition_in_english": "a definition has an English text",
    "_filled": "a required field is not empty",
}


_OPTION = re.compile(
    r"(?:^|failed: |bad: |FATAL: +)"
    r"((?:invalid (?:\w+ value: |connection option |integer value |port number|value for parameter )"
    r"|bad value for |unrecognized configuration parameter |unsupported startup parameter|-c \S+ requires a value"
    r"|weak sslmode |server does not support SSL, but SSL was required).*)"
)
"""What libpq and the server say of an option of the connection; no password is among it."""


class Interrupted(StoreError):
    """The server undid the transaction because of others at the same time; it can be repeated as it is."""


@contextmanager
def explained(shown: str) -> Iterator[None]:
    """Raise what a driver raises inside as our error.

    Args:
        shown: Name of the database, without password.

    Raises:
        StoreError: the database cannot be used.
        InputError: the server or libpq does not take an option of the URL.
        ShapeViolation: a CHECK, FOREIGN KEY or UNIQUE constraint refused a record.
    """
    try:
        yield
    except sa.exc.DBAPIError as fault:
        raise explain(fault.orig or fault, shown) from fault
    except sqlite3.Error as fault:
        raise explain(fault, shown) from fault
    except UnicodeDecodeError as fault:
        raise StoreError(f"{shown}: {_DAMAGED[0]}", where="database", hint=_DAMAGED[1]) from fault
    except sa.exc.TimeoutError as fault:
        raise StoreError(f"{shown}: {_BUSY[0]}", where="database", hint=_BUSY[1]) from fault


def explain(fault: BaseException, shown: str) -> KgError:
    """Return our error for a driver's."""
    code = getattr(fault, "sqlstate", None)
    known: tuple[str, str] | None = None
    if isinstance(fault, sqlite3.IntegrityError) or (code is not None and code.startswith("23")):
        return _refused(fault)
    if code is not None and code.startswith(_INTERRUPTED[0]):
        return Interrupted(f"{shown}: {_INTERRUPTED[1]}", where="database", hint=_INTERRUPTED[2])
    if isinstance(fault, sqlite3.Error):
        known = _SQLITE.get(getattr(fault, "sqlite_errorcode", 0) & 0xFF)
    elif code is not None:
        known = _POSTGRES.get(code) or _POSTGRES.get(code[:2])
    elif type(fault).__module__.startswith("psycopg"):
        option = _OPTION.search(str(fault))
        if option is not None:
            return InputError(
                f"{shown}: an option of the URL cannot be used: {option[1]}",
                where="database",
                hint="correct or leave out what follows the ? of the URL, and the variables PG... that libpq reads",
            )
        known = _POSTGRES.get(_spoken_code(str(fault)), _POSTGRES["08"])
    if known is None:
        first = (str(fault).splitlines() or [""])[0]
        return StoreError(f"{shown}: {first}", where="database", hint="`kg doctor` looks closer")
    return StoreError(f"{shown}: {known[0]}", where="database", hint=known[1])


def _spoken_code(message: str) -> str:
    """Return the code of a failed connection; the driver gives its server's words only."""
    if any(word in message for word in ("password", "authentication", "pg_hba.conf")):
        return "28"
    if "role " in message and "does not exist" in message:
        return "28"
    if "database " in message and "does not exist" in message:
        return "3D000"
    return "53300" if "too many" in message or "remaining connection slots" in message else "08"


def _refused(fault: BaseException) -> KgError:
    name = getattr(getattr(fault, "diag", None), "constraint_name", None) or str(fault).rpartition(": ")[2]
    rule = next((sentence for end, sentence in _RULES.items() if name.endswith(end)), None)
    return ShapeViolation(
        f"a record breaks the rule {name}" + ("" if rule is None else f": {rule}"),
        hint="correct the record; nothing was written",
    )
