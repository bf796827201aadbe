"""How many records use which terms of the ontology, counted in columns.

Lives here: one function for each kind of record. May enter: columns. Never here: whether a term is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from kg.columns.table import Columns
from kg.columns.weighing import said
from kg.later import Later
from kg.used import Terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]
else:
    np = Later("numpy")


def of_entities(columns: Columns) -> Counter[Terms]:
    """Count entities. Cost of this and the others: some nanoseconds a record."""
    return _pairs("entity", columns.entity_type, columns.types, columns.entity_status, columns.statuses)


def of_claims(columns: Columns) -> Counter[Terms]:
    """Count claims."""
    return _pairs("claim", columns.relation, columns.relations, columns.claim_status, columns.statuses)


def of_items(columns: Columns) -> Counter[Terms]:
    """Count items of evidence."""
    found: Counter[Terms] = Counter()
    for place, count in enumerate(np.bincount(columns.item_says, minlength=len(columns.says)).tolist()):
        stance, kind, strength, basis, _, status, _ = said(columns, place)
        found["evidence", stance, kind, strength, basis, status] += count
    return found


def of_works(columns: Columns) -> Counter[Terms]:
    """Count works."""
    counts = np.bincount(columns.work_status, minlength=len(columns.work_statuses)).tolist()
    return Counter({("work", columns.work_statuses[at]): count for at, count in enumerate(counts)})


def _pairs(kind: str, first: Array, words: Sequence[str], second: Array, statuses: Sequence[str]) -> Counter[Terms]:
    width = len(statuses)
    counts = np.bincount(first.astype(np.int64) * width + second, minlength=len(words) * width).tolist()
    return Counter({(kind, words[at // width], statuses[at % width]): n for at, n in enumerate(counts) if n})
