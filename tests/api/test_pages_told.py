"""What a Chinese page says of what was refused: what is wrong and what helps, as the English one does."""

from __future__ import annotations

import html
import re

import pytest

from kg.errors import InputError, Words
from kg_api.pages_read.faults import in_sentence
from tests.api.test_pages_write import ITEM, Still
from tests.api.test_pages_write import still as still

ENGLISH = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z]{2,}){3}")
VAGUE = ("无法使用", "无法在此使用", "违反了本体的规则")


def seen(page: str) -> str:
    """The words of a page, without those of its technical detail."""
    main = page[page.index("<main") :]
    told = re.sub(r"<(details class=\"technical\"|script|style).*?</(?:details|script|style)>", "", main, flags=re.S)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", told)))


ADDRESSES = [
    ("/?min_expected=2", 422, "最低期望值：须为 0 到 1 之间的数，而非“2”。"),
    ("/?min_expected=abc", 422, "须为 0 到 1 之间的数，而非“abc”。"),
    (
        "/ask/paths?source=cost%20sharing&target=malicious-use",
        422,
        "起点：“cost sharing”可指 cost-sharing、cost-sharing-techniques。",
    ),
    ("/ask/paths?source=cost%20sharing&target=malicious-use", 422, "请给出其中一个的标识符。"),
    ("/ask/paths?source=qlora&target=qlora", 422, "起点与终点都是 qlora。"),
    ("/matrix?as_of=2099-01-01", 422, "按记录时间：2099-01-01 尚未到来。请给出修订版号，或不晚于今天的日期。"),
    ("/matrix?as_of=abc", 422, "“abc”既不是修订版号，也不是日期。请给出修订版号（如 12）"),
    ("/history/999", 404, "没有修订版 999。最新的是修订版 1。"),
    ("/matrix?as_of=99", 404, "按记录时间：没有修订版 99，最新的是修订版 1。请给出“历史”所列的修订版号。"),
    (
        "/ask/what-if?source=qlora&target=malicious-use&add=foo",
        422,
        "格式为“主体 关系 客体 可能性”，以空格隔开，例如“lora raises transferable-jailbreaks 0.7”。",
    ),
    ("/?focus=nope", 404, "中心实体：记录中没有名为“nope”的实体。"),
    ("/?hops=99&focus=qlora", 422, "周围步数：须为 1 到 6 之间的整数，而非“99”。"),
    ("/?type=Foo", 422, "实体类型：“Foo”不是本体中的实体类型。可用的有：技术（Technique）、"),
    ("/ask/gaps?kind=dance", 422, "缺口种类：没有名为“dance”的缺口种类。"),
    ("/ask/gaps?below=dance", 422, "“dance”不是本体中的确定性。可用的有："),
    ("/search?limit=x", 422, "本页不接受参数“limit”。本页的参数有：q、lang。"),
    ("/?min_expected=1&min_expected=0.5", 422, "此项给出了 2 次，一次即可。"),
]


@pytest.mark.parametrize(("path", "status", "words"), ADDRESSES)
def test_an_address_that_cannot_be_used_says_what_is_wrong(still: Still, path: str, status: int, words: str) -> None:
    answer = (
        still.ann.client.get(path, params={"lang": "zh"})
        if "?" not in path
        else still.ann.client.get(f"{path}&lang=zh")
    )
    assert answer.status_code == status
    told = seen(answer.text)
    assert words in re.sub(r"([。：]) ", r"\1", told)
    assert not any(vague in told for vague in VAGUE)
    assert "technical" not in answer.text.partition("<main")[2]


@pytest.mark.parametrize(("name", "value"), [("focus", "nope"), ("hops", "99"), ("type", "Foo")])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_page_names_a_parameter_as_programs_do(still: Still, lang: str, name: str, value: str) -> None:
    told = seen(still.ann.client.get("/", params={name: value, "lang": lang}).text)
    assert not re.search(rf"\b{name}[:：]", told)


FORMS = [
    (
        "/contribute",
        {**ITEM, "relation": "mitigates", "object": "malicious-use"},
        "关系“缓解”的主体不能是“技术”类型的实体，应为“缓解措施”。",
        "从“技术”到“风险”，本体允许的关系有：“提高”、“降低”、“使…成为可能”。",
    ),
    (
        "/contribute",
        {**ITEM, "relation": "raises", "object": "qlora"},
        "主体与客体都是 qlora。",
        "论断的主体与客体须是两个不同的实体。",
    ),
    ("/contribute", {**ITEM, "quote": ITEM["statement"]}, "说法与引文相同。", "请用您自己的话说明"),
    ("/contribute", {**ITEM, "kind": "dance"}, "“dance”不是本体中的研究类型。", "可用的有：实证实验"),
    (
        "/entities/lora/revision",
        {"revision": "1", "broader": "qlora"},
        "qlora 在 lora 之下，不能作为其上位实体。",
        "请另选一个不在其之下的实体。",
    ),
    ("/entities/lora/revision", {"revision": "1", "broader": "lora"}, "lora 不能以自身为上位实体。", "请另选"),
    ("/works/hu2022lora/revision", {"revision": "1", "title": ""}, "标题：请填写此项。", ""),
    (
        "/entities/qlora/revision",
        {"revision": "1", "mappings": "likeMatch https://example.org"},
        "映射：须为下列之一：broadMatch、closeMatch、exactMatch、narrowMatch、relatedMatch。",
        "",
    ),
    ("/entities/qlora/revision", {"revision": "1"}, "没有任何改动。可以修改的有：", "到其他词表的映射。"),
    ("/entities/qlora/revision", {"revision": "99"}, "表单未说明所查看的是哪一修订版。", ""),
]


@pytest.mark.parametrize(("path", "given", "words", "todo"), FORMS)
def test_a_form_that_is_refused_says_which_rule_and_what_would_do(
    still: Still, path: str, given: dict[str, str], words: str, todo: str
) -> None:
    page = still.bob.post(f"{path}?lang=zh", 422, act="preview", **given)
    banner = page[page.index('id="problem"') : page.index("<h1>")]
    told = html.unescape(re.sub(r"<[^>]*>", "", banner))
    assert words in told
    assert todo in told
    assert not any(vague in page for vague in VAGUE)
    assert not ENGLISH.search(told)
    assert "<details" not in banner
    assert still.unchanged


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "Give it a name in English; one in Chinese may be left out."),
        ("zh", "请填写英文名称；中文名称可以不填。"),
    ],
)
def test_an_entity_with_a_chinese_name_alone_is_told_the_same_at_the_top_and_beside_the_field(
    still: Still, lang: str, words: str
) -> None:
    given = {"new_end": "object", "new_type": "Technique", "new_zh": "新技术"}
    page = still.ann.post(f"/contribute?lang={lang}", 422, act="entity", **given)
    banner = page[page.index('id="problem"') : page.index("<h1>")]
    assert words in banner
    assert f'id="a-new_en">{words}</span>' in page
    assert "{&#34;en" not in page


def test_an_emptied_title_is_asked_for_without_the_words_of_a_program(still: Still) -> None:
    page = still.bob.post("/works/hu2022lora/revision?lang=en", 422, act="preview", revision="1", title="")
    assert "Title: Fill this in." in page
    assert "Input should be" not in page


def test_what_is_told_in_english_alone_stands_with_the_technical_detail(still: Still) -> None:
    page = still.ann.get("/contribute?lang=zh&claim=a&claim=b", 422)
    assert "此项给出了 2 次" in page
    page = still.ann.post("/contribute?lang=zh", 422, act="dance")
    banner = page[page.index('id="problem"') : page.index("<h1>")]
    assert "所给内容无法使用。" in banner
    assert re.search(r'<p lang="en">[^<]*is nothing that this form does</p>', banner)


def test_a_chinese_sentence_begins_as_it_is_and_has_a_chinese_stop() -> None:
    assert (
        in_sentence("bob 在此期间修改了此记录（接受，修订版 5）", "zh")
        == "bob 在此期间修改了此记录（接受，修订版 5）。"
    )
    assert in_sentence("nothing was changed.", "en") == "Nothing was changed."


def test_a_hint_of_both_languages_is_what_pages_say_to_do() -> None:
    fault = InputError(Words("x is no y", "x 不是 y"), where="z", hint=Words("give a y", "请给出 y"))
    assert str(fault) == "z: x is no y (give a y)"
    assert fault.said == Words("x is no y", "x 不是 y", Words("Give a y.", "请给出 y。"))
    assert InputError("x is no y", hint=Words("give a y", "请给出 y")).said is None
