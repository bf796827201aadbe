"""Tables become a batch: rows in their order, then what they lean on, then what the record holds of it already.

Lives here: `Together`. May enter: tables, what the record holds. Never here: cells (tables_rows), writing.
Faults of what leans on what are found and said by the checks of packs (`kg.importers.pack_links`, by way of `leaning`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from kg.citations.parsed import Remark
from kg.citations.table import SHORTER
from kg.holding import of_kind
from kg.ids import RecordKind
from kg.importers import leaning, merges
from kg.importers.base import Base
from kg.importers.leaning import Place, Wording
from kg.importers.pack_links import Known, Placed, check_entities, once, with_items
from kg.importers.sources import Source
from kg.importers.tables import Table, rows_of
from kg.importers.tables_conflicts import Differing, core
from kg.importers.tables_quick import lane
from kg.importers.tables_rows import Doors, Kept, by_column, claim_of, leans_of, payload_of, placed
from kg.model import Evidence, Record, Work
from kg.record.batch import Batch
from kg.sheets import SHEETS
from kg.vocabulary import Vocabulary

AT_ONCE = 5_000
WHOLE = frozenset({"entity", "work"})
"""Kinds that are kept as records: they are few beside claims and evidence."""
Fetch = Callable[[RecordKind, Sequence[str]], list[Record]]
Told = Callable[[str, int, int], None]
WORDING = Wording(
    claim="claim", supersedes="supersedes", remedy="name the item that it supersedes, or leave the cell empty"
)
REMEDY = "put a quotation mark in front of and behind a cell that holds the separator, and double those within"


@dataclass
class Together:
    """One set of tables on its way to a batch.

    Args:
        vocabulary: The words to check against.
        base: What the record holds.
        fetch: Returns records of the record by id.
        update: Records that it holds in another form are to be written; otherwise they are conflicts.
        told: Told what is read, and how many rows were.
    """

    vocabulary: Vocabulary
    base: Base
    fetch: Fetch
    update: bool = False
    told: Told = lambda *_: None
    batch: Batch = field(default_factory=Batch)
    added: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    duplicates: list[tuple[RecordKind, str]] = field(default_factory=list)
    conflicts: list[Differing] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    merged: list[Placed[Work]] = field(default_factory=list)
    rows: int = 0

    def __post_init__(self) -> None:
        self.known = Known(self.base, whole="tables")
        self.doors = Doors(self.vocabulary, self._merged_into)
        self.failures = self.doors.failures

    def take(self, tables: Sequence[Table]) -> None:
        """Take all rows, in the order of the tables; then the batch holds what is new and right."""
        kept: dict[RecordKind, Kept] = {"claim": Kept(), "evidence": Kept()}
        sources = {table.sheet.kind: Source(table.name, "") for table in tables}
        for table in tables:
            kind, source = table.sheet.kind, sources[table.sheet.kind]
            if kind in WHOLE:
                self._settle_whole(kind, self._whole(table, source))
            else:
                kept[kind] = self._once(self._lean(table, source, kept["claim"].ids), kind, source)
        claims = self._news("claim", kept["claim"])
        evidence = self._news("evidence", kept["evidence"])
        if claims.ids:
            claims = self._claims(claims, sources["claim"], evidence)
        if evidence.ids:
            evidence = self._evidence(evidence, sources["evidence"])
        for kind, some in (("claim", claims), ("evidence", evidence)):
            self.batch.take(kind, some.ids, some.spool, some.places)
        for own in (self.known.entities, self.known.works):
            for one in own.values():
                self.batch.add(one)
        for kind in SHEETS:
            ids, there = self.batch.ids(kind), of_kind(self.base, kind)
            self.changed[kind] = sum(id in there for id in ids) if there else 0
            self.added[kind] = len(ids) - self.changed[kind]

    def _whole(self, table: Table, source: Source) -> list[Placed[Any]]:
        """Return the entities or works of a table as records; they are few beside claims and evidence."""
        kind = table.sheet.kind
        found: list[Placed[Any]] = []
        for line, cells in self._rows(table, source):
            record = self.doors.record(kind, cells, source, line)
            if record is None:
                self._remember(kind, cells.get("id", ""), f"{source.name}:{line}")
            else:
                found.append(Placed(record, source, line))
        what = f"the {kind}"
        found, faults = once(found, lambda one: one.record.id, what=what, remedy="keep one of the two")
        self.failures += faults
        return found

    def _settle_whole(self, kind: RecordKind, placed: list[Placed[Any]]) -> None:
        """Keep the entities or works that are new and right."""
        there = of_kind(self.base, kind)
        present = self._present(kind, [one.record.id for one in placed if one.record.id in there])
        news = [one for one in placed if self._is_news(kind, one.record.id, payload_of(one.record), present)]
        if kind == "entity":
            self.failures += check_entities(news, self.known)
            return
        works: list[Placed[Work]] = news
        self.failures += merges.check_works(works, self.known, name="merged_into")
        self.merged = merges.newly(works, self.known)

    def _rows(self, table: Table, source: Source) -> Iterable[tuple[int, dict[str, str]]]:
        for line, cells, broken in rows_of(table):
            self._count(table)
            if broken is not None:
                self.failures.append(source.failure(line, broken, _remedy(broken)))
            else:
                yield line, by_column(table.columns, cells)

    def _count(self, table: Table) -> None:
        self.rows += 1
        if self.rows % AT_ONCE == 0:
            self.told(f"reading {table.sheet.file}", self.rows, 0)

    def _lean(self, table: Table, source: Source, ids: Sequence[str]) -> Kept:
        """Return the claims or evidence of a table as payloads; `ids` are such as they lean on, to be kept once."""
        kind, kept = table.sheet.kind, Kept()
        there: Any = {**self.base.entities, **self.known.entities} if kind == "claim" else {
            **self.base.works, **self.known.works
        }  # fmt: skip
        quick = lane(kind, table.columns, self.vocabulary, there)
        same = {id: id for id in ids}
        for line, cells, broken in rows_of(table):
            self._count(table)
            taken = None if quick is None or broken is not None else quick(cells)
            if taken is None and broken is None:
                record: Any = self.doors.record(kind, named := by_column(table.columns, cells), source, line)
                if record is None:
                    self._remember(kind, claim_of(named), f"{source.name}:{line}")
                    continue
                taken = record.id, payload_of(record), leans_of(record)
            if taken is None:
                self.failures.append(source.failure(line, broken or "", _remedy(broken or "")))
                continue
            id, payload, (first, second, third) = taken
            first, second = same.setdefault(first, first), same.setdefault(second, second)
            third = None if third is None else same.setdefault(third, third)
            kept.add(line, id, payload, (first, second, third))
        return kept

    def _once(self, kept: Kept, kind: RecordKind, source: Source) -> Kept:
        """Return claims or evidence by id; each further one of an id is a failure that tells where the first stands."""
        if all(map(str.__lt__, kept.ids, kept.ids[1:])):
            return kept
        order = sorted(range(len(kept.ids)), key=kept.ids.__getitem__)
        places: list[int] = []
        for at in order:
            if places and kept.ids[places[-1]] == kept.ids[at]:
                reason = f"the {kind} {kept.ids[at]} is given twice, first at {source.name}:{kept.lines[places[-1]]}"
                self.failures.append(source.failure(kept.lines[at], reason, "keep one of the two"))
            else:
                places.append(at)
        return kept.only(places)

    def _news(self, kind: RecordKind, kept: Kept) -> Kept:
        """Return those that are to be written; the others are told among duplicates or conflicts."""
        there = of_kind(self.base, kind)
        if not there:
            return kept
        places: list[int] = []
        for low in range(0, len(kept.ids), AT_ONCE):
            some = range(low, min(low + AT_ONCE, len(kept.ids)))
            present = self._present(kind, [kept.ids[at] for at in some if kept.ids[at] in there])
            payloads = kept.payloads(some) if present else [""] * len(some)
            given = zip(some, payloads, strict=True)
            places += [at for at, said in given if self._is_news(kind, kept.ids[at], said, present)]
        return kept.only(places)

    def _present(self, kind: RecordKind, ids: Sequence[str]) -> dict[str, Record]:
        return {one.id: one for one in self.fetch(kind, ids)} if ids else {}

    def _is_news(self, kind: RecordKind, id: str, payload: str, present: dict[str, Record]) -> bool:
        old = present.get(id)
        if old is None:
            return True
        held = payload_of(old)
        if held == payload:
            self.duplicates.append((kind, id))
            return False
        if not self.update or (isinstance(old, Evidence) and core(payload) != core(held)):
            self.conflicts.append(Differing.of(kind, id, held, payload))
            return False
        return True

    def _claims(self, kept: Kept, source: Source, evidence: Kept) -> Kept:
        """Return the claims whose ends are there and allowed."""
        claims, faults = leaning.joined(kept, self.known, self.vocabulary, _placing("claim", source), evidence)
        self.failures += faults
        return claims

    def _evidence(self, kept: Kept, source: Source) -> Kept:
        """Return the items whose claim, work and predecessor are there."""
        place = _placing("evidence", source)
        items, doubted, unborne = leaning.borne(kept, self.known, place, WORDING)
        self._tell_of_waiting(one.record.claim for one in doubted)
        items, lost = leaning.followed(items, self.known, place, WORDING)
        self.failures += [*unborne, *lost]
        merged = merges.at_merged({**self.base.works, **self.known.works})
        self.remarks += [
            Remark(source.name, items.lines[at], merges.not_counting(items.ids[at], work, merged[work]))
            for at, work in enumerate(items.second if merged else ())
            if work in merged
        ]
        return items

    def _tell_of_waiting(self, claims: Iterable[str]) -> None:
        """Say with each claim whose row has a fault how many of these items fall with it; others said it already."""
        places = (self.known.faulty.get(("claim", id)) for id in claims)
        waiting = Counter(place for place in places if place is not None)
        for at, fault in enumerate(self.failures):
            items = waiting.get(f"{fault.source}:{fault.line}", 0)
            if items and "must wait" not in fault.reason:
                self.failures[at] = with_items(fault, items)

    def _merged_into(self, work: str) -> str | None:
        known = self.known.works.get(work) or self.base.works.get(work)
        return None if known is None else known.merged_into

    def _remember(self, kind: RecordKind, id: str, place: str) -> None:
        """Note where a faulty record stands, for those that lean on it."""
        self.known.faulty.setdefault((kind, id.strip()), place)


def _remedy(broken: str) -> str:
    return SHORTER if broken.endswith("are read") else REMEDY


def _placing(kind: RecordKind, source: Source) -> Place:
    return lambda kept, at: placed(kind, kept, at, source)
