"""What is said beside the verification of an answer, in the language of its question.

Lives here: why it may come out otherwise, and what else is due. May enter: what was asked, the answer of now, what was
kept. Never here: asking, comparing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kg.receipts.asked import Asked
from kg.record import Kept

OTHER_WORDS = {
    "en": "The paragraph is not what this version writes of these figures: it was forged, or another version worded "
    "it. It must not be quoted as ours.",
    "zh": "所给段落并非本版本据这些数值写成：可能系伪造，或由其他版本的程序写成。不得作为本程序的表述引用。",
}
OWN_POINTS = {
    "en": "The question names its own points in time, the later of them revision {}: what was written after it takes "
    "no part in the answer.",
    "zh": "问题自带时点，其中较晚的为修订版 {}：此后写入的内容不影响答案。",
}


def doubt(asked: Asked, kept: Kept | None, again: Mapping[str, Any], *, ontology: str, version: str, lang: str) -> str:
    """Return why an answer may come out otherwise.

    Args:
        asked: What was asked.
        kept: The answer as it was kept; None when it was not.
        again: The answer as it comes out now.
        ontology: The digest of the ontology of now.
        version: The version of the program of now.
        lang: Language of the sentence.
    """
    zh = lang == "zh"
    if asked.altered:
        return (
            "所给文档与其凭据不符：内容已被改动。" if zh else "The document was altered: it does not fit its receipt."
        )
    if kept is not None and kept.ontology != ontology:
        return "本体已与当时不同。" if zh else "The ontology is another than it was when the answer was kept."
    if kept is not None and kept.version != version:
        return (
            f"当时的程序版本为 {kept.version}，现为 {version}。"
            if zh
            else f"It was answered by version {kept.version}; this is {version}."
        )
    if not again["complete"]:
        return (
            "答案受时间等限制，不一定完全可重复。" if zh else "A limit cut the answer, so it need not come out alike."
        )
    return (
        "记录、本体或程序与作答时不同。"
        if zh
        else "The record, the ontology or the program is not the one that gave this answer."
    )
