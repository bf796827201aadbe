"""A record in other words: what an entity, a claim or a work says once some of its fields differ.

Lives here: `revised`, pure. May enter: a record as it stands, values of any door, a snapshot.
Never here: evidence, whose revision is an item of its own (plan); who may do it; writing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kg import conflicts
from kg.citations.csl import item_of
from kg.contribute import names
from kg.contribute.citing import posted, read_csl, refuse_contrary
from kg.contribute.states import PENDING, PROPOSED, STANDING
from kg.door import shown
from kg.errors import Conflict, InputError, Words
from kg.identifiers import arxiv_as_held
from kg.inputs import ClaimIn, EntityIn, TextIn, WorkIn, parse
from kg.model import CURRENT, OUR_STATUSES, Claim, Entity, Text, Work, kind_of, to_payload
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary

ENTITY = ("label", "definition", "aliases", "broader", "matches")
CLAIM = ("conditions",)
WORK = ("type", "title", "authors", "year", "doi", "arxiv", "url", "independence_group", "csl")
Values = Mapping[str, Any]


def revised(
    record: Entity | Claim | Work, values: Values, snapshot: Snapshot, vocabulary: Vocabulary
) -> Entity | Claim | Work:
    """Return a record with other values in some fields; its id, and what follows from the id, stay.

    Args:
        record: As it stands.
        values: The fields that differ; None takes an optional one away. Of `label` and `definition` one language may be
            given alone.
        snapshot: What is there.
        vocabulary: The words.

    Returns:
        The record. One that waited for review waits again, as proposed; one that counts goes on counting.

    Raises:
        InputError: a field that cannot differ, or a value that is none.
        Conflict: the record was turned down or taken back; another work has the identifier; or nothing differs.
    """
    if isinstance(record, Work):
        made: Entity | Claim | Work = _work(record, _only(values, WORK, "work"), snapshot, vocabulary)
    else:
        if record.status not in STANDING:
            said = conflicts.stands_alone(kind_of(record), record.id, record.status)
            raise Conflict(said, where="id", hint="propose it again: kg add")
        status = PROPOSED if record.status in PENDING else record.status
        if isinstance(record, Entity):
            made = replace(_entity(record, _only(values, ENTITY, "entity"), snapshot, vocabulary), status=status)
        else:
            made = replace(_claim(record, _only(values, CLAIM, "claim")), status=status)
    if to_payload(made) == to_payload(record):
        raise Conflict(conflicts.says_already(record.id), where="values", hint="change something of it")
    return made


def _only(values: Values, fields: tuple[str, ...], kind: str) -> dict[str, Any]:
    for name in values:
        if name not in fields:
            raise InputError(
                f"{shown(name)} of {'an' if kind == 'entity' else 'a'} {kind} cannot be revised",
                where=str(name)[:60],
                hint=f"revise {', '.join(fields)}; what is another {kind} is proposed anew",
            )
    if not values:
        raise InputError("nothing is to be revised", where="values", hint=f"give one of {', '.join(fields)}")
    return dict(values)


def _entity(known: Entity, values: dict[str, Any], snapshot: Snapshot, vocabulary: Vocabulary) -> Entity:
    for name, text in (("label", known.label), ("definition", known.definition)):
        if name in values:
            values[name] = _text(values[name], text)
    if values.get("broader") is not None:
        values["broader"] = _above(known, values["broader"], snapshot)
    whole = {
        "id": known.id,
        "type": known.type,
        "label": known.label.document(),
        "definition": None if known.definition is None else known.definition.document(),
        "aliases": list(known.aliases),
        "broader": known.broader,
        "matches": [{"relation": relation, "iri": iri} for relation, iri in known.matches],
    }
    for name in ("aliases", "matches"):
        if name in values and values[name] is None:
            values[name] = []
    return parse(EntityIn, whole | values, by_field=True).record(vocabulary)


def _text(given: Any, known: Text | None) -> Any:
    """Return both languages of a text when one of them is given."""
    before = {} if known is None else known.document()
    if isinstance(given, str):
        return before | {"en": given}
    if not isinstance(given, Mapping):
        return given
    both = {**before, **given}
    return {name: text for name, text in both.items() if text is not None or name not in TextIn.model_fields}


def _above(known: Entity, name: Any, snapshot: Snapshot) -> str:
    """Return the id of a broader entity that is not below the entity itself."""
    above = names.entity_of(snapshot, name, where="broader")
    if above.status not in STANDING:
        said = conflicts.stands("entity", above.id, above.status)
        raise Conflict(said, where="broader", hint="name one that stands")
    if above.id in snapshot.within(known.id):
        raise InputError(
            Words(
                f"{above.id} is {known.id} or narrower than it",
                f"{known.id} 不能以自身为上位实体"
                if above.id == known.id
                else f"{above.id} 在 {known.id} 之下，不能作为其上位实体",
            ),
            where="broader",
            hint=Words("name one that is not below it", "请另选一个不在其之下的实体"),
        )
    return above.id


def _claim(known: Claim, values: dict[str, Any]) -> Claim:
    ends = {name: getattr(known, name) for name in ("subject", "relation", "object")}
    return replace(known, conditions=parse(ClaimIn, ends | values, by_field=True).conditions)


def _work(known: Work, values: dict[str, Any], snapshot: Snapshot, vocabulary: Vocabulary) -> Work:
    if known.status in OUR_STATUSES:
        said = conflicts.away(known.id, known.status, known.merged_into)
        raise Conflict(said, where="id", hint="revise the one that stands")
    whole = {name: getattr(known, name) for name in (*WORK, "notice", "raw", "raw_format")}
    whole |= {"id": known.id, "authors": list(known.authors), "csl": dict(known.csl)}
    csl = values.get("csl") or {}
    if csl:
        read_csl({name: value for name, value in csl.items() if value is not None} if isinstance(csl, Mapping) else csl)
    changed = {**known.csl, **csl}
    values["csl"] = {name: value for name, value in changed.items() if value is not None}
    if "authors" in values and values["authors"] is None:
        values["authors"] = []
    made = replace(parse(WorkIn, whole | values, by_field=True).record(vocabulary), status=known.status)
    if "doi" in values and "arxiv" not in values:
        made = posted(made)
    refuse_contrary(csl, made)
    had = {"doi": known.doi, "arxiv": None if known.arxiv is None else arxiv_as_held(known.arxiv)}
    for name in ("doi", "arxiv"):
        given = getattr(made, name)
        other = names.bearer(snapshot, name, given, beside=known.id) if given not in {None, had[name]} else None
        if other is not None:
            said = conflicts.of_another(given, name, other.id)
            raise Conflict(said, where=name, hint=f"kg merge {other.id} {known.id}")
    status = {} if known.status == CURRENT else {"status": known.status}
    return replace(made, csl=dict(sorted({**item_of(made), **status}.items())))
