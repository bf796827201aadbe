"""Works that are given by their fields: whose identifier it is, what is said twice, what their CSL item says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import kg
from kg.errors import Conflict, InputError
from kg.model import Change, Work

LORA = {"id": "lora", "type": "paper-conference", "title": "Low-Rank Adaptation", "arxiv": "2106.09685", "year": 2022}
ITEM = {"container-title": "ICLR"}


@pytest.fixture
def graph(database_url: str) -> Iterator[kg.Graph]:
    opened = kg.open(database_url, lang="en", empty=True)
    opened.add_work({**LORA, "csl": ITEM}, actor="ann")
    yield opened
    opened.store.close()


def add(graph: kg.Graph, **values: Any) -> dict[str, Any]:
    return graph.add_work({"title": "A thing of its own", **values}, actor="bob")


def test_the_doi_of_arxiv_gives_a_work_its_arxiv_id(graph: kg.Graph) -> None:
    made = add(graph, doi="10.48550/arXiv.2403.13372")
    assert made["record"]["arxiv"] == "2403.13372"
    assert graph.work("2403.13372")["id"] == made["id"]
    graph.add_work({"id": "later", "title": "Another thing"}, actor="bob")
    revised = graph.revise("later", {"doi": "10.48550/arXiv.2501.00001"}, actor="ann")
    assert revised["record"]["arxiv"] == "2501.00001"


@pytest.mark.parametrize("values", [{"arxiv": "2106.09685v3"}, {"doi": "10.48550/arXiv.2106.09685"}])
def test_a_new_work_cannot_have_the_arxiv_id_of_another(graph: kg.Graph, values: dict[str, str]) -> None:
    with pytest.raises(Conflict, match=r"2106\.09685 is the arxiv of lora") as refused:
        add(graph, **values)
    assert (refused.value.where, refused.value.hint) == (
        "arxiv", "use lora, or give the whole citation of its other version",
    )  # fmt: skip
    assert graph.work("2106.09685")["id"] == "lora"
    graph.add_work({"id": "other", "title": "Another thing"}, actor="bob")
    with pytest.raises(Conflict, match="is the arxiv of lora"):
        graph.revise("other", values, actor="ann")


def test_the_id_of_a_merged_work_is_that_of_the_one_it_is_in(graph: kg.Graph) -> None:
    add(graph, id="twin", arxiv="2301.00001", authors=["Hu, E."])
    graph.merge("lora", "twin", why="one text", actor="ann")
    with pytest.raises(Conflict, match="is the arxiv of lora"):
        add(graph, title="Quite another", csl={"container-title": "J"}, type="article-journal", arxiv="2301.00001")


def test_the_same_entry_and_the_citation_of_a_preprint_are_taken(graph: kg.Graph) -> None:
    again = graph.add_work({"title": "Low-Rank Adaptation", "type": "paper-conference", "arxiv": "2106.09685",
                            "csl": ITEM}, actor="bob")  # fmt: skip
    assert (again["already"], again["id"]) == (True, "lora")
    cited = "@misc{pre, title={Low-Rank Adaptation}, eprint={2106.09685}, archiveprefix={arXiv}, year=2021}"
    made = graph.add_work({"citation": cited}, actor="bob")
    assert made["record"]["independence_group"] == "lora"
    # Both have the number: it means the one after which their group is called.
    assert graph.work("2106.09685")["id"] == "lora"
    assert graph.work("10.48550/arXiv.2106.09685")["id"] == "lora"


def test_works_of_two_sources_that_share_an_id_are_still_told_apart_by_their_keys(graph: kg.Graph) -> None:
    graph.write([Change("work", Work("x", "article", "X", arxiv="2106.09685"))], actor="ann", act="add")
    with pytest.raises(InputError, match="is what 2 works are called"):
        graph.work("2106.09685")


def test_the_csl_item_of_a_document_says_what_the_fields_say(graph: kg.Graph) -> None:
    values = {"authors": ["Hu, Edward"], "year": 2020, "doi": "10.1234/x", "type": "book", "csl": {"publisher": "P"}}
    id = add(graph, **values)["id"]
    assert graph.work(id)["csl"] == {
        "id": id, "type": "book", "title": "A thing of its own", "author": [{"family": "Hu", "given": "Edward"}],
        "issued": {"date-parts": [[2020]]}, "DOI": "10.1234/x", "publisher": "P",
    }  # fmt: skip
    (listed,) = (one for one in graph.works()["items"] if one["id"] == id)
    assert listed["csl"] == graph.work(id)["csl"]


@pytest.mark.parametrize(
    ("csl", "said"),
    [
        ({"title": "Other"}, "title of a work is given as `title`"),
        ({"issued": {"date-parts": [[1999]]}}, "issued of a work is given as `year`"),
        ({"author": [{"family": "Li"}]}, "author of a work is given as `authors`"),
        ({"DOI": "10.1234/other"}, "DOI of a work is given as `doi`"),
    ],
)
def test_what_would_be_passed_over_is_refused(graph: kg.Graph, csl: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        add(graph, year=2020, csl=csl)
    with pytest.raises(InputError, match=said):
        graph.revise("lora", {"csl": csl}, actor="ann")
    dated = {"csl": {"issued": {"date-parts": [[2022, 4, 25]]}}}
    assert graph.revise("lora", dated, actor="ann")["record"]["csl"]["issued"] == {"date-parts": [[2022, 4, 25]]}


def test_a_note_is_made_of_sentences(graph: kg.Graph) -> None:
    made = graph.add_work({"citation": "@misc{lora, title={Quite another thing of note}}"}, actor="bob")
    assert made["note"] == (
        "the key lora is that of another work; this one is called loraa. There is no author and no year."
    )


def test_a_work_that_stands_for_another_is_not_said_to_be_taken_back_when_it_cannot_be(graph: kg.Graph) -> None:
    made = add(graph, id="twin")
    graph.merge("lora", "twin", why="one text", actor="ann")
    assert made["already"] is False
    with pytest.raises(Conflict, match="twin is merged into lora: no work would stand for it any more"):
        graph.revoke("lora", why="wrong", actor="cat")
