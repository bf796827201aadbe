"""A process that is told to end while it writes a file leaves nothing half made, and what stood there stands."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

WRITES = """
import sys
from pathlib import Path
from kg.exporters import files

def pieces():
    yield "first"
    print("begun", flush=True)
    sys.stdin.read()

def within():
    files.write(Path(sys.argv[1]), ["inner"])
    yield from pieces()

files.write(Path(sys.argv[1]).with_name("other"), within())
"""


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGHUP])
def test_nothing_half_made_stays(tmp_path: Path, told: signal.Signals) -> None:
    (tmp_path / "other").write_text("before")
    command = [sys.executable, "-c", WRITES, str(tmp_path / "file")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "begun\n"
        assert [path.suffix for path in tmp_path.glob(".*")] == [".part"]
        run.send_signal(told)
        assert run.wait(60) == -told
    found = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert found == {"file": "inner", "other": "before"}
