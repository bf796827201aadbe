"""Undoing over HTTP: a dry run stores nothing and needs no reason, what is left is named, a refusal says what helps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kg_api import write_shapes as shapes
from tests.api.writers import ITEM, Place, place


@pytest.fixture
def here(sqlite_url: str) -> Iterator[Place]:
    with place(sqlite_url) as made:
        yield made


def test_the_undo_of_a_merge_names_what_it_leaves(here: Place) -> None:
    graph = here.graph
    here.post("/merges", {"keep": "w1", "duplicate": "w2", "why": "taken for one"}, who="bob")
    merge = graph.revision
    came = here.post("/evidence", {**ITEM, "work": "w2"}).json()["id"]
    address = f"/revisions/{merge}/undo"
    dry = here.post(address, {"dry_run": True}, who="bob")
    assert (dry.status_code, graph.revision) == (200, merge + 1)
    shapes.Decision.model_validate_json(dry.content, strict=True)
    assert here.post(address, {}, who="bob").json()["where"] == "why"
    done = here.post(address, {"why": "two papers"}, who="bob")
    (left,) = done.json()["left"]
    assert (left["id"], left["why"], left["of"]) == (came, "merged", "w2")
    assert (dry.json()["left"], dry.json()["dry_run"], done.json()["dry_run"]) == ([left], True, False)
    late = here.post("/evidence", {**ITEM, "work": "w2", "statement": "Of the other one."}).json()["id"]
    refused = here.post(f"/revisions/{graph.revision - 1}/undo", {"why": "one after all"}, who="bob")
    assert (refused.status_code, late in refused.json()["detail"]) == (409, True)
