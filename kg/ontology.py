"""From triples to terms: which terms there are, what each states or takes over, and the rules they keep.

Lives here: one reader for each family of terms. May enter: `kg.triples`, `kg.terms` and below.
Never here: a list of our own types or relations, a weight, a colour; those stand in `ontology/*.ttl`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

from kg.errors import ShapeViolation
from kg.ids import VOCABULARY_IRI
from kg.model import Text
from kg.terms import (
    LINES,
    PROPAGATIONS,
    ROLES,
    SHAPES,
    Basis,
    Certainty,
    EntityType,
    Relation,
    Sign,
    Stance,
    Status,
    Strength,
    StudyKind,
    Term,
    WorkStatus,
)
from kg.triples import Family, Triples, local_name, short

LAST = 1_000_000
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SCHEMA = "https://schema.org/"
_ID = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")

T = TypeVar("T", bound=Term)
Reader: TypeAlias = Callable[[str], Any]


def ekg(name: str) -> str:
    """Return the IRI of a name in our namespace."""
    return VOCABULARY_IRI + name


# ---- One annotation, read and checked ----


def _words(*allowed: str) -> Reader:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"one of {', '.join(allowed)}")
        return text

    return read


def _integer(low: int, high: int) -> Reader:
    def read(text: str) -> int:
        if re.fullmatch(r"[+-]?[0-9]{1,9}", text, re.ASCII) is None or not low <= int(text) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(text)

    return read


def _number(low: float, high: float) -> Reader:
    def read(text: str) -> float:
        if re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", text) is None or not low <= float(text) <= high:
            raise ValueError(f"a number from {low:g} to {high:g}")
        return float(text)

    return read


def _colour(text: str) -> str:
    if re.fullmatch(r"#[0-9a-fA-F]{6}", text) is None:
        raise ValueError("# and six hexadecimal digits")
    return text.lower()


_counting = _words("yes", "no", "on-request")
_SIGN = _integer(-1, 1)
_LOOK: Mapping[str, Reader] = {"propagation": _words(*PROPAGATIONS), "colour": _colour, "line": _words(*LINES)}
_ENTITY_NOTES: Mapping[str, Reader] = {
    "role": _words(*ROLES),
    "colour": _colour,
    "shape": _words(*SHAPES),
    "column": _integer(0, 20),
}
_STATUS: Mapping[str, tuple[str, Reader]] = {
    "counts": ("counts", lambda word: _counting(word) == "yes"),
    "on_request": ("counts", lambda word: _counting(word) == "on-request"),
}
_NOTES: Mapping[type[Term], Mapping[str, tuple[str, Reader]]] = {
    Sign: {"value": ("sign", _SIGN), **{name: (name, read) for name, read in _LOOK.items()}},
    Stance: {"polarity": ("polarity", _SIGN)},
    StudyKind: {"start_rank": ("startRank", _integer(1, 9))},
    Strength: {"adjustment": ("adjustment", _integer(-9, 9))},
    Certainty: {
        "rank": ("rank", _integer(1, 9)),
        "weight": ("weight", _number(0, 1000)),
        "ceiling": ("ceiling", _number(0, 1000)),
    },
    Basis: {"confidence": ("extractionConfidence", _number(0, 1))},
    Status: _STATUS,
    WorkStatus: _STATUS,
}
_MAY_LACK = frozenset({"ceiling"})


def _one(triples: Triples, iri: str, name: str, values: Sequence[str], read: Reader) -> Any:
    """Return the one value of an annotation; refuse none, several, or one that `read` refuses."""
    place = triples.place(iri)
    if len(values) != 1:
        given = " and ".join(map(repr, values)) if values else "no value"
        raise ShapeViolation(
            f"has {given} for ekg:{name}; expected one value",
            where=place,
            hint=f"state ekg:{name} once" if values else f"add ekg:{name}, or put it below a term that has one",
        )
    try:
        return read(values[0])
    except ValueError as expected:
        raise ShapeViolation(
            f"ekg:{name} is {values[0]!r}; expected {expected}", where=place, hint="mend the value"
        ) from expected


# ---- What all terms have ----


def _id(triples: Triples, iri: str) -> str:
    ids = triples.values(iri, SKOS + "notation") or (local_name(iri),)
    if len(ids) != 1 or _ID.fullmatch(ids[0]) is None:
        raise ShapeViolation(
            f"has the id {' and '.join(map(repr, ids))}; expected letters and digits joined by single hyphens",
            where=triples.place(iri),
            hint="give it another local name, or one skos:notation",
        )
    return ids[0]


def _text(triples: Triples, iri: str, word: str, *predicates: str) -> Text:
    texts = triples.texts(iri, *predicates)
    if not texts.get("en", "").strip():
        names = [("rdfs:" if name.startswith(RDFS) else "skos:") + local_name(name) for name in predicates]
        raise ShapeViolation(
            f"has no English {word}",
            where=triples.place(iri),
            hint=f'add {" or ".join(names)} "..."@en, and "..."@zh where you can',
        )
    return Text(texts["en"], texts.get("zh"))


def _common(triples: Triples, iri: str) -> dict[str, Any]:
    order = triples.values(iri, ekg("order"))
    return {
        "id": _id(triples, iri),
        "iri": iri,
        "label": _text(triples, iri, "label", RDFS + "label", SKOS + "prefLabel"),
        "definition": _text(triples, iri, "definition", SKOS + "definition", RDFS + "comment"),
        "order": _one(triples, iri, "order", order, _integer(0, LAST)) if order else LAST,
    }


def _in_order(triples: Triples, terms: Iterable[T]) -> Mapping[str, T]:
    found: dict[str, T] = {}
    for term in sorted(terms, key=lambda term: (term.order, term.id, term.iri)):
        if term.id in found:
            raise ShapeViolation(
                f"the id {term.id!r} is taken by {triples.place(found[term.id].iri)}",
                where=triples.place(term.iri),
                hint="give one of them another local name or skos:notation",
            )
        found[term.id] = term
    return MappingProxyType(found)


# ---- The families ----


def members(triples: Triples, type_: type[T]) -> Mapping[str, T]:
    """Return the members of a scheme: the instances of the class that is named like the term type.

    Raises:
        ShapeViolation: a member lacks a note, has two, or one outside its range; ranks of certainty have gaps.
    """
    terms = []
    for iri in sorted(triples.members(ekg(type_.__name__))):
        values: dict[str, Any] = {}
        for name, (note, read) in _NOTES[type_].items():
            given = triples.values(iri, ekg(note))
            values[name] = None if not given and note in _MAY_LACK else _one(triples, iri, note, given, read)
        terms.append(type_(**_common(triples, iri), **values))
    ranks = sorted(term.rank for term in terms if isinstance(term, Certainty))
    if ranks != list(range(1, len(ranks) + 1)):
        raise ShapeViolation(
            f"the ranks are {', '.join(map(str, ranks))}; expected 1, 2, 3, ... each once",
            where=triples.place(ekg("certainties")),
            hint="give each certainty an ekg:rank of its own, without gaps",
        )
    return _in_order(triples, terms)


def inferred_adjustment(triples: Triples) -> int:
    """Return by how many ranks certainty moves for an inferred item."""
    scheme = ekg("certainties")
    given = triples.values(scheme, ekg("inferredAdjustment"))
    return int(_one(triples, scheme, "inferredAdjustment", given, _integer(-9, 0)))


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds of entity, and which are below which (each below itself)."""

    terms: Mapping[str, EntityType]
    below: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Links:
    """The relations, and which are below which (each below itself)."""

    terms: Mapping[str, Relation]
    below: Mapping[str, frozenset[str]]


def kinds(triples: Triples) -> Kinds:
    """Return every class below `ekg:Entity`; role, colour, shape and column come from the nearest class that has them.

    Raises:
        ShapeViolation: a class lacks a label, stands above itself, or states a role, shape, ... that there is not.
    """
    top, link = ekg("Entity"), RDFS + "subClassOf"
    family = Family(triples, triples.below({top}, link), link)
    terms = []
    for iri in sorted(family.members - {top}):
        notes = {
            name: _one(triples, iri, name, family.nearest(iri, ekg(name)), read) for name, read in _ENTITY_NOTES.items()
        }
        terms.append(EntityType(**_common(triples, iri), **notes, parent=_parent(family, iri)))
    return Kinds(_in_order(triples, terms), _below(family))


def links(triples: Triples, entity_types: Mapping[str, EntityType], signs: Mapping[str, Sign]) -> Links:
    """Return every instance of `ekg:RelationType`, and every property below one.

    Sign and allowed ends come from the nearest super-relation that has them. Propagation, colour and line do too,
    as long as the signs agree; otherwise they are those of the sign.

    Raises:
        ShapeViolation: a sign is missing or not -1, 0, 1; a propagation is unknown; an end is no kind of entity; a
            relation lacks a label or stands above itself.
    """
    link = RDFS + "subPropertyOf"
    family = Family(triples, triples.below(triples.members(ekg("RelationType")), link), link)
    by_value = {sign.value: sign for sign in signs.values()}
    sign_of = {
        iri: int(_one(triples, iri, "sign", family.nearest(iri, ekg("sign")), _SIGN)) for iri in sorted(family.members)
    }
    terms = []
    for iri, sign in sign_of.items():
        agree = all(sign_of[parent] == sign for parent in family.parents(iri))
        look: dict[str, Any] = {}
        for name, read in _LOOK.items():
            given = family.nearest(iri, ekg(name)) if agree else triples.values(iri, ekg(name))
            look[name] = _one(triples, iri, name, given, read) if given else getattr(by_value[sign], name)
        common = _common(triples, iri)
        terms.append(
            Relation(
                **common,
                **look,
                sign=sign,
                inverse_label=_inverse(triples, iri, common["label"]),
                subject_types=_ends(family, iri, "domainIncludes", entity_types),
                object_types=_ends(family, iri, "rangeIncludes", entity_types),
                parent=_parent(family, iri),
            )
        )
    return Links(_in_order(triples, terms), _below(family))


def _ends(family: Family, iri: str, name: str, entity_types: Mapping[str, EntityType]) -> tuple[str, ...]:
    given = set(family.nearest(iri, SCHEMA + name))
    if ekg("Entity") in given:
        return ()
    unknown = sorted(given - {type_.iri for type_ in entity_types.values()})
    if unknown:
        raise ShapeViolation(
            f"schema:{name} names {short(unknown[0])}, which is no kind of entity",
            where=family.triples.place(iri),
            hint="declare it as rdfs:subClassOf ekg:Entity, or take it out",
        )
    return tuple(type_.id for type_ in entity_types.values() if type_.iri in given)


def _inverse(triples: Triples, iri: str, label: Text) -> Text:
    texts = triples.texts(iri, ekg("inverseLabel"))
    if "en" in texts:
        return Text(texts["en"], texts.get("zh"))
    return Text(f"{label.en} (inverse)", None if label.zh is None else f"{label.zh}（反向）")


def _parent(family: Family, iri: str) -> str | None:
    above = [parent for parent in family.parents(iri) if parent != ekg("Entity")]
    return _id(family.triples, above[0]) if above else None


def _below(family: Family) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for iri in family.members:
        for level in family.levels(iri):
            for above in level:
                found.setdefault(_id(family.triples, above), set()).add(_id(family.triples, iri))
    return MappingProxyType({id: frozenset(ids) for id, ids in found.items()})
