"""The number of the newest revision: never behind what was acknowledged, on each database, whatever happens to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Lock
from time import monotonic

import pytest
import sqlalchemy as sa

from kg.errors import StoreError
from kg.model import Change, Entity, Text
from kg.record import Store
from kg.record.newest import Shared


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with Store.open(database_url) as opened:
        yield opened


def grow(store: Store, name: str) -> int:
    """Write something; return the revision."""
    return store.write([Change("entity", Entity(name, "Risk", Text(name)))], actor="ann", act="add").number


def test_it_counts_what_anybody_wrote(store: Store, database_url: str) -> None:
    assert store.number_at_once() is None, "not opened yet"
    assert store.number() == 0
    with Store.open(database_url) as other:
        for number in range(1, 9):
            assert grow((store, other)[number % 2], f"e-{number}") == number
            assert (store.number(), other.number()) == (number, number)
            assert store.number_at_once() == (number if database_url.startswith("sqlite") else None)
    store.close()
    assert store.number() == 8, "as after any close, the next look opens it again"


def test_who_asks_while_others_write_is_never_told_less_than_they_were(store: Store, database_url: str) -> None:
    acknowledged, most = [0], Lock()

    def write(writer: int) -> None:
        with Store.open(database_url) as own:
            for number in range(15):
                written = grow(own, f"e-{writer}-{number}")
                with most:
                    acknowledged[0] = max(acknowledged[0], written)

    def ask() -> None:
        last = 0
        while not all(job.done() for job in jobs):
            least = acknowledged[0]
            found = store.number()
            assert found >= max(last, least)
            last = found

    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(write, one) for one in range(2)]
        for asking in [pool.submit(ask) for _ in range(6)]:
            asking.result()
        for job in jobs:
            job.result()
    assert store.number() == acknowledged[0] == 30


def test_who_keeps_a_file_to_himself_is_waited_for_in_a_thread_only(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store:
        assert grow(store, "e") == store.number() == store.number_at_once()
        with sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None) as alone:
            store.close()
            alone.execute("PRAGMA journal_mode = DELETE")
            alone.execute("PRAGMA locking_mode = EXCLUSIVE")
            alone.execute("BEGIN EXCLUSIVE")
            with ThreadPoolExecutor(1) as pool:
                waiting = pool.submit(store.number)
                start = monotonic()
                while monotonic() - start < 0.3:
                    assert store.number_at_once() is None
                assert monotonic() - start < 1
                assert not waiting.done()
                alone.execute("ROLLBACK")
                alone.execute("PRAGMA locking_mode = NORMAL")
                alone.execute("SELECT count(*) FROM revision").fetchall()
                assert waiting.result(timeout=30) == 1
            assert store.number_at_once() == 1
            alone.execute("BEGIN EXCLUSIVE")
            assert store.number_at_once() is None
            alone.execute("ROLLBACK")
            assert store.number_at_once() == 1
        alone.close()


def test_a_file_that_is_no_database_any_more_is_told(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store, Store.open(sqlite_url) as other:
        grow(other, "e")
        other.close()
        with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as raw:
            raw.execute("ALTER TABLE revision RENAME TO lost")
        raw.close()
        assert store.number_at_once() is None
        with pytest.raises(StoreError, match="no such table"):
            store.number()


@pytest.mark.postgres
def test_a_connection_that_the_server_ended_is_made_anew(postgres_server: sa.Engine, postgres_url: str) -> None:
    schema = postgres_url.rpartition("%3D")[2]
    with Store.open(f"{postgres_url}&application_name={schema}") as store:
        grow(store, "e")
        for _ in range(2):
            assert store.number() == 1
            with postgres_server.connect() as raw:
                ended = raw.exec_driver_sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s "
                    "AND query = 'SELECT max(number) FROM revision'",
                    (schema,),
                )
                assert ended.first() is not None
        with postgres_server.connect() as raw:
            raw.exec_driver_sql(f"ALTER TABLE {schema}.revision RENAME TO lost")
        with pytest.raises(StoreError, match="tables are missing"):
            store.number()
        with postgres_server.connect() as raw:
            raw.exec_driver_sql(f"ALTER TABLE {schema}.lost RENAME TO revision")
        assert store.number() == 1


def test_a_record_in_memory_is_asked_as_ever() -> None:
    with Store.open(":memory:") as store:
        assert (store.number(), store.number_at_once()) == (0, None)
        assert grow(store, "e") == store.number() == 1


def test_a_look_is_shared_by_those_who_asked_before_it_began() -> None:
    began, go, clock = Event(), Event(), iter(range(100))
    looks: list[int] = []

    def look() -> int:
        looks.append(next(clock))
        began.set()
        assert go.wait(10)
        return looks[-1]

    shared = Shared(look)
    waiting = Barrier(6)

    def ask() -> int:
        waiting.wait(10)
        return shared()

    with ThreadPoolExecutor(7) as pool:
        first = pool.submit(shared)
        assert began.wait(10)
        later = [pool.submit(ask) for _ in range(6)]
        while shared._next is None:
            assert not first.done()
        go.set()
        assert first.result() == 0
        found = {job.result() for job in later}
    assert found.isdisjoint({0}), "it had begun before they asked"
    assert looks == list(range(max(found) + 1))


def test_a_look_that_fails_is_told_to_all_who_share_it_and_the_next_looks_anew() -> None:
    turns = iter([1])

    def look() -> int:
        if (turn := next(turns, None)) is not None:
            raise StoreError(f"turn {turn}")
        return 2

    shared = Shared(look)
    with pytest.raises(StoreError, match="turn 1"):
        shared()
    assert shared() == 2
