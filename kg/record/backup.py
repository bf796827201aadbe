"""Backups: the log and what stands beside it as lines of text, and an empty database filled from such lines.

A backup holds no state tables, since they follow from the log, and no sessions of browsers. It is the same for every
kind of database, so that it also moves a record from one to another.
Lives here: `lines`, `examine`, `told_by`, `fill`. May enter: the rooms beside it but the store. Never here: files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kg.errors import ParseFailure, StoreError
from kg.model import canonical
from kg.record import past
from kg.record.chain import Chain, vouched
from kg.record.connection import Place, insert
from kg.record.guards import lifted
from kg.record.kept import receipt_problems
from kg.record.revisions import START
from kg.record.rows import FORMS, Row
from kg.record.tables import CHANGE, METADATA, REVISION, SCHEMA_VERSIONS
from kg.record.verify import REVISIONS, file_problems, problems_on

FORMAT, VERSION = "evidence-kg backup", 1
LOG, ACCOUNTS = ("revision", "change", "receipt"), ("person", "token", "submission")
BATCH = 5_000
HOLDS = {
    "entity": ("entity", "entities"), "claim": ("claim", "claims"), "evidence": ("evidence item", "evidence items"),
    "work": ("work", "works"), "receipt": ("kept answer", "kept answers"), "person": ("person", "persons"),
    "token": ("token", "tokens"), "submission": ("answered request", "answered requests"),
    "change": ("change", "changes"),
}  # fmt: skip
"""What each row of a table is, one and several; none of them is in a record that was just made empty."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a backup says of itself: its newest revision, that revision's hash, and the rows of each table."""

    revision: int
    hash: str
    rows: Mapping[str, int]


def lines(connection: sa.Connection, made_at: str, *, accounts: bool = True) -> Iterator[str]:
    """Give the lines of a backup: a head, one line for each row, and an end with counts and a SHA-256 of all before.

    Args:
        connection: In a transaction that sees one state; writers are not held up.
        made_at: The time, as `stamp` gives it.
        accounts: With persons (their e-mail too) and the digests of tokens.

    Raises:
        StoreError: the record does not hold together, so that `fill` would refuse its backup. It is looked at as it is
            read: some lines may have been given, but never the end.

    Law: `fill` of an empty database with these lines gives the same log, state and receipts.

    Cost: one pass over the log, two on SQLite; a batch of rows at a time is held.
    """
    head = past.head(connection) or START
    names = LOG + ACCOUNTS if accounts else LOG
    columns = {name: list(METADATA.tables[name].columns.keys()) for name in names}
    digest = hashlib.sha256()
    counts = dict.fromkeys(names, 0)
    first: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "schema": SCHEMA_VERSIONS[-1],
        "made_at": made_at,
        "revision": head.number,
        "hash": head.hash,
        "columns": columns,
    }
    yield _line(first, digest)
    with vouched() as refuse, connection.execute(REVISIONS) as revisions:
        if connection.dialect.name == "sqlite":
            refuse(file_problems(connection, names))
        chain = Chain(revisions)
        for name in names:
            table = METADATA.tables[name]
            with connection.execute(sa.select(table).order_by(*table.primary_key.columns)) as rows:
                for row in rows:
                    if table is CHANGE:
                        refuse(chain.take(row.revision, row.kind, row.id, row.payload))
                    counts[name] += 1
                    yield _line([name, *row], digest)
        refuse(chain.end())
        refuse([*receipt_problems(connection)])
    yield f"{canonical({'end': counts, 'sha256': digest.hexdigest()})}\n"


def examine(given: Iterable[str], *, source: str) -> Told:
    """Read a backup through without keeping it.

    Args:
        given: The lines.
        source: What to call it in errors.

    Raises:
        ParseFailure: it is no backup, or one of a newer version, is cut off, or was altered.
    """
    head: Mapping[str, Any] | None = None
    told: Told | None = None
    for head, rows in _batches(given, source):
        told = Told(head["revision"], head["hash"], {**({} if told is None else told.rows), **rows.counts})
    if head is None or told is None:
        raise _no_backup(source, 1)
    return told


def told_by(first: str, last: str) -> Told:
    """Return what a backup says of itself by its first and its last line, without looking at what lies between."""
    head, end = json.loads(first), json.loads(last)
    return Told(head["revision"], head["hash"], end["end"])


def fill(connection: sa.Connection, place: Place, given: Iterable[str], *, source: str) -> Told:
    """Fill a database that is empty, or a record that was made empty, with a backup.

    It is done inside a transaction that the caller keeps only when this returns.

    The log is written as it was and the state is worked out from it; then everything is verified.

    Raises:
        StoreError: the database holds something already; the chain or the state does not hold.
        ParseFailure: as `examine`.
    """
    _make_room(connection, place)
    told = Told(0, "", {})
    for head, rows in _batches(given, source):
        for name, some in rows.found.items():
            insert(connection, METADATA.tables[name], some)
        told = Told(head["revision"], head["hash"], {**told.rows, **rows.counts})
    _fold(connection)
    found = past.head(connection) or START
    wrong = [*problems_on(connection)]
    if found.number != told.revision or found.hash != told.hash:
        wrong.append(f"its newest revision is {found.number}, not {told.revision} as it says")
    if wrong:
        raise StoreError(
            f"the backup {source} does not hold together: {wrong[0]}",
            where="backup",
            hint=f"nothing was restored ({len(wrong)} problems); take another backup",
        )
    return told


def _make_room(connection: sa.Connection, place: Place) -> None:
    """Take away the one revision without changes that an empty record begins with.

    Raises:
        StoreError: the record holds more than that.
    """
    held = {name: _count(connection, METADATA.tables[name]) for name in HOLDS}
    revisions = _count(connection, REVISION)
    said = [f"{number} {HOLDS[name][number != 1]}" for name, number in held.items() if number]
    if not said and revisions > 1:
        said = [f"a history of {revisions} revisions"]
    if said:
        raise StoreError(
            f"{place.shown} is not empty: it holds {', '.join(said)}",
            where="database",
            hint="restore into a new database: `kg --database new.sqlite restore FILE`; this one was not changed",
        )
    if revisions:
        with lifted(connection, REVISION.name):
            connection.execute(sa.delete(REVISION))


def _count(connection: sa.Connection, table: sa.Table) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def _fold(connection: sa.Connection) -> None:
    """Write the state tables from the log."""
    stamps = {row.number: row.recorded_at for row in connection.execute(sa.select(REVISION))}
    query = sa.select(CHANGE.c.id, CHANGE.c.revision, CHANGE.c.payload).order_by(CHANGE.c.revision)
    for kind, form in FORMS.items():
        last: dict[str, tuple[int, str, str]] = {}
        for id, number, payload in connection.execute(query.where(CHANGE.c.kind == kind)):
            first = last[id][2] if id in last else stamps[number]
            last[id] = (number, payload, first)
        rows = [(*form.row(past.written(kind, payload, first)), number) for number, payload, first in last.values()]
        insert(connection, form.table, rows)


class _Batch:
    """Rows by table, in the order of the backup, and how many of each there were by the end."""

    def __init__(self) -> None:
        self.found: dict[str, list[Row]] = {}
        self.size = 0
        self.counts: dict[str, int] = {}


def _batches(given: Iterable[str], source: str) -> Iterator[tuple[Mapping[str, Any], _Batch]]:
    """Give the head with batches of rows; after the last one was given, the end has been checked."""
    digest = hashlib.sha256()
    head: Mapping[str, Any] | None = None
    end: Mapping[str, Any] | None = None
    counts: dict[str, int] = {}
    batch = _Batch()
    number = 0
    for number, line in enumerate(given, 1):
        if end is not None:
            raise _damaged(source, number, "something follows its end")
        value = _value(line, source, number)
        if head is None:
            head = _head(value, source)
            counts = dict.fromkeys(head["columns"], 0)
        elif isinstance(value, dict):
            end = value
            continue
        else:
            name = value[0] if isinstance(value, list) and value else None
            if name not in counts or len(value) != len(head["columns"][name]) + 1:
                raise _damaged(source, number, "this is no row of a table it has")
            counts[name] += 1
            batch.found.setdefault(name, []).append(_in_order(name, head["columns"][name], value[1:]))
            batch.size += 1
            if batch.size == BATCH:
                yield head, batch
                batch = _Batch()
        digest.update(line.encode())
    if head is None:
        raise _no_backup(source, 1)
    if end is None:
        raise _damaged(source, number, "it is cut off: its end is missing")
    if end.get("sha256") != digest.hexdigest() or end.get("end") != counts:
        raise _damaged(source, number, "it was altered: its SHA-256 or its counts do not fit")
    batch.counts = counts
    yield head, batch


def _in_order(name: str, columns: list[str], values: list[Any]) -> Row:
    """Return a row in the order of the table; what an older schema lacked is empty."""
    given = dict(zip(columns, values, strict=True))
    return tuple(given.get(column.name) for column in METADATA.tables[name].columns)


def _head(value: Any, source: str) -> Mapping[str, Any]:
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise _no_backup(source, 1)
    known = {name: METADATA.tables[name].columns.keys() for name in (*LOG, *ACCOUNTS)}
    columns = value.get("columns")
    if (
        value.get("version") != VERSION
        or value.get("schema") not in SCHEMA_VERSIONS
        or not isinstance(columns, dict)
        or any(name not in known or set(columns[name]) - set(known[name]) for name in columns)
    ):
        raise ParseFailure(
            f"this backup is of version {value.get('version')}, schema {value.get('schema')}, which this evidence-kg "
            f"does not know (it knows version {VERSION}, schemas {', '.join(SCHEMA_VERSIONS)})",
            source=source,
            line=1,
            hint="restore it with the evidence-kg that made it, or a newer one",
        )
    return value


def _value(line: str, source: str, number: int) -> Any:
    try:
        return json.loads(line)
    except ValueError as fault:
        raise (_no_backup(source, 1) if number == 1 else _damaged(source, number, "a line is broken")) from fault


def _line(value: Any, digest: hashlib._Hash) -> str:
    text = f"{canonical(value)}\n"
    digest.update(text.encode())
    return text


def _no_backup(source: str, line: int) -> ParseFailure:
    return ParseFailure("this is no backup of evidence-kg", source=source, line=line, hint="`kg backup FILE` makes one")


def _damaged(source: str, line: int, what: str) -> ParseFailure:
    return ParseFailure(f"the backup is damaged: {what}", source=source, line=line, hint="use another backup")
