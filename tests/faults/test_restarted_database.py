"""A database server that goes away and comes back under a running application: told clearly, and mended by itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import kg
from kg.model import Change, Entity, Text
from kg_api.app import create_app
from tests.ports import free_port

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
OWNER = "postgres" if os.geteuid() == 0 else None
"""PostgreSQL does not run as root."""
SETTINGS = "-c fsync=off -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c shared_buffers=8MB -p "

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(not PROGRAMS, reason="the programs of PostgreSQL are not in /usr/lib/postgresql"),
    pytest.mark.skipif(OWNER is not None and shutil.which("runuser") is None, reason="runuser is missing"),
]


class Cluster:
    """A server of our own, to be stopped and started."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder / "data", free_port()
        self.url = f"postgresql://kg@127.0.0.1:{self.port}/postgres?connect_timeout=2"
        if OWNER is not None:
            shutil.chown(folder, OWNER)
        self._run("initdb", "-U", "kg", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C", "-D")

    def start(self) -> None:
        """Start it; it answers when this returns."""
        self._run("pg_ctl", "start", "-w", "-l", str(self.folder / "log"), "-o", f"{SETTINGS}{self.port}", "-D")

    def stop(self) -> None:
        """Stop it as its operator does; connections end."""
        self._run("pg_ctl", "stop", "-w", "-m", "fast", "-D")

    def _run(self, program: str, *words: str) -> None:
        command = [str(PROGRAMS[-1].parent / program), *words, str(self.folder)]
        other = [] if OWNER is None else ["runuser", "-u", OWNER, "--"]
        done = subprocess.run(
            [*other, *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/", check=False
        )
        assert done.returncode == 0, done.stdout


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A server that runs."""
    folder = Path(subprocess.run(["mktemp", "-d"], capture_output=True, text=True, check=True).stdout.strip())
    made = Cluster(folder)
    made.start()
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)


def add(graph: kg.Graph, name: str) -> int:
    """Write something; return the revision."""
    return graph.write([Change("entity", Entity(name, "Risk", Text(name)))], actor="ann", act="add").number


def test_a_database_that_is_restarted(cluster: Cluster, caplog: pytest.LogCaptureFixture) -> None:
    graph = kg.open(cluster.url, empty=True, ontology=())
    with TestClient(create_app(graph), raise_server_exceptions=False) as client:
        for times in range(2):
            revision = add(graph, f"flood-{times}")
            for _ in range(2):
                got = client.get("/api/v1/entities")
                assert len(got.json()["items"]) == times + 1
            assert "sent before" in got.headers["server-timing"]
            cluster.stop()
            for address in ("/api/v1/entities", "/api/v1/entities?limit=3", "/readyz"):
                refused = client.get(address)
                assert (refused.status_code, "retry-after" in refused.headers) == (503, True), address
            assert client.get("/healthz").status_code == 200
            cluster.start()
            again = client.get("/api/v1/entities")
            assert (again.status_code, again.content) == (200, got.content)
            assert client.get("/readyz").json()["revision"] == revision
        revision, start = add(graph, "mud"), time.monotonic()
        while graph._snapshot.revision < revision:
            assert time.monotonic() - start < 10, "the record is followed again"
            time.sleep(0.02)
    assert "cannot be followed" in caplog.text
    graph.store.close()
