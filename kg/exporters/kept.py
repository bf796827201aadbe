"""What an export holds: everything, or what the criteria keep.

Lives here: `kept`, `lifted`. May enter: a network under the criteria, entities. Never here: formats.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import fields, replace

from kg.criteria import Criteria
from kg.model import Claim, Entity, Evidence, Record, Work, merge_trail
from kg.network import Network
from kg.snapshot import Snapshot

OF_QUESTIONS = frozenset({"as_of", "block", "narrower"})
"""Criteria that say when, or how a question walks, and keep no record from counting."""


def kept(network: Network) -> Network:
    """Return the network of what is exported, under the same criteria.

    Without criteria (or with none but those of questions) that is every record, whatever its status. Otherwise it is
    the evidence that counts, the claims it bears on and the works it comes from, and the entities whose status counts;
    and the merged works that ids of this evidence begin with, without which no reader takes these ids.
    References to what is left out are taken out of the records that stay; an entity stands below the nearest broader
    one that stays.

    Laws: what is kept counts, but for merged works; the beliefs of the claims that stay are the same; keeping again
        keeps all; what is written of it loads into an empty record without failure.

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
        *(lifted(entity, snapshot.entities, entities) for entity in entities.values()),
        *(snapshot.claims[id] for id in sorted({item.claim for item in items.values()})),
        *(item if item.supersedes in items else replace(item, supersedes=None) for item in items.values()),
        *(snapshot.works[id] for id in sorted({id for item in items.values() for id in _works(item, snapshot.works)})),
    ]
    rest = Snapshot.of(snapshot.revision, snapshot.recorded_at, records)
    return Network.build(rest, criteria, network.vocabulary, network.assumed)


def lifted(entity: Entity, entities: Mapping[str, Entity], written: Container[str]) -> Entity:
    """Return an entity below the nearest broader one that is written; below none where none is.

    Args:
        entity: What is to be written.
        entities: All entities, by id.
        written: Ids of those that are written.

    Law: of those that are written, the same are narrower than each.

    Example:
        >>> from kg.model import Text
        >>> some = [Entity("a", "Factor", Text("A")), Entity("b", "Factor", Text("B"), broader="a")]
        >>> some.append(Entity("c", "Factor", Text("C"), broader="b"))
        >>> lifted(some[2], {one.id: one for one in some}, {"a", "c"}).broader
        'a'
    """
    above = entity.broader
    while above is not None and above not in written:
        beyond = entities.get(above)
        above = None if beyond is None else beyond.broader
    return entity if above == entity.broader else replace(entity, broader=above)


def _works(item: Evidence, works: Mapping[str, Work]) -> Iterator[str]:
    """Give the work of an item, and the merged ones that lead to it from the work that its id begins with."""
    yield item.work
    first = works.get(item.id.rpartition(".")[0])
    trail = [] if first is None else merge_trail(first, works.get)[0]
    if item.work in trail:
        yield from trail[: trail.index(item.work)]


def _whole(claim: Claim, entities: Container[str]) -> bool:
    return claim.subject in entities and claim.object in entities
