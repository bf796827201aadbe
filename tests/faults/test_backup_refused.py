"""What `kg backup` writes, `kg restore` takes: a record that does not hold together is not backed up. And pipes."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

import kg
from kg import keeping
from kg.model import Change
from kg.record import Store

HARMS = {
    "DELETE FROM change WHERE id = 'lora' AND revision = 2": "revision 2 was altered: its hash does not fit",
    "UPDATE change SET payload = replace(payload, 'LoRA', 'lora') WHERE id = 'lora'": "revision 2 was altered",
    "DELETE FROM revision WHERE number = 2": "(revision 2|row . of change refers)",
    "UPDATE revision SET actor = 'eve' WHERE number = 3": "revision 3 was altered",
    "UPDATE receipt SET content = replace(content, 'raises', 'lowers')": "its id does not fit what it says",
}


def entity(label: str) -> Change:
    return Change("entity", kg.Entity("lora", "Technique", kg.Text(label)))


def run(*arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "kg", *arguments], input=stdin, capture_output=True, check=False)


def made(url: str) -> None:
    graph = kg.open(url, empty=True)
    graph.write([entity("LoRA")], actor="ann", act="add")
    graph.write([entity("LoRA, again")], actor="ann", act="revise")
    graph.keep(graph.raises())
    graph.create_token("carol", role="contributor")
    graph.store.close()


def harmed(url: str, harm: str) -> None:
    """Alter a record past its guards, as somebody with SQL may."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as raw:
        if engine.dialect.name == "sqlite":
            names = raw.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
            for name in names:
                raw.exec_driver_sql(f'DROP TRIGGER "{name}"')
        else:
            raw.exec_driver_sql("SET LOCAL session_replication_role = replica")
        assert raw.exec_driver_sql(harm).rowcount


@pytest.mark.parametrize("harm", HARMS)
def test_a_record_that_does_not_hold_together_keeps_its_last_backup(
    database_url: str, tmp_path: Path, harm: str
) -> None:
    made(database_url)
    graph = kg.open(database_url)
    place = tmp_path / "all.jsonl.gz"
    graph.backup(place)
    good = place.read_bytes()
    harmed(database_url, harm)
    with pytest.raises(kg.StoreError, match=f"no backup of it could be restored.*{HARMS[harm]}.*kg verify"):
        graph.backup(place)
    assert place.read_bytes() == good
    assert [path.name for path in tmp_path.iterdir() if "all" in path.name] == [place.name]
    graph.store.close()


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        ("UPDATE change SET payload = CAST(payload AS BLOB) WHERE id = 'lora'", "not of the kind that its column"),
        ("UPDATE token SET person = 'nobody'", "row 1 of token refers to a row of person that does not exist"),
    ],
)
def test_what_only_sqlite_lets_in_is_found_too(sqlite_url: str, tmp_path: Path, harm: str, said: str) -> None:
    made(sqlite_url)
    harmed(sqlite_url, harm)
    told = run("--database", sqlite_url, "backup", str(tmp_path / "all.jsonl"))
    assert (told.returncode, said in told.stderr.decode()) == (4, True), told
    assert not (tmp_path / "all.jsonl").exists()


def test_a_backup_goes_through_pipes_and_comes_back_through_them(sqlite_url: str, tmp_path: Path) -> None:
    made(sqlite_url)
    straight = run("--database", sqlite_url, "backup", "/dev/stdout")
    assert (straight.returncode, straight.stderr[:10]) == (0, b"revision 3"), straight
    head, *_, end = map(json.loads, straight.stdout.splitlines())
    assert (head["revision"], end["end"]["token"]) == (3, 1)
    told = run("--database", sqlite_url, "backup", "/dev/stdout", "--json")
    assert json.loads(told.stderr)["rows"] == end["end"]
    for number, sent in enumerate((straight.stdout, gzip.compress(straight.stdout))):
        new = f"{tmp_path}/new-{number}.sqlite"
        done = run("--database", new, "restore", "/dev/stdin", stdin=sent)
        assert done.returncode == 0, done
        with closing(Store.open(new)) as store:
            assert (store.verify(), [head["hash"]]) == ([], [one.hash for one in store.revisions()][-1:])
    cut = run("--database", f"{tmp_path}/cut.sqlite", "restore", "/dev/stdin", stdin=straight.stdout[:-1000])
    assert (cut.returncode, b"is damaged" in cut.stderr, (tmp_path / "cut.sqlite").exists()) == (2, True, False)


def test_a_backup_goes_into_a_fifo_and_comes_out_of_one(sqlite_url: str, tmp_path: Path) -> None:
    made(sqlite_url)
    fifo = tmp_path / "fifo.gz"
    os.mkfifo(fifo)
    command = [sys.executable, "-m", "kg", "--database", str(tmp_path / "new.sqlite"), "restore", str(fifo)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as restoring:
        done = run("--database", sqlite_url, "backup", str(fifo))
        assert restoring.wait(60) == 0
    assert done.returncode == 0, done
    assert fifo.is_fifo()
    with closing(Store.open(str(tmp_path / "new.sqlite"))) as store:
        assert store.verify() == []


def test_standard_output_that_is_a_file_holds_a_whole_backup(sqlite_url: str, tmp_path: Path) -> None:
    made(sqlite_url)
    with (tmp_path / "all.jsonl").open("wb") as file:
        command = [sys.executable, "-m", "kg", "--database", sqlite_url, "backup", "/dev/stdout"]
        done = subprocess.run(command, stdout=file, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, done
    assert keeping.restore(tmp_path / "all.jsonl", f"{tmp_path}/new.sqlite")["revision"] == 3
