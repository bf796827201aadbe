"""Chains: the k best paths between two entities, worded for the page.

Lives here: the document beside a picture of paths. May enter: a network, a view. Never here: the search (engine), HTML.
"""

from __future__ import annotations

from typing import Any

from kg.network import Network
from kg.question import paths
from kg_viz.view import View

LINKS = 6


def find(network: Network, view: View, *, lang: str) -> dict[str, Any]:
    """Return the chains of a view, best first.

    Returns:
        `{"items": [{"sign", "expected", "low", "high", "contested", "works", "entities", "claims", "sentence"}],
        "note"}`; `note` says why there is none, else None.

    Raises:
        InputError: source and target are the same.
        NotFound: one of them is not in the record.
    """
    found = paths.find(network, str(view.source), str(view.target), k=view.k, max_links=LINKS, lang=lang)
    items = [
        {
            "sign": one["sign"],
            "expected": one["belief"]["expected"],
            "low": one["belief"]["low"],
            "high": one["belief"]["high"],
            "contested": one["contested"],
            "works": len(one["works"]),
            "entities": one["entities"],
            "claims": one["claims"],
            "sentence": one["explanation"],
        }
        for one in found["paths"]
    ]
    return {"items": items, "note": found.get("note")}
