"""Opens a database: is it there, is it ours, is its schema one we know; creates and migrates it.

Lives here: `open_database`. May enter: the rooms beside it but the store. Never here: records.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from kg.errors import StoreError
from kg.later import Later
from kg.packaged import newer
from kg.record import guards
from kg.record.connection import Place, connect, locate, reading, set_wal, writable, writing
from kg.record.tables import METADATA, SCHEMA_VERSIONS
from kg.settings import default_database

if TYPE_CHECKING:
    from kg.record import migrate as migration
else:
    migration = Later("kg.record.migrate")

FILE, FOLDER = 0o600, 0o700
"""Permissions of a record that is made, and of the folder that is made for it: it holds e-mail addresses and digests of
tokens. What SQLite keeps beside it has those of the record."""
_VERSION = sa.table("alembic_version", sa.column("version_num"))


def open_database(url: str, *, create: bool, read_only: bool) -> tuple[sa.Engine, Place, bool]:
    """Return an engine on a database of the newest schema, its place, and whether it is for reading only.

    Raises:
        InputError: the URL cannot be read.
        StoreError: the database cannot be used; the hint says what to do.
    """
    place, made = locate(url), False
    if place.path is not None:
        made = _prepare_file(place.path, create=create and not read_only)
        read_only = read_only or not writable(place)
    engine = connect(place, read_only=read_only)
    try:
        version = _version(engine, place)
        if version is None and (read_only or not create):
            raise _no_record(place)
        if version != SCHEMA_VERSIONS[-1]:
            if read_only:
                raise StoreError(
                    f"{place.shown} has schema {version}, and it is open for reading only",
                    where="database",
                    hint="open it once where it may be written, which brings it up to date",
                )
            _bring_up(engine, place)
        elif not read_only:
            set_wal(engine, place)
    except BaseException as fault:
        engine.dispose()
        if made and isinstance(fault, StoreError) and place.path is not None and not place.path.stat().st_size:
            place.path.unlink()  # nothing could be written, by us or by others
        raise
    return engine, place, read_only


def _bring_up(engine: sa.Engine, place: Place) -> None:
    set_wal(engine, place)
    with writing(engine, place) as connection:
        version = _known_version(connection, place)
        if version is None:
            guards.refuse_taken_names(connection)
        if version != SCHEMA_VERSIONS[-1]:
            migration.migrate(connection)


def _prepare_file(path: Path, *, create: bool) -> bool:
    """See that there is a file, and say whether this call made it."""
    try:
        if path.exists():  # asked once: others may be making it at this moment
            if path.is_file():
                return False
            raise StoreError(
                f"{path} is not a file", where="database", hint="name a file; one is made if it is missing"
            )
        if not create:
            raise StoreError(f"there is no database at {path}", where="database", hint="`kg init` makes one")
        folder = path.absolute().parent
        if locate(default_database()).path == path.absolute():
            folder.mkdir(FOLDER, parents=True, exist_ok=True)
        elif not folder.exists():
            raise StoreError(
                f"{path} cannot be made: there is no folder {folder}",
                where="database",
                hint=f"look at the path again; if it is right, `mkdir -p {shlex.quote(str(folder))}` makes the folder",
            )
        path.touch(FILE, exist_ok=False)
    except FileExistsError:
        return False
    except OSError as fault:
        raise StoreError(
            f"{path} cannot be made: {fault.strerror}", where="database", hint="name a folder in which you may write"
        ) from fault
    return True


def _version(engine: sa.Engine, place: Place) -> str | None:
    with reading(engine, place) as connection:
        return _known_version(connection, place)


def _known_version(connection: sa.Connection, place: Place) -> str | None:
    """Return the version of the schema, None where there are no tables of ours yet."""
    if connection.dialect.name == "postgresql":
        _refuse_unfit_postgres(connection, place)
    tables = set(sa.inspect(connection).get_table_names())
    if "alembic_version" not in tables:
        foreign = tables if connection.dialect.name == "sqlite" else tables & METADATA.tables.keys()
        if foreign:
            raise StoreError(
                f"{place.shown} belongs to another program: it has the table {min(foreign)!r}",
                where="database",
                hint="name another database; this one was not changed",
            )
        return None
    versions = connection.execute(sa.select(_VERSION.c.version_num)).scalars().all()
    version = versions[0] if versions else None
    ours = tables & METADATA.tables.keys()
    if len(versions) > 1 or (version is None and ours):
        said = f"names {len(versions)} schemas" if versions else f"names none, beside tables such as {min(ours)!r}"
        raise StoreError(
            f"{place.shown} does not say of which schema it is: its table 'alembic_version' {said}",
            where="database",
            hint="restore a backup into another database with `kg restore`; this one was not changed",
        )
    if version is not None and version not in SCHEMA_VERSIONS:
        raise StoreError(
            f"{place.shown} has schema {version}, which this evidence-kg does not know "
            f"(it knows up to {SCHEMA_VERSIONS[-1]})",
            where="database",
            hint=f"it needs a newer evidence-kg: {newer()}",
        )
    return version


def _refuse_unfit_postgres(connection: sa.Connection, place: Place) -> None:
    schema, encoding = connection.exec_driver_sql("SELECT current_schema(), current_setting('server_encoding')").one()
    if schema is None:
        raise StoreError(
            f"{place.shown} has none of the schemas of its search path",
            where="database",
            hint="create it with CREATE SCHEMA, or name another",
        )
    if encoding != "UTF8":
        raise StoreError(
            f"{place.shown} keeps its texts in {encoding}, not in UTF8",
            where="database",
            hint="create it with `createdb --encoding=UTF8 --template=template0`",
        )


def _no_record(place: Place) -> StoreError:
    return StoreError(f"{place.shown} holds no record yet", where="database", hint="`kg init` makes one")
