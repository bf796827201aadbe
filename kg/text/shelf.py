"""The search index of a large record, kept in the folder of its columns, so that the next start need not make it anew.

Lives here: `Shelf`. May enter: a folder, a snapshot, a vocabulary, what happened to the record since. Never here: what
an index finds (index). An index is a folder named after database, revision and vocabulary, which nobody but its owner
may enter, with files that nobody writes to: those of tantivy, and a head that tells what they are, their sizes and
their checksums. It holds nothing that the database does not.
"""

from __future__ import annotations

import logging
import shutil
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import tantivy

from kg.columns.seal import FOR_US, is_ours, is_safe
from kg.ids import fingerprint
from kg.model import Revision
from kg.snapshot import Snapshot
from kg.text.index import TextIndex
from kg.text.own import LOCKS
from kg.vocabulary import Vocabulary

VERSION = 1
"""Of what is indexed and how; to be raised with every change in `documents`, `kg.folding` or `kg.sentences` that a
search notices."""
HEAD, ENDING, UNDONE = "head.json", ".text", ".part"
BEHIND_MOST, TOUCHED_MOST = 200, 2_000
"""Revisions, and records changed in them, up to which following from what is kept is less work than making it anew."""
UNDONE_SECONDS = 3_600.0
PRIVATE = 0o600 if sys.platform == "win32" else 0o400
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Shelf:
    """Where the search index of one record is kept.

    Args:
        folder: That of the columns.
        database: Names the record.
        vocabulary: The words that it is indexed with.
    """

    folder: Path
    database: str
    vocabulary: Vocabulary

    def index(
        self,
        snapshot: Snapshot,
        hash_of: Callable[[int], str | None],
        changes: Callable[[int, int], Iterable[Revision]],
    ) -> TextIndex:
        """Return the index of the newest snapshot: the one that is kept, followed to it, else one made anew and kept.

        Args:
            snapshot: The record.
            hash_of: Gives the hash of a revision; None where the record has no such revision.
            changes: Gives the revisions after one up to another, with their changes.

        Law: finds what `TextIndex.of` the snapshot finds.

        Cost: reading the files once, against their checksums, some 200 bytes a record; then what changed since.
        """
        if not is_safe(self.folder):
            return TextIndex.of(snapshot, self.vocabulary)
        for place in self._places():
            found = self._taken(place, snapshot, hash_of, changes)
            if found is not None:
                return found
        hash = hash_of(snapshot.revision)
        return TextIndex.of(snapshot, self.vocabulary) if hash is None else self._kept(snapshot, hash)

    @property
    def _name(self) -> str:
        return fingerprint(self.database)

    def _place(self, revision: int) -> Path:
        return self.folder / f"{self._name}.{revision}.{self.vocabulary.digest[:8]}{ENDING}"

    def _places(self) -> list[Path]:
        """Return what is kept of this record, the newest first."""
        return sorted(self.folder.glob(f"{self._name}.*{ENDING}"), key=_revision_in, reverse=True)

    def _taken(
        self,
        place: Path,
        snapshot: Snapshot,
        hash_of: Callable[[int], str | None],
        changes: Callable[[int, int], Iterable[Revision]],
    ) -> TextIndex | None:
        """Return the index in a folder, followed to a snapshot; None when it is another one, too old, or damaged."""
        if not 0 <= snapshot.revision - _revision_in(place) <= BEHIND_MOST:
            return None
        try:
            if not is_ours(place.lstat(), private=True):
                raise ValueError("it belongs to somebody else, or others may change it")
            head = _head(place)
            if head is None or head["about"] != self._about(int(head["revision"])):
                return None
            if hash_of(head["revision"]) != head["hash"]:
                return None
            since = list(changes(head["revision"], snapshot.revision))
            if sum(change.kind != "evidence" for one in since for change in one.changes) > TOUCHED_MOST:
                return None
            _check(place, head)
            found = TextIndex.opened(place, snapshot, self.vocabulary)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
            _log.warning("the kept search index %s cannot be used: %s; it is made anew", place, fault)
            return None
        if since:
            found.follow(since, snapshot)
        return found

    def _about(self, revision: int) -> list[Any]:
        return [VERSION, getattr(tantivy, "__version__", None), self.vocabulary.digest, self.database, revision]

    def _kept(self, snapshot: Snapshot, hash: str) -> TextIndex:
        """Return an index made anew, in files that are kept; in memory where they cannot be."""
        place = self._place(snapshot.revision)
        try:
            self.folder.mkdir(FOR_US, parents=True, exist_ok=True)
            made = Path(tempfile.mkdtemp(prefix=f".{self._name}.", suffix=UNDONE, dir=self.folder))
        except OSError as fault:
            return self._in_memory(snapshot, fault)
        try:
            TextIndex.of(snapshot, self.vocabulary, place=made)
            _write_head(made, {"about": self._about(snapshot.revision), "revision": snapshot.revision, "hash": hash})
            self._clear(made)
            made.rename(place)
            return TextIndex.opened(place, snapshot, self.vocabulary)
        except (OSError, ValueError) as fault:
            return self._in_memory(snapshot, fault)
        finally:
            shutil.rmtree(made, ignore_errors=True)

    def _in_memory(self, snapshot: Snapshot, fault: Exception) -> TextIndex:
        _log.warning("the search index is not kept for the next start: %s", fault)
        return TextIndex.of(snapshot, self.vocabulary)

    def _clear(self, made: Path) -> None:
        """Remove what was kept before, and what processes that were ended left behind."""
        for path in self._places():
            if path.is_symlink() or not path.is_dir():
                path.unlink(missing_ok=True)
            else:
                shutil.rmtree(path, ignore_errors=True)
        for path in self.folder.glob(f".{self._name}.*{UNDONE}"):
            if path != made and time.time() - path.lstat().st_mtime > UNDONE_SECONDS:
                shutil.rmtree(path, ignore_errors=True)


def _revision_in(place: Path) -> int:
    """Return the revision that the name of a folder tells; -1 for none."""
    word = place.name.split(".")[1]
    return int(word) if word.isdecimal() and word.isascii() else -1


def _write_head(place: Path, told: dict[str, Any]) -> None:
    """Tell in a head what the files of a folder are, and make them read-only."""
    files = {}
    for path in sorted(place.iterdir()):
        if path.name.endswith(LOCKS):
            path.unlink()
            continue
        files[path.name] = [path.stat().st_size, zlib.crc32(path.read_bytes())]
        path.chmod(PRIVATE)
    said = orjson.dumps({**told, "files": files})
    (place / HEAD).write_bytes(b"%08x\n%s" % (zlib.crc32(said), said))
    (place / HEAD).chmod(PRIVATE)


def _head(place: Path) -> dict[str, Any] | None:
    """Return the head of a folder; None where there is none.

    Raises:
        OSError, ValueError: it cannot be read, or was altered.
    """
    try:
        checksum, _, said = (place / HEAD).read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    if checksum != b"%08x" % zlib.crc32(said):
        raise ValueError("its head is cut off or was altered")
    head: dict[str, Any] = orjson.loads(said)
    return head


def _check(place: Path, head: dict[str, Any]) -> None:
    """Hold the files of a folder against its head.

    Raises:
        OSError, ValueError: one is missing, cut off or altered.
    """
    for name, (size, checksum) in head["files"].items():
        path = place / name
        if path.stat().st_size != size or zlib.crc32(path.read_bytes()) != checksum:
            raise ValueError(f"its file {name} is cut off or was altered")
