"""Files of a search index that one process alone writes to, and that go with it.

Lives here: `Own`. May enter: a folder with files. Never here: what they hold.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
import weakref
from pathlib import Path

if sys.platform != "win32":
    import fcntl

PREFIX, HELD = "evidence-kg-text-", "held.lock"
WRITABLE = 0o600
LOCKS = ".lock"
"""How names of files end that tantivy makes to keep processes apart."""


class Own:
    """A folder of copies, removed when it is let go or when the process ends; killed ones leave that to the next."""

    def __init__(self) -> None:
        self.place = Path(tempfile.mkdtemp(prefix=PREFIX))
        held = os.open(self.place / HELD, os.O_RDWR | os.O_CREAT, WRITABLE)
        self._end = weakref.finalize(self, _remove, self.place, held, os.getpid())
        _locked(held)

    @classmethod
    def copy(cls, place: Path) -> Own:
        """Copy the files of a folder.

        Raises:
            OSError: they are gone, or there is no room for them.
        """
        _sweep(Path(tempfile.gettempdir()))
        made = cls()
        for path in place.iterdir():
            if not path.name.endswith(LOCKS):
                shutil.copyfile(path, made.place / path.name)
                (made.place / path.name).chmod(WRITABLE)
        return made


def _locked(held: int) -> bool:
    """Take the lock of a folder for as long as its file is open; False where a process that lives has it."""
    if sys.platform == "win32":
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _sweep(folder: Path) -> None:
    """Remove what processes of ours that were killed left behind."""
    for place in folder.glob(f"{PREFIX}*"):
        try:
            told = place.lstat()
            if sys.platform == "win32" or not stat.S_ISDIR(told.st_mode) or told.st_uid != os.geteuid():
                continue
            held = os.open(place / HELD, os.O_RDWR)
        except OSError:  # gone by now, or about to be filled
            continue
        try:
            if _locked(held):
                shutil.rmtree(place, ignore_errors=True)
        finally:
            os.close(held)


def _remove(place: Path, held: int, process: int) -> None:
    """Remove a folder, unless this is a child of the process that it belongs to."""
    if os.getpid() == process:
        shutil.rmtree(place, ignore_errors=True)
        os.close(held)
