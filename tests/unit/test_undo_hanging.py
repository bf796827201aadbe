"""After an undo the command line counts what still hangs on what it revoked, and says how to take it back too."""

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
    graph.undo(item["revision"], why="x", actor="bob")
    assert undoing.hanging([("claim", claim["id"])], graph.snapshot) == []
