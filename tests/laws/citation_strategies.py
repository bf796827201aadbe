"""Generated works for the laws of citations: every awkward character, every kind of variable."""

from __future__ import annotations

import string
import unicodedata
from typing import Any

from hypothesis import strategies as st

from kg.citations.csl_terms import DATES, NAMES, PARAGRAPH_SET, TEXTS, TYPES
from kg.citations.names import display
from kg.model import Work

AWKWARD = "{}\"\\%&#$_~^`'-–—@,;:=+()[]<>|/ \n\t.?!"
LETTERS = "abcXYZ019äßØłé張三微调学習한"
text_chars = st.one_of(
    st.sampled_from(AWKWARD + LETTERS),
    st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S", "Zs")),
)
texts = st.text(text_chars, min_size=1, max_size=40)
awkward_words = st.sampled_from(
    ["and", "others", "{and}", "et al.", "von der", "--", "``", "''", "\\textbf{x}", "$x$", "@article{x,", "ER  - ",
     "TY  - JOUR", "=1+1", "AB  - y", "C8  - csl_json {}", "%", "\\", "}", "{", "100%", "R&D", "a\nb", "张三",
     "O'Brien", "Inc., Foo", "10.1234/x", "http://x", "«a»", "<b>", "&amp;", "]]>", "'=x", "arXiv:2106.09685"]
)  # fmt: skip
lines = st.one_of(texts, st.lists(st.one_of(texts, awkward_words), min_size=1, max_size=3).map(" ".join))
names = st.one_of(
    st.fixed_dictionaries({"literal": lines}),
    st.fixed_dictionaries(
        {"family": lines}, optional={"given": lines, "suffix": lines, "non-dropping-particle": lines}
    ),
)
years = st.integers(1400, 2200)
date_parts = st.one_of(
    st.tuples(years).map(list),
    st.tuples(years, st.integers(1, 12)).map(list),
    st.tuples(years, st.integers(1, 12), st.integers(1, 28)).map(list),
)
dates = st.one_of(
    st.fixed_dictionaries({"date-parts": st.lists(date_parts, min_size=1, max_size=2)}),
    st.fixed_dictionaries({"date-parts": st.lists(date_parts, min_size=1, max_size=1), "circa": st.just(True)}),
    st.fixed_dictionaries({"literal": lines}),
)
json_values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(2**62), 2**62), st.floats(allow_nan=False, allow_infinity=False), lines
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(lines, inner, max_size=3)),
    max_leaves=5,
)
keys = st.builds(
    lambda first, rest: first + rest,
    st.sampled_from(string.ascii_letters + string.digits),
    st.text(string.ascii_letters + string.digits + "_.:+-", max_size=12),
)
dois = st.builds(lambda rest: f"10.1234/{rest}", st.text("abcxyz019.()/;_-{}#%&<>\\", min_size=1, max_size=10))
arxivs = st.builds(lambda a, b: f"{a:04d}.{b:05d}", st.integers(701, 2612), st.integers(0, 99999))
urls = st.builds(lambda rest: f"https://example.org/{rest}", st.text("abcxyz019/_-~%&=?#{}", max_size=12))


@st.composite
def csl_items(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a CSL-JSON item with a few variables of every kind."""
    item: dict[str, Any] = {}
    for variable in draw(st.lists(st.sampled_from(TEXTS), max_size=6, unique=True)):
        item[variable] = draw(st.one_of(lines, texts) if variable in PARAGRAPH_SET else lines)
    for variable in draw(st.lists(st.sampled_from(NAMES), max_size=2, unique=True)):
        item[variable] = draw(st.lists(names, max_size=3))
    for variable in draw(st.lists(st.sampled_from(DATES), max_size=2, unique=True)):
        item[variable] = draw(dates)
    if draw(st.booleans()):
        item["custom"] = draw(st.dictionaries(st.one_of(lines, st.sampled_from(["verified", "title", "author-others"])),
                                              json_values, max_size=3))  # fmt: skip
    return item


def seen(text: str) -> bool:
    """Whether something of a text can be seen; a title or author that is but accents is refused at every door."""
    return any(unicodedata.category(char)[0] in "LNPS" for char in text)


def names_are_seen(item: dict[str, Any]) -> bool:
    """Whether something of each author can be seen; those that are but spaces are left out."""
    return all(seen(shown) for name in item.get("author", ()) if (shown := display(name).strip()))


@st.composite
def works(draw: st.DrawFn) -> Work:
    """Draw a work whose fields may contradict its CSL-JSON item, as records of other doors do."""
    return Work(
        id=draw(keys),
        type=draw(st.sampled_from(sorted(TYPES))),
        title=draw(lines.filter(seen)),
        authors=tuple(draw(st.lists(lines.filter(seen), max_size=4))),
        year=draw(st.none() | years),
        doi=draw(st.none() | dois),
        arxiv=draw(st.none() | arxivs),
        url=draw(st.none() | urls),
        csl=draw(csl_items().filter(names_are_seen)),
    )
