"""Why two works are alike, on the screen and in documents: in the language of the screen, in English in JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import kg
from kg.cli import cli

ONE = "@article{one, title={A first title of a paper}, author={Hu, E.}, year={2022}, doi={10.1234/one}}"
LIKE = ONE.replace("one,", "two,").replace(", doi={10.1234/one}", "")
POSTED = "@misc{pre, title={A first title of a paper}, author={Hu, E.}, year={2021}, note={arXiv preprint}}"
ALIKE = ("the same title, the same authors, the same year", "标题相同，作者相同，年份相同")
VERSION = (
    "preprint and published form: the same title, the same authors, 1 year apart",
    "预印本与正式版本：标题相同，作者相同，年份相差 1 年",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    graph = kg.open(f"sqlite:///{tmp_path}/r.db", empty=True)
    graph.add_work({"citation": ONE}, actor="ann")
    graph.store.close()
    for name, text in (("like.bib", LIKE), ("posted.bib", POSTED)):
        (tmp_path / name).write_text(text)
    return tmp_path


def run(folder: Path, *words: str) -> str:
    made = CliRunner(env={"COLUMNS": "200"}).invoke(cli, ["--database", f"sqlite:///{folder}/r.db", *words])
    assert made.exit_code == 0, made.output
    return made.stdout


@pytest.mark.parametrize(("name", "why"), [("like.bib", ALIKE), ("posted.bib", VERSION)])
def test_an_import_says_it_in_the_language_of_the_screen_and_in_english_in_json(
    folder: Path, name: str, why: tuple[str, str]
) -> None:
    words = ["import", str(folder / name), "--dry-run"]
    assert why[0] in run(folder, *words)
    assert why[1] in run(folder, "--lang", "zh", *words)
    report = json.loads(run(folder, "--lang", "zh", *words, "--json"))
    assert [one["why"] for one in (*report["duplicates"], *report["versions"])] == [why[0]]


def test_the_list_of_pairs_says_it_too(folder: Path) -> None:
    run(folder, "import", str(folder / "posted.bib"))
    assert VERSION[0] in run(folder, "duplicates")
    assert VERSION[1] in run(folder, "--lang", "zh", "duplicates")
    (pair,) = json.loads(run(folder, "--lang", "zh", "duplicates", "--json"))["items"]
    assert (pair["why"], pair["kind"], pair["grouped"]) == (VERSION[0], "version", True)


@pytest.mark.parametrize(
    ("citation", "why", "alike"),
    [(LIKE, ALIKE, True), (ONE + " ", ("the same DOI 10.1234/one", "DOI 同为 10.1234/one"), False)],
)
def test_a_work_that_is_added_is_told_in_the_language_asked_and_advice_is_for_what_only_looks_alike(
    tmp_path: Path, citation: str, why: tuple[str, str], alike: bool
) -> None:
    graph = kg.open(f"sqlite:///{tmp_path}/r.db", empty=True)
    graph.add_work({"citation": ONE.replace("@article", "@book")}, actor="ann")
    for lang, said in zip(("en", "zh"), why, strict=True):
        told = graph.add_work({"citation": citation}, actor="ann", lang=lang, dry_run=True)
        assert [one["why"] for one in told["alike"]] == [said]
        assert ("--distinct" in told.get("note", ""), told["already"]) == (alike, True)
        assert (said in told.get("note", "")) == alike
    graph.store.close()
