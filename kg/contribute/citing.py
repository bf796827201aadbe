"""From a citation to a work of the catalogue: fields, one entry of any format, or a CSL-JSON item.

Lives here: `read`, `work`. May enter: values of any door, a snapshot. Never here: files, sockets, many entries at once
(importers).
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from kg import conflicts
from kg.citations import formats, names
from kg.citations.csl import item_of
from kg.citations.entry import Desk, Entry, make_key
from kg.citations.item import canonical_item
from kg.citations.parsed import Parsed, ParsedWork
from kg.contribute.names import bearer
from kg.contribute.plan import Document, Plan
from kg.errors import Conflict, InputError, ParseFailure
from kg.identifiers import arxiv_of_doi
from kg.importers import citations_plan
from kg.inputs import WorkIn, parse
from kg.model import CURRENT, OUR_STATUSES, YEARS, Change, Work, canonical
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary

LONGEST = 1_000_000
WAYS = ("citation", "item")
FIELDS = "fields"
_GIVEN_AS = {
    "type": "type", "title": "title", "author": "authors", "issued": "year", "DOI": "doi", "URL": "url",
    "archive_location": "arxiv",
}  # fmt: skip
"""Variables of CSL-JSON that are fields of a work, which have the last word."""
# A name with one of these is surely that of a group.
_OF_GROUPS = frozenset({"&", "and", "for", "of", "on", "the"})
_LACKING = {
    (True, False): {"en": "author", "zh": "作者"},
    (False, True): {"en": "year", "zh": "年份"},
    (True, True): {"en": "author and no year", "zh": "作者和年份"},
}
W = TypeVar("W", Work, WorkIn)
BESIDE = frozenset({*WAYS, "format", "distinct", "id"})
_SAID = {
    "alike": {
        "en": "{} looks like this work ({}): nothing was added. Say that it is another work, and it is (--distinct).",
        "zh": "{} 看来就是这篇文献（{}），因此没有新增。若确为另一篇，请注明（--distinct）。",
    },
    "version": {
        "en": "A version of {} ({}): both count as one source.",
        "zh": "这是 {} 的另一版本（{}）：两者算作同一来源。",
    },
    "group": {
        "en": "No comma in {}: taken as the name of a group; a person is '{}'.",
        "zh": "{} 中没有逗号，按团体名称处理；若为个人，请写作“{}”。",
    },
    "bare": {"en": "There is no {}.", "zh": "未给出{}。"},
    "bare key": {
        "en": "There is no {}, so the key is {}; it stays when that is added later.",
        "zh": "未给出{}，因此引用键为 {}；以后补充时，该键不变。",
    },
    "publisher": {
        "en": "The record has {0} as {1}, its publisher as {2}: `kg retract {0} --status {2} --notice {3}` says so.",
        "zh": "记录中 {0} 的状态为 {1}，出版方则为 {2}：可用 `kg retract {0} --status {2} --notice {3}` 更正。",
    },
}


def read(values: Mapping[str, Any]) -> Parsed:
    """Return what somebody says of one work, as an importer reads it.

    Args:
        values: The fields of `kg.inputs.WorkIn` (the id may be left out), or `citation`, the text of one entry, with
            its `format` or without, or `item`, a CSL-JSON item; these with an `id` or without.

    Raises:
        ParseFailure: the entry cannot be read; keeps line and text.
        InputError: a field is wrong, or the text holds several entries.
    """
    given = {name: value for name, value in values.items() if value is not None}
    ways = [name for name in WAYS if name in given]
    if not ways:
        return Parsed((ParsedWork(FIELDS, None, _fields(given)),))
    others = sorted(given.keys() - BESIDE)
    if others or len(ways) > 1:
        raise InputError(
            f"a citation says it all; given beside it: {', '.join([*others, *ways[1:]])}",
            where="work",
            hint="give the citation, or the fields",
        )
    found = _entry(given["citation"], given.get("format")) if ways == ["citation"] else _item(given["item"])
    if found.failures:
        first = found.failures[0]
        raise ParseFailure(first.reason, source=first.source, line=first.line, raw=first.raw, hint=first.remedy)
    if len(found.works) != 1:
        raise InputError(
            f"the text holds {len(found.works) or 'no'} citations, expected one",
            where="citation",
            hint="`kg import` takes whole bibliographies",
        )
    (one,) = found.works
    if given.get("id") is not None:
        named = parse(WorkIn, {**one.work.model_dump(), "id": given["id"]}, by_field=True)
        return Parsed((ParsedWork(one.source, one.line, named),), (), found.warnings)
    return found


def work(
    found: Parsed, snapshot: Snapshot, vocabulary: Vocabulary, *, distinct: bool = False, lang: str = "en"
) -> Plan:
    """Return what recording a work comes to: the known work when it is there, in whatever version it was read.

    Args:
        found: One work, as `read` returns it.
        snapshot: What is there.
        vocabulary: The words.
        distinct: Only a shared identifier or the same entry makes it a known work; one that looks alike is another.
        lang: Language of remarks.

    Raises:
        InputError: it is said to be retracted or corrected without a publisher's notice; `csl` contradicts a field.
        Conflict: it is given by its fields, and another work has its arXiv id.
    """
    made = citations_plan.plan(found, snapshot.works.values(), exact=distinct)
    notes = [str(remark) for remark in found.warnings]
    notes += [remark["message"] for remark in made.remarks]
    if not made.added:
        (same,) = made.duplicates
        record, why = snapshot.works[same.other], same.why.get(lang)
        likes = ({"id": record.id, "status": record.status, "like": "duplicate", "why": why},)
        if same.score < 1:
            notes.append(_SAID["alike"][lang].format(record.id, why))
        told = published(found.works[0].work, record, vocabulary)
        if told is not None:
            notes.append(_SAID["publisher"][lang].format(record.id, *told["status"], shlex.quote(told["notice"])))
        return Plan("work", record, (), likes, notes=tuple(notes), publisher=told)
    said = found.works[0].work
    status = vocabulary.work_status(said.status).id
    if status in OUR_STATUSES:
        raise InputError(f"no publisher makes a work {status}", where="status", hint="leave the status out")
    if status != CURRENT and said.notice is None:
        raise InputError(
            f"no notice says that the work is {status}",
            where="notice",
            hint="give the address of the publisher's notice",
        )
    record = replace(made.works[made.added[0]], status=status)
    if found.works[0].source == FIELDS:
        _refuse_taken(record, snapshot)
        refuse_contrary(said.csl, record)
    versions = tuple(
        {"id": one.other, "status": snapshot.works[one.other].status, "like": "version", "why": one.why.get(lang)}
        for one in made.versions
    )
    notes += [_SAID["version"][lang].format(one["id"], one["why"]) for one in versions]
    notes += _thin(said, record.id, lang)
    return Plan("work", record, (Change("work", record),), versions, notes=tuple(notes))


def published(said: WorkIn, record: Work, vocabulary: Vocabulary) -> Document | None:
    """Return what a publisher says of a work where the record says otherwise: `{"status": [ours, theirs], "notice"}`.

    None where they agree, where no notice is named, and where the record's word is the graver one.
    """
    ours, theirs = vocabulary.gravity(record.status), vocabulary.gravity(said.status)
    if said.notice is None or ours < 0 or theirs <= ours:
        return None
    return {"status": [record.status, said.status], "notice": said.notice}


def refuse_contrary(csl: Mapping[str, Any], record: Work) -> None:
    """Refuse variables of CSL-JSON that would be passed over, since a field of the work says otherwise.

    Args:
        csl: The variables as they were given; None for one that is taken away.
        record: The work as it would stand.

    Raises:
        InputError: names the variable, and the field in which it is given.
    """
    stands = item_of(record)
    given = read_csl({name: value for name, value in csl.items() if name in _GIVEN_AS and value is not None})
    for name in csl:
        if name in _GIVEN_AS and given.get(name) != stands.get(name):
            field = _GIVEN_AS[name]
            raise InputError(f"{name} of a work is given as `{field}`", where="csl", hint=f"give it there: {field}")


def _refuse_taken(record: Work, snapshot: Snapshot) -> None:
    """Refuse a work with the arXiv id of another; one with the DOI of another is that one."""
    other = None if record.arxiv is None else bearer(snapshot, "arxiv", record.arxiv)
    if record.arxiv is not None and other is not None:
        said = conflicts.of_known(record.arxiv, "arxiv", other.id)
        raise Conflict(said, where="arxiv", hint=f"use {other.id}, or give the whole citation of its other version")


def _thin(said: WorkIn, key: str, lang: str) -> list[str]:
    """Return what to bear in mind of a new work: a person who is taken for a group, no author, no year."""
    told = []
    plainly = () if said.raw is not None or said.csl.get("author") else said.authors
    for author in plainly:
        meant = names.display(names.person(author))
        if "literal" in names.undisplay(author) and meant != author and _OF_GROUPS.isdisjoint(author.lower().split()):
            told.append(_SAID["group"][lang].format(author, meant))
    lacking = _LACKING.get((not said.authors, said.year is None))
    if lacking is not None:
        from_them = said.id == key == make_key({"title": said.title, "authors": said.authors, "year": said.year})
        told.append(_SAID["bare key" if from_them else "bare"][lang].format(lacking[lang], key))
    return told


def _fields(given: Document) -> WorkIn:
    fields = {name: value for name, value in given.items() if name != "distinct"}
    named = next((fields[name] for name in ("doi", "arxiv") if isinstance(fields.get(name), str)), None)
    if named is not None and "title" not in fields:
        raise InputError(
            "a work that is given by its fields needs a title; given nothing",
            where="title",
            hint=f"to look it up give the identifier alone: `kg add work {shlex.quote(named.strip()[:200])}`",
        )
    if fields.get("id") is None:
        title = fields.get("title")
        authors = fields.get("authors")
        listed = isinstance(authors, list) and all(isinstance(one, str) for one in authors)
        year = fields.get("year")
        dated = not isinstance(year, int) or YEARS[0] <= year <= YEARS[1]
        sound: Document = {"title": title if isinstance(title, str) else "", "authors": authors if listed else []}
        fields["id"] = make_key({**sound, "year": year if dated else None})
    if fields.get("csl"):
        fields["csl"] = read_csl(fields["csl"])
    try:
        return posted(parse(WorkIn, {"type": "document", **fields}, by_field=True))
    except InputError as fault:
        if fault.where != "title" or "title" in fields:
            raise
        meant = "give --title, or in its place an identifier or a file: `kg add work DOI|ARXIV|FILE`"
        also = "" if fault.hint is None else f"; {fault.hint}"
        raise InputError("the title is missing", where="title", hint=meant + also) from fault.__cause__


def posted(work: W) -> W:
    """Return a work that has the arXiv id of its DOI, where arXiv gave it that and nothing else is said.

    Example:
        >>> posted(WorkIn(id="a", type="article", title="One", doi="10.48550/arXiv.2312.14751")).arxiv
        '2312.14751'
    """
    found = None if work.doi is None or work.arxiv is not None else arxiv_of_doi(work.doi)
    if found is None:
        return work
    if isinstance(work, Work):
        return replace(work, arxiv=found)
    return work.model_copy(update={"arxiv": found})


def read_csl(given: object) -> Document:
    """Return a CSL-JSON item in the form that we keep.

    Raises:
        InputError: a variable has a wrong type, or is what cannot stay, such as a date that there never was; names it.
    """
    if not isinstance(given, Mapping):
        raise InputError("csl is no CSL-JSON object", where="csl", hint='give {"volume": "7", ...}')
    try:
        item, remarks = canonical_item(given)
    except InputError as fault:
        raise InputError(fault.message, where="csl", hint=fault.hint) from fault
    if remarks:
        raise InputError(remarks[0].partition("; ")[0], where="csl", hint="correct it, or leave it out")
    return item


def _entry(text: object, format: str | None) -> Parsed:
    if not isinstance(text, str) or not text.strip():
        raise InputError("the citation is no text", where="citation", hint="give one entry of BibTeX, RIS or CSL-JSON")
    if len(text) > LONGEST:
        raise InputError(
            f"{len(text)} characters, at most {LONGEST} are read as one citation",
            where="citation",
            hint="`kg import` takes whole bibliographies",
        )
    return formats.read(text.encode("utf-8", "surrogatepass"), source="citation", format=format)


def _item(item: object) -> Parsed:
    if not isinstance(item, Mapping):
        raise InputError("the item is no CSL-JSON object", where="item", hint='give {"title": ..., "DOI": ...}')
    desk = Desk("item", "csl-json")
    try:
        raw = canonical(dict(item))
    except (TypeError, ValueError) as fault:
        raise InputError(f"the item is not JSON: {fault}", where="item", hint="give plain values") from fault
    desk.take(Entry(dict(item), None, raw))
    return desk.parsed()
