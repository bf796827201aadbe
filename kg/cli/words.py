"""What the tables on the screen are called, in both languages.

Lives here: one table of words, and the signs between words. Never here: sentences about answers (kg.question.explain).
"""

from __future__ import annotations

from typing import NamedTuple

WORDS: dict[str, tuple[str, str]] = {
    "after": ("more: --after", "下一页：--after"),
    "afterwards": ("After", "之后"),
    "against": ("Against", "质疑"),
    "aliases": ("also called", "别名"),
    "answers": ("Answers", "涉及答案"),
    "author": ("Author", "作者"),
    "authors": ("authors", "作者"),
    "backed_up": ("revision {}: {} of {} to {}", "修订版 {}：{}（{}）写入 {}"),
    "balance": ("balance", "均衡度"),
    "because": ("Because of", "原因"),
    "before": ("Before", "之前"),
    "belief": ("belief", "信念"),
    "broader": ("broader", "上位"),
    "by_links": ("Cuts by", "所用论断"),
    "chain": ("Best chain", "最佳链条"),
    "chain_works": ("Best chain, and the works it rests on", "最佳链条及其依据的文献"),
    "change": ("Change", "变化"),
    "claim": ("Claim", "论断"),
    "claims": ("Claims", "论断"),
    "confirm": ("Mark {} as {}?", "将 {} 标记为“{}”？"),
    "conflict": ("conflict", "冲突度"),
    "contested": ("contested", "有争议"),
    "contested_routes": ("Best chains that a contested claim is on", "经过有争议论断的最佳链条"),
    "counts_not": ("does not count", "不计入"),
    "cut_claims": ("Smallest set of claims without which no harmful route is left", "移除后不剩有害路线的最小论断集合"),
    "cut_nothing": (
        "No mitigation cuts any of the harmful routes",
        "没有缓解措施能切断任何一条有害路线",
    ),
    "cut_none": (
        "No set of mitigations cuts every harmful route; the smallest that cuts all that can be cut",
        "没有缓解措施能切断全部有害路线；能切断其中可切断部分的最小集合",
    ),
    "cut_routes": ("Cuts routes", "切断路线"),
    "cut_sets": ("Smallest set of mitigations that cuts every harmful route", "切断全部有害路线的最小缓解措施集合"),
    "cut_works": ("Smallest set of works without which no harmful route is left", "失去后不剩有害路线的最小文献集合"),
    "direction": ("Direction", "方向"),
    "entity": ("Entity", "实体"),
    "evidence": ("Evidence", "证据"),
    "expected": ("Expected", "期望值"),
    "faster": (
        "The compiled engine answers questions about so many claims sooner: {}",
        "编译引擎处理如此多的论断更快：{}",
    ),
    "for": ("For", "支持"),
    "fragile": ("Fragile works", "脆弱文献"),
    "gap": ("Gap", "缺口"),
    "gaps": (
        "· no evidence found (not: no effect)   * contested   left out, all empty: {} of {} rows, {} of {} columns",
        "· 没有找到证据（不等于没有影响）   * 有争议   整行或整列为空而略去：{} / {} 行，{} / {} 列",
    ),
    "group": ("Source", "来源组"),
    "groups": ("independent groups", "独立来源组"),
    "hanging": ("{} of {} cells hang on a single work", "{} 个单元格（共 {} 个）系于单一文献"),
    "harmful": ("Harmful routes", "有害路线"),
    "holds": (
        "{database} is at revision {revision}: {entities}, {claims}, {evidence}, {works}",
        "{database} 处于修订版 {revision}：{entities}，{claims}，{evidence}，{works}",
    ),
    "id": ("Id", "标识"),
    "idle": ("takes no part", "不参与链条"),
    "incomplete": ("This answer is not complete; a limit cut it", "此答案不完整，受到以下限制"),
    "inferred": ("inferred", "推断"),
    "interval": ("90 % interval", "90% 区间"),
    "kept_answers": ("Kept answers that change", "会改变的已保存答案"),
    "kind": ("Kind", "种类"),
    "label": ("Label", "名称"),
    "latest": ("Newest", "最近年份"),
    "links": ("Links", "链长"),
    "locator": ("at", "位置"),
    "lowers": ("lowers", "降低"),
    "made_anew": ("made anew: {}", "已重建：{}"),
    "matches": ("matches", "对应"),
    "missing": ("missing", "缺少"),
    "mitigation": ("Mitigation", "缓解措施"),
    "mixed": ("mixed", "不一"),
    "more": ("and {} more; --json shows all", "另有 {} 项；--json 可查看全部"),
    "more_found": ("and {} more; --limit shows more", "另有 {} 项；--limit 可显示更多"),
    "more_given": ("and {} more; --json shows them", "另有 {} 项；--json 可查看这些项"),
    "narrower": ("narrower", "下位"),
    "newer": ("newer", "较新"),
    "no": ("no", "否"),
    "no_claims": ("No claim mentions it.", "没有论断提到它。"),
    "no_revision": ("No revision is like that.", "没有这样的修订版。"),
    "no_path": ("no path", "没有链条"),
    "none": ("none", "无"),
    "opposed": ("Pairs that routes of both signs join", "同时存在正反两向路线的组合"),
    "opposing": ("Opposing", "反向"),
    "other_sets": ("as small", "同样小的还有"),
    "other_sets_many": ("this is one of more than {} sets as small", "同样小的集合不止 {} 个，这是其中之一"),
    "other_sets_open": (
        "there may be other sets as small: that could not be settled in time",
        "可能还有同样小的集合：未能在限时之内查明",
    ),
    "pairs": ("Pairs", "组合"),
    "qualifies": ("Qualifying", "限定"),
    "raises": ("raises", "提高"),
    "read_in": ("read in", "依据"),
    "reliability": ("Reliability", "可靠度"),
    "represented_by": ("same source as", "与此同源"),
    "revision": ("revision", "修订版"),
    "risk": ("Risk", "风险"),
    "rows_looked_at": (
        "Only the first {} rows were looked at; those further on are not in this map",
        "只查看了前 {} 行，其余各行不在此图中",
    ),
    "rows": ("rows: {}", "行数：{}"),
    "score": ("Score", "得分"),
    "stood_so": ("{} is {} already: nothing was written", "{} 的状态已是“{}”，未写入任何内容"),
    "stands_on": ("Sources", "独立来源"),
    "status": ("status", "状态"),
    "strength": ("Expected", "期望值"),
    "study_kind": ("Kind of study", "研究类型"),
    "study_value": ("Value of a study", "一项研究的价值"),
    "subject": ("Where", "所在"),
    "technique": ("Technique", "技术"),
    "type": ("Type", "类型"),
    "uncovered": ("From these, some route is cut by no mitigation", "以下来源有无法切断的路线"),
    "unmoved": (
        "without any of the other {} works direction and best paths keep their values; "
        "the reliability of all paths together may change (kg what-if --drop-work)",
        "去掉其余 {} 项文献中的任何一项，方向与最佳链条的取值不变；"
        "全部链条合计的可靠度可能变化（kg what-if --drop-work）",
    ),
    "unproven": ("not proven within the limits", "未能在限制之内证明"),
    "vacuous": ("no counting evidence", "没有计入的证据"),
    "without": ("Without", "去掉"),
    "work": ("Work", "文献"),
    "works": ("Works", "文献"),
    "working": ("Working it out; this may take a while", "正在计算，可能需要一些时间"),
    "was_read": ("Read", "阅读依据"),
    "whole": (
        "✓ {}: the chain is whole and the state follows from it",
        "✓ {}：哈希链完整，当前状态与之相符",
    ),
    "worst": ("Gravest loss", "最严重的损失"),
    "written": ("{} is marked {} in revision {}", "{} 已标记为“{}”（修订版 {}）"),
    "wrote": ("wrote {}", "已写入 {}"),
    "year": ("Year", "年份"),
    "yes": ("yes", "是"),
}


COUNTED: dict[str, tuple[str, str, str]] = {
    "bytes": ("byte", "bytes", "字节"),
    "changes": ("change", "changes", "项更改"),
    "claims": ("claim", "claims", "条论断"),
    "entities": ("entity", "entities", "个实体"),
    "evidence": ("evidence item", "evidence items", "条证据"),
    "findings": ("finding", "findings", "条问题"),
    "revisions": ("revision", "revisions", "个修订版"),
    "rows": ("row", "rows", "行"),
    "works": ("work", "works", "项文献"),
}


def counted(number: int, word: str, lang: str) -> str:
    """Return so many of something, as a language says it.

    Example:
        >>> counted(1, "revisions", "en"), counted(1845, "changes", "en"), counted(1, "revisions", "zh")
        ('1 revision', '1,845 changes', '1 个修订版')
    """
    one, many, zh = COUNTED[word]
    return f"{number:,} {zh if lang == 'zh' else one if number == 1 else many}"


def say(word: str, lang: str) -> str:
    """Return a word of the tables in a language.

    Example:
        >>> say("risk", "zh")
        '风险'
    """
    return WORDS[word][1 if lang == "zh" else 0]


class Marks(NamedTuple):
    """The signs between words: Chinese has them full-width and without a space."""

    colon: str
    semicolon: str
    comma: str
    also: str
    """Between the things of a list."""
    opening: str
    closing: str

    def inside(self, what: object) -> str:
        """Return something in brackets, as it follows a word."""
        return f"{self.opening}{what}{self.closing}"


MARKS = (Marks(": ", "; ", ", ", ", ", " (", ")"), Marks("：", "；", "，", "、", "（", "）"))


def marks(lang: str) -> Marks:
    """Return the signs of a language.

    Example:
        >>> "论断" + marks("zh").inside(3), "Claims" + marks("en").inside(3)
        ('论断（3）', 'Claims (3)')
    """
    return MARKS[lang == "zh"]
