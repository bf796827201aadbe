"""Follows the record: its newest snapshot and the networks of it, brought up to date by what changed.

Lives here: `Following`, which decides between records one by one and columns. May enter: a store, a vocabulary.
Never here: questions, criteria in words.
"""

from __future__ import annotations

import logging
import os
import sys
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from kg.columns.seal import FOR_US, is_safe, seal
from kg.criteria import Criteria
from kg.errors import KgError, NotFound, StoreError
from kg.exporters import files
from kg.ids import fingerprint
from kg.later import Later
from kg.model import Entity, Evidence, Record, Revision
from kg.network import Network
from kg.record import Records, Store
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    from kg.columns import files as mapped_files
    from kg.columns import memory, table
    from kg.columns import network as seen
else:
    mapped_files, memory = Later("kg.columns.files"), Later("kg.columns.memory")
    seen, table = Later("kg.columns.network"), Later("kg.columns.table")

FOLD_MOST, STEPS_MOST = 200, 100
PRIVATE = 0o600 if sys.platform == "win32" else 0o400
"""Readable by its owner, written by nobody: whoever shortens a file that is mapped ends the processes that look at it.
Windows lets nobody shorten one, nor replace one that is for reading only."""
_log = logging.getLogger(__name__)


class Step(NamedTuple):
    """One revision that was folded: the snapshot before it, the one after, and the claims that are weighed anew.

    `touched` is None when entities came, went or changed their status, so that nodes are numbered anew.
    """

    before: Snapshot
    after: Snapshot
    touched: frozenset[str] | None


class Following:
    """The newest snapshot of a store.

    Args:
        store: The record.
        vocabulary: The words it is read with.
        folder: Where columns are kept for the next start; None to keep none.
        least: Claims from which on the record is read as columns; None for never.
    """

    def __init__(self, store: Store, vocabulary: Vocabulary, *, folder: Path | None, least: int | None) -> None:
        self.snapshot = Snapshot.of(0, None, [])
        self._store = store
        self._vocabulary = vocabulary
        self._folder = folder
        self._least = least
        self._source: seen.Source | None = None
        self._steps: OrderedDict[int, Step] = OrderedDict()

    def follow(self, newest: int) -> list[tuple[Revision, Snapshot]] | None:
        """Bring the snapshot to a revision.

        Returns:
            The revisions that were folded, each with the snapshot after it; None when the record was read anew.

        Raises:
            StoreError: the record does not fit into memory.
        """
        behind = newest - self.snapshot.revision
        held = self.snapshot
        # A record that holds nothing may have been filled from a backup, whose history is another one.
        nothing = not (held.entities or held.claims or held.evidence or held.works)
        if nothing or behind > FOLD_MOST:
            self._read(newest)
            return None
        return self._fold(newest)

    def network(self, snapshot: Snapshot, criteria: Criteria, earlier: Callable[[int], Network | None]) -> Network:
        """Return the network of a snapshot.

        Args:
            snapshot: The newest, an older one, or a supposed one.
            criteria: Under which.
            earlier: Returns the network under these criteria at an earlier revision, if it is at hand.

        Law: equals `Network.build`.

        Cost: what the revisions since `earlier` touched, else linear in the record.
        """
        if self._source is not None and self._source.holds(snapshot):
            return self._source.network(snapshot, criteria, self._vocabulary)
        touched: set[str] = set()
        step = self._steps.get(snapshot.revision)
        after = snapshot
        while step is not None and step.after is after and step.touched is not None:
            touched |= step.touched
            known = earlier(step.before.revision)
            if known is not None and known.snapshot is step.before:
                return known.reread(snapshot, criteria, sorted(touched))
            after, step = step.before, self._steps.get(step.before.revision)
        return Network.build(snapshot, criteria, self._vocabulary)

    def _fold(self, newest: int) -> list[tuple[Revision, Snapshot]]:
        folded = []
        for revision in self._store.changes(self.snapshot.revision, newest):
            before = self.snapshot
            self.snapshot = before.apply(revision)
            self._steps[revision.number] = Step(before, self.snapshot, touched_by(revision, before, self.snapshot))
            while len(self._steps) > STEPS_MOST:
                self._steps.popitem(last=False)
            folded.append((revision, self.snapshot))
        return folded

    def _read(self, newest: int) -> None:
        self._steps.clear()
        self._source = None
        if self._least is not None:
            self._source = self._mapped(newest, self._least)
        if self._source is None:
            with self._store.bulk() as bulk:
                sizes = bulk.sizes
            if self._least is None or sizes["claim"] < self._least:
                memory.refuse_too_much(sizes, memory.available(), singly=True)
                self.snapshot = snapshot_of(self._store.records())
                return
            memory.refuse_too_much(sizes, memory.available())
            with self._store.bulk() as bulk:
                columns = table.Columns.read(bulk)
            self._source = seen.Source(columns, self._fetch_at(columns.revision))
            self._keep(self._source)
        self.snapshot = self._source.snapshot
        self._fold(newest)

    def _fetch_at(self, revision: int) -> Callable[..., list[Record]]:
        return lambda kind, ids: self._store.some(kind, ids, revision)

    @property
    def _file(self) -> Path | None:
        return None if self._folder is None else self._folder / f"{fingerprint(self._store.name)}.columns"

    def _mapped(self, newest: int, least: int) -> seen.Source | None:
        """Return what is kept in a file, if it is this record's, not far behind, and of claims enough."""
        path = self._file
        if path is None or not os.path.lexists(path) or not is_safe(path.parent):
            return None
        try:
            found = mapped_files.mapped(path, self._fetch_at, self._vocabulary)
            columns = found.columns
            if columns.claims < least or not 0 <= newest - columns.revision <= FOLD_MOST:
                return None
            if columns.revision and self._store.revision(columns.revision).hash != columns.hash:
                return None
        except (StoreError, NotFound) as fault:
            _log.warning("%s; the record is read instead, and the file is made anew", fault.message)
            return None
        return found

    def _keep(self, source: seen.Source) -> None:
        """Keep columns for the next start; a disk that is full or closed to us costs that start time, nothing else."""
        path = self._file
        if path is None or not is_safe(path.parent):
            return
        try:
            path.parent.mkdir(FOR_US, parents=True, exist_ok=True)
            files.write(path, mapped_files.pieces(source, self._vocabulary), mode=PRIVATE, follows_links=False)
            seal(path)
        except (KgError, OSError) as fault:
            _log.warning("columns are not kept for the next start: %s", fault)


def touched_by(revision: Revision, before: Snapshot, after: Snapshot) -> frozenset[str] | None:
    """Return the claims that a revision makes weigh otherwise, be new, or take part otherwise.

    Returns:
        None when an entity is new, or its status changed.
    """
    touched: set[str] = set()
    for change in revision.changes:
        record = change.record
        if isinstance(record, Entity):
            known = before.entities.get(change.id)
            if known is None or known.status != after.entities[change.id].status:
                return None
            continue
        touched |= after.touched_by(record)
        if isinstance(record, Evidence) and change.id in before.evidence:
            touched |= before.touched_by(before.evidence[change.id])
    return frozenset(touched)


def snapshot_of(rows: Records) -> Snapshot:
    """Return the snapshot of all records read one by one."""
    every: list[Record] = [*rows.entities, *rows.claims, *rows.evidence, *rows.works]
    return Snapshot.of(rows.revision, rows.recorded_at, every)
