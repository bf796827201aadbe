"""A reader who may not write the file sees what its owner writes, and never takes a change for damage."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import kg
from kg.model import Change, Entity, Text, Work
from kg.record import Store
from kg.record.connection import reading
from kg.record.faults import Interrupted

NOBODY = 65_534
WRITES = """
import sys
from kg.model import Change, Entity, Text
from kg.record import Store
for turn in range(6):
    with Store.open(sys.argv[1]) as owner:
        for more in range(4):
            many = [Change("entity", Entity(f"e{turn}-{more}-{at}", "Risk", Text("x" * 500))) for at in range(200)]
            owner.write(many, actor="ann", act="import")
"""
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="two users of one file take root to begin with")


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Path]:
    """A record of root's that others may read, in a folder that they may read; the test runs as one of them."""
    folder = Path(f"/tmp/kg-unwritable-{os.getpid()}-{tmp_path.name[-12:]}")
    folder.mkdir(0o755)
    made = folder / "record.db"
    with Store.open(str(made)) as store:
        store.write([Change("work", Work("w1", "book", "W"))], actor="ann", act="add")
    made.chmod(0o644)
    try:
        yield made
    finally:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()


class Owner:
    """Does something as root while the test is somebody else."""

    def __enter__(self) -> None:
        os.seteuid(0)

    def __exit__(self, *_: object) -> None:
        os.seteuid(NOBODY)


@pytest.fixture
def reader(record: Path) -> Iterator[Store]:
    """The record as somebody else opened it while nobody wrote it."""
    os.seteuid(NOBODY)
    try:
        with Store.open(str(record)) as store:
            assert store.read_only
            yield store
    finally:
        os.seteuid(0)


def works(store: Store) -> list[str]:
    return sorted(work.id for work in store.records().works)


def add(store: Store, key: str) -> int:
    return store.write([Change("work", Work(key, "book", "W"))], actor="ann", act="add").number


def test_a_reader_sees_each_write_of_an_owner_that_comes_and_goes(record: Path, reader: Store) -> None:
    assert (reader.number(), reader.number_at_once(), works(reader)) == (1, 1, ["w1"])
    for number in range(2, 6):
        with Owner(), Store.open(str(record)) as owner:
            assert add(owner, f"w{number}") == number
            os.seteuid(NOBODY)  # while the owner has it open
            assert (reader.number(), reader.number_at_once()) == (number, number)
            assert len(works(reader)) == number
            assert reader.verify() == []
            os.seteuid(0)
        assert (reader.number(), reader.number_at_once()) == (number, number)
        assert reader.verify() == []


def test_a_reader_sees_a_write_that_was_whole_before_it_looked_again(record: Path, reader: Store) -> None:
    for number in range(2, 8):
        with Owner(), Store.open(str(record)) as owner:
            add(owner, f"w{number}")
        with Owner(), closing(sqlite3.connect(record, isolation_level=None)) as raw:
            raw.execute("PRAGMA journal_mode = DELETE")  # nothing stands beside it, and it may be as long as before
        assert (reader.number_at_once() in {None, number}, reader.number()) == (True, number)
        assert len(works(reader)) == number


def test_what_changes_while_it_is_read_is_no_damage(record: Path, reader: Store) -> None:
    def read_and_write() -> None:
        with reading(reader._engine, reader._place) as connection:
            connection.exec_driver_sql("SELECT count(*) FROM revision").scalar()
            with Owner(), Store.open(str(record)) as owner:
                add(owner, "w2")

    with pytest.raises(Interrupted, match="somebody wrote it while it was read"):
        read_and_write()
    assert reader.verify() == []
    assert works(reader) == ["w1", "w2"]


def test_verify_never_speaks_of_damage_while_the_owner_writes(record: Path, reader: Store) -> None:
    looks = 0
    with subprocess.Popen([sys.executable, "-c", WRITES, str(record)], preexec_fn=lambda: os.seteuid(0)) as owner:  # noqa: PLW1509
        while owner.poll() is None:
            assert reader.verify() == []
            looks += 1
    assert owner.returncode == 0
    assert looks > 2
    assert reader.number() == 25
    assert reader.verify() == []


def test_an_answer_follows_too(record: Path) -> None:
    with closing(kg.open(str(record)).store) as store:
        assert kg.Graph(store).raises()["items"] == []  # what it imports, others may not be allowed to read
    os.seteuid(NOBODY)
    try:
        graph = kg.open(str(record))
        assert graph.revision == 1
        with Owner(), Store.open(str(record)) as owner:
            owner.write([Change("entity", Entity("lora", "Technique", Text("LoRA")))], actor="ann", act="add")
        assert graph.revision == 2
        assert "lora" in graph.snapshot.entities
        graph.store.close()
    finally:
        os.seteuid(0)
