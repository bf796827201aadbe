"""What loading a pack does to a record: what is new, what changed, what is as it was, what vanished.

Lives here: `Plan`, `Planning`. May enter: good records of a pack as they come, a store. Never here: reading files,
writing; deletion (what vanished is told, and revoked when asked).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import orjson

from kg.holding import of_kind
from kg.ids import RECORD_KINDS, RecordKind
from kg.importers.base import Base
from kg.importers.tables_conflicts import Differing
from kg.model import REVOKED, Record, Work, canonical, kind_of, to_payload
from kg.record.batch import Batch
from kg.record.store import Store
from kg.record.versions import Wanted
from kg.record.wrote import wrote
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary

Key: TypeAlias = tuple[RecordKind, str]
Payload: TypeAlias = Mapping[str, Any]
AT_ONCE = 5_000
REMEDY = "where the pack is right, correct the record; where the record is, write what it says into the pack"


@dataclass
class Plan:
    """What loading a pack does to a record.

    Attributes:
        batch: Records as they shall stand.
        added: How many are new.
        changed: How many known ones differ in this version of the pack from the last.
        duplicates: Known ones that stay as they are.
        conflicts: Known ones that somebody else wrote or changed in the same fields; they stay as they are.
        vanished: Those that an earlier version had and this one has not, of those that still count.
        revoked: Those of the vanished that the plan revokes.
    """

    batch: Batch = field(default_factory=Batch)
    added: int = 0
    changed: int = 0
    duplicates: list[Key] = field(default_factory=list)
    conflicts: list[Differing] = field(default_factory=list)
    vanished: list[Key] = field(default_factory=list)
    revoked: list[Key] = field(default_factory=list)


class Planning:
    """Compares a pack with the record, field by field, against what the pack wrote before.

    A field that this version changed is changed; a field that somebody else changed meanwhile (a retraction, a
    better label) stays. Where both did, the record stays and is named as a conflict.

    Args:
        store: The record.
        base: What it holds.
        actor: The contributor of the pack.
        told: Told now and then how many claims and items were put.

    Laws: planning again after writing plans no change; a plan never changes what the pack does not hold, but for what
        `miss` revokes.

    Cost: a record that is new costs nothing but its place in the batch; of those that are there some thousand at a time
    are fetched, and of those that differ their histories.
    """

    def __init__(
        self, store: Store, base: Base, actor: str, told: Callable[[str, int, int], None] = lambda *_: None
    ) -> None:
        self.plan = Plan()
        self._told, self._read = told, 0
        self._store, self._base, self._actor = store, base, actor
        self._there = {kind: of_kind(base, kind) for kind in RECORD_KINDS}
        self._waiting: dict[RecordKind, dict[str, str]] = {kind: {} for kind in RECORD_KINDS}
        self._earlier = bool(base.revision and store.newest(Wanted(actor=actor), 1))
        self._given: dict[RecordKind, set[str]] = {kind: set() for kind in RECORD_KINDS}

    def put(self, kind: RecordKind, id: str, payload: str) -> None:
        """Take a good record by its canonical payload."""
        self._read += 1
        if self._read % AT_ONCE == 0:
            self._told("reading", self._read, 0)
        if self._is_new(kind, id):
            self.plan.batch.put(kind, id, payload)
        else:
            self._compare_later(kind, id, payload)

    def add(self, records: Iterable[Record]) -> None:
        """Take good records.

        Raises:
            InputError: one holds what no database can keep.
        """
        for record in records:
            kind = kind_of(record)
            if self._is_new(kind, record.id):
                self.plan.batch.add(record)
            else:
                self._compare_later(kind, record.id, canonical(to_payload(record)))

    def finish(self) -> Plan:
        """Return the plan, once all good records were given."""
        for kind in RECORD_KINDS:
            self._compare(kind)
        self.plan.duplicates.sort()
        self.plan.conflicts.sort(key=lambda one: (one.kind, one.id))
        return self.plan

    def miss(self, vocabulary: Vocabulary, *, revoke: bool) -> None:
        """Name what vanished, and revoke those on which nothing else leans when asked; works are never revoked."""
        if not self._earlier:
            return
        with self._store.bulk() as bulk:
            gone = sorted(key for key in wrote(bulk, self._actor) if key[1] not in self._given[key[0]])
        present = {(kind_of(one), one.id): one for kind in RECORD_KINDS for one in self._some(kind, gone)}
        self.plan.vanished = [key for key in gone if key in present and _counts(present[key], vocabulary)]
        if revoke and self.plan.vanished:
            self.plan.revoked = _revocable(self.plan.vanished, _snapshot(self._store), vocabulary)
            for key in self.plan.revoked:
                one: Any = present[key]
                self.plan.batch.add(replace(one, status=REVOKED))

    def _some(self, kind: RecordKind, keys: Iterable[Key]) -> list[Record]:
        return self._store.some(kind, [id for one, id in keys if one == kind], self._base.revision)

    def _is_new(self, kind: RecordKind, id: str) -> bool:
        if self._earlier:
            self._given[kind].add(id)
        if id in self._there[kind]:
            return False
        self.plan.added += 1
        return True

    def _compare_later(self, kind: RecordKind, id: str, payload: str) -> None:
        waiting = self._waiting[kind]
        waiting[id] = payload
        if len(waiting) == AT_ONCE:
            self._compare(kind)

    def _compare(self, kind: RecordKind) -> None:
        waiting, self._waiting[kind] = self._waiting[kind], {}
        if not waiting:
            return
        present = {one.id: to_payload(one) for one in self._store.some(kind, list(waiting), self._base.revision)}
        given = {id: orjson.loads(payload) for id, payload in waiting.items()}
        if kind == "evidence":
            # No pack says who contributed an item: the pack did where it is new, else whoever brought it first.
            for id, values in given.items():
                values["contributor"] = present[id].get("contributor")
                if values["contributor"] is None:
                    del values["contributor"]
        differing = [id for id, values in given.items() if values != present[id]]
        self.plan.duplicates += [(kind, id) for id, values in given.items() if values == present[id]]
        before = self._written(kind, differing)
        for id in differing:
            merged, torn = compared(given[id], present[id], before.get(id))
            if torn:
                self.plan.conflicts.append(_torn(kind, id, present[id], given[id], torn))
            elif merged == present[id]:
                self.plan.duplicates.append((kind, id))
            else:
                self.plan.changed += 1
                self.plan.batch.put(kind, id, canonical(merged))

    def _written(self, kind: RecordKind, ids: list[str]) -> dict[str, Payload]:
        """Return records as loading this pack wrote them last."""
        if not ids or not self._earlier:
            return {}
        return {
            id: to_payload(record)
            for id, versions in self._store.histories(kind, ids).items()
            for revision, record in versions
            if revision.actor == self._actor and revision.number <= self._base.revision
        }


def compared(new: Payload, present: Payload, base: Payload | None) -> tuple[Payload, tuple[str, ...]]:
    """Return a record as it shall stand, and the fields that somebody else wrote or changed too.

    Args:
        new: As this version of the pack has it.
        present: As it stands.
        base: As the pack wrote it last; None when it never did.

    Example:
        >>> compared({"label": "B"}, {"label": "A", "status": "revoked"}, {"label": "A"})
        ({'status': 'revoked', 'label': 'B'}, ())
        >>> compared({"label": "B"}, {"label": "C"}, {"label": "A"})
        ({'label': 'C'}, ('label',))
    """
    if base is None:
        return present, tuple(sorted(name for name in {*new, *present} if new.get(name) != present.get(name)))
    merged, torn = dict(present), list[str]()
    for name in sorted(new.keys() | base.keys()):
        mine, old, theirs = new.get(name), base.get(name), present.get(name)
        if mine in (old, theirs):
            continue
        if theirs != old:
            torn.append(name)
        merged.pop(name, None)
        if mine is not None:
            merged[name] = mine
    return (present, tuple(torn)) if torn else (merged, ())


def _torn(kind: RecordKind, id: str, present: Payload, new: Payload, fields: tuple[str, ...]) -> Differing:
    """Return what is told of a record that stays as it is."""
    now, wanted = (canonical({name: some[name] for name in fields if name in some}) for some in (present, new))
    return replace(Differing.of(kind, id, now, wanted, whole="pack"), remedy=REMEDY)


def _snapshot(store: Store) -> Snapshot:
    rows = store.records()
    records: list[Record] = [*rows.entities, *rows.claims, *rows.evidence, *rows.works]
    return Snapshot.of(rows.revision, rows.recorded_at, records)


def _counts(record: Record | None, vocabulary: Vocabulary) -> bool:
    return record is not None and (isinstance(record, Work) or vocabulary.status(record.status).counts)


def _revocable(vanished: list[Key], snapshot: Snapshot, vocabulary: Vocabulary) -> list[Key]:
    """Return those of the vanished records on which nothing that stays leans."""
    gone: set[Key] = {key for key in vanished if key[0] == "evidence"}
    for key in vanished:
        if key[0] == "claim" and _free(key, snapshot, vocabulary, gone):
            gone.add(key)
    size = -1
    while size != len(gone):
        size = len(gone)
        gone |= {key for key in vanished if key[0] == "entity" and _free(key, snapshot, vocabulary, gone)}
    return sorted(gone)


def _free(key: Key, snapshot: Snapshot, vocabulary: Vocabulary, gone: set[Key]) -> bool:
    kind, id = key
    leaning: list[Record] = []
    if kind == "claim":
        leaning += snapshot.evidence_of(id)
    else:
        leaning += (*snapshot.claims_from(id), *snapshot.claims_to(id))
        leaning += [snapshot.entities[narrower] for narrower in snapshot.narrower(id)]
    return all((kind_of(record), record.id) in gone or not _counts(record, vocabulary) for record in leaning)
