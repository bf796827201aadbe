"""How a command ends when the system refuses something: said as what it is, with an exit code of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def kg_(url: str, *arguments: str, **streams: object) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "kg", "--database", url, *arguments]
    return subprocess.run(line, stderr=subprocess.PIPE, text=True, check=False, **streams)  # type: ignore[call-overload,no-any-return]


def test_an_input_that_cannot_be_read_is_not_told_as_an_output(pack_url: str, tmp_path: Path) -> None:
    with (tmp_path / "only-for-writing").open("w") as closed:
        found = kg_(pack_url, "sparql", "-", stdin=closed, stdout=subprocess.PIPE)
    assert found.returncode == 4
    assert found.stderr == "Error: the system says: Bad file descriptor\n"
