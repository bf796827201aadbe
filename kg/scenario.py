"""Scenarios: a record and criteria as they are not, said in a document that can be kept, shared and asked again.

Lives here: `Scenario`, what it makes of a network. May enter: its document as any door gives it; a network.
Never here: questions, what differs afterwards (question/compare), files, SQL: nothing of a scenario is stored.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from kg.criteria import Criteria
from kg.errors import InputError, KgError, NotFound, ParseFailure, ShapeViolation
from kg.ids import fingerprint
from kg.model import ACCEPTED, CURRENT, REVOKED, Change, Claim, Evidence, Record, canonical, kind_of
from kg.network import Network
from kg.suppositions import (
    Assumption,
    Pair,
    parse_assumption,
    parse_mark,
    parse_settings,
    parse_texts,
    parse_under,
    refuse_twice,
)
from kg.vocabulary import Vocabulary

RETRACTED = "retracted"
_MARKED = {RETRACTED: "retract", CURRENT: "unretract"}
LONGEST = 100_000


@dataclass(frozen=True, slots=True)
class Scenario:
    """What if: some records were not there or said otherwise, some claims held, other criteria applied.

    Args:
        drop_work: Works whose evidence does not count.
        drop_claim: Claims that are taken away.
        drop_entity: Entities that are taken away, with all claims about them.
        drop_evidence: Evidence items that are taken away, by id or alias.
        add: Claims that hold with a given chance. One that is in the record holds with that chance instead of the
            one its evidence gives.
        set: (evidence id or alias, "stance" or "strength", its new value).
        mark: (work, its new status), such as ("smith2020", "retracted").
        under: (name, value) of each criterion that takes the place of the question's own.

    Example:
        >>> from kg.vocabulary import load
        >>> what = Scenario.parse({"drop_work": "hu2022lora", "add": "lora raises transferable-jailbreaks 0.7"}, load())
        >>> what.document()
        {'add': ['lora raises transferable-jailbreaks 0.7'], 'drop_work': ['hu2022lora']}
    """

    drop_work: tuple[str, ...] = ()
    drop_claim: tuple[str, ...] = ()
    drop_entity: tuple[str, ...] = ()
    drop_evidence: tuple[str, ...] = ()
    add: tuple[Assumption, ...] = ()
    set: tuple[tuple[str, str, str], ...] = ()
    mark: tuple[Pair, ...] = ()
    under: tuple[tuple[str, Any], ...] = ()

    @classmethod
    def parse(cls, values: Mapping[str, Any], vocabulary: Vocabulary) -> Scenario:
        """Read a scenario as any door gives it: one text or many for each field, None for "not given".

        `retract` and `unretract` are short for marking works retracted and current.

        Raises:
            UnknownTerm: a relation, stance, strength or status that the ontology does not have.
            InputError: a field that does not exist, a text of the wrong form, or two that contradict each other.

        Law: `Scenario.parse(s.document(), vocabulary) == s`.
        """
        known = {spec.name for spec in fields(cls)} | {"retract", "unretract"}
        if unknown := sorted(str(name) for name in set(values) - known):
            raise InputError(
                f"{', '.join(unknown)[:200]}: no such part of a scenario",
                where="scenario",
                hint="the parts are " + ", ".join(sorted(known)),
            )
        texts = {name: parse_texts(values.get(name), name) for name in known - {"under"}}
        marked = [parse_mark(text, vocabulary) for text in texts["mark"]]
        marked += [parse_mark(f"{work}={RETRACTED}", vocabulary) for work in texts["retract"]]
        marked += [parse_mark(f"{work}={CURRENT}", vocabulary) for work in texts["unretract"]]
        made = cls(
            drop_work=_sorted(texts["drop_work"]),
            drop_claim=_sorted(texts["drop_claim"]),
            drop_entity=_sorted(texts["drop_entity"]),
            drop_evidence=_sorted(texts["drop_evidence"]),
            add=tuple(sorted({parse_assumption(text, vocabulary) for text in texts["add"]})),
            set=tuple(sorted({one for text in texts["set"] for one in parse_settings(text, vocabulary)})),
            mark=tuple(sorted(set(marked))),
            under=parse_under(values.get("under"), vocabulary),
        )
        refuse_twice("add", [one.claim for one in made.add])
        refuse_twice("add", [*made.drop_claim, *(one.claim for one in made.add)], "is dropped and added at once")
        refuse_twice("set", [f"{item} {name}" for item, name, _ in made.set])
        refuse_twice("mark", [work for work, _ in made.mark])
        return made

    @classmethod
    def read(cls, text: str, vocabulary: Vocabulary, *, source: str = "scenario") -> Scenario:
        """Read the JSON document of a scenario.

        Raises:
            ParseFailure: the text is not JSON, longer than 100,000 characters, or no object.
        """
        if len(text) > LONGEST:
            raise ParseFailure(f"{len(text)} characters, at most {LONGEST} are read", source=source, raw=text[:80])
        try:
            values = json.loads(text, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as fault:
            raise ParseFailure(
                f"this is not JSON: {fault}", source=source, raw=text[:80], hint='write {"drop_work": ["KEY"]}'
            ) from fault
        if not isinstance(values, dict):
            raise ParseFailure("a scenario is a JSON object", source=source, raw=text[:80])
        return cls.parse(values, vocabulary)

    def document(self) -> dict[str, Any]:
        """Return the parts that are not empty, in the words that `parse` reads, sorted."""
        parts: dict[str, Any] = {
            "add": [str(one) for one in self.add],
            "drop_claim": list(self.drop_claim),
            "drop_entity": list(self.drop_entity),
            "drop_evidence": list(self.drop_evidence),
            "drop_work": list(self.drop_work),
            "mark": [f"{work}={status}" for work, status in self.mark],
            "set": [f"{item} {name}={value}" for item, name, value in self.set],
            "under": {name: list(value) if isinstance(value, tuple) else value for name, value in self.under},
        }
        return {name: value for name, value in parts.items() if value}

    def with_parts(self, other: Scenario, vocabulary: Vocabulary) -> Scenario:
        """Return both scenarios at once; criteria of the other come first.

        Raises:
            InputError: they contradict each other.
        """
        mine, theirs = self.document(), other.document()
        joined = {
            name: [*mine.get(name, []), *theirs.get(name, [])] for name in (mine.keys() | theirs.keys()) - {"under"}
        }
        return Scenario.parse({**joined, "under": {**mine.get("under", {}), **theirs.get("under", {})}}, vocabulary)

    @property
    def id(self) -> str:
        """26 base32 characters that the same scenario has everywhere."""
        return fingerprint(canonical(self.document()))

    def criteria(self, criteria: Criteria) -> Criteria:
        """Return the criteria of a question with those of `under` in their place."""
        return replace(criteria, **dict(self.under))

    def apply(self, network: Network) -> tuple[Network, tuple[KgError, ...]]:
        """Return the network of this scenario, and what it names that the record does not have or allow.

        Args:
            network: That of the question; where `under` is given, that of the criteria which `criteria` returns,
                since they may read another revision.

        Laws: equals `Network.build` of the snapshot, criteria and assumptions that the scenario makes; dropping a
        work equals building the network of a record without its evidence.

        Cost: linear in what the scenario touches, and a copy of the tables; a build when entities are dropped.
        """
        snapshot, vocabulary = network.snapshot, network.vocabulary
        faults: list[KgError] = []
        works = _known(
            self.drop_work,
            lambda key, where: key if key in snapshot.works else snapshot.work(key, where=where).id,
            "drop_work",
            faults,
        )
        touched = {claim for work in works for claim in snapshot.claims_resting_on(work)}
        records: dict[tuple[str, str], Record] = {}
        for claim in _known(self.drop_claim, snapshot.claim, "drop_claim", faults):
            records["claim", claim.id] = replace(claim, status=REVOKED)
        for entity in _known(self.drop_entity, snapshot.entity, "drop_entity", faults):
            records["entity", entity.id] = replace(entity, status=REVOKED)
        items: dict[str, Evidence] = {}
        for id, name, value in self.set:
            for item in _known([id], snapshot.item, "set", faults):
                items[item.id] = replace(items.get(item.id, item), **{name: value})
        for item in _known(self.drop_evidence, snapshot.item, "drop_evidence", faults):
            items[item.id] = replace(item, status=REVOKED)
        records |= {("evidence", id): item for id, item in items.items()}
        for id, status in self.mark:
            for work in _known([id], snapshot.work, _MARKED.get(status, "mark"), faults):
                records["work", work.id] = replace(work, status=status)
        assumed = dict(network.assumed)
        for one in self.add:
            try:
                ends = [snapshot.entity(end).type for end in (one.subject, one.object)]
                vocabulary.check_ends(one.relation, *ends)
            except (NotFound, ShapeViolation) as fault:
                fault.where = "add"
                faults.append(fault)
                continue
            fresh = Claim(one.claim, one.subject, one.relation, one.object)
            records["claim", one.claim] = replace(snapshot.claims.get(one.claim, fresh), status=ACCEPTED)
            assumed[one.claim] = one.opinion
        other = snapshot.with_changes(Change(kind_of(record), record) for record in records.values())
        without = tuple(sorted({*network.criteria.without_work, *works}))
        criteria = replace(network.criteria, without_work=without)
        if any(kind == "entity" for kind, _ in records):
            return Network.build(other, criteria, vocabulary, assumed), tuple(faults)
        touched = touched.union(*map(snapshot.touched_by, records.values()))
        return network.reread(other, criteria, sorted(touched), assumed), tuple(faults)


def _known(ids: Iterable[str], get: Callable[..., Any], where: str, faults: list[KgError]) -> list[Any]:
    """Return what is there of what the part `where` of the scenario names; the rest goes to the faults."""
    found = []
    for id in ids:
        try:
            found.append(get(id, where=where))
        except NotFound as fault:
            faults.append(fault)
    return found


def _sorted(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(texts)))


def _refuse_constant(word: str) -> float:
    raise ValueError(f"{word} is not a number")
