"""Loading: from CSV tables, from a pack and from RDF to the first answer, as files are loaded and record by record.

    python -m benchmarks.jobs.loading SOURCE URL [--one-by-one]     one load, in a process of its own; prints JSON

Lives here: jobs on generated files. May enter: numbers of claims, a folder with room (1 GB at 10^5 claims).
Record by record is what loading was before: every row through its door, all records at hand, one `Store.write`.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import kg
from benchmarks import generate
from benchmarks.measuring import OURS, Figure, of_children, spent
from benchmarks.memory import MIB, peak_kib
from kg.compiled.arrays import Arrays
from kg.exporters import pack as pack_files
from kg.graph import Graph
from kg.importers import pack, rdf
from kg.importers.sources import Source
from kg.importers.tables_rows import Doors
from kg.model import Change, Record, Text, kind_of
from kg.network import Network
from kg.packs import Pack
from kg.rdf import convert, nodes
from kg.rdf.forms import words_of
from kg.searching import reach
from kg.sheets import SHEETS, cells_of
from kg.vocabulary import Vocabulary, load

PLAIN = "record by record"
LINKS, FIRST = 6, "technique-0000000"
MOST = 1_000_000
"""Claims up to which files are loaded: 10^7 in RDF would be 70 GB."""
PLAIN_MOST = 100_000


def measure(claims: int, folder: Path) -> Iterator[Figure]:
    """Load each kind of file of so many claims, once as files are loaded and once record by record."""
    if claims > MOST:
        return
    for what, write in _WRITERS.items():
        source = folder / f"source-{claims}{_SUFFIX[what]}"
        if not source.exists():
            write(source, claims)
        for engine in (OURS, PLAIN):
            if engine == OURS or claims <= PLAIN_MOST:
                yield from _figures(f"load {what}", claims, engine, source)


def _figures(job: str, claims: int, engine: str, source: Path) -> Iterator[Figure]:
    told = loaded(source, source.with_name(f"loaded-{source.name}.sqlite"), plain=engine == PLAIN)
    note = "to the first answer, impact of one entity; the record written on the way"
    yield Figure(job, claims, engine, told["ready"], told["wall"], note=note)
    note = "columns and arrays, once the record is written"
    yield Figure(f"{job}, beyond the record", claims, engine, told["beyond"], told["beyond_wall"], note=note)
    yield Figure(f"{job}, memory", claims, engine, told["peak"], unit="MiB", note="beyond a process just begun")


def loaded(source: Path, place: Path, *, plain: bool) -> dict[str, float]:
    """Load in a process of its own, and return what it tells of itself."""
    _remove(place)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.jobs.loading", str(source), f"sqlite:///{place}"]
        + (["--one-by-one"] if plain else []),
        env=os.environ | {"KG_COLUMNS_FOLDER": "off"},
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    _remove(place)
    if done.returncode:
        raise RuntimeError(done.stderr)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def _remove(place: Path) -> None:
    for end in ("", "-wal", "-shm"):
        place.with_name(place.name + end).unlink(missing_ok=True)


def write_pack(folder: Path, claims: int) -> None:
    """Write a generated graph as a pack, as exports write it."""
    vocabulary = load()
    head = Pack(f"generated-{claims}", Text("Generated evidence"), "1", date(2026, 1, 1), "CC0-1.0")
    snapshot = generate.snapshot(generate.draw(claims), vocabulary)
    pack_files.write(folder, pack_files.pieces(snapshot, vocabulary, pack=head))


def write_tables(folder: Path, claims: int) -> None:
    """Write a generated graph as CSV tables, row by row."""
    folder.mkdir(parents=True)
    streams = {kind: (folder / sheet.file).open("w", encoding="utf-8", newline="") for kind, sheet in SHEETS.items()}
    writers = {kind: csv.writer(stream, lineterminator="\n") for kind, stream in streams.items()}
    for kind, writer in writers.items():
        writer.writerow(SHEETS[kind].columns)
    for record in generate.draw(claims).records(load()):
        writers[kind_of(record)].writerow(cells_of(record))
    for stream in streams.values():
        stream.close()


def write_rdf(file: Path, claims: int) -> None:
    """Write the records of a generated graph as N-Triples, record by record."""
    vocabulary = load()
    words = words_of(vocabulary)
    with file.open("w", encoding="utf-8") as stream:
        for record in generate.draw(claims).records(vocabulary):
            stream.writelines(nodes.lines((*triple, "") for triple in convert.triples(record, words)))


_WRITERS: dict[str, Callable[[Path, int], None]] = {"CSV": write_tables, "a pack": write_pack, "RDF": write_rdf}
_SUFFIX = {"a pack": "-pack", "CSV": "-tables", "RDF": ".nt"}


def one_by_one(graph: Graph, source: Path) -> None:
    """Load as it was done before: all records at hand, written by `Store.write`."""
    vocabulary = graph.vocabulary
    records: list[Record]
    if source.suffix == ".nt":
        records = list(rdf.read(source.read_bytes(), vocabulary, name=source.name).records)
    elif (source / "pack.toml").exists():
        records = [change.record for change in pack.changes(pack.read(source, vocabulary))]
    else:
        records = _rows(source, vocabulary)
    graph.store.write([Change(kind_of(one), one) for one in records], actor="benchmark", act="load")


def _rows(folder: Path, vocabulary: Vocabulary) -> list[Record]:
    doors = Doors(vocabulary, lambda _: None)
    found: list[Record] = []
    for kind, sheet in SHEETS.items():
        with (folder / sheet.file).open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                record = doors.record(kind, row, Source(sheet.file, ""), 1)
                if record is None:
                    raise RuntimeError(doors.failures[0].reason)
                found.append(record)
    return found


def main() -> None:
    """Load once, ask once, and tell."""
    source, url = Path(sys.argv[1]), sys.argv[2]
    plain = "--one-by-one" in sys.argv
    before = peak_kib()

    def load_it() -> Graph:
        graph = kg.open(url, lang="en", ontology=(), empty=True)
        if plain:
            one_by_one(graph, source)
        else:
            report = graph.load(source)
            if report["failures"]:
                raise RuntimeError(report["failures"][0]["reason"])
        return graph

    def build(graph: Graph) -> Network:
        network = graph.network()
        Arrays.of(network)
        return network

    def answer(network: Network) -> Any:
        return reach(network, frozenset([network.index[FIRST]]), forward=True, max_links=LINKS)

    load_ms, load_wall, graph = spent(load_it)
    beyond, beyond_wall, network = spent(lambda: build(graph))
    first, first_wall, _ = spent(lambda: answer(network))
    told = {
        "ready": load_ms + beyond + first + 1_000 * of_children(),
        "wall": load_wall + beyond_wall + first_wall,
        "beyond": beyond,
        "beyond_wall": beyond_wall,
        "peak": (peak_kib() - before) / MIB,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
