"""An evidence item and its revisions, which say one thing in several wordings: at most one of them counts.

Lives here: `holder`, `held`, `refuse_two`: the law and its words. May enter: a snapshot, changes that are to be
written. Never here: which act leads where (states), what an undo restores (undoing), SQL.
"""

from __future__ import annotations

from collections.abc import Iterable

from kg.errors import Conflict
from kg.model import ACCEPTED, Change, Evidence, Text
from kg.snapshot import Snapshot


def holder(item: Evidence, snapshot: Snapshot) -> Evidence | None:
    """Return the accepted item of a line in whose place an item cannot come, since it is no revision of it; or None."""
    replaced = {one.id for one in snapshot.revised_by(item)}
    others = (one for one in snapshot.line(item) if one.status == ACCEPTED and one.id not in replaced)
    return next(others, None)


def held(item: Evidence, other: Evidence, snapshot: Snapshot) -> tuple[Text, str]:
    """Return why an item cannot be accepted while another of its line is, and what helps."""
    above = {one.id for one in snapshot.revised_by(other)}
    old = next((one.id for one in (item, *snapshot.revised_by(item)) if one.id in above), item.id)
    of = Text("was revised", "已被修订") if old == item.id else Text(f"revises {old}", f"修订的是 {old}")
    said = Text(
        f"the evidence {item.id} {of.en}, and {other.id} was accepted in that place: reject this, or propose a "
        f"revision of {other.id}",
        f"证据 {item.id} {of.zh}，而 {other.id} 已被接受并取而代之：请拒绝本条，或改为修订 {other.id}",
    )
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
            said = f"the evidence {id} and {other.id} are of one line of revisions: "
            if undone:
                raise Conflict(
                    f"{said}the undo would bring back {id} beside {other.id}, which is accepted",
                    where="revision",
                    hint=f"take {other.id} back first (`kg revoke {other.id}`), or let it stand and say the rest in a "
                    f"revision of it: `kg review revise {other.id}`",
                )
            raise Conflict(
                f"{said}only one of them can be accepted",
                where="id",
                hint=f"accept one and reject the other, or take {other.id} back first: `kg revoke {other.id}`",
            )
