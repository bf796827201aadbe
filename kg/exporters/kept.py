"""What an export holds: everything, or what the criteria keep.

Lives here: `kept`. May enter: a network under the criteria. Never here: formats.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import fields, replace

from kg.criteria import Criteria
from kg.model import Claim, Record
from kg.network import Network
from kg.snapshot import Snapshot

OF_QUESTIONS = frozenset({"as_of", "block", "narrower"})
"""Criteria that say when, or how a question walks, and keep no record from counting."""


def kept(network: Network) -> Network:
    """Return the network of what is exported, under the same criteria.

    Without criteria (or with none but those of questions) that is every record, whatever its status. Otherwise it is
    the evidence that counts, the claims it bears on and the works it comes from, and the entities whose status counts.
    References to what is left out are taken out of the records that stay.

    Laws: what is kept counts; the beliefs of the claims that stay are the same; keeping again keeps all.

    Example:
        >>> from kg.vocabulary import load
        >>> kept(Network.build(Snapshot.of(0, None, []), Criteria(known_in=2024), load())).snapshot.works
        {}
    """
    criteria, snapshot = network.criteria, network.snapshot
    given = {spec.name for spec in fields(Criteria) if getattr(criteria, spec.name) != spec.default}
    if given <= OF_QUESTIONS:
        return network
    allowed = {id for relation in criteria.relation for id in network.vocabulary.subrelations(relation)}
    entities = {id: snapshot.entities[id] for id in network.ids}
    items = {item.id: item for claim in network.weighings for item in network.counting(claim)}
    items = {
        id: item
        for id, item in items.items()
        if _whole(snapshot.claims[item.claim], entities)
        and (not allowed or snapshot.claims[item.claim].relation in allowed)
    }
    records: list[Record] = [
        *(entity if entity.broader in entities else replace(entity, broader=None) for entity in entities.values()),
        *(snapshot.claims[id] for id in sorted({item.claim for item in items.values()})),
        *(item if item.supersedes in items else replace(item, supersedes=None) for item in items.values()),
        *(snapshot.works[id] for id in sorted({item.work for item in items.values()})),
    ]
    rest = Snapshot.of(snapshot.revision, snapshot.recorded_at, records)
    return Network.build(rest, criteria, network.vocabulary, network.assumed)


def _whole(claim: Claim, entities: Container[str]) -> bool:
    return claim.subject in entities and claim.object in entities
