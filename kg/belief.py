"""Belief: evidence lines -> opinion of a claim; opinions along a chain -> opinion of the chain ("beta-1").

Lives here: arithmetic. May enter: numbers that the ontology gives (weights, ceilings, confidences).
Never here: records, criteria, vocabulary look-ups, signs of relations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf, prod
from typing import TYPE_CHECKING, NamedTuple

from kg.later import Later

if TYPE_CHECKING:
    from scipy import special
else:
    special = Later("scipy.special")

PRIOR_WEIGHT = 2.0
INTERVAL = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What evidence supports, after Jøsang's subjective logic; base rate 1/2.

    `belief`, `disbelief`, `uncertainty` in [0, 1] add up to 1. `expected` in [belief, 1 - disbelief] is the
    probability used for ranking. `low`, `high` bound it.

    Source: Jøsang (2016), Subjective Logic, 3.4, DOI 10.1007/978-3-319-42337-1.
    """

    belief: float
    disbelief: float
    uncertainty: float
    expected: float
    low: float
    high: float

    def document(self) -> dict[str, float]:
        """Return the fields as a plain mapping."""
        return {
            "belief": self.belief,
            "disbelief": self.disbelief,
            "uncertainty": self.uncertainty,
            "expected": self.expected,
            "low": self.low,
            "high": self.high,
        }


class Line(NamedTuple):
    """One evidence item as belief sees it.

    Args:
        id: Evidence id; breaks ties.
        polarity: +1 for, -1 against, 0 neither.
        rank: Certainty rank, 1 (very low) to 4 (high).
        weight: Evidence weight of that certainty, >= 0.
        ceiling: What all items up to this certainty can reach together; None for no limit.
        confidence: Chance in [0, 1] that the item was read rightly from its work.
        group: Independence group; items of one group and direction count once.
    """

    id: str
    polarity: int
    rank: int
    weight: float
    ceiling: float | None
    confidence: float
    group: str

    @property
    def mass(self) -> float:
        """Weight times confidence, in [0, weight]."""
        return self.weight * self.confidence

    @property
    def carries(self) -> bool:
        """Whether it alone would support its claim."""
        return self.polarity > 0 and self.mass > 0 and (self.ceiling is None or self.ceiling > 0)


@dataclass(frozen=True, slots=True)
class Weighing:
    """The outcome of weighing one claim: `support` r and `dispute` s (>= 0), the opinion, what was used.

    `used` holds the ids of the lines that represent their group; `shadowed` maps the id of each line that a
    larger line of its own group and direction stands in for to that line's id.
    """

    support: float
    dispute: float
    opinion: Opinion
    used: tuple[str, ...]
    shadowed: tuple[tuple[str, str], ...]
    contested: bool
    groups: int


@lru_cache(maxsize=65_536)
def opinion(support: float, dispute: float) -> Opinion:
    """Return the opinion for accumulated evidence for (r) and against (s).

    belief = r/(r+s+2), disbelief = s/(r+s+2), uncertainty = 2/(r+s+2), expected = (r+1)/(r+s+2); `low` and
    `high` are the 5 % and 95 % quantiles of Beta(r+1, s+1).

    Args:
        support: r >= 0.
        dispute: s >= 0.

    Laws: belief + disbelief + uncertainty = 1; belief <= expected <= 1 - disbelief; opinion(0, 0) is vacuous.

    Source: Jøsang (2016), 3.4.2 and 12.3, DOI 10.1007/978-3-319-42337-1.

    Example:
        >>> opinion(6.0, 0.0).expected, opinion(0.0, 0.0).uncertainty
        (0.875, 1.0)
    """
    total = support + dispute + PRIOR_WEIGHT
    low, high = (float(special.betaincinv(support + 1.0, dispute + 1.0, share)) for share in INTERVAL)
    return Opinion(
        belief=support / total,
        disbelief=dispute / total,
        uncertainty=PRIOR_WEIGHT / total,
        expected=(support + 1.0) / total,
        low=low,
        high=high,
    )


@lru_cache(maxsize=65_536)
def weigh(lines: tuple[Line, ...]) -> Weighing:
    """Weigh the lines that count for one claim.

    One line per independence group and direction counts, the largest (ties: higher rank, then id). Ceilings are
    applied from the weakest certainty up, so that many weak items never pass for a strong one.

    Laws: the order of lines is irrelevant; a line given twice counts once; support never lowers `expected` or
    `belief` and never raises `uncertainty`; dispute never raises `expected` or `belief`; ceilings never raise.

    Cost: O(n log n) in the number of lines; memoised.

    Source: ours, see docs/decisions/0005.

    Example:
        >>> strong = Line("a", +1, 4, 6.0, None, 1.0, "group-1")
        >>> weak = Line("b", -1, 2, 1.0, 6.0, 1.0, "group-2")
        >>> weigh((strong, weak)).contested
        True
    """
    support, for_, for_shadowed = _accumulate([line for line in lines if line.polarity > 0])
    dispute, against, against_shadowed = _accumulate([line for line in lines if line.polarity < 0])
    return Weighing(
        support=support,
        dispute=dispute,
        opinion=opinion(support, dispute),
        used=tuple(sorted(line.id for line in (*for_, *against))),
        shadowed=tuple(sorted((*for_shadowed, *against_shadowed))),
        contested=bool(for_) and bool(against),
        groups=len({line.group for line in (*for_, *against)}),
    )


def chain(opinions: Sequence[Opinion]) -> Opinion:
    """Return the opinion that every claim of a chain holds.

    belief and expected are products; disbelief = 1 - product of (1 - disbelief); low = belief and
    high = 1 - disbelief of the chain.

    Laws: a chain is never surer than its weakest claim; the order of claims is irrelevant.

    Source: multinomial product of independent opinions, Jøsang (2016), 7.1, DOI 10.1007/978-3-319-42337-1.

    Example:
        >>> chain([opinion(6.0, 0.0), opinion(6.0, 0.0)]).expected
        0.765625
    """
    belief = prod(sorted([one.belief for one in opinions]))
    not_disbelief = prod(sorted([1.0 - one.disbelief for one in opinions]))
    return Opinion(
        belief=belief,
        disbelief=1.0 - not_disbelief,
        uncertainty=max(0.0, not_disbelief - belief),
        expected=prod(sorted([one.expected for one in opinions])),
        low=belief,
        high=not_disbelief,
    )


def _accumulate(lines: list[Line]) -> tuple[float, list[Line], list[tuple[str, str]]]:
    best: dict[str, Line] = {}
    shadowed: list[tuple[str, str]] = []
    for line in sorted(set(lines), key=lambda line: (-line.mass, -line.rank, line.id)):
        if line.group not in best:
            best[line.group] = line
        elif line.id != best[line.group].id:
            shadowed.append((line.id, best[line.group].id))
    used = list(best.values())
    total = 0.0
    for rank in sorted({line.rank for line in used}):
        level = [line for line in used if line.rank == rank]
        ceiling = min((inf if line.ceiling is None else line.ceiling for line in level), default=inf)
        total = max(total, min(ceiling, total + sum(sorted(line.mass for line in level))))
    return total, used, shadowed
