"""disputes: claims with evidence on both sides, and routes with opposing signs, the most decisive conflict first.

May enter: a network and validated parameters. Never here: how belief is computed, how paths are searched, doors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from time import monotonic
from typing import Any

from kg.belief import chain
from kg.engine import Path, product
from kg.model import Evidence
from kg.network import Network, group_of
from kg.question import explain
from kg.question.answers import DIRECTIONS, Answer, answer, path_document
from kg.question.families import Signed
from kg.question.impact import many_paths, reliability_of
from kg.question.raises import SECONDS, pairs, within
from kg.question.records import brief_claim, evidence_document
from kg.question.stakes import Pair, Stake, stakes

PAIRS_SHOWN, PATHS_SHOWN, CONTESTED_SHOWN, DEEP_PAIRS = 50, 50, 500, 20
SIDES = {1: "supports", -1: "disputes", 0: "qualifies"}
Document = dict[str, Any]


def find(network: Network, *, max_links: int = 6, lang: str = "en") -> Answer:
    """Return the contested claims and the contested routes, with both sides in full and what separates them.

    Args:
        network: The snapshot under its criteria.
        max_links: Most claims in a route, 1 to 12.
        lang: Language of the explanations.

    Returns:
        `{"items": [{"claim", "conflict", "answers", "supports", "disputes", "qualifies", "separates"}, ...], "routes":
        [...], "contested_routes": [...]}`.

        `items`: claims that counting items both support and dispute. `conflict` in [0, 1] is twice the smaller of
        belief and disbelief: 1 would be full belief split evenly, 0 no conflict. `answers` counts the pairs of a
        cause and a harm whose best or opposing path uses the claim. Highest conflict first, then by claim id.
        `separates` compares the sides: see `separation`.

        `routes`: pairs of a cause and a harm that paths of both signs join: `{"technique", "risk", "conflict",
        "balance", "raises": [path], "lowers": [path], "reliability", "separates"}`. `conflict` is the smaller of the
        two reliabilities at the expected values: the chance that even the weaker direction has a path that holds;
        `balance` in [0, 1] is twice the smaller over the sum of both. Both signs can hold at once; the two are never
        set off against each other. Here `separates` compares the supporting items of the claims that only one
        direction uses. Listed are at most the 50 pairs whose weaker best path is strongest, and 50 paths of each sign.

        `contested_routes`: best paths of either sign that a contested claim is on: `{"technique", "risk",
        "conflict", "claims": [the contested ones], "path"}`. `conflict` is twice the smaller of the path's belief and
        disbelief; at most 500. Routes come highest conflict first, then by technique and risk.
    """
    limits: set[str] = set()
    joined = _joined(network, max_links, limits)
    hang = stakes(network, joined, max_links=max_links, searches=0)
    contested = [id for id in network.weighings if network.is_contested(id)]
    network.expect(contested)
    items = [_claim(network, id, hang) for id in contested]
    items.sort(key=lambda item: (-round(item["conflict"], 12), item["claim"]["id"]))
    body = {
        "items": items,
        "routes": _opposed(network, joined, max_links, limits, lang),
        "contested_routes": _contested(network, joined, limits, lang),
    }
    note = None
    if not any(body.values()):
        note = explain.nothing(
            network,
            what_en="No claim has counting evidence on both sides, and no pair has routes of both signs.",
            what_zh="没有论断同时具有正反两方面的有效证据，也没有方向相反的路线。",
            lang=lang,
        )
    return answer(network, "disputes", {"max_links": max_links}, body, lang=lang, limits=sorted(limits), note=note)


def separation(network: Network, sides: Mapping[str, Sequence[Evidence]]) -> Document:
    """Return by what two sides, named by their words, differ: kinds of study, years and independence groups.

    Returns:
        `{"kinds": {side: {kind: items}}, "only": {side: [kinds]}, "years": {side: [first, last]|null}, "newer":
        side|null, "groups": {side: n}}`. `only` holds the kinds that the other side lacks; `newer` is the side whose
        works are all of later years than those of the other.
    """
    one, two = sides
    other = {one: two, two: one}
    kinds = {side: _kinds(items) for side, items in sides.items()}
    years = {side: _years(network, items) for side, items in sides.items()}
    newer = [side for side in sides if (own := years[side]) and (old := years[other[side]]) and own[0] > old[1]]
    return {
        "kinds": kinds,
        "only": {side: [kind for kind in kinds[side] if kind not in kinds[other[side]]] for side in sides},
        "years": years,
        "newer": newer[0] if newer else None,
        "groups": {side: len({group_of(item, network.snapshot) for item in items}) for side, items in sides.items()},
    }


def _claim(network: Network, id: str, hang: Mapping[str, Stake]) -> Document:
    sides = _sides(network, [id])
    opinion = network.opinion(id)
    return {
        "claim": brief_claim(network, network.snapshot.claims[id]),
        "conflict": 2.0 * min(opinion.belief, opinion.disbelief),
        "answers": hang[id].answers if id in hang else 0,
        **{SIDES[sign]: [evidence_document(network, item) for item in items] for sign, items in sides.items()},
        "separates": separation(network, {"supports": sides[1], "disputes": sides[-1]}),
    }


def _joined(network: Network, max_links: int, limits: set[str]) -> list[Pair]:
    vocabulary = network.vocabulary
    causes, harms = (network.of_types(vocabulary.types_with_role(role)) for role in ("cause", "harm"))
    some = within(causes, harms, limits)
    return list(pairs(network, some, harms, max_links, limits, until=monotonic() + SECONDS))


def _contested(network: Network, joined: Sequence[Pair], limits: set[str], lang: str) -> list[Document]:
    """Return the best path of each sign of each pair that a contested claim is on."""
    found: list[Document] = []
    for row, col, by_sign, _ in joined:
        for path in (by_sign[sign][0] for sign in DIRECTIONS if by_sign.get(sign)):
            claims = [claim for claim in path if network.is_contested(claim)]
            if claims:
                opinion = chain([network.opinion(claim) for claim in path])
                conflict = 2.0 * min(opinion.belief, opinion.disbelief)
                found.append({"technique": row, "risk": col, "conflict": conflict, "claims": claims, "path": path})
    if len(found) > CONTESTED_SHOWN:
        limits.add("contested_routes")
    found = sorted(found, key=_rank)[:CONTESTED_SHOWN]
    return [{**route, "path": path_document(network, route["path"], lang=lang)} for route in found]


def _opposed(network: Network, joined: Sequence[Pair], max_links: int, limits: set[str], lang: str) -> list[Document]:
    """Return the pairs that paths of both signs join."""
    mixed = [pair for pair in joined if pair[2].get(1) and pair[2].get(-1)]
    mixed.sort(key=lambda pair: -round(min(product(network, pair[2][sign][0]) for sign in DIRECTIONS), 12))
    found = []
    for place, (row, col, by_sign, every) in enumerate(mixed[:PAIRS_SHOWN]):
        known: Signed = by_sign
        if not every and place < DEEP_PAIRS:
            known = many_paths(network, network.nodes_of(row), network.nodes_of(col), max_links=max_links)
        reliability, cut = reliability_of(network, known, exhaustive=every)
        if cut or any(len(known[sign]) > PATHS_SHOWN for sign in DIRECTIONS):
            limits.add("routes")
        sides = _directions(network, known, reliability, lang)
        found.append({"technique": row, "risk": col, **sides})
    if len(mixed) > PAIRS_SHOWN:
        limits.add("routes")
    return sorted(found, key=_rank)


def _directions(network: Network, known: Signed, reliability: Document, lang: str) -> Document:
    chances = [reliability[word][1] for word in DIRECTIONS.values()]
    paths: Mapping[str, Sequence[Path]] = {word: known[sign][:PATHS_SHOWN] for sign, word in DIRECTIONS.items()}
    claims = {word: {claim for path in some for claim in path} for word, some in paths.items()}
    shared = set.intersection(*claims.values())
    network.expect(set.union(*claims.values()) - shared)
    own = {word: _sides(network, sorted(some - shared))[1] for word, some in claims.items()}
    return {
        "conflict": min(chances),
        "balance": 2.0 * min(chances) / sum(chances),
        **{word: [path_document(network, path, lang=lang) for path in some] for word, some in paths.items()},
        "reliability": reliability,
        "separates": separation(network, own),
    }


def _rank(route: Mapping[str, Any]) -> tuple[float, str, str]:
    return (-round(route["conflict"], 12), route["technique"], route["risk"])


def _sides(network: Network, claims: Iterable[str]) -> dict[int, list[Evidence]]:
    sides: dict[int, list[Evidence]] = {1: [], -1: [], 0: []}
    for claim in claims:
        for item in network.counting(claim):
            sides[network.vocabulary.stance(item.stance).polarity].append(item)
    return sides


def _kinds(items: Iterable[Evidence]) -> dict[str, int]:
    return dict(sorted(Counter(item.kind for item in items).items()))


def _years(network: Network, items: Iterable[Evidence]) -> list[int] | None:
    years = [year for item in items if (year := network.year(item.work)) is not None]
    return [min(years), max(years)] if years else None
