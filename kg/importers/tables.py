"""CSV tables as they lie on disk: which files there are, what separates their cells, their rows by line.

Lives here: `Table`, `tables_of`, `rows_of`, `with_lines`. May enter: a folder that the caller named.
Never here: what a cell means (sheets), doors, the record.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from kg.citations.parsed import Failure, failure
from kg.citations.table import delimiter_of, restored, rows
from kg.errors import InputError
from kg.importers.sources import RAW_SHOWN, decoded
from kg.importers.tables_within import CELL_MOST, ROW_MOST, lines_within, rows_from
from kg.meant import near
from kg.sheets import ALSO, ENDS, FILES, SHEETS, Sheet

HEADER_MOST = 20_000
PIECE = 1 << 20
MARKS = (frozenset({"id", "type", "label"}), frozenset(ENDS), frozenset({"claim", "work", "stance"}))
"""Columns by which tables of entities, claims and evidence are known."""
FOLDER = f"give the folder that holds it, with one or more of {', '.join(FILES)}"
_CUT = "the file ends within a character of UTF-8"


@dataclass(frozen=True, slots=True)
class Table:
    """One file whose header was read.

    Attributes:
        sheet: Which of the tables.
        path: Where it is.
        name: How failures call it.
        delimiter: What separates its cells.
        columns: For each column its name in the sheet; None for one that is passed over.
        foreign: Place and name of those that have a name, and why.
        sha256: Of its bytes.
        longest: Bytes that its longest line has at most.
    """

    sheet: Sheet
    path: Path
    name: str
    delimiter: str
    columns: tuple[str | None, ...]
    foreign: tuple[tuple[int, str, str], ...]
    sha256: str
    longest: int


def is_tables(folder: Path) -> bool:
    """Say whether a folder holds one of the tables."""
    return bool(_files(folder))


def is_table(path: Path) -> bool:
    """Say whether a file begins as the table of entities, claims or evidence does; works alone are citations too."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline=None) as text:
            head = text.read(HEADER_MOST)
    except OSError:
        return False
    first = next(iter(rows(head, delimiter_of(head))), None) if head.strip() else None
    cells = {(cell or "").strip().lower() for cell in first.cells} if first is not None else set()
    return "title" not in cells and any(marks <= cells for marks in MARKS)


def _files(folder: Path) -> dict[str, list[Path]]:
    """Return the tables of a folder by the name that they should have, whatever case theirs is in."""
    found: dict[str, list[Path]] = {}
    try:
        paths = sorted(folder.iterdir()) if folder.is_dir() else []
    except OSError as fault:
        raise InputError(
            f"{str(folder)!r} cannot be read: {fault.strerror}", where="path", hint="check its permissions"
        ) from fault
    for path in paths:
        if path.name.lower() in FILES:
            found.setdefault(path.name.lower(), []).append(path)
    return found


def others_in(folder: Path) -> list[tuple[str, str]]:
    """Return the names of the files with separated values in a folder that are none of the tables, and why they are
    passed over.
    """
    found: list[tuple[str, str]] = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in {".csv", ".tsv"} and path.name.lower() not in FILES and path.is_file():
            meant = near(path.name.lower(), {name: name for name in FILES}, most=1)
            hint = f"; did you mean {meant[0]}?" if meant else ""
            found.append((path.name, f"not one of the tables {', '.join(FILES)}{hint}"))
    return found


def tables_of(folder: Path) -> tuple[list[Table], list[Failure]]:
    """Look at the tables of a folder, in the order in which their records lean on each other.

    A file that cannot be read as a whole is a failure: not UTF-8, empty, or without a column that is needed.

    Raises:
        InputError: there is none of the four files.
    """
    files = _files(folder)
    if not files:
        single = folder.is_file()
        raise InputError(
            f"{str(folder)!r} is a file, tables are a folder"
            if single
            else f"{str(folder)!r} holds none of the tables",
            where="path",
            hint=FOLDER if single else f"name the files {', '.join(FILES)}; one of them is enough",
        )
    found: list[Table] = []
    failures: list[Failure] = []
    for sheet in SHEETS.values():
        for path in files.get(sheet.file, [])[:1]:
            table = _table(sheet, path, f"{folder.resolve().name}/{path.name}")
            if isinstance(table, Failure):
                failures.append(table)
            else:
                found.append(table)
        failures += [
            failure(
                f"the table {sheet.file} is there twice, as {files[sheet.file][0].name} too",
                source=f"{folder.resolve().name}/{path.name}",
                remedy="keep one of the two, or put their rows into one file",
            )
            for path in files.get(sheet.file, [])[1:]
        ]
    return found, failures


def _table(sheet: Sheet, path: Path, name: str) -> Table | Failure:
    try:
        if path.exists() and not path.is_file():
            return failure("it is no file", source=name, remedy="put a file in its place, or take it away")
        digest, bad, longest = _digest(path)
        if bad is not None:
            with path.open("rb") as stream:
                told = decoded(stream.read(bad + PIECE), name)
            return told if isinstance(told, Failure) else failure(_CUT, source=name, remedy="save the file as UTF-8")
        with path.open(encoding="utf-8-sig", newline=None) as text:
            head = text.read(HEADER_MOST)
    except OSError as fault:
        return failure(f"the file cannot be read: {fault.strerror}", source=name, remedy="check its permissions")
    told = decoded(head.encode(), name)
    if isinstance(told, Failure):
        return told
    if not head.strip():
        return failure("the file is empty", source=name, remedy="write a header and rows, or leave the file out")
    delimiter = delimiter_of(head)
    first = next(rows(head, delimiter))
    return _named(Table(sheet, path, name, delimiter, first.cells, (), digest, longest), first.line)


def _named(table: Table, line: int) -> Table | Failure:
    """Return a table with its columns named as its sheet names them."""
    sheet = table.sheet
    known = {name: name for name in sheet.columns} | dict(ALSO.get(sheet.kind, {}))
    columns: list[str | None] = []
    foreign: list[tuple[int, str, str]] = []
    for at, cell in enumerate(table.columns):
        given = restored(cell or "").strip()
        name = known.get("_".join(given.lower().replace("-", " ").split()))
        if name is not None and name in columns:
            return failure(
                f"the column {name} is there twice", source=table.name, line=line, remedy="keep one of the two"
            )
        columns.append(name)
        if name is None and given:
            meant = near(given, {one: one for one in known if one not in columns}, most=1)
            hint = f"; did you mean {meant[0]}?" if meant else ""
            foreign.append((at, given[:100], f"not a column of {sheet.file}{hint}"))
    stand_in = sheet.kind == "evidence" and set(ALSO["evidence"]) <= set(columns)
    lacking = [name for name in sheet.needed if name not in columns and not (name == "claim" and stand_in)]
    if lacking:
        more = " (or subject, relation and object)" if "claim" in lacking else ""
        return failure(
            f"the first row names no column {', '.join(lacking)}{more}",
            source=table.name,
            line=line,
            remedy=f"name the columns in the first row; those of {sheet.file} are {', '.join(sheet.columns)}",
        )
    return replace(table, columns=tuple(columns), foreign=tuple(foreign))


def rows_of(table: Table) -> Iterator[tuple[int, list[str], str | None]]:
    """Give the rows below the header that are not empty: the line where each begins, its cells, and why it is broken.

    A row whose quotation marks do not pair, or with more cells than the header, is broken; its neighbours are not.

    Cost: about a microsecond a row; a row at a time is held.
    """
    width = len(table.columns)
    below = _rows(table)
    next(below, None)
    for line, cells, broken in below:
        if broken is None and len(cells) > width and any(cell.strip() for cell in cells[width:]):
            yield line, cells, f"the row has {len(cells)} cells, the header {width}"
        elif broken is not None or any(cells):
            yield line, cells, broken


def _rows(table: Table) -> Iterator[tuple[int, list[str], str | None]]:
    csv.field_size_limit(CELL_MOST)
    begin, size = 1, 0

    def held(stream: TextIO) -> Iterator[str]:
        nonlocal size
        for text in stream:
            size += len(text)
            if size > ROW_MOST:
                return  # within a row: what is in quotation marks then ends too soon
            yield text

    if table.longest <= ROW_MOST:
        with table.path.open(encoding="utf-8-sig", newline=None) as stream, suppress(csv.Error):
            reader = csv.reader(held(stream), delimiter=table.delimiter, strict=True)
            for cells in reader:
                line, begin, size = begin, reader.line_num + 1, 0
                if cells:
                    yield line, cells, None
            return
    # From the row that this reader stumbles over on, by the one that goes on at the next line.
    for row in rows_from(table.path, table.delimiter, begin):
        yield row.line, list(row.cells), row.broken


def with_lines(failures: Iterable[Failure], tables: Iterable[Table]) -> list[Failure]:
    """Return failures with the text of their lines, sorted by file and line. Cost: one pass over each file at fault."""
    found = list(failures)
    for table in tables:
        wanted = {one.line for one in found if one.source == table.name and one.line is not None and not one.raw}
        if not wanted:
            continue
        texts: dict[int | None, str] = {}
        with table.path.open(encoding="utf-8-sig", newline=None) as stream:
            for number, text in lines_within(stream):
                if number in wanted:
                    line = text.strip()
                    texts[number] = line if len(line) <= RAW_SHOWN else line[: RAW_SHOWN - 1] + "…"
        found = [
            replace(one, raw=texts.get(one.line, "")) if one.source == table.name and not one.raw else one
            for one in found
        ]
    return sorted(found, key=lambda one: (one.source, one.line or 0, one.reason))


def _digest(path: Path) -> tuple[str, int | None, int]:
    """Return the SHA-256 of a file, about where it stops being UTF-8, and about how many bytes its longest line has."""
    digest = hashlib.sha256()
    at, left, line, longest = 0, b"", 0, 0
    with path.open("rb") as stream:
        while piece := stream.read(PIECE):
            digest.update(piece)
            whole = left + piece
            try:
                whole.decode()
                left = b""
            except UnicodeDecodeError as fault:
                if len(whole) - fault.start > 3:
                    return "", at - len(left) + fault.start, 0
                left = whole[fault.start :]
            at += len(piece)
            # Lines within a piece are shorter than one that goes over the end of a piece may be.
            last = max(piece.rfind(b"\n"), piece.rfind(b"\r"))
            longest = max(longest, line + (len(piece) if last < 0 else last))
            line = line + len(piece) if last < 0 else len(piece) - last - 1
    return digest.hexdigest(), at if left else None, longest
