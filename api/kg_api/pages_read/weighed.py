"""How the belief in one claim comes about, item by item: which counted with which weight, which did not, and why.

Lives here: the account as numbers and sentences. May enter: a network, the id of a claim. Never here: arithmetic of
belief (kg.belief), HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kg.belief import Line, Weighing
from kg.citations.references import short
from kg.model import Evidence
from kg.network import Network, group_of, line_of
from kg.question.records import why_not
from kg_api.pages_read.wording import said

Document = dict[str, Any]
NEGLIGIBLE = 1e-9


def account(network: Network, claim: str, lang: str) -> Document:
    """Return the account of a claim's belief.

    Returns:
        `{"lines": [{"item", "work", "citation", "side", "mark", "amount", "text"}], "sums": [sentence], "result":
        sentence}`. `mark` is "counted", "shadowed", "neutral" or "left-out"; `amount` is what a counted item adds.

    Law: the amounts of a side add up to its evidence, but where a ceiling holds them, which a sentence then says.
    """
    words, weighing = said(lang), network.weighing(claim)
    items = network.snapshot.evidence_of(claim)
    used, shadows = set(weighing.used), dict(weighing.shadowed)
    lines = [_line(network, item, used, shadows, lang) for item in items]
    lines.sort(key=lambda one: (ORDER[one["mark"]], -one["side"], -(one["amount"] or 0.0), one["item"]))
    sums = [
        _sum(network, [item for item in items if item.id in used], weighing, polarity, lang) for polarity in (1, -1)
    ]
    opinion, for_, against = weighing.opinion, weighing.support, weighing.dispute
    shown = {name: f"{value:.2f}" for name, value in opinion.document().items()}
    result = words["account_result"].format(for_=f"{for_:.2f}", against=f"{against:.2f}", **shown)
    return {"lines": lines, "sums": [one for one in sums if one], "result": result}


ORDER = {"counted": 0, "shadowed": 1, "neutral": 2, "left-out": 3}


def _line(network: Network, item: Evidence, used: set[str], shadows: dict[str, str], lang: str) -> Document:
    words, vocabulary = said(lang), network.vocabulary
    line, reason = line_of(item, group_of(item, network.snapshot), vocabulary), why_not(network, item)
    work = network.snapshot.works.get(item.work)
    mark, amount = "left-out", None
    if reason is not None:
        text = words["account_left_out"].format(why=reason.get(lang))
    elif line.polarity == 0:
        mark, text = "neutral", words["account_neutral"]
    elif item.id in shadows:
        mark, text = "shadowed", words["account_shadowed"].format(item=shadows[item.id], group=line.group)
    else:
        mark = "counted" if item.id in used else "neutral"
        amount, text = line.mass, _weight(network, item, line, lang)
    return {
        "item": item.id,
        "work": item.work,
        "citation": item.work if work is None else short(work, lang=lang),
        "side": line.polarity,
        "stance": vocabulary.stance(item.stance).label.get(lang),
        "mark": mark,
        "amount": amount,
        "text": text,
    }


def _weight(network: Network, item: Evidence, line: Line, lang: str) -> str:
    vocabulary, words = network.vocabulary, said(lang)
    certainty = vocabulary.certainty(item.kind, item.strength, item.inferred)
    return words["account_inferred" if item.inferred else "account_counted"].format(
        weight=f"{line.weight:g}",
        certainty=certainty.label.get(lang),
        kind=vocabulary.study_kind(item.kind).label.get(lang),
        strength=vocabulary.strength(item.strength).label.get(lang),
        confidence=f"{line.confidence:g}",
        basis=vocabulary.basis(item.basis).label.get(lang),
    )


def _sum(network: Network, items: Sequence[Evidence], weighing: Weighing, polarity: int, lang: str) -> str | None:
    """Return how the items of one side add up; None when there are none."""
    words = said(lang)
    lines = [line_of(item, group_of(item, network.snapshot), network.vocabulary) for item in items]
    masses = sorted((line.mass for line in lines if line.polarity == polarity), reverse=True)
    if not masses:
        return None
    total = weighing.support if polarity > 0 else weighing.dispute
    name = words["account_for" if polarity > 0 else "account_against"]
    parts = " + ".join(f"{mass:.2f}" for mass in masses)
    if sum(masses) > total + NEGLIGIBLE:
        return words["account_ceiling"].format(side=name, parts=parts, sum=f"{sum(masses):.2f}", total=f"{total:.2f}")
    if len(masses) == 1:
        return words["account_single"].format(side=name, total=f"{total:.2f}")
    return words["account_sum"].format(side=name, parts=parts, total=f"{total:.2f}")
