"""A pack or tables in one ZIP file, as exports write them: unpacked within bounds into a folder, gone afterwards.

Lives here: `unpacked`. May enter: a path that the caller named. Never here: what the files say.
"""

from __future__ import annotations

import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from kg.ending import gone_when_ended
from kg.errors import InputError
from kg.ids import slugify
from kg.packs import HEAD
from kg.sheets import FILES as TABLES

MAX_FILES, MAX_TOTAL = 200, 4 * 1024 * 1024 * 1024
CHUNK = 1024 * 1024
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Give the folder of a pack, or of tables, that a ZIP file holds, at its top or in one folder.

    Raises:
        InputError: it is no ZIP file, holds neither, a name that leads elsewhere, or more than is read.

    Laws: the folder is gone afterwards, also when the process is told to end by SIGTERM or SIGHUP.

    Cost: at most 4 GiB are written, whatever the file says.
    """
    with tempfile.TemporaryDirectory(prefix="kg-pack-") as made, gone_when_ended(Path(made)):
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
