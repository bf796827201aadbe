"""How a claim or a pair of entities stands, the best path of each direction and how sure; how two standings differ.

Lives here: `Standing`, the kind of a difference, the order of damage. May enter: a network, paths by sign.
Never here: which pairs to compare (compare), documents, sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kg.belief import Line, Opinion, chain
from kg.engine import Path
from kg.network import Network, group_of, line_of
from kg.question.answers import DIRECTIONS
from kg.question.impact import MANY_PATHS, reliability_of
from kg.searching import best_paths

DAMAGE = ("flipped", "lost", "weaker", "gained", "stronger", "none")
"""Kinds of difference, the gravest first."""
HOLDING = frozenset({"contested", "supported", "assumed"})
"""States in which something speaks for a claim."""
Signed = Mapping[int, Sequence[Path]]
Span = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Side:
    """The best path of one direction, the opinion on it, and the reliability of all paths of that direction.

    `reliability` (low, expected, high) is None where it was not asked for or not all paths were at hand.
    """

    path: Path
    opinion: Opinion
    reliability: Span | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is answered about one pair. `sign` is the direction with the stronger best path (ties: raises)."""

    sign: int
    best: Side
    opposing: Side | None

    @property
    def direction(self) -> str:
        """Return "raises", "lowers" or "mixed"."""
        return DIRECTIONS[self.sign] if self.opposing is None else "mixed"

    @property
    def claims(self) -> frozenset[str]:
        """The claims of the best path and of the opposing one."""
        return frozenset(self.best.path if self.opposing is None else (*self.best.path, *self.opposing.path))

    def reliability(self) -> dict[str, list[float]] | None:
        """Return low, expected and high of each direction for which they are known; None for neither."""
        sides = [(self.sign, self.best)] + ([] if self.opposing is None else [(-self.sign, self.opposing)])
        known = {DIRECTIONS[sign]: list(side.reliability) for sign, side in sides if side.reliability is not None}
        return known or None


def standing(network: Network, by_sign: Signed, *, reliable: bool) -> Standing | None:
    """Return how a pair stands, given its paths of each sign, best first; None when no path has a direction.

    Args:
        network: The network the paths were found in.
        by_sign: Paths, best first; all of them when `reliable`.
        reliable: Work out the reliability of each direction too.
    """
    sides: dict[int, Side] = {}
    for sign, word in DIRECTIONS.items():
        paths = by_sign.get(sign)
        if paths:
            opinion = chain([network.opinion(claim) for claim in paths[0]])
            span = (opinion.belief, opinion.expected, opinion.high) if reliable else None
            if reliable and len(paths) > 1:
                document, _ = reliability_of(network, {sign: paths}, exhaustive=True)
                span = tuple(document[word])
            sides[sign] = Side(paths[0], opinion, span)
    if not sides:
        return None
    best = max(sides, key=lambda sign: (round(sides[sign].opinion.expected, 12), sign))
    return Standing(best, sides[best], sides.get(-best))


def state_of(network: Network, claim: str) -> str:
    """Return how a claim stands: absent (or its own status does not count), unsupported, disputed (by all that
    counts), contested, supported or assumed.
    """
    weighing = network.weighings.get(claim)
    if weighing is None:
        return "absent"
    if claim in network.assumed:
        return "assumed"
    if weighing.contested:
        return "contested"
    return "supported" if weighing.support > 0 else "disputed" if weighing.dispute > 0 else "unsupported"


def shown_of(network: Network, claim: str) -> tuple[Any, ...]:
    """Return what answers show of a claim: its state, its strength to 12 decimals, its sign when it takes part."""
    link = network.links.get(claim)
    numbers = tuple(round(value, 12) for value in strength_of(network.opinion(claim)))
    return state_of(network, claim), numbers, None if link is None else link[2]


def lines_of(network: Network, claim: str) -> Iterator[tuple[Line, str]]:
    """Yield what counts for or against a claim, each line with its work."""
    for item in network.counting(claim):
        line = line_of(item, group_of(item, network.snapshot), network.vocabulary)
        if line.polarity != 0:
            yield line, item.work


def between(network: Network, source: str, target: str, *, max_links: int, deep: bool) -> tuple[Signed, bool, bool]:
    """Return the best paths of each direction between two entities; whether these are all; whether no limit cut in.

    Args:
        network: Where to search.
        source: Entity id; with the criterion `narrower` also what is narrower.
        target: Entity id, likewise.
        max_links: Most claims in a path.
        deep: Up to 201 paths of each direction, so that 200 or fewer are all; else the best one.
    """
    ends = network.nodes_of(source), network.nodes_of(target)
    k = MANY_PATHS + 1 if deep else 1
    found = {sign: best_paths(network, *ends, k=k, max_links=max_links, sign=sign) for sign in DIRECTIONS}
    complete = all(one.complete for one in found.values())
    by_sign = {sign: one.paths for sign, one in found.items() if one.paths}
    return by_sign, deep and complete and all(len(paths) <= MANY_PATHS for paths in by_sign.values()), complete


def kind_of_change(before: Standing | None, after: Standing | None) -> str:
    """Return what became of a pair: "none", "lost", "gained", "flipped", "weaker" or "stronger".

    Lost and gained: no path of a direction is left, or there was none. Flipped: the stronger direction is the other
    one now. Weaker and stronger follow the first of these that differs: the best path's expected value, belief and
    plausibility; the opposing path, the other way round; the reliability of the stronger direction, and of the other,
    the other way round. Numbers are compared to 12 decimals.

    Law: `kind_of_change(a, b)` is "weaker" exactly when `kind_of_change(b, a)` is "stronger"; likewise lost and gained.
    """
    if before is None or after is None:
        return "none" if before is after else "lost" if after is None else "gained"
    if before.sign != after.sign:
        return "flipped"
    return kind_of_order(_strength(before), _strength(after))


def kind_of_order(before: Iterable[float], after: Iterable[float]) -> str:
    """Return "weaker", "stronger" or "none" for two rows of numbers, the first that differs (to 12 decimals) decides.

    Example:
        >>> kind_of_order([0.5, 0.2], [0.5, 0.1]), kind_of_order([0.5], [0.5 + 1e-15])
        ('weaker', 'none')
    """
    for old, new in zip(before, after, strict=True):
        if round(old, 12) != round(new, 12):
            return "weaker" if new < old else "stronger"
    return "none"


def strength_of(opinion: Opinion) -> Span:
    """Return expected value, belief and plausibility: the row by which opinions are compared."""
    return opinion.expected, opinion.belief, 1.0 - opinion.disbelief


def _strength(one: Standing) -> list[float]:
    against = (0.0, 0.0, 0.0) if one.opposing is None else strength_of(one.opposing.opinion)
    spans = [
        (0.0, 0.0, 0.0) if side is None or side.reliability is None else side.reliability
        for side in (one.best, one.opposing)
    ]
    sure, other = ((expected, low, high) for low, expected, high in spans)
    return [*strength_of(one.best.opinion), *(-value for value in against), *sure, *(-value for value in other)]
