"""Mapping: the gap map of all techniques and risks as the product makes it, the best path of each sign named.

Lives here: jobs on a filled record. May enter: numbers of claims, a folder with the record. What libraries are held
against, the costs of all pairs without any path, is among the jobs of `searching`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import kg
from benchmarks.jobs.building import LINKS, record
from benchmarks.measuring import OURS, Act, Figure, race
from kg.network import Network
from kg.question import raises

PLAIN_MOST = 10_000
"""Claims up to which plain Python is asked, for one technique."""
ENGINE = "KG_ENGINE"


def measure(claims: int, folder: Path) -> Iterator[Figure]:
    """Measure the search and the whole answer on one record."""
    graph = kg.open(record(claims, folder), create=False)
    try:
        network = graph.network()
        rows, cols = (raises.of_types(network, [type]) for type in ("Technique", "Risk"))
        yield from searches(network, rows, cols, claims)
        yield from race("matrix, whole answer", claims, {OURS: Act(lambda: _answer(network))}, repeats=3)
    finally:
        graph.store.close()


def searches(network: Network, rows: Sequence[str], cols: Sequence[str], claims: int) -> list[Figure]:
    """All pairs, each path with its claims; plain Python beside, which finds the same."""
    before = os.environ.get(ENGINE)

    def found(engine: str, some: Sequence[str]) -> list[Any]:
        os.environ[ENGINE] = engine
        network.kept.pop("reached", None)
        return [(row, col, dict(paths)) for row, col, paths, _ in raises.pairs(network, some, cols, LINKS, set())]

    def is_same(mine: list[Any], first: list[Any]) -> bool:
        return [pair for pair in first if pair[0] == rows[0]] == mine

    acts = {OURS: Act(lambda: found("compiled", rows), note="the best path of each sign, its claims named")}
    if claims <= PLAIN_MOST:
        acts["plain Python"] = Act(lambda: found("networkx", rows[:1]), 1 / len(rows), 2, is_same)
    try:
        return race("matrix, paths named", claims, acts, repeats=3)
    finally:
        os.environ.pop(ENGINE)
        if before is not None:
            os.environ[ENGINE] = before


def _answer(network: Network) -> int:
    """Return the bytes of the answer as JSON."""
    network.kept.pop("reached", None)
    return len(raises.matrix(network, rows="Technique", cols="Risk", max_links=LINKS).json())
