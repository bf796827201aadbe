"""What a look-up returns: a work, the notices about it, its other versions, and the way it was found.

Lives here: `Identifier`, `Notice`, `Relation`, `Found`, and `finish`, which makes a work of a CSL item.
May enter: `.entry`, the rooms of the services. Never here: the shape of an answer, connections.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, Protocol

from kg import identifiers
from kg.citations.entry import Desk, Entry
from kg.citations.item import MAX_NAMES
from kg.citations.kept import Fetched
from kg.citations.parsed import LATER, MAX_ENTRY_CHARS, storable
from kg.errors import BadIdentifier, Upstream
from kg.inputs import WorkIn
from kg.model import CURRENT

Kind = Literal["doi", "arxiv", "openalex", "pmid"]
RETRACTED, CORRECTED = "retracted", "corrected"
_STATUS = {"retraction": RETRACTED, "correction": CORRECTED, "partial-retraction": CORRECTED}
_RESOLVERS = {
    "arxiv": "https://arxiv.org/abs/",
    "openalex": "https://openalex.org/",
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/",
}
_TITLE_SAYS = re.compile(r"\A\W*(?:RETRACTED|WITHDRAWN|REMOVED|Retracted|Withdrawn)(?: ARTICLE| Article)?\W*[:：\]]\s*")


@dataclass(frozen=True, slots=True)
class Identifier:
    """What a work is looked up by: its kind, and its value in canonical form."""

    kind: Kind
    value: str

    @property
    def address(self) -> str:
        """The web address that resolves it."""
        return identifiers.doi_address(self.value) if self.kind == "doi" else _RESOLVERS[self.kind] + self.value


@dataclass(frozen=True, slots=True)
class Notice:
    """That a work was retracted, corrected, ...; or that it is itself such a notice about another.

    Attributes:
        kind: "retraction", "partial-retraction", "correction", "concern", "addendum", or "update" for any other.
        about: "this" when the work is what was retracted or corrected; "other" when it is the notice.
        source: Who says so: "publisher", "retraction-watch", "openalex", "pubmed", "arxiv", "title".
        other: The notice (about this) or the work that it is about; None when it is not named.
        date: ISO 8601, as far as it is known.
        label: What the source calls it.
    """

    kind: str
    about: Literal["this", "other"]
    source: str
    other: Identifier | None = None
    date: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """Another version: this work "is-preprint-of", "has-preprint", "is-version-of", "has-version", "is-same-as" it."""

    kind: str
    other: Identifier


@dataclass(frozen=True, slots=True)
class Found:
    """A work as a service knows it.

    Attributes:
        asked: What was looked up.
        work: The work, its raw answer in `raw`; its status and notice follow from the notices.
        notices: In the order of the answer, none twice.
        relations: Other versions of the work.
        remarks: What was read, but not as it stood there, and what a reader should know.
        source: The service: "crossref", "datacite", "arxiv", "openalex", "pubmed".
        address: What was asked.
        when: When it was answered, in UTC as ISO 8601.
        cached: Whether the answer was kept from an earlier look-up.
    """

    asked: Identifier
    work: WorkIn
    notices: tuple[Notice, ...]
    relations: tuple[Relation, ...]
    remarks: tuple[str, ...]
    source: str
    address: str
    when: str
    cached: bool

    def document(self) -> dict[str, Any]:
        """Return the document of the command line and HTTP; the raw answer is left out, `work.csl` is in it."""
        return {
            "identifier": asdict(self.asked),
            "source": self.source,
            "address": self.address,
            "asked_at": self.when,
            "cached": self.cached,
            "work": self.work.model_dump(exclude={"raw"}),
            "notices": [asdict(notice) for notice in self.notices],
            "relations": [asdict(relation) for relation in self.relations],
            "remarks": list(self.remarks),
        }


@dataclass(slots=True)
class Reading:
    """What the room of a service makes of an answer: a CSL item, not yet checked, and all that stands beside it."""

    item: dict[str, Any]
    notices: list[Notice] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    # A shorter raw text, for an answer that is longer than is kept of one work.
    shorter: Callable[[], str] | None = None


class Fetch(Protocol):
    """Asks a service: `kg.citations.fetch.Fetcher`, or recorded answers in a test."""

    def __call__(self, url: str, *, media: str, sound: Callable[[bytes], object]) -> Fetched: ...


def identifier(kind: Kind, text: str) -> Identifier | None:
    """Return an identifier that a service names; None when it is none.

    Example:
        >>> identifier("doi", "https://doi.org/10.1234/ABC"), identifier("pmid", "x")
        (Identifier(kind='doi', value='10.1234/abc'), None)
    """
    parse: Mapping[str, Callable[[str], str]] = {
        "doi": identifiers.parse_doi,
        "arxiv": identifiers.parse_arxiv,
        "pmid": identifiers.parse_pmid,
    }
    try:
        return Identifier(kind, parse[kind](text))
    except BadIdentifier:
        return None


def finish(asked: Identifier, reading: Reading, answer: Fetched, *, source: str, raw_format: str) -> Found:
    """Make a work of what was read, by the same desk that every file passes.

    Raises:
        Upstream: the item is not one of a work: no title, or members of a wrong type.
    """
    raw, remarks = storable(answer.body.decode("utf-8-sig", "replace")), list(reading.remarks)
    if len(raw) > MAX_ENTRY_CHARS and reading.shorter is not None:
        raw = reading.shorter()
        remarks.append("the raw answer is kept without its list of references, since it is very long")
    desk = Desk(source, raw_format)
    item, marked = _item(reading, remarks)
    desk.take(Entry(item, None, raw))
    parsed = desk.parsed()
    if parsed.failures:
        raise Upstream(f"{source} answered, but with no usable entry: {parsed.failures[0].reason}", hint=LATER)
    work = parsed.works[0].work
    remarks += [remark.message for remark in parsed.warnings]
    notices = _notices(work, reading.notices, marked=marked)
    relations = tuple(dict.fromkeys(other for other in reading.relations if other.other not in _own(work)))
    status, notice = _state(notices, asked)
    if status != CURRENT:
        csl = dict(sorted({**work.csl, "status": status}.items()))
        work = work.model_copy(update={"status": status, "notice": notice, "csl": csl})
    remarks += _said(notices)
    return Found(asked, work, notices, relations, tuple(remarks), source, answer.url, answer.when, answer.cached)


def _item(reading: Reading, remarks: list[str]) -> tuple[dict[str, Any], bool]:
    """Return the item without what is empty or too long, and whether its title says that it was retracted."""
    item = {key: value for key, value in reading.item.items() if value not in (None, "", [], {})}
    custom = dict(item.get("custom", {}))
    if len(item.get("author", ())) > MAX_NAMES:
        remarks.append(f"{len(item['author'])} authors, of whom the first {MAX_NAMES} are kept")
        item["author"], custom["author-others"] = item["author"][:MAX_NAMES], True
    marked = None if _is_notice(reading) else _TITLE_SAYS.match(item.get("title", ""))
    if marked is not None and item["title"][marked.end() :]:
        # The status says it from here on; the title is that under which the work is known.
        custom["title-as-given"] = item["title"]
        item["title"] = item["title"][marked.end() :]
    return item | {"custom": custom}, marked is not None


def _is_notice(reading: Reading) -> bool:
    """Some publishers call the notice of a retraction as they call the work: Retracted, and its title."""
    own = identifier("doi", reading.item.get("DOI", ""))
    return any(notice.about == "other" and notice.other != own for notice in reading.notices)


def _own(work: WorkIn) -> set[Identifier]:
    named: Iterable[tuple[Kind, str | None]] = (
        ("doi", work.doi), ("arxiv", work.arxiv), ("pmid", work.csl.get("PMID"))
    )  # fmt: skip
    return {Identifier(kind, value) for kind, value in named if value}


def _notices(work: WorkIn, given: Iterable[Notice], *, marked: bool) -> tuple[Notice, ...]:
    """Leave out doubles; a title that begins with RETRACTED is a notice when nothing else says so."""
    own = _own(work)
    found = [
        Notice(notice.kind, "this", notice.source, None, notice.date, notice.label)
        if notice.about == "other" and notice.other in own
        else notice
        for notice in given
    ]
    retracted = any(notice.about == "this" and notice.kind == "retraction" for notice in found)
    if marked and not retracted:
        found.append(Notice("retraction", "this", "title"))
    return tuple(dict.fromkeys(found))


def _state(notices: Iterable[Notice], asked: Identifier) -> tuple[str, str]:
    """Return the status that the notices give, and the address of the weightiest notice."""
    own = [(notice, _STATUS[notice.kind]) for notice in notices if notice.about == "this" and notice.kind in _STATUS]
    for status in (RETRACTED, CORRECTED):
        named = [notice.other for notice, gives in own if gives == status]
        if named:
            best = next((other for other in named if other is not None), asked)
            return status, best.address
    return CURRENT, ""


def _said(notices: Iterable[Notice]) -> list[str]:
    said = []
    for notice in notices:
        named = "" if notice.other is None else f" {notice.other.value}"
        if notice.about == "other":
            said.append(
                f"this is itself a notice ({notice.kind}) about{named or ' another work'}; cite that work instead"
            )
        elif notice.kind == "concern":
            said.append(f"{notice.source} tells of an expression of concern{named}; the status stays as it is")
        elif notice.source == "title":
            said.append("the title says that the work was retracted, but no notice is named; please check")
    return said
