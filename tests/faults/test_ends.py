"""How a command ends when the system refuses something: said as what it is, with an exit code of its own."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import kg
from kg.model import Change

LITTLE = """
import resource
import kg.graph
from kg.cli import main, look
from kg.columns import memory
taken = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + {room}, taken + {room}))
main(["--database", {url!r}, "show", "e7"])
"""


def kg_(url: str, *arguments: str, **streams: object) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "kg", "--database", url, *arguments]
    return subprocess.run(line, stderr=subprocess.PIPE, text=True, check=False, **streams)  # type: ignore[call-overload,no-any-return]


def test_an_input_that_cannot_be_read_is_not_told_as_an_output(pack_url: str, tmp_path: Path) -> None:
    with (tmp_path / "only-for-writing").open("w") as closed:
        found = kg_(pack_url, "sparql", "-", stdin=closed, stdout=subprocess.PIPE)
    assert found.returncode == 4
    assert found.stderr == "Error: the system says: Bad file descriptor\n"


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory as Linux has them")
def test_too_little_memory_is_told_before_and_while_reading(sqlite_url: str) -> None:
    graph = kg.open(sqlite_url, empty=True)
    many = [Change("entity", kg.Entity(f"e{at}", "Risk", kg.Text(f"{at} {'x' * 1_500}"))) for at in range(18_000)]
    graph.write(many, actor="ann", act="import")
    graph.store.close()
    told = []
    for room in (8, 24):
        program = LITTLE.format(room=room * 1024**2, url=sqlite_url)
        found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        told.append((found.returncode, found.stderr.partition(", and")[0].partition(" (")[0]))
    refused = "Error: database: reading 0 claims with 0 evidence items takes about 11 MB of memory"
    assert told == [(4, refused), (4, "Error: memory ran out before the answer was there")]


def test_a_closed_standard_output_is_told_before_anything_happens(tmp_path: Path) -> None:
    for arguments in ("list works --json", "list works", "init"):
        program = shlex.join([sys.executable, "-m", "kg", "--database", str(tmp_path / "new.sqlite")])
        line = f"{program} {arguments} >&-"
        found = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
        assert found.returncode == 4
        assert found.stderr.startswith("Error: standard output is closed, and nothing was done (")
        assert found.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
