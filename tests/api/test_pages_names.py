"""Pages for reviewers call works and claims by their names; documents for programs by their ids."""

from __future__ import annotations

import re

import pytest

import kg
from kg_api.pages_write.calling import Names
from tests.api.test_pages_write import ITEM, Visitor
from tests.api.test_pages_write import ann as ann
from tests.api.test_pages_write import app as app
from tests.api.test_pages_write import bob as bob
from tests.api.test_pages_write import graph as graph


@pytest.mark.parametrize(("lang", "name"), [("en", "Hu et al. (2022)"), ("zh", "Hu 等（2022）")])
def test_reviewers_read_works_and_claims_by_their_names(ann: Visitor, bob: Visitor, lang: str, name: str) -> None:
    sent = ann.post("/contribute", 303, act="send", **ITEM | {"relation": "raises", "object": "malicious-use"})
    page = bob.get(f"{sent.split('?')[0]}?lang={lang}")
    stance, said = {
        "en": (f"{name} supports “", "Quantized low-rank adaptation raises malicious use"),
        "zh": (f"{name}支持：“", "量化低秩适配提高恶意使用"),
    }[lang]
    assert f"<h1>{stance}{said}”</h1>" in page
    assert re.search(rf'<p class="note">[^<]*<a href="/review/qlora--raises--malicious-use[^"]*">{said}</a></p>', page)
    told = re.findall(r"<li>([^<]*(?:because of|原因在于)[^<]*)</li>", page)
    assert len(told) >= 2
    assert all(name in text and "hu2022lora" not in text for text in told)
    assert f"{stance}{said}”</a></h2>" in bob.get(f"/review?lang={lang}")
    assert bob.client.get(f"/api/v1/reviews?lang={lang}").json()["items"][1]["says"].startswith("hu2022lora ")


CALLED = (
    (
        "en",
        "the claim qlora--lowers--memory-requirement needs the entity memory-requirement, which is rejected",
        "the claim “Quantized low-rank adaptation lowers memory requirement” needs the entity “Memory requirement”, "
        "which is rejected",
    ),
    (
        "zh",
        "论断 qlora--lowers--memory-requirement 依赖于实体 memory-requirement，而其状态为“已拒绝”",
        "论断“量化低秩适配降低显存需求”依赖于实体“显存需求”，而其状态为“已拒绝”",
    ),
    ("en", "the entity nobody-knows is rejected", "the entity nobody-knows is rejected"),
)


def test_what_stands_in_the_way_is_called_by_its_name(graph: kg.Graph) -> None:
    for lang, sentence, named in CALLED:
        assert Names(graph.network(), lang).named(sentence) == named


def test_a_merged_work_leads_to_the_one_that_stands_for_it(graph: kg.Graph, bob: Visitor) -> None:
    graph.merge("hu2022lora", "dettmers2023qlora", why="for a test", actor="bob")
    page = bob.client.get("/works/dettmers2023qlora?lang=en").text
    assert re.search(r'merged into another.*?</strong> <a href="/works/hu2022lora[^"]*">LoRA: Low-Rank', page)
    assert "What if it were retracted?" not in page
    told = bob.get(f"/history/{graph.revision}?lang=en")
    assert re.search(r"<summary>.*QLoRA: Efficient Finetuning of Quantized LLMs", told)
    assert "<ins>Hu et al. (2022)</ins>" in told


def test_a_retracted_work_is_not_asked_about_as_if_it_stood(graph: kg.Graph, bob: Visitor) -> None:
    assert "What if it were retracted?" in bob.client.get("/works/hu2022lora?lang=en").text
    graph.retract("hu2022lora", notice="https://example.org/notice", actor="bob")
    page = bob.client.get("/works/hu2022lora?lang=en").text
    assert "What if it were retracted?" not in page
    assert page.count('href="https://example.org/notice"') == 1
