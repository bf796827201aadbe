"""Conflicts with what others wrote meanwhile, or with what was sent before.

May enter: numbers of revisions, revisions.
"""

from __future__ import annotations

from kg.called import ACTS
from kg.errors import Words
from kg.model import Revision, Text


def moved_on(head: int, expected: str) -> Words:
    """The newest revision of the record is not the one that was expected."""
    return Words(
        f"the record is at revision {head}, not at {expected}",
        f"记录现为修订版 {head}，而非 {expected}：期间已有他人写入",
    )


def changed_by(last: Revision) -> Words:
    """Somebody changed a record after it was looked at."""
    act = ACTS.get(last.act, Text(last.act))
    return Words(
        f"{last.actor} changed this meanwhile ({act.en}, revision {last.number})",
        f"{last.actor} 在此期间修改了此记录（{act.get('zh')}，修订版 {last.number}）",
    )


def changed_since(now: int, seen: int) -> Words:
    """A record was changed by a revision after the one that was seen."""
    return Words(
        f"it was last changed by revision {now}, and you have seen revision {seen}",
        f"此记录最近由修订版 {now} 改动，而您看到的是修订版 {seen}",
    )


def not_there_yet(seen: int, head: int) -> Words:
    """The revision that was seen does not exist."""
    return Words(
        f"revision {seen} does not exist yet: the newest is {head}",
        f"修订版 {seen} 尚不存在：最新的是 {head}",
    )


def not_yet_written(seen: int) -> Words:
    """There is no record where a revision of it was seen."""
    return Words(
        f"there is no such record yet, and you have seen revision {seen}",
        f"此记录尚不存在，而您看到的是修订版 {seen}",
    )


def submitted(when: str = "already") -> Words:
    """The same submission was written "already" or "meanwhile"."""
    return Words(f"this was submitted {when}", "此内容此前已提交")
