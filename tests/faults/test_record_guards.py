"""Triggers and indexes on PostgreSQL: of which table they are, wherever the search path finds it; who makes them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from kg.cli import cli
from kg.errors import StoreError
from kg.model import Change, Entity, Text
from kg.record import Store

pytestmark = pytest.mark.postgres

FIRST = Change("entity", Entity("lora", "Technique", Text("LoRA")))


@pytest.fixture
def schemas(postgres_server: sa.Engine) -> Iterator[tuple[str, str]]:
    """Two empty schemas, by names that need quotes; dropped afterwards."""
    one, other = (f'"Team-{name}%{uuid.uuid4().hex}"' for name in "AB")
    with postgres_server.connect() as connection:
        for name in (one, other):
            run(connection, f"CREATE SCHEMA {name}")
        yield one, other
        for name in (one, other):
            run(connection, f"DROP SCHEMA {name} CASCADE")


def run(connection: sa.Connection, statement: str) -> None:
    """Run a statement in which % stands for itself."""
    connection.exec_driver_sql(statement.replace("%", "%%"))


def at(server: sa.Engine, *path: str, role: str = "none") -> str:
    """The URL of a search path, for a role."""
    url = server.url.update_query_dict({"options": f"-csearch_path={','.join(path)} -crole={role}"})
    return url.render_as_string(hide_password=False)


def made(url: str) -> None:
    """A record with a revision."""
    with Store.open(url) as store:
        store.write([FIRST], actor="ann", act="add")


def kg_(url: str, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--database", url, *words], catch_exceptions=False)


def test_a_schema_whose_name_needs_quotes_is_kept(postgres_server: sa.Engine, schemas: tuple[str, str]) -> None:
    url = at(postgres_server, schemas[0])
    made(url)
    assert (kg_(url, "verify").exit_code, kg_(url, "init", "--empty").exit_code) == (0, 0)
    with postgres_server.connect() as connection:
        run(connection, f"DROP FUNCTION {schemas[0]}.refuse_change_of_log CASCADE")
        run(connection, f"DROP INDEX {schemas[0]}.ix_change_kind")
    lost = ["revision_no_change", "change_no_change", "ix_change_kind"]
    assert json.loads(kg_(url, "init", "--empty", "--json").stdout)["restored"] == lost
    assert kg_(url, "verify").exit_code == 0


def test_a_record_in_a_later_schema_of_the_search_path_is_sound(
    postgres_server: sa.Engine, schemas: tuple[str, str]
) -> None:
    empty, home = schemas
    made(at(postgres_server, home))
    by_both = at(postgres_server, empty, home)
    with Store.open(by_both) as store:
        assert (store.verify(), store.restore_guards()) == ([], [])
        with postgres_server.connect() as connection:
            run(connection, f"DROP FUNCTION {home}.refuse_change_of_log CASCADE")
            run(connection, f"DROP INDEX {home}.ix_change_kind; CREATE INDEX ix_change_kind ON {home}.change (id)")
            run(connection, f"CREATE TABLE {empty}.other (n int)")
            run(connection, f"CREATE INDEX ix_change_kind ON {empty}.other (n)")
        assert store.restore_guards() == ["revision_no_change", "change_no_change", "ix_change_kind"]
        assert store.verify() == []
    with Store.open(at(postgres_server, home)) as store:
        assert (store.verify(), store.restore_guards()) == ([], [])
    with postgres_server.connect() as connection:
        made_in = (
            "SELECT count(*), count(DISTINCT pronamespace) FROM pg_proc JOIN pg_trigger t ON tgfoid = pg_proc.oid "
        )
        found = connection.exec_driver_sql(f"{made_in} WHERE pronamespace = %s::regnamespace", (home,)).one()
        assert tuple(found) == (3, 1), "nothing of ours is in the other schema"
        assert sa.inspect(connection).get_indexes("other", schema=empty.strip('"')) != []


def test_triggers_of_the_same_name_on_other_tables_do_not_matter(
    postgres_server: sa.Engine, schemas: tuple[str, str]
) -> None:
    url = at(postgres_server, schemas[0])
    made(url)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE aaa (n int); CREATE TABLE zzz (n int)")
        for table in ("aaa", "zzz", "entity"):
            connection.exec_driver_sql(
                f"CREATE TRIGGER change_no_change BEFORE DELETE ON {table} FOR EACH STATEMENT "
                "EXECUTE FUNCTION refuse_change_of_receipt()"
            )
    with Store.open(url) as store:
        assert (store.verify(), store.restore_guards()) == ([], [])


def test_who_does_not_own_the_tables_is_told_who_makes_anew(
    postgres_server: sa.Engine, schemas: tuple[str, str]
) -> None:
    url = at(postgres_server, schemas[0])
    foreign = at(postgres_server, schemas[0], role="pg_read_all_data")
    made(url)
    assert kg_(foreign, "init", "--empty").exit_code == 0, "nothing is to be made"
    with postgres_server.connect() as connection:
        run(connection, f"DROP TRIGGER change_no_change ON {schemas[0]}.change")
        owner = connection.exec_driver_sql("SELECT current_user").scalar_one()
    with pytest.raises(StoreError, match="only the owner of the tables can make anew") as told:
        kg_(foreign, "init", "--empty")
    assert told.value.hint == f"have the role {owner!r}, which owns them, run `kg init`"
    done = kg_(url, "init", "--empty", "--json", "--lang", "zh")
    assert (json.loads(done.stdout)["restored"], done.stderr) == (["change_no_change"], "已重建：change_no_change\n")
    assert kg_(foreign, "init", "--empty").exit_code == 0
