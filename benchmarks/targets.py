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


@dataclass(frozen=True)
class Target:
    """A bound on one figure, or on the ratio of two.

    Attributes:
        job: What it is about, in words.
        wanted: What is to be reached, in words.
        name: Job that was measured; None for what is not measured here.
        claims: On which size.
        peer: Whose time is divided by ours; None to bound our own figure.
        least: Least ratio.
        most: Most of our own figure, in its unit.
        why: What there is to say, above all where it is not met or not measured.
    """

    job: str
    wanted: str
    name: str | None = None
    claims: int = 0
    peer: str | None = None
    least: float = 0.0
    most: float = 0.0
    why: str = ""

    def told(self, figures: Figures) -> tuple[str, str]:
        """Return what was measured, and whether that is enough."""
        ours = figures.get((self.name or "", self.claims, OURS))
        peer = figures.get((self.name or "", self.claims, self.peer or OURS))
        if ours is None or peer is None or not ours.value:
            return self.why, UNKNOWN
        if self.peer is None:
            shown, met = f"{number(ours.value)} {ours.unit}", ours.value <= self.most
        else:
            ratio = peer.value / ours.value
            shown = f"{ratio:,.0f} times" if ratio >= 10 else f"{ratio:,.1f} times" if ratio >= 1 else ""
            shown = shown or f"takes {1 / ratio:,.1f} times as long"
            shown, met = f"{shown} ({number(ours.value)} ms against {number(peer.value)})", ratio >= self.least
        return "; ".join(one for one in (shown, self.why) if one), MET if met else MISSED


MILLION, SMALL = 1_000_000, 10_000
TARGETS = (
    Target("memory per claim, 10^6", "at most 16 B", "memory", MILLION, most=16.0,
           why="16 B of a claim (8 in either direction), the rest is a share of the tables by entity"),
    Target("matrix 300 x 300, 10^4", "150 times networkx", "matrix", SMALL, "networkx", 150),
    Target("matrix 300 x 300, 10^4", "3 times the best library (scipy)", "matrix", SMALL, "scipy", 3),
    Target("matrix 300 x 300, 10^6", "1,000 times networkx", "matrix", MILLION, "networkx", 1_000),
    Target("matrix 300 x 300, 10^6", "3 times igraph", "matrix", MILLION, "igraph", 3),
    Target("matrix 300 x 300, 10^6", "3 times scipy", "matrix", MILLION, "scipy", 3),
    Target("matrix on Hetionet", "1,000 times MultiDiGraph, 3 times scipy",
           why="the data is not part of the repository"),
    Target("matrix 300 x 300, 10^7", "5 times igraph", "matrix", 10 * MILLION, "igraph", 5,
           why="the graph of igraph with a copy for each sign and number of links has 120 million edges"),
    Target("10 best paths, 10^4", "300 times networkx", "k paths", SMALL, "networkx", 300,
           why="networkx does less: no signs, no bound on links"),
    Target("10 best paths, 10^6", "10 times igraph", "k paths", MILLION, "igraph", 10,
           why="the run was broken off before"),
    Target("impact, 10^6", "150 times networkx", "impact", MILLION, "networkx", 150,
           why="beside a load of more than 20 on two cores"),
    Target("impact, 10^6", "ahead of scipy", "impact", MILLION, "scipy", 1),
    Target("impact, 10^6", "ahead of GraphBLAS", why="python-graphblas is not among the peers"),
    Target("drop one work, 10^6", "1/50 of all anew", "drop a work", MILLION, "all anew", 50,
           why="not run at this size"),
    Target("drop one work, 10^5", "1/50 of all anew", "drop a work", 100_000, "all anew", 50,
           why="most of our time goes to reading the records of the touched claims one by one"),
    Target("minimum cut, 10^6", "scipy's time",
           why="`kg cut` answers by smallest sets of mitigations, claims or works (exact, bounded in time), "
               "not by flow; there is nothing to compare"),
    Target("neighbourhood, 10^4", "at most 2 ms", "neighbourhood", SMALL, most=2.0),
    Target("neighbourhood, 10^4", "150 times ego_graph", "neighbourhood", SMALL, "networkx", 150,
           why="ego_graph is not cut at 100, and writes all of it"),
    Target("competency queries on the pack", "20 times rdflib", "competency queries", 0, "rdflib", 20),
    Target("competency queries", "parity with pyoxigraph",
           why="it is pyoxigraph; `benchmarks.sparql` measures the guard"),
    Target("transitive SPARQL paths, 10^5", "from the arrays", why="see docs/reference/sparql.md"),
    Target("`kg --version`", "not slower than importing networkx and rdflib", "kg --version", 0,
           "networkx and rdflib", 1),
    Target("`kg search` on the pack", "within 3 times importing networkx and rdflib", "kg search", 0,
           "networkx and rdflib", 1 / 3, why="a start reads the pack and makes the text index anew"),
    Target("first answer of a process, pack", "not slower than plain networkx", "first answer of a process", 0,
           "networkx", 0.95, why="to within the 5 % that processor time of processes varies by"),
    Target("build from the record, 10^6", "under 20 s", "build from the record", MILLION, most=20_000.0,
           why="one run, beside a load of more than 20 on two cores"),
    Target("build from the record, 10^6", "under 2 GiB", "build from the record, memory", MILLION, most=2_048.0),
    Target("ready from a mapped snapshot, 10^6", "under 1 s", "mapped start", MILLION, most=1_000.0),
    Target("ready from a mapped snapshot, 10^6", "5 ms", "mapped start", MILLION, most=5.0,
           why="a start opens the database and reads the ontology beside"),
    Target("one contribution reaches every projection, 10^5", "under 50 ms", "contribution reaches every projection",
           100_000, most=50.0, why="RDF: the quads that differ are worked out, not written to a store of this size"),
    Target("HTTP throughput and latency", "paths and impact within 2 times of Python",
           why="`python -m benchmarks.serving`"),
    Target("first picture in Chromium", "1 s at 200 entities, 2 s at 1,000",
           why="tests/browser/test_speed.py holds it"),
)  # fmt: skip
