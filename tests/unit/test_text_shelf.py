"""The search index of a large record is kept for the next start: the same answers, nothing indexed twice."""

from __future__ import annotations

import logging
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kg
from kg.model import Change, Entity, Record, Text
from kg.snapshot import Snapshot
from kg.text import Shelf, TextIndex, index, own, shelf
from tests.laws.test_search_laws import histories
from tests.unit.searched import RECORDS, WORDS, revision_of, snapshot_of

ASKED = ("微调", "FINE TUNING", "finetunning", "hu 2022", "2106.09685", "lowers", "nothing of that kind", "kyc rented")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'record.sqlite'}"


@pytest.fixture
def indexed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is laid out for tantivy from now on."""
    found: list[str] = []
    laid_out = index.document

    def document(key: tuple[str, str], *rest: object) -> object:
        found.append(key[1])
        return laid_out(key, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(index, "document", document)
    return found


def answers(graph: kg.Graph) -> list[object]:
    return [graph.search(text, lang=lang) for text in ASKED for lang in ("en", "zh")]


def kept(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{shelf.ENDING}"))


def opened(url: str) -> Iterator[kg.Graph]:
    graph = kg.open(url, create=False)
    with graph.store:
        yield graph


def seeded(url: str) -> list[object]:
    """Make the record of the packaged pack, ask, and return the answers."""
    graph = kg.open(url)
    with graph.store:
        return answers(graph)


def test_the_next_start_indexes_nothing(columns_folder: Path, url: str, indexed: list[str]) -> None:
    first = seeded(url)
    assert len(indexed) > 300
    indexed.clear()
    for graph in opened(url):
        assert answers(graph) == first
    assert indexed == []
    (place,) = kept(columns_folder)
    assert [path for path in columns_folder.iterdir() if path.name.endswith(shelf.UNDONE)] == []
    if sys.platform != "win32":
        assert stat.S_IMODE(place.stat().st_mode) == 0o700
        modes = {stat.S_IMODE(path.stat().st_mode) for path in place.iterdir() if not path.name.endswith(own.LOCKS)}
        assert modes == {0o400}


def test_what_was_written_since_is_followed_in_a_copy(columns_folder: Path, url: str, indexed: list[str]) -> None:
    seeded(url)
    (place,) = kept(columns_folder)
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    for graph in opened(url):
        graph.write([Change("entity", Entity("cold-snap", "Risk", Text("Cold snap")))], actor="ann", act="add")
    for graph in opened(url):
        indexed.clear()
        assert graph.search("cold snap")["items"][0]["id"] == "cold-snap"
        assert indexed == ["cold-snap"]
        graph.write([Change("entity", Entity("warm-spell", "Risk", Text("Warm spell")))], actor="ann", act="add")
        assert graph.search("warm spell")["items"][0]["id"] == "warm-spell"
        assert indexed == ["cold-snap", "warm-spell"]
        anew = TextIndex.of(graph.snapshot, graph.vocabulary)
        assert [graph._text().search(text) for text in ASKED] == [anew.search(text) for text in ASKED]
    assert kept(columns_folder) == [place]
    assert {path.name: path.read_bytes() for path in place.iterdir()} == before


def test_off_keeps_nothing(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch, indexed: list[str]) -> None:
    monkeypatch.setenv("KG_COLUMNS_LEAST", "1")
    monkeypatch.setenv("KG_COLUMNS_FOLDER", "off")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    first = seeded(url)
    count = len(indexed)
    for graph in opened(url):
        assert answers(graph) == first
    assert len(indexed) == 2 * count
    assert not list(tmp_path.rglob(f"*{shelf.ENDING}"))


def test_a_small_record_is_not_kept(columns_folder: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_COLUMNS_LEAST", "5000")
    seeded(url)
    assert not kept(columns_folder)


@pytest.mark.parametrize("harm", ["cut off", "altered", "missing", "head", "open", "version", "other record"])
def test_what_is_damaged_or_of_another_record_is_made_anew(
    harm: str,
    columns_folder: Path,
    url: str,
    indexed: list[str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    first = seeded(url)
    count = len(indexed)
    (place,) = kept(columns_folder)
    file = max(place.iterdir(), key=lambda path: path.stat().st_size) if harm != "head" else place / shelf.HEAD
    file.chmod(0o600)
    if harm == "cut off":
        file.write_bytes(file.read_bytes()[:-40])
    elif harm in {"altered", "head"}:
        whole = bytearray(file.read_bytes())
        whole[len(whole) // 2] ^= 1
        file.write_bytes(whole)
    elif harm == "missing":
        file.unlink()
    elif harm == "open":
        place.chmod(0o750)
    elif harm == "version":
        monkeypatch.setattr(shelf, "VERSION", shelf.VERSION + 1)
    else:
        Path(url.removeprefix("sqlite:///")).unlink()
        graph = kg.open(url, empty=True)
        with graph.store:
            graph.seed()
            assert answers(graph) == first
        assert len(indexed) == 2 * count
        return
    with caplog.at_level(logging.WARNING):
        for graph in opened(url):
            assert answers(graph) == first
    assert len(indexed) == 2 * count
    assert ("cannot be used" in caplog.text) == (harm != "version")
    for graph in opened(url):
        assert answers(graph) == first
    assert (len(indexed), len(kept(columns_folder))) == (2 * count, 1)


def test_a_disk_that_is_closed_to_us_costs_time_alone(
    columns_folder: Path, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    columns_folder.write_text("no folder", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        first = seeded(url)
    assert first[0]
    assert "the search index is not kept" in caplog.text


def test_what_is_gone_when_it_is_to_be_followed_is_made_anew(tmp_path: Path) -> None:
    before = snapshot_of(*RECORDS)
    rack = Shelf(tmp_path, "record", WORDS)
    made = rack.index(before, lambda _: "a", lambda *_: [])
    view = made.view()
    for path in kept(tmp_path):
        path.rename(tmp_path / "elsewhere")
    revision = revision_of(2, Entity("cold-snap", "Risk", Text("Cold snap")))
    after = before.apply(revision)
    made.apply(revision, after)
    anew = TextIndex.of(after, WORDS)
    assert [made.search(text) for text in ("cold snap", *ASKED)] == [anew.search(t) for t in ("cold snap", *ASKED)]
    assert view.search("cold snap") == TextIndex.of(before, WORDS).search("cold snap")


def test_the_copy_goes_with_the_index(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a", encoding="utf-8")
    (tmp_path / ".x.lock").write_text("", encoding="utf-8")
    copy = own.Own.copy(tmp_path)
    place = copy.place
    assert sorted(path.name for path in place.iterdir()) == ["file", own.HELD]
    del copy
    assert not place.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no such locks")
def test_what_a_killed_process_left_is_removed_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "copies").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "copies"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    here = own.Own.copy(tmp_path / "kept")
    script = (
        "import sys, pathlib, kg.text.own as own\n"
        "copy = own.Own.copy(pathlib.Path(sys.argv[1]))\n"
        "print(copy.place, flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "kept")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        there = Path(other.stdout.readline().strip())
        assert {one.name for one in (tmp_path / "copies").iterdir()} == {here.place.name, there.name}
        own.Own.copy(tmp_path / "kept")
        assert there.exists()
        other.kill()
        other.wait()
    assert there.exists()
    own.Own.copy(tmp_path / "kept")
    assert here.place.exists()
    assert not there.exists()


def test_a_copy_that_is_lost_is_made_anew_in_memory(
    columns_folder: Path, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    seeded(url)
    for graph in opened(url):
        for number, name in enumerate(("cold snap", "warm spell", "dry season")):
            graph.write([Change("entity", Entity(f"w{number}", "Risk", Text(name)))], actor="ann", act="add")
            assert graph.search(name)["items"][0]["id"] == f"w{number}"
            copied = graph._text()._own
            if copied is not None:
                shutil.rmtree(copied.place)
        assert copied is None
    assert "made anew, in memory" in caplog.text


@pytest.mark.parametrize("thing", ["file", "link"])
def test_what_lies_where_the_index_belongs_makes_way(
    thing: str, columns_folder: Path, url: str, indexed: list[str]
) -> None:
    first = seeded(url)
    count = len(indexed)
    (place,) = kept(columns_folder)
    shutil.rmtree(place)
    if thing == "file":
        place.write_text("no index", encoding="utf-8")
    else:
        place.symlink_to(columns_folder / "nowhere")
    for _ in range(2):
        for graph in opened(url):
            assert answers(graph) == first
    assert len(indexed) == 2 * count
    assert place.is_dir()


@settings(max_examples=15, deadline=None)
@given(history=histories, data=st.data())
def test_kept_then_followed_finds_what_building_finds(
    history: list[list[Record]], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rack = Shelf(tmp_path_factory.mktemp("shelf"), "record", WORDS)
    revisions = [revision_of(number, *records) for number, records in enumerate(history, 1)]
    snapshots = [Snapshot.of(0, None, [])]
    for revision in revisions:
        snapshots.append(snapshots[-1].apply(revision))
    at = data.draw(st.integers(0, len(revisions)))

    def since(after: int, upto: int) -> list[object]:
        return revisions[after:upto]  # type: ignore[return-value]

    rack.index(snapshots[at], str, since)  # type: ignore[arg-type]
    found, built = rack.index(snapshots[-1], str, since), TextIndex.of(snapshots[-1], WORDS)  # type: ignore[arg-type]
    texts = ["a", "thing", "raises", "微调", *(one.label.en for one in snapshots[-1].entities.values())]
    assert len(found) == len(built)
    for text in texts:
        assert found.search(text, include_proposed=True) == built.search(text, include_proposed=True)
