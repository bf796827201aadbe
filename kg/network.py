"""The network: a snapshot read through criteria, as signed links; `graph` gives them to networkx.

Lives here: which claims take part, with which opinion; steps for searching. May enter: snapshot, criteria,
belief, vocabulary. Never here: questions, answers, ids inside the search (nodes are ints, ids stay at the door).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import log
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, overload

from kg.belief import Line, Opinion, Weighing, weigh
from kg.criteria import Criteria
from kg.later import Later
from kg.model import Claim, Evidence, Text
from kg.overlay import opened
from kg.snapshot import Snapshot
from kg.vocabulary import Relation, Vocabulary

if TYPE_CHECKING:
    import networkx as nx
else:
    nx = Later("networkx")

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


Link: TypeAlias = tuple[int, int, int]
"""Subject node, object node, sign."""
Judged: TypeAlias = tuple[str, Line | Text, bool]
"""Item id; the line that belief sees of it, or why it does not count; whether it did not count so far."""
ASSUMED = Text("its claim is assumed to hold as likely as the scenario says", "假定其论断成立的可能性如情景所设")


@dataclass(frozen=True)
class Earlier:
    """Of the network that another follows from: what searches keep, the claims that may differ, nodes blocked."""

    kept: dict[str, Any]
    touched: tuple[str, ...]
    blocked: frozenset[int]


@dataclass(frozen=True)
class Network:
    """What counts of a snapshot under criteria.

    A claim is a *link* when its own and both ends' statuses count, its relation takes part, and at least one
    item that counts supports it (docs/decisions/0003), or a scenario assumes it. Entities are numbered in the order
    of their ids.

    Attributes:
        ids: Entity id of each node.
        index: Node of each entity id.
        links: Claim id -> (subject node, object node, sign), of the claims that take part.
        weighings: The weighing of every claim whose status counts, link or not.
        verdicts: For each evidence item of those claims that does not count, the reason, in both languages.
        assumed: Opinions that a scenario puts in the place of evidence, by claim id.
    """

    snapshot: Snapshot
    criteria: Criteria
    vocabulary: Vocabulary
    ids: tuple[str, ...]
    index: Mapping[str, int]
    links: Mapping[str, Link]
    weighings: Mapping[str, Weighing]
    verdicts: Mapping[str, Text]
    assumed: Mapping[str, Opinion] = field(default_factory=dict)

    @classmethod
    def build(
        cls,
        snapshot: Snapshot,
        criteria: Criteria,
        vocabulary: Vocabulary,
        assumed: Mapping[str, Opinion] = MappingProxyType({}),
    ) -> Network:
        """Weigh every claim and join those that take part.

        Cost: linear in claims and items; opinions of equal evidence are computed once per process.
        """
        counting = [entity.id for entity in snapshot.entities.values() if _counts(entity.status, criteria, vocabulary)]
        index = {id: node for node, id in enumerate(counting)}
        empty = cls(snapshot, criteria, vocabulary, tuple(counting), index, {}, {}, {}, assumed)
        return empty.reread(snapshot, criteria, snapshot.claims, assumed)

    def reread(
        self,
        snapshot: Snapshot,
        criteria: Criteria,
        touched: Iterable[str],
        assumed: Mapping[str, Opinion] = MappingProxyType({}),
    ) -> Network:
        """Return the network of another snapshot or other criteria, weighing only the claims that they touch.

        Args:
            snapshot: Has the same entities, of the same statuses.
            criteria: Let the same relations take part and the same statuses count.
            touched: At least the claims that are new, or whose status, evidence or verdicts differ.
            assumed: Opinions in the place of evidence; claims that are assumed now or were before are touched.

        Law: equals `build` of the same snapshot, criteria and assumptions.

        Cost: copies of the tables, then linear in the items of the touched claims.
        """
        parts = relations_taking_part(criteria, self.vocabulary)
        links, weighings, verdicts = opened(self.links), opened(self.weighings), opened(self.verdicts)
        known = [snapshot.claims[id] for id in touched if id in snapshot.claims]
        for claim in known:
            judged = self._judged(claim.id, snapshot, criteria)
            counts, is_assumed = _counts(claim.status, criteria, self.vocabulary), claim.id in assumed
            for id, said, was_out in judged:
                if counts and (is_assumed or isinstance(said, Text)):
                    verdicts[id] = ASSUMED if is_assumed or isinstance(said, Line) else said
                elif was_out:
                    del verdicts[id]
            if not counts:
                links.pop(claim.id, None)
                weighings.pop(claim.id, None)
                continue
            if is_assumed:
                weighing = replace(weigh(()), opinion=assumed[claim.id])
            else:
                weighing = weigh(tuple(said for _, said, _ in judged if isinstance(said, Line)))
            weighings[claim.id] = weighing
            relation = parts.get(claim.relation)
            holds = weighing.support > 0 or is_assumed
            if relation is not None and holds and claim.subject in self.index and claim.object in self.index:
                links[claim.id] = (self.index[claim.subject], self.index[claim.object], relation.sign)
            else:
                links.pop(claim.id, None)
        made = replace(
            self,
            snapshot=snapshot,
            criteria=criteria,
            links=links,
            weighings=weighings,
            verdicts=verdicts,
            assumed=assumed,
        )
        self._hand_on_steps(made, [claim.id for claim in known])
        return made

    def lacking(self, claims: Collection[str]) -> Network:
        """Return the network without the links of some claims; how they are weighed stays as it is."""
        made = replace(self, links={id: link for id, link in self.links.items() if id not in claims})
        self._hand_on_steps(made, sorted(claims))
        return made

    @cached_property
    def graph(self) -> nx.MultiDiGraph[int]:
        """The links for networkx: nodes are ints, an edge's key is its claim id; `sign`, `opinion`, `last` beside."""
        graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
        graph.add_nodes_from(range(len(self.ids)))
        for claim, (subject, object, sign) in self.links.items():
            graph.add_edge(
                subject, object, key=claim, sign=sign, opinion=self.opinion(claim), last=self._is_last(claim)
            )
        return graph

    @cached_property
    def forward(self) -> Sequence[tuple[Step, ...]]:
        """For each node the steps that leave it, cheapest first, ties by claim id; worked out when first asked for."""
        return _Steps(self, forward=True)

    @cached_property
    def backward(self) -> Sequence[tuple[Step, ...]]:
        """For each node the steps that arrive, walked backwards: `node` is the subject."""
        return _Steps(self, forward=False)

    @cached_property
    def blocked(self) -> frozenset[int]:
        """Nodes that no path passes through."""
        return frozenset(self.index[id] for id in self.criteria.block if id in self.index)

    @cached_property
    def earlier(self) -> Earlier | None:
        """The network that this one follows from, if any; what came before that is let go."""
        return None

    @cached_property
    def kept(self) -> dict[str, Any]:
        """What a search has worked out about this network and may use again."""
        return {}

    def opinion(self, claim: str) -> Opinion:
        """Return the opinion on a claim under these criteria; vacuous when nothing counts."""
        return self.weighing(claim).opinion

    def weighing(self, claim: str) -> Weighing:
        """Return the weighing of a claim under these criteria."""
        return self.weighings.get(claim) or weigh(())

    def is_contested(self, claim: str) -> bool:
        """Say whether evidence that counts stands on both sides of a claim; kept, since claims stand on many paths."""
        known = self._known_contested
        if claim not in known:
            known[claim] = self.weighing(claim).contested
        return known[claim]

    @cached_property
    def _known_contested(self) -> dict[str, bool]:
        return {}

    def counting(self, claim: str) -> tuple[Evidence, ...]:
        """Return the items that count for a claim (its stance may be neutral), by id."""
        if claim not in self.weighings:
            return ()
        return tuple(item for item in self.snapshot.evidence_of(claim) if item.id not in self.verdicts)

    def bases(self, claims: Collection[str]) -> Counter[tuple[str, bool]]:
        """Return how many items that count for some claims were read on each basis, inferred or not."""
        self.expect(claims)
        return Counter((item.basis, item.inferred) for claim in claims for item in self.counting(claim))

    def works_in_evidence(self) -> frozenset[str]:
        """Return the works of which an item counts, for a claim whose status counts. Cost: linear in the items."""
        return frozenset(item.work for claim in self.weighings for item in self.counting(claim))

    def expect(self, claims: Iterable[str]) -> None:
        """Be told which claims' items will be asked for; here they are at hand."""

    def year(self, work: str) -> int | None:
        """Return the year of a work; None where it is not known."""
        return self.snapshot.works[work].year

    def supporting_works(self, claims: Iterable[str]) -> list[str]:
        """Return the sorted keys of the works whose counting items support any of the claims."""
        known = self._known_supporters
        return sorted(set().union(*(known[one] if one in known else self._supporters(one) for one in claims)))

    def _supporters(self, claim: str) -> frozenset[str]:
        known = self._known_supporters
        if claim not in known:
            stances = self.vocabulary.stances
            known[claim] = frozenset(item.work for item in self.counting(claim) if stances[item.stance].polarity > 0)
        return known[claim]

    @cached_property
    def _known_supporters(self) -> dict[str, frozenset[str]]:
        return {}

    def carriers(self, claim: str) -> frozenset[str]:
        """Return the works of which a link needs one: those of the supporting items that weigh anything."""
        lines = ((item.work, line_of(item, item.work, self.vocabulary)) for item in self.counting(claim))
        return frozenset(work for work, line in lines if line.carries)

    def lost_with(self, works: Collection[str]) -> frozenset[str]:
        """Return the claims that no supporting item carries any more without some works."""
        touched = {item.claim for work in works for item in self.snapshot.evidence_from(work)}
        lost = frozenset(works)
        return frozenset(claim for claim in touched if (own := self.carriers(claim)) and own <= lost)

    def _judged(self, claim: str, snapshot: Snapshot, criteria: Criteria) -> list[Judged]:
        """Return for each item of a claim, by id, what belief sees of it, or why it does not count."""
        judged: list[Judged] = []
        for item in snapshot.evidence_of(claim):
            reason = criteria.why_not(item, snapshot.works.get(item.work), self.vocabulary)
            said = line_of(item, group_of(item, snapshot), self.vocabulary) if reason is None else reason
            judged.append((item.id, said, item.id in self.verdicts))
        return judged

    def nodes_of(self, entity: str) -> frozenset[int]:
        """Return the node of an entity, with those of its narrower entities when the criteria say so."""
        ids = self.snapshot.within(entity) if self.criteria.narrower else {entity}
        return frozenset(self.index[id] for id in ids if id in self.index)

    def of_types(self, types: Sequence[str]) -> list[str]:
        """Return the entities that count and are of these types or of types below them, by id."""
        wanted = {subtype for type in types for subtype in self.vocabulary.subtypes(type)}
        entities = self.snapshot.entities
        return [id for id in self.ids if entities[id].type in wanted]

    def _is_last(self, claim: str) -> bool:
        return self.vocabulary.relation(self.snapshot.claims[claim].relation).propagation == "terminal"

    def _hand_on_steps(self, other: Network, touched: Sequence[str]) -> None:
        """Give a network that differs in the touched claims the steps worked out here, mended where they differ."""
        other.__dict__["earlier"] = Earlier(self.kept, tuple(touched), self.blocked)
        for name in self.__dict__.keys() & {"forward", "backward"}:
            place = 0 if name == "forward" else 1
            changed = {net.links[claim][place] for net in (self, other) for claim in touched if claim in net.links}
            known: _Steps = getattr(self, name)
            other.__dict__[name] = _Steps(other, forward=name == "forward", known=known.known, changed=changed)


class _Steps(Sequence[tuple[Step, ...]]):
    """The steps at each node, worked out when first asked for: a large network is rarely walked as a whole."""

    def __init__(
        self,
        network: Network,
        *,
        forward: bool,
        known: Mapping[int, tuple[Step, ...]] = MappingProxyType({}),
        changed: Collection[int] = (),
    ) -> None:
        self._network = network
        self._forward = forward
        self.known = {node: steps for node, steps in list(known.items()) if node not in changed}

    def __len__(self) -> int:
        return len(self._network.ids)

    @overload
    def __getitem__(self, node: int) -> tuple[Step, ...]: ...
    @overload
    def __getitem__(self, node: slice) -> list[tuple[Step, ...]]: ...
    def __getitem__(self, node: int | slice) -> tuple[Step, ...] | list[tuple[Step, ...]]:
        if isinstance(node, slice):
            return [self[one] for one in range(len(self))[node]]
        found = self.known.get(node)
        if found is None:
            if not 0 <= node < len(self):
                raise IndexError(node)
            found = self.known[node] = tuple(sorted(self._at(node)))
        return found

    def _at(self, node: int) -> Iterator[Step]:
        network, forward = self._network, self._forward
        at = network.snapshot.claims_from if forward else network.snapshot.claims_to
        for claim in at(network.ids[node]):
            link = network.links.get(claim.id)
            if link is not None:
                subject, object, sign = link
                cost = round(-log(network.opinion(claim.id).expected) * COST_UNIT)
                yield Step(cost, claim.id, object if forward else subject, sign, network._is_last(claim.id))


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


def _counts(status: str, criteria: Criteria, vocabulary: Vocabulary) -> bool:
    return criteria.status_counts(vocabulary.status(status))


def relations_taking_part(criteria: Criteria, vocabulary: Vocabulary) -> dict[str, Relation]:
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
