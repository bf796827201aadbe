"""The reader of packs: a folder becomes records, and every fault a failure with file, line, reason and remedy.

Lives here: `read`, `changes`. May enter: a folder. Never here: the record, what to do with the failures (that is
`kg.importers.pack_load`).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from kg import vocabulary as words
from kg.citations.parsed import Failure
from kg.errors import InputError, NotFound, ParseFailure
from kg.holding import Holding
from kg.ids import RecordKind
from kg.importers.pack_claims import Put
from kg.importers.pack_head import read_head
from kg.importers.pack_links import Known
from kg.importers.pack_records import CoverageIn, Reading
from kg.importers.sources import Source, with_raw
from kg.model import Change, Record, from_payload
from kg.packs import HEAD, CoverageRow, Pack, PackContents
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary


def read(path: Path, vocabulary: Vocabulary | None = None, *, known: Snapshot | None = None) -> PackContents:
    """Read a pack and check every record of it against its door, the ontology and the other records.

    Args:
        path: The folder, or its `pack.toml`.
        vocabulary: The words to check against; None for the packaged ontology with the pack's own Turtle files.
        known: What the graph holds already, when the pack builds on it; None for a pack that stands alone.

    Returns:
        The good records and all failures, sorted by file and line. Nothing is raised for any content of the files.

    Laws: a faulty record never costs its neighbours, only those that lean on it; reading twice gives the same.

    Cost: linear in the size of the files; some 150 ms for a thousand records.

    Example:
        >>> from kg.packaged import packaged
        >>> contents = read(packaged("seeds", "hazards"))
        >>> len(contents.entities), len(contents.claims), len(contents.evidence), contents.failures
        (173, 213, 349, ())
    """
    found: dict[RecordKind, list[Any]] = {"claim": [], "evidence": []}

    def put(kind: RecordKind, _: str, payload: str) -> None:
        found[kind].append(from_payload(kind, orjson.loads(payload)))

    contents = stream(path, vocabulary, put, known=known)
    claims, evidence = (tuple(sorted(some, key=_id)) for some in found.values())
    return replace(contents, claims=claims, evidence=evidence)


def stream(path: Path, vocabulary: Vocabulary | None, put: Put, *, known: Holding | None = None) -> PackContents:
    """Read a pack as `read` does, but hand on claims and evidence as they come.

    Args:
        path: The folder, or its `pack.toml`.
        vocabulary: As for `read`.
        put: Takes kind, id and canonical payload of each good claim and item of evidence.
        known: As for `read`.

    Returns:
        What `read` does, without claims and evidence.

    Cost: some 20 microseconds a claim with three items in the form that exports write; ids, lines, entities and works
    are held.
    """
    folder = path.parent if path.name == HEAD else path
    pack, head, failures = read_head(folder)
    if vocabulary is None:
        vocabulary, faults = _own_vocabulary(folder, pack, head)
        failures += faults
    reading = Reading(folder, pack, vocabulary, Known(known or Snapshot.of(0, None, [])))
    entities = reading.entities()
    works = reading.works()
    reading.claims(put)
    coverage = reading.coverage(head)
    failures += with_raw(reading.failures, reading.files)
    return PackContents(
        pack,
        entities=tuple(sorted(entities, key=_id)),
        works=tuple(sorted(works, key=_id)),
        coverage=coverage,
        remarks=tuple(reading.remarks),
        failures=tuple(sorted(failures, key=lambda failure: (failure.source, failure.line or 0, failure.reason))),
    )


def vocabulary_files(path: Path) -> tuple[Path, ...]:
    """Return the Turtle files that a pack brings along, for `kg.vocabulary.load`; empty when its head is faulty."""
    folder = path.parent if path.name == HEAD else path
    pack, _, _ = read_head(folder)
    return () if pack is None else tuple(folder / name for name in pack.vocabulary)


def read_coverage(path: Path, vocabulary: Vocabulary) -> tuple[CoverageRow, ...]:
    """Return the coverage table of a pack, its rows checked by themselves only; empty when it has none.

    Raises:
        NotFound: there is no pack.
        ParseFailure: the head or a row cannot be read; tells the first that cannot.
    """
    folder = path.parent if path.name == HEAD else path
    if not (folder / HEAD).is_file():
        raise NotFound(f"there is no pack {str(path)!r}", where="path", hint=f"give a folder that has a {HEAD}")
    pack, _, faults = read_head(folder)
    reading = Reading(folder, pack, vocabulary, Known(Snapshot.of(0, None, [])))
    rows = tuple(placed.record for placed in reading.rows("coverage", CoverageIn))
    for fault in (*faults, *reading.failures):
        raise ParseFailure(fault.reason, source=fault.source, line=fault.line, raw=fault.raw, hint=fault.remedy)
    return rows


def seed_of(path: Path) -> str | None:
    """Return the key of the work that a pack set out from; None when it names none, or its head is faulty."""
    pack, _, _ = read_head(path)
    return None if pack is None else pack.seed


def changes(contents: PackContents) -> list[Change]:
    """Return all good records of a pack as changes, sorted by kind and id."""
    records: list[Change] = [Change("claim", record) for record in contents.claims]
    records += [Change("entity", record) for record in contents.entities]
    records += [Change("evidence", record) for record in contents.evidence]
    records += [Change("work", record) for record in contents.works]
    return records


def _own_vocabulary(folder: Path, pack: Pack | None, head: Source | None) -> tuple[Vocabulary, list[Failure]]:
    if pack is None or head is None or not pack.vocabulary:
        return words.load(), []
    try:
        return words.load([folder / name for name in pack.vocabulary]), []
    except InputError as fault:
        line = next((number for number, text in enumerate(head.lines, 1) if text.startswith("vocabulary")), 1)
        return words.load(), [head.failure(line, f"vocabulary: {fault}", fault.hint or "correct the Turtle file")]


def _id(record: Record) -> str:
    return record.id
