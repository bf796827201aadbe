"""Columns of the record as Arrow tables, with the numbers that belief and paths need beside the ids.

Lives here: what the tables of `kg.exporters.parquet` hold. May enter: columns, criteria, vocabulary, a snapshot.
Never here: files, Parquet, belief arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from kg.columns.reading import NONE
from kg.columns.seen import Seen
from kg.columns.strings import Strings
from kg.columns.table import Columns
from kg.columns.weighing import said
from kg.criteria import Criteria
from kg.holding import of_kind
from kg.ids import BETWEEN, RecordKind
from kg.later import Later
from kg.network import relations_taking_part
from kg.record.bulk import APART, FETCH
from kg.record.rows import FORMS, Row
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray
    from pyarrow import compute

    Array: TypeAlias = NDArray[Any]
else:
    np = Later("numpy")
    pa, compute = Later("pyarrow"), Later("pyarrow.compute")


@dataclass(frozen=True)
class Rows:
    """Records of a snapshot as `kg.columns.table.Columns.read` takes them.

    Args:
        snapshot: The records.
        hash: The hash of the chain at its revision.
    """

    snapshot: Snapshot
    hash: str = ""

    @property
    def revision(self) -> int:
        """The number of the revision."""
        return self.snapshot.revision

    @property
    def recorded_at(self) -> str | None:
        """The time of the revision."""
        return self.snapshot.recorded_at

    @property
    def sizes(self) -> dict[RecordKind, int]:
        """Records of each kind."""
        return {kind: len(of_kind(self.snapshot, kind)) for kind in FORMS}

    def given(self, kind: RecordKind, column: str) -> list[Row]:
        """Return id and value of the rows of a kind that have one. See `kg.record.bulk.Bulk.given`."""
        pairs = ((one.id, getattr(one, column)) for one in of_kind(self.snapshot, kind).values())
        return [pair for pair in pairs if pair[1] is not None]

    def rows(self, kind: RecordKind, columns: Sequence[str | Sequence[str]]) -> Iterator[list[Row]]:
        """Give the rows of a kind in short lists. See `kg.record.bulk.Bulk.rows`."""
        form = FORMS[kind]
        places = {column.name: at for at, column in enumerate(form.columns)}

        def value(row: Row, names: str | Sequence[str]) -> Any:
            if isinstance(names, str):
                return row[places[names]]
            return APART.join(_as_text(row[places[name]]) for name in names)

        records = iter(of_kind(self.snapshot, kind).values())
        while some := [form.row(record) for record in islice(records, FETCH)]:
            yield [tuple(value(row, names) for names in columns) for row in some]


@dataclass(frozen=True, eq=False)
class Tables:
    """The tables of an export, made piece by piece.

    Claims are numbered in the order of their ids from 0, and so are entities and works; items by claim, then by id.
    """

    seen: Seen

    @classmethod
    def of(cls, columns: Columns, criteria: Criteria, vocabulary: Vocabulary) -> Tables:
        """Read columns through criteria. Cost: about 0.5 microseconds an item."""
        return cls(Seen.of(columns, criteria, vocabulary))

    @property
    def columns(self) -> Columns:
        """What is written."""
        return self.seen.columns

    @property
    def has_neutral(self) -> bool:
        """Say whether a relation that takes part has the sign 0."""
        return any(one.sign == 0 for one in self._parts.values())

    def entities(self) -> Any:
        """Return the table of entities."""
        columns, seen, vocabulary = self.columns, self.seen, self.seen.vocabulary
        labels = [orjson.loads(row)[2:4] for row in columns.entity_row]
        types = [columns.types[code] for code in columns.entity_type.tolist()]
        roles = {
            role: {below for one in vocabulary.types_with_role(role) for below in vocabulary.subtypes(one)}
            for role in ("cause", "harm")
        }
        blocked = set(seen.criteria.block)
        ids = list(columns.entity_id)
        return pa.table(
            {
                "entity": pa.array(np.arange(len(ids), dtype=np.int32)),
                "id": pa.array(ids, pa.string()),
                "type": pa.array(types, pa.string()),
                "label_en": pa.array([label[0] for label in labels], pa.string()),
                "label_zh": pa.array([label[1] for label in labels], pa.string()),
                "broader": _taken(list(columns.entity_id), columns.broader),
                "status": _taken(list(columns.statuses), columns.entity_status),
                "counts": pa.array(seen.node >= 0),
                "cause": pa.array([type_ in roles["cause"] for type_ in types], pa.bool_()),
                "harm": pa.array([type_ in roles["harm"] for type_ in types], pa.bool_()),
                "blocked": pa.array([id in blocked for id in ids], pa.bool_()),
            }
        )

    def works(self) -> Any:
        """Return the table of works."""
        columns = self.columns
        years = columns.work_year
        return pa.table(
            {
                "work": pa.array(np.arange(len(columns.work_id), dtype=np.int32)),
                "id": pa.array(list(columns.work_id), pa.string()),
                "year": pa.array(years.astype(np.int16), mask=years == 0),
                "status": _taken(list(columns.work_statuses), columns.work_status),
                "group": _taken(list(columns.groups), columns.work_group),
            }
        )

    def claims(self, low: int, high: int) -> Any:
        """Return the claims from `low` up to `high`."""
        columns = self.columns
        relation = columns.relation[low:high].astype(np.int64)
        subject, object = (self._entities.take(pa.array(one[low:high])) for one in (columns.subject, columns.object))
        names = pa.array(list(columns.relations), pa.string()).take(pa.array(relation))
        return pa.table(
            {
                "claim": pa.array(np.arange(low, high, dtype=np.int64)),
                "id": compute.binary_join_element_wise(subject, names, object, BETWEEN),
                "subject": subject,
                "relation": names,
                "object": object,
                "subject_entity": pa.array(columns.subject[low:high]),
                "object_entity": pa.array(columns.object[low:high]),
                "sign": pa.array(self._of_relation("sign", np.int8)[relation]),
                "last": pa.array(self._of_relation("last", bool)[relation]),
                "status": _taken(list(columns.statuses), columns.claim_status[low:high]),
                "takes_part": pa.array(self._takes_part[low:high]),
            }
        )

    def evidence(self, low: int, high: int) -> Any:
        """Return the items of the claims from `low` up to `high`."""
        columns, weighed = self.columns, self.seen.weighed
        first, end = int(columns.item_start[low]), int(columns.item_start[high])
        says = columns.item_says[first:end].astype(np.int64)
        line = weighed.line[first:end].astype(np.int64)
        works = pa.array(columns.item_work[first:end])
        lines = weighed.lines
        order = np.arange(first, end)
        return pa.table(
            {
                "item": pa.array(order),
                "id": _strings(columns.item_id, first, end),
                "claim": pa.array(columns.item_claim[first:end].astype(np.int64)),
                "work": self._works.take(works),
                "polarity": pa.array(_numbers([one.polarity for one in lines], np.int8)[line]),
                "rank": pa.array(_numbers([one.rank for one in lines], np.int16)[line]),
                "weight": pa.array(_numbers([one.weight for one in lines], np.float64)[line]),
                "ceiling": pa.array([one.ceiling for one in lines] or [None], pa.float64()).take(pa.array(line)),
                "confidence": pa.array(_numbers([one.confidence for one in lines], np.float64)[line]),
                "group": self._group_names.take(pa.array(self._groups[first:end])),
                "counts": pa.array(weighed.counts[first:end] & self._standing[columns.item_claim[first:end]]),
                **{name: column.take(pa.array(says)) for name, column in self._said.items()},
            }
        )

    @cached_property
    def _entities(self) -> Any:
        return pa.array(list(self.columns.entity_id), pa.string())

    @cached_property
    def _works(self) -> Any:
        return pa.array(list(self.columns.work_id), pa.string())

    @cached_property
    def _said(self) -> dict[str, Any]:
        rows = [said(self.columns, place) for place in range(len(self.columns.says))]
        names = ("stance", "kind", "strength", "basis", "inferred", "status", "contributor")
        found = {name: [row[at] for row in rows] for at, name in enumerate(names)}
        made = {name: pa.array(values, pa.string()) for name, values in found.items() if name != "inferred"}
        return {**made, "inferred": pa.array([word == "1" for word in found["inferred"]], pa.bool_())}

    @cached_property
    def _groups(self) -> Array:
        """For each item the place of its group's name: its own, else its work's, else the work."""
        columns = self.columns
        own, works = columns.item_group, columns.item_work
        group = np.where(own == NONE, columns.work_group[works], own).astype(np.int64)
        return np.where(group == NONE, len(columns.groups) + works.astype(np.int64), group)

    @cached_property
    def _group_names(self) -> Any:
        return pa.concat_arrays([pa.array(list(self.columns.groups), pa.string()), self._works])

    @cached_property
    def _parts(self) -> dict[str, Any]:
        return relations_taking_part(self.seen.criteria, self.seen.vocabulary)

    @cached_property
    def _standing(self) -> Array:
        """For each claim whether its status counts; where it does not, none of its items does."""
        stands = np.zeros(self.columns.claims, bool)
        stands[self.seen.taking] = True
        return stands

    @cached_property
    def _takes_part(self) -> Array:
        """For each claim whether its status, its relation and its ends let it take part in paths, once supported."""
        columns, seen = self.columns, self.seen
        relations = _numbers([name in self._parts for name in columns.relations], bool)
        fits: Array = self._standing & relations[columns.relation]
        fits &= (seen.node[columns.subject] >= 0) & (seen.node[columns.object] >= 0)
        return fits

    def _of_relation(self, what: str, dtype: Any) -> Array:
        relations = [self.seen.vocabulary.relation(name) for name in self.columns.relations]
        if what == "last":
            return _numbers([one.propagation == "terminal" for one in relations], dtype)
        return _numbers([one.sign for one in relations], dtype)


def _numbers(values: Sequence[Any], dtype: Any) -> Array:
    """Return an array that may be indexed by codes, also where there are none."""
    made: Array = np.array(values or [0], dtype)
    return made


def _strings(strings: Strings, low: int, high: int) -> Any:
    """Return some texts as an Arrow array, copied from their bytes at once."""
    ends = np.asarray(strings.ends[low:high], np.int64)
    start = int(strings.ends[low - 1]) if low else 0
    offsets = np.concatenate([[start], ends]) - start
    blob = np.ascontiguousarray(strings.blob[start : int(ends[-1]) if len(ends) else start])
    made = pa.LargeStringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(blob))
    return made.cast(pa.string())


def _taken(words: list[str], codes: Array) -> Any:
    """Return the words that codes stand for; -1 for none."""
    return pa.array(words or [""], pa.string()).take(pa.array(codes.astype(np.int64), mask=codes == NONE))


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(value)
