"""GraphBLAS (SuiteSparse, by python-graphblas) at our jobs: rounds of min-plus products on a graph of signs, doubled.

Lives here: `GraphBLAS`. May enter: links. Never here: what is measured. One thread, 64-bit whole numbers. A walk
of at most six links is six products; a vector with few entries is pushed along links, one with many is pulled, which
takes half the time. All pairs: on small graphs 32 sources side by side, on large ones walks of three links from either
side, met.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import graphblas
import numpy as np
from graphblas import Matrix, Vector, binary, semiring

from benchmarks.engines import LINKS, Doubled, Links

FAR, KIND = 2**60, "INT64"
PULLED, ABREAST, SMALL = 0.03, 32, 60_000
"""Share of entries from which a vector is pulled; sources side by side; nodes up to which that is quicker."""


class GraphBLAS:
    """A graph of signs as a matrix, and its transpose."""

    def __init__(self, links: Links) -> None:
        graphblas.ss.config["nthreads"] = 1
        self.graph = Doubled.of(links)
        self.size = self.graph.states
        columns = (self.graph.tail, self.graph.head, self.graph.cost.astype(np.int64))
        self.forward = Matrix.from_coo(*columns, nrows=self.size, ncols=self.size, dtype=KIND)
        self.backward = self.forward.T.new()

    def reached(self, source: int) -> Any:
        """Return costs by entity and sign, infinite where there is no walk."""
        best = Vector(KIND, self.size)
        best[:] = FAR
        best[2 * source] = 0
        edge = Vector.from_coo([2 * source], [0], size=self.size, dtype=KIND)
        for _ in range(LINKS):
            if edge.nvals > PULLED * self.size:
                best(binary.min) << self.backward.mxv(best, semiring.min_plus)
                edge = best
                continue
            found = edge.vxm(self.forward, semiring.min_plus).new()
            nearer = found.ewise_mult(best, binary.lt).new()
            edge = Vector(KIND, self.size)
            edge(nearer.V) << found
            best(nearer.V) << found
        return _costs(best.to_dense(FAR)).reshape(-1, 2)

    def pairs(self, sources: Sequence[int], targets: Sequence[int]) -> Any:
        """Return costs by source, target, sign."""
        ends = self.graph.ends(targets)
        found = self._abreast(sources, ends) if self.graph.nodes <= SMALL else self._met(sources, ends)
        return self.graph.least(_costs(found), len(targets))

    def _abreast(self, sources: Sequence[int], ends: Sequence[int]) -> Any:
        made = np.full((len(sources), len(ends)), FAR)
        last = self.backward[ends, :].new()
        for first in range(0, len(sources), ABREAST):
            walked = self._begun(sources[first : first + ABREAST]).T.new()
            for _ in range(LINKS - 1):
                walked(binary.min) << self.backward.mxm(walked, semiring.min_plus)
            # The last round is walked to the targets alone.
            for part in (walked[ends, :].new(), last.mxm(walked, semiring.min_plus).new()):
                end, source, cost = part.to_coo()
                made[first + source, end] = np.minimum(made[first + source, end], cost)
        return made

    def _met(self, sources: Sequence[int], ends: Sequence[int]) -> Any:
        ahead = self._begun(sources)
        behind = Matrix.from_coo(range(len(ends)), ends, [0] * len(ends), nrows=len(ends), ncols=self.size, dtype=KIND)
        for _ in range(LINKS // 2):
            ahead(binary.min) << ahead.mxm(self.forward, semiring.min_plus)
        for _ in range(LINKS - LINKS // 2):
            behind(binary.min) << behind.mxm(self.backward, semiring.min_plus)
        behind = behind.T.new()
        source, end, cost = ahead.mxm(behind, semiring.min_plus).new().to_coo()
        made = np.full((len(sources), len(ends)), FAR)
        made[source, end] = cost
        return made

    def _begun(self, sources: Sequence[int]) -> Any:
        count = len(sources)
        states = [2 * one for one in sources]
        return Matrix.from_coo(range(count), states, [0] * count, nrows=count, ncols=self.size, dtype=KIND)


def _costs(found: Any) -> Any:
    return np.where(found >= FAR, np.inf, found.astype(float))
