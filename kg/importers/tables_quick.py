"""Rows of claims and evidence that are plainly right, without a door for each: most rows of a large table.

Lives here: `lane`. May enter: cells, the vocabulary, ids that passed their doors. Never here: faults; a row that is not
plainly right is left to `tables_rows.Doors`, which says what is wrong with it, or finds that nothing is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import orjson

from kg.ids import ITEM_CODE, RecordKind, item_id
from kg.model import ACCEPTED
from kg.sheets import ENDS
from kg.vocabulary import Vocabulary

Taken: TypeAlias = tuple[str, str, tuple[str, str, str | None]]
"""Id, payload, and what it leans on."""
Lane: TypeAlias = Callable[[list[str]], Taken | None]
LINE, PROSE = 500, 10_000
_LINES = ("locator", "independence_group", "alias", "contributor", "claim")
_FLAGS = frozenset({"true", "false"})
_CORE = ("claim", "stance", "kind", "strength", "basis", "locator", "statement", "quote")
_SORTED = orjson.OPT_SORT_KEYS


def lane(
    kind: RecordKind, columns: Sequence[str | None], vocabulary: Vocabulary, there: Mapping[str, Any]
) -> Lane | None:
    """Return what takes the rows of a table that are plainly right; None for kinds without such a way.

    Args:
        kind: Kind of record in each row.
        columns: The columns of the table.
        vocabulary: The words to check against.
        there: Entities for claims, works for evidence: ids that are known to be right.

    Laws: what it makes of a row is what the door makes of it; it makes nothing of a row that the door refuses.

    Cost: about 5 microseconds a row.
    """
    if kind == "claim":
        return _claims(columns, vocabulary, there)
    if kind == "evidence" and not set(ENDS) & set(columns):
        return _evidence(columns, vocabulary, there)
    return None


def _plain(cells: list[str], wanted: Sequence[tuple[int, str]]) -> dict[str, Any] | None:
    """Return the cells by column, those that are empty left out; None when one holds what a door would change."""
    values: dict[str, Any] = {}
    joined = "".join(cells)
    if not joined.isprintable():
        return None
    ascii = joined.isascii()
    if not ascii and not unicodedata.is_normalized("NFC", joined):
        return None
    for at, name in wanted:
        cell = cells[at]
        if cell:
            if cell[0] in "' " or cell[-1] == " ":
                return None
            if not ascii and unicodedata.category(cell[0])[0] not in "LNPS":
                return None
            values[name] = cell
    if len(joined) > LINE and any(
        len(text) > (LINE if name in _LINES else PROSE) for name, text in values.items() if text
    ):
        return None
    return values


def _claims(columns: Sequence[str | None], vocabulary: Vocabulary, entities: Mapping[str, Any]) -> Lane:
    wanted = [(at, name) for at, name in enumerate(columns) if name is not None]
    last = len(columns)
    relations, statuses = frozenset(vocabulary.relations), frozenset(vocabulary.statuses)

    def take(cells: list[str]) -> Taken | None:
        values = _plain(cells, wanted) if len(cells) == last else None
        if values is None:
            return None
        subject: Any
        object: Any
        relation: Any
        subject, relation, object = map(values.get, ENDS)
        id = f"{subject}--{relation}--{object}"
        if subject not in entities or object not in entities or relation not in relations or subject == object:
            return None
        if values.setdefault("id", id) != id or values.get("status", ACCEPTED) not in statuses:
            return None
        if values.get("status") == ACCEPTED:
            del values["status"]
        return id, orjson.dumps(values, option=_SORTED).decode(), (subject, relation, object)

    return take


def _evidence(columns: Sequence[str | None], vocabulary: Vocabulary, works: Mapping[str, Any]) -> Lane:
    wanted = [(at, name) for at, name in enumerate(columns) if name is not None]
    last = len(columns)
    stances, kinds = frozenset(vocabulary.stances), frozenset(vocabulary.study_kinds)
    strengths, bases = frozenset(vocabulary.strengths), frozenset(vocabulary.bases)
    statuses = frozenset(vocabulary.statuses)

    def take(cells: list[str]) -> Taken | None:
        values = _plain(cells, wanted) if len(cells) == last else None
        if values is None:
            return None
        work: Any
        claim: Any
        work, claim, status = values.get("work"), values.get("claim"), values.get("status", ACCEPTED)
        inferred = values.get("inferred", "false")
        if work not in works or claim is None or "statement" not in values or status not in statuses:
            return None
        if inferred not in _FLAGS or values.get("stance") not in stances or values.get("kind") not in kinds:
            return None
        if values.get("strength") not in strengths or values.get("basis") not in bases:
            return None
        id: Any = values.get("id")
        if id is None:
            core: dict[str, Any] = {name: values.get(name) for name in _CORE}
            id = item_id(work, inferred=inferred == "true", **core)
        elif not id.startswith(f"{work}.") or not ITEM_CODE.fullmatch(id, len(work) + 1):
            return None
        values["id"] = id
        values.pop("inferred", None)
        if inferred == "true":
            values["inferred"] = True
        if status == ACCEPTED:
            values.pop("status", None)
        return id, orjson.dumps(values, option=_SORTED).decode(), (claim, work, values.get("supersedes"))

    return take
