"""The best path between two entities is the same whichever end it is searched from; only what is listed is written."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kg.engine
from benchmarks.generate import draw, snapshot
from kg.belief import opinion
from kg.compiled import search
from kg.criteria import Criteria
from kg.network import Network
from kg.question import answers, raises
from kg.vocabulary import load
from tests.builders import records
from tests.builders import snapshot as taken
from tests.laws.test_compiled_laws import terminal

NAMES = "abcdefgh"
VALUES = (1 / 10, 1 / 8, 1 / 5, 1 / 4, 1 / 2)
"""1/10 * 1/4 = 1/8 * 1/5, but as rounded costs the two sums differ by one unit."""
RELATIONS = ("raises", "lowers", "enables", "affects")
ends = st.lists(st.sampled_from(NAMES), unique=True)
drawn_links = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(RELATIONS), st.sampled_from(NAMES), st.sampled_from(VALUES)),
    min_size=1,
    max_size=40,
    unique_by=lambda link: link[:3],
).map(lambda some: [link for link in some if link[0] != link[2]])


def linked(some: list[tuple[str, str, str, float]], criteria: Criteria, ending: bool = False) -> Network:
    """A network in which each claim is as sure as it is said to be."""
    every = [*some, *((name, "raises", "z", 0.5) for name in NAMES)]
    graph = taken(records(*(" ".join(link[:3]) for link in every), broader={"a": "g", "b": "g", "h": "k"}))
    # opinion(0, 1 / value - 2).expected is 1 / (1 / value) for values up to 1/2.
    assumed = {f"{subject}--{how}--{object}": opinion(0.0, 1 / value - 2) for subject, how, object, value in every}
    return Network.build(graph, criteria, terminal() if ending else load(), assumed)


@settings(max_examples=80, deadline=None)
@given(drawn_links, st.integers(1, 6), st.booleans(), st.sampled_from(["", "c"]))
def test_the_best_path_is_the_same_whichever_end_it_is_searched_from(
    some: list[tuple[str, str, str, float]], max_links: int, ending: bool, block: str
) -> None:
    net = linked(some, Criteria(block=tuple(block), relation=RELATIONS), ending)
    nodes = [net.index[name] for name in NAMES]
    for engine in (kg.engine, search):
        found: list[dict[tuple[int, int], dict[int, list[tuple[str, ...]]]]] = []
        for forward in (True, False):
            by_pair = {}
            for node in nodes:
                reached = engine.reach(net, frozenset([node]), forward=forward, max_links=max_links, walks=0)
                for other in nodes:
                    pair = (node, other) if forward else (other, node)
                    by_pair[pair] = reached.paths.get(other, {})
            found.append(by_pair)
        assert found[0] == found[1]


@pytest.fixture(scope="module")
def large() -> Network:
    return Network.build(snapshot(draw(1_000, 3), load()), Criteria(), load())


def counted(patch: pytest.MonkeyPatch, *places: tuple[Any, str]) -> SimpleNamespace:
    """Count calls of functions, which do what they did."""
    seen = SimpleNamespace(calls=0)

    def counting(asked: Callable[..., Any]) -> Callable[..., Any]:
        def called(*given: Any, **named: Any) -> Any:
            seen.calls += 1
            return asked(*given, **named)

        return called

    for place, name in places:
        patch.setattr(place, name, counting(getattr(place, name)))
    return seen


def test_only_what_is_listed_is_written_out(large: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KG_ENGINE", "compiled")
    whole = raises.find(large, max_links=3)
    monkeypatch.setattr(raises, "ITEMS_MOST", 20)
    written = counted(monkeypatch, (answers, "path_document"))
    few = raises.find(large, max_links=3)
    assert few["items"] == whole["items"][:20]
    assert written.calls <= 40 < len(whole["items"])
