"""The graph as tables: one CSV of claims for spreadsheets, two CSVs for Neo4j.

Lives here: `csv_of_claims`, `neo4j`. May enter: networks. Never here: what a row says (flat).
Cells that a spreadsheet would run as a formula are neutralised, see `kg.citations.table`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from kg.citations.table import neutralised
from kg.exporters.files import zipped
from kg.exporters.flat import EDGE_FIELDS, NODE_FIELDS, Row, edges, nodes
from kg.network import Network

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
