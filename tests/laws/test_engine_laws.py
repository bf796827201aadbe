"""Best simple paths, impact and reliability against brute force over every permutation of entities, by each engine."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, pairwise, permutations, product
from math import isclose, prod
from types import ModuleType

import networkx as nx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import kg.engine
from kg.compiled import search
from kg.criteria import Criteria
from kg.network import Network
from kg.reliability import Z95, Reliability, reliability, wilson
from kg.suppositions import Assumption
from tests.builders import network

NAMES = "abcdef"
ENGINES = pytest.mark.parametrize("engine", [kg.engine, search], ids=["plain", "compiled"])
GRADES = ["weak", "low", "good", "good:disputes good:supports:z", "low:supports:z"]
RELATIONS = {"raises": 1, "enables": 1, "lowers": -1, "mitigates": -1}

lines = st.lists(
    st.tuples(
        st.sampled_from(NAMES), st.sampled_from(sorted(RELATIONS)), st.sampled_from(NAMES), st.sampled_from(GRADES)
    ),
    min_size=1,
    max_size=16,
    unique_by=lambda line: line[:3],
).map(lambda some: [" ".join(line) for line in some if line[0] != line[2]])


def oracle(
    net: Network, source: str, target: str, max_links: int, blocked: frozenset[str] = frozenset()
) -> list[tuple[float, int, tuple[str, ...], int]]:
    """Every simple path by trying every sequence of entities: (-product, length, claims, sign), sorted."""
    claims: dict[tuple[str, str], list[tuple[str, int, float]]] = {}
    for id, (subject, object, sign) in net.links.items():
        claims.setdefault((net.ids[subject], net.ids[object]), []).append((id, sign, net.opinion(id).expected))
    found = []
    between = [id for id in net.ids if id not in {source, target} | blocked]
    for length in range(max_links):
        for middle in permutations(between, length):
            nodes = (source, *middle, target)
            choices = [claims.get(pair, []) for pair in pairwise(nodes)]
            for chosen in product(*choices):
                value = prod(sorted(p for _, _, p in chosen))
                sign = prod(s for _, s, _ in chosen)
                found.append((-round(value, 12), len(chosen), tuple(id for id, _, _ in chosen), sign))
    return sorted(found)


@ENGINES
@settings(max_examples=150, deadline=None)
@given(lines, st.integers(1, 5), st.sampled_from([None, 1, -1]), st.integers(1, 12), st.sampled_from(["", "c"]))
def test_best_paths_equal_brute_force(
    engine: ModuleType, some: list[str], max_links: int, sign: int | None, k: int, block: str
) -> None:
    net = network(*some, "a raises f weak", criteria=Criteria(block=tuple(block)))
    wanted = [path for path in oracle(net, "a", "f", max_links, frozenset(block)) if sign is None or path[3] == sign]
    found = engine.best_paths(
        net, frozenset([net.index["a"]]), frozenset([net.index["f"]]), k=k, max_links=max_links, sign=sign
    )
    assert found.complete
    assert found.paths == [claims for _, _, claims, _ in wanted[:k]]


@ENGINES
@settings(max_examples=100, deadline=None)
@given(lines, st.data(), st.integers(1, 5), st.sampled_from([None, 1, -1]), st.integers(1, 12))
def test_what_is_certain_costs_nothing(
    engine: ModuleType, some: list[str], data: st.DataObject, max_links: int, sign: int | None, k: int
) -> None:
    plain = network(*some, "a raises f weak")
    certain = data.draw(st.sets(st.sampled_from(sorted(plain.links)), min_size=1))
    assumed = dict.fromkeys(certain, Assumption("a", "raises", "f", 1.0).opinion)
    net = Network.build(plain.snapshot, plain.criteria, plain.vocabulary, assumed)
    ends = frozenset([net.index["a"]]), frozenset([net.index["f"]])
    every = oracle(net, "a", "f", max_links)
    wanted = [path for path in every if sign is None or path[3] == sign]
    found = engine.best_paths(net, *ends, k=k, max_links=max_links, sign=sign)
    assert found.complete
    assert found.paths == [claims for _, _, claims, _ in wanted[:k]]
    firsts = {sign: next((claims for _, _, claims, one in every if one == sign), None) for sign in (1, -1)}
    for walks in (50_000, 0):
        reached = engine.reach(net, ends[0], forward=True, max_links=max_links, walks=walks).paths[net.index["f"]]
        assert {sign: reached[sign][0] if reached.get(sign) else None for sign in (1, -1)} == firsts


@ENGINES
@settings(max_examples=100, deadline=None)
@given(lines, st.integers(1, 5), st.booleans(), st.sampled_from(["", "c"]))
def test_reach_equals_brute_force_whether_walked_or_by_rounds(
    engine: ModuleType, some: list[str], max_links: int, forward: bool, block: str
) -> None:
    net = network(*some, "a raises f weak", criteria=Criteria(block=tuple(block)))
    anchor = frozenset([net.index["a"]])
    walked = engine.reach(net, anchor, forward=forward, max_links=max_links)
    rounds = engine.reach(net, anchor, forward=forward, max_links=max_links, walks=0)
    assert walked.exhaustive
    assert walked.complete
    assert rounds.complete
    assert not rounds.exhaustive or not walked.paths
    for other in net.ids:
        if other == "a":
            continue
        ends = ("a", other) if forward else (other, "a")
        every = oracle(net, *ends, max_links, frozenset(block))
        for sign in (1, -1):
            wanted = [claims for _, _, claims, one in every if one == sign]
            assert walked.paths.get(net.index[other], {}).get(sign, []) == wanted
            assert rounds.paths.get(net.index[other], {}).get(sign, []) == wanted[:1]


@ENGINES
@settings(max_examples=100, deadline=None)
@given(lines, st.integers(1, 5))
def test_reach_lists_the_paths_that_networkx_lists(engine: ModuleType, some: list[str], max_links: int) -> None:
    net = network(*some, "a raises f weak")
    reached = engine.reach(net, frozenset([net.index["a"]]), forward=True, max_links=max_links)
    for target in net.ids[1:]:
        theirs = nx.all_simple_edge_paths(net.graph, net.index["a"], net.index[target], cutoff=max_links)
        ours = [path for paths in reached.paths.get(net.index[target], {}).values() for path in paths]
        assert sorted(ours) == sorted(tuple(claim for _, _, claim in path) for path in theirs)


@ENGINES
def test_a_hub_with_tied_parallel_routes_is_ranked_by_links_then_ids(engine: ModuleType) -> None:
    middle = [f"m{n:02d}" for n in range(40)]
    net = network(*(f"a raises {m}" for m in middle), *(f"{m} raises f" for m in middle), "a lowers f", "a enables f")
    found = engine.best_paths(net, frozenset([net.index["a"]]), frozenset([net.index["f"]]), k=5, max_links=4)
    assert found.paths[:2] == [("a--enables--f",), ("a--lowers--f",)]
    assert found.paths[2:] == [(f"a--raises--{m}", f"{m}--raises--f") for m in middle[:3]]


@ENGINES
def test_a_dense_cycle_ends_at_its_limit_and_says_so(engine: ModuleType) -> None:
    nodes = [f"n{n:02d}" for n in range(14)]
    net = network(*(f"{a} raises {b}" for a in nodes for b in nodes if a != b))
    ends = frozenset([net.index["n00"]]), frozenset([net.index["n13"]])
    found = engine.best_paths(net, *ends, k=100_000, max_links=12, pops=2_000)
    assert not found.complete
    assert found.paths[0] == ("n00--raises--n13",)


@ENGINES
def test_a_cycle_that_would_flip_the_sign_is_not_a_path(engine: ModuleType) -> None:
    net = network("a raises b", "b lowers c", "c raises b", "b raises f")
    for walks in (1000, 0):
        reached = engine.reach(net, frozenset([net.index["a"]]), forward=True, max_links=6, walks=walks)
        assert set(reached.paths[net.index["f"]]) == {1}


path_sets = st.lists(st.sets(st.sampled_from("pqrstuv"), min_size=1, max_size=4).map(sorted), min_size=1, max_size=8)
chances = st.lists(st.floats(0, 1), min_size=7, max_size=7)


@settings(deadline=None)
@given(path_sets, chances)
def test_exact_reliability_sums_over_all_states(paths: list[list[str]], values: list[float]) -> None:
    row = dict(zip("pqrstuv", values, strict=True))
    total = 0.0
    for state in product([True, False], repeat=7):
        holds = dict(zip("pqrstuv", state, strict=True))
        if any(all(holds[claim] for claim in path) for path in paths):
            total += prod(row[claim] if up else 1 - row[claim] for claim, up in holds.items())
    result = reliability(paths, [row])
    assert result.method == "exact"
    assert isclose(result.chances[0], total, abs_tol=1e-9)
    alone = [prod(row[claim] for claim in set(path)) for path in paths]
    assert max(alone) <= result.chances[0] + 1e-9
    assert result.chances[0] <= 1 - prod(1 - one for one in alone) + 1e-9


def test_many_paths_are_sampled_with_a_fixed_seed_near_the_truth() -> None:
    paths = [[f"a{n}", f"b{n}"] for n in range(70)]
    row = {claim: 0.1 for path in paths for claim in path}
    result: Reliability = reliability(paths, [row, dict.fromkeys(row, 0.2)])
    assert result == reliability(paths, [row, dict.fromkeys(row, 0.2)])
    assert result.method == "sampled"
    for chance, interval, p in zip(result.chances, result.intervals, (0.01, 0.04), strict=True):
        truth = 1 - (1 - p) ** 70
        assert abs(chance - truth) < 0.01
        assert interval[0] <= chance <= interval[1]


@settings(deadline=None, max_examples=30)
@given(st.text(max_size=8), st.lists(st.floats(0, 1), min_size=2, max_size=2).map(sorted))
def test_a_claim_holds_in_its_share_of_the_samples(claim: str, pair: list[float]) -> None:
    # Seventy paths that share one claim and are sure otherwise: the chance is that of the claim.
    paths = [[claim, f"sure{n}", f"sure{n + 1}"] for n in range(0, 140, 2)]
    rows = [{one: (p if one == claim else 1.0) for path in paths for one in path} for p in (*pair, 0.0, 1.0)]
    result = reliability(paths, rows)
    assert result.method == "sampled"
    low, high, never, always = result.chances
    assert (never, always) == (0.0, 1.0)
    assert (result.intervals[2][0], result.intervals[3][1]) == (0.0, 1.0)
    assert all(
        lower <= chance <= upper for chance, (lower, upper) in zip(result.chances, result.intervals, strict=True)
    )
    # The same numbers behind both: what holds with a lower chance holds with a higher one.
    assert low <= high
    for chance, p in zip((low, high), pair, strict=True):
        assert abs(chance - p) <= 5 * (p * (1 - p) / 65_536) ** 0.5 + 2**-16


@settings(deadline=None)
@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
@example((65_536, 65_536))
@example((0, 65_536))
@example((20, 20))
@example((1, 10**6))
def test_an_interval_is_that_of_wilson_and_holds_its_share(seen: tuple[int, int]) -> None:
    share, low, high = Fraction(*seen), *map(Fraction, wilson(seen[0] / seen[1], seen[1]))
    spread, near = Fraction(Z95) ** 2 / seen[1], Fraction(1, 10**12)

    def beyond(chance: Fraction) -> Fraction:
        """Above 0 where the share lies further from a chance than 1.96 of its standard errors."""
        return (share - chance) ** 2 - spread * chance * (1 - chance)

    assert low <= Fraction(seen[0] / seen[1]) <= high
    assert beyond(low - near) > 0 > beyond(low + near)
    assert beyond(high + near) > 0 > beyond(high - near)
    assert (low == 0, high == 1) == (share == 0, share == 1)


def test_claims_hold_independently_of_each_other() -> None:
    row = {f"c{n}": 0.5 for n in range(8)} | {f"sure{n}": 1.0 for n in range(70)}
    for a, b in combinations(range(8), 2):
        (both,) = reliability([[f"c{a}", f"c{b}", f"sure{n}"] for n in range(70)], [row]).chances
        assert abs(both - 0.25) < 5 * (0.25 * 0.75 / 65_536) ** 0.5


@ENGINES
@pytest.mark.parametrize("sign", [1, -1, None])
def test_no_path_is_an_empty_complete_answer(engine: ModuleType, sign: int | None) -> None:
    net = network("a raises b", "c raises f")
    found = engine.best_paths(
        net, frozenset([net.index["a"]]), frozenset([net.index["f"]]), k=3, max_links=6, sign=sign
    )
    assert (found.paths, found.complete) == ([], True)
