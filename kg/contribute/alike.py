"""Has somebody said this already? Evidence, claims and entities that resemble a new one.

Lives here: `like_item`, `waiting_beside`, `like_claim`, `like_entity`. May enter: a snapshot, one record.
Never here: refusing; a likeness is told.
"""

from __future__ import annotations

from rapidfuzz import fuzz

from kg.contribute.quotes import folded
from kg.contribute.states import PENDING
from kg.model import Claim, Entity, Evidence, Text
from kg.network import group_of
from kg.snapshot import Snapshot, names_of
from kg.vocabulary import Vocabulary

ALIKE = 85.0
MOST = 10
Document = dict[str, str]
WHY = {
    "revision": Text(
        "a revision of the same item, which waits: at most one of them is accepted",
        "同一条证据的另一修订，正在等待审核：其中至多接受一条",
    ),
    "quote": Text("the same quote", "引文相同"),
    "statement": Text("much the same statement", "陈述大致相同"),
    "locator": Text("the same passage of the same work", "同一文献的同一段落"),
    "group": Text("from the same source: both count once", "出自同一来源：两者只计一次"),
    "ends": Text("joins the same two entities", "连接相同的两个实体"),
    "name": Text("is called {} too: a question has to give the id", "同样叫做“{}”：提问时须给出 id"),
}
BY_SIDE = {
    1: WHY["group"],
    0: Text("from the same source", "出自同一来源"),
    -1: Text(
        "from the same source, on the other side: each counts on its own side", "出自同一来源而立场相反：各在其一方计入"
    ),
}
"""Why two items of one group are alike, by the product of their polarities: a group counts once for each side."""


def like_item(item: Evidence, snapshot: Snapshot, vocabulary: Vocabulary, *, lang: str = "en") -> list[Document]:
    """Return what waits as another revision of an item, on whatever claim; then the items on the same claim that say
    nearly the same or come from the same source, the likest first.

    Returns:
        `[{"id", "status", "like", "why"}]`; `like` is revision, quote, statement, locator or group.
    """
    order = list(WHY)
    rivals = {other.id for other in waiting_beside(item, snapshot)}
    found = [(order.index("revision"), id, "revision") for id in rivals]
    others = (other for other in snapshot.evidence_of(item.claim) if other.id not in {item.id, item.supersedes})
    for other in others:
        if other.id in rivals:
            continue
        like = _like(item, other, snapshot)
        if like is not None:
            found.append((order.index(like), other.id, like))
    told: list[Document] = []
    for _, id, like in sorted(found)[:MOST]:
        other = snapshot.evidence[id]
        why = BY_SIDE[_side(item, vocabulary) * _side(other, vocabulary)] if like == "group" else WHY[like]
        told.append({"id": id, "status": other.status, "like": like, "why": why.get(lang)})
    return told


def waiting_beside(item: Evidence, snapshot: Snapshot) -> list[Evidence]:
    """Return what else waits of the line of an item, by id; not what the item takes the place of at once."""
    return [one for one in snapshot.line(item) if one.status in PENDING and one.id != item.supersedes]


def like_claim(claim: Claim, snapshot: Snapshot, *, lang: str = "en") -> list[Document]:
    """Return other claims that join the same two entities, in either direction."""
    ends = {claim.subject, claim.object}
    others = (*snapshot.claims_from(claim.subject), *snapshot.claims_to(claim.subject))
    return [
        {"id": other.id, "status": other.status, "like": "ends", "why": WHY["ends"].get(lang)}
        for other in sorted(others, key=lambda one: one.id)
        if other.id != claim.id and {other.subject, other.object} == ends
    ][:MOST]


def like_entity(entity: Entity, snapshot: Snapshot, *, lang: str = "en") -> list[Document]:
    """Return other entities that are called by an id, label or alias of this one, in the sense of `Snapshot.named`."""
    shared: dict[str, str] = {}
    for name in names_of(entity):
        for id in snapshot.called(name) - {entity.id}:
            shared.setdefault(id, name)
    return [
        {"id": id, "status": snapshot.entities[id].status, "like": "name", "why": WHY["name"].get(lang).format(name)}
        for id, name in sorted(shared.items())
    ][:MOST]


def _side(item: Evidence, vocabulary: Vocabulary) -> int:
    return vocabulary.stance(item.stance).polarity


def _like(item: Evidence, other: Evidence, snapshot: Snapshot) -> str | None:
    if item.quote and other.quote and folded(item.quote) == folded(other.quote):
        return "quote"
    if fuzz.ratio(folded(item.statement), folded(other.statement)) >= ALIKE:
        return "statement"
    if group_of(item, snapshot) != group_of(other, snapshot):
        return None
    same = item.work == other.work and (item.locator or "").casefold() == (other.locator or "").casefold()
    return "locator" if same and item.locator else "group"
