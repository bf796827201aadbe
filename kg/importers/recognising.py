"""Which importer a file goes to: packs, tables, linked data, or citations; by its name, else by what is in it.

Lives here: `kind_of`, `family`. May enter: a path that the caller named. Never here: reading further than the head of
the file.
"""

from __future__ import annotations

import codecs
import shlex
from pathlib import Path
from typing import Literal

from kg.citations import formats
from kg.errors import InputError, NotFound
from kg.importers import beginnings, unrecognised
from kg.importers.citations_pages import REMEDY, WHY, is_page
from kg.importers.pack_zip import is_zip, no_parquet
from kg.importers.tables import FOLDER, is_table, is_tables
from kg.packs import HEAD as HEAD_OF_PACK
from kg.rdf.screening import SUFFIXES
from kg.sheets import FILES

HEAD = 200_000
# Suffixes that files of both families have: JSON may be JSON-LD, XML may be RDF/XML.
_SHARED = frozenset({".json", ".xml"})
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
SPREADSHEETS = frozenset({".xlsx", ".xls", ".xlsm", ".ods", ".numbers"})


def kind_of(path: Path, format: str | None = None) -> str:
    """Return how a path is loaded: by the format that was named, else by `family`; no record is needed for it.

    Raises:
        NotFound: there is nothing there.
        InputError: it is a backup, or no text at all, such as a PDF; or as `family`.
    """
    if not path.exists():
        raise NotFound(f"there is no file or folder {str(path)!r}", where="path", hint="give a pack or a file")
    told = is_zip(path) if format in {"pack", "csv-tables"} else format is None and _tells_by_name(path)
    if path.is_file() and not told:
        found = beginnings.foreign(_bytes(path, beginnings.HEAD))
        if found is not None:
            hint = found.remedy.replace("FILE", shlex.quote(str(path)))
            raise InputError(f"{path.name} is {found.what}, which is not imported", where="path", hint=hint)
    return format or family(path)


def family(path: Path) -> Literal["pack", "csv-tables", "rdf", "citations"]:
    """Return what kind of file a path is.

    Raises:
        InputError: it cannot be read, or is an export to Parquet, which holds too little; a folder without a pack or
            tables, one table without its folder, a file of a spreadsheet program, an HTML page, or nothing that any
            reader knows.

    Example:
        >>> family(Path("library.bib")), family(Path("graph.ttl")), family(Path("pack.toml"))
        ('citations', 'rdf', 'pack')
    """
    if path.is_dir() and not (path / HEAD_OF_PACK).exists():
        if is_tables(path):
            return "csv-tables"
        if any(path.glob("*.parquet")) or any(path.glob("*/*.parquet")):
            raise no_parquet(path)
        if not any(path.glob("*.[yY]*[mM][lL]")):
            raise _neither(path)
    if path.is_dir() or path.suffix == ".toml" or is_zip(path):
        return "pack"
    suffix = path.suffix.lower()
    if suffix in SPREADSHEETS:
        raise InputError(
            f"{path.name} is a file of a spreadsheet program, which is not read",
            where="path",
            hint=f"save each sheet as CSV (UTF-8), named {', '.join(FILES)}, and give the folder; citations as one CSV",
        )
    if suffix == ".csv" and is_table(path):
        raise InputError(f"{path.name} is one of the tables, not citations", where="path", hint=FOLDER)
    if path.is_file() and is_page(path.name, _head(path)):
        raise InputError(f"{path.name}: {WHY}", where="path", hint=REMEDY)
    ends = {end for format in formats.FORMATS.values() for end in format.suffixes} - _SHARED
    if suffix in ends:
        return "citations"
    if suffix in SUFFIXES.keys() - _SHARED:
        return "rdf"
    return _by_contents(path, suffix)


def _by_contents(path: Path, suffix: str) -> Literal["rdf", "citations"]:
    """Return what a file is whose name does not tell.

    Raises:
        InputError: it cannot be read, is empty, or nothing that any reader knows.
    """
    text = _head(path)
    if not text.strip():
        raise InputError(f"{path.name} is empty", where="path", hint="write or export it again")
    if unrecognised.looks_like_rdf(text):
        return "rdf"
    if suffix not in _SHARED and formats.recognise("", text) is None:
        raise InputError(f"{path.name}: {unrecognised.WHY}", where="path", hint=unrecognised.remedy(text))
    return "citations"


def _tells_by_name(path: Path) -> bool:
    """Say whether the name of a file that is no text says more of it than its first bytes."""
    return is_zip(path) or path.suffix.lower() in SPREADSHEETS


def _neither(folder: Path) -> InputError:
    """Return what was expected of a folder that holds neither a pack nor tables."""
    names = sorted(one.name for one in folder.iterdir())
    held = f"holds only {', '.join(names[:4])}{', ...' if len(names) > 4 else ''}" if names else "is empty"
    return InputError(
        f"the folder {str(folder)!r} {held}",
        where="path",
        hint=f"expected {HEAD_OF_PACK} (a pack), or one or more of {', '.join(FILES)} (tables, saved as CSV)",
    )


def _head(path: Path) -> str:
    head = _bytes(path, HEAD)
    return head.decode("utf-16" if head.startswith(_UTF16) else "utf-8-sig", "replace")


def _bytes(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(most)
    except OSError as fault:
        raise InputError(
            f"{str(path)!r} cannot be read: {fault.strerror}", where="path", hint="check the path and its permissions"
        ) from fault
