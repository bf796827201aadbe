"""Asking the packaged pack: starts from nothing, the first answer, SPARQL, the data of a page, what is related.

Lives here: jobs on the pack, beside rdflib's own engine, plain Python, and ai-atlas-nexus. May enter: a folder.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from compileall import compile_dir
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Any

import orjson
import pyoxigraph as ox
import rdflib

import kg
import kg_viz
from benchmarks.measuring import OURS, Act, Figure, of_children, race
from benchmarks.sparql import Rows, on_oxigraph, on_rdflib
from kg.criteria import Criteria
from kg.model import Claim, Entity, Text
from kg.network import Network
from kg.rdf.competency import questions
from kg.rdf.dataset import Projection
from kg.searching import near
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary
from kg_viz import legend, page, scene

STARTS, REPEATS, RISKS = 5, 5, 100
GIVEN = 2.0
"""Seconds of processor time that rdflib's own engine gets for a query."""
RISK = "malicious-use-by-non-state-actors"
IMPORTS = "import networkx, rdflib"
FIRST = f"import kg, sys; kg.open(sys.argv[1]).raises({RISK!r})"


def measure(folder: Path) -> Iterator[Figure]:
    """Measure all of it on a copy of the pack."""
    url = f"sqlite:///{folder}/pack.sqlite"
    for package in (kg, kg_viz):
        # As pip does when it installs: a clone may hold no bytecode, and the environment may forbid to keep any.
        compile_dir(package.__path__[0], quiet=1)
    graph = kg.open(url, lang="en", ontology=())
    try:
        yield from cold_starts(url)
        yield from first_answers(url)
        yield from sparql(graph)
        yield from pages(graph)
        yield from related(graph.vocabulary)
    finally:
        graph.store.close()


def cold_starts(url: str) -> Iterator[Figure]:
    """Processor time of a process from begin to end."""
    command = str(Path(sys.executable).with_name("kg"))
    imports = Act(_running([sys.executable, "-c", IMPORTS]), note=IMPORTS)
    for job, words in (("kg --version", ["--version"]), ("kg search", ["search", "lora"])):
        acts = {OURS: Act(_running([command, *words], KG_DATABASE_URL=url)), "networkx and rdflib": imports}
        yield from race(job, 0, acts, repeats=STARTS, clock=of_children)


def first_answers(url: str) -> list[Figure]:
    """The first answer of a process that has only begun: the engine that is chosen by size, and either one forced."""
    command = [sys.executable, "-c", FIRST, url]
    acts = {
        OURS: Act(_running(command, KG_ENGINE="auto"), note="the engine that is chosen by size"),
        "networkx": Act(_running(command, KG_ENGINE="networkx"), note="KG_ENGINE=networkx"),
        "kernels": Act(_running(command, KG_ENGINE="compiled"), note="KG_ENGINE=compiled"),
    }
    return race("first answer of a process", 0, acts, repeats=STARTS, clock=of_children)


def sparql(graph: kg.Graph) -> list[Figure]:
    """All competency queries one after the other, on the same quads."""
    store = Projection.build(graph.network(), graph.store.changes(0, graph.revision)).store
    every = list(questions().values())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        dataset = rdflib.Dataset(default_union=True)
        dataset.parse(data=ox.serialize(store, format=ox.RdfFormat.N_QUADS) or b"", format="nquads")
        theirs = [_within(GIVEN, lambda one=one: on_rdflib(dataset, one)) for one in every]

    def ours() -> list[Rows]:
        return [on_oxigraph(store, one) for one in every]

    job = "competency queries"
    told = f"all {len(every)}, Oxigraph in this process, no guard"
    figures = race(job, 0, {OURS: Act(ours, note=told)}, repeats=REPEATS)
    given_up = sum(rows is None for _, rows in theirs)
    agrees = all(rows is None or rows == mine for (_, rows), mine in zip(theirs, ours(), strict=True))
    note = f"its own engine; {given_up} given up, each counted as the {GIVEN:.0f} s that it was given"
    figures.append(Figure(job, 0, "rdflib", 1_000 * sum(took for took, _ in theirs), agrees=agrees, note=note))
    return figures


def _within(seconds: float, act: Callable[[], Rows]) -> tuple[float, Rows | None]:
    """Return the processor seconds that something takes and what it finds; None when it takes too long."""

    def over(_: int, __: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, over)
    start = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        found = act()
    except TimeoutError:
        return seconds, None
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return time.process_time() - start, found


def pages(graph: kg.Graph) -> list[Figure]:
    """What the explorer is given to draw, made from the network and written as JSON."""
    network = graph.network()

    def data() -> bytes:
        drawn = scene.build(network, lang="en")
        return orjson.dumps(page.picture(drawn, legend_of=legend.build(drawn, graph.vocabulary)))

    return race("page data", 0, {OURS: Act(data, note=f"{len(data()) / 1024:.0f} kB")}, repeats=REPEATS)


def related(vocabulary: Vocabulary) -> list[Figure]:
    """What risks of other taxonomies are mapped to a risk of ai-atlas-nexus, on its own risks and mappings."""
    if find_spec("ai_atlas_nexus") is None:
        return []
    nexus = _nexus()
    risks = {one.id: one for one in nexus.get_all_risks()}
    kinds = ("close", "exact", "broad", "narrow", "related")
    mapped = {
        id: {other for kind in kinds for other in getattr(one, f"{kind}_mappings") or () if other in risks}
        for id, one in risks.items()
    }
    asked = [id for id in sorted(mapped) if mapped[id]][:RISKS]
    network = _linked(mapped, vocabulary)
    own = {id: f"r{number}" for number, id in enumerate(sorted(risks))}
    named = dict(zip(own.values(), own, strict=True))

    def ours() -> Any:
        return [
            {named[network.ids[node]] for node in near(network, network.index[own[id]], hops=1)} - {id} for id in asked
        ]

    def theirs() -> Any:
        return [{one.id for one in nexus.get_related_risks(id=id)} for id in asked]

    def is_within(found: Any, first: Any) -> bool:
        """Mappings point one way there and either way here, so what is found there is to be among ours."""
        return all(theirs <= mine | {id} for id, theirs, mine in zip(asked, found, first, strict=True))

    acts = {
        OURS: Act(ours, len(asked), note="neighbours, either way"),
        "ai-atlas-nexus": Act(theirs, len(asked), 2, is_within, "get_related_risks"),
    }
    return race("related risks", sum(map(len, mapped.values())), acts, repeats=REPEATS)


def _linked(mapped: dict[str, set[str]], vocabulary: Vocabulary) -> Network:
    """Return mappings as the links of a network, each of the same weight."""
    own = {id: f"r{number}" for number, id in enumerate(sorted(mapped))}
    entities = [Entity(id, "Factor", Text(name)) for name, id in own.items()]
    claims = [
        Claim(f"{own[one]}--raises--{own[other]}", own[one], "raises", own[other])
        for one, others in mapped.items()
        for other in others
        if other != one
    ]
    snapshot = Snapshot.of(1, "2026-01-01T00:00:00Z", [*entities, *claims])
    opinion = Network.build(Snapshot.of(0, None, []), Criteria(), vocabulary).opinion("none")
    return Network.build(snapshot, Criteria(), vocabulary, {claim.id: opinion for claim in claims})


def _nexus() -> Any:
    from ai_atlas_nexus import AIAtlasNexus  # noqa: PLC0415 - it may be missing

    return AIAtlasNexus()


def _running(command: list[str], **environment: str) -> Callable[[], object]:
    return lambda: subprocess.run(command, env=os.environ | environment, check=True, capture_output=True)
