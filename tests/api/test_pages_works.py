"""The form `/contribute` with a work alone: what became of it is told, and what was typed stays where nothing did."""

from __future__ import annotations

import html
import re

import kg
from tests.api.test_pages_write import CITATION, ITEM, Visitor
from tests.api.test_pages_write import ann as ann
from tests.api.test_pages_write import app as app
from tests.api.test_pages_write import graph as graph

ALIKE = (
    "@article{mine, title={LoRA: Low-Rank Adaptation of Large Language Models}, author={Hu, Edward J.}, year={2022}}"
)
OTHERS_DOI = "@article{{mine, title={{Bees of the Alps}}, author={{Li, Zoe}}, year={{2021}}, doi={{{}}}}}"


def shown(page: str) -> str:
    """Return what the page says of the work, as it is read."""
    found = re.search(r'<(p|div) [^>]*id="outcome".*?</\1>', page, re.DOTALL)
    assert found is not None, page[:3000]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", found[0])).split())


def test_a_work_that_is_recorded_says_so(graph: kg.Graph, ann: Visitor) -> None:
    place = ann.post("/contribute?lang=zh", 303, act="work", citation=CITATION)
    assert place == "/works/new2024?sent=yes&lang=zh"
    for address, said in ((place, "已登记："), (place.replace("zh", "en"), "Recorded: the work is in the record now")):
        page = ann.client.get(address).text
        assert said in page
        assert "data-sent" in page
        assert "draft.js" in page
    assert "data-sent" not in ann.client.get("/works/new2024").text
    assert ann.client.get("/claims/lora--lowers--memory-requirement?sent=yes").status_code == 422
    assert graph.snapshot.works["new2024"].status == "current"


def test_what_was_typed_of_an_item_stays_when_the_work_is_recorded_alone(graph: kg.Graph, ann: Visitor) -> None:
    page = ann.post("/contribute", 200, act="work", citation=CITATION, new_end="subject", statement="keep me")
    assert "The work was recorded, and stands in the form: new2024" in shown(page)
    assert 'name="work" value="new2024"' in page
    assert "keep me" in page
    assert "{new2024" not in page
    assert graph.revision == 2


def test_a_work_that_is_there_is_told_with_the_reason(graph: kg.Graph, ann: Visitor) -> None:
    held = next(work for work in graph.snapshot.works.values() if work.doi is not None)
    mine = OTHERS_DOI.format(held.doi)
    english = shown(page := ann.post("/contribute", 200, act="work", citation=mine))
    assert english.startswith("Nothing was recorded. What you gave is in the record already: ")
    assert f"{held.title} {held.id} (the same DOI {held.doi})" in english
    assert "mend it, and send again" in english
    assert "It is another work" not in english
    assert "Bees of the Alps" in page
    chinese = shown(ann.post("/contribute?lang=zh", 200, act="work", citation=mine))
    assert "未登记任何内容。所给文献已在记录中：" in chinese
    assert f"（DOI 同为 {held.doi}）" in chinese
    assert "in the record already" in shown(ann.post("/contribute", 200, act="work", work=held.id))
    used = ann.post("/contribute", 200, use=f"work={held.id}", citation=mine)
    assert (f'name="work" value="{held.id}"' in used, "Bees of the Alps" in used, graph.revision) == (True, False, 1)


def test_a_work_that_resembles_one_can_be_said_to_be_another(graph: kg.Graph, ann: Visitor) -> None:
    page = ann.post("/contribute", 200, act="work", citation=ALIKE)
    assert "(the same title, the same authors, the same year)" in shown(page)
    assert "What you gave looks like a work that is in the record already: Hu et al. (2022)" in shown(page)
    assert "It is another work: record it" in shown(page)
    assert "（标题相同，作者相同，年份相同）" in shown(ann.post("/contribute?lang=zh", 200, act="work", citation=ALIKE))
    assert ("{mine, title" in page, 'name="distinct" value="true">' in page, graph.revision) == (True, True, 1)
    item = {**ITEM, "work": "", "citation": ALIKE}
    assert 'name="distinct"' in ann.post("/contribute", 200, act="preview", **item)
    place = ann.post("/contribute", 303, act="send", **item)
    assert place.startswith("/review/hu2022lora.")
    assert "was in the record already, and stands here as it is recorded there" in ann.get(place)
    ann.post("/contribute", 303, act="send", **item, distinct="true")
    assert graph.snapshot.works["mine"].title == graph.snapshot.works["hu2022lora"].title
    told = shown(ann.post("/contribute", 200, act="another", citation=ALIKE))
    assert "another work" not in told.replace("meant another work", "")
    empty = ann.post("/contribute", 422, act="another")
    assert 'id="a-work"' in empty
    assert 'id="a-claim"' not in empty
    assert ann.post("/contribute", 303, act="another", citation=ALIKE.replace("2022", "2023")).startswith(
        "/works/minea"
    )


def test_a_work_that_was_taken_back_is_told(graph: kg.Graph, ann: Visitor) -> None:
    mine = OTHERS_DOI.format("10.1234/taken")
    ann.post("/contribute", 303, act="work", citation=mine)
    graph.undo(graph.revision, why="spam", actor="bob")
    before = graph.revision
    again = mine.replace("Bees", "Wasps")
    page = ann.post("/contribute", 200, act="work", citation=again)
    told = shown(page)
    assert "Nothing was recorded." in told
    assert "That work was taken back, so no evidence can be given from it." in told
    assert "Use the one that is here" not in told
    assert "/works/mine?view=history" in page
    assert "Wasps of the Alps" in page
    assert "该文献已被撤回" in shown(ann.post("/contribute?lang=zh", 200, act="work", citation=again))
    assert graph.revision == before


def test_one_taken_back_by_mistake_is_not_in_the_way_and_is_told_before_it_is_sent(
    graph: kg.Graph, ann: Visitor
) -> None:
    wrong = graph.add_work({"title": "A new one", "authors": ["Wei Li"], "year": 2024, "id": "wrong"})
    form = {**ITEM, "work": "", "citation": CITATION.replace("Li, Wei", "Li, W.")}
    graph.undo(wrong["revision"], why="name wrong")
    page = ann.post("/contribute", 200, act="preview", **form)
    assert "new2024 looks like wrong, which was taken back (the same title" in page
    assert ann.post("/contribute", 303, act="send", **form).startswith("/review/new2024.")
    assert {id: graph.snapshot.works[id].status for id in ("new2024", "wrong")} == {
        "new2024": "current",
        "wrong": "revoked",
    }
