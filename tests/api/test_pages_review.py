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
    assert "该文献已被撤回，不能再为其添加证据。" in again
    assert "请改用其他文献" in again
    assert "现状与此操作不符" not in again
    seen = bob.field("/review", "revision")
    assert "不能接受" in bob.post("/review?lang=zh", 409, decision="accept", revision=seen, id=id)
    answers = (bob.client.get(f"/api/v1/reviews?kind=evidence&lang={lang}").json() for lang in ("en", "zh"))
    assert [one["items"][0]["blocked"] for one in answers] == [english.partition(": ")[2], chinese.partition("：")[2]]
