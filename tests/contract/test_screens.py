"""What the screen shows beside the answer: words stay whole in tables, and long work is seen to go on."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from kg.cli import cli

WIDTH = 120


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A record with the packaged pack."""
    url = f"sqlite:///{tmp_path_factory.mktemp('screens')}/record.db"
    assert CliRunner().invoke(cli, ["--database", url, "init"]).exit_code == 0
    return url


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_gaps_keep_their_words_whole(database: str, lang: str) -> None:
    runner = CliRunner(env={"COLUMNS": str(WIDTH)})
    shown = runner.invoke(cli, ["--database", database, "--lang", lang, "gaps"]).stdout
    answer = json.loads(runner.invoke(cli, ["--database", database, "gaps", "--json"]).stdout)
    assert answer["items"]
    for gap in answer["items"]:
        for work in gap["works"]:
            assert f" {work} " in shown
        if lang == "en":
            assert f" {gap['kind']} " in shown
    assert "…" not in shown


def test_long_work_is_shown_where_a_person_looks_on(database: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kg", "--database", database, "disputes", "--json"]
    ours, theirs = pty.openpty()
    told = b""
    out = tmp_path / "answer.json"
    with out.open("wb") as stdout, subprocess.Popen(command, stdout=stdout, stderr=theirs):
        os.close(theirs)
        with suppress(OSError):  # so a terminal says that nobody is left who writes
            while piece := os.read(ours, 4_096):
                told += piece
        os.close(ours)
    assert b"Working it out" in told
    assert json.loads(out.read_bytes())["question"]["name"] == "disputes"
    assert subprocess.run(command, capture_output=True, check=True).stderr == b""
