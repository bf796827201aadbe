"""Answers of tools made short: the beginning of each long list, and how many there are. For who reads by the word.

Lives here: `BRIEF`, `takes`, `shortened`. May enter: documents of answers. Never here: putting a question (tools).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from kg.model import Text

Json = dict[str, Any]
BRIEF = "brief"
DESCRIPTION = (
    "`true`: the answer in short, of each list its first items and how many there are; "
    "with a paragraph where there is one."
)
FEW = 5
"""How many items of a list are shown."""
WHOLE = frozenset({"question", "limits"})
"""Members that stay as they are: what was asked, and what cut the answer."""
_SAID = Text(
    "This answer was shortened for the tool: of each list in `counts` only the first items are shown. "
    "`complete` and the receipt speak of the whole answer, which comes without `brief`.",
    "该答案已为工具缩短：`counts` 中的每个列表只显示开头几项。"
    "`complete` 与收据说的是完整答案；不加 `brief` 即得完整答案。",
)


def takes(name: str, parameters: Collection[str]) -> bool:
    """Say whether a tool can be asked to be brief: not where a query or a page already says how much is wanted.

    Example:
        >>> takes("raises", ["explain", "limit"]), takes("works", ["limit", "after"]), takes("sparql", ["query"])
        (True, False, False)
    """
    return name != "sparql" and ("limit" not in parameters or "explain" in parameters)


def shortened(document: Mapping[str, Any], lang: str) -> Json:
    """Return an answer with the first items of its long lists; `shortened` says so, and how many each has.

    Lists of ids inside items, such as the claims of a path, stay as they are, and so does all else.

    Example:
        >>> short = shortened({"complete": True, "items": list("abcdefg"), "cut": {"works": list("abcdef")}}, "en")
        >>> short["items"], short["complete"], short["shortened"]["counts"]
        (['a', 'b', 'c', 'd', 'e'], True, {'items': 7, 'cut.works': 6})
    """
    counts: dict[str, int] = {}
    short = _members(document, "", counts)
    return {**short, "shortened": {"note": _SAID.get(lang), "counts": counts}} if counts else short


def _members(document: Mapping[str, Any], above: str, counts: dict[str, int], *, inside: bool = False) -> Json:
    made: Json = {}
    for name, value in document.items():
        place = f"{above}{name}"
        if name in WHOLE or not isinstance(value, dict | list):
            made[name] = value
        elif isinstance(value, dict):
            made[name] = _members(value, f"{place}.", counts, inside=inside)
        elif inside and not all(isinstance(one, dict) for one in value):
            made[name] = value
        else:
            made[name] = _first(value, place, counts)
    return made


def _first(items: Sequence[Any], place: str, counts: dict[str, int]) -> list[Any]:
    if len(items) > FEW:
        counts[place] = len(items)
    return [
        _members(one, f"{place}.{at}.", counts, inside=True) if isinstance(one, dict) else one
        for at, one in enumerate(items[:FEW])
    ]
