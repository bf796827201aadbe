"""The evidence gap map: two kinds of entity against each other, a cell for each pair, what a chosen cell rests on.

Lives here: rows, cells and the chosen cell for the template. May enter: an answer to `matrix`. Never here: HTML, CSV.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kg.citations.references import reference, short
from kg.errors import NotFound, Words
from kg.network import Network
from kg.question import explain
from kg_api.pages_read.picture import picture
from kg_api.pages_read.wording import said, strength
from kg_viz.dossier import addresses, brief

Document = dict[str, Any]
SYMBOLS = {"raises": "▲", "lowers": "▼", "mixed": "◆"}
RECENT_YEARS = 3
CELLS_MOST = 5_000


def grid(network: Network, answer: Mapping[str, Any], *, lang: str, filled: bool = False) -> Document:
    """Return the map as rows of cells.

    Args:
        network: Gives labels and the hierarchy of the rows.
        answer: The answer to `matrix`.
        lang: Language of the labels.
        filled: Leave out rows and columns without any cell.

    Returns:
        `{"cols": [(id, label)], "rows": [{"id", "label", "depth", "cells": [cell]}], "since", "empty", "cut"}`. A cell
        without a direction has no evidence. `since` is the first year that is recent. `cut` counts the rows for which
        there was no room: beyond `CELLS_MOST` cells rows and columns without evidence go first.
    """
    cells = {(cell["row"], cell["col"]): cell for cell in answer["cells"]}
    rows, cols = in_families(network, answer["rows"]), list(answer["cols"])
    known = ({row for row, _ in cells}, {col for _, col in cells})
    filled = filled or len(rows) * len(cols) > CELLS_MOST
    kept_rows = [(id, depth) for id, depth in rows if not filled or id in known[0]]
    kept_cols = [id for id in cols if not filled or id in known[1]]
    room = max(1, CELLS_MOST // max(1, len(kept_cols)))
    years = [cell["latest_year"] for cell in cells.values() if cell["latest_year"] is not None]
    since = max(years) - RECENT_YEARS if years else None
    lines: list[Document] = [
        {
            "id": row,
            "label": explain.name(network, row, lang),
            "depth": depth,
            "cells": [_cell(row, col, cells.get((row, col)), since, lang) for col in kept_cols],
        }
        for row, depth in kept_rows[:room]
    ]
    return {
        "cols": [(id, explain.name(network, id, lang)) for id in kept_cols],
        "rows": lines,
        "since": since,
        "empty": sum(not cell["same"] and cell["direction"] is None for line in lines for cell in line["cells"]),
        "cut": max(0, len(kept_rows) - room),
    }


def in_families(network: Network, ids: Sequence[str]) -> list[tuple[str, int]]:
    """Return entities with those narrower than them directly below, each with how deep it stands."""
    wanted = set(ids)
    entities = network.snapshot.entities
    below: dict[str | None, list[str]] = {}
    for id in ids:
        broader, seen = entities[id].broader, {id}
        while broader is not None and broader not in wanted and broader in entities and broader not in seen:
            seen.add(broader)
            broader = entities[broader].broader
        below.setdefault(broader if broader in wanted and broader not in seen else None, []).append(id)
    found: list[tuple[str, int]] = []
    waiting = [(id, 0) for id in reversed(below.get(None, []))]
    while waiting:
        id, depth = waiting.pop()
        found.append((id, depth))
        waiting += [(child, depth + 1) for child in reversed(below.get(id, []))]
    listed = {id for id, _ in found}
    return found + [(id, 0) for id in ids if id not in listed]


def chosen(network: Network, answer: Mapping[str, Any], key: str, lang: str) -> Document:
    """Return what a cell rests on: both directions as pictures and sentences, claims, works with their references.

    Raises:
        NotFound: the key names no row and column of the map.
    """
    row, _, col = key.partition("..")
    if row not in answer["rows"] or col not in answer["cols"]:
        told = Words(f"the map has no cell {key[:120]!r}", f"缺口图中没有单元格“{key[:120]}”")
        raise NotFound(told, where="cell", hint=Words("a cell is called row..column", "单元格的写法为“行..列”"))
    names = [explain.name(network, id, lang) for id in (row, col)]
    found = next((cell for cell in answer["cells"] if (cell["row"], cell["col"]) == (row, col)), None)
    if found is None:
        note = explain.no_path(network, row, col, max_links=answer["question"]["max_links"], sign=None, lang=lang)
        return {"key": key, "row": row, "col": col, "names": names, "direction": None, "note": note}
    paths = [found["best"], *([found["opposing"]] if found["opposing"] is not None else [])]
    records = network.snapshot
    works = sorted({work for path in paths for work in path["works"]})
    return {
        "key": key,
        "row": row,
        "col": col,
        "names": names,
        "direction": found["direction"],
        "contested": found["contested"],
        "paths": [
            {
                **path,
                "briefs": [brief(network, records.claims[id], lang=lang) for id in path["claims"]],
            }
            for path in paths
        ],
        "picture": picture(network, [id for path in paths for id in path["claims"]], lang=lang),
        "works": [
            {
                "id": id,
                "short": short(records.works[id], lang=lang),
                "reference": reference(records.works[id], lang=lang),
                "links": addresses(records.works[id]),
                "status": records.works[id].status,
            }
            for id in works
        ],
    }


def _cell(row: str, col: str, cell: Mapping[str, Any] | None, since: int | None, lang: str) -> Document:
    words = said(lang)
    if cell is None:
        same = row == col
        return {"key": f"{row}..{col}", "direction": None, "same": same, "title": "" if same else words["no_evidence"]}
    expected, year = cell["best"]["belief"]["expected"], cell["latest_year"]
    stale = since is not None and year is not None and year < since
    notes = [
        words[f"direction_{cell['direction']}"],
        words["cell_numbers"].format(expected=f"{expected:.2f}", works=cell["works"]),
        *([words["cell_direct"]] if cell["direct"] else []),
        *([words["contested"]] if cell["contested"] else []),
        *([words["cell_latest"].format(year=year)] if year is not None else []),
    ]
    return {
        "key": f"{row}..{col}",
        "direction": cell["direction"],
        "same": False,
        "symbol": SYMBOLS[cell["direction"]],
        "expected": expected,
        "level": strength(expected),
        "works": cell["works"],
        "contested": cell["contested"],
        "direct": cell["direct"],
        "year": year,
        "stale": stale,
        "title": ("，" if lang == "zh" else ", ").join(notes),
    }
