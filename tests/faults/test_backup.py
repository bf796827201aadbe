"""Backup and restore: nothing is lost between databases of both kinds, while others write, and damage is found."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import kg
from kg import keeping
from kg.model import Change
from kg.record import Store
from tests.conftest import schema

TECHNIQUE = kg.Entity("new-technique", "Technique", kg.Text("new technique", "\u65b0\u6280\u672f"))


def dump(store: Store) -> list[Any]:
    """All that a record says: every revision with its changes, the state, and the kept answers."""
    head = store.head()
    number = 0 if head is None else head.number
    return [*store.changes(0, number), store.records(), store.kept.newest(100)]


@pytest.fixture
def lived_in(database_url: str) -> Iterator[kg.Graph]:
    """A record with a history: the pack, a changed label, a retraction, a kept answer, an account."""
    graph = kg.open(database_url)
    graph.write([Change("entity", TECHNIQUE)], actor="ann", act="propose", reason="\u65b0\u7684")
    graph.retract("dettmers2023qlora", notice="https://example.org/notice", why="a test", actor="bob")
    graph.keep(graph.raises(technique="qlora"))
    graph.create_token("carol", role="contributor", email="carol@example.org")
    yield graph
    graph.store.close()


@pytest.fixture
def other_schema(postgres_server: sa.Engine) -> Iterator[str]:
    """The URL of an empty schema beside the one that the record under test may lie in."""
    yield from schema(postgres_server)


@pytest.mark.parametrize("name", ["all.jsonl", "all.jsonl.gz"])
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_what_was_backed_up_is_restored_into_either_kind(
    lived_in: kg.Graph, name: str, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path}/again.sqlite" if kind == "sqlite" else request.getfixturevalue("other_schema")
    told = lived_in.backup(tmp_path / name)
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    again = keeping.restore(tmp_path / name, url)
    assert (again["revision"], again["hash"], again["rows"]) == (told["revision"], told["hash"], told["rows"])
    with closing(kg.open(url).store) as store:
        assert dump(store) == dump(lived_in.store)
        assert store.verify() == []
    other = kg.open(url)
    assert other.raises().json() == lived_in.raises().json()
    assert other.tokens() == lived_in.tokens()
    assert other.write([Change("entity", TECHNIQUE)], actor="ann", act="again").number == told["revision"]
    other.store.close()


def test_accounts_may_stay_at_home(lived_in: kg.Graph, tmp_path: Path) -> None:
    lived_in.backup(tmp_path / "all.jsonl", accounts=False)
    assert "carol" not in (tmp_path / "all.jsonl").read_text()
    lived_in.backup(tmp_path / "with.jsonl")
    assert "carol@example.org" in (tmp_path / "with.jsonl").read_text()


def test_a_backup_is_one_state_while_others_write(database_url: str, tmp_path: Path) -> None:
    graph = kg.open(database_url)
    stop = threading.Event()
    written: list[int] = []

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            entity = kg.Entity(f"technique-{number}", "Technique", kg.Text(str(number)))
            written.append(graph.write([Change("entity", entity)], actor="ann", act="propose").number)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(4):
            while len(written) < 3 * (number + 1):
                assert writer.is_alive()
            before = written[-1]
            told = graph.backup(tmp_path / f"{number}.jsonl.gz")
            assert before <= told["revision"]
            again = keeping.restore(tmp_path / f"{number}.jsonl.gz", f"sqlite:///{tmp_path}/{number}.sqlite")
            assert again["hash"] == graph.store.revision(told["revision"]).hash
    finally:
        stop.set()
        writer.join()
        graph.store.close()


def cut(text: str, chance: random.Random) -> str:
    return text[: chance.randrange(len(text) - 1)]


def turn_a_letter(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + ("x" if text[at] != "x" else "y") + text[at + 1 :]


def drop_a_line(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    del lines[chance.randrange(len(lines))]
    return "".join(lines)


@pytest.mark.parametrize("harm", [cut, turn_a_letter, drop_a_line])
def test_damage_is_found_before_a_database_is_touched(
    tmp_path: Path, harm: Callable[[str, random.Random], str]
) -> None:
    chance = random.Random(7)
    graph = kg.open(f"sqlite:///{tmp_path}/old.sqlite", empty=True)
    graph.write([Change("entity", TECHNIQUE)], actor="ann", act="propose")
    graph.backup(tmp_path / "all.jsonl")
    graph.store.close()
    whole = (tmp_path / "all.jsonl").read_text()
    for _ in range(60):
        (tmp_path / "harmed.jsonl").write_text(harm(whole, chance))
        with pytest.raises(kg.ParseFailure):
            keeping.restore(tmp_path / "harmed.jsonl", f"sqlite:///{tmp_path}/new.sqlite")
    assert not (tmp_path / "new.sqlite").exists()


def test_an_altered_history_does_not_get_in(tmp_path: Path) -> None:
    """Somebody who alters a change and seals the file anew has not sealed the chain."""
    graph = kg.open(f"sqlite:///{tmp_path}/old.sqlite", empty=True)
    graph.write([Change("entity", TECHNIQUE)], actor="ann", act="propose")
    graph.backup(tmp_path / "all.jsonl")
    graph.store.close()
    altered(tmp_path / "all.jsonl")
    url = f"sqlite:///{tmp_path}/new.sqlite"
    with pytest.raises(kg.StoreError, match="was altered"):
        keeping.restore(tmp_path / "all.jsonl", url)
    with Store.open(url) as store:
        assert store.head() is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no backup of evidence-kg"),
        (b"\x00\xff", "damaged|no backup"),
        (b"[1]\n", "no backup"),
        (b'{"format": "other"}\n', "no backup"),
        (b'{"format": "evidence-kg backup", "version": 9, "schema": "0001", "columns": {}}\n', "does not know"),
        (gzip.compress(b"x" * 1000, mtime=0)[:-9], "damaged|no backup"),
    ],
)
def test_what_is_no_backup_is_said_to_be_none(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(kg.ParseFailure, match=said):
        keeping.restore(tmp_path / "file", f"sqlite:///{tmp_path}/new.sqlite")
    assert not (tmp_path / "new.sqlite").exists()


def test_a_record_is_not_restored_over_another(tmp_path: Path) -> None:
    graph = kg.open(f"sqlite:///{tmp_path}/old.sqlite")
    graph.backup(tmp_path / "all.jsonl")
    held = "not empty: it holds 173 entities, 213 claims, 349 evidence items, 110 works, 845 changes"
    with pytest.raises(kg.StoreError, match=held):
        keeping.restore(tmp_path / "all.jsonl", f"sqlite:///{tmp_path}/old.sqlite")
    assert graph.verify()["problems"] == []
    graph.store.close()


def small(folder: Path) -> Path:
    """A backup of a record with one entity."""
    with closing(kg.open(f"sqlite:///{folder}/old.sqlite", empty=True).store) as store:
        store.write([Change("entity", TECHNIQUE)], actor="ann", act="propose")
        kg.Graph(store).backup(folder / "all.jsonl")
    return folder / "all.jsonl"


def altered(path: Path) -> None:
    """Alter a backup and seal it anew, so that only its chain tells."""
    *rows, last = path.read_text().replace("new technique", "old technique").splitlines(keepends=True)
    body = "".join(rows)
    end = {**json.loads(last), "sha256": hashlib.sha256(body.encode()).hexdigest()}
    path.write_text(body + json.dumps(end) + "\n")


def test_a_record_that_was_made_empty_takes_a_backup_and_whoever_has_it_open_follows(
    database_url: str, tmp_path: Path
) -> None:
    path = small(tmp_path)
    with closing(kg.open(database_url, empty=True).store) as store:
        opened = kg.Graph(store)
        assert not opened.snapshot.entities
        told = keeping.restore(path, database_url)
        assert (told["revision"], store.revision(2).hash, store.verify()) == (2, told["hash"], [])
        assert list(opened.snapshot.entities) == ["new-technique"]
        with pytest.raises(kg.StoreError, match="is not empty: it holds 1 entity, 1 change"):
            keeping.restore(path, database_url)


def test_a_restore_that_fails_leaves_the_empty_record_as_it_was(database_url: str, tmp_path: Path) -> None:
    path = small(tmp_path)
    altered(path)
    with closing(kg.open(database_url, empty=True).store) as store:
        before = store.head()
        with pytest.raises(kg.StoreError, match="was altered"):
            keeping.restore(path, database_url)
        assert (store.head(), store.verify()) == (before, [])


def test_an_empty_record_with_an_account_or_a_history_is_not_replaced(tmp_path: Path) -> None:
    path, url = small(tmp_path), f"sqlite:///{tmp_path}/other.sqlite"
    with closing(kg.open(url, empty=True).store) as store:
        store.write([], actor="ann", act="note", keep_empty=True)
        with pytest.raises(kg.StoreError, match="is not empty: it holds a history of 2 revisions"):
            keeping.restore(path, url)
        kg.Graph(store).create_token("carol", role="contributor")
        with pytest.raises(kg.StoreError, match="is not empty: it holds 1 person, 1 token"):
            keeping.restore(path, url)


@pytest.mark.parametrize("name", ["all.jsonl", "all.jsonl.gz", "all.json", "all.bib"])
@pytest.mark.parametrize("format", [None, "csl-json", "turtle"])
def test_a_backup_is_not_imported_and_names_restore(tmp_path: Path, name: str, format: str | None) -> None:
    with closing(kg.open(f"sqlite:///{tmp_path}/old.sqlite", empty=True).store) as store:
        graph = kg.Graph(store)
        graph.backup(tmp_path / name)
        with pytest.raises(kg.InputError, match=f"{name} is a backup of a whole record.*kg --database NEW restore /"):
            graph.load(tmp_path / name, format=format)


def test_on_the_command_line(tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "kg", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)

    old, new = f"{tmp_path}/old.sqlite", f"{tmp_path}/new.sqlite"
    said = run("--database", old, "backup", f"{tmp_path}/all.jsonl.gz")
    assert "revision 1: 845 changes of 1 revision to" in said.stdout, said
    said = run("--database", new, "restore", f"{tmp_path}/all.jsonl.gz", "--json")
    assert json.loads(said.stdout)["rows"]["change"] == 845, said
    assert run("--database", new, "verify").returncode == 0
    third = f"{tmp_path}/third.sqlite"
    imported = run("--database", third, "import", f"{tmp_path}/all.jsonl.gz")
    assert (imported.returncode, f"restore {tmp_path}/all.jsonl.gz" in imported.stderr) == (2, True), imported
    assert not Path(third).exists()
    assert run("--database", third, "restore", f"{tmp_path}/all.jsonl.gz").returncode == 0
    missing = run("--database", new, "restore", f"{tmp_path}/none.jsonl")
    assert (missing.returncode, "there is no file" in missing.stderr) == (2, True)
    nowhere = run("--database", old, "backup", "/proc/none/x.jsonl")
    assert (nowhere.returncode, "cannot be written" in nowhere.stderr) == (2, True)
