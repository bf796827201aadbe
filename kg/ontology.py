"""From triples to terms: which terms there are, what each states or takes over, and the rules they keep.

Lives here: one reader for each family of terms. May enter: `kg.triples`, `kg.terms` and below.
Never here: a list of our own types or relations, a weight, a colour; those stand in `ontology/*.ttl`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from kg.errors import ShapeViolation
from kg.ids import VOCABULARY_IRI
from kg.model import Text
from kg.terms import LAST, Certainty, EntityType, Note, Reader, Relation, Sign, Term, integer
from kg.triples import Family, Triples, local_name, short

RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SCHEMA = "https://schema.org/"
_ID = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")

T = TypeVar("T", bound=Term)


def ekg(name: str) -> str:
    """Return the IRI of a name in our namespace."""
    return VOCABULARY_IRI + name


# ---- What all terms have ----


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


def _notes(type_: type[Term]) -> Mapping[str, Note]:
    return {spec.name: spec.metadata["note"] for spec in fields(type_) if "note" in spec.metadata}


def _stated(triples: Triples, iri: str, note: Note) -> Any:
    given = triples.values(iri, ekg(note.name))
    return _one(triples, iri, note.name, given, note.read) if given or note.needed else None


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
        "order": _one(triples, iri, "order", order, integer(0, LAST)) if order else LAST,
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
        stated = {name: _stated(triples, iri, note) for name, note in _notes(type_).items()}
        terms.append(type_(**_common(triples, iri), **stated))
    ranks = [term.rank for term in terms if isinstance(term, Certainty)]
    _each_once(triples, "certainties", "rank", ranks, range(1, len(ranks) + 1))
    values = [term.value for term in terms if isinstance(term, Sign)]
    _each_once(triples, "signs", "sign", values, range(-1, 2) if type_ is Sign else ())
    return _in_order(triples, terms)


def _each_once(triples: Triples, scheme: str, note: str, given: Sequence[int], expected: Sequence[int]) -> None:
    if sorted(given) != list(expected):
        raise ShapeViolation(
            f"the values of ekg:{note} are {', '.join(map(str, sorted(given)))}; "
            f"expected {', '.join(map(str, expected))}, each once",
            where=triples.place(ekg(scheme)),
            hint=f"give each member an ekg:{note} of its own, without gaps",
        )


def inferred_adjustment(triples: Triples) -> int:
    """Return by how many ranks certainty moves for an inferred item."""
    scheme = ekg("certainties")
    given = triples.values(scheme, ekg("inferredAdjustment"))
    return int(_one(triples, scheme, "inferredAdjustment", given, integer(-9, 0)))


@dataclass(frozen=True, slots=True)
class Tree(Generic[T]):
    """Terms, and for each the ids of those below it, itself included."""

    terms: Mapping[str, T]
    below: Mapping[str, frozenset[str]]


def kinds(triples: Triples) -> Tree[EntityType]:
    """Return every class below `ekg:Entity`; role, colour, shape and column come from the nearest class that has them.

    Raises:
        ShapeViolation: a class lacks a label, stands above itself, or states a role, shape, ... that there is not.
    """
    top, link = ekg("Entity"), RDFS + "subClassOf"
    family = Family(triples, triples.below({top}, link), link)
    terms = []
    for iri in sorted(family.members - {top}):
        notes = {
            name: _one(triples, iri, note.name, family.nearest(iri, ekg(note.name)), note.read)
            for name, note in _notes(EntityType).items()
        }
        terms.append(EntityType(**_common(triples, iri), **notes, parent=_parent(family, iri)))
    return Tree(_in_order(triples, terms), _below(family))


def links(triples: Triples, entity_types: Mapping[str, EntityType], signs: Mapping[str, Sign]) -> Tree[Relation]:
    """Return every instance of `ekg:RelationType`, and every property below one.

    Sign and allowed ends come from the nearest super-relation that has them. Propagation, colour and line come from
    the super-relations of the same sign; where there are none, or they differ, from the sign itself.

    Raises:
        ShapeViolation: a sign is missing or not -1, 0, 1; a propagation is unknown; an end is no kind of entity; a
            relation lacks a label or stands above itself.
    """
    link = RDFS + "subPropertyOf"
    family = Family(triples, triples.below(triples.members(ekg("RelationType")), link), link)
    notes = dict(_notes(Relation))
    sign = notes.pop("sign")
    sign_of = {
        iri: int(_one(triples, iri, "sign", family.nearest(iri, ekg("sign")), sign.read))
        for iri in sorted(family.members)
    }
    looks = {name: _Look(family, sign_of, note, signs) for name, note in notes.items()}
    terms = []
    for iri, value in sign_of.items():
        common = _common(triples, iri)
        terms.append(
            Relation(
                **common,
                **{name: look.of(iri) for name, look in looks.items()},
                sign=value,
                inverse_label=_inverse(triples, iri, common["label"]),
                subject_types=_ends(family, iri, "domainIncludes", entity_types),
                object_types=_ends(family, iri, "rangeIncludes", entity_types),
                parent=_parent(family, iri),
            )
        )
    return Tree(_in_order(triples, terms), _below(family))


@dataclass(frozen=True, slots=True)
class _Look:
    """One note of relations that follows the sign: propagation, colour or line."""

    family: Family
    sign_of: Mapping[str, int]
    note: Note
    signs: Mapping[str, Sign]

    def of(self, iri: str) -> Any:
        given = self.family.triples.values(iri, ekg(self.note.name))
        if given:
            return _one(self.family.triples, iri, self.note.name, given, self.note.read)
        sign = self.sign_of[iri]
        above = {self.of(parent) for parent in self.family.parents(iri) if self.sign_of[parent] == sign}
        if len(above) == 1:
            return above.pop()
        return next(getattr(known, self.note.name) for known in self.signs.values() if known.value == sign)


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
