"""Contributing, reviewing, history over HTTP: documents in their shapes, and what is not for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from kg_api import write_shapes as shapes
from tests.api.writers import API, ITEM, Place, place

ENTITY = {"type": "Technique", "label": "Weight surgery"}


@pytest.fixture
def here(sqlite_url: str) -> Iterator[Place]:
    with place(sqlite_url) as made:
        yield made


def test_documents_have_their_shapes(here: Place) -> None:
    made = here.post("/evidence", ITEM)
    shapes.Contribution.model_validate_json(made.content, strict=True)
    id = made.json()["id"]
    shapes.Contribution.model_validate_json(here.post("/evidence?dry_run=true", ITEM, who=None).content, strict=True)
    shapes.Queue.model_validate_json(here.get("/reviews?kind=evidence&status=proposed&actor=ann").content, strict=True)
    shapes.WaitingOne.model_validate_json(here.get(f"/reviews/{id}").content, strict=True)
    shapes.Decision.model_validate_json(here.post("/reviews", {"id": id, "decision": "accept"}, who="bob").content)
    shapes.History.model_validate_json(here.get(f"/evidence/{id}/history").content, strict=True)
    shapes.RevisionEntry.model_validate_json(here.get(f"/revisions/{here.graph.revision}").content, strict=True)
    shapes.People.model_validate_json(here.get("/people").content, strict=True)
    merged = here.post("/merges", {"keep": "w1", "duplicate": "w2", "why": "one paper"}, who="bob")
    shapes.Merged.model_validate_json(merged.content, strict=True)
    undone = here.post(f"/revisions/{here.graph.revision}/undo", {"why": "two papers"}, who="bob")
    shapes.Decision.model_validate_json(undone.content, strict=True)
    revoked = here.post("/revocations", {"id": id, "why": "read wrongly"}, who="eve")
    shapes.Decision.model_validate_json(revoked.content, strict=True)


def test_what_is_there_already_is_no_new_record(here: Place) -> None:
    first, second = (here.post("/entities", ENTITY, who=who) for who in ("ann", "bob"))
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["already"] is True
    assert second.headers["location"] == first.headers["location"]


def test_a_dry_run_of_any_contribution_stores_nothing(here: Place) -> None:
    before = here.graph.revision
    for address, body in {"/entities": ENTITY, "/works": {"title": "A", "year": 2020}, "/evidence": ITEM}.items():
        got = here.post(f"{address}?dry_run=true", body)
        assert (got.status_code, got.json()["dry_run"]) == (200, True), got.text
    assert here.graph.revision == before
    assert here.post("/evidence?rows=Technique", ITEM).json()["where"] == "rows"


def test_a_contributor_revises_her_own_and_no_other_that_waits(here: Place) -> None:
    id = here.post("/evidence", ITEM).json()["id"]
    change = {"strength": "weak", "strength_reason": "one site"}
    cid = here.graph.create_token("cid")["secret"]
    here.secrets["cid"] = cid
    refused = here.post(f"/evidence/{id}/revision", change, who="cid")
    assert (refused.status_code, "ann proposed" in refused.json()["detail"]) == (403, True)
    own = here.post(f"/evidence/{id}/revision?why=read+again", change)
    assert (own.status_code, own.json()["supersedes"]) == (201, id)
    assert here.get(f"/evidence/{id}?include_proposed=true").json()["status"] == "superseded"
    accepted = here.graph.evidence(work="w1")["items"][0]["id"]
    first = here.post(f"/evidence/{accepted}/revision", {**change, "locator": "§1"}, who="cid")
    assert (first.status_code, [one["like"] for one in first.json()["alike"]]) == (201, ["statement"])
    later = here.post(f"/evidence/{accepted}/revision?lang=zh", {**change, "locator": "§2"}).json()["alike"][0]
    assert (later["id"], later["status"], later["like"]) == (first.json()["id"], "proposed", "revision")
    assert later["why"] == "同一条证据的另一修订，正在等待审核：其中至多接受一条"
    assert here.get(f"/evidence/{accepted}").json()["status"] == "accepted", "it counts until the other is accepted"


ANEW: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("/entities", {"type": "Technique", "label": "Edge thing"}, {"definition": {"en": "HIJACKED"}}),
    ("/claims", {"subject": "t", "relation": "raises", "object": "r"}, {"conditions": "HIJACKED"}),
]


@pytest.mark.parametrize(("address", "body", "change"), ANEW)
def test_what_was_proposed_anew_is_its_last_proposers(
    here: Place, address: str, body: dict[str, Any], change: dict[str, Any]
) -> None:
    here.secrets["cid"] = here.graph.create_token("cid")["secret"]
    id = here.post(address, body).json()["id"]
    assert here.post("/reviews", {"id": id, "decision": "reject", "why": "no"}, who="bob").status_code == 200
    gone = here.post(f"{address}/{id}/revision", change)
    assert (gone.status_code, f"{id} is rejected" in gone.json()["detail"]) == (409, True), "nobody revises that"
    anew = here.post(address, body, who="cid")
    assert (anew.status_code, anew.json()["status"]) == (201, "proposed"), anew.text
    refused = here.post(f"{address}/{id}/revision", change)
    assert (refused.status_code, "cid proposed" in refused.json()["detail"]) == (403, True)
    waiting = {one["id"]: one for one in here.get("/reviews?actor=cid").json()["items"]}
    assert (waiting[id]["revision"], here.get("/reviews?actor=ann").json()["items"]) == (anew.json()["revision"], [])
    assert here.post("/reviews", {"id": id, "decision": "return", "why": "more"}, who="bob").status_code == 200
    assert here.post(f"{address}/{id}/revision", change).status_code == 403
    assert here.post(f"{address}/{id}/revision", change, who="cid").status_code == 200
    assert here.post(f"{address}/{id}/revision?why=again", undone(change), who="bob").status_code == 200
    assert here.post(f"{address}/{id}/revision", change, who="cid").status_code == 200, "in whatever words, it is hers"
    accepted = here.post("/reviews", {"id": id, "decision": "accept"}, who="eve").json()["revision"]
    assert here.post(f"{address}/{id}/revision", undone(change), who="cid").status_code == 403
    assert here.post(f"/revisions/{accepted}/undo", {"why": "too early"}, who="bob").status_code == 200
    assert here.post(f"{address}/{id}/revision", undone(change)).status_code == 403
    assert here.post(f"{address}/{id}/revision", undone(change), who="cid").status_code == 200, "as before"


def undone(change: dict[str, Any]) -> dict[str, Any]:
    """The change that takes one away."""
    return dict.fromkeys(change)


@pytest.mark.parametrize("decided", [False, True])
def test_what_is_proposed_anew_fits_the_claims_that_stand(here: Place, decided: bool) -> None:
    here.post("/entities", {"type": "Technique", "label": "Turned"})
    claim = here.post("/claims", {"subject": "turned", "relation": "raises", "object": "r"}, who="eve").json()["id"]
    if decided:
        assert here.post("/reviews", {"id": claim, "decision": "accept"}, who="bob").status_code == 200
        assert here.post("/revocations", {"id": "turned", "why": "vague"}, who="bob").status_code == 200
    else:
        here.post("/reviews", {"id": "turned", "decision": "reject", "why": "vague"}, who="bob")
    other = here.post("/entities", {"type": "Actor", "label": "Turned"})
    assert (other.status_code, other.json()["where"]) == (409, "type"), other.text
    assert claim in other.json()["detail"]
    assert here.post("/entities", {"type": "Factor", "label": "Turned"}).status_code == 201, "a factor raises risks too"
    assert (
        here.post("/reviews", {"id": "turned", "decision": "reject", "why": "no factor"}, who="bob").status_code == 200
    )
    gone = "/revocations" if decided else "/reviews"
    here.post(gone, {"id": claim, "why": "no"} | ({} if decided else {"decision": "reject"}), who="bob")
    assert here.post("/entities", {"type": "Actor", "label": "Turned"}).status_code == 201, "no claim stands any more"


def test_what_is_another_s_by_the_time_it_is_written_is_refused(here: Place) -> None:
    here.secrets["cid"] = here.graph.create_token("cid")["secret"]
    (_, body, change), *_ = ANEW
    id = here.post("/entities", body).json()["id"]
    graph, held = here.graph, here.graph.revise

    def overtaken(*given: Any, **named: Any) -> Any:
        monkey.undo()
        graph.review(id, "reject", why="no", actor="bob")
        graph.add_entity(body, actor="cid")
        return held(*given, **named)

    with pytest.MonkeyPatch.context() as monkey:
        monkey.setattr(graph, "revise", overtaken)
        got = here.post(f"/entities/{id}/revision", change)
    assert (got.status_code, graph.snapshot.entities[id].definition) == (403, None), got.text


def test_the_history_can_be_searched(here: Place) -> None:
    here.post("/entities", ENTITY)
    here.post("/reviews", {"id": "weight-surgery", "decision": "accept"}, who="bob")
    found = here.get("/revisions?actor=bob&act=accept&kind=entity&id=weight-surgery").json()
    assert [one["act"] for one in found["items"]] == ["accept"]
    page = here.get("/revisions?limit=2").json()
    rest = here.get(f"/revisions?limit=50&after={page['next']}").json()
    assert [one["number"] for one in [*page["items"], *rest["items"]]] == list(range(here.graph.revision, 0, -1))
    versions = here.get("/entities/weight-surgery/history").json()["versions"]
    assert [(one["actor"], one["act"]) for one in versions] == [("bob", "accept"), ("ann", "propose")]
    for address in ("/works/t/history", "/entities/none/history", "/revisions/99", "/people/none"):
        assert here.get(address).status_code == 404, address
    assert here.get("/nothings/t/history").status_code == 422
    assert here.get("/people/ann").json() == {"handle": "ann", "name": "Ann Lee", "orcid": None}


def test_both_languages_are_spoken(here: Place) -> None:
    id = here.post("/evidence?lang=zh", ITEM).json()["id"]
    zh = here.client.get(f"{API}/reviews?lang=zh").json()["items"]
    assert "支持" in next(one for one in zh if one["id"] == id)["says"]


def test_the_examples_of_bodies_are_taken(client: TestClient, app: FastAPI) -> None:
    (content,) = app.openapi()["paths"]["/api/v1/evidence"]["post"]["requestBody"]["content"].values()
    got = client.post(f"{API}/evidence?dry_run=true", json=content["schema"]["example"])
    assert got.status_code == 200, got.text
    assert got.json()["beliefs"]


def test_several_are_decided_on_together_or_none(here: Place) -> None:
    ids = [here.post("/evidence", {**ITEM, "statement": f"Seen {word}."}).json()["id"] for word in ("once", "twice")]
    before = here.graph.revision
    wrong = here.post("/reviews", {"id": [*ids, "nothing-such"], "decision": "accept"}, who="bob")
    assert (wrong.status_code, here.graph.revision) == (404, before)
    for some in ([], ["x"] * 201, [1], {"a": 1}):
        assert here.post("/reviews", {"id": some, "decision": "accept"}, who="bob").json()["where"] == "id"
    done = here.post("/reviews", {"id": ids, "decision": "accept"}, who="bob").json()
    assert [one["id"] for one in done["records"][:1]] == ids[:1]
    assert {one["id"] for one in done["records"]} == {*ids, "t--raises--r"}
    assert here.graph.revision == before + 1


def test_a_claim_goes_with_the_only_item_that_it_came_with(here: Place) -> None:
    ids = [here.post("/evidence", {**ITEM, "statement": f"Seen {word}."}).json()["id"] for word in ("once", "twice")]

    def rejected(*some: str) -> set[str]:
        body = {"id": list(some), "decision": "reject", "why": "no such thing"}
        return {one["id"] for one in here.post("/reviews", body, who="bob").json()["records"]}

    assert rejected(ids[0]) == {ids[0]}, "another item speaks of the claim"
    assert rejected(ids[1]) == {ids[1], "t--raises--r"}
    assert here.get("/reviews").json()["items"] == []
    own = {"subject": "u", "relation": "raises", "object": "f"}
    here.post("/claims", own)
    late = here.post("/evidence", {**ITEM, **own, "statement": "Seen later."}, who="eve").json()["id"]
    assert rejected(late) == {late}, "the claim was proposed by itself before"


def test_revisions_keep_the_id_and_are_for_whom_they_concern(here: Place) -> None:
    made = here.post("/entities", ENTITY).json()
    address = f"/entities/{made['id']}/revision"
    cid = here.graph.create_token("cid")["secret"]
    here.secrets["cid"] = cid
    refused = here.post(address, {"label": "Other"}, who="cid")
    assert (refused.status_code, "ann proposed" in refused.json()["detail"]) == (403, True)
    here.post("/reviews", {"id": made["id"], "decision": "return", "why": "define it"}, who="bob")
    own = here.post(
        address, {"definition": "Cutting into weights.", "label": {"zh": "权重手术"}}, Idempotency_Key="one"
    )
    shapes.Contribution.model_validate_json(own.content, strict=True)
    assert (own.status_code, own.json()["status"]) == (200, "proposed"), "it waits again"
    assert {one["field"] for one in own.json()["changed"]} == {"definition", "label", "status"}
    again = here.post(
        address, {"definition": "Cutting into weights.", "label": {"zh": "权重手术"}}, Idempotency_Key="one"
    )
    assert again.content == own.content
    here.post("/reviews", {"id": made["id"], "decision": "accept"}, who="bob")
    late = here.post(address, {"aliases": ["surgery"]})
    assert (late.status_code, "reviewers revise it" in late.json()["detail"]) == (403, True)
    seen = here.get(f"/entities/{made['id']}").headers["etag"]
    done = here.post(address, {"aliases": ["surgery"]}, who="bob", If_Match=seen)
    assert (done.status_code, done.json()["record"]["aliases"]) == (200, ["surgery"]), done.text
    lost = here.post(address, {"aliases": ["cutting"]}, who="eve", If_Match=seen)
    assert lost.status_code == 412
    assert lost.json()["current"]["record"]["aliases"] == ["surgery"]
    assert here.get(f"/entities/{made['id']}").json()["label"] == {"en": "Weight surgery", "zh": "权重手术"}

    claim = here.post("/claims/t--raises--f/revision", {"conditions": "at scale"}, who="bob")
    assert (claim.status_code, claim.json()["changed"][0]["after"]) == (200, "at scale")
    ends = here.post("/claims/t--raises--f/revision", {"object": "r"}, who="bob")
    assert (ends.status_code, ends.json()["where"]) == (422, "object")
    assert here.post("/works/w1/revision", {"title": "Better"}).status_code == 403
    work = here.post("/works/w1/revision", {"title": "Better", "csl": {"volume": "7"}}, who="bob").json()
    assert work["record"]["title"] == here.get("/works/w1").json()["csl"]["title"] == "Better"
    assert here.get("/works/w1").json()["csl"]["volume"] == "7"
    assert here.post("/works/w1/revision", {"status": "retracted"}, who="bob").json()["where"] == "status"
    back = here.post(f"/revisions/{work['revision']}/undo", {"why": "it was right"}, who="bob")
    assert back.status_code == 200
    assert here.get("/works/w1").json()["title"] != "Better"
