"""Files written whole or not at all.

Lives here: `write`, `refuse_database`, `pour`, `zipped`. May enter: pieces of text or bytes. Never here: what they say.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from kg.ending import gone_when_ended
from kg.errors import InputError
from kg.later import Later

if TYPE_CHECKING:
    from kg import record
else:
    record = Later("kg.record")

_UNDATED = (1980, 1, 1, 0, 0, 0)
_BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite adds to the name of a database for the files that belong to it."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: how many bytes, and their SHA-256 in hexadecimal."""

    size: int
    sha256: str


def write(path: Path, pieces: Iterable[str | bytes], *, mode: int | None = None, follows_links: bool = True) -> Written:
    """Write pieces, as UTF-8 where they are text, to a file that then stands there whole, or not at all.

    Args:
        path: The file.
        pieces: Its content.
        mode: Permissions; those of the file that is replaced, or of any new file, when None.
        follows_links: Whether what the user named may be a link or a device; if not, that itself is replaced.

    A temporary file beside it is written, brought to disk and renamed; then the folder is brought to disk. A file of
    that name is replaced; where it is a link, the file it points to is. A device, a FIFO or a socket is never replaced:
    the pieces go straight into it, and what arrived before a fault stays there. A database is never replaced, whatever
    name leads to it: it may be the record that the pieces come from. What was begun is taken away when the pieces fail
    to come or a signal ends the process.

    Raises:
        InputError: the folder is missing or cannot be written, the disk is full, or the file is an SQLite database or
            belongs to one; says what to do.
    """
    if follows_links and _is_special(path):
        return _through(path, pieces)
    target = Path(os.path.realpath(path)) if follows_links else path
    if follows_links:
        refuse_database(path)
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
        try:
            with gone_when_ended(Path(name)):
                with os.fdopen(descriptor, "wb") as stream:
                    written = pour(stream, pieces)
                    stream.flush()
                    os.fsync(stream.fileno())
                Path(name).chmod(_mode(target) if mode is None else mode)
                Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as fault:
        raise InputError(
            f"{str(path)!r} cannot be written: {fault.strerror}",
            where="file",
            hint="name a file in a folder that is there and may be written, with room on the disk",
        ) from fault
    return written


def refuse_database(path: Path) -> None:
    """Look whether a file, or the one that a link leads to, is a database that must not be replaced.

    Raises:
        InputError: it is an SQLite database, or one of the files that SQLite keeps beside one.
    """
    target = Path(os.path.realpath(path))
    names = (target.name.removesuffix(end) for end in _BESIDE if target.name.endswith(end))
    whole = next((target.with_name(name) for name in names if name), None)
    if target.is_file() and record.is_database(target):
        said = "is an SQLite database"
    elif whole is not None and whole.is_file() and record.is_database(whole):
        said = f"belongs to the SQLite database {str(whole)!r}"
    else:
        return
    raise InputError(
        f"{str(path)!r} {said}, which is not replaced",
        where="file",
        hint="name another file; to be rid of a database that nobody needs, delete it first",
    )


def pour(stream: BinaryIO, pieces: Iterable[str | bytes]) -> Written:
    """Write pieces to an open stream.

    Example:
        >>> import io
        >>> pour(io.BytesIO(), ["a", b"b"]).size
        2
    """
    size, digest = 0, hashlib.sha256()
    for piece in pieces:
        content = piece.encode() if isinstance(piece, str) else piece
        stream.write(content)
        size += len(content)
        digest.update(content)
    return Written(size, digest.hexdigest())


def zipped(texts: Mapping[str, str]) -> Iterator[bytes]:
    """Give a ZIP of some texts by name. Law: the same texts give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(zipfile.ZipInfo(name, _UNDATED), text, zipfile.ZIP_DEFLATED)
    yield made.getvalue()


def _is_special(path: Path) -> bool:
    """Say whether something other than a file or a folder has that name already."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _through(path: Path, pieces: Iterable[str | bytes]) -> Written:
    """Write pieces straight into a device or a FIFO."""
    try:
        with path.open("wb") as stream:
            return pour(stream, pieces)
    except OSError as fault:
        raise InputError(
            f"{str(path)!r} cannot be written to the end: {fault.strerror}",
            where="file",
            hint="it is a device, a FIFO or a socket, written to directly; name a file, or see what reads from it",
        ) from fault


def _mode(target: Path) -> int:
    """Return the permissions of the file that is replaced, else those that a new file gets."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
