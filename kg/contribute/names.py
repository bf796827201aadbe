"""What people call a record: its id, its label or an alias, its DOI or title; to the record itself.

Lives here: looking up by name, each miss with near ids. May enter: a snapshot, texts of any door. Never here: writing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress

from kg import identifiers, ids
from kg.door import shown
from kg.errors import BadIdentifier, InputError, NotFound, Words
from kg.ids import RecordKind
from kg.inputs import clean
from kg.model import OUR_STATUSES, REVOKED, Claim, Entity, Record, Work
from kg.snapshot import Snapshot

SHOWN = 5
_NEEDED = {
    "work": "an item of evidence needs the work it comes from: give its key, DOI or title (kg add evidence: --work)",
    "claim": "give the id of the claim",
}
_WORK_IDS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("doi", identifiers.parse_doi),
    ("arxiv", identifiers.parse_arxiv),
)


def entity_of(snapshot: Snapshot, name: object, *, where: str) -> Entity:
    """Return the entity of an id; or of a label or alias when only one entity is called so (see `Snapshot.named`).

    Raises:
        NotFound: nothing is called so; `near` names ids.
        InputError: several are called so, or it is no text.
    """
    text = _text(name, where)
    try:
        return snapshot.entity(snapshot.named(text), where=where)
    except NotFound as missing:
        raise NotFound(
            missing.message, where=where, near=missing.near, hint="give its id, or propose it: kg add entity"
        ) from missing


def work_of(snapshot: Snapshot, name: object, *, where: str = "work") -> Work:
    """Return the work of a citation key, DOI, arXiv id or exact title (case ignored); of merged ones, what they are in.

    Raises:
        NotFound: there is none; `near` names keys.
        InputError: several works are called so, or it is no text.
    """
    text = _text(name, where)
    if text in snapshot.works:
        return snapshot.standing(text)
    known = identified(snapshot, text, where=where)
    if known is not None:
        return known
    folded = text.casefold()
    titled = _one([work for work in snapshot.works.values() if work.title.casefold() == folded], snapshot, text, where)
    if titled is not None:
        return titled
    try:
        return snapshot.work(text, where=where)
    except NotFound as missing:
        raise NotFound(
            missing.message, where=where, near=missing.near, hint="add the work first: kg add work DOI|FILE"
        ) from missing


def identified(snapshot: Snapshot, text: str, *, where: str) -> Work | None:
    """Return the work of a DOI or arXiv id; of merged ones, what they are in; None where there is none.

    Raises:
        InputError: several works have it.

    Cost: linear in the works where the text is such an identifier, else none.
    """
    given: set[tuple[str, str]] = set()
    for field, read in _WORK_IDS:
        with suppress(BadIdentifier):
            given.add((field, read(text)))
    posted = {id for field, id in given if field == "arxiv"}
    posted |= {id for field, doi in given if field == "doi" and (id := identifiers.arxiv_of_doi(doi)) is not None}
    found = [work for work in snapshot.works.values() if ("doi", work.doi) in given] if given else []
    found += [work for id in posted for work in posted_as(id, snapshot.works.values()) if work not in found]
    return _one(found, snapshot, text, where)


def key_of(snapshot: Snapshot, name: str, *, where: str, standing: bool = False) -> str:
    """Return the key of the work that is named by key, DOI or arXiv id; what is unknown stays as it is.

    With `standing`, of a work that was merged into another the key of that one, which has its evidence.

    Raises:
        InputError: several works have that identifier.
    """
    if not isinstance(name, str) or (name in snapshot.works and not standing):
        return name
    known = snapshot.standing(name) if name in snapshot.works else identified(snapshot, name, where=where)
    return name if known is None else known.id


def posted_as(arxiv: str, works: Iterable[Work]) -> list[Work]:
    """Return the works of an arXiv id: whose entry holds it, in whatever form, or only the DOI that arXiv gave it.

    Example:
        >>> doi = "10.48550/arxiv.2312.14751"
        >>> held = [Work("a", "article", "T", arxiv="2312.14751V2"), Work("b", "article", "T", doi=doi)]
        >>> [work.id for work in posted_as("2312.14751", held)]
        ['a', 'b']
    """
    number, doi = arxiv.rpartition("/")[2], identifiers.arxiv_doi(arxiv)
    held = (work for work in works if (number in work.arxiv if work.arxiv is not None else work.doi is not None))
    return [
        work
        for work in held
        if (work.doi == doi if work.arxiv is None else identifiers.arxiv_as_held(work.arxiv) == arxiv)
    ]


def bearer(snapshot: Snapshot, field: str, identifier: str, *, beside: str | None = None) -> Work | None:
    """Return a work that stands and has an identifier, or into which one that has it was merged; None if there is none.

    Args:
        snapshot: What is there.
        field: "doi" or "arxiv".
        identifier: As the door returns it.
        beside: Key of a work that is not meant.
    """
    works = snapshot.works.values()
    held = posted_as(identifier, works) if field == "arxiv" else [one for one in works if one.doi == identifier]
    standing = (snapshot.standing(one.id) for one in held)
    return next((one for one in standing if one.status not in OUR_STATUSES and one.id != beside), None)


def _one(found: Sequence[Work], snapshot: Snapshot, text: str, where: str) -> Work | None:
    """Return the one work that some were merged into, or that stands alone; None of none.

    One that was taken back is meant only where no other is called so. Of versions of one source, which have a number in
    common, that is meant after which their group is called.
    """
    standing = {work.id: work for work in (snapshot.standing(one.id) for one in found)}
    standing = {id: work for id, work in standing.items() if work.status != REVOKED} or standing
    groups = {work.independence_group or id for id, work in standing.items()}
    if len(groups) == 1 and groups <= standing.keys():
        return standing[groups.pop()]
    if len(standing) > 1:
        raise InputError(
            f"{text[:80]!r} is what {len(standing)} works are called",
            where=where,
            near=list(standing)[:SHOWN],
            hint="give the citation key",
        )
    return next(iter(standing.values()), None)


def claim_of(snapshot: Snapshot, name: object, *, where: str = "claim") -> Claim:
    """Return the claim of an id.

    Raises:
        NotFound: there is none; `near` names those of the same ends first.
    """
    return snapshot.claim(_text(name, where), where=where)


def record_of(snapshot: Snapshot, name: object) -> tuple[RecordKind, Record]:
    """Return whatever record has this id, with its kind: an evidence item also by its alias, a work by DOI or arXiv id.

    Raises:
        NotFound: names near ids of all kinds.
    """
    text = _text(name, "id")
    kinds: tuple[tuple[RecordKind, Callable[[str], Record]], ...] = (
        ("claim", snapshot.claim),
        ("evidence", snapshot.item),
        ("entity", snapshot.entity),
        ("work", snapshot.work),
    )
    held: tuple[tuple[RecordKind, Mapping[str, Record]], ...] = (
        ("claim", snapshot.claims),
        ("evidence", snapshot.evidence),
        ("entity", snapshot.entities),
        ("work", snapshot.works),
    )
    for kind, some in held:
        if text in some:
            return kind, some[text]
    if (work := identified(snapshot, text, where="id")) is not None:
        return "work", work
    near: list[str] = []
    for kind, get in kinds:
        try:
            return kind, get(text)
        except NotFound as missing:
            near += missing.near[:2]
    raise NotFound(
        Words(
            f"no entity, claim, work or evidence item is called {text[:200]!r}",
            f"没有名为“{text[:200]}”的实体、论断、文献或证据",
        ),
        where="id",
        near=near[:4],
        hint="`kg review list` shows what waits; `kg search` finds the others",
    )


def kind_of(text: str) -> RecordKind:
    """Return a kind of record by its name.

    Raises:
        InputError: there is no such kind.

    Example:
        >>> kind_of("claim")
        'claim'
    """
    for kind in ids.RECORD_KINDS:
        if kind == text:
            return kind
    raise InputError(f"{text[:40]!r} is no kind of record", where="kind", hint=f"use {', '.join(ids.RECORD_KINDS)}")


def _text(name: object, where: str) -> str:
    if name is None:
        raise InputError(f"no {where} is given (None)", where=where, hint=_NEEDED.get(where, "give an id or a name"))
    if not isinstance(name, str) or not name.strip():
        raise InputError(f"{shown(name)} names nothing", where=where, hint="give an id or a name")
    try:
        return clean(name)
    except ValueError as fault:
        said = fault.said if isinstance(fault, InputError) else None
        raise InputError(said or str(fault), where=where, hint="take it out") from fault
