"""Databases that cannot be used: each says what is wrong and what to do, and is left as it was."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from kg.errors import InputError, StoreError
from kg.model import Change, Work
from kg.packaged import bringing, newer
from kg.record import Store, connection
from kg.record.tables import SCHEMA_VERSIONS
from kg.settings import default_database
from tests.migrated import BY_MIGRATIONS

WORK = Change("work", Work("w", "book", "W"))
NOBODY = 65_534
pytestmark = pytest.mark.usefixtures("by_migrations")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder whose permissions bind us: as root, the test runs as an ordinary user for a while."""
    if os.geteuid() != 0:
        yield tmp_path
        return
    made = Path(tempfile.mkdtemp(prefix="kg-test-"))
    os.chown(made, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield made
    finally:
        os.seteuid(0)
        shutil.rmtree(made)


def refused(url: str | Path, **options: bool) -> str:
    with pytest.raises(StoreError) as caught:
        Store.open(str(url), **options)
    assert caught.value.hint
    return str(caught.value)


def test_a_newer_schema_says_to_upgrade(database_url: str) -> None:
    Store.open(database_url).close()
    with sa.create_engine(database_url, poolclass=sa.NullPool).begin() as raw:
        raw.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    told = refused(database_url)
    assert "has schema 9999" in told
    assert f"it knows up to {SCHEMA_VERSIONS[-1]}" in told
    assert newer() in told


@pytest.mark.parametrize(
    ("change", "said"),
    [("DELETE FROM alembic_version", "names none"), ("INSERT INTO alembic_version VALUES ('0001')", "names 2 schemas")],
)
def test_a_database_that_does_not_say_its_schema_is_left_alone(database_url: str, change: str, said: str) -> None:
    Store.open(database_url).close()
    with sa.create_engine(database_url, poolclass=sa.NullPool).begin() as raw:
        raw.exec_driver_sql(change)
    told = refused(database_url)
    assert f"does not say of which schema it is: its table 'alembic_version' {said}" in told
    assert "`kg restore`" in told
    assert "sqlalchemy" not in told.lower()


def test_folders_are_made_for_the_default_database_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = tmp_path / "my typo" / "x.db"
    assert f"mkdir -p '{wrong.parent}'" in refused(wrong)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    with Store.open(default_database()) as store:
        assert store.verify() == []
    assert (tmp_path / "data" / "evidence-kg" / "evidence.sqlite").is_file()


def test_a_record_is_its_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    before = os.umask(0)
    try:
        with Store.open(default_database()) as store:
            store.write([WORK], actor="a", act="b")
            made = sorted((tmp_path / "data" / "evidence-kg").iterdir())
            assert [path.suffix for path in made] == [".sqlite", ".sqlite-shm", ".sqlite-wal"]
            assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o600}
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "data" / "evidence-kg").stat().st_mode) == 0o700


def test_an_unknown_database_is_not_made_for_readers(database_url: str, tmp_path: Path) -> None:
    for options in ({"create": False}, {"read_only": True}):
        assert "`kg init` makes one" in refused(database_url, **options)
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_another_kind_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database at all, but long enough to be read as one" * 50)
    assert "not an SQLite database" in refused(path)
    assert path.read_text().startswith("not a database")
    assert list(tmp_path.iterdir()) == [path]


def test_the_database_of_another_program_is_left_alone(database_url: str) -> None:
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    with engine.begin() as raw:
        raw.exec_driver_sql("CREATE TABLE entity (id INTEGER)")
    assert "belongs to another program: it has the table 'entity'" in refused(database_url)
    assert sa.inspect(engine).get_table_names() == ["entity"]
    if engine.dialect.name == "sqlite":
        with engine.connect() as raw:
            assert raw.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    assert "is not a file" in refused(tmp_path)
    assert "is not a file" in refused(f"sqlite:///{tmp_path}")
    assert "is not a file" in refused("/dev/null")


def test_files_in_the_way_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot be made" in refused(tmp_path / "file" / "c.db")


@pytest.mark.parametrize("name", ["a b?mode=ro#x.db", "50%20é微.db", "it's.db", "&immutable=1"])
def test_any_file_name_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with Store.open(str(tmp_path / name)) as store:
        store.write([WORK], actor="a", act="b")
    assert [path.name for path in tmp_path.iterdir()] == [name]
    monkeypatch.chdir(tmp_path)
    with Store.open(name, read_only=True) as store:
        assert store.verify() == []
        assert len(store.records().works) == 1


def test_a_folder_in_which_we_may_not_write(folder: Path) -> None:
    folder.chmod(0o500)
    assert "cannot be made: Permission denied" in refused(folder / "b.db")
    assert "cannot be made: Permission denied" in refused(folder / "b.db")


def test_a_file_that_we_may_not_read(folder: Path) -> None:
    path = folder / "record.db"
    Store.open(str(path)).close()
    path.chmod(0)
    assert "cannot be opened" in refused(path)


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_we_may_not_write_can_still_be_read(folder: Path, what: str) -> None:
    path = folder / "record.db"
    with Store.open(str(path)) as store:
        store.write([WORK], actor="a", act="b")
    (path if what == "file" else folder).chmod(0o400 if what == "file" else 0o500)
    with Store.open(str(path)) as store:
        assert store.read_only
        assert [work.id for work in store.records().works] == ["w"]
        assert store.verify() == []
        with pytest.raises(StoreError, match=r"open for reading only.*make the file and its folder writable"):
            store.write([Change("work", Work("x", "book", "X"))], actor="a", act="b")
    folder.chmod(0o700)


def test_an_older_schema_needs_someone_who_may_write(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.open(sqlite_url).close()
    monkeypatch.setattr("kg.record.opening.SCHEMA_VERSIONS", (*SCHEMA_VERSIONS, "9998"))
    assert "open it once where it may be written" in refused(sqlite_url, read_only=True)


def test_another_writer_that_does_not_end(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = f"lock_timeout = '{connection.WAIT_SECONDS}s'"
    assert waits in connection._ALONE
    monkeypatch.setattr(connection, "_ALONE", connection._ALONE.replace(waits, "lock_timeout = '300ms'"))
    monkeypatch.setattr(connection, "WAIT_SECONDS", 0.3)
    with Store.open(database_url) as store, Store.open(database_url) as other:
        with connection.writing(other._engine, other._place):
            assert store.records().works == []
            with pytest.raises(StoreError, match="has been writing for too long"):
                store.write([WORK], actor="a", act="b")
        assert store.write([WORK], actor="a", act="b").number == 1


@pytest.mark.parametrize(
    "url",
    ["", " ", "mysql://h/d", "postgresql://u:se:cret@h:port/d", "sqlite:///a.db?mode=ro", "sqlite://host/a", "a\x00b"],
)
def test_a_url_that_cannot_be_read_says_what_is_expected(url: str) -> None:
    with pytest.raises(InputError, match="sqlite:///") as caught:
        Store.open(url)
    assert "cret" not in str(caught.value)


def test_a_disk_that_is_full_keeps_what_was_acknowledged(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store:
        store.write([WORK], actor="a", act="b")
        before = store.records()

        def small(raw: sqlite3.Connection, _: object) -> None:
            raw.execute("PRAGMA max_page_count = 60")

        sa.event.listen(store._engine, "connect", small)
        store._engine.dispose()
        for size in (1_000, 100):
            with pytest.raises(StoreError, match=r"no room left.*nothing was written"):
                store.write(
                    [Change("work", Work(f"w{n}", "book", "long " * 200)) for n in range(size)], actor="a", act="b"
                )
            assert store.records() == before
        assert store.verify() == []
        assert store.write([Change("work", Work("x", "book", "X"))], actor="a", act="b").number == 2


FULL = """
import resource, signal, sys
from kg.errors import StoreError
from kg.model import Change, Work
from kg.record import Store
store = Store.open(sys.argv[1])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (450_000, 450_000))
for number in range(1000):
    try:
        store.write([Change("work", Work(f"w{number}", "book", "long " * 1000))], actor="a", act="b")
    except StoreError as fault:
        print(fault)
        break
    print(number + 1, flush=True)
"""


def test_a_quota_that_ends_the_file_keeps_what_was_acknowledged(sqlite_url: str) -> None:
    told = subprocess.run([sys.executable, "-c", FULL, sqlite_url], capture_output=True, text=True, check=True)
    *numbers, message = told.stdout.splitlines()
    assert "nothing was written" in message
    with Store.open(sqlite_url) as store:
        assert [str(one.number) for one in store.revisions()] == numbers
        assert len(numbers) >= 2
        assert store.verify() == []


NO_ROOM = """
import resource, signal, sys
from kg.errors import StoreError
from kg.record import Store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
try:
    Store.open(sys.argv[1])
except StoreError as fault:
    print(fault)
"""


@pytest.mark.parametrize("there", [False, True])
def test_a_file_that_cannot_be_filled_is_not_left(tmp_path: Path, there: bool) -> None:
    path = tmp_path / "record.db"
    if there:
        path.touch()
    told = subprocess.run([sys.executable, "-c", NO_ROOM, str(path)], stdout=subprocess.PIPE, text=True, check=True)
    assert "record.db" in told.stdout
    assert [one.name for one in tmp_path.iterdir()] == (["record.db"] if there else [])
    with Store.open(str(path)) as store:
        assert store.verify() == []


def test_two_processes_may_make_one_database_at_once(database_url: str) -> None:
    script = "import sys; from kg.record import Store; print(Store.open(sys.argv[1]).verify())"
    running = [
        subprocess.Popen([sys.executable, "-c", script, database_url], stdout=-1, stderr=-1, text=True)
        for _ in range(2)
    ]
    ends = [process.communicate(timeout=120) for process in running]
    assert [out for out, _ in ends] == ["[]\n"] * 2, ends
    with sa.create_engine(database_url, poolclass=sa.NullPool).connect() as raw:
        assert raw.exec_driver_sql("SELECT count(*) FROM alembic_version").scalar() == 1


def test_a_migration_that_is_cut_off_leaves_nothing(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(connection: sa.Connection) -> None:
        BY_MIGRATIONS.real(connection)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("kg.record.migrate.migrate", cut)
        with pytest.raises(KeyboardInterrupt):
            Store.open(database_url)
    assert sa.inspect(sa.create_engine(database_url, poolclass=sa.NullPool)).get_table_names() == []
    with Store.open(database_url) as store:
        assert store.verify() == []


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"port": 1}, "the server cannot be reached (check host and port"),
        ({"database": "no_such_database"}, "there is no database of that name (create it with `createdb`"),
        ({"username": "no_such_user"}, "the server refuses this user or password"),
        ({"host": "no-such-host.invalid"}, "the server cannot be reached"),
    ],
)
def test_an_unreachable_server_says_why_and_keeps_the_password(
    postgres_server: sa.Engine, change: dict[str, str | int], said: str
) -> None:
    url = postgres_server.url.set(password="s3cret").set(**change)  # type: ignore[arg-type]
    for text in (
        url.render_as_string(hide_password=False),
        url.set(password=None).update_query_dict({"password": "s3cret"}).render_as_string(),
    ):
        with pytest.raises(StoreError) as caught:
            Store.open(text)
        assert said in str(caught.value)
        assert "s3cret" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.postgres
def test_a_missing_schema_is_named(postgres_server: sa.Engine) -> None:
    url = postgres_server.url.update_query_dict({"options": "-csearch_path=no_such_schema"})
    assert "none of the schemas of its search path (create it with CREATE SCHEMA" in refused(url.render_as_string())


@pytest.mark.postgres
def test_a_user_without_rights_is_told_so(postgres_server: sa.Engine, postgres_url: str) -> None:
    def as_reader(raw: Any, _: object) -> None:
        raw.execute("SET ROLE pg_monitor")
        raw.commit()

    with Store.open(postgres_url) as store:
        sa.event.listen(store._engine, "connect", as_reader)
        store._engine.dispose()
        with pytest.raises(StoreError, match="tables are missing, or this user may not see them"):
            store.write([WORK], actor="a", act="b")
        schema = postgres_url.rpartition("%3D")[2]
        with postgres_server.connect() as raw:
            raw.exec_driver_sql(f"GRANT USAGE ON SCHEMA {schema} TO pg_monitor")
            raw.exec_driver_sql(f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO pg_monitor")
        with pytest.raises(StoreError, match="this user may not do that"):
            store.write([WORK], actor="a", act="b")
        assert store.verify() == []


@pytest.mark.postgres
def test_what_the_server_undid_is_tried_again(postgres_server: sa.Engine, postgres_url: str) -> None:
    schema = postgres_url.rpartition("%3D")[2]
    with Store.open(postgres_url) as store, postgres_server.connect() as raw:
        raw.exec_driver_sql(f"CREATE SEQUENCE {schema}.tries")
        raw.exec_driver_sql(
            f"CREATE FUNCTION {schema}.undo() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF nextval('{schema}.tries') %% 7 BETWEEN 1 AND 3 THEN "
            "RAISE EXCEPTION 'try again' USING ERRCODE = 'serialization_failure'; END IF; RETURN NEW; END $$"
        )
        raw.exec_driver_sql(
            f"CREATE TRIGGER undo BEFORE INSERT ON {schema}.revision FOR EACH ROW EXECUTE FUNCTION {schema}.undo()"
        )
        assert store.write([WORK], actor="a", act="b").number == 1
        raw.exec_driver_sql(f"ALTER SEQUENCE {schema}.tries INCREMENT BY 7 RESTART WITH 1")
        with pytest.raises(StoreError, match="because of another"):
            store.write([Change("work", Work("x", "book", "X"))], actor="a", act="b")
        assert store.verify() == []


@pytest.mark.postgres
def test_a_connection_that_the_server_ended_is_made_anew(postgres_server: sa.Engine, postgres_url: str) -> None:
    name = postgres_url.rpartition("%3D")[2]
    with Store.open(f"{postgres_url}&application_name={name}") as store:
        store.write([WORK], actor="a", act="b")
        with postgres_server.connect() as raw:
            asked = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"
            assert raw.exec_driver_sql(asked, (name,)).first() is not None
        assert store.head() is not None


def test_a_missing_driver_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    told = refused("postgresql://ann:s3cret@127.0.0.1:1/none")
    assert bringing("postgres") in told
    assert "s3cret" not in told
