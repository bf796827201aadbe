"""Changing: a work dropped, a claim added, a contribution accepted; against working everything out anew.

Lives here: jobs on a filled record of at least 10,000 claims. May enter: numbers of claims, a folder with the record.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kg
from benchmarks.jobs.building import LINKS, SOURCE, record
from benchmarks.measuring import OURS, Figure, spent
from kg.compiled.arrays import Arrays
from kg.criteria import Criteria
from kg.engine import Reached
from kg.ids import claim_id, evidence_id
from kg.model import Change, Claim, Evidence, Work
from kg.network import Network
from kg.rdf.dataset import Projection, difference
from kg.scenario import Scenario
from kg.searching import reach

RDF_MOST = 10_000
DROPS, ADDITIONS, CONTRIBUTIONS = 21, 7, 7
NO_WORKS_AFTER = 2100
"""Generated works are older, so that all of them are known in this year."""
ANEW = "all anew"


def measure(claims: int, folder: Path) -> Iterator[Figure]:
    """Measure on one record, which grows by a few contributions."""
    graph = kg.open(record(claims, folder), create=False)
    graph.look_ahead()
    try:
        yield from drops(graph, claims)
        yield from additions(graph, claims)
        yield from contributions(graph, claims)
    finally:
        graph.store.close()


def asked(network: Network) -> Reached:
    """Return what one technique reaches."""
    return reach(network, frozenset([network.index[SOURCE]]), forward=True, max_links=LINKS)


def drops(graph: kg.Graph, claims: int) -> list[Figure]:
    """Impact of a technique once a work on one of its paths is dropped, after it was asked with that work."""
    network = graph.network()
    found = asked(network)
    used = {claim for by_sign in found.paths.values() for paths in by_sign.values() for path in paths for claim in path}
    works = random.Random(1).sample(network.supporting_works(used), DROPS)
    ours, anew, agree = [], [], []
    for work in works:
        ours.append(spent(lambda work=work: asked(Scenario(drop_work=(work,)).apply(network)[0])))
        anew.append(spent(lambda work=work: asked(graph.network(Criteria(without_work=(work,))))))
        agree.append(ours[-1][2].paths == anew[-1][2].paths)
    return [
        _median("drop a work", claims, OURS, ours),
        _median("drop a work", claims, ANEW, anew, agrees=all(agree)),
    ]


def additions(graph: kg.Graph, claims: int) -> list[Figure]:
    """Impact of a technique once a claim is supposed, after it was asked without.

    All anew is the same question to a network that was never asked: it leaves out works of a year that has none.
    """
    network, vocabulary = graph.network(), graph.vocabulary
    asked(network)
    ends = network.of_types(["Factor"])
    ours, anew, agree = [], [], []
    for number, object in enumerate(ends[:: max(1, len(ends) // ADDITIONS)][:ADDITIONS]):
        what = Scenario.parse({"add": f"{SOURCE} raises {object} 0.7"}, vocabulary)
        alike = Criteria(known_in=NO_WORKS_AFTER + number)
        ours.append(spent(lambda what=what: asked(what.apply(network)[0])))
        anew.append(spent(lambda what=what, alike=alike: asked(what.apply(graph.network(alike))[0])))
        agree.append(ours[-1][2].paths == anew[-1][2].paths)
    return [
        _median("add a claim", claims, OURS, ours),
        _median("add a claim", claims, ANEW, anew, agrees=all(agree)),
    ]


def contributions(graph: kg.Graph, claims: int) -> Iterator[Figure]:
    """One accepted contribution (a claim, a work, an item) until each projection holds it."""
    parts: dict[str, list[tuple[float, float, Any]]] = {}
    before = graph.network()
    factors, risks = before.of_types(["Factor"]), before.of_types(["Risk"])
    fits = claims <= RDF_MOST
    projection = Projection.build(before, graph.store.changes(0, graph.revision)) if fits else None
    graph._text()
    for number in range(CONTRIBUTIONS):
        before = graph.network()
        Arrays.of(before)
        changes = contribution(before, factors, risks, number)
        parts.setdefault("write", []).append(
            spent(lambda changes=changes: graph.write(changes, actor="ann", act="accept", reason="a benchmark"))
        )
        network_ = spent(graph.network)
        network = network_[2]
        parts.setdefault("snapshot and network", []).append(network_)
        parts.setdefault("arrays", []).append(spent(lambda network=network: Arrays.of(network)))
        parts.setdefault("text index", []).append(spent(graph._text))
        revisions = list(graph.store.changes(before.snapshot.revision, graph.revision))

        def follow(revisions: Any = revisions, before: Network = before, network: Network = network) -> object:
            if projection is None:
                return difference(before, network, revisions)
            return projection.follow(revisions, network)

        parts.setdefault("RDF" if fits else "RDF, difference only", []).append(spent(follow))
    for part, runs in parts.items():
        yield _median(f"contribution: {part}", claims, OURS, runs)
    reaching = [runs for part, runs in parts.items() if part != "write"]
    every = [(sum(one[0] for one in runs), sum(one[1] for one in runs), None) for runs in zip(*reaching, strict=True)]
    yield _median("contribution reaches every projection", claims, OURS, every)


def contribution(network: Network, factors: list[str], risks: list[str], number: int) -> list[Change]:
    """Return a claim that is not in a record yet, with a work and an item; another one for each number."""
    pairs = ((factor, risk) for factor in reversed(factors) for risk in risks)
    new = (claim_id(factor, "enables", risk) for factor, risk in pairs)
    id = next(one for one in new if one not in network.snapshot.claims)
    subject, relation, object = id.split("--")
    work = Work(f"new{network.snapshot.revision}{number}", "article-journal", "What was found", ("Ann",), 2025)
    kind, strength = next(iter(network.vocabulary.study_kinds)), next(iter(network.vocabulary.strengths))
    basis, statement = next(iter(network.vocabulary.bases)), f"Finding {number}."
    item = Evidence(
        evidence_id(work.id, id, "supports", statement), id, work.id, "supports", kind, strength, statement, basis
    )
    return [
        Change("work", work),
        Change("claim", Claim(id, subject, relation, object)),
        Change("evidence", item),
    ]


def _median(
    job: str, claims: int, engine: str, runs: list[tuple[float, float, Any]], agrees: bool | None = None
) -> Figure:
    processor, wall = (statistics.median(one[at] for one in runs) for at in (0, 1))
    return Figure(job, claims, engine, processor, wall, len(runs), agrees=agrees)
