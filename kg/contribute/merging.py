"""Two entries of one work made one: what is to be written, and which works look like one.

Lives here: `merged`, `likely`, `refuse_astray`, pure. May enter: a snapshot. Never here: writing, comparing works.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from kg import conflicts
from kg.citations.duplicates import Match, find_matches
from kg.errors import Conflict, InputError
from kg.importers.citations_plan import filled, way_back
from kg.importers.merges import astray
from kg.model import MERGED, OUR_STATUSES, REVOKED, Change, Evidence, Work
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Merge:
    """What merging two works comes to.

    Args:
        kept: The work that stays, as it shall stand.
        duplicate: The other, as it shall stand: merged into the first.
        changes: All records that change.
        moved: Ids of the evidence that moves.
        filled: Fields that the kept work gains.
        told: What is odd about it, in sentences.
    """

    kept: Work
    duplicate: Work
    changes: tuple[Change, ...]
    moved: tuple[str, ...]
    filled: tuple[str, ...]
    told: tuple[str, ...]


def merged(snapshot: Snapshot, keep: Work, duplicate: Work, vocabulary: Vocabulary) -> Merge:
    """Return what makes two works one: all evidence and both independence groups stand with the work that is kept.

    Evidence keeps its ids. The kept work gains what it lacks, above all identifiers; what it says already stays. What a
    publisher said of either is said of the kept one, the graver of two. Works merged into the duplicate
    before are merged into the kept one.

    Raises:
        InputError: it is one work.
        Conflict: one of them was merged or taken back before.

    Laws: no evidence item is lost, none changes but for its work and the group that was its work's; no other work
        changes but for its group.
    """
    if keep.id == duplicate.id:
        raise InputError(f"{keep.id} is one work", where="duplicate", hint="name two works")
    for work in (keep, duplicate):
        if work.status in OUR_STATUSES:
            into = work.merged_into
            lost = None if into is None else astray(work, snapshot.works.get)
            hint = way_back(work.id) if into is None or lost is not None else f"merge {snapshot.standing(work.id).id}"
            raise Conflict(conflicts.away(work.id, work.status, into, lost), where="work", hint=hint)
    whole, gained = filled(keep, duplicate)
    told = [
        f"{keep.id} keeps {name} {mine}, {duplicate.id} has {other}" for name, mine, other in _clash(whole, duplicate)
    ]
    graver = max(keep, duplicate, key=lambda work: vocabulary.gravity(work.status))
    if graver.status != keep.status:
        whole = replace(whole, status=graver.status, notice=keep.notice or graver.notice)
        told.append(f"{keep.id} is {graver.status}, as {duplicate.id} was")
    mine, other = (work.independence_group or work.id for work in (keep, duplicate))
    gone = replace(duplicate, status=MERGED, merged_into=keep.id)
    changes: dict[tuple[str, str], Change] = {}
    for work in snapshot.works.values():
        new = work
        if work.independence_group == other != mine:
            new = replace(new, independence_group=mine)
        if work.merged_into == duplicate.id:
            new = replace(new, merged_into=keep.id)
        if new != work:
            changes["work", work.id] = Change("work", new)
    moved = [item.id for item in snapshot.evidence_from(duplicate.id)]
    for item in snapshot.evidence.values():
        new_item = _moved(item, duplicate.id, keep.id, other, mine)
        if new_item != item:
            changes["evidence", item.id] = Change("evidence", new_item)
    changes["work", keep.id] = Change("work", whole)
    changes["work", duplicate.id] = Change("work", gone)
    return Merge(whole, gone, tuple(changes.values()), tuple(moved), tuple(gained), tuple(told))


def refuse_astray(changes: Iterable[Change], snapshot: Snapshot) -> None:
    """Refuse changes after which a merged work would lead to none that stands, though it did, or is new.

    Args:
        changes: What is to be written.
        snapshot: The record before.

    Raises:
        Conflict: names the work.
    """
    written = {one.id: one.record for one in changes if isinstance(one.record, Work)}
    back = {id for id, work in written.items() if work.status == REVOKED}
    others = [work for work in snapshot.works.values() if work.merged_into in back] if back else []
    for work in (*(work for work in others if work.id not in written), *written.values()):
        before = snapshot.works.get(work.id)
        lost = astray(work, lambda key: written.get(key) or snapshot.works.get(key))
        if lost is not None and (before is None or astray(before, snapshot.works.get) is None):
            raise Conflict(
                conflicts.merged_into_none(work),
                where="work",
                hint=f"undo that merge first: `kg history {work.id}` names the revision, `kg undo` undoes it",
            )


def likely(works: Iterable[Work]) -> list[tuple[Match, bool]]:
    """Return pairs of works that look like one, or like two versions of one: those that count twice first, then surest.

    Returns:
        Each pair, the later entry first, and whether the two share an independence group, and so count as one source
        already.

    Cost: each title is compared with those of the years around.
    """
    standing = [work for work in works if work.status not in OUR_STATUSES]
    groups = {work.id: work.independence_group or work.id for work in standing}
    found = [(match, groups[match.work] == groups[match.other]) for match in find_matches(standing)]
    return sorted(found, key=lambda one: (one[0].kind, one[1], -one[0].score, one[0].work, one[0].other))


def _moved(item: Evidence, work: str, keep: str, group: str, kept_group: str) -> Evidence:
    new = replace(item, work=keep) if item.work == work else item
    return replace(new, independence_group=kept_group) if item.independence_group == group != kept_group else new


def _clash(kept: Work, duplicate: Work) -> list[tuple[str, Any, Any]]:
    """Return identifiers and years in which the two differ: those of the duplicate stay with it."""
    pairs = [(name, getattr(kept, name), getattr(duplicate, name)) for name in ("doi", "arxiv", "year")]
    return [(name, mine, other) for name, mine, other in pairs if mine and other and mine != other]
