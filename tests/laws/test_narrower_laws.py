"""Laws of the criterion `narrower`: what an entity meets is what paths between the two say, whoever is asked about."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import kg
from kg import searching
from kg.criteria import Criteria
from kg.network import Network
from kg.question import families, impact, paths, raises
from tests.laws.test_either_end_laws import NAMES, RELATIONS, drawn_links, linked

CRITERIA = Criteria(relation=RELATIONS, narrower=True)
Met = dict[str, tuple[dict[str, Any], dict[str, Any] | None]]


@pytest.fixture(params=["networkx", "compiled"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both engines."""
    monkeypatch.setenv("KG_ENGINE", request.param)
    name: str = request.param
    return name


def said(network: Network, entity: str, direction: str, max_links: int) -> Met:
    """What `impact` says of each entity: the best path, and the opposing one."""
    found = impact.find(network, entity, direction=direction, max_links=max_links)
    assert set(found["limits"]) <= {"reliability"}
    return {item["entity"]: (item["best"], item["opposing"]) for item in found["items"]}


def by_pairs(network: Network, entity: str, direction: str, max_links: int) -> Met:
    """The same from `paths`, pair by pair."""
    met: Met = {}
    for other in network.ids:
        if other == entity:
            continue
        pair = (entity, other) if direction == "out" else (other, entity)
        best = [
            path
            for sign in (1, -1)
            for path in paths.find(network, *pair, k=1, max_links=max_links, sign=sign)["paths"]
        ]
        best.sort(key=lambda path: (-round(path["belief"]["expected"], 12), -path["sign"]))
        if best:
            met[other] = (best[0], best[1] if len(best) == 2 else None)
    return met


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn_links, st.integers(1, 5), st.sampled_from("agck"), st.sampled_from([0, 50_000]), st.booleans())
def test_impact_lists_what_paths_find(
    engine: str, some: list[tuple[str, str, str, float]], max_links: int, entity: str, walks: int, ending: bool
) -> None:
    network = linked(some, CRITERIA, ending)
    with pytest.MonkeyPatch.context() as patch:
        for room in (impact, families):
            patch.setattr(room, "reach", partial(searching.reach, walks=walks))
        for direction in ("out", "in"):
            assert said(network, entity, direction, max_links) == by_pairs(network, entity, direction, max_links)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn_links, st.integers(1, 4))
def test_raises_and_impact_agree(engine: str, some: list[tuple[str, str, str, float]], max_links: int) -> None:
    network = linked(some, CRITERIA)
    for name in ("a", "g"):
        items = {item["entity"]: item for item in impact.find(network, name, max_links=max_links)["items"]}
        for other in {*NAMES, "k"} - {name}:
            found = raises.find(network, other, technique=name, max_links=max_links)["items"]
            one = (
                {word: items[other][word] for word in ("direction", "best", "opposing", "reliability")}
                if other in items
                else None
            )
            assert (None if not found else {word: found[0][word] for word in one or ()}) == one


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn_links, st.integers(1, 4), st.sampled_from(["out", "in"]))
def test_the_first_items_are_the_first_of_all(
    some: list[tuple[str, str, str, float]], max_links: int, direction: str
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KG_ENGINE", "compiled")
        patch.setattr(impact, "reach", partial(searching.reach, walks=0))
        network = linked(some, CRITERIA)
        whole = impact.find(network, "a", direction=direction, max_links=max_links)["items"]
        patch.setattr(impact, "ITEMS_MOST", 2)
        first = impact.find(network, "a", direction=direction, max_links=max_links)
    assert [item["entity"] for item in first["items"]] == [item["entity"] for item in whole[:2]]
    assert [item["best"] for item in first["items"]] == [item["best"] for item in whole[:2]]
    assert [item["opposing"] for item in first["items"]] == [item["opposing"] for item in whole[:2]]


def test_what_is_broader_than_what_is_reached_is_listed(pack_graph: kg.Graph, engine: str) -> None:
    cause, harm = "benign-fine-tuning", "safeguard-removal"
    found = pack_graph.raises(harm, technique=cause, narrower=True)["items"][0]
    out = {item["entity"]: item for item in pack_graph.impact(cause, narrower=True)["items"]}
    into = {item["entity"]: item for item in pack_graph.impact(harm, direction="in", narrower=True)["items"]}
    for item in (out[harm], into[cause]):
        assert {word: item[word] for word in ("direction", "best", "opposing", "reliability")} == {
            word: found[word] for word in ("direction", "best", "opposing", "reliability")
        }


def test_a_family_is_searched_for_so_long(pack_graph: kg.Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = partial(impact.find, pack_graph.network(Criteria(narrower=True)), "safeguard-removal", direction="in")
    whole = ask()
    monkeypatch.setattr(families, "SECONDS", -1.0)
    cut = ask()
    assert ("rows" in cut["limits"], cut["complete"]) == (True, False)
    assert "rows" not in whole["limits"]
    assert {item["entity"] for item in cut["items"]} <= {item["entity"] for item in whole["items"]}
