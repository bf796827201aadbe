"""What the history is said in, in Chinese: acts, fields, kinds and values of records, as the pages say them.

Lives here: `act`, `field`, `kind`, `value`. May enter: words of the record, the ontology. Never here: printing.
"""

from __future__ import annotations

from typing import Any

from kg import called
from kg.vocabulary import Vocabulary

FIELDS = {
    "label": "名称",
    "definition": "定义",
    "aliases": "别名",
    "broader": "上位",
    "matches": "映射",
    "status": "状态",
    "type": "类型",
    "title": "标题",
    "authors": "作者",
    "year": "年份",
    "doi": "DOI",
    "arxiv": "arXiv",
    "url": "网址",
    "notice": "通知",
    "csl": "书目信息",
    "raw": "原始条目",
    "statement": "陈述",
    "quote": "引文",
    "stance": "立场",
    "kind": "研究类型",
    "strength": "力度",
    "basis": "阅读依据",
    "locator": "位置",
    "conditions": "条件",
    "work": "文献",
    "claim": "论断",
    "supersedes": "取代",
    "independence_group": "来源组",
    "inferred": "经推断",
    "contributor": "贡献者",
    "strength_reason": "力度的理由",
    "merged_into": "并入",
    "relation": "关系",
    "subject": "主体",
    "object": "客体",
    "alias": "别名",
    "raw_format": "题录格式",
}
_SCHEMES = {"stance": "stances", "kind": "study_kinds", "strength": "strengths", "basis": "bases"}


def act(word: str, lang: str) -> str:
    """Return the word for an act.

    Example:
        >>> act("accept", "zh"), act("accept", "en"), act("dance", "zh")
        ('接受', 'accept', 'dance')
    """
    return called.act(word, lang) if lang == "zh" else word


def field(name: str, lang: str) -> str:
    """Return the name of a field, that of a part of it after a dot.

    Example:
        >>> field("status", "zh"), field("csl.volume", "zh"), field("status", "en")
        ('状态', '书目信息.volume', 'status')
    """
    whole, dot, part = name.partition(".")
    return FIELDS.get(whole, whole) + dot + part if lang == "zh" else name


def kind(word: str, lang: str) -> str:
    """Return the name of a kind of record.

    Example:
        >>> kind("claim", "zh"), kind("claim", "en")
        ('论断', 'claim')
    """
    return called.kind(word, lang)


def value(of: str, name: str, given: Any, vocabulary: Vocabulary, lang: str) -> str:
    """Return what a field of a kind of record holds; words of the ontology by their Chinese name.

    Example:
        >>> from kg.vocabulary import load
        >>> value("work", "status", "retracted", load(), "zh"), value("claim", "status", "accepted", load(), "en")
        ('已撤稿', 'accepted')
    """
    scheme = _SCHEMES.get(name)
    if name == "status":
        scheme = "work_statuses" if of == "work" else "statuses"
    elif name == "type" and of == "entity":
        scheme = "entity_types"
    if scheme is None or lang != "zh" or not isinstance(given, str):
        return str(given)
    term = getattr(vocabulary, scheme).get(given)
    return given if term is None else str(term.label.get(lang))
