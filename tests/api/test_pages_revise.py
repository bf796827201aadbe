"""Forms that say an entity, a claim or a work in other words: what they change, whom they refuse, what they keep."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import Any
from unicodedata import normalize

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kg
from kg.contribute.revising import revised
from kg.model import Entity, Text, Work
from kg.snapshot import Snapshot
from kg.vocabulary import load
from kg_api.pages_write import seen
from kg_api.pages_write.revise_fields import FIELDS, fields_of, values_of
from tests.api.test_pages_write import Still, Visitor
from tests.api.test_pages_write import ann as ann
from tests.api.test_pages_write import app as app
from tests.api.test_pages_write import bob as bob
from tests.api.test_pages_write import graph as graph
from tests.api.test_pages_write import still as still
from tests.laws.citation_strategies import seen as seen_by_readers

QLORA, LORA = "/entities/qlora/revision", "/works/hu2022lora/revision"


def typed(visitor: Visitor, path: str) -> dict[str, str]:
    """What the form at an address holds."""
    return held(visitor.get(path))


def held(page: str) -> dict[str, str]:
    """What the form of a page holds."""
    fields = {name: unescape(value) for name, value in re.findall(r'name="([\w-]+)" value="([^"]*)"', page)}
    fields |= {
        name: unescape(text).removeprefix("\n")
        for name, text in re.findall(r'<textarea[^>]* name="([\w-]+)"[^>]*>([^<]*)</textarea>', page)
    }
    chosen = re.search(r'<option value="([^"]*)" selected', page)
    return {name: text for name, text in fields.items() if name not in {"act", "csrf"}} | (
        {"type": chosen[1]} if chosen else {}
    )


def test_an_entity_is_said_in_other_words(graph: kg.Graph, bob: Visitor) -> None:
    before = graph.snapshot.entities["qlora"]
    assert f'href="{QLORA}' in bob.client.get("/entities/qlora").text
    form = typed(bob, QLORA) | {"label_zh": "量化 LoRA", "aliases": "QLoRA\r\nQ-LoRA\r\n"}
    shown = bob.post(QLORA, 200, act="preview", **form)
    assert "<ins>QLoRA; Q-LoRA</ins>" in shown
    assert "No answer about causes and harms changes." in shown
    assert (graph.revision, graph.snapshot.entities["qlora"]) == (1, before)
    assert bob.post(QLORA, 303, act="send", **form | {"why": "as its authors write it"}).startswith("/history/2?")
    after = graph.snapshot.entities["qlora"]
    assert (after.label, after.aliases) == (Text(before.label.en, "量化 LoRA"), ("QLoRA", "Q-LoRA"))
    assert (after.definition, after.broader, after.matches) == (before.definition, before.broader, before.matches)
    assert "as its authors write it" in bob.get("/history/2")
    assert bob.post("/history/2", 303, why="too early").startswith("/history/3?")
    assert graph.snapshot.entities["qlora"] == before


def test_a_work_is_corrected_and_the_effect_is_seen_before(graph: kg.Graph, bob: Visitor) -> None:
    before = graph.snapshot.works["hu2022lora"]
    form = typed(bob, LORA) | {"volume": "7", "authors": "Hu, Edward J.\nShen, Yelong", "independence_group": ""}
    bob.post(LORA, 303, act="send", **form)
    after = graph.snapshot.works["hu2022lora"]
    assert (after.csl["volume"], after.authors) == ("7", ("Hu, Edward J.", "Shen, Yelong"))
    assert (after.title, after.year, after.csl.get("publisher")) == (
        before.title,
        before.year,
        before.csl.get("publisher"),
    )
    claim = "parameter-efficient-fine-tuning--lowers--fine-tuning-cost"
    works = {item.work for item in graph.snapshot.evidence_of(claim)} - {"hu2022lora"}
    other = next(graph.snapshot.works[work] for work in sorted(works) if work in graph.snapshot.works)
    path, group = f"/works/{other.id}/revision", {"independence_group": "one lab"}
    bob.post(LORA, 303, act="send", **typed(bob, LORA) | group)
    told = bob.post(path, 200, act="preview", **typed(bob, path) | group)
    assert "<ins>one lab</ins>" in told
    assert graph.snapshot.works[other.id] == other


def test_a_field_that_was_not_sent_is_left_alone(graph: kg.Graph, bob: Visitor) -> None:
    entity, work = graph.snapshot.entities["qlora"], graph.snapshot.works["hu2022lora"]
    bob.post(QLORA, 303, act="send", revision="1", label_zh="量化 LoRA")
    changed = graph.snapshot.entities["qlora"]
    assert changed == replace(entity, label=Text(entity.label.en, "量化 LoRA"))
    bob.post(LORA, 303, act="send", revision="2", title="Another title")
    after = graph.snapshot.works["hu2022lora"]
    assert (after.title, after.authors, after.year, after.arxiv) == (
        "Another title",
        work.authors,
        work.year,
        work.arxiv,
    )
    assert {**after.csl, "title": ""} == {**work.csl, "title": ""}


def test_a_name_may_hold_another_separator_than_a_line_feed(graph: kg.Graph, bob: Visitor) -> None:
    graph.revise("qlora", {"aliases": ["Q\u2028LoRA"]}, actor="bob")
    form = typed(bob, QLORA)
    bob.post(QLORA, 303, act="send", **form | {"aliases": form["aliases"] + "\r\nnew"})
    assert graph.snapshot.entities["qlora"].aliases == ("Q\u2028LoRA", "new")


def test_the_conditions_of_a_claim(graph: kg.Graph, bob: Visitor) -> None:
    id = "qlora--lowers--memory-requirement"
    path = f"/claims/{id}/revision"
    bob.post(path, 303, act="send", **typed(bob, path) | {"conditions": "for small models"})
    assert graph.snapshot.claims[id].conditions == "for small models"
    bob.post(path, 303, act="send", **typed(bob, path) | {"conditions": ""})
    assert graph.snapshot.claims[id].conditions is None


def test_who_may(graph: kg.Graph, app: FastAPI, ann: Visitor, bob: Visitor) -> None:
    assert "reviewers revise it" in ann.get(QLORA)
    assert re.search(r'value="send" disabled', ann.get(LORA))
    assert not re.search(r'value="send" disabled', bob.get(LORA))
    kept = {"label_en": "Keep <me>", "revision": "1"}
    assert "Keep &lt;me&gt;" in ann.post(QLORA, 403, act="send", **kept)
    assert "Keep &lt;me&gt;" in ann.post(LORA, 403, act="send", title="Keep <me>", revision="1")
    stranger = Visitor(app)
    assert "/sign-in?" in stranger.post(QLORA, 401, act="send", **kept)
    assert "<ins>" in stranger.post(QLORA, 200, act="preview", **typed(stranger, QLORA) | {"label_zh": "别的"})
    mine = graph.add_entity({"type": "Risk", "label": {"en": "Mine"}}, actor="ann")["id"]
    theirs = graph.add_entity({"type": "Risk", "label": {"en": "Theirs"}}, actor="ann")["id"]
    graph.review(theirs, "reject", why="vague", actor="bob")
    graph.add_entity({"type": "Risk", "label": {"en": "Theirs"}}, actor="carol")
    own, other = f"/entities/{mine}/revision", f"/entities/{theirs}/revision"
    assert "Send the revision" in ann.get(own)
    place = ann.post(own, 303, act="send", **typed(ann, own) | {"definition_en": "What is mine."})
    assert place.startswith(f"/review/{mine}?sent=yes")
    assert own in ann.get(place)
    assert graph.snapshot.entities[mine].status == "proposed"
    assert "Somebody else proposed this" in ann.get(other)
    ann.post(other, 403, act="send", **typed(ann, other) | {"label_en": "Ours"})
    bob.csrf = "forged"
    bob.post(QLORA, 403, act="send", **kept)
    assert graph.revision == 6


@pytest.mark.parametrize(
    ("lang", "who", "at_once"),
    [
        ("en", "only reviewers revise what stands", "The change is made at once"),
        ("zh", "只能由审核者修订", "修改立即生效"),
    ],
)
def test_who_may_revise_is_said_above_the_form(still: Still, lang: str, who: str, at_once: str) -> None:
    for path in (QLORA, LORA, "/claims/qlora--lowers--memory-requirement/revision"):
        for visitor, may in ((Visitor(still.app), False), (still.ann, False), (still.bob, True)):
            above = visitor.get(f"{path}?lang={lang}").partition('<form class="desk"')[0]
            assert (who in above, at_once in above) == (not may, may)


@pytest.mark.parametrize("act", ["preview", "send"])
@pytest.mark.parametrize(
    ("lang", "words", "labels"),
    [("en", "Nothing was changed.", "Name in English, "), ("zh", "没有任何改动。", "、")],
)
def test_a_form_sent_as_it_was_shown_changes_nothing(
    still: Still, act: str, lang: str, words: str, labels: str
) -> None:
    shown = still.bob.post(f"{QLORA}?lang={lang}", 422, act=act, **typed(still.bob, QLORA))
    told = shown[shown.index('id="problem"') :].partition("</strong>")[0]
    assert words in told
    assert labels in told
    assert "label, definition" not in shown
    assert still.unchanged


@pytest.mark.parametrize(
    ("path", "wrong", "status", "field"),
    [
        (QLORA, {"label_en": ""}, 422, "label_en"),
        (QLORA, {"definition_en": "", "definition_zh": "只有中文"}, 422, "definition_en"),
        (QLORA, {"broader": "qlora"}, 422, "broader"),
        (QLORA, {"broader": "no-such-thing"}, 404, "broader"),
        (QLORA, {"mappings": "sameAs https://example.org/a"}, 422, "mappings"),
        (QLORA, {"aliases": "a\u202eb"}, 422, "aliases"),
        (LORA, {"year": "soon"}, 422, "year"),
        (LORA, {"title": ""}, 422, "title"),
        (LORA, {"doi": "nothing"}, 422, "doi"),
        (LORA, {"url": "javascript:alert(1)"}, 422, "url"),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    still: Still, path: str, wrong: dict[str, str], status: int, field: str, lang: str
) -> None:
    for act in ("preview", "send"):
        told = still.bob.post(
            f"{path}?lang={lang}", status, act=act, **typed(still.bob, path) | wrong | {"why": "keep me"}
        )
        assert re.search(rf'name="{field}"[^>]* aria-invalid="true" aria-describedby="a-{field}"', told)
        assert re.search(rf'id="a-{field}"><span class="bad-field">[^<]', told)
        assert {**held(told), "why": "keep me"}.items() >= wrong.items()
        assert 'name="why" value="keep me"' in told
    assert still.unchanged


def test_nothing_differs(still: Still) -> None:
    for path in (QLORA, LORA):
        assert "Nothing was changed" in still.bob.post(path, 422, act="send", **typed(still.bob, path))
    assert still.unchanged


def test_a_change_meanwhile_is_told_and_neither_is_lost(graph: kg.Graph, bob: Visitor) -> None:
    form = typed(bob, QLORA) | {"label_zh": "甲", "definition_en": "Mine."}
    graph.revise("qlora", {"definition": {"en": "Hers."}, "aliases": ["Hers"]}, actor="carol")
    told = bob.post(QLORA, 409, act="send", **form)
    assert "Carol changed this meanwhile" in told
    again = held(told)
    assert {name: again[name] for name in ("label_zh", "definition_en", "aliases", "revision")} == {
        "label_zh": "甲", "definition_en": "Mine.", "aliases": "Hers", "revision": "2",
    }  # fmt: skip
    assert "it says now: Hers." in told
    assert told.count("meanwhile; it says now") == 1
    bob.post(QLORA, 303, act="send", **again)
    after = graph.snapshot.entities["qlora"]
    assert (after.label.zh, after.definition, after.aliases) == (
        "甲",
        Text("Mine.", "让梯度穿过以四比特精度存储的冻结基础模型，训练低秩适配器。"),
        ("Hers",),
    )


def test_what_is_written_between_the_look_and_the_write_is_seen(
    graph: kg.Graph, bob: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    others, looked = kg.open(f"sqlite:///{graph.store.name}"), seen.refuse_changed
    waiting = [
        lambda: others.revise("qlora", {"aliases": ["Hers"]}, actor="carol"),
        lambda: others.revise("lora", {"aliases": ["Elsewhere"]}, actor="carol"),
    ]

    def look(*given: Any) -> None:
        looked(*given)
        if waiting:
            waiting.pop()()

    monkeypatch.setattr("kg_api.pages_write.revise.refuse_changed", look)
    bob.post(QLORA, 303, act="send", **typed(bob, QLORA) | {"label_zh": "甲"})
    assert "Carol changed this meanwhile" in bob.post(QLORA, 409, act="send", **typed(bob, QLORA) | {"aliases": "Mine"})
    assert graph.snapshot.entities["qlora"].aliases == ("Hers",)


@pytest.mark.parametrize("revision", ["", "0", "x", "2", "9" * 20])
def test_a_form_says_what_was_looked_at(still: Still, revision: str) -> None:
    told = still.bob.post(QLORA, 422, act="send", **typed(still.bob, QLORA) | {"label_zh": "甲", "revision": revision})
    assert "The form does not say which revision was looked at." in told
    assert (held(told)["label_zh"], held(told)["revision"], still.graph.revision) == ("甲", "1", 1)


def test_addresses_that_lead_nowhere(graph: kg.Graph, bob: Visitor) -> None:
    bob.get("/entities/none/revision", 404)
    bob.get("/entities/qlora/revision?x=1", 422)
    bob.post("/works/none/revision", 404, act="send")
    made = graph.add_entity({"type": "Risk", "label": {"en": "Gone"}}, actor="ann")["id"]
    graph.review(made, "reject", why="no", actor="carol")
    assert "rejected" in bob.get(f"/entities/{made}/revision", 409)
    assert "nothing that this form does" in bob.post(QLORA, 422, act="burn")


LINE = (
    st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
    .map(lambda text: normalize("NFC", text))
    .filter(seen_by_readers)
)
BOTH = st.tuples(LINE, st.just("") | LINE)
ENTITY = st.fixed_dictionaries(
    {
        "label": BOTH,
        "definition": BOTH | st.just(("", "")),
        "aliases": st.lists(LINE, max_size=3, unique=True),
        "broader": st.sampled_from(["", "above"]),
        "matches": st.lists(st.sampled_from(["exactMatch https://a.org/b", "closeMatch https://c.org/d"]), unique=True),
    }
)


def as_texts(said: dict[str, Any]) -> dict[str, str]:
    """A form filled in by hand."""
    return {
        **dict(zip(("label_en", "label_zh"), said["label"], strict=True)),
        **dict(zip(("definition_en", "definition_zh"), said["definition"], strict=True)),
        "aliases": "\n".join(said["aliases"]),
        "mappings": "\n".join(sorted(said["matches"])),
        "broader": said["broader"],
    }  # fmt: skip


UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@UNHURRIED
@given(ENTITY, ENTITY)
def test_what_is_typed_is_what_the_entity_says_afterwards(old: dict[str, Any], new: dict[str, Any]) -> None:
    vocabulary = load()
    one = Entity(
        "one", "Technique", Text(old["label"][0], old["label"][1] or None),
        Text(old["definition"][0], old["definition"][1] or None) if old["definition"][0] else None,
        tuple(old["aliases"]), old["broader"] or None,
        tuple(sorted((line.split()[0], line.split()[1]) for line in old["matches"])),
    )  # fmt: skip
    above = Entity("above", "Technique", Text("Above"))
    snapshot = Snapshot.of(1, None, [one, above])
    before, after = fields_of(one), as_texts(new)
    assert before == as_texts(old)
    assert values_of("entity", before, before) == {}
    values = values_of("entity", after, before)
    if values:
        assert fields_of(revised(one, values, snapshot, vocabulary)) == after
    else:
        assert before == after


@UNHURRIED
@given(st.fixed_dictionaries({name: st.just("") | LINE for name in ("publisher", "volume", "page")}), st.lists(LINE))
def test_what_is_typed_is_what_the_work_says_afterwards(csl: dict[str, str], authors: list[str]) -> None:
    work = Work("w", "article-journal", "T", ("Doe, Jo",), 2020, csl={"volume": "3", "note": "kept"})
    before = fields_of(work)
    assert set(before) == set(FIELDS["work"])
    after = before | csl | {"authors": "\n".join(authors), "year": "1999"}
    made = revised(work, values_of("work", after, before), Snapshot.of(1, None, []), load())
    assert fields_of(made) == after
    assert isinstance(made, Work)
    assert made.csl["note"] == "kept"
