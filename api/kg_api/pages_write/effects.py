"""What a contribution would change, as rows of a page.

Lives here: `effect`. May enter: documents of previews and of the queue. Never here: how the difference is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kg.graph import Graph
from kg.question.compare_said import MEASURES, of_beliefs
from kg.sentences import sentence
from kg_api.pages_write.calling import Names

SHOWN_MOST = 40
Document = dict[str, Any]


def effect(graph: Graph, told: Mapping[str, Any], lang: str) -> Document:
    """Return beliefs before and after, and the answers that change.

    Returns:
        `{"beliefs": [{"claim", "sentence", "before", "after",
        "measure", "figures": [before, after]}], "claims": [text], "pairs": [text], "more": n,
        "complete"}`.
    """
    snapshot, vocabulary, names = graph.snapshot, graph.vocabulary, Names(graph.network(), lang)
    beliefs = [
        {
            "claim": one["claim"],
            "sentence": sentence(snapshot.claims[one["claim"]], snapshot, vocabulary).get(lang)
            if one["claim"] in snapshot.claims
            else None,
            "before": one["belief"][0],
            "after": one["belief"][1],
            "measure": None if measure == "expected" else MEASURES[measure].get(lang),
            "figures": texts,
        }
        for one in told["beliefs"]
        for measure, texts in [of_beliefs(one["belief"])]
    ]
    pairs = [names.explained(one["explanation"], one["because"]["works"]) for one in told["changes"]]
    return {
        "beliefs": beliefs,
        "claims": [names.explained(one["explanation"], one["because"]) for one in told["claims"]],
        "pairs": pairs[:SHOWN_MOST],
        "more": max(0, len(pairs) - SHOWN_MOST),
        "complete": told["complete"],
    }
