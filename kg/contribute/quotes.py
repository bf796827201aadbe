"""Is the quote there? Looks for a quote in the text that we hold of a work.

Lives here: `check`. May enter: a quote, a work. Never here: storing the result: it follows from quote and work.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kg.model import Text, Work

TEXTS = ("abstract", "title", "note", "annote")
"""Variables of the CSL item that hold text of the work."""
OF_ABSTRACT = frozenset({"abstract"})
_MARKUP = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_GAP = re.compile(r"\s*(?:\[\s*(?:…|\.\.\.)\s*\]|…|\.\.\.)\s*")
_SAME = str.maketrans({
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"',
    "\u00ab": '"', "\u00bb": '"', "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-",
    "\u2212": "-", "\u00ad": None, "\u200b": None, "\ufeff": None,
})  # fmt: skip
_CJK = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) | (?=[\u3000-\u9fff\uff00-\uffef])")
SAID = {
    "found": Text("found in the {}", "已在{}中找到"),
    "not-found": Text("not found in the abstract that we hold; check it", "在所存摘要中未找到，请核对"),
    "unchecked": Text("not checked: we hold no text of the work that it could be in", "未核对：没有可供查找的原文"),
    "none": Text("no quote", "没有引文"),
}
PLACES = {
    "abstract": Text("abstract", "摘要"),
    "title": Text("title", "标题"),
    "note": Text("note", "附注"),
    "annote": Text("annotation", "批注"),
}


@dataclass(frozen=True, slots=True)
class QuoteCheck:
    """Where a quote was found. `state` is found, not-found, unchecked, or none where there is no quote."""

    state: str
    place: str | None = None

    def document(self, lang: str = "en") -> dict[str, Any]:
        """Return `{"state", "place", "said"}`."""
        place = "" if self.place is None else PLACES[self.place].get(lang)
        return {"state": self.state, "place": self.place, "said": SAID[self.state].get(lang).format(place)}


def check(quote: str | None, work: Work | None, basis: str) -> QuoteCheck:
    """Look for a quote in what we hold of its work.

    White space, kinds of quotation marks and hyphens, letter case and mark-up do not matter; the pieces between
    ellipses must follow each other. A quote that was read elsewhere than in the abstract and is not in it is unchecked,
    not wrong: we hold no full texts.

    Args:
        quote: As the contributor gave it.
        work: Its work.
        basis: What the contributor read.

    Example:
        >>> held = Work("a", "article", "T", csl={"abstract": "<p>Fine\u2011tuning  removes “safeguards”.</p>"})
        >>> check('fine-tuning removes "safeguards"', held, "abstract").state
        'found'
    """
    if quote is None:
        return QuoteCheck("none")
    texts = {} if work is None else {name: folded(text) for name, text in _held(work)}
    pieces = [piece for piece in (folded(part) for part in _GAP.split(quote)) if piece]
    for name in TEXTS:
        if pieces and name in texts and _follow(pieces, texts[name]):
            return QuoteCheck("found", name)
    return QuoteCheck("not-found" if basis in OF_ABSTRACT and "abstract" in texts else "unchecked")


def folded(text: str) -> str:
    """Return a text as quotes are compared.

    Example:
        >>> folded("  “Fine\u2013Tuning”\\n works "), folded("微调 使 模型")
        ('"fine-tuning" works', '微调使模型')
    """
    plain = unicodedata.normalize("NFKC", text.translate(_SAME)).casefold()
    return _CJK.sub("", " ".join(plain.split()))


def _held(work: Work) -> Iterator[tuple[str, str]]:
    yield "title", work.title
    csl: Mapping[str, Any] = work.csl
    for name in TEXTS:
        text = csl.get(name)
        if name != "title" and isinstance(text, str) and text:
            yield name, _MARKUP.sub(" ", text)


def _follow(pieces: list[str], text: str) -> bool:
    at = 0
    for piece in pieces:
        at = text.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return True
