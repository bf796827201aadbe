"""What is wrong with a filled-in form of `/contribute`, told by its own fields, all that are empty included.

Lives here: `REQUIRED`, `lacking`, `at_fault`. May enter: what was filled in, a problem in words of a page.
Never here: how a contribution is checked (kg.contribute).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from kg_api.pages_write.desk import said

ENDS = ("subject", "relation", "object")
ENTITY = ("new_end", "new_type", "new_en", "new_zh", "new_definition")
ORDER = (
    "work", "citation", "claim", *ENDS, *ENTITY,
    "stance", "kind", "strength", "basis", "strength_reason", "locator", "statement", "quote", "reason",
)  # fmt: skip
"""The fields as the form has them, top to bottom."""
ITEM = ORDER[ORDER.index("stance") : ORDER.index("quote")]
OF_ENTITY = ("new_type", "new_en")
REQUIRED = frozenset(("work", "claim", *ITEM, *OF_ENTITY))
"""The fields that are marked; a citation will do for the work, and three ends for the claim."""
FIELD_OF = {
    "type": "new_type",
    **dict.fromkeys(("id", "label", "label.en"), "new_en"),
    "label.zh": "new_zh",
    **dict.fromkeys(("definition", "definition.en"), "new_definition"),
}
"""Which field of the form holds what is said of a new entity; its id follows from its English name."""
Document = dict[str, Any]


def lacking(given: Mapping[str, str], act: str, spared: Collection[str] = ()) -> list[str]:
    """Return the fields that an act needs and that are empty, but for those that a revision may leave so.

    Example:
        >>> lacking({"work": "a", "subject": "b", **dict.fromkeys(ITEM, "x")}, "send"), lacking({}, "work")
        (['relation', 'object'], ['work'])
    """
    work = [] if given.keys() & {"work", "citation"} else ["work"]
    if act == "entity":
        return [name for name in OF_ENTITY if name not in given]
    if act == "work":
        return work
    claim: list[str] = []
    if "claim" not in given and given.keys() & {*ENDS}:
        claim = [name for name in ENDS if name not in given]
    elif not given.keys() & {"claim", "new_en"}:
        claim = ["claim"]
    return [*work, *claim, *(name for name in ITEM if name not in given and name not in spared)]


def at_fault(
    given: Mapping[str, str], act: str, problem: Document, lang: str, *, spared: Collection[str] = ()
) -> Document:
    """Return a problem by the fields of the form: what was said of a record stands at the field that held it.

    Returns:
        The problem with `field`, `fields` and `looked_up`: the work was to be looked up, and pasting will do.
    """
    words = said(lang)
    looked_up = problem["status"] == 502 or problem["field"] == "identifier"
    found = {_field(name, given, act): text for name, text in problem["fields"].items()}
    told = problem | {"field": "work" if looked_up else _field(problem["field"], given, act), "looked_up": looked_up}
    if looked_up:
        told["todo"] = words["todo_upstream" if problem["status"] == 502 else "todo_lookups_off"]
        found["work"] = words["sentences"].format(problem["text"], told["todo"])
    empty: list[str] = []
    if problem["status"] in {404, 422} or looked_up:
        empty = lacking(given, act, spared)
        if {*ENDS} & {*empty}:
            found.pop("claim", None)  # that the claim is not known is said at its ends
        found |= {name: words.get(f"need_{name}", words["fault_empty"]) for name in empty}
    if len(found) == 1 and (told["field"] not in found or (act == "entity" and empty)):
        (name, text), *_ = found.items()
        told |= {"field": name, "text": text, "todo": ""}
    return told | {"fields": {name: found[name] for name in sorted(found, key=_place)}}


def _field(name: str | None, given: Mapping[str, str], act: str) -> str:
    """Return the field that held what a place of a record or of a text names."""
    first = (name or "").partition(":")[0]  # a line of a citation is named after it
    if act == "entity":
        return FIELD_OF.get(first, first)
    if first == "identifier":
        return "work"
    return "citation" if first and first not in ORDER and "citation" in given else first


def _place(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)
