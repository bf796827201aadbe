"""Names under criteria: read in the record that `as_of` means; of merged works the one that has the evidence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import kg
from kg.errors import NotFound
from kg.model import Change, Entity, Text
from kg.question.answers import pristine
from tests.builders import records, work

PAIR = ("a", "b")


@pytest.fixture
def graph() -> kg.Graph:
    """`a raises b` by two works of one study, and another claim; then one work is merged into the other."""
    opened = kg.open("sqlite://", empty=True)
    made = records("a raises b good::keep good::twice", "b raises c good::other")
    held = {"twice": replace(work("twice"), doi="10.1234/twice"), "keep": replace(work("keep"), doi="10.1234/keep")}
    changes = [Change(kind_of(one), held.get(one.id, one)) for one in made]  # type: ignore[arg-type]
    opened.write(changes, actor="ann", act="add")
    opened.merge("keep", "twice", why="the same study", actor="ann")
    return opened


def kind_of(record: Any) -> Any:
    return type(record).__name__.lower()


def ways(answer: Any) -> list[list[str]]:
    return [path["claims"] for path in answer["paths"]]


@pytest.mark.parametrize("name", ["twice", "keep", "10.1234/twice", "10.1234/keep"])
def test_what_leaves_a_merged_work_out_leaves_the_work_out_that_has_its_evidence(graph: kg.Graph, name: str) -> None:
    assert ways(graph.paths(*PAIR)) == [["a--raises--b"]]
    without = graph.paths(*PAIR, without_work=name)
    assert ways(without) == []
    assert without["question"]["without_work"] == ["keep"]
    only = graph.paths(*PAIR, only_work=name)
    assert (ways(only), only["question"]["only_work"]) == ([["a--raises--b"]], ["keep"])
    dropped = graph.what_if(*PAIR, drop_work=name)
    assert [change["kind"] for change in dropped["changes"] if change["of"] == "pair"] == ["lost"]
    assert dropped["question"]["scenario"] == {"drop_work": ["keep"]}
    under = graph.what_if(*PAIR, scenario={"under": {"without_work": [name]}})
    assert under["question"]["scenario"] == {"under": {"without_work": ["keep"]}}
    # The record itself is shown as it is.
    assert graph.work("twice")["merged_into"] == "keep"


def test_before_a_merge_each_work_stands_for_itself(graph: kg.Graph) -> None:
    for name in ("twice", "10.1234/twice"):
        then = graph.paths(*PAIR, without_work=name, as_of=2)
        assert then["question"]["without_work"] == ["twice"]
        assert [path["works"] for path in then["paths"]] == [["keep"]]
        gone = graph.what_if(*PAIR, drop_work=name, as_of=2)
        assert gone["question"]["scenario"] == {"drop_work": ["twice"]}
        assert gone["changes"][0]["kind"] != "lost"
        assert [graph.verify_receipt(answer)["identical"] for answer in (then, gone)] == [True, True]


def test_names_that_came_later_change_no_answer_of_before(graph: kg.Graph) -> None:
    graph.write([Change("entity", Entity("d", "Factor", Text("Old name")))], actor="ann", act="add")
    then = graph.revision
    asked: dict[str, Any] = {"as_of": then, "block": "Old name"}
    before = pristine(graph.paths("a", "c", **asked)), pristine(graph.impact("Old name", as_of=then))
    shown = graph.entity("Old name", as_of=then)["id"], graph.work("10.1234/keep", as_of=then)["id"]
    # Another entity takes over the name, another work the DOI.
    changes = [
        Change("entity", Entity("d", "Factor", Text("New name"))),
        Change("entity", replace(graph.snapshot.entities["b"], label=Text("Old name"))),
        Change("work", replace(graph.snapshot.works["keep"], doi=None)),
        Change("work", replace(graph.snapshot.works["twice"], doi=None)),
        Change("work", replace(graph.snapshot.works["other"], doi="10.1234/keep")),
    ]
    graph.write(changes, actor="ann", act="revise")
    assert (pristine(graph.paths("a", "c", **asked)), pristine(graph.impact("Old name", as_of=then))) == before
    assert (graph.entity("Old name", as_of=then)["id"], graph.work("10.1234/keep", as_of=then)["id"]) == shown
    assert graph.paths("a", "c", as_of=then, without_work="10.1234/keep")["question"]["without_work"] == ["keep"]
    assert graph.paths("a", "c", without_work="10.1234/keep")["question"]["without_work"] == ["other"]
    assert graph.raises("Old name", technique="a", as_of=then)["question"]["risk"] == "d"
    assert graph.cut("Old name", source="a", as_of=then)["question"]["target"] == ["d"]
    assert graph.robustness("a", "Old name", as_of=then)["question"]["target"] == "d"
    assert [one["id"] for one in graph.claims(work="10.1234/keep", as_of=then)["items"]] == ["a--raises--b"]
    with pytest.raises(NotFound, match="at revision"):
        graph.impact("New name", as_of=then)


def test_two_revisions_are_compared_by_the_names_of_the_later_one(graph: kg.Graph) -> None:
    before = pristine(graph.diff(2, 3, without_work="10.1234/keep"))
    changes = [
        Change("work", replace(graph.snapshot.works["keep"], doi=None)),
        Change("work", replace(graph.snapshot.works["twice"], doi=None)),
        Change("work", replace(graph.snapshot.works["other"], doi="10.1234/keep")),
    ]
    graph.write(changes, actor="ann", act="revise")
    assert pristine(graph.diff(2, 3, without_work="10.1234/keep")) == before
    assert before["question"]["without_work"] == ["keep"]
