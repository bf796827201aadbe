"""What is said when the output breaks, when the past lacks a record, and when criteria exclude each other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import kg
import kg_viz
from kg.cli import cli

WORK = "dettmers2023qlora"


def shell(graph: kg.Graph, line: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which `kg` is the real program on the record of `graph`."""
    program = f'kg() {{ "{sys.executable}" -m kg --database "{graph.store.name}" "$@"; }}; {line}'
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    return subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=False, env=clean)


def test_a_reader_that_goes_away_is_no_failure(pack_graph: kg.Graph) -> None:
    run = shell(pack_graph, "kg raises | head -1; exit ${PIPESTATUS[0]}")
    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full here")
@pytest.mark.parametrize("words", ["raises", "show E232 --json"])
def test_a_full_output_is_told_in_one_line(pack_graph: kg.Graph, words: str) -> None:
    run = shell(pack_graph, f"kg {words} > /dev/full")
    assert run.returncode == 4
    assert run.stderr.strip() == "Error: the output cannot be written: No space left on device"


def test_a_picture_that_cannot_be_written_leaves_what_stood_there(pack_graph: kg.Graph, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("GOOD", encoding="utf-8")
    with pytest.raises(kg.NotFound):
        kg_viz.draw(pack_graph, page, focus="no-such-entity")
    assert page.read_text(encoding="utf-8") == "GOOD"
    with pytest.raises(kg.InputError, match="cannot be written"):
        kg_viz.draw(pack_graph, tmp_path / "missing" / "page.html")


def test_what_the_past_lacks_is_said_to_be_missing_there(pack_graph: kg.Graph) -> None:
    for ask in (
        lambda: pack_graph.paths("qlora", "malicious-use", as_of=0),
        lambda: pack_graph.entity("qlora", as_of=0),
    ):
        with pytest.raises(kg.NotFound, match="at revision 0") as caught:
            ask()
        assert caught.value.hint is not None
        assert "revision 1" in caught.value.hint


def test_a_day_that_has_not_come_is_refused(pack_graph: kg.Graph) -> None:
    with pytest.raises(kg.InputError, match="has not come yet"):
        pack_graph.raises(as_of="2999-01-01")


@pytest.mark.parametrize(("lang", "said"), [("en", "The criteria exclude each other"), ("zh", "这些条件相互排斥")])
def test_criteria_that_exclude_each_other_are_named(pack_graph: kg.Graph, lang: str, said: str) -> None:
    for answer in (
        pack_graph.paths("qlora", "malicious-use", only_work=WORK, without_work=WORK, lang=lang),
        pack_graph.raises(only_work=WORK, without_work=WORK, lang=lang),
    ):
        assert answer["note"].startswith(said)


def test_both_sides_of_a_reliability_are_given(pack_graph: kg.Graph) -> None:
    (item,) = pack_graph.raises("malicious-use-by-non-state-actors", technique="qlora")["items"]
    assert item["direction"] == "raises"
    assert item["reliability"]["lowers"] == [0.0, 0.0, 0.0]
    assert item["reliability"]["raises"][1] > 0


def test_the_language_may_follow_the_command(pack_graph: kg.Graph) -> None:
    before = ["--database", pack_graph.store.name, "--lang", "en", "search", "联邦学习", "--json"]
    label = json.loads(CliRunner().invoke(cli, [*before, "--lang", "zh"]).stdout)["items"][0]["label"]
    assert label == "联邦学习"
    assert json.loads(CliRunner().invoke(cli, before).stdout)["items"][0]["label"] == "Federated learning"


@pytest.mark.parametrize(("lang", "said"), [("en", "current already: nothing was written"), ("zh", "未写入任何内容")])
def test_a_status_that_stood_so_already_is_no_revision(pack_url: str, lang: str, said: str) -> None:
    words = ["--database", pack_url, "--lang", lang, "retract", WORK, "--status", "current", "--yes"]
    shown = CliRunner().invoke(cli, [*words, "--actor", "dave"], catch_exceptions=False).stdout
    assert said in shown
    marked = ["retract", WORK, "--notice", "https://example.org/n", "--yes", "--json"]
    done = CliRunner().invoke(cli, ["--database", pack_url, *marked], catch_exceptions=False).stdout
    assert (json.loads(done)["written"], json.loads(done)["revision"]) == (True, 2)
