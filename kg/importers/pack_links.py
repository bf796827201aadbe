"""How the records of a pack lean on each other: broader, ends, works, coverage; twice given, missing, circular.

Lives here: `Placed` and the checks that need more than one record. May enter: records that passed their doors.
Never here: files, doors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from kg.citations.parsed import Failure
from kg.errors import InputError
from kg.holding import Holding
from kg.importers.fields import refused
from kg.importers.sources import Source
from kg.importers.yaml_blocks import read_block
from kg.importers.yaml_nodes import Block
from kg.meant import near
from kg.model import Claim, Entity, Evidence, Record, Work
from kg.packs import CoverageRow
from kg.vocabulary import Vocabulary

R = TypeVar("R", bound=Record | CoverageRow)
HINTS = 100


@dataclass(frozen=True, slots=True)
class Placed(Generic[R]):
    """A record and where it stands: its source and line.

    Args:
        record: What passed the door.
        source: Where it stands.
        line: On which line it begins.
        text: Of the record of YAML that it is, or is a part of, to find its fields in; None where there is none.
        first: Line on which that begins.
        within: Way from there to this.
    """

    record: R
    source: Source
    line: int
    text: str | None = None
    first: int = 0
    within: tuple[int | str, ...] = ()

    def line_of(self, *path: int | str) -> int:
        """Return the line of a field."""
        if self.text is None or not path:
            return self.line
        block = read_block(self.text, self.first, self.source)
        return block.line_of(*self.within, *path) if isinstance(block, Block) else self.line

    def failure(self, reason: str, remedy: str, *path: int | str) -> Failure:
        """Return a failure at a field of the record."""
        return self.source.failure(self.line_of(*path), reason, remedy)

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.source.name}:{self.line}"


@dataclass
class Known:
    """Ids that a record may lean on: good ones by kind, and where the faulty ones stand.

    `base` is what the graph holds already; a pack may build on it. `whole` is what remedies call the whole.
    """

    base: Holding
    entities: dict[str, Entity] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    works: dict[str, Work] = field(default_factory=dict)
    faulty: dict[tuple[str, str], str] = field(default_factory=dict)
    hints: int = HINTS
    whole: str = "pack"

    def lacks(self, kind: str, id: str, *, hints: bool = True) -> tuple[str, str] | None:
        """Return reason and remedy when a record leans on something that is not there, None when it is.

        Only the first hundred name near ids: each looks through all of them.
        """
        own, base = self._records(kind)
        if id in own:
            return None
        if (kind, id) in self.faulty:
            return f"the {kind} {id} has a fault itself, at {self.faulty[kind, id]}", "mend that one first"
        if id in base:
            return None
        meant = near(id, {name: name for name in (*own, *base)}) if hints and self.hints else []
        self.hints = max(0, self.hints - hints)
        where = {"entity": "entities", "claim": "claims", "work": "references"}[kind]
        remedy = f"add it to the {where} of the {self.whole}, or correct the name"
        return f"there is no {kind} {id}" + (f"; did you mean {' or '.join(meant)}?" if meant else ""), remedy

    def drop(self, kind: str, places: Mapping[str, str]) -> None:
        """Take faulty records out, and remember where they stand."""
        own, _ = self._records(kind)
        for id, place in places.items():
            own.pop(id, None)
            self.faulty[kind, id] = place

    def _records(self, kind: str) -> tuple[dict[str, Any], Mapping[str, Any]]:
        kinds: dict[str, tuple[dict[str, Any], Mapping[str, Any]]] = {
            "entity": (self.entities, self.base.entities),
            "claim": (self.claims, self.base.claims),
            "work": (self.works, self.base.works),
        }
        return kinds[kind]


def once(
    records: Iterable[Placed[R]], name: Callable[[Placed[R]], str | None], *, what: str, remedy: str
) -> tuple[list[Placed[R]], list[Failure]]:
    """Keep the first record of each name; each further one is a failure that tells where the first stands."""
    first: dict[str, Placed[R]] = {}
    kept: list[Placed[R]] = []
    failures: list[Failure] = []
    for placed in records:
        key = name(placed)
        if key is None:
            kept.append(placed)
        elif key in first:
            failures.append(placed.failure(f"{what} {key} is given twice, first at {first[key].place}", remedy))
        else:
            first[key] = placed
            kept.append(placed)
    return kept, failures


def check_entities(entities: list[Placed[Entity]], known: Known) -> list[Failure]:
    """Put the entities whose broader ones exist, without circles, into `known`; return a failure for the others."""
    by_id = {placed.record.id: placed for placed in entities}
    known.entities.update((id, placed.record) for id, placed in by_id.items())
    below: dict[str, list[str]] = {}
    for id, placed in by_id.items():
        if placed.record.broader is not None:
            below.setdefault(placed.record.broader, []).append(id)
    failures: list[Failure] = []
    fallen: list[str] = []
    for circle in _circles({id: placed.record.broader for id, placed in by_id.items()}):
        text = " -> ".join((*circle, circle[0]))
        remedy = "take one of these `broader` out"
        failures.append(by_id[circle[0]].failure(f"broader runs in a circle: {text}", remedy, "broader"))
        fallen += circle
    known.drop("entity", {id: by_id[id].place for id in fallen})
    waiting = [*fallen, *(broader for broader in below if known.lacks("entity", broader, hints=False))]
    while waiting:
        for id in below.pop(waiting.pop(), ()):
            if id in known.entities:
                placed = by_id[id]
                reason, remedy = known.lacks("entity", placed.record.broader or "") or ("", "")
                failures.append(placed.failure(f"broader: {reason}", remedy, "broader"))
                known.drop("entity", {id: placed.place})
                waiting.append(id)
    return failures


def check_claims(
    claims: list[Placed[Claim]], known: Known, vocabulary: Vocabulary, *, items: Mapping[str, int]
) -> list[Failure]:
    """Put the claims whose ends exist and are allowed into `known`; return a failure for each fault.

    Args:
        items: How many evidence items each claim bears, by claim id; they fall with it.
    """
    failures: list[Failure] = []
    for placed in claims:
        claim = placed.record
        faults: list[Failure] = []
        for end, id in (("subject", claim.subject), ("object", claim.object)):
            fault = known.lacks("entity", id)
            if fault is not None:
                faults.append(placed.failure(f"{end}: {fault[0]}", fault[1], end))
        if not faults:
            faults = _ends(placed, known, vocabulary)
        if faults:
            known.drop("claim", {claim.id: placed.place})
            failures += [with_items(fault, items.get(claim.id, 0)) for fault in faults]
        else:
            known.claims[claim.id] = claim
    return failures


def check_evidence(evidence: list[Placed[Evidence]], known: Known) -> tuple[list[Placed[Evidence]], list[Failure]]:
    """Keep the items whose claim and work are there; items of a faulty claim fall silently, it speaks for them."""
    kept: list[Placed[Evidence]] = []
    failures: list[Failure] = []
    for placed in evidence:
        fault = known.lacks("work", placed.record.work)
        if fault is not None:
            failures.append(placed.failure(f"work: {fault[0]}", fault[1], "work"))
        elif placed.record.claim in known.claims:
            kept.append(placed)
    return kept, failures


def check_coverage(
    rows: list[Placed[CoverageRow]], known: Known, *, noted: frozenset[str]
) -> tuple[list[Placed[CoverageRow]], list[Failure]]:
    """Keep the rows whose claims, entities and work notes are there."""
    kept: list[Placed[CoverageRow]] = []
    failures: list[Failure] = []
    for placed in rows:
        row, faults = placed.record, []
        for part, kind, ids in (("claims", "claim", row.claims), ("entities", "entity", row.entities)):
            for at, id in enumerate(ids):
                fault = known.lacks(kind, id)
                if fault is not None:
                    faults.append(placed.failure(f"{part}: {fault[0]}", fault[1], part, at))
        for at, key in enumerate(row.work_notes):
            if key not in noted:
                remedy = "add [[work_notes]] for it to pack.toml"
                faults.append(placed.failure(f"there is no note on the work {key}", remedy, "work_notes", at))
        if not row.claims and not row.work_notes:
            faults.append(placed.failure("the row names neither a claim nor a work note", "say what represents it"))
        failures += faults
        if not faults:
            kept.append(placed)
    return kept, failures


def _ends(placed: Placed[Claim], known: Known, vocabulary: Vocabulary) -> list[Failure]:
    claim = placed.record
    types = [(known.entities.get(id) or known.base.entities[id]).type for id in (claim.subject, claim.object)]
    try:
        vocabulary.check_ends(claim.relation, types[0], types[1])
    except InputError as fault:
        return [refused(fault, placed.source, placed.line_of(fault.where or "relation"))]
    return []


def with_items(fault: Failure, items: int) -> Failure:
    """Return the fault of a claim with the number of evidence items that fall with it."""
    if not items:
        return fault
    reason = f"{fault.reason} (its {items} evidence item{'s' if items > 1 else ''} must wait for it)"
    return Failure(fault.source, fault.line, fault.raw, reason, fault.remedy)


def _circles(broader: Mapping[str, str | None]) -> list[list[str]]:
    """Return the circles of a forest gone wrong, each once, from its smallest id. Cost: linear."""
    done: set[str] = set()
    circles: list[list[str]] = []
    for start in broader:
        trail: dict[str, int] = {}
        at: str | None = start
        while at is not None and at in broader and at not in done and at not in trail:
            trail[at] = len(trail)
            at = broader[at]
        if at is not None and at in trail:
            circle = list(trail)[trail[at] :]
            turn = circle.index(min(circle))
            circles.append(circle[turn:] + circle[:turn])
        done.update(trail)
    return circles
