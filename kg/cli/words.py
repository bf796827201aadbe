"""What the tables on the screen are called, in both languages.

Lives here: one table of words. Never here: sentences about answers (kg.question.explain).
"""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "after": ("more: --after", "下一页:--after"),
    "against": ("Against", "反对"),
    "aliases": ("also called", "别名"),
    "authors": ("authors", "作者"),
    "belief": ("belief", "信念"),
    "broader": ("broader", "上位"),
    "chain": ("Best chain", "最佳链条"),
    "claim": ("Claim", "论断"),
    "claims": ("Claims", "论断"),
    "conflict": ("conflict", "冲突度"),
    "contested": ("contested", "有争议"),
    "counts_not": ("does not count", "不计入"),
    "direction": ("Direction", "方向"),
    "entity": ("Entity", "实体"),
    "evidence": ("Evidence", "证据"),
    "expected": ("Expected", "期望值"),
    "for": ("For", "支持"),
    "gaps": (
        "· no evidence found (not: no effect)   * contested   left out, all empty: {} of {} rows, {} of {} columns",
        "· 没有找到证据(不等于没有影响)   * 有争议   整行或整列为空而略去:{} / {} 行,{} / {} 列",
    ),
    "groups": ("independent groups", "独立来源组"),
    "id": ("Id", "标识"),
    "incomplete": ("This answer is not complete; a limit cut it", "此答案不完整,受到以下限制"),
    "inferred": ("inferred", "推断"),
    "interval": ("90 % interval", "90% 区间"),
    "kind": ("Kind", "种类"),
    "label": ("Label", "名称"),
    "links": ("Links", "链长"),
    "locator": ("at", "位置"),
    "lowers": ("lowers", "降低"),
    "matches": ("matches", "对应"),
    "mixed": ("mixed", "不一"),
    "narrower": ("narrower", "下位"),
    "no_claims": ("No claim mentions it.", "没有论断提到它。"),
    "none": ("none", "无"),
    "opposing": ("Opposing", "反向"),
    "qualifies": ("Qualifying", "限定"),
    "raises": ("raises", "提高"),
    "reliability": ("Reliability", "可靠度"),
    "read_in": ("read in", "依据"),
    "represented_by": ("same source as", "与此同源"),
    "revision": ("revision", "修订版"),
    "risk": ("Risk", "风险"),
    "score": ("Score", "得分"),
    "status": ("status", "状态"),
    "technique": ("Technique", "技术"),
    "type": ("Type", "类型"),
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
