"""SQLite files that we may not write: how each is opened so that it shows what others write, and when it must be anew.

To read a file in WAL mode SQLite needs the files `-wal` and `-shm` beside it, and makes them where they are missing.
Who may not make them reads them while a writer has them; else the file alone, as one that nobody changes. Whether
somebody has changed it since is for us to see.
Lives here: `opened`, `watch`, `stale`, `unchanged`. May enter: paths, connections. Never here: what is read.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import sqlalchemy as sa

from kg.errors import KgError
from kg.record.faults import Interrupted

_KEY = "kg.alone"
_TICK = 100_000_000
"""Nanoseconds within which two changes of a file may have one time (file systems count in ticks of some ms)."""
_CHANGED = "{}: somebody wrote it while it was read"


class _Alone(NamedTuple):
    """A file that was opened as one that nobody changes: when, and what the system said of it."""

    path: Path
    opened: int
    told: tuple[int, ...]


def may_write(path: Path) -> bool:
    """Tell whether the file system lets us write a file and make others beside it."""
    effective = os.access in os.supports_effective_ids
    return all(os.access(place, os.W_OK, effective_ids=effective) for place in (path, path.absolute().parent))


class Opened(sqlite3.Connection):
    """A connection that knows what its file was like before it was opened as one that nobody changes; else None."""

    alone: _Alone | None = None


def opened(path: Path, *, read_only: bool, wait: float) -> Opened:
    """Open a file as the file system lets us at this moment."""
    target, alone = f"file:{quote(str(path.absolute()))}?mode=", None
    if not read_only:
        target += "rwc"
    elif may_write(path):  # the last connection takes SQLite's working files away
        target += "rw"
    else:
        alone = _Alone(path, time.time_ns(), _told(path))
        if _is_written(path):
            alone = None
        target += "ro" if alone is None else "ro&immutable=1"
    raw = sqlite3.connect(target, timeout=wait, isolation_level=None, check_same_thread=False, uri=True, factory=Opened)
    raw.alone = alone
    return raw


def watch(engine: sa.Engine) -> None:
    """Have an engine open a file that we may not write anew whenever it has changed, before anything is read of it."""

    def connected(raw: object, record: sa.pool.ConnectionPoolEntry) -> None:
        record.info[_KEY] = raw.alone if isinstance(raw, Opened) else None

    def taken(_: object, record: sa.pool.ConnectionPoolEntry, __: object) -> None:
        if _is_stale(record.info.get(_KEY)):
            raise sa.exc.DisconnectionError("the file has changed")

    sa.event.listen(engine, "connect", connected)
    sa.event.listen(engine, "checkout", taken)


def stale(connection: sa.Connection) -> bool:
    """Tell whether a connection that is kept shows a file as it was, not as it is."""
    return _is_stale(connection.info.get(_KEY))


@contextmanager
def unchanged(connection: sa.Connection, shown: str) -> Iterator[None]:
    """Refuse what was read meanwhile when somebody wrote into a file that was opened as one that nobody changes.

    Raises:
        Interrupted: parts of it may be of before and parts of after; it can be read again.
    """
    alone: _Alone | None = connection.info.get(_KEY)
    try:
        yield
    except (sa.exc.DBAPIError, sqlite3.Error, UnicodeDecodeError, KgError) as fault:
        if alone is not None and _told(alone.path) != alone.told:
            raise Interrupted(_CHANGED.format(shown), where="database", hint="repeat it") from fault
        raise
    if alone is not None and _told(alone.path) != alone.told:
        raise Interrupted(_CHANGED.format(shown), where="database", hint="repeat it")


def _is_written(path: Path) -> bool:
    """Tell whether a writer has a file: while these exist, the file alone is not the whole database."""
    return any(path.with_name(f"{path.name}{end}").exists() for end in ("-wal", "-journal"))


def _is_stale(alone: _Alone | None) -> bool:
    if alone is None:
        return False
    if _is_written(alone.path) or _told(alone.path) != alone.told:
        return True
    # It was opened so soon after a change that another one could have had the same time.
    return alone.opened - alone.told[-1] < _TICK < time.time_ns() - alone.opened


def _told(path: Path) -> tuple[int, ...]:
    try:
        said = path.stat()
    except OSError:  # gone, or no longer ours to see: opening it anew says so
        return ()
    return said.st_dev, said.st_ino, said.st_size, said.st_mtime_ns
