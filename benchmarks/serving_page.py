"""What was measured of serving, as the tables of docs/serving.md, and as ratios for the targets.

Lives here: Markdown, the file in which the newest run of each database is kept. Never here: measuring.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

RESULTS = Path(__file__).parent / "results" / "serving.json"
PAGE = Path(__file__).parents[1] / "docs" / "serving.md"
BEGIN = "<!-- measured: written by `python -m benchmarks.serving --write` -->"
END = "<!-- end of what was measured -->"
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
HEAD = (
    "| asked | machines | workers each | writes/s | requests/s | processor ms each | p50 ms | p99 ms | failed | load |",
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
)
Run: TypeAlias = Mapping[str, Any]


def row(line: Run) -> str:
    """Return a line of a table."""
    return (
        f"| {line['job']} | {line['machines']} | {line['workers']} | {line['writes']} | {line['per_second']:,.0f} "
        f"| {line['processor_ms']:.2f} | {line['p50_ms']:.1f} | {line['p99_ms']:.1f} | {line['failed']} "
        f"| {line['load']:.1f} |"
    )


def kept(results: Path = RESULTS) -> dict[str, Run]:
    """Return the newest run of each database."""
    found: dict[str, Run] = json.loads(results.read_text(encoding="utf-8")) if results.exists() else {}
    return found


def keep(database: str, run: Run, results: Path = RESULTS) -> None:
    """Keep the run of a database in the place of the one before."""
    runs = {**kept(results), database: run}
    results.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({name: runs[name] for name in NAMES if name in runs}, indent=1)
    results.write_text(text + "\n", encoding="utf-8")


def write(results: Path = RESULTS, page: Path = PAGE) -> None:
    """Replace what stands between the markers of a page."""
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    page.write_text(f"{before}{BEGIN}\n\n{body(kept(results))}\n{END}{after}", encoding="utf-8")


def body(runs: Mapping[str, Run]) -> str:
    """Return the tables of all runs that are kept, and what else they found."""
    parts = []
    for database, run in runs.items():
        parts += [f"### {NAMES[database]}\n", _where(run), "", *HEAD, *map(row, run["lines"]), "", _found(run), ""]
    missing = [name for key, name in NAMES.items() if key not in runs]
    return "\n".join([*parts, *([f"Not measured: {', '.join(missing)}.\n"] if missing else [])])


def figures(results: Path = RESULTS) -> dict[str, dict[str, float]]:
    """Return what targets are about, for each database that was measured.

    Returns:
        `paths_to_python`, `impact_to_python`: time at work in the server divided by the time of the call in Python.
        `requests_per_second`, `processor_ms`, `p99_ms`: one worker, `paths`, nobody writes; the same with
        `writing_` before the name while somebody writes.
    """
    found = {}
    for database, run in kept(results).items():
        one = {
            f"{name}_to_python": round(times["computed_ms"] / times["python_ms"], 2)
            for name, times in run["beside_python"].items()
        }
        for line in run["lines"]:
            if (line["job"], line["machines"], line["workers"]) == ("paths", 1, 1):
                before = "writing_" if line["writes"] else ""
                one[f"{before}requests_per_second"] = line["per_second"]
                one[f"{before}processor_ms"] = line["processor_ms"]
                one[f"{before}p99_ms"] = line["p99_ms"]
        found[database] = one
    return found


def _where(run: Run) -> str:
    return (
        f"{run['date'][:16].replace('T', ' ')} UTC, commit {run['commit']}, {run['machine']}, Python {run['python']}, "
        f"load {run['load'][0]} before and {run['load_after'][0]} after; {run['connections']} connections to each "
        f"machine, {run['seconds']} seconds a line."
    )


def _found(run: Run) -> str:
    said = []
    for name, times in run["beside_python"].items():
        said.append(
            f"`{name}`, asked for the first time, medians: {times['python_ms']} ms in Python, "
            f"{times['computed_ms']} ms in the server, {times['over_http_ms']} ms as a client sees it "
            "that opens a connection for each."
        )
    once = run["at_once"]
    said.append(
        f"Sixteen who asked for the same gap map at once, for the first time: computed {once['computed']:.0f} time"
        f"{'' if once['computed'] == 1 else 's'}."
    )
    if "followed" in run:
        told = run["followed"]
        said.append(
            f"After a write was acknowledged to one machine, another had heard of it after {told['heard_ms']} ms and "
            f"stood there, unasked, after {told['stands_ms']} ms (medians; at most {told['stands_most_ms']})."
        )
    return "\n".join(said)
