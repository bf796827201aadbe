"""Files of a search index that one process alone writes to, and that go with it.

Lives here: `Own`. May enter: a folder with files. Never here: what they hold.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from pathlib import Path

WRITABLE = 0o600
LOCKS = ".lock"
"""How names of files end that tantivy makes to keep processes apart."""


class Own:
    """A folder of copies, removed when it is let go or when the process ends."""

    def __init__(self) -> None:
        self.place = Path(tempfile.mkdtemp(prefix="evidence-kg-text-"))
        self._end = weakref.finalize(self, _remove, self.place, os.getpid())

    @classmethod
    def copy(cls, place: Path) -> Own:
        """Copy the files of a folder.

        Raises:
            OSError: they are gone, or there is no room for them.
        """
        made = cls()
        for path in place.iterdir():
            if not path.name.endswith(LOCKS):
                shutil.copyfile(path, made.place / path.name)
                (made.place / path.name).chmod(WRITABLE)
        return made


def _remove(place: Path, process: int) -> None:
    """Remove a folder, unless this is a child of the process that it belongs to."""
    if os.getpid() == process:
        shutil.rmtree(place, ignore_errors=True)
