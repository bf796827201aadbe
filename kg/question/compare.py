"""What differs between two answers: claims, paths, and pairs with their direction and reliability.

Lives here: the one comparison that what-if, retraction, the two clocks and robustness share. May enter: two networks
of one vocabulary. Never here: how the second network came about, doors.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kg.belief import chain
from kg.engine import Path, links_to, nodes_on
from kg.network import Network
from kg.question import compare_said, raises
from kg.question.answers import sides
from kg.question.compare_said import Moments
from kg.question.standing import (
    DAMAGE,
    HOLDING,
    Signed,
    Standing,
    kind_of_change,
    kind_of_order,
    lines_of,
    shown_of,
    standing,
    state_of,
    strength_of,
)

Document = dict[str, Any]
Pair = tuple[str, str]
NOWHERE: tuple[Signed, bool] = ({}, True)


@dataclass(frozen=True)
class Comparison:
    """Two networks, what their moments are called, and, where that is known, all claims that may differ."""

    before: Network
    after: Network
    moments: Moments
    touched: frozenset[str] | None = None

    @property
    def networks(self) -> tuple[Network, Network]:
        """Before, after."""
        return self.before, self.after

    @cached_property
    def changed(self) -> frozenset[str]:
        """The claims whose state, opinion or part in paths differs. Cost: linear in the claims, or in those touched."""
        if self.touched is not None:
            return frozenset(id for id in self.touched if shown_of(self.before, id) != shown_of(self.after, id))
        old, new = self.before.weighings, self.after.weighings
        ids = {id for id, weighing in new.items() if old.get(id) is not weighing} | (old.keys() - new.keys())
        ids |= self.before.links.keys() ^ self.after.links.keys()
        ids |= self.before.assumed.keys() | self.after.assumed.keys()
        return frozenset(id for id in ids if shown_of(self.before, id) != shown_of(self.after, id))

    def claims(self, *, lang: str) -> list[Document]:
        """Return the claims that differ, the gravest first.

        Returns:
            `[{"claim", "kind", "state", "takes_part", "belief", "because", "explanation"}, ...]`. State, part in
            paths and belief are pairs: before, after. A state is absent (also: its own status does not count),
            unsupported, disputed (by all that counts), contested, supported or assumed. `kind` is lost or gained
            when its support or its part in paths is, else weaker or stronger, "none" when only the state differs.
            `because` names the works whose evidence counts otherwise.
        """
        entries: list[Document] = []
        for id in sorted(self.changed):
            parts = [id in net.links for net in self.networks]
            opinions = [net.opinion(id) for net in self.networks]
            states = [state_of(net, id) for net in self.networks]
            kind = kind_of_order(*map(strength_of, opinions))
            held = [(state in HOLDING, part) for state, part in zip(states, parts, strict=True)]
            if held[0] != held[1]:
                kind = "lost" if held[0] > held[1] else "gained"
            entry: Document = {
                "claim": id,
                "kind": kind,
                "state": states,
                "takes_part": parts,
                "belief": [
                    None if state == "absent" else one.document() for state, one in zip(states, opinions, strict=True)
                ],
                "because": self._works([id]),
            }
            entry["explanation"] = compare_said.claim(self.before, self.after, self.moments, entry, lang=lang)
            entries.append(entry)
        step = {entry["claim"]: abs(_expected(self.after, entry) - _expected(self.before, entry)) for entry in entries}
        return sorted(entries, key=lambda entry: (DAMAGE.index(entry["kind"]), -step[entry["claim"]], entry["claim"]))

    def ends(
        self, rows: str | None, cols: str | None, *, source: str | None = None, target: str | None = None
    ) -> tuple[list[str], list[str]]:
        """Return the entities of either side that are of two types, by default all causes and all harms.

        `source` stands for all rows, `target` for all columns.

        Raises:
            UnknownTerm: no such type of entity.
        """
        found = [ends(net, rows, cols, source=source, target=target) for net in self.networks]
        return sorted({*found[0][0], *found[1][0]}), sorted({*found[0][1], *found[1][1]})

    def pairs(
        self, rows: Sequence[str], cols: Sequence[str], *, max_links: int, lang: str, limits: set[str]
    ) -> list[Document]:
        """Return the pairs that stand otherwise, the gravest first; only what a changed claim reaches is asked again.

        Args:
            rows: Ids of the entities where paths begin.
            cols: Ids of the entities where they end.
            max_links: Most claims in a path.
            lang: Language of the sentences.
            limits: Takes up the names of limits that cut in: "pops", "rows" where the first rows alone were asked, and
                "reliability" where it was left aside.

        Returns:
            As `pair`, with `before` and `after`: `{"direction", "best", "opposing"}`, null where there is no path.

        Law: equals comparing every pair of the two whole matrices.
        """
        entries: list[Document] = []
        both = [
            {
                (row, col): (by_sign, whole)
                for row, col, by_sign, whole in raises.pairs(net, some, cols, max_links, limits)
            }
            for some in [raises.within(self._touched(rows, max_links), cols, limits)]
            for net in self.networks
        ]
        for pair in sorted(both[0].keys() | both[1].keys()):
            (old, old_whole), (new, new_whole) = (found.get(pair, NOWHERE) for found in both)
            whole = old_whole and new_whole
            every = frozenset(_claims_of(old)) | frozenset(_claims_of(new))
            if whole and old == new and not self.changed & every:
                continue
            limits |= set() if whole else {"reliability"}
            stands = standing(self.before, old, reliable=whole), standing(self.after, new, reliable=whole)
            entry = self.pair(*pair, *stands, every=every, lang=lang)
            if entry is not None:
                shown = {
                    word: sides(net, by_sign, lang=lang)
                    for word, net, by_sign in (("before", self.before, old), ("after", self.after, new))
                }
                entries.append({**entry, **shown})
        return sorted(entries, key=_gravity)

    def pair(
        self,
        source: str,
        target: str,
        before: Standing | None,
        after: Standing | None,
        *,
        every: frozenset[str],
        lang: str,
    ) -> Document | None:
        """Return how one pair differs, None when it does not.

        Args:
            source: Where the pair's paths begin.
            target: Where they end.
            before: How the pair stood.
            after: How it stands.
            every: The claims of all its paths on both sides, as far as they are known.
            lang: Language of the sentence.

        Returns:
            `{"kind", "source", "target", "direction", "sign", "expected", "belief", "opposing", "reliability",
            "because": {"claims", "works"}, "explanation"}`. Pairs, before and after: direction, sign, expected value
            and belief of the best path, belief of the best one of the other sign, reliability.
        """
        kind = kind_of_change(before, after)
        if kind == "none":
            return None
        shown = frozenset().union(*(one.claims for one in (before, after) if one is not None))
        moved = sorted(self.changed & shown or self.changed & every)
        both = before, after
        entry: Document = {
            "kind": kind,
            "source": source,
            "target": target,
            "direction": [None if one is None else one.direction for one in both],
            "sign": [None if one is None else one.sign for one in both],
            "expected": [None if one is None else one.best.opinion.expected for one in both],
            "belief": [None if one is None else one.best.opinion.document() for one in both],
            "opposing": [
                None if one is None or one.opposing is None else one.opposing.opinion.document() for one in both
            ],
            "reliability": [None if one is None else one.reliability() for one in both],
            "because": {"claims": moved, "works": self._works(moved)},
        }
        entry["explanation"] = compare_said.pair(self.before, self.after, self.moments, entry, lang=lang)
        return entry

    def paths(
        self, source: str, target: str, before: Sequence[Path], after: Sequence[Path], *, max_links: int
    ) -> list[Document]:
        """Return how the paths of two lists differ, the gravest first.

        A path that a longer list would show is not lost: both networks are asked whether it leads there.

        Returns:
            `[{"kind", "sign", "entities", "claims", "belief": [before, after], "place": [before, after]}, ...]`;
            belief is null where the path does not exist, place (from 1) where it is not in the list.
        """
        entries: list[Document] = []
        for path in dict.fromkeys([*before, *after]):
            leads = [_leads(net, source, target, path, max_links) for net in self.networks]
            opinions = [
                chain([net.opinion(claim) for claim in path]) if there else None
                for net, there in zip(self.networks, leads, strict=True)
            ]
            old, new = opinions
            kind = "gained" if old is None else "lost"
            if old is not None and new is not None:
                kind = kind_of_order(strength_of(old), strength_of(new))
            if kind == "none":
                continue
            net = self.before if leads[0] else self.after
            sign = 1
            for claim in path:
                sign *= net.links[claim][2]
            entries.append(
                {
                    "kind": kind,
                    "sign": sign,
                    "entities": [net.ids[node] for node in nodes_on(net, path)],
                    "claims": list(path),
                    "belief": [None if one is None else one.document() for one in opinions],
                    "place": [some.index(path) + 1 if path in some else None for some in (list(before), list(after))],
                }
            )
        return sorted(entries, key=lambda entry: DAMAGE.index(entry["kind"]))

    def _works(self, claims: Iterable[str]) -> list[str]:
        """Return the works whose items count for or against the claims on one side otherwise than on the other."""
        return sorted(frozenset[str]().union(*(self._works_of(claim) for claim in claims)))

    def _works_of(self, claim: str) -> frozenset[str]:
        known = self._known_works
        if claim not in known:
            known[claim] = frozenset()
            if claim not in self.before.assumed and claim not in self.after.assumed:
                old, new = (dict(lines_of(net, claim)) for net in self.networks)
                known[claim] = frozenset(
                    work for line, work in {**old, **new}.items() if (line in old) != (line in new)
                )
        return known[claim]

    @cached_property
    def _known_works(self) -> dict[str, frozenset[str]]:
        return {}

    def _touched(self, rows: Sequence[str], max_links: int) -> list[str]:
        """Return the rows from which a changed claim can be reached, on one side at least."""
        if _asks(self.before) != _asks(self.after):
            return list(rows)
        near: set[str] = set()
        for net in self.networks:
            subjects = frozenset(net.links[claim][0] for claim in self.changed if claim in net.links)
            near |= {net.ids[node] for node in links_to(net.backward, subjects, max_links - 1)}
        narrower = self.before.criteria.narrower
        within = self.before.snapshot.within
        return [row for row in rows if not near.isdisjoint(within(row) if narrower else (row,))]


def ends(
    network: Network, rows: str | None, cols: str | None, *, source: str | None = None, target: str | None = None
) -> tuple[list[str], list[str]]:
    """Return where paths begin and where they end: two types of entity, by default all causes and all harms.

    `source` stands for all rows, `target` for all columns.

    Raises:
        UnknownTerm: no such type of entity.
    """
    vocabulary = network.vocabulary
    found = []
    for id, type_, role, where in ((source, rows, "cause", "rows"), (target, cols, "harm", "cols")):
        types = vocabulary.types_with_role(role) if type_ is None else [vocabulary.entity_type(type_, where=where).id]
        found.append([id] if id is not None else network.of_types(types))
    return found[0], found[1]


def _claims_of(by_sign: Signed) -> Iterator[str]:
    for paths in by_sign.values():
        for path in paths:
            yield from path


def _leads(network: Network, source: str, target: str, path: Path, max_links: int) -> bool:
    """Say whether a path of another network is one in this: its links are there and no node inside is forbidden."""
    if len(path) > max_links or any(claim not in network.links for claim in path):
        return False
    nodes = nodes_on(network, path)
    sources = network.nodes_of(source)
    targets = network.nodes_of(target) - sources
    ends = nodes[0] in sources and nodes[-1] in targets
    return ends and not (sources | targets | network.blocked).intersection(nodes[1:-1])


def _asks(network: Network) -> tuple[Any, ...]:
    """Return what decides, beside claims, where paths run."""
    criteria = network.criteria
    below = {id: one.broader for id, one in network.snapshot.entities.items()} if criteria.narrower else None
    return criteria.block, criteria.narrower, below


def _expected(network: Network, entry: Document) -> float:
    return network.opinion(entry["claim"]).expected


def _gravity(entry: Document) -> tuple[int, float, str, str]:
    before, after = (0.0 if value is None else value for value in entry["expected"])
    return DAMAGE.index(entry["kind"]), -round(abs(after - before), 12), entry["source"], entry["target"]
