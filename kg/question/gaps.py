"""gaps: where evidence is missing, thin, old or disputed, ranked by what one more study is expected to change.

May enter: a network and validated parameters; which types are causes and harms is the ontology's to say.
Never here: what hangs on a claim (stakes), how paths are searched (engine), doors.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from time import monotonic
from typing import Any

from kg.errors import InputError, UnknownTerm, Words
from kg.meant import near
from kg.model import Evidence
from kg.network import Network, group_of
from kg.question import explain, gaps_said
from kg.question.answers import DIRECTIONS, Answer, answer
from kg.question.raises import SECONDS, pairs, within
from kg.question.stakes import Pair, Stake, stakes
from kg.vocabulary import Certainty

KINDS = (
    "no-evidence",
    "unsupported",
    "single-work",
    "single-group",
    "only-arguments",
    "only-inferred",
    "low-certainty",
    "stale",
    "disputed-without-recent",
)
OF_SUPPORT = frozenset({"single-work", "single-group", "only-arguments", "only-inferred"})
"""Kinds that say what supports a claim: their `works` are those that do."""
RECENT_YEARS, LIMIT_MOST = 3, 100_000
FETCHED_AT_ONCE = 1_000
ARGUMENT_RANK = 1
Document = dict[str, Any]
UNUSED = Stake(0, 0.0)


def find(
    network: Network,
    *,
    kind: Sequence[str] = (),
    since: int | None = None,
    below: str = "moderate",
    max_links: int = 6,
    limit: int = 50,
    lang: str = "en",
) -> Answer:
    """Return the gaps of the evidence, those first at which one more study is expected to change most.

    Kinds of a pair (an entity of a type with the role "cause", one with the role "harm"): `no-evidence`: no path of
    at most `max_links` claims and of either sign joins them. Kinds of a claim whose status counts, by its items that
    count and support or dispute: `unsupported`: none supports it. `single-work`: all are from one work.
    `single-group`: from several works, but one independence group. `only-arguments`: all are of kinds of study that
    start at rank 1. `only-inferred`: all are inferred. These four are of the items that support it, if any does,
    whatever disputes it, and so are their `works`. `low-certainty`: the claim is on the best or opposing path of some
    pair, and no item of at least the certainty `below` supports it. `stale`: no work is of the year `since` or later.
    `disputed-without-recent`: contested, and likewise.

    Args:
        network: The snapshot under its criteria.
        kind: Kinds to return; none means all.
        since: First year that is recent; None means three years before the newest work that counts.
        below: Certainty below which support is low.
        max_links: Most claims in a path, 1 to 12.
        limit: Most items, 1 to 100,000.
        lang: Language of the explanations.

    Returns:
        `{"items": [{"kind", "claim", "pair", "works", "latest_year", "expected", "answers", "value", "explanation"},
        ...], "counts": {kind: n}, "total", "since"}`. One claim may have gaps of several kinds. `answers` counts the
        pairs whose best or opposing path uses the claim, `value` says how far their best products are expected to
        move if one more study resolved it (see `kg.question.stakes.value_of`); it is None for pairs and where it was
        not searched. `counts` are of all gaps, `total` of the kinds asked for. Highest value first, then by id.

    Raises:
        InputError: a kind that does not exist.
        UnknownTerm: `below` is not a certainty.
    """
    unknown = sorted(set(kind) - set(KINDS))
    if unknown:
        close = near(unknown[0], {word: word for word in KINDS})
        raise InputError(
            Words(f"{unknown[0]!r} is not a kind of gap", f"没有名为“{unknown[0][:80]}”的缺口种类"),
            where="kind",
            near=close,
            hint=Words(f"the kinds are {', '.join(KINDS)}", f"缺口种类有：{'、'.join(KINDS)}"),
        )
    certainty = _certainty(network, below)
    rows = network.of_types(network.vocabulary.types_with_role("cause"))
    cols = network.of_types(network.vocabulary.types_with_role("harm"))
    limits: set[str] = set()
    some, until, looked = within(rows, cols, limits), monotonic() + SECONDS, list[str]()
    joined: list[Pair] = list(pairs(network, some, cols, max_links, limits, until=until, looked=looked))
    hang = stakes(network, joined, max_links=max_links)
    if any(stake.value is None for stake in hang.values()):
        limits.add("value")
    recent = _newest(network) - RECENT_YEARS if since is None else since
    found = [_pair_gap(row, col) for row, col in _bare(looked, cols, joined)]
    for claim in _fetched(network):
        found += _claim_gaps(network, claim, hang.get(claim, UNUSED), recent, certainty)
    counts = {word: sum(gap["kind"] == word for gap in found) for word in KINDS}
    asked = [gap for gap in found if not kind or gap["kind"] in kind]
    asked.sort(key=_rank)
    for gap in asked[:limit]:
        gap["explanation"] = gaps_said.gap(network, gap, since=recent, below=certainty, lang=lang)
    note = None
    if not asked:
        note = explain.nothing(
            network, what_en="No gap of these kinds was found.", what_zh="没有发现这些种类的缺口。", lang=lang
        )
    return answer(
        network,
        "gaps",
        {"kind": list(kind), "since": since, "below": below, "max_links": max_links, "limit": limit},
        {"items": asked[:limit], "counts": counts, "total": len(asked), "since": recent},
        lang=lang,
        limits=sorted(limits),
        note=note,
    )


def _certainty(network: Network, id: str) -> Certainty:
    known = network.vocabulary.certainties
    if id not in known:
        close = near(id[:80], {word: word for word in known})
        zh = "、".join(f"{one.label.get('zh')}（{one.id}）" for one in known.values())
        raise UnknownTerm(
            Words(f"{id[:80]!r} is not a certainty", f"“{id[:80]}”不是本体中的确定性"),
            where="below",
            near=close,
            hint=Words(f"the ontology has {', '.join(known)}", f"可用的有：{zh}"),
        )
    return known[id]


def _bare(rows: Sequence[str], cols: Sequence[str], joined: Iterable[Pair]) -> Iterator[tuple[str, str]]:
    """Yield the pairs that no path of a direction joins."""
    known = {(row, col) for row, col, by_sign, _ in joined if any(by_sign.get(sign) for sign in DIRECTIONS)}
    return ((row, col) for row in rows for col in cols if row != col and (row, col) not in known)


def _pair_gap(row: str, col: str) -> Document:
    pair = {"technique": row, "risk": col}
    return {"kind": "no-evidence", "claim": None, "pair": pair, **_on([], None, None, Stake(0, None))}


def _claim_gaps(network: Network, claim: str, stake: Stake, since: int, below: Certainty) -> list[Document]:
    """Return the gaps of one claim, in the order of the kinds."""
    vocabulary = network.vocabulary
    items = [item for item in network.counting(claim) if vocabulary.stance(item.stance).polarity != 0]
    supporting = [item for item in items if vocabulary.stance(item.stance).polarity > 0]
    weighing = network.weighing(claim)
    cited = sorted({item.work for item in items})
    behind = sorted({item.work for item in supporting})
    groups = {group_of(item, network.snapshot) for item in supporting}
    latest = max((year for work in cited if (year := network.year(work)) is not None), default=None)
    old = bool(items) and (latest is None or latest < since)
    best = max((_rank_of(network, item) for item in supporting), default=0)
    holds = {
        "unsupported": not supporting and claim not in network.assumed,
        "single-work": len(behind) == 1,
        "single-group": len(behind) > 1 and len(groups) == 1,
        "only-arguments": bool(supporting)
        and all(vocabulary.study_kind(item.kind).start_rank <= ARGUMENT_RANK for item in supporting),
        "only-inferred": bool(supporting) and all(item.inferred for item in supporting),
        "low-certainty": bool(supporting) and stake.answers > 0 and best < below.rank,
        "stale": old,
        "disputed-without-recent": old and weighing.contested,
    }
    shared = _on(cited, latest, weighing.opinion.expected, stake)
    return [
        {"kind": word, "claim": claim, "pair": None, **shared, **({"works": behind} if word in OF_SUPPORT else {})}
        for word in KINDS
        if holds.get(word)
    ]


def _on(works: list[str], latest: int | None, expected: float | None, stake: Stake) -> Document:
    return {
        "works": works,
        "latest_year": latest,
        "expected": expected,
        "answers": stake.answers,
        "value": stake.value,
    }


def _rank_of(network: Network, item: Evidence) -> int:
    return network.vocabulary.certainty(item.kind, item.strength, item.inferred).rank


def _newest(network: Network) -> int:
    """Return the year of the newest work that has a counting item; 0 when no year is known."""
    cited = {item.work for claim in _fetched(network) for item in network.counting(claim)}
    return max((year for work in cited if (year := network.year(work)) is not None), default=0)


def _fetched(network: Network) -> Iterator[str]:
    """Yield the claims whose status counts, their items fetched many at a time."""
    claims = iter(network.weighings)
    while some := list(islice(claims, FETCHED_AT_ONCE)):
        network.expect(some)
        yield from some


def _rank(gap: Mapping[str, Any]) -> tuple[bool, float, str, int]:
    value = gap["value"]
    subject = gap["claim"] or f"{gap['pair']['technique']} {gap['pair']['risk']}"
    return (value is None, -round(value or 0.0, 12), subject, KINDS.index(gap["kind"]))
