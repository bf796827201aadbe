"""A work that was taken back is not in the way of the right one; what a new work lacks, or may have wrong, is told."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.citations.duplicates import titles_differ
from kg.contribute.names import work_of
from kg.errors import NotFound
from kg.importers.citations_plan import plan
from kg.importers.citations_reading import read
from kg.model import Work
from tests.laws.citation_library import library

TITLE = "Who misuses open models"
WRONG: dict[str, Any] = {"title": TITLE, "authors": ["Patricia Novak"], "year": 2026}
RIGHT = WRONG | {"authors": ["Novak, Patricia"]}
ENTRY = f"@article{{nov, title={{{TITLE}}}, author={{Novak, P.}}, year={{2026}}}}"
TAKEN_BACK = "looks like patricianovak2026who, which was taken back (the same title, "


@pytest.fixture
def graph(sqlite_url: str) -> Iterator[kg.Graph]:
    opened = kg.open(sqlite_url, lang="en", empty=True)
    yield opened
    opened.store.close()


@pytest.fixture
def undone(graph: kg.Graph) -> kg.Graph:
    """A record in which a work was entered under a wrong name, and that was undone."""
    made = graph.add_work(WRONG, actor="pat")
    graph.undo(made["revision"], why="name wrong", actor="pat")
    return graph


@pytest.mark.parametrize("given", [RIGHT, RIGHT | {"distinct": True}, {"citation": ENTRY}])
def test_a_work_taken_back_is_not_what_the_right_one_is(undone: kg.Graph, given: dict[str, Any]) -> None:
    seen = undone.add_work(given, actor="pat", dry_run=True)
    made = undone.add_work(given, actor="pat")
    assert (made["already"], made["status"], made["alike"]) == (False, "current", [])
    assert made["id"] not in {"", "patricianovak2026who"}
    assert made["note"] == seen["note"]
    assert f"{made['id']} {TAKEN_BACK}" in made["note"]
    assert "kg merge" not in made["note"]
    again = undone.add_work({"citation": ENTRY.replace("Novak, P.", "Novak, Patricia")}, actor="pat")
    assert (again["already"], again["id"]) == (True, made["id"])
    assert undone.add_work(WRONG, actor="pat")["id"] == "patricianovak2026who", "the very entry is the very work"


def test_a_file_adds_it_once_and_evidence_finds_it_by_its_title(undone: kg.Graph, tmp_path: Path) -> None:
    path = tmp_path / "n.bib"
    path.write_text(ENTRY)
    assert work_of(undone.snapshot, TITLE).status == "revoked"
    report = undone.load(path)
    assert (report["works"], report["duplicates"]) == (["nov"], [])
    assert [remark["line"] for remark in report["remarks"] if f"nov {TAKEN_BACK}" in remark["message"]] == [1]
    again = undone.load(path)
    assert (again["added"], again["duplicates"]) == (0, [{"key": "nov", "match": "nov", "why": "the same entry"}])
    assert again["revision"] == report["revision"]
    assert work_of(undone.snapshot, TITLE).id == "nov"
    assert undone.merge("nov", undone.add_work(RIGHT | {"distinct": True})["id"], why="one")["kept"]["id"] == "nov"


def test_an_identifier_is_of_one_work_and_the_way_back_is_told(graph: kg.Graph) -> None:
    made = graph.add_work(WRONG | {"doi": "10.1234/who"})
    undone = graph.undo(made["revision"], why="name wrong")
    for more in ({}, {"distinct": True}):
        told = graph.add_work(RIGHT | {"doi": "10.1234/who"} | more)
        assert (told["already"], told["id"], told["status"]) == (True, made["id"], "revoked")
        assert f"`kg history {made['id']}` names the revision, `kg undo` undoes it; `kg review revise" in told["note"]
    graph.undo(undone["revision"], why="mended there")
    graph.revise(made["id"], {"authors": ["Novak, Patricia"]}, why="name wrong")
    assert graph.snapshot.works[made["id"]].authors == ("Novak, Patricia",)
    assert graph.add_work(RIGHT)["id"] == made["id"]


def test_one_that_stands_is_the_work_before_one_that_was_taken_back() -> None:
    gone = Work("a", "book", TITLE, ("Novak, P.",), 2026, doi="10.1234/who", status="revoked")
    part = replace(gone, id="b", doi=None, status="merged", merged_into="a")
    stands = Work("z", "book", TITLE, ("Novak, P.",), 2026)
    found = read(b"@book{new, title={%s}, author={Novak, P.}, year=2026, doi={10.1234/who}}" % TITLE.encode(), name="x")
    for works, match in (([gone, part, stands], "z"), ([gone, part], "a")):
        (same,) = plan(found.parsed, works).duplicates
        assert same.other == match
    assert plan(found.parsed, [part, replace(gone, doi=None)]).added == ["new"]
    for works in ([replace(gone, doi=None), stands], [stands, replace(gone, doi=None)]):
        assert plan(read(ENTRY.encode(), name="x").parsed, works).duplicates[0].other == "z"


@pytest.mark.parametrize("seed", range(6))
def test_whatever_was_taken_back_the_same_again_adds_nothing_and_advice_can_be_followed(seed: int) -> None:
    found = read(library("bibtex", 40, seed).text.encode(), name="library").parsed
    chance = random.Random(seed)
    works = [
        replace(work, status="revoked", raw=None, csl=work.csl | {"note": "x"}) if chance.random() < 0.5 else work
        for work in plan(found, []).works.values()
    ]
    gone = {work.id for work in works if work.status == "revoked"}
    made = plan(found, works)
    assert len(made.added) + len(made.duplicates) == len(found.works)
    assert made.added
    assert not gone & made.works.keys()
    assert not [one for one in made.remarks for id in gone if f"kg merge {id} " in one["message"]]
    assert not gone & {one.other for one in made.versions}
    again = plan(found, [*works, *made.works.values()])
    assert (again.added, len(again.duplicates)) == ([], len(found.works))


@pytest.mark.parametrize(
    ("given", "lang", "said"),
    [
        (WRONG, "en", "No comma in Patricia Novak: taken as the name of a group; a person is 'Novak, Patricia'."),
        (WRONG, "zh", "Patricia Novak 中没有逗号，按团体名称处理；若为个人，请写作“Novak, Patricia”。"),
        (
            {"title": TITLE},
            "en",
            "There is no author and no year, so the key is who; it stays when that is added later.",
        ),
        ({"title": TITLE}, "zh", "未给出作者和年份，因此引用键为 who；以后补充时，该键不变。"),
        (RIGHT | {"year": None, "id": "mine"}, "en", "There is no year."),
        ({"citation": "@misc{x, title={Who}, year={2026}}"}, "en", "There is no author."),
        (RIGHT, "en", None),
        (WRONG | {"authors": ["OpenAI", "Centre for AI Safety", "张三"]}, "en", None),
        ({"citation": "@misc{x, title={Who}, author={{Open Models Lab}}, year={2026}}"}, "en", None),
    ],
)
def test_what_a_new_work_lacks_is_told(graph: kg.Graph, given: dict[str, Any], lang: str, said: str | None) -> None:
    assert graph.add_work(given, dry_run=True, lang=lang).get("note") == said


def test_an_identifier_of_a_work_of_another_title_is_asked_about(graph: kg.Graph, tmp_path: Path) -> None:
    graph.add_work({"title": "Hazards of open models", "authors": ["Chan, A."], "year": 2023, "doi": "10.1234/one"})
    path = tmp_path / "z.bib"
    path.write_text("\n@article{nov26, title={Who misuses}, author={Novak, P}, year={2026}, doi={10.1234/one}}")
    report = graph.load(path)
    assert (report["added"], report["duplicates"][0]["why"]) == (0, "the same DOI 10.1234/one")
    asked = "the titles differ: is the DOI right? 'Who misuses' here, 'Hazards of open models' in chan2023hazards"
    assert (report["remarks"][0]["line"], report["remarks"][0]["message"]) == (2, asked)
    assert asked in graph.add_work({"citation": path.read_text()})["note"]
    path.write_text("@article{x, title={Hazards of Open Models: A Survey}, author={Chan, A}, doi={10.1234/one}}")
    assert graph.load(path)["remarks"] == []


def test_titles_of_one_work_do_not_differ() -> None:
    assert not titles_differ("开放模型的危害", "Hazards of open models")
    assert not titles_differ("Hazards of Open Models", "HAZARDS OF OPEN MODELS.")
    assert not titles_differ("The Hazards of Opening Models", "On hazards of open models: a survey")
    assert titles_differ("开放模型的危害", "微调的成本")


def test_a_title_that_two_standing_works_have_names_neither(undone: kg.Graph) -> None:
    for _ in range(2):
        undone.add_work(RIGHT | {"distinct": True, "url": f"https://example.org/{undone.revision}"})
    with pytest.raises(kg.errors.InputError, match="is what 2 works are called"):
        work_of(undone.snapshot, TITLE)
    with pytest.raises(NotFound):
        work_of(undone.snapshot, "Who uses open models")
