"""Two-terminal reliability: the chance that at least one path of a sign holds, its claims being independent.

Lives here: exact factoring over path sets, and seeded sampling when there are too many. May enter: paths as claim
ids, probabilities. Never here: networks, records.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod, sqrt
from typing import TYPE_CHECKING, TypeAlias

from kg.later import Later

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
else:
    np = Later("numpy")

Sets: TypeAlias = tuple[int, ...]
Chances: TypeAlias = tuple[float, ...]
EXACT_PATHS = 60
BRANCH_LIMIT = 5_000
SAMPLES = 65_536
WORDS, PLANES = SAMPLES // 64, 24
KEPT_MOST = 2_048
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


def reliability(paths: Collection[Sequence[str]], probabilities: Sequence[Mapping[str, float]]) -> Reliability:
    """Return the chance that all claims of at least one path hold, once for each row of probabilities.

    Args:
        paths: Simple paths between the same ends, as claim ids; none gives chance 0.
        probabilities: Rows; each maps every claim of the paths to a probability in [0, 1].

    Laws: best path <= exact <= noisy-or over the paths; exact equals summing over all states of the claims.

    Cost: exact for at most 60 minimal paths while factoring stays within 5,000 branches (exponential in general);
    else 65,536 samples, one bit each, the same random numbers for a claim in every row and every call: about 0.1 ms a
    claim the first time, then 2 microseconds for each claim of a path.

    Source: Moskowitz (1958), factoring theorem, DOI 10.1109/TCE.1958.6372698; Wilson (1927),
    DOI 10.1080/01621459.1927.10502953.

    Example:
        >>> reliability([["a"], ["b"]], [{"a": 0.5, "b": 0.5}]).chances
        (0.75,)
    """
    claims = sorted({claim for path in paths for claim in path})
    bit = {claim: 1 << place for place, claim in enumerate(claims)}
    sets = _minimal(sum(bit[claim] for claim in set(path)) for path in paths)
    rows = [tuple(row[claim] for row in probabilities) for claim in claims]
    if not sets or not sets[0]:
        return Reliability((1.0 if sets else 0.0,) * len(probabilities), "exact")
    if len(sets) <= EXACT_PATHS:
        exact = _Factoring(rows).chances(sets)
        if exact is not None:
            return Reliability(exact, "exact")
    return _sample(claims, sets, rows)


class _Factoring:
    """Factoring over path sets written as bits of whole numbers: claim i is bit i."""

    def __init__(self, rows: Sequence[Chances]) -> None:
        self._rows = rows
        self._known: dict[Sets, Chances] = {}

    def chances(self, sets: Sets) -> Chances | None:
        """Return the chance per row that all claims of some set hold, or None when there are too many branches.

        `sets` are minimal and sorted.
        """
        if len(sets) < 2:
            return self._all(sets[0]) if sets else (0.0,) * len(self._rows[0])
        shared = sets[0]
        for one in sets:
            shared &= one
        if shared:
            rest = self.chances(tuple(sorted(one & ~shared for one in sets)))
            return None if rest is None else _each(lambda a, b: a * b, self._all(shared), rest)
        if sets not in self._known:
            if len(self._known) >= BRANCH_LIMIT:
                return None
            groups = _apart(sets)
            made = self._split(sets) if len(groups) == 1 else self._of_groups(groups)
            if made is None:
                return None
            self._known[sets] = made
        return self._known[sets]

    def _split(self, sets: Sets) -> Chances | None:
        """Return the chance by whether the claim that most sets have in common holds."""
        counts: Counter[int] = Counter(bit for one in sets for bit in _bits(one))
        pivot = min(counts, key=lambda bit: (-counts[bit], bit))
        mask = 1 << pivot
        shorter = [one & ~mask for one in sets if one & mask]
        others = [one for one in sets if not one & mask]
        # Sets that lost the same claim hold no other, and none of the rest is within them.
        beside = [one for one in others if not any(less & one == less for less in shorter)]
        holds = self.chances(tuple(sorted([*shorter, *beside])))
        fails = self.chances(tuple(others))
        if holds is None or fails is None:
            return None
        return _each(lambda p, a, b: p * a + (1.0 - p) * b, self._rows[pivot], holds, fails)

    def _of_groups(self, groups: Sequence[Sets]) -> Chances | None:
        """Return the chance of groups that share no claim, so that each holds or fails by itself."""
        none: Chances = (1.0,) * len(self._rows[0])
        for group in groups:
            chances = self.chances(group)
            if chances is None:
                return None
            none = _each(lambda a, b: a * (1.0 - b), none, chances)
        return _each(lambda a: 1.0 - a, none)

    def _all(self, claims: int) -> Chances:
        return tuple(prod(sorted(values)) for values in zip(*(self._rows[bit] for bit in _bits(claims)), strict=True))


def _each(value: Callable[..., float], *columns: Chances) -> Chances:
    return tuple(map(value, *columns))


def _bits(number: int) -> Iterator[int]:
    while number:
        low = number & -number
        yield low.bit_length() - 1
        number ^= low


def _minimal(sets: Iterable[int]) -> Sets:
    """Drop every set that contains another."""
    kept: list[int] = []
    for one in sorted(set(sets), key=lambda one: (one.bit_count(), one)):
        for less in kept:
            if less & one == less:
                break
        else:
            kept.append(one)
    return tuple(sorted(kept))


def _apart(sets: Sets) -> list[Sets]:
    """Part sets into groups that share no claim."""
    groups: list[tuple[int, list[int]]] = []
    for one in sets:
        joined, members = one, [one]
        apart: list[tuple[int, list[int]]] = []
        for claims, others in groups:
            if claims & one:
                joined |= claims
                members += others
            else:
                apart.append((claims, others))
        groups = [*apart, (joined, members)]
    return [tuple(sorted(members)) for _, members in sorted(groups)]


def _sample(claims: Sequence[str], sets: Sets, rows: Sequence[Chances]) -> Reliability:
    holds = [_holds(claim, row) for claim, row in zip(claims, rows, strict=True)]
    some = np.zeros_like(holds[0])
    all_of = np.bitwise_and.reduce
    for one in sets:
        some |= all_of([holds[bit] for bit in _bits(one)])
    chances = tuple((np.bitwise_count(some).sum(axis=1) / SAMPLES).tolist())
    return Reliability(chances, "sampled", SAMPLES, tuple(wilson(chance, SAMPLES) for chance in chances))


@lru_cache(maxsize=KEPT_MOST)
def _holds(claim: str, chances: Chances) -> NDArray[np.uint64]:
    """Return in which samples a claim holds, a bit each, by chance: chances x words.

    The numbers behind them follow from the claim's id alone, so that they are the same for all chances, in all
    questions: the bits of a uniform number lie in `PLANES` words, and are compared with those of the chance one after
    the other, 64 samples at a time.
    """
    seed = int.from_bytes(hashlib.blake2b(claim.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
    planes = list(~np.random.PCG64([SEED, seed]).random_raw(PLANES * WORDS).reshape(PLANES, WORDS))
    found = np.zeros((len(chances), WORDS), np.uint64)
    either, both = np.bitwise_or, np.bitwise_and
    for row, chance in zip(found, chances, strict=True):
        bound = round(chance * (1 << PLANES))
        if bound >> PLANES:
            row[:] = ~np.uint64(0)
            continue
        # Below the lowest bit of the chance nothing is set yet.
        for place in range((bound & -bound).bit_length() - 1 if bound else PLANES, PLANES):
            (either if bound >> place & 1 else both)(row, planes[place], out=row)
    found.flags.writeable = False
    return found


def wilson(share: float, samples: int) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a share seen in so many samples.

    Law: the share lies within, however the bounds are rounded; of a share of 0 the lower bound is 0, of 1 the upper 1.

    Source: Wilson (1927), DOI 10.1080/01621459.1927.10502953.

    Example:
        >>> low, high = wilson(0.5, 100)
        >>> round(low, 4), round(high, 4)
        (0.4038, 0.5962)
    """
    z2 = Z95 * Z95
    middle = (share + z2 / (2 * samples)) / (1 + z2 / samples)
    half = Z95 / (1 + z2 / samples) * sqrt(share * (1 - share) / samples + z2 / (4 * samples * samples))
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))
