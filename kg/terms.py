"""What a word of the ontology holds: one frozen type for each kind of term.

Lives here: the term types, and the words that roles, propagations, lines and shapes are chosen from.
May enter: `kg.model`. Never here: reading Turtle, looking terms up.
"""

from __future__ import annotations

from dataclasses import dataclass

from kg.model import Text

ROLES = ("cause", "link", "harm", "measure", "good", "context")
PROPAGATIONS = ("conducts", "terminal", "inert")
LINES = ("solid", "dashed", "dotted")
SHAPES = ("dot", "square", "diamond", "triangle", "triangleDown", "star", "hexagon", "box", "ellipse")


@dataclass(frozen=True, slots=True)
class Term:
    """What every term has. `order` is its place in lists; terms that state none come last."""

    id: str
    iri: str
    label: Text
    definition: Text
    order: int


@dataclass(frozen=True, slots=True)
class EntityType(Term):
    """A kind of entity. `column` is its place in the overview picture, 0 at the left."""

    role: str
    colour: str
    shape: str
    column: int
    parent: str | None


@dataclass(frozen=True, slots=True)
class Sign(Term):
    """A direction (`value` +1, -1 or 0) with the look and propagation of relations that state none."""

    value: int
    propagation: str
    colour: str
    line: str


@dataclass(frozen=True, slots=True)
class Relation(Term):
    """What a claim may use as predicate. Empty `subject_types` or `object_types` allow every kind of entity."""

    sign: int
    propagation: str
    inverse_label: Text
    subject_types: tuple[str, ...]
    object_types: tuple[str, ...]
    colour: str
    line: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Stance(Term):
    """How an item bears on its claim: `polarity` +1 for, -1 against, 0 neither."""

    polarity: int


@dataclass(frozen=True, slots=True)
class StudyKind(Term):
    """How the passage came to what it says; certainty starts at `start_rank`."""

    start_rank: int


@dataclass(frozen=True, slots=True)
class Strength(Term):
    """How well the passage speaks to the claim; moves the rank of certainty by `adjustment`."""

    adjustment: int


@dataclass(frozen=True, slots=True)
class Certainty(Term):
    """How far one item can be relied on. `weight` is in observations; `ceiling` None means no limit."""

    rank: int
    weight: float
    ceiling: float | None


@dataclass(frozen=True, slots=True)
class Basis(Term):
    """What was read; the weight of an item is multiplied by `confidence`, in [0, 1]."""

    confidence: float


@dataclass(frozen=True, slots=True)
class Status(Term):
    """Where a record stands: whether it `counts`, or does `on_request` only."""

    counts: bool
    on_request: bool


@dataclass(frozen=True, slots=True)
class WorkStatus(Status):
    """What its publisher has said of a work since it appeared."""
