"""Seals: a file that was found whole is not read through again, as long as nobody has touched it.

Lives here: `seal`, `is_sealed`, `is_ours`. May enter: paths, what the system says of a file. Never here: what the file
holds.
A seal is a file beside it: the device, number and size of the file, when its content changed and when anything did.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

SUFFIX = ".seal"


def seal(path: Path, told: os.stat_result | None = None) -> None:
    """Say that a file holds what was written.

    Args:
        path: The file.
        told: What the system said of it when it was found whole; asked now when None.

    Raises:
        OSError: the seal cannot be written.
    """
    _beside(path).write_text(_said(path.stat() if told is None else told), encoding="ascii")


def is_sealed(path: Path, told: os.stat_result) -> bool:
    """Say whether nobody has touched a file since it was sealed.

    Args:
        path: The file.
        told: What the system says of it now.

    Raises:
        OSError: the seal is there and cannot be read.
    """
    try:
        return _beside(path).read_bytes() == _said(told).encode()
    except FileNotFoundError:
        return False


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
