"""Forms that come back: every field at fault is marked, told at the top and told beside it."""

from __future__ import annotations

import re

import pytest

from tests.api.test_pages_write import ITEM, Still
from tests.api.test_pages_write import still as still


def test_a_new_end_that_was_not_proposed_is_pointed_at(still: Still) -> None:
    told = still.ann.post("/contribute", 422, act="send", **{**ITEM, "object": "", "new_en": "Quite new risk"})
    assert "press the button that proposes the entity" in told.lower()
    assert re.search(r"<details[^>]* open[^>]*><summary>An end that is not here yet", told)


@pytest.mark.parametrize(("lang", "words"), [("en", "Kind of study: Fill this in."), ("zh", "研究类型：请填写此项。")])
def test_every_field_at_fault_is_marked_and_told(still: Still, lang: str, words: str) -> None:
    given = {name: ITEM[name] for name in ("subject", "relation", "object", "work", "stance")}
    shown = still.ann.post(f"/contribute?lang={lang}", 422, act="send", **given, quote="a\x01b")
    marked = set(re.findall(r'<(?:input|select|textarea) id="c-(\w+)"[^>]*aria-invalid="true"', shown))
    assert marked == {"kind", "strength", "strength_reason", "locator", "statement", "basis", "quote"}
    assert words in shown
    assert set(re.findall(r'<span class="bad-field" id="a-(\w+)">', shown)) == marked
    assert len(re.findall(r"<li>", shown[shown.index('id="problem"') : shown.index("<h1>")])) == len(marked)
    assert still.unchanged


@pytest.mark.parametrize(("lang", "words"), [("en", "No work is given."), ("zh", "请填写此项。")])
def test_an_empty_form_is_told_what_it_lacks(still: Still, lang: str, words: str) -> None:
    shown = still.ann.post(f"/contribute?lang={lang}", 422, act="preview")
    assert words in shown[shown.index('id="problem"') : shown.index("<h1>")]
    assert "无法使用" not in shown


@pytest.mark.parametrize(
    ("given", "marked"),
    [
        ({}, {"new_type", "new_en"}),
        ({"new_type": "Technique", "new_zh": "新技术"}, {"new_en"}),
        ({"new_type": "Techniqe", "new_en": "Quite new"}, {"new_type"}),
        ({"new_type": "Technique", "new_en": "Lora", "new_zh": "别的"}, {"new_en"}),
        (
            {"new_en": "Quite new", "new_zh": "a\u202eb", "new_definition": "c\x01d"},
            {"new_type", "new_zh", "new_definition"},
        ),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_field_of_a_new_entity_at_fault_is_marked_and_told_beside_it(
    still: Still, lang: str, given: dict[str, str], marked: set[str]
) -> None:
    status = 409 if given.get("new_en") == "Lora" else 422
    shown = still.ann.post(f"/contribute?lang={lang}", status, act="entity", new_end="object", **given)
    found = re.findall(r'<(?:input|select) id="c-(\w+)"[^>]*aria-invalid="true" aria-describedby="a-(\w+)"', shown)
    assert found == [
        (name, name) for name in sorted(marked, key=["new_type", "new_en", "new_zh", "new_definition"].index)
    ]
    assert set(re.findall(r'<span class="bad-field" id="a-(\w+)">[^<]{4,}</span>', shown)) == marked
    assert re.search(r"<details[^>]* open[^>]*><summary>(?:An end that is not here yet|此处尚无的一端)", shown)
    assert still.unchanged


def test_every_field_of_a_revision_at_fault_is_told_beside_it(still: Still) -> None:
    path = "/works/hu2022lora/revision"
    shown = still.bob.post(path, 422, act="preview", revision="1", title="", year="3", doi="x", url="x")
    marked = re.findall(r'<(?:input|select|textarea) id="r-([\w-]+)"[^>]*aria-invalid="true"', shown)
    assert set(marked) >= {"title", "doi", "url"}
    assert shown.count('class="bad-field"') == len(marked)
