"""Several workers on one port: what one writes all answer with, one that dies costs its own answers alone."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

import kg
from kg.cli import cli
from kg.errors import InputError
from kg.model import Change, Entity, Text
from kg_api import workers
from tests.ports import free_port, wait_for

SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
"""A query that takes all the time it may have."""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are told apart by /proc")


class Served:
    """A running `kg serve --workers 2`."""

    def __init__(self, process: subprocess.Popen[bytes], address: str) -> None:
        self.process, self.address = process, address

    def workers(self) -> list[int]:
        """Return the process ids of the workers that live."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in children if b"spawn_main" in command(int(pid))]

    @contextmanager
    def only(self, chosen: int) -> Iterator[None]:
        """Let one worker alone answer; the others stand still."""
        others = [pid for pid in self.workers() if pid != chosen]
        for pid in others:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in others:
                os.kill(pid, signal.SIGCONT)

    def get(self, path: str) -> tuple[int, dict[str, str]]:
        """Ask on a connection of its own."""
        with urllib.request.urlopen(self.address + path, timeout=30) as got:
            got.read()
            return got.status, {name.lower(): value for name, value in got.headers.items()}


def command(pid: int) -> bytes:
    """Return what a process was started as; nothing when it has ended."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def until(said: str, true: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, said
        time.sleep(0.05)


@contextmanager
def serving(url: str) -> Iterator[Served]:
    """Two workers that are ready."""
    kg.open(url, empty=True, ontology=()).store.close()
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    asked = [sys.executable, "-m", "kg", "--database", url, "serve", "--port", str(port), "--workers", "2"]
    process = subprocess.Popen(asked, env=clean, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    served = Served(process, f"http://127.0.0.1:{port}")
    try:
        wait_for(served.address, ended=process.poll)
        until("two workers start", lambda: len(served.workers()) == 2)
        for pid in served.workers():
            until("each becomes ready", lambda pid=pid: ready(served, pid))
        yield served
    finally:
        process.terminate()
        process.wait(timeout=30)


def ready(served: Served, pid: int) -> bool:
    """Say whether one worker is ready."""
    with served.only(pid), suppress(OSError):
        return served.get("/readyz")[0] == 200
    return False


def seen_by_all(served: Served, url: str) -> None:
    """A write is seen through every worker, and was taken up before anybody asked."""
    writer = kg.open(url, ontology=())
    for number in range(2):
        record = Entity(f"flood-{number}", "Risk", Text(f"Flood {number}"))
        writer.write([Change("entity", record)], actor="ann", act="add")
        time.sleep(1.0)
        for pid in served.workers():
            with served.only(pid):
                status, headers = served.get(f"/api/v1/entities/flood-{number}")
            assert status == 200
            assert headers["server-timing"].startswith("compute"), "each worker answers for itself"
            assert "follow" not in headers["server-timing"], "nobody waits for the record to be followed"
    writer.store.close()


def test_workers_on_a_file(sqlite_url: str) -> None:
    with serving(sqlite_url) as served:
        seen_by_all(served, sqlite_url)
        killed_in_mid_answer(served)
        workers = served.workers()
        served.process.terminate()
        assert served.process.wait(timeout=20) == 0
        assert not any(command(pid) for pid in workers), "no worker is left"
        with pytest.raises(OSError, match="refused"):
            served.get("/healthz")


@pytest.mark.postgres
def test_workers_on_postgresql(postgres_url: str) -> None:
    with serving(postgres_url) as served:
        seen_by_all(served, postgres_url)
        workers = served.workers()
        served.process.kill()
        until("workers end when nobody watches over them", lambda: not any(command(pid) for pid in workers))


def killed_in_mid_answer(served: Served) -> None:
    """Who was being answered sees a connection closed, everybody else is answered, and there are two again."""
    lost, other = served.workers()
    line = http.client.HTTPConnection(urlsplit(served.address).netloc, timeout=30)
    with served.only(lost):
        line.request("GET", f"/sparql?query={quote(SLOW)}", headers={"Accept": "application/sparql-results+json"})
        time.sleep(1.0)
        os.kill(lost, signal.SIGKILL)
    with pytest.raises(ConnectionError):
        line.getresponse()
    line.close()
    assert served.get("/readyz")[0] == 200
    until("the dead one is replaced", lambda: len(set(served.workers()) - {lost}) == 2)
    (fresh,) = set(served.workers()) - {lost, other}
    until("the new one answers", lambda: ready(served, fresh))


def test_what_is_sent_is_not_held_back() -> None:
    config = workers.server.configured(None, "127.0.0.1", 0, log_level="critical")
    with config.bind_socket() as listening:
        workers.at_once(listening)
        listening.listen()
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize(
    ("count", "told"),
    [
        ("2", "workers cannot share a database in memory"),
        ("0", "'0' is not a whole number from 1 to 64"),
        ("two", "workers"),
    ],
)
def test_workers_that_make_no_sense_are_refused(count: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as refused:
        cli.main(["--database", ":memory:", "serve", "--workers", count], standalone_mode=False)
    assert refused.value.where == "--workers"
