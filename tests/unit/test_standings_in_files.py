"""Works that a file makes retracted, corrected or current: the report tells, and the lint asks for the notice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kg
from tests.unit.carried import FORMS, WORK, pack, record, tables


@pytest.fixture
def graph(tmp_path: Path) -> Iterator[kg.Graph]:
    opened = record(tmp_path)
    yield opened
    opened.store.close()


def worded(report: dict[str, Any]) -> list[str]:
    return [one["message"] for one in report["remarks"]]


@FORMS
def test_a_work_whose_status_a_file_changes_is_told_with_what_rests_on_it(
    graph: kg.Graph, tmp_path: Path, form: Any
) -> None:
    row, options = {**WORK, "id": "known"}, {} if form is pack else {"update": True}
    if form is pack:
        graph.load(pack(tmp_path / "in", works=[{**row, "id": "mine", "status": "current"}]))
        row = {**row, "id": "mine"}
    rests, at = ("0 items of evidence rest" if form is pack else "1 item of evidence rests"), graph.revision
    (said,) = worded(graph.load(form(tmp_path / "in", works=[{**row, "status": "retracted"}]), **options))
    id = row["id"]
    assert said == (
        f"work {id} is made retracted, it was current, and {rests} on it: `kg diff {at} {at + 1}` shows which answers "
        f"change, `kg undo {at + 1}` takes the import back; no notice of its publisher is named: "
        f"`kg retract {id} --status retracted --notice URL` names it"
    )
    assert graph.lint(severity="warning", lang="en")["counts"]["rules"].get("no-notice") == 1
    (said,) = worded(graph.load(form(tmp_path / "in", works=[{**row, "status": "current"}]), **options))
    assert said.startswith(f"work {id} is made current, it was retracted, and {rests} on it: ")
    assert "notice" not in said
    assert worded(graph.load(form(tmp_path / "in", works=[{**row, "status": "current"}]), **options)) == []


@FORMS
def test_a_new_work_that_comes_retracted_without_a_notice_is_told(graph: kg.Graph, tmp_path: Path, form: Any) -> None:
    rows = [{**WORK, "id": id, "status": status} for id, status in (("n1", "corrected"), ("n2", "current"))]
    (said,) = worded(graph.load(form(tmp_path / "in", works=rows)))
    assert said.startswith(
        "work n1 is corrected, and no notice of its publisher is named: `kg retract n1 --status corr"
    )


def test_a_notice_is_enough_and_what_was_not_written_is_not_told(graph: kg.Graph, tmp_path: Path) -> None:
    row = {**WORK, "id": "known", "status": "retracted", "notice": "https://example.org/n"}
    faulty = tables(tmp_path / "faulty", works=[row, {**WORK, "id": "bad", "status": "burnt", "notice": ""}])
    report = graph.load(faulty, update=True)
    assert (len(report["failures"]), report["remarks"], report["changed"]) == (1, [], 0)
    (said,) = worded(graph.load(tables(tmp_path / "in", works=[row]), update=True))
    assert said.endswith("takes the import back")
    assert "no-notice" not in graph.lint(lang="en")["counts"]["rules"]
