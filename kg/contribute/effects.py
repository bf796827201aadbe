"""What records change: beliefs of claims and answers about pairs, before and after.

Lives here: `network_with`, `effect`. May enter: a network, records as they shall stand. Never here: writing, doors.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kg.contribute.states import Key
from kg.engine import links_to
from kg.model import Change, Claim, Entity, Evidence, Record, Revision, Text, Work, kind_of
from kg.network import Network
from kg.question.compare import Comparison
from kg.question.compare_said import NOW, Moments
from kg.snapshot import Snapshot

IF_ACCEPTED = Moments(NOW, Text("If this is accepted", "若予以接受"))
THEN = Moments(Text("Before", "此前"), Text("Now", "现在"))
Document = dict[str, Any]
BUDGET = 1_500_000
"""What may be searched: rows times links of the network to the power of 1.5. A few hundred rows at 200 links, one at
10,000, none above 13,000: there an act tells claims and beliefs alone."""


def network_with(network: Network, records: Iterable[Record]) -> Network:
    """Return the network in which some records stand otherwise, or are new.

    Law: equals `Network.build` of the snapshot with these records.

    Cost: linear in the evidence of the claims they touch, and a copy of the tables; a build when an entity comes or
    goes.
    """
    changes = tuple(Change(kind_of(record), record) for record in records)
    snapshot = network.snapshot
    made = snapshot.apply(Revision(snapshot.revision, snapshot.recorded_at or "", "", "", None, "", "", changes))
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
    touched: set[str] = set()
    for record in records:
        if isinstance(record, Entity):
            touched |= {claim.id for claim in (*snapshot.claims_from(record.id), *snapshot.claims_to(record.id))}
        elif isinstance(record, Claim):
            touched.add(record.id)
        elif isinstance(record, Evidence):
            touched.add(record.claim)
        elif isinstance(record, Work):
            touched |= {item.claim for item in snapshot.evidence_from(record.id)}
    return frozenset(touched)


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
        `BUDGET` allows; then `complete` is false and `limits` names "rows".
    """
    comparison = Comparison(before, after, moments, touched_by(records, after.snapshot))
    limits: set[str] = set()
    sources, targets = comparison.ends(rows, cols)
    most = int(BUDGET / max(1, len(after.links)) ** 1.5)
    near = _nearest(comparison, sources, max_links) if most else sources if comparison.changed else []
    if len(near) > most:
        limits.add("rows")
    pairs = comparison.pairs(near[:most], targets, max_links=max_links, lang=lang, limits=limits) if most else []
    return {
        "beliefs": [
            {"claim": id, "belief": [net.opinion(id).document() for net in comparison.networks]} for id in claims
        ],
        "claims": comparison.claims(lang=lang),
        "changes": pairs,
        "complete": not limits,
        "limits": sorted(limits),
    }


def _nearest(comparison: Comparison, rows: Sequence[str], max_links: int) -> list[str]:
    """Return the rows from which a changed claim can be reached, those with the fewest links to it first.

    Under the criterion `narrower` a row may stand for others, so all rows stay.
    """
    if comparison.before.criteria.narrower:
        return list(rows)
    away: dict[str, int] = {}
    for net in comparison.networks:
        subjects = frozenset(net.links[claim][0] for claim in comparison.changed if claim in net.links)
        for node, links in links_to(net.backward, subjects, max_links - 1).items():
            id = net.ids[node]
            away[id] = min(links, away.get(id, links))
    return sorted((row for row in rows if row in away), key=lambda row: (away[row], row))


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
