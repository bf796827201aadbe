"""Claims and their evidence as packs hold them: written as they come, put into their order, given piece by piece.

Lives here: `claims_of`. May enter: snapshots. Never here: the other files of a pack, YAML itself (pack_yaml).
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Container, Iterator
from typing import Any, TypeAlias

from kg.exporters.pack_yaml import dump
from kg.ids import item_id
from kg.model import Claim, Evidence
from kg.record.spool import Spool
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary

AT_ONCE = 500
LIST = "  evidence:\n"
_ITEM = (
    "work", "stance", "kind", "strength", "strength_reason", "basis", "locator", "inferred", "independence_group",
    "statement", "quote",
)  # fmt: skip
_DIGITS = re.compile(r"(\d+)")
_Name: TypeAlias = list[tuple[int, int, str]]
_UNNAMED: _Name = [(0, 0, "")]


def claims_of(snapshot: Snapshot, vocabulary: Vocabulary, entities: Container[str]) -> Iterator[str]:
    """Give the text of the claims that count and whose ends are there, each with its evidence that counts, in pieces.

    Claims and their items come in the order of the items' names, those without a name last; then by id. A name is given
    once: of several items that have it, the first by id keeps it. Of items that say the same of the same work, as a
    merge may leave them, one is written: the one whose id stays, else the first by id.

    Cost: about 30 microseconds an item, each read once; texts wait in a temporary file, an id is held for each claim,
    and a name for each item that has one.
    """
    counting = {status.id for status in vocabulary.statuses.values() if status.counts}
    heads, items = Spool(), Spool()
    numbers: dict[str, int] = {}
    for claim in snapshot.claims.values():
        if claim.status in counting and claim.subject in entities and claim.object in entities:
            numbers[claim.id] = heads.add(dump(_claim(claim)))
    aliases: list[str | None] = []
    of = array("q")
    named: set[str] = set()
    repeats = _repeats(snapshot, lambda item: item.status in counting and item.claim in numbers)
    for item in snapshot.evidence.values():
        number = numbers.get(item.claim)
        if number is not None and item.status in counting and not repeats(item):
            alias = None if item.alias in named else item.alias
            items.add(dump({"evidence": [_item(item, alias)]})[len("- evidence:\n") :])
            aliases.append(alias)
            of.append(number)
            if alias is not None:
                named.add(alias)
    yield from _pieces(list(numbers), heads, items, of, aliases)


def _pieces(ids: list[str], heads: Spool, items: Spool, of: array[int], aliases: list[str | None]) -> Iterator[str]:
    """Give claims and items in their order; items are numbered by id."""
    order = sorted(range(len(of)), key=lambda at: (of[at], aliases[at] is None, _name(aliases[at])))
    begins = array("q", bytes(8 * (len(ids) + 1)))
    for number in of:
        begins[number + 1] += 1
    for number in range(len(ids)):
        begins[number + 1] += begins[number]

    def first(number: int) -> tuple[bool, _Name, str]:
        """Return where a claim stands among the others: by its first item."""
        begin, end = begins[number], begins[number + 1]
        alias = aliases[order[begin]] if begin < end else None
        return alias is None, _name(alias) if begin < end else [], ids[number]

    numbers = sorted(range(len(ids)), key=first)
    for low in range(0, len(numbers), AT_ONCE):
        some = numbers[low : low + AT_ONCE]
        texts: list[str] = []
        for number, head in zip(some, heads.texts(some), strict=True):
            own = order[begins[number] : begins[number + 1]]
            texts.append("".join((head, LIST, *items.texts(own)) if own else (head,)))
        yield ("\n" if low else "") + "\n".join(texts)


def _claim(claim: Claim) -> dict[str, Any]:
    record: dict[str, Any] = {"subject": claim.subject, "relation": claim.relation, "object": claim.object}
    if claim.conditions is not None:
        record["conditions"] = claim.conditions
    return record


def _repeats(snapshot: Snapshot, is_written: Callable[[Evidence], bool]) -> Callable[[Evidence], bool]:
    """Return what says of items that are written, asked by id, whether one says the same that keeps its id, or came."""
    met: set[str] = set()

    def repeats(item: Evidence) -> bool:
        id = _own_id(item)
        if id == item.id:
            return False
        same = snapshot.evidence.get(id)
        if id in met or (same is not None and is_written(same) and _own_id(same) == id):
            return True
        met.add(id)
        return False

    return repeats


def _own_id(item: Evidence) -> str:
    """Return the id that an item gets where a pack is read: by what it says of its work."""
    said = {name: getattr(item, name) for name in ("claim", "stance", "kind", "strength", "basis", "inferred")}
    return item_id(item.work, locator=item.locator, statement=item.statement, quote=item.quote, **said)


def _item(item: Evidence, alias: str | None) -> dict[str, Any]:
    record: dict[str, Any] = {} if alias is None else {"id": alias}
    for name in _ITEM:
        value = getattr(item, name)
        if value is not None and value is not False:
            record[name] = value
    return record


def _name(alias: str | None) -> _Name:
    """Return what names are sorted by: numbers within them by their value."""
    if alias is None:
        return _UNNAMED
    parts = _DIGITS.split(alias)
    return [(int(part.isdecimal()), int(part) if part.isdecimal() else 0, part) for part in parts]
