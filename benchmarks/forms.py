"""One graph in the form of each library, made when a job first asks for it, up to the size that fits.

Lives here: `Bench`. May enter: columns of links, or a number of claims to draw. Never here: what is measured.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from typing import Any, TypeVar

import igraph
import numpy as np
import psutil

from benchmarks.algebra import GraphBLAS
from benchmarks.engines import LINKS, Doubled, Igraph, Layered, Links, Networkx, Rustworkx, Scipy
from benchmarks.generate import draw
from kg.compiled import kernels
from kg.compiled.arrays import Arrays
from kg.compiled.scratch import Scratch, sides
from kg.vocabulary import load

SEED = 7
MOST = {
    "rustworkx": 100_000,
    "networkx": 1_000_000,
    "igraph": 1_000_000,
    "scipy": 10_000_000,
    "igraph, no bound": 10_000_000,
    "scipy, no bound": 10_000_000,
    "GraphBLAS": 10_000_000,
}
"""Claims up to which a library is asked: above, its graph does not fit 16 GiB, or takes an hour to make."""
Made = TypeVar("Made")


class Bench:
    """One graph and what is asked about it.

    Args:
        claims: What the graph is called by: its number of claims.
        links: Its links, in order by subject.
        arrays: The same links as ours.
        sources: Where walks begin; `targets` where they end.
        few: How many sources those are asked for that take long for each.
        turned: Peers are to search from the targets, backwards, as ours may: there are fewer of them.
        peers: Who is asked; None for those that `MOST` lets be asked about so many claims.
    """

    def __init__(
        self,
        claims: int,
        links: Links,
        arrays: Arrays,
        sources: Sequence[int],
        targets: Sequence[int],
        *,
        few: int,
        turned: bool = False,
        peers: Collection[str] | None = None,
    ) -> None:
        self.claims, self.links, self.arrays = claims, links, arrays
        self.sources, self.targets, self.turned = list(sources), list(targets), turned
        self.begins, self.ends = (self.targets, self.sources) if turned else (self.sources, self.targets)
        self.some = np.random.default_rng(SEED).permutation(self.begins)[:few].tolist()
        self.asked = {one for one, most in MOST.items() if claims <= most} if peers is None else set(peers)
        self.grown: dict[str, int] = {}

    @classmethod
    def drawn(cls, claims: int, few: int) -> Bench:
        """Draw a graph of so many claims; techniques are the sources, risks the targets."""
        graph = draw(claims)
        columns = (graph.subject, graph.object, graph.signs)
        arrays = Arrays.of_columns(range(claims), len(graph.types), *columns, graph.expected(load()))
        minus, cost = (graph.signs < 0).astype(np.int8), arrays.costs[arrays.code]
        links = Links(len(graph.types), graph.subject, graph.object, minus, cost)
        ends = graph.entities("Technique").tolist(), graph.entities("Risk").tolist()
        return cls(claims, links, arrays, *ends, few=few)

    def fits(self, name: str) -> bool:
        """Say whether a library is asked about a graph of this size."""
        return name in self.asked

    @cached_property
    def walked(self) -> Links:
        """The links in the direction in which peers search."""
        return self.links.turned() if self.turned else self.links

    @cached_property
    def layered(self) -> Layered:
        """Copies for each sign and number of links."""
        return Layered.of(self.walked)

    @cached_property
    def doubled(self) -> Doubled:
        """Copies for each sign."""
        return Doubled.of(self.walked)

    @cached_property
    def scipy(self) -> Scipy:
        """Our job in scipy."""
        return Scipy(self.layered)

    @cached_property
    def igraph(self) -> Igraph:
        """Our job in igraph."""
        return Igraph(self.layered)

    @cached_property
    def rustworkx(self) -> Rustworkx:
        """Our job in rustworkx."""
        return Rustworkx(self.layered)

    @cached_property
    def networkx(self) -> Networkx:
        """Our job in networkx."""
        return self._weighed("networkx", lambda: Networkx(self.walked))

    @cached_property
    def graphblas(self) -> GraphBLAS:
        """Our job in GraphBLAS."""
        return GraphBLAS(self.walked)

    @cached_property
    def unbounded(self) -> dict[str, Scipy | Igraph]:
        """Less than our job: walks of any number of links."""
        return {"scipy, no bound": Scipy(self.doubled), "igraph, no bound": Igraph(self.doubled)}

    @cached_property
    def plain(self) -> Any:
        """The links in igraph, without signs."""
        edges = np.stack([self.links.subject, self.links.object], axis=1)
        return igraph.Graph(n=self.links.nodes, edges=edges, directed=True)

    def _weighed(self, name: str, make: Callable[[], Made]) -> Made:
        """Make something, and remember by how many bytes the process grew."""
        gc.collect()
        before = psutil.Process().memory_info().rss
        made = make()
        self.grown[name] = psutil.Process().memory_info().rss - before
        return made

    def reached(self, source: int) -> Any:
        """Return the least cost of each state, as kernels leave it, for what a source reaches."""
        arrays, room, anchor = self.arrays, Scratch.of(self.arrays), np.array([source], np.int32)
        state, *_ = kernels.grow(
            *sides(arrays, True), arrays.costs, arrays.blocked, anchor, room.need, LINKS,
            arrays.bits, arrays.half, LINKS, False, True, room.best, room.head,
        )  # fmt: skip
        found = room.best >> kernels.ROUND_BITS
        kernels.clear(state, anchor, arrays.bits, room.best, room.head)
        return found

    def table(self, found: Any) -> Any:
        """Return costs by node and sign, infinite where there is none, from what `reached` gives."""
        return np.where(found < kernels.FAR >> kernels.ROUND_BITS, found.astype(float), np.inf).reshape(-1, 2)
