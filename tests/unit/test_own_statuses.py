"""A status of works that an ontology of somebody's own brings: marked, merged, taken back and listed like ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import kg
from kg.contribute.states import STANDING
from kg.model import OUR_STATUSES
from kg.vocabulary import load
from kg_api.app import create_app
from tests.kept import small
from tests.unit.own_terms import PREFIXES

CONCERN = """
ekg:work-status-concern a skos:Concept , ekg:WorkStatus ;
    skos:inScheme ekg:work-statuses ;
    skos:notation "concern" ;
    skos:prefLabel "under concern"@en , "受关注"@zh ;
    skos:definition "The publisher voiced a concern."@en , "出版方已发布关注声明。"@zh ;
    ekg:counts "yes" ;
    ekg:order 3 .
"""
NOTICE = "https://example.org/concern"


@pytest.fixture
def graph(sqlite_url: str, tmp_path: Path) -> Iterator[kg.Graph]:
    own = tmp_path / "own.ttl"
    own.write_text(PREFIXES + CONCERN, encoding="utf-8")
    store = small(sqlite_url).store
    made = kg.Graph(store, ontology=(own,))
    made.retract("w2", status="concern", notice=NOTICE, why="the publisher says so")
    yield made
    store.close()


def test_gravity_is_the_order_of_the_ontology(graph: kg.Graph) -> None:
    assert graph.vocabulary.publisher_statuses == ("current", "corrected", "concern", "retracted")
    assert [graph.vocabulary.gravity(one) for one in ("current", "concern", "retracted", "merged")] == [0, 2, 3, -1]


@pytest.mark.parametrize(
    ("kept", "after"), [("current", "concern"), ("corrected", "concern"), ("retracted", "retracted")]
)
def test_a_merge_keeps_the_graver_word_of_publishers(graph: kg.Graph, kept: str, after: str) -> None:
    if kept != "current":
        graph.retract("w1", status=kept, notice="https://example.org/other", why="it does")
    told = graph.merge("w1", "w2", why="one work")["told"]
    work = graph.snapshot.works["w1"]
    assert work.status == after
    assert work.notice == (NOTICE if kept == "current" else "https://example.org/other")
    assert ("w1 is concern, as w2 was" in told) == (after == "concern")


def test_a_known_work_is_told_what_its_publisher_says_now(graph: kg.Graph) -> None:
    known = graph.snapshot.works["w1"]
    said = {
        "id": "w1",
        "title": known.title,
        "type": known.type,
        "year": known.year,
        "status": "concern",
        "notice": NOTICE,
    }
    again = graph.add_work(said, dry_run=True)
    assert again["publisher"] == {"status": ["current", "concern"], "notice": NOTICE}
    later = {"id": "w2", "title": graph.snapshot.works["w2"].title, "type": known.type, "status": "corrected"}
    assert graph.add_work(later | {"notice": NOTICE}, dry_run=True).get("publisher") is None


def test_it_can_be_taken_back_and_undone(graph: kg.Graph) -> None:
    graph.add_work({"id": "lone", "title": "Entered by mistake", "type": "book", "year": 2001})
    graph.retract("lone", status="concern", notice=NOTICE, why="it does")
    graph.revoke("lone", why="entered by mistake")
    assert graph.snapshot.works["lone"].status == "revoked"
    with pytest.raises(kg.KgError, match="the work lone is revoked since revision"):
        graph.revoke("lone", why="twice")


def test_lists_and_refusals_name_it(graph: kg.Graph) -> None:
    with pytest.raises(kg.KgError, match="publishers make works current, corrected, concern or retracted"):
        graph.retract("w1", status="merged", dry_run=True)
    graph.merge("w1", "w2", why="one work")
    with TestClient(create_app(graph)) as client:
        page = client.get("/ask/retraction?lang=zh").text
    chosen = [page.index(f'<option value="{one}"') for one in ("retracted", "concern", "corrected", "current")]
    assert chosen == sorted(chosen)
    assert ">受关注</option>" in page


def test_what_stands_is_what_the_ontology_lets_count_now_or_later() -> None:
    words = load()
    assert {one.id for one in words.statuses.values() if one.counts or one.on_request} == set(STANDING)
    assert set(words.work_statuses) >= OUR_STATUSES
