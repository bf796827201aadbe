"""The graph as tables: one CSV of claims for spreadsheets, two CSVs for Neo4j, four that are the record itself.

Lives here: `csv_of_claims`, `neo4j`, `records`. May enter: networks. Never here: what a row says (flat, `kg.sheets`).
Cells that a spreadsheet would run as a formula are neutralised, see `kg.citations.table`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from kg.citations.table import neutralised
from kg.errors import InputError
from kg.exporters.files import Written, pour, write, zipped
from kg.exporters.flat import EDGE_FIELDS, NODE_FIELDS, Row, edges, nodes
from kg.holding import of_kind
from kg.network import Network
from kg.sheets import FILES, SHEETS, cells_of

AT_ONCE = 1_000
SHOWN = 4
LONE = frozenset({".csv", ".tsv", ".xlsx", ".ods"})
"""Suffixes of one file, which a folder must not be called by mistake."""

_TYPES = {"sign": ":int", "groups": ":int", "evidence": ":int", "contested": ":boolean", "takes_part": ":boolean"} | (
    dict.fromkeys(("expected", "belief", "disbelief", "uncertainty", "low", "high"), ":float")
)
NODE_HEADER = ("id:ID", *(":LABEL" if name == "type" else name for name in NODE_FIELDS[1:]))
_NAMED = {"id": "claim", "source": ":START_ID", "target": ":END_ID", "relation": ":TYPE"}
EDGE_HEADER = tuple(_NAMED.get(name, name + _TYPES.get(name, "")) for name in EDGE_FIELDS)


def csv_of_claims(network: Network) -> Iterator[str]:
    """Give one row for each claim, its ends with their labels.

    Law: each cell, restored by `kg.citations.table.restored`, is what the record says.
    """
    labels = {row["id"]: row["label"] for row in nodes(network)}
    header = (*EDGE_FIELDS[:3], "source_label", "target_label", *EDGE_FIELDS[3:])
    rows = (
        row | {"source_label": labels[row["source"]], "target_label": labels[row["target"]]} for row in edges(network)
    )
    yield from _lines(header, header, rows)


def neo4j(network: Network) -> Iterator[bytes]:
    """Give a ZIP of `nodes.csv` and `relationships.csv`, with the headers of `neo4j-admin database import`.

    Law: the same contents give the same bytes.
    """
    tables = {
        "nodes.csv": _lines(NODE_HEADER, NODE_FIELDS, nodes(network)),
        "relationships.csv": _lines(EDGE_HEADER, EDGE_FIELDS, edges(network)),
    }
    yield from zipped({name: "".join(lines) for name, lines in tables.items()})


def records(network: Network) -> dict[str, Iterator[str]]:
    """Return the tables of `kg.sheets` by name of file: every entity, work, claim and item, in the order of ids.

    Law: loading them into an empty record gives the same records.
    """
    return {
        sheet.file: _written(chain([sheet.columns], map(cells_of, of_kind(network.snapshot, kind).values())))
        for kind, sheet in SHEETS.items()
    }


def write_records(folder: Path, network: Network) -> Written:
    """Write the tables into a folder, each whole or not at all.

    Returns:
        How many bytes in all, and a SHA-256 over the lines that `sha256sum` prints of the files.

    Raises:
        InputError: the folder holds files already, tables too, since they may have been edited by hand; or something
            else of that name is there, or it cannot be written.
    """
    if folder.suffix.lower() in LONE:
        raise InputError(
            f"{str(folder)!r} would be a folder: csv-tables are {len(FILES)} files",
            where="file",
            hint=f"name a folder ({str(folder.with_suffix(''))!r}) or a ZIP file; csv and csv-works are one table",
        )
    if folder.exists() and not folder.is_dir():
        raise InputError(
            f"{str(folder)!r} is there already and is no folder", where="file", hint="name a new or empty folder"
        )
    held = sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []
    if held:
        more = f" and {len(held) - SHOWN} more" if len(held) > SHOWN else ""
        raise InputError(
            f"the folder {str(folder)!r} holds files already, which are not replaced: {', '.join(held[:SHOWN])}{more}",
            where="file",
            hint="name a new or empty folder, or delete this one first; tables may hold changes made by hand",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise InputError(
            f"{str(folder)!r} cannot be made: {fault.strerror}", where="file", hint="name a folder that can be made"
        ) from fault
    made = {name: write(folder / name, lines) for name, lines in records(network).items()}
    told = pour(io.BytesIO(), [f"{one.sha256}  {name}\n" for name, one in made.items()])
    return Written(sum(one.size for one in made.values()), told.sha256)


def _written(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for number, row in enumerate(rows, 1):
        writer.writerow(row)
        if number % AT_ONCE == 0:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def _lines(header: Sequence[str], fields: Sequence[str], rows: Iterable[Row]) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in fields])
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return neutralised(value) if isinstance(value, str) else value
