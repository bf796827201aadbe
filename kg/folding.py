"""Texts taken apart, as they are compared: case and accents away, words, runs of Chinese characters. Pure.

Lives here: `fold`, `pieces`, `grams`, and what a record is found by (`Entry`). May enter: any text.
Never here: how alike two texts are (likeness), the index, records.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple
from unicodedata import normalize

from kg.model import Text

WORD_MOST: Final = 64
_EAST = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003134f"
RUN = re.compile(rf"[{_EAST}]+")
WORD = re.compile(rf"[^\W_{_EAST}]+")
_MARKS = re.compile(r"[\W_]+")
_TOKEN = re.compile(r"\w+")
_UNCOMPARED = re.compile("[\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")


class Pieces(NamedTuple):
    """The words of a text, and its runs of Chinese, Japanese or Korean characters, which have no word ends."""

    words: frozenset[str]
    runs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Entry:
    """What a record is found by, taken apart.

    Attributes:
        names: What the record is called, folded.
        squeezed: Letters and digits of each name alone.
        plain: The names with their words in alphabetical order.
        near, far: Words of the names and what stands beside them, and words of the body, which weighs less.
        text, body: The same as text, for Chinese runs.
    """

    label: Text
    names: tuple[str, ...]
    squeezed: frozenset[str]
    plain: tuple[str, ...]
    near: Pieces
    far: Pieces
    text: str
    body: str

    @classmethod
    def of(cls, label: Text, names: Iterable[str | None], *, beside: str = "", body: str = "") -> Entry:
        """Take apart what a record says of itself: names, what stands beside them, and a body of text."""
        folded = tuple(dict.fromkeys(form for name in names if name and (form := fold(name))))
        squeezed = frozenset(squeeze(name) for name in folded) - {""}
        text, body = "\n".join((*folded, fold(beside))), fold(body)
        return cls(label, folded, squeezed, tuple(map(in_order, folded)), pieces(text), pieces(body), text, body)


def fold(text: str) -> str:
    """Return text as it is compared: case, width, accents and the kind of white space make no difference.

    Law: `fold(fold(text)) == fold(text)`.

    Example:
        >>> fold("  \\uff2aastrz\\u0119bski\\tLoRA\\x00")
        'jastrzebski lora'
    """
    if text.isascii():
        text = " ".join(text.lower().split())
    else:
        decomposed = normalize("NFKD", normalize("NFKD", text).casefold())
        text = " ".join(normalize("NFC", _UNCOMPARED.sub("", decomposed)).replace("\u2010", "-").split())
    if not text.isprintable():
        text = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return text


def squeeze(folded: str) -> str:
    """Return the letters and digits of a folded text alone.

    Example:
        >>> squeeze("llm.int8()"), squeeze("(ia)^3")
        ('llmint8', 'ia3')
    """
    return folded if folded.isalnum() else _MARKS.sub("", folded)


def pieces(folded: str) -> Pieces:
    """Return the words and the Chinese runs of a folded text; two parts of a compound are also one word.

    Example:
        >>> words, runs = pieces("ia3 激活缩放 of low-rank")
        >>> sorted(words), sorted(runs)
        (['ia3', 'low', 'lowrank', 'of', 'rank'], ['激活缩放'])
    """
    tokens = _TOKEN.findall(folded.replace("_", " "))
    words = {token[:WORD_MOST] for token in tokens if token.isascii()}
    runs: set[str] = set()
    for token in () if folded.isascii() else (token for token in tokens if not token.isascii()):
        words.update(word[:WORD_MOST] for word in WORD.findall(token))
        runs.update(RUN.findall(token))
    if "-" in folded:
        for compound in (part for part in folded.split() if "-" in part):
            words.update((first + second)[:WORD_MOST] for first, second in pairwise(WORD.findall(compound)))
    return Pieces(frozenset(words), frozenset(runs))


def grams(runs: Iterable[str]) -> list[str]:
    """Return the pairs and triples of characters of runs; a run of one character stands for itself.

    Example:
        >>> grams(["联邦学", "图"])
        ['联邦', '邦学', '联邦学', '图']
    """
    found: list[str] = []
    for run in runs:
        found += [run[at : at + size] for size in (2, 3) for at in range(len(run) - size + 1)] or [run]
    return list(dict.fromkeys(found))


def in_order(folded: str) -> str:
    """Return the words of a folded text in alphabetical order."""
    return " ".join(sorted(folded.replace("-", " ").split()))
