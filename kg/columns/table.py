"""The record at one revision as columns: numbers in arrays, ids as bytes, everything else left in the record.

Lives here: `Columns` and how it is read. May enter: rows in bulk. Never here: what counts, belief, files.
Entities, works and claims are numbered in the order of their ids, items by claim, then by id. Claims in the order of
(subject, relation, object) are in the order of their ids, since `-` sorts before all that slugs and relations may hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from kg.columns.ordering import order_by, starts
from kg.columns.places import Places, Placing
from kg.columns.strings import Gathered, Strings
from kg.ids import RecordKind, claim_id, ends_of_claim
from kg.later import Later
from kg.record.bulk import Bulk
from kg.record.rows import FORMS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]
else:
    np = Later("numpy")

NONE = -1
FOUND_MOST = 300_000
"""Numbers of claims that are kept by id: the same claims stand on thousands of paths."""
SAYS = ("stance", "kind", "strength", "basis", "inferred", "status", "contributor")
Told: TypeAlias = Callable[[str, int, int], None]
"""Told what is read, how many rows were, and how many there are."""


@dataclass(frozen=True, eq=False)
class Columns:
    """The record at one revision.

    Attributes:
        revision, recorded_at, hash: Which one.
        entity_id, entity_row: Ids; rows of the record as JSON.
        entity_type, entity_status, broader: Places in `types` and `statuses`; an entity or -1.
        work_id, work_year, work_status, work_group: Year or 0; places in `work_statuses` and `groups` (or -1).
        subject, relation, object, claim_status: Entities, places in `relations` and `statuses`.
        condition_claim, condition: The claims that have conditions, ascending, and these.
        item_id, item_work, item_says, item_group: Ids; works; places in `says` and `groups` (or -1).
        item_start: For each claim the first of its items; one more number at the end.
        items_by_id: Items in the order of their ids.
        alias, alias_item: Aliases of items, sorted, and their items.
        revised, revision_item: Items that others were proposed in the place of, ascending, and these.
        types, statuses, work_statuses, relations, groups: Terms.
        says: What items say: stance, kind, strength, basis, "1" when inferred, status, contributor.
    """

    revision: int
    recorded_at: str | None
    hash: str
    entity_id: Strings
    entity_row: Strings
    entity_type: Array
    entity_status: Array
    broader: Array
    work_id: Strings
    work_year: Array
    work_status: Array
    work_group: Array
    subject: Array
    relation: Array
    object: Array
    claim_status: Array
    condition_claim: Array
    condition: Strings
    item_id: Strings
    item_work: Array
    item_says: Array
    item_group: Array
    item_start: Array
    items_by_id: Array
    alias: Strings
    alias_item: Array
    revised: Array
    revision_item: Array
    types: Strings
    statuses: Strings
    work_statuses: Strings
    relations: Strings
    groups: Strings
    says: Strings

    @classmethod
    def read(cls, bulk: Bulk, told: Told | None = None) -> Columns:
        """Read the newest state.

        Cost: about 3 microseconds an item and 2 a claim; 80 bytes an item stay.
        """
        read = _Reading(bulk, told or (lambda _kind, _done, _all: None))
        return cls(
            bulk.revision, bulk.recorded_at, bulk.hash, **read.entities(), **read.works(), **read.claims_and_items()
        )

    @property
    def claims(self) -> int:
        """Number of claims."""
        return len(self.subject)

    @property
    def items(self) -> int:
        """Number of evidence items."""
        return len(self.item_work)

    def claim_id(self, claim: int) -> str:
        """Return the id of a claim."""
        ends = self.entity_id[int(self.subject[claim])], self.entity_id[int(self.object[claim])]
        return claim_id(ends[0], self.relations[int(self.relation[claim])], ends[1])

    def claim_of(self, id: str) -> int | None:
        """Return the number of a claim; None where there is none of this id. Cost: logarithmic the first time."""
        known = self._claims_found
        found = known.get(id, NONE)
        if found == NONE:
            if len(known) >= FOUND_MOST:
                known.clear()
            known[id] = found = self._claim_of(id)
        return found

    def _claim_of(self, id: str) -> int | None:
        subject, relation, object = ends_of_claim(id)
        ends = self.entity_id.find(subject), self.entity_id.find(object)
        code = self._relation_codes.get(relation)
        if ends[0] is None or ends[1] is None or code is None:
            return None
        low, high = int(self.claim_start[ends[0]]), int(self.claim_start[ends[0] + 1])
        low, high = (low + int(np.searchsorted(self.relation[low:high], code, side)) for side in ("left", "right"))
        at = low + int(np.searchsorted(self.object[low:high], ends[1]))
        return at if at < high and self.object[at] == ends[1] else None

    @cached_property
    def _claims_found(self) -> dict[str, int | None]:
        return {}

    @cached_property
    def _relation_codes(self) -> dict[str, int]:
        return {relation: code for code, relation in enumerate(self.relations)}

    @cached_property
    def claim_start(self) -> Array:
        """For each entity the first of the claims that leave it; one more number at the end."""
        return starts(self.subject, len(self.entity_id))

    @cached_property
    def claims_by_object(self) -> tuple[Array, Array]:
        """For each entity where its arriving claims begin, and claims by object, then by id."""
        return starts(self.object, len(self.entity_id)), np.argsort(self.object, kind="stable")

    @cached_property
    def narrower(self) -> tuple[Array, Array]:
        """For each entity where its narrower ones begin, and entities by the broader one."""
        below = np.flatnonzero(self.broader >= 0)
        order = below[np.argsort(self.broader[below], kind="stable")]
        return starts(self.broader[below], len(self.entity_id)), order

    @cached_property
    def item_claim(self) -> Array:
        """The claim of each item."""
        return np.repeat(np.arange(self.claims, dtype=np.int32), np.diff(self.item_start))

    @cached_property
    def items_by_work(self) -> tuple[Array, Array]:
        """For each work where its items begin, and items by work, then by id."""
        by_id = self.items_by_id
        order = by_id[np.argsort(self.item_work[by_id], kind="stable")]
        return starts(self.item_work, len(self.work_id)), order

    def item_of(self, id: str) -> int | None:
        """Return the number of an item; None where there is none of this id. Cost: logarithmic."""
        wanted, order = id.encode("utf-8", "surrogatepass"), self.items_by_id
        low, high = 0, len(order)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self.item_id.bytes(int(order[middle])) < wanted else (low, middle)
        if low < len(order) and self.item_id.bytes(int(order[low])) == wanted:
            return int(order[low])
        return None


class _Reading:
    """Reads tables one after the other; what one finds, the next refers to."""

    def __init__(self, bulk: Bulk, told: Told) -> None:
        self._bulk = bulk
        self._told = told
        self._statuses = _Terms()
        self._groups = _Terms()
        self._entities = self._works = Places(Strings.of(()))

    def _rows(self, kind: RecordKind, *columns: str | Sequence[str]) -> Iterable[tuple[Sequence[Any], ...]]:
        """Give the columns of one chunk of rows after the other."""
        done = 0
        for rows in self._bulk.rows(kind, columns):
            yield tuple(zip(*rows, strict=True))
            done += len(rows)
            self._told(kind, done, self._bulk.sizes[kind])

    def entities(self) -> dict[str, Any]:
        names = [column.name for column in FORMS["entity"].columns]
        pick = itemgetter(*(names.index(name) for name in ("id", "type", "status", "broader")))
        types = _Terms()
        ids: list[str] = []
        rows, kinds, statuses = Gathered(), _Codes(), _Codes()
        broader: list[str | None] = []
        for columns in self._rows("entity", *names):
            rows.add([orjson.dumps(row).decode() for row in zip(*columns, strict=True)])
            id, type, status, broader_of = pick(columns)
            ids += id
            kinds.add(types, type)
            statuses.add(self._statuses, status)
            broader += broader_of
        order = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int64)
        ids = [ids[at] for at in order.tolist()]
        entity_id = Strings.of(ids)
        self._entities = Places(entity_id)
        below = np.array([at for at, id in enumerate(broader) if id is not None], np.int64)
        above = np.full(len(ids), NONE, np.int32)
        above[below] = self._entities.of(Strings.of(id for id in broader if id is not None))
        return {
            "entity_id": entity_id,
            "entity_row": rows.strings().taken(order),
            "entity_type": kinds.array(np.int16)[order],
            "entity_status": statuses.array(np.int8)[order],
            "broader": above[order],
            "types": types.strings(),
        }

    def works(self) -> dict[str, Any]:
        terms = _Terms()
        ids: list[str] = []
        years, statuses, groups = _Codes(), _Codes(), _Codes()
        for id, year, status, group in self._rows("work", "id", "year", "status", "independence_group"):
            ids += id
            years.add_numbers(0 if one is None else one for one in year)
            statuses.add(terms, status)
            groups.add(self._groups, group)
        order = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int64)
        ids = [ids[at] for at in order.tolist()]
        work_id = Strings.of(ids)
        self._works = Places(work_id)
        return {
            "work_id": work_id,
            "work_year": years.array(np.int16)[order],
            "work_status": statuses.array(np.int8)[order],
            "work_group": groups.array(np.int32)[order],
            "work_statuses": terms.strings(),
        }

    def claims_and_items(self) -> dict[str, Any]:
        columns, places = self._claims()
        items = self._items(places, len(columns["subject"]))
        return {**columns, **items, "statuses": self._statuses.strings(), "groups": self._groups.strings()}

    def _claims(self) -> tuple[dict[str, Any], dict[str, int]]:
        terms = _Terms()
        ids: list[str] = []
        subject, object = Placing(self._entities), Placing(self._entities)
        relation, status = _Codes(), _Codes()
        conditions: list[tuple[int, str]] = []
        wanted = ("id", "subject", "relation", "object", "status", "conditions")
        for id, from_, how, to, state, condition in self._rows("claim", *wanted):
            conditions += [(len(ids) + at, text) for at, text in enumerate(condition) if text is not None]
            ids += id
            subject.add(from_)
            relation.add(terms, how)
            object.add(to)
            status.add(self._statuses, state)
        names = terms.strings()
        rank = np.argsort(np.argsort(np.array(list(names) or [""])))[: len(names)]
        codes = rank[relation.array(np.int64)] if ids else relation.array(np.int64)
        from_to, bound = (subject.array(), object.array()), self._bulk.sizes["entity"]
        order = order_by((from_to[0], bound), (codes, len(names)), (from_to[1], bound))
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        said = sorted((int(place[at]), text) for at, text in conditions)
        columns = {
            "subject": from_to[0][order],
            "relation": codes[order].astype(np.int16),
            "object": from_to[1][order],
            "claim_status": status.array(np.int8)[order],
            "condition_claim": np.array([at for at, _ in said], np.int32),
            "condition": Strings.of(text for _, text in said),
            "relations": Strings.of(sorted(names)),
        }
        return columns, dict(zip(ids, place.tolist(), strict=True))

    def _items(self, claims: dict[str, int], count: int) -> dict[str, Any]:
        terms = _Terms()
        ids = Gathered()
        claim, says, groups = _Codes(), _Codes(), _Codes()
        work = Placing(self._works)
        aliases: list[tuple[str, int]] = []
        done = 0
        for id, of, from_, word, group, alias in self._rows(
            "evidence", "id", "claim", "work", SAYS, "independence_group", "alias"
        ):
            ids.add(id)
            claim.add_numbers(map(claims.__getitem__, of))
            work.add(from_)
            says.add(terms, word)
            groups.add(self._groups, group)
            aliases += [(text, done + at) for at, text in enumerate(alias) if text is not None]
            done += len(id)
        gathered, of_claim = ids.strings(), claim.array(np.int32)
        fixed = gathered.fixed()
        by_id = np.argsort(fixed, kind="stable") if done else np.zeros(0, np.int64)
        rank = np.empty(done, np.int64)
        rank[by_id] = np.arange(done)
        order = order_by((of_claim, count), (rank, done))
        place = np.empty(done, np.int64)
        place[order] = np.arange(done)
        called = sorted((text, int(place[at])) for text, at in aliases)

        def places(ids: Iterable[str]) -> Array:
            wanted = np.array([id.encode("utf-8", "surrogatepass") for id in ids], fixed.dtype)
            return place[by_id[np.searchsorted(fixed, wanted, sorter=by_id)]]

        revisions = self._bulk.given("evidence", "supersedes")
        new, old = places(id for id, _ in revisions), places(id for _, id in revisions)
        by_old = order_by((old, done), (new, done))
        return {
            "item_id": gathered.taken(order),
            "item_work": work.array()[order],
            "item_says": says.array(np.int32)[order],
            "item_group": groups.array(np.int32)[order],
            "item_start": starts(of_claim, count),
            "items_by_id": place[by_id].astype(np.int32),
            "alias": Strings.of(text for text, _ in called),
            "alias_item": np.array([at for _, at in called], np.int32),
            "revised": old[by_old].astype(np.int32),
            "revision_item": new[by_old].astype(np.int32),
            "says": terms.strings(),
        }


class _Terms:
    """Words by number, numbered as they come; None is -1."""

    def __init__(self) -> None:
        self.codes: dict[str | None, int] = {None: NONE}

    def strings(self) -> Strings:
        return Strings.of(word for word in self.codes if word is not None)


class _Codes:
    """Numbers gathered chunk by chunk."""

    def __init__(self) -> None:
        self._chunks: list[Array] = []

    def add(self, terms: _Terms, words: Sequence[str | None]) -> None:
        codes = terms.codes
        for word in set(words).difference(codes):
            codes[word] = len(codes) - 1
        self.add_numbers(map(codes.__getitem__, words))

    def add_numbers(self, numbers: Iterable[int]) -> None:
        self._chunks.append(np.fromiter(numbers, np.int32))

    def array(self, dtype: Any) -> Array:
        found = np.concatenate(self._chunks) if self._chunks else np.zeros(0, np.int32)
        return found.astype(dtype)
