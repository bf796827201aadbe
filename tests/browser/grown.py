"""Graphs of any size, shaped like a literature: few entities with many claims, many with few; families, disputes."""

from __future__ import annotations

import random
from pathlib import Path

import kg
from kg.ids import claim_id
from kg.model import Change, Claim, Entity, Evidence, Text, Work, kind_of

TYPES = ("Technique", "Technique", "Factor", "Capability", "Risk", "Mitigation", "Actor")
RELATIONS = {
    "Technique": ("raises", "lowers", "enables"),
    "Factor": ("raises", "lowers"),
    "Capability": ("raises", "enables"),
    "Risk": ("raises",),
    "Mitigation": ("mitigates",),
    "Actor": ("affects",),
}
WORDS = ("adaptive", "sparse", "federated", "hidden", "robust", "latent", "modular", "aligned", "open", "layered")
THINGS = ("tuning", "transfer", "memory", "oversight", "release", "audit", "filter", "data", "access", "cost")


def grown(folder: Path, *, entities: int, claims: int, seed: int = 5) -> kg.Graph:
    """A graph of so many entities and claims; the same seed gives the same record. Close its store afterwards."""
    chance = random.Random(seed)
    made: list[Entity | Claim | Work | Evidence] = []
    kinds: dict[str, str] = {}
    for at in range(entities):
        kind = TYPES[at % len(TYPES)]
        words = f"{chance.choice(WORDS)} {chance.choice(WORDS)} {chance.choice(THINGS)}"
        above = f"e{at - 7 * (1 + at % 3)}" if at > 60 and at % 3 else None
        id = f"e{at}"
        kinds[id] = kind
        made.append(Entity(id, kind, Text(f"{words.capitalize()} {at}", f"实体{at}"), broader=above))
    made += [
        Work(f"w{at}", "article-journal", f"Study {at}", ("Doe, Jo",), 1990 + at % 35)
        for at in range(max(1, claims // 3))
    ]
    ids = list(kinds)
    seen: set[str] = set()
    while len(seen) < claims:
        subject = ids[int(len(ids) * chance.random() ** 2)]
        object = ids[int(len(ids) * chance.random() ** 2)]
        relation = chance.choice(RELATIONS[kinds[subject]])
        id = claim_id(subject, relation, object)
        if subject == object or id in seen:
            continue
        seen.add(id)
        made.append(Claim(id, subject, relation, object))
        for part in range(1 + chance.randrange(2)):
            stance = "disputes" if part and chance.random() < 0.3 else "supports"
            key = f"w{chance.randrange(max(1, claims // 3))}"
            item = f"{key}.{len(seen):010d}{part:02d}"
            made.append(
                Evidence(
                    item, id, key, stance, "empirical-experiment", "moderate", f"Passage {len(seen)}.", "full-text"
                )
            )
    graph = kg.open(f"sqlite:///{folder}/grown-{entities}.db", empty=True, ontology=(), lang="en")
    graph.write([Change(kind_of(record), record) for record in made], actor="test", act="grow")
    return graph
