"""Which works are the same, and which are two versions of one: pure matching, nothing is merged here.

Lives here: `Index`, `find_matches`. May enter: `.traits`. Never here: the record, look-ups.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import fuzz, process

from kg.citations.traits import Traits, WorkLike, plain, traits
from kg.folding import RUN
from kg.model import Text

YEARS_APART = 1
VERSION_YEARS_APART = 4
TITLE_CUTOFF = 90.0
SCORE_CUTOFF = 0.85
TITLES_APART = 60.0
SHORT_TITLE = 15
MAX_MATCHES = 20
_SAID = {
    "title": Text("the same title", "标题相同"),
    "titles": Text("titles alike to {:.0%}", "标题相似度为 {:.0%}"),
    "authors": Text("the same authors", "作者相同"),
    "some authors": Text("{:.0%} of the authors in common", "{:.0%} 的作者相同"),
    "no authors": Text("authors not known for both", "至少一方的作者未知"),
    "year": Text("the same year", "年份相同"),
    "a year": Text("{} year apart", "年份相差 {} 年"),
    "years": Text("{} years apart", "年份相差 {} 年"),
    "no year": Text("year not known for both", "至少一方的年份未知"),
}
_IDENTIFIERS_ZH = {"arXiv id": "arXiv 编号", "PubMed id": "PubMed 编号"}


@dataclass(frozen=True, slots=True)
class Match:
    """Two works that belong together.

    `kind` is "duplicate" (one work, given twice) or "version" (a preprint and its published form: two works of one
    independence group). `score` is in [0, 1]: 1 for a shared identifier (`shared` says which kind) or the same entry,
    less for what looks alike. `why` is a sentence for the report.
    """

    work: str
    other: str
    kind: Literal["duplicate", "version"]
    why: Text
    score: float
    shared: str | None = None


class Index:
    """The works that are there already, ready to be asked for matches of a new one.

    Cost: linear to build. A question compares the title with those of the years from one before to one after, and
    with those of no year.

    Example:
        >>> from kg.model import Work
        >>> index = Index([Work(id="a", type="book", title="Hazards of Models", doi="10.1234/x")])
        >>> [match.why.en for match in index.matches(Work(id="b", type="book", title="Other", doi="10.1234/x"))]
        ['the same DOI 10.1234/x']
    """

    def __init__(self, works: Iterable[WorkLike] = ()) -> None:
        self._traits: dict[str, Traits] = {}
        self._by_identifier: dict[tuple[str, str], list[str]] = {}
        self._by_year: dict[int | None, dict[str, str]] = {}
        self._by_title: dict[str, list[str]] = {}
        for work in works:
            self.add(work)

    def add(self, work: WorkLike) -> None:
        """Take a work into the index; a work of the same id is replaced where ids are asked for."""
        found = traits(work)
        self._traits[found.id] = found
        for identifier in found.identifiers:
            self._by_identifier.setdefault(identifier, []).append(found.id)
        self._by_year.setdefault(found.year, {})[found.id] = found.title
        for title in {found.title, found.main_title}:
            if title:
                self._by_title.setdefault(title, []).append(found.id)

    def matches(self, work: WorkLike) -> tuple[Match, ...]:
        """Return the works that this one matches, best first, at most `MAX_MATCHES`; never itself (by id)."""
        asked = traits(work)
        found: dict[str, Match] = {}
        for identifier in asked.identifiers:
            for other in self._by_identifier.get(identifier, ())[:MAX_MATCHES]:
                if other != asked.id and other not in found:
                    kind = _kind(asked, self._traits[other], exact=identifier)
                    found[other] = Match(asked.id, other, kind, _why_exact(*identifier), 1.0, identifier[0])
        for other in self._candidates(asked):
            if other != asked.id and other not in found:
                match = _compare(asked, self._traits[other])
                if match is not None:
                    found[other] = match
        return tuple(sorted(found.values(), key=lambda match: (-match.score, match.other))[:MAX_MATCHES])

    def _candidates(self, asked: Traits) -> list[str]:
        if not asked.title:
            return []
        near = [*self._by_title.get(asked.title, ())[:200], *self._by_title.get(asked.main_title, ())[:200]]
        years: Iterable[int | None] = list(self._by_year)
        if asked.year is not None:
            years = (None, *range(asked.year - YEARS_APART, asked.year + YEARS_APART + 1))
        for year in years:
            block = self._by_year.get(year)
            if block:
                alike = process.extract(
                    asked.title, block, scorer=fuzz.ratio, score_cutoff=TITLE_CUTOFF, limit=MAX_MATCHES
                )
                near += [other for _, _, other in alike]
        return list(dict.fromkeys(near))


def find_matches(works: Iterable[WorkLike]) -> tuple[Match, ...]:
    """Return the matches among works, each pair once: the later work against the earlier.

    Example:
        >>> from kg.model import Work
        >>> one = Work(id="a", type="article", title="A Study of Fine-Tuning", authors=("Hu, E.",), year=2021)
        >>> two = Work(id="b", type="article", title="A study of fine tuning", authors=("Hu, Edward",), year=2021)
        >>> [(match.work, match.other, match.kind) for match in find_matches([one, two])]
        [('b', 'a', 'duplicate')]
    """
    index = Index()
    found: list[Match] = []
    for work in works:
        found += index.matches(work)
        index.add(work)
    return tuple(found)


def titles_differ(one: str, two: str) -> bool:
    """Tell whether two titles can hardly be those of one work; a title in another script may be its translation.

    Example:
        >>> titles_differ("Who misuses", "Hazards of Open Models"), titles_differ("Hazards", "Hazards of Open Models")
        (True, False)
    """
    if bool(RUN.search(one)) != bool(RUN.search(two)):
        return False
    mine, theirs = plain(one), plain(two)
    return bool(mine and theirs) and fuzz.token_set_ratio(mine, theirs) < TITLES_APART


def _kind(one: Traits, two: Traits, *, exact: tuple[str, str] | None = None) -> Literal["duplicate", "version"]:
    """A preprint and a published text are versions, also where the published entry names the preprint's number."""
    if exact is not None and exact[0] != "arXiv id":
        return "duplicate"
    return "version" if one.published != two.published and (one.preprint or two.preprint) else "duplicate"


def _compare(one: Traits, two: Traits) -> Match | None:
    """Return the match of two works by what they say, or None."""
    kind = _kind(one, two)
    apart = None if one.year is None or two.year is None else abs(one.year - two.year)
    if _differ(one, two, kind) or (apart or 0) > (VERSION_YEARS_APART if kind == "version" else YEARS_APART):
        return None
    title, authors = _title_likeness(one, two), _shared_authors(one, two)
    if len(one.title) < SHORT_TITLE and not (title == 1 and authors and apart == 0):
        return None
    # Below 1 also when all agrees: only an identifier is proof.
    years = 0.5 if apart is None else 1 - apart / 5
    score = 0.99 * (0.75 * title + 0.2 * (0.5 if authors is None else authors) + 0.05 * years)
    if title < TITLE_CUTOFF / 100 or authors == 0 or score < SCORE_CUTOFF:
        return None
    return Match(one.id, two.id, kind, _why(title, authors, apart, kind), round(score, 3))


def _title_likeness(one: Traits, two: Traits) -> float:
    """Return how alike the titles are; one that only lacks the subtitle of the other is nearly the same."""
    shorter = min(one.title, two.title, key=len)
    if one.title != two.title and one.main_title == two.main_title == shorter and len(shorter) >= SHORT_TITLE:
        return 0.95
    return fuzz.ratio(one.title, two.title) / 100


def _differ(one: Traits, two: Traits, kind: str) -> bool:
    """Tell whether something sets the two apart: a number in the title, a correction, an identifier."""
    if one.numbers != two.numbers or one.notice != two.notice:
        return True
    if kind == "duplicate" and one.doi is not None and two.doi is not None and one.doi != two.doi:
        return True
    for name in ("arXiv id",) if kind == "version" else ("arXiv id", "PubMed id"):
        mine, theirs = (set(of.values(name)) for of in (one, two))
        if mine and theirs and not mine & theirs:
            return True
    return False


def _shared_authors(one: Traits, two: Traits) -> float | None:
    """Return the share of family names in common, of the shorter list; None when a list is empty."""
    mine, theirs = set(one.families), set(two.families)
    if not mine or not theirs:
        return None
    return len(mine & theirs) / min(len(mine), len(theirs))


def _why_exact(name: str, value: str) -> Text:
    return Text(f"the same {name} {value}", f"{_IDENTIFIERS_ZH.get(name, f'{name} ')}同为 {value}")


def _why(title: float, authors: float | None, apart: int | None, kind: str) -> Text:
    years = "no year" if apart is None else ("year", "a year")[apart] if apart < 2 else "years"
    names = "no authors" if authors is None else "authors" if authors == 1 else "some authors"
    parts = (("title" if title == 1 else "titles", title), (names, authors), (years, apart))
    english = ", ".join(_SAID[word].en.format(value) for word, value in parts)
    chinese = "，".join(_SAID[word].get("zh").format(value) for word, value in parts)
    if kind == "version":
        return Text(f"preprint and published form: {english}", f"预印本与正式版本：{chinese}")
    return Text(english, chinese)
