"""Seeded evidence graphs of any size: typed, power-law, three evidence items a claim.

    python -m benchmarks.generate 10000 --pack FOLDER      a pack
    python -m benchmarks.generate 10000 --database URL     a record
    python -m benchmarks.generate 1000000 --arrays FILE    columns (.npz), for what starts from arrays

Lives here: `Drawn`, and what it is written as. May enter: a number of claims, a seed. Equal seeds give equal graphs.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.exporters import pack
from kg.ids import claim_id, evidence_id
from kg.model import Change, Claim, Entity, Evidence, Record, Text, Work
from kg.packs import Pack
from kg.record import Store
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary, load

LINKS_PER_ENTITY, ITEMS, MOST_ENDS, COMMON = 8, 3, 300, 0.15
STEEPNESS = 2.5
"""The degree of the r-th entity of a type is about r^(1/2.5 - 1): a degree distribution of exponent 2.67."""
TYPES = ("Capability", "Factor", "Mitigation", "Risk", "Technique")
PREFIXES = ("capability", "factor", "mitigation", "risk", "technique")
RELATIONS = ("enables", "lowers", "mitigates", "raises")
SIGNS = np.array([1, -1, -1, 1], dtype=np.int8)
FLOW = (
    ("Technique", "raises", "Factor", 10),
    ("Technique", "lowers", "Factor", 8),
    ("Technique", "enables", "Capability", 6),
    ("Factor", "raises", "Factor", 22),
    ("Factor", "lowers", "Factor", 10),
    ("Factor", "raises", "Capability", 10),
    ("Factor", "enables", "Capability", 6),
    ("Factor", "raises", "Risk", 6),
    ("Factor", "lowers", "Risk", 2),
    ("Capability", "raises", "Capability", 6),
    ("Capability", "raises", "Risk", 5),
    ("Capability", "lowers", "Factor", 2),
    ("Capability", "raises", "Factor", 2),
    ("Mitigation", "mitigates", "Factor", 3),
    ("Mitigation", "mitigates", "Risk", 1),
    ("Mitigation", "mitigates", "Capability", 1),
)
"""What leads to what, how, and how often; the ontology allows each."""
STANCES, STANCE_SHARES = ("supports", "disputes", "qualifies"), (0.80, 0.12, 0.08)
KIND_SHARES = (0.35, 0.20, 0.10, 0.10, 0.10, 0.15)
STRENGTH_SHARES = (0.25, 0.50, 0.25)
BASIS_SHARES = (0.30, 0.45, 0.05, 0.05, 0.10, 0.05)
YEARS = (2012, 2026)
Ints = NDArray[np.int32]
Codes = NDArray[np.int8]


@dataclass(frozen=True)
class Drawn:
    """A graph as columns. Entities and claims are numbered in the order of their ids, items by claim.

    Attributes:
        types: For each entity its place in `TYPES`.
        subject: For each claim an entity; `relation` is a place in `RELATIONS`, `object` an entity.
        work: For each item a work; the three of a claim differ.
        stance: For each item a place in `STANCES`; the first item of a claim supports it.
        kind: For each item a place among the kinds of study of the ontology; `strength` and `basis` likewise.
        year: For each work.
    """

    types: Codes
    subject: Ints
    relation: Codes
    object: Ints
    work: Ints
    stance: Codes
    kind: Codes
    strength: Codes
    basis: Codes
    year: NDArray[np.int16]

    @property
    def signs(self) -> Codes:
        """The sign of each claim."""
        return SIGNS[self.relation]

    def entities(self, type: str) -> Ints:
        """Return the entities of a type."""
        return np.flatnonzero(self.types == TYPES.index(type)).astype(np.int32)

    def entity_id(self, entity: int) -> str:
        """Return the id of an entity."""
        first = int(np.searchsorted(self.types, self.types[entity]))
        return f"{PREFIXES[self.types[entity]]}-{entity - first:07d}"

    def claim_id(self, claim: int) -> str:
        """Return the id of a claim."""
        ends = self.entity_id(int(self.subject[claim])), self.entity_id(int(self.object[claim]))
        return claim_id(ends[0], RELATIONS[self.relation[claim]], ends[1])

    def expected(self, vocabulary: Vocabulary) -> NDArray[np.float64]:
        """Return the expected value of each claim, as `kg.belief` weighs it.

        Every item stands for itself, since the three works of a claim differ. Cost: linear, about 1 s for 10^6 claims.
        """
        rank, weight, confidence = self._scales(vocabulary)
        ranks = rank[self.kind, self.strength].reshape(-1, ITEMS)
        mass = weight[ranks] * confidence[self.basis].reshape(-1, ITEMS)
        order = np.argsort(mass, axis=1, kind="stable")
        ranks, mass = np.take_along_axis(ranks, order, 1), np.take_along_axis(mass, order, 1)
        stance = np.take_along_axis(self.stance.reshape(-1, ITEMS), order, 1)
        ceilings = {one.rank: np.inf if one.ceiling is None else one.ceiling for one in vocabulary.certainties.values()}
        sides = []
        for side in (0, 1):
            total = np.zeros(len(ranks))
            for level in sorted(ceilings):
                part = np.where((ranks == level) & (stance == side), mass, 0.0)
                added = total + part[:, 0] + part[:, 1] + part[:, 2]
                total = np.maximum(total, np.minimum(ceilings[level], added))
            sides.append(total)
        found: NDArray[np.float64] = (sides[0] + 1.0) / (sides[0] + sides[1] + 2.0)
        return found

    def records(self, vocabulary: Vocabulary) -> Iterator[Record]:
        """Yield the records: entities, works, claims, items. Cost: about 10 microseconds each."""
        entities = [self.entity_id(entity) for entity in range(len(self.types))]
        for id, type_ in zip(entities, self.types.tolist(), strict=True):
            kind, number = id.split("-")
            yield Entity(id, TYPES[type_], Text(f"{kind} {int(number)}", f"{kind}{int(number)}"))
        works = [f"w{number:07d}" for number in range(len(self.year))]
        for id, year in zip(works, self.year.tolist(), strict=True):
            yield Work(id, "article-journal", f"On the evidence of {id}", (f"Author{int(id[1:]) // 3}, A.",), year)
        claims = []
        for subject, relation, object in zip(
            self.subject.tolist(), self.relation.tolist(), self.object.tolist(), strict=True
        ):
            ends = entities[subject], RELATIONS[relation], entities[object]
            claims.append(claim_id(*ends))
            yield Claim(claims[-1], *ends)
        words = list(vocabulary.study_kinds), list(vocabulary.strengths), list(vocabulary.bases)
        columns = (self.work, self.stance, self.kind, self.strength, self.basis)
        for place, row in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
            work, stance, kind, strength, basis = row
            claim, statement = claims[place // ITEMS], f"Finding {place}."
            word = words[0][kind], words[1][strength], words[2][basis]
            id = evidence_id(works[work], claim, STANCES[stance], statement)
            yield Evidence(id, claim, works[work], STANCES[stance], word[0], word[1], statement, word[2])

    def _scales(self, vocabulary: Vocabulary) -> tuple[Any, Any, Any]:
        kinds, strengths, bases = list(vocabulary.study_kinds), list(vocabulary.strengths), list(vocabulary.bases)
        rank = np.array([[vocabulary.certainty(kind, one, False).rank for one in strengths] for kind in kinds])
        weight = np.zeros(rank.max() + 1)
        for one in vocabulary.certainties.values():
            weight[one.rank] = one.weight
        return rank, weight, np.array([vocabulary.basis(one).confidence for one in bases])


def draw(claims: int, seed: int = 1) -> Drawn:
    """Return a graph of so many claims, 30 to 10^8.

    Eight claims an entity; as many techniques and risks as a quarter of the entities, at most 300 each.

    Cost: linear and vectorised; about 1 s and 100 bytes a claim.
    """
    random = np.random.default_rng(seed)
    count = max(16, claims // LINKS_PER_ENTITY)
    ends = min(MOST_ENDS, count // 4)
    inner = count - 2 * ends
    capabilities, mitigations = inner * 3 // 10, max(1, inner // 10)
    sizes = (capabilities, inner - capabilities - mitigations, mitigations, ends, ends)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    places = [random.permutation(size).astype(np.int32) for size in sizes]
    # Types that are few for the size of the graph take part in few claims, so that their entities are no hubs as such.
    few = {name: min(1.0, size / (COMMON * count)) for name, size in zip(TYPES, sizes, strict=True)}
    weights = np.array([weight * few[from_] * few[to] for from_, _, to, weight in FLOW])
    keys = np.zeros(0, dtype=np.int64)
    while len(keys) < claims:
        rows = random.choice(len(FLOW), size=int((claims - len(keys)) * 1.3) + 64, p=weights / weights.sum())
        subject, object = np.empty(len(rows), np.int64), np.empty(len(rows), np.int64)
        relation = np.array([RELATIONS.index(row[1]) for row in FLOW])[rows]
        for at, (from_, _, to, _) in enumerate(FLOW):
            chosen = np.flatnonzero(rows == at)
            for column, name in ((subject, from_), (object, to)):
                type_ = TYPES.index(name)
                steep = (random.random(len(chosen)) ** STEEPNESS * sizes[type_]).astype(np.int64)
                column[chosen] = starts[type_] + places[type_][steep]
        apart = subject != object
        fresh = (subject[apart] * len(RELATIONS) + relation[apart]) * count + object[apart]
        keys = np.unique(np.concatenate([keys, fresh]))
    keys = np.sort(random.choice(keys, size=claims, replace=False))
    works = max(ITEMS, claims // 5)
    work = (random.random((claims, ITEMS)) ** STEEPNESS * works).astype(np.int32)
    for _ in range(ITEMS):
        for at in range(1, ITEMS):
            same = (work[:, at : at + 1] == work[:, :at]).any(axis=1)
            work[same, at] = (work[same, at] + 1) % works

    def codes(shares: tuple[float, ...]) -> Codes:
        return np.searchsorted(np.cumsum(shares)[:-1], random.random(claims * ITEMS), side="right").astype(np.int8)

    stance = codes(STANCE_SHARES)
    stance[::ITEMS] = 0
    return Drawn(
        types=np.repeat(np.arange(len(TYPES)), sizes).astype(np.int8),
        subject=(keys // count // len(RELATIONS)).astype(np.int32),
        relation=(keys // count % len(RELATIONS)).astype(np.int8),
        object=(keys % count).astype(np.int32),
        work=work.reshape(-1),
        stance=stance,
        kind=codes(KIND_SHARES),
        strength=codes(STRENGTH_SHARES),
        basis=codes(BASIS_SHARES),
        year=random.integers(*YEARS, size=works).astype(np.int16),
    )


def snapshot(drawn: Drawn, vocabulary: Vocabulary) -> Snapshot:
    """Return the records as a snapshot at revision 1. For up to about 10^6 claims: 1.5 KB an item."""
    return Snapshot.of(1, "2026-01-01T00:00:00Z", drawn.records(vocabulary))


def main() -> None:
    """Write what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generate", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("claims", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--arrays", type=Path, metavar="FILE")
    parser.add_argument("--pack", type=Path, metavar="FOLDER")
    parser.add_argument("--database", metavar="URL")
    given = parser.parse_args()
    drawn, vocabulary = draw(given.claims, given.seed), load()
    if given.arrays:
        np.savez(given.arrays, **{one.name: getattr(drawn, one.name) for one in fields(drawn)})
    if given.pack:
        head = Pack(
            f"generated-{given.claims}", Text("Generated evidence"), str(given.seed), date(2026, 1, 1), "CC0-1.0"
        )
        pack.write(given.pack, pack.documents(snapshot(drawn, vocabulary), vocabulary, pack=head))
    if given.database:
        store = Store.open(given.database, create=True)
        changes = [Change(_kind(record), record) for record in drawn.records(vocabulary)]
        store.write(changes, actor="generator", act="import", reason=f"{given.claims} claims, seed {given.seed}")
        store.close()


def _kind(record: Record) -> Any:
    return type(record).__name__.lower()


if __name__ == "__main__":
    main()
