"""Answers as one plain paragraph, in English or Chinese, from their premises: one function for each question.

Lives here: which sentences an answer needs, and their table. May enter: an answer's document, the network it came from.
Never here: asking, HTML, numbers that the answer does not give.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kg.network import Network
from kg.question import gaps_said
from kg.question import paragraphs_compared as compared
from kg.question.answers import path_document
from kg.question.explain import VERBS
from kg.question.paragraphs_cut import cut
from kg.question.phrases import (
    Document,
    Speech,
    chain,
    direction,
    envelope,
    figure,
    pair,
    reliability,
    strongest,
    tally,
)
from kg.searching import best_paths
from kg.sentences import agreeing

Sentences = list[str]
GAPS = {
    "no-evidence": ("pairs without any chain", "没有链条的组合"),
    "unsupported": ("claims that nothing supports", "没有支持的论断"),
    "single-work": ("claims on a single work", "仅有一项文献的论断"),
    "single-group": ("claims on a single independence group", "仅有一个独立来源组的论断"),
    "only-arguments": ("claims on arguments alone", "仅有论证的论断"),
    "only-inferred": ("claims on inference alone", "仅有推断的论断"),
    "low-certainty": ("used claims of low certainty", "确定性低而被采用的论断"),
    "stale": ("claims without recent evidence", "久无新证据的论断"),
    "disputed-without-recent": ("contested claims without a recent study", "有争议而无新研究的论断"),
}


def paragraph(network: Network, document: Document, *, cited: bool = False) -> str:
    """Return an answer as one paragraph, in the language it was asked in.

    Direction is told apart from strength, conflict apart from ignorance. The caveats come last: what a limit or the
    criteria left out, how much of the evidence was not read in the work itself, and what belief is not.

    Args:
        network: What the answer came from, at its revision and under its criteria.
        document: The answer.
        cited: Call works as running text cites them, "Hu et al. (2022)", not by the keys that commands take.

    Raises:
        KeyError: the question has no paragraph.

    Law: equal answers of equal networks have equal paragraphs.
    """
    speech = Speech(network, document["question"]["lang"], cited)
    said = PARAGRAPHS[document["question"]["name"]](speech, document)
    return speech.joined([*said, *envelope(speech, document)])


def raises(speech: Speech, answer: Document) -> Sentences:
    """Say which techniques raise or lower which risks; one pair in full, many by number and by the strongest."""
    question, items = answer["question"], answer["items"]
    links = question["max_links"]
    if not items:
        return []
    if question["risk"] is not None and question["technique"] is not None:
        return pair(speech, question["technique"], question["risk"], items[0])
    if question["risk"] is not None:
        name = speech.name(question["risk"])
        said = speech.either(
            f"{speech.count(len(items), 'technique reaches', 'techniques reach')} {name} within {links} claims; "
            f"{tally(speech, items)}.",
            f"在 {links} 条论断之内，有 {len(items)} 项技术通向{name}；{tally(speech, items)}。",
        )
    elif question["technique"] is not None:
        name = speech.name(question["technique"], first=True)
        said = speech.either(
            f"{name} {agreeing('reaches', name)} {speech.count(len(items), 'risk')} within {links} claims; "
            f"{tally(speech, items)}.",
            f"在 {links} 条论断之内，{name}通向 {len(items)} 项风险；{tally(speech, items)}。",
        )
    else:
        said = speech.either(
            f"Chains of at most {links} claims join {speech.count(len(items), 'pair')} of a technique and a risk; "
            f"{tally(speech, items)}.",
            f"最多 {links} 条论断的链条把技术与风险连成 {len(items)} 个组合；{tally(speech, items)}。",
        )
    return [said, *strongest(speech, items), absent(speech)]


def matrix(speech: Speech, answer: Document) -> Sentences:
    """Say how much of the evidence gap map is filled, in which directions, and where the strongest chains are."""
    question, cells = answer["question"], answer["cells"]
    rows, cols = len(answer["rows"]), len(answer["cols"])
    types = [speech.network.vocabulary.entity_type(question[side]).label.get(speech.lang) for side in ("rows", "cols")]
    if not cells:
        return []
    direct = sum(cell["direct"] for cell in cells)
    empty = sum(row != col for row in answer["rows"] for col in answer["cols"]) - len(cells)
    return [
        speech.either(
            f"The map has {speech.count(rows, 'row')} ({types[0].lower()}) and {speech.count(cols, 'column')} "
            f"({types[1].lower()}); chains of at most {question['max_links']} claims fill "
            f"{speech.count(len(cells), 'cell')}; {tally(speech, cells)}.",
            f"图中有 {rows} 行（{types[0]}）、{cols} 列（{types[1]}）；最多 {question['max_links']} 条论断的链条填充了 "
            f"{len(cells)} 格；{tally(speech, cells)}。",
        ),
        speech.either(f"In {direct} of them a single claim joins the two.", f"其中 {direct} 格由一条论断直接相连。"),
        *strongest(speech, cells),
        speech.either(
            f"For the other {speech.count(empty, 'cell')} no evidence was found, which is not evidence of no effect.",
            f"其余 {empty} 格没有找到证据，这不等于没有影响。",
        )
        if empty
        else "",
    ]


def paths(speech: Speech, answer: Document) -> Sentences:
    """Say how many chains are listed, in which directions, and the best of each; the direction is that of the pair.

    What the list leaves out, since it is short or of one sign, is asked for again: the best chain of the other sign.
    """
    question, found = answer["question"], answer["paths"]
    if not found:
        return []
    signs = [sum(path["sign"] == sign for path in found) for sign in (1, -1, 0)]
    source, target = speech.name(question["source"]), speech.name(question["target"])
    best = found[0]
    other, every = _opposing(speech, answer)
    neutral = speech.either(f", {signs[2]} without direction", f"，{signs[2]} 条无方向") if signs[2] else ""
    said = speech.either(
        f"From {source} to {target} the answer lists {speech.count(len(found), 'chain')} of at most "
        f"{question['max_links']} claims: {signs[0]} raising it, {signs[1]} lowering it{neutral}.",
        f"从{source}到{target}，答案列出 {len(found)} 条链条（每条最多 {question['max_links']} 条论断）："
        f"提高 {signs[0]} 条，降低 {signs[1]} 条{neutral}。",
    )
    if not best["sign"]:
        return [said, *chain(speech, best)]
    directions = {1: "raises", -1: "lowers"}
    item = {"direction": "mixed" if other else directions[best["sign"]], "best": best, "opposing": other}
    if question["sign"] is None and every:
        return [said, *pair(speech, question["source"], question["target"], item)]
    pointed = direction(speech, question["source"], question["target"], item["direction"]) if every else ""
    unasked = ""
    if other is not None:
        verb, value = VERBS[speech.lang][other["sign"]], figure(other)
        unasked = speech.either(
            f"Not asked for were chains of the other direction: the best that {verb} it has an expected value of "
            f"{value}.",
            f"未询问相反方向的链条：{verb}方向的最佳链条期望值为 {value}。",
        )
    return [said, pointed, *chain(speech, best), unasked]


def _opposing(speech: Speech, answer: Document) -> tuple[Document | None, bool]:
    """Return the best chain of the sign that the first one listed does not have; False where it is not known."""
    question, sign, network = answer["question"], -answer["paths"][0]["sign"], speech.network
    listed = next((path for path in answer["paths"] if path["sign"] == sign != 0), None)
    if listed is not None or not sign:
        return listed, True
    ends = network.nodes_of(question["source"]), network.nodes_of(question["target"])
    found = best_paths(network, *ends, k=1, max_links=question["max_links"], sign=sign)
    if not found.paths:
        return None, found.complete
    return path_document(network, found.paths[0], lang=speech.lang), True


def impact(speech: Speech, answer: Document) -> Sentences:
    """Say how much an entity reaches, or how much reaches it, and the strongest of each direction."""
    question, items = answer["question"], answer["items"]
    if not items:
        return []
    name, links = speech.name(question["entity"], first=True), question["max_links"]
    if question["direction"] == "out":
        said = speech.either(
            f"{name} {agreeing('reaches', name)} {speech.count(len(items), 'entity', 'entities')} within {links} "
            f"claims; {tally(speech, items)}.",
            f"在 {links} 条论断之内，{name}通向 {len(items)} 个实体；{tally(speech, items)}。",
        )
    else:
        said = speech.either(
            f"{speech.count(len(items), 'entity reaches', 'entities reach')} {speech.name(question['entity'])} within "
            f"{links} claims; {tally(speech, items)}.",
            f"在 {links} 条论断之内，有 {len(items)} 个实体通向{name}；{tally(speech, items)}。",
        )
    return [said, *strongest(speech, items), absent(speech)]


def gaps(speech: Speech, answer: Document) -> Sentences:
    """Say how many gaps of each kind there are, and where one more study would move most."""
    if not answer["items"]:
        return []
    kinds = answer["question"]["kind"] or list(GAPS)
    counts = {kind: answer["counts"][kind] for kind in GAPS if kind in kinds and answer["counts"][kind]}
    parts = [
        speech.either(
            f"{GAPS[kind][0]} ({count})", f"{GAPS[kind][1]} {count} {'个' if kind == 'no-evidence' else '条'}"
        )
        for kind, count in counts.items()
    ]
    first = answer["items"][0]
    said = [
        speech.either(
            f"The record has {speech.count(answer['total'], 'gap')} of the kinds asked for: "
            f"{speech.listed(parts, most=len(GAPS))}.",
            f"所问种类的缺口共有 {answer['total']} 个：{'，'.join(parts)}。",
        ),
        gaps_said.cited(speech.network, answer, first) if speech.cited else first["explanation"],
    ]
    if first["claim"] is not None and first["value"]:
        said.append(
            speech.either(
                f"{speech.count(first['answers'], 'answer hangs', 'answers hang')} on it; one more study there is "
                "expected to move most.",
                f"有 {first['answers']} 个答案取决于它；再有一项研究，预计在此影响最大。",
            )
        )
    return said


def disputes(speech: Speech, answer: Document) -> Sentences:
    """Say which claims and routes are in conflict, the most decisive first; conflict is not ignorance."""
    items, routes = answer["items"], answer["routes"]
    said: Sentences = []
    if items:
        first = items[0]
        belief = first["claim"]["belief"]
        sides = [len(first[side]) for side in ("supports", "disputes")]
        name, for_, against = (
            speech.claim(first["claim"]["id"]),
            f"{belief['belief']:.2f}",
            f"{belief['disbelief']:.2f}",
        )
        said += [
            speech.either(
                f"{speech.count(len(items), 'claim has', 'claims have')} counting evidence on both sides.",
                f"有 {len(items)} 条论断同时具有正反两方面的有效证据。",
            ),
            speech.either(
                f"The conflict is sharpest on {name}: {sides[0]} supporting with a belief of {for_}, {sides[1]} "
                f"disputing with a disbelief of {against}.",
                f"冲突最尖锐的是{name}：支持 {sides[0]} 条，信念 {for_}；质疑 {sides[1]} 条，不信 {against}。",
            ),
            speech.either(
                f"Apart from that conflict, {belief['uncertainty']:.2f} is not known either way.",
                f"冲突之外，不确定度为 {belief['uncertainty']:.2f}。",
            ),
        ]
    if routes:
        first = routes[0]
        a, b = speech.name(first["technique"]), speech.name(first["risk"])
        said += [
            speech.either(
                f"{speech.count(len(routes), 'pair is', 'pairs are')} joined by routes of both directions, the most "
                f"decisive being {a} and {b}.",
                f"有 {len(routes)} 个组合同时存在两种方向的路线，冲突最大的是{a}与{b}。",
            ),
            *reliability(speech, first["reliability"]),
        ]
    if answer["contested_routes"]:
        count = len(answer["contested_routes"])
        said.append(
            speech.either(
                f"A contested claim is on {speech.count(count, 'best chain')}.",
                f"有 {count} 条最佳链条经过有争议的论断。",
            )
        )
    return said


def absent(speech: Speech) -> str:
    """Return what it means not to be listed."""
    return speech.either(
        "For what is not listed no evidence was found, which is not evidence of no effect.",
        "未列出的是没有找到证据的，这不等于没有影响。",
    )


PARAGRAPHS: Mapping[str, Callable[[Speech, Document], Sentences]] = {
    "raises": raises,
    "matrix": matrix,
    "paths": paths,
    "impact": impact,
    "cut": cut,
    "gaps": gaps,
    "disputes": disputes,
    "what-if": compared.what_if,
    "robustness": compared.robustness,
    "retraction": compared.retraction,
    "diff": compared.diff,
}
"""Name of a question -> its sentences, without what holds for any answer."""
