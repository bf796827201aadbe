"""The rules, as one table: how grave a finding is, what is said of it, what to do about it, and who finds it.

Lives here: `RULES`. May enter: the rooms of rules. Never here: how a rule finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from kg.lint import claims, entities, passages, references
from kg.lint.bench import Bench, Found
from kg.model import Text

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""The gravest first. An error makes the record wrong; a warning makes an answer doubtful; a note is worth knowing."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Args:
        id: Its name, kebab-case.
        severity: How grave a finding is.
        message: What is wrong, with places for the words of a finding.
        remedy: What to do.
        find: Yields what is wrong.
    """

    id: str
    severity: Severity
    message: Text
    remedy: Text
    find: Callable[[Bench], Iterator[Found]]


RULES: tuple[Rule, ...] = (
    Rule(
        "dangling-reference",
        "error",
        Text("{field} names {target}, which is not in the record", "{field}指向记录中不存在的 {target}"),
        Text("add the missing record, or revoke this one", "补上缺失的记录，或撤回这一条"),
        references.dangling,
    ),
    Rule(
        "unknown-word",
        "error",
        Text("{field} is {word}, which the ontology does not have", "{field}的取值 {word} 不在本体中"),
        Text(
            "use a word of the ontology, or open the record with the ontology that has it",
            "改用本体中的词，或加载含有该词的本体",
        ),
        references.unknown_words,
    ),
    Rule(
        "hierarchy-ring",
        "error",
        Text("it is broader than itself: {ring}", "上下位关系成环：{ring}"),
        Text("remove one `broader` of the ring", "去掉环中的一个“上位”"),
        entities.in_a_ring,
    ),
    Rule(
        "hierarchy-type",
        "warning",
        Text(
            "it is a {type}, but its broader entity {broader} is a {other}",
            "它的类型是“{type}”，其上位实体 {broader} 的类型却是“{other}”",
        ),
        Text("correct the type of one, or the `broader`", "更正其中之一的类型，或更正“上位”"),
        entities.below_another_type,
    ),
    Rule(
        "withdrawn-reference",
        "warning",
        Text("{field} names {target}, which is {status}", "{field}指向的 {target} 状态为“{status}”"),
        Text("revoke this record too, or point it at what took the other's place", "一并撤回这条记录，或改指替代者"),
        references.withdrawn,
    ),
    Rule(
        "revisions-count-twice",
        "warning",
        Text(
            "it counts beside {others}: of an item and its revisions only one may",
            "它与 {others} 同时计入：同一条目及其修订中只应有一条计入",
        ),
        Text("revoke all of them but one", "只保留其中一条，撤回其余各条"),
        references.both_counting,
    ),
    Rule(
        "merged-into-none",
        "error",
        Text("it is merged, and no work stands for it: {why}", "它已被合并，却没有文献代表它：{why}"),
        Text(
            "undo the revision that took the other work back, or that closed the ring; where the two are not one work, "
            "undo the merge instead, with what came later",
            "撤销将后者撤回或使其成环的修订版；若两者并非同一文献，则改为撤销合并及其后的相关修订版",
        ),
        references.merged_into_none,
    ),
    Rule(
        "no-notice",
        "warning",
        Text("it is {status}, and no notice of its publisher is named", "其状态为“{status}”，却没有注明出版方的通知"),
        Text(
            "retract it with the notice (`kg retract WORK --status STATUS --notice URL`); where its publisher said "
            "nothing, make it current again (`--status current`)",
            "附上通知重新登记（`kg retract WORK --status STATUS --notice URL`）；若出版方并无声明，则恢复为有效"
            "（`--status current`）",
        ),
        references.without_notice,
    ),
    Rule(
        "claim-without-evidence",
        "error",
        Text("no evidence bears on this claim", "没有任何证据涉及这条论断"),
        Text("add an evidence item, or revoke the claim", "补充证据，或撤回论断"),
        claims.without_evidence,
    ),
    Rule(
        "proposal-without-evidence",
        "note",
        Text("this claim waits for review, and no evidence bears on it", "这条论断待审核，没有任何证据涉及它"),
        Text("propose an evidence item, or reject the claim", "提出证据，或拒绝论断"),
        claims.proposed_without_evidence,
    ),
    Rule(
        "claim-without-support",
        "warning",
        Text(
            "it has evidence ({number}), but none that counts supports it; it takes no part in paths",
            "它有 {number} 条证据，但没有一条计入的支持证据，不参与链条",
        ),
        Text(
            "add supporting evidence, or state the claim that the evidence does support",
            "补充支持证据，或改立证据所支持的论断",
        ),
        claims.without_support,
    ),
    Rule(
        "one-group",
        "note",
        Text(
            "its {number} counting items are all from one independence group ({work}) and count once",
            "其 {number} 条计入的证据来自同一独立来源组（{work}），只计一次",
        ),
        Text("look for a study by others", "寻找他人的独立研究"),
        claims.one_group,
    ),
    Rule(
        "null-result-as-support",
        "warning",
        Text(
            "it supports {claim}, yet its passage puts a null result: “{said}”",
            "它支持 {claim}，原文却是阴性结果：“{said}”",
        ),
        Text(
            "read the passage again: does it dispute or qualify the claim? If it does support it, word it so",
            "重读原文：它是否质疑或限定该论断？若确为支持，请改写表述",
        ),
        passages.null_as_support,
    ),
    Rule(
        "memory-carries-weight",
        "warning",
        Text(
            "it was taken from “{basis}”, yet it carries the belief of {claim}",
            "它来自“{basis}”，却支撑着 {claim} 的信念",
        ),
        Text("read the work, then give the item its basis and locator", "查阅原文，再补上依据与位置"),
        passages.memory_carries_weight,
    ),
    Rule(
        "statement-reused",
        "warning",
        Text("its statement is used for {number} claims of {work}", "同一陈述用于 {work} 的 {number} 条论断"),
        Text("say for each claim what the work says of it", "就每条论断分别写明该文献的说法"),
        passages.statement_reused,
    ),
    Rule(
        "quote-reused",
        "note",
        Text("its quote is used for {number} claims of {work}", "同一引文用于 {work} 的 {number} 条论断"),
        Text("quote for each claim the passage that speaks of it", "就每条论断分别引用相应段落"),
        passages.quote_reused,
    ),
    Rule(
        "quote-of-neither-end",
        "warning",
        Text("its quote mentions neither {subject} nor {object}", "其引文既未提到 {subject}，也未提到 {object}"),
        Text(
            "quote the passage that speaks of them, or add the name it uses to the aliases of the entity",
            "引用提到它们的段落，或把原文所用名称加入实体别名",
        ),
        passages.quote_of_neither_end,
    ),
    Rule(
        "title-as-passage",
        "warning",
        Text("its passage is the title of {work}", "其陈述或引文就是 {work} 的标题"),
        Text("say what the work found, not what it is called", "写明该文献的发现，而不是其标题"),
        passages.title_as_passage,
    ),
    Rule(
        "isolated-entity",
        "warning",
        Text("no claim mentions it, or anything narrower", "没有论断提到它或其下位实体"),
        Text("add a claim, or revoke the entity", "补充论断，或撤回该实体"),
        entities.isolated,
    ),
    Rule(
        "unreached-entity",
        "note",
        Text(
            "claims mention it, but no chain leads to it from any technique or other cause",
            "有论断提到它，但没有从任何技术等成因通向它的链条",
        ),
        Text("look for evidence on what leads to it", "寻找何者导致它的证据"),
        entities.unreached,
    ),
    Rule(
        "shared-name",
        "warning",
        Text(
            "{name} also names {others}: a question has to give the id", "{name} 也是 {others} 的名称：提问时须给出标识"
        ),
        Text(
            "take the name from all but one, or revoke one that says the same",
            "只保留其中一个的这一名称，或撤回重复的实体",
        ),
        entities.of_one_name,
    ),
    Rule(
        "no-chinese-label",
        "warning",
        Text("it has no Chinese label", "它没有中文名称"),
        Text("add one", "补上中文名称"),
        entities.without_chinese_label,
    ),
    Rule(
        "no-definition",
        "note",
        Text("it has no definition", "它没有定义"),
        Text("say in one sentence what it is", "用一句话说明它是什么"),
        entities.without_definition,
    ),
    Rule(
        "no-chinese-definition",
        "note",
        Text("its definition has no Chinese text", "它的定义没有中文"),
        Text("translate it", "译成中文"),
        entities.without_chinese_definition,
    ),
)
"""Every rule; findings come in this order."""
