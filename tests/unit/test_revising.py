"""Records in other words: what can differ, what stays, what is refused; on the command line and in Python."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import kg
from kg.cli import cli
from kg.cli.contribute_options import set_fields
from kg.errors import Conflict, InputError, KgError
from tests.kept import small


@pytest.fixture
def graph(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[kg.Graph]:
    monkeypatch.setenv("KG_ACTOR", "ann")
    monkeypatch.delenv("KG_TWO_PERSON", raising=False)
    made = small(sqlite_url)
    yield made
    made.store.close()


def run(graph: kg.Graph, *words: str, code: int = 0) -> Any:
    """What a command says."""
    url = f"sqlite:///{graph.store.name}"
    result = CliRunner().invoke(cli, ["--database", url, "--lang", "en", *words], catch_exceptions=False)
    assert result.exit_code == code, result.output
    return json.loads(result.stdout) if "--json" in words else result.output


WRONG: list[tuple[str, Any, str, str]] = [
    ("t", {"type": "Risk"}, "type", "cannot be revised"),
    ("t", {"id": "x"}, "id", "cannot be revised"),
    ("t", {}, "values", "nothing is to be revised"),
    ("t", {"label": {"fr": "x"}}, "label.fr", "no such field"),
    ("t", {"label": None}, "label", "valid dictionary"),
    ("t", {"label": ""}, "label.en", "must not be empty"),
    ("t", {"aliases": "one"}, "aliases", "valid list"),
    ("t", {"broader": "t"}, "broader", "is t or narrower"),
    ("t", {"broader": "nothing"}, "broader", "there is no entity"),
    ("t", {"definition": "a\u202eb"}, "definition.en", "U+202E"),
    ("t--raises--f", {"conditions": 3}, "conditions", "valid string"),
    ("t--raises--f", {"conditions": "\x00"}, "conditions", "U+0000"),
    ("t--raises--f", {"conditions": "x" * 10_001}, "conditions", "10000"),
    ("t--raises--f", {"conditions": "\u200b\u200b"}, "conditions", "can be seen"),
    ("t--raises--f", {"conditions": ""}, "conditions", "not be empty"),
    ("w1", {"status": "retracted"}, "status", "cannot be revised"),
    ("w1", {"year": "2020"}, "year", "valid integer"),
    ("w1", {"doi": "11.1/x"}, "doi", "is not a DOI"),
    ("w1", {"csl": 7}, "csl", "no CSL-JSON"),
    ("w1", {"title": None}, "title", "valid string"),
]


@pytest.mark.parametrize(("id", "values", "where", "said"), WRONG)
def test_what_cannot_be_said_is_refused(graph: kg.Graph, id: str, values: Any, where: str, said: str) -> None:
    before = graph.revision
    with pytest.raises(KgError, match="(?s)" + said.replace("+", "[+]")) as told:
        graph.revise(id, values)
    assert (told.value.where, graph.revision) == (where, before)


def test_what_is_said_already_is_a_conflict(graph: kg.Graph) -> None:
    with pytest.raises(Conflict, match="says already"):
        graph.revise("t", {"label": {"en": "Tuning"}})
    with pytest.raises(Conflict, match="not at 1"):
        graph.revise("t", {"label": "New"}, expect=1)
    graph.add_work({"title": "Other", "doi": "10.1234/other", "id": "other"})
    with pytest.raises(Conflict, match="is the doi of other"):
        graph.revise("w1", {"doi": "10.1234/other"})
    graph.merge("w1", "other", why="one paper")
    with pytest.raises(Conflict, match="merged into w1"):
        graph.revise("other", {"title": "x"})


def test_answers_follow_and_an_undo_restores(graph: kg.Graph) -> None:
    first, number = graph.matrix()["cells"], graph.revision
    done = graph.revise("t", {"label": {"zh": "调优"}, "aliases": ["Adapting"]}, why="a better name")
    assert [one["field"] for one in done["changed"]] == ["aliases", "label"]
    assert (done["status"], done["changes"], done["revision"]) == ("accepted", [], number + 1)
    assert graph.entity("t")["label"] == {"en": "Tuning", "zh": "调优"}
    assert graph.search("Adapting")["items"][0]["id"] == "t"
    assert graph.history("entity", "t")["versions"][0]["act"] == "revise"
    work = graph.revise("w1", {"authors": ["Li, Wei"], "year": 2031, "csl": {"volume": "7"}})
    assert graph.work("w1")["csl"]["issued"] == {"date-parts": [[2031]]}
    assert graph.work("w1")["csl"]["author"] == [{"family": "Li", "given": "Wei"}]
    assert graph.paths("t", "f", known_in=2030)["paths"] != graph.paths("t", "f")["paths"]
    for one in (work, done):
        graph.undo(one["revision"], why="it was right before")
    assert graph.matrix()["cells"] == first
    assert "volume" not in graph.work("w1")["csl"]
    assert graph.verify()["problems"] == []


def test_on_the_command_line(graph: kg.Graph, tmp_path: Path) -> None:
    words = ("review", "revise", "t", "--set", "label.zh=调优", "--set", "aliases=a1; a2", "--why", "names")
    assert run(graph, *words, "--json")["record"]["aliases"] == ["a1", "a2"]
    assert "conditions:" in run(graph, "review", "revise", "t--raises--f", "--set", "conditions=at scale")
    assert (
        run(graph, "review", "revise", "t--raises--f", "--set", "conditions=", "--json")["changed"][0]["after"] is None
    )
    (tmp_path / "w.yaml").write_text("title: From a file\nyear: 2019\n", encoding="utf-8")
    assert run(graph, "review", "revise", "w1", "--from", str(tmp_path / "w.yaml"), "--json")["record"]["year"] == 2019
    for wrong in ("label", "=x", "a.=x"):
        with pytest.raises(InputError, match="FIELD=VALUE"):
            set_fields([wrong])
    for twice in (["a=1", "a=2"], ["a=1", "a.b=2"], ["a.b=1", "a=2"]):
        with pytest.raises(InputError, match="given twice"):
            set_fields(twice)


def test_several_are_accepted_in_one_call(graph: kg.Graph) -> None:
    ids = [graph.add_entity({"type": "Technique", "label": f"New {word}"})["id"] for word in ("one", "two")]
    before = graph.revision
    done = run(graph, "review", "accept", *ids, "--actor", "bob", "--json")
    assert ([one["id"] for one in done["records"]], done["revision"]) == (ids, before + 1)


def test_export_html_is_what_draw_writes(graph: kg.Graph, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("drawn.html", "one.html", "two")]
    for words, file in zip((["draw", "-o"], ["export"], ["export", "--format", "html"]), files, strict=True):
        run(graph, *words, str(file))
    drawn, *others = (file.read_bytes() for file in files)
    assert others == [drawn, drawn]
    said = run(graph, "export", str(tmp_path / "x.html"), "--known-in", "2020", "--json")
    assert (said["format"], said["bytes"]) == ("html", (tmp_path / "x.html").stat().st_size)
    assert (tmp_path / "x.html").read_bytes() != drawn


def test_a_preview_takes_criteria_and_retracting_is_signed(graph: kg.Graph) -> None:
    item = ["--subject", "t", "--relation", "raises", "--object", "r", "--work", "w1", "--stance", "supports"]
    item += ["--kind", "argument", "--strength", "weak", "--strength-reason", "x", "--locator", "p. 1"]
    item += ["--statement", "It does.", "--basis", "abstract"]
    assert run(graph, "preview", *item, "--json")["changes"]
    assert run(graph, "preview", *item, "--without-work", "w1", "--json")["changes"] == []
    run(graph, "retract", "w4", "--notice", "https://example.org/n", "--yes", "--json")
    assert graph.log(limit=1)["items"][0]["actor"] == "ann"


@pytest.mark.parametrize("values", [{"aliases": ["ACCESS"]}, {"label": {"zh": "可及性"}}, {"aliases": ["f"]}])
def test_a_name_that_another_entity_has_is_told(graph: kg.Graph, values: Any) -> None:
    done = graph.revise("t", values)
    assert [(one["id"], one["like"]) for one in done["alike"]] == [("f", "name")]
    assert "has to give the id" in done["alike"][0]["why"]
    assert graph.revise("t", {"definition": "Something."}, lang="zh")["alike"][0]["why"].startswith("同样叫做")
    assert "is called" in run(graph, "review", "revise", "t", "--set", "definition=Other")
    assert graph.revise("t", {"label": {"zh": "微调"}, "aliases": ["Adapting"]})["alike"] == []
    assert {one["id"] for one in graph.lint()["items"] if one["rule"] == "shared-name"} == set()


@pytest.mark.parametrize("name", ["Tuning", "TUN ING", "t"])
def test_a_new_entity_of_a_known_name_is_told_before_and_after(graph: kg.Graph, name: str) -> None:
    fields = {"id": "other", "type": "Technique", "label": "Other", "aliases": [name]}
    for dry in (True, False):
        made = graph.add_entity(fields, dry_run=dry)
        assert [one["id"] for one in made["alike"]] == ["t"]
        assert name in made["alike"][0]["why"]
    assert {one["id"] for one in graph.lint()["items"] if one["rule"] == "shared-name"} == {"other", "t"}


def test_going_back_to_ones_own_words_on_the_command_line(graph: kg.Graph) -> None:
    item = {"claim": "t--raises--f", "work": "w1", "stance": "supports", "kind": "case-report", "strength": "weak"}
    item |= {"strength_reason": "One.", "locator": "p. 9", "statement": "It was seen once.", "basis": "abstract"}
    first = graph.add_evidence(item)["id"]
    second = run(graph, "review", "revise", first, "--set", "strength=strong", "--json")["id"]
    said = run(graph, "review", "revise", second, "--set", "strength=weak")
    assert f"{first} says just this" in " ".join(said.split())
    assert [graph.snapshot.evidence[id].status for id in (first, second)] == ["proposed", "superseded"]
    run(graph, "review", "accept", first, "--actor", "bob")
    with pytest.raises(Conflict, match="superseded") as told:
        run(graph, "review", "revise", first, "--set", "strength=strong")
    assert f"kg undo {graph.revision}" in (told.value.hint or "")


def test_a_revision_that_waits_is_told_to_whoever_proposes_another(graph: kg.Graph) -> None:
    old = graph.evidence(work="w1")["items"][0]["id"]
    fields = ("work", "stance", "kind", "strength", "basis")
    rest = {"strength_reason": "x", "locator": "p. 1", "statement": "Said anew."}
    values = {name: graph.item(old)[name] for name in fields} | rest
    ends = {"subject": "t", "relation": "raises", "object": "r"}

    def rivals(answer: Any) -> list[str]:
        return [one["id"] for one in answer["alike"] if one["like"] == "revision"]

    def previewed() -> list[str]:
        return rivals(graph.preview(values | ends, revises=old))

    assert previewed() == []
    one = graph.revise(old, rest | {"statement": "One way to say it."}, actor="cho")
    assert (rivals(one), previewed()) == ([], [one["id"]])
    graph.review(one["id"], "return", why="which page?", actor="bob")
    two = graph.revise(old, {**rest, "statement": "Two ways to say it.", **ends})
    assert (rivals(two), two["alike"][0]["status"]) == ([one["id"]], "returned")
    assert rivals(graph.revise(two["id"], {"statement": "Three ways."})) == [one["id"]], "not the one it takes over"
    words = ("review", "revise", one["id"], "--statement", "Four ways.", "--actor", "cho")
    assert "≈ Resembles: w1." in (said := run(graph, *words))
    assert "a revision of the same item, which waits: at most one of them is accepted" in " ".join(said.split())
    graph.review([waits["id"] for waits in graph.reviews(kind="evidence")["items"]], "reject", why="no", actor="bob")
    assert previewed() == []
