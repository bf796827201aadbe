"""The record at one revision: immutable, indexed, able to apply the next revision.

Lives here: `Snapshot`. May enter: records, revisions. Never here: SQL, criteria, belief.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from kg.door import shown
from kg.errors import InputError, NotFound, Words
from kg.ids import RecordKind, ends_of_claim
from kg.meant import NEAR, near
from kg.model import ACCEPTED, Change, Claim, Entity, Evidence, Record, Revision, Work, kind_of
from kg.overlay import Overlay, opened
from kg.used import Terms, counted, terms_of

Index = Mapping[str, tuple[str, ...]]
NEAR_AMONG = 100_000


@dataclass(frozen=True)
class Snapshot:
    """All records as they stand at `revision` (0 is the empty record).

    Records whose status says that they do not count are here as well: what counts is for criteria to say.

    Example:
        >>> Snapshot.of(0, None, []).entities
        {}
    """

    revision: int
    recorded_at: str | None
    entities: Mapping[str, Entity]
    claims: Mapping[str, Claim]
    evidence: Mapping[str, Evidence]
    works: Mapping[str, Work]
    _indexes: Mapping[str, Index] = field(repr=False, compare=False)

    @classmethod
    def of(cls, revision: int, recorded_at: str | None, records: Iterable[Record]) -> Snapshot:
        """Index records. Cost: O(n log n)."""
        kinds: dict[str, dict[str, Any]] = {"entity": {}, "claim": {}, "evidence": {}, "work": {}}
        collected: dict[str, dict[str, list[str]]] = {name: {} for name in _INDEXES}
        for record in records:
            kind = kind_of(record)
            kinds[kind][record.id] = record
            for name, key in _keys(kind, record):
                collected[name].setdefault(key, []).append(record.id)
        indexes = {name: {key: tuple(sorted(ids)) for key, ids in found.items()} for name, found in collected.items()}
        return cls(
            revision,
            recorded_at,
            entities=dict(sorted(kinds["entity"].items())),
            claims=dict(sorted(kinds["claim"].items())),
            evidence=dict(sorted(kinds["evidence"].items())),
            works=dict(sorted(kinds["work"].items())),
            _indexes=indexes,
        )

    def apply(self, revision: Revision) -> Snapshot:
        """Return the snapshot after the next revision.

        Law: folding all revisions equals reading the record at the last one.

        Cost: one shallow copy of each mapping, or of what was laid over it; plus the touched index rows.
        """
        kinds: dict[str, Any] = {
            "entity": opened(self.entities),
            "claim": opened(self.claims),
            "evidence": opened(self.evidence),
            "work": opened(self.works),
        }
        indexes = {name: opened(index) for name, index in self._indexes.items()}
        terms = Counter(self.terms) if "terms" in self.__dict__ else None
        new: set[str] = set()
        for change in revision.changes:
            record, kind = change.record, change.kind
            before = kinds[kind].get(change.id)
            if terms is not None:
                terms[terms_of(kind, record)] += 1
                terms.subtract([] if before is None else [terms_of(kind, before)])
            if isinstance(record, Evidence) and record.recorded_at is None:
                first = revision.recorded_at if before is None else before.recorded_at
                record = replace(record, recorded_at=first)
            for name, key in () if before is None else _keys(kind, before):
                indexes[name][key] = tuple(id for id in indexes[name][key] if id != change.id)
                if not indexes[name][key]:
                    del indexes[name][key]
            for name, key in _keys(kind, record):
                indexes[name][key] = tuple(sorted({*indexes[name].get(key, ()), change.id}))
            if before is None:
                new.add(kind)
            kinds[kind][change.id] = record
        for grown in new:
            if isinstance(kinds[grown], dict):
                kinds[grown] = dict(sorted(kinds[grown].items()))
        made = Snapshot(
            revision.number,
            revision.recorded_at,
            entities=kinds["entity"],
            claims=kinds["claim"],
            evidence=kinds["evidence"],
            works=kinds["work"],
            _indexes=indexes,
        )
        if terms is not None:
            made.__dict__["terms"] = terms
        return made

    @cached_property
    def terms(self) -> Counter[Terms]:
        """How many records use which terms of the ontology, by kind; see `kg.used`.

        Cost: linear in the records the first time, in their kinds where columns hold them; then what changed.
        """
        kinds: dict[RecordKind, Mapping[str, Any]] = {
            "entity": self.entities,
            "claim": self.claims,
            "evidence": self.evidence,
            "work": self.works,
        }
        found: Counter[Terms] = Counter()
        for kind, records in kinds.items():
            found.update(counted(kind, records))
        return found

    def with_changes(self, changes: Iterable[Change]) -> Snapshot:
        """Return the snapshot, of the same revision, in which some records stand otherwise, or are new."""
        supposed = Revision(self.revision, self.recorded_at or "", "", "", None, "", "", tuple(changes))
        return self.apply(supposed) if supposed.changes else self

    def entity(self, id: str, *, where: str = "entity") -> Entity:
        """Return an entity; NotFound names near ids, found by id, label and alias; InputError those of one name.

        Here and below `where` is the parameter that gave the id, which errors name as their place.
        """
        _asked("entity", id, where)
        if id in self.entities:
            return self.entities[id]
        same = self._meant(id)
        if len(same) > 1:
            which = f"{', '.join(same[:-1])} and {same[-1]}"
            said = Words(f"{id[:200]!r} names {which}", f"“{id[:200]}”可指 {'、'.join(same)}")
            hint = Words("give one of these ids", "请给出其中一个的标识符")
            raise InputError(said, where=where, hint=hint)
        raise _missing("entity", id, self._names, where, same=same)

    def named(self, name: str) -> str:
        """Return the id of the one entity that has this id, label or alias; the name itself where none or many have it.

        Letter case, spaces and hyphens do not matter; what is accepted goes before what is not.
        Cost: linear in the entities the first time, then a look-up.

        Example:
            >>> from kg.model import Entity, Text
            >>> one = Entity("qlora", "Technique", Text("QLoRA"), aliases=("Quantized LoRA",))
            >>> snapshot = Snapshot.of(1, None, [one])
            >>> snapshot.named("QLoRA"), snapshot.named("quantized-lora"), snapshot.named("lora")
            ('qlora', 'qlora', 'lora')
        """
        _asked("entity", name, "entity")
        if name in self.entities:
            return name
        found = self._meant(name)
        return found[0] if len(found) == 1 else name

    def called(self, name: str) -> frozenset[str]:
        """Return the ids of all entities of this id, label or alias, whatever their status. Cost: as `named`."""
        return self._named.get(_plain(name), frozenset())

    def _meant(self, name: str) -> list[str]:
        """Return the ids that a name may mean: of accepted entities where any is called so, else of all."""
        found = sorted(self.called(name))
        return [id for id in found if self.entities[id].status == ACCEPTED] or found

    @property
    def _names(self) -> dict[str, str]:
        """The id of an entity by each of its names, as they are written."""
        return {name: entity.id for entity in self.entities.values() for name in names_of(entity)}

    @cached_property
    def _named(self) -> Mapping[str, frozenset[str]]:
        ids: dict[str, set[str]] = {}
        for entity in self.entities.values():
            for name in names_of(entity):
                ids.setdefault(_plain(name), set()).add(entity.id)
        return {name: frozenset(found) for name, found in ids.items()}

    def claim(self, id: str, *, where: str = "claim") -> Claim:
        """Return a claim; NotFound names near ids: those of the same ends, or of ends that are called much alike."""
        _asked("claim", id, where)
        if id in self.claims:
            return self.claims[id]
        subject, _, object = ends_of_claim(id)
        alike = [claim.id for claim in (*self.claims_from(subject), *self.claims_to(object))]
        alike = alike or self._of_near_ends(id[:200])
        raise _missing("claim", id, {}, where, same=near(id, {known: known for known in alike}) or alike)

    def _of_near_ends(self, id: str) -> list[str]:
        """Return claims whose ends are called much like those in an id, most in common first; none in a huge record."""
        if len(self.entities) > NEAR_AMONG:
            return []
        subject, relation, object = ends_of_claim(id)
        subjects = near(subject, self._names)
        objects = near(object, self._names) if object else subjects
        out, into = map(self.claims_from, subjects), map(self.claims_to, objects)
        found = {one.id: one for some in (*out, *into) for one in some}
        common = {
            one.id: (one.subject in subjects) + (one.object in objects) + (one.relation == relation)
            for one in found.values()
        }
        return sorted(found, key=lambda known: -common[known])

    def work(self, id: str, *, where: str = "work") -> Work:
        """Return a work by citation key; NotFound names near ids, found by key and title."""
        _asked("work", id, where)
        if id in self.works:
            return self.works[id]
        names = {name: work.id for work in self.works.values() for name in (work.id, work.title)}
        raise _missing("work", id, names, where)

    def standing(self, work: str) -> Work:
        """Return a work, or where it was merged into another as a duplicate, that one."""
        found, seen = self.work(work), {work}
        while found.merged_into is not None and found.merged_into in self.works and found.merged_into not in seen:
            seen.add(found.merged_into)
            found = self.works[found.merged_into]
        return found

    def item(self, id: str, *, where: str = "evidence") -> Evidence:
        """Return an evidence item by id, or by the alias it has in its pack."""
        _asked("evidence", id, where)
        aliased = self._indexes["alias"].get(id, ())
        if len(aliased) != 1 and id not in self.evidence:
            raise _missing("evidence", id, {known: known for known in self.evidence}, where)
        return self.evidence[aliased[0] if len(aliased) == 1 else id]

    def evidence_of(self, claim: str) -> tuple[Evidence, ...]:
        """Return all items that bear on a claim, by id."""
        return tuple(self.evidence[id] for id in self._indexes["evidence_of"].get(claim, ()))

    def evidence_from(self, work: str) -> tuple[Evidence, ...]:
        """Return all items taken from a work, by id."""
        return tuple(self.evidence[id] for id in self._indexes["evidence_from"].get(work, ()))

    def revised_by(self, item: Evidence) -> tuple[Evidence, ...]:
        """Return the item that an item is a revision of, what that one is a revision of, and so on, nearest first."""
        found: dict[str, Evidence] = {}
        at = item.supersedes
        while at is not None and at != item.id and at not in found and at in self.evidence:
            found[at] = self.evidence[at]
            at = found[at].supersedes
        return tuple(found.values())

    def line(self, item: Evidence) -> tuple[Evidence, ...]:
        """Return all other items of the line of an item, by id: what it revises, and all revisions of these, in turn.

        They say one thing in several wordings. Cost: linear in them.
        """
        found = {one.id: one for one in self.revised_by(item)}
        waiting = [item.id, *found]
        while waiting:
            for one in self._indexes["revisions_of"].get(waiting.pop(), ()):
                if one not in found:
                    found[one] = self.evidence[one]
                    waiting.append(one)
        found.pop(item.id, None)
        return tuple(found[id] for id in sorted(found))

    def claims_resting_on(self, work: str) -> frozenset[str]:
        """Return the ids of the claims that items taken from a work bear on.

        Cost: linear in these items; columns are asked without making the items.
        """
        claim_of = _claim_of(self.evidence)
        return frozenset(map(claim_of, self._indexes["evidence_from"].get(work, ())))

    def touched_by(self, record: Record) -> frozenset[str]:
        """Return the ids of the claims that may stand otherwise when a record does. Cost: as `claims_resting_on`."""
        if isinstance(record, Entity):
            return frozenset(claim.id for claim in (*self.claims_from(record.id), *self.claims_to(record.id)))
        if isinstance(record, Work):
            return self.claims_resting_on(record.id)
        return frozenset([record.claim if isinstance(record, Evidence) else record.id])

    def claims_from(self, entity: str) -> tuple[Claim, ...]:
        """Return the claims whose subject is the entity, by id."""
        return tuple(self.claims[id] for id in self._indexes["claims_from"].get(entity, ()))

    def claims_to(self, entity: str) -> tuple[Claim, ...]:
        """Return the claims whose object is the entity, by id."""
        return tuple(self.claims[id] for id in self._indexes["claims_to"].get(entity, ()))

    def narrower(self, entity: str) -> tuple[str, ...]:
        """Return the ids of the entities directly below the entity."""
        return self._indexes["narrower"].get(entity, ())

    def within(self, entity: str) -> frozenset[str]:
        """Return the entity and everything narrower, transitively."""
        found, waiting = {entity}, [entity]
        while waiting:
            for id in self.narrower(waiting.pop()):
                if id not in found:
                    found.add(id)
                    waiting.append(id)
        return frozenset(found)


_INDEXES = ("alias", "claims_from", "claims_to", "evidence_from", "evidence_of", "narrower", "revisions_of")


def _keys(kind: str, record: Any) -> list[tuple[str, str]]:
    if kind == "claim":
        return [("claims_from", record.subject), ("claims_to", record.object)]
    if kind == "evidence":
        keys = [("evidence_of", record.claim), ("evidence_from", record.work)]
        if record.alias is not None:
            keys.append(("alias", record.alias))
        if record.supersedes is not None:
            keys.append(("revisions_of", record.supersedes))
        return keys
    if kind == "entity" and record.broader is not None:
        return [("narrower", record.broader)]
    return []


def _claim_of(evidence: Mapping[str, Evidence]) -> Callable[[str], str]:
    """Return what gives the claim of an item."""
    if isinstance(evidence, Overlay):
        own, below = evidence.own, _claim_of(evidence.base)
        return lambda item: own[item].claim if item in own else below(item)
    found: Callable[[str], str] | None = getattr(evidence, "claim_of", None)
    return found or (lambda item: evidence[item].claim)


def _plain(name: str) -> str:
    return "".join(char for char in name.casefold() if not char.isspace() and char not in "-_")


def names_of(entity: Entity) -> list[str]:
    """Return all that an entity is called: its id, its labels, its aliases."""
    labels = [entity.label.en] if entity.label.zh is None else [entity.label.en, entity.label.zh]
    return [entity.id, *labels, *entity.aliases]


def _asked(kind: str, id: object, where: str) -> None:
    """Refuse what is no text where a record is asked for: every question comes through here.

    Raises:
        InputError: says what was given.
    """
    if not isinstance(id, str):
        raise InputError(
            f"{shown(id)} (of type {type(id).__name__}) is not the name of one {_PLAIN[kind]}"
            if id is not None
            else f"no {_PLAIN[kind]} is given (None)",
            where=where,
            hint=f"give one id as text, such as {_SUCH[kind]!r}",
        )


_PLAIN = {"entity": "entity", "claim": "claim", "work": "work", "evidence": "item of evidence"}
_SUCH = {
    "entity": "qlora",
    "claim": "tar--mitigates--safeguard-removal",
    "work": "hu2022lora",
    "evidence": "hu2022lora.opneblqy3jx6",
}


def _missing(kind: str, id: str, names: Mapping[str, str], where: str, same: Sequence[str] = ()) -> NotFound:
    called = {"entity": "实体", "claim": "论断", "evidence": "证据", "work": "文献"}[kind]
    plural = {"entity": "entities", "claim": "claims", "evidence": "evidence", "work": "works"}[kind]
    return NotFound(
        Words(f"there is no {kind} {id[:200]!r}", f"记录中没有名为“{id[:200]}”的{called}"),
        where=where,
        near=list(same[:NEAR]) or near(id, names),
        hint=f"`kg search` finds ids by words; `kg list {plural}` shows them all",
    )
