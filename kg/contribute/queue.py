"""What waits for review, the oldest first, each with one line that says what it would change.

Lives here: `Place`, `entry`, one-line effects. May enter: a snapshot, versions, a network. Never here: SQL, writing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from kg.contribute.changed import brief
from kg.contribute.effects import network_with
from kg.contribute.quotes import check
from kg.contribute.states import MOVES, Key, Versions, moved, proposal, proposers, why_barred
from kg.errors import BadIdentifier
from kg.holding import of_kind
from kg.ids import RecordKind
from kg.model import ACCEPTED, Claim, Entity, Evidence, Record
from kg.network import Network
from kg.question.compare_said import MEASURES, STATES, of_beliefs
from kg.question.standing import state_of
from kg.sentences import sentence
from kg.snapshot import Snapshot

Document = dict[str, Any]
_CURSOR = re.compile(r"([0-9]{1,18}):(claim|entity|evidence):([^\s]{1,300})")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a record stands in the queue: by the revision that proposed it, then by kind and id."""

    revision: int
    kind: RecordKind
    id: str

    def __str__(self) -> str:
        return f"{self.revision}:{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Place:
        """Read the cursor of a page.

        Raises:
            BadIdentifier: it is none.

        Example:
            >>> Place.parse("7:claim:a--raises--b").id
            'a--raises--b'
        """
        found = _CURSOR.fullmatch(text)
        if found is None:
            raise BadIdentifier(
                f"{text[:80]!r} is no place in the queue", where="after", hint="give the `next` of a page"
            )
        kind: RecordKind = "entity" if found[2] == "entity" else "claim" if found[2] == "claim" else "evidence"
        return cls(int(found[1]), kind, found[3])


def still(snapshot: Snapshot, keys: Iterable[Key], statuses: Iterable[str]) -> list[tuple[RecordKind, Record]]:
    """Return the records of these keys that have one of these statuses in a snapshot."""
    wanted = frozenset(statuses)
    found = [(kind, of_kind(snapshot, kind).get(id)) for kind, id in keys]
    return [(kind, record) for kind, record in found if record is not None and record.status in wanted]


def entry(kind: RecordKind, record: Record, versions: Versions, network: Network, *, lang: str) -> Document:
    """Return a pending record as the queue shows it.

    Returns:
        `{"kind", "id", "status", "says", "proposed_by", "proposed_at", "revision", "last", "needs", "would",
        "blocked"}`: what it says in a sentence; who proposed it, when, in which revision; the last act on it; the
        pending records that accepting it accepts too; what that would change in one line; why it cannot be accepted
        now, in a sentence, or None.
    """
    snapshot = network.snapshot
    first, last = proposal(versions), versions[-1][0]
    found: Document = {
        "kind": kind,
        "id": record.id,
        "status": record.status,
        "says": says(record, network, lang),
        "proposed_by": list(proposers(versions)),
        "proposed_at": first.recorded_at,
        "revision": first.number,
        "last": brief(last),
    }
    bar = why_barred(kind, record, snapshot)
    if bar is not None:
        return found | {"needs": [], "would": _NOTHING[lang], "blocked": bar.get(lang)}
    changes = moved(MOVES["accept"], kind, record, snapshot, versions)
    after = network_with(network, [change.record for change in changes])
    also = [{"kind": one.kind, "id": one.id} for one in changes[1:] if one.record.status == ACCEPTED]
    return found | {"needs": also, "would": _would(record, network, after, lang), "blocked": None}


def says(record: Record, network: Network, lang: str, *, called: Callable[[str], str] = str) -> str:
    """Return what a record says in a sentence: stance and claim of an item, the claim, or the name of an entity.

    Args:
        record: Any record of the network.
        network: What it stands in.
        lang: Language of the sentence.
        called: How the work of an item is called, by its key.
    """
    snapshot, vocabulary = network.snapshot, network.vocabulary
    if isinstance(record, Evidence):
        claim = sentence(snapshot.claims[record.claim], snapshot, vocabulary).get(lang)
        stance = vocabulary.stance(record.stance).label.get(lang)
        who = called(record.work)
        apart = "" if who.endswith("）") else " "
        return f"{who}{apart}{stance}：“{claim}”" if lang == "zh" else f"{who} {stance} “{claim}”"
    if isinstance(record, Claim):
        return sentence(record, snapshot, vocabulary).get(lang)
    if isinstance(record, Entity):
        between = "：" if lang == "zh" else ": "
        return f"{vocabulary.entity_type(record.type).label.get(lang)}{between}{record.label.get(lang)}"
    return record.title


def quote_of(record: Record, snapshot: Snapshot, lang: str) -> Document | None:
    """Return where the quote of an item was found; None for other records."""
    if not isinstance(record, Evidence):
        return None
    return check(record.quote, snapshot.works.get(record.work), record.basis).document(lang)


_NOTHING = {"en": "nothing changes", "zh": "没有变化"}


def _would(record: Record, before: Network, after: Network, lang: str) -> str:
    """Return one line on the claim: its expected value, and whether it begins or ends to take part in paths."""
    if isinstance(record, Entity):
        return {"en": "a new entity that claims can join", "zh": "新增一个可用于论断的实体"}[lang]
    claim = record.claim if isinstance(record, Evidence) else record.id
    nets = before, after
    sure = [net.opinion(claim).expected for net in nets]
    parts = [claim in net.links for net in nets]
    if parts[0] != parts[1]:
        words = {
            "en": ("begins to take part in paths", "no longer takes part in paths"),
            "zh": ("开始参与链条", "不再参与链条"),
        }
        word = words[lang][parts[0] > parts[1]]
        return f"{word} ({sure[1]:.2f})" if lang == "en" else f"{word}（{sure[1]:.2f}）"
    states = [state_of(net, claim) for net in nets]
    measure, texts = of_beliefs([net.opinion(claim).document() for net in nets])
    if texts[0] == texts[1]:
        if states[1] == "unsupported" or states[0] == states[1]:
            return _NOTHING[lang]
        return " → ".join(STATES[state].get(lang) for state in states)
    word = "" if measure == "expected" else f"{MEASURES[measure].get(lang)} "
    return f"{word}{texts[0]} → {texts[1]}"
