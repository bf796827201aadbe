"""A pack or tables in one ZIP file, as exports write them: unpacked within bounds into a folder, gone afterwards.

Lives here: `unpacked`. May enter: a path that the caller named. Never here: what the files say.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from kg.errors import InputError
from kg.ids import slugify
from kg.packs import HEAD
from kg.sheets import FILES as TABLES

MAX_FILES, MAX_TOTAL = 200, 4 * 1024 * 1024 * 1024
CHUNK = 1024 * 1024
ENDING = (signal.SIGTERM, signal.SIGHUP)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Give the folder of a pack, or of tables, that a ZIP file holds, at its top or in one folder.

    Raises:
        InputError: it is no ZIP file, holds neither, a name that leads elsewhere, or more than is read.

    Laws: the folder is gone afterwards, also when the process is told to end by SIGTERM or SIGHUP.

    Cost: at most 4 GiB are written, whatever the file says.
    """
    with tempfile.TemporaryDirectory(prefix="kg-pack-") as made, _gone_when_ended(made):
        folder = Path(made) / (slugify(path.stem.removesuffix(".pack").removesuffix(".tables")) or "pack")
        folder.mkdir()
        try:
            with zipfile.ZipFile(path) as archive:
                _unpack(archive, folder, path)
        except InputError:  # a ValueError too, which says by itself what is wrong
            raise
        except _BROKEN as fault:
            raise _refused(path, f"is no ZIP file that can be read: {fault}"[:200]) from fault
        except OSError as fault:
            raise InputError(
                f"{str(path)!r} cannot be unpacked: {fault.strerror or fault}",
                where="path",
                hint="give a file that may be read, with room for it in the folder for temporary files",
            ) from fault
        yield folder


@contextmanager
def _gone_when_ended(folder: str) -> Iterator[None]:
    """Take a folder away before a signal ends this process, as it would have without us."""
    ours = os.getpid()

    def end(signal_: int, _: object) -> None:
        if os.getpid() == ours:  # and not a child that was forked meanwhile
            shutil.rmtree(folder, ignore_errors=True)
        signal.signal(signal_, signal.SIG_DFL)
        os.kill(os.getpid(), signal_)

    # Whoever has asked for a signal already, such as a server, ends in order; threads cannot ask.
    main = threading.current_thread() is threading.main_thread()
    asked = [one for one in ENDING if main and signal.getsignal(one) is signal.SIG_DFL]
    for one in asked:
        signal.signal(one, end)
    try:
        yield
    finally:
        for one in asked:
            signal.signal(one, signal.SIG_DFL)


def _unpack(archive: zipfile.ZipFile, folder: Path, path: Path) -> None:
    files = [one for one in archive.infolist() if not one.is_dir()]
    if len(files) > MAX_FILES:
        raise _refused(path, f"holds {len(files)} files, at most {MAX_FILES} are read")
    names = [name for name in (PurePosixPath(one.filename) for one in files) if len(name.parts) <= 2]
    if any(name.suffix == ".parquet" for name in map(PurePosixPath, (one.filename for one in files))):
        raise no_parquet(path)
    tops = [name.parent for name in names if name.name == HEAD]
    tables = {name.parent for name in names if name.name.lower() in TABLES}
    if len(tops) != 1 and (tops or len(tables) != 1):
        raise _refused(path, f"holds {len(tops) or 'no'} {HEAD} at its top or in one folder, expected one, or tables")
    top, left = tops[0] if tops else tables.pop(), MAX_TOTAL
    taken: set[str] = set()
    for one in files:
        name = PurePosixPath(one.filename)
        if name.is_absolute() or ".." in name.parts or "\\" in one.filename:
            raise _refused(path, f"holds a name that leads elsewhere: {one.filename[:80]!r}")
        if name.parent == top:
            if name.name in taken:
                raise _refused(path, f"holds {name.name[:80]} twice", "make the ZIP file again with one of the two")
            taken.add(name.name)
            left -= _copy(archive, one, folder / name.name, left, path)


def _copy(archive: zipfile.ZipFile, one: zipfile.ZipInfo, to: Path, most: int, path: Path) -> int:
    """Write one file and return its size, which is counted as it comes."""
    size = 0
    with archive.open(one) as source, to.open("wb") as file:
        while piece := source.read(CHUNK):
            size += len(piece)
            if size > most:
                raise _refused(path, f"holds more than is read: {one.filename[:80]} is longer than {most} bytes")
            file.write(piece)
    return size


def no_parquet(path: Path) -> InputError:
    """Return why an export to Parquet is not loaded."""
    return InputError(
        f"{str(path)!r} is an export to Parquet, which holds numbers for `kg spark` but no statements and no quotes",
        where="path",
        hint="export what is to be loaded again as a pack, as csv-tables or as RDF",
    )


def _refused(path: Path, why: str, hint: str = "unpack it, and load the folder") -> InputError:
    return InputError(f"{path.name} {why}", where="path", hint=hint)


def is_zip(path: Path) -> bool:
    """Say whether a path is a ZIP file by its name.

    Example:
        >>> is_zip(Path("export.pack.zip"))
        True
    """
    return path.suffix.lower() == ".zip"
