"""Columns seen as a network: what counts of them under criteria, with the arrays that the compiled search walks.

Lives here: `Source`, `ColumnNetwork`. May enter: columns, a snapshot that follows from them, criteria, vocabulary.
Never here: searching.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from kg.belief import Opinion
from kg.columns.made import Made
from kg.columns.records import Fetch, unchanged
from kg.columns.records import snapshot as snapshot_of
from kg.columns.seen import Seen
from kg.columns.table import Columns
from kg.compiled.arrays import Arrays
from kg.criteria import Criteria
from kg.later import Later
from kg.model import Evidence, Text
from kg.network import Judged, Network
from kg.overlay import Overlay
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    import numpy as np
else:
    np = Later("numpy")

SEEN_MOST, OPINIONS_MOST = 4, 100_000
V = TypeVar("V")


class Source:
    """Columns with what was worked out from them: their snapshot, and for each of the last criteria what counts.

    Args:
        columns: The record at one revision.
        fetch: Returns records by id, as they stood at that revision.
    """

    def __init__(self, columns: Columns, fetch: Fetch) -> None:
        self.columns = columns
        self.snapshot = snapshot_of(columns, fetch)
        self._seen: OrderedDict[tuple[Criteria, str], tuple[Seen, Arrays]] = OrderedDict()

    def holds(self, snapshot: Snapshot) -> bool:
        """Say whether a snapshot is that of the columns, or follows from it by revisions applied."""
        return _below(snapshot.claims) is self.snapshot.claims

    def network(self, snapshot: Snapshot, criteria: Criteria, vocabulary: Vocabulary) -> Network:
        """Return the network of a snapshot that `holds`.

        Law: equals `Network.build` of the same snapshot and criteria.

        Cost: the first time under these criteria about 0.5 microseconds an item and 14 bytes a claim; then what
        changed since the columns were read, and, where an entity is new, a pass over the claims.
        """
        seen, arrays = self.under(criteria, vocabulary)
        if isinstance(snapshot.entities, Overlay):
            fresh = seen.with_entities(snapshot.entities.own.values())
            arrays = arrays if fresh is seen else fresh.arrays(criteria.block)
            seen = fresh
        made = ColumnNetwork(
            self.snapshot,
            criteria,
            vocabulary,
            ids=_Ids(seen.nodes, seen.entity_at),  # type: ignore[arg-type]
            index=_Table(seen.nodes, seen.entity_at, seen.node_of, int),
            links=_Table(len(seen.linked), seen.link_id, seen.link_of, seen.link),
            weighings=_Table(len(seen.taking), seen.taking_id, seen.taking_of, seen.weighing),
            verdicts=_Verdicts(seen, self.snapshot),
            seen=seen,
        )
        made.kept["arrays"] = arrays
        touched = _touched(snapshot)
        return made.reread(snapshot, criteria, touched) if touched or snapshot is not self.snapshot else made

    def under(self, criteria: Criteria, vocabulary: Vocabulary) -> tuple[Seen, Arrays]:
        """Return what counts of the columns under criteria, and the arrays that are searched; worked out once."""
        key = criteria, vocabulary.digest
        found = self._seen.get(key)
        if found is None:
            seen = Seen.of(self.columns, criteria, vocabulary)
            found = seen, seen.arrays(criteria.block)
            self.keep(key, found)
        return found

    def keep(self, key: tuple[Criteria, str], found: tuple[Seen, Arrays]) -> None:
        """Keep what was worked out for criteria and a vocabulary."""
        self._seen[key] = found
        while len(self._seen) > SEEN_MOST:
            self._seen.popitem(last=False)


@dataclass(frozen=True)
class ColumnNetwork(Network):
    """A network whose tables are read from columns; those of touched claims lie over them."""

    seen: Seen | None = None

    def opinion(self, claim: str) -> Opinion:
        """Return the opinion on a claim under these criteria; vacuous when nothing counts."""
        known: dict[str, Opinion] = self.kept.setdefault("opinions", {})
        found = known.get(claim)
        if found is None:
            at = self._untouched(claim)
            found = super().opinion(claim) if at is None or self.seen is None else self.seen.opinion(at)
            if len(known) >= OPINIONS_MOST:
                known.clear()
            known[claim] = found
        return found

    def is_contested(self, claim: str) -> bool:
        """Say whether evidence that counts stands on both sides of a claim."""
        known = self._known_contested
        if claim not in known:
            at = self._untouched(claim)
            known[claim] = super().is_contested(claim) if at is None or self.seen is None else self.seen.contested(at)
        return known[claim]

    def counting(self, claim: str) -> tuple[Evidence, ...]:
        """Return the items that count for a claim (its stance may be neutral), by id."""
        at = self._untouched(claim)
        if at is None or self.seen is None:
            return super().counting(claim)
        return tuple(compress(self.snapshot.evidence_of(claim), self.seen.counting(at)))

    def bases(self, claims: Collection[str]) -> Counter[tuple[str, bool]]:
        """Return how many items that count for some claims were read on each basis, inferred or not."""
        at = {claim: self._untouched(claim) for claim in claims}
        found = super().bases([claim for claim in at if at[claim] is None])
        known = [place for place in at.values() if place is not None]
        return found if self.seen is None else found + self.seen.weighed.bases(self.seen.columns, known)

    def works_in_evidence(self) -> frozenset[str]:
        """Return the works of which an item counts, for a claim whose status counts. Cost: a pass over the columns."""
        seen, over = self.seen, self.weighings
        if seen is None:
            return super().works_in_evidence()
        columns, own = seen.columns, over.own if isinstance(over, Overlay) else {}
        taking = np.zeros(len(columns.item_start) - 1, bool)
        taking[seen.taking] = True
        changed = (*own, *over.gone) if isinstance(over, Overlay) else ()
        taking[[at for at in map(columns.claim_of, changed) if at is not None]] = False
        items = np.repeat(taking, np.diff(columns.item_start)) & seen.weighed.counts
        works = np.unique(columns.item_work[items]).tolist()
        fresh = {item.work for claim in own for item in self.counting(claim)}
        return frozenset(columns.work_id[at] for at in works) | fresh

    def expect(self, claims: Iterable[str]) -> None:
        """Fetch the items of claims and the works behind them many at a time; one by one each would be a query."""
        evidence, works = _below(self.snapshot.evidence), _below(self.snapshot.works)
        if self.seen is None or not isinstance(evidence, Made) or not isinstance(works, Made):
            return
        columns = self.seen.columns
        found = [at for claim in claims if (at := columns.claim_of(claim)) is not None]
        items = [item for at in found for item in range(int(columns.item_start[at]), int(columns.item_start[at + 1]))]
        evidence.ahead([columns.item_id[item] for item in items])
        works.ahead([columns.work_id[work] for work in sorted({int(columns.item_work[item]) for item in items})])

    def year(self, work: str) -> int | None:
        """Return the year of a work; None where it is not known."""
        works = self.snapshot.works
        if self.seen is None or (isinstance(works, Overlay) and work in works.own):
            return super().year(work)
        at = self.seen.columns.work_id.find(work)
        return super().year(work) if at is None else int(self.seen.columns.work_year[at]) or None

    def of_types(self, types: Sequence[str]) -> list[str]:
        """Return the entities that count and are of these types or of types below them, by id."""
        if self.seen is None:
            return super().of_types(types)
        wanted = {subtype for type in types for subtype in self.vocabulary.subtypes(type)}
        found = self.seen.of_types(wanted)
        entities = self.snapshot.entities
        if isinstance(entities, Overlay):
            own = entities.own
            found = [id for id in found if id not in own]
            found += [id for id, one in own.items() if one.type in wanted and id in self.index]
        return sorted(found)

    def _supporters(self, claim: str) -> frozenset[str]:
        at = self._untouched(claim)
        if at is None or self.seen is None:
            return super()._supporters(claim)
        known = self._known_supporters
        if claim not in known:
            known[claim] = self.seen.supporters(at)
        return known[claim]

    def carriers(self, claim: str) -> frozenset[str]:
        """Return the works of which a link needs one: those of the supporting items that weigh anything."""
        at = self._untouched(claim)
        return super().carriers(claim) if at is None or self.seen is None else self.seen.carriers(at)

    def lost_with(self, works: Collection[str]) -> frozenset[str]:
        """Return the claims that no supporting item carries any more without some works."""
        if self.seen is None:
            return super().lost_with(works)
        lost, over = frozenset(works), self.weighings
        own = over.own.keys() if isinstance(over, Overlay) else frozenset()
        gone = over.gone if isinstance(over, Overlay) else frozenset()
        known = {id for id in self.seen.lost_with(works) if id not in own and id not in gone}
        return frozenset(known | {id for id in own if (carriers := self.carriers(id)) and carriers <= lost})

    def _judged(self, claim: str, snapshot: Snapshot, criteria: Criteria) -> list[Judged]:
        """Read off the columns what stands there, instead of records."""
        seen, own = self.seen, self.verdicts
        at = None
        if seen is not None and _below(snapshot.evidence) is _below(self.snapshot.evidence):
            at = unchanged(seen.columns, snapshot, claim)
        if at is None or seen is None:
            return super()._judged(claim, snapshot, criteria)
        changed: Collection[str] = own.own.keys() | own.gone if isinstance(own, Overlay) else ()
        return [
            (id, said, id in own if id in changed else seen.is_left_out(item))
            for item, id, said in seen.judged(at, criteria)
        ]

    def _untouched(self, claim: str) -> int | None:
        """Return the number of a claim that stands as in the columns, under the status that it has there."""
        over = self.weighings
        if self.seen is None or (isinstance(over, Overlay) and (claim in over.own or claim in over.gone)):
            return None
        place = self.seen.taking_of(claim)
        return None if place is None else int(self.seen.taking[place])


def _below(mapping: Mapping[str, Any]) -> Mapping[str, Any]:
    return mapping.base if isinstance(mapping, Overlay) else mapping


def _touched(snapshot: Snapshot) -> list[str]:
    """Return the claims whose weighing the changes laid over columns can alter."""
    found: set[str] = set()
    for records in (snapshot.claims, snapshot.evidence, snapshot.works, snapshot.entities):
        if isinstance(records, Overlay):
            found.update(*map(snapshot.touched_by, records.own.values()))
    if isinstance(snapshot.evidence, Overlay):
        before = snapshot.evidence.base
        found.update(before[id].claim for id in snapshot.evidence.own if id in before)
    return sorted(found)


class _Ids(Sequence[str]):
    """Ids by place."""

    def __init__(self, count: int, id_at: Callable[[int], str]) -> None:
        self._count = count
        self._id_at = id_at

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return tuple(map(self._id_at, range(self._count)[at]))
        return self._id_at(range(self._count)[at])


class _Table(Mapping[str, V], Generic[V]):
    """Values by id, made when they are asked for."""

    def __init__(
        self, count: int, id_at: Callable[[int], str], find: Callable[[str], int | None], make: Callable[[int], V]
    ) -> None:
        self._count = count
        self._id_at = id_at
        self._find = find
        self._make = make

    def __getitem__(self, id: str) -> V:
        at = self._find(id)
        if at is None:
            raise KeyError(id)
        return self._make(at)

    def __contains__(self, id: object) -> bool:
        return isinstance(id, str) and self._find(id) is not None

    def __iter__(self) -> Iterator[str]:
        return map(self._id_at, range(self._count))

    def __len__(self) -> int:
        return self._count


class _Verdicts(Mapping[str, Text]):
    """Why items do not count: those of claims whose status does."""

    def __init__(self, seen: Seen, snapshot: Snapshot) -> None:
        self._seen = seen
        self._works = snapshot.works

    def __getitem__(self, id: str) -> Text:
        seen, item = self._seen, self._seen.columns.item_of(id)
        if item is None or not seen.is_left_out(item):
            raise KeyError(id)
        return seen.reason(item, self._works[seen.work_of(item)])

    def __contains__(self, id: object) -> bool:
        item = self._seen.columns.item_of(id) if isinstance(id, str) else None
        return item is not None and self._seen.is_left_out(item)

    def __iter__(self) -> Iterator[str]:
        columns = self._seen.columns
        return (columns.item_id[item] for item in range(columns.items) if self._seen.is_left_out(item))

    def __len__(self) -> int:
        return sum(1 for _ in self)
