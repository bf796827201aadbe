"""Something of another program has the name of an index or trigger of ours: it is left alone, and told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from kg.errors import StoreError
from kg.model import Change, Work
from kg.record import Store

LOST = "ix_change_kind"
SAID = "names that our schema needs are taken in this database"
HINT = "rename or drop what has such a name, then run `kg init` again; nothing was changed"
THINGS = {
    "table": f"CREATE TABLE {LOST} (n int)",
    "view": f"CREATE VIEW {LOST} AS SELECT 1 AS n",
    "index on the table 'notes'": f"CREATE INDEX {LOST} ON notes (n)",
}


@pytest.fixture
def beside(database_url: str) -> Iterator[sa.Engine]:
    """A record in a database in which another program has a table; the engine of that program."""
    with Store.open(database_url) as store:
        store.write([Change("work", Work("w", "book", "One"))], actor="ann", act="add")
    engine = sa.create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.NullPool)
    do(engine, "CREATE TABLE notes (n int)")
    yield engine
    engine.dispose()


def do(engine: sa.Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for one in statements:
            connection.exec_driver_sql(one)


@pytest.mark.parametrize("thing", THINGS)
def test_a_name_that_is_taken_is_told_and_left_alone(beside: sa.Engine, database_url: str, thing: str) -> None:
    do(beside, f"DROP INDEX {LOST}", "DROP INDEX ix_evidence_work", THINGS[thing])
    with Store.open(database_url) as store:
        with pytest.raises(StoreError) as told:
            store.restore_guards()
        assert (told.value.message, told.value.hint) == (f"{SAID}: the index '{LOST}' by a {thing}", HINT)
        assert len(store.verify()) == 2, "the other one was not made either"
        kind = thing.partition(" ")[0]
        do(beside, f"DROP {kind} {LOST}")
        assert store.restore_guards() == [LOST, "ix_evidence_work"]
        assert store.verify() == []


def test_a_trigger_of_another_table_is_not_taken_away(sqlite_url: str) -> None:
    name = "change_no_update"
    with Store.open(sqlite_url) as store:
        engine = sa.create_engine(sqlite_url, poolclass=sa.NullPool)
        do(
            engine,
            "CREATE TABLE notes (n int)",
            f"DROP TRIGGER {name}",
            f"CREATE TRIGGER {name} BEFORE UPDATE ON notes BEGIN SELECT RAISE(ABORT, 'mine'); END",
        )
        with pytest.raises(StoreError, match=f"the trigger '{name}' by a trigger on the table 'notes'"):
            store.restore_guards()
        do(engine, f"DROP TRIGGER {name}")
        assert store.restore_guards() == [name]
        engine.dispose()


@pytest.mark.postgres
def test_a_record_is_not_begun_where_a_name_is_taken(postgres_url: str) -> None:
    engine = sa.create_engine(postgres_url.replace("postgresql://", "postgresql+psycopg://"), poolclass=sa.NullPool)
    for made, ours, by in (
        (THINGS["table"], f"index '{LOST}'", "table"),
        ("CREATE TABLE pk_revision (a int)", "constraint 'pk_revision'", "table"),
        ("CREATE SEQUENCE uq_token_digest", "constraint 'uq_token_digest'", "sequence"),
        ("CREATE TABLE alembic_version_pkc (a int)", "constraint 'alembic_version_pkc'", "table"),
        ("CREATE VIEW work AS SELECT 1 AS n", "table 'work'", "view"),
        ("CREATE TYPE claim AS ENUM ('a')", "table 'claim'", "type"),
    ):
        do(engine, made)
        with pytest.raises(StoreError) as told:
            Store.open(postgres_url)
        assert (told.value.message, told.value.hint) == (f"{SAID}: the {ours} by a {by}", HINT)
        do(engine, " ".join(["DROP", *made.split()[1:3]]))
    do(engine, "CREATE TYPE ix_change_id AS ENUM ('a')")  # an index makes no type of its name
    Store.open(postgres_url).close()
    engine.dispose()


def test_a_view_that_has_the_name_of_a_table_is_told(sqlite_url: str) -> None:
    engine = sa.create_engine(sqlite_url, poolclass=sa.NullPool)
    do(engine, "CREATE VIEW Work AS SELECT 1 AS n", "CREATE VIEW pk_revision AS SELECT 1 AS n")
    with pytest.raises(StoreError, match=f"{SAID}: the table 'work' by a view") as told:
        Store.open(sqlite_url)
    assert "pk_revision" not in told.value.message, "SQLite has no such name"
    do(engine, "DROP VIEW Work")
    Store.open(sqlite_url).close()
    engine.dispose()
