"""Conflicts of an undo with what came later.

May enter: ids, revisions.
"""

from __future__ import annotations

from collections.abc import Sequence

from kg.called import act
from kg.called import kind as kind_said
from kg.errors import Words
from kg.ids import RecordKind
from kg.model import Revision

LATER_TOO = "tick that later revisions are undone too", "勾选“同时撤销这些记录之后的修订版”"
"""What an undo is asked for on its page."""


def nothing_left(number: int) -> Words:
    """Nothing is left of a revision to undo."""
    return Words(
        f"nothing is left of revision {number} to undo",
        f"修订版 {number} 已没有可撤销的内容",
        Words("The history says what happened since.", "历史中可以看到此后发生了什么。"),
    )


def later(others: Sequence[Revision], kind: RecordKind, id: str, differs: str) -> Words:
    """Later revisions wrote the same records.

    Args:
        others: They, oldest first; some are named.
        kind: Kind of a record that they wrote.
        id: Its id.
        differs: What differs in it, as programs read it.
    """
    many = "s" if len(others) > 1 else ""
    named = ", ".join(f"{one.number} ({one.act}, {one.actor})" for one in others[:5])
    en = f"revision{many} {named} changed the same records since"
    zh = "、".join(f"{one.number}（{one.actor}，{act(one.act, 'zh')}）" for one in others[:5])
    zh = f"相同的记录此后又被改动：修订版 {zh}，其中有{kind_said(kind, 'zh')} {id}"
    return Words(
        f"{en}; of the {kind} {id}: {differs}",
        zh,
        Words(f"Undo what came later first, or {LATER_TOO[0]}.", f"请先撤销此后的修订版，或{LATER_TOO[1]}。"),
        page=Words(f"{en}, the {kind} {id} among them", zh),
    )


def merged_again(by: Revision, item: str, work: str, *, more: int) -> Words:
    """A revision brought an item to a work that an undo would merge again, as `more` others."""
    en, zh = _brought(by, item, work)
    also = _more(more)
    return Words(
        f"{en}, which would be merged again, so that it counts no more{also[0]}",
        f"{zh}，而该文献将再次被合并，{item} 因而不再计入{also[1]}",
        Words(
            f"Merge {work} anew, which moves its evidence, or {LATER_TOO[0]}.",
            f"请重新合并 {work}（其证据会随之移动），或{LATER_TOO[1]}。",
        ),
    )


def follows(by: Revision, item: str, work: str, *, old: str, back: str, more: int) -> Words:
    """A revision brought an item to a work, and the item that it revises goes back to another; as `more` others."""
    en, zh = _brought(by, item, work)
    also = _more(more)
    return Words(
        f"{en}: it is a revision of {old}, which goes back to {back}{also[0]}",
        f"{zh}：它是对 {old} 的修订，而后者将回到 {back}{also[1]}",
        Words(
            f"Undo that revision first, take {item} back, or {LATER_TOO[0]}.",
            f"请先撤销该修订版，或撤回 {item}，或{LATER_TOO[1]}。",
        ),
    )


def _brought(by: Revision, item: str, work: str) -> tuple[str, str]:
    return (
        f"revision {by.number} ({by.act}, {by.actor}) brought the evidence {item} since, to the work {work}",
        f"修订版 {by.number}（{by.actor}，{act(by.act, 'zh')}）此后将 {item} 归入 {work}",
    )


def _more(count: int) -> tuple[str, str]:
    return (f"; {count} more like it", f"；另有 {count} 条与此类似") if count else ("", "")
