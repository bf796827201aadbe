"""Keeping the record safe: a backup of all of it in one file, while it is in use, and a new record from such a file.

Lives here: `Keeping`, a part of the face, and `restore`. May enter: paths of any door.
Never here: what a backup holds (record/backup).
"""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

from kg.asking import Asking
from kg.errors import InputError, NotFound, ParseFailure
from kg.exporters import files
from kg.record import Store
from kg.record.backup import examine, told_by

PRIVATE = 0o600
GZIP = 31
"""The window of zlib that makes a gzip file."""


class Keeping(Asking):
    """Taking a backup."""

    def backup(self, path: str | Path, *, accounts: bool = True) -> dict[str, Any]:
        """Write the whole record to one file, from one consistent state, while others read and write.

        Args:
            path: The file; compressed when its name ends in `.gz`. Only its owner may read it.
            accounts: With persons, their e-mail addresses and the digests of tokens (no secret is ever kept).

        Returns:
            `{"file", "revision", "hash", "rows", "accounts", "bytes", "sha256"}`, read back from the file; of a device
            or a FIFO, as it was written.

        Raises:
            InputError: the file cannot be written; nothing is left of it then.
            StoreError: the record does not hold together, so that `restore` would refuse its backup; what stood in the
                place of the file stands.

        Cost: one pass over the log; 2,000 records take 0.1 s.
        """
        place, ends = Path(path), list[str]()
        lasting = Path(os.path.realpath(place))
        given = _noted(self.store.backup(accounts=accounts), ends)
        written = files.write(place, _packed(given) if place.suffix == ".gz" else given, mode=PRIVATE)
        told = told_by(*ends)
        if lasting.is_file():
            with _opened(lasting) as raw, _lines(raw, lasting) as lines:
                told = examine(lines, source=str(path))
        return {
            "file": str(path),
            "revision": told.revision,
            "hash": told.hash,
            "rows": dict(sorted(told.rows.items())),
            "accounts": accounts,
            "bytes": written.size,
            "sha256": written.sha256,
        }


def restore(path: str | Path, database: str) -> dict[str, Any]:
    """Make a new record from a backup; the file is read through before the database is touched.

    Args:
        path: A file that `backup` wrote; what comes through a FIFO or a device is kept in a temporary file meanwhile.
        database: URL of a database of any kind that does not exist yet, is empty, or holds a record as it was made
            empty.

    Returns:
        `{"database", "revision", "hash", "rows"}`.

    Raises:
        NotFound: there is no such file.
        ParseFailure: it is no backup, or one of a newer version, is cut off, or was altered.
        StoreError: the database is not empty or cannot be used.

    Law: the log, the state and the kept answers are those of the backup, and the chain verifies.

    Example:
        >>> import kg, tempfile
        >>> folder = tempfile.mkdtemp()
        >>> graph = kg.open(f"sqlite:///{folder}/old.sqlite")
        >>> told = graph.backup(f"{folder}/all.jsonl.gz")
        >>> again = restore(f"{folder}/all.jsonl.gz", f"sqlite:///{folder}/new.sqlite")
        >>> again["hash"] == told["hash"], kg.open(f"sqlite:///{folder}/new.sqlite").verify()["problems"]
        (True, [])
    """
    place = Path(path)
    with _opened(place) as raw:
        with _lines(raw, place) as lines:
            examine(lines, source=str(path))
        with Store.open(database) as store, _lines(raw, place) as lines:
            told = store.restore(lines, source=str(path))
            shown = store.name
    return {
        "database": shown,
        "revision": told.revision,
        "hash": told.hash,
        "rows": dict(sorted(told.rows.items())),
    }


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Give the bytes of a file, to be read more than once, also where they come through a FIFO or a device."""
    if not path.exists() or path.is_dir():
        raise NotFound(f"there is no file {str(path)!r}", where="backup", hint="`kg backup FILE` makes one")
    try:
        with path.open("rb") as given:
            if path.is_file():
                yield given
                return
            with tempfile.TemporaryFile() as held:
                shutil.copyfileobj(given, held)
                yield held
    except OSError as fault:
        raise InputError(
            f"{str(path)!r} cannot be read: {fault.strerror}",
            where="backup",
            hint="give a file that you may read; what is no file needs room in the folder for temporary files",
        ) from fault


@contextmanager
def _lines(raw: BinaryIO, path: Path) -> Iterator[Iterator[str]]:
    """Give the lines of a file from its beginning, unpacked when it is compressed, whatever it is called."""
    try:
        raw.seek(os.SEEK_SET)
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(os.SEEK_SET)
        with gzip.open(raw) if packed else nullcontext(raw) as plain:
            yield (line.decode() for line in plain)
    except (EOFError, zlib.error, gzip.BadGzipFile, UnicodeDecodeError) as fault:
        raise ParseFailure(
            f"the backup is damaged: {fault}", source=str(path), hint="use another backup; nothing was changed"
        ) from fault


def _noted(lines: Iterable[str], ends: list[str]) -> Iterator[str]:
    """Give lines on, and keep the first and the last one."""
    for line in lines:
        ends[min(len(ends), 1) :] = [line]
        yield line


def _packed(pieces: Iterable[str]) -> Iterator[bytes]:
    squeeze = zlib.compressobj(wbits=GZIP)
    for piece in pieces:
        packed = squeeze.compress(piece.encode())
        if packed:
            yield packed
    yield squeeze.flush()
