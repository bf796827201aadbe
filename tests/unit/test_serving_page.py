"""The page of serving: written from the figures that are kept, of each database the newest run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks import serving, serving_page
from benchmarks.serving_page import BEGIN, END, PAGE, RESULTS

LINE = {
    "job": "paths", "machines": 1, "workers": 1, "writes": 0, "per_second": 1234.5, "processor_ms": 0.125,
    "p50_ms": 1.26, "p99_ms": 9.0, "failed": 0, "load": 0.5,
}  # fmt: skip
RUN: dict[str, Any] = {
    "date": "2026-11-25T20:12:01+00:00", "commit": "abc", "machine": "two cores", "python": "3.11.7",
    "load": [0.1, 0, 0], "load_after": [2.5, 0, 0], "connections": 16, "seconds": 5,
    "beside_python": {"paths": {"python_ms": 1.0, "computed_ms": 0.4, "over_http_ms": 2.0}},
    "at_once": {"computed": 1, "alone_ms": 1.0, "together_ms": 2.0},
    "lines": [LINE, {**LINE, "writes": 18, "per_second": 99.0}, {**LINE, "machines": 2}, {**LINE, "workers": 2}],
}  # fmt: skip


def test_a_run_is_kept_in_the_place_of_the_one_before(tmp_path: Path) -> None:
    results, page = tmp_path / "serving.json", tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    assert serving_page.figures(results) == {}
    serving_page.keep(
        "postgresql", {**RUN, "followed": {"heard_ms": 0.5, "stands_ms": 9.5, "stands_most_ms": 20.5}}, results
    )
    serving_page.keep("sqlite", {**RUN, "lines": []}, results)
    serving_page.keep("sqlite", RUN, results)
    serving_page.write(results, page)
    once = page.read_text()
    assert (once[:7], once[-6:], "\nold\n" in once) == ("before\n", "after\n", False)
    assert re.findall("^### (.*)$", once, re.M) == ["SQLite", "PostgreSQL"]
    assert once.count("| paths | 1 | 1 | 0 | 1,234 | 0.12 | 1.3 | 9.0 | 0 | 0.5 |") == 2
    assert "load 0.1 before and 2.5 after" in once
    assert "0.4 ms in the server" in once
    assert "unasked, after 9.5 ms (medians; at most 20.5)" in once
    assert "Not measured" not in once
    serving_page.write(results, page)
    assert page.read_text() == once
    assert serving_page.figures(results)["sqlite"] == {
        "paths_to_python": 0.4,
        "requests_per_second": 1234.5, "processor_ms": 0.125, "p99_ms": 9.0,
        "writing_requests_per_second": 99.0, "writing_processor_ms": 0.125, "writing_p99_ms": 9.0,
    }  # fmt: skip


def test_the_page_shows_what_is_kept() -> None:
    shown = PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
    assert shown.strip() == serving_page.body(serving_page.kept(RESULTS)).strip()
    for figures in serving_page.figures().values():
        assert figures["requests_per_second"] > 0


def test_help_tells_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        serving.main(["--help"])
    assert "python -m benchmarks.serving --write --database postgresql://" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--machines", "2"], "machines share a PostgreSQL: give --database"),
        (["--machines", "1", "--database", "postgresql://x/y"], "several machines are at least two"),
    ],
)
def test_what_makes_no_sense_is_refused(words: list[str], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "which", lambda _: "/usr/bin/wrk")
    with pytest.raises(SystemExit, match=said):
        serving.main(words)
