"""Receipts, paragraphs, references and the lint at the command line, and the same documents at all doors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from starlette.testclient import TestClient

import kg
from kg.cli import COMMANDS, cli, main
from kg_api.app import create_app
from tests.kept import small

QUESTIONS = [
    ["raises"],
    ["matrix"],
    ["paths", "t", "r"],
    ["impact", "t"],
    ["cut", "r"],
    ["gaps"],
    ["disputes"],
    ["what-if", "t", "r", "--drop-work", "w1"],
    ["robustness", "t", "r"],
    ["robustness"],
    ["retract", "w1", "--dry-run"],
    ["diff", "2", "3"],
]


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, kg.Graph]]:
    """The URL of a small record, and its face."""
    url = f"sqlite:///{tmp_path_factory.mktemp('vouch')}/record.db"
    graph = small(url)
    yield url, graph
    graph.store.close()


def run(url: str, *words: str, lang: str = "en", given: str | None = None) -> Result:
    return CliRunner(env={"COLUMNS": "140"}).invoke(cli, ["--database", url, "--lang", lang, *words], input=given)


def test_every_question_command_is_tried_here() -> None:
    helped = {name: CliRunner().invoke(cli, [name, "--help"]).stdout for name in COMMANDS}
    assert {name for name, text in helped.items() if "--explain" in text} == {words[0] for words in QUESTIONS}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("words", QUESTIONS, ids=" ".join)
def test_every_question_can_be_said_kept_and_referenced(
    record: tuple[str, kg.Graph], words: list[str], lang: str
) -> None:
    url, graph = record
    asked = run(url, *words, "--json", "--explain", "--keep", lang=lang)
    assert asked.exit_code == 0, asked.stderr
    document = json.loads(asked.stdout)
    assert asked.stderr == f"kept: kg receipt show {document['receipt']}\n"
    assert document["paragraph"] == graph.explain(document)
    assert graph.verify_receipt(document["receipt"])["identical"]
    said = run(url, *words, "--explain", lang=lang)
    assert said.stdout.replace("\n", "").replace(" ", "") == document["paragraph"].replace(" ", "")
    references = run(url, *words, "--references", "bibtex", lang=lang)
    assert references.stdout == graph.references(document, "bibtex")


def test_what_cannot_go_together_is_refused(record: tuple[str, kg.Graph], capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ["paths", "t", "r", "--references", "ris", "--json"],
        ["paths", "t", "r", "--references", "ris", "--explain"],
        ["receipt", "verify"],
        ["receipt", "verify", "a" * 26, "--document", "none.json"],
        ["receipt", "verify", "--document", "none.json"],
        ["receipt", "show", "a" * 26],
        ["lint", "--severity", "fatal"],
        ["lint", "--baseline", "none.json"],
        ["lint", "--write-baseline", "/proc/none/x.json"],
    ):
        with pytest.raises(SystemExit) as ended:
            main(["--database", record[0], *words])
        assert ended.value.code == 2, words
        assert capsys.readouterr().err.startswith("Error: ")


def test_a_receipt_is_the_same_document_at_all_doors(record: tuple[str, kg.Graph]) -> None:
    url, graph = record
    answer = graph.paths("t", "r", as_of=2)
    id = graph.keep(answer)["receipt"]
    with TestClient(create_app(graph, warm=False)) as client:
        shown = json.loads(run(url, "receipt", "show", id, "--json").stdout)
        assert shown == graph.receipt(id) == client.get(f"/api/v1/receipts/{id}").json()
        verified = json.loads(run(url, "receipt", "verify", id, "--json").stdout)
        assert verified == graph.verify_receipt(id) == client.post(f"/api/v1/receipts/{id}/verify").json()
        sent = run(url, "receipt", "verify", "--document", "-", "--json", given=answer.json().decode())
        posted = client.post("/api/v1/receipts/verify", json=answer.document)
        assert json.loads(sent.stdout) == posted.json()
        for lang in ("en", "zh"):
            linted = json.loads(run(url, "lint", "--json", lang=lang).stdout)
            assert linted == graph.lint(lang=lang) == client.get(f"/api/v1/lint?lang={lang}").json()
    assert json.loads(run(url, "receipt", "list", "--json").stdout) == graph.receipts()


def test_a_receipt_that_does_not_come_out_the_same_exits_1(record: tuple[str, kg.Graph], tmp_path: Path) -> None:
    url, graph = record
    answer = json.loads(graph.paths("t", "r", as_of=2).json())
    answer["paths"][0]["works"] = ["w9"]
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(answer), encoding="utf-8")
    for lang, said in (("en", "the document was altered"), ("zh", "文档已被改动")):
        told = run(url, "receipt", "verify", "--document", str(path), lang=lang)
        assert (told.exit_code, said in told.stdout) == (1, True)
    path.write_text("{", encoding="utf-8")
    assert run(url, "receipt", "keep", str(path)).exception is not None


@pytest.mark.parametrize(
    ("lang", "same", "other", "why"),
    [
        ("en", "✓ the paragraph is what", "! the paragraph is not what", "must not be quoted as ours"),
        ("zh", "✓ 段落与本版本", "! 段落并非本版本", "不得作为本程序的表述引用"),
    ],
)
def test_another_paragraph_is_shown_and_is_no_failure(
    record: tuple[str, kg.Graph], lang: str, same: str, other: str, why: str
) -> None:
    url, graph = record
    answer = graph.paths("t", "r", lang=lang)
    for paragraph, words in ((graph.explain(answer), [same]), ("x", [other, why])):
        told = run(url, "receipt", "verify", "--document", "-", lang=lang, given=answer.said(paragraph).json().decode())
        assert told.exit_code == 0
        assert [word in told.stdout.replace("\n", " ") for word in words] == [True] * len(words), told.stdout


def test_what_changed_since_is_told_and_is_no_failure(record: tuple[str, kg.Graph]) -> None:
    url, graph = record
    id = graph.keep(graph.paths("t", "r", as_of=2))["receipt"]
    told = run(url, "receipt", "verify", id)
    assert told.exit_code == 0
    assert "identical" in told.stdout
    assert "gives another answer" in told.stdout
    assert "because of w3" in told.stdout.replace("\n   ", " ")


@pytest.mark.parametrize(
    ("lang", "newest", "why"),
    [
        ("en", "the newest revision, 4, gives the same answer", "the later of them revision 2"),
        ("zh", "最新的修订版 4 给出相同答案", "较晚的为修订版 2"),
    ],
)
def test_the_newest_revision_is_that_of_the_record(
    record: tuple[str, kg.Graph], lang: str, newest: str, why: str
) -> None:
    url, graph = record
    answer = graph.diff(1, 2, lang=lang)
    told = run(url, "receipt", "verify", "--document", "-", lang=lang, given=answer.json().decode())
    assert told.exit_code == 0
    assert [word in told.stdout.replace("\n", " ") for word in (newest, why)] == [True, True], told.stdout


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_tables_are_readable_in_both_languages(record: tuple[str, kg.Graph], lang: str) -> None:
    url, graph = record
    id = graph.keep(graph.raises(as_of=3, lang=lang))["receipt"]
    for words in (["receipt", "show", id], ["receipt", "verify", id], ["receipt", "list"], ["lint"]):
        shown = run(url, *words, lang=lang)
        assert shown.exit_code == 0, shown.stderr
        assert shown.stdout.strip()
        assert "None" not in shown.stdout
    for format in ("bibtex", "ris", "csl-json"):
        assert "Title of w1" in run(url, "receipt", "show", id, "--references", format).stdout


def test_an_answer_in_a_file_can_be_kept(record: tuple[str, kg.Graph], tmp_path: Path) -> None:
    url, graph = record
    answer = graph.impact("t", as_of=3)
    path = tmp_path / "answer.json"
    path.write_bytes(answer.json())
    assert run(url, "receipt", "keep", str(path)).stdout == f"kept: kg receipt show {answer['receipt']}\n"
    assert graph.receipt(answer["receipt"])["question"] == answer["question"]


def test_an_error_of_the_lint_exits_1_until_it_is_known(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/record.db"
    graph = small(url, revisions=2)
    graph.write([kg.Change("claim", kg.Claim("t--lowers--r", "t", "lowers", "r"))], actor="ann", act="add")
    graph.store.close()
    baseline = tmp_path / "known.json"
    assert run(url, "lint").exit_code == 1
    written = run(url, "lint", "--write-baseline", str(baseline))
    assert written.exit_code == 0
    assert "findings written to" in written.stderr
    known = run(url, "lint", "--baseline", str(baseline), "--json")
    assert known.exit_code == 0
    assert json.loads(known.stdout)["items"] == []
    assert "no finding" in run(url, "lint", "--baseline", str(baseline)).stdout
