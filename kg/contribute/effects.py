"""What records change: beliefs of claims and answers about pairs, before and after.

Lives here: `network_with`, `effect`. May enter: a network, records as they shall stand.
Never here: writing, doors.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kg.contribute.states import Key
from kg.model import Change, Claim, Entity, Evidence, Record, Text, kind_of
from kg.network import Network
from kg.question import reach
from kg.question.compare import Comparison
from kg.question.compare_said import NOW, Moments
from kg.snapshot import Snapshot

IF_ACCEPTED = Moments(NOW, Text("If this is accepted", "若予以接受"))
IF_UNDONE = Moments(NOW, Text("If this is undone", "若予以撤销"))
THEN = Moments(Text("Before", "此前"), Text("Now", "现在"))
Document = dict[str, Any]


def network_with(network: Network, records: Iterable[Record]) -> Network:
    """Return the network in which some records stand otherwise, or are new.

    Law: equals `Network.build` of the snapshot with these records.

    Cost: linear in the evidence of the claims they touch, and a copy of the tables; a build when an entity comes or
    goes.
    """
    changes = tuple(Change(kind_of(record), record) for record in records)
    snapshot = network.snapshot
    made = snapshot.with_changes(changes)
    counts, status = network.criteria.status_counts, network.vocabulary.status
    for change in changes:
        known = snapshot.entities.get(change.id) if isinstance(change.record, Entity) else None
        before = known is not None and counts(status(known.status))
        if isinstance(change.record, Entity) and before != counts(status(change.record.status)):
            return Network.build(made, network.criteria, network.vocabulary, network.assumed)
    touched = touched_by((change.record for change in changes), made)
    return network.reread(made, network.criteria, sorted(touched), network.assumed)


def touched_by(records: Iterable[Record], snapshot: Snapshot) -> frozenset[str]:
    """Return all claims that may stand otherwise when these records do."""
    return frozenset().union(*map(snapshot.touched_by, records))


def effect(
    before: Network,
    after: Network,
    moments: Moments,
    *,
    records: Iterable[Record],
    claims: Sequence[str] = (),
    rows: str | None = None,
    cols: str | None = None,
    max_links: int = 6,
    lang: str = "en",
) -> Document:
    """Return how beliefs and answers differ between two networks.

    Args:
        before: As it stands.
        after: As it will stand.
        moments: What the two are called in sentences.
        records: At least all records that differ between the two.
        claims: Claims whose belief is told even when it stays the same.
        rows: Entity type where paths begin; None for all causes.
        cols: Entity type where they end; None for all harms.
        max_links: Most claims in a path, 1 to 12.
        lang: Language of the sentences.

    Returns:
        `{"beliefs": [{"claim", "belief": [before, after]}], "claims": [...], "changes": [...], "complete", "limits"}`:
        the claims asked for; every claim and every pair of a cause and a harm that stands otherwise, see
        `kg.question.compare`. In a large record only the causes nearest to what changed are looked at, as many as
        `kg.question.reach.BUDGET` allows; then `complete` is false and `limits` names "rows".
    """
    comparison = Comparison(before, after, moments, touched_by(records, after.snapshot))
    limits: set[str] = set()
    pairs = reach.pairs(comparison, rows, cols, max_links=max_links, lang=lang, limits=limits)
    return {
        "beliefs": [
            {"claim": id, "belief": [net.opinion(id).document() for net in comparison.networks]} for id in claims
        ],
        "claims": comparison.claims(lang=lang),
        "changes": pairs,
        "complete": not limits,
        "limits": sorted(limits),
    }


def claims_of(records: Iterable[Record]) -> list[str]:
    """Return the claims that records are, or bear on."""
    found: set[str] = set()
    for record in records:
        if isinstance(record, Claim):
            found.add(record.id)
        elif isinstance(record, Evidence):
            found.add(record.claim)
    return sorted(found)


def keys(changes: Iterable[Change]) -> list[Key]:
    """Return kind and id of each change."""
    return [(change.kind, change.id) for change in changes]
