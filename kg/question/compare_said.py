"""Differences as sentences, in English and Chinese, from the entries that a comparison gives.

Lives here: wording. May enter: two networks for labels, entries of `kg.question.compare`. Never here: comparing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kg.model import Text
from kg.network import Network
from kg.question.explain import VERBS
from kg.sentences import agreeing, inside, sentence, spaced

STATES = {
    "absent": Text("not there", "不存在"),
    "unsupported": Text("without support", "没有支持证据"),
    "disputed": Text("only disputed", "只有质疑的证据"),
    "contested": Text("contested", "有争议"),
    "supported": Text("supported", "获得支持"),
    "assumed": Text("assumed", "被假定成立"),
}
DIRECTIONS = {
    "raises": Text("raises", "提高"),
    "lowers": Text("lowers", "降低"),
    "mixed": Text("both raises and lowers", "既提高又降低"),
}
MEASURES = {
    "expected": Text("expected", "期望值"),
    "reliability": Text("reliability", "可靠度"),
    "uncertainty": Text("not known", "不确定度"),
    "opposing": Text("expected of the other direction", "另一方向的期望值"),
    "opposing_uncertainty": Text("not known of the other direction", "另一方向的不确定度"),
    "raises": Text("reliability of raising", "提高方向的可靠度"),
    "lowers": Text("reliability of lowering", "降低方向的可靠度"),
}
"""What tells two sides apart: of the best path, of the best one of the other direction, of all paths of a direction."""
WENT = {
    "uncertainty": Text("What is not known of it goes from {} to {}.", "其不确定度由 {} 变为 {}。"),
    "opposing": Text(
        "That of the best chain of the other direction goes from {} to {}.", "另一方向最佳链条的期望值由 {} 变为 {}。"
    ),
    "opposing_uncertainty": Text(
        "What is not known of the best chain of the other direction goes from {} to {}.",
        "另一方向最佳链条的不确定度由 {} 变为 {}。",
    ),
    "reliability": Text(
        "The expected chance that at least one chain which {2} it holds goes from {0} to {1}.",
        "至少有一条{2}方向的链条成立的期望概率由 {0} 变为 {1}。",
    ),
}
"""What differs where the best chain keeps its expected value."""
WORKS_SHOWN = 5
SILENT = {"absent", "unsupported"}


@dataclass(frozen=True, slots=True)
class Moments:
    """What the two sides of a comparison are called at the start of a sentence."""

    before: Text
    after: Text


NOW = Text("As the record stands", "按现有记录")


def claim(before: Network, after: Network, moments: Moments, entry: Mapping[str, Any], *, lang: str) -> str:
    """Return what became of a claim: its state and expected value on both sides, and the works responsible."""
    net = after if entry["claim"] in after.snapshot.claims else before
    said = sentence(net.snapshot.claims[entry["claim"]], net.snapshot, net.vocabulary).get(lang)
    measure, sure = of_beliefs(entry["belief"], apart=entry["state"][0] != entry["state"][1])
    states = [
        STATES[state].get(lang) + (_sure(measure, text, lang) if state not in SILENT else "")
        for state, text in zip(entry["state"], sure, strict=True)
    ]
    first, second = moments.before.get(lang), moments.after.get(lang)
    why = because(entry["because"], lang)
    if lang == "zh":
        return f"{first}，“{said}”{states[0]}；{second}，{states[1]}{why}。"
    return f"{first}, “{said}” is {states[0]}; {_lower(second)}, it is {states[1]}{why}."


def pair(before: Network, after: Network, moments: Moments, entry: Mapping[str, Any], *, lang: str) -> str:
    """Return what became of a pair: its direction and expected value on both sides, and the works responsible."""
    source, target = (_label(before, after, entry[end], lang) for end in ("source", "target"))
    sides = []
    measure, sure = of_pair(entry)
    for word, sign, text in zip(entry["direction"], entry["sign"], sure, strict=True):
        if word is None:
            sides.append(f"没有从{source}到{target}的链条" if lang == "zh" else "no path leads there")
            continue
        verb = DIRECTIONS[word].get(lang)
        more = leaning(sign, lang) if word == "mixed" and entry["kind"] == "flipped" else ""
        sides.append(
            f"{source}{verb}{target}{more}{_sure(measure, text, lang)}"
            if lang == "zh"
            else f"{inside(source)} {agreeing(verb, source)} {inside(target)}{more}{_sure(measure, text, lang)}"
        )
    first, second = moments.before.get(lang), moments.after.get(lang)
    why = because(entry["because"]["works"], lang)
    if lang == "zh":
        return f"{first}，{sides[0]}；{second}，{sides[1]}{why}。"
    if entry["direction"][0] is None:
        sides[0] = f"no path leads from {inside(source)} to {inside(target)}"
    return f"{first}, {sides[0]}; {_lower(second)}, {sides[1]}{why}."


def figures(*values: float | None) -> tuple[str | None, ...]:
    """Return figures to stand beside each other: two decimals, or as many more, up to twelve, as tell them apart.

    Example:
        >>> figures(0.7121, 0.7124), figures(0.71, 0.8), figures(0.5, 0.5), figures(None, 0.7)
        (('0.7121', '0.7124'), ('0.71', '0.80'), ('0.50', '0.50'), (None, '0.70'))
    """
    known = {value for value in values if value is not None}
    digits = next((digits for digits in range(2, 13) if len({f"{one:.{digits}f}" for one in known}) == len(known)), 2)
    return tuple(None if value is None else f"{value:.{digits}f}" for value in values)


def of_beliefs(
    beliefs: Sequence[Mapping[str, float] | None], *, apart: bool = False
) -> tuple[str, tuple[str | None, ...]]:
    """Return by which measure two beliefs are told apart, and its figures: the expected value, else what is not known.

    Args:
        beliefs: Before and after; None where there is none.
        apart: They differ in words already, so the expected value is shown whatever it is.

    Example:
        >>> one = {"expected": 0.88, "uncertainty": 0.2}
        >>> of_beliefs([one, one | {"uncertainty": 0.1}]), of_beliefs([one, one])
        (('uncertainty', ('0.20', '0.10')), ('expected', ('0.88', '0.88')))
    """
    found = {
        measure: figures(*(None if one is None else one[measure] for one in beliefs))
        for measure in ("expected", "uncertainty")
    }
    told = "uncertainty" if not apart and _same(found["expected"]) and not _same(found["uncertainty"]) else "expected"
    return told, found[told]


def of_pair(entry: Mapping[str, Any]) -> tuple[str, tuple[str | None, ...]]:
    """Return by which measure the sides of a pair are told apart, and its figures.

    The expected value of the best path where the direction, or the stronger one of both, is another one. Else the first
    that differs of what `of_sides` looks at; then the reliability of all paths of a direction, the stronger one first.

    Example:
        >>> same = {"kind": "stronger", "direction": ["raises", "raises"], "sign": [1, 1], "expected": [0.4, 0.4]}
        >>> same |= {"belief": [{"expected": 0.4, "uncertainty": 0.5}] * 2, "opposing": [None, None]}
        >>> of_pair(same | {"reliability": [{"raises": [0.1, 0.5, 0.9]}, {"raises": [0.1, 0.6, 0.9]}]})
        ('reliability', ('0.50', '0.60'))
    """
    words = entry["direction"]
    if entry["kind"] == "flipped" or words[0] != words[1]:
        return "expected", figures(*entry["expected"])
    measure, told = of_sides(entry["belief"], entry["opposing"])
    if not _same(told):
        return measure, told
    old, new = (spans or {} for spans in entry["reliability"])
    stronger = entry["sign"][0]
    for word in ("raises", "lowers") if stronger == 1 else ("lowers", "raises"):
        if word in old and word in new:
            told = figures(old[word][1], new[word][1])
            if not _same(told):
                return "reliability" if len(old) == 1 else word, told
    return measure, figures(*entry["expected"])


def of_sides(
    best: Sequence[Mapping[str, float] | None], opposing: Sequence[Mapping[str, float] | None]
) -> tuple[str, tuple[str | None, ...]]:
    """Return by which measure two sides of one direction are told apart, and its figures.

    The first that differs: the expected value of the best path, what is not known of it, and both of the best path of
    the other direction.

    Example:
        >>> one, other = {"expected": 0.66, "uncertainty": 0.2}, {"expected": 0.5, "uncertainty": 0.3}
        >>> of_sides([one, one], [other, other | {"expected": 0.4}])
        ('opposing', ('0.50', '0.40'))
    """
    for prefix, beliefs in (("", best), ("opposing", opposing)):
        for name in ("expected", "uncertainty") if None not in beliefs else ():
            told = figures(*(one[name] for one in beliefs if one is not None))
            if not _same(told):
                return (f"{prefix}_{name}" if name != "expected" else prefix) if prefix else name, told
    return "expected", figures(*(None if one is None else one["expected"] for one in best))


def went(entry: Mapping[str, Any], lang: str) -> str:
    """Return what differs of a pair whose best chain keeps its expected value, as a sentence; "" where nothing does."""
    measure, told = of_pair(entry)
    if measure == "expected":
        return ""
    sign = {"raises": 1, "lowers": -1}.get(measure, entry["sign"][0])
    return WENT.get(measure, WENT["reliability"]).get(lang).format(*told, VERBS[lang][sign])


def leaning(sign: int, lang: str) -> str:
    """Return, as an apposition, which of two directions has the stronger path."""
    if lang == "zh":
        return f"，较强的方向为{VERBS[lang][sign]}"
    return f", the stronger path {'raising' if sign > 0 else 'lowering'} it"


def because(works: Sequence[str], lang: str) -> str:
    """Return the end of a sentence that names the works responsible, by their keys or however else they are called.

    Example:
        >>> because(["hu2022lora"], "en"), because(["Hu 等（2022）", "Li（2023）"], "zh"), because([], "en")
        (', because of hu2022lora', '，原因在于 Hu 等（2022）、Li（2023）', '')
    """
    if not works:
        return ""
    shown, more = works[:WORKS_SHOWN], len(works) - WORKS_SHOWN
    if lang == "zh":
        known = "、".join(shown)
        return f"，原因在于 {f'{spaced(known)}等 {len(works)} 项文献' if more > 0 else known}"
    names = ", ".join(shown[:-1]) + f" and {shown[-1]}" if len(shown) > 1 else shown[0]
    return f", because of {', '.join(shown)} and {more} more" if more > 0 else f", because of {names}"


def _same(told: tuple[str | None, ...]) -> bool:
    return len(set(told)) == 1


def direction(sign: int, lang: str) -> str:
    """Return "raises" or "lowers" in a language."""
    return VERBS[lang][sign]


def _label(before: Network, after: Network, entity: str, lang: str) -> str:
    record = after.snapshot.entities.get(entity) or before.snapshot.entities.get(entity)
    return entity if record is None else record.label.get(lang)


def _sure(measure: str, text: str | None, lang: str) -> str:
    word = MEASURES[measure].get(lang)
    return f"（{word} {text}）" if lang == "zh" else f" ({word} {text})"


def _lower(text: str) -> str:
    return text[0].lower() + text[1:]
