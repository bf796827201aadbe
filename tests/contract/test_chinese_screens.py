"""What is read in Chinese: every question and list on the screen, with the signs and the words of that language."""

from __future__ import annotations

import re
from copy import copy
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import kg
from kg import called
from kg.cli import COMMANDS, cli, contribute_screen, surveys
from kg.cli.words import WORDS
from kg.settings import Lang
from kg_api.pages_write import desk

HALF = re.compile(r"[一-鿿] ?[:;,()]|[:;,()] ?[一-鿿]")
"""A sign of English beside Chinese; `!` marks what is contested in both languages."""
WORK = "chan2023hazards"
ASKED = (
    ("raises malicious-use", 120),
    ("matrix", 120),
    ("paths gradient-checkpointing malicious-use", 120),
    ("impact malicious-use --direction in", 50),
    ("cut malicious-use", 120),
    ("gaps", 50),
    ("disputes", 120),
    (f"what-if qlora malicious-use --drop-work {WORK}", 120),
    ("robustness downloadable-access malicious-use", 50),
    ("diff known:2023 known:2024", 120),
    (f"retract {WORK} --dry-run", 120),
    ("show malicious-use", 120),
    ("show tar--mitigates--safeguard-removal", 120),
    (f"show {WORK} --known-in 2000", 120),
    ("list claims", 50),
    ("basis", 120),
    ("lint", 120),
    ("duplicates", 120),
    ("history qlora", 120),
)


@pytest.mark.parametrize(("asked", "width"), ASKED)
def test_no_screen_has_signs_of_english_beside_chinese(pack_graph: kg.Graph, asked: str, width: int) -> None:
    words = ["--database", pack_graph.store.name, "--lang", "zh", *asked.split()]
    shown = CliRunner(env={"COLUMNS": str(width)}).invoke(cli, words, catch_exceptions=False)
    assert shown.exit_code == 0
    assert re.search(r"[一-鿿]", shown.output)
    assert [line for line in shown.output.splitlines() if HALF.search(line)] == []


def test_every_question_is_among_those_that_are_asked() -> None:
    commands = {name: cli.get_command(click.Context(cli), name) for name in COMMANDS}
    questions = {
        name
        for name, command in commands.items()
        if command is not None and any(param.name == "explain" for param in command.params)
    }
    assert {"raises", "disputes"} <= questions <= {asked.split()[0] for asked, _ in ASKED}


def test_no_word_of_the_tables_has_signs_of_english_beside_chinese() -> None:
    assert [zh for _, zh in WORDS.values() if HALF.search(zh)] == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("show E232 --known-in 2000", "不计入：其文献发表于 2025 年，晚于 2000 年"),
        (f"show {WORK} --min-strength strong", "不计入：其力度“中等”低于“强”"),
        ("show tar--mitigates--safeguard-removal --only-work qi2025durability", "不计入：其文献不在所用条件保留之列"),
    ],
)
def test_why_an_item_does_not_count_is_said_in_chinese(pack_graph: kg.Graph, asked: str, said: str) -> None:
    words = ["--database", pack_graph.store.name, "--lang", "zh", *asked.split()]
    shown = CliRunner(env={"COLUMNS": "120"}).invoke(cli, words, catch_exceptions=False).stdout
    assert said in shown
    assert "its " not in "".join(line for line in shown.splitlines() if "不计入" in line)


def test_why_a_listed_item_does_not_count_is_said_in_chinese(pack_url: str) -> None:
    graph = kg.open(pack_url, lang="en", ontology=())
    graph.retract("tamirisa2025tar", notice="https://example.org/n", actor="ann")
    graph.store.close()
    words = ["--database", pack_url, "list", "evidence", "--work", "tamirisa2025tar", "--lang"]
    for lang, said in (("zh", "不计入：其文献的状态为“已撤稿”"), ("en", "does not count: its work is retracted")):
        assert said in CliRunner().invoke(cli, [*words, lang], catch_exceptions=False).stdout


@pytest.mark.parametrize(
    ("limits", "en", "zh"),
    [
        ([], "this is one of more than 20 sets as small", "同样小的集合不止 20 个"),
        (["alternatives"], "there may be other sets as small", "可能还有同样小的集合"),
    ],
)
def test_a_cut_says_whether_there_are_many_sets_or_whether_that_is_not_known(
    pack_graph: kg.Graph, capsys: pytest.CaptureFixture[str], limits: list[str], en: str, zh: str
) -> None:
    answer = pack_graph.cut("malicious-use")
    alone = {kind: found[:1] for kind, found in answer["alternatives"].items()}
    langs: tuple[tuple[Lang, str], ...] = (("en", en), ("zh", zh))
    for lang, said in langs:
        graph = copy(pack_graph)
        graph.lang = lang
        surveys.cut(graph, {**answer, "alternatives": alone, "more": ["works"], "limits": limits})
        shown = capsys.readouterr().out
        assert said in shown
        assert "> 20" not in shown


def test_what_an_import_and_an_export_did_is_said_in_chinese(pack_url: str, tmp_path: Path) -> None:
    def run(*words: str) -> str:
        return CliRunner().invoke(cli, ["--database", pack_url, "--lang", "zh", *words], catch_exceptions=False).output

    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "works.csv").write_text("id,type,title\n")
    (tables / "entities.csv").write_text("id,type,label,lable\nqlora,Technique,Other,x\n")
    shown = run("import", str(tables), "--actor", "ann")
    assert "：新增 0，更改 0，重复 0，冲突 1，失败 0；修订版 1" in shown
    assert "  略过：表 works.csv：" in shown
    assert "  略过：列 lable，1 个单元格：" in shown
    assert "  冲突：entity qlora：" in shown
    assert re.search(r"已写入 .*：bibtex，\d+ 字节，修订版 1，SHA-256 ", run("export", str(tmp_path / "w.bib")))


def test_an_empty_log_and_a_whole_history_are_said(pack_graph: kg.Graph) -> None:
    for lang, none, whole in (
        ("en", "No revision is like that.", "the chain is whole"),
        ("zh", "没有这样的修订版。", "哈希链完整"),
    ):
        words = ["--database", pack_graph.store.name, "--lang", lang]
        assert CliRunner().invoke(cli, [*words, "log", "--act", "never"], catch_exceptions=False).output.strip() == none
        assert whole in CliRunner().invoke(cli, [*words, "verify"], catch_exceptions=False).output


def test_the_history_is_said_in_the_words_of_the_pages() -> None:
    pages = desk.said("zh")
    assert {name: pages[f"field_{name}"] for name in called.FIELDS} == called.FIELDS


def test_the_history_of_a_record_is_in_chinese(pack_graph: kg.Graph, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/own.sqlite"

    def run(*words: str) -> str:
        given = ["--database", database, "--lang", "zh", *words]
        told = CliRunner(env={"COLUMNS": "120", "KG_TWO_PERSON": "off"}).invoke(cli, given, catch_exceptions=False)
        assert told.exit_code == 0, told.output
        return told.stdout

    run("init")
    proposed = run("add", "claim", "qlora", "提高", "malicious-use", "--actor", "ann")
    assert "待审核" in proposed
    taken = run("review", "accept", "qlora--raises--malicious-use", "--actor", "ben")
    assert "论断 qlora--raises--malicious-use：待审核 → 已接受" in taken
    history = run("history", "qlora--raises--malicious-use")
    assert "qlora--raises--malicious-use  论断" in history
    assert re.search(r"3 .* ben  接受\n +状态：待审核 → 已接受", history)
    assert [re.search(rf" {who}  {act}", run("log")) is None for who, act in (("ann", "提出"), ("ben", "接受"))] == [
        False,
        False,
    ]
    assert re.search(r"接受\n  · 论断 qlora--raises--malicious-use", run("history", "3"))
    assert "✓ 3 个修订版：哈希链完整" in run("verify")
    backed = run("backup", str(tmp_path / "kept.jsonl"))
    assert re.search(r"^修订版 3：[\d,]+ 项更改（3 个修订版）写入 .*（[\d,]+ 字节）$", backed.strip())
    doctor = run("doctor")
    assert "✓ 数据库：" in doctor
    assert "修订版 3，其历史完整" in doctor
    assert HALF.search(doctor) is None


def test_kinds_of_study_that_an_answer_hangs_on_are_named_in_chinese(pack_graph: kg.Graph) -> None:
    pair = ("tar", "safeguard-removal")
    lost = [
        one["study_kind"]
        for one in pack_graph.robustness(*pair).document["study_kinds"]
        if one["change"] in {"flipped", "lost"}
    ]
    words = ["--database", pack_graph.store.name, "--lang", "zh", "robustness", *pair]
    shown = CliRunner(env={"COLUMNS": "160"}).invoke(cli, words, catch_exceptions=False).stdout
    assert lost
    for kind in lost:
        assert f"研究类型：{pack_graph.vocabulary.study_kinds[kind].label.zh}" in shown
        assert kind not in shown


def test_no_revision_has_another_name_in_chinese() -> None:
    other = re.compile(
        r"修订 ?\{(?:number|revision|acts|)\}|修订号|[条个次]修订(?!版)|[此本该]修订(?=[“”。，；：之所]|$)"
    )
    found = [zh for _, zh in WORDS.values() if other.search(zh)]
    found += [zh for _, zh in contribute_screen.WORDS.values() if other.search(zh)]
    found += [word for word in desk.said("zh").values() if other.search(word)]
    assert found == []
