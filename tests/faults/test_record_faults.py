"""Kills, races, tampering: what was acknowledged stays, what was altered is found."""

from __future__ import annotations

import multiprocessing
import random
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from kg.errors import Conflict, KgError
from kg.model import Change, Claim, Entity, Evidence, Record, Text, Work, canonical, kind_of, to_payload
from kg.record import Store
from kg.record.tables import CHANGE
from tests.histories import WORDS, Clock
from tests.writers import WORKS_A_WRITE, count_together, write_forever

TABLES = ("revision", "change", "entity", "claim", "work", "evidence")


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    """Starts processes that have the library loaded already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["kg.record"])
    return context


def changes(*records: Record) -> list[Change]:
    return [Change(kind_of(record), record) for record in records]


def test_kills_lose_nothing_that_was_acknowledged(database_url: str, processes: ForkServerContext) -> None:
    chance = random.Random(20_261_125)
    highest, revisions = 0, 0
    Store.open(database_url).close()
    cycles = 15 if database_url.startswith("sqlite") else 6
    for cycle in range(cycles):
        receiving, sending = processes.Pipe(duplex=False)
        process = processes.Process(target=write_forever, args=(database_url, sending))
        process.start()
        sending.close()
        if cycle % 5:
            receiving.poll(60)
        time.sleep(chance.uniform(0, 0.12))
        process.kill()
        process.join()
        try:
            while True:
                highest = max(highest, int(receiving.recv_bytes()))
        except EOFError:
            receiving.close()
        with Store.open(database_url) as store:
            written = list(store.changes(revisions, 10**6))
            assert [revision.number for revision in written] == list(range(revisions + 1, revisions + 1 + len(written)))
            assert all(len(revision.changes) == WORKS_A_WRITE for revision in written)
            revisions += len(written)
            assert highest <= revisions <= highest + 15
            assert {int(work.title) + 1 for work in store.records().works} == ({revisions} if revisions else set())
    with Store.open(database_url) as store:
        assert store.verify() == []
    assert highest >= cycles // 2


def test_processes_that_count_together_lose_no_update(database_url: str, processes: ForkServerContext) -> None:
    done = processes.Queue()
    running = [processes.Process(target=count_together, args=(database_url, 15, done)) for _ in range(3)]
    for process in running:
        process.start()
    for process in running:
        process.join(120)
        assert process.exitcode == 0
    with Store.open(database_url) as store:
        assert [work.title for work in store.records().works] == ["45"]
        assert [revision.number for revision in store.revisions()] == list(range(1, 46))
        assert store.verify() == []


def test_threads_share_a_store(database_url: str) -> None:
    with Store.open(database_url) as store:

        def append(who: int) -> list[int]:
            numbers = []
            for turn in range(8):
                work = Work(f"w{who}-{turn}", "book", "W")
                numbers.append(store.write(changes(work), actor=f"t{who}", act="add").number)
                assert work in store.records().works
                assert len(store.records(numbers[-1]).works) == numbers[-1]
            return numbers

        with ThreadPoolExecutor(6) as pool:
            numbers = [number for found in pool.map(append, range(6)) for number in found]
        assert sorted(numbers) == list(range(1, 49))
        assert store.verify() == []


def test_of_two_editors_one_is_told(database_url: str) -> None:
    with Store.open(database_url) as store:

        def edit(who: int) -> int:
            try:
                return store.write(changes(Work("w", "book", f"by {who}")), actor="a", act="edit", expect=0).number
            except Conflict:
                return 0

        with ThreadPoolExecutor(5) as pool:
            assert sorted(pool.map(edit, range(5))) == [0, 0, 0, 0, 1]


def filled(url: str) -> None:
    """Write a record of every kind, in several revisions."""
    entities = [Entity(f"e{n}", "Factor", Text(word, word), aliases=(word,)) for n, word in enumerate(WORDS)]
    entities[3] = replace(entities[3], broader="e4", definition=Text("d", "d"))
    claim = Claim("e0--raises--e1", "e0", "raises", "e1")
    works = [Work(f"w{n}", "book", word, year=2000 + n, csl={"volume": n}, raw=word) for n, word in enumerate(WORDS)]
    items = [
        Evidence(f"w{n}.1", claim.id, f"w{n}", "supports", "argument", "weak", word, "abstract", inferred=n % 2 == 0)
        for n, word in enumerate(WORDS)
    ]
    with Store.open(url, clock=Clock()) as store:
        store.write(changes(*entities, claim), actor="ann", act="load")
        store.write(changes(*works), actor="ann", act="load", reason="more")
        store.write(changes(*items), actor="bob", act="add")
        store.write(
            changes(replace(items[0], status="revoked"), replace(claim, conditions="x")), actor="bob", act="edit"
        )


def contents(raw: sqlite3.Connection) -> list[Any]:
    """Return all rows with the types of their values."""
    rows = [row for table in TABLES for row in raw.execute(f"SELECT * FROM {table} ORDER BY rowid")]
    return [[(type(value), value) for value in row] for row in rows]


def tamper(raw: sqlite3.Connection, chance: random.Random) -> None:
    """Change, delete or insert one row, or swap two values."""
    table = chance.choice(TABLES)
    columns = [row[1] for row in raw.execute(f"PRAGMA table_info({table})")]
    ids = [row[0] for row in raw.execute(f"SELECT rowid FROM {table}")]
    column, row, other = chance.choice(columns), chance.choice(ids), chance.choice(ids)
    values = ("", "x", None, 0, 1, 2, 10**12, 0.5, b"x", "2026-01-01T00:00:00.000000Z", "a" * 64, "[ ]", '{"a":1}')
    match chance.randrange(6):
        case 0:
            raw.execute(f"DELETE FROM {table} WHERE rowid = ?", [row])
        case 1:
            kept = ", ".join(f"{name} || 'x'" if name in {"id", "hash", "previous_hash"} else name for name in columns)
            kept = kept.replace("number", "number + 40") if table == "revision" else kept
            raw.execute(f"INSERT INTO {table} SELECT {kept} FROM {table} WHERE rowid = ?", [row])
        case 2:
            raw.execute(f"UPDATE {table} SET {column} = {column} || ' ' WHERE rowid = ?", [row])
        case 3:
            raw.execute(
                f"UPDATE {table} SET {column} = (SELECT {column} FROM {table} WHERE rowid = ?) WHERE rowid = ?",
                [other, row],
            )
        case 4:
            raw.execute(f"UPDATE {table} SET {column} = CAST({column} AS BLOB) WHERE rowid = ?", [row])
        case _:
            raw.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", [chance.choice(values), row])


def test_any_tampering_with_a_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "record.db"
    filled(str(path))
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        guards = dict(raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        for name in guards:
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute("PRAGMA journal_mode = DELETE")
        before = contents(raw)
    whole = path.read_bytes()
    found = 0
    for seed in range(120):
        path.write_bytes(whole)
        with closing(sqlite3.connect(path, isolation_level=None)) as raw:
            raw.execute("PRAGMA ignore_check_constraints = ON")
            try:
                tamper(raw, random.Random(seed))
            except sqlite3.IntegrityError:
                continue
            if contents(raw) == before:
                continue
            for guard in guards.values():
                raw.execute(guard)
        with Store.open(str(path), read_only=True) as store:
            assert store.verify(), seed
        found += 1
    assert found >= 60


def test_a_flipped_byte_is_found_or_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "record.db"
    filled(str(path))
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")
    whole = path.read_bytes()
    with Store.open(str(path), read_only=True) as store:
        log, records = list(store.changes(0, 9)), store.records()
    chance, found = random.Random(7), 0
    used = [place for place, byte in enumerate(whole) if byte]
    for _ in range(100):
        damaged = bytearray(whole)
        at = chance.choice(used)
        damaged[at] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        try:
            with Store.open(str(path), read_only=True) as store:
                if not store.verify():
                    assert (list(store.changes(0, 9)), store.records()) == (log, records), at
                    continue
                list(store.changes(0, 9))
                store.records()
                store.records(1)
        except KgError:
            pass
        found += 1
    assert found >= 12


TAMPERINGS = [
    "UPDATE change SET payload = payload || ' ' WHERE id = 'e1'",
    "UPDATE change SET revision = 2 WHERE id = 'e1'",
    "DELETE FROM change WHERE id = 'w1.1'",
    "INSERT INTO change VALUES (1, 'entity', 'new', '{}')",
    "UPDATE revision SET actor = 'eve' WHERE number = 2",
    "UPDATE revision SET reason = NULL WHERE number = 2",
    "DELETE FROM revision WHERE number = 2",
    "DELETE FROM revision WHERE number = 4",
    "UPDATE revision SET number = 9 WHERE number = 4",
    "UPDATE entity SET label_en = 'other' WHERE id = 'e1'",
    "UPDATE entity SET revision = 2 WHERE id = 'e1'",
    "UPDATE evidence SET inferred = NOT inferred WHERE id = 'w3.1'",
    "UPDATE evidence SET recorded_at = '2020-01-01T00:00:00.000000Z' WHERE id = 'w3.1'",
    "DELETE FROM evidence WHERE id = 'w3.1'",
    "INSERT INTO claim VALUES ('e1--r--e2', 'e1', 'r', 'e2', NULL, 'accepted', 1)",
]


@pytest.mark.postgres
def test_tampering_on_a_server_is_found(postgres_url: str) -> None:
    filled(postgres_url)
    engine = sa.create_engine(postgres_url, poolclass=sa.NullPool)

    def alter(*statements: str) -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            for statement in statements:
                connection.exec_driver_sql(statement)

    alter(*(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}" for table in TABLES))
    with Store.open(postgres_url) as store:
        for tampering in TAMPERINGS:
            alter(tampering)
            assert store.verify(), tampering
            alter(*(f"DELETE FROM {table}" for table in TABLES))
            alter(*(f"INSERT INTO {table} SELECT * FROM kept_{table}" for table in TABLES))
            assert store.verify() == []


def test_verify_says_what_is_wrong(sqlite_url: str) -> None:
    filled(sqlite_url)
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)) as raw:
        raw.execute("DROP TRIGGER change_no_update")
        raw.execute("UPDATE change SET payload = replace(payload, 'weak', 'strong') WHERE id = 'w2.1'")
        raw.execute("UPDATE work SET title = 'other' WHERE id = 'w3'")
        raw.execute("DELETE FROM evidence WHERE id = 'w4.1'")
    with Store.open(sqlite_url) as store:
        assert store.verify() == [
            "the trigger 'change_no_update' is missing or was altered, so that rows of 'change' could be changed; "
            "`kg init` makes it anew",
            "revision 3 was altered: its hash does not fit what it says",
            "the work 'w3' was altered: it does not stand as revision 2 left it",
            "the evidence 'w2.1' was altered: it does not stand as revision 3 left it",
            "the evidence 'w4.1' is missing: revision 3 wrote it",
        ]


def altered(url: str, *statements: sa.Executable) -> None:
    """Do what somebody can do who holds the database: without triggers, which stand again afterwards."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        guards: list[str] = []
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            told = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
            guards = [sql for _, sql in told]
            for name, _ in told:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for guard in guards:
            connection.exec_driver_sql(guard)


def test_two_changes_told_as_one_are_found(database_url: str) -> None:
    both = [Entity("aaa-one", "Factor", Text("one")), Entity("aaa-two", "Factor", Text("two"))]
    with Store.open(database_url) as store:
        store.write(changes(*both), actor="ann", act="accept")
        for entity in both:
            store.write(changes(replace(entity, status="revoked")), actor="ann", act="revoke")
        assert store.verify() == []
        one, two = (canonical(to_payload(entity)) for entity in both)
        merged = one + '},{"id":"aaa-two","kind":"entity","payload":' + two
        first = CHANGE.c.revision == 1
        altered(
            database_url,
            sa.update(CHANGE).values(payload=merged).where(first, CHANGE.c.id == "aaa-one"),
            sa.delete(CHANGE).where(first, CHANGE.c.id == "aaa-two"),
        )
        assert store.verify() == ["revision 1 was altered: what it says of the entity 'aaa-one' is not that one record"]


@pytest.mark.parametrize(
    "payload", ["[" * 100_000, "[]", "1", "{}", '{"id":"w"}', '{"id": "w","title":"t","type":"book"}', "", "{"]
)
def test_a_version_that_is_no_record_is_found(database_url: str, payload: str) -> None:
    work = Work("w", "book", "t")
    with Store.open(database_url) as store:
        store.write(changes(work), actor="ann", act="add")
        store.write(changes(replace(work, title="other")), actor="ann", act="edit")
        says = sa.update(CHANGE).values(payload=payload or " ")
        altered(database_url, says.where(CHANGE.c.revision == 1))
        assert store.verify() == [
            "revision 1 was altered: its hash does not fit what it says",
            "revision 1 was altered: what it says of the work 'w' is not that one record",
        ]


LOSSES = {
    "sqlite": {
        "DROP TRIGGER change_no_delete": "change_no_delete",
        "DROP TRIGGER receipt_no_update": "receipt_no_update",
        "DROP TRIGGER revision_no_update\nCREATE TRIGGER revision_no_update BEFORE UPDATE ON revision "
        "WHEN 0 BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END": "revision_no_update",
        "DROP INDEX ix_change_kind": "ix_change_kind",
        "DROP INDEX ix_evidence_claim\nCREATE INDEX ix_evidence_claim ON evidence (id)": "ix_evidence_claim",
    },
    "postgresql": {
        "DROP TRIGGER change_no_change ON change": "change_no_change",
        "DROP FUNCTION refuse_change_of_receipt CASCADE": "receipt_no_change",
        "ALTER TABLE revision DISABLE TRIGGER revision_no_change": "revision_no_change",
        "ALTER TABLE change ENABLE REPLICA TRIGGER change_no_change": "change_no_change",
        "DROP TRIGGER change_no_change ON change; CREATE TRIGGER change_no_change BEFORE DELETE ON change "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_log()": "change_no_change",
        "CREATE OR REPLACE FUNCTION refuse_change_of_receipt() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RETURN NULL; END $$": "receipt_no_change",
        "DROP INDEX ix_change_kind": "ix_change_kind",
        "DROP INDEX ix_evidence_claim; CREATE INDEX ix_evidence_claim ON evidence (id)": "ix_evidence_claim",
    },
}


def test_guards_that_were_taken_away_are_found_and_made_anew(database_url: str) -> None:
    filled(database_url)
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    with Store.open(database_url) as store:
        assert store.restore_guards() == []
        for statements, lost in LOSSES[engine.dialect.name].items():
            for statement in statements.split("\n"):
                with engine.begin() as connection:
                    connection.exec_driver_sql(statement)
            [problem] = store.verify()
            assert repr(lost) in problem, statements
            assert "`kg init`" in problem
            assert store.restore_guards() == [lost]
            assert store.verify() == [], statements
        for statement in ("UPDATE revision SET actor = 'eve'", "DELETE FROM change", "UPDATE change SET payload = ''"):
            with pytest.raises(sa.exc.IntegrityError, match="append-only"), engine.begin() as connection:
                connection.exec_driver_sql(statement)
