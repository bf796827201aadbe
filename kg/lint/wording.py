"""Wording: how null results are put in English and Chinese, what a passage mentions, when two passages are the same.

Lives here: patterns and comparisons of texts. May enter: texts. Never here: records, severities.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_OUTCOME = (
    r"(?:differences?|effects?|evidence|associations?|correlations?|impacts?|improvements?|increases?|decreases?|"
    r"reductions?|changes?|gains?|benefits?|advantages?|uplift)"
)
_DEGREE = (
    r"(?:(?:statistically|practically|clear|measurable|detectable|observable|discernible|meaningful|significant) ){0,2}"
)
_ACTS = (
    r"(?:differ|change|affect|influence|improve|increase|raise|reduce|lower|decrease|help|prevent|mitigate|"
    r"outperform|correlate|replicate|reproduce)"
)
NULL_RESULTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bno {_DEGREE}{_OUTCOME}\b(?! (?:of|in) (?:quality|accuracy|performance)\b)",
        r"(?:\bnot|n[’']t|\bnever) (?:\w+ )?(?:statistically )?significant(?:ly)?\b",
        r"\b(?:in|non-?)significant (?:difference|effect|change|result)",
        rf"\b(?:did not|didn[’']t|does not|doesn[’']t|do not|don[’']t|could not|cannot) (?:significantly )?{_ACTS}\b",
        rf"\bfail(?:s|ed)? to (?:significantly )?(?:find|show|confirm|{_ACTS[3:]}",
        r"\bno (?:better|worse) than\b|\bnull (?:result|finding|effect)",
        r"(?:没有|并无|无|未见|未发现|未观察到|没有发现)(?:统计学|统计上)?(?:的)?(?:显著|明显|可测)?(?:的)?"
        r"(?:差异|差别|影响|效果|作用|关联|相关|改善|提升|变化|证据)",
        r"(?:不|未达(?:到)?)(?:统计学)?显著",
        r"(?:并未|未能|没有|不能)(?:显著|明显)?(?:改变|影响|提高|降低|减少|改善|防止|阻止|证实|复现|重现)",
    )
)
_CUES = (" no ", "not ", "n't ", "n’t ", "never ", "fail", "null ", "signif", "没", "无", "不", "未")
"""What every text that some pattern finds holds; looked for first, since that is ten times cheaper."""
_WORD = re.compile(r"[^\W\d_][\w'’]*")
_COMMON = frozenset(
    _WORD.findall(
        "about access after against also among based been being between both cost data from have into less level like "
        "large language made make many model models more most much number open over research risk same scale some such "
        "than that their them then there these they this through training tuning type used using very well were what "
        "when which while with without work"
    )
)
_BETWEEN = re.compile(r"[\W_]+")
_HAN = re.compile(r"[㐀-鿿]+")
STEM = 5


def null_result(text: str) -> str | None:
    """Return the words of a text that put a null result, None when there are none.

    Example:
        >>> null_result("Plans made with help did not differ significantly."), null_result("Memory fell by half.")
        ('did not differ', None)
        >>> null_result("两组之间没有显著差异。")
        '没有显著差异'
    """
    plain = f" {text.lower()}"
    if not any(cue in plain for cue in _CUES):
        return None
    found = [match for pattern in NULL_RESULTS if (match := pattern.search(text)) is not None]
    return min(found, key=lambda match: match.start()).group() if found else None


def bare(text: str) -> str:
    """Return a text for comparison: case, punctuation, width of letters and spacing do not matter.

    Example:
        >>> bare("QLoRA: Efficient  Finetuning!") == bare("qlora efficient finetuning")
        True
    """
    return _BETWEEN.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def mentions(text: str, names: Iterable[str]) -> bool:
    """Say whether a text speaks of something that has these names.

    It does when a name stands in it, or a telling word of one (its first five letters), or two Chinese characters in
    a row. Made to miss little: what it denies is worth a look.

    Example:
        >>> mentions("Quantised adapters save memory.", ["quantization"]), mentions("It rained.", ["quantization"])
        (True, False)
        >>> mentions("量化可以节省显存", ["显存需求"])
        True
    """
    said = bare(text)
    stems = {word[:STEM] for word in _WORD.findall(said)}
    for name in names:
        plain = bare(name)
        if plain and f" {plain} " in f" {said} ":
            return True
        telling = (word for word in _WORD.findall(plain) if len(word) > 3 and word not in _COMMON)
        if any(word[:STEM] in stems for word in telling if not _HAN.search(word)):
            return True
        if any(run[at : at + 2] in said for run in _HAN.findall(plain) for at in range(len(run) - 1)):
            return True
    return False


def is_title(passage: str, title: str) -> bool:
    """Say whether a passage is a title, or its part before the colon.

    Example:
        >>> is_title("QLoRA: Efficient Finetuning", "QLoRA: efficient finetuning."), is_title("It works.", "QLoRA")
        (True, False)
    """
    said, whole = bare(passage), bare(title)
    main = bare(re.split(r"[:：]", title, maxsplit=1)[0])
    return bool(said) and (said == whole or (said == main and len(said.split()) > 2))
