"""The competency questions on Oxigraph, behind the guard, and on rdflib's own engine, in one run on the same quads.

`python -m benchmarks.sparql`; exit code 1 when a promise is not kept. Lives here: what is measured; whether the engines
agree. May enter: a database in a temporary folder.
"""

from __future__ import annotations

import signal
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from types import FrameType
from typing import Any

import pyoxigraph as ox
import rdflib

import kg
from kg.rdf.competency import Competency, questions
from kg.rdf.dataset import Projection

REPEATS = 5
LEAST_RATIO = 20.0
GUARD_AT_MOST = 50.0
PATIENCE = 60
Rows = set[tuple[str, ...]]


def timed(act: Callable[[], Rows], repeats: int) -> tuple[float, Rows]:
    """Return the median of several runs in milliseconds, and what the last one found."""
    times = []
    found: Rows = set()
    for _ in range(repeats):
        start = time.perf_counter()
        found = act()
        times.append((time.perf_counter() - start) * 1_000)
    return statistics.median(times), found


def on_oxigraph(store: ox.Store, one: Competency) -> Rows:
    """Evaluate in this process, without guard."""
    found: Any = store.query(one.text, use_default_graph_as_union=True)
    if isinstance(found, ox.QueryBoolean):
        return {(str(bool(found)).lower(),)}
    return {tuple("" if term is None else plain(getattr(term, "value", str(term))) for term in row) for row in found}


def guarded(graph: kg.Graph, one: Competency) -> Rows:
    """Evaluate as every door of ours does."""
    return {(str(graph.sparql(one.text).count),)}


def on_rdflib(dataset: rdflib.Dataset, one: Competency) -> Rows:
    """Evaluate with the engine that rdflib brings."""
    found = dataset.query(one.text)
    if found.type == "ASK":
        return {(str(bool(found)).lower(),)}
    return {tuple("" if term is None else plain(str(term)) for term in row) for row in found}


def plain(text: str) -> str:
    """Return numbers in one form, and no more places than both engines keep."""
    try:
        return str(round(Decimal(text), 9).normalize())
    except InvalidOperation:
        return text


def patiently(act: Callable[[], tuple[float, Rows]]) -> tuple[float, Rows | None]:
    """Return what a pure Python engine takes and finds, None for the finding when patience ends."""

    def over(_: int, __: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(PATIENCE)
    try:
        return act()
    except TimeoutError:
        return PATIENCE * 1_000.0, None
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def main() -> int:
    """Measure and print a table; return 1 when a promise is not kept or the engines disagree."""
    warnings.simplefilter("ignore", DeprecationWarning)
    totals = [0.0, 0.0, 0.0]
    different = []
    with tempfile.TemporaryDirectory() as folder:
        graph = kg.open(f"sqlite:///{folder}/pack.db", lang="en", ontology=())
        store = Projection.build(graph.network(), graph.store.changes(0, graph.revision)).store
        dataset = rdflib.Dataset(default_union=True)
        dataset.parse(data=ox.serialize(store, format=ox.RdfFormat.N_QUADS) or b"", format="nquads")
        start = time.perf_counter()
        graph.sparql("ASK {}")
        print(f"{len(store)} quads; the first query of all took {(time.perf_counter() - start) * 1_000:.0f} ms")
        print(f"{'oxigraph':>10} {'guarded':>10} {'rdflib':>12}  ms")
        for one in questions().values():
            plainly, rows = timed(lambda one=one: on_oxigraph(store, one), REPEATS)
            behind, _ = timed(lambda one=one: guarded(graph, one), REPEATS)
            slowly, others = patiently(lambda one=one: timed(lambda: on_rdflib(dataset, one), 1))
            for at, value in enumerate((plainly, behind, slowly)):
                totals[at] += value
            mark = "  (given up)" if others is None else ""
            if others is not None and rows != others:
                different.append(one.name)
                mark = "  <- the engines differ"
            print(f"{plainly:10.2f} {behind:10.2f} {slowly:12.2f}  {one.name}{mark}", flush=True)
        graph.store.close()
    ratio, guard = totals[2] / totals[0], (totals[1] - totals[0]) / len(questions())
    print(f"{totals[0]:10.2f} {totals[1]:10.2f} {totals[2]:12.2f}  all")
    print(f"rdflib takes {ratio:.0f} times as long as Oxigraph; at least {LEAST_RATIO:.0f} is promised")
    print(f"guard, fork and formats add {guard:.1f} ms to a query; at most {GUARD_AT_MOST:.0f} is promised")
    return 0 if ratio >= LEAST_RATIO and guard <= GUARD_AT_MOST and not different else 1


if __name__ == "__main__":
    sys.exit(main())
