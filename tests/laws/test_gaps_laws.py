"""What hangs on a claim, gaps and disputes: against writing one more study into the record, and by definition."""

from __future__ import annotations

from dataclasses import replace
from math import isclose
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.criteria import Criteria
from kg.engine import product
from kg.errors import InputError, UnknownTerm
from kg.model import Evidence, Record
from kg.network import Network
from kg.question import disputes, gaps
from kg.question.raises import pairs
from kg.question.stakes import stakes, value_of
from kg.vocabulary import load
from tests.builders import entity, item, network, records, snapshot, work

TYPES = {"s": "Technique", "t": "Technique", "x": "Risk", "y": "Risk"}
GRADES = ["weak", "low", "good", "good:supports:p", "good:supports:q weak:disputes:z", "low:supports:p low:supports:q"]
lines = st.lists(
    st.tuples(
        st.sampled_from("stabxy"),
        st.sampled_from(["raises", "enables", "lowers", "mitigates"]),
        st.sampled_from("stabxy"),
        st.sampled_from(GRADES),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda line: line[:3],
).map(lambda some: [" ".join(line) for line in some if line[0] != line[2]])
Best = dict[tuple[str, str, int], tuple[float, tuple[str, ...]]]


def records_of(some: list[str]) -> list[Record]:
    return records(*some, "s raises a weak", "a raises x weak", "t lowers b weak", "b lowers y low", types=TYPES)


def best_of(net: Network, max_links: int) -> Best:
    """The best product and path of each technique, risk and sign."""
    rows, cols = net.of_types(["Technique"]), net.of_types(["Risk"])
    return {
        (row, col, sign): (product(net, by_sign[sign][0]), by_sign[sign][0])
        for row, col, by_sign, _ in pairs(net, rows, cols, max_links, set())
        for sign in (1, -1)
        if by_sign.get(sign)
    }


@settings(max_examples=60, deadline=None)
@given(lines, st.integers(1, 5), st.booleans())
def test_the_value_of_a_study_is_what_writing_it_would_change(some: list[str], max_links: int, listed: bool) -> None:
    made = records_of(some)
    net = Network.build(snapshot(made), Criteria(), load())
    before = best_of(net, max_links)
    joined = pairs(net, net.of_types(["Technique"]), net.of_types(["Risk"]), max_links, set())
    known = (
        joined
        if listed
        else (
            (row, col, {sign: paths[:1] for sign, paths in by_sign.items()}, False) for row, col, by_sign, _ in joined
        )
    )
    found = stakes(net, known, max_links=max_links)
    assert set(found) == {claim for _, path in before.values() for claim in path}
    for claim, stake in found.items():
        chance = net.opinion(claim).expected
        wanted = 0.0
        for stance, weight in (("supports", chance), ("disputes", 1.0 - chance)):
            study = [work("new"), item(claim, 999_999, "new", stance, grade="good")]
            after = best_of(Network.build(snapshot([*made, *study]), Criteria(), load()), max_links)
            wanted += weight * sum(
                abs(after.get(key, (0.0, ()))[0] - value) for key, (value, path) in before.items() if claim in path
            )
        assert stake.value is not None
        assert isclose(stake.value, wanted, abs_tol=1e-9)
        assert stake.answers == len({key[:2] for key, (_, path) in before.items() if claim in path})


def test_a_claim_that_no_best_path_uses_has_no_value() -> None:
    net = network("s raises x", types=TYPES)
    assert value_of(net, "s--raises--x", []) == 0.0
    assert stakes(net, [], max_links=6) == {}


def test_beyond_the_searches_the_value_is_not_known() -> None:
    net = network("s raises a", "a raises x", types=TYPES)
    pair = ("s", "x", {1: [("s--raises--a", "a--raises--x")]}, False)
    for searches, known in ((0, 0), (1, 1), (2, 2)):
        values = [one.value for one in stakes(net, [pair], max_links=6, searches=searches).values()]
        assert sum(value is not None for value in values) == known


def kinds_of(answer: Any, claim: str) -> set[str]:
    return {gap["kind"] for gap in answer["items"] if gap["claim"] == claim}


@settings(max_examples=60, deadline=None)
@given(lines, st.integers(1, 4), st.integers(2015, 2025))
def test_gaps_are_by_their_definitions(some: list[str], max_links: int, since: int) -> None:
    made = [
        replace(one, year=2012 + 2 * place) if one.id in "pqz" else one
        for place, one in enumerate(records_of(some))
        if not isinstance(one, Evidence)
    ] + [one for one in records_of(some) if isinstance(one, Evidence)]
    net = Network.build(snapshot(made), Criteria(), load())
    answer = gaps.find(net, since=since, max_links=max_links, limit=100_000)
    best = best_of(net, max_links)
    reached = {key[:2] for key in best}
    bare = {(gap["pair"]["technique"], gap["pair"]["risk"]) for gap in answer["items"] if gap["pair"]}
    rows, cols = net.of_types(["Technique"]), net.of_types(["Risk"])
    assert bare == {(row, col) for row in rows for col in cols} - reached
    used = {claim for _, path in best.values() for claim in path}
    for claim in net.snapshot.claims:
        items = net.snapshot.evidence_of(claim)
        years = [net.snapshot.works[one.work].year or 0 for one in items]
        behind = [one for one in items if one.stance == "supports"]
        wanted = {
            "unsupported": not behind,
            "single-work": len({one.work for one in behind}) == 1,
            "only-arguments": bool(behind) and all(one.kind == "argument" for one in behind),
            "low-certainty": claim in used and all(one.kind == "argument" for one in items if one.stance == "supports"),
            "stale": max(years) < since,
            "disputed-without-recent": max(years) < since and len({one.stance for one in items}) == 2,
        }
        assert kinds_of(answer, claim) == {kind for kind, holds in wanted.items() if holds}
    assert answer["counts"] == {kind: sum(gap["kind"] == kind for gap in answer["items"]) for kind in gaps.KINDS}
    order = [(gap["value"] is None, -round(gap["value"] or 0.0, 12)) for gap in answer["items"]]
    assert order == sorted(order)
    fewer = gaps.find(net, since=since, max_links=max_links, kind=["stale"], limit=1)
    stale = [gap for gap in answer["items"] if gap["kind"] == "stale"]
    assert fewer["items"] == stale[:1]
    assert (fewer["total"], fewer["counts"]) == (len(stale), answer["counts"])


def test_what_a_claim_rests_on_is_what_supports_it() -> None:
    """A work that disputes is none that a claim rests on, and of one group each side counts once."""
    disputed = network("s raises x weak:disputes:p", types=TYPES)
    assert kinds_of(gaps.find(disputed, since=2000), "s--raises--x") == {"unsupported"}
    both = records("s raises x good:supports:p low:disputes:q", types=TYPES)
    grouped = [replace(one, independence_group="g") if one.id in {"p", "q"} else one for one in both]  # type: ignore[call-arg]
    answer = gaps.find(Network.build(snapshot(grouped), Criteria(), load()), since=2000)
    assert kinds_of(answer, "s--raises--x") == {"single-work"}
    assert next(gap["works"] for gap in answer["items"] if gap["kind"] == "single-work") == ["p"]


def test_several_works_of_one_group_count_as_one_source() -> None:
    made = snapshot(
        [
            entity("s", "Technique"),
            entity("x", "Risk"),
            *(one for one in records("s raises x", types=TYPES) if not isinstance(one, Evidence)),
            work("p", 2021, group="lab"),
            work("q", 2022, group="lab"),
            item("s--raises--x", 1, "p", inferred=True),
            item("s--raises--x", 2, "q", inferred=True),
            item("s--raises--x", 3, "q", "qualifies"),
        ]
    )
    answer = gaps.find(Network.build(made, Criteria(), load()))
    assert kinds_of(answer, "s--raises--x") == {"single-group", "only-inferred"}
    assert answer["since"] == 2022 - gaps.RECENT_YEARS
    assert answer["items"][0]["works"] == ["p", "q"]
    assert "one independence group" in next(g["explanation"] for g in answer["items"] if g["kind"] == "single-group")
    retracted = Network.build(made, Criteria(without_work=("p", "q")), load())
    assert kinds_of(gaps.find(retracted), "s--raises--x") == {"unsupported"}


def test_what_is_low_follows_the_certainty_asked_for() -> None:
    net = network("s raises x low", types=TYPES)
    assert "low-certainty" in kinds_of(gaps.find(net), "s--raises--x")
    assert "low-certainty" not in kinds_of(gaps.find(net, below="very-low"), "s--raises--x")


def test_bad_words_name_near_ones() -> None:
    net = network("s raises x", types=TYPES)
    with pytest.raises(InputError, match="did you mean stale"):
        gaps.find(net, kind=["stael"])
    with pytest.raises(UnknownTerm, match="did you mean moderate"):
        gaps.find(net, below="moderat")


def test_a_record_without_gaps_says_so() -> None:
    net = network("s raises x good:supports:p good:supports:q", types=TYPES)
    answer = gaps.find(net)
    assert answer["items"] == []
    assert "No gap" in answer["note"]
    assert "缺口" in gaps.find(net, lang="zh")["note"]


@settings(max_examples=40, deadline=None)
@given(lines)
def test_disputes_are_the_contested_claims_and_the_pairs_of_both_signs(some: list[str]) -> None:
    net = Network.build(snapshot(records_of(some)), Criteria(), load())
    answer = disputes.find(net)
    stances = {id: {one.stance for one in net.snapshot.evidence_of(id)} for id in net.snapshot.claims}
    assert {found["claim"]["id"] for found in answer["items"]} == {id for id in stances if len(stances[id]) == 2}
    best = best_of(net, 6)
    mixed = {key[:2] for key in best if (*key[:2], 1) in best and (*key[:2], -1) in best}
    assert {(route["technique"], route["risk"]) for route in answer["routes"]} == mixed
    for route in answer["routes"]:
        key = (route["technique"], route["risk"])
        assert route["raises"][0]["claims"] == list(best[(*key, 1)][1])
        assert route["lowers"][0]["claims"] == list(best[(*key, -1)][1])
        weaker = min(route["reliability"]["raises"][1], route["reliability"]["lowers"][1])
        assert route["conflict"] == weaker
        assert 0.0 < route["balance"] <= 1.0
    contested = {tuple(path) for _, path in best.values() if any(net.weighing(claim).contested for claim in path)}
    assert {tuple(route["path"]["claims"]) for route in answer["contested_routes"]} == contested
    for listed in (answer["items"], answer["routes"], answer["contested_routes"]):
        order = [-round(found["conflict"], 12) for found in listed]
        assert order == sorted(order)


def test_kinds_of_study_and_years_separate_the_sides() -> None:
    claim = "s--raises--x"
    made = snapshot(
        [
            *(one for one in records("s raises x", types=TYPES) if not isinstance(one, Evidence)),
            work("old", 2019, group="lab"),
            work("older", 2018, group="lab"),
            work("new", 2024),
            work("undated", None),
            item(claim, 1, "old", grade="low"),
            item(claim, 2, "older", grade="good"),
            item(claim, 3, "new", "disputes", grade="good"),
            item(claim, 4, "undated", "disputes", grade="good"),
            item(claim, 5, "new", "qualifies", grade="low"),
        ]
    )
    (found,) = disputes.find(Network.build(made, Criteria(), load()))["items"]
    assert found["separates"] == {
        "kinds": {"supports": {"argument": 1, "empirical-experiment": 1}, "disputes": {"empirical-experiment": 2}},
        "only": {"supports": ["argument"], "disputes": []},
        "years": {"supports": [2018, 2019], "disputes": [2024, 2024]},
        "newer": "disputes",
        "groups": {"supports": 1, "disputes": 2},
    }
    assert found["answers"] == 1


def test_without_conflict_the_answer_explains_itself() -> None:
    answer = disputes.find(network("s raises x", types=TYPES))
    assert (answer["items"], answer["routes"], answer["contested_routes"]) == ([], [], [])
    assert "both sides" in answer["note"]
