"""What was measured, as the tables of docs/performance.md: figures with ratios, how they grow, targets.

Lives here: Markdown. May enter: the runs that are kept. Of each job, size and engine the newest run is shown; where its
date, machine, load and commit are told.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from benchmarks.measuring import OURS, Figure, number
from benchmarks.serving_page import kept
from benchmarks.targets import PYTHON, TARGETS

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- measured: written by `python -m benchmarks --write` -->", "<!-- end of what was measured -->"
Key: TypeAlias = tuple[str, int, str]


def write(results: Path, page: Path = PAGE) -> None:
    """Replace what stands between the markers of a page."""
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    page.write_text(f"{before}{BEGIN}\n\n{body(results)}\n{END}{after}", encoding="utf-8")


def body(results: Path) -> str:
    """Return the tables of all runs that are kept."""
    runs = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(results.glob("[0-9]*.json"))]
    newest = newest_of(runs) | served(results / "serving.json")
    return "\n".join(
        [
            "### Where and when\n", *_runs(runs),
            "\n### Targets\n", *_targets(newest),
            "\n### Figures\n", *_figures(newest),
            "\n### Growth\n", *_growth(newest), "",
        ]
    )  # fmt: skip


def newest_of(runs: Sequence[Mapping[str, Any]]) -> dict[Key, Figure]:
    """Return of each job, size and engine the figure of the run that began last, whatever its file is called."""
    newest: dict[Key, Figure] = {}
    for run in sorted(runs, key=lambda run: str(run["date"])):
        for row in run["figures"]:
            figure = Figure(**row)
            newest[figure.job, figure.claims, figure.engine] = figure
    return newest


def served(path: Path) -> dict[Key, Figure]:
    """Return the time that a question on the pack takes the server, beside the call in Python; from SQLite's run."""
    run = kept(path).get("sqlite")
    found: dict[Key, Figure] = {}
    for name, times in ({} if run is None else run["beside_python"]).items():
        job = f"{name} over HTTP"
        for engine, value, note in (
            (OURS, "computed_ms", "at work in the server, what a clock shows"),
            (PYTHON, "python_ms", "what a clock shows"),
        ):
            found[job, 0, engine] = Figure(job, 0, engine, times[value], times[value], note=note)
    return found


def _runs(runs: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = [
        "| date (UTC) | machine | commit | load | figures | peers not installed |",
        "|---|---|---|---|---:|---|",
    ]
    for run in runs:
        load = f"{run['load'][0]} to {run['load_after'][0]}"
        missing = ", ".join(run["peers_missing"]) or "none"
        lines.append(
            f"| {run['date'][:16]} | {run['machine']} | {run['commit']} | {load} | {len(run['figures'])} | {missing} |"
        )
    if runs:
        versions = ", ".join(f"{name} {version}" for name, version in runs[-1]["versions"].items())
        lines.append(f"\nPython {runs[-1]['python']}; {versions}.")
    return lines


def _targets(newest: Mapping[Key, Figure]) -> list[str]:
    lines = ["| job | to reach | measured | |", "|---|---|---|---|"]
    for target in TARGETS:
        found, state = target.told(newest)
        lines.append(f"| {target.job} | {target.wanted} | {found} | {state} |")
    return lines


def _figures(newest: Mapping[Key, Figure]) -> list[str]:
    lines = [
        "| job | claims | engine | processor time, ms | clock, ms | times ours | agrees | |",
        "|---|---:|---|---:|---:|---:|---|---|",
    ]
    jobs = list(dict.fromkeys(job for job, _, _ in newest))
    for figure in sorted(newest.values(), key=lambda one: (jobs.index(one.job), one.claims)):
        ours = newest.get((figure.job, figure.claims, OURS))
        ratio = "" if ours is None or ours is figure or not ours.value else f"{figure.value / ours.value:,.1f}"
        value = number(figure.value) if figure.unit == "ms" else f"{number(figure.value)} {figure.unit}"
        wall = number(figure.wall) if figure.wall else ""
        agrees = {None: "", True: "yes", False: "NO"}[figure.agrees]
        scaled = f"{figure.share:.1%} run, scaled" if figure.share < 1 else ""
        notes = "; ".join(one for one in (scaled, figure.note) if one)
        claims = f"{figure.claims:,}" if figure.claims else "pack"
        lines.append(f"| {figure.job} | {claims} | {figure.engine} | {value} | {wall} | {ratio} | {agrees} | {notes} |")
    return lines


def _growth(newest: Mapping[Key, Figure]) -> list[str]:
    lines = ["| job | engine | from claims | to claims | exponent |", "|---|---|---:|---:|---:|"]
    series: dict[tuple[str, str], list[Figure]] = {}
    for figure in newest.values():
        if figure.claims and figure.unit == "ms" and figure.value > 0:
            series.setdefault((figure.job, figure.engine), []).append(figure)
    for (job, engine), some in series.items():
        first, last = (one(some, key=lambda figure: figure.claims) for one in (min, max))
        if first.claims < last.claims:
            exponent = math.log(last.value / first.value) / math.log(last.claims / first.claims)
            lines.append(f"| {job} | {engine} | {first.claims:,} | {last.claims:,} | {exponent:.2f} |")
    return lines
