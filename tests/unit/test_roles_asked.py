"""A question asked with the wrong kind of thing is answered with nothing, and says what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import kg

Ask = Callable[[kg.Graph, str], Any]
TURNED: list[tuple[Ask, list[str], list[str]]] = [
    (
        lambda graph, lang: graph.raises("qlora", lang=lang),
        ["qlora is a technique, not a risk: give it as technique (`kg raises --technique qlora`). "],
        ["qlora 的类型是技术，不是风险：请作为技术给出（`kg raises --technique qlora`）。"],
    ),
    (
        lambda graph, lang: graph.raises("malicious-use", technique="malicious-use", lang=lang),
        ["malicious-use is a risk, not a technique: give it as risk. "],
        ["malicious-use 的类型是风险，不是技术：请作为风险给出。"],
    ),
    (
        lambda graph, lang: graph.raises(technique="biological-misuse", max_links=1, known_in=1990, lang=lang),
        ["biological-misuse is a risk, not a technique: give it as risk (`kg raises biological-misuse`). "],
        ["biological-misuse 的类型是风险，不是技术：请作为风险给出（`kg raises biological-misuse`）。"],
    ),
    (
        lambda graph, lang: graph.raises("qlora", technique="malicious-use", lang=lang),
        ["malicious-use is a risk, not a technique", "qlora is a technique, not a risk"],
        ["malicious-use 的类型是风险，不是技术", "qlora 的类型是技术，不是风险"],
    ),
    (
        lambda graph, lang: graph.raises("tar", lang=lang),
        ["tar is a mitigation, not a risk. "],
        ["tar 的类型是缓解措施，不是风险。"],
    ),
    (
        lambda graph, lang: graph.cut("qlora", lang=lang),
        ["qlora is a technique, not a risk: give it as source. ", "nothing to cut"],
        ["qlora 的类型是技术，不是风险：请作为起点给出。", "没有需要切断的路线"],
    ),
    (
        lambda graph, lang: graph.cut("qlora", source="malicious-use", lang=lang),
        ["give it as source. ", "malicious-use is a risk, not a technique: give it as target. "],
        ["请作为起点给出。", "malicious-use 的类型是风险，不是技术：请作为终点给出。"],
    ),
]


@pytest.mark.parametrize(("ask", "english", "chinese"), TURNED)
def test_the_wrong_kind_of_thing_is_named(
    pack_graph: kg.Graph, ask: Ask, english: list[str], chinese: list[str]
) -> None:
    for lang, said in (("en", english), ("zh", chinese)):
        found = ask(pack_graph, lang)
        assert not (found["routes"] if "routes" in found else found["items"])
        assert found["complete"]
        for one in said:
            assert one in found["note"]


def test_the_right_kind_is_not_spoken_of(pack_graph: kg.Graph) -> None:
    found = pack_graph.raises("malicious-use", technique="qlora", known_in=1990)
    assert found["items"] == []
    assert " is a " not in found["note"]
    assert not pack_graph.raises("malicious-use").get("note")
