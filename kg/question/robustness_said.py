"""Robustness as one sentence or two, in English and Chinese.

Lives here: wording. May enter: the body of an answer of `kg.question.robustness`. Never here: leaving things out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kg.model import Text
from kg.network import Network
from kg.question.compare_said import DIRECTIONS, of_sides
from kg.question.explain import name
from kg.sentences import agreeing, inside

SHOWN = 5
WOULD_BE = {
    "expected": Text("the expected value would be {1}", "期望值为 {1}"),
    "more exactly": Text("the expected value would be {1} instead of {0}", "期望值由 {0} 变为 {1}"),
    "uncertainty": Text(
        "the expected value would stay, with {1} instead of {0} not known", "期望值不变，不确定度由 {0} 变为 {1}"
    ),
    "opposing": Text(
        "the other direction would have an expected value of {1} instead of {0}", "另一方向的期望值由 {0} 变为 {1}"
    ),
    "opposing_uncertainty": Text(
        "{1} instead of {0} would not be known of the other direction", "另一方向的不确定度由 {0} 变为 {1}"
    ),
}


def pair(network: Network, source: str, target: str, body: Mapping[str, Any], *, whole: bool, lang: str) -> str:
    """Return what a pair's answer rests on and which single works it would not survive; `whole`: all were tried."""
    a, b = name(network, source, lang), name(network, target, lang)
    if body["baseline"] is None:
        return f"{a}与{b}之间没有链条。" if lang == "zh" else f"No path leads from {inside(a)} to {inside(b)}."
    verb, sure = DIRECTIONS[body["direction"]].get(lang), f"{body['baseline']['belief']['expected']:.2f}"
    stands, tried = body["stands_on"], len(body["works"]) + (body["untouched"] if whole else 0)
    flipped = [entry["work"] for entry in body["works"] if entry["change"] == "flipped"]
    lost = [entry["work"] for entry in body["works"] if entry["change"] == "lost"]
    weaker = next((entry for entry in body["works"] if entry["change"] == "weaker"), None)
    if lang == "zh":
        said = f"{a}{verb}{b}（期望值 {sure}），最佳链条依据 {stands} 个独立来源。"
        said += f"单独去掉 {_names(flipped, lang)} 会使方向反转。" if flipped else ""
        said += f"单独去掉 {_names(lost, lang)} 就没有链条了。" if lost else ""
        if tried and not flipped and not lost:
            said += f"逐一去掉 {tried} 项文献，没有一项会单独使方向反转或使链条消失。"
        if weaker is not None:
            said += f"去掉 {weaker['work']} 后{would_be(body, weaker).zh}。"
        return said
    sources = f"{stands} independent source{'' if stands == 1 else 's'}"
    said = f"{a} {agreeing(verb, a)} {inside(b)} (expected {sure}); the best path stands on {sources}."
    said += f" The loss of {_names(flipped, lang)} alone would turn the direction round." if flipped else ""
    said += f" The loss of {_names(lost, lang)} alone would leave no path." if lost else ""
    if tried and not flipped and not lost:
        works = f"{tried} works {'in evidence' if whole else 'that were tried'}"
        said += f" None of the {works} would by its loss alone turn the direction round or leave no path."
    if weaker is not None:
        said += f" Without {weaker['work']} {would_be(body, weaker).en}."
    return said


def would_be(body: Mapping[str, Any], entry: Mapping[str, Any]) -> Text:
    """Return, as a clause, what a loss that keeps the direction would change: figures that differ, of what differs."""
    measure, told = of_sides(
        [body["baseline"]["belief"], entry["after"]["belief"]],
        [None if path is None else path["belief"] for path in (body["opposing"], entry["opposing"])],
    )
    rounded = all(len(text or "") <= len("0.00") for text in told)
    clause = WOULD_BE["more exactly" if measure == "expected" and not rounded else measure]
    return Text(clause.en.format(*told), clause.get("zh").format(*told))


def _names(works: Sequence[str], lang: str) -> str:
    shown, more = list(works[:SHOWN]), len(works) - SHOWN
    if lang == "zh":
        return "、".join(shown) + (f" 等 {len(works)} 项文献之一" if more > 0 else "" if len(works) == 1 else " 之一")
    if more > 0:
        return f"{', '.join(shown)} or one of {more} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"
