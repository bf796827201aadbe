"""Flows against networkx, igraph and trying every subset: cuts that are enough, routes that share no claim."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from math import inf

import igraph
import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.compiled import flow, ways
from kg.compiled.field import Field, Layers
from kg.criteria import Criteria
from kg.network import Network
from kg.question.cutting import Mitigations, Routes, Works
from kg.question.hitting import smallest
from kg.question.routes import Terrain
from kg.question.sufficient import Bounds, covering, disjoint
from tests.laws.test_cut_laws import entities_on, lines, lowering, net_of, routes_of, works_of

arcs_drawn = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(1, 3)), max_size=25)


@settings(max_examples=100, deadline=None)
@given(arcs_drawn)
def test_a_minimum_cut_is_that_of_networkx_and_igraph(arcs: list[tuple[int, int, int]]) -> None:
    kept = [arc for arc in arcs if arc[0] != arc[1]]
    tail, head, capacity = np.array(kept, np.int64).reshape(-1, 3).T
    value, places = ways.minimum_cut(7, tail, head, 0, 6, capacity)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(7))
    for a, b, width in kept:
        graph.add_edge(a, b, capacity=width + graph.get_edge_data(a, b, {"capacity": 0})["capacity"])
    wanted, _ = nx.minimum_cut(graph, 0, 6)
    drawn = igraph.Graph(n=7, edges=[arc[:2] for arc in kept], directed=True)
    assert value == wanted == drawn.mincut(0, 6, capacity=[arc[2] for arc in kept]).value
    assert int(capacity[places].sum()) == value
    left = nx.DiGraph([arc[:2] for at, arc in enumerate(kept) if at not in set(places.tolist())])
    left.add_nodes_from([0, 6])
    assert not nx.has_path(left, 0, 6)


@settings(max_examples=150, deadline=None)
@given(arcs_drawn, st.sets(st.integers(0, 6), min_size=1, max_size=3), st.sampled_from([200, 1]))
def test_ways_from_both_ends_find_the_same_minimum(arcs: list[tuple[int, int, int]], ends: set[int], most: int) -> None:
    tail, head = np.array([arc[:2] for arc in arcs], np.int64).reshape(-1, 2).T
    sources, sinks = np.array(sorted(ends - {6}) or [0]), np.array([6])
    whole = replace(ways.Ways.of(7, tail, head), most=most)
    value, places = whole.cut(sources, sinks)
    number = np.arange(7) + 2
    number[sources], number[sinks] = 0, 1
    wanted, _ = ways.minimum_cut(9, number[tail], number[head], 0, 1)
    assert value == wanted == len(places)
    left = nx.MultiDiGraph([arc[:2] for at, arc in enumerate(arcs) if at not in set(places.tolist())])
    left.add_nodes_from(range(7))
    assert not any(nx.has_path(left, source, 6) for source in sources.tolist())


def bounds_of(net: Network, sources: str, targets: str, max_links: int, threshold: float = 0.0) -> Bounds:
    starts, ends = (frozenset(net.index[name] for name in names) for names in (sources, targets))
    terrain = Terrain(net, starts, ends, max_links)
    measures = net.vocabulary.types_with_role("measure")
    mitigations = Mitigations.of(net, measures, threshold, terrain.ends, terrain.field.nodes.tolist())
    return Bounds(Routes.of(terrain), mitigations, Works(net))


@settings(max_examples=80, deadline=None)
@given(lines, st.integers(1, 5), st.sampled_from([0.0, 0.7]), st.sampled_from(["", "b"]))
def test_what_is_enough_breaks_every_route_and_is_bounded_from_below(
    some: list[str], max_links: int, threshold: float, block: str
) -> None:
    net = net_of(some, Criteria(block=tuple(block)))
    routes = routes_of(net, "su", "xy", max_links)
    bounds = bounds_of(net, "su", "xy", max_links, threshold)
    claims = bounds.claims
    assert all(set(claims.elements) & set(route) for route in routes)
    assert all(route in routes for route in claims.apart)
    assert all(set(one).isdisjoint(other) for one, other in combinations(claims.apart, 2))
    universe = {claim for route in routes for claim in route}
    least = next(
        size
        for size in range(len(universe) + 1)
        if any(all(set(chosen) & set(route) for route in routes) for chosen in combinations(universe, size))
    )
    assert claims.at_least == len(claims.apart) <= least <= len(claims.elements)
    lowers = lowering(net, threshold)
    cut = {entity for name in bounds.mitigating.elements for entity in lowers[name]}
    coverable = [visited for route in routes if (visited := entities_on(net, route)) & set().union(*lowers.values())]
    assert all(visited & cut for visited in coverable)
    assert bounds.working is not None
    lost = set(bounds.working.elements)
    assert all(any(works_of(net, claim) <= lost for claim in route) for route in routes)


@settings(max_examples=60, deadline=None)
@given(lines, st.integers(1, 5), st.sampled_from([1, -1]))
def test_a_field_holds_every_claim_on_a_route_and_none_that_no_walk_uses(
    some: list[str], max_links: int, sign: int
) -> None:
    net = net_of(some)
    terrain = Terrain(net, frozenset([net.index["s"]]), frozenset([net.index["x"]]), max_links, sign)
    field: Field = terrain.field
    within = set(terrain.names(range(len(field.claims))))
    steps: dict[int, list[tuple[str, int, int]]] = {}
    for claim, (subject, object, turn) in net.links.items():
        steps.setdefault(subject, []).append((claim, object, turn))
    used: set[str] = set()
    walks: list[tuple[int, int, tuple[str, ...]]] = [(net.index["s"], 1, ())]
    while walks:
        node, so_far, walk = walks.pop()
        if node == net.index["x"] and so_far == sign:
            used |= set(walk)
        if len(walk) < max_links and len(walks) < 100_000:
            walks += [(there, so_far * turn, (*walk, claim)) for claim, there, turn in steps.get(node, [])]
    assert within == used
    routes = list(flow.apart(terrain.layers(), inf))
    assert terrain.walk(most=1).routes or not routes


def test_nodes_that_every_walk_visits() -> None:
    net = net_of(["s raises a", "u raises a", "a raises b", "b raises x", "b raises a"])
    terrain = Terrain(net, frozenset([net.index["s"], net.index["u"]]), frozenset([net.index["x"]]), 6)
    field = terrain.field
    number = {net.ids[node]: at for at, node in enumerate(field.nodes.tolist())}

    def chosen(*names: str) -> list[str] | None:
        found = flow.sufficient_nodes(field, np.array(sorted(number[name] for name in names), np.int64))
        return None if found is None else [net.ids[field.nodes[at]] for at in found]

    assert chosen("a", "s", "u") == ["a"]
    assert chosen("s", "u") == ["s", "u"]
    assert chosen("s", "b") is None
    assert chosen() is None


def test_the_layers_tell_walks_by_length_sign_and_visit() -> None:
    net = net_of(["s lowers b", "b lowers x", "s raises x"])
    terrain = Terrain(net, frozenset([net.index["s"]]), frozenset([net.index["x"]]), 3)
    field = terrain.field
    start = int(field.sources[0])
    through = field.numbers_of([net.index["b"]])
    layers = Layers(field, np.ones(len(field.claims), bool), through[:0], through, 3)
    assert [layers.leads(start, links, visit=False) for links in (1, 2)] == [True, True]
    assert [layers.leads(start, links, visit=True) for links in (1, 2)] == [False, True]


def test_a_set_that_meets_the_bound_is_proven_without_the_programme() -> None:
    routes = [frozenset(frozenset([f"{letter}{n}"]) for n in range(3)) for letter in "ab"]
    weights = {f"{letter}{n}": 1 for letter in "ab" for n in range(3)}
    found = smallest(routes, weights, enough=["a0", "b0"], least=2)
    assert (found.at_least, len(found.sets), found.complete) == (2, 9, True)
    late = smallest(routes, weights, enough=["a1", "b1"], least=2, deadline=0.0)
    assert (late.sets, late.at_least, late.more, late.complete) == ((("a1", "b1"),), 2, True, False)
    short = smallest(routes, weights, enough=["a1", "b1"], least=1, deadline=0.0)
    assert (short.sets, short.at_least, short.complete) == ((), 1, False)


@given(st.lists(st.frozensets(st.sampled_from("abcdef"), max_size=3), max_size=6))
def test_sets_apart_bound_what_meets_all_of_them(sets: list[frozenset[str]]) -> None:
    asked = [one for one in sets if one]
    least = next(
        size for size in range(7) if any(all(set(some) & one for one in asked) for some in combinations("abcdef", size))
    )
    assert disjoint(sets) <= least


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.sets(st.integers(0, 8))))
def test_what_covers_covers_all_that_can_be(held: dict[str, set[int]]) -> None:
    every = set().union(*held.values())
    chosen = covering(held.items(), every | {99})
    assert set().union(*(held[name] for name in chosen)) == every
    assert len(set(chosen)) == len(chosen)
