"""What came between a merge and its undo: items that were written to the one work and may belong to the other.

Lives here: `holding_up`, `refuse`, `left`. May enter: changes that an undo writes, versions of records, a snapshot.
Never here: what an undo restores (undoing), SQL, writing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kg import called, conflicts
from kg.contribute.states import STANDING, Key, Versions
from kg.contribute.undoing import hanging
from kg.errors import Conflict
from kg.holding import of_kind
from kg.ids import RecordKind
from kg.model import REVOKED, Change, Evidence, Revision, Text, Work
from kg.snapshot import Snapshot

Histories = Callable[[Iterable[Key]], Mapping[Key, Versions]]


@dataclass(frozen=True, slots=True)
class Parted:
    """A work that was merged and comes back.

    Args:
        work: Its key.
        stood: Keys of the works that stood for it.
        since: The revision in which it was merged, the last time.
        turns: Revisions that wrote it, oldest first, each with the work that it was merged into then.
    """

    work: str
    stood: frozenset[str]
    since: int
    turns: tuple[tuple[int, str | None], ...]

    def was_away(self, number: int, work: str) -> bool:
        """Say whether an item that a revision brought to a work came while this one was merged: the last time, or
        into that very work earlier. A merge that is brought back does not make known whose such an item is.
        """
        into = next((into for turn, into in reversed(self.turns) if turn < number), None)
        return number > self.since or into == work


@dataclass(frozen=True, slots=True)
class Came:
    """An item that somebody wrote meanwhile.

    Args:
        item: As it stands afterwards.
        by: The revision that brought it.
        work: The work that comes back, or is merged again.
        follows: Id of an item that goes back to that work, which this one is a revision of; None when it is of none.
    """

    item: Evidence
    by: Revision
    work: str
    follows: str | None


def parted(found: Iterable[Change], histories: Mapping[Key, Versions]) -> list[Parted]:
    """Return the works that stand again once changes are written, by key.

    Args:
        found: What is to be written.
        histories: All versions of these records before.
    """
    back: list[Parted] = []
    for one in found:
        versions = histories.get((one.kind, one.id), ())
        if not versions or not isinstance(one.record, Work) or one.record.merged_into is not None:
            continue
        stood, since = set(), 0
        for revision, record in reversed(versions):
            if not isinstance(record, Work) or record.merged_into is None:
                break
            stood.add(record.merged_into)
            since = revision.number
        if stood:
            turns = tuple(
                (revision.number, record.merged_into) for revision, record in versions if isinstance(record, Work)
            )
            back.append(Parted(one.id, frozenset(stood), since, turns))
    return sorted(back, key=lambda one: one.work)


def came_since(
    found: Sequence[Change], histories: Mapping[Key, Versions], after: Snapshot, more: Histories
) -> list[Came]:
    """Return the items that stand or wait at a work that stood for one which comes back, and came while it was merged.

    Args:
        found: What an undo writes.
        histories: All versions of these records before.
        after: The record afterwards, or later: what somebody has seen to is then not among them.
        more: Returns the versions of further records.
    """
    goes = {
        one.id: one.record.work
        for one in found
        if isinstance(one.record, Evidence) and _work_before(histories, one.id) != one.record.work
    }
    came: list[Came] = []
    for back in parted(found, histories):
        if after.works[back.work].merged_into is not None:
            continue
        near = _standing(after, back.stood)
        for (_, id), versions in more(("evidence", id) for id in near).items():
            first, item = versions[0] if versions else (None, None)
            if first is not None and isinstance(item, Evidence) and back.was_away(first.number, item.work):
                above = (one.id for one in after.revised_by(near[id]))
                follows = next((one for one in above if goes.get(one) == back.work), None)
                came.append(Came(near[id], first, back.work, follows))
    return sorted(came, key=lambda one: (one.item.id, one.work))


def holding_up(
    found: Sequence[Change], histories: Mapping[Key, Versions], after: Snapshot, more: Histories
) -> list[Came]:
    """Return the items that an undo would leave where they cannot be: revisions of what goes back to the other work,
    and items of a work that is merged again.

    Arguments are those of `came_since`.
    """
    again = {
        one.id
        for one in found
        if isinstance(one.record, Work) and one.record.merged_into is not None and not _was_merged(histories, one.id)
    }
    lost = _standing(after, again)
    firsts = more(("evidence", id) for id in lost)
    stranded = [Came(lost[id], versions[0][0], lost[id].work, None) for (_, id), versions in firsts.items()]
    return [*(one for one in came_since(found, histories, after, more) if one.follows is not None), *stranded]


def refuse(held_up: Sequence[Came]) -> None:
    """Refuse an undo that items hold up.

    Raises:
        Conflict: names the first of them, the revision that brought it, and what helps.
    """
    if not held_up:
        return
    item, by, follows = held_up[0].item, held_up[0].by, held_up[0].follows
    more = len(held_up) - 1
    later = "or undo the later ones too (--with-later)"
    if follows is None:
        raise Conflict(
            conflicts.merged_again(by, item.id, item.work, more=more),
            where="revision",
            hint=f"merge {item.work} anew (`kg merge`), which moves its evidence, {later}",
        )
    raise Conflict(
        conflicts.follows(by, item.id, item.work, old=follows, back=held_up[0].work, more=more),
        where="revision",
        hint=f"undo revision {by.number} first, `kg revoke {item.id}`, {later}",
    )


def left(
    found: Sequence[Change],
    histories: Mapping[Key, Versions],
    after: Snapshot,
    more: Histories,
    *,
    lang: str = "en",
) -> list[dict[str, Any]]:
    """Return what an undo leaves as it is though somebody should look at it, by kind and id.

    Args:
        found, histories, after, more: As those of `came_since`.
        lang: Language of the sentences.

    Returns:
        `{"kind", "id", "why": "revoked"|"merged", "of", "said"}` for each: what leans on the record `of`, which is
        revoked; and items that came in while the work `of` was merged, which is back.
    """
    told = []
    for one in found:
        now = of_kind(after, one.kind).get(one.id)
        if one.record.status == REVOKED and now is not None and now.status == REVOKED:
            for kind, id in hanging([(one.kind, one.id)], after):
                told.append(
                    {
                        "kind": kind,
                        "id": id,
                        "why": "revoked",
                        "of": one.id,
                        "said": _leaning(kind, id, one.kind, one.id).get(lang),
                    }
                )
    for came in came_since(found, histories, after, more):
        told.append(
            {"kind": "evidence", "id": came.item.id, "why": "merged", "of": came.work, "said": _came(came).get(lang)}
        )
    return sorted(told, key=lambda one: (one["kind"], one["id"], one["why"], one["of"]))


def _leaning(kind: RecordKind, id: str, other: RecordKind, of: str) -> Text:
    one, another = called.kind(kind, "zh"), called.kind(other, "zh")
    return Text(
        f"the {kind} {id} leans on the {other} {of}, which is revoked; `kg revoke {id}` revokes it too",
        f"{one} {id} 依赖于已撤回的{another} {of}；`kg revoke {id}` 可将其一并撤回",
    )


def _came(one: Came) -> Text:
    item, by = one.item, one.by
    to = f"`kg review revise {item.id} --work {one.work}`"
    return Text(
        f"the evidence {item.id} came to {item.work} in revision {by.number} ({by.act}, {by.actor}), while {one.work} "
        f"was merged, and stays there; if it was taken from {one.work}, {to} proposes it there",
        f"证据 {item.id} 在修订版 {by.number}（{by.actor}，{called.act(by.act, 'zh')}）中归入 {item.work}，"
        f"当时 {one.work} 处于合并状态；该证据仍留在原处。如其出自 {one.work}，可用 {to} 改归该文献",
    )


def _standing(snapshot: Snapshot, works: Iterable[str]) -> dict[str, Evidence]:
    items = (item for work in sorted(works) for item in snapshot.evidence_from(work))
    return {item.id: item for item in items if item.status in STANDING}


def _work_before(histories: Mapping[Key, Versions], item: str) -> str | None:
    versions = histories.get(("evidence", item), ())
    record = versions[-1][1] if versions else None
    return record.work if isinstance(record, Evidence) else None


def _was_merged(histories: Mapping[Key, Versions], work: str) -> bool:
    versions = histories.get(("work", work), ())
    record = versions[-1][1] if versions else None
    return isinstance(record, Work) and record.merged_into is not None
