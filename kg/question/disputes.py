"""disputes: claims with accepted evidence on both sides, the most balanced conflict first.

May enter: a network. Never here: how belief is computed, doors.
"""

from __future__ import annotations

from typing import Any

from kg.network import Network
from kg.question import explain
from kg.question.answers import Answer, answer
from kg.question.records import brief_claim, evidence_document


def find(network: Network, *, lang: str = "en") -> Answer:
    """Return the contested claims with both sides in full.

    Returns:
        `{"items": [{"claim", "conflict", "supports", "disputes", "qualifies"}, ...]}`. `conflict` in [0, 1] is
        twice the smaller of belief and disbelief: 1 would be full belief split evenly, 0 no conflict. Highest
        first, then by claim id.
    """
    items: list[dict[str, Any]] = []
    for id, weighing in network.weighings.items():
        if not weighing.contested:
            continue
        sides: dict[str, list[dict[str, Any]]] = {"supports": [], "disputes": [], "qualifies": []}
        for item in network.counting(id):
            polarity = network.vocabulary.stance(item.stance).polarity
            sides[{1: "supports", -1: "disputes", 0: "qualifies"}[polarity]].append(evidence_document(network, item))
        conflict = 2.0 * min(weighing.opinion.belief, weighing.opinion.disbelief)
        items.append({"claim": brief_claim(network, network.snapshot.claims[id]), "conflict": conflict, **sides})
    items.sort(key=lambda item: (-round(item["conflict"], 12), item["claim"]["id"]))
    note = None
    if not items:
        note = explain.nothing(
            network,
            what_en="No claim has counting evidence on both sides.",
            what_zh="没有论断同时具有正反两方面的有效证据。",
            lang=lang,
        )
    return answer(network, "disputes", {}, {"items": items}, lang=lang, note=note)
