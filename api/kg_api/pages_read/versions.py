"""The history of one record: each version with who wrote it, when, why, and what it changed.

Lives here: versions as rows. May enter: what `Store.history` returns. Never here: SQL, HTML.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from kg import called
from kg.contribute.changed import differences
from kg.contribute.names import kind_of
from kg.graph import Graph
from kg.ids import RecordKind
from kg.model import Record, Revision
from kg_api.pages_read.labelled import Labels
from kg_api.pages_read.wording import moment

Document = dict[str, Any]
Histories = Sequence[tuple[Revision, Record]]
RECENT = 5


def versions(kind: RecordKind, history: Histories, labels: Labels) -> list[Document]:
    """Return the versions of a record, the newest first.

    Args:
        kind: Kind of the record.
        history: Every revision that wrote the record, with what it wrote, the oldest first.
        labels: Words for what the record holds; dates are in their language.

    Returns:
        `[{"number", "when", "recorded_at", "actor", "act", "reason", "changes": [{"field", "before", "after"}]}]`; the
        first version has no changes.
    """
    found: list[Document] = []
    before: Record | None = None
    for revision, record in history:
        told = [] if before is None else differences(before, record)
        found.append(
            {
                "number": revision.number,
                "when": moment(revision.recorded_at, labels.lang),
                "recorded_at": revision.recorded_at,
                "actor": revision.actor,
                "act": called.act(revision.act, labels.lang),
                "reason": revision.reason,
                "changes": changes(kind, told, labels),
            }
        )
        before = record
    return found[::-1]


def recent(graph: Graph, kind: str, id: str, lang: str) -> list[Document]:
    """Return the newest acts on a record, newest first, at most `RECENT`: `[{"number", "when", "act", "actor"}]`."""
    last = [revision for revision, _ in graph.store.history(kind_of(kind), id)][: -RECENT - 1 : -1]
    people = graph.credit(one.actor for one in last)
    return [
        {
            "number": one.number,
            "when": moment(one.recorded_at[:10], lang),
            "act": called.act(one.act, lang),
            "actor": people.get(one.actor, {}).get("name") or one.actor,
        }
        for one in last
    ]


def changes(kind: RecordKind, told: Sequence[Mapping[str, Any]], labels: Labels) -> list[Document]:
    """Return the fields in which two versions differ, fields and values in words.

    Of values with parts those that differ are told; two that are called the same have their keys beside.

    Example:
        >>> from kg.snapshot import Snapshot
        >>> from kg.vocabulary import load
        >>> told = [{"field": "status", "before": "proposed", "after": "accepted"}]
        >>> changes("claim", told, Labels(load(), Snapshot.of(0, None, []), "zh"))
        [{'field': '状态', 'before': '待审核', 'after': '已接受'}]
    """
    found: list[Document] = []
    for one in told:
        values = _parts(one["before"], one["after"])
        said = [labels.value(kind, one["field"], value) for value in values]
        if said[0] == said[1] and values[0] != values[1]:
            said = [f"{text} [{value}]" for text, value in zip(said, values, strict=True)]
        found.append({"field": labels.field(one["field"]), "before": said[0], "after": said[1]})
    return found


def _parts(before: Any, after: Any) -> tuple[Any, Any]:
    """Return of two mappings the parts that differ, a line each; other values as they are."""
    both = [{} if one is None else one for one in (before, after)]
    if before == after or not all(isinstance(one, Mapping) for one in both):
        return before, after
    names = [name for name in sorted({*both[0], *both[1]}) if both[0].get(name) != both[1].get(name)]
    lines = ["; ".join(f"{name}: {_text(one[name])}" for name in names if name in one) for one in both]
    return lines[0] or None, lines[1] or None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
