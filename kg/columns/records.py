"""Columns seen as a snapshot: mappings that make a record, or fetch it, when it is asked for.

Lives here: `snapshot`, `unchanged`. May enter: columns, and a function that fetches records by id.
Never here: what counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, cast

import orjson

from kg.columns import counts
from kg.columns.made import Index, Made
from kg.columns.table import Columns
from kg.ids import RecordKind
from kg.model import Claim, Entity, Evidence, Record, Work
from kg.overlay import Overlay
from kg.record.rows import FORMS
from kg.snapshot import Snapshot
from kg.used import Terms

Fetch: TypeAlias = Callable[[RecordKind, Sequence[str]], Sequence[Record]]
"""Returns records by id, as they stood at the revision of the columns."""


def snapshot(columns: Columns, fetch: Fetch) -> Snapshot:
    """Return the snapshot that columns hold.

    Law: equals `Snapshot.of` the same records.

    Cost: none; then about 2 microseconds for each entity or claim that is looked at, and one query for the items of a
    claim, or for a work.
    """
    entity_id, work_id, item_id = columns.entity_id, columns.work_id, columns.item_id
    by_id = columns.items_by_id

    def siblings(at: int) -> list[Evidence]:
        claim = int(columns.item_claim[at])
        ids = [item_id[item] for item in range(*_span(columns.item_start, claim))]
        return cast("list[Evidence]", fetch("evidence", ids))

    return Snapshot(
        columns.revision,
        columns.recorded_at,
        entities=Made(
            len(entity_id),
            entity_id.__getitem__,
            entity_id.find,
            lambda at: [_entity(columns, at)],
            terms=lambda: counts.of_entities(columns),
        ),
        claims=Made(
            columns.claims,
            columns.claim_id,
            columns.claim_of,
            lambda at: [_claim(columns, at)],
            terms=lambda: counts.of_claims(columns),
        ),
        evidence=_Items(
            columns,
            columns.items,
            lambda place: item_id[int(by_id[place])],
            columns.item_of,
            siblings,
            lambda ids: cast("Sequence[Evidence]", fetch("evidence", ids)),
            terms=lambda: counts.of_items(columns),
        ),
        works=Made(
            len(work_id),
            work_id.__getitem__,
            work_id.find,
            lambda at: cast("Sequence[Work]", fetch("work", [work_id[at]])),
            lambda ids: cast("Sequence[Work]", fetch("work", ids)),
            terms=lambda: counts.of_works(columns),
        ),
        _indexes={
            "alias": Index(
                columns.alias, columns.alias.find, lambda at: [item_id[one] for one in _same_alias(columns, at)]
            ),
            "claims_from": Index(
                entity_id,
                entity_id.find,
                lambda at: [columns.claim_id(claim) for claim in range(*_span(columns.claim_start, at))],
            ),
            "claims_to": Index(
                entity_id,
                entity_id.find,
                lambda at: [columns.claim_id(claim) for claim in _ordered(columns.claims_by_object, at)],
            ),
            "evidence_from": Index(
                work_id,
                work_id.find,
                lambda at: [item_id[item] for item in _ordered(columns.items_by_work, at)],
            ),
            "evidence_of": Index(
                _ClaimIds(columns),
                columns.claim_of,
                lambda at: [item_id[item] for item in range(*_span(columns.item_start, at))],
            ),
            "narrower": Index(
                entity_id, entity_id.find, lambda at: [entity_id[below] for below in _ordered(columns.narrower, at)]
            ),
            "revisions_of": Index(
                [item_id[at] for at in dict.fromkeys(columns.revised.tolist())],
                columns.item_of,
                lambda at: [item_id[one] for one in _revisions(columns, at)],
            ),
        },
    )


class _Items(Made[Evidence]):
    """Evidence items, whose claims are told without making them."""

    def __init__(self, columns: Columns, *made: Any, terms: Callable[[], Counter[Terms]]) -> None:
        super().__init__(*made, terms=terms)
        self._columns = columns

    def claim_of(self, id: str) -> str:
        """Return the claim that an item bears on."""
        at = self._columns.item_of(id)
        if at is None:
            raise KeyError(id)
        return self._columns.claim_id(int(self._columns.item_claim[at]))


def unchanged(columns: Columns, snapshot: Snapshot, claim: str) -> int | None:
    """Return the number of a claim whose items and works stand in a snapshot as in the columns below it; else None."""
    items, works = snapshot._indexes["evidence_of"], snapshot.works
    if isinstance(items, Overlay) and (claim in items.own or claim in items.gone):
        return None
    at = columns.claim_of(claim)
    if at is None or not isinstance(works, Overlay):
        return at
    span = range(*_span(columns.item_start, at))
    return None if any(columns.work_id[int(columns.item_work[item])] in works.own for item in span) else at


class _ClaimIds(Sequence[str]):
    def __init__(self, columns: Columns) -> None:
        self._columns = columns

    def __len__(self) -> int:
        return self._columns.claims

    def __getitem__(self, at: Any) -> Any:
        return self._columns.claim_id(at) if isinstance(at, int) else [self[one] for one in range(len(self))[at]]


def _entity(columns: Columns, at: int) -> Entity:
    return cast("Entity", FORMS["entity"].record(orjson.loads(columns.entity_row.bytes(at))))


def _claim(columns: Columns, at: int) -> Claim:
    place = int(columns.condition_claim.searchsorted(at))
    told = place < len(columns.condition_claim) and columns.condition_claim[place] == at
    return Claim(
        columns.claim_id(at),
        columns.entity_id[int(columns.subject[at])],
        columns.relations[int(columns.relation[at])],
        columns.entity_id[int(columns.object[at])],
        columns.condition[place] if told else None,
        columns.statuses[int(columns.claim_status[at])],
    )


def _same_alias(columns: Columns, at: int) -> list[int]:
    """Return the items of an alias; several may have it."""
    word, low, high = columns.alias[at], at, at + 1
    while low and columns.alias[low - 1] == word:
        low -= 1
    while high < len(columns.alias) and columns.alias[high] == word:
        high += 1
    return sorted(columns.alias_item[low:high].tolist(), key=columns.item_id.__getitem__)


def _revisions(columns: Columns, at: int) -> list[int]:
    """Return the items that were proposed in the place of an item."""
    low, high = (int(columns.revised.searchsorted(at, side)) for side in ("left", "right"))
    return sorted(columns.revision_item[low:high].tolist(), key=columns.item_id.__getitem__)


def _span(begin: Any, at: int) -> tuple[int, int]:
    return int(begin[at]), int(begin[at + 1])


def _ordered(given: tuple[Any, Any], at: int) -> list[int]:
    begin, order = given
    low, high = _span(begin, at)
    found: list[int] = order[low:high].tolist()
    return found
