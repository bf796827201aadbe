"""The terms of the ontology that records use, and those of them that it does not have.

Lives here: `terms_of`, `counted`, `Unknown`. May enter: records by id, the vocabulary.
Never here: which file of an operator has a term, what is asked of the record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from kg.errors import OntologyMissing
from kg.ids import RecordKind
from kg.overlay import Overlay
from kg.vocabulary import Vocabulary

Terms = tuple[str, ...]
FIELDS: dict[RecordKind, tuple[str, ...]] = {
    "entity": ("type", "status"),
    "claim": ("relation", "status"),
    "evidence": ("stance", "kind", "strength", "basis", "status"),
    "work": ("status",),
}
"""The fields of each kind of record that hold terms of the ontology; the status comes last."""
KINDS = {
    "entity": ("entity", "entities"),
    "claim": ("claim", "claims"),
    "evidence": ("item of evidence", "items of evidence"),
    "work": ("work", "works"),
}
NAMED_MOST = 6
REMEDY = "give the Turtle files that define them with --ontology or KG_ONTOLOGY"


@dataclass(frozen=True, slots=True)
class Unknown:
    """What a record uses that the ontology does not have.

    Attributes:
        counts: How many records of each kind use such terms; kinds without any are left out.
        words: These terms, sorted.
    """

    counts: Mapping[str, int]
    words: tuple[str, ...]

    @classmethod
    def of(cls, used: Mapping[Terms, int], vocabulary: Vocabulary) -> Unknown:
        """Look which terms are not known; records that nobody will ever count again may use any.

        Args:
            used: How many records use which terms, as `terms_of` gives them.
            vocabulary: The ontology.

        Cost: linear in the different ways to use terms, not in the records.
        """
        counts: Counter[str] = Counter()
        words: set[str] = set()
        for (kind, *given), count in used.items():
            if count <= 0:
                continue
            known = _known(kind, vocabulary)
            stands = known[-1].get(given[-1])
            missing = {word for word, terms in zip(given, known, strict=True) if word not in terms}
            if missing and (stands is None or stands.counts or stands.on_request):
                counts[kind] += count
                words |= missing
        return cls(dict(counts), tuple(sorted(words)))

    @property
    def sentence(self) -> str:
        """What is the matter, without a full stop.

        Example:
            >>> Unknown({"entity": 2, "claim": 1}, ("Disease", "emits")).sentence
            '2 entities and 1 claim use terms that the ontology does not have (Disease, emits)'
        """
        told = [f"{self.counts[kind]:,} {name[self.counts[kind] != 1]}" for kind, name in KINDS.items()
                if kind in self.counts]  # fmt: skip
        who = " and ".join((", ".join(told[:-1]), told[-1])) if len(told) > 1 else told[0]
        verb = "uses" if sum(self.counts.values()) == 1 else "use"
        more = "" if len(self.words) <= NAMED_MOST else f" and {len(self.words) - NAMED_MOST} more"
        return f"{who} {verb} terms that the ontology does not have ({', '.join(self.words[:NAMED_MOST])}{more})"

    def refuse(self) -> None:
        """Pass when every term is known.

        Raises:
            OntologyMissing: says which are not, and what to do.
        """
        if self.words:
            raise OntologyMissing(self.sentence, where="ontology", hint=REMEDY)


def terms_of(kind: RecordKind, record: Any) -> Terms:
    """Return the kind of a record and the terms of the ontology that it uses, in the order of `FIELDS`."""
    return (kind, *(getattr(record, name) for name in FIELDS[kind]))


def counted(kind: RecordKind, records: Mapping[str, Any]) -> Counter[Terms]:
    """Count what `terms_of` gives for records; what columns hold is counted without making the records."""
    if isinstance(records, Overlay):
        below = counted(kind, records.base)
        below.update(terms_of(kind, one) for one in records.own.values())
        covered = [id for id in {*records.own, *records.gone} if id in records.base]
        below.subtract(terms_of(kind, records.base[id]) for id in covered)
        return below
    at_once: Callable[[], Mapping[Terms, int]] | None = getattr(records, "terms", None)
    return Counter(terms_of(kind, one) for one in records.values()) if at_once is None else Counter(at_once())


def _known(kind: str, vocabulary: Vocabulary) -> tuple[Any, ...]:
    """Return what the ontology has for each field of a kind of record, its statuses last."""
    if kind == "entity":
        return vocabulary.entity_types, vocabulary.statuses
    if kind == "claim":
        return vocabulary.relations, vocabulary.statuses
    if kind == "work":
        return (vocabulary.work_statuses,)
    rest: tuple[Collection[str], ...] = (vocabulary.stances, vocabulary.study_kinds, vocabulary.strengths)
    return (*rest, vocabulary.bases, vocabulary.statuses)
