"""Which importer a file goes to: packs, tables, linked data, or citations; by its name, else by what is in it.

Lives here: `family`. May enter: a path that the caller named. Never here: reading further than the head of the file.
"""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Literal

from kg.citations import formats
from kg.errors import InputError
from kg.importers import unrecognised
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
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD)
    except OSError as fault:
        raise InputError(
            f"{str(path)!r} cannot be read: {fault.strerror}", where="path", hint="check the path and its permissions"
        ) from fault
    return head.decode("utf-16" if head.startswith(_UTF16) else "utf-8-sig", "replace")
