"""What searches share: room that a thread uses again, and the two ways of walking arrays.

Lives here: `Scratch`, `sides`, `nodes_of`. May enter: arrays. Never here: searching.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from threading import local
from typing import Any, TypeVar, cast

import numpy as np

from kg.compiled import kernels
from kg.compiled.arrays import Arrays

NOWHERE = 127
NONE = np.zeros(0, np.int32)
_ROOM = local()
F = TypeVar("F", bound=Callable[..., object])


@dataclass(frozen=True)
class Scratch:
    """Room that searches of one thread use again: filled as a search leaves it. See `kernels`."""

    best: Any
    head: Any
    mark: Any
    need: Any

    @classmethod
    def of(cls, arrays: Arrays) -> Scratch:
        """Return the room of this thread for arrays of this size."""
        size = arrays.nodes, arrays.bits
        if getattr(_ROOM, "size", None) != size:
            states = arrays.nodes << arrays.bits
            _ROOM.size = size
            _ROOM.scratch = cls(
                np.full(states, kernels.FAR, np.int64),
                np.full(states, -1, np.int32),
                np.zeros(arrays.nodes, np.uint8),
                np.full(arrays.nodes, NOWHERE, np.uint8),
            )
        made: Scratch = _ROOM.scratch
        return made


def tidy(function: F) -> F:
    """Make a search that is broken off, by Ctrl-C or for want of memory, leave no trace: its room is not used again."""

    @wraps(function)
    def searched(*given: Any, **named: Any) -> Any:
        try:
            return function(*given, **named)
        except BaseException:
            _ROOM.size = None
            raise

    return cast(F, searched)


def sides(arrays: Arrays, forward: bool) -> tuple[Any, Any, Any, Any]:
    """Return rows, their claims, the numbers of these (none where they are the places), and costs by number."""
    if forward:
        return arrays.start, arrays.to, NONE, arrays.code
    return arrays.back_start, arrays.back, arrays.at, arrays.code


def nodes_of(nodes: Iterable[int]) -> Any:
    """Return nodes as kernels take them, ascending."""
    return np.array(sorted(nodes), np.int32)
