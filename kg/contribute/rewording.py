"""An item of evidence in other words: its revision, which is an item of its own and keeps what is not given.

Lives here: `reworded`, `displaced`, pure. May enter: an item with its versions, values of any door, a snapshot.
Never here: who may do it, what a decision does (states), writing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from kg import conflicts
from kg.contribute import plan
from kg.contribute.states import STANDING, SUPERSEDED, Versions, since
from kg.errors import Conflict
from kg.model import ACCEPTED, Change, Evidence
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary

FIELDS = (
    *("claim", "work", "stance", "kind", "strength", "strength_reason", "locator", "statement", "quote", "basis"),
    *("inferred", "independence_group"),
)
ENDS = frozenset({"subject", "relation", "object"})


def reworded(
    old: Evidence,
    of: Versions,
    values: Mapping[str, Any],
    snapshot: Snapshot,
    vocabulary: Vocabulary,
    *,
    contributor: str,
    again: Callable[[Evidence], Evidence],
    lang: str = "en",
) -> plan.Plan:
    """Return the revision of an item.

    Args:
        old: The item.
        of: Its versions.
        values: The fields that differ; None takes an optional one away.
        snapshot: What is there.
        vocabulary: The words.
        contributor: Handle of who says it.
        again: As `plan.evidence` takes it.
        lang: Language of remarks.

    Raises:
        Conflict: the item was rejected, revoked or superseded; or what `plan.evidence` raises, as are other faults.
    """
    if old.status not in STANDING:
        raise Conflict(
            conflicts.stands("evidence", old.id, old.status, since=since(of)),
            where="id",
            hint="propose it anew: kg add evidence",
        )
    whole = {name: value for name in FIELDS if (value := getattr(old, name)) is not None} | dict(values)
    if ENDS & values.keys() and "claim" not in values:
        del whole["claim"]
    return plan.evidence(
        whole, snapshot, vocabulary, contributor=contributor, supersedes=old.id, again=again, lang=lang
    )


def displaced(old: Evidence) -> list[Change]:
    """Return what becomes of an item once its revision is proposed: one that waits is superseded at once."""
    return [] if old.status == ACCEPTED else [Change("evidence", replace(old, status=SUPERSEDED))]
