"""References as readers expect them: the author-year form of APA, in English and in Chinese.

Lives here: `short` and `reference`, plain text. May enter: works, `.csl`. Never here: HTML, other styles.

Source: American Psychological Association, Publication Manual, 7th edition (2020), chapters 8 to 10.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kg import identifiers
from kg.citations import names
from kg.citations.csl import item_of
from kg.citations.dates import year_of
from kg.model import Work

MAX_LISTED = 20
_KINDS = {
    "report": "Report", "thesis": "Thesis", "dataset": "Data set", "software": "Computer software", "patent": "Patent",
    "article": "Preprint", "speech": "Speech", "motion_picture": "Film", "standard": "Standard",
}  # fmt: skip
_KINDS_ZH = {
    "report": "报告", "thesis": "学位论文", "dataset": "数据集", "software": "软件", "patent": "专利",
    "article": "预印本", "speech": "演讲", "motion_picture": "影片", "standard": "标准",
}  # fmt: skip
_STATUS = {"retracted": ("Retracted", "已撤稿"), "corrected": ("Corrected", "已更正")}


def short(work: Work, *, lang: str = "en") -> str:
    """Return the short form for a running text.

    Example:
        >>> work = Work(id="a", type="article", title="T", authors=("Hu, E.", "Shen, Y.", "Li, Z."), year=2022)
        >>> short(work), short(work, lang="zh")
        ('Hu et al. (2022)', 'Hu 等（2022）')
    """
    item = item_of(work)
    families = [_family(name) for name in item.get("author", ()) or item.get("editor", ())]
    more = len(families) > 2 or (item.get("custom", {}).get("author-others") is True and bool(families))
    year = _year(item, lang)
    if lang == "zh":
        who = f"{families[0]} 等" if more else " 和 ".join(families)
        return f"{who or _cut(work.title)}（{year}）"
    who = f"{families[0]} et al." if more else " & ".join(families)
    return f"{who or _cut(work.title)} ({year})"


def reference(work: Work, *, lang: str = "en") -> str:
    """Return the whole reference, one line of plain text.

    Example:
        >>> work = Work(id="a", type="article-journal", title="On Tuning", authors=("Hu, Edward J.", "Li, Zoe"),
        ...             year=2022, doi="10.1234/x", csl={"container-title": "J. Tests", "volume": "7", "page": "1-9"})
        >>> reference(work)
        'Hu, E. J., & Li, Z. (2022). On Tuning. J. Tests, 7, 1–9. https://doi.org/10.1234/x'
    """
    item = item_of(work)
    zh = lang == "zh"
    stop, comma = ("。", "，") if zh else (". ", ", ")
    authors = _authors(item, zh=zh)
    title = item["title"] + _kind(item, work.status, zh=zh)
    year = f"（{_year(item, lang)}）" if zh else f"({_year(item, lang)})"
    parts = [_ended(f"{authors}{'' if zh else ' '}{year}" if authors else f"{title}{'' if zh else ' '}{year}", stop)]
    if authors:
        parts.append(_ended(title, stop))
    home = _home(item, comma=comma, zh=zh)
    if home:
        parts.append(_ended(home, stop))
    publisher = item.get("publisher", "")
    if publisher and publisher not in home:
        parts.append(_ended(publisher, stop))
    address = _address(item)
    return ("".join(parts) + address).strip()


def _authors(item: Mapping[str, Any], *, zh: bool) -> str:
    listed = item.get("author", [])
    editors = not listed and bool(item.get("editor"))
    listed = listed or item.get("editor", [])
    full = [_listed(name) for name in listed]
    others = item.get("custom", {}).get("author-others") is True and not editors
    if len(full) > MAX_LISTED:
        full = [*full[: MAX_LISTED - 1], "…", full[-1]]
        text = ("，" if zh else ", ").join(full).replace("…, ", "… ").replace("…，", "…")
    elif zh:
        text = "，".join(full)
    elif len(full) > 1 and not others:
        text = f"{', '.join(full[:-1])}, & {full[-1]}"
    else:
        text = ", ".join(full)
    if others and text:
        text += " 等" if zh else ", et al."
    if editors:
        text += "（编）" if zh else f" (Ed{'s' if len(full) > 1 else ''}.)"
    return text


def _listed(name: Mapping[str, str]) -> str:
    if "literal" in name:
        return name["literal"]
    family, given = _family(name), name.get("given", "")
    if names.is_cjk(family) and (not given or names.is_cjk(given)):
        return f"{family}{given}"
    initials = " ".join("-".join(f"{part[0]}." for part in word.split("-") if part) for word in given.split())
    return ", ".join(part for part in (family, initials, name.get("suffix", "")) if part)


def _family(name: Mapping[str, str]) -> str:
    if "literal" in name:
        return name["literal"]
    particles = (name.get("dropping-particle"), name.get("non-dropping-particle"), name.get("family"))
    return " ".join(part for part in particles if part) or name.get("given", "")


def _year(item: Mapping[str, Any], lang: str) -> str:
    year = year_of(item.get("issued", {}))
    if year is not None:
        return str(year)
    return "无日期" if lang == "zh" else "n.d."


def _kind(item: Mapping[str, Any], status: str, *, zh: bool) -> str:
    kind = item.get("genre") or (_KINDS_ZH if zh else _KINDS).get(item["type"], "")
    notes = [kind] if kind else []
    if status in _STATUS:
        notes.append(_STATUS[status][zh])
    left, right = ("［", "］") if zh else (" [", "]")
    return "".join(f"{left}{note}{right}" for note in notes)


def _home(item: Mapping[str, Any], *, comma: str, zh: bool) -> str:
    """Return the journal or book with volume, issue and pages."""
    container = item.get("container-title", "")
    volume, issue, page = (item.get(key, "") for key in ("volume", "issue", "page"))
    pages = page.replace("-", "–")
    numbers = volume + (f"（{issue}）" if zh and issue else f"({issue})" if issue else "")
    if not container:
        return ""
    if item["type"] in {"chapter", "paper-conference", "entry-encyclopedia"}:
        inner = f"（第 {pages} 页）" if zh and pages else f" (pp. {pages})" if pages else ""
        return f"{'载于 ' if zh and container[:1].isascii() else '载于' if zh else 'In '}{container}{inner}"
    return comma.join(part for part in (container, numbers, pages) if part)


def _address(item: Mapping[str, Any]) -> str:
    if "DOI" in item:
        return identifiers.doi_address(item["DOI"])
    if item.get("archive") == "arXiv" and item.get("archive_location"):
        return f"https://arxiv.org/abs/{item['archive_location']}"
    return str(item.get("URL", ""))


def _ended(text: str, stop: str) -> str:
    return text + (" " if stop == ". " and text[-1:] in ".?!" else stop[text[-1:] in "。？！" :])


def _cut(title: str) -> str:
    return f"“{title if len(title) <= 40 else title[:39].rstrip() + '…'}”"
