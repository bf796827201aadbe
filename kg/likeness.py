"""How alike an asked text and a record are: what was asked, typos, a score in [0, 1]. Pure.

Lives here: `ask`, `scores`. May enter: any text, and what a record is found by (`kg.folding.Entry`).
Never here: the index, records, languages of answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeVar

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from kg.errors import BadIdentifier, InputError, Words
from kg.folding import RUN, WORD, WORD_MOST, Entry, fold, in_order, squeeze
from kg.identifiers import arxiv_of_doi, parse_arxiv, parse_doi

TEXT_MOST: Final = 500
NAME_MOST: Final = 64
TYPO_MOST: Final = 32
SCORE_LEAST: Final = 0.35

_COMMON = frozenset(
    re.findall("[a-z]+", "a an and are as at by do does for from how in is it of on or that the to what which")
)
_WORDS_MOST = 32
_IN_BODY, _BY_STEM, _COMMON_WORTH = 0.7, 0.95, 0.1

Stem = Callable[[Sequence[str]], list[str]]
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Asked:
    """A text taken apart.

    Attributes:
        folded: The text as it is compared.
        squeezed: Its letters and digits alone.
        forms: Whatever a record may be called by exactly: the text, a DOI or an arXiv id in it.
        words, stems: Its words, and their English stems one by one.
        worths: What each word is worth: 1, or 0.1 for words like "the".
        starts: Words that may be the beginning of a longer word: the last one, and those of 3 letters and more.
        roots: What all words of the same stem begin with.
        joined: Each two neighbouring words written as one ("fine tuning", "finetuning").
        runs: Its Chinese runs.
    """

    folded: str
    squeezed: str
    forms: frozenset[str]
    words: tuple[str, ...]
    stems: tuple[str, ...]
    worths: tuple[float, ...]
    starts: tuple[str, ...]
    roots: tuple[str, ...]
    joined: tuple[str, ...]
    runs: tuple[str, ...]


def typos(word: str) -> int:
    """Return how many typos a word is forgiven: none below 4 letters and in numbers, 1 below 8 letters, then 2.

    Example:
        >>> typos("kyc"), typos("lroa"), typos("finetunning"), typos("2022")
        (0, 1, 2, 0)
    """
    if len(word) < 4 or len(word) > TYPO_MOST or word.isdigit():
        return 0
    return 1 if len(word) < 8 else 2


def ask(text: str, stem: Stem) -> Asked:
    """Take an asked text apart.

    Args:
        text: 1 to 500 characters; at most 32 different words of it are looked for.
        stem: Gives the English stems of words, one by one.

    Raises:
        InputError: no text, too much of it, or nothing that can be seen.
    """
    if not isinstance(text, str):
        raise InputError(f"{type(text).__name__} is not a text", where="text", hint="give words as a string")
    if len(text) > TEXT_MOST:
        raise InputError(
            Words(
                f"the text has {len(text):,} characters, at most {TEXT_MOST} are searched for",
                f"文字共 {len(text)} 个字符，最多可用 {TEXT_MOST} 个",
            ),
            where="text",
            hint=Words("give a few words, a label, a DOI or an arXiv id", "请给出几个词、一个名称、DOI 或 arXiv 编号"),
        )
    folded = fold(text)
    if not folded:
        said = Words("there is nothing to search for", "没有可搜索的内容")
        raise InputError(said, where="text", hint=Words("give at least one letter or word", "请至少给出一个字母或词"))
    words = tuple(dict.fromkeys(word[:WORD_MOST] for word in WORD.findall(folded)))[:_WORDS_MOST]
    stems = tuple(stem(words))
    roots = (short[:-1] if short[-1:] in "eiy" else short for short in stems)
    joined = dict.fromkeys((first + second)[:WORD_MOST] for first, second in pairwise(words))
    return Asked(
        folded=folded,
        squeezed=squeeze(folded),
        forms=frozenset({folded, *_identifiers(folded)}),
        words=words,
        stems=stems,
        worths=tuple(_COMMON_WORTH if word in _COMMON else 1.0 for word in words),
        starts=tuple(word for at, word in enumerate(words, 1) if at == len(words) or len(word) >= 3),
        roots=tuple(root for root in dict.fromkeys(roots) if len(root) >= 3 and root not in _COMMON),
        joined=tuple(word for word in joined if word not in words),
        runs=tuple(dict.fromkeys(RUN.findall(folded)))[:_WORDS_MOST],
    )


def scores(asked: Asked, entries: Mapping[K, Entry], stem: Stem) -> dict[K, float]:
    """Return how well each entry fits what was asked, for those that fit well enough.

    1 is a name of the record, 0.99 a name but for punctuation and spaces. Otherwise 0.98 times 7 parts of how
    much of the text is found in the record and 3 parts of how near the nearest name is as a whole, four decimals.

    Source: ours; the weights were set on the pack, see the golden list of the tests.

    Cost: one pass over the different words of the entries for each word asked, then linear in the entries.
    """
    known = frozenset().union(*(entry.near.words | entry.far.words for entry in entries.values()))
    alike = _alike(asked, sorted(known), stem)
    plain = in_order(asked.folded)
    found: dict[K, float] = {}
    for key, entry in entries.items():
        if not asked.forms.isdisjoint(entry.names):
            score = 1.0
        elif asked.squeezed in entry.squeezed:
            score = 0.99
        else:
            covered = _covered(asked, alike, entry)
            score = 0.98 * (0.7 * covered + 0.3 * _nearest(asked.folded, plain, entry)) if covered > 0 else 0.0
        if score >= SCORE_LEAST:
            found[key] = round(score, 4)
    return found


def _identifiers(folded: str) -> list[str]:
    """Return the DOI and the arXiv id that a text is, as records hold them."""
    with suppress(BadIdentifier):
        doi = parse_doi(folded)
        arxiv = arxiv_of_doi(doi)
        return [doi] if arxiv is None else [doi, arxiv]
    with suppress(BadIdentifier):
        return [parse_arxiv(folded)]
    return []


def _alike(asked: Asked, known: Sequence[str], stem: Stem) -> list[dict[str, float]]:
    """Return for each asked word the known words that it may stand for, with their likeness in (0, 1]."""
    by_stem: dict[str, list[str]] = {}
    for word, short in zip(known, stem(known), strict=True):
        by_stem.setdefault(short, []).append(word)
    tables = [_mistyped(word, known) for word in asked.words]
    for word, short, table in zip(asked.words, asked.stems, tables, strict=True):
        if word in asked.starts:
            _raise(table, {other: 0.6 + 0.4 * len(word) / len(other) for other in known if other.startswith(word)})
        _raise(table, dict.fromkeys(by_stem.get(short, ()), _BY_STEM))
    for at, (first, second) in enumerate(pairwise(asked.words)):
        written_as_one = _mistyped(first + second, known)
        for table in tables[at : at + 2]:
            _raise(table, written_as_one)
    return tables


def _mistyped(word: str, known: Sequence[str]) -> dict[str, float]:
    """Return the known words within the typos that a word is forgiven, itself among them."""
    near = process.extract(word, known, scorer=OSA.distance, score_cutoff=typos(word), limit=None)
    return {other: 1.0 - distance / max(len(word), len(other)) for other, distance, _ in near}


def _raise(table: dict[str, float], likes: Mapping[str, float]) -> None:
    for word, likeness in likes.items():
        table[word] = max(likeness, table.get(word, 0.0))


def _covered(asked: Asked, alike: Sequence[Mapping[str, float]], entry: Entry) -> float:
    """Return the share of what was asked that an entry says, in [0, 1]."""
    total = said = 0.0
    for worth, likes in zip(asked.worths, alike, strict=True):
        near = max((likes[word] for word in likes.keys() & entry.near.words), default=0.0)
        far = max((likes[word] for word in likes.keys() & entry.far.words), default=0.0) if near < _IN_BODY else 0.0
        total, said = total + worth, said + worth * max(near, _IN_BODY * far)
    for run in asked.runs:
        weight = max(1.0, len(run) / 2)
        total, said = total + weight, said + weight * max(_share(run, entry.text), _IN_BODY * _share(run, entry.body))
    return said / total if total else 0.0


def _share(run: str, text: str) -> float:
    """Return 1 when a text holds a run of characters, else 0.8 of the share of its pairs that it holds."""
    if run in text:
        return 1.0
    pairs = [a + b for a, b in pairwise(run)]
    return 0.8 * sum(pair in text for pair in pairs) / len(pairs) if pairs and text else 0.0


def _nearest(folded: str, plain: str, entry: Entry) -> float:
    """Return the likeness of a text to the name nearest to it, the order of words left aside, in [0, 1]."""
    as_written = max(fuzz.ratio(folded, name) for name in entry.names)
    return max(as_written, *(fuzz.ratio(plain, name) for name in entry.plain)) / 100.0
