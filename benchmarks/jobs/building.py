"""Building: from the record to what is asked, by columns and record by record; from a mapped file; all beliefs.

    python -m benchmarks.jobs.building URL      one start, measured in a process of its own; prints JSON

Lives here: jobs on a filled record. May enter: numbers of claims, a folder with room (1.2 GB at 10^6 claims).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

import kg
from benchmarks import generate
from benchmarks.filled import fill
from benchmarks.measuring import OURS, Act, Figure, race, spent
from benchmarks.memory import MIB, peak_kib
from benchmarks.parquet import columns
from kg.belief import weigh
from kg.columns.weighing import Weighed
from kg.compiled.arrays import Arrays
from kg.criteria import Criteria
from kg.graph import Graph
from kg.network import Network
from kg.searching import reach
from kg.vocabulary import load

PLAIN_MOST = 100_000
LINKS = 6
SOURCE = "technique-0000000"


def measure(claims: int, folder: Path) -> Iterator[Figure]:
    """Measure on one size; the record is left in the folder for other jobs."""
    url = record(claims, folder)
    for job, name in (("build from the record", "off"), ("mapped start", str(folder / f"kept-{claims}"))):
        if job == "mapped start":
            started(url, {"KG_COLUMNS_FOLDER": name})
        yield from starts(job, claims, url, {"KG_COLUMNS_FOLDER": name})
    if claims <= PLAIN_MOST:
        yield from starts(
            "build from the record",
            claims,
            url,
            {"KG_COLUMNS_FOLDER": "off", "KG_COLUMNS_LEAST": "never"},
            engine="record by record",
        )
    yield from beliefs(claims)


def record(claims: int, folder: Path) -> str:
    """Return the URL of a filled record of so many claims, made when it is not there."""
    place = folder / f"record-{claims}.sqlite"
    url = f"sqlite:///{place}"
    if not place.exists():
        fill(url, generate.draw(claims), load())
    return url


def beliefs(claims: int) -> list[Figure]:
    """The belief of every claim from its three items: by columns, and claim by claim in plain Python."""
    vocabulary, drawn = load(), generate.draw(claims)
    table = columns(drawn, vocabulary)

    def ours() -> Any:
        weigh.cache_clear()
        return Weighed.of(table, Criteria(), vocabulary).expected

    acts = {OURS: Act(ours)}
    if claims <= PLAIN_MOST:
        snapshot = generate.snapshot(drawn, vocabulary)

        def plain() -> Network:
            weigh.cache_clear()
            return Network.build(snapshot, Criteria(), vocabulary)

        def is_same(network: Network, first: Any) -> bool:
            return np.array_equal([network.opinion(id).expected for id in snapshot.claims], first)

        acts["plain Python"] = Act(plain, most=2, agrees=is_same)
    return race("belief of all claims", claims, acts)


def starts(job: str, claims: int, url: str, environment: Mapping[str, str], engine: str = OURS) -> Iterator[Figure]:
    """Measure one start: until everything is at hand, until the first answer, and what it takes of memory."""
    told = started(url, environment)
    yield Figure(job, claims, engine, told["ready"], told["ready_wall"])
    for name in ("first answer", "second answer"):
        note = "impact of one entity, all paths named" + ("; kernels loaded" if name == "first answer" else "")
        yield Figure(f"{job}, {name}", claims, engine, told[name], told[f"{name}, wall"], note=note)
    yield Figure(f"{job}, memory", claims, engine, told["peak"], unit="MiB", note="beyond a process just begun")
    if "opened" in told:
        note = "in a process that has opened the database and loaded its modules"
        yield Figure(f"{job}, database open", claims, engine, told["opened"], told["opened_wall"], note=note)


def started(url: str, environment: Mapping[str, str]) -> dict[str, float]:
    """Start a process on a record, and return what it tells of itself."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.jobs.building", url],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def main() -> None:
    """Start once, and tell."""
    before = peak_kib()

    def ready(graph: Graph) -> Network:
        network = graph.network()
        Arrays.of(network)
        return network

    first = spent(lambda: ready(kg.open(sys.argv[1], create=False)))
    network: Network = first[2]
    anchors = frozenset([network.index[SOURCE]])
    told = {"ready": first[0], "ready_wall": first[1]}
    for name in ("first answer", "second answer"):
        # As a question, so with the kernels that it loads and the paths that explain it.
        told[name], told[f"{name}, wall"], _ = spent(lambda: reach(network, anchors, forward=True, max_links=LINKS))
    told["peak"] = (peak_kib() - before) / MIB
    if os.environ.get("KG_COLUMNS_FOLDER") != "off":
        other = kg.open(sys.argv[1], create=False)
        opened = spent(lambda: ready(other))
        told |= {"opened": opened[0], "opened_wall": opened[1]}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
