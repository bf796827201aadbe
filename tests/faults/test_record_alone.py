"""One at a time writes to a record on PostgreSQL, by whatever search path its tables are reached."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from kg.errors import StoreError
from kg.model import Change, Work
from kg.record import Store, connection

pytestmark = pytest.mark.postgres
WORK = Change("work", Work("w", "book", "One"))


@pytest.fixture
def schemas(postgres_server: sa.Engine) -> Iterator[list[str]]:
    """The names of three empty schemas."""
    names = [f"alone_{name}_{uuid.uuid4().hex}" for name in "abc"]
    with postgres_server.connect() as server:
        server.exec_driver_sql("; ".join(f"CREATE SCHEMA {name}" for name in names))
        yield names
        server.exec_driver_sql("; ".join(f"DROP SCHEMA {name} CASCADE" for name in names))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Writers give up after a moment."""
    waits = f"lock_timeout = '{connection.WAIT_SECONDS}s'"
    assert waits in connection._ALONE
    monkeypatch.setattr(connection, "_ALONE", connection._ALONE.replace(waits, "lock_timeout = '200ms'"))


def at(server: sa.Engine, *path: str) -> str:
    """The URL of a search path."""
    return server.url.update_query_dict({"options": f"-csearch_path={','.join(path)}"}).render_as_string(
        hide_password=False
    )


@pytest.mark.usefixtures("impatient")
def test_two_search_paths_to_one_record_do_not_write_at_once(postgres_server: sa.Engine, schemas: list[str]) -> None:
    home, empty, other = schemas
    Store.open(at(postgres_server, other)).close()
    with (
        Store.open(at(postgres_server, home)) as one,
        Store.open(at(postgres_server, empty, home)) as two,
        Store.open(at(postgres_server, other, home)) as apart,
    ):
        with connection.writing(two._engine, two._place):
            with pytest.raises(StoreError, match="has been writing for too long"):
                one.write([WORK], actor="ann", act="add")
            assert apart.write([WORK], actor="ann", act="add").number == 1, "another record is not held up"
        with connection.writing(one._engine, one._place), pytest.raises(StoreError, match="writing for too long"):
            two.write([WORK], actor="ann", act="add")
        assert two.write([WORK], actor="ann", act="add").number == 1
        assert (one.number(), one.verify()) == (1, [])


@pytest.mark.usefixtures("impatient")
def test_who_waited_while_the_record_was_made_holds_its_lock(postgres_server: sa.Engine, schemas: list[str]) -> None:
    """A record that comes to be between the two statements of the lock is locked by the second."""
    url = at(postgres_server, schemas[0])
    first, second = (f"SELECT {one}" for one in connection._ALONE.split("SELECT ")[1:])
    engine = sa.create_engine(url)
    with engine.connect() as waiting, waiting.begin():
        waiting.exec_driver_sql(first)
        with pytest.raises(StoreError, match="has been writing for too long"):
            Store.open(url)
    with engine.connect() as waiting, waiting.begin(), Store.open(url) as store:
        waiting.exec_driver_sql(second)
        with pytest.raises(StoreError, match="has been writing for too long"):
            store.write([WORK], actor="ann", act="add")
    engine.dispose()
