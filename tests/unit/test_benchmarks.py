"""The runner of benchmarks at its smallest: engines agree, a run is kept, the page is written from what is kept."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from benchmarks import report, run, waiting
from benchmarks.jobs import hetionet
from benchmarks.measuring import OURS, Act, Figure, race
from benchmarks.report import BEGIN, END
from benchmarks.targets import BEST, MET, MISSED, UNKNOWN, Target


def test_a_run_is_kept_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run.main(["200", "--jobs", "searching", "--results", str(tmp_path)])
    assert code == 0
    kept = [json.loads(path.read_text()) for path in tmp_path.glob("*.json")]
    assert len(kept) == 1
    figures = [Figure(**row) for row in kept[0]["figures"]]
    compared = {(one.job, one.engine): one.agrees for one in figures if one.engine != OURS and one.unit == "ms"}
    peers = ("networkx", "scipy", "scipy, no bound", "igraph", "igraph, no bound", "rustworkx", "GraphBLAS")
    assert {("matrix", peer) for peer in peers} <= compared.keys()
    assert set(compared.values()) == {True}
    assert kept[0]["machine"]
    assert kept[0]["versions"]["networkx"]
    assert "agrees" in capsys.readouterr().out

    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    report.write(tmp_path, page)
    once = page.read_text()
    assert once.startswith("before\n")
    assert once.endswith("after\n")
    assert "\nold\n" not in once
    assert "| matrix | 200 | networkx |" in once
    report.write(tmp_path, page)
    assert page.read_text() == once


def test_help_measures_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        waiting.main(["--help"])
    assert ended.value.code == 0
    assert "no options" in capsys.readouterr().out


def test_a_peer_that_is_not_installed_is_named(tmp_path: Path) -> None:
    (tmp_path / "igraph.py").write_text("raise ModuleNotFoundError('No module named igraph', name='igraph')\n")
    paths = os.pathsep.join((str(tmp_path), *filter(None, sys.path)))
    command = [sys.executable, "-m", "benchmarks", "--help"]
    ended = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("igraph is not installed")
    assert ".[bench]" in ended.stderr


def test_a_peer_that_finds_something_else_is_told() -> None:
    acts = {OURS: Act(lambda: 1), "other": Act(lambda: 2, agrees=lambda found, first: found == first)}
    assert [one.agrees for one in race("job", 1, acts, repeats=1)] == [None, False]


@pytest.mark.parametrize(("peer", "state"), [(30.0, MET), (29.0, MISSED), (None, UNKNOWN)])
def test_a_target_is_met_by_measured_figures_alone(peer: float | None, state: str) -> None:
    figures = {("job", 10, OURS): Figure("job", 10, OURS, 10.0)}
    if peer is not None:
        figures["job", 10, "peer"] = Figure("job", 10, "peer", peer)
    assert Target("a", "b", "job", 10, "peer", 3.0).told(figures)[1] == state


def test_a_bound_is_met_by_our_own_figure() -> None:
    figures = {("job", 10, OURS): Figure("job", 10, OURS, 10.0, unit="MiB")}
    assert Target("a", "b", "job", 10, most=10.0).told(figures) == ("10.0 MiB", MET)
    assert Target("a", "b", "job", 10, most=9.0).told(figures)[1] == MISSED


def test_a_peer_can_be_the_best() -> None:
    figures = {("job", 10, engine): Figure("job", 10, engine, value) for engine, value in ((OURS, 10.0), ("a", 40.0))}
    figures["job", 10, "b"] = Figure("job", 10, "b", 25.0)
    told, state = Target("a", "b", "job", 10, BEST, 3.0).told(figures)
    assert (state, told) == (MISSED, "2.5 times (10.0 ms against 25.0 of b)")
    assert Target("a", "b", "job", 10, "a", 4.0).told(figures)[1] == MET


def test_what_is_the_same_however_much_is_asked_is_not_scaled() -> None:
    times = iter([0.0, 3.0, 3.0, 4.0])
    acts = {OURS: Act(lambda: 1, share=0.1, idle=lambda: None)}
    assert race("job", 1, acts, repeats=1, warm=False, clock=lambda: next(times))[0].value == 21_000.0


def test_the_run_that_began_last_is_shown() -> None:
    runs = [
        {"date": date, "figures": [{"job": "job", "claims": 1, "engine": OURS, "value": value}]}
        for date, value in (("2026-11-26T10:00", 2.0), ("2026-11-25T10:00", 1.0))
    ]
    assert report.newest_of(runs)["job", 1, OURS].value == 2.0


def test_links_are_redrawn_with_the_degrees_that_are_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    sheets = {
        "Gene": (("Gene - binds - Compound", (3, 1, 2, 0)), ("Gene - covaries - Gene", (1, 2, 2, 1)),
                 ("Gene < regulates < Gene", (1, 1, 0, 0)), ("Gene > regulates > Gene", (0, 0, 1, 1))),
        "Compound": (("Compound - binds - Gene", (2, 2, 2)), ("Compound - treats - Disease", (1, 0, 1))),
        "Disease": (("Disease - treats - Compound", (1, 1)),),
    }  # fmt: skip
    for title, columns in sheets.items():
        sheet = book.create_sheet(title)
        sheet.append(["node_id", "node_name", *(name for name, _ in columns)])
        for row in zip(*(degrees for _, degrees in columns), strict=True):
            sheet.append(["id", "name", *row])
    book.save(tmp_path / hetionet.DEGREES)
    found = hetionet.read(tmp_path)
    assert found.kinds == ["Gene"] * 4 + ["Compound"] * 3 + ["Disease"] * 2
    both = np.bincount(np.concatenate([found.subject, found.object]), minlength=9)
    assert both.tolist() == [3 + 1 + 1, 1 + 2 + 1, 2 + 2 + 1, 0 + 1 + 1, 2 + 1, 2, 2 + 1, 1, 1]
    assert found.one_way.sum() == 2
    bench = hetionet.bench_of(found)
    assert (len(bench.sources), len(bench.targets), len(bench.links.subject)) == (3, 2, 2 * (6 + 3 + 2) + 2)
    with pytest.raises(FileNotFoundError, match="github"):
        hetionet.read(tmp_path / "nothing")


def test_the_links_of_hetionet_itself_are_read(tmp_path: Path) -> None:
    rows = [
        "source\tmetaedge\ttarget",
        "Compound::1\tCbG\tGene::7",
        "Gene::7\tGr>G\tGene::8",
        "Disease::2\tDaG\tGene::7",
    ]
    with gzip.open(tmp_path / hetionet.EDGES, "wt", encoding="utf-8") as file:
        file.write("\n".join(rows) + "\n")
    found = hetionet.read(tmp_path)
    assert found.kinds == ["Compound", "Gene", "Gene", "Disease"]
    assert (found.subject.tolist(), found.object.tolist()) == ([0, 1, 3], [1, 2, 1])
    figures = [*hetionet.pairs(hetionet.bench_of(found), "job", repeats=1)]
    assert [one.agrees for one in figures if one.engine != OURS] == [True] * len(hetionet.PEERS)
