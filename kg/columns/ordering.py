"""Numbers in their order: where each begins among sorted ones, and the order by several at once.

Lives here: `starts`, `order_by`. May enter: arrays of numbers. Never here: what they are numbers of.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

from kg.later import Later

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any]
else:
    np = Later("numpy")

HIGHEST = 2**63 - 1


def starts(values: Array, count: int) -> Array:
    """Return for each of the numbers 0 to count - 1 how many values are smaller; and the number of values at the end.

    Example:
        >>> starts(np.array([2, 0, 2]), 3).tolist()
        [0, 1, 1, 3]
    """
    return np.concatenate([[0], np.cumsum(np.bincount(values, minlength=count))]).astype(np.int64)


def order_by(*keys: tuple[Array, int]) -> Array:
    """Return the places of things in order: by the first key, where that is equal by the next; equal ones as given.

    Args:
        keys: The numbers of each key, from 0, and a bound that none of them reaches; at least one.

    Law: the order is that of `numpy.lexsort` of the keys, last one first.

    Cost: one sort of numbers of 64 bits where the bounds allow it, quickest where the first key is in order already;
        else one for each key.

    Example:
        >>> order_by((np.array([1, 0, 1]), 2), (np.array([5, 9, 3]), 10)).tolist()
        [1, 2, 0]
    """
    columns, bounds = zip(*keys, strict=True)
    if prod(max(1, bound) for bound in bounds) > HIGHEST:
        return np.lexsort(columns[::-1])
    return np.argsort(np.ravel_multi_index(columns, bounds), kind="stable")
