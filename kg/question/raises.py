"""raises and matrix: which techniques raise or lower which risks, as a list and as an evidence gap map.

May enter: a network and validated parameters; which types are causes and harms is the ontology's to say.
Never here: how paths are searched (engine), doors.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from time import monotonic
from typing import Any

from kg.engine import Nodes, Reached
from kg.network import Network
from kg.question import explain
from kg.question.answers import DIRECTIONS, Answer, answer, latest_year, sides, works_of, worth_of
from kg.question.families import Signed, merged
from kg.question.impact import DEEP_ITEMS, ITEMS_MOST, many_paths, reliability_of
from kg.searching import best_paths, reach

PAIRS_MOST = 100_000
"""Pairs of a cause and a harm that one question looks at: all of 300 and 300, and some more."""
SECONDS = 60.0
"""Time in which rows are begun."""


def find(
    network: Network, risk: str | None = None, *, technique: str | None = None, max_links: int = 6, lang: str = "en"
) -> Answer:
    """Return which techniques raise or lower which risks: the headline answer.

    Args:
        network: The snapshot under its criteria.
        risk: Entity id (of any type); None for every entity of a type with the role "harm".
        technique: Entity id (of any type); None for every entity of a type with the role "cause".
        max_links: Most claims in a path, 1 to 12.
        lang: Language of the explanations.

    Returns:
        `{"items": [{"technique", "risk", "direction", "best", "opposing", "works", "reliability"}, ...]}`, highest
        expected first, then by technique and risk. With "rows" among the limits only the first techniques in order
        were looked at: as many as make 100,000 pairs, or fit into a minute. Of more than 10,000 items the first 10,000;
        `limits` then names "items".

    Raises:
        NotFound: an entity is not in the record.
    """
    snapshot, vocabulary = network.snapshot, network.vocabulary
    techniques = (
        [snapshot.entity(technique, where="technique").id]
        if technique
        else network.of_types(vocabulary.types_with_role("cause"))
    )
    risks = [snapshot.entity(risk, where="risk").id] if risk else network.of_types(vocabulary.types_with_role("harm"))
    limits: set[str] = set()
    asked, until = within(techniques, risks, limits), monotonic() + SECONDS
    found = [
        (-round(worth, 12), row, col, by_sign, exhaustive)
        for row, col, by_sign, exhaustive in pairs(network, asked, risks, max_links, limits, until=until)
        if (worth := worth_of(network, by_sign)) is not None
    ]
    found.sort(key=lambda one: one[:3])
    limits |= {"items"} if len(found) > ITEMS_MOST else set()
    items: list[dict[str, Any]] = []
    for place, (_, row, col, by_sign, exhaustive) in enumerate(found[:ITEMS_MOST]):
        item = sides(network, by_sign, lang=lang)
        if item is None:
            continue
        items.append({"technique": row, "risk": col, **item, "works": works_of(item)})
        if not exhaustive and place < DEEP_ITEMS:
            deep: Signed = many_paths(network, network.nodes_of(row), network.nodes_of(col), max_links=max_links)
        else:
            deep = by_sign
        items[-1]["reliability"], cut = reliability_of(network, deep, exhaustive=exhaustive)
        limits |= {"reliability"} if cut else set()
    note = None
    if not items:
        note = explain.nothing(
            network,
            what_en=f"No technique asked about reaches a risk asked about within {max_links} claims.",
            what_zh=f"在最多 {max_links} 条论断之内，所问的技术没有通向所问风险的链条。",
            lang=lang,
        )
        if technique and risk and technique != risk:
            note = explain.no_path(network, technique, risk, max_links=max_links, sign=None, lang=lang)
        alone = not (technique and risk)
        for given, role, other, instead, meant in (
            (technique, "cause", "harm", "risk", f"kg raises {technique}"),
            (risk, "harm", "cause", "technique", f"kg raises --technique {risk}"),
        ):
            command = meant if alone else None
            said = given and explain.out_of_role(
                network, given, role, other=other, place=instead, lang=lang, command=command
            )
            note = (said or "") + note
    return answer(
        network,
        "raises",
        {"risk": risk, "technique": technique, "max_links": max_links},
        {"items": items},
        lang=lang,
        limits=sorted(limits),
        note=note,
    )


def matrix(
    network: Network, *, rows: str = "Technique", cols: str = "Risk", max_links: int = 6, lang: str = "en"
) -> Answer:
    """Return the evidence gap map of two entity types.

    Args:
        network: The snapshot under its criteria.
        rows: Entity type of the rows; its subtypes are included.
        cols: Entity type of the columns, likewise.
        max_links: Most claims in a path, 1 to 12.
        lang: Language of the explanations.

    Returns:
        `{"rows": [ids], "cols": [ids], "cells": [...]}` by row, then column. `works` counts the works that the
        best and the opposing path rest on, `latest_year` is the newest of them. An absent pair means: no evidence
        found, which is not "no effect". With "rows" among the limits, `rows` holds those that were looked at, the
        first in order: as many as make 100,000 pairs, or fit into a minute.

    Raises:
        UnknownTerm: no such entity type.
    """
    row_ids = network.of_types([network.vocabulary.entity_type(rows, where="rows").id])
    col_ids = network.of_types([network.vocabulary.entity_type(cols, where="cols").id])
    limits: set[str] = set()
    cells: list[dict[str, Any]] = []
    asked, until, looked = within(row_ids, col_ids, limits), monotonic() + SECONDS, list[str]()
    direct, nodes = _next_to(network, asked), {col: network.nodes_of(col) for col in col_ids}
    for row, col, by_sign, _ in pairs(network, asked, col_ids, max_links, limits, until=until, looked=looked):
        item = sides(network, by_sign, lang=lang)
        if item is None:
            continue
        both = [path for path in (item["best"], item["opposing"]) if path is not None]
        cells.append(
            {
                "row": row,
                "col": col,
                **item,
                "works": len(works_of(item)),
                "contested": any(path["contested"] for path in both),
                "latest_year": latest_year(network, both),
                "direct": not direct[row].isdisjoint(nodes[col]),
            }
        )
    note = None
    if not cells:
        note = explain.nothing(
            network,
            what_en=f"No {rows} reaches a {cols} within {max_links} claims.",
            what_zh=f"在最多 {max_links} 条论断之内，没有从 {rows} 到 {cols} 的链条。",
            lang=lang,
        )
    return answer(
        network,
        "matrix",
        {"rows": rows, "cols": cols, "max_links": max_links},
        {"rows": looked, "cols": col_ids, "cells": cells},
        lang=lang,
        limits=sorted(limits),
        note=note,
    )


def within(rows: Sequence[str], cols: Sequence[str], limits: set[str]) -> Sequence[str]:
    """Return the first rows, so many that they make at most `PAIRS_MOST` pairs; adds "rows" to limits if not all."""
    most = max(1, PAIRS_MOST // max(1, len(cols)))
    limits |= {"rows"} if len(rows) > most else set()
    return rows[:most]


def pairs(
    network: Network,
    rows: Sequence[str],
    cols: Sequence[str],
    max_links: int,
    limits: set[str],
    *,
    until: float = inf,
    looked: list[str] | None = None,
) -> Iterator[tuple[str, str, Signed, bool]]:
    """Yield row, column, paths by sign, and whether those are all paths; by row, then column.

    Args:
        network: Where to search.
        rows: Entities where paths begin.
        cols: Entities where they end.
        max_links: Most claims in a path.
        limits: Takes up what was cut.
        until: Moment of `time.monotonic` after which no further row is looked at; then "rows" is among the limits.
        looked: Takes up the rows that were looked at.

    Cost: a search for each row.
    """
    ends = [network.nodes_of(col) for col in cols]
    wanted: Nodes = frozenset().union(*ends)
    for row in rows:
        if monotonic() > until:
            limits.add("rows")
            return
        if looked is not None:
            looked.append(row)
        sources = network.nodes_of(row)
        reached = reach(network, sources, forward=True, max_links=max_links, wanted=wanted)
        for col, nodes in zip(cols, ends, strict=True):
            by_sign, complete = _between(network, reached, sources, nodes - sources, max_links)
            if not complete:
                limits.add("pops")
            if by_sign:
                yield row, col, by_sign, reached.exhaustive


def _between(network: Network, reached: Reached, sources: Nodes, targets: Nodes, max_links: int) -> tuple[Signed, bool]:
    """Return the paths to the nodes of one entity by sign, and whether no limit ended a search."""
    if len(targets) == 1:
        return reached.paths.get(next(iter(targets)), {}), reached.complete
    if reached.exhaustive:
        return merged(network, [reached.paths.get(node, {}) for node in sorted(targets)], targets), True
    best = {sign: best_paths(network, sources, targets, k=1, max_links=max_links, sign=sign) for sign in DIRECTIONS}
    complete = reached.complete and all(one.complete for one in best.values())
    return {sign: one.paths for sign, one in best.items() if one.paths}, complete


def _next_to(network: Network, ids: Sequence[str]) -> dict[str, Nodes]:
    """Return for each entity the nodes that a claim with a direction leads to from it."""
    return {
        id: frozenset(step.node for node in network.nodes_of(id) for step in network.forward[node] if step.sign != 0)
        for id in ids
    }
