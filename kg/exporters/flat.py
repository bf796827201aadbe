"""The graph as rows of plain values, for programs that know no beliefs: entities are nodes, claims are edges.

Lives here: `nodes`, `edges`. May enter: networks. Never here: a format.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from kg.network import Network, sign_of

Value: TypeAlias = str | int | float | bool
Row: TypeAlias = dict[str, Value]
JOINT = "; "
NODE_FIELDS = ("id", "label", "label_zh", "type", "definition", "aliases", "broader", "status")
EDGE_FIELDS = (
    "id", "source", "target", "relation", "sign", "expected", "belief", "disbelief", "uncertainty", "low", "high",
    "contested", "groups", "works", "evidence", "conditions", "status", "takes_part",
)  # fmt: skip


def nodes(network: Network) -> Iterator[Row]:
    """Give one row for each entity, by id; every row has `NODE_FIELDS`, text that is missing is empty."""
    for entity in network.snapshot.entities.values():
        values = (
            entity.id,
            entity.label.en,
            entity.label.zh or "",
            entity.type,
            "" if entity.definition is None else entity.definition.en,
            JOINT.join(entity.aliases),
            entity.broader or "",
            entity.status,
        )
        yield dict(zip(NODE_FIELDS, values, strict=True))


def edges(network: Network) -> Iterator[Row]:
    """Give one row for each claim whose ends are nodes, by id; every row has `EDGE_FIELDS`.

    `sign` is +1, -1 or 0; `expected`, `low` and `high` are probabilities, `groups` counts independent groups of
    evidence, `works` are the keys of the works that support the claim, `evidence` counts the items that count.
    `takes_part` says whether paths walk it.
    """
    snapshot = network.snapshot
    for claim in snapshot.claims.values():
        if claim.subject not in snapshot.entities or claim.object not in snapshot.entities:
            continue
        weighing = network.weighing(claim.id)
        opinion = weighing.opinion.document()
        values: tuple[Value, ...] = (
            claim.id,
            claim.subject,
            claim.object,
            claim.relation,
            sign_of(claim, network.vocabulary),
            *(opinion[name] for name in ("expected", "belief", "disbelief", "uncertainty", "low", "high")),
            weighing.contested,
            weighing.groups,
            JOINT.join(network.supporting_works([claim.id])),
            len(network.counting(claim.id)),
            claim.conditions or "",
            claim.status,
            claim.id in network.links,
        )
        yield dict(zip(EDGE_FIELDS, values, strict=True))
