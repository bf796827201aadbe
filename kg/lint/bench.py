"""What the rules look at, and the form of what they find.

Lives here: `Bench`, `Found`. May enter: a snapshot, the vocabulary. Never here: rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from kg.criteria import Criteria
from kg.errors import UnknownTerm
from kg.ids import RecordKind
from kg.model import Claim, Entity, Evidence, Record, Text, Work
from kg.network import Network
from kg.snapshot import Snapshot
from kg.terms import Term
from kg.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that a rule found: on which record, and the words that its message has places for."""

    kind: RecordKind
    id: str
    words: Mapping[str, str | Text] = field(default_factory=dict)


@dataclass(frozen=True)
class Bench:
    """A record on the bench. Records that were rejected, revoked or superseded are not looked at.

    Args:
        whole: The snapshot, broken records included.
        vocabulary: The ontology.
    """

    whole: Snapshot
    vocabulary: Vocabulary

    @cached_property
    def snapshot(self) -> Snapshot:
        """The snapshot without records that use words the ontology does not have: belief is not defined on them."""
        sound = [record for record in _records(self.whole) if not list(self.unknown_words(record))]
        return Snapshot.of(self.whole.revision, self.whole.recorded_at, sound)

    @cached_property
    def network(self) -> Network:
        """What counts of it, under no criteria."""
        return Network.build(self.snapshot, Criteria(), self.vocabulary)

    @cached_property
    def entities(self) -> list[Entity]:
        """The entities that count or wait for review, by id."""
        return [entity for entity in self.snapshot.entities.values() if self.stands(entity)]

    @cached_property
    def claims(self) -> list[Claim]:
        """The claims, likewise."""
        return [claim for claim in self.snapshot.claims.values() if self.stands(claim)]

    @cached_property
    def items(self) -> list[Evidence]:
        """The evidence items, likewise."""
        return [item for item in self.snapshot.evidence.values() if self.stands(item)]

    def stands(self, record: Entity | Claim | Evidence) -> bool:
        """Say whether a record counts or may come to count."""
        status = self.vocabulary.status(record.status)
        return status.counts or status.on_request

    def polarity(self, item: Evidence) -> int:
        """Return +1, -1 or 0 for what an item says of its claim."""
        return self.vocabulary.stance(item.stance).polarity

    def unknown_words(self, record: Record) -> Iterator[tuple[str, str]]:
        """Yield the fields of a record whose word the ontology does not have, and the word."""
        for name, look_up in _words(self.vocabulary, record).items():
            word = getattr(record, name)
            try:
                look_up(word)
            except UnknownTerm:
                yield name, word


def _records(snapshot: Snapshot) -> Iterator[Record]:
    yield from snapshot.entities.values()
    yield from snapshot.claims.values()
    yield from snapshot.evidence.values()
    yield from snapshot.works.values()


def _words(vocabulary: Vocabulary, record: Record) -> dict[str, Any]:
    if isinstance(record, Entity):
        return {"type": vocabulary.entity_type, "status": vocabulary.status}
    if isinstance(record, Claim):
        return {"relation": vocabulary.relation, "status": vocabulary.status}
    if isinstance(record, Work):
        return {"status": vocabulary.work_status}
    return {
        "stance": vocabulary.stance,
        "kind": vocabulary.study_kind,
        "strength": vocabulary.strength,
        "basis": vocabulary.basis,
        "status": vocabulary.status,
    }


def in_words(terms: Mapping[str, Term], id: str) -> Text:
    """Return a word of the ontology: its id in English, its label in Chinese where it has one."""
    term = terms.get(id)
    return Text(id, None if term is None else term.label.zh)
