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

import kg
from kg import searching
from kg.cli import cli, exchange
from kg.packaged import bringing
from kg.question import raises

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


@pytest.mark.parametrize(("lang", "rows"), [("en", "Only the first 2 rows were looked at"), ("zh", "只查看了前 2 行")])
def test_a_map_that_was_cut_says_how_far_it_goes_and_what_would_help(
    database: str, lang: str, rows: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = CliRunner(env={"COLUMNS": str(WIDTH)})
    asked = ["--database", database, "--lang", lang, "matrix"]
    assert rows not in runner.invoke(cli, asked).stdout
    with monkeypatch.context() as patch:
        patch.setattr(raises, "PAIRS_MOST", 2 * len(json.loads(runner.invoke(cli, [*asked, "--json"]).stdout)["cols"]))
        cut = runner.invoke(cli, asked).stdout
        assert rows in cut
        assert "[fast]" not in cut, "a small record is searched quickly as it is"
        patch.setattr(searching, "THRESHOLD", 100)
        patch.setattr(searching, "has_numba", lambda: False)
        told = runner.invoke(cli, asked).stdout
        assert "".join(bringing("fast").split()) in "".join(told.split())


ASKED = {
    "raises malicious-use": lambda answer: [work for item in answer["items"] for work in item["works"]],
    "robustness downloadable-access malicious-use": lambda answer: [
        loss["work"] for loss in answer["works"] if loss["change"] != "none"
    ],
    "robustness": lambda answer: [],
    "what-if --drop-work chan2023hazards": lambda answer: [one["claim"] for one in answer["claims"][:20]],
    "show malicious-use": lambda answer: [one["id"] for one in answer["claims"]],
    "list claims": lambda answer: [one["id"] for one in answer["items"]],
    "list works": lambda answer: [one["id"] for one in answer["items"]],
    "search safeguards": lambda answer: [one["id"] for one in answer["items"]],
    "basis": lambda answer: [one["claim"] for one in answer["items"]],
    "gaps": lambda answer: [work for one in answer["items"] for work in one["works"]],
    "disputes": lambda answer: [one["claim"]["id"] for one in answer["items"]],
    "lint": lambda answer: [one["id"] for one in answer["items"] if one["kind"] != "entity"],
}


@pytest.mark.parametrize("width", [40, 80, 100])
@pytest.mark.parametrize("asked", ASKED)
def test_no_id_is_cut_however_narrow_the_screen(database: str, asked: str, width: int) -> None:
    runner = CliRunner(env={"COLUMNS": str(width)})
    shown = runner.invoke(cli, ["--database", database, *asked.split()]).stdout
    answer = json.loads(runner.invoke(cli, ["--database", database, *asked.split(), "--json"]).stdout)
    words = set(shown.replace(",", " ").split())
    assert [id for id in ASKED[asked](answer) if id not in words] == []
    assert "…" not in shown.replace(" … ", " ")


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


def test_a_long_import_says_how_far_it_is_where_no_terminal_shows_a_bar(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "EVERY", 100)
    many = tmp_path / "many.bib"
    many.write_text("".join(f"@misc{{k{n}, title = {{Report {n} of a series}}, year = 1950}}\n" for n in range(250)))
    few = tmp_path / "few.bib"
    few.write_text("@misc{one, title = {One}, year = 1950}")
    for name, options, lines in ((many, ["--json"], 0), (few, [], 0), (many, [], 2)):
        shown = CliRunner().invoke(cli, ["--database", database, "import", str(name), "--dry-run", *options])
        assert shown.exit_code == 0
        said = shown.stderr.splitlines()
        assert said == ["many.bib: comparing 100 of 250", "many.bib: comparing 200 of 250"][:lines]


@pytest.mark.parametrize(
    ("lang", "one", "two"),
    [
        ("en", "entity qlora: label as before", "entity qlora: aliases, definition as before"),
        ("zh", "实体 qlora：名称 已恢复原状", "实体 qlora：别名、定义 已恢复原状"),
    ],
)
def test_an_undone_revision_names_the_fields_that_differ(tmp_path: Path, lang: str, one: str, two: str) -> None:
    url = f"sqlite:///{tmp_path}/record.db"
    graph = kg.open(url, lang="en", ontology=())
    graph.revise("qlora", {"label": {"zh": "别名"}}, actor="ann")
    graph.revise("qlora", {"aliases": ["Q"], "definition": {"en": "Another."}}, actor="ann")
    graph.store.close()
    words = ["--database", url, "--lang", lang, "undo", "3", "--why", "no", "--actor", "bob"]
    shown = CliRunner().invoke(cli, words, catch_exceptions=False).stdout
    assert two in shown
    assert "accepted" not in shown
    words[5] = "2"
    assert one in CliRunner().invoke(cli, [*words, "--with-later"], catch_exceptions=False).stdout
