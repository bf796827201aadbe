"""Seals: a file that was found whole is not read through again, as long as nobody has touched it.

Lives here: `seal`, `is_sealed`, `is_ours`, `is_safe`, `opened`. May enter: paths, what the system says of a file. Never
here: what the file holds.
A seal is a file beside it: the device, number and size of the file, when its content changed and when anything did.
"""

from __future__ import annotations

import logging
import os
import stat
import sys
import tempfile
from functools import cache
from pathlib import Path

SUFFIX = ".seal"
FOR_US = 0o700
"""Permissions of a folder that is made for what is kept."""
_PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_log = logging.getLogger(__name__)


def seal(path: Path, told: os.stat_result | None = None) -> None:
    """Say that a file holds what was written.

    Args:
        path: The file.
        told: What the system said of it when it was found whole; asked now when None.

    What lies in its place is replaced, and never written through where it is a link.

    Raises:
        OSError: the seal cannot be written.
    """
    said = _said(path.lstat() if told is None else told)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=f"{SUFFIX}.part", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(said)
        Path(name).replace(_beside(path))
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def is_sealed(path: Path, told: os.stat_result) -> bool:
    """Say whether nobody has touched a file since it was sealed; a seal that cannot be read is none.

    Args:
        path: The file.
        told: What the system says of it now.
    """
    try:
        with os.fdopen(opened(_beside(path)), "rb") as stream:
            return is_ours(os.fstat(stream.fileno())) and stream.read() == _said(told).encode()
    except OSError:
        return False


def opened(path: Path) -> int:
    """Return the descriptor of a plain file that is open for reading.

    Raises:
        OSError: there is none, or it cannot be read, or something else lies there: a link, a folder, a pipe.
    """
    if path.is_symlink():
        raise OSError("it is a link, not a file")
    descriptor = os.open(path, os.O_RDONLY | _PLAIN)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError("it is no plain file")
    return descriptor


def is_safe(folder: Path) -> bool:
    """Say whether nobody else can put files of ours aside in a folder, or there is no such folder yet.

    Where many may write, as in the folder for temporary files, the sticky bit keeps each from what others own. A folder
    that is not safe is told once, with what to do.
    """
    if sys.platform == "win32":
        return True
    try:
        link, told = folder.lstat(), folder.stat()
    except OSError:
        return True
    ours = {0, os.geteuid()}
    if not {link.st_uid, told.st_uid} <= ours:
        _tell(f"{folder} is not used to keep columns and search indexes: it belongs to somebody else")
    elif told.st_mode & 0o022 and not told.st_mode & stat.S_ISVTX:
        _tell(f"{folder} is not used to keep columns and search indexes: others may write into it")
    else:
        return True
    return False


@cache
def _tell(what: str) -> None:
    _log.warning(
        "%s, and could put files there that we read. Each start reads the whole record instead. Let it belong to you "
        "and be closed to others (chmod go-w), name another one in KG_COLUMNS_FOLDER, or say KG_COLUMNS_FOLDER=off",
        what,
    )


def is_ours(told: os.stat_result, *, private: bool = False) -> bool:
    """Say whether nobody but us and the administrator can have written a file or a folder, or can change it.

    Args:
        told: What the system said of it, links not followed.
        private: Nobody else may look into it either.
    """
    if sys.platform == "win32":
        return True
    others = 0o077 if private else 0o022
    return told.st_uid in {0, os.geteuid()} and not stat.S_ISLNK(told.st_mode) and not told.st_mode & others


def _beside(path: Path) -> Path:
    return path.with_name(path.name + SUFFIX)


def _said(told: os.stat_result) -> str:
    return f"{told.st_dev} {told.st_ino} {told.st_size} {told.st_mtime_ns} {told.st_ctime_ns}"
