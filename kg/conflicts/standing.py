"""Conflicts with how a record stands, and with what a decision on it takes along.

May enter: ids, statuses, revisions.
"""

from __future__ import annotations

from collections.abc import Sequence

from kg.called import act, status
from kg.called import kind as kind_said
from kg.errors import Words
from kg.ids import RecordKind
from kg.model import Revision


def stands(
    kind: RecordKind,
    id: str,
    now: str,
    *,
    since: Revision | None = None,
    wanted: tuple[str, Sequence[str]] | None = None,
    waits: bool = True,
    todo: Words | None = None,
) -> Words:
    """A record does not stand where something starts.

    Args:
        kind: Its kind.
        id: Its id.
        now: Its status.
        since: The revision that brought it there.
        wanted: An act, and the statuses that it starts from.
        waits: False where it would have to wait for review, and does not.
        todo: What to do about it.
    """
    en, zh = f"the {kind} {id} is {now}", f"{kind_said(kind, 'zh')} {id} 的状态为“{status(now, 'zh')}”"
    if since is not None:
        en, zh = (said + how for said, how in zip((en, zh), since_said(since), strict=True))
    if wanted is not None:
        en += f"; to {wanted[0]} it, it must be {' or '.join(wanted[1])}"
        zh += f"，此时不能“{act(wanted[0], 'zh')}”"
    if not waits:
        en, zh = f"{en}: it does not wait for review", f"{zh}，并不在等待审核"
    return Words(en, zh, todo)


def stands_alone(kind: RecordKind, id: str, now: str) -> Words:
    """A record that is named by its id alone does not stand where something starts."""
    return Words(f"{id} is {now}", stands(kind, id, now).zh)


def since_said(revision: Revision) -> tuple[str, str]:
    """Return since which revision a record stands as it does, by whom and why, as a part of a sentence."""
    en, zh = ("", "") if revision.reason is None else (f": {revision.reason}", f"，理由：{revision.reason}")
    return (
        f" since revision {revision.number} ({revision.act}, {revision.actor}{en})",
        f"（自修订版 {revision.number} 起：{revision.actor}，{act(revision.act, 'zh')}{zh}）",
    )


def needs(kind: RecordKind, id: str, other: RecordKind, needed: str, now: str) -> Words:
    """A record cannot be accepted, since another that it leans on was turned down."""
    return Words(
        f"the {kind} {id} needs the {other} {needed}, which is {now}",
        f"{kind_said(kind, 'zh')} {id} 依赖于{kind_said(other, 'zh')} {needed}，而其状态为“{status(now, 'zh')}”",
        Words("Propose that one again, or reject this.", "请重新提出它所依赖的记录，或拒绝本条。"),
    )


def place_taken(item: str, old: str, other: str) -> Words:
    """An item cannot be accepted, since another was in the place of the `old` one, which may be itself."""
    en, zh = ("was revised", "已被修订") if old == item else (f"revises {old}", f"修订的是 {old}")
    en, zh = (
        f"the evidence {item} {en}, and {other} was accepted in that place",
        f"证据 {item} {zh}，而 {other} 已被接受并取而代之",
    )
    return Words(
        f"{en}: reject this, or propose a revision of {other}",
        f"{zh}：请拒绝本条，或改为修订 {other}",
        Words(f"Reject this, or propose a revision of {other}.", f"请拒绝本条，或改为修订 {other}。"),
        page=Words(en, zh),
    )


def one_line(item: str, other: str) -> Words:
    """Two items of one line of revisions would be accepted by a decision."""
    return Words(
        f"the evidence {item} and {other} are of one line of revisions: only one of them can be accepted",
        f"证据 {item} 与 {other} 属于同一条目的修订，其中只能接受一条",
        Words(
            f"Accept one and reject the other, or take {other} back first.",
            f"请接受其中一条并拒绝另一条，或先撤回 {other}。",
        ),
    )


def one_line_undone(item: str, other: str) -> Words:
    """An undo would bring back an item beside another of its line."""
    return Words(
        f"the evidence {item} and {other} are of one line of revisions: the undo would bring back {item} beside "
        f"{other}, which is accepted",
        f"证据 {item} 将恢复为已接受，而同一条目中已接受 {other}；两者只能计入一条",
        Words(
            f"Take {other} back first, or let it stand and propose a revision of it.",
            f"请先撤回 {other}，或保留该条并提出对它的修订。",
        ),
    )


def both(kind: RecordKind, id: str, one: str, other: str) -> Words:
    """A decision on several records would bring one of them to two statuses."""
    return Words(
        f"the {kind} {id} cannot be both {one} and {other}",
        f"{kind_said(kind, 'zh')} {id} 不能既“{status(one, 'zh')}”又“{status(other, 'zh')}”",
        Words("Decide on its revision alone.", "请单独对其修订作出决定。"),
    )
