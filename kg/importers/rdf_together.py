"""The parts of an RDF file become a batch: records in their order, then what they lean on.

Lives here: `Together`. May enter: parts of statements, what the record holds. Never here: properties (rdf_records),
writing. Faults of what leans on what are found and said by the checks of packs (`kg.importers.pack_links`, by way of
`leaning`). Where a record stands in the file is looked up, and the checks done again, only when one is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from kg.citations.parsed import Failure, Remark
from kg.holding import Holding, of_kind
from kg.ids import RecordKind
from kg.importers import leaning, merges
from kg.importers.leaning import Wording
from kg.importers.pack_links import Known, Placed, check_entities
from kg.importers.rdf_given import Given
from kg.importers.rdf_records import Key, Reading
from kg.importers.sources import Source
from kg.importers.tables_conflicts import Differing, core
from kg.importers.tables_quick import Taken
from kg.importers.tables_rows import Kept, payload_of, placed
from kg.model import Entity, Record, Work
from kg.rdf.parts import Parts
from kg.record.batch import Batch
from kg.vocabulary import Vocabulary

Fetch = Callable[[RecordKind, Sequence[str]], list[Record]]
Told = Callable[[str, int, int], None]
Lines = Mapping[tuple[str, str], int]
UPDATE = "--update writes the record as it stands in the file, without what is not there"
FURTHER = "an item with an id of its own adds a further one"
WORDING = Wording(
    claim="evidence {id}",
    supersedes="evidence {id}",
    remedy="add the item that it supersedes, or take `ekg:supersedes` out",
)


@dataclass
class Together:
    """One file on its way to a batch.

    Args:
        given: The file.
        vocabulary: The words to check against.
        base: What the record holds.
        fetch: Returns records of the record by id.
        update: Records that it holds in another form are to be written; otherwise they are conflicts.
        told: Told what is done, how many parts of how many.
        stranger: What the file says of merges will not be taken over.
    """

    given: Given
    vocabulary: Vocabulary
    base: Holding
    fetch: Fetch
    update: bool = False
    told: Told = lambda *_: None
    stranger: bool = False
    batch: Batch = field(default_factory=Batch)
    duplicates: list[Key] = field(default_factory=list)
    conflicts: list[Differing] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    merged: list[Placed[Work]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.source = Source(self.given.name, "")
        self.reading = Reading(self.source, self.vocabulary, self._merged_into)
        self._doubted: set[tuple[str, str]] = set()

    def take(self, parts: Parts) -> None:
        """Take all parts; then the batch holds what is new and right."""
        done = 0

        def count(some: Iterable[Any]) -> Iterable[Any]:
            nonlocal done
            for one in some:
                done += 1
                self.told("sorting statements", done, parts.filled)
                yield one

        for blocks in count(parts.of("other")):
            self.reading.others(blocks)
        self.reading.look_round(parts)
        works: list[Any] = []
        entities: list[Any] = []
        for blocks in count(parts.of("work")):
            works += self._new("work", self.reading.whole("work", blocks))
        for blocks in count(parts.of("entity")):
            entities += self._new("entity", self.reading.whole("entity", blocks))
        claims = self._kept("claim", count(parts.of("claim")), self.base.entities, entities, [])
        evidence = self._kept("evidence", count(parts.of("evidence")), self.base.works, works, claims.ids)
        self._settle(entities, works, claims, evidence)

    def _kept(
        self, kind: RecordKind, parts: Iterable[Any], held: Mapping[str, Any], new: Sequence[Record], ids: Sequence[str]
    ) -> Kept:
        """Return the claims or evidence that are new; `ids` are such as they lean on, to be kept once."""
        quick = self.reading.quick(kind, {**held, **{one.id: one for one in new}})
        same = {id: id for id in ids}
        kept = Kept()
        for blocks in parts:
            taken = self.reading.lean(kind, blocks, quick)
            for id, payload, (one, two, three) in self._news(kind, taken):
                third = None if three is None else same.setdefault(three, three)
                kept.add(0, id, payload, (same.setdefault(one, one), same.setdefault(two, two), third))
        return kept

    def _new(self, kind: RecordKind, records: Sequence[Record]) -> list[Record]:
        by_id = {one.id: one for one in records}
        some: list[Taken] = [(one.id, payload_of(one), ("", "", None)) for one in records]
        return [by_id[id] for id, _, _ in self._news(kind, some)]

    def _news(self, kind: RecordKind, some: Sequence[Taken]) -> Sequence[Taken]:
        """Return those that are to be written; the others are told among duplicates or conflicts."""
        there = of_kind(self.base, kind)
        ids = [id for id, _, _ in some if id in there] if there else []
        if not ids:
            return some
        present = {one.id: payload_of(one) for one in self.fetch(kind, ids)}
        return [one for one in some if self._is_news(kind, one[0], one[1], present.get(one[0]))]

    def _is_news(self, kind: RecordKind, id: str, payload: str, held: str | None) -> bool:
        if held is None:
            return True
        if held == payload:
            self.duplicates.append((kind, id))
            return False
        if not self.update or (kind == "evidence" and core(payload) != core(held)):
            self.conflicts.append(Differing.of(kind, id, held, payload, whole="file", update=UPDATE, further=FURTHER))
            return False
        return True

    def _settle(self, entities: list[Entity], works: list[Work], claims: Kept, evidence: Kept) -> None:
        lines: Lines = {}
        known, good, items, faults = self._checked(entities, works, claims, evidence, lines)
        if faults or self.reading.faults:
            wrong = {key for key, _ in self.reading.faults} | known.faulty.keys() | self._doubted
            lines = self.given.first_lines(wrong)
            known, good, items, faults = self._checked(entities, works, claims, evidence, lines)
        self.failures += [replace(fault, line=lines.get(key)) for key, fault in self.reading.faults]
        self.failures += [replace(fault, line=fault.line or None) for fault in faults]
        self._tell_of_merged(known, works, items)
        self.batch.take("claim", good.ids, good.spool, good.places)
        self.batch.take("evidence", items.ids, items.spool, items.places)
        for own in (known.entities, known.works):
            for one in own.values():
                self.batch.add(one)

    def _tell_of_merged(self, known: Known, works: Iterable[Work], items: Kept) -> None:
        """Remark on items of merged works, and keep the works that the file merges for whoever knows their evidence."""
        merged = merges.at_merged({**self.base.works, **({} if self.stranger else known.works)})
        at = [place for place, work in enumerate(items.second if merged else ()) if work in merged]
        newly = merges.newly((self._placed("work", one, {}) for one in works), known)
        wanted = [("evidence", items.ids[place]) for place in at] + [("work", one.record.id) for one in newly]
        lines = self.given.first_lines(wanted) if wanted else {}
        self.remarks += [
            Remark(self.given.name, lines.get(("evidence", id)), merges.not_counting(id, work, merged[work]))
            for id, work in ((items.ids[place], items.second[place]) for place in at)
        ]
        self.merged += [self._placed("work", one.record, lines) for one in newly]

    def _checked(
        self, entities: list[Entity], works: list[Work], claims: Kept, evidence: Kept, lines: Lines
    ) -> tuple[Known, Kept, Kept, list[Failure]]:
        """Return what is right together: claims and evidence, all else in `Known`; and what is not."""
        known = Known(self.base, whole="file")
        for (kind, id), _ in self.reading.faults:
            line = lines.get((kind, id))
            known.faulty[kind, id] = self.given.name if line is None else f"{self.given.name}:{line}"
        placed_works = [self._placed("work", one, lines) for one in works]
        faults = merges.check_works(placed_works, known, name="work {id}: dcterms:isReplacedBy")
        faults += check_entities([self._placed("entity", one, lines) for one in entities], known)
        good, wrong = leaning.joined(claims, known, self.vocabulary, partial(self._doubtful, "claim", lines), evidence)
        of_item = partial(self._doubtful, "evidence", lines)
        items, _, unborne = leaning.borne(evidence, known, of_item, WORDING)
        items, lost = leaning.followed(items, known, of_item, WORDING)
        return known, good, items, [*faults, *wrong, *unborne, *lost]

    def _placed(self, kind: RecordKind, record: Any, lines: Lines) -> Placed[Any]:
        return Placed(record, self.source, lines.get((kind, record.id), 0))

    def _doubtful(self, kind: RecordKind, lines: Lines, kept: Kept, at: int) -> Placed[Any]:
        key = kind, kept.ids[at]
        self._doubted.add(key)
        kept.lines[at] = lines.get(key, 0)
        return placed(kind, kept, at, self.source)

    def _merged_into(self, work: str) -> str | None:
        known = self.base.works.get(work)
        return None if known is None else known.merged_into
