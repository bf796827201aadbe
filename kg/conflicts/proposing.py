"""Conflicts of what is proposed with what is there already, and of datasets and folders with what is asked of them.

May enter: ids, entities, statuses, revisions, the vocabulary.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg import called
from kg.conflicts.standing import since_said
from kg.errors import Words
from kg.model import Entity, Revision, Text

if TYPE_CHECKING:
    from kg.vocabulary import Vocabulary


def says_already(id: str) -> Words:
    """A revision differs in nothing."""
    return Words(
        f"this is what {id} says already",
        f"{id} 已是如此，没有任何改动",
        Words("Change something of it.", "请先改动某项内容。"),
    )


def other_entity(known: Entity, vocabulary: Vocabulary) -> Words:
    """A new entity has the id of a known one, and says otherwise."""
    type = called.type_of(known.type, "zh", vocabulary)
    return Words(
        f"there is an entity {known.id} already, which says otherwise: {known.label.en} ({known.type})",
        f"已有实体 {known.id}，其内容与此不同：{known.label.get('zh')}（{type}）",
        Words("Use that one, or give yours another name.", "请使用该实体，或为您的实体另取名称。"),
    )


def other_type(known: Entity, type: str, claim: str, vocabulary: Vocabulary) -> Words:
    """An entity is proposed anew as of a type that cannot be where it is in a claim."""
    id, was = known.id, Text(*(called.type_of(known.type, lang, vocabulary) for lang in ("en", "zh")))
    return Words(
        f"{id} was a {known.type} and is in the claim {claim}, where a {type} cannot be",
        f"{id} 原属“{was.zh}”类型，已用于论断 {claim}，而“{called.type_of(type, 'zh', vocabulary)}”类型不能处于该位置",
        Words(
            f"Propose it as {was.en} again, or give yours another name.",
            f"请仍以“{was.zh}”类型提出，或为您的实体另取名称。",
        ),
    )


def very_item(id: str, now: str, *, instead: str | None = None) -> Words:
    """An item is proposed that is there and was turned down, taken back, or superseded by one that stands `instead`."""
    todo = Words("Its history says why; say yours otherwise.", "其历史说明了缘由；请换一种说法。")
    if instead is not None:
        todo = Words(f"{instead} came in its place: revise that one.", f"{instead} 已取而代之：请改为修订该条。")
    return Words(
        f"this very item is there as {id} and is {now}",
        f"此条目已存在（{id}），其状态为“{called.status(now, 'zh')}”",
        todo,
    )


def not_resumed(id: str, now: str, *, since: Revision, proposer: str | None, hindering: int) -> Words:
    """A revision says what a superseded item said, which cannot be brought back so.

    Args:
        id: Of the item.
        now: Its status.
        since: The revision that brought it there.
        proposer: Who proposed it, where that was somebody else.
        hindering: The revision that stands in the way.
    """
    there, (en, zh) = very_item(id, now), since_said(since)
    whose = ("", "") if proposer is None else (f"; {proposer} proposed it", f"；由 {proposer} 提出")
    return Words(
        f"{there.en}{en}{whose[0]}",
        f"{there.zh}{zh}{whose[1]}",
        Words(
            f"A reviewer can undo revision {hindering}, which stands in the way; or change something else of it.",
            f"审核者可撤销阻碍恢复的修订版 {hindering}；也可再改动其他内容。",
        ),
    )


def item_now(id: str) -> Words:
    """What was a record of another kind is an item of evidence."""
    return Words(f"{id} is an evidence item now", f"{id} 现为证据条目")


def other_steps(folder: str) -> Words:
    """A folder holds the steps of another question."""
    return Words(
        f"{folder} holds steps of another question, or of another export",
        f"{folder} 中保存的是另一个问题或另一份导出的步骤",
    )


def incomplete() -> Words:
    """A dataset was not handed over whole."""
    return Words("the dataset is not complete", "数据集不完整")


def other_dataset() -> Words:
    """A dataset is older than what is asked of it."""
    return Words("the dataset is not that of this revision", "数据集不属于此修订版")
