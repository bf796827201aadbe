"""Seals: a file that was found whole is not read through again, as long as nobody has touched it.

Lives here: `seal`, `is_sealed`. May enter: paths, what the system says of a file. Never here: what the file holds.
A seal is a file beside it: the device, number and size of the file, when its content changed and when anything did.
"""

from __future__ import annotations

import os
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


def _beside(path: Path) -> Path:
    return path.with_name(path.name + SUFFIX)


def _said(told: os.stat_result) -> str:
    return f"{told.st_dev} {told.st_ino} {told.st_size} {told.st_mtime_ns} {told.st_ctime_ns}"
