"""The parts of a pack: each kind of record on its way from its file through its door to the others it leans on.

Lives here: `Reading`. May enter: the folder and the head of a pack. Never here: the head itself, the record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from kg.citations.parsed import Failure, Remark
from kg.errors import InputError
from kg.ids import claim_id
from kg.importers import pack_quick
from kg.importers.fields import plain, refused, through
from kg.importers.merges import check_works
from kg.importers.pack_claims import Claims, Put
from kg.importers.pack_links import Known, Placed, check_coverage, check_entities, once
from kg.importers.pack_references import references, values_of
from kg.importers.sources import File, Source, look_at
from kg.importers.yaml_blocks import Records, read_block
from kg.importers.yaml_nodes import Block, Items
from kg.inputs import ClaimIn, EntityIn, EvidenceIn, Line, Prose, Slug, TextIn, WorkIn, WorkKey
from kg.model import Claim, Entity, Evidence, Record, Work, canonical, to_payload
from kg.packs import FILES, CoverageRow, Pack
from kg.vocabulary import Vocabulary

R = TypeVar("R", bound=Record | CoverageRow)
_KEY = re.compile(r"@\w+\s*[{(]\s*([^\s,{}()]+)")
_NAMED = re.compile(r"^(?:- |  )(id|subject|relation|object): *([\w.:+-]+)", re.MULTILINE)
_TERMS: Mapping[type[BaseModel], Mapping[str, str]] = {
    EntityIn: {"type": "entity_type"},
    ClaimIn: {"relation": "relation"},
    EvidenceIn: {"stance": "stance", "kind": "study_kind", "strength": "strength", "basis": "basis"},
    WorkIn: {"status": "work_status"},
}


class CoverageIn(BaseModel):
    """What a pack says of one numbered item of the text it was seeded from."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    locator: Line
    statement: Prose
    heading: TextIn | None = None
    claims: list[Line] = Field(default_factory=list, max_length=1_000)
    entities: list[Slug] = Field(default_factory=list, max_length=1_000)
    work_notes: list[WorkKey] = Field(default_factory=list, max_length=1_000)

    def record(self, _: Vocabulary) -> CoverageRow:
        """Return the validated row."""
        return CoverageRow(
            self.locator,
            self.statement,
            None if self.heading is None else self.heading.record(),
            tuple(self.claims),
            tuple(self.entities),
            tuple(self.work_notes),
        )


class Reading:
    """One pass over one pack, part by part: entities, works, claims, coverage; `failures` and `files` grow."""

    def __init__(self, folder: Path, pack: Pack | None, vocabulary: Vocabulary, known: Known) -> None:
        self.folder = folder
        self.pack = pack
        self.vocabulary = vocabulary
        self.known = known
        self.failures: list[Failure] = []
        self.remarks: list[Remark] = []
        self.files: list[File] = []
        self._quick = pack_quick.Quick(vocabulary, None if pack is None else pack.contributor)

    def entities(self) -> list[Entity]:
        """Return the good entities."""
        placed: list[Placed[Entity]] = self.rows("entities", EntityIn, quick=self._quick.entity)
        placed = self._once(placed, lambda one: one.record.id, what="the entity", remedy="keep one of the two")
        self.failures += check_entities(placed, self.known)
        return list(self.known.entities.values())

    def works(self) -> list[Work]:
        """Return the good works: BibTeX entries, and what `works.yaml` adds to them."""
        file = self._file("references")
        placed: list[Placed[Work]] = []
        if file is not None:
            source = Source(file.name, "")
            for parsed in references(file):
                self.failures += parsed.failures
                for fault in parsed.failures:
                    key = _KEY.search(fault.raw)
                    if key is not None:
                        self.known.faulty["work", key[1]] = f"{fault.source}:{fault.line}"
                for entry in parsed.works:
                    placed.append(Placed(entry.work.record(self.vocabulary), source, entry.line or 1))
        placed = self._once(placed, lambda one: one.record.id, what="the work", remedy="give it another key")
        found = {one.record.id: one for one in placed}

        def quick(text: str) -> Work | None:
            work = self._quick.work(text)
            return None if work is None or work.id in found else work

        base = {id: values_of(one.record) for id, one in found.items()}
        more: list[Placed[Work]] = self.rows("works", WorkIn, quick=quick, base=base)
        for one in self._once(more, lambda one: one.record.id, what="the work", remedy="keep one of the two"):
            found[one.record.id] = one
        good = [one for key, one in found.items() if ("work", key) not in self.known.faulty]
        self.failures += check_works(good, self.known, name="merged_into")
        return list(self.known.works.values())

    def claims(self, put: Put) -> None:
        """Take the good claims and the good evidence to `put`; after entities and works."""
        file = self._file("claims")
        if file is None:
            return
        known, source = self.known, Source(file.name, "")
        entities = {**known.base.entities, **known.entities} if known.base.entities else known.entities
        works = {**known.base.works, **known.works} if known.base.works else known.works
        claims = Claims(known, self.vocabulary, source, put)
        for line, text in self._records(file, source):
            block = self._quick.claim(text, entities, works)
            if block is None:
                read = self._read("claims", source, line, text)
                block = None if read is None else self._claim(source, read)
            if block is not None:
                claims.take(block, text, line)
        claims.settle()
        self.failures += claims.failures
        self.remarks += claims.remarks

    def coverage(self, head: Source | None) -> tuple[CoverageRow, ...]:
        """Return the good rows of the coverage table, in order; after claims. `head` is the text of pack.toml."""
        notes = () if self.pack is None else self.pack.work_notes
        if self.pack is not None and head is not None:
            keys = [note.work for note in notes] + ([self.pack.seed] if self.pack.seed else [])
            for key in dict.fromkeys(keys):
                fault = self.known.lacks("work", key)
                if fault is not None:
                    line = next((number for number, text in enumerate(head.lines, 1) if key in text), 1)
                    self.failures.append(head.failure(line, fault[0], fault[1]))
        rows: list[Placed[CoverageRow]] = self.rows("coverage", CoverageIn)
        rows = self._once(rows, lambda one: one.record.locator, what="the item", remedy="join the two rows")
        noted = frozenset(note.work for note in notes)
        rows, faults = check_coverage(rows, self.known, noted=noted)
        self.failures += faults
        return tuple(one.record for one in rows)

    def rows(
        self,
        part: str,
        door: type[Any],
        *,
        quick: Callable[[str], Any] = lambda _: None,
        base: Mapping[str, dict[str, Any]] | None = None,
    ) -> list[Placed[Any]]:
        """Take all records of a part through a door.

        Args:
            part: Which.
            door: Which.
            quick: Makes the record of those that are plainly right.
            base: Values that a record of the same id adds to.
        """
        placed: list[Placed[Any]] = []
        file = self._file(part)
        source = Source("" if file is None else file.name, "")
        for line, text in self._records(file, source):
            record = quick(text)
            block = None if record is not None else self._read(part, source, line, text)
            if block is not None:
                values, faults = plain(block, source)
                key = str(values.get("id", ""))
                if base is not None and key in base:
                    values = base[key] | values
                record = self._through(door, values, faults, source, block)
                if record is None:
                    self._remember(part, values, f"{source.name}:{line}")
            if record is not None:
                placed.append(Placed(record, source, line, text, line))
        return placed

    def _claim(self, source: Source, block: Block) -> pack_quick.Block | None:
        """Take a claim and its items through their doors; None when the claim has a fault."""
        own = replace(block, fields={name: node for name, node in block.fields.items() if name != "evidence"})
        values, faults = plain(own, source)
        record: Claim | None = self._through(ClaimIn, values, faults, source, own)
        claim = "unread" if record is None else record.id
        if record is None:
            self._remember("claims", values, f"{source.name}:{block.line}")
        nodes = block.fields.get("evidence")
        items: list[pack_quick.Item] = []
        if isinstance(nodes, Items):
            for at, node in enumerate(nodes.items):
                if isinstance(node, Block):
                    item = self._item(source, node, claim)
                    if item is not None:
                        payload = canonical(to_payload(item))
                        below = node.line - block.line
                        items.append(pack_quick.Item(item.id, item.alias, item.work, payload, below, at))
                else:
                    remedy = "write `- id: …` and its other fields below"
                    line = block.line_of("evidence", at)
                    self.failures.append(source.failure(line, "an evidence item is a list of fields", remedy))
        elif nodes is not None and (isinstance(nodes, Block) or nodes.text):
            remedy = "begin each item with `- ` on a line of its own"
            self.failures.append(source.failure(block.line_of("evidence"), "evidence must be a list", remedy))
        if record is None:
            return None
        payload = canonical(to_payload(record))
        return pack_quick.Block(record.id, record.subject, record.relation, record.object, payload, items)

    def _item(self, source: Source, block: Block, claim: str) -> Evidence | None:
        values, faults = plain(block, source)
        for name in ("claim", "alias", "contributor"):
            if name in values:
                remedy = "write `id:` for the alias; claim and contributor follow from the place"
                faults.append(source.failure(block.line_of(name), f"{name} is not a field here", remedy))
                del values[name]
        if "id" in values:
            values["alias"] = values.pop("id")
        values["claim"] = claim
        if self.pack is not None:
            values["contributor"] = self.pack.contributor
        made: Evidence | None = self._through(EvidenceIn, values, faults, source, block)
        return made

    def _through(
        self, door: type[Any], values: dict[str, Any], faults: list[Failure], source: Source, block: Block
    ) -> Any:
        """Take values through a door and its words, keeping every fault; None when there is one."""

        def line_of(*path: int | str) -> int:
            return block.line_of(*(("id", *path[1:]) if path[:1] == ("alias",) else path))

        odd = {failure.line for failure in faults}
        given, more = through(door, values, source=source, line_of=line_of)
        faults = faults + [failure for failure in more if failure.line not in odd]
        for name, method in _TERMS.get(door, {}).items():
            if isinstance(values.get(name), str):
                try:
                    getattr(self.vocabulary, method)(values[name])
                except InputError as fault:
                    faults.append(refused(fault, source, line_of(name)))
        record: Any = None
        if given is not None and not faults:
            try:
                record = given.record(self.vocabulary)
            except InputError as fault:
                faults.append(refused(fault, source, line_of(fault.where or "")))
        self.failures += faults
        return record

    def _once(
        self, placed: list[Placed[R]], name: Callable[[Placed[R]], str | None], *, what: str, remedy: str
    ) -> list[Placed[R]]:
        kept, faults = once(placed, name, what=what, remedy=remedy)
        self.failures += faults
        return kept

    def _records(self, file: File | None, source: Source) -> Iterator[tuple[int, str]]:
        """Give line and text of the records of a file; what is wrong with it as a whole is told after the last."""
        if file is not None:
            records = Records(file.pieces())
            yield from records
            self.failures += records.faults(source)

    def _read(self, part: str, source: Source, line: int, text: str) -> Block | None:
        """Read one record; one that cannot be read is told, and remembered by its name."""
        block = read_block(text, line, source)
        if isinstance(block, Block):
            return block
        self.failures.append(block.failure)
        self._remember(part, dict(_NAMED.findall(block.text)), f"{source.name}:{block.line}")
        return None

    def _remember(self, part: str, values: Mapping[str, Any], place: str) -> None:
        """Note where a faulty record stands, as far as its name can be told, for those that lean on it."""
        kind = {"entities": "entity", "works": "work", "claims": "claim"}.get(part, part)
        ends = [str(values.get(name, "")) for name in ("subject", "relation", "object")]
        id = claim_id(*ends) if kind == "claim" else str(values.get("id", ""))
        self.known.faulty.setdefault((kind, id), place)

    def _file(self, part: str) -> File | None:
        """Return the file of a part of the pack; None when it has none, or cannot be read."""
        files = dict(FILES.items() if self.pack is None else self.pack.files)
        if part not in files or (self.pack is None and not (self.folder / files[part]).is_file()):
            return None
        file = look_at(self.folder / files[part], name=f"{self.folder.resolve().name}/{files[part]}")
        if isinstance(file, Failure):
            self.failures.append(file)
            return None
        self.files.append(file)
        return file
