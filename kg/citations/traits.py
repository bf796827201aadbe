"""What of a work is compared: a plain title, family names, numbers in the title, identifiers, preprint or not.

Lives here: `Traits` and `traits`, pure. May enter: any work. Never here: the comparison itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from kg.identifiers import arxiv_as_held, arxiv_of_doi

# Preprint servers: arXiv, bioRxiv and medRxiv (not the journals of the same press), SSRN, Research Square and others.
PREPRINT_DOI = re.compile(
    r"10\.(?:48550/|1101/\d|64898/|2139/|21203/|20944/|31234/|31219/|31235/|36227/|26434/|33774/|22541/|12074/|3386/w|"
    r"2196/preprints)"
)
# Archives and series; Chinese runs on without spaces, so that only Latin words end somewhere.
_PREPRINT_HOMES = re.compile(
    r"\b(?:\w*rxiv|chinaxiv|ssrn|preprints?|pre-prints?|research ?square|osf|authorea|repec|"
    r"(?:working|discussion) papers?)\b|预印本|工作论文",
    re.IGNORECASE,
)
_ONLY_A_JOURNAL = re.compile(r"\bcorr\b")
_UNPUBLISHED = re.compile(
    r"\b(?:unpublished|pre-?published|submitted|under (?:review|submission)|in preparation)\b|未发表|待发表|审稿中",
    re.IGNORECASE,
)
_PREPRINT_SITES = re.compile(
    r"^https?://(?:[\w-]+\.)*(?:\w*rxiv\.org|ssrn\.com|osf\.io/preprints|researchsquare\.com|preprints\.org|"
    r"chinaxiv\.org|authorea\.com|hal\.science)(?:[/:?#]|$)",
    re.IGNORECASE,
)
_SAYS_WHERE = ("publisher", "genre", "note", "archive", "number", "status", "source", "collection-title")
_NOTE_READ = 300
_POSTED_TYPES = frozenset({"article", "manuscript", "report", "thesis"})
_PUBLISHED_TYPES = frozenset({"article-journal", "paper-conference", "chapter", "book"})
_WHOLE_TYPES = frozenset({"book", "collection", "report", "thesis", "standard", "document", "dataset", "software"})
_NOTICE = re.compile(
    r"^(?:author |publisher )?(?:correction|corrigendum|erratum|errata|addendum|retraction|retracted|withdrawn|"
    r"expression of concern|reply|response|comment(?:ary)?|discussion|review|editorial|rejoinder)\b"
)
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
_NOT_WORD = re.compile(r"[\W_]+")


class WorkLike(Protocol):
    """What matching needs of a work: `kg.model.Work` and `kg.inputs.WorkIn` both have it."""

    @property
    def id(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def authors(self) -> Sequence[str]: ...
    @property
    def year(self) -> int | None: ...
    @property
    def doi(self) -> str | None: ...
    @property
    def arxiv(self) -> str | None: ...
    @property
    def url(self) -> str | None: ...
    @property
    def csl(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Traits:
    """A work as it is compared. `identifiers` are (kind, value) pairs that two different works never share."""

    id: str
    title: str
    main_title: str
    numbers: tuple[str, ...]
    notice: bool
    families: tuple[str, ...]
    year: int | None
    preprint: bool
    published: bool
    container: str
    identifiers: tuple[tuple[str, str], ...]

    def values(self, kind: str) -> tuple[str, ...]:
        """Return the identifiers of one kind."""
        return tuple(value for name, value in self.identifiers if name == kind)

    @property
    def doi(self) -> str | None:
        """The DOI of the published text; None when there is none, or when it is that of a preprint."""
        found = next(iter(self.values("DOI")), None)
        return None if found is None or PREPRINT_DOI.match(found) else found


def traits(work: WorkLike) -> Traits:
    """Return what is compared of a work.

    Example:
        >>> from kg.model import Work
        >>> found = traits(Work(id="a", type="article", title="Llama 2: Open Models", authors=("Touvron, Hugo",)))
        >>> found.title, found.main_title, found.numbers, found.families
        ('llama 2 open models', 'llama 2', ('2',), ('touvron',))
    """
    title = plain(work.title)
    words = [_ROMAN.get(word, word) for word in title.split()]
    container = plain(str(work.csl.get("container-title", "")))
    has_doi = work.doi is not None and PREPRINT_DOI.match(work.doi) is None
    preprint_home = _is_archive(container)
    published = has_doi or (work.type in _PUBLISHED_TYPES and bool(container) and not preprint_home)
    return Traits(
        id=work.id,
        title=title,
        main_title=plain(re.split(r"[:：?？]| [–—-] ", work.title, maxsplit=1)[0]),
        numbers=tuple(sorted(word for word in words if any(char.isdigit() for char in word))),
        notice=_NOTICE.match(title) is not None,
        families=tuple(family for author in work.authors if (family := _family(author))),
        year=work.year,
        preprint=not published and (preprint_home or _is_posted(work)),
        published=published,
        container=container,
        identifiers=tuple(_identifiers(work)),
    )


def plain(text: str) -> str:
    """Return text without case, accents, punctuation and doubled spaces; Chinese stays.

    Example:
        >>> plain("Über  Fine-Tuning: 微调!")
        'uber fine tuning 微调'
    """
    bare = unicodedata.normalize("NFKD", re.sub(r"<[^<>]{1,40}>", "", text)).casefold()
    letters = "".join(char for char in bare if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", _NOT_WORD.sub(" ", letters)).strip()


def _is_archive(container: str) -> bool:
    return (_PREPRINT_HOMES.search(container) or _ONLY_A_JOURNAL.search(container)) is not None


def _is_posted(work: WorkLike) -> bool:
    """Tell whether a work that is not published says where it was put before: an identifier, a type, an archive."""
    if work.arxiv is not None or work.doi is not None or work.type in _POSTED_TYPES:
        return True
    if _PREPRINT_SITES.match(work.url or str(work.csl.get("URL", ""))):
        return True
    said = "\n".join(str(work.csl[name])[:_NOTE_READ] for name in _SAYS_WHERE if work.csl.get(name))
    return (_PREPRINT_HOMES.search(said) or _UNPUBLISHED.search(said)) is not None


def _family(author: str) -> str:
    """Return the family name of a display name; the last word of one that is not divided, all of a Chinese one."""
    family, comma, _ = author.partition(",")
    words = plain(family).split()
    if not words:
        return ""
    return " ".join(words) if comma else words[-1]


def _identifiers(work: WorkLike) -> list[tuple[str, str]]:
    found = []
    if work.doi is not None:
        found.append(("DOI", work.doi))
    posted = arxiv_of_doi(work.doi or "") if work.arxiv is None else arxiv_as_held(work.arxiv)
    if posted is not None:
        found.append(("arXiv id", posted))
    if work.csl.get("PMID"):
        found.append(("PubMed id", str(work.csl["PMID"])))
    # The ISBN of a chapter or a paper is that of the book around it.
    if work.type in _WHOLE_TYPES:
        found += [("ISBN", isbn) for isbn in str(work.csl.get("ISBN", "")).split()]
    return found
