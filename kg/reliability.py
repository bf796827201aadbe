"""Two-terminal reliability: the chance that at least one path of a sign holds, its claims being independent.

Lives here: exact factoring over path sets, and seeded sampling when there are too many. May enter: paths as claim
ids, probabilities. Never here: networks, records.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod, sqrt
from typing import TYPE_CHECKING, TypeAlias

from kg.later import Later

if TYPE_CHECKING:
    import numpy as np
else:
    np = Later("numpy")

Paths: TypeAlias = frozenset[frozenset[str]]
Chances: TypeAlias = tuple[float, ...]
EXACT_PATHS = 60
BRANCH_LIMIT = 5_000
SAMPLES = 65_536
SEED = 20260101
Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Reliability:
    """Chance that at least one path holds, for each row of probabilities that was asked for.

    `method` is "exact" or "sampled"; when sampled, `samples` is their number and `intervals` the 95 % Wilson
    interval of each chance.
    """

    chances: Chances
    method: str
    samples: int | None = None
    intervals: tuple[tuple[float, float], ...] = ()


def reliability(paths: Iterable[Sequence[str]], probabilities: Sequence[Mapping[str, float]]) -> Reliability:
    """Return the chance that all claims of at least one path hold, once for each row of probabilities.

    Args:
        paths: Simple paths between the same ends, as claim ids; none gives chance 0.
        probabilities: Rows; each maps every claim of the paths to a probability in [0, 1].

    Laws: best path <= exact <= noisy-or over the paths; exact equals summing over all states of the claims.

    Cost: exact for at most 60 minimal paths while factoring stays within 5,000 branches (exponential in general);
    else 65,536 samples, one bit each, the same random numbers for every row and every call.

    Source: Moskowitz (1958), factoring theorem, DOI 10.1109/TCE.1958.6372698; Wilson (1927),
    DOI 10.1080/01621459.1927.10502953.

    Example:
        >>> reliability([["a"], ["b"]], [{"a": 0.5, "b": 0.5}]).chances
        (0.75,)
    """
    sets = _minimal(frozenset(frozenset(path) for path in paths))
    if len(sets) <= EXACT_PATHS:
        exact = _Factoring(probabilities).chances(sets)
        if exact is not None:
            return Reliability(exact, "exact")
    return _sample(sets, probabilities)


class _Factoring:
    def __init__(self, probabilities: Sequence[Mapping[str, float]]) -> None:
        self._rows = probabilities
        self._known: dict[Paths, Chances] = {}

    def chances(self, paths: Paths) -> Chances | None:
        """Return the chance per row, or None when there are too many branches."""
        if not paths:
            return (0.0,) * len(self._rows)
        if frozenset() in paths:
            return (1.0,) * len(self._rows)
        shared = frozenset.intersection(*paths)
        if shared:
            rest = self.chances(_minimal(frozenset(path - shared for path in paths)))
            certain = self._each(lambda row: prod(sorted(row[claim] for claim in shared)))
            return None if rest is None else tuple(a * b for a, b in zip(certain, rest, strict=True))
        if paths not in self._known:
            if len(self._known) >= BRANCH_LIMIT:
                return None
            counts = Counter(claim for path in paths for claim in path)
            pivot = min(counts, key=lambda claim: (-counts[claim], claim))
            holds = self.chances(_minimal(frozenset(path - {pivot} for path in paths)))
            fails = self.chances(frozenset(path for path in paths if pivot not in path))
            if holds is None or fails is None:
                return None
            chance = self._each(lambda row: row[pivot])
            self._known[paths] = tuple(p * a + (1.0 - p) * b for p, a, b in zip(chance, holds, fails, strict=True))
        return self._known[paths]

    def _each(self, value: Callable[[Mapping[str, float]], float]) -> Chances:
        return tuple(value(row) for row in self._rows)


def _minimal(paths: Paths) -> Paths:
    """Drop every set that contains another."""
    kept: list[frozenset[str]] = []
    for path in sorted(paths, key=len):
        if not any(smaller <= path for smaller in kept):
            kept.append(path)
    return frozenset(kept)


def _sample(paths: Paths, probabilities: Sequence[Mapping[str, float]]) -> Reliability:
    claims = sorted({claim for path in paths for claim in path})
    chances: list[float] = []
    for row in probabilities:
        # The same stream for each row: the k-th claim of any row meets the same uniform numbers.
        random = np.random.default_rng(SEED)
        holds = {
            claim: np.packbits(random.random(SAMPLES, dtype=np.float32) < np.float32(row[claim])) for claim in claims
        }
        some = np.zeros(SAMPLES // 8, dtype=np.uint8)
        for path in sorted(paths, key=sorted):
            some |= np.bitwise_and.reduce([holds[claim] for claim in sorted(path)])
        chances.append(int(np.bitwise_count(some).sum()) / SAMPLES)
    return Reliability(tuple(chances), "sampled", SAMPLES, tuple(wilson(chance, SAMPLES) for chance in chances))


def wilson(share: float, samples: int) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a share seen in so many samples.

    Source: Wilson (1927), DOI 10.1080/01621459.1927.10502953.

    Example:
        >>> low, high = wilson(0.5, 100)
        >>> round(low, 4), round(high, 4)
        (0.4038, 0.5962)
    """
    z2 = Z95 * Z95
    middle = (share + z2 / (2 * samples)) / (1 + z2 / samples)
    half = Z95 / (1 + z2 / samples) * sqrt(share * (1 - share) / samples + z2 / (4 * samples * samples))
    return max(0.0, middle - half), min(1.0, middle + half)
