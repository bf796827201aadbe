"""What kinds of record, their fields, acts, statuses and types are called, in English and Chinese.

Lives here: `KINDS`, `ACTS`, `FIELDS`, `kind`, `field`, `act`, `status`, `type_of`. May enter: words of the record.
Never here: sentences.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from kg.ids import RecordKind
from kg.later import Later
from kg.model import Text

if TYPE_CHECKING:
    from kg import vocabulary
else:
    vocabulary = Later("kg.vocabulary")

KINDS: Mapping[RecordKind, Text] = MappingProxyType(
    {
        "entity": Text("entity", "实体"),
        "claim": Text("claim", "论断"),
        "evidence": Text("evidence", "证据"),
        "work": Text("work", "文献"),
    }
)
ACTS: Mapping[str, Text] = MappingProxyType(
    {
        "propose": Text("propose", "提出"),
        "accept": Text("accept", "接受"),
        "reject": Text("reject", "拒绝"),
        "return": Text("ask for changes", "退回修改"),
        "revise": Text("revise", "修订"),
        "revoke": Text("revoke", "撤回"),
        "mark retracted": Text("mark as retracted", "标记为已撤稿"),
        "mark corrected": Text("mark as corrected", "标记为已更正"),
        "mark current": Text("mark as current", "恢复为有效"),
        "import": Text("import", "导入"),
        "load pack": Text("load a pack", "载入数据包"),
        "import rdf": Text("import RDF", "导入 RDF"),
        "import tables": Text("import tables", "导入表格"),
        "merge": Text("merge", "合并"),
        "undo": Text("undo", "撤销"),
        "create": Text("create", "创建"),
    }
)
"""Every act that a revision may name."""
FIELDS: Mapping[str, str] = MappingProxyType(
    {
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
)
"""Fields of records, as they are called in Chinese; in English they are called as they are."""


def kind(word: str, lang: str) -> str:
    """Return the word for a kind of record; one that is not known stays as it is.

    Example:
        >>> kind("claim", "zh"), kind("claim", "en"), kind("dance", "zh")
        ('论断', 'claim', 'dance')
    """
    return next((text.get(lang) for known, text in KINDS.items() if known == word), word)


def field(name: str, lang: str) -> str:
    """Return the word for a field of a record; one that is not known stays as it is.

    Example:
        >>> field("subject", "zh"), field("subject", "en"), field("dance", "zh")
        ('主体', 'subject', 'dance')
    """
    return FIELDS.get(name, name) if lang == "zh" else name


def act(word: str, lang: str) -> str:
    """Return the word for an act; one that is not known stays as it is.

    Example:
        >>> act("accept", "zh"), act("return", "en"), act("dance", "zh")
        ('接受', 'ask for changes', 'dance')
    """
    return ACTS[word].get(lang) if word in ACTS else word


def status(id: str, lang: str) -> str:
    """Return the word for a status of a record or a work; one of an ontology of somebody's own stays as it is.

    Example:
        >>> status("rejected", "zh"), status("merged", "zh"), status("lost", "zh")
        ('已拒绝', '已合并', 'lost')
    """
    words = vocabulary.load()
    found = words.statuses.get(id) or words.work_statuses.get(id)
    return id if found is None else found.label.get(lang)


def type_of(id: str, lang: str, words: vocabulary.Vocabulary) -> str:
    """Return the word for a type of entity; one that is not known stays as it is.

    Example:
        >>> from kg.vocabulary import load
        >>> type_of("Technique", "zh", load()), type_of("Dance", "zh", load())
        ('技术', 'Dance')
    """
    found = words.entity_types.get(id)
    return id if found is None else found.label.get(lang)
