"""Conflicts on pages say why, in the language of the page: real ones, as the record raises them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import kg
from kg.errors import Conflict
from kg.model import Change
from tests.api.test_pages_write import ITEM, Still, Visitor
from tests.api.test_pages_write import ann as ann
from tests.api.test_pages_write import app as app
from tests.api.test_pages_write import bob as bob
from tests.api.test_pages_write import graph as graph
from tests.api.test_pages_write import still as still

Act = Callable[[], Any]
ENGLISH = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z]{2,}){2}")


def proposed(graph: kg.Graph, **fields: str) -> str:
    id: str = graph.add_evidence(ITEM | fields, actor="ann")["id"]
    return id


def accepted(graph: kg.Graph, **fields: str) -> str:
    id = proposed(graph, **fields)
    graph.review(id, "accept", actor="bob")
    return id


def revised(graph: kg.Graph, id: str, statement: str) -> str:
    new: str = graph.revise(id, {"statement": statement}, actor="ann")["id"]
    return new


def refused(page: str) -> str:
    """What a Chinese page says of what was refused: words, no English sentence."""
    found = page[page.index('id="problem"') : page.index("<h1>")]
    assert not ENGLISH.search(re.sub(r"<[^>]*>", " ", found)), found
    assert "<details" not in found
    return found


def conflicts(graph: kg.Graph) -> list[tuple[Act, str, str]]:
    """What is refused, a part of the reason in Chinese, and of what to do about it, where that is special."""
    one = accepted(graph)
    two, three = revised(graph, one, "Said anew."), revised(graph, one, "Said again.")
    was = accepted(graph, locator="§7")
    then, now = revised(graph, was, "Said anew."), revised(graph, was, "Said again.")
    graph.review(then, "accept", actor="bob")
    taken = graph.revoke(then, why="no", actor="bob")["revision"]
    graph.review(now, "accept", actor="bob")
    far, late = (proposed(graph, object="malicious-use", locator=place) for place in ("§8", "§9"))
    graph.review(late, "reject", why="twice", actor="bob")
    claim = graph.item(far)["claim"]
    no = graph.review(claim, "reject", why="too (far) wide", actor="bob")["revision"]
    new = graph.add_entity({"type": "Technique", "label": "Weight surgery"}, actor="ann")["id"]
    made = graph.revision
    said = {"definition": {"en": "Cutting weights out."}}
    graph.revise(new, said, actor="ann")
    work = {"title": "Of One", "authors": ["Li, Wei"], "year": 2020}
    other, gone = (graph.add_work(work | {"title": title}, actor="ann")["id"] for title in ("Of One", "Of Ones"))
    graph.merge(other, gone, why="one", actor="bob")
    lora = {"id": "lora", "type": "Technique", "label": "X"}
    return [
        (lambda: graph.review(one, "accept", actor="bob"), f"证据 {one} 的状态为“已接受”", ""),
        (
            lambda: graph.review(claim, "accept", actor="bob"),
            f"（自修订版 {no} 起：bob，拒绝，理由：too (far) wide）",
            "",
        ),
        (lambda: graph.waiting(claim), f"论断 {claim} 的状态为“已拒绝”", ""),
        (lambda: graph.review(far, "accept", actor="bob"), f"依赖于论断 {claim}，而其状态为“已拒绝”", "请重新提出"),
        (lambda: graph.review([two, three], "accept", actor="bob"), "其中只能接受一条", "请接受其中一条"),
        (
            lambda: graph.undo(taken, why="yes", actor="cyd"),
            f"{then} 将恢复为已接受，而同一条目中已接受 {now}",
            f"请先撤回 {now}，或保留该条",
        ),
        (
            lambda: graph.undo(made, why="no", actor="bob"),
            f"修订版 {made + 1}（ann，修订），其中有实体 {new}",
            "请先撤销",
        ),
        (lambda: graph.revise(new, said, actor="ann"), f"{new} 已是如此", "请先改动"),
        (lambda: graph.add_entity(lora, actor="ann"), "已有实体 lora，其内容与此不同", "请使用该实体"),
        (
            lambda: proposed(graph, object="malicious-use", locator="§9"),
            f"已存在（{late}），其状态为“已拒绝”",
            "换一种说法",
        ),
        (
            lambda: graph.revise(gone, {"year": 2021}, actor="bob"),
            f"文献 {gone} 的状态为“已合并”，已并入 {other}",
            "现存",
        ),
        (
            lambda: graph.revise(other, {"arxiv": "2106.09685"}, actor="bob"),
            "是文献 hu2022lora 的 arXiv id",
            "请由审核者",
        ),
        (
            lambda: graph.revoke(other, why="no", actor="bob"),
            f"{gone} 已并入 {other}：此改动后将没有",
            "先撤销该合并",
        ),
        (lambda: graph.review(two, "accept", actor="bob", expect=1), f"记录现为修订版 {graph.revision}，而非 1", ""),
    ]


def test_every_conflict_is_told_in_both_languages(graph: kg.Graph) -> None:
    for act, told, todo in conflicts(graph):
        with pytest.raises(Conflict) as met:
            act()
        said = met.value.said
        assert met.value.message == said.en
        assert told in said.zh
        assert todo in ("" if said.todo is None else said.todo.zh)
        assert bool(said.todo) == bool(todo)


def test_a_decision_that_does_not_fit_says_why(graph: kg.Graph, ann: Visitor, bob: Visitor) -> None:
    id = ann.post("/contribute", 303, act="send", **ITEM).split("?")[0].rpartition("/")[2]
    seen = bob.field(f"/review/{id}", "revision")
    bob.post(f"/review/{id}", 303, decision="accept", revision=seen)
    seen = bob.field(f"/review/{id}", "revision")
    for lang, told in (
        ("en", f"The evidence {id} is accepted since revision {seen} (accept, bob)"),
        ("zh", f"证据 {id} 的状态为“已接受”（自修订版 {seen} 起：bob，接受）"),
    ):
        page = bob.post(f"/review/{id}?lang={lang}", 409, decision="accept", revision=seen)
        assert told in page[page.index('id="problem"') : page.index("<h1>")]


def test_going_back_to_earlier_words_is_refused_in_chinese(graph: kg.Graph, ann: Visitor) -> None:
    one = accepted(graph)
    two = revised(graph, one, "Said anew.")
    number = graph.review(two, "accept", actor="bob")["revision"]
    banner = refused(ann.post("/contribute?lang=zh", 409, act="send", revises=two, **ITEM))
    assert f"此条目已存在（{one}），其状态为“已被取代”（自修订版 {number} 起：bob，接受）。" in banner
    assert f"审核者可撤销阻碍恢复的修订版 {number}" in banner
    theirs = proposed(graph, locator="§7")
    graph.revise(theirs, {"statement": "Said by another."}, actor="cyd")
    late = graph.snapshot.line(graph.snapshot.item(theirs))[0].id
    banner = refused(ann.post("/contribute?lang=zh", 409, act="send", **ITEM | {"locator": "§7"}))
    assert f"{late} 已取而代之：请改为修订该条。" in banner


def test_works_that_lead_to_none_are_refused_in_chinese(graph: kg.Graph, ann: Visitor, bob: Visitor) -> None:
    for key in ("one2025", "two2024"):
        graph.add_work({"id": key, "type": "book", "title": f"Of {key}"}, actor="ann")
    ring = [
        replace(graph.snapshot.works[key], status="merged", merged_into=into)
        for key, into in (("one2025", "two2024"), ("two2024", "one2025"))
    ]
    graph.store.write([Change("work", work) for work in ring], actor="ann", act="import", reason="by hand")
    banner = refused(ann.post("/contribute?lang=zh", 409, act="send", **ITEM | {"work": "one2025"}))
    assert "没有现存的文献代表它：这些文献的合并构成环：one2025 → two2024 → one2025。" in banner
    with pytest.raises(Conflict) as met:
        graph.merge("hu2022lora", "one2025", why="one", actor="bob")
    assert met.value.said.zh.endswith("已并入 two2024，而这些文献的合并构成环：one2025 → two2024 → one2025")
    page = bob.get("/works/one2025/revision?lang=zh", 409)
    assert '<p class="lead fault-text">文献 one2025 的状态为“已合并”。</p>' in page
    assert "the work" not in page


def test_whole_pages_tell_conflicts_in_the_language_of_the_reader(graph: kg.Graph, bob: Visitor) -> None:
    late = proposed(graph)
    graph.review(late, "reject", why="twice", actor="bob")
    for lang, told in (("zh", f"证据 {late} 的状态为“已拒绝”。"), ("en", f"The evidence {late} is rejected.")):
        assert f'<p class="lead fault-text">{told}</p>' in bob.get(f"/contribute?lang={lang}&revises={late}", 409)


def test_what_somebody_changed_meanwhile_is_told_in_chinese(graph: kg.Graph, bob: Visitor) -> None:
    id = proposed(graph)
    seen = bob.field(f"/review/{id}", "revision")
    number = graph.review(id, "return", why="which table?", actor="cyd")["revision"]
    banner = refused(bob.post(f"/review/{id}?lang=zh", 409, decision="accept", revision=seen))
    assert f"Cyd 在此期间修改了此记录（退回修改，修订版 {number}）。" in banner.replace("cyd", "Cyd")


def test_the_tick_of_an_undo_is_kept(still: Still) -> None:
    tick = '<input type="checkbox" name="with_later" value="true"'
    assert f"{tick}>" in still.bob.get("/history/1")
    assert f"{tick} checked>" in still.bob.post("/history/1", 422, with_later="true", why="")
    assert f"{tick}>" in still.bob.post("/history/1", 422, why="")
    assert still.unchanged


def test_an_undo_of_a_merge_is_refused_in_both_languages_and_tells_what_it_leaves(
    graph: kg.Graph, bob: Visitor
) -> None:
    for key in ("one2025", "two2024"):
        graph.add_work({"id": key, "type": "book", "title": f"Of {key}"}, actor="ann")
    moves = accepted(graph, work="one2025")
    merge = graph.merge("two2024", "one2025", why="taken for one", actor="bob")["revision"]
    came = accepted(graph, work="one2025", statement="Came in meanwhile.")
    page = bob.get(f"/history/{merge}?lang=en")
    assert "An undo leaves this as it is" in page
    assert f"the evidence {came} came to two2024" in page
    new = revised(graph, moves, "Said better.")
    refused = bob.post(f"/history/{merge}?lang=zh", 409, why="no")
    assert f"（ann，修订）此后将 {new} 归入 two2024：它是对 {moves} 的修订，而后者将回到 one2025。" in refused
    assert "An undo leaves this as it is" not in bob.get(f"/history/{merge}?lang=en"), "it would be refused"
    led = bob.post(f"/history/{merge}?lang=zh", 303, why="no", with_later="true")
    page = bob.get(led)
    assert "以下内容保持不变，请核查" in page
    assert f"证据 {came} 在修订" in page
    undo = graph.revision
    late = accepted(graph, work="one2025", statement="Of the first.")
    refused = bob.post(f"/history/{undo}?lang=zh", 409, why="no")
    assert f"此后将 {late} 归入 one2025，而该文献将再次被合并" in refused
    assert "An undo leaves" not in bob.get("/history/1?lang=en")
