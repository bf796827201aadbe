"""Measuring: interleaved runs of several engines on one job, what they cost, whether they agree, and on which machine.

Lives here: `Figure`, `race`, `spent`, `machine`. May enter: what to run. Never here: what is measured, tables.
"""

from __future__ import annotations

import math
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeAlias

OURS = "evidence-kg"
PATIENCE = 20.0
"""Seconds of processor time after which an engine gets no further runs."""
LIBRARIES = (
    "networkx", "rustworkx", "igraph", "scipy", "python-graphblas", "suitesparse-graphblas", "numpy", "numba", "rdflib",
    "pyoxigraph", "sqlalchemy",
)  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """One engine at one job on one graph.

    Attributes:
        job: Which.
        claims: Size of the graph; 0 for the packaged pack.
        engine: `OURS`, or a peer.
        value: Median of the runs, in `unit`; of processor time where the unit is ms.
        wall: Median of what a clock shows, in ms; 0 where nothing was timed.
        runs: How many.
        share: Which part of the job was run; `value` is scaled to the whole.
        agrees: Whether it finds what `OURS` finds; None where that was not compared.
        note: What else there is to say.
    """

    job: str
    claims: int
    engine: str
    value: float
    wall: float = 0.0
    runs: int = 1
    share: float = 1.0
    agrees: bool | None = None
    unit: str = "ms"
    note: str = ""


@dataclass(frozen=True)
class Act:
    """One engine's way to do a job.

    Attributes:
        run: Does it.
        share: Which part of the job that is.
        most: Runs at most; None for as many as the others.
        agrees: Says whether what it found is what was found first; None to compare nothing.
        note: What else there is to say.
        idle: Costs what a run costs however small its part of the job is; that much is not scaled. None for nothing.
    """

    run: Callable[[], Any]
    share: float = 1.0
    most: int | None = None
    agrees: Callable[[Any, Any], bool] | None = None
    note: str = ""
    idle: Callable[[], Any] | None = None

    def scaled(self, seconds: float, idle: float) -> float:
        """Return milliseconds for the whole job from the seconds of a part, of which some are idle.

        Example:
            >>> Act(print, share=0.1).scaled(3.0, 1.0)
            21000.0
        """
        idle = min(idle, seconds)
        return 1_000 * (idle + (seconds - idle) / self.share)


@dataclass
class _Runs:
    processor: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    found: Any = None


Clock: TypeAlias = Callable[[], float]


def race(
    job: str, claims: int, acts: Mapping[str, Act], *, repeats: int = 5, warm: bool = True, clock: Clock | None = None
) -> list[Figure]:
    """Run the engines in turns, so that what else the machine does meets all of them alike.

    Args:
        job: What to call it.
        claims: Size of the graph.
        acts: By engine, ours first; the others are compared with it.
        repeats: Rounds; an engine that has taken `PATIENCE` gets no further run.
        warm: Run ours once before, so that kernels are there.
        clock: Processor time; by default that of this process.
    """
    now = clock or time.process_time
    runs = {engine: _Runs() for engine in acts}
    if warm and OURS in acts:
        acts[OURS].run()
    for turn in range(repeats):
        for engine, act in acts.items():
            mine = runs[engine]
            if turn and (turn >= (act.most or repeats) or sum(mine.processor) > PATIENCE):
                continue
            clocks = now(), time.perf_counter()
            mine.found = act.run()
            mine.processor.append(now() - clocks[0])
            mine.wall.append(time.perf_counter() - clocks[1])
    idle = {engine: _idle(act, now) for engine, act in acts.items()}
    first = next(iter(runs.values())).found
    return [
        Figure(
            job,
            claims,
            engine,
            acts[engine].scaled(statistics.median(mine.processor), idle[engine][0]),
            acts[engine].scaled(statistics.median(mine.wall), idle[engine][1]),
            len(mine.processor),
            acts[engine].share,
            _agrees(acts[engine], mine.found, first),
            note=acts[engine].note,
        )
        for engine, mine in runs.items()
    ]


def _idle(act: Act, now: Clock) -> tuple[float, float]:
    """Return processor and clock seconds of the part that is not scaled."""
    if act.idle is None:
        return 0.0, 0.0
    clocks = now(), time.perf_counter()
    act.idle()
    return now() - clocks[0], time.perf_counter() - clocks[1]


def _agrees(act: Act, found: Any, first: Any) -> bool | None:
    return None if act.agrees is None else bool(act.agrees(found, first))


def spent(act: Callable[[], Any]) -> tuple[float, float, Any]:
    """Return processor time and clock time of one run in ms, and what it returned."""
    clocks = time.process_time(), time.perf_counter()
    found = act()
    return 1_000 * (time.process_time() - clocks[0]), 1_000 * (time.perf_counter() - clocks[1]), found


def of_children() -> float:
    """Return the processor seconds that ended child processes took."""
    times = os.times()
    return times.children_user + times.children_system


def number(value: float) -> str:
    """Return a number with three digits that count.

    Example:
        >>> number(0.01234), number(12.34), number(12345.6)
        ('0.0123', '12.3', '12,346')
    """
    if value >= 100 or value == 0:
        return f"{value:,.0f}"
    return f"{value:.{max(0, 2 - math.floor(math.log10(value)))}f}"


def machine() -> dict[str, Any]:
    """Return where and when figures are measured: date, machine, load, commit, versions."""
    head = ["git", "rev-parse", "--short=12", "HEAD"]
    asked = subprocess.run(head, capture_output=True, text=True, check=False, cwd=Path(__file__).parent)
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{_processor()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "commit": asked.stdout.strip() or None,
        "load": [round(one, 1) for one in os.getloadavg()],
        "versions": {name: found for name in LIBRARIES if (found := version_of(name)) is not None},
    }


def version_of(name: str) -> str | None:
    """Return the version of an installed package; None where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    place = Path("/proc/cpuinfo")
    lines: Sequence[str] = place.read_text().splitlines() if place.exists() else ()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
