"""Ahead of those who ask: a write of anybody is taken up at once, on each database, and nobody waits for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

import kg
from kg.ahead import Ahead
from kg.model import Change, Entity, Text
from kg.record.watching import CHANNEL
from tests.conftest import schema


@pytest.fixture
def graph(database_url: str) -> Iterator[kg.Graph]:
    """An empty record, read once."""
    one = kg.open(database_url, empty=True, ontology=(), lang="en")
    one.look_ahead()
    yield one
    one.store.close()


def flood(graph: kg.Graph, number: int) -> int:
    """Write something; return the revision."""
    record = Entity(f"flood-{number}", "Risk", Text(f"Flood {number}"))
    return graph.write([Change("entity", record)], actor="ann", act="add").number


def waited(graph: kg.Graph, revision: int, *, seconds: float) -> float:
    """Wait until a record stands at a revision without being asked; return the seconds."""
    start = time.monotonic()
    while graph._snapshot.revision < revision:
        assert time.monotonic() - start < seconds, "nobody followed"
        time.sleep(0.005)
    return time.monotonic() - start


def test_writes_of_others_are_followed_before_anybody_asks(graph: kg.Graph, database_url: str) -> None:
    other = kg.open(database_url, ontology=())
    with Ahead(graph):
        for number in range(3):
            waited(graph, flood(other, number), seconds=5)
            time.sleep(0.3)
            still = graph.at_one_revision()
            assert [item["id"] for item in still.search(f"flood {number}", limit=1)["items"]] == [f"flood-{number}"]
            assert still.followed == 0
    flood(other, 9)
    time.sleep(0.5)
    assert graph._snapshot.revision < other.revision, "it stops when it is told to"
    assert graph.at_one_revision().revision == other.revision
    other.store.close()


def test_only_postgresql_tells(graph: kg.Graph, database_url: str) -> None:
    with graph.store.listening() as wait:
        if not database_url.startswith("postgresql"):
            assert wait is None
            return
        assert wait is not None
        assert not wait(0.05)
        flood(graph, 1)
        assert wait(5)
        with pytest.raises(kg.KgError):
            graph.write([Change("entity", Entity("x", "Risk", Text(" ")))], actor="", act="add")
        assert not wait(0.05), "what is not kept is not told"


@pytest.mark.postgres
def test_records_in_one_database_do_not_hear_each_other(postgres_server: sa.Engine) -> None:
    with contextmanager(schema)(postgres_server) as here, contextmanager(schema)(postgres_server) as there:
        one, other = kg.open(here, empty=True, ontology=()), kg.open(there, empty=True, ontology=())
        with one.store.listening() as wait:
            assert wait is not None
            flood(other, 1)
            assert not wait(0.3)
            flood(one, 1)
            assert wait(5)
        one.store.close()
        other.store.close()


@pytest.mark.postgres
def test_a_connection_that_is_cut_is_taken_up_again(
    postgres_url: str, postgres_server: sa.Engine, caplog: pytest.LogCaptureFixture
) -> None:
    graph, other = kg.open(postgres_url, empty=True, ontology=()), kg.open(postgres_url, ontology=())
    with graph.store.bulk() as bulk:
        channel = bulk.connection.scalar(sa.select(sa.literal_column(CHANNEL)))
    with Ahead(graph):
        waited(graph, flood(other, 1), seconds=5)
        with postgres_server.connect() as connection:
            asked = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = %s"
            assert connection.exec_driver_sql(asked, (f"LISTEN {channel}",)).first() is not None
        time.sleep(0.2)
        waited(graph, flood(other, 2), seconds=10)
    assert "cannot be followed" in caplog.text
    graph.store.close()
    other.store.close()
