"""Requests per second of the server, measured by wrk, with and without somebody who writes; beside the same in Python.

Lives here: which measurements, in which order, of one database in one run. Machines of their own need root on Linux.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from shutil import which
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa

import kg
from benchmarks import serving_page
from benchmarks.load import API, CONNECTIONS, EVERY_PAIR, Line, measured, pairs, served
from benchmarks.machines import Machine, machines, missing
from benchmarks.measuring import machine
from kg.ahead import Ahead
from kg.model import Change, Entity, Text

COMMANDS = """
commands, each below four minutes on a quiet machine with two processors:
  python -m benchmarks.serving --write
  python -m benchmarks.serving --write --database postgresql://root@127.0.0.1:5432/test --machines 2
  python -m benchmarks.serving --page

The last writes the tables of docs/serving.md anew from benchmarks/results/serving.json, and measures nothing.
"""
TIMES = 20


def beside_python(database: str, cells: Sequence[tuple[str, str]]) -> dict[str, dict[str, float]]:
    """The time of questions that nobody asked before: the calls in Python, and the server's, in one run."""
    sources = list(dict.fromkeys(end for cell in cells for end in cell))
    asked: dict[str, list[dict[str, Any]]] = {
        "paths": [{"source": source, "target": target, "k": 9} for source, target in cells[:101]],
        "impact": [{"entity": entity, "max_links": 5} for entity in sources[:101]],
    }
    graph = kg.open(database)
    graph.look_ahead()
    found = {}
    with served(database, 1) as server:
        for name, questions in asked.items():
            found[name] = _beside(getattr(graph, name), f"{server.url}{API}/{name}", questions)
    graph.store.close()
    return found


def _beside(call: Callable[..., Any], address: str, questions: Sequence[dict[str, Any]]) -> dict[str, float]:
    calls: list[float] = []
    answers: list[float] = []
    computed: list[float] = []

    def over_http(given: dict[str, Any]) -> None:
        start = time.perf_counter()
        with urllib.request.urlopen(f"{address}?{urlencode(given)}", timeout=60) as got:
            got.read()
            computed.append(float(got.headers["Server-Timing"].split("dur=")[1].split(",")[0]))
        answers.append((time.perf_counter() - start) * 1_000)

    def in_python(given: dict[str, Any]) -> None:
        start = time.perf_counter()
        call(**given)
        calls.append((time.perf_counter() - start) * 1_000)

    for number, given in enumerate(questions):
        for act in (over_http, in_python)[:: 1 if number % 2 else -1]:
            act(given)
    medians = {"python_ms": calls, "computed_ms": computed, "over_http_ms": answers}
    return {name: round(statistics.median(times[1:]), 2) for name, times in medians.items()}


def at_once(database: str) -> dict[str, float]:
    """Sixteen who ask at once what nobody asked before: how many times it is computed, and how long all wait."""
    with served(database, 1) as server:

        def ask(address: str) -> str:
            with urllib.request.urlopen(server.url + address, timeout=120) as got:
                got.read()
                return str(got.headers["Server-Timing"])

        start = time.perf_counter()
        ask(f"{API}/matrix?max_links=4&lang=en")
        alone = time.perf_counter() - start
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            start = time.perf_counter()
            told = list(pool.map(ask, [f"{API}/matrix?max_links=5&lang=en"] * CONNECTIONS))
            together = time.perf_counter() - start
    times = sum(one.startswith("compute") for one in told)
    return {"computed": times, "alone_ms": round(alone * 1_000, 1), "together_ms": round(together * 1_000, 1)}


def followed(here: str, there: str) -> dict[str, float]:
    """How long after a write was acknowledged to one machine another has heard of it, and stands there unasked."""
    heard: list[float] = []
    stood: list[float] = []
    writer, reader = kg.open(here, create=False), kg.open(there, create=False)
    reader.look_ahead()
    with reader.store.listening() as wait, ThreadPoolExecutor(1) as pool, Ahead(reader):
        assert wait is not None
        for number in range(TIMES):
            time.sleep(0.3)

            def hear(wait: Callable[[float], bool] = wait) -> float:
                assert wait(10)
                return time.perf_counter()

            hearing = pool.submit(hear)
            name = f"rain-{time.time_ns()}-{number}"
            revision = writer.write([Change("entity", Entity(name, "Risk", Text(name)))], actor="ann", act="add")
            start = time.perf_counter()
            while reader._snapshot.revision < revision.number:
                time.sleep(0.001)
            stood.append(time.perf_counter() - start)
            heard.append(max(0.0, hearing.result() - start))
    writer.store.close()
    reader.store.close()
    told = {"heard_ms": heard, "stands_ms": stood}
    medians = {name: round(1_000 * statistics.median(times), 1) for name, times in told.items()}
    return {**medians, "stands_most_ms": round(1_000 * max(stood), 1)}


@contextmanager
def record(database: str | None, folder: str) -> Iterator[str]:
    """The URL of a record of the packaged pack: a file, or a schema of its own that is dropped afterwards."""
    if database is None:
        yield f"sqlite:///{folder}/record.db"
        return
    url = sa.make_url(database)
    if not url.drivername.startswith("postgres"):
        sys.exit("--database takes a URL of PostgreSQL; without it a file of SQLite is measured")
    server = sa.create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    schema = f"kg_bench_{os.getpid()}"
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    try:
        made = url.update_query_dict({"options": f"-csearch_path={schema}"})
        yield made.render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
        server.dispose()


def on_machines(database: str, count: int, script: Path, seconds: int, told: dict[str, Any]) -> Iterator[Line]:
    """Lines of several machines with one worker each; adds how soon they follow each other."""
    url = sa.make_url(database)
    with machines(count, (url.host or "127.0.0.1", url.port or 5432)) as some:

        def reached(one: Machine) -> str:
            host, port = one.gateway
            return url.set(host=host, port=port).render_as_string(hide_password=False)

        urls = [reached(one) for one in some]
        told["followed"] = followed(urls[0], urls[1])
        yield from measured(urls, some, 1, script, seconds, ("paths", EVERY_PAIR))


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, print a table, and write the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.serving",
        description=__doc__,
        epilog=COMMANDS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seconds", type=int, default=5, help="of each line; 5")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="1 2")
    parser.add_argument("--database", help="a PostgreSQL database in which a schema may be made; SQLite without it")
    parser.add_argument("--machines", type=int, default=0, help="so many network namespaces beside, with PostgreSQL")
    parser.add_argument(
        "--write", action="store_true", help="keep the figures, and write the tables of docs/serving.md"
    )
    parser.add_argument("--page", action="store_true", help="only write the tables of the figures that are kept")
    given = parser.parse_args(argv)
    if given.page:
        serving_page.write()
        return
    if which("wrk") is None:
        sys.exit("wrk is missing: apt-get install wrk, or brew install wrk")
    if given.machines and given.database is None:
        sys.exit("machines share a PostgreSQL: give --database")
    if given.machines and (given.machines < 2 or (why := missing()) is not None):
        sys.exit("several machines are at least two" if given.machines < 2 else str(why))
    with tempfile.TemporaryDirectory() as folder, record(given.database, folder) as database:
        script, cells = pairs(database, Path(folder))
        told: dict[str, Any] = {**machine(), "connections": CONNECTIONS, "seconds": given.seconds}
        told["beside_python"] = beside_python(database, cells)
        told["at_once"] = at_once(database)
        told["lines"] = []

        def lines() -> Iterator[Line]:
            for workers in given.workers:
                yield from measured([database], [None], workers, script, given.seconds)
            if given.machines:
                yield from on_machines(database, given.machines, script, given.seconds, told)

        print("\n".join(serving_page.HEAD))
        for line in lines():
            told["lines"].append(asdict(line))
            print(serving_page.row(told["lines"][-1]), flush=True)
        told["load_after"] = machine()["load"]
    print(json.dumps({name: value for name, value in told.items() if name != "lines"}, indent=1))
    if given.write:
        serving_page.keep("sqlite" if given.database is None else "postgresql", told)
        serving_page.write()


if __name__ == "__main__":
    main()
