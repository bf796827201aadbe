"""What leads to a few ends, found by searching backwards from them: one search for each end, not for each beginning.

Lives here: `Behind`. May enter: a network, ids of entities, limits. Never here: how paths are searched (engine),
whether all paths of a beginning are listed (raises).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic

from kg.engine import Nodes, Path
from kg.network import Network
from kg.question.answers import DIRECTIONS
from kg.searching import reach

FEWER = 2
"""Backwards is taken where there are at least so many times as many beginnings as ends: a search that way finds less
of what it needs ready, and each beginning is looked at once more."""


@dataclass(frozen=True)
class Behind:
    """For each end what reaches it: the best path of each sign, by the node where it begins.

    Attributes:
        ends: The nodes of each end.
        found: For each of them the paths, by node and sign.
        complete: For each of them, whether no limit ended a search.
    """

    ends: Sequence[Nodes]
    found: Sequence[Mapping[int, Mapping[int, Sequence[Path]]]]
    complete: Sequence[bool]

    @classmethod
    def of(
        cls, network: Network, rows: Sequence[str], cols: Sequence[str], *, max_links: int, until: float
    ) -> Behind | None:
        """Search backwards from the columns; None where that is not less work.

        Args:
            network: Where to search.
            rows: Entities where paths begin.
            cols: Entities where they end.
            max_links: Most claims in a path.
            until: Moment of `time.monotonic` by which searches forwards must be done; None when half of the time till
                then has passed, so that the first rows at least can be looked at.

        Law: what is found of a beginning that is one node and no part of an end equals what a search from there finds.

        Cost: a search for each column.
        """
        if FEWER * len(cols) > len(rows):
            return None
        begin = monotonic()
        starts = frozenset().union(*(network.nodes_of(row) for row in rows))
        ends, found, complete = [], [], []
        for col in cols:
            if monotonic() > begin + (until - begin) / 2:
                return None
            anchors = network.nodes_of(col)
            reached = reach(network, anchors, forward=False, max_links=max_links, wanted=starts)
            ends.append(anchors)
            found.append(reached.paths)
            complete.append(reached.complete)
        return cls(ends, found, complete)

    def holds(self, sources: Nodes) -> bool:
        """Say whether what is found of a beginning is what a search from there would find."""
        return len(sources) == 1 and not any(sources & nodes for nodes in self.ends)

    def leads_on(self, sources: Nodes) -> bool:
        """Say whether some path leads from a beginning to an end."""
        return any(node in found for node in sources for found in self.found)

    def between(self, at: int, sources: Nodes) -> Mapping[int, Sequence[Path]]:
        """Return the best path from a beginning to the end at a place, by sign, as a search from there finds it.

        The search from the end may have listed all: few may lead to it where many begin.
        """
        by_sign = self.found[at].get(min(sources), {})
        neutral = len(self.ends[at]) == 1
        return {sign: paths[:1] for sign, paths in by_sign.items() if neutral or sign in DIRECTIONS}
