"""What holds records by id: a snapshot, or as much of one as a file that builds on it needs to know.

Lives here: `Holding`, `of_kind`. Never here: reading records, criteria.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from kg.ids import RecordKind
from kg.model import Entity, Work


class Holding(Protocol):
    """What is held already: a snapshot, or as much of one as is needed (`kg.importers.base`)."""

    @property
    def entities(self) -> Mapping[str, Entity]:
        """By id."""

    @property
    def works(self) -> Mapping[str, Work]:
        """By id."""

    @property
    def claims(self) -> Mapping[str, Any]:
        """By id."""

    @property
    def evidence(self) -> Mapping[str, Any]:
        """By id."""


def of_kind(held: Holding, kind: RecordKind) -> Mapping[str, Any]:
    """Return what is held of one kind, by id.

    Example:
        >>> from kg.model import Text
        >>> from kg.snapshot import Snapshot
        >>> sorted(of_kind(Snapshot.of(1, None, [Entity("flood", "Risk", Text("Flood"))]), "entity"))
        ['flood']
    """
    kinds: Mapping[RecordKind, Mapping[str, Any]] = {
        "entity": held.entities,
        "claim": held.claims,
        "evidence": held.evidence,
        "work": held.works,
    }
    return kinds[kind]
