"""Works that a file merges into others: rings and works that were taken back fail, what does not count is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.cli import main
from kg.errors import Conflict
from kg.importers.citations import import_bytes
from kg.importers.merges import astray
from kg.model import Change, Work, to_payload
from kg.rdf.shapes import validate_closure
from kg.snapshot import Snapshot
from kg.vocabulary import load
from tests.unit.carried import FORMS, ITEM, WORK, pack, rdf, record, tables


@pytest.fixture
def graph(tmp_path: Path) -> Iterator[kg.Graph]:
    opened = record(tmp_path)
    yield opened
    opened.store.close()


def merged(id: str, into: str) -> dict[str, str]:
    return {**WORK, "id": id, "status": "merged", "merged_into": into}


def loaded(graph: kg.Graph, path: Path, **options: Any) -> dict[str, Any]:
    return graph.load(path, **options)


@FORMS
def test_a_ring_is_a_failure_of_each_row(graph: kg.Graph, tmp_path: Path, form: Any) -> None:
    rows = [
        merged("mb1", "mb2"),
        merged("mb2", "mb1"),
        merged("leads", "mb1"),
        {**WORK, "id": "new", "status": "current"},
    ]
    report = loaded(graph, form(tmp_path / "in", works=rows), keep_going=True)
    told = [one["reason"].partition(": ")[2].removeprefix("dcterms:isReplacedBy: ") for one in report["failures"]]
    assert sorted(told) == [
        "the works are merged in a ring: mb1 -> mb2 -> mb1",
        "the works are merged in a ring: mb1 -> mb2 -> mb1",
        "the works are merged in a ring: mb2 -> mb1 -> mb2",
    ]
    assert all(one["line"] and one["raw"] and "name a work that stands" in one["remedy"] for one in report["failures"])
    assert graph.snapshot.works.keys() == {"stands", "known", "gone", "part", "new"}


@FORMS
def test_a_work_that_was_taken_back_stands_for_none(graph: kg.Graph, tmp_path: Path, form: Any) -> None:
    report = loaded(graph, form(tmp_path / "in", works=[merged("m", "gone"), merged("n", "part")]), keep_going=True)
    (failure,) = report["failures"]
    assert failure["reason"].endswith("the work gone was taken back, so it stands for no other")
    assert (failure["line"] is not None, graph.snapshot.works["n"].merged_into) == (True, "part")


@pytest.mark.parametrize("form", [tables, rdf])
def test_a_work_that_others_are_merged_into_is_not_taken_back_by_a_row(
    graph: kg.Graph, tmp_path: Path, form: Any
) -> None:
    back = {**WORK, "id": "stands", "status": "revoked"}
    report = loaded(graph, form(tmp_path / "in", works=[back]), update=True)
    (failure,) = report["failures"]
    assert "the work part is merged into stands, which would stand for none" in failure["reason"]
    assert "`kg history part` names the revision" in failure["remedy"]
    both = [back, merged("part", "known")]
    assert loaded(graph, form(tmp_path / "in", works=both), update=True)["failures"] == []
    assert graph.snapshot.standing("part").id == "known"


@pytest.mark.parametrize("form", [tables, rdf])
def test_a_row_does_not_close_a_ring_with_the_record(graph: kg.Graph, tmp_path: Path, form: Any) -> None:
    report = loaded(graph, form(tmp_path / "in", works=[merged("stands", "part")]), update=True)
    assert ["ring: stands -> part -> stands" in one["reason"] for one in report["failures"]] == [True]
    assert graph.snapshot.works["stands"].status == "current"


@FORMS
def test_evidence_of_a_merged_work_is_told_and_stays_with_it(
    graph: kg.Graph, tmp_path: Path, form: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{**ITEM, "work": "part", "statement": "One."}, {**ITEM, "work": "stands", "statement": "Two."}]
    path = form(tmp_path / "in", works=[merged("part2", "part")], evidence=[*rows, {**rows[0], "work": "part2"}])
    main(["--database", f"sqlite:///{tmp_path}/record.sqlite", "import", str(path), "--json"])
    shown = capsys.readouterr().out
    for work in ("part", "part2"):
        assert f"its work {work} is merged into stands, so the item does not count; name stands as its work" in shown
    report = kg.open(f"sqlite:///{tmp_path}/record.sqlite").load(path)
    assert (report["added"], report["remarks"]) == (0, []), "what was there is not told again"
    items = {item.work: item for item in kg.open(f"sqlite:///{tmp_path}/record.sqlite").snapshot.evidence.values()}
    assert items.keys() == {"known", "part", "part2", "stands"}
    # Lossless: the record goes out and comes in as the same record, and the same is told.
    again = kg.open(f"sqlite:///{tmp_path}/again.sqlite", empty=True)
    out = kg.open(f"sqlite:///{tmp_path}/record.sqlite")
    out.export(tmp_path / "all.ttl")
    out.export(tmp_path / "all", format="csv-tables")
    first = again.load(tmp_path / "all.ttl")
    second = again.load(tmp_path / "all")
    assert (first["failures"], second["failures"], second["conflicts"], second["added"]) == ([], [], [], 0)
    assert [one["line"] is not None for one in first["remarks"]] == [True, True]
    for held in ("evidence", "works"):
        mine, theirs = (getattr(one.snapshot, held) for one in (again, out))
        assert {id: to_payload(one) for id, one in mine.items()} == {id: to_payload(one) for id, one in theirs.items()}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_screen_names_them_with_their_line(
    graph: kg.Graph, tmp_path: Path, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tables(tmp_path / "in", evidence=[{**ITEM, "work": "part", "statement": "One."}])
    main(["--database", f"sqlite:///{tmp_path}/record.sqlite", "--lang", lang, "import", str(path)])
    shown = "".join(capsys.readouterr().out.split())
    assert f"in/evidence.csv:2{'：' if lang == 'zh' else ':'}evidencepart." in shown
    assert "itsworkpartismergedintostands" in shown


@pytest.mark.parametrize("form", [tables, rdf])
def test_a_known_work_that_is_merged_leaves_its_evidence_behind_and_says_so(
    graph: kg.Graph, tmp_path: Path, form: Any
) -> None:
    report = loaded(graph, form(tmp_path / "in", works=[merged("known", "stands")]), update=True)
    (remark,) = report["remarks"]
    assert (report["changed"], report["failures"], remark["line"] is not None) == (1, [], True)
    assert "its evidence stays with it and does not count: known.abc" in remark["message"]
    assert "`kg merge stands known`" in remark["message"]
    # The way that is named helps.
    graph.undo(report["revision"], why="merge it", actor="bob")
    assert graph.merge("stands", "known", why="one", actor="bob")["moved"] == ["known.abc"]


def test_a_pack_that_merges_a_known_work_says_what_stays(graph: kg.Graph, tmp_path: Path) -> None:
    loaded(graph, pack(tmp_path / "in", works=[{"id": "own", "status": "current"}],
                       evidence=[{**ITEM, "work": "own", "statement": "One."}]))  # fmt: skip
    report = loaded(graph, pack(tmp_path / "in", works=[merged("own", "stands")]))
    (remark,) = report["remarks"]
    assert remark["message"].startswith("the work own is merged into stands; its evidence stays with it")


def test_a_ring_in_a_record_is_a_violation_and_leads_nobody_in_circles(graph: kg.Graph) -> None:
    ring = [
        Work(f"r{at}", "book", f"Ring {at}", status="merged", merged_into=f"r{1 - at}", doi=f"10.1234/r{at}")
        for at in (0, 1)
    ]
    assert ring[0].merged_into == "r1"
    graph.write(
        [Change("work", replace(one, status="current", merged_into=None)) for one in ring], actor="x", act="add"
    )
    made = graph.write([Change("work", one) for one in ring], actor="x", act="add").number
    back = Work("m", "book", "M", status="merged", merged_into="gone")
    graph.write([Change("work", back)], actor="x", act="add")
    found = {(one["focus"], one["rule"]) for one in graph.validate()["items"] if one["severity"] == "violation"}
    expected = {
        ("work:r0", "work-replaced-cycle"),
        ("work:r1", "work-replaced-cycle"),
        ("work:m", "work-replaced-stands"),
    }
    assert found == expected
    closure = graph.validate([*ring, back])["items"]
    assert {(one["focus"], one["rule"]) for one in closure if one["severity"] == "violation"} == expected
    assert {one.id for one in graph.snapshot.works.values() if astray(one, graph.snapshot.works.get)} == {
        "r0",
        "r1",
        "m",
    }
    for keep, duplicate in (("stands", "r0"), ("r1", "stands")):
        with pytest.raises(Conflict, match="the works are merged in a ring") as met:
            graph.merge(keep, duplicate, why="x", actor="bob")
        assert "`kg history r" in str(met.value.hint)
    item = {**ITEM, "work": "10.1234/r0", "statement": "S.", "locator": "p. 1", "strength_reason": "x"}
    with pytest.raises(Conflict, match=r"no work stands for r[01]: the works are merged in a ring"):
        graph.add_evidence(item, actor="ann")
    entry = b"@book{other, title={Ring 0}, doi={10.1234/r0}, year=2001}"
    report = import_bytes(graph.store, entry, None, "x.bib", "ann", guarded=False)
    assert ["no work stands for r" in one["message"] for one in report["remarks"]] == [True]
    assert graph.undo(made, why="no merges", actor="bob")["left"] == []
    assert graph.snapshot.works["r0"].status == "current"


def test_the_rule_of_files_and_the_shapes_agree() -> None:
    """Every way in which three works can be merged, the last of them taken back or not."""
    for last in ("current", "revoked"):
        for first in (None, "w1", "w2"):
            for second in (None, "w0", "w2"):
                works = [Work("w0", "book", "T", merged_into=first), Work("w1", "book", "T", merged_into=second)]
                works = [replace(one, status="merged" if one.merged_into else "current") for one in works]
                works.append(Work("w2", "book", "T", status=last))
                held = {one.id: one for one in works}
                with_rule = {f"work:{one.id}" for one in works if astray(one, held.get)}
                assert with_rule == broken(works), (first, second, last)


def broken(works: list[Work]) -> set[str]:
    """The works that break one of the two rules of the shapes."""
    found = validate_closure(works, Snapshot.of(0, None, []), load())
    return {one.focus for one in found if one.rule in {"work-replaced-cycle", "work-replaced-stands"}}


def test_the_lint_tells_a_work_merged_into_none_and_the_remedy_mends_it(graph: kg.Graph, tmp_path: Path) -> None:
    def told() -> list[str]:
        return [f"{one['id']}: {one['message']}" for one in graph.lint()["items"] if one["rule"] == "merged-into-none"]

    def failing() -> list[str]:
        folder = tmp_path / f"at{graph.revision}"
        graph.export(folder, format="pack")
        anew = kg.open(":memory:", empty=True, lang="en")
        report = anew.load(folder, format="pack", actor="ann")
        anew.store.close()
        return [one["reason"] for one in report["failures"]]

    merged = graph.merge("stands", "known", why="one book", actor="bob")["revision"]
    assert (told(), failing()) == ([], [])
    taken_back = Change("work", replace(graph.snapshot.works["stands"], status="revoked"))
    back = graph.write([taken_back], actor="bob", act="revoke").number
    found = [f"{id}: it is merged, and no work stands for it: stands was taken back" for id in ("known", "part")]
    assert told() == found
    assert failing() == ["merged_into: the work stands was taken back, so it stands for no other"] * 2
    graph.undo(back, why="it stands for another", actor="cho")
    assert (told(), failing()) == ([], [])
    graph.write([taken_back], actor="bob", act="revoke")
    graph.undo(merged, why="they are two", actor="cho", with_later=True)
    assert (told(), graph.work("known")["status"]) == (found[1:], "current")
