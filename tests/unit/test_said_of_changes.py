"""What is said of a pair and its changes: the direction is the pair's, and what moved is what is told."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

import kg
from kg.model import Change, kind_of
from kg.question.robustness_said import would_be
from tests.builders import records

BOTH = ("a raises b good:supports:p weak:supports:s", "a lowers b low:supports:q low:supports:t")
MOVED = ("a raises b good:supports:p good:supports:r", "a lowers b good:supports:q low:disputes:w")


def opened(*lines: str) -> kg.Graph:
    graph = kg.open("sqlite://", empty=True)
    graph.write([Change(kind_of(one), one) for one in records(*lines)], actor="ann", act="add")
    return graph


def numbers(text: str) -> list[str]:
    return re.findall(r"0\.\d+", text)


@pytest.mark.parametrize("options", [{"sign": "-"}, {"sign": "+"}, {"k": 1}, {}])
def test_the_direction_of_a_pair_is_not_that_of_the_chains_listed(options: dict[str, Any]) -> None:
    graph = opened(*BOTH)
    said = {lang: graph.explain(graph.paths("a", "b", **options, lang=lang)) for lang in ("en", "zh")}
    assert "The record points both ways: a both raises and lowers b." in said["en"]
    assert "记录指向两个方向：中a既提高又降低中b。" in said["zh"]
    asked = "sign" in options
    assert ("Not asked for were chains of the other direction" in said["en"]) == asked
    assert ("未询问相反方向的链条" in said["zh"]) == asked
    assert ("neither is set off against the other" in said["en"]) != asked
    one = opened("a raises b good", "b lowers c good")
    assert "one way: a raises b." in one.explain(one.paths("a", "b", **{**options, "sign": None}))


def test_a_pair_that_turned_round_within_both_directions_says_so() -> None:
    graph = opened(*BOTH)
    answer = graph.what_if("a", "b", drop_work="p")
    change = answer["changes"][0]
    assert (change["kind"], change["direction"], change["sign"]) == ("flipped", ["mixed", "mixed"], [1, -1])
    old, new = (f"{value:.2f}" for value in change["expected"])
    assert change["explanation"] == (
        f"As the record stands, a both raises and lowers b, the stronger path raising it (expected {old}); in this "
        f"scenario, a both raises and lowers b, the stronger path lowering it (expected {new}), because of p."
    )
    assert "The stronger chain raises it before, and lowers it after." in graph.explain(answer)
    zh = graph.what_if("a", "b", drop_work="p", lang="zh")
    assert "较强的方向为提高" in zh["changes"][0]["explanation"]
    assert "较强的方向为降低" in zh["changes"][0]["explanation"]
    assert "较强的链条原先提高，此后降低。" in graph.explain(zh)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_moved_is_told_where_the_best_path_kept_its_expected_value(lang: str) -> None:
    graph = opened(*MOVED)
    answer = graph.what_if("a", "b", drop_work="w", lang=lang)
    change = answer["changes"][0]
    assert (change["kind"], change["direction"]) == ("weaker", ["mixed", "mixed"])
    assert change["expected"][0] == change["expected"][1]
    old, new = (f"{one['expected']:.2f}" for one in change["opposing"])
    assert old != new
    assert numbers(change["explanation"]) == [old, new]
    told = {
        "en": f"That of the best chain of the other direction goes from {old} to {new}.",
        "zh": f"另一方向最佳链条的期望值由 {old} 变为 {new}。",
    }
    assert told[lang] in graph.explain(answer)


@pytest.mark.parametrize(
    ("lang", "short", "long"),
    [
        (
            "en",
            "Without w the other direction would have an expected value of {1} instead of {0}.",
            "Without w the stronger direction stays, and the other direction would have an expected value of {1} "
            "instead of {0}.",
        ),
        (
            "zh",
            "去掉 w 后另一方向的期望值由 {0} 变为 {1}。",
            "没有 w，较强的方向不变，另一方向的期望值由 {0} 变为 {1}。",
        ),
    ],
)
def test_a_loss_is_told_by_figures_that_differ(lang: str, short: str, long: str) -> None:
    graph = opened(*MOVED)
    works = [replace(graph.snapshot.works[id], independence_group="one-study") for id in ("p", "r")]
    graph.write([Change("work", one) for one in works], actor="ann", act="group")
    answer = graph.robustness("a", "b", lang=lang)
    told = next(one for one in answer["works"] if one["change"] == "weaker")
    assert told["work"] == "w"
    figures = [f"{path['belief']['expected']:.2f}" for path in (answer["opposing"], told["opposing"])]
    assert figures[0] != figures[1]
    assert short.format(*figures) in answer["explanation"]
    assert long.format(*figures) in graph.explain(answer)


def test_figures_that_round_to_the_same_are_told_more_exactly() -> None:
    body = {"baseline": {"belief": {"expected": 0.8811, "uncertainty": 0.2}}, "opposing": None}
    entry = {"after": {"belief": {"expected": 0.8807, "uncertainty": 0.2}}, "opposing": None}
    assert would_be(body, entry).en == "the expected value would be 0.8807 instead of 0.8811"
    assert would_be(body, {**entry, "after": {"belief": {"expected": 0.7, "uncertainty": 0.2}}}).en.endswith("be 0.70")
