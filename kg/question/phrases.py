"""Phrases that paragraphs are made of, in English and Chinese: names, lists, counts, chains, how sure, on what basis.

Lives here: wording that several questions share. May enter: a network for labels, members of answers.
Never here: which sentences a question needs (paragraphs), asking.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from kg.coverage import REFERENCE_BASIS
from kg.network import Network
from kg.question import explain
from kg.question.compare_said import DIRECTIONS
from kg.question.criteria_said import CRITERIA, criterion
from kg.question.grounds import claims_of
from kg.sentences import agreeing, inside, spaced

Document = Mapping[str, Any]
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Speech:
    """A language, and the network that gives labels. Works are called by their keys, or as running text cites them."""

    network: Network
    lang: str
    cited: bool = False

    def either(self, en: str, zh: str) -> str:
        """Return the text of the language."""
        return zh if self.lang == "zh" else en

    def name(self, entity: str, *, first: bool = False) -> str:
        """Return the label of an entity as it stands inside a sentence, or at its beginning."""
        label = explain.name(self.network, entity, self.lang)
        return label if first or self.lang == "zh" else inside(label)

    def work(self, id: str) -> str:
        """Return what a work is called."""
        return explain.work(self.network, id, self.lang) if self.cited else id

    def claim(self, id: str) -> str:
        """Return a claim in quotation marks."""
        record = self.network.snapshot.claims.get(id)
        return f"“{id if record is None else explain.claim(self.network, record, self.lang)}”"

    def listed(self, names: Iterable[str], *, most: int = SHOWN) -> str:
        """Return names as a list; beyond `most` how many more there are."""
        some = list(names)
        more = len(some) - most
        if self.lang == "zh":
            known = "、".join(some[:most])
            return f"{spaced(known)}等 {len(some)} 项" if more > 0 else known
        if more > 0:
            return f"{', '.join(some[:most])} and {more} more"
        return some[0] if len(some) == 1 else f"{', '.join(some[:-1])} and {some[-1]}"

    def count(self, number: int, one: str, many: str | None = None) -> str:
        """Return a number with its English noun."""
        return f"{number} {one if number == 1 else many or one + 's'}"

    def verb(self, direction: str) -> str:
        """Return "raises", "lowers" or "both raises and lowers"."""
        return DIRECTIONS[direction].get(self.lang)

    def joined(self, sentences: Iterable[str | None]) -> str:
        """Return sentences as one paragraph; empty ones are left out, the same one is said once."""
        said = dict.fromkeys(sentence for sentence in sentences if sentence)
        return self.either(" ", "").join(said)


def pair(speech: Speech, source: str, target: str, item: Document) -> list[str]:
    """Return how two entities are joined: direction, best chain, strength, conflict and ignorance, each by itself.

    Args:
        speech: The language.
        source: Where the chains begin.
        target: Where they end.
        item: `direction`, `best`, `opposing` (null when there is none), and `reliability` where it is known.
    """
    said = [direction(speech, source, target, item["direction"])]
    said += chain(speech, item["best"])
    if item["opposing"] is not None:
        other = item["opposing"]
        verb = explain.VERBS[speech.lang][other["sign"]]
        said.append(
            speech.either(
                f"The best chain of the other direction, which {verb} it, runs: {steps(speech, other)}. Its expected "
                f"value is {figure(other)}. Both can hold at once; neither is set off against the other.",
                f"方向相反（{verb}）的最佳链条为：{steps(speech, other)}。其期望值为 {figure(other)}。"
                "两者可以同时成立，互不抵消。",
            )
        )
        said += [sentence for sentence in [contested(speech, other)] if sentence is not None]
    return [*said, *reliability(speech, item.get("reliability") or {})]


def direction(speech: Speech, source: str, target: str, word: str) -> str:
    """Return the direction alone: what the record says, not how sure that is."""
    a, b, verb = speech.name(source), speech.name(target), speech.verb(word)
    ways = speech.either("both ways", "两个方向") if word == "mixed" else speech.either("one way", "一个方向")
    return speech.either(f"The record points {ways}: {a} {agreeing(verb, a)} {b}.", f"记录指向{ways}：{a}{verb}{b}。")


def chain(speech: Speech, path: Document) -> list[str]:
    """Return one chain: its claims, its expected value, what is for and against it, what is not known, its works."""
    conflict = contested(speech, path)
    return [
        speech.either(f"The best chain runs: {steps(speech, path)}.", f"最佳链条为：{steps(speech, path)}。"),
        speech.either(
            f"The expected value that all of it holds is {figure(path)}.", f"整条链条成立的期望值为 {figure(path)}。"
        ),
        sureness(speech, path["belief"]),
        *([] if conflict is None else [conflict]),
        grounds(speech, path),
    ]


def steps(speech: Speech, path: Document) -> str:
    """Return the claims of a chain, joined by semicolons."""
    claims = speech.network.snapshot.claims
    said = [explain.claim(speech.network, claims[id], speech.lang) for id in path["claims"]]
    if speech.lang == "zh":
        return "；".join(said)
    return "; ".join(inside(text) for text in said)


def figure(path: Document) -> str:
    """Return the expected value of a path."""
    return f"{path['belief']['expected']:.2f}"


def sureness(speech: Speech, belief: Mapping[str, float]) -> str:
    """Return conflict apart from ignorance: belief, disbelief and what is not known."""
    for_, against, open_ = (f"{belief[part]:.2f}" for part in ("belief", "disbelief", "uncertainty"))
    return speech.either(
        f"The evidence for it amounts to a belief of {for_}, the evidence against it to a disbelief of {against}; "
        f"{open_} is not known either way.",
        f"支持它的证据合计信念 {for_}，质疑它的证据合计不信 {against}，不确定度 {open_}。",
    )


def contested(speech: Speech, path: Document) -> str | None:
    """Return which claims of a chain are contested; None when none is."""
    claims = [id for id in path["claims"] if speech.network.is_contested(id)]
    if not claims:
        return None
    names = speech.listed(speech.claim(id) for id in claims)
    verb = "is" if len(claims) == 1 else "are"
    return speech.either(f"On it, {names} {verb} contested.", f"其中{names}存在争议。")


def grounds(speech: Speech, path: Document) -> str:
    """Return on how many works a chain rests."""
    works = path["works"]
    if path["single_work"] is not None:
        return speech.either(
            f"All of it rests on a single work, {speech.work(path['single_work'])}.",
            f"整条链条仅依据一项文献 {speech.work(path['single_work'])}。",
        )
    return speech.either(f"It rests on {speech.count(len(works), 'work')}.", f"依据 {len(works)} 项文献。")


def reliability(speech: Speech, spans: Document) -> list[str]:
    """Return the chance that at least one chain of a direction holds, with its interval."""
    said = []
    for word in ("raises", "lowers"):
        if any(spans.get(word) or ()):
            low, middle, high = (f"{value:.2f}" for value in spans[word])
            said.append(
                speech.either(
                    f"That at least one chain which {word} it holds has an expected chance of {middle}, between {low} "
                    f"and {high} depending on what is not known.",
                    f"至少有一条{speech.verb(word)}方向的链条成立的期望概率为 {middle}，"
                    f"视不确定度如何落定，介于 {low} 与 {high} 之间。",
                )
            )
    return said


def tally(speech: Speech, items: Sequence[Document]) -> str:
    """Return how many items raise, lower, or do both; as a clause."""
    counts = Counter([item["direction"] for item in items])
    return speech.either(
        f"the direction is raising in {counts['raises']}, lowering in {counts['lowers']}, both in {counts['mixed']}",
        f"方向为提高的 {counts['raises']} 个，降低的 {counts['lowers']} 个，兼有的 {counts['mixed']} 个",
    )


def strongest(speech: Speech, items: Sequence[Document]) -> list[str]:
    """Return the strongest chain of each direction among items; then, apart from it, conflict and ignorance."""
    said = []
    every = [
        (path["sign"], path["belief"]["expected"], path)
        for item in items
        for path in (item["best"], item["opposing"])
        if path
    ]
    for sign, verb in explain.VERBS[speech.lang].items():
        most = round(max([expected for its, expected, _ in every if its == sign], default=0.0), 12)
        near = [(expected, path) for its, expected, path in every if its == sign and expected > most - 1e-11]
        equal = [path for expected, path in near if round(expected, 12) == most]
        if not sign or not equal:
            continue
        best = min(equal, key=lambda path: path["entities"])
        a, b = best["entities"][0], best["entities"][-1]
        said.append(
            speech.either(
                f"The strongest chain that {verb} leads from {speech.name(a)} to {speech.name(b)}, with an expected "
                f"value of {figure(best)}.",
                f"{verb}方向最强的链条从{speech.name(a)}到{speech.name(b)}，期望值为 {figure(best)}。",
            )
        )
    disputed = sum([item["best"]["contested"] or bool((item["opposing"] or {}).get("contested")) for item in items])
    middle = median([item["best"]["belief"]["uncertainty"] for item in items])
    said.append(
        speech.either(
            f"A contested claim is on the chains of {disputed} of the {len(items)}."
            if disputed
            else "No contested claim is on any of these chains.",
            f"{len(items)} 个之中，有 {disputed} 个的链条经过有争议的论断。"
            if disputed
            else "这些链条都不经过有争议的论断。",
        )
    )
    said.append(
        speech.either(
            f"Ignorance is another matter: the middle one of the best chains leaves {middle:.2f} not known either way.",
            f"不确定度与冲突分开计算：各最佳链条不确定度的中位数为 {middle:.2f}。",
        )
    )
    return said


def envelope(speech: Speech, document: Document) -> list[str | None]:
    """Return what holds for any answer: its note, its limits, its criteria, the basis of its evidence, the caveat."""
    said: list[str | None] = [document.get("note")]
    if not document["complete"]:
        limits = ", ".join(document["limits"])
        said.append(
            speech.either(
                f"A limit cut this answer ({limits}): there may be more than it says.",
                f"此答案受到限制（{limits}），可能还有未列出的内容。",
            )
        )
    shown = {name: value for name, value in document["question"].items() if name in CRITERIA}
    if shown:
        parts = [criterion(speech.network, name, value, speech.lang, speech.work) for name, value in shown.items()]
        said.append(speech.either(f"Asked under the criteria {'; '.join(parts)}.", f"所用条件：{'；'.join(parts)}。"))
    return [*said, basis(speech, document), document["caveat"]]


def basis(speech: Speech, document: Document) -> str | None:
    """Return how much of the evidence was not read in the work itself, or was inferred; None when none."""
    vocabulary = speech.network.vocabulary
    items = speech.network.bases(claims_of(speech.network, document))
    least = vocabulary.basis(REFERENCE_BASIS).confidence
    weak = sum(count for (basis, _), count in items.items() if vocabulary.basis(basis).confidence < least)
    inferred = sum(count for (_, was_inferred), count in items.items() if was_inferred)
    if not weak and not inferred:
        return None
    en, zh = [], []
    if weak:
        en.append(f"{weak} {'comes' if weak == 1 else 'come'} from a summary or from memory, not from the work itself")
        zh.append(f"{weak} 条出自摘要性材料或记忆，并非直接读自原文")
    if inferred:
        en.append(f"{inferred} {'was' if inferred == 1 else 'were'} applied to the claim by inference")
        zh.append(f"{inferred} 条系推断而来")
    total = speech.count(items.total(), "evidence item")
    return speech.either(
        f"Of the {total} behind this, {', and '.join(en)}.", f"所依据的 {items.total()} 条证据中，{'，'.join(zh)}。"
    )
