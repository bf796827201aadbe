"""The runner of benchmarks at its smallest: engines agree, a run is kept, the page is written from what is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import report, run
from benchmarks.measuring import OURS, Act, Figure, race
from benchmarks.report import BEGIN, END
from benchmarks.targets import MET, MISSED, UNKNOWN, Target


def test_a_run_is_kept_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run.main(["200", "--jobs", "searching", "--results", str(tmp_path)])
    assert code == 0
    kept = [json.loads(path.read_text()) for path in tmp_path.glob("*.json")]
    assert len(kept) == 1
    figures = [Figure(**row) for row in kept[0]["figures"]]
    compared = {(one.job, one.engine): one.agrees for one in figures if one.engine != OURS and one.unit == "ms"}
    assert {("matrix", peer) for peer in ("networkx", "scipy", "igraph", "rustworkx")} <= compared.keys()
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
