"""Kept answers in the record, on each database: once written, found again, never changed; verify sees tampering."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from kg.errors import StoreError
from kg.ids import fingerprint
from kg.record import Store
from tests.histories import Clock

CONTENT = '{"items":[],"note":"微调 \\u0000"}'
ANSWER = {"question": "raises", "revision": 3, "content": CONTENT, "ontology": "f" * 64, "version": "1.0"}


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with Store.open(database_url, clock=Clock(datetime(2026, 1, 30, 12, tzinfo=UTC))) as opened:
        yield opened


def raw(url: str, *statements: str) -> None:
    with sa.create_engine(url, poolclass=sa.NullPool).begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def test_an_answer_is_found_again_as_it_was(store: Store) -> None:
    kept = store.kept.put(**ANSWER)
    assert (kept.id, kept.kept_at) == (fingerprint(CONTENT), "2026-01-30T12:00:13.000001Z")
    assert store.kept.get(kept.id) == kept
    assert store.kept.get("a" * 26) is None


def test_keeping_twice_is_keeping_once(store: Store) -> None:
    first = store.kept.put(**ANSWER)
    assert store.kept.put(**ANSWER | {"version": "2.0"}) == first
    assert store.kept.newest(9) == [replace(first, content="")]


def test_the_newest_come_first(store: Store) -> None:
    ids = [store.kept.put(**ANSWER | {"content": f"{number}"}).id for number in range(4)]
    assert [kept.id for kept in store.kept.newest(3)] == ids[:0:-1]


def test_keeping_writes_no_revision(store: Store) -> None:
    store.kept.put(**ANSWER)
    assert store.head() is None


def test_nobody_changes_what_is_kept(store: Store, database_url: str) -> None:
    id = store.kept.put(**ANSWER).id
    for statement in ("UPDATE receipt SET version = 'x'", "DELETE FROM receipt"):
        with pytest.raises(sa.exc.DBAPIError, match="never changed"):
            raw(database_url, statement)
    assert store.kept.get(id) is not None


def test_verify_sees_what_was_altered_all_the_same(store: Store, database_url: str) -> None:
    id = store.kept.put(**ANSWER).id
    assert store.verify() == []
    trigger = "receipt_no_update" if database_url.startswith("sqlite") else "receipt_no_change ON receipt"
    raw(database_url, f"DROP TRIGGER {trigger}", "UPDATE receipt SET content = '{}'")
    guard, altered = store.verify()
    assert re.search(f"{id}.*was altered", altered)
    assert trigger.split(maxsplit=1)[0] in guard


def test_a_record_open_for_reading_keeps_nothing(sqlite_url: str) -> None:
    Store.open(sqlite_url).close()
    with Store.open(sqlite_url, read_only=True) as store, pytest.raises(StoreError, match="nothing was written"):
        store.kept.put(**ANSWER)


def test_a_record_of_the_first_schema_gets_the_table(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store:
        store.write([], actor="ann", act="begin", keep_empty=True)
    later = [f"DROP TABLE {table}" for table in ("submission", "session", "token", "person", "receipt")]
    later += ["DROP INDEX ix_work_merged_into", "ALTER TABLE work DROP COLUMN merged_into"]
    raw(sqlite_url, *later, "UPDATE alembic_version SET version_num = '0001'")
    with Store.open(sqlite_url) as store:
        assert store.verify() == []
        assert store.kept.put(**ANSWER).id == fingerprint(CONTENT)
