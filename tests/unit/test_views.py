"""Views: what is asked to be shown, what is left in sight, chains as pictures, the gap map of a drawn file."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

import kg
from kg.criteria import Criteria
from kg.errors import InputError, NotFound, UnknownTerm
from kg.network import Network
from kg.vocabulary import load
from kg_viz import choose, drawing, frame, gaps, page, scene, sieve
from kg_viz.view import Filters, View
from tests import builders

TYPES = {"t": "Technique", "f": "Factor", "g": "Factor", "r": "Risk", "m": "Mitigation", "a": "Actor"}
LINES = ("t raises f good", "f raises r good", "t lowers g low", "g raises r", "m mitigates r good good:disputes")


def network(*lines: str) -> Network:
    """The network of lines, see `tests.builders`."""
    return builders.network(*lines, types=TYPES)


@pytest.mark.parametrize(
    ("asked", "level"),
    [
        ({}, "overview"),
        ({"view": "all"}, "whole"),
        ({"view": "all", "focus": "t"}, "focus"),
        ({"focus": "t", "source": "t"}, "focus"),
        ({"focus": "t", "source": "t", "target": "r"}, "paths"),
    ],
)
def test_the_level_follows_from_what_is_asked(asked: dict[str, str], level: str) -> None:
    assert View.parse(asked).level == level


@pytest.mark.parametrize(("name", "value"), [("view", "some"), ("hops", "7"), ("hops", "x"), ("k", "21"), ("k", "0.5")])
def test_a_view_out_of_range_is_told(name: str, value: str) -> None:
    with pytest.raises(InputError) as told:
        View.parse({name: value})
    assert told.value.where == name


@pytest.mark.parametrize("value", ["1.01", "-0.1", "nan", "inf", "much", "1e400", "0x1"])
def test_a_least_value_out_of_range_is_told(value: str) -> None:
    with pytest.raises(InputError, match="from 0 to 1"):
        Filters.parse({"min_expected": value}, load())


def test_unknown_kinds_and_relations_are_told() -> None:
    with pytest.raises(UnknownTerm):
        Filters.parse({"type": ["Risc"]}, load())
    with pytest.raises(UnknownTerm):
        Filters.parse({"relation": "razes"}, load())


def test_a_focus_grows_by_expanding_and_shrinks_by_hiding() -> None:
    net = network("t raises f", "f raises r", "m mitigates r", "r raises g")
    assert choose.entities(net, View(focus="t", hops=1)) == {"t", "f"}
    assert choose.entities(net, View(focus="t", hops=1, expanded=("r",))) == {"t", "f", "r", "m", "g"}
    assert choose.entities(net, View(focus="t", hops=2, hidden=("r", "t"))) == {"t", "f"}
    shown = scene.build(net, View(focus="t", hops=2))
    assert {node.id: node.more for node in shown.nodes} == {"t": 0, "f": 0, "r": 2}


def test_around_an_entity_relations_of_no_direction_are_drawn() -> None:
    view = View(focus="a", hops=1)
    criteria = view.criteria(Criteria(known_in=2024), load())
    assert criteria.known_in == 2024
    net = Network.build(builders.snapshot(builders.records("m exercised-by a", types=TYPES)), criteria, load())
    assert [edge.sign for edge in scene.build(net, view).edges] == [0]
    some = Criteria(without_work=("w1",), study_kind=("argument",), block=("f",))
    assert replace(view.criteria(some, load()), relation=()) == some
    assert View().criteria(Criteria(), load()) == Criteria()
    assert view.criteria(Criteria(relation=("raises",)), load()).relation == ("raises",)


def test_chains_are_drawn_in_rows_and_said_in_words() -> None:
    made = scene.build(network(*LINES), View(source="t", target="r", k=2))
    assert [chain["entities"] for chain in made.chains] == [["t", "f", "r"], ["t", "g", "r"]]
    assert [chain["sign"] for chain in made.chains] == [1, -1]
    at = {node.id: (node.x, node.y) for node in made.nodes}
    assert at["t"][1] == at["f"][1] == at["r"][1] != at["g"][1]
    assert at["t"][0] < at["f"][0] == at["g"][0] < at["r"][0]
    assert {edge.id for edge in made.edges} == {"t..raises..f", "f..raises..r", "t..lowers..g", "g..raises..r"}
    assert "So t raises r" in made.chains[0]["sentence"]
    zh = scene.build(network(*LINES), View(source="t", target="r", k=1), lang="zh")
    assert "因此" in zh.chains[0]["sentence"]


def test_no_chain_is_explained_and_both_ends_are_drawn() -> None:
    made = scene.build(network(*LINES), View(source="r", target="t"))
    assert {node.id for node in made.nodes} == {"r", "t"}
    assert made.edges == ()
    assert made.note is not None
    assert "No evidence found is not evidence of no effect" in made.note


def test_ends_of_chains_must_be_there_and_differ() -> None:
    with pytest.raises(NotFound):
        scene.build(network(*LINES), View(source="t", target="nobody"))
    with pytest.raises(InputError):
        scene.build(network(*LINES), View(source="t", target="t"))


def test_the_whole_shows_the_best_linked_and_counts_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene, "WHOLE_MOST", 3)
    made = scene.build(network(*LINES), View(whole=True))
    assert len(made.nodes) == 3
    assert made.left_out == 2
    assert "r" in {node.id for node in made.nodes}


def test_the_whole_pack_is_drawn_unfolded(pack_graph: kg.Graph) -> None:
    view = View(whole=True)
    net = pack_graph.network(view.criteria(Criteria(), pack_graph.vocabulary))
    made = scene.build(net, view)
    assert {claim for edge in made.edges for claim in edge.claims} == set(net.links)
    assert all(len(node.members) == 1 for node in made.nodes)
    document = page.picture(made, legend_of={})
    assert document["drawn_as"] == "dots"
    assert len(orjson.dumps(document)) < 400_000


def test_filters_are_worded_for_the_page(pack_graph: kg.Graph) -> None:
    criteria = Criteria(known_in=2024, study_kind=("survey",) if "survey" in pack_graph.vocabulary.study_kinds else ())
    net = pack_graph.network(criteria)
    for lang in ("en", "zh"):
        said = frame.fixed(net, lang)
        assert "2024" in said[0]
        assert len(said) == 1 + bool(criteria.study_kind)


def test_the_table_is_cut_only_when_it_is_long(pack_graph: kg.Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    net, view = pack_graph.network(), View()
    made = scene.build(net, view)
    assert frame.around(net, made, view)["rows_left"] == 0
    monkeypatch.setattr(frame, "ROWS_MOST", 10)
    cut = frame.around(net, made, view)
    assert (len(cut["rows"]), cut["rows_left"]) == (10, len(made.edges) - 10)
    assert frame.around(net, made, view, all_rows=True)["rows_left"] == 0


def test_the_gap_map_says_what_the_matrix_says(pack_graph: kg.Graph) -> None:
    made = gaps.chart(pack_graph.network())
    matrix = pack_graph.matrix()
    cells = {cell["key"]: cell for row in made["rows"] for cell in row["cells"] if cell is not None}
    techniques = {f"{cell['row']}..{cell['col']}": cell for cell in matrix["cells"]}
    assert techniques.keys() <= cells.keys()
    for key, cell in techniques.items():
        assert cells[key]["direction"] == cell["direction"]
        assert cells[key]["expected"] == cell["best"]["belief"]["expected"]
        assert cells[key]["works"] == cell["works"]
        assert made["dossiers"][f"gap/{key}"]["routes"][0]["sentence"] == cell["best"]["explanation"]


def test_everything_that_a_drawn_file_links_to_is_in_it(pack_graph: kg.Graph) -> None:
    net = pack_graph.network()
    made = gaps.chart(net)
    held = drawing.gathered(net, scene.build(net, View(focus="qlora", hops=1)), also=made["claims"])
    for gap in made["dossiers"].values():
        assert {f"claim/{claim['id']}" for route in gap["routes"] for claim in route["claims"]} <= held.keys()
        assert {f"work/{work['id']}" for work in gap["works"]} <= held.keys()


def test_an_edge_passes_when_one_of_its_claims_does() -> None:
    net = network("t raises f good", "t enables f weak")
    made = scene.build(net)
    (edge,) = made.edges
    assert sieve.passing(made, edge, Filters(relations=frozenset({"enables"}))) == ["t--enables--f"]
    assert sieve.passing(made, edge, Filters(relations=frozenset({"enables"}), least=0.9)) == []
