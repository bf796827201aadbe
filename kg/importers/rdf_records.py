"""Statements become records: sorted, read by the table, taken through the doors, checked together.

Lives here: `Sorting`. May enter: checked statements, the text they came from. Never here: parsing, the record.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias

from pydantic import BaseModel

from kg.citations.parsed import Failure
from kg.errors import InputError, KgError
from kg.ids import BASE, RECORD_KINDS, RecordKind
from kg.importers.fields import refused, through
from kg.importers.pack_links import Known, Placed, check_claims, check_entities, check_evidence
from kg.importers.sources import Source
from kg.inputs import ClaimIn, EntityIn, EvidenceIn, WorkIn
from kg.model import Claim, Entity, Evidence, Record, Work, to_payload
from kg.rdf import convert, derived
from kg.rdf.forms import Described, words_of
from kg.rdf.names import GRAPHS, PROVENANCE, RECORDS, TYPE, name
from kg.rdf.nodes import Node, Quad, Triple
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


Key: TypeAlias = tuple[RecordKind, str]
_CORE = ("claim", "work", "stance", "kind", "strength", "basis", "inferred", "locator", "statement", "quote")


@dataclass
class Sorting:
    """One file on its way from statements to records.

    Args:
        source: Its text, for failures to point into.
        vocabulary: The words to check against.
        known: What records may refer to, and what they are compared with.
        update: Records that the graph holds in another form are to be written; otherwise they are conflicts.
    """

    source: Source
    vocabulary: Vocabulary
    known: Known
    update: bool = False
    duplicates: list[Key] = field(default_factory=list)
    conflicts: list[Key] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    described: Described = field(default_factory=dict)
    subjects: dict[RecordKind, list[str]] = field(default_factory=lambda: {kind: [] for kind in RECORD_KINDS})
    ignored: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def take(self, quads: Iterable[Quad]) -> None:
        """Sort statements into those about our records and those to be passed over."""
        others = set(GRAPHS) - {RECORDS}
        kept: list[Triple] = []
        for subject, predicate, object, graph in quads:
            if graph in others:
                self.ignored["graph", graph[1:-1], HISTORY if graph == PROVENANCE else DERIVED] += 1
            else:
                kept.append((subject, predicate, object))
        self.described = convert.describe(set(kept))
        for subject, about in self.described.items():
            found = _OURS.fullmatch(subject[1:-1])
            if found is not None and not about.keys() <= self._derived:
                kind: Any = found[1]
                self.subjects[kind].append(found[2])
                for predicate, objects in about.items():
                    if predicate not in _READ[kind] | self._derived:
                        self.ignored["property", predicate[1:-1], UNREAD] += len(objects)
            else:
                self._pass_over(subject, about)

    def _pass_over(self, subject: Node, about: Mapping[Node, Sequence[Node]]) -> None:
        text = subject[1:-1]
        if _AUTHOR.fullmatch(text):
            return
        reason = FOREIGN
        if text in self._terms or text.startswith(BASE + "ontology"):
            reason = TERMS
        elif text.startswith((BASE + "id/", BASE + "graph/")):
            reason = HISTORY if text.startswith((BASE + "id/revision/", BASE + "id/agent/")) else DERIVED
        types = sorted(about.get(TYPE, ()))
        shown = types[0][1:-1] if types else "no type"
        self.ignored["type", shown, reason] += sum(len(objects) for objects in about.values())

    @cached_property
    def _derived(self) -> frozenset[Node]:
        return derived.OF_RECORDS | words_of(self.vocabulary).ids["relations"].keys()

    @cached_property
    def _terms(self) -> frozenset[str]:
        return frozenset(node[1:-1] for terms in words_of(self.vocabulary).ids.values() for node in terms)

    def records(self) -> list[Record]:
        """Return the records to be written: right by themselves and together, and not in the record as they are.

        Where each stands in the file is looked up, and all of it done again, only when something is wrong.
        """
        before = list(self.failures)
        found = self._records({})
        if len(self.failures) == len(before):
            return found
        self.failures, self.duplicates, self.conflicts = before, [], []
        self.known = Known(self.known.base, whole=self.known.whole)
        return self._records(_first_lines(self.source.text))

    def _records(self, lines: Mapping[tuple[str, str], int]) -> list[Record]:
        placed: dict[RecordKind, list[Placed[Any]]] = defaultdict(list)
        for kind in RECORD_KINDS:
            for id in self.subjects[kind]:
                line = lines.get((kind, id))
                made = self._record(kind, id, line)
                if made is None:
                    self.known.faulty[kind, id] = self.source.name if line is None else f"{self.source.name}:{line}"
                elif self._is_news(kind, made):
                    placed[kind].append(Placed(made, self.source, line or 0))
        works: list[Placed[Work]] = placed["work"]
        claims: list[Placed[Claim]] = placed["claim"]
        evidence: list[Placed[Evidence]] = placed["evidence"]
        self.known.works.update((one.record.id, one.record) for one in works)
        faults = check_entities(placed["entity"], self.known)
        items = Counter(one.record.claim for one in evidence)
        faults += check_claims(claims, self.known, self.vocabulary, items=items)
        for id in sorted(items.keys() & self.known.base.claims.keys() - self.known.claims.keys()):
            if ("claim", id) not in self.known.faulty:
                self.known.claims[id] = self.known.base.claims[id]
        faults += _without_claim(evidence, self.known)
        kept, more = check_evidence(evidence, self.known)
        kept, dangling = _whole(kept, self.known)
        more += dangling
        self.failures += [replace(fault, line=fault.line or None) for fault in faults + more]
        ours = {one.record.id for one in claims} & self.known.claims.keys()
        return [
            *(self.known.claims[id] for id in sorted(ours)),
            *(self.known.entities[id] for id in sorted(self.known.entities)),
            *sorted((one.record for one in kept), key=lambda item: item.id),
            *(self.known.works[id] for id in sorted(self.known.works)),
        ]

    def _is_news(self, kind: RecordKind, made: Record) -> bool:
        """Tell whether a record is to be written; otherwise it is told among duplicates or conflicts."""
        present = self.known.there(kind).get(made.id)
        if present is None:
            return True
        if to_payload(present) == to_payload(made):
            self.duplicates.append((kind, made.id))
            return False
        if not self.update or (isinstance(made, Evidence) and _core(made) != _core(present)):
            self.conflicts.append((kind, made.id))
            return False
        return True

    def _record(self, kind: RecordKind, id: str, line: int | None) -> Record | None:
        """Return one record that has passed its door, or keep its failures."""
        try:
            given = convert.read(kind, id, self.described, words_of(self.vocabulary))
            door, faults = through(_DOORS[kind], _door_values(given), source=self.source, line_of=lambda *_: line or 0)
            if door is not None and not faults:
                checked: Any = door
                if isinstance(given, Evidence):
                    self._refuse_other_work(given)
                made: Record = _as_given(given, checked.record(self.vocabulary))
                return made
        except KgError as fault:
            faults = [refused(fault, self.source, line or 0)]
        self.failures += [
            replace(
                fault, line=fault.line or None, reason=f"{kind} {id}: {fault.reason}", remedy=fault.remedy or REMEDY
            )
            for fault in faults
        ]
        return None

    def _refuse_other_work(self, given: Evidence) -> None:
        """Raise InputError when an item's id begins neither with its work nor with one that was merged into that."""
        found = _EVIDENCE_ID.fullmatch(given.id)
        work, seen = None if found is None else found["work"], set[str]()
        while work is not None and work != given.work and work not in seen:
            seen.add(work)
            work = self._merged_into(work)
        if work != given.work:
            raise InputError(
                f"its id does not begin with its work, {given.work}",
                hint="the id of an item is the key of its work, a full stop and a code",
            )

    def _merged_into(self, work: str) -> str | None:
        for node in self.described.get(convert.node_of("work", work), {}).get(name("dcterms:isReplacedBy"), ()):
            found = _OURS.fullmatch(node[1:-1])
            return None if found is None else found[2]
        known = self.known.base.works.get(work)
        return None if known is None else known.merged_into

    def told(self) -> Iterable[dict[str, Any]]:
        """Give what was passed over: what kind of thing, which, why, how many statements."""
        for (what, called, reason), count in sorted(self.ignored.items()):
            yield {"what": what, "name": called, "statements": count, "reason": reason}


def _core(item: Any) -> tuple[Any, ...]:
    """Return what an evidence item says, which never changes under one id."""
    return tuple(getattr(item, name) for name in _CORE)


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


def _whole(evidence: list[Placed[Evidence]], known: Known) -> tuple[list[Placed[Evidence]], list[Failure]]:
    """Keep the items whose predecessor, where they name one, is there; return a failure for each of the others."""
    failures: list[Failure] = []
    while True:
        there = known.base.evidence.keys() | {one.record.id for one in evidence}
        kept = [one for one in evidence if one.record.supersedes is None or one.record.supersedes in there]
        if len(kept) == len(evidence):
            return kept, failures
        failures += [
            one.failure(
                f"evidence {one.record.id}: there is no evidence {one.record.supersedes}",
                "add the item that it supersedes, or take `ekg:supersedes` out",
            )
            for one in evidence
            if one not in kept
        ]
        evidence = kept


def _without_claim(evidence: Iterable[Placed[Evidence]], known: Known) -> list[Failure]:
    """Return a failure for each item whose claim is nowhere; items of a faulty claim are told with it."""
    found = []
    for one in evidence:
        claim = one.record.claim
        if claim not in known.claims and ("claim", claim) not in known.faulty:
            fault = known.lacks("claim", claim)
            if fault is not None:
                found.append(one.failure(f"evidence {one.record.id}: {fault[0]}", fault[1]))
    return found


def _first_lines(text: str) -> dict[tuple[str, str], int]:
    """Return the line on which each of our records is first the subject of something, else first named."""
    found: dict[tuple[str, str], int] = {}
    for pattern in (_SUBJECT, _NAMED):
        line, at = 1, 0
        for match in pattern.finditer(text):
            key = (match["kind"], match["id"])
            if key not in found:
                line += text.count("\n", at, match.start("id"))
                at = match.start("id")
                found[key] = line
    return found


_ID = r"(?P<kind>claim|entity|evidence|work)[:/](?P<id>[A-Za-z0-9_.:+-]+)"
_SUBJECT = re.compile(r'(?:^[ \t]*(?:<[^>\s]*?/id/)?|"@id":\s*"(?:[^"\s]*?/id/)?)' + _ID + r'(?=[>"\s])', re.MULTILINE)
_NAMED = re.compile(r"\b" + _ID)
_READ: Mapping[RecordKind, frozenset[Node]] = {kind: convert.predicates(kind) for kind in RECORD_KINDS}
