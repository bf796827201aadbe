"""What the tables on the screen are called, in both languages.

Lives here: one table of words. Never here: sentences about answers (kg.question.explain).
"""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "after": ("more: --after", "下一页：--after"),
    "against": ("Against", "反对"),
    "aliases": ("also called", "别名"),
    "answers": ("Answers", "涉及答案"),
    "authors": ("authors", "作者"),
    "balance": ("balance", "均衡度"),
    "belief": ("belief", "信念"),
    "broader": ("broader", "上位"),
    "by_links": ("Cuts by", "所用论断"),
    "chain": ("Best chain", "最佳链条"),
    "claim": ("Claim", "论断"),
    "claims": ("Claims", "论断"),
    "conflict": ("conflict", "冲突度"),
    "contested": ("contested", "有争议"),
    "contested_routes": ("Best chains that a contested claim is on", "经过有争议论断的最佳链条"),
    "counts_not": ("does not count", "不计入"),
    "cut_claims": ("Smallest set of claims without which no harmful route is left", "移除后不剩有害路线的最小论断集合"),
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
    "for": ("For", "支持"),
    "gap": ("Gap", "空白"),
    "gaps": (
        "· no evidence found (not: no effect)   * contested   left out, all empty: {} of {} rows, {} of {} columns",
        "· 没有找到证据（不等于没有影响）   * 有争议   整行或整列为空而略去：{} / {} 行，{} / {} 列",
    ),
    "groups": ("independent groups", "独立来源组"),
    "harmful": ("Harmful routes", "有害路线"),
    "id": ("Id", "标识"),
    "incomplete": ("This answer is not complete; a limit cut it", "此答案不完整，受到以下限制"),
    "inferred": ("inferred", "推断"),
    "interval": ("90 % interval", "90% 区间"),
    "kind": ("Kind", "种类"),
    "label": ("Label", "名称"),
    "latest": ("Newest", "最近年份"),
    "links": ("Links", "链长"),
    "locator": ("at", "位置"),
    "lowers": ("lowers", "降低"),
    "matches": ("matches", "对应"),
    "mitigation": ("Mitigation", "缓解措施"),
    "mixed": ("mixed", "不一"),
    "more": ("and {} more; --json shows all", "另有 {} 项；--json 可查看全部"),
    "narrower": ("narrower", "下位"),
    "newer": ("newer", "较新"),
    "no_claims": ("No claim mentions it.", "没有论断提到它。"),
    "none": ("none", "无"),
    "opposed": ("Pairs that routes of both signs join", "同时存在正反两向路线的组合"),
    "opposing": ("Opposing", "反向"),
    "other_sets": ("as small", "同样小的还有"),
    "qualifies": ("Qualifying", "限定"),
    "raises": ("raises", "提高"),
    "read_in": ("read in", "依据"),
    "reliability": ("Reliability", "可靠度"),
    "represented_by": ("same source as", "与此同源"),
    "revision": ("revision", "修订版"),
    "risk": ("Risk", "风险"),
    "score": ("Score", "得分"),
    "status": ("status", "状态"),
    "strength": ("Strength", "强度"),
    "study_value": ("Value of a study", "一项研究的价值"),
    "subject": ("Where", "所在"),
    "technique": ("Technique", "技术"),
    "type": ("Type", "类型"),
    "uncovered": ("From these, some route is cut by no mitigation", "以下来源有无法切断的路线"),
    "unproven": ("not proven within the limits", "未能在限制之内证明"),
    "vacuous": ("no counting evidence", "没有计入的证据"),
    "work": ("Work", "文献"),
    "works": ("Works", "文献"),
    "year": ("Year", "年份"),
}


def say(word: str, lang: str) -> str:
    """Return a word of the tables in a language.

    Example:
        >>> say("risk", "zh")
        '风险'
    """
    return WORDS[word][1 if lang == "zh" else 0]
