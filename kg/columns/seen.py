"""Columns under criteria: which entities are nodes, which claims take part, what each item and claim is worth.

Lives here: `Seen`. May enter: columns, what was weighed, criteria, vocabulary. Never here: mappings, searching.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from kg.belief import Line, Opinion, Weighing, weigh
from kg.columns.reading import NONE
from kg.columns.table import Columns
from kg.columns.weighing import Weighed, counting, said, verdict_of
from kg.compiled.arrays import Arrays
from kg.compiled.field import ranges
from kg.criteria import Criteria
from kg.later import Later
from kg.model import Entity, Text, Work
from kg.network import Link, relations_taking_part
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]
else:
    np = Later("numpy")


@dataclass(frozen=True, eq=False)
class Seen:
    """Columns under criteria.

    Attributes:
        weighed: What the criteria make of every claim.
        node: For each entity of the columns its node; -1 where its status does not count.
        entity: For each node its entity; -1 - k for the k-th of `added`.
        added: Entities that came after the columns, by id.
        taking: The claims whose status counts, ascending.
        linked: Those of them that take part, whose ends count and which an item supports.
    """

    columns: Columns
    criteria: Criteria
    vocabulary: Vocabulary
    weighed: Weighed
    node: Array
    entity: Array
    added: tuple[str, ...]
    taking: Array
    linked: Array

    @classmethod
    def of(cls, columns: Columns, criteria: Criteria, vocabulary: Vocabulary, weighed: Weighed | None = None) -> Seen:
        """Look at columns under criteria."""
        known = Weighed.of(columns, criteria, vocabulary) if weighed is None else weighed
        blank = np.zeros(0, np.int32)
        taking = np.flatnonzero(counting(columns, criteria, vocabulary)[columns.claim_status])
        made = cls(columns, criteria, vocabulary, known, blank, blank, (), taking, blank)
        return made._numbered(counting(columns, criteria, vocabulary)[columns.entity_status], ())

    def with_entities(self, changed: Iterable[Entity]) -> Seen:
        """Return the same with entities as they stand now; itself when none of them is new or counts otherwise."""
        counts, added = self.node >= 0, []
        differs = False
        for one in changed:
            counts_now = self.criteria.status_counts(self.vocabulary.status(one.status))
            at = self.columns.entity_id.find(one.id)
            if at is None:
                differs |= counts_now
                added += [one.id] if counts_now else []
            elif bool(counts[at]) != counts_now:
                differs = True
                counts[at] = counts_now
        return self._numbered(counts, sorted(added)) if differs else self

    def _numbered(self, counts: Array, added: Sequence[str]) -> Seen:
        """Number the entities that count in the order of their ids."""
        columns = self.columns
        entity = np.flatnonzero(counts).astype(np.int32)
        if added:
            before = [int(np.searchsorted(entity, bisect_left(columns.entity_id, id))) for id in added]
            entity = np.insert(entity, before, [-1 - k for k in range(len(added))]).astype(np.int32)
        node = np.full(len(columns.entity_id), NONE, np.int32)
        mine = np.flatnonzero(entity >= 0)
        node[entity[mine]] = mine
        parts = relations_taking_part(self.criteria, self.vocabulary)
        takes_part = np.array([*(name in parts for name in columns.relations), False], bool)
        taking = self.taking
        fits = takes_part[columns.relation[taking]] & self.weighed.supported[taking]
        fits &= (node[columns.subject[taking]] >= 0) & (node[columns.object[taking]] >= 0)
        return replace(self, node=node, entity=entity, added=tuple(added), linked=taking[fits])

    def arrays(self, block: Collection[str]) -> Arrays:
        """Return what the compiled search walks."""
        columns, linked = self.columns, self.linked
        codes = columns.relation[linked]
        blocked = [node for node in map(self.node_of, block) if node is not None]
        last = self._lasts[codes] if self._lasts.any() else None
        return Arrays.of_columns(
            self.link_ids(),
            self.nodes,
            self.node[columns.subject[linked]],
            self.node[columns.object[linked]],
            self._signs[codes],
            self.weighed.expected[linked],
            last=last,
            blocked=blocked,
        )

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.entity)

    def entity_at(self, node: int) -> str:
        """Return the id of the entity of a node."""
        at = int(self.entity[node])
        return self.columns.entity_id[at] if at >= 0 else self.added[-1 - at]

    def node_of(self, id: str) -> int | None:
        """Return the node of an entity; None where it has none."""
        at = self.columns.entity_id.find(id)
        if at is not None:
            return None if self.node[at] < 0 else int(self.node[at])
        place = bisect_left(self.added, id)
        if place == len(self.added) or self.added[place] != id:
            return None
        return int(np.flatnonzero(self.entity == -1 - place)[0])

    def of_types(self, types: Collection[str]) -> list[str]:
        """Return the entities of the columns that count and are of one of these types, by id."""
        of_type = np.array([*(type in types for type in self.columns.types), False], bool)
        found = np.flatnonzero(of_type[self.columns.entity_type] & (self.node >= 0))
        return [self.columns.entity_id[at] for at in found.tolist()]

    def link_id(self, place: int) -> str:
        """Return the id of a claim that takes part, by its place among them."""
        return self.columns.claim_id(int(self.linked[place]))

    def link_ids(self) -> Sequence[str]:
        """Return the ids of the claims that take part."""
        return _LinkIds(self)

    def link_of(self, claim: str) -> int | None:
        """Return the place of a claim among those that take part."""
        return _place(self.linked, self.columns.claim_of(claim))

    def link(self, place: int) -> Link:
        """Return subject node, object node and sign of a claim that takes part."""
        at, columns = int(self.linked[place]), self.columns
        subject, object = int(self.node[columns.subject[at]]), int(self.node[columns.object[at]])
        return subject, object, int(self._signs[columns.relation[at]])

    def taking_id(self, place: int) -> str:
        """Return the id of a claim whose status counts, by its place among them."""
        return self.columns.claim_id(int(self.taking[place]))

    def taking_of(self, claim: str) -> int | None:
        """Return the place of a claim among those whose status counts."""
        return _place(self.taking, self.columns.claim_of(claim))

    def weighing(self, place: int) -> Weighing:
        """Return the weighing of a claim whose status counts, with the ids and groups of its lines."""
        weighed, ids = self.weighed, self.columns.item_id
        items = [item for item in self._items(int(self.taking[place])) if weighed.counts[item]]
        lines = [(weighed.lines[weighed.line[item]], ids[item], self._group(item)) for item in items]
        return weigh(tuple(line._replace(id=id, group=group) for line, id, group in lines))

    def judged(self, claim: int, criteria: Criteria) -> Iterator[tuple[int, str, Line | Text]]:
        """Give for each item of a claim its number, its id, and what belief sees of it under other criteria.

        What stands in place of the line of an item that does not count is the reason.
        """
        columns, weighed = self.columns, self.weighed
        for item in self._items(claim):
            at, id = int(columns.item_work[item]), columns.item_id[item]
            status = columns.work_statuses[int(columns.work_status[at])]
            work = Work(columns.work_id[at], "", "", year=int(columns.work_year[at]) or None, status=status)
            reason = verdict_of(columns, item, work, criteria, self.vocabulary)
            line = weighed.lines[int(weighed.line[item])]
            yield item, id, line._replace(id=id, group=self._group(item)) if reason is None else reason

    def opinion(self, claim: int) -> Opinion:
        """Return the opinion on a claim."""
        return self.weighed.weighings[int(self.weighed.pattern[claim])].opinion

    def contested(self, claim: int) -> bool:
        """Say whether items that count stand on both sides of a claim."""
        return self.weighed.weighings[int(self.weighed.pattern[claim])].contested

    def counting(self, claim: int) -> Array:
        """Return of each item of a claim, in their order, whether it counts."""
        counts: Array = self.weighed.counts[self.columns.item_start[claim] : self.columns.item_start[claim + 1]]
        return counts

    def supporters(self, claim: int) -> frozenset[str]:
        """Return the works whose counting items support a claim."""
        columns, counts = self.columns, self.weighed.counts
        chosen = [item for item in self._items(claim) if counts[item] and self._supports[columns.item_says[item]]]
        return frozenset(map(self.work_of, chosen))

    def carriers(self, claim: int) -> frozenset[str]:
        """Return the works of the items that alone would support a claim."""
        low, high = int(self.columns.item_start[claim]), int(self.columns.item_start[claim + 1])
        return frozenset(map(self.work_of, (np.flatnonzero(self._carrying[low:high]) + low).tolist()))

    def lost_with(self, works: Iterable[str]) -> list[str]:
        """Return the claims of which some items that alone would support them are of these works, and no others."""
        columns = self.columns
        lost = np.zeros(len(columns.work_id), bool)
        lost[[at for work in works if (at := columns.work_id.find(work)) is not None]] = True
        begin, order = columns.items_by_work
        items = np.concatenate([order[begin[at] : begin[at + 1]] for at in np.flatnonzero(lost)] or [order[:0]])
        touched = np.unique(columns.item_claim[items[self._carrying[items]]])
        places, claim = ranges(columns.item_start, touched)
        kept = np.unique(claim[self._carrying[places] & ~lost[columns.item_work[places]]])
        return [columns.claim_id(at) for at in np.setdiff1d(touched, kept, assume_unique=True).tolist()]

    def work_of(self, item: int) -> str:
        """Return the work of an item."""
        return self.columns.work_id[int(self.columns.item_work[item])]

    def is_left_out(self, item: int) -> bool:
        """Say whether an item does not count though the status of its claim does."""
        claim = int(self.columns.item_claim[item])
        return not self.weighed.counts[item] and _place(self.taking, claim) is not None

    def reason(self, item: int, work: Work) -> Text:
        """Return why an item is left out."""
        found = verdict_of(self.columns, item, work, self.criteria, self.vocabulary)
        if found is None:
            raise LookupError(f"the item {self.columns.item_id[item]} counts")
        return found

    def _items(self, claim: int) -> range:
        return range(int(self.columns.item_start[claim]), int(self.columns.item_start[claim + 1]))

    def _group(self, item: int) -> str:
        columns = self.columns
        work = int(columns.item_work[item])
        for code in (int(columns.item_group[item]), int(columns.work_group[work])):
            if code != NONE:
                return columns.groups[code]
        return columns.work_id[work]

    @cached_property
    def _carrying(self) -> Array:
        """For each item whether it counts and alone would support its claim."""
        carries = np.array([line.carries for line in self.weighed.lines] or [False], bool)
        carrying: Array = self.weighed.counts.astype(bool) & carries[self.weighed.line]
        return carrying

    @cached_property
    def _supports(self) -> list[bool]:
        stances = self.vocabulary.stances
        return [stances[said(self.columns, at)[0]].polarity > 0 for at in range(len(self.columns.says))]

    @cached_property
    def _signs(self) -> Array:
        # Claims that no longer stand may have relations that the ontology has no more; they are no links.
        relations = map(self.vocabulary.relations.get, self.columns.relations)
        return np.array([0 if one is None else one.sign for one in relations] or [0], np.int8)

    @cached_property
    def _lasts(self) -> Array:
        relations = map(self.vocabulary.relations.get, self.columns.relations)
        return np.array([one is not None and one.propagation == "terminal" for one in relations] or [False], bool)


class _LinkIds(Sequence[str]):
    """The ids of the claims that take part."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    def __len__(self) -> int:
        return len(self._seen.linked)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return [self._seen.link_id(one) for one in range(len(self))[at]]
        return self._seen.link_id(range(len(self))[at])

    def find(self, id: str) -> int | None:
        """Return the place of an id; None where it is not among them."""
        return self._seen.link_of(id)


def _place(among: Array, number: int | None) -> int | None:
    """Return where a number stands among ascending ones; None when it does not."""
    if number is None:
        return None
    at = int(among.searchsorted(number))
    return at if at < len(among) and among[at] == number else None
