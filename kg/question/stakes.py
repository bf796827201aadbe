"""What hangs on a claim: the answers whose best chains use it, and how far one more study would move them.

May enter: a network, the pairs that are asked about. Never here: which claims are thin (gaps), documents, doors.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from kg.belief import Line, Opinion, weigh
from kg.engine import Path, product
from kg.network import Network, group_of, line_of
from kg.question.answers import DIRECTIONS
from kg.question.families import Signed
from kg.searching import best_paths

SEARCHES = 200
FRESH = "\0a study that is not there yet"


@dataclass(frozen=True, slots=True)
class Use:
    """A pair and sign whose best path uses a claim: the path, and the product of the best path without the claim.

    `without` is None when it was not searched.
    """

    row: str
    col: str
    sign: int
    path: Path
    without: float | None


@dataclass(frozen=True, slots=True)
class Stake:
    """`answers`: pairs whose best or opposing path uses the claim. `value`: see `value_of`; None when not known."""

    answers: int
    value: float | None


Pair = tuple[str, str, Signed, bool]


def stakes(network: Network, pairs: Iterable[Pair], *, max_links: int, searches: int = SEARCHES) -> dict[str, Stake]:
    """Return what hangs on each claim that some best path of either sign uses.

    Args:
        network: The snapshot under its criteria.
        pairs: Row, column, paths by sign, best first, and whether those are all paths.
        max_links: Most claims in a path.
        searches: Most searches for a second best path where not all paths are listed; the claims on which most
            answers hang come first, the value of the others stays None.
    """
    uses: dict[str, list[Use]] = {}
    for row, col, by_sign, every in pairs:
        for sign in DIRECTIONS:
            paths = by_sign.get(sign)
            if not paths:
                continue
            use = Use(row, col, sign, paths[0], None)
            for claim in paths[0]:
                own = replace(use, without=_best_without(network, paths, claim)) if every else use
                uses.setdefault(claim, []).append(own)
    found: dict[str, Stake] = {}
    for claim in sorted(uses, key=lambda claim: (-len(uses[claim]), claim)):
        unknown = sum(use.without is None for use in uses[claim])
        known: Sequence[Use] | None = uses[claim]
        if unknown:
            searches -= unknown
            known = _searched(network, claim, uses[claim], max_links) if searches >= 0 else None
        answers = len({(use.row, use.col) for use in uses[claim]})
        found[claim] = Stake(answers, None if known is None else value_of(network, claim, known))
    return found


def value_of(network: Network, claim: str, uses: Iterable[Use]) -> float:
    """Return how far the best products of some pairs are expected to move when one more study resolves a claim.

    The study is of the highest certainty, read in full, by a group of its own. It supports the claim with the chance
    that the claim's expected value says, and disputes it otherwise. For each pair and sign whose best path uses the
    claim, the best product after the study is that of the same path or of the best one that avoids the claim.

    Returns:
        The sum over the uses of the mean absolute change, in [0, number of uses].

    Laws: equals writing the study into the record and asking again; 0 when no best path uses the claim.

    Source: ours, after the expected value of information, Howard (1966), DOI 10.1109/TSSC.1966.300074.
    """
    if claim in network.assumed:
        return 0.0
    chance = network.opinion(claim).expected
    better, worse = (after_study(network, claim, polarity).expected for polarity in (1, -1))
    total = 0.0
    for use in uses:
        now = product(network, use.path)
        rest = product(network, tuple(other for other in use.path if other != claim))
        below = max(use.without or 0.0, rest * worse)
        total += chance * (rest * better - now) + (1.0 - chance) * (now - below)
    return max(0.0, total)


def after_study(network: Network, claim: str, polarity: int) -> Opinion:
    """Return the opinion on a claim once one more study of the highest certainty supports (+1) or disputes it (-1)."""
    snapshot, vocabulary = network.snapshot, network.vocabulary
    top = max(vocabulary.certainties.values(), key=lambda certainty: certainty.rank)
    study = Line(FRESH, polarity, top.rank, top.weight, top.ceiling, 1.0, FRESH)
    lines = [line_of(item, group_of(item, snapshot), vocabulary) for item in network.counting(claim)]
    return weigh((*lines, study)).opinion


def _best_without(network: Network, paths: Sequence[Path], claim: str) -> float:
    return next((product(network, path) for path in paths if claim not in path), 0.0)


def _searched(network: Network, claim: str, uses: Iterable[Use], max_links: int) -> list[Use] | None:
    """Search the best path without the claim for each use; None when a search ended at its limit."""
    less = network.lacking([claim])
    found = []
    for use in uses:
        sources, targets = network.nodes_of(use.row), network.nodes_of(use.col)
        best = best_paths(less, sources, targets, k=1, max_links=max_links, sign=use.sign)
        if not best.complete:
            return None
        found.append(replace(use, without=product(network, best.paths[0]) if best.paths else 0.0))
    return found
