"""Paragraphs of the questions that compare two answers: what-if, robustness, retraction, diff.

Lives here: their sentences. May enter: an answer's document, the network it came from. Never here: comparing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from kg.ids import claim_id
from kg.model import Claim, Text
from kg.question import compare_said
from kg.question.compare_said import figures
from kg.question.explain import VERBS
from kg.question.phrases import Document, Speech, chain, direction
from kg.question.robustness_said import would_be
from kg.sentences import agreeing, plural, sentence, spaced

Sentences = list[str]
KINDS = {
    "flipped": Text("turned round", "方向反转"),
    "lost": Text("lost", "消失"),
    "weaker": Text("weaker", "减弱"),
    "gained": Text("new", "新增"),
    "stronger": Text("stronger", "增强"),
    "none": Text("otherwise different", "其他变化"),
}
PARTS = {
    "drop_work": Text("without the evidence of {}", "不计文献 {}"),
    "drop_claim": Text("without the claims {}", "去掉论断 {}"),
    "drop_entity": Text("without the entities {}", "去掉实体 {}"),
    "drop_evidence": Text("without the items {}", "去掉证据 {}"),
    "add": Text("with {}", "假定{}"),
    "set": Text("with other items: {}", "改变证据：{}"),
    "mark": Text("with the works {}", "改变文献状态：{}"),
    "under": Text("read under {}", "此后的条件为 {}"),
}


def what_if(speech: Speech, answer: Document) -> Sentences:
    """Say what is supposed, and what it changes: the pair asked about, or the gravest of all pairs; then the claims."""
    question = answer["question"]
    parts = [
        PARTS[name].get(speech.lang).format(speech.listed(_texts(speech, name, value)))
        for name, value in question["scenario"].items()
    ]
    said = [speech.either(f"Supposed is a record {'; '.join(parts)}.", f"假设：{'；'.join(parts)}。")] if parts else []
    pairs = [change for change in answer["changes"] if change["of"] == "pair"]
    paths = [change for change in answer["changes"] if change["of"] == "path"]
    if "before" not in answer:
        said += many(speech, pairs)
    elif pairs:
        said += change(speech, pairs[0])
    elif answer["changes"]:
        said.append(
            speech.either(
                "Neither the direction nor the strength of the pair changes.", "这一组合的方向与期望值都没有变化。"
            )
        )
    if paths:
        said.append(speech.either(f"Its chains: {_tally(speech, paths)}.", f"其链条：{_tally(speech, paths, '条')}。"))
    return [*said, *claims(speech, answer["claims"])]


def robustness(speech: Speech, answer: Document) -> Sentences:
    """Say what a pair, or the whole map, rests on and which single losses it would not survive."""
    if "cells" in answer:
        return _fragile_cells(speech, answer)
    if answer["baseline"] is None:
        return []
    question = answer["question"]
    said = [
        direction(speech, question["source"], question["target"], answer["direction"]),
        *chain(speech, answer["baseline"]),
    ]
    said.append(
        speech.either(
            f"The best chain stands on {speech.count(answer['stands_on'], 'independent source')}.",
            f"最佳链条依据 {answer['stands_on']} 个独立来源。",
        )
    )
    for kind, en, zh in (
        ("flipped", "The loss of {} alone would turn the direction round.", "单独失去{}，方向就会反转。"),
        ("lost", "The loss of {} alone would leave no chain.", "单独失去{}，就不剩链条。"),
    ):
        works = [entry["work"] for entry in answer["works"] if entry["change"] == kind]
        if works:
            said.append(speech.either(en, zh).format(_any_of(speech, works)))
    tried = len(answer["works"])
    if not tried and "losses" in answer["limits"]:
        said.append(
            speech.either(
                "No work near it could be tried before time ran out: whether one alone turns it round is open.",
                "时间用尽之前未能试过附近的任何一项文献：是否有一项会单独使方向反转，尚无定论。",
            )
        )
    elif not answer["fragile"]:
        said.append(
            speech.either(
                f"None of the {speech.count(tried, 'work')} near it would by its loss alone turn the direction round "
                "or leave no chain.",
                f"附近的 {tried} 项文献中，没有一项会单独使方向反转或使链条消失。",
            )
        )
    weaker = next((entry for entry in answer["works"] if entry["change"] == "weaker"), None)
    if weaker is not None:
        lost, left = speech.work(weaker["work"]), would_be(answer, weaker).get(speech.lang)
        said.append(
            speech.either(
                f"Without {lost} the stronger direction stays, and {left}.", f"没有 {lost}，较强的方向不变，{left}。"
            )
        )
    return said


def retraction(speech: Speech, answer: Document) -> Sentences:
    """Say what another status of a work changes."""
    statuses = speech.network.vocabulary.work_statuses
    before, after = (statuses[id].label.get(speech.lang) for id in answer["status"])
    work = speech.work(answer["work"])
    said = [
        speech.either(
            f"{work} bears on {speech.count(len(answer['bears_on']), 'claim')}; the answers are compared "
            f"with it {before} and with it {after}.",
            f"{spaced(work)}涉及 {len(answer['bears_on'])} 条论断；比较的是其状态“{before}”与“{after}”。",
        )
    ]
    kept = answer.get("kept_answers", {"changed": []})["changed"]
    if kept:
        said.append(
            speech.either(
                f"{speech.count(len(kept), 'kept answer', 'kept answers')} would come out otherwise.",
                f"有 {len(kept)} 个保存的答案会因此不同。",
            )
        )
    return [*said, *many(speech, answer["changes"]), *claims(speech, answer["claims"])]


def diff(speech: Speech, answer: Document) -> Sentences:
    """Say which answers differ between two points in time."""
    points = [_point(speech, answer[side]) for side in ("from", "to")]
    said = [speech.either(f"Compared are {points[0]} and {points[1]}.", f"比较的是{spaced(points[0])}与{points[1]}。")]
    return [*said, *many(speech, answer["changes"]), *claims(speech, answer["claims"])]


def many(speech: Speech, changes: Sequence[Document]) -> Sentences:
    """Return how many pairs differ and how, and the gravest in full."""
    if not changes:
        return [speech.either("No pair asked about changes.", "所问的组合都没有变化。")]
    said = speech.either(
        f"{speech.count(len(changes), 'pair changes', 'pairs change')}: {_tally(speech, changes)}.",
        f"有 {len(changes)} 个组合发生变化：{_tally(speech, changes)}。",
    )
    return [said, *change(speech, changes[0], gravest=len(changes) > 1)]


def change(speech: Speech, entry: Document, *, gravest: bool = False) -> Sentences:
    """Return what became of one pair: direction, then strength, then the works responsible."""
    a, b = speech.name(entry["source"]), speech.name(entry["target"])
    it = "them" if plural(b) else "it"
    old, new = (None if word is None else speech.verb(word) for word in entry["direction"])
    lead = speech.either("The gravest: ", "影响最大的：") if gravest else ""
    if old is None or new is None:
        clause = speech.either(
            f"no chain led from {a} to {b} before; now the first {agreeing(new or '', a)} the second"
            if old is None
            else f"{a} {agreeing(old, a)} {b} before, and no chain is left after",
            f"原先没有从{a}到{b}的链条，此后前者{new}后者" if old is None else f"原先{a}{old}{b}，此后不剩链条",
        )
    else:
        clause = speech.either(
            f"{a} {agreeing(old, a)} {b} before and after"
            if old == new
            else f"{a} {agreeing(old, a)} {b} before, and {agreeing(new, a)} {it} after",
            f"{a}{old}{b}，前后一致" if old == new else f"原先{a}{old}{b}，此后{new}",
        )
    said = [speech.either(f"{_begun(lead + clause)}.", f"{lead}{clause}。")]
    if entry["kind"] == "flipped" and "mixed" in entry["direction"]:
        first, second = (VERBS[speech.lang][sign] for sign in entry["sign"])
        en = f"The stronger chain {first} {it} before, and {second} {it} after."
        said.append(speech.either(en, f"较强的链条原先{first}，此后{second}。"))
    values = figures(*entry["expected"])
    if None not in values:
        same = values[0] == values[1]
        said.append(
            speech.either(
                f"The expected value of its best chain stays at {values[0]}."
                if same
                else f"The expected value of its best chain goes from {values[0]} to {values[1]}.",
                f"其最佳链条的期望值保持 {values[0]}。"
                if same
                else f"其最佳链条的期望值由 {values[0]} 变为 {values[1]}。",
            )
        )
        said += [compare_said.went(entry, speech.lang)] if same else []
    works = entry["because"]["works"]
    if works:
        names = speech.listed(map(speech.work, works))
        said.append(speech.either(f"The works responsible: {names}.", f"原因在于：{names}。"))
    return said


def claims(speech: Speech, entries: Sequence[Document]) -> Sentences:
    """Return how many claims differ and how, and which of them became contested, which is not becoming less known."""
    if not entries:
        return []
    said = [
        speech.either(
            f"{speech.count(len(entries), 'claim differs', 'claims differ')}: {_tally(speech, entries)}.",
            f"有 {len(entries)} 条论断不同：{_tally(speech, entries, '条')}。",
        )
    ]
    newly = [entry["claim"] for entry in entries if entry["state"][1] == "contested" != entry["state"][0]]
    if newly:
        names = speech.listed(map(speech.claim, newly), most=3)
        said.append(speech.either(f"Newly contested: {names}.", f"新出现争议：{names}。"))
    return said


def _fragile_cells(speech: Speech, answer: Document) -> Sentences:
    cells = answer["cells"]
    if not cells:
        return []
    fragile = [cell for cell in cells if cell["fragile"]]
    often = Counter(work for cell in fragile for work in cell["fragile"]).most_common()
    said = [
        speech.either(
            f"Of {speech.count(len(cells), 'filled cell')}, {len(fragile)} would lose the answer, or have it turned "
            "round, with the loss of one single work.",
            f"{len(cells)} 个有内容的格中，有 {len(fragile)} 个会因失去某一项文献而失去答案或反转方向。",
        )
    ]
    if often:
        work, count = min(often, key=lambda one: (-one[1], one[0]))
        said.append(
            speech.either(
                f"{speech.count(count, 'cell hangs', 'cells hang')} on {speech.work(work)} alone.",
                f"仅 {spaced(speech.work(work))}一项就关系到 {count} 格。",
            )
        )
    return said


def _any_of(speech: Speech, works: Sequence[str]) -> str:
    names = speech.listed(map(speech.work, works))
    if len(works) == 1:
        return speech.either(names, f" {names}")
    return speech.either(f"any one of {names}", f" {spaced(names)}之中任何一项")


def _tally(speech: Speech, changes: Sequence[Document], unit: str = "个") -> str:
    counts = Counter(entry["kind"] for entry in changes)
    parts = [
        f"{counts[kind]} {said.en}" if speech.lang == "en" else f"{said.get('zh')} {counts[kind]} {unit}"
        for kind, said in KINDS.items()
        if counts[kind]
    ]
    return ("，" if speech.lang == "zh" else ", ").join(parts)


def _point(speech: Speech, side: Document) -> str:
    point = str(side["point"])
    if point.startswith("known:"):
        year = point.removeprefix("known:")
        return speech.either(f"what was published up to {year}", f"截至 {year} 年发表的文献")
    if point.isdigit():
        return speech.either(f"revision {point}", f"修订版 {point}")
    return speech.either(f"the record of {point}", f"{point} 的记录")


def _begun(text: str) -> str:
    return text if text.startswith("The gravest: ") else text[0].upper() + text[1:]


def _texts(speech: Speech, name: str, value: Any) -> list[str]:
    """Return the members of one part of a scenario as they are said."""
    if name == "add":
        return [_assumed(speech, text) for text in value]
    if name == "mark" and speech.cited:
        return [_marked(speech, *text.rsplit("=", 1)) for text in value]
    if isinstance(value, dict):
        return [f"{one} {', '.join(map(str, at)) if isinstance(at, list) else at}" for one, at in value.items()]
    named = {"drop_claim": speech.claim, "drop_work": speech.work}.get(name, str)
    return [named(one) for one in value]


def _marked(speech: Speech, work: str, status: str) -> str:
    said = speech.network.vocabulary.work_statuses[status].label.get(speech.lang)
    return speech.either(f"{speech.work(work)}: {said}", f"{speech.work(work)}：{said}")


def _assumed(speech: Speech, text: str) -> str:
    subject, relation, object, chance = text.split(" ")
    claim = Claim(claim_id(subject, relation, object), subject, relation, object)
    said = sentence(claim, speech.network.snapshot, speech.network.vocabulary).get(speech.lang)
    return speech.either(f"“{said}” holding at a chance of {chance}", f"“{said}”以 {chance} 的概率成立")
