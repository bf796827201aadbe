"""Loading a pack: reading it, comparing it with the record, and one revision.

Lives here: `load`. May enter: a folder, a store. Never here: reading files (pack), what a pack does to a record
(pack_plan).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from kg.importers import standings
from kg.importers.base import Base
from kg.importers.merges import left_behind, newly
from kg.importers.pack import stream
from kg.importers.pack_head import read_head
from kg.importers.pack_links import Known, Placed
from kg.importers.pack_plan import Key, Plan, Planning
from kg.importers.sources import Source
from kg.model import Work
from kg.packs import HEAD, PackContents
from kg.record.retrying import TRIES_LONG, retried
from kg.record.store import Store
from kg.vocabulary import Vocabulary

ACT = "load pack"


def load(
    store: Store,
    path: Path,
    vocabulary: Vocabulary,
    *,
    keep_going: bool = False,
    revoke_missing: bool = False,
    told: Callable[[str, int, int], None] | None = None,
) -> dict[str, Any]:
    """Read a pack and write what is new in it as one revision.

    Args:
        store: Where to.
        path: Folder of the pack; it may build on what the record holds already.
        vocabulary: Words to check against, those of the pack included (`kg.importers.pack.vocabulary_files`).
        keep_going: Load the good records even when others failed.
        revoke_missing: Revoke what an earlier version of the pack had and this one has not.
        told: Called with what is done, and how many claims and items of evidence were read.

    Returns:
        `{"pack", "version", "added": n, "changed": n, "duplicates": [{"kind", "id"}], "conflicts": [{"kind", "id",
        "fields", "reason", "remedy"}], "vanished": [{"kind", "id"}], "revoked": [{"kind", "id"}], "failures":
        [{"source", "line", "raw", "reason", "remedy"}], "remarks": [{"source", "line", "message"}], "revision": n}`;
        remarks are on evidence that does not count since its work is merged, and on works whose status changes
        (`kg.importers.standings`).

    Raises:
        StoreError: the database cannot be written.
        MovedOn: others kept writing in between, ten times in a row.

    Law: loading the same pack twice is loading it once.

    Cost: as `kg.importers.pack.stream`, and some 13 microseconds a record for writing; of what the record holds, ids
    are looked at, and the records that the pack has too.
    """
    folder = path.parent if path.name == HEAD else path

    def once() -> dict[str, Any]:
        base = Base.of(store)
        revision = base.revision
        head, _, _ = read_head(folder)
        planning = Planning(store, base, "" if head is None else head.contributor, told or (lambda *_: None))
        contents = stream(path, vocabulary, planning.put, known=base)
        if contents.pack is None or (contents.failures and not keep_going):
            return _document(contents, Plan(), revision)
        planning.add(contents.entities)
        planning.add(contents.works)
        planned = planning.finish()
        if not contents.failures:
            planning.miss(vocabulary, revoke=revoke_missing)
        actor, reason = contents.pack.contributor, f"version {contents.pack.version}"
        behind = left_behind(store, _merged(contents, planned, base, f"{folder.resolve().name}/{HEAD}"))
        turned = standings.changed(store, base, planned.batch, name=contents.pack.id)
        contents = replace(contents, remarks=(*contents.remarks, *behind, *turned))
        if len(planned.batch):
            if told is not None:
                told("writing", 0, 0)
            revision = store.fill(planned.batch, actor=actor, act=ACT, reason=reason, expect=revision).number
        return _document(contents, planned, revision)

    return retried(once, tries=TRIES_LONG)


def _merged(contents: PackContents, planned: Plan, base: Base, name: str) -> list[Placed[Work]]:
    """Return the works that stand in the record, and are merged by the pack."""
    written = set(planned.batch.ids("work"))
    known = Known(base, works={work.id: work for work in contents.works if work.id in written})
    return newly([Placed(work, Source(name, ""), 0) for work in known.works.values()], known)


def _document(contents: PackContents, planned: Plan, revision: int) -> dict[str, Any]:
    def named(keys: list[Key]) -> list[dict[str, str]]:
        return [{"kind": kind, "id": id} for kind, id in keys]

    return {
        "pack": None if contents.pack is None else contents.pack.id,
        "version": None if contents.pack is None else contents.pack.version,
        "added": planned.added,
        "changed": planned.changed,
        "duplicates": named(planned.duplicates),
        "conflicts": [one.document() for one in planned.conflicts],
        "vanished": named(planned.vanished),
        "revoked": named(planned.revoked),
        "failures": [failure.document() for failure in contents.failures],
        "remarks": [asdict(one) for one in contents.remarks],
        "revision": revision,
    }
