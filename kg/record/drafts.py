"""What a write does with its records before and while it keeps them: drop, check, order, insert or update.

Lives here: `Draft` and the steps of `Store.write`. May enter: `kg.model`, `.rows`, `.connection`.
Never here: the chain, transactions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeVar

import sqlalchemy as sa

from kg.called import kind as called
from kg.errors import InputError, ShapeViolation, Words
from kg.ids import RecordKind
from kg.meant import near
from kg.model import KINDS, Change, Entity, Evidence, Record, canonical, to_payload
from kg.record.connection import insert
from kg.record.rows import FORMS, Row
from kg.record.tables import ENTITY

_CHUNK = 5_000
T = TypeVar("T")


@dataclass(slots=True)
class Draft:
    """A record about to be written. `known` says that its id is there already, since `recorded_at`."""

    kind: RecordKind
    record: Record
    row: Row
    known: bool = False
    recorded_at: str | None = None

    @property
    def id(self) -> str:
        """The id of the record."""
        return self.record.id

    def payload(self) -> str:
        """Return the canonical payload of the record."""
        return canonical(to_payload(self.record))

    def change(self, now: str) -> Change:
        """Return the change as the log will give it back."""
        if isinstance(self.record, Evidence):
            return Change(self.kind, Evidence(*(*self.row[:-1], self.recorded_at or now)))
        return Change(self.kind, self.record)


def drafts(changes: Iterable[Change]) -> list[Draft]:
    """Return drafts sorted by kind, then id.

    Raises:
        ShapeViolation: one record is given twice with different contents.
        InputError: a text or a JSON value that no database can keep.
    """
    found: dict[tuple[RecordKind, str], Draft] = {}
    for change in changes:
        draft = _draft(change.kind, change.record)
        same = found.setdefault((draft.kind, draft.id), draft)
        if core(same.kind, same.row) != core(draft.kind, draft.row):
            raise ShapeViolation(
                f"the {draft.kind} {draft.id} is given twice with different contents",
                where=draft.id,
                hint="give each record once",
            )
    return [found[key] for key in sorted(found)]


def _draft(kind: RecordKind, record: Record) -> Draft:
    if not isinstance(record, KINDS[kind]):
        raise InputError(f"a change of kind {kind} holds a record of type {type(record).__name__}", where=record.id)
    try:
        row = FORMS[kind].row(record)
        texts = "\x1f".join(value for value in row if isinstance(value, str)).encode()
    except (TypeError, ValueError) as fault:
        raise InputError(
            f"the {kind} holds what cannot be kept as text: {fault}",
            where=repr(record.id)[1:-1],
            hint="use text without lone surrogates, finite numbers, lists and mappings",
        ) from fault
    if b"\x00" in texts:
        raise InputError(f"the {kind} holds the character U+0000", where=repr(record.id)[1:-1], hint="take it out")
    return Draft(kind, record, row)


def core(kind: RecordKind, row: Row) -> Row:
    """Return what a record says, without the time of its first writing."""
    return row[:-1] if kind == "evidence" else row


def keep_changed(connection: sa.Connection, wanted: Sequence[Draft]) -> list[Draft]:
    """Return the drafts that differ from what is there, each told whether its id is known."""
    kept: list[Draft] = []
    for kind, group in groupby(wanted, key=lambda draft: draft.kind):
        form = FORMS[kind]
        for chunk in _chunks(list(group)):
            query = sa.select(*form.columns).where(form.table.c.id.in_([draft.id for draft in chunk]))
            there = {row[0]: tuple(row) for row in connection.execute(query)}
            for draft in chunk:
                old = there.get(draft.id)
                if old is not None:
                    draft.known = True
                    draft.recorded_at = old[-1] if kind == "evidence" else None
                if old is None or core(kind, old) != core(kind, draft.row):
                    kept.append(draft)
    return kept


def refuse_broken_references(connection: sa.Connection, kept: Sequence[Draft]) -> None:
    """Check that all ids to which the drafts refer exist, and that no entity is broader than itself by detours.

    Raises:
        ShapeViolation: names the record, the field, and near ids.
    """
    given: dict[RecordKind, set[str]] = {kind: set() for kind in KINDS}
    for draft in kept:
        given[draft.kind].add(draft.id)
    for kind, form in FORMS.items():
        names = [column.name for column in form.columns]
        for column, target in form.references:
            at = names.index(column)
            users = {draft.row[at]: draft.id for draft in reversed(kept) if draft.kind == kind}
            users = {id: user for id, user in users.items() if id is not None and id not in given[target]}
            refuse_missing(connection, (kind, column, target), users, given[target])
    broader = {draft.id: draft.record.broader for draft in kept if isinstance(draft.record, Entity)}
    refuse_cycles(connection, broader)


def refuse_missing(
    connection: sa.Connection,
    reference: tuple[RecordKind, str, RecordKind],
    users: Mapping[str, str],
    given: Collection[str],
) -> None:
    """Refuse references to what is not there.

    Args:
        connection: Which record.
        reference: Kind of the records that refer, in which field, and the kind that they refer to.
        users: By id of that, one record that names it; those of the same write left out.
        given: Ids of that kind in the same write, for near ones.
    """
    kind, column, target = reference
    missing = sorted(users.keys() - _existing(connection, target, users))
    if missing:
        raise ShapeViolation(
            Words(
                f"the {kind} {users[missing[0]]} names the {target} {missing[0]!r}, which does not exist",
                f"{called(kind, 'zh')} {users[missing[0]]} 所指的{called(target, 'zh')} {missing[0]} 不存在",
            ),
            where=column,
            near=_near(connection, target, missing[0], given),
            hint=f"add the {target} first or in the same write"
            + (f"; {len(missing) - 1} more are missing" if len(missing) > 1 else ""),
        )


def _existing(connection: sa.Connection, kind: RecordKind, ids: Collection[str]) -> set[str]:
    column = FORMS[kind].table.c.id
    return {
        row[0]
        for chunk in _chunks(sorted(ids))
        for row in connection.execute(sa.select(column).where(column.in_(chunk)))
    }


def _near(connection: sa.Connection, kind: RecordKind, id: str, given: Collection[str]) -> list[str]:
    ids = {row[0] for row in connection.execute(sa.select(FORMS[kind].table.c.id))} | set(given)
    return near(id, sorted(ids))


def refuse_cycles(connection: sa.Connection, written: Mapping[str, str | None]) -> None:
    """Refuse entities that would be broader than themselves by detours; given what each that is written names."""
    broader = dict(written)
    starts = [id for id, above in broader.items() if above is not None]
    pending = {above for above in broader.values() if above is not None} - broader.keys()
    while pending:
        rows = [
            row
            for chunk in _chunks(sorted(pending))
            for row in connection.execute(sa.select(ENTITY.c.id, ENTITY.c.broader).where(ENTITY.c.id.in_(chunk)))
        ]
        broader.update((id, above) for id, above in rows)
        pending = {above for _, above in rows if above is not None} - broader.keys()
    fine: set[str] = set()
    for start in starts:
        trail: dict[str, None] = {}
        at: str | None = start
        while at is not None and at not in fine:
            if at in trail:
                ring = " < ".join([*list(trail)[list(trail).index(at) :], at])
                raise ShapeViolation(
                    Words(f"{at} would be broader than itself: {ring}", f"{at} 将成为自身的上位实体：{ring}"),
                    where="broader",
                    hint=Words("leave out one of these links", "请去掉其中一处上位关系"),
                )
            trail[at] = None
            at = broader.get(at)
        fine.update(trail)


def upsert(
    connection: sa.Connection, kept: Mapping[RecordKind, Sequence[Draft]], *, revision: int, recorded_at: str
) -> None:
    """Bring the state tables to what the drafts say, kinds in the order in which they refer to each other."""
    for kind, form in FORMS.items():
        names = form.table.columns.keys()
        new: list[Row] = []
        known: list[dict[str, Any]] = []
        for draft in kept.get(kind, ()):
            row = (*core(kind, draft.row), draft.recorded_at or recorded_at) if kind == "evidence" else draft.row
            if draft.known:
                known.append({**dict(zip(names, (*row, revision), strict=True)), "known_id": draft.id})
            else:
                new.append((*row, revision))
        insert(connection, form.table, new)
        if known:
            connection.execute(sa.update(form.table).where(form.table.c.id == sa.bindparam("known_id")), known)


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for at in range(0, len(items), _CHUNK):
        yield items[at : at + _CHUNK]
