"""Rules about references: records that point nowhere, at what was withdrawn, or at words that do not exist.

The database refuses the first kind; records from elsewhere (a snapshot, another ontology) may have it all the same.
May enter: a bench. Never here: severities and messages (rules).
"""

from __future__ import annotations

from collections.abc import Iterator

from kg import called
from kg.holding import of_kind
from kg.ids import RecordKind
from kg.lint.bench import Bench, Found, in_words
from kg.model import CURRENT, OUR_STATUSES, REVOKED, Claim, Entity, Evidence, Record, Text, kind_of, merge_trail

Reference = tuple[str, RecordKind, str]


def dangling(bench: Bench) -> Iterator[Found]:
    """Find records that refer to a record which does not exist."""
    for record in _records(bench):
        for name, kind, id in _references(record):
            if id not in of_kind(bench.whole, kind):
                yield Found(kind_of(record), record.id, {"field": _field(name), "target": id})


def withdrawn(bench: Bench) -> Iterator[Found]:
    """Find records that count and refer to a record which does not."""
    sound: list[Record] = [*bench.entities, *bench.claims, *bench.items]
    for record in sound:
        for name, kind, id in _references(record):
            target = of_kind(bench.whole, kind).get(id)
            if name != "supersedes" and isinstance(target, Entity | Claim | Evidence) and not _stands(bench, target):
                status = in_words(bench.vocabulary.statuses, target.status)
                words: dict[str, str | Text] = {"field": _field(name), "target": id, "status": status}
                yield Found(kind_of(record), record.id, words)


def both_counting(bench: Bench) -> Iterator[Found]:
    """Find items that count beside another of their line: an item and its revision, or two revisions of one item."""

    def counts(item: Evidence) -> bool:
        return bench.vocabulary.status(item.status).counts

    for item in filter(counts, bench.items):
        others = [other.id for other in bench.snapshot.line(item) if counts(other)]
        if others:
            yield Found("evidence", item.id, {"others": ", ".join(others)})


def merged_into_none(bench: Bench) -> Iterator[Found]:
    """Find merged works for which none stands: the last that they lead to was taken back, or they lead in a ring."""
    works = bench.whole.works
    for work in works.values():
        trail, ring = merge_trail(work, works.get)
        last = trail[-1]
        if ring:
            told = " -> ".join(ring)
            yield Found("work", work.id, {"why": Text(f"they are merged in a ring, {told}", f"合并构成环，{told}")})
        elif last != work.id and last in works and works[last].status == REVOKED:
            yield Found("work", work.id, {"why": Text(f"{last} was taken back", f"{last} 已撤回")})


def without_notice(bench: Bench) -> Iterator[Found]:
    """Find works that their publisher is said to have retracted or corrected, with no notice that says so."""
    for work in bench.snapshot.works.values():
        if work.notice is None and work.status not in {CURRENT, *OUR_STATUSES}:
            yield Found("work", work.id, {"status": bench.vocabulary.work_status(work.status).label})


def unknown_words(bench: Bench) -> Iterator[Found]:
    """Find records that use a word which the ontology does not have."""
    for record in [*_records(bench), *bench.whole.works.values()]:
        for name, word in bench.unknown_words(record):
            yield Found(kind_of(record), record.id, {"field": _field(name), "word": word})


def _field(name: str) -> Text:
    """Return a field as the record calls it, and its name in Chinese, with a space after one that has none."""
    said = called.field(name, "zh")
    return Text(name, said if said != name else f"{name} ")


def _records(bench: Bench) -> list[Record]:
    whole = bench.whole
    return [*whole.entities.values(), *whole.claims.values(), *whole.evidence.values()]


def _references(record: Record) -> Iterator[Reference]:
    if isinstance(record, Entity) and record.broader is not None:
        yield "broader", "entity", record.broader
    elif isinstance(record, Claim):
        yield "subject", "entity", record.subject
        yield "object", "entity", record.object
    elif isinstance(record, Evidence):
        yield "claim", "claim", record.claim
        yield "work", "work", record.work
        if record.supersedes is not None:
            yield "supersedes", "evidence", record.supersedes


def _stands(bench: Bench, record: Entity | Claim | Evidence) -> bool:
    return record.status in bench.vocabulary.statuses and bench.stands(record)
