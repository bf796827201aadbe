"""Going back to earlier words of one's own proposal over HTTP: what waits then, and what helps where it cannot be."""

from __future__ import annotations

from kg_api import write_shapes as shapes
from tests.api.test_contributing import here as here
from tests.api.writers import ITEM, Place


def test_who_goes_back_to_her_own_words_has_the_first_item_again(here: Place) -> None:
    first = here.post("/evidence", {**ITEM, "strength": "weak"}).json()["id"]
    for _ in range(2):
        second = here.post(f"/evidence/{first}/revision", {"strength": "strong"}).json()["id"]
        before = here.graph.revision
        back = here.post(f"/evidence/{second}/revision?why=read+wrongly", {"strength": "weak"})
        shapes.Contribution.model_validate_json(back.content, strict=True)
        assert (back.status_code, back.json()["id"], back.json()["supersedes"]) == (201, first, second)
        assert f"{first} says just this" in back.json()["note"]
        assert here.graph.revision == before + 1
        statuses = [here.get(f"/evidence/{id}?include_proposed=true").json()["status"] for id in (first, second)]
        assert statuses == ["proposed", "superseded"]
    assert [item["id"] for item in here.get("/reviews?actor=ann").json()["items"] if item["kind"] == "evidence"] == [
        first
    ]
    assert here.post("/reviews", {"id": second, "decision": "accept"}, who="bob").status_code == 409
    assert here.post("/reviews", {"id": first, "decision": "accept"}, who="bob").status_code == 200
    assert [here.graph.snapshot.evidence[id].status for id in (first, second)] == ["accepted", "superseded"]
    assert here.graph.verify()["problems"] == []


def test_a_later_wording_can_be_gone_back_to_and_undone(here: Place) -> None:
    one = here.post("/evidence", {**ITEM, "strength": "weak"}).json()["id"]
    two = here.post(f"/evidence/{one}/revision", {"strength": "strong"}).json()["id"]
    three = here.post(f"/evidence/{two}/revision", {"strength": "moderate"}).json()["id"]

    def standing() -> list[str]:
        return [here.graph.snapshot.evidence[id].status for id in (one, two, three)]

    assert here.post(f"/evidence/{three}/revision", {"strength": "weak"}).json()["id"] == one
    assert standing() == ["proposed", "superseded", "superseded"]
    assert here.post(f"/evidence/{one}/revision", {"strength": "moderate"}).json()["id"] == three
    assert standing() == ["superseded", "superseded", "proposed"]
    undone = here.post(f"/revisions/{here.graph.revision}/undo", {"why": "no"}, who="bob")
    assert (undone.status_code, standing()) == (200, ["proposed", "superseded", "superseded"])
    assert here.post(f"/evidence/{one}/revision", {"strength": "moderate"}).json()["id"] == three, (
        "an undo is no decision"
    )


def test_going_back_with_another_reason_is_another_item(here: Place) -> None:
    first = here.post("/evidence", {**ITEM, "strength": "weak"}).json()["id"]
    second = here.post(f"/evidence/{first}/revision", {"strength": "strong", "strength_reason": "b"}).json()["id"]
    third = here.post(f"/evidence/{second}/revision", {"strength": "weak"})
    assert third.status_code == 201, third.text
    assert third.json()["id"] not in {first, second}
    assert (third.json()["record"]["strength"], third.json()["record"]["strength_reason"]) == ("weak", "b")
    fourth = here.post(f"/evidence/{third.json()['id']}/revision", {"strength_reason": ITEM["strength_reason"]})
    assert fourth.json()["id"] == first


def test_where_going_back_is_not_allowed_what_helps_is_said(here: Place) -> None:
    weak, strong = {"strength": "weak"}, {"strength": "strong"}
    first = here.post("/evidence", {**ITEM, **weak}).json()["id"]
    other = here.post(f"/evidence/{first}/revision", strong, who="bob").json()
    refused = here.post(f"/evidence/{other['id']}/revision", weak, who="bob")
    assert (refused.status_code, "ann proposed it" in refused.json()["detail"]) == (409, True)
    assert f"takes back revision {other['revision']}" in refused.json()["hint"]
    assert here.post(f"/evidence/{other['id']}/revision", weak).status_code == 403, "the revision is bob's"
    again = here.post("/evidence", {**ITEM, **weak})
    assert (again.status_code, other["id"] in again.json()["hint"]) == (409, True)
    accepted = here.post("/reviews", {"id": other["id"], "decision": "accept"}, who="eve").json()["revision"]
    refused = here.post(f"/evidence/{other['id']}/revision", weak)
    assert refused.status_code == 409
    assert f"takes back revision {accepted}" in refused.json()["hint"]
    assert "otherwise" not in refused.json()["hint"]
