"""The network: a snapshot read through criteria, as a `networkx.MultiDiGraph` of signed links.

Lives here: which claims take part, with which opinion; steps for searching. May enter: snapshot, criteria,
belief, vocabulary. Never here: questions, answers, ids inside the search (nodes are ints, ids stay at the door).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import Any, NamedTuple

import networkx as nx

from kg.belief import Line, Opinion, Weighing, weigh
from kg.criteria import Criteria
from kg.model import Claim, Evidence
from kg.snapshot import Snapshot
from kg.vocabulary import Relation, Vocabulary

COST_UNIT = 2**40


class Step(NamedTuple):
    """One link as a search walks it: to `node`, by `claim` of this `sign`, at `cost` = -ln(expected) * 2^40.

    `last` is True when the relation is terminal: nothing may follow it on a path.
    """

    cost: int
    claim: str
    node: int
    sign: int
    last: bool


@dataclass(frozen=True)
class Network:
    """What counts of a snapshot under criteria.

    A claim is a *link* when its own and both ends' statuses count, its relation takes part, and at least one
    item that counts supports it (docs/decisions/0003). Entities are numbered in the order of their ids.

    Attributes:
        ids: Entity id of each node.
        index: Node of each entity id.
        graph: Nodes are ints; an edge's key is its claim id; its `sign`, `opinion` and `last` are attributes.
        weighings: The weighing of every claim whose status counts, link or not.
        verdicts: For each evidence item of those claims that does not count, the reason.
    """

    snapshot: Snapshot
    criteria: Criteria
    vocabulary: Vocabulary
    ids: tuple[str, ...]
    index: Mapping[str, int]
    graph: nx.MultiDiGraph[int]
    weighings: Mapping[str, Weighing]
    verdicts: Mapping[str, str]

    @classmethod
    def build(cls, snapshot: Snapshot, criteria: Criteria, vocabulary: Vocabulary) -> Network:
        """Weigh every claim and join those that take part.

        Cost: linear in claims and items; opinions of equal evidence are computed once per process.
        """
        counting = [entity.id for entity in snapshot.entities.values() if _counts(entity.status, criteria, vocabulary)]
        index = {id: node for node, id in enumerate(counting)}
        parts = _relations(criteria, vocabulary)
        graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
        graph.add_nodes_from(range(len(counting)))
        weighings: dict[str, Weighing] = {}
        verdicts: dict[str, str] = {}
        for claim in snapshot.claims.values():
            if not _counts(claim.status, criteria, vocabulary):
                continue
            weighing = weigh(_lines(snapshot.evidence_of(claim.id), snapshot, criteria, vocabulary, verdicts))
            weighings[claim.id] = weighing
            relation = parts.get(claim.relation)
            if relation is not None and weighing.support > 0 and claim.subject in index and claim.object in index:
                graph.add_edge(
                    index[claim.subject],
                    index[claim.object],
                    key=claim.id,
                    sign=relation.sign,
                    opinion=weighing.opinion,
                    last=relation.propagation == "terminal",
                )
        return cls(snapshot, criteria, vocabulary, tuple(counting), index, graph, weighings, verdicts)

    @cached_property
    def links(self) -> Mapping[str, tuple[int, int, int]]:
        """Claim id -> (subject node, object node, sign), of the claims that take part."""
        return {key: (subject, object, edge["sign"]) for subject, object, key, edge in self._edges()}

    @cached_property
    def forward(self) -> Sequence[tuple[Step, ...]]:
        """For each node the steps that leave it, cheapest first, ties by claim id."""
        return self._steps(forward=True)

    @cached_property
    def backward(self) -> Sequence[tuple[Step, ...]]:
        """For each node the steps that arrive, walked backwards: `node` is the subject."""
        return self._steps(forward=False)

    @cached_property
    def blocked(self) -> frozenset[int]:
        """Nodes that no path passes through."""
        return frozenset(self.index[id] for id in self.criteria.block if id in self.index)

    def opinion(self, claim: str) -> Opinion:
        """Return the opinion on a claim under these criteria; vacuous when nothing counts."""
        return self.weighing(claim).opinion

    def weighing(self, claim: str) -> Weighing:
        """Return the weighing of a claim under these criteria."""
        return self.weighings.get(claim, weigh(()))

    def counting(self, claim: str) -> tuple[Evidence, ...]:
        """Return the items that count for a claim (its stance may be neutral), by id."""
        if claim not in self.weighings:
            return ()
        return tuple(item for item in self.snapshot.evidence_of(claim) if item.id not in self.verdicts)

    def supporting_works(self, claims: Iterable[str]) -> list[str]:
        """Return the sorted keys of the works whose counting items support any of the claims."""
        stances = self.vocabulary.stances
        return sorted(
            {item.work for claim in claims for item in self.counting(claim) if stances[item.stance].polarity > 0}
        )

    def nodes_of(self, entity: str) -> frozenset[int]:
        """Return the node of an entity, with those of its narrower entities when the criteria say so."""
        ids = self.snapshot.within(entity) if self.criteria.narrower else {entity}
        return frozenset(self.index[id] for id in ids if id in self.index)

    def _edges(self) -> Iterable[tuple[int, int, str, dict[str, Any]]]:
        edges: Iterable[tuple[int, int, str, dict[str, Any]]] = self.graph.edges(keys=True, data=True)
        return edges

    def _steps(self, *, forward: bool) -> Sequence[tuple[Step, ...]]:
        steps: list[list[Step]] = [[] for _ in self.ids]
        for subject, object, key, edge in self._edges():
            here, there = (subject, object) if forward else (object, subject)
            cost = round(-log(edge["opinion"].expected) * COST_UNIT)
            steps[here].append(Step(cost, key, there, edge["sign"], edge["last"]))
        return [tuple(sorted(some)) for some in steps]


def line_of(item: Evidence, group: str, vocabulary: Vocabulary) -> Line:
    """Return an evidence item as belief sees it, with the numbers that the ontology gives it."""
    certainty = vocabulary.certainty(item.kind, item.strength, item.inferred)
    return Line(
        id=item.id,
        polarity=vocabulary.stance(item.stance).polarity,
        rank=certainty.rank,
        weight=certainty.weight,
        ceiling=certainty.ceiling,
        confidence=vocabulary.basis(item.basis).confidence,
        group=group,
    )


def group_of(item: Evidence, snapshot: Snapshot) -> str:
    """Return the independence group of an item: its own, else its work's, else the work."""
    if item.independence_group is not None:
        return item.independence_group
    work = snapshot.works.get(item.work)
    return item.work if work is None or work.independence_group is None else work.independence_group


def _lines(
    items: Iterable[Evidence], snapshot: Snapshot, criteria: Criteria, vocabulary: Vocabulary, verdicts: dict[str, str]
) -> tuple[Line, ...]:
    lines = []
    for item in items:
        reason = criteria.why_not(item, snapshot.works.get(item.work), vocabulary)
        if reason is None:
            lines.append(line_of(item, group_of(item, snapshot), vocabulary))
        else:
            verdicts[item.id] = reason
    return tuple(lines)


def _counts(status: str, criteria: Criteria, vocabulary: Vocabulary) -> bool:
    return criteria.status_counts(vocabulary.status(status))


def _relations(criteria: Criteria, vocabulary: Vocabulary) -> dict[str, Relation]:
    """Return the relations that take part: those named (with narrower ones), else all that conduct or end paths."""
    if criteria.relation:
        named = {id for relation in criteria.relation for id in vocabulary.subrelations(relation)}
        return {id: vocabulary.relations[id] for id in sorted(named)}
    return {
        id: relation
        for id, relation in vocabulary.relations.items()
        if relation.propagation != "inert" and relation.sign != 0
    }


def sign_of(claim: Claim, vocabulary: Vocabulary) -> int:
    """Return the sign of a claim's relation: +1, -1 or 0."""
    return vocabulary.relation(claim.relation).sign
