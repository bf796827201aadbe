"""Paths that were found, as numbers: which of them use a claim, and what each costs.

Lives here: `Laid`. May enter: arrays, what a search found in them. Never here: changes, searching.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from kg.compiled.arrays import CODES, Arrays
from kg.compiled.kernels import FAR
from kg.engine import Reached


@dataclass(frozen=True, eq=False)
class Laid:
    """The best path of each pair of a node and a sign.

    Attributes:
        node, code: For each pair its node and sign code.
        cost: For each pair what its path costs.
        claim: The claims of all paths, ascending.
        pair: For each of these the pair whose path it is on.
    """

    node: Any
    code: Any
    cost: Any
    claim: Any
    pair: Any

    @classmethod
    def of(cls, arrays: Arrays, reached: Reached) -> Laid:
        """Lay out the first path of each pair. Cost: about 0.1 microseconds a claim on them, and a sort."""
        every = [
            (node, CODES[sign], paths[0]) for node, by_sign in reached.paths.items() for sign, paths in by_sign.items()
        ]
        numbers = {id: number for number, id in arrays.named.items()}
        for id in set(chain.from_iterable(path for _, _, path in every)).difference(numbers):
            number = arrays.number(id)
            if number is None:
                raise LookupError(f"the claim {id} is on a path and not among the links")
            numbers[id] = number
        lengths = np.array([len(path) for _, _, path in every], np.int64)
        claims = np.fromiter(
            map(numbers.__getitem__, chain.from_iterable(path for _, _, path in every)), np.int32, int(lengths.sum())
        )
        begin = np.cumsum(lengths) - lengths
        costs = arrays.costs[arrays.code[claims]]
        order = np.argsort(claims, kind="stable")
        return cls(
            np.array([node for node, _, _ in every], np.int32),
            np.array([code for _, code, _ in every], np.int8),
            np.add.reduceat(costs, begin) if every else np.zeros(0, np.int64),
            claims[order],
            np.repeat(np.arange(len(every), dtype=np.int32), lengths)[order],
        )

    @property
    def nbytes(self) -> int:
        """Bytes of all."""
        return sum(int(part.nbytes) for part in (self.node, self.code, self.cost, self.claim, self.pair))

    def using(self, claim: int) -> Any:
        """Return the pairs whose path uses a claim. Cost: logarithmic."""
        low, high = np.searchsorted(self.claim, [claim, claim + 1])
        return self.pair[low:high]

    def costs(self, ends: Any, signs: int) -> Any:
        """Return what paths cost: a row for each of some ascending nodes, a column for each sign code.

        `FAR` stands where there is no path.
        """
        cost = np.full((len(ends), signs), FAR, np.int64)
        if len(ends):
            row = np.minimum(np.searchsorted(ends, self.node), len(ends) - 1)
            fits = (ends[row] == self.node) & (self.code < signs)
            cost[row[fits], self.code[fits]] = self.cost[fits]
        return cost
