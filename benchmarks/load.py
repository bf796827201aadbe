"""Servers under load: `kg serve` as a process, wrk that asks it, somebody who writes meanwhile.

Lives here: what is asked, `run`, `served`, `writing`, `measured`. May enter: a database, machines. Never here: tables.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from urllib.parse import urlencode

import kg
from benchmarks.machines import Machine
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
PORT = 8_000
"""On machines of their own."""


@dataclass(frozen=True)
class Server:
    """A running `kg serve`, ready."""

    url: str
    process: int


@dataclass(frozen=True)
class Line:
    """What wrk found: for each of some machines one, all at once."""

    job: str
    machines: int
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
def served(database: str, workers: int, machine: Machine | None = None) -> Iterator[Server]:
    """A server with so many workers, all of them ready; on a machine of its own, or here."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = PORT if machine else free.getsockname()[1]
    words = [sys.executable, "-m", "kg", "--database", database, "serve", "--port", str(port)]
    words += ["--workers", str(workers), "--host", "0.0.0.0" if machine else "127.0.0.1"]
    process = subprocess.Popen(
        machine.words(words) if machine else words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://{machine.address if machine else '127.0.0.1'}:{port}"
    try:
        times, until = 0, time.monotonic() + 180
        while times < 5 * workers:
            assert time.monotonic() < until, "the server does not become ready"
            with suppress(OSError), urllib.request.urlopen(f"{address}/readyz", timeout=5):
                times += 1
            time.sleep(0.1)
        yield Server(address, process.pid)
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


def measured(
    databases: Sequence[str],
    servers: Sequence[Machine | None],
    workers: int,
    script: Path,
    seconds: int,
    jobs: Sequence[str] = (*JOBS, EVERY_PAIR),
) -> Iterator[Line]:
    """Ask for all that is asked, without and with somebody who writes.

    Args:
        databases: The same record, as each server reaches it.
        servers: Where they run; None for here.
        workers: Of each.
        script: Asks each pair.
        seconds: For each line.
        jobs: What is asked.
    """
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(len(servers)))
        running = [
            stack.enter_context(served(database, workers, server))
            for database, server in zip(databases, servers, strict=True)
        ]
        for busy in (False, True):
            for job in jobs:
                address = JOBS.get(job, JOBS["paths"])
                given = script if job == EVERY_PAIR else None

                def ask(
                    server: Server, for_seconds: int, at: str = address, by: Path | None = given
                ) -> dict[str, float]:
                    return run(server.url, at, seconds=for_seconds, script=by)

                list(pool.map(lambda one: ask(one, 1), running))
                with writing(databases[0]) if busy else nullcontext(lambda: 0) as count:
                    before = sum(processor_seconds(one.process) for one in running)
                    found = list(pool.map(lambda one: ask(one, seconds), running))
                    taken = sum(processor_seconds(one.process) for one in running) - before
                    writes = round(count() / seconds)
                requests = sum(one["requests"] for one in found)
                yield Line(
                    job, len(servers), workers, writes, round(sum(one["per_second"] for one in found), 1),
                    round(1_000 * taken / max(1, requests), 3), round(max(one["p50"] for one in found), 2),
                    round(max(one["p99"] for one in found), 2),
                    int(sum(one["failed"] + one["broken"] for one in found)), round(os.getloadavg()[0], 1),
                )  # fmt: skip
