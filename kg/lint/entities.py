"""Rules about entities: whether anything leads to them, what they are called, where they stand in the hierarchy.

May enter: a bench. Never here: severities and messages (rules).
"""

from __future__ import annotations

from collections.abc import Iterator

from kg.engine import links_to
from kg.lint.bench import Bench, Found, in_words
from kg.model import Text
from kg.snapshot import names_of


def isolated(bench: Bench) -> Iterator[Found]:
    """Find entities that no claim mentions, neither they nor anything narrower."""
    used = {end for claim in bench.claims for end in (claim.subject, claim.object)}
    for entity in bench.entities:
        if used.isdisjoint(bench.snapshot.within(entity.id)):
            yield Found("entity", entity.id)


def unreached(bench: Bench) -> Iterator[Found]:
    """Find harms that claims mention, but that no path from any cause leads to: `raises` never speaks of them."""
    network = bench.network
    sources = frozenset(network.index[id] for id in _of_role(bench, "cause") if id in network.index)
    reached = {network.ids[node] for node in links_to(network.forward, sources, len(network.ids))}
    mentioned = {end for claim in bench.claims for end in (claim.subject, claim.object)}
    for id in _of_role(bench, "harm"):
        if id in mentioned and reached.isdisjoint(bench.snapshot.within(id)):
            yield Found("entity", id)


def of_one_name(bench: Bench) -> Iterator[Found]:
    """Find entities that others share an id, label or alias with, in the sense of `Snapshot.named`; one for each."""
    standing = {entity.id for entity in bench.entities}
    for entity in bench.entities:
        for name in names_of(entity):
            others = sorted((bench.snapshot.called(name) & standing) - {entity.id})
            if others:
                yield Found("entity", entity.id, {"name": name, "others": ", ".join(others)})
                break


def without_chinese_label(bench: Bench) -> Iterator[Found]:
    """Find entities without a Chinese label."""
    yield from (Found("entity", entity.id) for entity in bench.entities if entity.label.zh is None)


def without_definition(bench: Bench) -> Iterator[Found]:
    """Find entities without a definition."""
    yield from (Found("entity", entity.id) for entity in bench.entities if entity.definition is None)


def without_chinese_definition(bench: Bench) -> Iterator[Found]:
    """Find entities that are defined in English only."""
    for entity in bench.entities:
        if entity.definition is not None and entity.definition.zh is None:
            yield Found("entity", entity.id)


def in_a_ring(bench: Bench) -> Iterator[Found]:
    """Find entities that are, by several steps, broader than themselves."""
    entities = bench.whole.entities
    for id in entities:
        above: list[str] = []
        at = entities[id].broader
        while at is not None and at in entities and at not in above:
            above.append(at)
            at = entities[at].broader
        if id in above:
            yield Found("entity", id, {"ring": " < ".join([id, *above[: above.index(id)], id])})


def below_another_type(bench: Bench) -> Iterator[Found]:
    """Find entities whose broader entity is of another type, neither above nor below their own."""
    vocabulary = bench.vocabulary
    for entity in bench.entities:
        above = None if entity.broader is None else bench.snapshot.entities.get(entity.broader)
        if above is None:
            continue
        related = entity.type in vocabulary.subtypes(above.type) or above.type in vocabulary.subtypes(entity.type)
        if not related:
            types = vocabulary.entity_types
            words: dict[str, str | Text] = {
                "type": in_words(types, entity.type),
                "broader": above.id,
                "other": in_words(types, above.type),
            }
            yield Found("entity", entity.id, words)


def _of_role(bench: Bench, role: str) -> list[str]:
    types = {below for type_ in bench.vocabulary.types_with_role(role) for below in bench.vocabulary.subtypes(type_)}
    return [entity.id for entity in bench.entities if entity.type in types]
