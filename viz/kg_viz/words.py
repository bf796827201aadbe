"""The words of the pictures and pages, in English and Chinese; one table that templates and scripts read.

Lives here: reading `words.toml`. Never here: labels of entities and relations (record, ontology).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

FILE = Path(__file__).with_name("words.toml")


@lru_cache(maxsize=2)
def words(lang: str) -> Mapping[str, str]:
    """Return all words in one language, "en" or "zh".

    Example:
        >>> words("zh")["close"]
        '关闭'
    """
    return MappingProxyType({key: both[lang] for key, both in tomllib.loads(FILE.read_text("utf-8")).items()})
