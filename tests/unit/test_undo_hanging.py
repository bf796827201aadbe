"""What an undo takes back and what it leaves; the command line counts what still hangs on what it revoked."""

from __future__ import annotations

from pathlib import Path

import pytest

import kg
from kg.cli import main
from kg.contribute import undoing

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
