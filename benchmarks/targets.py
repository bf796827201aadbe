"""What is to be reached, and whether it was: each target as a ratio or a bound on figures that were measured.

Lives here: `TARGETS`. May enter: figures. A target without figures is not measured; none is met by estimate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from benchmarks.measuring import OURS, Figure, number

Figures: TypeAlias = Mapping[tuple[str, int, str], Figure]
MET, MISSED, UNKNOWN = "met", "**not met**", "not measured"
BEST, PYTHON = "the best library", "the call in Python"
""""The best library" is whichever peer takes least."""


@dataclass(frozen=True)
class Target:
    """A bound on one figure, or on the ratio of two.

    Attributes:
        job: What it is about, in words.
        wanted: What is to be reached, in words.
        name: Job that was measured.
        claims: On which size.
        peer: Whose time is divided by ours, or `BEST`; None to bound our own figure.
        least: Least ratio; 0 to bound a figure.
        most: Most of our own figure in its unit.
        why: What there is to say, above all where it is not met.
    """

    job: str
    wanted: str
    name: str
    claims: int = 0
    peer: str | None = None
    least: float = 0.0
    most: float = 0.0
    why: str = ""

    def told(self, figures: Figures) -> tuple[str, str]:
        """Return what was measured, and whether that is enough."""
        ours = figures.get((self.name, self.claims, OURS))
        peer = self._peer(figures)
        if ours is None or peer is None or not ours.value:
            return self.why, UNKNOWN
        if not self.least:
            shown, met = f"{number(peer.value)} {peer.unit}", peer.value <= self.most
        else:
            ratio = peer.value / ours.value
            shown = f"{ratio:,.0f} times" if ratio >= 10 else f"{ratio:,.1f} times" if ratio >= 1 else ""
            shown = shown or f"takes {1 / ratio:,.1f} times as long"
            named = f" of {peer.engine}" if self.peer == BEST else ""
            shown = f"{shown} ({number(ours.value)} ms against {number(peer.value)}{named})"
            met = ratio >= self.least
        return "; ".join(one for one in (shown, self.why) if one), MET if met else MISSED

    def _peer(self, figures: Figures) -> Figure | None:
        """Return what our figure is held against: that of a peer, or ours."""
        if self.peer != BEST:
            return figures.get((self.name, self.claims, self.peer or OURS))
        peers = [one for (name, claims, engine), one in figures.items() if (name, claims) == (self.name, self.claims)
                 and engine != OURS]  # fmt: skip
        return min(peers, key=lambda one: one.value, default=None)


MILLION, SMALL, MIDDLE, HUGE, HETIONET, TRIPLES = 1_000_000, 10_000, 100_000, 10_000_000, 2_250_197, 2_070
TARGETS = (
    Target("memory per claim, 10^6", "at most 16 B", "memory", MILLION, most=16.0),
    Target("matrix 300 x 300, 10^4", "150 times networkx", "matrix", SMALL, "networkx", 150),
    Target("matrix 300 x 300, 10^4", "3 times the best library", "matrix", SMALL, BEST, 3),
    Target("matrix 300 x 300, 10^6", "1,000 times networkx", "matrix", MILLION, "networkx", 1_000),
    Target("matrix 300 x 300, 10^6", "3 times the best library", "matrix", MILLION, BEST, 3),
    Target("matrix 300 x 300, 10^6", "3 times igraph", "matrix", MILLION, "igraph", 3),
    Target("matrix 300 x 300, 10^7", "5 times igraph", "matrix", HUGE, "igraph, no bound", 5,
           why="igraph does less: any number of links; with a copy for each number of links it has 120 million edges"),
    Target("matrix on Hetionet", "1,000 times MultiDiGraph", "matrix on Hetionet", HETIONET, "networkx", 1_000,
           why="peers search backwards from the diseases, which are fewer"),
    Target("matrix on Hetionet", "3 times scipy", "matrix on Hetionet", HETIONET, "scipy", 3,
           why="peers search backwards from the diseases, which are fewer"),
    Target("10 best paths, 10^4", "300 times networkx", "k paths", SMALL, "networkx", 300,
           why="networkx does less: no bound on links; without signs, which is less still, in the figures"),
    Target("10 best paths, 10^6", "10 times igraph", "k paths", MILLION, "igraph", 10,
           why="igraph does less: no signs, no bound on links"),
    Target("impact, 10^6", "150 times networkx", "impact", MILLION, "networkx", 150),
    Target("impact, 10^6", "ahead of scipy", "impact", MILLION, "scipy", 1),
    Target("impact, 10^6", "ahead of GraphBLAS", "impact", MILLION, "GraphBLAS", 1),
    Target("drop one work, 10^6", "1/50 of all anew", "drop a work", MILLION, "all anew", 50),
    Target("drop one work, 10^5", "1/50 of all anew", "drop a work", MIDDLE, "all anew", 50,
           why="median of 21 works"),
    Target("add a claim, 10^6", "1/50 of all anew", "add a claim", MILLION, "all anew", 50),
    Target("minimum cut, 10^6", "scipy's time", "minimum cut", MILLION, "scipy", 1),
    Target("neighbourhood, 10^4", "at most 2 ms", "neighbourhood", SMALL, most=2.0),
    Target("neighbourhood, 10^4", "150 times ego_graph", "neighbourhood", SMALL, "networkx", 150,
           why="ego_graph is not cut at 100, and writes all of it"),
    Target("competency queries on the pack", "20 times rdflib", "competency queries", 0, "rdflib", 20),
    Target("competency queries, 162,000 triples", "0.54 s", "competency queries, as doors ask", TRIPLES, most=540.0,
           why="46 questions now, 26 when Oxigraph took so long; each passes a guard, and a process that can be ended"),
    Target("competency queries, 162,000 triples", "parity with pyoxigraph (within a tenth)",
           "competency queries, as doors ask", TRIPLES, "pyoxigraph", 1 / 1.1,
           why="the engine is pyoxigraph; as above"),
    Target("path of any length in SPARQL, 10^5", "from the arrays, ahead of pyoxigraph", "path of any length", MIDDLE,
           "pyoxigraph", 1, why="one known end; rdflib: RecursionError"),
    Target("`kg --version`", "not slower than importing networkx and rdflib", "kg --version", 0,
           "networkx and rdflib", 1),
    Target("`kg search` on the pack", "within 3 times importing networkx and rdflib", "kg search", 0,
           "networkx and rdflib", 1 / 3),
    Target("first answer of a process, pack", "not slower than plain networkx (within 5 %)",
           "first answer of a process", 0, "networkx", 0.95,
           why="the pack is searched in plain Python; kernels, where they are forced, are loaded first"),
    Target("build from the record, 10^6", "under 20 s", "build from the record", MILLION, most=20_000.0,
           why="in a process of its own, whatever the record was loaded from"),
    Target("build from the record, 10^6", "under 2 GiB", "build from the record, memory", MILLION, most=2_048.0),
    Target("load CSV, 10^6, beyond the record", "query-ready in under 20 s", "load CSV, beyond the record", MILLION,
           most=20_000.0, why="what the whole load takes, the record written too, is in the figures"),
    Target("load CSV, 10^6", "under 2 GiB", "load CSV, memory", MILLION, most=2_048.0,
           why="the record written too; ids of 3 million items, and what they lean on"),
    Target("load a pack, 10^6, beyond the record", "query-ready in under 20 s", "load a pack, beyond the record",
           MILLION, most=20_000.0, why="as above"),
    Target("load a pack, 10^6", "under 2 GiB", "load a pack, memory", MILLION, most=2_048.0, why="as above"),
    Target("load RDF, 10^6, beyond the record", "query-ready in under 20 s", "load RDF, beyond the record", MILLION,
           most=20_000.0, why="as above"),
    Target("load RDF, 10^6", "under 2 GiB", "load RDF, memory", MILLION, most=2_048.0, why="as above"),
    Target("a restart ready from a mapped snapshot, 10^6", "under 1 s", "mapped start", MILLION, most=1_000.0,
           why="opens the database and reads the ontology beside; what the first answer takes is in the figures"),
    Target("ready from a mapped snapshot, 10^6", "5 ms", "mapped start, database open", MILLION, most=5.0,
           why="in a process that has opened the database and loaded its modules"),
    Target("one contribution reaches every projection, 10^5", "under 50 ms", "contribution reaches every projection",
           MIDDLE, most=50.0, why="RDF: the quads that differ are worked out, not written to a store of this size"),
    Target("paths over HTTP, pack", "server time within 2 times of Python", "paths over HTTP", 0, PYTHON, 1 / 2),
    Target("impact over HTTP, pack", "server time within 2 times of Python", "impact over HTTP", 0, PYTHON, 1 / 2),
    Target("first picture in Chromium, 200 entities", "1 s", "first picture, 200 entities", 0, most=1_000.0),
    Target("first picture in Chromium, 1,000 entities", "2 s", "first picture, 1,000 entities", 0, most=2_000.0),
)  # fmt: skip
