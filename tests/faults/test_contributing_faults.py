"""Kills and races while people contribute: whole acts or none, nothing lost, nothing twice."""

from __future__ import annotations

import multiprocessing
import random
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.context import ForkServerContext

import pytest

import kg
from kg.errors import Conflict
from tests.contributions import ANN, BOB, CHO, item
from tests.faults.contributors import open_graph, propose_forever, propose_often

CLAIM = "qlora--raises--malicious-use"


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    """Starts processes that have the library loaded already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["kg.graph", "tests.faults.contributors"])
    return context


@pytest.fixture
def seeded_url(database_url: str) -> str:
    """A seeded database of each kind."""
    kg.open(database_url, lang="en", ontology=()).store.close()
    return database_url


def test_a_kill_leaves_whole_acts(seeded_url: str, processes: ForkServerContext) -> None:
    chance, highest = random.Random(20_261_125), 1
    for cycle in range(4):
        receiving, sending = processes.Pipe(duplex=False)
        process = processes.Process(target=propose_forever, args=(seeded_url, f"ann{cycle}", sending))
        process.start()
        sending.close()
        receiving.poll(60)
        time.sleep(chance.uniform(0, 0.15))
        process.kill()
        process.join()
        try:
            while True:
                highest = max(highest, int(receiving.recv_bytes()))
        except EOFError:
            receiving.close()
    graph = open_graph(seeded_url)
    try:
        assert highest <= graph.revision <= highest + 4
        for revision in graph.store.changes(1, graph.revision):
            kinds = sorted({change.kind for change in revision.changes})
            if revision.act == "propose":
                assert kinds in (["evidence"], ["claim", "evidence"])
            else:
                assert revision.act == "accept"
                assert all(change.record.status == "accepted" for change in revision.changes)
        assert all(one.claim in graph.snapshot.claims for one in graph.snapshot.evidence.values())
        assert graph.verify()["problems"] == []
    finally:
        graph.store.close()


def test_people_who_write_at_once_lose_nothing(seeded_url: str, processes: ForkServerContext) -> None:
    done = processes.Queue()
    names, times = ("ann", "bob", "cho"), 4
    running = [processes.Process(target=propose_often, args=(seeded_url, name, times, done)) for name in names]
    for process in running:
        process.start()
    for process in running:
        process.join(120)
        assert process.exitcode == 0
    graph = open_graph(seeded_url)
    try:
        said = sorted(one.statement for one in graph.snapshot.evidence_of(CLAIM))
        assert said == sorted(f"{name} saw it {n} times." for name in (*names, "All") for n in range(times))
        assert graph.revision == 1 + times * 4
        assert graph.verify()["problems"] == []
    finally:
        graph.store.close()


def test_of_two_decisions_at_once_one_stands(seeded_url: str) -> None:
    graph = open_graph(seeded_url)
    try:
        made = graph.add_evidence(item(), actor=ANN)

        def decide(decision: str, actor: str) -> str:
            try:
                return str(graph.review(made["id"], decision, why="because", actor=actor)["act"])
            except Conflict as fault:
                return "conflict" if "since revision 3" in str(fault) else str(fault)

        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(decide, ("accept", "reject") * 4, (BOB, CHO) * 4))
        assert found.count("conflict") == 7
        assert graph.revision == 3
        with pytest.raises(Conflict, match="at revision 3, not at 2"):
            graph.revoke(made["id"], why="late", actor=BOB, expect=2)
    finally:
        graph.store.close()
