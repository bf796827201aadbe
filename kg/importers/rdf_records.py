"""Statements become records: one part of a file at a time, read by the table, taken through the doors.

Lives here: `Reading`. May enter: parts of checked statements. Never here: parsing, other records, the record.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias

from pydantic import BaseModel

from kg.citations.parsed import Failure
from kg.errors import InputError, KgError
from kg.ids import BASE, RECORD_KINDS, RecordKind
from kg.importers.fields import refused, through
from kg.importers.rdf_quick import Quick
from kg.importers.sources import Source
from kg.importers.tables_quick import Taken
from kg.importers.tables_rows import leans_of, payload_of
from kg.inputs import ClaimIn, EntityIn, EvidenceIn, WorkIn
from kg.model import Claim, Entity, Evidence, Record, Work, to_payload
from kg.rdf import convert, derived
from kg.rdf.forms import Described, words_of
from kg.rdf.names import LABEL, PROVENANCE, TYPE, name
from kg.rdf.nodes import Node
from kg.rdf.parts import APART, Block, Parts, place_of
from kg.vocabulary import Vocabulary

REMEDY = "docs/reference/rdf.md lists the properties of each kind of record"
HISTORY = "the history of another record is not taken over"
DERIVED = "follows from the records and is worked out again; nothing is lost"
TERMS = "terms of the ontology come from files that KG_ONTOLOGY names"
FOREIGN = "not a record of ours"
UNREAD = "not among the properties of our records"
_OURS = re.compile(re.escape(BASE) + r"id/(claim|entity|evidence|work)/([^#/]+)")
_AUTHOR = re.compile(re.escape(BASE) + r"id/work/[^#/]+#author-[0-9]+")
_EVIDENCE_ID = re.compile(r"(?P<work>.+)\.[A-Za-z0-9]{1,64}")
_DOORS: Mapping[RecordKind, type[BaseModel]] = {
    "entity": EntityIn,
    "claim": ClaimIn,
    "evidence": EvidenceIn,
    "work": WorkIn,
}
_CREATOR, _REPLACED = name("dcterms:creator"), name("dcterms:isReplacedBy")
_OF_NAMES = frozenset({name("foaf:name"), LABEL, name("ekg:position")})

Key: TypeAlias = tuple[RecordKind, str]


@dataclass
class Reading:
    """One file on its way from statements to records.

    Args:
        source: Its name, for failures.
        vocabulary: The words to check against.
        merged_into: Returns the work that a work of the record was merged into, None when it was not.

    Attributes:
        statements: How many were read, each counted once.
        ignored: What was passed over: what kind of thing, which, why; how often.
        faults: What is wrong with records, and with which.
    """

    source: Source
    vocabulary: Vocabulary
    merged_into: Callable[[str], str | None]
    statements: int = 0
    ignored: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    faults: list[tuple[Key, Failure]] = field(default_factory=list)
    _names: dict[Node, dict[Node, list[Node]]] = field(default_factory=dict)
    _merged: dict[str, str | None] = field(default_factory=dict)

    def look_round(self, parts: Parts) -> None:
        """Note what works need to know of other parts: which were merged into which, and names of their authors."""
        wanted: dict[tuple[Any, int], set[Node]] = defaultdict(set)
        merged: dict[str, Node] = {}
        for blocks in parts.of("work"):
            for block in blocks:
                ours = _OURS.fullmatch(block.subject[1:-1])
                for predicate, object in block.pairs:
                    if predicate == _REPLACED and ours is not None:
                        merged[ours[2]] = min(object, merged.get(ours[2], object))
                    elif predicate == _CREATOR and object.startswith("<"):
                        place = place_of(object, parts.parts)
                        if place != place_of(block.subject, parts.parts):
                            wanted[place].add(object)
        for work, node in merged.items():
            found = _OURS.fullmatch(node[1:-1])
            self._merged[work] = None if found is None else found[2]
        for place, nodes in wanted.items():
            for block in parts.part(*place):
                if block.subject in nodes and block.graph not in APART:
                    about = self._names.setdefault(block.subject, {})
                    for predicate, object in block.pairs:
                        if predicate in _OF_NAMES:
                            about[predicate] = sorted({*about.get(predicate, ()), object})

    def others(self, blocks: Sequence[Block]) -> None:
        """Count what is not about records of ours."""
        kept = [block for block in blocks if block.graph not in APART]
        apart = {(one.graph, one.subject, *pair) for one in blocks if one.graph in APART for pair in one.pairs}
        for graph, count in Counter(quad[0] for quad in apart).items():
            self.ignored["graph", graph[1:-1], HISTORY if graph == PROVENANCE else DERIVED] += count
        self.statements += len(apart)
        for subject, about in self._described(kept).items():
            self._pass_over(subject, about)

    def lean(self, kind: RecordKind, blocks: Sequence[Block], quick: Quick) -> list[Taken]:
        """Return the claims or evidence of one part as payloads, with what they lean on."""
        count = Counter(block.subject for block in blocks)
        alone = [block for block in blocks if count[block.subject] == 1]
        taken, left, unread = quick.take(alone)
        self.statements += sum(len(block.objects) for block in alone) - sum(len(block.objects) for block in left)
        for predicate, times in unread.items():
            self.ignored["property", predicate[1:-1], UNREAD] += times
        if len(alone) < len(blocks):
            left += [block for block in blocks if count[block.subject] > 1]
        made: list[Any] = self.whole(kind, left) if left else []
        return taken + [(record.id, payload_of(record), leans_of(record)) for record in made]

    def whole(self, kind: RecordKind, blocks: Sequence[Block]) -> list[Record]:
        """Return the records of one part that have passed their doors."""
        found: list[Record] = []
        described = self._described(blocks)
        around: Described = {**self._names, **described} if kind == "work" else described
        for subject, about in described.items():
            ours = _OURS.fullmatch(subject[1:-1])
            if ours is None or about.keys() <= self._derived:
                self._pass_over(subject, about)
                continue
            for predicate, objects in about.items():
                if predicate not in _READ[kind] and predicate not in self._derived:
                    self.ignored["property", predicate[1:-1], UNREAD] += len(objects)
            made = self._record(kind, ours[2], around)
            if made is not None:
                found.append(made)
        return found

    def told(self) -> Iterable[dict[str, Any]]:
        """Give what was passed over: what kind of thing, which, why, how many statements."""
        for (what, called, reason), count in sorted(self.ignored.items()):
            yield {"what": what, "name": called, "statements": count, "reason": reason}

    @cached_property
    def _derived(self) -> frozenset[Node]:
        return derived.OF_RECORDS | words_of(self.vocabulary).ids["relations"].keys()

    @cached_property
    def _terms(self) -> frozenset[str]:
        return frozenset(node[1:-1] for terms in words_of(self.vocabulary).ids.values() for node in terms)

    def quick(self, kind: RecordKind, there: Mapping[str, Any]) -> Quick:
        """Return the quick way for claims or evidence; `there` are the entities or works that are known to be right."""
        return Quick(kind, self.vocabulary, there, self._derived)

    def _described(self, blocks: Iterable[Block]) -> dict[Node, dict[Node, list[Node]]]:
        """Return statements by subject and predicate, objects sorted; each counts once in each graph."""
        by_subject: dict[Node, list[Block]] = defaultdict(list)
        for block in blocks:
            by_subject[block.subject].append(block)
        found: dict[Node, dict[Node, list[Node]]] = {}
        for subject, some in by_subject.items():
            self.statements += len({(block.graph, *pair) for block in some for pair in block.pairs})
            about = found[subject] = {}
            for predicate, object in sorted({pair for block in some for pair in block.pairs}):
                about.setdefault(predicate, []).append(object)
        return found

    def _pass_over(self, subject: Node, about: Mapping[Node, Sequence[Node]]) -> None:
        text = subject[1:-1]
        if _AUTHOR.fullmatch(text):
            return
        reason = FOREIGN
        if text in self._terms or text.startswith(BASE + "ontology"):
            reason = TERMS
        elif text.startswith((BASE + "id/", BASE + "graph/")):
            reason = HISTORY if text.startswith((BASE + "id/revision/", BASE + "id/agent/")) else DERIVED
        types = about.get(TYPE, ())
        shown = types[0][1:-1] if types else "no type"
        self.ignored["type", shown, reason] += sum(len(objects) for objects in about.values())

    def _record(self, kind: RecordKind, id: str, described: Described) -> Record | None:
        """Return one record that has passed its door, or keep its faults."""
        try:
            given = convert.read(kind, id, described, words_of(self.vocabulary))
            door, faults = through(_DOORS[kind], _door_values(given), source=self.source, line_of=lambda *_: 0)
            if door is not None and not faults:
                checked: Any = door
                if isinstance(given, Evidence):
                    self._refuse_other_work(given)
                made: Record = _as_given(given, checked.record(self.vocabulary))
                return made
        except KgError as fault:
            faults = [refused(fault, self.source, 0)]
        self.faults += [
            ((kind, id), replace(fault, reason=f"{kind} {id}: {fault.reason}", remedy=fault.remedy or REMEDY))
            for fault in faults
        ]
        return None

    def _refuse_other_work(self, given: Evidence) -> None:
        """Raise InputError when an item's id begins neither with its work nor with one that was merged into that."""
        found = _EVIDENCE_ID.fullmatch(given.id)
        work, seen = None if found is None else found["work"], set[str]()
        while work is not None and work != given.work and work not in seen:
            seen.add(work)
            work = self._merged[work] if work in self._merged else self.merged_into(work)
        if work != given.work:
            raise InputError(
                f"its id does not begin with its work, {given.work}",
                hint="the id of an item is the key of its work, a full stop and a code",
            )


def _door_values(record: Record) -> dict[str, Any]:
    """Return the fields that the door of the record's kind takes, as plain values."""
    values = to_payload(record)
    if isinstance(record, Entity):
        values["matches"] = [{"relation": relation, "iri": iri} for relation, iri in record.matches]
        values.pop("status", None)
    elif isinstance(record, Claim | Evidence):
        values = {name: value for name, value in values.items() if name not in {"id", "status", "supersedes"}}
    return values


def _as_given(given: Record, made: Any) -> Any:
    """Return the record of the door with the id and the standing that the file gives it."""
    if isinstance(given, Claim) and given.id != made.id:
        raise InputError(f"its parts make it the claim {made.id}", hint="correct its IRI, or its parts")
    if isinstance(given, Evidence):
        return replace(made, id=given.id, status=given.status, supersedes=given.supersedes)
    return made if isinstance(given, Work) else replace(made, status=given.status)


_READ: Mapping[RecordKind, frozenset[Node]] = {kind: convert.predicates(kind) for kind in RECORD_KINDS}
