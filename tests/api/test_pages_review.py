"""Pages of the queue: what cannot be accepted says why, in the language of the page."""

from __future__ import annotations

import kg
from tests.api.test_pages_write import ITEM, Visitor
from tests.api.test_pages_write import ann as ann
from tests.api.test_pages_write import app as app
from tests.api.test_pages_write import bob as bob
from tests.api.test_pages_write import graph as graph


def test_a_work_that_was_taken_back_is_told_in_words_of_the_page(graph: kg.Graph, ann: Visitor, bob: Visitor) -> None:
    id = ann.post("/contribute", 303, act="send", **ITEM).split("?")[0].rpartition("/")[2]
    graph.revoke(ITEM["work"], why="entered by mistake", actor="bob")
    english = f"Cannot be accepted now: the evidence {id} comes from the work {ITEM['work']}, which was taken back"
    chinese = f"目前不能接受：证据 {id} 出自文献 {ITEM['work']}，而该文献已撤回"
    for path in ("/review", f"/review/{id}"):
        assert english in bob.get(f"{path}?lang=en")
        assert chinese in bob.get(f"{path}?lang=zh")
    assert "Accepting it:" not in bob.get("/review?lang=en&kind=evidence")
    assert "若接受：" not in bob.get("/review?lang=zh&kind=evidence")
    again = ann.post("/contribute?lang=zh", 409, act="send", **ITEM | {"locator": "§8"})
    assert f"文献 {ITEM['work']} 已被撤回，不能再为其添加证据。" in again
    assert "请改用其他文献" in again
    assert "现状与此操作不符" not in again
    seen = bob.field("/review", "revision")
    assert "不能接受" in bob.post("/review?lang=zh", 409, decision="accept", revision=seen, id=id)
    answers = (bob.client.get(f"/api/v1/reviews?kind=evidence&lang={lang}").json() for lang in ("en", "zh"))
    assert [one["items"][0]["blocked"] for one in answers] == [english.partition(": ")[2], chinese.partition("：")[2]]


def test_of_revisions_that_compete_the_later_is_told_which_counts(graph: kg.Graph, ann: Visitor, bob: Visitor) -> None:
    old = ann.post("/contribute", 303, act="send", **ITEM).split("?")[0].rpartition("/")[2]
    graph.review(old, "accept", actor="bob")
    one, two = (graph.revise(old, {"statement": said}, actor="ann")["id"] for said in ("Said anew.", "Said again."))
    seen = bob.field(f"/review/{two}", "revision")
    assert 'id="effect-title"' in bob.get(f"/review/{two}")
    graph.review(one, "accept", actor="bob")
    told = {
        "en": f"the evidence {two} revises {old}, and {one} was accepted in that place: reject this",
        "zh": f"证据 {two} 修订的是 {old}，而 {one} 已被接受并取而代之：请拒绝本条，或改为修订 {one}",
    }
    for lang, words in told.items():
        page = bob.get(f"/review/{two}?lang={lang}")
        assert words in page
        assert 'id="effect-title"' not in page, "accepting it is not possible, so it would change nothing"
        assert f'href="/contribute?lang={lang}&amp;revises={one}"' in page
        assert f'href="/review/{one}?lang={lang}"' in page
        assert 'value="accept" disabled' in page
    refused = bob.post(f"/review/{two}?lang=zh", 409, decision="accept", revision=seen)
    assert f"证据 {two} 修订的是 {old}，而 {one} 已被接受并取而代之。" in refused
    assert f"请拒绝本条，或改为修订 {one}。" in refused
    assert f"<strong>证据 {two}" in refused, "the reason names the record; no field is before it"
    assert f"{one} was accepted in that place" in bob.post("/review", 409, decision="accept", revision=seen, id=two)
    secret = graph.create_token("cho", role="reviewer")["secret"]
    sent = bob.client.post(
        "/api/v1/reviews", json={"id": two, "decision": "accept"}, headers={"Authorization": f"Bearer {secret}"}
    )
    assert (sent.status_code, told["en"] in sent.json()["detail"]) == (409, True), sent.text
    assert "POST /api/v1/evidence/{id}/revision" in sent.json()["hint"]
    assert graph.item(two)["status"] == "proposed"


def test_whoever_proposes_a_revision_is_told_of_another_that_waits(graph: kg.Graph, ann: Visitor, bob: Visitor) -> None:
    old = ann.post("/contribute", 303, act="send", **ITEM).split("?")[0].rpartition("/")[2]
    graph.review(old, "accept", actor="bob")
    one = graph.revise(old, {"strength": "weak"}, actor="cho")["id"]
    assert "Other revisions" not in bob.get(f"/review/{one}")
    form = {"act": "preview", "revises": old, **ITEM, "statement": "Said anew."}
    said = {"en": "a revision of the same item, which waits", "zh": "同一条证据的另一修订，正在等待审核"}
    for lang, words in said.items():
        shown = ann.post(f"/contribute?lang={lang}", 200, **form)
        assert f"<code>{one}</code></a> {words}" in shown
    two = ann.post("/contribute", 303, **form | {"act": "send"}).split("?")[0].rpartition("/")[2]
    told = {"en": "Other revisions of the same item wait", "zh": "同一条证据另有修订正在等待审核"}
    for lang, words in told.items():
        page = ann.get(f"/review/{two}?lang={lang}&sent=yes")
        assert words in page
        assert f'href="/review/{one}?lang={lang}"' in page
    graph.review(one, "reject", why="no", actor="bob")
    assert "Other revisions" not in ann.get(f"/review/{two}")


def test_an_entity_of_a_known_name_is_told_before_and_after_it_is_written(graph: kg.Graph, bob: Visitor) -> None:
    made = graph.add_entity({"type": "Technique", "label": "Weight surgery"}, actor="ann")["id"]
    form = {name: bob.field(f"/entities/{made}/revision", name) for name in ("revision", "label_en")}
    given = form | {"label_en": "LoRA"}
    for lang, title in (("en", "Entities of the same name"), ("zh", "同名实体")):
        assert title not in bob.get(f"/review/{made}?lang={lang}")
        page = bob.post(f"/entities/{made}/revision?lang={lang}", 200, act="preview", **given)
        assert title in page
        assert "<code>lora</code>" in page
    bob.post(f"/entities/{made}/revision", 303, act="send", **given)
    assert "<code>lora</code>" in bob.get(f"/review/{made}?lang=zh")
    assert "同名实体" in bob.get(f"/review/{made}?lang=zh")
