"""An evidence item and its revisions, which say one thing in several wordings: at most one of them counts.

Lives here: `holder`, `held`, `refuse_two`: the law and its words. May enter: a snapshot, changes that are to be
written. Never here: which act leads where (states), what an undo restores (undoing), SQL.
"""

from __future__ import annotations

from collections.abc import Iterable

from kg import conflicts
from kg.errors import Conflict, Words
from kg.model import ACCEPTED, Change, Evidence
from kg.snapshot import Snapshot


def holder(item: Evidence, snapshot: Snapshot) -> Evidence | None:
    """Return the accepted item of a line in whose place an item cannot come, since it is no revision of it; or None."""
    replaced = {one.id for one in snapshot.revised_by(item)}
    others = (one for one in snapshot.line(item) if one.status == ACCEPTED and one.id not in replaced)
    return next(others, None)


def held(item: Evidence, other: Evidence, snapshot: Snapshot) -> tuple[Words, str]:
    """Return why an item cannot be accepted while another of its line is, and what helps."""
    above = {one.id for one in snapshot.revised_by(other)}
    old = next((one.id for one in (item, *snapshot.revised_by(item)) if one.id in above), item.id)
    said = conflicts.place_taken(item.id, old, other.id)
    return said, f"`kg review reject {item.id}`, or `kg review revise {other.id}`"


def refuse_two(changes: Iterable[Change], snapshot: Snapshot, *, undone: bool = False) -> None:
    """Refuse to have two items of a line accepted.

    Args:
        changes: What is to be written.
        snapshot: The record before.
        undone: They are those of an undo. Two that it brings back together counted so before; it is refused only where
            one would count beside another that stays accepted.

    Law: what this lets pass leaves at most one accepted item in each line that had at most one.

    Raises:
        Conflict: names both, and what helps: one of them waits where somebody decides, none where somebody undoes.
    """
    new = {one.id: one.record for one in changes if isinstance(one.record, Evidence)}
    for id, item in sorted(new.items()):
        old = snapshot.evidence.get(id)
        if item.status != ACCEPTED or (old is not None and old.status == ACCEPTED):
            continue
        for other in snapshot.line(item):
            if new.get(other.id, other).status != ACCEPTED or (undone and other.status != ACCEPTED):
                continue
            if undone:
                raise Conflict(
                    conflicts.one_line_undone(id, other.id),
                    where="revision",
                    hint=f"take {other.id} back first (`kg revoke {other.id}`), or let it stand and say the rest in a "
                    f"revision of it: `kg review revise {other.id}`",
                )
            raise Conflict(
                conflicts.one_line(id, other.id),
                where="id",
                hint=f"accept one and reject the other, or take {other.id} back first: `kg revoke {other.id}`",
            )
