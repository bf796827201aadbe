"""What records are called on the pages for writing: works as texts cite them, others by their labels; ids never alone.

Lives here: `Names`. May enter: a network, a language. Never here: what documents for programs say (ids).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kg.citations.references import short
from kg.contribute.alike import like_entity
from kg.contribute.queue import says
from kg.ids import RecordKind
from kg.model import Entity, Record
from kg.network import Network
from kg.question.compare_said import because
from kg.rdf.about import find
from kg.sentences import sentence

_CALLED = re.compile(r"((?:entity|claim) |(?:实体|论断) ?)([a-z0-9][a-z0-9-]*[a-z0-9])( ?)")


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a language has for the records of a network."""

    network: Network
    lang: str

    def work(self, key: str) -> str:
        """Return a work as running text cites it; the key of one that is not there."""
        found = self.network.snapshot.works.get(key)
        return key if found is None else short(found, lang=self.lang)

    def says(self, record: Record) -> str:
        """Return what a record says in a sentence."""
        return says(record, self.network, self.lang, called=self.work)

    def record(self, kind: RecordKind, id: str) -> str:
        """Return what a record of the network says in a sentence."""
        return self.says(find(self.network.snapshot, kind, id))

    def alike(self, entity: Entity) -> list[dict[str, str]]:
        """Return the entities that are called as an entity is: `[{"id", "label", "why"}]`. Cost: a look-up a name."""
        snapshot = self.network.snapshot
        return [
            {"id": one["id"], "label": snapshot.entities[one["id"]].label.get(self.lang), "why": one["why"]}
            for one in like_entity(entity, snapshot, lang=self.lang)
        ]

    def explained(self, text: str, works: Sequence[str]) -> str:
        """Return the explanation of a difference with the works responsible as texts cite them."""
        told = because(works, self.lang)
        return text.replace(told, because([self.work(key) for key in works], self.lang)) if told else text

    def named(self, text: str) -> str:
        """Return a sentence with the entities and claims in it, which it calls by their ids, by their names."""
        return _CALLED.sub(self._named, text)

    def _named(self, found: re.Match[str]) -> str:
        kind, id, after = found.groups()
        name = self.near(id)
        if name == id:
            return found[0]
        return f"{kind.rstrip()}“{name}”" if self.lang == "zh" else f"{kind}“{name}”{after}"

    def near(self, id: str) -> str:
        """Return what an id that may have been meant stands for: a claim as a sentence, an entity by its label."""
        snapshot, vocabulary = self.network.snapshot, self.network.vocabulary
        if id in snapshot.claims:
            return sentence(snapshot.claims[id], snapshot, vocabulary).get(self.lang)
        if id in snapshot.entities:
            return snapshot.entities[id].label.get(self.lang)
        return id
