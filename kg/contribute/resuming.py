"""Going back to earlier words of one's own proposal: the item that said them waits again, in place of the later one.

Lives here: `resumed`, `instead`. May enter: items, their versions, a snapshot.
Never here: writing, what a decision does (states), undoing.
"""

from __future__ import annotations

from dataclasses import replace

from kg import conflicts
from kg.contribute.states import PENDING, PROPOSED, STANDING, SUPERSEDED, Versions, before_undo, proposal
from kg.errors import Conflict
from kg.model import ACCEPTED, Evidence
from kg.snapshot import Snapshot

ACT = "revise"
NOTE = {
    "en": "The item {} says just this; it waits again, in the place of its revision.",
    "zh": "证据 {} 的说法正是如此；它取代其修订，重新等待审核。",
}


def resumed(
    item: Evidence, of: Versions, later: Evidence, of_later: Versions, snapshot: Snapshot, *, actor: str
) -> Evidence:
    """Return a superseded item as it waits again, once a revision is to say in other words just what it said.

    Args:
        item: It is superseded, and says just this.
        of: Its versions.
        later: What is revised now.
        of_later: Its versions.
        snapshot: What is there.
        actor: Who revises.

    Raises:
        Conflict: the two are of different lines, the item was superseded by a decision, or the later one was accepted,
            or somebody else proposed the item. The hint names the revision whose undoing brings it back.
    """
    at = before_undo(of, len(of) - 1)
    by_revision = at > 0 and of[at][0].act == ACT and of[at - 1][1].status in PENDING
    by = proposal(of[:at]).actor if by_revision else None
    if by == actor and later.status in PENDING and later in snapshot.line(item):
        return replace(item, status=PROPOSED)
    number = (of_later if later.status == ACCEPTED else of)[-1][0].number
    whose = None if by == actor else by
    raise Conflict(
        conflicts.not_resumed(item.id, item.status, since=of[-1][0], proposer=whose, hindering=number),
        where="evidence",
        hint=f"`kg undo {number}`, by a reviewer, takes back revision {number}, which stands in the way; "
        "or change something else of it",
    )


def instead(item: Evidence, snapshot: Snapshot) -> str | None:
    """Return the id of the item that stands in the place of a superseded one; None when none does."""
    if item.status != SUPERSEDED:
        return None
    return next((one.id for one in snapshot.line(item) if one.status in STANDING), None)
