"""Conflicts with works that were merged or taken back, and with identifiers of other works.

May enter: works, ids, why a merged one leads to none.
"""

from __future__ import annotations

from kg.conflicts.standing import stands
from kg.errors import Words
from kg.model import Text, Work

IDENTIFIERS = {"doi": "DOI", "arxiv": "arXiv id"}


def away(work: str, now: str, into: str | None = None, lost: Text | None = None) -> Words:
    """A work was merged, into one that stands or is `lost`, or taken back."""
    if into is None:
        return stands("work", work, now)
    todo = Words("Use the one that stands.", "请改用现存的那一条。") if lost is None else None
    en, zh = ("", "") if lost is None else (f", and {lost.en}", f"，而{lost.get('zh')}")
    return Words(
        f"the work {work} is {now} into {into}{en}", f"{stands('work', work, now).zh}，已并入 {into}{zh}", todo
    )


def taken_back(work: str) -> Words:
    """Evidence is to be added to a work that was taken back."""
    return Words(
        f"the work {work} was taken back",
        f"文献 {work} 已被撤回，不能再为其添加证据",
        Words(
            "Name another work. A reviewer can bring this one back by undoing what took it back.",
            "请改用其他文献；如系误撤，审核者可撤销那次撤回，使其恢复。",
        ),
    )


def none_stands(work: str, lost: Text) -> Words:
    """Evidence is to be added to a merged work for which none stands."""
    return Words(
        f"no work stands for {work}: {lost.en}",
        f"文献 {work} 已被合并，但没有现存的文献代表它：{lost.get('zh')}",
        Words(
            "Name another work. A reviewer can bring this one back by undoing what took it out.",
            "请改用其他文献；审核者可撤销相应的修订版，使其恢复。",
        ),
    )


def merged_into_none(work: Work) -> Words:
    """A change would leave a merged work without one that stands for it."""
    id, into, todo = work.id, work.merged_into, Words("Undo that merge first.", "请先撤销该合并。")
    return Words(
        f"{id} is merged into {into}: no work would stand for it any more",
        f"{id} 已并入 {into}：此改动后将没有现存的文献代表它",
        todo,
    )


def of_another(given: str, name: str, work: str) -> Words:
    """Another work has the identifier that is called `name`."""
    return Words(
        f"{given} is the {name} of {work}",
        f"{given} 是文献 {work} 的 {IDENTIFIERS.get(name, name)}",
        Words("If they are one work, have a reviewer merge them.", "若两者是同一文献，请由审核者合并。"),
    )


def of_known(given: str, name: str, work: str) -> Words:
    """A work is to be recorded with an identifier, called `name`, that a known one has."""
    said = of_another(given, name, work)
    return Words(
        said.en,
        said.zh,
        Words(
            "Use that work; another version of it is recorded without this identifier.",
            "请使用该文献；若要登记其另一版本，请勿填写此标识符。",
        ),
    )


def from_taken_back(item: str, work: str) -> Words:
    """An item cannot be accepted, since its work was taken back."""
    return Words(
        f"the evidence {item} comes from the work {work}, which was taken back",
        f"证据 {item} 出自文献 {work}，而该文献已撤回",
        Words(
            "It cannot be accepted. Reject it; or bring the work back by undoing what took it back.",
            "该证据不能接受。请拒绝它，或先撤销对该文献的撤回。",
        ),
    )
