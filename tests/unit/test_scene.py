"""Scenes: what is drawn, folded, coloured and left out; and what dossiers say."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

import kg
from kg.criteria import Criteria
from kg.errors import NotFound
from kg.model import Work
from kg.network import Network
from kg.vocabulary import load
from kg_viz import columns, dossier, frame, legend, page, scene
from kg_viz.view import View
from kg_viz.words import words
from tests import builders

TYPES = {"t": "Technique", "u": "Technique", "f": "Factor", "r": "Risk", "m": "Mitigation", "a": "Actor"}


def drawn(*lines: str, most: int = 60, **more: dict[str, str]) -> scene.Scene:
    """The scene of lines, see `tests.builders`."""
    return scene.build(builders.network(*lines, **{"types": TYPES, **more}), most=most)


def test_an_edge_shows_sign_belief_and_conflict() -> None:
    made = drawn("t raises f good", "f lowers r weak", "m mitigates r good good:disputes")
    by_id = {edge.id: edge for edge in made.edges}
    assert set(by_id) == {"t..raises..f", "f..lowers..r", "m..lowers..r"}
    raising, lowering, disputed = by_id["t..raises..f"], by_id["f..lowers..r"], by_id["m..lowers..r"]
    assert (raising.sign, lowering.sign) == (1, -1)
    assert (raising.line, lowering.line) == ("solid", "dashed")
    assert raising.colour != lowering.colour
    assert raising.expected > lowering.expected
    assert disputed.contested
    assert not raising.contested
    assert [edge.expected for edge in made.edges] == sorted((edge.expected for edge in made.edges), reverse=True)


def test_columns_follow_the_ontology() -> None:
    made = drawn("t raises f", "f raises r", "m mitigates r")
    x = {node.id: node.x for node in made.nodes}
    assert x["t"] < x["f"] < x["r"] < x["m"]
    assert [heading.label for heading in made.headings] == ["Technique", "Factor", "Risk", "Mitigation"]


def test_the_overview_keeps_causes_links_harms_and_measures() -> None:
    made = drawn("t raises r", "r exercised-by a")
    assert {node.id for node in made.nodes} == {"t", "r"}
    assert made.unlinked == 0
    around = scene.build(
        builders.network("t raises r", "r raises f", "f raises t", types=TYPES), View(focus="r", hops=1)
    )
    assert {node.id for node in around.nodes} == {"t", "r", "f"}


def test_a_family_stands_for_its_members() -> None:
    lines = ["t1 lowers f", "t2 lowers f", "t2 raises f", "t raises r"]
    kin = {"types": {**TYPES, "t1": "Technique", "t2": "Technique"}, "broader": {"t1": "t", "t2": "t"}}
    made = drawn(*lines, most=3, **kin)
    (family,) = [node for node in made.nodes if node.id == "t"]
    assert family.members == ("t", "t1", "t2")
    (edge,) = [edge for edge in made.edges if edge.id == "t..lowers..f"]
    assert edge.claims == ("t1--lowers--f", "t2--lowers--f")
    assert edge.works == 2
    assert "t..raises..f" in {edge.id for edge in made.edges}
    opened = scene.build(builders.network(*lines, **kin), View(opened=("t",)), most=3)
    assert all(node.members == (node.id,) for node in opened.nodes)
    assert (len(opened.nodes), opened.left_out) == (3, 2)


def test_claims_inside_a_family_draw_no_line() -> None:
    kin = {
        "types": {"t1": "Technique", "t2": "Technique", "t": "Technique", "r": "Risk"},
        "broader": {"t1": "t", "t2": "t"},
    }
    made = drawn("t1 enables t2", "t1 raises r", most=2, **kin)
    assert [edge.id for edge in made.edges] == ["t..raises..r"]


def test_what_has_no_room_is_counted() -> None:
    lines = [f"t{n} raises r" for n in range(9)]
    made = drawn(*lines, most=5, types={**TYPES, **{f"t{n}": "Technique" for n in range(9)}})
    assert len(made.nodes) == 5
    assert made.left_out == 5
    assert "r" in {node.id for node in made.nodes}


def test_the_pack_fits_its_page(pack_graph: kg.Graph) -> None:
    made = scene.build(pack_graph.network())
    assert 45 <= len(made.nodes) <= 62
    assert made.left_out == 0
    shown = [id for node in made.nodes for id in node.members]
    assert len(shown) == len(set(shown)) == made.shown
    assert {claim for edge in made.edges for claim in edge.claims} == set(made.claims)
    assert len({(node.x, node.y) for node in made.nodes}) == len(made.nodes)
    assert "malicious-use" in {node.id for node in made.nodes}
    assert all(edge.sign_at is not None for edge in made.edges)


def test_a_family_that_is_opened_shows_its_members(pack_graph: kg.Graph) -> None:
    ids = {node.id for node in scene.build(pack_graph.network(), View(opened=("malicious-use",))).nodes}
    assert "malicious-use-by-non-state-actors" in ids


def test_an_unknown_focus_is_told(pack_graph: kg.Graph) -> None:
    with pytest.raises(NotFound) as told:
        scene.build(pack_graph.network(), View(focus="qlra"))
    assert "qlora" in told.value.near


def test_a_new_kind_and_relation_are_drawn_without_touching_python(tmp_path: object) -> None:
    text = """
    @prefix ekg: <https://w3id.org/evidence-kg/ontology#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    ekg:Pathogen a owl:Class ; rdfs:subClassOf ekg:Entity ; rdfs:label "pathogen"@en, "病原体"@zh ;
      skos:definition "A germ."@en ; ekg:role "cause" ; ekg:colour "#123456" ; ekg:shape "star" ; ekg:column 0 .
    ekg:infects a owl:ObjectProperty, ekg:RelationType ; rdfs:label "infects"@en, "感染"@zh ;
      skos:definition "Makes ill."@en ; ekg:sign 1 ; ekg:propagation "conducts" ;
      ekg:colour "#654321" ; ekg:line "dotted" .
    """
    file = tmp_path / "own.ttl"  # type: ignore[operator]
    file.write_text(text, encoding="utf-8")
    vocabulary = load([file])
    records = builders.records("p infects r", types={"p": "Pathogen", "r": "Risk"})
    network = Network.build(builders.snapshot(records), Criteria(), vocabulary)
    made = scene.build(network)
    shown = legend.build(made, vocabulary)
    assert [kind["label"] for kind in shown["kinds"]] == ["risk", "pathogen"]
    assert shown["relations"] == [
        {
            "id": "infects",
            "label": "infects",
            "definition": "Makes ill.",
            "colour": "#654321",
            "dashes": "2 4",
            "sign": 1,
        }
    ]
    vis = page.picture(made, legend_of=shown)["vis"]
    assert vis["edges"][0]["color"]["color"] == "#654321"
    assert {node["shape"] for node in vis["nodes"] if node["id"] == "p"} == {"star"}


def test_what_vis_network_is_given(pack_graph: kg.Graph) -> None:
    made = scene.build(pack_graph.network())
    vis = page.picture(made, legend_of={})["vis"]
    ids = {node["id"] for node in vis["nodes"]}
    assert {end for edge in vis["edges"] for end in (edge["from"], edge["to"])} <= ids
    assert len(vis["edges"]) == len(made.edges)
    for edge, line in zip(made.edges, vis["edges"], strict=True):
        assert (line["dashes"] is False) is (edge.line == "solid")
    widths = [line["width"] for line in vis["edges"]]
    assert widths == sorted(widths, reverse=True)
    assert vis["options"]["physics"]["enabled"] is False
    assert all(node["fixed"] for node in vis["nodes"])


def test_a_dossier_of_a_claim_has_both_sides(pack_graph: kg.Graph) -> None:
    made = dossier.of_claim(pack_graph.network(), "tar--mitigates--safeguard-removal")
    assert made["title"] == "Tampering attack resistance mitigates removal of safeguards"
    assert [len(side["items"]) for side in made["sides"]] == [1, 1]
    assert made["sides"][0]["items"][0]["links"] == [
        {"label": "arXiv:2408.00761", "href": "https://arxiv.org/abs/2408.00761"}
    ]
    assert re.fullmatch(r"expected 0\.\d\d, between 0\.\d\d and 0\.\d\d with 90 % probability", made["summary"])


def test_a_dossier_says_what_does_not_count(pack_graph: kg.Graph) -> None:
    network = pack_graph.network(Criteria(known_in=2024))
    made = dossier.of_claim(network, "tar--mitigates--safeguard-removal")
    items = [item for side in made["sides"] for item in side["items"]]
    assert [item["remark"] for item in items if not item["counts"]]
    assert not made["contested"]


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "ftp://x.org/a", "//x.org", "https://a@b.org/", "file:///x"]
)
def test_addresses_that_are_not_of_the_web_never_become_links(address: str) -> None:
    work = Work("w", "article", "T", url=address, notice=address)
    assert dossier.addresses(work) == []
    assert dossier.addresses(replace(work, url="https://x.org/a"))[0]["href"] == "https://x.org/a"


def test_caveats_are_four_and_say_how_many(pack_graph: kg.Graph) -> None:
    for lang in ("en", "zh"):
        found = frame.caveats(pack_graph.network(), lang)
        assert len(found) == 4
        assert "95" in found[3]
        assert "349" in found[3]


def test_every_word_is_there_in_both_languages_with_the_same_places() -> None:
    english, chinese = words("en"), words("zh")
    assert set(english) == set(chinese)
    for key, text in english.items():
        assert text.strip()
        for form in text.split("|"):
            assert sorted(re.findall(r"\{\w+\}", form)) == sorted(re.findall(r"\{\w+\}", chinese[key])), key
        assert key in {"json", "brand", "colon"} or re.search("[\u4e00-\u9fff]", chinese[key]), key


def test_one_is_counted_as_one() -> None:
    made = builders.network("t raises r", types=TYPES)
    for lang, said in (
        ("en", "2 entities and 1 claim are drawn as 2 nodes and 1 line, resting on 1 work. Revision 1."),
        ("zh", "图中以 2 个节点、1 条连线表示 2 个实体、1 条论断，依据 1 项文献。修订版 1。"),
    ):
        assert frame.around(made, scene.build(made, lang=lang), View())["counts"] == said


def test_shapes_of_the_ontology_have_outlines() -> None:
    vocabulary = load()
    assert {kind.shape for kind in vocabulary.entity_types.values()} <= set(legend.OUTLINES)
    assert {relation.line for relation in vocabulary.relations.values()} <= set(legend.DASHES)


def test_short_lanes_are_spread() -> None:
    column = {**{f"t{n}": 0 for n in range(9)}, "r": 3, "s": 3}
    spots = columns.place(column, [("t0", "r"), ("t8", "s")])
    assert abs(spots["r"].y - spots["s"].y) == 2 * columns.DOWN
