"""How records stand in review, and which act leads from where to where: one table.

Lives here: `MOVES`, what accepting a record takes along, who proposed it. May enter: a snapshot, versions of a record.
Never here: writing, beliefs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from kg import called, conflicts
from kg.contribute import lines
from kg.door import shown
from kg.errors import Conflict, Forbidden, InputError, Words
from kg.ids import RecordKind
from kg.importers.citations_plan import way_back
from kg.model import ACCEPTED, OUR_STATUSES, REVOKED, Change, Claim, Entity, Evidence, Record, Revision, Text, Work
from kg.snapshot import Snapshot

PROPOSED, RETURNED, REJECTED, SUPERSEDED = "proposed", "returned", "rejected", "superseded"
PENDING = (PROPOSED, RETURNED)
STANDING = (*PENDING, ACCEPTED)
"""What counts, or may come to count."""
UNDO = "undo"
Key = tuple[RecordKind, str]
Versions = Sequence[tuple[Revision, Record]]


@dataclass(frozen=True, slots=True)
class Move:
    """One act of review.

    Args:
        act: The word that the revision keeps.
        sources: Statuses that it starts from.
        target: The status that it leads to.
        needs_why: A reason must be given.
        by_another: Whoever proposed the record may not do it, where two people are asked for.
    """

    act: str
    sources: tuple[str, ...]
    target: str
    needs_why: bool
    by_another: bool


MOVES: Mapping[str, Move] = {
    "accept": Move("accept", PENDING, ACCEPTED, needs_why=False, by_another=True),
    "reject": Move("reject", PENDING, REJECTED, needs_why=True, by_another=True),
    "return": Move("return", (PROPOSED,), RETURNED, needs_why=True, by_another=False),
    "revoke": Move("revoke", STANDING, REVOKED, needs_why=True, by_another=False),
}
DECISIONS = ("accept", "reject", "return")


def move_of(decision: object) -> Move:
    """Return the move of a decision of a reviewer.

    Raises:
        InputError: there is no such decision.
    """
    if decision not in DECISIONS:
        raise InputError(f"{shown(decision)} is no decision", where="decision", hint=f"use {', '.join(DECISIONS)}")
    return MOVES[str(decision)]


def moved(move: Move, kind: RecordKind, record: Record, snapshot: Snapshot, versions: Versions) -> list[Change]:
    """Return what an act changes: the record, what accepting it takes along, and what it supersedes.

    Raises:
        Conflict: the record does not stand where the act starts, leans on one that was turned down, comes from a
            work that was taken back, or another revision came in its place; says how it stands, since when and why.
        InputError: works are not reviewed.
    """
    if kind == "work" and move.target != REVOKED:
        raise InputError(
            f"{record.id} is a work: a catalogue entry claims nothing and is not reviewed",
            where="id",
            hint="review the evidence that was taken from it; `kg revoke` takes the entry back",
        )
    works = kind == "work"
    if record.status in OUR_STATUSES if works else record.status not in move.sources:
        wanted = None if works else (move.act, move.sources)
        raise Conflict(
            conflicts.stands(kind, record.id, record.status, since=since(versions), wanted=wanted),
            where="id",
            hint=_way_out(kind, record),
        )
    if move.target != ACCEPTED:
        return [Change(kind, replace(record, status=move.target))]
    changes = [Change(kind, replace(record, status=ACCEPTED))]
    changes += [Change(one, replace(other, status=ACCEPTED)) for one, other in needs(kind, record, snapshot)]
    if isinstance(record, Evidence):
        replaced = (old for old in snapshot.revised_by(record) if old.status in STANDING)
        changes += [Change("evidence", replace(old, status=SUPERSEDED)) for old in replaced]
    return changes


def needs(kind: RecordKind, record: Record, snapshot: Snapshot) -> list[tuple[RecordKind, Record]]:
    """Return the pending records that a record leans on, which accepting it accepts too, by kind and id.

    Raises:
        Conflict: it leans on one that was rejected, revoked or superseded, comes from a work that was taken back, or
            another revision was accepted in the place that it is for.
    """
    found = _not_accepted(record, snapshot)
    bar = _bar(kind, record, snapshot, found)
    if bar is not None:
        said, hint = bar
        raise Conflict(said, where="id", hint=hint)
    return [(one, found[one, id]) for one, id in sorted(found)]


def why_barred(kind: RecordKind, record: Record, snapshot: Snapshot) -> Text | None:
    """Return why a pending record cannot be accepted now, in both languages; None when it can."""
    bar = _bar(kind, record, snapshot, _not_accepted(record, snapshot))
    return None if bar is None else Text(bar[0].en, bar[0].zh)


def along(
    move: Move, record: Record, snapshot: Snapshot, histories: Mapping[Key, Versions], gone: Collection[str]
) -> list[Change]:
    """Return the claim that came with an item and is of no use without it: turned down, or taken back, with the item.

    That is a pending claim which was proposed in one revision with an item, when no item is left that speaks of it.

    Args:
        move: The act.
        record: What it is done to.
        snapshot: What is there.
        histories: Of the claim and of all evidence of it; see `claim_of_item`.
        gone: Ids of all that the act is done to.
    """
    claim = claim_of_item(move, record, snapshot)
    if claim is None:
        return []
    items = snapshot.evidence_of(claim.id)
    if any(item.status in STANDING and item.id not in gone for item in items):
        return []
    proposed = _proposals(histories["claim", claim.id])
    with_items = {one.number for item in items for one, _ in histories["evidence", item.id]}
    if not proposed or proposed[-1].number not in with_items:
        return []
    return [Change("claim", replace(claim, status=move.target))]


def claim_of_item(move: Move, record: Record, snapshot: Snapshot) -> Claim | None:
    """Return the pending claim of an item that is turned down or taken back; None for any other act."""
    if move.target not in {REJECTED, REVOKED} or not isinstance(record, Evidence):
        return None
    claim = snapshot.claims[record.claim]
    return claim if claim.status in PENDING else None


def proposers(versions: Versions) -> tuple[str, ...]:
    """Return who proposed a record, first to last: whoever wrote it as proposed, other than by an undo."""
    return tuple(dict.fromkeys(revision.actor for revision in _proposals(versions)))


def proposal(versions: Versions) -> Revision:
    """Return the revision that proposed a pending record; of one that was turned down and proposed anew, the last.

    What an undo brought back is the proposal that it was before. Saying a proposal in other words makes no other one.
    """
    at = before_undo(versions, len(versions) - 1)
    while at > 0 and versions[at - 1][1].status in PENDING:
        at = before_undo(versions, at - 1)
    return versions[at][0]


def refuse_revising(kind: RecordKind, record: Record, versions: Versions, *, actor: str) -> None:
    """Refuse a contributor who wants to say in other words what is not hers to say.

    Hers is her proposal while it waits; and of evidence that was accepted everybody may propose a revision. What was
    turned down or taken back nobody revises: that is not said here.

    Raises:
        Forbidden: it was accepted, somebody else proposed it, or it is a work.
    """
    if kind == "work" or (record.status == ACCEPTED and kind != "evidence"):
        raise Forbidden(f"the {kind} {record.id} is {record.status}; reviewers revise it", where="id")
    if record.status not in PENDING:
        return
    by = proposal(versions).actor
    if by != actor:
        raise Forbidden(f"{by} proposed the {kind} {record.id}; a contributor revises her own", where="id")


def refuse_own(changes: Iterable[Change], histories: Mapping[Key, Versions], *, actor: str, act: str) -> None:
    """Raise Forbidden when somebody decides on what she proposed herself."""
    for change in changes:
        if actor in proposers(histories.get((change.kind, change.id), ())) and change.record.status != SUPERSEDED:
            raise Forbidden(
                Words(
                    f"{actor} proposed the {change.kind} {change.id}: somebody else must {act} it",
                    f"{called.kind(change.kind, 'zh')} {change.id} 是您自己（{actor}）提出的",
                    Words("Somebody else decides.", "须由他人决定。"),
                ),
                where="actor",
                hint="name another person; who works alone decides on the command line, with KG_TWO_PERSON=off",
            )


def since(versions: Versions) -> Revision | None:
    """Return the revision since which a record stands as it does."""
    return versions[-1][0] if versions else None


def _proposals(versions: Versions) -> list[Revision]:
    """Return the revisions that wrote a record as proposed, other than by an undo, first to last."""
    return [revision for revision, record in versions if record.status == PROPOSED and revision.act != UNDO]


def before_undo(versions: Versions, at: int) -> int:
    """Return the place of the version that an undo brought back; of any other version its own place."""
    if versions[at][0].act != UNDO:
        return at
    same = (place for place in range(at - 1, -1, -1) if versions[place][0].act != UNDO)
    return next((place for place in same if versions[place][1] == versions[at][1]), at)


def _bar(
    kind: RecordKind, record: Record, snapshot: Snapshot, leant_on: Mapping[Key, Record]
) -> tuple[Words, str] | None:
    """Return why a record cannot be accepted, and what helps; None when it can."""
    if isinstance(record, Evidence) and snapshot.works[record.work].status == REVOKED:
        return conflicts.from_taken_back(record.id, record.work), way_back(record.work)
    for (other, id), one in leant_on.items():
        if one.status not in PENDING:
            said = conflicts.needs(kind, record.id, other, id, one.status)
            return said, f"propose that {other} again, or reject this"
    if isinstance(record, Evidence):
        held_by = lines.holder(record, snapshot)
        return None if held_by is None else lines.held(record, held_by, snapshot)
    return None


def _not_accepted(record: Record, snapshot: Snapshot) -> dict[Key, Record]:
    """Return all that a record leans on and that is not accepted, by kind and id."""
    found: dict[Key, Record] = {}
    waiting = list(_leans_on(record, snapshot))
    while waiting:
        kind, other = waiting.pop()
        if (kind, other.id) not in found and other.status != ACCEPTED:
            found[kind, other.id] = other
            waiting += _leans_on(other, snapshot)
    return found


def _leans_on(record: Record, snapshot: Snapshot) -> list[tuple[RecordKind, Record]]:
    if isinstance(record, Evidence):
        return [("claim", snapshot.claims[record.claim])]
    if isinstance(record, Claim):
        return [("entity", snapshot.entities[id]) for id in (record.subject, record.object)]
    if isinstance(record, Entity) and record.broader is not None:
        return [("entity", snapshot.entities[record.broader])]
    return []


def _way_out(kind: RecordKind, record: Record) -> str:
    if isinstance(record, Work):
        return f"`kg history {record.id}` shows what happened"
    ways = {
        ACCEPTED: "`kg revoke` takes back what was accepted",
        PROPOSED: "`kg review` accepts, rejects or returns it",
        RETURNED: "it waits for whoever proposed it: `kg review revise`",
    }
    return ways.get(record.status, f"`kg history {record.id}` shows what happened; propose the {kind} anew")
