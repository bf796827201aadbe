"""The gap map as a table for spreadsheets: one line for each pair, filled or not.

Lives here: CSV, and cells that no spreadsheet takes for a formula. May enter: an answer to `matrix`. Never here: HTTP.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from kg.citations.table import neutralised
from kg.network import Network
from kg.question import explain

HEADER = (
    "row", "row_label", "col", "col_label", "direction", "expected", "low", "high", "opposing_expected", "works",
    "work_keys", "contested", "direct", "latest_year",
)  # fmt: skip


def table(network: Network, answer: Mapping[str, Any], *, lang: str) -> str:
    """Return the map as CSV (RFC 4180, with a byte order mark, so that spreadsheets read it as UTF-8).

    A pair without evidence has an empty direction. Cells that begin like a formula begin with an apostrophe instead.
    """
    cells = {(cell["row"], cell["col"]): cell for cell in answer["cells"]}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER)
    for row in answer["rows"]:
        for col in answer["cols"]:
            if row != col:
                names = [row, explain.name(network, row, lang), col, explain.name(network, col, lang)]
                writer.writerow([neutral(value) for value in (*names, *_values(cells.get((row, col))))])
    return "\ufeff" + text.getvalue()


def neutral(value: Any) -> str:
    """Return a value as a cell that no spreadsheet takes for a formula; numbers stay as they are.

    Example:
        >>> neutral("=cmd()"), neutral("LoRA"), neutral(-0.25), neutral(None)
        ("'=cmd()", 'LoRA', '-0.25', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return neutralised(value) if isinstance(value, str) else str(value)


def _values(cell: Mapping[str, Any] | None) -> list[Any]:
    if cell is None:
        return [""] * (len(HEADER) - 4)
    opposing = cell["opposing"]
    belief = cell["best"]["belief"]
    keys = sorted({*cell["best"]["works"], *(opposing["works"] if opposing is not None else ())})
    return [
        cell["direction"],
        round(belief["expected"], 4),
        round(belief["low"], 4),
        round(belief["high"], 4),
        None if opposing is None else round(opposing["belief"]["expected"], 4),
        cell["works"],
        " ".join(keys),
        cell["contested"],
        cell["direct"],
        cell["latest_year"],
    ]
