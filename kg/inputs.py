"""The doors: raw input becomes validated records here, and nowhere else.

Lives here: `EntityIn`, `ClaimIn`, `EvidenceIn`, `ItemIn`, `WorkIn` (pydantic) and `parse`, which turns their faults
into our errors. May enter: `kg.model`, `kg.ids`, `kg.vocabulary`. Never here: look-ups in the record.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from math import isfinite
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from kg import identifiers, ids
from kg.errors import InputError, ShapeViolation, Words
from kg.faults import EMPTY, Fault, faults_of, others
from kg.model import MERGED, YEARS, Claim, Entity, Evidence, Text, Work
from kg.vocabulary import Vocabulary

_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_TAGS = frozenset(map(chr, range(0xE0000, 0xE0080)))
_HIDDEN = frozenset("\n\t\u200b\u2060\u2061\u2062\u2063\u2064\ufeff\ufff9\ufffa\ufffb")
REFUSED = _BIDI | _TAGS
"""What no text may hold besides control characters and halves: it turns text around, or says what nobody sees."""
DEEPEST = 64
MATCH_RELATIONS = ("broadMatch", "closeMatch", "exactMatch", "narrowMatch", "relatedMatch")


def clean(text: str) -> str:
    """Return NFC text without outer spaces; refuse control, surrogate, direction-override and tag characters.

    Raises:
        ValueError: names the first such character and its place.

    Example:
        >>> clean("  cafe\\u0301 ")
        'café'
    """
    if text.isprintable():  # Nothing of what is refused counts as printable.
        return (text if text.isascii() else unicodedata.normalize("NFC", text)).strip()
    for at, char in enumerate(text):
        if (unicodedata.category(char) in {"Cc", "Cs", "Cn"} and char not in "\n\t") or char in REFUSED:
            wrong = f"U+{ord(char):04X}"
            en, zh = f"character {wrong} at position {at} is not allowed in text", f"文字中不得含有字符 {wrong}"
            raise InputError(Words(en, zh))
    return unicodedata.normalize("NFC", text).strip()


def _seen(text: str) -> str:
    """Refuse, in what something is called, breaks of the line and characters that have no width."""
    for at, char in enumerate(() if text.isprintable() else text):
        if char in _HIDDEN:
            wrong = f"U+{ord(char):04X}"
            en, zh = f"character {wrong} at position {at} is not allowed in a name", f"名称中不得含有字符 {wrong}"
            raise InputError(Words(en, zh))
    return text


def _nonempty(text: str) -> str:
    if not any(unicodedata.category(char)[0] in "LNPS" for char in text):
        raise InputError(Words("must not be empty" if not text else "must hold something that can be seen", EMPTY))
    return text


def _keepable(item: dict[str, Any]) -> dict[str, Any]:
    """Refuse what JSON, or a database, could not give back: at any depth, without going down the call stack."""
    waiting: list[tuple[Any, int]] = [(item, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > DEEPEST:
            raise ValueError(f"is nested more than {DEEPEST} deep")
        if isinstance(value, dict):
            waiting += [(one, depth + 1) for pair in value.items() for one in pair]
        elif isinstance(value, list | tuple):
            waiting += [(one, depth + 1) for one in value]
        elif isinstance(value, str):
            wrong = next((char for char in value if char == "\0" or unicodedata.category(char) == "Cs"), None)
            if wrong is not None:
                raise ValueError(f"holds the character U+{ord(wrong):04X}, which cannot be kept")
        elif isinstance(value, float) and not isfinite(value):
            raise ValueError(f"holds {value}, which is no number in JSON")
        elif isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise ValueError("holds a whole number of more than 64 bits; write it as text")
    return item


Line = Annotated[str, Field(max_length=500), AfterValidator(clean), AfterValidator(_nonempty)]
Name = Annotated[Line, AfterValidator(_seen)]
Prose = Annotated[str, Field(max_length=10_000), AfterValidator(clean), AfterValidator(_nonempty)]
Slug = Annotated[str, AfterValidator(lambda text: ids.parse_slug(text, where=""))]
WorkKey = Annotated[str, AfterValidator(lambda text: ids.parse_work_key(text, where=""))]
Url = Annotated[str, AfterValidator(lambda text: ids.parse_url(text, where=""))]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class TextIn(_In):
    """A text in English and Chinese; English is required."""

    en: Prose
    zh: Prose | None = None

    def record(self) -> Text:
        """Return the validated text."""
        return Text(self.en, self.zh)


class LabelIn(TextIn):
    """What an entity is called, in English and Chinese: one line, every character of which can be seen."""

    en: Annotated[Prose, AfterValidator(_seen)]
    zh: Annotated[Prose, AfterValidator(_seen)] | None = None


class MatchIn(_In):
    """A SKOS match to a term of another vocabulary."""

    relation: Literal["broadMatch", "closeMatch", "exactMatch", "narrowMatch", "relatedMatch"]
    iri: Url


class EntityIn(_In):
    """What somebody says of an entity. `type` is a class of the ontology."""

    id: Slug
    type: Line
    label: LabelIn
    definition: TextIn | None = None
    aliases: list[Name] = Field(default_factory=list, max_length=50)
    broader: Slug | None = None
    matches: list[MatchIn] = Field(default_factory=list, max_length=50)

    def record(self, vocabulary: Vocabulary) -> Entity:
        """Return the entity; an unknown type names near ones."""
        if self.broader == self.id:
            said = Words(f"{self.id} is named as broader than itself", f"{self.id} 不能以自身为上位实体")
            raise ShapeViolation(said, where="broader", hint=Words("leave it out", "请将此项留空"))
        return Entity(
            id=self.id,
            type=vocabulary.entity_type(self.type, where="type").id,
            label=self.label.record(),
            definition=None if self.definition is None else self.definition.record(),
            aliases=tuple(dict.fromkeys(self.aliases)),
            broader=self.broader,
            matches=tuple(sorted((match.relation, match.iri) for match in self.matches)),
        )


class ClaimIn(_In):
    """What somebody claims: subject -relation-> object."""

    subject: Slug
    relation: Line
    object: Slug
    conditions: Prose | None = None

    def record(self, vocabulary: Vocabulary) -> Claim:
        """Return the claim; a claim of an entity about itself is refused."""
        relation = vocabulary.relation(self.relation, where="relation").id
        if self.subject == self.object:
            raise ShapeViolation(
                Words(f"{self.subject} {relation} itself", f"主体与客体都是 {self.subject}"),
                where="object",
                hint=Words("a claim joins two different entities", "论断的主体与客体须是两个不同的实体"),
            )
        return Claim(
            id=ids.claim_id(self.subject, relation, self.object),
            subject=self.subject,
            relation=relation,
            object=self.object,
            conditions=self.conditions,
        )


class EvidenceIn(_In):
    """One line for or against a claim, from one passage of one work."""

    claim: Line
    work: WorkKey
    stance: Line
    kind: Line
    strength: Line
    statement: Prose
    basis: Line
    strength_reason: Prose | None = None
    locator: Line | None = None
    quote: Prose | None = None
    inferred: bool = False
    independence_group: Line | None = None
    alias: Line | None = None
    contributor: Line | None = None

    def record(self, vocabulary: Vocabulary) -> Evidence:
        """Return the evidence item with the id that its immutable core gives it."""
        stance = vocabulary.stance(self.stance, where="stance").id
        kind = vocabulary.study_kind(self.kind, where="kind").id
        strength = vocabulary.strength(self.strength, where="strength").id
        basis = vocabulary.basis(self.basis, where="basis").id
        id = ids.item_id(
            self.work,
            claim=self.claim,
            stance=stance,
            kind=kind,
            strength=strength,
            basis=basis,
            inferred=self.inferred,
            locator=self.locator,
            statement=self.statement,
            quote=self.quote,
        )
        return Evidence(
            id=id,
            claim=self.claim,
            work=self.work,
            stance=stance,
            kind=kind,
            strength=strength,
            statement=self.statement,
            basis=basis,
            strength_reason=self.strength_reason,
            locator=self.locator,
            quote=self.quote,
            inferred=self.inferred,
            independence_group=self.independence_group,
            alias=self.alias,
            contributor=self.contributor,
        )


class ItemIn(EvidenceIn):
    """Evidence as a person contributes it: where in the work it is said and why it is as strong as it is are needed."""

    locator: Line
    strength_reason: Prose


class LocatedIn(EvidenceIn):
    """A revision of an item of which nothing says why it is as strong as it is."""

    locator: Line


class ReasonedIn(EvidenceIn):
    """A revision of an item of which nothing says where in the work it is."""

    strength_reason: Prose


def door_of_item(revised: Evidence | None) -> type[EvidenceIn]:
    """Return the door of an item that a person contributes: a revision may lack what the revised item lacks."""
    if revised is None or (revised.locator is not None and revised.strength_reason is not None):
        return ItemIn
    if revised.locator is not None:
        return LocatedIn
    return EvidenceIn if revised.strength_reason is None else ReasonedIn


class WorkIn(_In):
    """A citable work. `csl` is the CSL-JSON item as far as it is known."""

    id: WorkKey
    type: Line
    title: Prose
    authors: list[Line] = Field(default_factory=list, max_length=5_000)
    year: Annotated[int, Field(ge=YEARS[0], le=YEARS[1])] | None = None
    doi: Annotated[str, AfterValidator(identifiers.parse_doi)] | None = None
    arxiv: Annotated[str, AfterValidator(identifiers.parse_arxiv)] | None = None
    url: Url | None = None
    status: Line = "current"
    notice: Url | None = None
    independence_group: Line | None = None
    csl: Annotated[dict[str, Any], AfterValidator(_keepable)] = Field(default_factory=dict)
    raw: Annotated[str, Field(max_length=1_000_000)] | None = None
    raw_format: Line | None = None
    merged_into: WorkKey | None = None

    def record(self, vocabulary: Vocabulary) -> Work:
        """Return the work; an unknown status names near ones, a merged work names the one that it is part of."""
        values = self.model_dump()
        values["status"] = vocabulary.work_status(self.status, where="status").id
        if (self.merged_into is None) != (values["status"] != MERGED) or self.merged_into == self.id:
            raise ShapeViolation(
                f"{self.id} is {values['status']} and {'not ' if self.merged_into is None else ''}merged into a work",
                where="merged_into",
                hint="a work of status merged names the other work that it is a duplicate of; no other does",
            )
        values["authors"] = tuple(self.authors)
        return Work(**values)


M = TypeVar("M", bound=BaseModel)


def parse(door: type[M], values: Mapping[str, Any], *, where: str | None = None, by_field: bool = False) -> M:
    """Validate raw values at a door.

    Args:
        door: What they must be like.
        values: The raw values.
        where: Place that the error names.
        by_field: Name the field at fault as the place instead.

    Raises:
        InputError: names the first field at fault, what was given, what was expected; its hint the other fields.

    Example:
        >>> parse(ClaimIn, {"subject": "a", "relation": "raises", "object": "b"}).object
        'b'
    """
    try:
        return door.model_validate(dict(values))
    except ValidationError as error:
        first, *rest = faults_of(error, list(door.model_fields))
        hint = "; ".join([*([first.hint] if first.hint else []), *others(rest)]) or None
        if by_field:
            raise InputError(first.words or first.said, where=first.place, hint=hint, near=first.near) from error
        said, words = f"{first.place}: {first.said}", first.words
        told = said if words is None else Words(said, f"{first.place}：{words.zh}", words.todo)
        raise InputError(told, where=where, hint=hint, near=first.near) from error


def faults(error: BaseException) -> list[Fault]:
    """Return every fault of a record that `parse` refused; none for other errors.

    Example:
        >>> try:
        ...     parse(ClaimIn, {"subject": "a"})
        ... except InputError as error:
        ...     [fault.place for fault in faults(error)]
        ['relation', 'object']
    """
    cause = error.__cause__
    return faults_of(cause, ()) if isinstance(cause, ValidationError) else []
