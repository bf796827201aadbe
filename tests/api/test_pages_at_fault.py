"""Forms that come back: every field at fault is marked, told at the top and told beside it."""

from __future__ import annotations

import re

import pytest

from tests.api.test_pages_write import CITATION, ITEM, Still, Visitor
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


NEEDED = ["work", "claim", "stance", "kind", "strength", "basis", "strength_reason", "locator", "statement"]
LANGUAGES = pytest.mark.parametrize("lang", ["en", "zh"])


def banner(page: str) -> str:
    """What stands at the top of a form that came back."""
    return page[page.index('id="problem"') : page.index("<h1>")]


def marked(page: str) -> list[str]:
    """The fields that are marked, in their order; each is told beside it."""
    found = re.findall(r'<(?:input|select|textarea) id="\w-([\w-]+)"[^>]*aria-invalid="true"', page)
    assert re.findall(r'<span class="bad-field" id="a-([\w-]+)">', page) in (found, [])
    return found


@pytest.mark.parametrize("act", ["preview", "send"])
@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["Work: Give a key, DOI, arXiv id or title, or paste a citation.", "Claim: Choose one, or state one"]),
        (
            "zh",
            [
                "文献：请给出引用键、DOI、arXiv 编号或标题，或粘贴题录。",
                "论断：请选择一条论断，或以主体、关系、客体陈述",
            ],
        ),
    ],
)
def test_an_empty_form_is_told_all_that_it_lacks(still: Still, lang: str, words: list[str], act: str) -> None:
    shown = still.ann.post(f"/contribute?lang={lang}", 422, act=act)
    assert [word in banner(shown) for word in words] == [True, True]
    assert "无法使用" not in shown
    assert marked(shown) == NEEDED
    assert banner(shown).count("<li>") == len(NEEDED)
    assert still.unchanged


def test_fields_that_are_needed_have_a_star(still: Still) -> None:
    form = still.ann.get("/contribute?lang=en")
    starred = re.findall(r'<label for="c-(\w+)">[^<]*<span class="need" title="needed">\*</span>', form)
    assert [name for name in starred if not name.startswith("new_")] == NEEDED
    assert re.findall(r'id="c-(\w+)"[^>]*aria-required="true"', form) == starred


@pytest.mark.parametrize(
    ("given", "status", "at"),
    [
        ({"work": "nobody1900"}, 404, ["work", *NEEDED[1:]]),
        ({"work": "hu2022lora", "subject": "qlora"}, 422, ["relation", "object", *NEEDED[2:]]),
        ({**ITEM, "relation": "", "object": ""}, 422, ["relation", "object"]),
        ({**ITEM, "relation": ""}, 422, ["relation"]),
        ({"citation": "@misc{x, title={X}}"}, 422, NEEDED[1:]),
        ({"work": "10.1234/never", "claim": "tar--mitigates--safeguard-removal"}, 422, NEEDED[2:]),
    ],
)
@LANGUAGES
def test_what_is_missing_is_told_beside_what_is_wrong(
    still: Still, lang: str, given: dict[str, str], status: int, at: list[str]
) -> None:
    shown = still.ann.post(f"/contribute?lang={lang}", status, act="preview", **given)
    assert marked(shown) == at
    assert still.unchanged


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["The record does not have this work.", "ign in to have it read or looked up"]),
        ("zh", ["记录中没有此文献。", "请登录以读取题录或在线查询"]),
    ],
)
@pytest.mark.parametrize("way", [{"work": "", "citation": CITATION}, {"work": "10.1234/never"}])
def test_a_stranger_is_told_to_sign_in_for_a_work_that_is_not_here(
    still: Still, lang: str, words: list[str], way: dict[str, str]
) -> None:
    shown = Visitor(still.app).post(f"/contribute?lang={lang}", 404, act="preview", **{**ITEM, **way})
    assert [word in banner(shown) for word in words] == [True, True]
    assert ("“”" in shown, "called" in banner(shown)) == (False, False)
    assert still.unchanged


@pytest.mark.parametrize("act", ["work", "preview", "send"])
@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "Look-ups are off here, so no other service is asked. Paste the citation instead."),
        ("zh", "本服务器未开启在线查询。请改为粘贴题录。"),
    ],
)
def test_where_look_ups_are_off_the_citation_is_asked_for(still: Still, lang: str, words: str, act: str) -> None:
    given = {**ITEM, "work": "10.9999/doesnotexist"}
    shown = still.ann.post(f"/contribute?lang={lang}", 403, act=act, **given)
    assert f'<span class="bad-field" id="a-work">{words}</span>' in shown
    assert marked(shown) == ["work"]
    assert re.search(r"<details[^>]* open><summary>(?:Paste a citation instead|改为粘贴题录)", shown)
    assert ("token" in banner(shown), "令牌" in banner(shown)) == (False, False)
    assert still.unchanged


@pytest.mark.parametrize(
    ("path", "given", "field", "words"),
    [
        ("/history/1", {}, "why", "请填写理由。"),
        ("/works/hu2022lora/revision", {"year": "abcd"}, "year", "请填写 1400 到 2200 之间的整数"),
        ("/works/hu2022lora/revision", {"year": "99"}, "year", "请填写 1400 到 2200 之间的整数"),
        ("/works/hu2022lora/revision", {"doi": "x"}, "doi", "DOI 的格式应为"),
        ("/works/hu2022lora/revision", {"arxiv": "x"}, "arxiv", "arXiv 编号的格式应为"),
        ("/works/hu2022lora/revision", {"url": "x"}, "url", "网址应以 http:// 或 https:// 开头"),
        ("/works/hu2022lora/revision", {"title": "a\u202eb"}, "title", "文字中不得含有字符 U+202E。"),
        ("/works/hu2022lora/revision", {"authors": "x" * 501}, "authors", "最多可用 500 个字符。"),
        ("/entities/qlora/revision", {"label_en": ""}, "label_en", "请填写此项。"),
    ],
)
def test_what_is_wrong_is_said_in_chinese_too(
    still: Still, path: str, given: dict[str, str], field: str, words: str
) -> None:
    shown = still.bob.post(f"{path}?lang=zh", 422, act="preview", revision="1", **given)
    assert words in banner(shown)
    assert "无法" not in banner(shown)
    assert marked(shown) == [field]
    assert f'href="#a-{field}"' in banner(shown)
    assert re.search(rf'id="a-{field}"', shown)
    assert re.search(rf'class="bad-field"(?: id="a-{field}")?>{re.escape(words)}', shown)
    assert "<title>出错：" in shown


def test_a_year_is_asked_for_in_english_without_the_words_of_a_program(still: Still) -> None:
    shown = still.bob.post("/works/hu2022lora/revision", 422, act="preview", revision="1", year="abcd")
    assert "Year: Give a whole number from 1400 to 2200, such as 2022." in shown
    assert "Input should be" not in shown


@LANGUAGES
def test_what_may_have_been_meant_is_a_button_that_fills_the_field(still: Still, lang: str) -> None:
    given = {**ITEM, "subject": "", "relation": "", "object": "", "claim": "lora--lowers--memory-requiremnt"}
    shown = still.ann.post(f"/contribute?lang={lang}", 404, act="preview", **given)
    meant = "lora--lowers--memory-requirement"
    label = {"en": "Low-rank adaptation lowers memory requirement", "zh": "低秩适配降低显存需求"}[lang]
    offers = re.findall(
        r'<button type="(\w+)"[^>]* class="plain" data-fill="claim" data-with="([^"]+)"[^>]*>([^<]+)<', shown
    )
    assert offers == [("submit", meant, label)] * 2
    at_top = re.search(r'<button[^>]* data-fill="claim"[^>]*>', banner(shown))
    assert at_top is not None
    assert 'form="desk-form" class="plain"' in at_top[0]
    assert f'name="use" value="claim={meant}"' in at_top[0]
    assert f'href="/search?lang={lang}&amp;q=lora--lowers--memory-requiremnt"' in banner(shown)
    assert f'href="/search?lang={lang}"' in banner(shown)
    again = still.ann.post(f"/contribute?lang={lang}", 200, use=f"claim={meant}", **given)
    assert f'name="claim" value="{meant}"' in again
    assert ITEM["statement"] in again
    assert 'id="problem"' not in again


def test_what_may_have_been_meant_is_offered_in_a_revision(still: Still) -> None:
    path, given = "/entities/qlora/revision?lang=en", {"revision": "1", "why": "kept"}
    broader = "parameter-efficient-fine-tunin"
    shown = still.bob.post(path, 404, act="preview", broader=broader, **given)
    assert marked(shown) == ["broader"]
    offer = re.search(r'name="use" value="(broader=[^"]+)"', shown)
    assert offer is not None
    again = still.bob.post(path, 200, use=offer[1], broader=broader, **given)
    assert f'name="broader" value="{offer[1].removeprefix("broader=")}"' in again
    assert 'value="kept"' in again
    # What is no field of the form is not filled in.
    assert "nothing that this form does" in still.bob.post(path, 422, use="csrf=x", **given).lower()


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
    assert re.search(r"<details[^>]* open[^>]*><summary>(?:An end that is not here yet|尚未收录的主体或客体)", shown)
    assert still.unchanged


def test_every_field_of_a_revision_at_fault_is_told_beside_it(still: Still) -> None:
    path = "/works/hu2022lora/revision"
    shown = still.bob.post(path, 422, act="preview", revision="1", title="", year="3", doi="x", url="x")
    marked = re.findall(r'<(?:input|select|textarea) id="r-([\w-]+)"[^>]*aria-invalid="true"', shown)
    assert set(marked) >= {"title", "doi", "url"}
    assert shown.count('class="bad-field"') == len(marked)
