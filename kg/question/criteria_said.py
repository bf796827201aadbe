"""The criteria of an answer in words, those of the form that asks for them.

Lives here: `CRITERIA`, `criterion`. May enter: a network for labels. Never here: what a criterion does (kg.criteria).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kg.network import Network
from kg.question import explain
from kg.terms import Term

CRITERIA = {
    "as_of": "按记录时间",
    "known_in": "发表年份不晚于",
    "without_work": "排除文献",
    "only_work": "仅计文献",
    "study_kind": "仅计研究类型",
    "min_strength": "最低力度",
    "relation": "仅用关系",
    "block": "不经过实体",
    "include_proposed": "计入待审核的记录",
    "include_retracted": "计入已撤稿文献",
    "narrower": "将下位实体视同该实体",
}


def criterion(network: Network, name: str, value: Any, lang: str, called: Callable[[str], str]) -> str:
    """Return one criterion: by the name and the words of options in English, by those of the form in Chinese.

    Args:
        network: Gives labels.
        name: One of `CRITERIA`.
        value: Its value, as the question of an answer holds it.
        lang: "en" or "zh".
        called: Returns what a work is called.
    """
    if name in {"without_work", "only_work"}:
        value = [called(key) for key in value]
    some = [str(one) for one in (value if isinstance(value, list) else [value])]
    if lang == "en":
        word = name.replace("_", "-")
        return word if value is True else f"{word} {', '.join(some)}"
    if value is True:
        return CRITERIA[name]
    vocabulary = network.vocabulary
    terms: dict[str, Mapping[str, Term]] = {
        "study_kind": vocabulary.study_kinds,
        "min_strength": vocabulary.strengths,
        "relation": vocabulary.relations,
    }
    known = terms.get(name, {})
    labels = [known[one].label.get("zh") if one in known else one for one in some]
    if name == "block":
        labels = [explain.name(network, one, lang) for one in some]
    if name in terms or name == "block":
        return f"{CRITERIA[name]}{'、'.join(f'“{label}”' for label in labels)}"
    return f"{CRITERIA[name]} {'、'.join(labels)}"
