"""Revisions of evidence keep what is not given, what the item lacks too, and are previewed, alike on every door."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi import FastAPI

import kg
from kg.cli import cli
from kg.contribute.rewording import FIELDS
from kg.errors import Conflict, InputError
from kg.model import Change
from tests.api.test_pages_write import Visitor
from tests.api.test_pages_write import ann as ann
from tests.api.test_pages_write import app as app
from tests.api.test_pages_write import graph as graph

BARE = "E001"
"""An item of the pack that has no locator."""
OTHER = {"statement": "Adapters came near full fine-tuning."}


def run(graph: kg.Graph, *words: str) -> Any:
    url = f"sqlite:///{graph.store.name}"
    said = CliRunner().invoke(cli, ["--database", url, "--lang", "en", *words, "--json"], catch_exceptions=False)
    assert said.exit_code == 0, said.output
    return json.loads(said.stdout)


def kept(record: Any) -> dict[str, Any]:
    return {name: record[name] for name in FIELDS if name != "statement" and name in record}


def unexplained(graph: kg.Graph) -> str:
    """The id of an item that says neither where in the work it is nor why it is as strong as it is."""
    item = replace(graph.snapshot.item("E002"), locator=None, strength_reason=None)
    graph.write([Change("evidence", item)], actor="bob", act="import")
    return item.id


@pytest.mark.parametrize("name", ["alias", "unexplained"])
def test_what_is_not_given_stays_also_when_it_is_missing(
    graph: kg.Graph, app: FastAPI, ann: Visitor, name: str
) -> None:
    id = graph.snapshot.item(BARE).id if name == "alias" else unexplained(graph)
    old = graph.item(id)
    assert old["locator"] is None
    made = [graph.revise(id, {"statement": "In Python."}, actor="cho")["record"]]
    made.append(run(graph, "review", "revise", id, "--statement", "On the command line.", "--actor", "cho")["record"])
    with_token = {"Authorization": f"Bearer {graph.create_token('dan', role='reviewer')['secret']}"}
    sent = ann.client.post(f"/api/v1/evidence/{id}/revision", json={"statement": "Over HTTP."}, headers=with_token)
    assert sent.status_code == 201, sent.text
    made.append(sent.json()["record"])
    assert [kept(one) for one in made] == [kept(old)] * 3
    with pytest.raises(Conflict, match="says already"):
        graph.revise(id, {"locator": None}, actor="cho")


def test_the_form_marks_and_needs_only_what_the_item_has(graph: kg.Graph, app: FastAPI) -> None:
    old = graph.snapshot.item(BARE)
    bob = Visitor(app, graph.create_token("bob", role="reviewer")["secret"])
    page = bob.get(f"/contribute?revises={old.id}&lang=en")
    fields = [f'name="{name}"' for name in ("locator", "statement")]
    marked = [page.split(field)[1].split(">")[0].count("aria-required") for field in fields]
    assert marked == [0, 1]
    form = {name: value for name in FIELDS if (value := getattr(old, name)) is not None} | OTHER
    form = {"revises": old.id, **form, "inferred": "true" if old.inferred else ""}
    assert "What it would change" in bob.post("/contribute?lang=en", 200, act="preview", **form)
    told = bob.post("/contribute?lang=en", 422, act="send", **{**form, "statement": ""})
    assert ('id="a-statement"' in told, 'id="a-locator"' in told) == (True, False)
    place = bob.post("/contribute?lang=en", 303, act="send", **form)
    new = graph.snapshot.evidence[place.split("?")[0].rpartition("/")[2]]
    assert (new.supersedes, new.statement, new.locator, new.claim) == (old.id, OTHER["statement"], None, old.claim)
    moved = bob.post("/contribute?lang=en", 303, act="send", **{**form, "claim": "qlora--lowers--memory-requirement"})
    again = graph.snapshot.evidence[moved.split("?")[0].rpartition("/")[2]]
    assert (again.claim, again.work) == ("qlora--lowers--memory-requirement", old.work), "as the preview shows it"


def test_a_proposal_from_nothing_and_a_fuller_item_need_their_fields(graph: kg.Graph) -> None:
    old = next(one for one in graph.snapshot.evidence.values() if one.locator and one.status == "accepted")
    for values in ({"locator": None}, {"statement": "x", "strength_reason": None}):
        with pytest.raises(InputError, match="required"):
            graph.revise(old.id, values)
    bare = graph.snapshot.item(BARE)
    whole = {name: value for name in FIELDS if (value := getattr(bare, name)) is not None} | OTHER
    for act in (graph.add_evidence, graph.preview):
        with pytest.raises(InputError, match="required") as told:
            act(whole)  # type: ignore[operator]
        assert told.value.where == "locator"


def test_a_revision_is_previewed_alike_on_every_door(graph: kg.Graph, ann: Visitor) -> None:
    id = graph.snapshot.item(BARE).id
    first = graph.revise(id, {"statement": "First."}, actor="nobody")
    for criteria in ({}, {"include_proposed": True}):
        told = graph.preview({**OTHER, "strength": "weak"}, revises=BARE, actor="nobody", lang="en", **criteria)
        body = {**OTHER, "strength": "weak"}
        query = "".join(f"&{name}=true" for name in criteria)
        over = ann.client.post(f"/api/v1/evidence?dry_run=true&revises={BARE}&lang=en{query}", json=body)
        assert over.status_code == 200, over.text
        flags = [f"--{name.replace('_', '-')}" for name in criteria]
        words = ("--revises", BARE, "--statement", OTHER["statement"], "--strength", "weak", "--actor", "nobody")
        assert over.json() == json.loads(json.dumps(told))
        assert run(graph, "preview", *words, *flags) == json.loads(json.dumps(told))
        assert (told["supersedes"], told["record"]["locator"]) == (id, None)
        assert [one["id"] for one in told["alike"] if one["like"] == "revision"] == [first["id"]]
        assert told["beliefs"], "a weaker item changes what it bears on"
    assert graph.revision == first["revision"]


def test_a_preview_says_what_proposing_and_accepting_change(graph: kg.Graph) -> None:
    pending = graph.revise(BARE, {"statement": "First."}, actor="ann")["id"]
    for old in (pending, BARE):
        body = {**OTHER, "strength": "weak", "statement": f"Of {old}."}
        told = graph.preview(body, revises=old, actor="cho")
        made = graph.revise(old, body, actor="cho")["id"]
        waits = graph.waiting(made)
        same = ("beliefs", "claims", "changes")
        assert {name: told[name] for name in same} == {name: waits[name] for name in same}
        done = graph.review(made, "accept", actor="bob")
        assert told["beliefs"] == done["beliefs"] != []
        graph.undo(graph.revision, why="again", actor="bob")
        graph.review(made, "reject", why="again", actor="bob")


def test_what_cannot_be_revised_cannot_be_previewed(graph: kg.Graph, ann: Visitor) -> None:
    gone = graph.revise(BARE, {"statement": "First."}, actor="cho")["id"]
    graph.review(gone, "reject", why="no", actor="bob")
    with pytest.raises(Conflict, match="is rejected"):
        graph.preview(OTHER, revises=gone)
    for query, status, where in (
        (f"dry_run=true&revises={gone}", 409, "id"),
        ("dry_run=true&revises=none", 404, "revises"),
        (f"revises={gone}", 422, "revises"),
    ):
        told = ann.client.post(
            f"/api/v1/evidence?{query}",
            json=OTHER,
            headers={"Authorization": f"Bearer {graph.create_token('eve', role='contributor')['secret']}"},
        )
        assert (told.status_code, told.json()["where"]) == (status, where), told.text
    assert "/revision" in told.text
