"""What a door found wrong with a record: every field at fault, said in our words.

Lives here: `Fault`, `faults_of`, `others`. May enter: errors of pydantic. Never here: the fields (inputs).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from kg.door import shown
from kg.errors import InputError, Words
from kg.meant import near

MISSING, UNKNOWN = "missing", "extra_forbidden"
MOST_NAMED = 12
EMPTY = "请填写此项"
_CHINESE = {
    MISSING: EMPTY,
    UNKNOWN: "没有此字段",
    "string_too_long": "最多可用 {max_length} 个字符",
    "too_long": "最多可有 {max_length} 项",
    "greater_than_equal": "须不小于 {ge}",
    "less_than_equal": "须不大于 {le}",
    "literal_error": "须为下列之一：{expected}",
    "string_type": "须为文字",
    "int_type": "须为整数",
    "bool_type": "须为 true 或 false",
    "list_type": "须为列表",
}
"""What pydantic finds wrong most, in Chinese."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One field at fault: its place as names joined by dots, what is wrong, what to do, what may have been meant.

    `words` say what is wrong in both languages, None where there is only English; `empty` is what holds nothing.
    """

    place: str
    said: str
    missing: bool
    hint: str | None = None
    near: tuple[str, ...] = ()
    words: Words | None = field(default=None, compare=False)
    empty: bool = False


def faults_of(error: ValidationError, names: Sequence[str]) -> list[Fault]:
    """Return every fault that pydantic found, fields that there are not first.

    Args:
        error: What it raised; never empty.
        names: The fields that there are.
    """
    found = []
    for one in sorted(error.errors(include_url=False), key=lambda one: one["type"] != UNKNOWN):
        place, missing = ".".join(str(part) for part in one["loc"]), one["type"] == MISSING
        message, hint, meant = one["msg"].removeprefix("Value error, "), None, list[str]()
        cause, said = one.get("ctx", {}).get("error"), _words(one, message)
        if isinstance(cause, InputError):
            message, hint, said = cause.message, cause.hint, cause.said
        if one["type"] == UNKNOWN:
            message = "there is no such field"
            meant = near(place, names, most=2)
            hint = None if meant else f"the fields are {', '.join(names)}"
        given = ("nothing" if missing else shown(one.get("input")))[:120]
        told = message if given[:1] in {"'", '"'} and given[:30] in message else f"{message}; given {given}"
        words = None if said is None else Words(told, said.zh, said.todo)
        found.append(Fault(place, told, missing, hint, tuple(meant), words, missing or one.get("input", "") is None))
    return found


def _words(found: Mapping[str, Any], message: str) -> Words | None:
    """Return what pydantic found in both languages."""
    if found.get("input", "") is None:
        return Words(message, EMPTY)
    if found["type"] not in _CHINESE:
        return None
    given = dict(found.get("ctx", {}))
    if "expected" in given:
        given["expected"] = "、".join(re.findall(r"'([^']*)'", given["expected"]))
    return Words(message, _CHINESE[found["type"]].format(**given))


def others(faults: Iterable[Fault]) -> list[str]:
    """Return in words which further fields are missing, and which are wrong.

    Example:
        >>> others([Fault("kind", "Field required", True), Fault("year", "no number", False)])
        ['also missing: kind', 'also wrong: year']
    """
    told = []
    faults = list(faults)
    for word, missing in (("missing", True), ("wrong", False)):
        places = list(dict.fromkeys(one.place[:60] for one in faults if one.missing == missing))
        more = f" and {len(places) - MOST_NAMED} more" if len(places) > MOST_NAMED else ""
        if places:
            told.append(f"also {word}: {', '.join(places[:MOST_NAMED])}{more}")
    return told
