"""A server that cannot answer does not start, or says that it is not ready; a signal to reload does not end it."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import kg
from kg_api import app as application
from tests.kept import small
from tests.ports import free_port, wait_for


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_engine_that_is_none_is_refused_at_the_start(sqlite_url: str, workers: str) -> None:
    small(sqlite_url).store.close()
    command = [sys.executable, "-m", "kg", "--database", sqlite_url, "serve", "--port", str(free_port())]
    done = subprocess.run(
        [*command, "--workers", workers],
        env=os.environ | {"KG_ENGINE": "fast"}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (
        2,
        "Error: KG_ENGINE: 'fast' is no engine (use auto, networkx, compiled)\n",
    )


def test_who_cannot_compute_the_first_answers_is_not_ready_until_she_can(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    small(sqlite_url).store.close()
    graph = kg.open(sqlite_url)
    monkeypatch.setattr(application, "AGAIN_SECONDS", 0.05)
    monkeypatch.setenv("KG_ENGINE", "fast")
    with TestClient(application.create_app(graph)) as client:
        until = time.monotonic() + 30
        while "cannot" not in (told := client.get("/readyz").json()["detail"]) and time.monotonic() < until:
            time.sleep(0.02)
        assert told == "the first answers cannot be computed: KG_ENGINE: 'fast' is no engine"
        assert client.get("/readyz").status_code == 503
        monkeypatch.delenv("KG_ENGINE")
        while client.get("/readyz").status_code != 200 and time.monotonic() < until:
            time.sleep(0.02)
        assert client.get("/readyz").json()["status"] == "ready"
    assert sum("first answers cannot be computed" in record.message for record in caplog.records) == 1
    graph.store.close()


@contextmanager
def serving(url: str, log: Path, stdin: int) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    port = free_port()
    command = [sys.executable, "-m", "kg", "--database", url, "serve", "--port", str(port)]
    with log.open("wb") as said, subprocess.Popen(command, stdin=stdin, stdout=said, stderr=said) as run:
        try:
            wait_for(f"http://127.0.0.1:{port}", ended=run.poll)
            yield run, f"http://127.0.0.1:{port}/healthz"
        finally:
            run.kill()


def test_one_worker_passes_sighup_by_and_says_so(sqlite_url: str, tmp_path: Path) -> None:
    small(sqlite_url).store.close()
    log = tmp_path / "log"
    with serving(sqlite_url, log, subprocess.DEVNULL) as (run, address):
        run.send_signal(signal.SIGHUP)
        until = time.monotonic() + 20
        while b"SIGHUP is passed by" not in log.read_bytes() and time.monotonic() < until:
            time.sleep(0.05)
        assert b"SIGHUP is passed by: one worker cannot be replaced" in log.read_bytes()
        with urllib.request.urlopen(address, timeout=20) as got:
            assert got.status == 200
        run.terminate()
        assert run.wait(30) in {0, -signal.SIGTERM}


def test_a_terminal_that_closes_ends_a_server_in_order(sqlite_url: str, tmp_path: Path) -> None:
    small(sqlite_url).store.close()
    ours, theirs = pty.openpty()
    try:
        with serving(sqlite_url, tmp_path / "log", theirs) as (run, _):
            run.send_signal(signal.SIGHUP)
            assert run.wait(30) == 0
    finally:
        os.close(ours)
        os.close(theirs)
    assert b"Finished server process" in (tmp_path / "log").read_bytes()
