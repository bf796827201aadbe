"""What the description of HTTP says, as it is said of tools: without addresses, and in Chinese.

Lives here: `said`, `mended`. May enter: texts of the OpenAPI document and of faults.
Never here: which tools there are (tools).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from kg.settings import Lang
from kg_api import http_words

CHINESE = Path(__file__).with_name("tools_zh.toml")
"""English text of a tool -> the same in Chinese."""
SAID: Mapping[str, str] = {
    ", written `%2B`": "",
    ", by its address": "",
    "; default: what `Accept-Language` prefers": "",
    "Mark a work as retracted or corrected, or see first what that changes": (
        "What changes when a work is retracted or corrected"
    ),
    " Everybody may preview; a reviewer writes.": " Nothing is written.",
    "see /docs for what this address takes": "the schema of the tool says what it takes",
    "`GET /sparql` describes the endpoint, and its page lists the questions": "`kg sparql --list` lists the questions",
    "by POST to /api/v1/entities and its like": "by `kg add`, on the command line",
    "`POST /api/v1/receipts` keeps an answer, with a token": (
        "`kg receipt list`, on the command line, shows what is kept; --keep on a question keeps its answer"
    ),
}
"""What is true of an address and not of a tool -> what is said of the tool."""
_ADDRESS = re.compile(r"`?\b(GET|POST|PUT|PATCH|DELETE) (/[^\s`?,;]*)(\?[^\s`]*)?`?")


def said(text: str, lang: Lang) -> str:
    """Return a text of the OpenAPI document as it is said of a tool, in a language.

    Example:
        >>> said("Most paths; default 10.", "zh")
        '链条的最多条数，默认 10。'
    """
    plain = " ".join(text.split())
    for words, instead in SAID.items():
        plain = plain.replace(words, instead)
    return _chinese().get(plain, plain) if lang == "zh" else plain


@lru_cache(maxsize=1)
def _chinese() -> Mapping[str, str]:
    return tomllib.loads(CHINESE.read_text("utf-8"))


def mended(text: str, names: Mapping[str, str]) -> str:
    """Return a text of a fault with tools in the place of addresses, with commands where there is no tool.

    Args:
        text: What HTTP says.
        names: By an address, such as `GET /api/v1/raises`, the tool that asks the same.

    Example:
        >>> mended("add the work first: `POST /api/v1/works`", {})
        'add the work first: `kg add work`, on the command line'
    """

    def named(found: re.Match[str]) -> str:
        bare = f"{found[1]} {found[2]}"
        return names.get(bare) or _command(bare + (found[3] or "")) or _command(bare) or found[0]

    return _ADDRESS.sub(named, said(text, "en"))


def _command(address: str) -> str | None:
    """Return which command does what an address does; of several that begin alike their beginning."""
    does = [words for words, one in http_words.COMMANDS.items() if one == address]
    if not does:
        return None
    (first, *_), alike = does, {words.split()[0] for words in does}
    return f"`kg {first if len(does) == 1 or len(alike) > 1 else alike.pop()}`, on the command line"
