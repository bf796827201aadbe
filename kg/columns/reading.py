"""How columns are read from the record: entities, works, claims, items, a chunk of rows at a time.

Lives here: `Reading`. May enter: rows in bulk. Never here: what columns are asked for (table), what counts, files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from kg.columns.ordering import order_by, starts
from kg.columns.places import Places, Placing
from kg.columns.strings import Gathered, Strings
from kg.ids import RecordKind
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
"""The number of what there is none of."""
SAYS = ("stance", "kind", "strength", "basis", "inferred", "status", "contributor")
Told: TypeAlias = Callable[[str, int, int], None]
"""Told what is read, how many rows were, and how many there are."""


class Reading:
    """Reads tables one after the other; what one finds, the next refers to.

    Args:
        bulk: What is read.
        told: Told on the way.
    """

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
        """Return the columns of entities by name; works, claims and items come after them."""
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
        """Return the columns of works by name."""
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
        """Return the columns of claims and items by name, and the terms that all kinds share."""
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
