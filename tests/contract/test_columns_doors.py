"""A record read as columns answers as one read record by record: mapped, after writes, and from a damaged file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.columns import memory
from kg.following import PRIVATE
from kg.model import Change
from kg.overlay import Overlay

CLAIM = "parameter-efficient-fine-tuning--lowers--fine-tuning-cost"
ASKED: tuple[Callable[[kg.Graph], Any], ...] = (
    lambda graph: graph.raises().json(),
    lambda graph: graph.raises("misuse", known_in=2022, min_strength="moderate").json(),
    lambda graph: graph.matrix(rows="Mitigation", include_proposed=True).json(),
    lambda graph: graph.paths("qlora", "misuse", k=20, block="fine-tuning-cost").json(),
    lambda graph: graph.impact("qlora", narrower=True).json(),
    lambda graph: graph.impact("misuse", direction="in", without_work="chan2023hazards").json(),
    lambda graph: graph.robustness("qlora", "misuse").json(),
    lambda graph: graph.cut("misuse").json(),
    lambda graph: graph.gaps(limit=100).json(),
    lambda graph: graph.disputes().json(),
    lambda graph: graph.what_if("qlora", "misuse", drop_work="dettmers2023qlora").json(),
    lambda graph: graph.retract("dettmers2023qlora", dry_run=True).json(),
    lambda graph: [graph.show(id) for id in ("qlora", "misuse", "hu2022lora", CLAIM)],
    lambda graph: [graph.claims(contested=True), graph.entities(broader="misuse"), graph.works(year=2023)],
    lambda graph: graph.evidence(work="chan2023hazards", limit=200),
    lambda graph: [graph.search(text, lang="zh") for text in ("\u5fae\u8c03", "Hu et al LoRA", "misuze")],
    lambda graph: graph.basis(),
    lambda graph: graph.lint(),
)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., kg.Graph]]:
    """A function that opens a database with or without columns; columns are kept in a folder of the test."""
    made: list[kg.Graph] = []

    def open_(url: str, *, columns: bool) -> kg.Graph:
        monkeypatch.setenv("KG_COLUMNS_LEAST", "1" if columns else "never")
        monkeypatch.setenv("KG_COLUMNS_FOLDER", str(tmp_path / "columns"))
        made.append(kg.open(url))
        return made[-1]

    yield open_
    for graph in made:
        graph.store.close()


def assert_same(ours: kg.Graph, theirs: kg.Graph) -> None:
    for number, ask in enumerate(ASKED):
        assert ask(ours) == ask(theirs), number


def test_columns_answer_the_same_before_and_after_writes(database_url: str, opened: Callable[..., kg.Graph]) -> None:
    plain = opened(database_url, columns=False)
    plain.revision  # noqa: B018 - the record is seeded and read
    columns = opened(database_url, columns=True)
    assert not isinstance(columns.snapshot.claims, dict)
    assert_same(columns, plain)
    entity = kg.Entity("a-new-risk", "Risk", kg.Text("a new risk", "\u65b0\u98ce\u9669"), broader="malicious-use")
    claim = kg.Claim("qlora--raises--a-new-risk", "qlora", "raises", "a-new-risk")
    item = kg.Evidence(
        "hu2022lora.new1", claim.id, "hu2022lora", "supports", "empirical-experiment", "strong", "Seen.", "full-text"
    )
    plain.write([Change("entity", entity), Change("claim", claim), Change("evidence", item)], actor="ann", act="add")
    plain.retract("dettmers2023qlora", notice="https://example.org/notice", actor="bob")
    assert isinstance(columns.snapshot.claims, Overlay)
    assert_same(columns, plain)


def test_a_second_start_maps_what_the_first_has_kept(
    sqlite_url: str, opened: Callable[..., kg.Graph], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plain = opened(sqlite_url, columns=False)
    first = opened(sqlite_url, columns=True)
    first.write([Change("entity", kg.Entity("x-new", "Risk", kg.Text("x")))], actor="ann", act="add")
    first.raises()
    (kept,) = (tmp_path / "columns").glob("*.columns")
    assert kept.stat().st_mode & 0o777 == PRIVATE
    before = kept.read_bytes()
    assert_same(opened(sqlite_url, columns=True), plain)
    assert kept.read_bytes() == before
    assert caplog.text == ""

    kept.chmod(0o600)
    kept.write_bytes(before[:-100])
    assert_same(opened(sqlite_url, columns=True), plain)
    assert "the record is read instead, and the file is made anew" in caplog.text
    assert "delete it" not in caplog.text
    assert kept.read_bytes() != before[:-100]


def test_a_file_of_another_record_is_not_taken(
    sqlite_url: str, opened: Callable[..., kg.Graph], tmp_path: Path
) -> None:
    opened(sqlite_url, columns=True).raises()
    (kept,) = (tmp_path / "columns").glob("*.columns")
    Path(sqlite_url.removeprefix("sqlite:///")).unlink()
    for side in ("-wal", "-shm"):
        Path(sqlite_url.removeprefix("sqlite:///") + side).unlink(missing_ok=True)
    other = kg.open(sqlite_url, empty=True)
    other.write([Change("entity", kg.Entity("only", "Risk", kg.Text("only")))], actor="ann", act="add")
    other.store.close()
    again = opened(sqlite_url, columns=True)
    assert list(again.snapshot.entities) == ["only"]
    assert kept.exists()


@pytest.mark.parametrize(("columns", "size"), [(True, 150), (False, 1)])
def test_what_does_not_fit_into_memory_is_refused(
    columns: bool, size: int, sqlite_url: str, opened: Callable[..., kg.Graph], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(sqlite_url, columns=False).raises()
    graph = opened(sqlite_url, columns=columns)
    monkeypatch.setattr(memory, "available", lambda: 900_000)
    told = f"reading 213 claims with 349 evidence items takes about {size} MB of memory, and 1 MB are free"
    with pytest.raises(kg.StoreError, match=told):
        graph.raises()
    monkeypatch.undo()


def test_available_memory_is_what_the_system_says() -> None:
    found = memory.available()
    assert found is None or 0 < found < 2**50
