"""Sentences about gaps: what is missing, in plain English or Chinese.

Lives here: one sentence for each kind. May enter: a gap's document. Never here: finding gaps, ranking.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kg.network import Network
from kg.question import explain
from kg.vocabulary import Certainty

SENTENCES: Mapping[str, tuple[str, str]] = {
    "no-evidence": (
        "No chain of claims leads from {technique} to {risk}. No evidence found is not evidence of no effect.",
        "没有从“{technique}”到“{risk}”的链条。没有找到证据，不等于没有影响。",
    ),
    "unsupported": ("{claim}: nothing that counts supports this.", "{claim}：没有计入的证据支持它。"),
    "single-work": ("{claim}: this rests on one work, {works}.", "{claim}：仅依据一项文献 {works}。"),
    "single-group": (
        "{claim}: this rests on {count} works of one independence group ({works}), which count once.",
        "{claim}：依据的 {count} 项文献（{works}）属于同一独立来源组，只计一次。",
    ),
    "only-arguments": ("{claim}: this rests on arguments alone ({works}).", "{claim}：仅依据论证（{works}）。"),
    "only-inferred": (
        "{claim}: no work states this; it was inferred from {works}.",
        "{claim}：没有文献直接陈述，系推断自 {works}。",
    ),
    "low-certainty": (
        "{claim}: answers rest on this, but nothing of {below} certainty or more supports it.",
        "{claim}：有答案依据它，但没有确定性达到“{below}”的证据支持。",
    ),
    "stale": ("{claim}: nothing since {since}; {latest}.", "{claim}：{since} 年以来没有新的证据；{latest}。"),
    "disputed-without-recent": (
        "{claim}: this is disputed, and no study since {since} settles it; {latest}.",
        "{claim}：存在争议，而 {since} 年以来没有新的研究；{latest}。",
    ),
}


def cited(network: Network, answer: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """Return one gap of an answer as a sentence that calls works as running text cites them, not by their keys."""
    question = answer["question"]
    named = {**found, "works": [explain.work(network, id, question["lang"]) for id in found["works"]]}
    below = network.vocabulary.certainties[question["below"]]
    return gap(network, named, since=answer["since"], below=below, lang=question["lang"])


def gap(network: Network, found: Mapping[str, Any], *, since: int, below: Certainty, lang: str) -> str:
    """Return one gap as a sentence."""
    words: dict[str, Any] = {"since": since, "below": below.label.get(lang), "count": len(found["works"])}
    words["works"] = ("、" if lang == "zh" else ", ").join(found["works"])
    year = found["latest_year"]
    if lang == "zh":
        words["latest"] = "年份不详" if year is None else f"最近的一项是 {year} 年的"
    else:
        words["latest"] = "no year is known" if year is None else f"the newest is of {year}"
    if found["pair"] is not None:
        words |= {end: explain.name(network, id, lang) for end, id in found["pair"].items()}
    else:
        words["claim"] = explain.claim(network, network.snapshot.claims[found["claim"]], lang)
    return SENTENCES[found["kind"]][1 if lang == "zh" else 0].format(**words)
