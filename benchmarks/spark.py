"""What `kg spark` costs on generated graphs, and whether it answers what the compiled engine answers.

    python -m benchmarks.spark 100000 1000000 --folder FOLDER [--memory 4g] [--questions beliefs,impact,raises]

Lives here: running, measuring, comparing. May enter: numbers of claims, a folder with room. Prints a row for each run.
Processor time and peak memory are those of the command and its Java process together, sampled.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from pyarrow import parquet as files

from benchmarks.generate import Drawn, draw
from benchmarks.parquet import columns
from kg.compiled import search
from kg.compiled.arrays import Arrays
from kg.criteria import Criteria
from kg.exporters import parquet
from kg.vocabulary import Vocabulary, load

SIGNS = (1, -1)
CLOSE = 1e-9
MIB = 1024**2


def measured(arguments: list[str]) -> dict[str, float]:
    """Run a command; return its seconds, processor seconds and peak MiB, those of its children included."""
    begin = time.monotonic()
    process = psutil.Popen([sys.executable, "-m", "kg", *arguments], stderr=subprocess.PIPE, text=True)
    used: dict[int, float] = {}
    peak = 0
    while process.poll() is None:
        held = 0
        for one in [process, *process.children(recursive=True)]:
            try:
                times = one.cpu_times()
                used[one.pid] = times.user + times.system
                held += one.memory_info().rss
            except psutil.Error:
                continue
        peak = max(peak, held)
        time.sleep(0.2)
    if process.returncode:
        raise RuntimeError(process.stderr.read())
    return {"seconds": time.monotonic() - begin, "processor": sum(used.values()), "peak_mib": peak / MIB}


def asked(name: str, drawn: Drawn) -> tuple[list[str], int]:
    """Return the arguments of a question, and the entity that it begins (or ends) with: the one of most claims."""
    kind = "Technique" if name == "impact" else "Risk"
    ends = drawn.subject if name == "impact" else drawn.object
    chosen = drawn.entities(kind)
    hub = int(chosen[np.argmax(np.bincount(ends, minlength=len(drawn.types))[chosen])])
    return ([drawn.entity_id(hub)] if name == "impact" else ["--target", drawn.entity_id(hub)]), hub


def difference(name: str, drawn: Drawn, arrays: Arrays, hub: int, links: int, answer: Path, sample: int) -> float:
    """Return the largest difference from the compiled engine; for paths, on a sample of what it and Spark find."""
    if name == "beliefs":
        found = files.read_table(answer, columns=["expected"])["expected"].to_numpy()
        return float(np.abs(found - arrays.expected[arrays.code]).max())
    table = files.read_table(answer, columns=["source", "target", "sign", "expected"])
    ids = {drawn.entity_id(entity): entity for entity in range(len(drawn.types))}
    far = "target" if name == "impact" else "source"
    found = {
        (ids[end], sign): value
        for end, sign, value in zip(*(table[key].to_pylist() for key in (far, "sign", "expected")), strict=True)
    }
    every = np.arange(len(drawn.types)) if name == "impact" else drawn.entities("Technique")
    some = np.random.default_rng(1).permutation(every[every != hub])[:sample].tolist()
    worst = 0.0
    for other in some:
        for sign in SIGNS:
            ends = ([hub], [other]) if name == "impact" else ([other], [hub])
            rows, complete = search.best_rows(arrays, *ends, 1, links, 0 if sign > 0 else 1, 3_000_000)
            if not complete:
                continue
            # Several of the same cost may come; the largest product is that of the best.
            products = [float(np.prod(arrays.expected[arrays.code[row[row >= 0]]])) for row in rows]
            best = max(products, default=0.0)
            worst = max(worst, abs(best - found.get((other, sign), 0.0)))
    return worst


def run(claims: int, given: argparse.Namespace, vocabulary: Vocabulary) -> None:
    """Measure the questions on one graph."""
    drawn = draw(claims)
    place = given.folder / f"export-{claims}"
    begin = time.process_time()
    manifest = parquet.write(place, columns(drawn, vocabulary), Criteria(), vocabulary)
    size = sum(one.bytes for one in manifest.files.values()) / MIB
    print(f"| {claims} | export | | {time.process_time() - begin:.1f} | | {size:.0f} MiB on disk |", flush=True)
    arrays = Arrays.of_columns(
        range(claims), len(drawn.types), drawn.subject, drawn.object, drawn.signs, drawn.expected(vocabulary)
    )
    for name in given.questions.split(","):
        output = given.folder / f"{name}-{claims}"
        shutil.rmtree(output, ignore_errors=True)
        more, hub = ([], 0) if name == "beliefs" else asked(name, drawn)
        limit = [] if name == "beliefs" else ["--max-links", str(given.max_links)]
        told = measured(
            [
                "spark", name, *more, *limit, "--input", str(place), "--output", str(output),
                "--master", given.master, "--memory", given.memory,
            ]
        )  # fmt: skip
        document: dict[str, Any] = json.loads((output / "manifest.json").read_text(encoding="utf-8"))
        worst = difference(name, drawn, arrays, hub, given.max_links, output / "answer", given.sample)
        if worst > CLOSE:
            raise AssertionError(f"{name} differs from the compiled engine by {worst}")
        print(
            f"| {claims} | {' '.join([name, *more, *limit])} | {told['seconds']:.0f} | {told['processor']:.0f} | "
            f"{told['peak_mib']:.0f} | {document['rows']} rows, differs by at most {worst:.1e} |",
            flush=True,
        )


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spark", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("claims", type=int, nargs="+")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--memory", default="4g")
    parser.add_argument("--max-links", type=int, default=6)
    parser.add_argument("--questions", default="beliefs,impact,raises")
    parser.add_argument("--sample", type=int, default=200)
    given = parser.parse_args()
    print("| claims | what | s | processor s | peak MiB | |\n|---|---|---|---|---|---|")
    vocabulary = load()
    for claims in given.claims:
        run(claims, given, vocabulary)


if __name__ == "__main__":
    main()
