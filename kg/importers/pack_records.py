"""The parts of a pack: each kind of record on its way from its file through its door to the others it leans on.

Lives here: `Reading`. May enter: the folder and the head of a pack. Never here: the head itself, the record.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from kg.citations import bibtex
from kg.citations.parsed import Failure
from kg.errors import InputError
from kg.importers.fields import plain, refused, through
from kg.importers.pack_links import Known, Placed, check_claims, check_coverage, check_entities, check_evidence, once
from kg.importers.sources import Source, read_source
from kg.importers.yaml_blocks import Unread, read_blocks
from kg.importers.yaml_nodes import Block, Items
from kg.inputs import ClaimIn, EntityIn, EvidenceIn, Line, Prose, Slug, TextIn, WorkIn, WorkKey
from kg.model import Claim, Entity, Evidence, Record, Work
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
    """One pass over one pack, part by part: entities, works, claims, coverage. `failures` grows on its way."""

    def __init__(self, folder: Path, pack: Pack | None, vocabulary: Vocabulary, known: Known) -> None:
        self.folder = folder
        self.pack = pack
        self.vocabulary = vocabulary
        self.known = known
        self.failures: list[Failure] = []

    def entities(self) -> list[Entity]:
        """Return the good entities."""
        placed = self.rows("entities", EntityIn, Entity)
        placed = self._once(placed, lambda one: one.record.id, what="the entity", remedy="keep one of the two")
        self.failures += check_entities(placed, self.known)
        return list(self.known.entities.values())

    def works(self) -> list[Work]:
        """Return the good works: BibTeX entries, and what `works.yaml` adds to them."""
        source = self._source("references")
        found: dict[str, Placed[Work]] = {}
        inputs: dict[str, WorkIn] = {}
        if source is not None and any(line.strip() and line.lstrip()[0] != "%" for line in source.lines):
            parsed = bibtex.parse(source.text, source=source.name)
            self.failures += parsed.failures
            for fault in parsed.failures:
                key = _KEY.search(fault.raw)
                if key is not None:
                    self.known.faulty["work", key[1]] = f"{fault.source}:{fault.line}"
            placed = [Placed(entry.work.record(self.vocabulary), source, entry.line or 1) for entry in parsed.works]
            placed = self._once(placed, lambda one: one.record.id, what="the work", remedy="give it another key")
            found = {one.record.id: one for one in placed}
            for entry in parsed.works:
                inputs.setdefault(entry.work.id, entry.work)
        more = self.rows("works", WorkIn, Work, base={key: work.model_dump() for key, work in inputs.items()})
        for one in self._once(more, lambda one: one.record.id, what="the work", remedy="keep one of the two"):
            found[one.record.id] = one
        self.known.works = {key: one.record for key, one in found.items() if ("work", key) not in self.known.faulty}
        return list(self.known.works.values())

    def claims(self) -> tuple[list[Claim], list[Evidence]]:
        """Return the good claims and the good evidence; after entities and works."""
        claims: list[Placed[Claim]] = []
        evidence: list[Placed[Evidence]] = []
        for source, block in self._blocks("claims"):
            claim, items = self._claim(source, block)
            evidence += items
            if claim is not None:
                claims.append(claim)
        remedy = "put all its evidence into one block"
        claims = self._once(claims, lambda one: one.record.id, what="the claim", remedy=remedy)
        count = Counter(item.record.claim for item in evidence)
        self.failures += check_claims(claims, self.known, self.vocabulary, items=count)
        remedy = "give every item an id of its own"
        evidence = self._once(evidence, lambda one: one.record.alias, what="the evidence", remedy=remedy)
        remedy = "keep one of the two"
        evidence = self._once(evidence, lambda one: one.record.id, what="the same evidence as", remedy=remedy)
        evidence, faults = check_evidence(evidence, self.known)
        self.failures += faults
        return list(self.known.claims.values()), [item.record for item in evidence]

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
        rows = self.rows("coverage", CoverageIn, CoverageRow)
        rows = self._once(rows, lambda one: one.record.locator, what="the item", remedy="join the two rows")
        noted = frozenset(note.work for note in notes)
        rows, faults = check_coverage(rows, self.known, noted=noted)
        self.failures += faults
        return tuple(one.record for one in rows)

    def rows(
        self, part: str, door: type[Any], made: type[R], *, base: Mapping[str, dict[str, Any]] | None = None
    ) -> list[Placed[R]]:
        """Take all blocks of a part through a door; `base` holds values that a block of the same id adds to."""
        placed: list[Placed[R]] = []
        for source, block in self._blocks(part):
            values, faults = plain(block, source)
            key = str(values.get("id", ""))
            if base is not None and key in base:
                values = base[key] | values
            record = self._through(door, made, values, faults, source, block)
            if record is not None:
                placed.append(Placed(record, source, block.line, block))
            else:
                self._remember(part, values, f"{source.name}:{block.line}")
        return placed

    def _claim(self, source: Source, block: Block) -> tuple[Placed[Claim] | None, list[Placed[Evidence]]]:
        fields = {name: node for name, node in block.fields.items() if name != "evidence"}
        own = replace(block, fields=fields)
        values, faults = plain(own, source)
        record = self._through(ClaimIn, Claim, values, faults, source, own)
        claim = "unread" if record is None else record.id
        if record is None:
            self._remember("claims", values, f"{source.name}:{block.line}")
        nodes = block.fields.get("evidence")
        items: list[Placed[Evidence]] = []
        if isinstance(nodes, Items):
            for at, node in enumerate(nodes.items):
                if isinstance(node, Block):
                    items += self._item(source, node, claim)
                else:
                    remedy = "write `- id: …` and its other fields below"
                    line = block.line_of("evidence", at)
                    self.failures.append(source.failure(line, "an evidence item is a list of fields", remedy))
        elif nodes is not None and (isinstance(nodes, Block) or nodes.text):
            remedy = "begin each item with `- ` on a line of its own"
            self.failures.append(source.failure(block.line_of("evidence"), "evidence must be a list", remedy))
        return None if record is None else Placed(record, source, block.line, block), items

    def _item(self, source: Source, block: Block, claim: str) -> list[Placed[Evidence]]:
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
        record = self._through(EvidenceIn, Evidence, values, faults, source, block)
        return [] if record is None or claim == "unread" else [Placed(record, source, block.line, block)]

    def _through(
        self, door: type[Any], _: type[R], values: dict[str, Any], faults: list[Failure], source: Source, block: Block
    ) -> R | None:
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
        record: R | None = None
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

    def _blocks(self, part: str) -> list[tuple[Source, Block]]:
        source = self._source(part)
        if source is None:
            return []
        blocks, faults = read_blocks(source)
        self.failures += faults
        read: list[tuple[Source, Block]] = []
        for block in blocks:
            if isinstance(block, Unread):
                self.failures.append(block.failure)
                named = dict(_NAMED.findall(block.text))
                self._remember(part, named, f"{source.name}:{block.line}")
            else:
                read.append((source, block))
        return read

    def _remember(self, part: str, values: Mapping[str, Any], place: str) -> None:
        """Note where a faulty record stands, as far as its name can be told, for those that lean on it."""
        kind = {"entities": "entity", "works": "work", "claims": "claim"}.get(part, part)
        ends = [str(values.get(name, "")) for name in ("subject", "relation", "object")]
        id = "--".join(ends) if kind == "claim" else str(values.get("id", ""))
        self.known.faulty.setdefault((kind, id), place)

    def _source(self, part: str) -> Source | None:
        """Return the text of a part of the pack; None when it has none, or cannot be read."""
        files = dict(FILES.items() if self.pack is None else self.pack.files)
        if part not in files or (self.pack is None and not (self.folder / files[part]).is_file()):
            return None
        source = read_source(self.folder / files[part], name=f"{self.folder.resolve().name}/{files[part]}")
        if isinstance(source, Failure):
            self.failures.append(source)
            return None
        return source
