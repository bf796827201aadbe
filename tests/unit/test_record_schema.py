"""The schema: tables and migrations say the same, every constraint has a name and bites."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects import postgresql

from kg.inputs import YEARS
from kg.record import Store, tables
from kg.record.migrate import MIGRATIONS
from kg.record.schema import METADATA
from kg.record.tables import SCHEMA_VERSIONS
from tests.migrated import BY_MIGRATIONS

TABLES = (
    "change", "claim", "entity", "evidence", "person", "receipt", "revision", "session", "submission", "token", "work",
)  # fmt: skip


@pytest.fixture
def engine(database_url: str, by_migrations: None) -> sa.Engine:
    """A raw engine on a migrated database, without our settings but for foreign keys."""
    Store.open(database_url).close()
    made = sa.create_engine(database_url, poolclass=sa.NullPool)
    if made.dialect.name == "sqlite":
        sa.event.listen(made, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys = ON"))
    return made


def shape(engine: sa.Engine) -> dict[str, Any]:
    """All that a database says of our tables, in comparable form."""
    inspector = sa.inspect(engine)
    found: dict[str, Any] = {}
    for table in TABLES:
        found[table] = {
            # A column that a migration adds stands last, in the code among its like.
            "columns": sorted(
                (column["name"], str(column["type"]), column["nullable"]) for column in inspector.get_columns(table)
            ),
            "key": inspector.get_pk_constraint(table),
            "references": sorted(
                (key["name"], key["constrained_columns"], key["referred_table"], key["options"])
                for key in inspector.get_foreign_keys(table)
            ),
            "checks": sorted((check["name"], check["sqltext"]) for check in inspector.get_check_constraints(table)),
            "unique": sorted((one["name"], one["column_names"]) for one in inspector.get_unique_constraints(table)),
            "indexes": sorted((one["name"], one["column_names"]) for one in inspector.get_indexes(table)),
        }
    return found


def test_the_known_versions_are_those_of_the_migrations() -> None:
    walked = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
    assert tuple(reversed(walked)) == SCHEMA_VERSIONS


def test_migrations_lead_to_the_tables_of_the_code(engine: sa.Engine) -> None:
    migrated = shape(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    with engine.begin() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.exec_driver_sql(f"DROP TABLE {table.name}")
        METADATA.create_all(connection)
    assert shape(engine) == migrated


TRIGGERS = {
    "sqlite": "SELECT name, sql FROM sqlite_master ORDER BY name",
    "postgresql": "SELECT pg_get_triggerdef(t.oid), pg_get_functiondef(tgfoid) FROM pg_trigger t JOIN pg_class c "
    "ON c.oid = tgrelid WHERE NOT tgisinternal AND relnamespace = current_schema::regnamespace ORDER BY tgname",
}


def test_the_databases_of_other_tests_are_those_of_the_migrations(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for real in (True, False, False):
        with monkeypatch.context() as patch:
            if real:
                patch.setattr("kg.record.migrate.migrate", BY_MIGRATIONS.real)
            Store.open(database_url).close()
        engine = sa.create_engine(database_url, poolclass=sa.NullPool)
        found = shape(engine)
        with engine.begin() as connection:
            triggers = connection.exec_driver_sql(TRIGGERS[engine.dialect.name]).all()
            made.append((found, triggers, connection.exec_driver_sql("SELECT * FROM alembic_version").all()))
            if engine.dialect.name == "postgresql":
                name = connection.exec_driver_sql("SELECT current_schema").scalar()
                connection.exec_driver_sql(f"DROP SCHEMA {name} CASCADE; CREATE SCHEMA {name}")
        for path in tmp_path.iterdir():
            path.unlink()
    assert len(made[0][1]) >= 3
    assert made[0] == made[1] == made[2]


def test_queries_name_the_columns_of_the_schema() -> None:
    shapes = [
        {
            name: [(one.name, one.type.compile(postgresql.dialect()), type(one.type)) for one in table.columns]
            for name, table in metadata.tables.items()
        }
        for metadata in (tables.METADATA, METADATA)
    ]
    assert shapes[0] == shapes[1]
    for name, table in METADATA.tables.items():
        assert tables.METADATA.tables[name].primary_key.columns.keys() == table.primary_key.columns.keys()


def test_reading_a_record_makes_no_classes_of_its_tables(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/r.sqlite"
    Store.open(url).close()
    program = (
        "import sys, kg\n"
        "kg.open(sys.argv[1]).search('lora')\n"
        "assert not {'sqlmodel', 'sqlalchemy.orm'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program, url], check=True)


def test_every_constraint_has_a_name_by_the_convention(engine: sa.Engine) -> None:
    for table, found in shape(engine).items():
        names = [
            found["key"]["name"],
            *(one[0] for part in ("references", "checks", "unique", "indexes") for one in found[part]),
        ]
        assert all(name is not None and re.fullmatch(f"(pk|fk|ck|uq|ix)_{table}(_[a-z_]+)?", name) for name in names), (
            names
        )


def test_years_are_bounded_alike_at_the_door_and_in_the_table() -> None:
    [rule] = [check for check in METADATA.tables["work"].constraints if str(check.name).endswith("year_range")]
    assert isinstance(rule, sa.CheckConstraint)
    assert str(rule.sqltext).endswith("BETWEEN {} AND {}".format(*YEARS))


HASH, TIME = "a" * 64, "2026-01-01T00:00:00.000000Z"
GOOD: dict[str, dict[str, Any]] = {
    "revision": {
        "number": 1, "recorded_at": TIME, "actor": "a", "act": "b", "previous_hash": "0" * 64, "hash": HASH,
    },
    "change": {"revision": 1, "kind": "work", "id": "w", "payload": "{}"},
    "entity": {
        "id": "e", "type": "T", "label_en": "e", "aliases": "[]", "matches": "[]", "status": "accepted", "revision": 1,
    },
    "work": {"id": "w", "type": "t", "title": "t", "authors": "[]", "csl": "{}", "status": "current", "revision": 1},
    "claim": {"id": "e--r--f", "subject": "e", "relation": "r", "object": "f", "status": "accepted", "revision": 1},
    "evidence": {
        "id": "w.1", "claim": "e--r--f", "work": "w", "stance": "s", "kind": "k", "strength": "s", "statement": "s",
        "basis": "b", "inferred": False, "status": "accepted", "recorded_at": TIME, "revision": 1,
    },
    "receipt": {
        "id": "a" * 26, "question": "q", "kept_at": TIME, "content": "{}", "ontology": "o", "version": "v",
        "revision": 0,
    },
    "person": {"id": "ann", "created_at": TIME},
    "token": {"id": "t", "person": "ann", "role": "reviewer", "digest": HASH, "created_at": TIME},
    "session": {"id": HASH, "token": "t", "created_at": TIME, "expires_at": TIME},
    "submission": {"token": "t", "key": "k", "fingerprint": HASH, "revision": 0, "received_at": TIME},
}  # fmt: skip
BAD: list[tuple[str, dict[str, Any]]] = [
    ("revision", {"number": 0}),
    ("revision", {"number": 2, "hash": "b" * 63, "previous_hash": "c" * 64}),
    ("revision", {"number": 2, "hash": "b" * 64, "previous_hash": "c" * 65}),
    ("revision", {"number": 2, "hash": "b" * 64}),
    ("revision", {"number": 2, "previous_hash": "c" * 64}),
    ("revision", {"hash": "b" * 64, "previous_hash": "c" * 64}),
    ("revision", {"number": 2, "hash": "b" * 64, "previous_hash": "c" * 64, "recorded_at": "2026"}),
    ("revision", {"number": 2, "hash": "b" * 64, "previous_hash": "c" * 64, "actor": ""}),
    ("change", {}),
    ("change", {"revision": 9}),
    ("change", {"kind": "person"}),
    ("change", {"id": "x", "payload": ""}),
    ("entity", {"id": "x", "broader": "x"}),
    ("entity", {"id": "x", "broader": "nowhere"}),
    ("entity", {"id": "x", "label_en": ""}),
    ("entity", {"id": "x", "definition_zh": "x"}),
    ("entity", {"id": "x", "revision": 9}),
    ("entity", {}),
    ("work", {"id": "x", "year": 1399}),
    ("work", {"id": "x", "year": 2201}),
    ("work", {"id": "x", "title": ""}),
    ("claim", {"id": "x"}),
    ("claim", {"id": "e--r--e", "object": "e"}),
    ("claim", {"id": "e--r--x", "object": "x"}),
    ("claim", {"id": "e----f", "relation": ""}),
    ("evidence", {"id": "x", "claim": "nothing"}),
    ("evidence", {"id": "x", "work": "nothing"}),
    ("evidence", {"id": "x", "supersedes": "x"}),
    ("evidence", {"id": "x", "supersedes": "nothing"}),
    ("evidence", {"id": "x", "stance": ""}),
    ("evidence", {"id": "x", "recorded_at": ""}),
    ("receipt", {}),
    ("receipt", {"id": "b" * 25}),
    ("receipt", {"id": "b" * 26, "revision": -1}),
    ("receipt", {"id": "b" * 26, "kept_at": ""}),
    ("receipt", {"id": "b" * 26, "content": ""}),
    ("person", {}),
    ("person", {"id": ""}),
    ("person", {"id": "x", "created_at": "now"}),
    ("token", {"id": "u"}),
    ("token", {"id": "u", "digest": "b" * 64, "person": "nobody"}),
    ("token", {"id": "u", "digest": "b" * 64, "role": "king"}),
    ("token", {"id": "u", "digest": "b" * 63}),
    ("token", {"id": "u", "digest": "b" * 64, "expires_at": "never"}),
    ("session", {}),
    ("session", {"id": "b" * 64, "token": "nothing"}),
    ("session", {"id": "b" * 63}),
    ("submission", {}),
    ("submission", {"key": ""}),
    ("submission", {"key": "l", "token": "nothing"}),
    ("submission", {"key": "l", "fingerprint": ""}),
    ("submission", {"key": "l", "revision": -1}),
]


def test_the_tables_refuse_what_the_doors_should_have_refused(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        for table, row in GOOD.items():
            connection.execute(sa.insert(METADATA.tables[table]), [row])
            if table == "entity":
                connection.execute(sa.insert(METADATA.tables[table]), [{**row, "id": "f", "broader": "e"}])
    for table, fault in BAD:
        row = {**GOOD[table], **fault}
        with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
            connection.execute(sa.insert(METADATA.tables[table]), [row])


def test_a_file_is_kept_in_wal_mode_with_full_syncing_and_foreign_keys(sqlite_url: str) -> None:
    with Store.open(sqlite_url) as store, store._engine.connect() as connection:
        told = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert told == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_a_write_takes_the_lock_before_it_reads(sqlite_url: str) -> None:
    said: list[str] = []
    with Store.open(sqlite_url) as store:
        with store._engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            raw.set_trace_callback(said.append)  # type: ignore[union-attr]
        store.write([], actor="a", act="b", keep_empty=True)
    assert said[0] == "BEGIN IMMEDIATE"
    assert said[-1] == "COMMIT"


def test_the_record_does_not_load_what_it_does_not_need() -> None:
    heavy = ["alembic", "fastapi", "networkx", "numpy", "rdflib", "pyoxigraph", "psycopg", "pyvis"]
    script = f"import sys, kg.record.store; print([name for name in {heavy} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_migrations_travel_with_the_package() -> None:
    assert Path(sys.modules["kg.record"].__file__ or "").parent / "migrations" == MIGRATIONS
    assert [path.name[:4] for path in sorted((MIGRATIONS / "versions").glob("*.py"))] == list(SCHEMA_VERSIONS)
