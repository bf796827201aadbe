"""Paths of any length over 100,000 edges: what has an answer gets it in time, what has none is ended in time."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import networkx as nx
import orjson
import pytest

from kg.errors import InputError
from kg.rdf import worker
from kg.rdf.guard import check
from kg.rdf.names import EDGES, name
from kg.rdf.sparql import Budget
from kg.rdf.worker import Limits, Template

pytestmark = pytest.mark.skipif(not worker.AVAILABLE, reason="workers need Linux")
ENTITIES, CLAIMS, SECONDS = 12_500, 100_000, 5.0


@pytest.fixture(scope="module")
def graph() -> nx.DiGraph:
    """Some entities far better linked than others; most of them reach most."""
    draw = random.Random(1)
    edges: set[tuple[int, int]] = set()
    while len(edges) < CLAIMS:
        edges.add((int(ENTITIES * draw.random() ** 2), int(ENTITIES * draw.random() ** 2)))
    return nx.DiGraph(sorted(edges))


@pytest.fixture(scope="module")
def workers(graph: nx.DiGraph) -> Iterator[Template]:
    lines = (
        f"{name(f'entity:e{one}')} {name('ekg:raises')} {name(f'entity:e{other}')} {EDGES} .\n"
        for one, other in graph.edges
    )
    with Template() as template:
        template.tell("kg.rdf.evaluate:add", "".join(lines).encode())
        template.tell("kg.rdf.evaluate:settle", orjson.dumps({"revision": 1, "pieces": 1}))
        template.run("kg.rdf.evaluate:warm", b"", Limits(seconds=10))
        yield template


def ask(workers: Template, text: str, seconds: float = SECONDS) -> tuple[dict[str, object], dict[str, object]]:
    """What a query finds under the limits of strangers: about it, and the document."""
    query, budget = check(text), Budget(seconds=seconds)
    payload = {
        "text": query.text, "columns": query.columns, "default": (), "named": (), "format": "json",
        "rows": budget.rows, "bytes": budget.bytes, "revision": 1,
    }  # fmt: skip
    limits = Limits(budget.seconds, budget.memory, 4 * budget.bytes)
    head, _, body = workers.run("kg.rdf.evaluate:answer", orjson.dumps(payload), limits).partition(b"\n")
    return orjson.loads(head), orjson.loads(body)


def test_from_one_entity_it_reaches_what_networkx_reaches(workers: Template, graph: nx.DiGraph) -> None:
    start = max(graph, key=graph.out_degree)
    _, document = ask(workers, f"SELECT (COUNT(DISTINCT ?b) AS ?n) {{ entity:e{start} ekg:raises+ ?b }}")
    reached = nx.descendants(graph, start)
    if any(start in graph[node] for node in {start, *reached}):
        reached.add(start)
    assert int(document["results"]["bindings"][0]["n"]["value"]) == len(reached) > ENTITIES / 2  # type: ignore[index]


def test_between_two_entities_it_knows_whether_there_is_a_way(workers: Template, graph: nx.DiGraph) -> None:
    dead = next(node for node in graph if graph.out_degree(node) == 0)
    start = max(graph, key=graph.out_degree)
    for one, other in ((start, dead), (dead, start)):
        _, document = ask(workers, f"ASK {{ entity:e{one} ekg:raises+ entity:e{other} }}")
        assert document["boolean"] is (other in nx.descendants(graph, one))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (COUNT(*) AS ?n) { ?a ekg:raises+ ?b }",
        "SELECT (COUNT(*) AS ?n) { ?a (ekg:raises|^ekg:raises)* ?b }",
        "SELECT ?a ?b { ?a ekg:raises+ ?b } ORDER BY ?b LIMIT 1",
    ],
)
def test_the_closure_of_everything_is_ended(workers: Template, text: str) -> None:
    began = time.monotonic()
    with pytest.raises(InputError, match="this takes more than 2 s"):
        ask(workers, text, seconds=2)
    assert time.monotonic() - began < 4
    assert ask(workers, "ASK { ?a ekg:raises ?b }")[1]["boolean"] is True
