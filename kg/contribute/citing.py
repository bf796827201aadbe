"""From a citation to a work of the catalogue: fields, one entry of any format, or a CSL-JSON item that was looked up.

Lives here: `work`. May enter: values of any door, a snapshot. Never here: sockets, files, many entries at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kg.citations import formats
from kg.citations.duplicates import Index, Match
from kg.citations.entry import Desk, Entry, make_key
from kg.citations.parsed import Parsed
from kg.contribute.plan import Document, Plan
from kg.contribute.states import REVOKED
from kg.errors import Conflict, InputError, ParseFailure
from kg.inputs import WorkIn, parse
from kg.model import CURRENT, Change, Work, canonical
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary

LONGEST = 1_000_000
SOURCE = "citation"
OWN = ("citation", "format", "item", "distinct")


def work(values: Mapping[str, Any], snapshot: Snapshot, vocabulary: Vocabulary, *, lang: str = "en") -> Plan:
    """Read a work.

    Args:
        values: The fields of `kg.inputs.WorkIn` (the id may be left out), or `citation`, the text of one entry, with
            `format` or without, or `item`, a CSL-JSON item. `distinct` says that it is another work than the one it
            resembles.
        snapshot: What is there.
        vocabulary: The words.
        lang: Language of remarks.

    Returns:
        A plan: the known work when an identifier says that it is the same. A preprint and its published form are two
        works of one independence group.

    Raises:
        ParseFailure: the entry cannot be read; keeps line and text.
        InputError: a field is wrong, or the text holds several entries.
        Conflict: the key is taken, or the work resembles one that is there.
    """
    given = {name: value for name, value in values.items() if value is not None}
    distinct = given.pop("distinct", False)
    made, named, remarks = _read(given)
    made = replace(made, status=made.status if made.status != REVOKED else CURRENT)
    vocabulary.work_status(made.status)
    if made.id in snapshot.works and (named or replace(snapshot.works[made.id], status=made.status) == made):
        return _same_key(made, snapshot.works[made.id], remarks)
    matches = Index(snapshot.works.values()).matches(made)
    same = [match for match in matches if match.kind == "duplicate"]
    likes = tuple(_document(match, snapshot) for match in matches)
    if same and same[0].score == 1.0:
        return _again(snapshot.works[same[0].other], likes, remarks)
    if same and not distinct:
        raise Conflict(
            f"this looks like the work {same[0].other}: {same[0].why}",
            where="work",
            near=[match.other for match in same[:3]],
            hint="use that work, or say that it is another one (--distinct)",
        )
    version = next((snapshot.works[match.other] for match in matches if match.kind == "version"), None)
    if version is not None and made.independence_group is None:
        made = replace(made, independence_group=version.independence_group or version.id)
        said = {
            "en": f"A version of {version.id}: both count as one source.",
            "zh": f"这是 {version.id} 的另一版本：两者算作同一来源。",
        }
        remarks = (*remarks, said[lang])
    made = replace(made, id=_free(made.id, snapshot))
    return Plan("work", made, (Change("work", made),), likes, notes=remarks)


def _read(given: Document) -> tuple[Work, bool, tuple[str, ...]]:
    """Return the work, whether its key was chosen by somebody, and remarks."""
    kinds = [name for name in ("citation", "item") if name in given]
    if not kinds:
        named = given.get("id") is not None
        if not named and isinstance(given.get("title"), str):
            authors = given.get("authors")
            known = isinstance(authors, list) and all(isinstance(one, str) for one in authors)
            given["id"] = make_key({**given, "authors": authors if known else []})
        return _work(parse(WorkIn, {"type": "document", **given}, where="work")), named, ()
    others = sorted(given.keys() - {*OWN, "id"})
    if others or len(kinds) > 1:
        raise InputError(
            f"a citation says it all; given beside it: {', '.join([*others, *kinds[1:]])}",
            where="work",
            hint="give the citation, or the fields",
        )
    found = _entry(given[kinds[0]], given.get("format")) if kinds == ["citation"] else _item(given["item"])
    if found.failures:
        first = found.failures[0]
        raise ParseFailure(first.reason, source=first.source, line=first.line, raw=first.raw, hint=first.remedy)
    if len(found.works) != 1:
        raise InputError(
            f"the text holds {len(found.works) or 'no'} citations, expected one",
            where="citation",
            hint="`kg import` takes whole bibliographies",
        )
    made = found.works[0].work
    if given.get("id") is not None:
        made = parse(WorkIn, {**made.model_dump(), "id": given["id"]}, where="work")
    return _work(made), given.get("id") is not None, tuple(str(one) for one in found.warnings)


def _entry(text: object, format: str | None) -> Parsed:
    if not isinstance(text, str) or not text.strip():
        raise InputError("the citation is no text", where="citation", hint="give one entry of BibTeX, RIS or CSL-JSON")
    if len(text) > LONGEST:
        raise InputError(
            f"{len(text)} characters, at most {LONGEST} are read as one citation",
            where="citation",
            hint="`kg import` takes whole bibliographies",
        )
    return formats.read(text.encode("utf-8", "surrogatepass"), source=SOURCE, format=format)


def _item(item: object) -> Parsed:
    if not isinstance(item, Mapping):
        raise InputError("the item is no CSL-JSON object", where="item", hint='give {"title": ..., "DOI": ...}')
    desk = Desk("look-up", "csl-json")
    try:
        raw = canonical(dict(item))
    except (TypeError, ValueError) as fault:
        raise InputError(f"the item is not JSON: {fault}", where="item", hint="give plain values") from fault
    desk.take(Entry(dict(item), None, raw))
    return desk.parsed()


def _work(door: WorkIn) -> Work:
    values = door.model_dump()
    return Work(**{**values, "authors": tuple(values["authors"])})


def _same_key(made: Work, known: Work, remarks: tuple[str, ...]) -> Plan:
    if known.status == REVOKED:
        return _again(known, (), remarks)
    same = {**_payload(made), "status": None} == {**_payload(known), "status": None}
    alike = (made.title, made.year, made.doi or known.doi) == (known.title, known.year, known.doi or made.doi)
    if same or alike:
        return Plan("work", known, (), notes=remarks)
    raise Conflict(
        f"there is a work {known.id} already: {known.title[:120]} ({known.year})",
        where="id",
        hint="use that work, or give yours another key",
    )


def _again(known: Work, likes: tuple[Document, ...], remarks: tuple[str, ...]) -> Plan:
    """Return the known work; one that was taken back comes into the catalogue again."""
    if known.status != REVOKED:
        return Plan("work", known, (), likes, notes=remarks)
    back = replace(known, status=CURRENT)
    return Plan("work", back, (Change("work", back),), likes, notes=remarks)


def _document(match: Match, snapshot: Snapshot) -> Document:
    return {
        "id": match.other,
        "status": snapshot.works[match.other].status,
        "like": match.kind,
        "why": match.why,
        "score": match.score,
    }


def _free(key: str, snapshot: Snapshot) -> str:
    taken = {id.casefold() for id in snapshot.works}
    found, number = key, 2
    while found.casefold() in taken:
        found, number = f"{key[:120]}-{number}", number + 1
    return found


def _payload(work: Work) -> Document:
    return {name: getattr(work, name) for name in work.__slots__}
