"""The record at one revision as columns: numbers in arrays, ids as bytes, everything else left in the record.

Lives here: `Columns`. May enter: rows in bulk. Never here: how they are read (reading), what counts, belief, files.
Entities, works and claims are numbered in the order of their ids, items by claim, then by id. Claims in the order of
(subject, relation, object) are in the order of their ids, since `-` sorts before all that slugs and relations may hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from kg.columns.ordering import starts
from kg.columns.reading import NONE, Reading, Told
from kg.columns.strings import Strings
from kg.ids import claim_id, ends_of_claim
from kg.later import Later
from kg.record.bulk import Bulk

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]
else:
    np = Later("numpy")

FOUND_MOST = 300_000
"""Numbers of claims that are kept by id: the same claims stand on thousands of paths."""


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
        read = Reading(bulk, told or (lambda _kind, _done, _all: None))
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
