"""The history of one record: each version with who wrote it, when, why, and what it changed.

Lives here: versions as rows. May enter: what `Store.history` returns. Never here: SQL, HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kg.model import Record, Revision, canonical, to_payload
from kg_api.pages_read.wording import moment, said

Document = dict[str, Any]
LONGEST = 400


def versions(history: Sequence[tuple[Revision, Record]], lang: str) -> list[Document]:
    """Return the versions of a record, the newest first.

    Args:
        history: Every revision that wrote the record, with what it wrote, the oldest first.
        lang: Language of the dates and names.

    Returns:
        `[{"number", "when", "recorded_at", "actor", "act", "reason", "changes": [{"field", "before", "after"}]}]`; the
        first version has no changes.
    """
    found: list[Document] = []
    before: Document | None = None
    for revision, record in history:
        payload = to_payload(record)
        found.append(
            {
                "number": revision.number,
                "when": moment(revision.recorded_at, lang),
                "recorded_at": revision.recorded_at,
                "actor": revision.actor,
                "act": revision.act,
                "reason": revision.reason,
                "changes": [] if before is None else changes(before, payload, lang),
            }
        )
        before = payload
    return found[::-1]


def changes(before: Document, after: Document, lang: str) -> list[Document]:
    """Return the fields in which two versions differ, by name.

    Example:
        >>> changes({"id": "a", "status": "proposed"}, {"id": "a"}, "en")
        [{'field': 'status', 'before': 'proposed', 'after': None}]
    """
    words = said(lang)
    return [
        {
            "field": words.get(f"field_{name}", name),
            "before": _shown(before.get(name)),
            "after": _shown(after.get(name)),
        }
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _shown(value: Any) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else canonical(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
