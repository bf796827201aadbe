"""Whatever writes a file never replaces a database, by whatever name, least of all the record it reads from."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import kg
from kg.exporters import files
from kg.model import Change, Work
from kg.record import Store
from kg_viz import draw

LOCKED = """
import fcntl, sys
with open(sys.argv[1], "rb+") as file:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)
    except OSError:
        print("locked")
"""
"""Says whether some other process has the lock that a reader of an SQLite file holds."""


@pytest.fixture
def graph(tmp_path: Path) -> kg.Graph:
    """A record whose last write is in the write-ahead log alone."""
    made = kg.open(f"sqlite:///{tmp_path}/record.sqlite", empty=True)
    made.write([Change("work", Work("w", "book", "W"))], actor="ann", act="add")
    return made


def baseline(graph: kg.Graph, path: Path) -> None:
    files.write(path, [json.dumps(graph.lint()["items"])])


WRITERS: dict[str, Callable[[kg.Graph, Path], object]] = {
    "backup": lambda graph, path: graph.backup(path),
    "bibtex": lambda graph, path: graph.export(path, format="bibtex"),
    "turtle": lambda graph, path: graph.export(path, format="turtle"),
    "draw": draw,
    "baseline": baseline,
}


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize(
    "name", ["record.sqlite", "folder/../record.sqlite", "link", "same", "record.sqlite-wal", "record.sqlite-journal"]
)
def test_the_open_record_is_not_replaced(graph: kg.Graph, tmp_path: Path, writer: str, name: str) -> None:
    record = tmp_path / "record.sqlite"
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(record)
    os.link(record, tmp_path / "same")
    before = {path.name: path.stat().st_ino for path in tmp_path.glob("record*")}
    with pytest.raises(kg.InputError, match="which is not replaced") as told:
        WRITERS[writer](graph, tmp_path / name)
    assert told.value.hint
    assert {path.name: path.stat().st_ino for path in tmp_path.glob("record*")} == before
    assert not list(tmp_path.rglob("*.part"))
    graph.store.close()
    with Store.open(str(record)) as again:
        assert [work.id for work in again.records().works] == ["w"]
        assert again.verify() == []


def test_no_other_database_is_replaced_and_every_other_file_is(graph: kg.Graph, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.bib")) as other:
        other.execute("CREATE TABLE notes (text)")
    for name in ("other.bib", "other.bib-shm"):
        with pytest.raises(kg.InputError, match="which is not replaced"):
            graph.export(tmp_path / name, format="bibtex")
    for name, content in (("a.bib", b"SQLite format 3, in words"), ("b.bib", b""), ("c-wal", b"x"), ("-wal", b"x")):
        (tmp_path / name).write_bytes(content)
        graph.export(tmp_path / name, format="bibtex")
        assert b"@book" in (tmp_path / name).read_bytes()
    graph.store.close()


def test_a_folder_with_a_record_in_it_is_not_replaced(graph: kg.Graph, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    graph.export(tmp_path / "folder", format="parquet")
    inside = tmp_path / "folder" / "mine" / "record.sqlite"
    inside.parent.mkdir()
    shutil.copy(tmp_path / "record.sqlite", inside)
    with pytest.raises(kg.InputError, match="which is not replaced"):
        graph.export(tmp_path / "folder", format="parquet")
    assert inside.exists()
    graph.store.close()


def test_looking_at_a_record_that_is_open_leaves_its_locks(graph: kg.Graph, tmp_path: Path) -> None:
    def locked() -> str:
        told = subprocess.run(
            [sys.executable, "-c", LOCKED, str(tmp_path / "record.sqlite")], capture_output=True, text=True, check=True
        )
        return told.stdout.strip()

    assert graph.revision == 2
    assert locked() == "locked"
    with pytest.raises(kg.InputError):
        graph.backup(tmp_path / "record.sqlite")
    assert locked() == "locked"
    graph.store.close()
    assert locked() == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["backup", "FILE"],
        ["export", "FILE", "--format", "bibtex"],
        ["export", "FILE", "--format", "html"],
        ["draw", "-o", "FILE"],
        ["lint", "--write-baseline", "FILE"],
        ["import", "bad.bib", "--failures", "FILE"],
    ],
    ids=lambda arguments: " ".join(arguments[:3]),
)
def test_commands_refuse_their_own_record_as_bad_input(graph: kg.Graph, tmp_path: Path, arguments: list[str]) -> None:
    graph.store.close()
    (tmp_path / "bad.bib").write_text("@article{one, title = {One}, year = {2020}}\n@article{two, title = {")
    command = [sys.executable, "-m", "kg", "--database", "record.sqlite"]
    given = [one.replace("FILE", "./record.sqlite") for one in arguments]
    done = subprocess.run([*command, *given], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, "'record.sqlite' is an SQLite database, which is not replaced" in done.stderr) == (2, True)
    with Store.open(f"{tmp_path}/record.sqlite") as again:
        assert [work.id for work in again.records().works] == ["w"]
