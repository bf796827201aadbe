"""What an undo takes back and what it leaves; the command line counts what still hangs on what it revoked."""

from __future__ import annotations

from pathlib import Path

import pytest

import kg
from kg.cli import main
from kg.contribute import undoing
from kg.errors import Conflict

ITEM = {"work": "hu2022lora", "stance": "supports", "kind": "empirical-experiment", "strength": "moderate"}
ITEM |= {"strength_reason": "one model", "locator": "§5", "statement": "S.", "basis": "full-text"}
CLAIM = {"subject": "qlora", "relation": "raises", "object": "malicious-use"}


def test_an_undo_tells_what_still_hangs_on_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path}/record.sqlite"
    graph = kg.open(url)
    claim = graph.add_claim(CLAIM, actor="ann")
    item = graph.add_evidence({"claim": claim["id"], **ITEM}, actor="ann")
    command = ["--database", url, "undo", str(claim["revision"]), "--why", "x", "--actor", "bob"]
    main(command)
    told = " ".join(capsys.readouterr().out.split())
    assert "Later records still hang on what was revoked: 1." in told
    assert f"`kg revoke {item['id']}`" in told
    assert undoing.hanging([("claim", claim["id"])], graph.snapshot) == [("evidence", item["id"])]
    assert graph.snapshot.item(item["id"]).status == "proposed"
    graph.undo(item["revision"], why="x", actor="bob")
    assert undoing.hanging([("claim", claim["id"])], graph.snapshot) == []


def test_with_later_takes_back_what_wrote_the_same_records_and_leaves_what_leans_on_them(tmp_path: Path) -> None:
    graph = kg.open(f"sqlite:///{tmp_path}/record.sqlite")
    claim = graph.add_claim(CLAIM, actor="ann")
    leaning = graph.add_evidence({"claim": claim["id"], **ITEM}, actor="ann")
    other = graph.add_claim({**CLAIM, "relation": "enables"}, actor="ann")
    both = graph.review([claim["id"], other["id"]], "accept", actor="bob")
    third = graph.revise(other["id"], {"conditions": "with access"}, why="narrower", actor="ann")
    undone = graph.undo(claim["revision"], why="x", actor="bob", with_later=True)["undone"]
    # The acceptance wrote the claim and another one; the other was revised after that.
    assert undone == [claim["revision"], both["revision"], third["revision"]]
    assert graph.snapshot.claim(claim["id"]).status == "revoked"
    assert graph.snapshot.claim(other["id"]).status == "proposed"
    assert graph.snapshot.claim(other["id"]).conditions is None
    assert graph.snapshot.item(leaning["id"]).status == "proposed"


@pytest.fixture
def merged(tmp_path: Path) -> kg.Graph:
    """Two works, an item of the one, and the one merged into the other in revision 6."""
    graph = kg.open(f"sqlite:///{tmp_path}/merged.sqlite", lang="en")
    for key in ("one2025", "two2024"):
        graph.add_work({"id": key, "type": "book", "title": f"Of {key}", "doi": f"10.1234/{key}"}, actor="ann")
    made = graph.add_evidence(ITEM | {"claim": OLD, "work": "one2025", "statement": "First."}, actor="ann")
    graph.review(made["id"], "accept", actor="bob")
    graph.merge("two2024", "one2025", why="taken for one", actor="bob")
    assert graph.revision == MERGE
    return graph


OLD, MERGE = "qlora--lowers--memory-requirement", 6


def added(graph: kg.Graph, statement: str, work: str = "10.1234/one2025") -> str:
    made = graph.add_evidence(ITEM | {"claim": OLD, "work": work, "statement": statement}, actor="ann")
    graph.review(made["id"], "accept", actor="bob")
    return str(made["id"])


def test_the_undo_of_a_merge_names_what_came_to_the_other_work_meanwhile(
    merged: kg.Graph, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    came = added(merged, "Came in while they were one.")
    assert merged.snapshot.item(came).work == "two2024"
    head = merged.revision
    would = merged.undo(MERGE, dry_run=True)
    assert (merged.revision, would["dry_run"], would["revision"]) == (head, True, head)
    command = ["--database", f"sqlite:///{tmp_path}/merged.sqlite", "undo", str(MERGE), "--actor", "bob"]
    main([*command, "--dry-run"])
    shown = capsys.readouterr().out
    main(["--lang", "zh", *command, "--why", "they differ"])
    chinese = "".join(capsys.readouterr().out.split())
    (left,) = would["left"]
    assert (left["kind"], left["id"], left["why"], left["of"]) == ("evidence", came, "merged", "one2025")
    assert "in revision 7 (propose, ann)" in left["said"]
    assert f"`kg review revise {came} --work one2025`" in left["said"]
    assert "would be undone" in shown
    assert "".join(left["said"].split()) in "".join(shown.split())
    assert f"请核查其间加入的内容：证据{came}在修订版7（ann，提出）中归入two2024" in chinese
    assert merged.snapshot.item(came).work == "two2024", "who cannot know does not guess"
    assert merged.left(merged.revision) == would["left"]
    # What helps: a revision at the work that it was taken from. Then nothing is left.
    moved = merged.revise(came, {"work": "one2025"}, why="taken from there", actor="cyd")
    undo = merged.revision - 1
    merged.review(moved["id"], "accept", actor="bob")
    assert merged.snapshot.item(moved["id"]).work == "one2025"
    assert merged.left(undo) == []


def test_what_came_is_named_each_time_that_the_merge_is_undone_and_no_more(merged: kg.Graph) -> None:
    other = added(merged, "Said to be of the other.", work="10.1234/two2024")
    came = added(merged, "Came in while they were one.")
    undone, named = MERGE, []
    for word in ("apart", "one again", "apart after all", "one", "apart"):
        done = merged.undo(undone, why=word, actor="bob")
        undone = done["revision"]
        named.append([(one["id"], one["of"]) for one in done["left"]])
        if word == "apart":
            assert merged.snapshot.works["one2025"].merged_into is None
            late = added(merged, f"Of the other one, {undone}.", work="10.1234/two2024")
            assert merged.snapshot.item(late).work == "two2024", "it came while they were two"
    every = sorted([(other, "one2025"), (came, "one2025")])
    assert [sorted(one) for one in named] == [every, [], every, [], every]
    assert [one["id"] for one in merged.left(undone)] == [id for id, _ in every]


def test_a_merge_is_not_undone_under_a_revision_of_what_moves_back(merged: kg.Graph) -> None:
    old = next(item for item in merged.snapshot.evidence.values() if item.work == "two2024")
    again = merged.revise(old.id, {"statement": "Said better."}, why="clearer", actor="cyd")
    for dry_run in (True, False):
        with pytest.raises(
            Conflict, match=rf"revision 7 \(revise, cyd\) brought the evidence {again['id']} since"
        ) as no:
            merged.undo(MERGE, why="x", actor="bob", dry_run=dry_run)
        assert no.value.message.endswith(f"it is a revision of {old.id}, which goes back to one2025")
        assert "undo revision 7 first" in str(no.value.hint)
        assert "--with-later" in str(no.value.hint)
    done = merged.undo(MERGE, why="x", actor="bob", with_later=True)
    assert (done["undone"], done["left"]) == ([MERGE, 7], [])
    assert merged.snapshot.item(old.id).work == "one2025"
    assert merged.snapshot.item(again["id"]).status == "revoked"


def test_a_merge_is_not_brought_back_over_evidence_of_the_work_that_would_be_merged_again(merged: kg.Graph) -> None:
    undo = merged.undo(MERGE, why="they differ", actor="bob")["revision"]
    came = added(merged, "Of the first one.")
    assert merged.snapshot.item(came).work == "one2025"
    with pytest.raises(
        Conflict, match=f"brought the evidence {came} since, to the work one2025, which would be merged"
    ):
        merged.undo(undo, why="one after all", actor="bob")
    again = merged.merge("two2024", "one2025", why="one after all", actor="bob")
    assert came in again["moved"]


def test_a_work_that_others_are_merged_into_is_not_taken_back(merged: kg.Graph) -> None:
    head = merged.revision
    with pytest.raises(Conflict, match="one2025 is merged into two2024: no work would stand for it"):
        merged.revoke("two2024", why="by mistake", actor="bob")
    assert merged.revision == head
    merged.undo(MERGE, why="they differ", actor="bob")
    assert merged.revoke("two2024", why="by mistake", actor="bob")["records"][0]["status"] == ["current", "revoked"]
