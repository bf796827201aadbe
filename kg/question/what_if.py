"""what-if: the same question before and after a scenario, and every difference between the two answers.

May enter: two networks, the scenario that leads from one to the other, parameters. Never here: how a scenario is
applied (scenario), how answers are compared (compare), doors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kg.errors import KgError
from kg.model import Text
from kg.network import Network
from kg.question import cautions, paths
from kg.question.answers import Answer, answer, pristine
from kg.question.compare import Comparison
from kg.question.compare_said import NOW, Moments
from kg.question.standing import between, standing
from kg.scenario import Scenario

MOMENTS = Moments(NOW, Text("In this scenario", "在此情景中"))
Document = dict[str, Any]


def find(
    before: Network,
    after: Network,
    source: str,
    target: str,
    *,
    scenario: Scenario,
    faults: Sequence[KgError] = (),
    k: int = 10,
    max_links: int = 6,
    sign: int | None = None,
    lang: str = "en",
) -> Answer:
    """Return the paths of a pair before and after, and every difference in paths, direction and reliability.

    Args:
        before: The snapshot under the criteria of the question.
        after: What the scenario makes of it.
        source: Entity id where paths begin.
        target: Entity id where they end.
        scenario: What is supposed.
        faults: What the scenario names in vain.
        k: Most paths of each list, 1 to 1,000.
        max_links: Most claims in a path, 1 to 12.
        sign: As in `kg.question.paths.find`; concerns the lists, not the direction of the pair.
        lang: Language of the sentences.

    Returns:
        `{"before": [path], "after": [path], "direction": [before, after], "expected": [...], "reliability": [...],
        "changes": [...], "claims": [...], "scenario": id}`. A change has a `kind` (lost, gained, weaker, stronger,
        flipped) and says by `of` what it is about: "pair" (direction, strength, reliability) or "path". A path of
        `after` names the claims that the scenario assumes under `assumed`.

    Raises:
        InputError, NotFound: as `kg.question.paths.find` of the network before.

    Law: equal networks differ in nothing.
    """
    comparison = Comparison(before, after, MOMENTS)
    options: Document = {"k": k, "max_links": max_links, "sign": sign}
    gone = [end for end in (source, target) if end not in after.snapshot.entities]
    asked = [pristine(paths.find(before, source, target, **options, lang=lang))]
    asked += [pristine(paths.find(after, source, target, **options, lang=lang)) if not gone else _nothing(gone, lang)]
    searched = [between(net, source, target, max_links=max_links, deep=True) for net in comparison.networks]
    whole = all(is_whole for _, is_whole, _ in searched)
    stands = [
        standing(net, by_sign, reliable=whole)
        for net, (by_sign, _, _) in zip(comparison.networks, searched, strict=True)
    ]
    every = {claim for by_sign, _, _ in searched for some in by_sign.values() for path in some for claim in path}
    pair = comparison.pair(source, target, stands[0], stands[1], every=frozenset(every), lang=lang)
    lists = [[tuple(path["claims"]) for path in one["paths"]] for one in asked]
    moved = comparison.paths(source, target, lists[0], lists[1], max_links=max_links)
    changes = [] if pair is None else [{"of": "pair", **pair}]
    body = {
        "before": asked[0]["paths"],
        "after": [_with_assumed(path, after) for path in asked[1]["paths"]],
        "direction": [None if one is None else one.direction for one in stands],
        "expected": [None if one is None else one.best.opinion.expected for one in stands],
        "reliability": [None if one is None else one.reliability() for one in stands],
        "changes": [*changes, *({"of": "path", **change} for change in moved)],
    }
    return _answer(
        comparison,
        {"source": source, "target": target, **options},
        body,
        scenario=scenario,
        faults=faults,
        limits={limit for one in asked for limit in one["limits"]} | (set() if whole else {"reliability"}),
        lang=lang,
        empty=asked[1].get("note"),
    )


def everywhere(
    before: Network,
    after: Network,
    *,
    scenario: Scenario,
    faults: Sequence[KgError] = (),
    source: str | None = None,
    target: str | None = None,
    rows: str | None = None,
    cols: str | None = None,
    max_links: int = 6,
    lang: str = "en",
) -> Answer:
    """Return every pair of two types (or of one entity) that stands otherwise in a scenario, and every claim that does.

    Args:
        before: The snapshot under the criteria of the question.
        after: What the scenario makes of it.
        scenario: What is supposed.
        faults: What the scenario names in vain.
        source: Entity id where paths begin; None for all of `rows`.
        target: Entity id where they end; None for all of `cols`.
        rows: Entity type where paths begin; None for all causes.
        cols: Entity type where they end; None for all harms.
        max_links: Most claims in a path, 1 to 12.
        lang: Language of the sentences.

    Returns:
        `{"changes": [...], "claims": [...], "scenario": id}`, see `kg.question.compare`.
    """
    comparison = Comparison(before, after, MOMENTS)
    limits: set[str] = set()
    changes = comparison.pairs(
        *comparison.ends(rows, cols, source=source, target=target), max_links=max_links, lang=lang, limits=limits
    )
    return _answer(
        comparison,
        {"source": source, "target": target, "rows": rows, "cols": cols, "max_links": max_links},
        {"changes": [{"of": "pair", **change} for change in changes]},
        scenario=scenario,
        faults=faults,
        limits=limits,
        lang=lang,
        empty=None,
    )


def _answer(
    comparison: Comparison,
    parameters: Document,
    body: Document,
    *,
    scenario: Scenario,
    faults: Sequence[KgError],
    limits: set[str],
    lang: str,
    empty: str | None,
) -> Answer:
    said = [*cautions.of_scenario(faults, lang=lang), *cautions.of_criteria(comparison.after, lang=lang)]
    if not body["changes"]:
        said.append(_same(comparison, scenario, lang))
    return answer(
        comparison.before,
        "what-if",
        {**parameters, "scenario": scenario.document()},
        {**body, "claims": comparison.claims(lang=lang), "scenario": scenario.id},
        lang=lang,
        limits=sorted(limits),
        note=cautions.note([*said, empty], lang=lang),
    )


def _same(comparison: Comparison, scenario: Scenario, lang: str) -> str:
    if scenario == Scenario():
        return "情景为空，没有改变任何内容。" if lang == "zh" else "The scenario is empty: nothing changes."
    moved = len(comparison.changed)
    if not moved:
        return (
            "没有任何论断因此改变，答案也不变。"
            if lang == "zh"
            else "No claim becomes more or less believable: the answer stays as it is."
        )
    return (
        f"有 {moved} 条论断发生变化，但都不影响此答案。"
        if lang == "zh"
        else f"{moved} claim{'s change' if moved > 1 else ' changes'}, yet not this answer."
    )


def _nothing(gone: Sequence[str], lang: str) -> Document:
    names = ", ".join(gone)
    said = f"情景所读的记录中没有 {names}。" if lang == "zh" else f"The record read in the scenario has no {names}."
    return {"paths": [], "limits": [], "note": said}


def _with_assumed(path: Document, network: Network) -> Document:
    assumed = [claim for claim in path["claims"] if claim in network.assumed]
    return {**path, "assumed": assumed} if assumed else path
