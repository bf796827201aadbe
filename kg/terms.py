"""What a word of the ontology holds: one frozen type for each kind of term, with the notes its fields are read from.

Lives here: the term types, and the readers that turn the text of one annotation into a checked value.
May enter: `kg.model`. Never here: Turtle, looking terms up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from kg.model import Text

ROLES = ("cause", "link", "harm", "measure", "good", "context")
PROPAGATIONS = ("conducts", "terminal", "inert")
LINES = ("solid", "dashed", "dotted")
SHAPES = ("dot", "square", "diamond", "triangle", "triangleDown", "star", "hexagon", "box", "ellipse")
COUNTS = ("yes", "no", "on-request")
LAST = 1_000_000

Reader: TypeAlias = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Note:
    """The annotation that a field is read from. `read` raises ValueError that says what it expected.

    Args:
        name: Local name of the annotation property.
        read: From its text to the value of the field.
        needed: False when the field is None without it.
    """

    name: str
    read: Reader
    needed: bool = True


def words(*allowed: str) -> Reader:
    """Return a reader of one of some words."""

    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"one of {', '.join(allowed)}")
        return text

    return read


def integer(low: int, high: int) -> Reader:
    """Return a reader of a whole number in [low, high]."""

    def read(text: str) -> int:
        if re.fullmatch(r"[+-]?[0-9]{1,9}", text) is None or not low <= int(text) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(text)

    return read


def number(low: float, high: float) -> Reader:
    """Return a reader of a decimal number in [low, high]."""

    def read(text: str) -> float:
        if re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", text) is None or not low <= float(text) <= high:
            raise ValueError(f"a number from {low:g} to {high:g}")
        return float(text)

    return read


def colour(text: str) -> str:
    """Read a colour, in lower case.

    Example:
        >>> colour("#D55E00")
        '#d55e00'
    """
    if re.fullmatch(r"#[0-9a-fA-F]{6}", text) is None:
        raise ValueError("# and six hexadecimal digits")
    return text.lower()


def is_word(word: str, *allowed: str) -> Reader:
    """Return a reader that tells whether the text is this one of the allowed words.

    Example:
        >>> is_word("yes", *COUNTS)("on-request")
        False
    """
    return lambda text: words(*allowed)(text) == word


def _from(name: str, read: Reader, *, needed: bool = True) -> Mapping[str, Note]:
    return {"note": Note(name, read, needed)}


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

    role: str = field(metadata=_from("role", words(*ROLES)))
    colour: str = field(metadata=_from("colour", colour))
    shape: str = field(metadata=_from("shape", words(*SHAPES)))
    column: int = field(metadata=_from("column", integer(0, 20)))
    parent: str | None


@dataclass(frozen=True, slots=True)
class Sign(Term):
    """A direction (`value` +1, -1 or 0) with the look and propagation of relations that state none."""

    value: int = field(metadata=_from("sign", integer(-1, 1)))
    propagation: str = field(metadata=_from("propagation", words(*PROPAGATIONS)))
    colour: str = field(metadata=_from("colour", colour))
    line: str = field(metadata=_from("line", words(*LINES)))


@dataclass(frozen=True, slots=True)
class Relation(Term):
    """What a claim may use as predicate. Empty `subject_types` or `object_types` allow every kind of entity."""

    sign: int = field(metadata=_from("sign", integer(-1, 1)))
    propagation: str = field(metadata=_from("propagation", words(*PROPAGATIONS)))
    inverse_label: Text
    subject_types: tuple[str, ...]
    object_types: tuple[str, ...]
    colour: str = field(metadata=_from("colour", colour))
    line: str = field(metadata=_from("line", words(*LINES)))
    parent: str | None


@dataclass(frozen=True, slots=True)
class Stance(Term):
    """How an item bears on its claim: `polarity` +1 for, -1 against, 0 neither."""

    polarity: int = field(metadata=_from("polarity", integer(-1, 1)))


@dataclass(frozen=True, slots=True)
class StudyKind(Term):
    """How the passage came to what it says; certainty starts at `start_rank`."""

    start_rank: int = field(metadata=_from("startRank", integer(1, 9)))


@dataclass(frozen=True, slots=True)
class Strength(Term):
    """How well the passage speaks to the claim; moves the rank of certainty by `adjustment`."""

    adjustment: int = field(metadata=_from("adjustment", integer(-9, 9)))


@dataclass(frozen=True, slots=True)
class Certainty(Term):
    """How far one item can be relied on. `weight` is in observations; `ceiling` None means no limit."""

    rank: int = field(metadata=_from("rank", integer(1, 9)))
    weight: float = field(metadata=_from("weight", number(0, 1000)))
    ceiling: float | None = field(metadata=_from("ceiling", number(0, 1000), needed=False))


@dataclass(frozen=True, slots=True)
class Basis(Term):
    """What was read; the weight of an item is multiplied by `confidence`, in [0, 1]."""

    confidence: float = field(metadata=_from("extractionConfidence", number(0, 1)))


@dataclass(frozen=True, slots=True)
class Status(Term):
    """Where a record stands: whether it `counts`, or does `on_request` only."""

    counts: bool = field(metadata=_from("counts", is_word("yes", *COUNTS)))
    on_request: bool = field(metadata=_from("counts", is_word("on-request", *COUNTS)))


@dataclass(frozen=True, slots=True)
class WorkStatus(Status):
    """What its publisher has said of a work since it appeared."""


@dataclass(frozen=True, slots=True)
class Decision(Term):
    """What a review decided on a record."""
