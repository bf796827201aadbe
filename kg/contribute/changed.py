"""What a revision changed in a record, field by field.

Lives here: `differences`. May enter: two versions of one record. Never here: SQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kg.model import Record, Revision, to_payload

Document = dict[str, Any]


def differences(before: Record | None, after: Record) -> list[Document]:
    """Return `[{"field", "before", "after"}]`, by field; None where a field had, or has, no value of its own.

    Example:
        >>> from kg.model import Claim
        >>> one = Claim("a--raises--b", "a", "raises", "b", status="proposed")
        >>> differences(one, Claim("a--raises--b", "a", "raises", "b"))
        [{'field': 'status', 'before': 'proposed', 'after': 'accepted'}]
    """
    old = {} if before is None else _payload(before)
    new = _payload(after)
    return [
        {"field": name, "before": old.get(name), "after": new.get(name)}
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def versions(found: Sequence[tuple[Revision, Record]]) -> list[Document]:
    """Return every version of a record with who changed what, newest first."""
    told: list[Document] = []
    before: Record | None = None
    for revision, record in found:
        told.append({**brief(revision), "changed": differences(before, record), "record": _payload(record)})
        before = record
    return told[::-1]


def brief(revision: Revision) -> Document:
    """Return a revision without hashes and changes."""
    return {
        "revision": revision.number,
        "recorded_at": revision.recorded_at,
        "actor": revision.actor,
        "act": revision.act,
        "reason": revision.reason,
    }


def _payload(record: Record) -> Document:
    return {**to_payload(record), "status": record.status}
