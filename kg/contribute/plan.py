"""From what somebody says to the records that would be written, nothing of it accepted yet.

Lives here: `Plan`, and one reader for entities, claims and evidence. May enter: values of any door, a snapshot.
Never here: writing, review (states), effects (effects).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kg import conflicts, ids
from kg.contribute import alike, names, quotes, resuming, unusable
from kg.contribute.states import PROPOSED, STANDING, SUPERSEDED
from kg.errors import Conflict, InputError
from kg.folding import RUN
from kg.ids import RecordKind
from kg.importers.citations_plan import way_back
from kg.importers.merges import astray
from kg.inputs import ClaimIn, EntityIn, door_of_item, parse
from kg.model import REVOKED, Change, Entity, Evidence, Record, Text
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary

ENDS = ("subject", "relation", "object")
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a contribution comes to.

    Args:
        kind: Kind of the record that it is about.
        record: The record as it will stand; the known one when it is there already.
        changes: All that is to be written, the record first; empty when it is there already.
        alike: Records that resemble it.
        quote: Where its quote was found, for evidence.
        notes: What to bear in mind.
        publisher: What the publisher says of a known work's status, where the record says otherwise.
    """

    kind: RecordKind
    record: Record
    changes: tuple[Change, ...]
    alike: tuple[Document, ...] = ()
    quote: Document | None = None
    notes: tuple[str, ...] = field(default=())
    publisher: Document | None = None

    @property
    def already(self) -> bool:
        """Say whether the record was there before."""
        return not self.changes

    def document(self) -> Document:
        """Return what every answer to a contribution says beside the record itself."""
        found: Document = {
            "kind": self.kind,
            "id": self.record.id,
            "already": self.already,
            "status": self.record.status,
            "written": [{"kind": one.kind, "id": one.id, "status": one.record.status} for one in self.changes],
            "alike": list(self.alike),
        }
        if self.kind == "evidence":
            found["quote_check"] = self.quote
        if self.publisher is not None:
            found["publisher"] = self.publisher
        return found | ({"note": sentences(self.notes)} if self.notes else {})


def sentences(notes: Iterable[str]) -> str:
    """Return notes as one text, each of them with a stop of its language.

    Example:
        >>> sentences(["this one is called a", "There is no year."]), sentences(["未给出年份", "未给出作者。"])
        ('this one is called a. There is no year.', '未给出年份。未给出作者。')
    """
    told = ""
    for note in filter(None, (one.strip() for one in notes)):
        stop = "" if note[-1] in ".!?。！？" else "。" if RUN.match(note[-1]) else "."
        told += ("" if not told or told[-1] in "。！？" else " ") + note + stop
    return told


def entity(values: Mapping[str, Any], snapshot: Snapshot, vocabulary: Vocabulary, *, lang: str = "en") -> Plan:
    """Read an entity. Without an id it gets one from its English label; `label` may be a plain text.

    Raises:
        Conflict: another entity of this id stands already.
        InputError, NotFound: a field is wrong, or `broader` does not exist.
    """
    given = _fields(values)
    for name in ("label", "definition"):
        if isinstance(given.get(name), str):
            given[name] = {"en": given[name]}
    if given.get("id") is None:
        given["id"] = _id_of(given.get("label"))
    if given.get("broader") is not None:
        given["broader"] = _standing(names.entity_of(snapshot, given["broader"], where="broader")).id
    made = replace(parse(EntityIn, given, by_field=True).record(vocabulary), status=PROPOSED)
    known = snapshot.entities.get(made.id)
    likes = tuple(alike.like_entity(made, snapshot, lang=lang))
    if known is not None and known.status in STANDING:
        if not _says_nothing_else(made, known):
            raise Conflict(
                conflicts.other_entity(known, vocabulary),
                where="id",
                hint="use that one, or give yours another id",
            )
        return Plan("entity", known, (), likes)
    if known is not None and known.type != made.type:
        _refuse_other_ends(made, known, snapshot, vocabulary)
    return Plan("entity", made, (Change("entity", made),), likes)


def claim(values: Mapping[str, Any], snapshot: Snapshot, vocabulary: Vocabulary, *, lang: str = "en") -> Plan:
    """Read a claim. One that stands already is that claim, whoever stated it first.

    Raises:
        NotFound: an end does not exist; `near` names ids.
        ShapeViolation: the ontology does not let this relation join these kinds of entity.
        Conflict: an end was rejected, revoked or superseded.
    """
    given = _fields(values)
    ends: list[Entity] = []
    for end in ("subject", "object"):
        if given.get(end) is None:
            raise unusable.no_end(end)
        ends.append(_standing(names.entity_of(snapshot, given[end], where=end)))
        given[end] = ends[-1].id
    made = replace(parse(ClaimIn, given, by_field=True).record(vocabulary), status=PROPOSED)
    vocabulary.check_ends(made.relation, ends[0].type, ends[1].type)
    likes = tuple(alike.like_claim(made, snapshot, lang=lang))
    known = snapshot.claims.get(made.id)
    if known is None:
        return Plan("claim", made, (Change("claim", made),), likes)
    if known.status in STANDING:
        differs = made.conditions is not None and made.conditions != known.conditions
        said = {
            "en": "The claim was stated before under other conditions, which stay; say yours in the evidence.",
            "zh": "该论断此前已按其他条件提出，原条件保持不变；请在证据中说明你的条件。",
        }
        return Plan("claim", known, (), likes, notes=(said[lang],) if differs else ())
    again = replace(known, status=PROPOSED, conditions=made.conditions or known.conditions)
    return Plan("claim", again, (Change("claim", again),), likes)


def evidence(
    values: Mapping[str, Any],
    snapshot: Snapshot,
    vocabulary: Vocabulary,
    *,
    contributor: str,
    supersedes: str | None = None,
    again: Callable[[Evidence], Evidence] | None = None,
    lang: str = "en",
) -> Plan:
    """Read an evidence item on a claim given by id, or by `subject`, `relation` and `object`; then new ones come along.

    Args:
        values: As `kg.inputs.ItemIn`, with names where it has ids; a revision may lack what the revised item lacks.
        snapshot: What is there.
        vocabulary: The words.
        contributor: Handle of who says it.
        supersedes: Id of the item that it is a revision of.
        again: Given a superseded item that says just this, returns it as it waits again; or raises.
        lang: Language of remarks.

    Raises:
        InputError, NotFound, ShapeViolation: a field is wrong, a record does not exist, an end is not allowed.
        Conflict: this very item was rejected, revoked or superseded before, or its work was taken back.
    """
    given = _fields(values)
    for name in ("contributor", "alias"):
        if name in given:
            raise InputError(f"{name} is not for you to say", where=name, hint="leave it out")
    of_claim = _claim(given, snapshot, vocabulary, lang)
    work = names.work_of(snapshot, given.get("work"))
    if work.status == REVOKED:
        raise Conflict(conflicts.taken_back(work.id), where="work", hint=way_back(work.id))
    if work.merged_into is not None:
        into = work.merged_into
        lost = astray(work, snapshot.works.get) or Text(f"there is no work {into}", f"没有文献 {into}")
        raise Conflict(conflicts.none_stands(work.id, lost), where="work", hint=way_back(work.id))
    given |= {"claim": of_claim.record.id, "work": work.id, "contributor": contributor}
    door = door_of_item(snapshot.evidence.get(supersedes or ""))
    read = parse(door, given, by_field=True).record(vocabulary)
    made = _as_revision(replace(read, status=PROPOSED, supersedes=supersedes), snapshot)
    if made.quote is not None and quotes.folded(made.quote) == quotes.folded(made.statement):
        raise unusable.quoted_again()
    quote = quotes.check(made.quote, work, made.basis).document(lang)
    likes = tuple(alike.like_item(made, snapshot, vocabulary, lang=lang))
    notes = [*of_claim.notes, *_of_work(work.status, vocabulary, lang)]
    known = snapshot.evidence.get(made.id)
    if known is None:
        return Plan("evidence", made, (Change("evidence", made), *of_claim.changes), likes, quote, tuple(notes))
    if known.status in STANDING:
        return Plan("evidence", known, (), likes, quote, tuple(notes))
    if known.status == SUPERSEDED and again is not None:
        back = again(known)
        notes.append(resuming.NOTE[lang].format(back.id))
        return Plan("evidence", back, (Change("evidence", back), *of_claim.changes), likes, quote, tuple(notes))
    other = resuming.instead(known, snapshot)
    way = "say it otherwise" if other is None else f"{other} came in its place: `kg review revise {other}`"
    raise Conflict(
        conflicts.very_item(known.id, known.status, instead=other),
        where="evidence",
        hint=f"`kg history {known.id}` says why; {way}",
    )


def _id_of(label: object) -> str:
    """Return the id that an English label gives."""
    english = label.get("en") if isinstance(label, Mapping) else None
    if not isinstance(english, str) or not english.strip():
        raise unusable.no_label()
    id = ids.slugify(english)
    if not id:
        raise unusable.no_id()
    return id


def _says_nothing_else(made: Entity, known: Entity) -> bool:
    """Say whether all that is said of an entity is said of the known one too."""
    same = made.type == known.type and made.label.en == known.label.en and made.broader in {None, known.broader}
    fuller = made.label.zh in {None, known.label.zh} and made.definition in {None, known.definition}
    return same and fuller and {*made.aliases} <= {*known.aliases} and {*made.matches} <= {*known.matches}


def _refuse_other_ends(made: Entity, known: Entity, snapshot: Snapshot, vocabulary: Vocabulary) -> None:
    """Refuse another kind of entity under an id that a claim has as an end where this kind cannot be."""
    for one in (*snapshot.claims_from(made.id), *snapshot.claims_to(made.id)):
        types = [made.type if end == made.id else snapshot.entities[end].type for end in (one.subject, one.object)]
        if one.status in STANDING and not all(vocabulary.allows(one.relation, *types)):
            raise Conflict(
                conflicts.other_type(known, made.type, one.id, vocabulary),
                where="type",
                hint=f"propose it as {known.type} again, or give yours another id",
            )


def _as_revision(made: Evidence, snapshot: Snapshot) -> Evidence:
    """Give an id of its own to a revision that differs from one of its line only in what ids are not made of."""
    known, old = snapshot.evidence.get(made.id), snapshot.evidence.get(made.supersedes or "")
    outside = ("strength_reason", "independence_group")
    if known is None or old is None or all(getattr(known, name) == getattr(made, name) for name in outside):
        return made
    if known not in (old, *snapshot.line(old)):
        return made
    of = (old.id,) if known is old else (old.id, known.id)
    parts = (getattr(made, name) or "" for name in outside)
    return replace(made, id=ids.evidence_id(made.work, "revises", *of, *parts))


def _claim(given: Document, snapshot: Snapshot, vocabulary: Vocabulary, lang: str) -> Plan:
    """Take the claim out of the values of an item."""
    parts = {name: given.pop(name) for name in (*ENDS, "conditions") if name in given}
    if given.get("claim") is not None:
        if parts:
            raise InputError(
                f"the claim is given twice: as {str(given['claim'])[:120]} and by {', '.join(parts)}",
                where="claim",
                hint="give its id, or subject, relation and object",
            )
        known = names.claim_of(snapshot, given["claim"])
        parts = {name: getattr(known, name) for name in ENDS}
    missing = [name for name in ENDS if parts.get(name) is None]
    if missing:
        raise unusable.no_claim(missing)
    return claim(parts, snapshot, vocabulary, lang=lang)


def _standing(found: Entity) -> Entity:
    if found.status not in STANDING:
        raise Conflict(
            conflicts.stands("entity", found.id, found.status),
            where="entity",
            hint="propose it again first: kg add entity",
        )
    return found


def _fields(values: Mapping[str, Any]) -> Document:
    if not isinstance(values, Mapping) or not all(isinstance(name, str) for name in values):
        raise InputError("a record is a mapping of field names to values", where="record")
    return {name: value for name, value in values.items() if value is not None}


def _of_work(status: str, vocabulary: Vocabulary, lang: str) -> list[str]:
    term = vocabulary.work_status(status)
    if term.counts:
        return []
    word = term.label.get(lang)
    return [
        f"该文献的状态为“{word}”，其证据不计入。" if lang == "zh" else f"Its work is {word}: the item will not count."
    ]
