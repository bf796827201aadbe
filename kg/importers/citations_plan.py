"""What an import of citations does to the record: which works are new, which are there, under which keys.

Lives here: `plan`, pure. May enter: works that a reader made, works of the record. Never here: reading, SQL.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace
from string import ascii_lowercase
from typing import Any

from kg.citations.duplicates import Index, Match, titles_differ
from kg.citations.parsed import Parsed, ParsedWork
from kg.citations.traits import traits
from kg.door import shown
from kg.importers.merges import astray
from kg.inputs import WorkIn
from kg.model import CURRENT, REVOKED, Text, Work, canonical

SAME = Text("the same entry", "题录相同")
_FILLED = ("authors", "year", "doi", "arxiv", "url")
_IDENTIFIERS = ("DOI", "PMID", "PMCID", "ISBN", "ISSN", "URL")
_KEY_ROOM = 120
Told = Callable[[int], None]


@dataclass(slots=True)
class Plan:
    """What is to be written and told.

    Args:
        works: The works as they shall stand, by key: new ones, and known ones whose empty fields are filled.
        added: Keys of the new ones, in the order of the source.
        duplicates: The entry, by its key, and the work that it is.
        versions: New works, and those whose independence group they join.
        updated: `{"key", "fields"}`: known works whose empty fields were filled.
        remarks: `{"source", "line", "message"}`.
    """

    works: dict[str, Work] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)
    duplicates: list[Match] = field(default_factory=list)
    versions: list[Match] = field(default_factory=list)
    updated: dict[str, list[str]] = field(default_factory=dict)
    remarks: list[dict[str, Any]] = field(default_factory=list)


def plan(
    parsed: Parsed,
    works: Iterable[Work],
    *,
    update: bool = False,
    exact: bool = False,
    told: Told = lambda _: None,
) -> Plan:
    """Compare what a source holds with the record, entry by entry, and with the entries before it.

    Args:
        parsed: What the source holds.
        works: All works of the record, whatever their status.
        update: Fill fields that a known work lacks from the entry that duplicates it.
        exact: Only a shared identifier or the same entry makes a duplicate; what is alike is added, and told.
        told: Called with the number of entries done.

    Laws: every work of the source is added or a duplicate; keys are unique, whatever their case; planning again after
        writing adds nothing; without `update` no work of the record changes; one that was taken back stays so, and is
        what an entry duplicates only by a shared identifier or as the same entry.

    Cost: for each entry a comparison of its title with those of the years around.
    """
    sorting = _Sorting(works, update=update, exact=exact)
    for done, found in enumerate(parsed.works, 1):
        sorting.take(found)
        if done % 100 == 0 or done == len(parsed.works):
            told(done)
    return sorting.made


class _Sorting:
    """The works that stand, those of the source so far included, and what was planned."""

    def __init__(self, works: Iterable[Work], *, update: bool, exact: bool) -> None:
        self.made = Plan()
        self._update, self._exact = update, exact
        self._standing: dict[str, Work] = {}
        self._keys: set[str] = set()
        self._entries: dict[bytes, str] = {}
        self._index = Index()
        for work in works:
            self._stand(work)

    def take(self, found: ParsedWork) -> None:
        given = found.work
        same = next((self._entries[print_] for print_ in _prints(given) if print_ in self._entries), None)
        # Asked under no name: an entry may well have the key of the very work that it is.
        matches = [] if same is not None else self._index.matches(given.model_copy(update={"id": ""}))
        standing = [match for match in matches if not self._gone(match.other)]
        likely = [match for match in standing if match.kind == "duplicate"]
        proven = [match for match in likely if not self._exact or match.score == 1.0]
        gone = [match for match in matches if self._gone(match.other)]
        # One that was taken back is the same work only where that is proven, and no other work stands for it.
        proven += [match for match in gone if match.kind == "duplicate" and match.score == 1.0]
        if same is not None:
            self._duplicate(found, Match("", same, "duplicate", SAME, 1.0))
        elif proven:
            self._duplicate(found, proven[0])
            self._doubt(found, proven[0])
        else:
            self._add(found, [match for match in standing if match.kind == "version"], likely, gone)

    def _add(self, found: ParsedWork, versions: list[Match], likely: list[Match], gone: list[Match]) -> None:
        key = self._free(found.work.id)
        work = _record(found.work, key)
        why = list(found.rekeyed)
        if key != found.work.id:
            taken = "could be the number of a revision" if found.work.id.isdecimal() else "is that of another work"
            why.append(f"the key {found.work.id} {taken}")
        if why:
            self._remark(found, f"{', and '.join(why)}; this one is called {key}")
        if versions:
            other = self._kept(versions[0].other)
            group = other.independence_group or other.id
            work = replace(work, independence_group=group)
            self.made.versions.append(replace(versions[0], work=key, other=other.id))
            one = f"`{merging(other, work)}` makes one of them if it is one work, entered twice"
            self._remark(found, f"{key} and {other.id} stay two works of one group; {one}")
        for match in likely[:1]:
            merge = f"`{merging(self._kept(match.other), work)}` makes one of them"
            self._remark(found, f"{key} may be {match.other}: {match.why.en}; {merge}")
        for match in gone[:1]:
            self._remark(
                found, f"{key} looks like {match.other}, which was taken back ({match.why.en}); it is added as new"
            )
        self.made.added.append(key)
        self.made.works[key] = work
        self._stand(work)

    def _duplicate(self, found: ParsedWork, match: Match) -> None:
        work = self._kept(match.other)
        self.made.duplicates.append(replace(match, work=found.work.id, other=work.id))
        if work.status == REVOKED:
            mended = "" if match.why == SAME else f"; `kg review revise {work.id} --set FIELD=VALUE` then corrects it"
            self._remark(found, f"{work.id} was taken back, and stays so: {way_back(work.id)}{mended}")
            return
        lost = astray(work, self._standing.get)
        if lost is not None:
            self._remark(found, f"no work stands for {work.id}, {lost.en}: {way_back(work.id)}")
            return
        full, gained = filled(work, found.work)
        if not gained:
            return
        if self._update:
            self.made.works[work.id] = self._standing[work.id] = full
            known = self.made.updated.setdefault(work.id, [])
            known += [name for name in gained if name not in known]
            self._index.add(full)
            return
        brought = {"DOI": full.doi, "arXiv id": full.arxiv} | {name: full.csl.get(name) for name in _IDENTIFIERS[1:]}
        had = {"DOI": work.doi, "arXiv id": work.arxiv} | {name: work.csl.get(name) for name in _IDENTIFIERS[1:]}
        lacking = [f"{name} {value}" for name, value in brought.items() if value and not had[name]]
        if lacking:
            self._remark(found, f"brings what {work.id} lacks: {', '.join(lacking)}; --update fills it in")

    def _doubt(self, found: ParsedWork, match: Match) -> None:
        known = self._standing[match.other]
        if match.shared is not None and titles_differ(found.work.title, known.title):
            mine, other = (shown(title) for title in (found.work.title, known.title))
            self._remark(found, f"the titles differ: is the {match.shared} right? {mine} here, {other} in {known.id}")

    def _stand(self, work: Work) -> None:
        self._standing[work.id] = work
        self._keys.add(work.id.lower())
        self._index.add(work)
        for print_ in _prints(work):
            if print_ not in self._entries or self._gone(self._entries[print_]):
                self._entries[print_] = work.id

    def _gone(self, id: str) -> bool:
        """Say whether a work was taken back, or the one that it was merged into."""
        return self._kept(id).status == REVOKED

    def _kept(self, id: str) -> Work:
        """Return a work, or the one that it was merged into."""
        work = self._standing[id]
        for _ in range(100):
            if work.merged_into is None or work.merged_into not in self._standing:
                break
            work = self._standing[work.merged_into]
        return work

    def _free(self, key: str) -> str:
        """Return a key that no other work has: with a letter, then a number behind it where it is taken.

        A key of digits alone gets a word before it, since as an id it would be taken for the number of a revision.
        """
        if key.isdecimal():
            key = f"work{key}"
        if key.lower() not in self._keys:
            return key
        stem = key[:_KEY_ROOM]
        free = next((stem + letter for letter in ascii_lowercase if (stem + letter).lower() not in self._keys), None)
        number = 2
        while free is None:
            free = f"{stem}-{number}" if f"{stem}-{number}".lower() not in self._keys else None
            number += 1
        return free

    def _remark(self, found: ParsedWork, message: str) -> None:
        self.made.remarks.append({"source": found.source, "line": found.line, "message": message})


def way_back(work: str) -> str:
    """Return what helps with a work that was taken back.

    Example:
        >>> way_back("li2024")
        'a reviewer brings it back by undoing that: `kg history li2024` names the revision, `kg undo` undoes it'
    """
    return f"a reviewer brings it back by undoing that: `kg history {work}` names the revision, `kg undo` undoes it"


def merging(known: Work, new: Work) -> str:
    """Return the command that makes one of two works: the published form stays, and else the one that was there.

    Example:
        >>> preprint = Work(id="a", type="article", title="One")
        >>> merging(preprint, Work(id="b", type="article-journal", title="One", doi="10.1234/x"))
        'kg merge b a'
    """
    keep, other = (new, known) if traits(new).published and not traits(known).published else (known, new)
    return f"kg merge {keep.id} {other.id}"


def filled(work: Work, given: WorkIn | Work) -> tuple[Work, list[str]]:
    """Return a work whose empty fields are filled from another entry of the same work, and which were.

    What the work says already stays, also where the entry says otherwise.

    Example:
        >>> work = Work(id="a", type="book", title="One")
        >>> filled(work, Work(id="b", type="book", title="1", year=2020, csl={"volume": "7", "title": "1"}))[1]
        ['year', 'volume']
    """
    gained = [name for name in _FILLED if not getattr(work, name) and getattr(given, name)]
    values: dict[str, Any] = {name: getattr(given, name) for name in gained}
    if "authors" in values:
        values["authors"] = tuple(values["authors"])
    known = work.csl.keys() | {"id", "custom", "citation-key", "status", "type", "title"}
    csl = {name: value for name, value in given.csl.items() if name not in known and value}
    named = {"authors": "author", "year": "issued", "doi": "DOI", "url": "URL"}
    repeated = {named.get(name, name) for name in gained} | ({"archive", "archive_location"} & csl.keys())
    gained += [name for name in csl if name not in repeated]
    if not gained:
        return work, []
    return replace(work, **values, csl=dict(sorted({**work.csl, **csl}.items()))), gained


def _record(given: WorkIn, key: str) -> Work:
    values = {spec.name: getattr(given, spec.name) for spec in fields(Work) if hasattr(given, spec.name)}
    csl = {**given.csl, "id": key}
    if key != given.id:
        csl.setdefault("citation-key", given.id)
    standing = {"id": key, "status": CURRENT, "merged_into": None}
    return Work(**values | standing | {"authors": tuple(given.authors), "csl": csl})


def _prints(work: WorkIn | Work) -> list[bytes]:
    """Return fingerprints of an entry: of its text as it was given, and of all that it says but its key."""
    csl = {name: value for name, value in work.csl.items() if name not in {"id", "citation-key"}}
    said = canonical([work.type, work.title, list(work.authors), work.year, work.doi, work.arxiv, work.url, csl])
    texts = [said] if work.raw is None else [said, f"{work.raw_format}\n{work.raw}"]
    return [hashlib.sha256(text.encode()).digest()[:16] for text in texts]
