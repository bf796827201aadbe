"""The export to Parquet: every record once, with the numbers that belief needs; whole or not at all; checked."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import kg
from benchmarks.generate import draw
from benchmarks.generate import snapshot as generated
from benchmarks.parquet import columns
from kg.belief import Line, weigh
from kg.columns.table import Columns
from kg.criteria import Criteria
from kg.errors import InputError, ParseFailure
from kg.exporters import parquet
from kg.exporters.parquet import MANIFEST
from kg.exporters.parquet_columns import Rows
from kg.model import Change, kind_of
from kg.network import Network
from kg.packaged import bringing
from tests.builders import records, snapshot

files = pytest.importorskip("pyarrow.parquet", reason="there is no pyarrow")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.*"))}


def test_every_record_is_there_once(pack_graph: kg.Graph, tmp_path: Path) -> None:
    told = pack_graph.export(tmp_path / "out", format="parquet")
    manifest = parquet.read(tmp_path / "out")
    taken, network = pack_graph.snapshot, pack_graph.network()
    tables = {kind: files.read_table(tmp_path / "out" / kind).to_pylist() for kind in parquet.KINDS}
    for kind in parquet.KINDS:
        ids = [row["id"] for row in tables[kind]]
        assert sorted(ids) == list(getattr(taken, kind)), kind
        assert manifest.counts[kind] == len(ids)
    assert manifest.counts["links"] == len(network.links)
    assert (manifest.revision, manifest.recorded_at) == (taken.revision, taken.recorded_at)
    assert manifest.hash == pack_graph.store.revision(taken.revision).hash
    assert manifest.vocabulary == pack_graph.vocabulary.digest
    assert told["sha256"]
    assert told["format"] == "parquet"
    assert told["bytes"] == sum(len(content) for content in contents(tmp_path / "out").values())
    numbers = {row["id"]: row["entity"] for row in tables["entities"]}
    for row in tables["claims"]:
        claim = taken.claims[row["id"]]
        assert (row["subject"], row["relation"], row["object"]) == (claim.subject, claim.relation, claim.object)
        assert (row["subject_entity"], row["object_entity"]) == (numbers[claim.subject], numbers[claim.object])
        assert row["status"] == claim.status
        assert row["sign"] == pack_graph.vocabulary.relation(claim.relation).sign
    claims = {row["claim"]: row["id"] for row in tables["claims"]}
    for row in tables["evidence"]:
        item = taken.evidence[row["id"]]
        assert claims[row["claim"]] == item.claim
        for name in ("work", "stance", "kind", "strength", "basis", "status", "contributor", "inferred"):
            assert row[name] == getattr(item, name), name
        assert row["counts"] is (item.id not in network.verdicts)
    for row in tables["entities"]:
        entity = taken.entities[row["id"]]
        assert (row["type"], row["label_en"], row["label_zh"]) == (entity.type, entity.label.en, entity.label.zh)
        assert row["cause"] is (row["id"] in network.of_types(pack_graph.vocabulary.types_with_role("cause")))
    for row in tables["works"]:
        assert row["year"] == taken.works[row["id"]].year


def test_the_numbers_are_those_that_belief_weighs(pack_graph: kg.Graph, tmp_path: Path) -> None:
    pack_graph.export(tmp_path / "out", format="parquet")
    ids = {row["claim"]: row["id"] for row in files.read_table(tmp_path / "out/claims").to_pylist()}
    lines: dict[str, list[Line]] = {id: [] for id in ids.values()}
    for row in files.read_table(tmp_path / "out/evidence").to_pylist():
        if row["counts"]:
            lines[ids[row["claim"]]].append(Line(*(row[name] for name in Line._fields)))
    for id, some in lines.items():
        assert weigh(tuple(some)) == pack_graph.network().weighing(id)


def test_columns_read_in_bulk_and_records_give_the_same_bytes(
    pack_graph: kg.Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "CLAIMS_EACH", 50)
    network, hash = pack_graph.network(), pack_graph.store.revision(pack_graph.revision).hash
    pack_graph.export(tmp_path / "bulk", format="parquet")
    one_by_one = Columns.read(Rows(network.snapshot, hash))  # type: ignore[arg-type]
    parquet.write(tmp_path / "rows", one_by_one, network.criteria, network.vocabulary)
    assert contents(tmp_path / "bulk") == contents(tmp_path / "rows")
    assert "claims/part-00004.parquet" in contents(tmp_path / "bulk")
    pack_graph.export(tmp_path / "all.zip", format="parquet")
    with zipfile.ZipFile(io.BytesIO((tmp_path / "all.zip").read_bytes())) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == contents(tmp_path / "bulk")


def test_items_of_a_claim_that_does_not_count_do_not_count(tmp_path: Path) -> None:
    graph = kg.open(":memory:", empty=True, lang="en")
    some = records("a raises b good low:disputes", "b raises c good", "b lowers c good")
    graph.write([Change(kind_of(one), one) for one in some], actor="ann", act="add")
    graph.revoke("a--raises--b", why="a test", actor="bob")
    graph.export(tmp_path / "bulk", format="parquet")
    graph.export(tmp_path / "all.zip", format="parquet")
    network = graph.network()
    rows = Columns.read(Rows(network.snapshot, graph.store.revision(graph.revision).hash))  # type: ignore[arg-type]
    parquet.write(tmp_path / "rows", rows, network.criteria, network.vocabulary)
    counts = {row["id"]: row["counts"] for row in files.read_table(tmp_path / "bulk/evidence").to_pylist()}
    assert counts == {id: graph.item(id)["counts"] for id in network.snapshot.evidence}
    assert sorted(counts.values()) == [False, False, True, True]
    assert contents(tmp_path / "bulk") == contents(tmp_path / "rows")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == contents(tmp_path / "bulk")
    graph.store.close()


def test_criteria_keep_what_counts_and_are_told(pack_graph: kg.Graph, tmp_path: Path) -> None:
    pack_graph.export(tmp_path / "out", format="parquet", known_in=2022, block=["lora"])
    manifest = parquet.read(tmp_path / "out")
    assert manifest.criteria == {"known_in": 2022, "block": ["lora"]}
    rows = files.read_table(tmp_path / "out/evidence").to_pylist()
    assert rows
    assert all(row["counts"] for row in rows)
    assert all(row["year"] <= 2022 for row in files.read_table(tmp_path / "out/works").to_pylist())
    blocked = [row["id"] for row in files.read_table(tmp_path / "out/entities").to_pylist() if row["blocked"]]
    assert blocked == ["lora"]
    assert manifest.counts["links"] == len(pack_graph.network(Criteria(known_in=2022)).links)


def test_an_empty_record_is_an_export_too(pack_graph: kg.Graph, tmp_path: Path) -> None:
    pack_graph.export(tmp_path / "out", format="parquet", as_of=0)
    assert set(parquet.read(tmp_path / "out").counts.values()) == {0}
    assert files.read_table(tmp_path / "out/evidence").num_rows == 0


def small(folder: Path, *lines: str) -> None:
    network = Network.build(snapshot(records(*lines)), Criteria(), kg.vocabulary.load())
    parquet.write(folder, parquet.columns_of(network), network.criteria, network.vocabulary)


def test_an_export_replaces_an_earlier_one_and_nothing_else(tmp_path: Path) -> None:
    small(tmp_path / "out", "a raises b")
    small(tmp_path / "out", "a raises b", "b raises c")
    assert parquet.read(tmp_path / "out").counts["claims"] == 2
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear", encoding="utf-8")
    (tmp_path / "file").touch()
    for name in ("mine", "file"):
        with pytest.raises(InputError, match="is no export to Parquet"):
            small(tmp_path / name, "a raises b")
    with pytest.raises(InputError, match="cannot be written"):
        small(tmp_path / "none" / "below", "a raises b")
    assert (tmp_path / "mine" / "letter.txt").exists()


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(tmp_path / "out", "a raises b")
    before = contents(tmp_path / "out")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left on device"):
        small(tmp_path / "out", "a raises b", "b raises c")
    assert contents(tmp_path / "out") == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_is_cut_off_or_altered_is_noticed(tmp_path: Path) -> None:
    small(tmp_path / "out", "a raises b")
    part, manifest = tmp_path / "out/claims/part-00000.parquet", tmp_path / "out" / MANIFEST
    content = part.read_bytes()
    part.write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
    with pytest.raises(ParseFailure, match=r"claims/part-00000\.parquet was altered"):
        parquet.read(tmp_path / "out")
    parquet.read(tmp_path / "out", check=False)
    part.write_bytes(content[:-1])
    with pytest.raises(ParseFailure, match="bytes, not"):
        parquet.read(tmp_path / "out", check=False)
    part.unlink()
    with pytest.raises(ParseFailure, match="is missing"):
        parquet.read(tmp_path / "out")
    text = manifest.read_text(encoding="utf-8")
    told = json.loads(text)
    for wrong, why in (
        (text[:50], "is no JSON"),
        ("[]", "this is no manifest"),
        (json.dumps({**told, "version": 2}), "of version 2, and this evidence-kg reads 1"),
        (json.dumps({name: value for name, value in told.items() if name != "counts"}), "lacks 'counts'"),
        (json.dumps({**told, "files": []}), "lacks"),
    ):
        manifest.write_text(wrong, encoding="utf-8")
        with pytest.raises(ParseFailure, match=why):
            parquet.read(tmp_path / "out")
    manifest.unlink()
    with pytest.raises(ParseFailure, match="cannot be read"):
        parquet.read(tmp_path / "out")


WITHOUT = """
import sys
sys.modules["pyarrow"] = None
from importlib import util
found = util.find_spec
util.find_spec = lambda name, *rest: None if name == "pyarrow" else found(name, *rest)
from kg.cli import main
main(sys.argv[1:])
"""


def test_without_pyarrow_the_extra_is_named(pack_graph: kg.Graph, tmp_path: Path) -> None:
    database = pack_graph.store.name
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT, "--database", database, "export", tmp_path / "out", "--format", "parquet"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2, run.stderr
    assert bringing("spark") in run.stderr
    assert not list(tmp_path.iterdir())


def test_a_generated_graph_is_written_straight_from_its_arrays(tmp_path: Path) -> None:
    vocabulary, drawn = kg.vocabulary.load(), draw(300, 4)
    parquet.write(tmp_path / "arrays", columns(drawn, vocabulary), Criteria(), vocabulary)
    rows = Columns.read(Rows(generated(drawn, vocabulary)))  # type: ignore[arg-type]
    parquet.write(tmp_path / "rows", rows, Criteria(), vocabulary)
    for kind, left in (("claims", ()), ("evidence", ("id", "item", "contributor")), ("works", ())):
        both = [files.read_table(tmp_path / one / kind).to_pylist() for one in ("arrays", "rows")]
        for some in both:
            for row in some:
                for name in left:
                    del row[name]
            some.sort(key=str)
        assert both[0] == both[1], kind
