"""One idea has one word in Chinese, on the screen, on pages and in the ontology; and no English is left among it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import kg
from kg.cli import cli

ROOT = Path(__file__).parents[2]
GONE = {
    "强度": "力度 of evidence, 期望值 of a belief",
    "路径": "链条",
    "论断链": "链条",
    "不可知": "不确定度",
    "变弱": "减弱",
    "变强": "增强",
    "出版者": "出版方",
    "驳回": "拒绝",
    "监督难度": "监管难度",
    "另当别论": "plain words",
}
KEPT = re.compile("属性路径|文件路径")
SAYS = re.compile(r"第 ?\{[^}]*\} ?修订版")


def spoken() -> dict[str, str]:
    places = [*ROOT.glob("kg/**/*.py"), *ROOT.glob("api/**/*.py"), *ROOT.glob("ontology/**/*")]
    places += [*ROOT.glob("api/**/*.toml"), *ROOT.glob("viz/**/*.toml"), *ROOT.glob("api/**/*.html")]
    return {str(one.relative_to(ROOT)): one.read_text("utf-8") for one in places if one.is_file()}


@pytest.mark.parametrize("word", GONE)
def test_words_that_have_another_are_nowhere(word: str) -> None:
    found = []
    for name, text in spoken().items():
        for number, line in enumerate(text.splitlines(), 1):
            if word in KEPT.sub("", line):
                found.append(f"{name}:{number}")
    assert not found, f"say {GONE[word]}"


def test_a_revision_is_numbered_one_way() -> None:
    assert [name for name, text in spoken().items() if SAYS.search(text)] == []


def run(graph: kg.Graph, lang: str, *words: str) -> str:
    given = ["--database", graph.store.name, "--lang", lang, *words]
    shown = CliRunner(env={"COLUMNS": "200"}).invoke(cli, given, catch_exceptions=False)
    assert shown.exit_code == 0
    return shown.output


def test_lists_say_types_and_statuses_in_their_language(pack_graph: kg.Graph) -> None:
    entities, works = run(pack_graph, "zh", "list", "entities"), run(pack_graph, "zh", "list", "works")
    assert re.search(r"qlora[ │]+技术 ", run(pack_graph, "zh", "list", "entities", "--type", "Technique"))
    assert not re.search(r" (Technique|Risk|Factor|Benefit|Capability) ", entities)
    assert "有效" in works
    assert not re.search(r"[ │]current[ │]*$", works, re.MULTILINE)
    assert re.search(r"[ │]current[ │]*$", run(pack_graph, "en", "list", "works"), re.MULTILINE)


def test_what_was_read_is_called_so(pack_graph: kg.Graph) -> None:
    assert re.search(r"文献[ ┃│]+阅读依据", run(pack_graph, "zh", "basis"))
    assert re.search(r"Work[ ┃│]+Read", run(pack_graph, "en", "basis"))


@pytest.mark.parametrize(("lang", "colon"), [("en", ": "), ("zh", "：")])
def test_the_history_of_a_record_shows_values_and_no_python(pack_graph: kg.Graph, lang: str, colon: str) -> None:
    told = run(pack_graph, lang, "history", "qlora")
    label = pack_graph.snapshot.entity("qlora").label
    assert f"English{colon}{label.en} · 中文{colon}{label.zh}" in told.replace("\n", " ")
    assert not re.search(r"[\[{]'|\bNone\b", told)


def test_tokens_show_roles_in_their_language(tmp_path: Path) -> None:
    graph = kg.open(f"sqlite:///{tmp_path}/own.sqlite", empty=True, ontology=())
    graph.create_token("ben", role="reviewer")
    assert re.search(r"ben[ │]+审核者 ", run(graph, "zh", "token", "list"))
    assert re.search(r"ben[ │]+reviewer ", run(graph, "en", "token", "list"))
    gone = run(graph, "zh", "token", "revoke", graph.tokens()["items"][0]["token"])
    graph.store.close()
    assert "已吊销" in gone
