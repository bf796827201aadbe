"""Requests per second of the server, measured by wrk: `python -m benchmarks.serving [--seconds 10] [--json FILE]`.

Lives here: what is asked, with how many workers, and the figures. May enter: a record in a temporary folder.
wrk is a package of Debian (`apt-get install wrk`) and of Homebrew. Client and server share the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from shutil import which
from threading import Event
from typing import Any
from urllib.parse import urlencode

import kg
from benchmarks.measuring import machine
from kg.model import Change, Entity, Text

CONNECTIONS = 16
WRITES_EACH_SECOND = 20
RISK = "malicious-use-by-non-state-actors"
API = "/api/v1"
JOBS: dict[str, str] = {
    "paths": f"{API}/paths?source=qlora&target={RISK}",
    "impact": f"{API}/impact?entity=fine-tuning",
    "record": f"{API}/claims/tar--mitigates--safeguard-removal",
    "page of a record": "/claims/tar--mitigates--safeguard-removal",
}
EVERY_PAIR = "paths, each pair in turn"
LUA = """local list, at = {{ {addresses} }}, 0
request = function()
  at = at % #list + 1
  return wrk.format("GET", list[at])
end
"""
SAID = {
    "per_second": re.compile(r"Requests/sec:\s+([\d.]+)"),
    "requests": re.compile(r"(\d+) requests in"),
    "p50": re.compile(r"50%\s+([\d.]+)(us|ms|s)"),
    "p99": re.compile(r"99%\s+([\d.]+)(us|ms|s)"),
    "failed": re.compile(r"Non-2xx or 3xx responses: (\d+)"),
    "broken": re.compile(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)"),
}
MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1_000.0}


@dataclass(frozen=True)
class Line:
    """What one run of wrk found."""

    job: str
    database: str
    workers: int
    writes: int
    per_second: float
    processor_ms: float
    p50_ms: float
    p99_ms: float
    failed: int
    load: float


def run(url: str, address: str, *, seconds: int, script: Path | None = None) -> dict[str, float]:
    """Ask one address, or those that a script gives, and return what wrk says."""
    words = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency"]
    words += [] if script is None else ["-s", str(script)]
    said = subprocess.run([*words, url + address], capture_output=True, text=True, check=True).stdout
    found = dict.fromkeys(SAID, 0.0)
    for name, pattern in SAID.items():
        match = pattern.search(said)
        if match is not None:
            unit = MILLISECONDS.get(match[2], 1.0) if name in {"p50", "p99"} else 1.0
            found[name] = sum(map(float, match.groups())) if name == "broken" else float(match[1]) * unit
    return found


def processor_seconds(process: int) -> float:
    """Return the processor time that a process and its children have taken so far; they are told apart by /proc."""
    place = Path(f"/proc/{process}")
    fields = (place / "stat").read_text().rpartition(")")[2].split()
    children = (place / "task" / str(process) / "children").read_text().split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(processor_seconds(int(child)) for child in children)


@contextmanager
def served(database: str, workers: int) -> Iterator[tuple[str, int]]:
    """The address of a server with so many workers, all of them ready, and its process."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "kg", "--database", database, "serve", "--port", str(port)]
    process = subprocess.Popen(
        [*words, "--workers", str(workers)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        times = 0
        until = time.monotonic() + 120
        while times < 5 * workers:
            assert time.monotonic() < until, "the server does not become ready"
            with suppress(OSError), urllib.request.urlopen(f"{address}/readyz", timeout=5):
                times += 1
            time.sleep(0.2)
        yield address, process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def writing(database: str) -> Iterator[Callable[[], int]]:
    """Somebody who writes all the time; the function tells how often so far."""
    stop, written = Event(), [0]

    def write() -> None:
        writer = kg.open(database, create=False)
        while not stop.wait(1 / WRITES_EACH_SECOND):
            name = f"mud-{time.time_ns()}"
            writer.write([Change("entity", Entity(name, "Risk", Text(name)))], actor="ann", act="add")
            written[0] += 1
        writer.store.close()

    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(write)
        try:
            yield lambda: written[0]
        finally:
            stop.set()
            job.result()


def pairs(database: str, folder: Path) -> tuple[Path, list[tuple[str, str]]]:
    """A script for wrk that asks each pair of a technique and a risk, and the pairs."""
    graph = kg.open(database)
    cells = [(cell["row"], cell["col"]) for cell in graph.matrix()["cells"]]
    graph.store.close()
    asked = [f"{API}/paths?{urlencode({'source': source, 'target': target})}" for source, target in cells]
    script = folder / "pairs.lua"
    script.write_text(LUA.format(addresses=", ".join(f'"{one}"' for one in asked)), encoding="utf-8")
    return script, cells


def lines(database: str, script: Path, seconds: int, counts: list[int]) -> Iterator[Line]:
    """All jobs, with so many workers each, without and with somebody who writes."""
    kind = database.partition(":")[0].partition("+")[0]
    for workers in counts:
        for busy in (False, True):
            with served(database, workers) as (url, process):
                for job, address in {**JOBS, EVERY_PAIR: JOBS["paths"]}.items():
                    given = script if job == EVERY_PAIR else None
                    run(url, address, seconds=1, script=given)
                    with writing(database) if busy else nullcontext(lambda: 0) as count:
                        before = processor_seconds(process)
                        found = run(url, address, seconds=seconds, script=given)
                        taken = processor_seconds(process) - before
                        writes = round(count() / seconds)
                    yield Line(
                        job, kind, workers, writes, found["per_second"],
                        round(1_000 * taken / max(1, found["requests"]), 2),
                        found["p50"], found["p99"], int(found["failed"] + found["broken"]), os.getloadavg()[0],
                    )  # fmt: skip


def beside_python(database: str, cells: list[tuple[str, str]]) -> dict[str, float]:
    """The time of a question that nobody asked before: the call in Python, and the server's, in one run."""
    calls: list[float] = []
    answers: list[float] = []
    computed: list[float] = []
    graph = kg.open(database)
    graph.look_ahead()
    graph.paths(*cells[0])
    with served(database, 1) as (url, _):
        for number, (source, target) in enumerate(cells[1:101]):
            asked = urlencode({"source": source, "target": target, "k": 9})

            def over_http(asked: str = asked) -> None:
                start = time.perf_counter()
                with urllib.request.urlopen(f"{url}{API}/paths?{asked}", timeout=60) as got:
                    got.read()
                    computed.append(float(got.headers["Server-Timing"].split("dur=")[1].split(",")[0]))
                answers.append((time.perf_counter() - start) * 1_000)

            def in_python(source: str = source, target: str = target) -> None:
                start = time.perf_counter()
                graph.paths(source, target, k=9)
                calls.append((time.perf_counter() - start) * 1_000)

            for act in (over_http, in_python)[:: 1 if number % 2 else -1]:
                act()
    graph.store.close()
    medians = {"python_ms": calls, "computed_ms": computed, "over_http_ms": answers}
    return {name: round(statistics.median(times), 2) for name, times in medians.items()}


def at_once(database: str) -> dict[str, float]:
    """Sixteen who ask at once what nobody asked before: how many times it is computed, and how long all wait."""
    with served(database, 1) as (url, _):

        def ask(address: str) -> str:
            with urllib.request.urlopen(url + address, timeout=120) as got:
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


def main() -> None:
    """Measure, print a table, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--database", help="a record that may be written to; a copy of the pack in SQLite by default")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if which("wrk") is None:
        sys.exit("wrk is missing: apt-get install wrk, or brew install wrk")
    with tempfile.TemporaryDirectory() as folder:
        database = given.database or f"sqlite:///{folder}/record.db"
        script, cells = pairs(database, Path(folder))
        told: dict[str, Any] = {
            **machine(),
            "connections": CONNECTIONS,
            "seconds": given.seconds,
            "beside_python": beside_python(database, cells),
            "at_once": at_once(database),
            "lines": [],
        }
        print(json.dumps({name: value for name, value in told.items() if name != "lines"}, indent=1))
        print("| job | workers | writes/s | requests/s | processor ms each | p50 ms | p99 ms | failed | load |")
        print("|---" * 9 + "|")
        for line in lines(database, script, given.seconds, given.workers):
            told["lines"].append(asdict(line))
            print(
                f"| {line.job} | {line.workers} | {line.writes} | {line.per_second:.0f} | {line.processor_ms} "
                f"| {line.p50_ms:.1f} | {line.p99_ms:.1f} | {line.failed} | {line.load:.1f} |",
                flush=True,
            )
        if given.json:
            given.json.parent.mkdir(parents=True, exist_ok=True)
            given.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
