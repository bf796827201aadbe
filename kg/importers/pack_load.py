"""Loading a pack: what is new, what changed, what is as it was, what vanished; then one revision.

Lives here: `plan` (pure) and `load`. May enter: contents of a pack, snapshots, a store.
Never here: reading files; deletion (what vanished is reported, and revoked when asked).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from kg.errors import Conflict
from kg.ids import RecordKind
from kg.importers.pack import changes, read
from kg.model import Change, Record, Work, from_payload, kind_of, to_payload
from kg.packs import PackContents
from kg.record.batch import Batch
from kg.record.store import Store
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary

Key: TypeAlias = tuple[RecordKind, str]
Written: TypeAlias = Mapping[Key, Record]
ACT = "load pack"
REVOKED = "revoked"
TRIES = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """What loading a pack does to a record.

    Args:
        changes: Records as they shall stand, sorted by kind and id.
        added: New ones.
        changed: Known ones in which this version of the pack differs from the last.
        duplicates: Known ones that stay as they are.
        conflicts: Known ones that somebody else wrote or changed in the same fields; they stay as they are.
        vanished: Those that an earlier version had and this one has not, of those that still count.
        revoked: Those of the vanished that the plan revokes.
    """

    changes: tuple[Change, ...] = ()
    added: tuple[Key, ...] = ()
    changed: tuple[Key, ...] = ()
    duplicates: tuple[Key, ...] = ()
    conflicts: tuple[Key, ...] = ()
    vanished: tuple[Key, ...] = ()
    revoked: tuple[Key, ...] = ()


def plan(
    contents: PackContents,
    snapshot: Snapshot,
    vocabulary: Vocabulary,
    *,
    written: Written,
    keep_going: bool = False,
    revoke_missing: bool = False,
) -> Plan:
    """Compare a pack with the record, field by field, against what the pack wrote before.

    A field that this version changed is changed; a field that somebody else changed meanwhile (a retraction, a
    better label) stays. Where both did, the record stays and is named as a conflict.

    Args:
        contents: The pack as it was read.
        snapshot: The record now.
        vocabulary: Says which records count.
        written: Each record as loading this pack wrote it last.
        keep_going: Load the good records of a pack with failures; otherwise such a pack loads nothing.
        revoke_missing: Revoke what vanished and nothing else leans on; works are never revoked.

    Laws: planning again after writing plans no change; a plan never changes what the pack does not hold, but for
    `revoke_missing`.
    """
    if contents.pack is None or (contents.failures and not keep_going):
        return Plan()
    given = {(change.kind, change.id): change.record for change in changes(contents)}
    found: dict[str, list[Key]] = {"added": [], "changed": [], "duplicates": [], "conflicts": []}
    kept: list[Change] = []
    for key, record in given.items():
        verdict, merged = _compared(record, _present(snapshot, key), written.get(key))
        found[verdict].append(key)
        if verdict in {"added", "changed"}:
            kept.append(Change(key[0], merged))
    vanished: list[Key] = []
    if not contents.failures:
        vanished = [key for key in sorted(written) if key not in given and _counts(_present(snapshot, key), vocabulary)]
    revoked = _revocable(vanished, snapshot, vocabulary) if revoke_missing else []
    for key in revoked:
        present = _present(snapshot, key)
        if present is not None:
            kept.append(Change(key[0], replace(present, status=REVOKED)))
    return Plan(
        changes=tuple(sorted(kept, key=lambda change: (change.kind, change.id))),
        **{name: tuple(keys) for name, keys in found.items()},
        vanished=tuple(vanished),
        revoked=tuple(revoked),
    )


def load(
    store: Store, path: Path, vocabulary: Vocabulary, *, keep_going: bool = False, revoke_missing: bool = False
) -> dict[str, Any]:
    """Read a pack and write what is new in it as one revision.

    Args:
        store: Where to.
        path: Folder of the pack; it may build on what the record holds already.
        vocabulary: Words to check against, those of the pack included (`kg.importers.pack.vocabulary_files`).
        keep_going: Load the good records even when others failed.
        revoke_missing: Revoke what an earlier version of the pack had and this one has not.

    Returns:
        `{"pack", "version", "added": n, "changed": n, "duplicates": [{"kind", "id"}], "conflicts", "vanished",
        "revoked", "failures": [{"source", "line", "raw", "reason", "remedy"}], "revision": n}`.

    Raises:
        StoreError: the database cannot be written.
        Conflict: others kept writing in between, five times in a row.

    Law: loading the same pack twice is loading it once.
    """
    for attempt in range(1, TRIES + 1):
        snapshot = _snapshot(store)
        contents = read(path, vocabulary, known=snapshot)
        if contents.pack is None:
            return _document(contents, Plan(), snapshot.revision)
        actor = contents.pack.contributor
        planned = plan(
            contents,
            snapshot,
            vocabulary,
            written=_written(store, actor, snapshot.revision),
            keep_going=keep_going,
            revoke_missing=revoke_missing,
        )
        if not planned.changes:
            break
        try:
            reason = f"version {contents.pack.version}"
            batch = Batch.of(change.record for change in planned.changes)
            store.fill(batch, actor=actor, act=ACT, reason=reason, expect=snapshot.revision)
        except Conflict:
            if attempt == TRIES:
                raise
        else:
            return _document(contents, planned, snapshot.revision + 1)
    return _document(contents, planned, snapshot.revision)


def _snapshot(store: Store) -> Snapshot:
    rows = store.records()
    records: list[Record] = [*rows.entities, *rows.claims, *rows.evidence, *rows.works]
    return Snapshot.of(rows.revision, rows.recorded_at, records)


def _document(contents: PackContents, planned: Plan, revision: int) -> dict[str, Any]:
    def named(keys: tuple[Key, ...]) -> list[dict[str, str]]:
        return [{"kind": kind, "id": id} for kind, id in keys]

    return {
        "pack": None if contents.pack is None else contents.pack.id,
        "version": None if contents.pack is None else contents.pack.version,
        "added": len(planned.added),
        "changed": len(planned.changed),
        "duplicates": named(planned.duplicates),
        "conflicts": named(planned.conflicts),
        "vanished": named(planned.vanished),
        "revoked": named(planned.revoked),
        "failures": [failure.document() for failure in contents.failures],
        "revision": revision,
    }


def _written(store: Store, actor: str, upto: int) -> dict[Key, Record]:
    """Return each record as the loading of this pack wrote it last."""
    written: dict[Key, Record] = {}
    for past in store.revisions():
        if past.actor == actor and past.number <= upto:
            for revision in store.changes(past.number - 1, past.number):
                written.update(((change.kind, change.id), change.record) for change in revision.changes)
    return written


def _compared(new: Record, present: Record | None, base: Record | None) -> tuple[str, Record]:
    """Return the verdict on one record, and the record as it shall stand."""
    if present is None:
        return "added", new
    now, wanted = to_payload(present), to_payload(new)
    if now == wanted:
        return "duplicates", present
    if base is None:
        return "conflicts", present
    before = to_payload(base)
    merged = dict(now)
    for name in sorted(wanted.keys() | before.keys()):
        mine, old, theirs = wanted.get(name), before.get(name), now.get(name)
        if mine in (old, theirs):
            continue
        if theirs != old:
            return "conflicts", present
        merged.pop(name, None)
        if mine is not None:
            merged[name] = mine
    return ("duplicates", present) if merged == now else ("changed", from_payload(kind_of(new), merged))


def _present(snapshot: Snapshot, key: Key) -> Record | None:
    kinds: Mapping[RecordKind, Mapping[str, Record]] = {
        "claim": snapshot.claims,
        "entity": snapshot.entities,
        "evidence": snapshot.evidence,
        "work": snapshot.works,
    }
    return kinds[key[0]].get(key[1])


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
