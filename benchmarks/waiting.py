"""What a user waits for, on the packaged pack: `python -m benchmarks.waiting`.

Lives here: the list of what is measured, and the table. May enter: a database in a temporary folder.
"""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import kg

RISK = "malicious-use-by-non-state-actors"
CLAIM = "tar--mitigates--safeguard-removal"
QUESTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("raises", "/raises", {}),
    ("raises", "/raises", {"risk": RISK}),
    ("matrix", "/matrix", {}),
    ("paths", "/paths", {"source": "qlora", "target": RISK}),
    ("impact", "/impact", {"entity": "fine-tuning"}),
    ("disputes", "/disputes", {}),
    ("claim", f"/claims/{CLAIM}", {"id": CLAIM}),
    ("search", "/search", {"text": "federated lerning"}),
)
HTTP_WORDS = {"text": "q"}
REPEATS, STARTS = 30, 5
AGAIN_AT_MOST = 10.0


@dataclass(frozen=True)
class Timing:
    """One line of the table: milliseconds, and the most that is promised."""

    what: str
    median: float
    worst: float
    repeats: int
    at_most: float | None = None

    @property
    def kept(self) -> bool:
        """Whether the promise is kept."""
        return self.at_most is None or self.median <= self.at_most


def measure(what: str, act: Callable[[], object], repeats: int, at_most: float | None = None) -> Timing:
    """Time `act` several times."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        act()
        times.append((time.perf_counter() - start) * 1_000)
    return Timing(what, statistics.median(times), max(times), repeats, at_most)


def starting(url: str) -> Iterator[Timing]:
    """The command line and the library, from nothing."""
    command = str(Path(sys.executable).with_name("kg"))
    environment = os.environ | {"KG_DATABASE_URL": url}

    def run(*words: str) -> Callable[[], object]:
        return lambda: subprocess.run([command, *words], env=environment, check=True, capture_output=True)

    yield measure("kg --version", run("--version"), STARTS)
    yield measure("kg search lora", run("search", "lora"), STARTS)
    yield measure(f"kg raises {RISK}", run("raises", RISK), STARTS)


def asking(url: str) -> Iterator[Timing]:
    """Each question in Python, on a graph that has answered nothing yet and on one that has."""
    yield measure("open a record", lambda: kg.open(url).snapshot, STARTS)
    for name, _, words in QUESTIONS:
        shown = f"g.{name}({', '.join(f'{key}={value}' for key, value in words.items())})"

        def ask(graph: kg.Graph, name: str = name, words: dict[str, Any] = words) -> object:
            given = dict(words)
            first = [given.pop(key) for key in ("id", "risk", "text", "entity") if key in given]
            return getattr(graph, name)(*first, **given)

        fresh = []
        for _ in range(STARTS):
            graph = kg.open(url)
            graph.network()
            fresh.append(measure("", lambda graph=graph, ask=ask: ask(graph), 1).median)
        yield Timing(f"{shown}, first", statistics.median(fresh), max(fresh), STARTS)
        yield measure(f"{shown}, again", lambda graph=graph, ask=ask: ask(graph), REPEATS, AGAIN_AT_MOST)


def serving(url: str) -> Iterator[Timing]:
    """Each question over HTTP as its reader waits for it, on one connection that stays open."""
    with server(url) as port:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

        def get(address: str) -> None:
            connection.request("GET", address)
            answer = connection.getresponse()
            body = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"GET {address}: {answer.status} {body[:200]!r}")

        for _, path, words in QUESTIONS:
            given = {HTTP_WORDS.get(key, key): value for key, value in words.items() if key != "id"}
            address = f"/api/v1{path}" + (f"?{urlencode(given)}" if given else "")
            yield measure(f"GET {address}, first", lambda address=address: get(address), 1)
            yield measure(f"GET {address}, again", lambda address=address: get(address), REPEATS, AGAIN_AT_MOST)
        connection.close()


@contextmanager
def server(url: str) -> Iterator[int]:
    """A server on a free port; yields the port once it answers."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    command = str(Path(sys.executable).with_name("kg"))
    process = subprocess.Popen(
        [command, "--database", url, "serve", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None:
                    raise RuntimeError(f"kg serve ended: {process.communicate()[1].decode()}") from None
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.communicate(timeout=30)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure everything and print a table; return 1 when a promise is not kept."""
    argparse.ArgumentParser(
        prog="python -m benchmarks.waiting",
        description=(__doc__ or "").splitlines()[0],
        epilog="It takes no options: everything is measured, in some minutes. Exit code 1 when a promise is not kept.",
    ).parse_args(arguments)
    kept = True
    print(f"{'median ms':>10} {'worst':>9} {'n':>4} {'at most':>8}  what")
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/graph.sqlite"
        fill = measure("create a record and load the pack", lambda: kg.open(url), 1)
        for timings in ([fill], starting(url), asking(url), serving(url)):
            for one in timings:
                most = "" if one.at_most is None else f"{one.at_most:.0f}"
                mark = "" if one.kept else "  <- too slow"
                print(f"{one.median:10.2f} {one.worst:9.2f} {one.repeats:4} {most:>8}  {one.what}{mark}", flush=True)
                kept = kept and one.kept
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
