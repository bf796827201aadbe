"""impact: what an entity reaches, or what reaches it, with direction and reliability.

Lives here also: `reliability_of`, which `raises` shares. Never here: how paths are searched (engine), doors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kg.engine import Nodes, Path
from kg.network import Network
from kg.question import explain, families
from kg.question.answers import DIRECTIONS, Answer, answer, sides
from kg.reliability import reliability
from kg.searching import best_paths, reach, strongest
from kg.sentences import agreeing

MANY_PATHS = 200
DEEP_ITEMS, ITEMS_MOST = 100, 10_000


def find(network: Network, entity: str, *, direction: str = "out", max_links: int = 6, lang: str = "en") -> Answer:
    """Return every entity that `entity` reaches (`direction` "out") or that reaches it ("in").

    Args:
        network: The snapshot under its criteria.
        entity: Entity id; with the criterion `narrower` its narrower entities count as it, and an entity is listed when
            a narrower one of it is met, with the best path over all of them.
        direction: "out" or "in".
        max_links: Most claims in a path, 1 to 12.
        lang: Language of the explanations.

    Returns:
        `{"entity": id, "items": [{"entity", "direction", "best", "opposing", "reliability"}, ...]}`, highest
        expected first, then by id. Of more than 10,000 items the first 10,000; `limits` then names "items". With
        `narrower`, "in" looks for paths between members of the family for 60 seconds; `limits` then names "rows".

    Raises:
        NotFound: the entity is not in the record.
    """
    network.snapshot.entity(entity)
    anchors = network.nodes_of(entity)
    forward = direction == "out"
    met, items, limits = _best_items(network, anchors, forward=forward, max_links=max_links, lang=lang)
    for place, item in enumerate(items):
        by_sign, exhaustive, _ = met[item["entity"]]
        if not exhaustive and place < DEEP_ITEMS:
            other = network.nodes_of(item["entity"])
            by_sign = many_paths(network, *((anchors, other) if forward else (other, anchors)), max_links=max_links)
        item["reliability"], cut = reliability_of(network, by_sign, exhaustive=exhaustive)
        limits += ["reliability"] if cut else []
    note = None
    if not items:
        label = explain.name(network, entity, lang)
        verb = agreeing("reaches" if forward else "is reached by", label)
        note = explain.nothing(
            network,
            what_en=f"{label} {verb} nothing within {max_links} claims.",
            what_zh=f"在最多 {max_links} 条论断之内，“{label}”{'不影响任何实体' if forward else '不受任何实体影响'}。",
            lang=lang,
        )
    return answer(
        network,
        "impact",
        {"entity": entity, "direction": direction, "max_links": max_links},
        {"entity": entity, "items": items},
        lang=lang,
        limits=limits,
        note=note,
    )


def _best_items(
    network: Network, anchors: Nodes, *, forward: bool, max_links: int, lang: str
) -> tuple[dict[str, families.Met], list[dict[str, Any]], list[str]]:
    """Return what is met, the items of the first `ITEMS_MOST` of it in order, and the limits that cut them."""
    most, narrower = ITEMS_MOST, network.criteria.narrower
    while True:
        chosen = strongest(network, anchors, forward=forward, max_links=max_links, most=most)
        wanted = None if chosen is None else chosen.nodes
        if wanted is not None and narrower:
            wanted = families.whole(network, wanted)
        reached = reach(network, anchors, forward=forward, max_links=max_links, wanted=wanted)
        if narrower:
            met = dict(families.of_reached(network, reached, anchors, forward=forward, max_links=max_links))
        else:
            met = {network.ids[node]: families.Met(one, reached.exhaustive) for node, one in reached.paths.items()}
        items: list[dict[str, Any]] = []
        for id, one in met.items():
            item = sides(network, one.by_sign, lang=lang)
            if item is not None:
                items.append({"entity": id, **item})
        items.sort(key=lambda item: (-round(item["best"]["belief"]["expected"], 12), item["entity"]))
        shown = items[:ITEMS_MOST]
        # What was left aside was judged by walks: paths may be worth less, and another node come before.
        last = shown[-1]["best"]["belief"]["expected"] if len(shown) == ITEMS_MOST else 0.0
        if chosen is None or last > chosen.beyond:
            limits = [] if reached.complete else ["pops"]
            limits += {limit for one in met.values() for limit in one.limits}
            limits += [] if chosen is None and len(items) == len(shown) else ["items"]
            return met, shown, limits
        most *= 2


def many_paths(network: Network, sources: Nodes, targets: Nodes, *, max_links: int) -> dict[int, list[Path]]:
    """Return the best 201 paths of each sign, so that 201 means "more than we keep"."""
    return {
        sign: best_paths(network, sources, targets, k=MANY_PATHS + 1, max_links=max_links, sign=sign).paths
        for sign in DIRECTIONS
    }


def reliability_of(
    network: Network, by_sign: Mapping[int, Sequence[Path]], *, exhaustive: bool
) -> tuple[dict[str, Any], bool]:
    """Return the `reliability` of one pair, and whether paths were left out of it.

    Each sign apart: the chance that at least one path holds, with each claim at its belief, its expected value and
    one minus its disbelief: `[low, expected, high]`. A sign without paths has `[0, 0, 0]`. When paths were left out the
    figures are lower bounds.
    """
    document: dict[str, Any] = {word: [0.0, 0.0, 0.0] for word in DIRECTIONS.values()}
    method, cut = "exact", False
    for sign, word in DIRECTIONS.items():
        paths = by_sign.get(sign, ())
        if not paths:
            continue
        if not exhaustive:
            cut = cut or len(paths) > MANY_PATHS or len(paths) == 1
        claims = {claim: network.opinion(claim) for path in paths for claim in path}
        rows = [
            {claim: one.belief for claim, one in claims.items()},
            {claim: one.expected for claim, one in claims.items()},
            {claim: 1.0 - one.disbelief for claim, one in claims.items()},
        ]
        result = reliability(paths[:MANY_PATHS] if not exhaustive else paths, rows)
        document[word] = list(result.chances)
        if result.method == "sampled":
            method = "sampled"
            document["samples"] = result.samples
            document.setdefault("intervals", {})[word] = [list(pair) for pair in result.intervals]
    document["method"] = method
    return document, cut
