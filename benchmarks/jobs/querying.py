"""SPARQL: the competency questions as every door asks them beside Oxigraph itself; paths of any length.

Lives here: jobs on the packaged pack and on drawn graphs. May enter: a folder. Never here: rdflib on all questions
(asking). Queries are evaluated in a process beside this one, so that figures are what a clock shows.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyoxigraph as ox
import rdflib

import kg
from benchmarks.generate import RELATIONS, draw, snapshot
from benchmarks.measuring import OURS, Act, Figure, race
from kg.criteria import Criteria
from kg.model import Change, Record
from kg.network import Network
from kg.rdf import guard, walks
from kg.rdf.competency import questions
from kg.rdf.dataset import Projection
from kg.rdf.derived import edges
from kg.rdf.names import PREFIXES
from kg.record import Store
from kg.vocabulary import load

CLAIMS = 2_070
"""A drawn graph of so many claims is 162,000 triples, within one in a hundred."""
LONG = 100_000
"""Claims of the graph on which paths of any length are asked for."""
REPEATS, SECONDS, ROWS = 3, 60, 1_000_000


def measure(folder: Path) -> Iterator[Figure]:
    """Measure on the pack and on drawn graphs."""
    yield from doors(kg.open(f"sqlite:///{folder}/queried.sqlite", lang="en", ontology=()), 0)
    url = f"sqlite:///{folder}/drawn-{CLAIMS}.sqlite"
    fill(url, CLAIMS)
    yield from doors(kg.open(url, ontology=()), CLAIMS)
    yield from paths(LONG)


def fill(url: str, claims: int) -> None:
    """Write a drawn graph to a new record."""
    store = Store.open(url, create=True)
    changes = [Change(_kind(record), record) for record in draw(claims).records(load())]
    store.write(changes, actor="generator", act="import", reason=f"{claims} claims")
    store.close()


def doors(graph: kg.Graph, claims: int) -> list[Figure]:
    """All competency questions one after the other: behind guard and worker, and by Oxigraph in this process."""
    try:
        store = Projection.build(graph.network(), graph.store.changes(0, graph.revision)).store
        every = list(questions().values())

        def ours() -> list[bytes]:
            return [graph.sparql(one.text, seconds=SECONDS, rows=ROWS).body for one in every]

        def theirs() -> list[bytes]:
            asked: Any = (store.query(one.text, use_default_graph_as_union=True) for one in every)
            return [_written(one) for one in asked]

        def is_same(found: list[bytes], first: list[bytes]) -> bool:
            return list(map(_rows, found)) == list(map(_rows, first))

        acts = {
            OURS: Act(ours, note=f"{len(every)} questions behind the guard, in a process that can be ended"),
            "pyoxigraph": Act(theirs, agrees=is_same, note=f"{len(store):,} triples, results written out"),
        }
        return race("competency queries, as doors ask", claims, acts, repeats=REPEATS, clock=time.perf_counter)
    finally:
        graph.store.close()


def paths(claims: int) -> Iterator[Figure]:
    """What one technique raises over any number of claims: by our arrays, by Oxigraph and rdflib on the edges alone."""
    vocabulary = load()
    graph = draw(claims)
    network = Network.build(snapshot(graph, vocabulary), Criteria(), vocabulary)
    degree = np.bincount(graph.subject[graph.relation == RELATIONS.index("raises")], minlength=len(graph.types))
    techniques = graph.entities("Technique")
    source = graph.entity_id(int(techniques[np.argmax(degree[techniques])]))
    text = f"SELECT ?raised {{ entity:{source} ekg:raises+ ?raised }}"
    text = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("ekg", "entity")) + text
    checked = guard.check(text)
    lines = "".join(f"{' '.join(one)} .\n" for id in network.ids for one in edges(network, id)).encode()
    store = ox.Store()
    store.bulk_load(lines, ox.RdfFormat.N_TRIPLES)
    other: Any = rdflib.Graph().parse(data=lines, format="nt")

    def ours() -> set[str]:
        walk = walks.recognised(checked, network)
        if walk is None:
            raise RuntimeError(f"not recognised: {text}")
        return walks.reached(walk, network)

    def theirs() -> set[str]:
        found: Any = store.query(text)
        return {row[0].value.rpartition("/")[2] for row in found}

    def is_same(found: set[str], first: set[str]) -> bool:
        return found == first

    note = "the direct edges alone"
    acts = {OURS: Act(ours), "pyoxigraph": Act(theirs, most=REPEATS, agrees=is_same, note=note)}
    job = "path of any length"
    yield from race(job, claims, acts)
    start = time.process_time()
    try:
        agrees: bool | None = {str(row[0]).rpartition("/")[2] for row in other.query(text)} == ours()
    except RecursionError:
        agrees, note = None, f"{note}; RecursionError after this time, no answer"
    yield Figure(job, claims, "rdflib", 1_000 * (time.process_time() - start), agrees=agrees, note=note)


def _written(found: Any) -> bytes:
    if isinstance(found, ox.QueryTriples):
        return found.serialize(format=ox.RdfFormat.TURTLE) or b""
    return found.serialize(format=ox.QueryResultsFormat.JSON) or b""


def _rows(body: bytes) -> int:
    """Return how many rows a result has; 1 for a truth value, 0 for triples, which are not compared."""
    if not body.startswith(b"{"):
        return 0
    document = orjson.loads(body)
    return len(document["results"]["bindings"]) if "results" in document else 1


def _kind(record: Record) -> Any:
    return type(record).__name__.lower()
