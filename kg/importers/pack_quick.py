"""Records of packs that are plainly right, without a door for each: most records of a large pack.

Lives here: `Quick`. May enter: the text of one record, the vocabulary, ids that passed their doors. Never here: faults;
what is not plainly right is left to `pack_records`, which says what is wrong with it, or finds that nothing is.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import orjson

from kg import ids
from kg.errors import BadIdentifier
from kg.importers.yaml_quick import Values, claim_of, fields_of
from kg.model import CURRENT, MERGED, YEARS, Entity, Text, Work
from kg.vocabulary import Vocabulary

LINE, PROSE, MEMBERS = 500, 10_000, 50
_LINES = (("id", LINE), ("locator", LINE), ("independence_group", LINE))
_FREE = (*_LINES, ("statement", PROSE), ("quote", PROSE), ("strength_reason", PROSE))
_CLAIM = frozenset({"subject", "relation", "object", "conditions"})
_ITEM = frozenset({"id", "work", "stance", "kind", "strength", "basis", "statement", "strength_reason"})
_ITEM |= {"locator", "quote", "inferred", "independence_group"}
_ENTITY_NEEDS, _WORK_NEEDS = frozenset({"id", "type", "label"}), frozenset({"id", "type", "title"})
_ENTITY = _ENTITY_NEEDS | {"definition", "broader", "aliases"}
_WORK = _WORK_NEEDS | {"authors", "year", "status", "independence_group"}
_SORTED = orjson.OPT_SORT_KEYS


class Item(NamedTuple):
    """An evidence item that passed its door: its id, alias and work, its payload, how many lines below its claim it
    begins, and which of the items it is."""

    id: str
    alias: str | None
    work: str
    payload: str
    below: int
    at: int


class Block(NamedTuple):
    """A claim that passed its door, with its items."""

    id: str
    subject: str
    relation: str
    object: str
    payload: str
    items: list[Item]


class Quick:
    """Takes the text of records that are plainly right.

    Args:
        vocabulary: The words to check against.
        contributor: Of the evidence; None where the head cannot be read.

    Laws: what it makes of a record is what the door makes of it; it makes nothing of a record that the door refuses.

    Cost: about 5 microseconds a record.
    """

    def __init__(self, vocabulary: Vocabulary, contributor: str | None) -> None:
        self._given = {} if contributor is None else {"contributor": contributor}
        self._types, self._relations = frozenset(vocabulary.entity_types), frozenset(vocabulary.relations)
        self._statuses = frozenset(vocabulary.work_statuses) - {MERGED}
        self._stances, self._kinds = frozenset(vocabulary.stances), frozenset(vocabulary.study_kinds)
        self._strengths, self._bases = frozenset(vocabulary.strengths), frozenset(vocabulary.bases)

    def entity(self, text: str) -> Entity | None:
        """Return an entity; None where it has to pass the door."""
        values = fields_of(text)
        if values is None or not _ENTITY_NEEDS <= values.keys() <= _ENTITY:
            return None
        id, type_, label, broader = values["id"], values["type"], values["label"], values.get("broader")
        definition, aliases = values.get("definition"), values.get("aliases", [])
        is_right = (
            _is(ids.parse_slug, id)
            and isinstance(type_, str)
            and type_ in self._types
            and _is_both(label)
            and (definition is None or _is_both(definition))
            and (broader is None or (broader != id and _is(ids.parse_slug, broader)))
            and _is_row(aliases)
        )
        if not is_right:
            return None
        said = None if definition is None else Text(**definition)
        return Entity(id, type_, Text(**label), said, tuple(dict.fromkeys(aliases)), broader)

    def work(self, text: str) -> Work | None:
        """Return a work that stands there whole; None where it has to pass the door."""
        values = fields_of(text)
        if values is None or not _WORK_NEEDS <= values.keys() <= _WORK:
            return None
        authors, year = values.pop("authors", []), values.get("year")
        lines = [text for name, text in values.items() if name not in {"title", "year"}]
        is_right = (
            _is_row(authors)
            and (year is None or (type(year) is int and YEARS[0] <= year <= YEARS[1]))
            and all(isinstance(text, str) for text in (values["title"], *lines))
            and _fit(lines, LINE)
            and _fit((values["title"],), PROSE)
            and _is(ids.parse_work_key, values["id"])
            and values.get("status", CURRENT) in self._statuses
        )
        return Work(authors=tuple(authors), **values) if is_right else None

    def claim(self, text: str, entities: Mapping[str, Any], works: Mapping[str, Any]) -> Block | None:
        """Return a claim with its evidence; None where one of them has to pass the door.

        Args:
            text: Of the record.
            entities, works: Ids that are known to be right.
        """
        found = claim_of(text)
        if found is None:
            return None
        claim, parts = found
        if not claim.keys() <= _CLAIM:
            return None
        subject, relation, object = claim.get("subject"), claim.get("relation"), claim.get("object")
        if subject not in entities or object not in entities or relation not in self._relations or subject == object:
            return None
        if "conditions" in claim and not _fit((claim["conditions"],), PROSE):
            return None
        id = claim["id"] = f"{subject}--{relation}--{object}"
        is_short = len(text) <= PROSE and text.isascii()
        items: list[Item] = []
        for at, (below, values) in enumerate(parts):
            item = self._item(values, id, works, is_short=is_short)
            if item is None:
                return None
            items.append(Item(*item, below, at))
        return Block(id, subject, relation, object, orjson.dumps(claim, option=_SORTED).decode(), items)  # type: ignore[arg-type]

    def _item(
        self, values: Values, claim: str, works: Mapping[str, Any], *, is_short: bool
    ) -> tuple[str, str | None, str, str] | None:
        """Return id, alias, work and payload of an item; of a short text nothing but its lines can be too long."""
        get: Callable[..., Any] = values.get
        work, stance, kind, strength, basis = get("work"), get("stance"), get("kind"), get("strength"), get("basis")
        statement, inferred = get("statement"), get("inferred", False)
        if work not in works or statement is None or type(inferred) is not bool or not values.keys() <= _ITEM:
            return None
        if stance not in self._stances or kind not in self._kinds:
            return None
        if strength not in self._strengths or basis not in self._bases:
            return None
        if not all(_fit((values[name],), most) for name, most in (_LINES if is_short else _FREE) if name in values):
            return None
        if "id" in values:
            values["alias"] = values.pop("id")
        locator, quote = get("locator"), get("quote")
        id = values["id"] = ids.item_id(
            work, claim=claim, stance=stance, kind=kind, strength=strength, basis=basis, inferred=inferred,
            locator=locator, statement=statement, quote=quote,
        )  # fmt: skip
        values["claim"] = claim
        if not inferred:
            values.pop("inferred", None)
        values |= self._given
        return id, values.get("alias"), work, orjson.dumps(values, option=_SORTED).decode()


def _fit(texts: Iterable[str], most: int) -> bool:
    """Say whether printable texts are no longer than that and hold something that can be seen."""
    for text in texts:
        if len(text) > most or not (text[0].isascii() or unicodedata.category(text[0])[0] in "LNPS"):
            return False
    return True


def _is_both(text: Any) -> bool:
    """Say whether this is a text in English, perhaps in Chinese too."""
    return isinstance(text, dict) and _fit(text.values(), PROSE)


def _is_row(names: Any) -> bool:
    return isinstance(names, list) and len(names) <= MEMBERS and _fit(names, LINE)


def _is(parse: Callable[[str], str], text: Any) -> bool:
    """Say whether an identifier stands there in the form that it is kept in."""
    try:
        return isinstance(text, str) and parse(text) == text
    except BadIdentifier:
        return False
