"""The words of the ontology: kinds of entity, relations and schemes, read once from Turtle and then frozen.

Lives here: `Vocabulary` and `load`; the term types of `kg.terms` can be had from here too.
May enter: `kg.ontology` and below. Never here: reading Turtle, a list of our own types or relations.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from pathlib import Path
from typing import TypeVar

from kg import ontology, triples
from kg.errors import ParseFailure, UnknownTerm
from kg.ids import BASE
from kg.model import OUR_STATUSES
from kg.naming_terms import names, plain, term_of, unfit_end
from kg.packaged import packaged
from kg.terms import LINES as LINES
from kg.terms import PROPAGATIONS as PROPAGATIONS
from kg.terms import ROLES as ROLES
from kg.terms import SHAPES as SHAPES
from kg.terms import Basis as Basis
from kg.terms import Certainty as Certainty
from kg.terms import Decision as Decision
from kg.terms import EntityType as EntityType
from kg.terms import Relation as Relation
from kg.terms import Sign as Sign
from kg.terms import Stance as Stance
from kg.terms import Status as Status
from kg.terms import Strength as Strength
from kg.terms import StudyKind as StudyKind
from kg.terms import Term as Term
from kg.terms import WorkStatus as WorkStatus

FILES = ("evidence.ttl", "hazards.ttl", "schemes.ttl")
_VERSION_INFO = "http://www.w3.org/2002/07/owl#versionInfo"


T = TypeVar("T", bound=Term)


@dataclass(frozen=True, eq=False, repr=False)
class Vocabulary:
    """All words of the ontology, each mapping in `order`, then by id. Equal when the triples are equal.

    `own_files` are the Turtle files that it was read from beside the packaged ones.

    Example:
        >>> words = load()
        >>> words.relation("undermines").sign, words.entity_type("Risk").label.get("zh")
        (-1, '风险')
    """

    entity_types: Mapping[str, EntityType]
    relations: Mapping[str, Relation]
    signs: Mapping[str, Sign]
    stances: Mapping[str, Stance]
    study_kinds: Mapping[str, StudyKind]
    strengths: Mapping[str, Strength]
    certainties: Mapping[str, Certainty]
    bases: Mapping[str, Basis]
    statuses: Mapping[str, Status]
    work_statuses: Mapping[str, WorkStatus]
    decisions: Mapping[str, Decision]
    inferred_adjustment: int
    digest: str
    version: str
    types_below: Mapping[str, frozenset[str]]
    relations_below: Mapping[str, frozenset[str]]
    own_files: tuple[Path, ...] = ()

    def __eq__(self, other: object) -> bool:
        return self.digest == other.digest if isinstance(other, Vocabulary) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"<Vocabulary {self.version} {self.digest[:12]}>"

    def entity_type(self, id: str, *, where: str | None = None) -> EntityType:
        """Return a kind of entity, or raise UnknownTerm naming near ones; so do the methods below.

        Args:
            id: The word.
            where: The parameter or field that gave it, which the fault names.
        """
        return term_of(self.entity_types, id, "kind of entity", where)

    def relation(self, id: str, *, where: str | None = None) -> Relation:
        """Return a relation, by its id or by its label in either language.

        Example:
            >>> load().relation("提高").id, load().relation("Exercised by").id
            ('raises', 'exercised-by')
        """
        return self.relations.get(id) or term_of(
            self.relations, self._relation_labels.get(plain(id), id), "relation", where
        )

    @cached_property
    def _relation_labels(self) -> Mapping[str, str]:
        """Labels that are of one relation alone, which has no other for its id."""
        said = [(label, id) for id, term in self.relations.items() for label in {plain(name) for name in names(term)}]
        count = Counter(label for label, _ in said)
        return {label: id for label, id in said if count[label] == 1}

    def stance(self, id: str, *, where: str | None = None) -> Stance:
        """Return a stance."""
        return term_of(self.stances, id, "stance", where)

    def study_kind(self, id: str, *, where: str | None = None) -> StudyKind:
        """Return a kind of study."""
        return term_of(self.study_kinds, id, "kind of study", where)

    def strength(self, id: str, *, where: str | None = None) -> Strength:
        """Return a strength."""
        return term_of(self.strengths, id, "strength", where)

    def basis(self, id: str, *, where: str | None = None) -> Basis:
        """Return a basis."""
        return term_of(self.bases, id, "basis", where)

    def status(self, id: str, *, where: str | None = None) -> Status:
        """Return a status of our records."""
        return term_of(self.statuses, id, "status", where)

    def work_status(self, id: str, *, where: str | None = None) -> WorkStatus:
        """Return a status of works."""
        return term_of(self.work_statuses, id, "work status", where)

    @cached_property
    def publisher_statuses(self) -> tuple[str, ...]:
        """The statuses that works have by what their publishers say of them, the gravest last.

        Law: their order is that of the ontology (`ekg:order`, then the id).

        Example:
            >>> load().publisher_statuses
            ('current', 'corrected', 'retracted')
        """
        return tuple(id for id in self.work_statuses if id not in OUR_STATUSES)

    def gravity(self, status: str) -> int:
        """Return how grave it is what a publisher said of a work, 0 for the mildest; -1 where none says so.

        Example:
            >>> load().gravity("retracted"), load().gravity("merged")
            (2, -1)
        """
        return self.publisher_statuses.index(status) if status in self.publisher_statuses else -1

    def certainty(self, kind: str, strength: str, inferred: bool) -> Certainty:
        """Return the certainty of one evidence item.

        Source: ours, after the shape of GRADE; the numbers are annotations in `ontology/schemes.ttl`.

        Laws: never lower for a stronger item; never higher for an inferred one.

        Example:
            >>> load().certainty("empirical-experiment", "strong", inferred=True).id
            'moderate'
        """
        found = self._graded.get((kind, strength, inferred))
        if found is None:
            self.study_kind(kind)
            self.strength(strength)
            raise UnknownTerm(f"inferred is {inferred!r}", hint="expected true or false")
        return found

    @cached_property
    def _graded(self) -> Mapping[tuple[str, str, bool], Certainty]:
        by_rank = {certainty.rank: certainty for certainty in self.certainties.values()}
        found: dict[tuple[str, str, bool], Certainty] = {}
        for kind, strength, inferred in product(self.study_kinds.values(), self.strengths.values(), (False, True)):
            rank = kind.start_rank + strength.adjustment + (self.inferred_adjustment if inferred else 0)
            found[kind.id, strength.id, inferred] = by_rank[min(max(rank, 1), len(by_rank))]
        return found

    def subtypes(self, type_id: str) -> frozenset[str]:
        """Return a kind of entity and all kinds below it."""
        return self.types_below[self.entity_type(type_id).id]

    def subrelations(self, relation_id: str) -> frozenset[str]:
        """Return a relation and all relations below it."""
        return self.relations_below[self.relation(relation_id).id]

    def types_with_role(self, role: str) -> tuple[str, ...]:
        """Return the kinds of entity that play a role, in their order.

        Example:
            >>> load().types_with_role("link")
            ('ModelAccess', 'Factor', 'Capability')
        """
        if role not in ROLES:
            raise UnknownTerm(f"{role!r} is not a role", hint=f"expected one of {', '.join(ROLES)}")
        return tuple(term.id for term in self.entity_types.values() if term.role == role)

    def allows(self, relation_id: str, subject_type: str, object_type: str) -> tuple[bool, bool]:
        """Tell whether the relation may start at the one kind of entity, and end at the other."""
        relation = self.relation(relation_id)
        ends = ((relation.subject_types, subject_type), (relation.object_types, object_type))
        starts, stops = (
            not allowed or any(self.entity_type(given).id in self.subtypes(type_) for type_ in allowed)
            for allowed, given in ends
        )
        return starts, stops

    def check_ends(self, relation_id: str, subject_type: str, object_type: str) -> None:
        """Pass when a claim of this relation may join these kinds of entity; kinds below allowed ones are allowed.

        Raises:
            ShapeViolation: names the end at fault, the allowed kinds, and relations that would fit.

        Example:
            >>> load().check_ends("raises", "Technique", "Risk")
        """
        starts, stops = self.allows(relation_id, subject_type, object_type)
        if starts and stops:
            return
        fitting = [other for other in self.relations.values() if all(self.allows(other.id, subject_type, object_type))]
        subject, object = self.entity_type(subject_type), self.entity_type(object_type)
        relation = self.relation(relation_id)
        allowed = relation.object_types if starts else relation.subject_types
        raise unfit_end(
            relation, subject, object, starts=starts, allowed=[self.entity_types[id] for id in allowed], fitting=fitting
        )


def load(extra: Sequence[Path] = ()) -> Vocabulary:
    """Return the vocabulary of the packaged ontology and of further Turtle files.

    Args:
        extra: Turtle files, or folders whose `*.ttl` are read; they add classes, relations and scheme members.

    Raises:
        ParseFailure: a file is missing or not Turtle.
        ShapeViolation: a term lacks something, contradicts itself or uses an id twice; names file and term.

    Cost: some 20 ms the first time; nothing as long as no file changes.

    Example:
        >>> list(load().strengths)
        ['strong', 'moderate', 'weak']
    """
    paths = [packaged("ontology", name) for name in FILES]
    for place in map(Path, extra):
        found = sorted(place.glob("*.ttl")) if place.is_dir() else [place]
        if not all(path.is_file() for path in found) or not found:
            raise ParseFailure(
                "no Turtle here", source=str(place), hint="give a .ttl file, or a folder that holds some"
            )
        paths += found
    return _load(tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in paths))


@lru_cache(maxsize=8)
def _load(stamped: tuple[tuple[Path, int, int], ...]) -> Vocabulary:
    known = triples.read([path for path, _, _ in stamped])
    signs = ontology.members(known, Sign)
    kinds = ontology.kinds(known)
    links = ontology.links(known, kinds.terms, signs)
    return Vocabulary(
        entity_types=kinds.terms,
        relations=links.terms,
        signs=signs,
        stances=ontology.members(known, Stance),
        study_kinds=ontology.members(known, StudyKind),
        strengths=ontology.members(known, Strength),
        certainties=ontology.members(known, Certainty),
        bases=ontology.members(known, Basis),
        statuses=ontology.members(known, Status),
        work_statuses=ontology.members(known, WorkStatus),
        decisions=ontology.members(known, Decision),
        inferred_adjustment=ontology.inferred_adjustment(known),
        digest=known.digest,
        version=" ".join(known.values(BASE + "ontology", _VERSION_INFO)),
        types_below=kinds.below,
        relations_below=links.below,
        own_files=tuple(path for path, _, _ in stamped[len(FILES) :]),
    )
