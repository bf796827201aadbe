"""What a change reaches, within a budget: the pairs of the causes nearest to it.

Lives here: `pairs`, the bound that acts and retractions share. May enter: a comparison of two networks.
Never here: how two answers are compared (compare), doors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kg.engine import links_to
from kg.question.compare import Comparison

Document = dict[str, Any]
BUDGET = 1_500_000
"""What may be searched: rows times links of the network to the power of 1.5. A few hundred rows at 200 links, one at
10,000, none above 13,000: there an act tells claims and beliefs alone."""


def pairs(
    comparison: Comparison, rows: str | None, cols: str | None, *, max_links: int, lang: str, limits: set[str]
) -> list[Document]:
    """Return the pairs that stand otherwise, as `Comparison.pairs`, of as many causes as `BUDGET` allows.

    Args:
        comparison: The two networks.
        rows: Entity type where paths begin; None for all causes.
        cols: Entity type where they end; None for all harms.
        max_links: Most claims in a path.
        lang: Language of the sentences.
        limits: Takes up "rows" where causes were left aside, and what `Comparison.pairs` puts there.

    Law: where "rows" is not among the limits, equals `Comparison.pairs` of all.
    """
    sources, targets = comparison.ends(rows, cols)
    most = int(BUDGET / max(1, len(comparison.after.links)) ** 1.5)
    near = nearest(comparison, sources, max_links) if most else sources if comparison.changed else []
    if len(near) > most:
        limits.add("rows")
    return comparison.pairs(near[:most], targets, max_links=max_links, lang=lang, limits=limits) if most else []


def nearest(comparison: Comparison, rows: Sequence[str], max_links: int) -> list[str]:
    """Return the rows from which a changed claim can be reached, those with the fewest links to it first.

    Under the criterion `narrower` a row may stand for others, so all rows stay.
    """
    if comparison.before.criteria.narrower:
        return list(rows)
    away: dict[str, int] = {}
    for net in comparison.networks:
        subjects = frozenset(net.links[claim][0] for claim in comparison.changed if claim in net.links)
        for node, links in links_to(net.backward, subjects, max_links - 1).items():
            id = net.ids[node]
            away[id] = min(links, away.get(id, links))
    return sorted((row for row in rows if row in away), key=lambda row: (away[row], row))
