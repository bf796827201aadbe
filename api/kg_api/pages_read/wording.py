"""The words of these pages, over those of the pictures; how numbers, dates and tongues are shown.

Lives here: reading `words.toml`, filters of the templates. Never here: labels of records (record, ontology).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from markupsafe import Markup, escape

from kg_viz.words import foreign, words

FILE = Path(__file__).with_name("words.toml")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_WESTERN = re.compile(r"([A-Za-z][ -~\u00a0-\u024f\u2010-\u2026]*[ -~\u00a0-\u024f])")
_ENGLISH = Markup('<span lang="en">{}</span>')
_TICKED = re.compile(r"`([^`]*)`")
_ADDRESS = re.compile(r"https?://\S+$")
_LINK = Markup('<a href="{0}" rel="noopener noreferrer" target="_blank">{0}</a>')
PHRASE = 3


@lru_cache(maxsize=2)
def said(lang: str) -> Mapping[str, str]:
    """Return the words of a language, "en" or "zh".

    Example:
        >>> said("zh")["gap_map"], said("zh")["close"]
        ('证据缺口图', '关闭')
    """
    own = {key: both[lang] for key, both in tomllib.loads(FILE.read_text("utf-8")).items()}
    return MappingProxyType({**words(lang), **own})


def tongue(text: Any, lang: str) -> Markup:
    """Return a text for a page of a language; what is English on a Chinese page is marked as English.

    A name of one or two words inside a Chinese text is part of it; three words are a phrase.

    Example:
        >>> tongue("LoRA <b>", "zh"), tongue("微调 LoRA", "zh"), tongue("LoRA", "en")
        (Markup('<span lang="en">LoRA &lt;b&gt;</span>'), Markup('微调 LoRA'), Markup('LoRA'))
    """
    shown = str(text)
    other = foreign(shown, lang)
    if other == "en":
        return _ENGLISH.format(shown)
    if lang == "zh":
        parts = _WESTERN.split(shown)
        return Markup("").join(_ENGLISH.format(part) if _is_phrase(part) else escape(part) for part in parts)
    if other == "zh":
        return Markup('<span lang="zh-Hans">{}</span>').format(shown)
    return escape(shown)


def referenced(text: str, lang: str) -> Markup:
    """Return a reference as `tongue` does; the address at its end is a link.

    Example:
        >>> referenced("Li (2025). Hubs. https://doi.org/10.1/x", "en")[:26]
        Markup('Li (2025). Hubs. <a href="')
        >>> referenced("Li (2025). Hubs.", "en")
        Markup('Li (2025). Hubs.')
    """
    found = _ADDRESS.search(text)
    return tongue(text, lang) if found is None else tongue(text[: found.start()], lang) + _LINK.format(found[0])


def ticked(text: str) -> Markup:
    """Return a text in which words stand in backticks, as Markdown has them, with these words as code.

    Example:
        >>> ticked("`out`: <all>")
        Markup('<code>out</code>: &lt;all&gt;')
    """
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if at % 2 else escape(part)
        for at, part in enumerate(_TICKED.split(text))
    )


def _is_phrase(part: str) -> bool:
    return _WESTERN.fullmatch(part) is not None and len(re.findall(r"[A-Za-z]{2,}", part)) >= PHRASE


def has_chinese(text: str) -> bool:
    """Say whether a text holds a Chinese character.

    Example:
        >>> has_chinese("LoRA"), has_chinese("微调")
        (False, True)
    """
    return _HAN.search(text) is not None


def moment(text: str, lang: str) -> str:
    """Return a moment of the record (UTC, ISO 8601) as readers write it.

    Example:
        >>> moment("2026-11-25T18:10:03Z", "en"), moment("2026-11-25T18:10:03Z", "zh")
        ('25 November 2026, 18:10 UTC', '2026年11月25日 18:10 UTC')
    """
    found = re.match(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d))?", text)
    if found is None:
        return text
    year, month, day = (int(part) for part in found.groups()[:3])
    time = f" {found[4]} UTC" if found[4] else ""
    if lang == "zh":
        return f"{year}年{month}月{day}日{time}"
    return f"{day} {MONTHS[month - 1]} {year}{',' if time else ''}{time}"


def strength(expected: float) -> int:
    """Return in which fifth of its range an expected value lies, 1 (next to nothing) to 5.

    Example:
        >>> strength(0.0), strength(0.43), strength(1.0)
        (1, 3, 5)
    """
    return min(5, int(expected * 5) + 1)
