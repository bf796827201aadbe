"""Tables of which some part is too long to be held: what is said of it, and that it is not held."""

from __future__ import annotations

import random
import tracemalloc
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kg.citations.table import SHORTER, Row, rows
from kg.importers import tables, tables_within
from kg.importers.tables_load import load
from kg.record import Store
from kg.vocabulary import load as words

WORDS = words()


def loaded(folder: Path) -> tuple[list[tuple[int | None, str, str]], dict[str, int]]:
    """The faults of loading a folder into an empty record, and what was loaded."""
    with Store.open(":memory:") as store:
        report: dict[str, Any] = load(store, folder, WORDS, name="t", keep_going=True)
    return [(one["line"], one["reason"], one["remedy"]) for one in report["failures"]], report["kinds"]


def test_a_cell_that_is_far_too_long_is_passed_over_and_not_held(tmp_path: Path) -> None:
    with (tmp_path / "entities.csv").open("w") as file:
        file.write("id,type,label,definition\nlora,Technique,LoRA,\nbig,Technique,")
        for _ in range(60):
            file.write("x" * 1_000_000)
        file.write(',\nlong,Technique,"')
        for _ in range(20):
            file.write(('""word""' + "y" * 192) * 5_000 + "\n")
        file.write('",\nmisuse,Risk,Misuse,"Mis\nuse"\n')
    tracemalloc.start()
    try:
        faults, kinds = loaded(tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert faults == [
        (3, "a cell has 60,000,000 characters, at most 2,000,000 are read", SHORTER),
        (4, "a cell has 19,800,020 characters, at most 2,000,000 are read", SHORTER),
    ]
    assert kinds == {"entity": 2}
    assert peak < 70_000_000, peak


def test_rows_read_piece_by_piece_are_the_rows_read_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("PIECE", 32), ("CELL_MOST", 70), ("ROW_MOST", 120)):
        monkeypatch.setattr(tables_within, name, value)
    path, drawn, seen = tmp_path / "x.csv", random.Random(7), Counter[str]()
    parts = ["a", "b" * 30, '"', '""', '","', '"\n', '\n"', "\n", ",", '"a"', f'"{"c" * 40}"', " ", "微"]
    whole = ["b" * 30 + ",", f'"{"c" * 40}",', '"a\nb",', '"a""b",', ",", "b\n"]
    for _ in range(300):
        text = "".join(drawn.choices(drawn.choice((parts, whole)), k=drawn.choice((5, 20, 60))))
        text = text.replace("a", "a" * drawn.choice((1, 1, 90)))
        path.write_text(text)
        expected = [
            (row.line, () if row.broken or len(row.raw) > 120 else row.cells, row.broken or too_long(row))
            for row in rows(text, ",", most=70)
        ]
        found = [
            (row.line, () if row.broken else row.cells, row.broken) for row in tables_within.rows_from(path, ",", 1)
        ]
        assert found == expected, text
        seen.update(" ".join(broken.split()[:2]) for _, _, broken in found if broken)
    assert min(seen[fault] for fault in ("text follows", "a quoted", "a cell", "the row")) > 10, seen


def too_long(row: Row) -> str | None:
    """Why a row is too long."""
    return f"the row has {len(row.raw):,} characters, at most 120 are read" if len(row.raw) > 120 else None


def test_a_row_over_many_lines_that_is_too_long_costs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for room in tables, tables_within:
        monkeypatch.setattr(room, "ROW_MOST", 200_000)
    many = '"a\n",' * 100_000
    (tmp_path / "entities.csv").write_text(f"id,type,label\n{many}\nlora,Technique,LoRA\n")
    faults, kinds = loaded(tmp_path)
    assert faults == [(2, "the row has 500,000 characters, at most 200,000 are read", SHORTER)]
    assert kinds == {"entity": 1}
