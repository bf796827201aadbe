"""All pairs on Hetionet v1.0 (Himmelstein et al. 2017, DOI 10.7554/eLife.26726; CC0): compounds and diseases.

Lives here: reading or redrawing its links, one job. May enter: a folder with its files. Never here: the data itself.
From https://github.com/hetio/hetionet the folder holds either `hetnet/tsv/hetionet-v1.0-edges.sif.gz`, or
`describe/degree/degrees.xlsx`; from the latter each kind of link is drawn with exactly the degrees that are told. Signs
and beliefs are drawn, Hetionet has none; a link is walked both ways, `Gene > regulates > Gene` one way.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl

from benchmarks.engines import Links
from benchmarks.forms import Bench
from benchmarks.jobs.searching import pairs
from benchmarks.measuring import Figure
from kg.compiled.arrays import Arrays

EDGES, DEGREES = "hetionet-v1.0-edges.sif.gz", "degrees.xlsx"
WHERE = "take one of them from https://github.com/hetio/hetionet (hetnet/tsv, describe/degree)"
SIZE = 2_250_197
"""Links of Hetionet v1.0."""
JOB, SEED, FEW, TRIES, MINUS = "matrix on Hetionet", 1, 2, 2_000, 0.3
SOURCES, TARGETS = "Compound", "Disease"
PEERS = ("GraphBLAS", "scipy", "scipy, no bound", "igraph, no bound", "networkx")


@dataclass(frozen=True)
class Hetnet:
    """Links as columns: `kinds` is the kind of each node; `one_way` says of each link whether it has a direction."""

    kinds: list[str]
    subject: Any
    object: Any
    one_way: Any
    told: str


def measure(folder: Path) -> Iterator[Figure]:
    """Measure all pairs; peers for two of the diseases."""
    found = read(folder)
    bench, note = bench_of(found), f"{found.told}; signs and beliefs drawn"
    yield from pairs(bench, JOB, repeats=3, note=note)


def read(folder: Path) -> Hetnet:
    """Return the links in a folder: the true ones where they are there.

    Raises:
        FileNotFoundError: neither file is there; says where both are to be had.
    """
    if (folder / EDGES).exists():
        return true(folder / EDGES)
    if (folder / DEGREES).exists():
        return redrawn(folder / DEGREES)
    raise FileNotFoundError(f"{folder} holds neither {EDGES} nor {DEGREES}; {WHERE}")


def true(path: Path) -> Hetnet:
    """Return the links of Hetionet: lines of source, kind of link, target, with ids such as `Gene::9021`."""
    index: dict[str, int] = {}
    rows: list[tuple[int, int, bool]] = []
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            ends = (index.setdefault(row[end], len(index)) for end in ("source", "target"))
            rows.append((*ends, ">" in row["metaedge"]))  # type: ignore[arg-type]
    subject, object_, one_way = (np.array(column) for column in zip(*rows, strict=True))
    return Hetnet([id.partition("::")[0] for id in index], subject, object_, one_way, "its own links")


def redrawn(path: Path, seed: int = SEED) -> Hetnet:
    """Return links drawn so that each node has as many of each kind as it has in Hetionet."""
    random = np.random.default_rng(seed)
    kinds: list[str] = []
    degrees: dict[str, tuple[int, Any]] = {}
    book = openpyxl.load_workbook(path, read_only=True)
    for sheet in book:
        head, *rows = sheet.iter_rows(values_only=True)
        for at, name in enumerate(head):
            if at >= 2:
                degrees[str(name)] = len(kinds), np.array([row[at] for row in rows], np.int64)
        kinds += [sheet.title] * len(rows)
    book.close()
    columns, twice = [], 0
    for name, other in _ends(degrees).items():
        subject, object_, left = _paired(degrees[name], degrees[other], name == other, random)
        columns.append((subject, object_, np.full(len(subject), ">" in name)))
        twice += left
    subject, object_, one_way = (np.concatenate(some) for some in zip(*columns, strict=True))
    told = f"{len(subject):,} links drawn with the degrees of Hetionet by kind of link, {twice:,} of them twice"
    return Hetnet(kinds, subject, object_, one_way, told)


def _ends(degrees: Mapping[str, Any]) -> dict[str, str]:
    """Return for each kind of link, as one end names it, how the other end does.

    Example:
        >>> _ends({"Gene > regulates > Gene": 1, "Gene < regulates < Gene": 1})
        {'Gene > regulates > Gene': 'Gene < regulates < Gene'}
        >>> _ends({"Gene - binds - Compound": 1, "Compound - binds - Gene": 1})
        {'Gene - binds - Compound': 'Compound - binds - Gene'}
    """
    found: dict[str, str] = {}
    for name in degrees:
        one, mark, verb, _, other = _words(name)
        back = {">": "<", "<": ">"}.get(mark, mark)
        turned = f"{other} {back} {verb} {back} {one}"
        if turned not in found and mark != "<":
            found[name] = turned
    return found


def _words(name: str) -> tuple[str, str, str, str, str]:
    """Return the parts of `Biological Process - participates - Gene`."""
    mark = next(one for one in (" - ", " > ", " < ") if one in name)
    one, verb, other = name.split(mark)
    return one, mark.strip(), verb, mark.strip(), other


def _paired(one: tuple[int, Any], other: tuple[int, Any], same: bool, random: Any) -> tuple[Any, Any, int]:
    """Pair ends of links at random; pairs that are there twice, and loops, exchange an end with another pair."""
    ends = [first + np.repeat(np.arange(len(degree)), degree) for first, degree in (one, other)]
    if same:
        every = random.permutation(ends[0])
        ends = [every[: len(every) // 2], every[len(every) // 2 : len(every) // 2 * 2]]
    subject, object_ = ends[0].tolist(), random.permutation(ends[1]).tolist()

    def key(a: int, b: int) -> tuple[int, int]:
        return (b, a) if same and b < a else (a, b)

    known: set[tuple[int, int]] = set()
    wrong: list[int] = []
    for at, (a, b) in enumerate(zip(subject, object_, strict=True)):
        if a == b or key(a, b) in known:
            wrong.append(at)
        known.add(key(a, b))
    left, doubtful = 0, set(wrong)
    for at in wrong:
        for partner in random.integers(0, len(subject), TRIES).tolist():
            a, b, c, d = subject[at], object_[at], subject[partner], object_[partner]
            fresh = key(a, d), key(c, b)
            if a != d and c != b and fresh[0] != fresh[1] and known.isdisjoint(fresh) and partner not in doubtful:
                object_[at], object_[partner] = d, b
                known.remove(key(c, d))
                known.update(fresh)
                doubtful.remove(at)
                break
        else:
            left += 1
    return np.array(subject), np.array(object_), left


def bench_of(found: Hetnet, seed: int = SEED) -> Bench:
    """Return the job on these links: from compounds to diseases; peers search from the diseases, which are fewer."""
    random = np.random.default_rng(seed)
    count = len(found.subject)
    minus = (random.random(count) < MINUS).astype(np.int8)
    expected = random.integers(500, 1_000, count) / 1_000
    back = ~found.one_way.astype(bool)
    columns = [
        np.concatenate([one, other[back]])
        for one, other in (
            (found.subject, found.object), (found.object, found.subject), (minus, minus), (expected, expected),
        )
    ]  # fmt: skip
    order = np.lexsort((columns[1], columns[0]))
    subject, object_, minus, expected = (column[order] for column in columns)
    kinds = np.array(found.kinds)
    arrays = Arrays.of_columns(range(len(subject)), len(kinds), subject, object_, 1 - 2 * minus, expected)
    links = Links(len(kinds), subject, object_, minus, arrays.costs[arrays.code])
    linked = np.bincount(subject, minlength=len(kinds)) > 0
    sources, targets = (np.flatnonzero(linked & (kinds == kind)).tolist() for kind in (SOURCES, TARGETS))
    return Bench(SIZE, links, arrays, sources, targets, few=FEW, turned=True, peers=PEERS)
