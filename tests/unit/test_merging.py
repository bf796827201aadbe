"""Merging duplicates: what moves, what is refused, what undo gives back, on both databases and through RDF."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.errors import Conflict, InputError, NotFound
from kg.importers.citations import import_bytes
from kg.model import Change, Record, Work, to_payload
from kg.record import Records

SECOND = Work(
    id="hu2022again",
    type="article-journal",
    title="LoRA: Low-Rank Adaptation of Large Language Models",
    authors=("Hu, Edward J.",),
    year=2022,
    doi="10.1234/again",
    csl={"volume": "7", "DOI": "10.1234/again"},
)


@pytest.fixture
def graph(database_url: str) -> Iterator[kg.Graph]:
    """The pack, and beside it a second entry of a work, with a copy of an item and a work of its group."""
    opened = kg.open(database_url, lang="en")
    item = opened.snapshot.evidence_from("hu2022lora")[0]
    copy = replace(item, id="hu2022again.aaaaaaaaaaaa", work=SECOND.id, alias=None, recorded_at=None)
    other = Work(id="sibling", type="article", title="The sibling", independence_group=SECOND.id)
    opened.write([Change("work", SECOND), Change("evidence", copy), Change("work", other)], actor="ann", act="add")
    yield opened
    opened.store.close()


def all_of(records: Records) -> list[Record]:
    return [*records.entities, *records.claims, *records.evidence, *records.works]


def test_a_merge_moves_evidence_and_groups_and_is_undone_whole(graph: kg.Graph) -> None:
    before = graph.store.records()
    preview = graph.merge("hu2022lora", "hu2022again", dry_run=True)
    assert graph.store.records() == before
    done = graph.merge("hu2022lora", "hu2022again", why="the same paper", actor="bob")
    assert {**done, "revision": 0, "dry_run": True}.items() >= {**preview, "revision": 0}.items()
    assert done["moved"] == ["hu2022again.aaaaaaaaaaaa"]
    assert {"doi", "volume"} <= set(done["filled"])
    works = graph.snapshot.works
    assert (works["hu2022again"].status, works["hu2022again"].merged_into) == ("merged", "hu2022lora")
    assert works["hu2022lora"].doi == works["hu2022again"].doi == "10.1234/again"
    assert works["sibling"].independence_group == (works["hu2022lora"].independence_group or "hu2022lora")
    item = graph.snapshot.evidence["hu2022again.aaaaaaaaaaaa"]
    assert item.work == "hu2022lora"
    assert graph.item(item.id)["counts"] is True
    told = graph.store.revision(done["revision"])
    assert (told.actor, told.act, told.reason) == ("bob", "merge", "the same paper")
    assert graph.verify()["problems"] == []
    undone = graph.undo(done["revision"], why="they differ", actor="cyd")
    assert undone["revision"] == done["revision"] + 1
    after = graph.store.records()
    assert [to_payload(record) for record in all_of(after)] == [to_payload(record) for record in all_of(before)]


def test_the_duplicate_is_found_at_the_work_that_stands_for_it(graph: kg.Graph) -> None:
    graph.merge("hu2022lora", "hu2022again", why="the same paper", actor="bob")
    assert graph.work("hu2022again")["merged_into"] == "hu2022lora"
    assert {"hu2022lora", "hu2022again"} <= {hit["id"] for hit in graph.search("10.1234/again")["items"]}
    entry = b"@article{other, title={Words}, doi={10.1234/AGAIN}, year=2001}"
    report = import_bytes(graph.store, entry, None, "x.bib", "ann", guarded=False)
    assert report["duplicates"] == [{"key": "other", "match": "hu2022lora", "why": "the same DOI 10.1234/again"}]
    assert graph.snapshot.standing("hu2022again").id == "hu2022lora"
    assert "hu2022again" not in {item[side] for item in graph.duplicates()["items"] for side in ("work", "other")}
    # Contributed evidence goes to the work that stands.
    made = graph.preview(
        {
            "claim": next(iter(graph.snapshot.claims)), "work": "10.1234/again", "stance": "supports",
            "kind": "argument", "strength": "weak", "strength_reason": "short", "statement": "Said there.",
            "basis": "abstract", "locator": "abstract",
        },
        actor="ann",
    )  # fmt: skip
    assert made["record"]["work"] == "hu2022lora"


@pytest.mark.parametrize(
    ("keep", "duplicate", "fault", "says"),
    [
        ("hu2022lora", "hu2022lora", InputError, "one work"),
        ("hu2022lora", "nowhere", NotFound, "nowhere"),
        ("hu2022lora", "gone", Conflict, "merged into hu2022again"),
        ("gone", "hu2022lora", Conflict, "merged into hu2022again"),
    ],
)
def test_what_cannot_be_merged_is_refused(
    graph: kg.Graph, keep: str, duplicate: str, fault: type[Exception], says: str
) -> None:
    gone = Work(id="gone", type="book", title="Gone", status="merged", merged_into="hu2022again")
    graph.write([Change("work", gone)], actor="ann", act="add")
    revision = graph.revision
    with pytest.raises(fault, match=says):
        graph.merge(keep, duplicate, why="x", actor="bob")
    with pytest.raises(InputError, match="reason"):
        graph.merge("hu2022lora", "hu2022again", actor="bob")
    assert graph.revision == revision
    # What was merged into the duplicate before follows it.
    graph.merge("hu2022lora", "hu2022again", why="x", actor="bob")
    assert graph.snapshot.works["gone"].merged_into == "hu2022lora"


def test_what_a_publisher_said_of_either_is_said_of_the_kept_one(graph: kg.Graph) -> None:
    notice = "https://example.org/notice"
    graph.write([Change("work", replace(SECOND, status="retracted", notice=notice))], actor="ann", act="mark retracted")
    done = graph.merge("hu2022lora", "hu2022again", why="x", actor="bob")
    assert (done["kept"]["status"], done["kept"]["notice"]) == ("retracted", notice)
    assert "hu2022lora is retracted, as hu2022again was" in done["told"]


@pytest.mark.parametrize(("work", "status"), [("hu2022again", "retracted"), ("hu2022lora", "merged")])
def test_no_publisher_merges_or_marks_what_was_merged(graph: kg.Graph, work: str, status: str) -> None:
    graph.merge("hu2022lora", "hu2022again", why="x", actor="bob")
    revision = graph.revision
    for dry_run in (True, False):
        with pytest.raises(InputError, match="publishers make works"):
            graph.retract(work, status=status, notice="https://example.org/n", dry_run=dry_run)
    with pytest.raises(InputError, match="no publisher makes a work merged"):
        graph.add_work({"type": "book", "title": "Unheard of", "status": "merged", "merged_into": "hu2022lora"})
    assert graph.revision == revision


def test_duplicates_are_listed_until_they_are_merged(graph: kg.Graph) -> None:
    def pairs() -> list[tuple[Any, ...]]:
        return [tuple(sorted((item["work"], item["other"]))) for item in graph.duplicates(limit=1000)["items"]]

    assert ("hu2022again", "hu2022lora") in pairs()
    graph.merge("hu2022lora", "hu2022again", why="x", actor="bob")
    assert ("hu2022again", "hu2022lora") not in pairs()
    assert graph.duplicates(limit=1)["total"] == len(pairs())


def test_a_preprint_beside_its_published_form_is_listed_although_both_count_as_one_source(tmp_path: Path) -> None:
    authors = (
        "author = {Hu, Edward J. and Shen, Yelong}, title = {{LoRA}: Low-Rank Adaptation of Large Language Models}"
    )
    entries = tmp_path / "two.bib"
    entries.write_text(
        f"@misc{{hu2021, {authors}, year = 2021, eprint = {{2106.09685}}, archiveprefix = {{arXiv}}}}\n"
        f"@inproceedings{{hu2022, {authors}, year = 2022, booktitle = {{ICLR}}}}\n"
    )
    with_both = kg.open(f"sqlite:///{tmp_path}/two.db", empty=True)
    with_both.load(entries)
    (found,) = with_both.duplicates()["items"]
    assert (found["work"], found["other"], found["kind"], found["grouped"]) == ("hu2022", "hu2021", "version", True)
    assert found["why"].startswith("preprint and published form: the same title, the same authors")
    with_both.merge("hu2022", "hu2021", why="one text", actor="bob")
    assert with_both.duplicates()["items"] == []
    assert with_both.snapshot.works["hu2022"].arxiv == "2106.09685"
    with_both.store.close()


def test_a_merged_record_goes_through_rdf_and_is_valid(graph: kg.Graph, tmp_path: Path) -> None:
    graph.merge("hu2022lora", "hu2022again", why="x", actor="bob")
    assert [item for item in graph.validate()["items"] if item["severity"] == "violation"] == []
    graph.export(tmp_path / "all.trig")
    text = (tmp_path / "all.trig").read_text()
    assert "dcterms:isReplacedBy" in text or "terms/isReplacedBy" in text
    with_it = kg.open(f"sqlite:///{tmp_path}/other.db", empty=True)
    report = with_it.load(tmp_path / "all.trig")
    assert report["failures"] == []
    assert with_it.snapshot.works == graph.snapshot.works
    assert with_it.snapshot.evidence.keys() == graph.snapshot.evidence.keys()
    with_it.store.close()
