"""search: entities, claims and works by words, best first.

May enter: a text index and validated parameters. Never here: how words are compared (text, likeness), doors.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kg.snapshot import Snapshot
from kg.text import TextIndex


def find(
    index: TextIndex,
    snapshot: Snapshot,
    text: str,
    *,
    limit: int = 20,
    lang: str = "en",
    kinds: Iterable[str] | None = None,
    include_proposed: bool = False,
) -> dict[str, Any]:
    """Return what a text may mean.

    Args:
        index: The search index of the snapshot.
        snapshot: The record; says what there was to find when nothing is.
        text: 1 to 500 characters.
        limit: Most items, 1 to 300.
        lang: Language of labels, of claims as sentences and of the note, "en" or "zh".
        kinds: Of "entity", "claim", "work"; all by default.
        include_proposed: Find also what waits for review.

    Returns:
        `{"items": [{"kind", "id", "label", "score"}, ...]}`, and a `note` when there are none.

    Raises:
        InputError: the text is empty or longer than 500 characters, or the limit is out of range.
    """
    hits = index.search(text, limit=limit, kinds=kinds, include_proposed=include_proposed)
    items = [{"kind": hit.kind, "id": hit.id, "label": hit.label.get(lang), "score": hit.score} for hit in hits]
    return {"items": items} if items else {"items": items, "note": _nothing(index, snapshot, text, lang)}


def _nothing(index: TextIndex, snapshot: Snapshot, text: str, lang: str) -> str:
    """Return why nothing is found, with labels that resemble the text."""
    shown = "".join(char if char.isprintable() else " " for char in text).strip()
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    near = index.near(text, lang)
    counts = (len(snapshot.entities), len(snapshot.claims), len(snapshot.works))
    if lang == "zh":
        close = f"相近的词：{'、'.join(near)}。" if near else ""
        return (
            f"没有找到“{shown}”。{close}已在 {counts[0]} 个实体、{counts[1]} 条论断、{counts[2]} 项文献的"
            "名称、别名、标识、定义、标题、作者、年份、DOI 和 arXiv 编号中查找。"
        )
    close = f"Near words: {', '.join(near)}. " if near else ""
    return (
        f"Nothing is found for “{shown}”. {close}Searched were labels, aliases, ids, definitions, titles, authors, "
        f"years, DOIs and arXiv ids of {counts[0]} entities, {counts[1]} claims and {counts[2]} works."
    )
