"""The records: what the graph is made of, once validated.

Lives here: frozen record types, their canonical payload form, changes and revisions.
May enter: `kg.ids`, `kg.errors`. Never here: SQL, RDF, rules of the ontology; raw input enters by `kg.inputs`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias

from kg.ids import RecordKind

ACCEPTED = "accepted"
CURRENT = "current"
MERGED = "merged"
REVOKED = "revoked"
OUR_STATUSES = frozenset({MERGED, REVOKED})
"""Statuses of works that say what we did with the entry, not what its publisher said."""
YEARS = (1400, 2200)
"""Years that a work may have appeared in: from the first prints on."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text in English and, where there is one, in Chinese (simplified).

    Example:
        >>> Text("fine-tuning", "微调").get("zh"), Text("fine-tuning").get("zh")
        ('微调', 'fine-tuning')
    """

    en: str
    zh: str | None = None

    def get(self, lang: str) -> str:
        """Return the text in `lang` ("en" or "zh"), in English where there is no Chinese."""
        return self.zh if lang == "zh" and self.zh is not None else self.en

    def document(self) -> dict[str, str]:
        """Return `{"en": ...}` and "zh" where there is one."""
        return {"en": self.en} if self.zh is None else {"en": self.en, "zh": self.zh}


@dataclass(frozen=True, slots=True)
class Entity:
    """A node of the graph: a technique, factor, risk, actor, mitigation, ...

    `matches` holds (SKOS relation, IRI) pairs that tie the entity to other vocabularies.
    """

    id: str
    type: str
    label: Text
    definition: Text | None = None
    aliases: tuple[str, ...] = ()
    broader: str | None = None
    matches: tuple[tuple[str, str], ...] = ()
    status: str = ACCEPTED


@dataclass(frozen=True, slots=True)
class Claim:
    """A proposition somebody made: subject -relation-> object. It has no truth value of its own."""

    id: str
    subject: str
    relation: str
    object: str
    conditions: str | None = None
    status: str = ACCEPTED


@dataclass(frozen=True, slots=True)
class Work:
    """Something citable. `csl` is its whole CSL-JSON item; the other fields repeat what is asked for often.

    `authors` are display names "Family, Given". `independence_group` names the works that share authors'
    data or text (a preprint and its published version). `notice` is the address of a retraction or correction.
    `raw` is the entry as it was given, `raw_format` its format. `merged_into` is the key of the work that this one was
    found to be a duplicate of; its status is then "merged".
    """

    id: str
    type: str
    title: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    doi: str | None = None
    arxiv: str | None = None
    url: str | None = None
    status: str = CURRENT
    notice: str | None = None
    independence_group: str | None = None
    csl: Mapping[str, Any] = field(default_factory=dict)
    raw: str | None = None
    raw_format: str | None = None
    merged_into: str | None = None


def merge_trail(work: Work, held: Callable[[str], Work | None]) -> tuple[list[str], list[str]]:
    """Return the keys that a work leads to by its merges, its own first; and the ring that they end in, if they do.

    Args:
        work: The work.
        held: Returns a work by its key; None where there is none.

    Example:
        >>> works = {"a": Work("a", "", "", merged_into="b"), "b": Work("b", "", "", merged_into="a")}
        >>> merge_trail(works["a"], works.get), merge_trail(Work("c", "", ""), works.get)
        ((['a', 'b'], ['a', 'b', 'a']), (['c'], []))
    """
    trail, at = [work.id], work.merged_into
    while at is not None and at not in trail:
        trail.append(at)
        other = held(at)
        at = None if other is None else other.merged_into
    return trail, [] if at is None else [*trail[trail.index(at) :], at]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One line for or against one claim, taken from one passage of one work.

    `alias` is the item's name in the pack it came from. `recorded_at` (UTC, ISO 8601) is set by the record
    when the item is first written and is no part of the payload.
    """

    id: str
    claim: str
    work: str
    stance: str
    kind: str
    strength: str
    statement: str
    basis: str
    strength_reason: str | None = None
    locator: str | None = None
    quote: str | None = None
    inferred: bool = False
    independence_group: str | None = None
    alias: str | None = None
    supersedes: str | None = None
    contributor: str | None = None
    status: str = ACCEPTED
    recorded_at: str | None = field(default=None, metadata={"payload": False})


Record: TypeAlias = Entity | Claim | Work | Evidence
KINDS: Mapping[RecordKind, type[Record]] = {"claim": Claim, "entity": Entity, "evidence": Evidence, "work": Work}
_PAYLOAD_FIELDS: Mapping[type[Record], tuple[tuple[str, Any], ...]] = {
    type_: tuple(sorted((spec.name, spec.default) for spec in fields(type_) if spec.metadata.get("payload", True)))
    for type_ in KINDS.values()
}
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


@dataclass(frozen=True, slots=True)
class Change:
    """One record as it stands after a revision. A withdrawal is a change of `status`; nothing is deleted."""

    kind: RecordKind
    record: Record

    @property
    def id(self) -> str:
        """The id of the record that changed."""
        return self.record.id


@dataclass(frozen=True, slots=True)
class Revision:
    """One numbered change of the record, linked to the one before by `previous_hash`.

    `number` counts from 1 without gaps; 0 is the empty record. `recorded_at` is UTC ISO 8601 with `Z`.
    `act` says what was done in one or two words ("load pack"), `actor` who did it, `reason` why.
    """

    number: int
    recorded_at: str
    actor: str
    act: str
    reason: str | None
    previous_hash: str
    hash: str
    changes: tuple[Change, ...] = ()


def kind_of(record: Record) -> RecordKind:
    """Return the kind of a record.

    Example:
        >>> kind_of(Claim("a--raises--b", "a", "raises", "b"))
        'claim'
    """
    return next(kind for kind, type_ in KINDS.items() if isinstance(record, type_))


def to_payload(record: Record) -> dict[str, Any]:
    """Return the record as plain JSON values; fields that hold their default are left out.

    Law: `from_payload(kind_of(r), to_payload(r)) == r` but for `recorded_at`.

    Example:
        >>> to_payload(Entity("lora", "Technique", Text("LoRA", "低秩适配")))
        {'id': 'lora', 'label': {'en': 'LoRA', 'zh': '低秩适配'}, 'type': 'Technique'}
    """
    payload: dict[str, Any] = {}
    for name, default in _PAYLOAD_FIELDS[type(record)]:
        value = getattr(record, name)
        if value != default and value not in ((), {}):
            payload[name] = value.document() if isinstance(value, Text) else _plain(value)
    return payload


def from_payload(kind: RecordKind, payload: Mapping[str, Any]) -> Record:
    """Return the record that `to_payload` wrote.

    Raises:
        KeyError, TypeError: the payload was not written by `to_payload`.
    """
    values: dict[str, Any] = dict(payload)
    for name in ("label", "definition"):
        if name in values:
            values[name] = Text(**values[name])
    for name in ("aliases", "authors"):
        if name in values:
            values[name] = tuple(values[name])
    if "matches" in values:
        values["matches"] = tuple((relation, iri) for relation, iri in values["matches"])
    return KINDS[kind](**values)


def canonical(value: Any) -> str:
    """Return JSON with sorted keys and no spaces: the form that is hashed.

    Example:
        >>> canonical({"b": 1, "a": "微"})
        '{"a":"微","b":1}'
    """
    return _encode(value)


def _plain(value: Any) -> Any:
    if isinstance(value, str | int):
        return value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value
