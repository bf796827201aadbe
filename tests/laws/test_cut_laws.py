"""Cuts against trying every subset of mitigations, claims and works over every permutation of entities."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import combinations, pairwise, permutations, product
from math import isclose, prod
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.belief import opinion
from kg.criteria import Criteria
from kg.errors import InputError
from kg.network import Network
from kg.question import cut
from kg.question.hitting import FEW, smallest
from kg.question.routes import Terrain
from kg.vocabulary import load
from tests.builders import network, records, snapshot

TYPES = {"s": "Technique", "u": "Technique", "x": "Risk", "y": "Risk", "m": "Mitigation", "n": "Mitigation"}
NAMES = "suabxy"
GRADES = ["weak", "low", "good", "good:supports:p", "low:supports:p low:supports:q", "good:supports:q weak:disputes:z"]
RELATIONS = ["raises", "enables", "lowers", "mitigates"]

routes_drawn = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(RELATIONS), st.sampled_from(NAMES), st.sampled_from(GRADES)),
    min_size=1,
    max_size=13,
    unique_by=lambda line: line[:3],
)
measures_drawn = st.lists(
    st.tuples(
        st.sampled_from("mn"), st.sampled_from(["lowers", "raises"]), st.sampled_from(NAMES), st.sampled_from(GRADES)
    ),
    max_size=6,
    unique_by=lambda line: line[:3],
)
lines = st.tuples(routes_drawn, measures_drawn).map(
    lambda parts: [" ".join(line) for part in parts for line in part if line[0] != line[2]]
)
Sets = list[list[str]]


def net_of(some: Sequence[str], criteria: Criteria | None = None) -> Network:
    return network(
        *some,
        "s raises a weak",
        "u raises a weak:supports:u",
        "a raises x weak",
        "b lowers y weak",
        types=TYPES,
        criteria=criteria,
    )


def routes_of(net: Network, sources: Iterable[str], targets: Iterable[str], max_links: int) -> list[tuple[str, ...]]:
    """Every positive simple path from a source to a target, by trying every sequence of entities."""
    claims: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for id, (subject, object, sign) in net.links.items():
        claims.setdefault((net.ids[subject], net.ids[object]), []).append((id, sign))
    found = []
    for source, target in product(sources, targets):
        between = [id for id in net.ids if id not in {source, target, *net.criteria.block}]
        for length in range(max_links):
            for middle in permutations(between, length):
                for chosen in product(*(claims.get(pair, []) for pair in pairwise((source, *middle, target)))):
                    if prod(sign for _, sign in chosen) == 1:
                        found.append(tuple(id for id, _ in chosen))
    return found


def every_smallest(elements: Iterable[str], breaks_all: Callable[[set[str]], bool]) -> Sets | None:
    """All smallest subsets that break every route, in order; None when not even all elements do."""
    universe = sorted(elements)
    for size in range(len(universe) + 1):
        found = [list(some) for some in combinations(universe, size) if breaks_all(set(some))]
        if found:
            return found
    return None


def works_of(net: Network, claim: str) -> set[str]:
    stances = net.vocabulary.stances
    return {item.work for item in net.counting(claim) if stances[item.stance].polarity > 0}


def entities_on(net: Network, route: Sequence[str]) -> set[str]:
    claims = net.snapshot.claims
    return {claims[route[0]].subject, *(claims[id].object for id in route)}


def lowering(net: Network, threshold: float) -> dict[str, set[str]]:
    """Mitigation -> the entities that it lowers strongly enough."""
    found: dict[str, set[str]] = {}
    for id in net.links:
        claim = net.snapshot.claims[id]
        if claim.subject in "mn" and claim.relation == "lowers" and round(net.opinion(id).expected, 12) >= threshold:
            found.setdefault(claim.subject, set()).add(claim.object)
    return found


@settings(max_examples=60, deadline=None)
@given(
    lines,
    st.integers(1, 5),
    st.sampled_from([0.0, 0.62, 0.7, 0.8]),
    st.sampled_from([20_000, 1]),
    st.sampled_from(["", "b"]),
)
def test_cuts_equal_trying_every_subset(
    some: list[str], max_links: int, threshold: float, most: int, block: str
) -> None:
    net = net_of(some, Criteria(block=tuple(block)))
    routes = routes_of(net, "su", "xy", max_links)
    lowers = lowering(net, threshold)
    on = [entities_on(net, route) for route in routes]
    coverable = [visited for visited in on if any(visited & lowered for lowered in lowers.values())]

    def touched(chosen: set[str], visited: set[str]) -> bool:
        return any(visited & lowers[mitigation] for mitigation in chosen)

    mitigations = every_smallest(lowers, lambda chosen: all(touched(chosen, visited) for visited in coverable))
    claims = every_smallest(
        {id for route in routes for id in route}, lambda gone: all(gone & set(route) for route in routes)
    )
    stands = {id: works_of(net, id) for route in routes for id in route}
    works = every_smallest(
        {work for own in stands.values() for work in own},
        lambda gone: all(any(stands[id] <= gone for id in route) for route in routes),
    )
    answer = cut.find(net, ["x", "y"], max_links=max_links, threshold=threshold, most_routes=most)
    cuttable = len(coverable) == len(routes)
    assert answer["cuttable"] is cuttable
    assert answer["mitigations" if cuttable else "partial"] == (mitigations or [[]])[0]
    assert answer["partial" if cuttable else "mitigations"] is None
    assert answer["minimal"] == {"mitigations": True, "claims": True, "works": True}
    listed = mitigations if cuttable or mitigations != [[]] else []
    for kind, wanted in (("mitigations", listed), ("claims", claims), ("works", works)):
        assert wanted is not None
        assert answer["alternatives"][kind] == (wanted if len(wanted) <= FEW else wanted[:1])
        assert (kind in answer["more"]) is (len(wanted) > FEW)
    bare = {route[0] for route, visited in zip(routes, on, strict=True) if visited not in coverable}
    assert answer["uncovered"] == sorted({net.snapshot.claims[id].subject for id in bare})
    assert ("No mitigation cuts any" in (answer.get("note") or "")) is (not cuttable and not coverable)
    if most > 1:
        assert answer["complete"]
        assert answer["route_count"] == len(routes)
        assert {tuple(route["claims"]) for route in answer["routes"]} == set(routes)
        for place in answer["uncovered_routes"]:
            assert answer["routes"][place]["entities"][0] in answer["uncovered"]


@settings(max_examples=40, deadline=None)
@given(lines, st.integers(1, 5))
def test_no_harmful_route_is_left_without_the_claims_or_the_works(some: list[str], max_links: int) -> None:
    net = net_of(some)
    answer = cut.find(net, ["x"], sources=["s"], max_links=max_links)
    lost = Criteria(without_work=tuple(answer["works"]))
    rebuilt = Network.build(net.snapshot, lost, net.vocabulary)
    assert routes_of(rebuilt, "s", "x", max_links) == []
    kept = [route for route in routes_of(net, "s", "x", max_links) if not set(answer["claims"]) & set(route)]
    assert kept == []
    for work in answer["works"]:
        fewer = Criteria(without_work=tuple(set(answer["works"]) - {work}))
        assert routes_of(Network.build(net.snapshot, fewer, net.vocabulary), "s", "x", max_links)


@settings(max_examples=40, deadline=None)
@given(lines, st.sampled_from([20_000, 1]))
def test_by_strength_is_the_likeliest_set_of_links(some: list[str], most: int) -> None:
    net = net_of(some)
    routes = [entities_on(net, route) for route in routes_of(net, "su", "x", 6)]
    links = {id: net.snapshot.claims[id] for id in net.links if id.startswith(("m--lowers", "n--lowers"))}
    routes = [visited for visited in routes if any(claim.object in visited for claim in links.values())]
    best = max(
        prod(net.opinion(id).expected for id in chosen)
        for size in range(len(links) + 1)
        for chosen in combinations(links, size)
        if all(any(links[id].object in visited for id in chosen) for visited in routes)
    )
    answer = cut.find(net, ["x"], threshold=0.0, weigh="strength", most_routes=most)
    assert isclose(1.0 if answer["strength"] is None else answer["strength"], best, rel_tol=1e-3)
    chosen = answer["mitigations"] if answer["cuttable"] else answer["partial"]
    assert [found["mitigation"] for found in answer["cuts"]] == chosen


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("sabcdx"), st.sampled_from(["raises", "enables"]), st.sampled_from("sabcdx")),
        min_size=1,
        unique=True,
    ),
    st.sampled_from([20_000, 1]),
)
def test_without_a_bound_and_without_signs_it_is_the_minimum_edge_cut(
    some: list[tuple[str, str, str]], most: int
) -> None:
    """Every claim is split by a node of its own, so that back edges and parallel claims are counted rightly."""
    net = network(*(" ".join(line) for line in some if line[0] != line[2]), "s raises x", types=TYPES)
    flow: nx.DiGraph[str] = nx.DiGraph()
    for id, (subject, object, _) in net.links.items():
        flow.add_edge(net.ids[subject], f"{id} in", capacity=99)
        flow.add_edge(f"{id} in", f"{id} out", capacity=1)
        flow.add_edge(f"{id} out", net.ids[object], capacity=99)
    size, _ = nx.minimum_cut(flow, "s", "x")
    assert len(cut.find(net, ["x"], sources=["s"], max_links=6, most_routes=most)["claims"]) == size


@settings(max_examples=60, deadline=None)
@given(
    lines,
    st.integers(1, 5),
    st.sets(st.integers(0, 12)),
    st.sampled_from([None, "b", "x"]),
    st.sampled_from([1, -1]),
    st.booleans(),
)
def test_routes_are_all_that_survive(
    some: list[str], max_links: int, gone: set[int], through: str | None, sign: int, terminal: bool
) -> None:
    net = net_of(some)
    if terminal:
        relations = dict(load().relations)
        relations["lowers"] = replace(relations["lowers"], propagation="terminal")
        net = Network.build(net.snapshot, Criteria(), replace(load(), relations=relations))
    lost = frozenset(id for place, id in enumerate(net.links) if place in gone)
    node = None if through is None or through not in net.index else frozenset([net.index[through]])
    terrain = Terrain(net, frozenset([net.index["s"], net.index["u"]]), frozenset([net.index["x"]]), max_links, sign)
    walked = terrain.walk(most=10**6, gone=lost, through=node)
    if sign == 1:
        wanted = [
            route
            for route in routes_of(net, "su", "x", max_links)
            if lost.isdisjoint(route)
            and (node is None or through in entities_on(net, route))
            and not (terminal and any("--lowers--" in id for id in route[:-1]))
        ]
        assert sorted(walked.routes) == sorted(wanted)
        if wanted:
            few = terrain.walk(most=1, gone=lost, through=node)
            assert len(few.routes[0]) == min(map(len, wanted))
            assert few.every is (len(wanted) == 1)
    assert walked.every
    assert all(prod(net.links[id][2] for id in route) == sign for route in walked.routes)
    assert [len(route) for route in walked.routes] == sorted(len(route) for route in walked.routes)


clauses = st.lists(
    st.frozensets(st.frozensets(st.sampled_from("abcdefg"), min_size=1, max_size=3), min_size=1, max_size=4), max_size=8
)


@settings(max_examples=80, deadline=None)
@given(clauses, st.lists(st.integers(1, 4), min_size=7, max_size=7), st.booleans(), st.randoms(use_true_random=False))
def test_smallest_sets_equal_trying_every_subset(
    routes: list[Any], given_weights: list[int], lazily: bool, random: Any
) -> None:
    weights = dict(zip("abcdefg", given_weights, strict=True))
    breaking = [
        (sum(weights[element] for element in some), some)
        for size in range(8)
        for some in combinations("abcdefg", size)
        if all(any(clause <= set(some) for clause in route) for route in routes)
    ]
    least = min(weight for weight, _ in breaking)
    wanted = tuple(sorted(some for weight, some in breaking if weight == least))

    def further(chosen: frozenset[str]) -> list[Any]:
        return [route for route in routes if not any(clause <= chosen for clause in route)][:1]

    shuffled = random.sample(routes, len(routes))
    found = smallest([] if lazily else shuffled, weights, further=further if lazily else None)
    assert found.complete
    assert found.at_least == least
    assert found.sets == (wanted[:1] if len(wanted) > FEW else wanted)
    assert found.more is (len(wanted) > FEW)


def test_the_first_in_order_is_found_among_many() -> None:
    routes = [frozenset(frozenset([f"{letter}{n}"]) for n in range(5)) for letter in "dcba"]
    weights = {f"{letter}{n}": 1 for letter in "abcd" for n in range(5)}
    found = smallest(routes, weights)
    assert (found.sets, found.more, found.at_least) == ((("a0", "b0", "c0", "d0"),), True, 4)


def test_without_time_nothing_is_called_smallest() -> None:
    net = net_of(["s raises x", "m lowers x"])
    answer = cut.find(net, ["x"], seconds=0.0)
    assert (answer["mitigations"], answer["claims"], answer["works"]) == (None, None, None)
    assert answer["minimal"] == {"mitigations": False, "claims": False, "works": False}
    assert not answer["complete"]
    assert {"mitigations", "claims", "works"} <= set(answer["limits"])
    assert "could be proven" in answer["note"]


def test_a_claim_that_a_scenario_assumes_stands_on_no_work() -> None:
    made = snapshot(records("s raises a", "a raises x", types=TYPES))
    net = Network.build(made, Criteria(), load(), assumed=dict.fromkeys(made.claims, opinion(6.0, 0.0)))
    answer = cut.find(net, ["x"])
    assert (answer["works"], answer["claims"], answer["minimal"]["works"]) == (None, ["a--raises--x"], True)
    assert "rests on no work" in answer["note"]


@pytest.mark.parametrize("most", [20_000, 1])
def test_the_threshold_is_met_to_twelve_decimals(most: int) -> None:
    net = network("s raises x", "m lowers x good", types=TYPES)
    level = round(net.opinion("m--lowers--x").expected, 12)
    assert cut.find(net, ["x"], threshold=level, most_routes=most)["mitigations"] == ["m"]
    assert cut.find(net, ["x"], threshold=level + 1e-6, most_routes=most)["mitigations"] is None


@pytest.mark.parametrize(("count", "listed"), [(FEW, FEW), (FEW + 1, 1)])
def test_all_sets_are_listed_as_long_as_they_are_few(count: int, listed: int) -> None:
    names = [f"n{place:02d}" for place in range(count)]
    found = smallest([frozenset(frozenset([name]) for name in names)], dict.fromkeys(names, 1))
    assert found.sets == tuple((name,) for name in names[:listed])
    assert found.more is (listed < count)


def test_ends_count_but_an_end_is_no_mitigation() -> None:
    net = network("s raises a", "a raises x", "m lowers s", "m raises y", types=TYPES)
    assert cut.find(net, ["x"])["mitigations"] == ["m"]
    assert cut.find(net, ["x"], sources=["m", "s"])["mitigations"] is None


def test_with_narrower_a_mitigation_of_the_broader_entity_counts() -> None:
    lines = ("s raises x", "m lowers w")
    broader = {"x": "w"}
    plain = cut.find(network(*lines, types=TYPES, broader=broader), ["x"])
    assert plain["mitigations"] is None
    assert "narrower" in plain["note"]
    wide = network(*lines, types=TYPES, broader=broader, criteria=Criteria(narrower=True))
    assert cut.find(wide, ["x"])["mitigations"] == ["m"]
    assert cut.find(wide, ["w"])["mitigations"] == ["m"], "a target stands for what is narrower"


def test_notes_say_which_threshold_would_do() -> None:
    net = network("s raises x", "m lowers x weak", types=TYPES)
    level = net.opinion("m--lowers--x").expected
    for lang, word in (("en", "With a threshold of 0.6 "), ("zh", "阈值取 0.6 时")):
        note = cut.find(net, ["x"], threshold=0.9, lang=lang)["note"]
        assert (level, word in note) == (pytest.approx(0.6), True)
    assert cut.find(net, ["x"], threshold=0.6)["mitigations"] == ["m"]


@pytest.mark.parametrize(
    ("targets", "more", "said"),
    [
        ([], {}, "no target"),
        (["x"], {"sources": ["x"]}, "both source and target"),
        (["x"], {"threshold": 1.5}, "from 0 to 1"),
        (["x"], {"threshold": float("nan")}, "from 0 to 1"),
        (["x"], {"weigh": "cost"}, "neither count nor strength"),
    ],
)
def test_bad_parameters_are_refused(targets: list[str], more: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        cut.find(network("s raises x", types=TYPES), targets, **more)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_to_cut_is_an_answer(lang: str) -> None:
    net = network("s raises a", "a lowers x", "m lowers x", types=TYPES)
    for sources in ((), ("s",)):
        answer = cut.find(net, ["x"], sources=sources, lang=lang)
        assert (answer["cuttable"], answer["mitigations"], answer["claims"], answer["works"]) == (True, [], [], [])
        assert answer["route_count"] == 0
        assert ("nothing to cut" if lang == "en" else "没有需要切断的路线") in answer["note"]
