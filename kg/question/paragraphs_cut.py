"""A cut as one plain paragraph: the smallest sets, those that are as small, what stays open.

Lives here: which sentences an answer to `cut` needs. May enter: its document, the network it came from.
Never here: asking, solving, notes of the answer itself (cut_said).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kg.question.cut_said import KINDS_ZH
from kg.question.phrases import SHOWN, Document, Speech
from kg.sentences import spaced

Sentences = list[str]


def cut(speech: Speech, answer: Document) -> Sentences:
    """Say which smallest sets cut every harmful route, what they cut, and what nothing cuts."""
    question, count = answer["question"], answer["route_count"]
    targets = speech.listed(map(speech.name, question["target"]))
    if count == 0:
        return []
    many = speech.either("More harmful routes than are listed", "多于所列数目的有害路线") if count is None else None
    said = [
        speech.either(
            f"{many or speech.count(count, 'harmful route')} of at most {question['max_links']} claims "
            f"{'leads' if count == 1 else 'lead'} to {targets}.",
            f"通向{targets}的最多 {question['max_links']} 条论断的{many or f'有害路线有 {count} 条'}。",
        )
    ]
    said += _mitigations(speech, answer)
    for kind, en, zh in (
        (
            "claims",
            "Without {} no harmful route is left; no smaller set of claims does that.",
            "去掉{}，就不剩有害路线；没有更小的论断集合能做到。",
        ),
        (
            "works",
            "Without the evidence of {} none is left; no smaller set of works does that.",
            "失去文献 {}，就不剩有害路线；没有更小的文献集合能做到。",
        ),
    ):
        if answer[kind]:
            name = speech.claim if kind == "claims" else speech.work
            said.append(speech.either(en, zh).format(speech.listed(map(name, answer[kind]))))
            said += _as_small(speech, answer, kind, name)
    return said


def _mitigations(speech: Speech, answer: Document) -> Sentences:
    if not answer["minimal"]["mitigations"]:
        return []
    names = [speech.name(cut["mitigation"]) for cut in answer["cuts"]]
    others = _as_small(speech, answer, "mitigations", speech.name)
    the, zh = ("A", "的一个") if others else ("The", "的")
    if answer["cuttable"]:
        return [
            speech.either(
                f"{the} smallest set of mitigations that cuts every one of them is proven: {speech.listed(names)}.",
                f"能全部切断{zh}最小缓解措施集合已获证明：{speech.listed(names)}。",
            ),
            *others,
        ]
    said = [speech.either("No set of mitigations cuts every one of them.", "没有缓解措施能将其全部切断。")]
    if not names and answer["cuttable"] is False:
        said = []  # The note of the answer says that none cuts any.
    if names:
        said.append(
            speech.either(
                f"{the} smallest set that cuts all that can be cut is {speech.listed(names)}.",
                f"能切断其中可切断部分{zh}最小集合为{speech.listed(names)}。",
            )
        )
        said += others
    if answer["uncovered"]:
        sources = speech.listed(map(speech.name, answer["uncovered"]))
        said.append(speech.either(f"Some route stays open from {sources}.", f"以下来源仍有无法切断的路线：{sources}。"))
    return said


def _as_small(speech: Speech, answer: Document, kind: str, name: Callable[[str], str]) -> Sentences:
    """Say that a smallest set is one of several, and which the others are: the one given is only the first in order."""
    known, zh = answer["alternatives"][kind], KINDS_ZH[kind]
    if kind in answer["more"]:
        if "alternatives" in answer["limits"]:
            return [speech.either(f"There may be other sets of {kind} as small.", f"可能还有同样小的{zh}集合。")]
        return [
            speech.either(f"This is one of more than 20 smallest sets of {kind}.", f"这是 20 多个最小{zh}集合之一。")
        ]
    if len(known) < 2:
        return []
    first, *others = known
    shown = [_instead(speech, first, other, name) for other in others[:SHOWN]]
    more = len(others) - SHOWN
    if more > 0:
        shown.append(speech.either(f"and {more} more", f"另有 {more} 个"))
    return [
        speech.either(
            f"This is one of {len(known)} smallest sets of {kind}; as small: {'; '.join(shown)}.",
            f"这是 {len(known)} 个最小{zh}集合之一；同样小的还有：{'；'.join(shown)}。",
        )
    ]


def _instead(speech: Speech, first: Sequence[str], other: Sequence[str], name: Callable[[str], str]) -> str:
    """Return a set by what it holds instead of members of the first; in full when the two share nothing."""
    new = speech.listed(name(id) for id in other if id not in first)
    gone = [id for id in first if id not in other]
    if len(gone) == len(first):
        return new
    old = speech.listed(map(name, gone))
    if speech.lang == "en":
        return f"with {new} instead of {old}"
    return f"以 {spaced(new)}代替 {old}" if name == speech.work else f"以{new}代替{old}"
