"""Fixtures that several suites share: an empty database of each kind."""

from __future__ import annotations

import gc
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings

import kg
from kg.record import migrate
from tests.migrated import BY_MIGRATIONS

# Machines are shared: how long an example takes says nothing about it.
settings.register_profile("shared machine", settings(), deadline=None)
settings.load_profile("shared machine")

POSTGRES = os.environ.get("KG_TEST_POSTGRES", "postgresql+psycopg://root@127.0.0.1:5432/test")
DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


def pytest_configure() -> None:
    """Let new databases get what the migrations sent to the first; tests of migrations ask for `by_migrations`."""
    migrate.migrate = BY_MIGRATIONS


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes that are no text by their place, so that a test has one name in every process of a run.

    Compressed bytes hold the second at which they were made: two workers that collect a second apart would not have
    the same tests.
    """
    return argname if isinstance(val, bytes) and not (val.isascii() and val.decode().isprintable()) else None


def pytest_collection_finish() -> None:
    """Let the collector pass over what was imported and collected: it stays to the end, and is much.

    A seventh of the processor time of tests that make many objects goes into looking at it again and again.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[sa.Engine]:
    """The server of the tests. Without one, tests of PostgreSQL are skipped and say so.

    `KG_TEST_POSTGRES` names another; when it is set and the server does not answer, the tests fail.
    """
    engine = sa.create_engine(POSTGRES, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 5})
    try:
        engine.connect().close()
    except sa.exc.OperationalError as fault:
        if "KG_TEST_POSTGRES" in os.environ:
            raise
        pytest.skip(f"no PostgreSQL at {engine.url.host}:{engine.url.port}; set KG_TEST_POSTGRES: {fault.orig}")
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_url(postgres_server: sa.Engine) -> Iterator[str]:
    """The URL of an empty schema of its own, dropped afterwards."""
    yield from schema(postgres_server)


@pytest.fixture(scope="module")
def postgres_module_url(postgres_server: sa.Engine) -> Iterator[str]:
    """The URL of an empty schema that the tests of one module share."""
    yield from schema(postgres_server)


def schema(postgres_server: sa.Engine) -> Iterator[str]:
    """Give the URL of an empty schema, and drop it afterwards."""
    name = f"kg_test_{uuid.uuid4().hex}"
    with postgres_server.connect() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {name}")
    url = postgres_server.url.update_query_dict({"options": f"-csearch_path={name}"})
    yield url.render_as_string(hide_password=False)
    with postgres_server.connect() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'record.db'}"


@pytest.fixture
def columns_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where columns and search indexes are kept for the next start, of records however small."""
    monkeypatch.setenv("KG_COLUMNS_LEAST", "1")
    monkeypatch.setenv("KG_COLUMNS_FOLDER", str(tmp_path / "columns"))
    return tmp_path / "columns"


@pytest.fixture
def by_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of how a database is brought up: the migrations run for each."""
    monkeypatch.setattr(migrate, "migrate", BY_MIGRATIONS.real)


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database, once of each kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture(scope="session")
def pack_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the packaged pack at revision 1, to be copied; not to be opened."""
    path = tmp_path_factory.mktemp("packed") / "record.db"
    kg.open(f"sqlite:///{path}", lang="en").store.close()
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    return path


@pytest.fixture
def pack_url(pack_file: Path, tmp_path: Path) -> str:
    """The URL of a database of its own with the packaged pack at revision 1."""
    return f"sqlite:///{shutil.copy(pack_file, tmp_path / 'record.db')}"


@pytest.fixture(scope="session")
def pack_graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[kg.Graph]:
    """The face on a record seeded with the packaged pack; not to be written to."""
    graph = kg.open(f"sqlite:///{tmp_path_factory.mktemp('pack')}/record.db", lang="en", ontology=())
    yield graph
    graph.store.close()
