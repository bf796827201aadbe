"""One graph in the form of each library: copies of entities that teach scipy, igraph and rustworkx signs and a bound.

Lives here: `Links`, `Layered` and `Doubled`, and what libraries find on them. May enter: columns of links. Never here:
what is measured. scipy, igraph and rustworkx know neither signs nor a bound on links. With a copy of each entity for
each sign and number of links (`Layered`) they do our job; with one for each sign alone (`Doubled`)
they do less: no bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import igraph
import networkx as nx
import numpy as np
import rustworkx
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

LINKS = 6
"""The bound on links of every job."""


@dataclass(frozen=True)
class Links:
    """Links between the nodes 0 to n - 1, as columns.

    Attributes:
        nodes: How many nodes there are.
        subject: For each link where it begins; `object` where it ends.
        minus: 1 where its sign is -1, else 0.
        cost: At least 0, a whole number.
    """

    nodes: int
    subject: Any
    object: Any
    minus: Any
    cost: Any

    def turned(self) -> Links:
        """Return the same links the other way round."""
        return Links(self.nodes, self.object, self.subject, self.minus, self.cost)

    def cheapest(self) -> Links:
        """Return of links with the same ends and sign the cheapest."""
        key = (self.subject.astype(np.int64) * self.nodes + self.object) * 2 + self.minus
        order = np.lexsort((self.cost, key))
        order = order[np.append(True, np.diff(key[order]) != 0)]
        return Links(self.nodes, self.subject[order], self.object[order], self.minus[order], self.cost[order])


class States(Protocol):
    """A graph whose nodes are copies of entities; a walk begins at `2 * source` in all of them."""

    @property
    def tail(self) -> Any:
        """Where each copied link begins."""
        ...

    @property
    def head(self) -> Any:
        """Where it ends."""
        ...

    @property
    def cost(self) -> Any:
        """What it costs."""
        ...

    @property
    def states(self) -> int:
        """Number of copies."""
        ...

    def ends(self, targets: Sequence[int]) -> list[int]:
        """Return the copies at which a walk to a target may end."""
        ...

    def least(self, found: Any, targets: int) -> Any:
        """Return costs by source, target, sign from costs by source and end."""
        ...

    def folded(self, row: Any) -> Any:
        """Return costs by entity and sign from costs by copy."""
        ...


@dataclass(frozen=True)
class Layered:
    """A copy of each entity for each sign and number of links: state `(links * n + node) * 2 + sign code`."""

    nodes: int
    tail: Any
    head: Any
    cost: Any

    @classmethod
    def of(cls, links: Links) -> Layered:
        """Copy links. Cost: twelve copies of each, 16 bytes a copy."""
        some, nodes = links.cheapest(), links.nodes
        whole = np.int32 if (LINKS + 1) * nodes * 2 < 2**31 else np.int64
        subject, object_, minus = (one.astype(whole) for one in (some.subject, some.object, some.minus))
        copies = [(number, sign) for number in range(LINKS) for sign in (0, 1)]
        tail = np.concatenate([(number * nodes + subject) * 2 + sign for number, sign in copies])
        head = np.concatenate([((number + 1) * nodes + object_) * 2 + (minus ^ sign) for number, sign in copies])
        return cls(nodes, tail, head, np.tile(some.cost.astype(float), len(copies)))

    @property
    def states(self) -> int:
        """Number of copies."""
        return (LINKS + 1) * self.nodes * 2

    def ends(self, targets: Sequence[int]) -> list[int]:
        """Return the copies of some targets: for each number of links, target, sign."""
        return [
            (links * self.nodes + target) * 2 + sign
            for links in range(1, LINKS + 1)
            for target in targets
            for sign in (0, 1)
        ]

    def least(self, found: Any, targets: int) -> Any:
        """Return the least over the number of links: source, target, sign."""
        return np.asarray(found).reshape(-1, LINKS, targets, 2).min(axis=1)

    def folded(self, row: Any) -> Any:
        """Return the least over the number of links: entity, sign."""
        return np.asarray(row)[: self.states].reshape(LINKS + 1, -1, 2).min(axis=0)


@dataclass(frozen=True)
class Doubled:
    """A copy of each entity for each sign: state `node * 2 + sign code`. Walks may have any number of links."""

    nodes: int
    tail: Any
    head: Any
    cost: Any

    @classmethod
    def of(cls, links: Links) -> Doubled:
        """Copy links, two of each."""
        some = links.cheapest()
        subject, object_, minus = (one.astype(np.int64) for one in (some.subject, some.object, some.minus))
        tail = np.concatenate([subject * 2, subject * 2 + 1])
        head = np.concatenate([object_ * 2 + minus, object_ * 2 + 1 - minus])
        return cls(some.nodes, tail, head, np.tile(some.cost.astype(float), 2))

    @property
    def states(self) -> int:
        """Number of copies."""
        return self.nodes * 2

    def ends(self, targets: Sequence[int]) -> list[int]:
        """Return the copies of some targets: target, sign."""
        return [target * 2 + sign for target in targets for sign in (0, 1)]

    def least(self, found: Any, targets: int) -> Any:
        """Return costs by source, target, sign."""
        return np.asarray(found).reshape(-1, targets, 2)

    def folded(self, row: Any) -> Any:
        """Return costs by entity and sign."""
        return np.asarray(row)[: self.states].reshape(-1, 2)


class Scipy:
    """A graph of copies as a sparse matrix; one search a source."""

    def __init__(self, graph: States) -> None:
        self.graph = graph
        shape = (graph.states, graph.states)
        self.matrix = csr_array((graph.cost, (graph.tail, graph.head)), shape=shape)

    def pairs(self, sources: Sequence[int], targets: Sequence[int]) -> Any:
        """Return costs by source, target, sign."""
        ends = self.graph.ends(targets)
        return self.graph.least([dijkstra(self.matrix, indices=2 * one)[ends] for one in sources], len(targets))

    def reached(self, source: int) -> Any:
        """Return costs by entity and sign."""
        return self.graph.folded(dijkstra(self.matrix, indices=2 * source))


class Igraph:
    """A graph of copies in igraph, and a node without links, from which nothing is found."""

    def __init__(self, graph: States) -> None:
        self.graph = graph
        edges = np.stack([graph.tail, graph.head], axis=1)
        self.made = igraph.Graph(n=graph.states + 1, edges=edges, directed=True)
        self.cost = graph.cost.tolist()

    def pairs(self, sources: Sequence[int], targets: Sequence[int]) -> Any:
        """Return costs by source, target, sign; a search ends when all targets are found."""
        found = self.made.distances([2 * one for one in sources], self.graph.ends(targets), weights=self.cost)
        return self.graph.least(found, len(targets))

    def idle(self, targets: Sequence[int]) -> Any:
        """Ask for nothing, which costs what each call costs: igraph reads the list of costs anew."""
        return self.made.distances([self.graph.states], self.graph.ends(targets), weights=self.cost)

    def reached(self, source: int) -> Any:
        """Return costs by entity and sign."""
        return self.graph.folded(self.made.distances(2 * source, weights=self.cost)[0])


class Rustworkx:
    """A graph of copies in rustworkx; one search a source."""

    def __init__(self, graph: States) -> None:
        self.graph = graph
        self.made = rustworkx.PyDiGraph(multigraph=False)
        self.made.add_nodes_from(range(graph.states))
        self.made.add_edges_from(list(zip(graph.tail.tolist(), graph.head.tolist(), graph.cost.tolist(), strict=True)))

    def pairs(self, sources: Sequence[int], targets: Sequence[int]) -> Any:
        """Return costs by source, target, sign."""
        ends = self.graph.ends(targets)
        walked = (rustworkx.digraph_dijkstra_shortest_path_lengths(self.made, 2 * one, float) for one in sources)
        return self.graph.least([[row.get(end, np.inf) for end in ends] for row in map(dict, walked)], len(targets))


class Networkx:
    """A MultiDiGraph as a program on networkx would have it, walked in rounds by number of links."""

    def __init__(self, links: Links) -> None:
        self.nodes = links.nodes
        self.made: Any = nx.MultiDiGraph()
        self.made.add_nodes_from(range(links.nodes))
        columns = (one.tolist() for one in (links.subject, links.object, links.minus, links.cost))
        for key, (a, b, sign, cost) in enumerate(zip(*columns, strict=True)):
            self.made.add_edge(a, b, key=key, sign=sign, cost=cost)

    def walked(self, source: int) -> dict[tuple[int, int], int]:
        """Return the least cost of each node and sign that is reached."""
        adjacency = self.made.adj
        best = {(source, 0): 0}
        edge = dict(best)
        for _ in range(LINKS):
            fresh: dict[tuple[int, int], int] = {}
            for (node, sign), cost in edge.items():
                for other, links in adjacency[node].items():
                    for link in links.values():
                        state, total = (other, sign ^ link["sign"]), cost + link["cost"]
                        known = best.get(state)
                        if known is None or total < known:
                            best[state] = fresh[state] = total
            edge = fresh
        return best

    def pairs(self, sources: Sequence[int], targets: Sequence[int]) -> Any:
        """Return costs by source, target, sign."""
        walked = map(self.walked, sources)
        return np.array([[[row.get((end, sign), np.inf) for sign in (0, 1)] for end in targets] for row in walked])

    def reached(self, source: int) -> Any:
        """Return costs by entity and sign."""
        made = np.full((self.nodes, 2), np.inf)
        for (node, sign), cost in self.walked(source).items():
            made[node, sign] = cost
        return made
