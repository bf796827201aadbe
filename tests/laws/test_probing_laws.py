"""Comparing answers, leaving evidence out and retracting, against brute force and against doing it for good."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from math import prod
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kg
from kg.criteria import Criteria
from kg.model import Change, Evidence, Record, Text, kind_of
from kg.network import Network
from kg.question import robustness, what_if
from kg.question.compare import Comparison
from kg.question.compare_said import Moments
from kg.question.detours import Detours
from kg.question.losses import KINDS
from kg.question.standing import between, standing
from kg.scenario import Scenario
from tests.builders import snapshot, work
from tests.laws.suppositions import NAMES, WORKS, lines, scenarios
from tests.laws.test_engine_laws import oracle
from tests.laws.test_scenario_laws import VOCABULARY, network, written

NOWHEN = Moments(Text("before"), Text("after"))
LINKS = 4


def brute(net: Network, a: str, b: str) -> dict[int, list[tuple[float, tuple[str, ...]]]]:
    """Every path of a pair by sign, best first, from trying every sequence of entities."""
    found: dict[int, list[tuple[float, tuple[str, ...]]]] = {}
    for negative, _, claims, sign in oracle(net, a, b, LINKS) if {a, b} <= net.index.keys() else []:
        found.setdefault(sign, []).append((-negative, claims))
    return found


def chance(net: Network, paths: Iterable[tuple[str, ...]], value: str) -> float:
    """The chance that one of the paths holds, by inclusion and exclusion."""
    sets = [frozenset(path) for path in paths]
    numbers = {
        claim: {
            "low": net.opinion(claim).belief,
            "expected": net.opinion(claim).expected,
            "high": 1 - net.opinion(claim).disbelief,
        }[value]
        for some in sets
        for claim in some
    }
    return sum(
        (-1) ** (size + 1) * prod(numbers[claim] for claim in frozenset().union(*chosen))
        for size in range(1, len(sets) + 1)
        for chosen in combinations(sets, size)
    )


def head(net: Network, a: str, b: str) -> tuple[int, float] | None:
    """Sign and expected value of the best directed path of a pair."""
    firsts = [(paths[0][0], sign) for sign, paths in brute(net, a, b).items()]
    return max(firsts)[::-1] if firsts else None


def become(before: tuple[int, float] | None, after: tuple[int, float] | None) -> str:
    """What became of a pair, as far as its best path tells; "" when that stays as it was."""
    if before is None or after is None:
        return "" if before is after else "lost" if after is None else "gained"
    if before[0] != after[0]:
        return "flipped"
    return "" if before[1] == after[1] else "weaker" if after[1] < before[1] else "stronger"


@settings(max_examples=60, deadline=None)
@given(st.data(), lines)
def test_a_comparison_finds_every_pair_that_differs_and_no_other(data: st.DataObject, some: list[str]) -> None:
    base = written(some)
    before = network(base)
    after, _ = Scenario.parse(data.draw(scenarios(base)), VOCABULARY).apply(before)
    rebuilt = Network.build(after.snapshot, after.criteria, VOCABULARY, after.assumed)
    entries = Comparison(before, after, NOWHEN).pairs(NAMES, NAMES, max_links=LINKS, lang="en", limits=set())
    assert entries == Comparison(before, rebuilt, NOWHEN).pairs(NAMES, NAMES, max_links=LINKS, lang="en", limits=set())
    found = {(entry["source"], entry["target"]): entry for entry in entries}
    assert len(found) == len(entries)
    for a in NAMES:
        for b in NAMES:
            entry = found.get((a, b))
            if a == b:
                assert entry is None
                continue
            expected = become(head(before, a, b), head(after, a, b))
            all_before, all_after = brute(before, a, b), brute(after, a, b)
            if entry is None:
                assert expected == ""
                assert _numbers(before, all_before) == pytest.approx(_numbers(after, all_after), abs=1e-9)
                continue
            assert expected in {"", entry["kind"]}
            for net, paths, side, spans in zip(
                (before, after), (all_before, all_after), ("before", "after"), entry["reliability"], strict=True
            ):
                firsts = {tuple(one["claims"]) for one in _paths(entry[side])}
                assert firsts == {some[0][1] for some in paths.values()}
                for word, sign in (("raises", 1), ("lowers", -1)):
                    if sign in paths and len(paths[sign]) <= 8:
                        wanted = [
                            chance(net, [path for _, path in paths[sign]], at) for at in ("low", "expected", "high")
                        ]
                        assert spans[word] == pytest.approx(wanted, abs=1e-9)


def _paths(side: Any) -> list[Any]:
    return [] if side is None else [side["best"], *([] if side["opposing"] is None else [side["opposing"]])]


def _numbers(net: Network, by_sign: dict[int, list[tuple[float, tuple[str, ...]]]]) -> dict[int, float]:
    few = {sign: [path for _, path in paths] for sign, paths in by_sign.items() if len(paths) <= 8}
    return {sign: chance(net, paths, "expected") for sign, paths in few.items()} | {
        2 * sign: paths[0][0] for sign, paths in by_sign.items()
    }


@settings(max_examples=60, deadline=None)
@given(st.data(), lines)
def test_path_changes_are_those_of_the_whole_lists(data: st.DataObject, some: list[str]) -> None:
    base = written(some)
    before = network(base)
    scenario = Scenario.parse(data.draw(scenarios(base)), VOCABULARY)
    after, _ = scenario.apply(before)
    answer = what_if.find(before, after, "a", "b", scenario=scenario, k=data.draw(st.integers(1, 3)), max_links=LINKS)
    worth = [
        {path: value for paths in brute(net, "a", "b").values() for value, path in paths} for net in (before, after)
    ]
    changes = {tuple(one["claims"]): one for one in answer["changes"] if one["of"] == "path"}
    shown = {tuple(path["claims"]) for side in ("before", "after") for path in answer[side]}
    assert changes.keys() <= shown
    for path in shown:
        old, new = (one.get(path) for one in worth)
        if path not in changes:
            assert old == new
            continue
        kind = "gained" if old is None else "lost" if new is None else None
        assert changes[path]["kind"] == kind or (kind is None and changes[path]["kind"] in {"weaker", "stronger"})
        assert (
            old is None or new is None or old == new or changes[path]["kind"] == ("weaker" if new < old else "stronger")
        )


def without(base: list[Record], gone: Any) -> Network:
    return network([record for record in base if not (isinstance(record, Evidence) and gone(record))])


@settings(max_examples=60, deadline=None)
@given(lines, st.sampled_from([None, "weak"]))
def test_robustness_is_a_loop_over_records_without_the_evidence(some: list[str], grouped: str | None) -> None:
    """Direction and expected value of the best path are those of a record without the evidence, by brute force."""
    base = written([*some, "a raises b weak:supports:p"])
    if grouped:
        base = [work(key, group="g") if record.id == key else record for record in base for key in ["q"]]
    net = network(base)
    answer = robustness.find(net, "a", "b", max_links=LINKS)
    kinds = {
        "works": ("work", lambda name: lambda one: one.work == name),
        "study_kinds": ("study_kind", lambda name: lambda one: one.kind == name),
        "groups": ("group", lambda name: lambda one: one.work == ("q" if name == "g" else name)),
    }
    for listed, (word, gone) in kinds.items():
        entries = {entry[word]: entry for entry in answer[listed]}
        names = {"works": WORKS, "study_kinds": list(VOCABULARY.study_kinds), "groups": entries.keys()}[listed]
        for name in names:
            other = without(base, gone(name))
            change = become(head(net, "a", "b"), head(other, "a", "b"))
            entry = entries.get(name, {"change": "none", "after": answer["baseline"]})
            assert change in {"", entry["change"]}, name
            after = head(other, "a", "b")
            assert (entry["after"] is None) == (after is None)
            if after is not None:
                assert (entry["after"]["sign"], round(entry["after"]["belief"]["expected"], 12)) == after
    losses = {name: head(without(base, kinds["works"][1](name)), "a", "b") for name in WORKS}
    breaking = {name for name, after in losses.items() if become(head(net, "a", "b"), after) in {"lost", "flipped"}}
    assert set(answer["fragile"]) == breaking
    assert [entry["work"] for entry in answer["works"]][: len(breaking)] == answer["fragile"]


def values(paths: Iterable[Any]) -> dict[int, list[float]]:
    """Expected value, belief and disbelief of the best path of each direction."""
    best: dict[int, Any] = {}
    for path in paths:
        if path["sign"] not in best or path["belief"]["expected"] > best[path["sign"]]["belief"]["expected"]:
            best[path["sign"]] = path
    return {
        sign: [round(path["belief"][name], 12) for name in ("expected", "belief", "disbelief")]
        for sign, path in best.items()
    }


@settings(max_examples=60, deadline=None)
@given(lines)
def test_robustness_is_what_if_but_for_the_reliability_of_all_paths(some: list[str]) -> None:
    """Direction and values of the best and the opposing path equal those of what-if for every loss.

    `change` does too, but for what-if's weaker and stronger by the reliability of all paths together, here "none".
    """
    base = written([*some, "a raises b weak:supports:p"])
    net = network(base)
    answer = robustness.find(net, "a", "b", max_links=LINKS)
    shown = values(path for path in (answer["baseline"], answer["opposing"]) if path is not None)
    losses: list[tuple[str, str, Any]] = [
        *(("works", name, lambda one, name=name: one.work == name) for name in WORKS),
        *(("study_kinds", name, lambda one, name=name: one.kind == name) for name in VOCABULARY.study_kinds),
    ]
    for listed, name, gone in losses:
        entries = {entry[KINDS[listed]]: entry for entry in answer[listed]}
        unlisted = {"change": "none", "direction": answer["direction"], "after": answer["baseline"]}
        entry = entries.get(name, unlisted)
        asked = what_if.find(net, without(base, gone), "a", "b", scenario=Scenario(), k=1000, max_links=LINKS)
        (change,) = [one["kind"] for one in asked["changes"] if one["of"] == "pair"] or ["none"]
        assert entry["direction"] == asked["direction"][1]
        expected = None if entry["after"] is None else entry["after"]["belief"]["expected"]
        assert expected == pytest.approx(asked["expected"][1], abs=1e-12)
        if entry["change"] == "none":
            assert change in {"none", "weaker", "stronger"}
            assert values(asked["after"]) == values(asked["before"]) == shown
        else:
            assert change == entry["change"]


@pytest.mark.parametrize(
    ("criteria", "untouched"),
    [({}, 2), ({"only_work": ("p", "q")}, 1), ({"without_work": ("q",)}, 1), ({"min_strength": "strong"}, 1)],
)
def test_works_that_the_criteria_leave_out_are_not_told_as_tried(criteria: Any, untouched: int) -> None:
    some = ["a raises b good:supports:p", "b raises c good:supports:q", "c raises d weak:supports:s"]
    net = Network.build(snapshot(written(some)), Criteria(**criteria), VOCABULARY)
    answer = robustness.find(net, "a", "b")
    assert ([entry["work"] for entry in answer["works"]], answer["untouched"]) == (["p"], untouched)


def test_a_work_beside_the_best_path_moves_the_reliability_alone() -> None:
    some = ["a raises b good:supports:p", "a raises c weak:supports:q", "c raises b weak:supports:q"]
    net = network(written(some))
    answer = robustness.find(net, "a", "b")
    assert ([entry["work"] for entry in answer["works"]], answer["untouched"]) == (["p"], 1)
    scenario = Scenario(drop_work=("q",))
    asked = what_if.find(net, scenario.apply(net)[0], "a", "b", scenario=scenario)
    assert [one["kind"] for one in asked["changes"]] == ["weaker", "lost"]
    assert (asked["direction"], asked["expected"][0]) == (["raises"] * 2, asked["expected"][1])
    assert asked["reliability"][1]["raises"][1] < asked["reliability"][0]["raises"][1]


@settings(max_examples=25, deadline=None)
@given(lines)
def test_the_fragility_of_every_cell_is_that_of_its_pair(some: list[str]) -> None:
    net = network(written(some))
    answer = robustness.matrix(net, rows="Factor", cols="Factor", max_links=LINKS)
    cells = {(cell["row"], cell["col"]): cell for cell in answer["cells"]}
    for a in NAMES:
        for b in NAMES:
            if a == b:
                continue
            pair = robustness.find(net, a, b, max_links=LINKS)
            if pair["baseline"] is None:
                assert (a, b) not in cells
                continue
            cell = cells[a, b]
            assert (cell["direction"], cell["stands_on"], cell["fragile"]) == (
                pair["direction"], pair["stands_on"], pair["fragile"],
            )  # fmt: skip
            first = (
                pair["works"][0]
                if pair["works"] and pair["works"][0]["change"] in {"flipped", "lost", "weaker"}
                else None
            )
            assert (cell["worst"] and cell["worst"]["work"]) == (first and first["work"])
    assert cells.keys() <= {(a, b) for a in NAMES for b in NAMES if a != b}


SHOWN = ("kind", "source", "target", "direction", "expected", "reliability", "before", "after")


def same(entries: Any) -> list[Any]:
    return [{name: entry[name] for name in SHOWN} for entry in entries]


@pytest.mark.parametrize("number", range(3))
def test_a_retraction_does_what_its_preview_says(database_url: str, number: int) -> None:
    claims = [
        "a raises b good:supports:p low:supports:q",
        "b lowers c good:supports:q low:disputes:p",
        "a raises c weak:supports:r",
        "c raises d good:supports:p",
        "b raises d weak:supports:s weak:disputes:q",
    ]
    with kg.open(database_url, empty=True).store as store:
        graph = kg.Graph(store)
        graph.write([Change(kind_of(record), record) for record in written(claims)], actor="ann", act="add")
        before = graph.revision
        key, options = "pqr"[number], {"rows": "Factor", "cols": "Factor"}
        preview = graph.retract(key, dry_run=True, **options)
        assert graph.revision == before
        done = graph.retract(key, notice="https://example.org/notice", why="fraud", actor="bob", **options)
        assert done["revision"] == graph.revision == before + 1
        assert (done["changes"], done["claims"]) == (preview["changes"], preview["claims"])
        assert (preview["dry_run"], done["dry_run"]) == (True, False)
        actual = graph.diff(before, before + 1, **options)
        assert same(actual["changes"]) == same(preview["changes"])
        assert [entry["claim"] for entry in actual["claims"]] == [entry["claim"] for entry in preview["claims"]]
        now = graph.matrix(rows="Factor", cols="Factor")["cells"]
        then = {
            (cell["row"], cell["col"]): cell
            for cell in graph.matrix(rows="Factor", cols="Factor", as_of=before)["cells"]
        }
        for entry in preview["changes"]:
            pair = entry["source"], entry["target"]
            cell = next((cell for cell in now if (cell["row"], cell["col"]) == pair), None)
            for side, found in (("before", then.get(pair)), ("after", cell)):
                assert (entry[side] and entry[side]["best"]) == (found and found["best"])
        as_if_not = graph.matrix(rows="Factor", cols="Factor", include_retracted=True)["cells"]
        assert as_if_not == list(then.values())
        assert graph.work(key)["notice"] == "https://example.org/notice"
        undone = graph.retract(key, status="current", **options)
        assert same(undone["changes"]) != same(preview["changes"]) or not preview["changes"]
        assert graph.matrix(rows="Factor", cols="Factor")["cells"] == list(then.values())
        assert graph.diff(before, **options)["changes"] == []
        assert (graph.work(key)["status"], graph.work(key)["notice"]) == ("current", None)
        assert not graph.verify()["problems"]


BACK = {"lost": "gained", "gained": "lost", "weaker": "stronger", "stronger": "weaker"}


@settings(max_examples=40, deadline=None)
@given(st.data(), lines)
def test_to_and_fro_lost_is_gained_and_weaker_is_stronger(data: st.DataObject, some: list[str]) -> None:
    base = written(some)
    before = network(base)
    after, _ = Scenario.parse(data.draw(scenarios(base)), VOCABULARY).apply(before)
    to, fro = (
        {
            (entry["source"], entry["target"]): entry
            for entry in Comparison(*nets, NOWHEN).pairs(NAMES, NAMES, max_links=LINKS, lang="en", limits=set())
        }
        for nets in ((before, after), (after, before))
    )
    assert to.keys() == fro.keys()
    for pair, entry in to.items():
        assert fro[pair]["kind"] == BACK.get(entry["kind"], entry["kind"])
        assert fro[pair]["direction"] == entry["direction"][::-1]
        assert fro[pair]["because"] == entry["because"]
    claims = [Comparison(*nets, NOWHEN).claims(lang="zh") for nets in ((before, after), (after, before))]
    assert {entry["claim"]: entry["state"] for entry in claims[0]} == {
        entry["claim"]: entry["state"][::-1] for entry in claims[1]
    }


@settings(max_examples=40, deadline=None)
@given(lines)
def test_a_claim_changes_because_of_the_works_that_were_left_out(some: list[str]) -> None:
    base = written(some)
    before = network(base)
    for key in WORKS:
        after = network(base, Criteria(without_work=(key,)))
        for entry in Comparison(before, after, NOWHEN).claims(lang="en"):
            assert entry["because"] == [key]
            assert key in entry["explanation"]


@settings(max_examples=80, deadline=None)
@given(st.data(), lines)
def test_a_loss_that_cannot_move_a_pair_does_not(data: st.DataObject, some: list[str]) -> None:
    base = written([*some, "a raises b weak:supports:p"])
    net = network(base)
    items = [one for one in base if isinstance(one, Evidence)]
    gone = data.draw(st.lists(st.sampled_from(items), min_size=1, max_size=4, unique=True))
    by_claim: dict[str, set[str]] = {}
    for one in gone:
        by_claim.setdefault(one.claim, set()).add(one.id)
    ends = net.nodes_of("a"), net.nodes_of("b")
    stands, after = (
        standing(each, between(each, "a", "b", max_links=LINKS, deep=False)[0], reliable=False)
        for each in (net, without(base, lambda one: one in gone))
    )
    assert stands is not None
    if not Detours.of(net, *ends, stands, max_links=LINKS).can_move(by_claim):
        assert after == stands
