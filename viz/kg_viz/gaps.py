"""The evidence gap map of a drawn file: one row for each technique, one column for each risk, and what a cell opens.

Lives here: wording of `matrix` for a file without server. May enter: a network. Never here: HTML, how paths are found.
"""

from __future__ import annotations

from typing import Any

from kg.citations.references import short
from kg.network import Network
from kg.question import explain, raises
from kg_viz.dossier import brief
from kg_viz.words import words

Document = dict[str, Any]
SYMBOLS = {"raises": "+", "lowers": "−", "mixed": "±"}


def chart(network: Network, *, lang: str = "en") -> Document:
    """Return the map with labels, and a dossier for each cell.

    Rows and columns are kinds with the role "cause" and "harm"; a row or column without any cell is left out and
    counted.

    Returns:
        `{"cols": [label], "rows": [{"label", "cells": [{"key", "direction", "symbol", "expected", "works",
        "contested", "title"} | None]}], "empty_rows", "empty_cols", "claims": ids, "dossiers": {"gap/key": document}}`;
        `claims` are those that the chains walk.

    Example:
        >>> from kg.criteria import Criteria
        >>> from kg.snapshot import Snapshot
        >>> from kg.vocabulary import load
        >>> chart(Network.build(Snapshot.of(0, None, []), Criteria(), load()))["rows"]
        []
    """
    vocabulary, said = network.vocabulary, words(lang)
    causes = network.of_types(vocabulary.types_with_role("cause"))
    harms = network.of_types(vocabulary.types_with_role("harm"))
    cells: dict[tuple[str, str], Document] = {}
    for item in raises.find(network, lang=lang)["items"]:
        cells[item["technique"], item["risk"]] = item
    rows = [id for id in causes if any((id, col) in cells for col in harms)]
    cols = [id for id in harms if any((row, id) in cells for row in causes)]
    dossiers, lines = {}, []
    for row in rows:
        line: list[Document | None] = []
        for col in cols:
            item = cells.get((row, col))
            if item is None:
                line.append(None)
                continue
            key = f"{row}..{col}"
            both = _both(item)
            contested = any(path["contested"] for path in both)
            title = said["gap_title"].format(row=explain.name(network, row, lang), col=explain.name(network, col, lang))
            expected = item["best"]["belief"]["expected"]
            line.append(
                {
                    "key": key,
                    "direction": item["direction"],
                    "symbol": SYMBOLS[item["direction"]],
                    "expected": expected,
                    "works": len(item["works"]),
                    "contested": contested,
                    "title": f"{title} {SYMBOLS[item['direction']]} {expected:.2f}",
                }
            )
            dossiers[f"gap/{key}"] = {
                "kind": "gap",
                "id": key,
                "title": title,
                "contested": contested,
                "routes": [_route(network, path, lang) for path in both],
                "works": _works(network, item["works"], lang),
            }
        lines.append({"label": explain.name(network, row, lang), "cells": line})
    return {
        "cols": [explain.name(network, id, lang) for id in cols],
        "rows": lines,
        "empty_rows": len(causes) - len(rows),
        "empty_cols": len(harms) - len(cols),
        "claims": sorted({id for item in cells.values() for path in _both(item) for id in path["claims"]}),
        "dossiers": dossiers,
    }


def _both(item: Document) -> list[Document]:
    return [path for path in (item["best"], item["opposing"]) if path is not None]


def _route(network: Network, path: Document, lang: str) -> Document:
    claims = [brief(network, network.snapshot.claims[id], lang=lang) for id in path["claims"]]
    return {"sentence": path["explanation"], "belief": path["belief"], "claims": claims}


def _works(network: Network, keys: list[str], lang: str) -> list[Document]:
    works = [network.snapshot.works[key] for key in keys]
    return [{"id": work.id, "label": f"{short(work, lang=lang)} {work.title}"} for work in works]
