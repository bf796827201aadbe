"""A second, smaller way to the life cycle of a record: plain dictionaries, one for each revision. Shares no code."""

from __future__ import annotations

from dataclasses import dataclass, field

Key = tuple[str, str]
State = dict[Key, str]
FROM = {
    "accept": {"proposed", "returned"},
    "reject": {"proposed", "returned"},
    "return": {"proposed"},
    "revoke": {"proposed", "returned", "accepted"},
}
TO = {"accept": "accepted", "reject": "rejected", "return": "returned", "revoke": "revoked"}


@dataclass
class Item:
    """What an evidence item rests on."""

    claim: str
    ends: tuple[str, str]
    revises: str | None = None


@dataclass
class Model:
    """Statuses of all records after each revision, and who proposed what in which."""

    states: list[State] = field(default_factory=lambda: [{}])
    proposed: list[tuple[int, str, set[Key]]] = field(default_factory=list)
    items: dict[str, Item] = field(default_factory=dict)
    claims: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def now(self) -> State:
        """The newest state."""
        return self.states[-1]

    def push(self, after: State) -> None:
        """A new revision."""
        self.states.append(after)

    def propose(self, actor: str, new: dict[Key, str]) -> None:
        """A revision in which somebody proposes records."""
        self.push({**self.now, **new})
        self.proposed.append(
            (len(self.states) - 1, actor, {key for key, status in new.items() if status == "proposed"})
        )

    def proposers(self, key: Key) -> set[str]:
        """Everybody who ever proposed a record."""
        return {actor for _, actor, keys in self.proposed if key in keys}

    def leans_on(self, key: Key) -> list[Key]:
        """What a record needs, one step."""
        kind, id = key
        if kind == "evidence":
            return [("claim", self.items[id].claim)]
        return [("entity", end) for end in self.claims[id]] if kind == "claim" else []

    def decide(self, act: str, key: Key, actor: str, *, two: bool) -> str:
        """Say what becomes of a decision: ok, conflict or forbidden; when it is ok, it is done."""
        if self.now[key] not in FROM[act]:
            return "conflict"
        after = {key: TO[act]}
        if act == "accept":
            waiting = self.leans_on(key)
            while waiting:
                other = waiting.pop()
                if self.now[other] == "accepted":
                    continue
                if self.now[other] not in {"proposed", "returned"}:
                    return "conflict"
                after[other] = "accepted"
                waiting += self.leans_on(other)
        if act == "accept" and key[0] == "evidence" and self.counted_beside(key[1], {*self.above(key[1])}):
            return "conflict"
        if act in {"reject", "revoke"} and key[0] == "evidence":
            after |= self.goes_along(key[1], TO[act], actor, two=two and act == "reject")
        if two and act in {"accept", "reject"} and any(actor in self.proposers(one) for one in after):
            return "forbidden"
        for old in self.above(key[1]) if act == "accept" and key[0] == "evidence" else ():
            if self.now["evidence", old] in {"proposed", "returned", "accepted"}:
                after["evidence", old] = "superseded"
        self.push({**self.now, **after})
        return "ok"

    def goes_along(self, item: str, status: str, actor: str, *, two: bool) -> State:
        """The claim that came with an item, which nothing else speaks of."""
        claim = self.items[item].claim
        key: Key = ("claim", claim)
        about = {id for id, one in self.items.items() if one.claim == claim}
        others = {self.now["evidence", id] for id in about - {item}}
        if self.now[key] not in {"proposed", "returned"} or others & {"proposed", "returned", "accepted"}:
            return {}
        *_, (_, _, together) = (one for one in self.proposed if key in one[2])
        came_with = any(("evidence", id) in together for id in about)
        own = two and actor in self.proposers(key)
        return {key: status} if came_with and not own else {}

    def above(self, item: str) -> list[str]:
        """What an item revises, and what that revises, up to the first."""
        found: list[str] = []
        old = self.items[item].revises
        while old is not None:
            found.append(old)
            old = self.items[old].revises
        return found

    def counted_beside(self, item: str, left_out: set[str]) -> bool:
        """Say whether another item of the same first one is accepted."""
        first = {one: (self.above(one) or [one])[-1] for one in self.items}
        others = {one for one in self.items if first[one] == first[item]} - {item} - left_out
        return any(self.now["evidence", one] == "accepted" for one in others)

    def touched(self, number: int) -> set[Key]:
        """The records that a revision wrote."""
        before, after = self.states[number - 1], self.states[number]
        return {key for key in after if before.get(key) != after[key]}

    def undo(self, number: int, actor: str, *, with_later: bool, two: bool) -> str:
        """Say what becomes of an undo; when it is ok, it is done."""
        undone = {number}
        while True:
            later = {
                other
                for other in range(1, len(self.states))
                for key in self.touched(other)
                if other not in undone and any(key in self.touched(one) and one < other for one in undone)
            }
            if not later:
                break
            if not with_later:
                return "conflict"
            undone |= later
        after: State = {}
        for key in {key for one in undone for key in self.touched(one)}:
            first = min(one for one in undone if key in self.touched(one))
            after[key] = self.states[first - 1].get(key, "revoked")
        changed = {key: status for key, status in after.items() if self.now[key] != status}
        if not changed:
            return "conflict"
        back = [key for key, status in changed.items() if status == "accepted"]
        gone = {id for (kind, id), status in changed.items() if kind == "evidence" and status != "accepted"}
        if any(kind == "evidence" and self.counted_beside(id, gone) for kind, id in back):
            return "conflict"
        if two and any(actor in self.proposers(key) for key in back):
            return "forbidden"
        self.push({**self.now, **changed})
        return "ok"

    def links(self) -> set[str]:
        """The claims that take part in answers: accepted, between accepted ends, with an accepted supporting item."""
        supported = {item.claim for id, item in self.items.items() if self.now["evidence", id] == "accepted"}
        return {
            id
            for id, ends in self.claims.items()
            if self.now["claim", id] == "accepted"
            and id in supported
            and all(self.now["entity", end] == "accepted" for end in ends)
        }
