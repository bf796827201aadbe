"""The words of the pictures and pages, in English and Chinese; one table that templates and scripts read.

Lives here: reading `words.toml`, telling a text in the other language. Never here: labels of records.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

FILE = Path(__file__).with_name("words.toml")
_HAN, _LATIN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]"), re.compile(r"[A-Za-z]{2}")


@lru_cache(maxsize=2)
def words(lang: str) -> Mapping[str, str]:
    """Return all words in one language, "en" or "zh".

    Example:
        >>> words("zh")["close"]
        '关闭'
    """
    return MappingProxyType({key: both[lang] for key, both in tomllib.loads(FILE.read_text("utf-8")).items()})


def counted(text: str, n: int) -> str:
    """Return words with a number filled in, in the form for one or, after a bar, for many.

    Example:
        >>> counted("{n} claim|{n} claims", 1), counted("{n} claim|{n} claims", 2), counted("{n} 条论断", 1)
        ('1 claim', '2 claims', '1 条论断')
    """
    one, _, many = text.partition("|")
    return (one if n == 1 or not many else many).format(n=n)


def gap(lang: str) -> str:
    """Return what stands between two sentences: nothing in Chinese, whose wide full stop holds its own space.

    Example:
        >>> gap("en"), gap("zh")
        (' ', '')
    """
    return "" if lang == "zh" else " "


def foreign(text: str, lang: str) -> str:
    """Return the tag of the language of a text where it is the one that the reader has not chosen, else "".

    Chinese with names in Latin letters is Chinese; a text of names alone is English.

    Example:
        >>> foreign("Models grew.", "zh"), foreign("LoRA 降低成本", "zh"), foreign("变大。", "en"), foreign("7", "zh")
        ('en', '', 'zh', '')
    """
    if lang == "zh":
        return "en" if _LATIN.search(text) and not _HAN.search(text) else ""
    return "zh" if _HAN.search(text) and not _LATIN.search(text) else ""
