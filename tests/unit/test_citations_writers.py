"""What we write is read by other people's readers, on the works of the pack."""

from __future__ import annotations

import json

import rispy
from pybtex.database import parse_string

import kg
from kg.citations import bibtex, latex
from kg.citations.bibtex_writer import to_bibtex
from kg.citations.csl import to_csl
from kg.citations.csl_terms import DATE_SET, NAME_SET, TEXT_SET, TYPES
from kg.citations.curated import handed_on
from kg.citations.ris_writer import to_ris
from kg.exporters import citations
from kg.model import Work
from kg.packaged import packaged


def pack_works() -> list[Work]:
    path = packaged("seeds", "hazards", "references.bib")
    parsed = bibtex.parse(path.read_text("utf-8"), source=path.name)
    return [
        Work(**(found.work.model_dump() | {"authors": tuple(found.work.authors), "raw": None}))
        for found in parsed.works
    ]


def test_pybtex_reads_our_bibtex() -> None:
    works = pack_works()
    theirs = parse_string(to_bibtex(works), "bibtex")
    assert list(theirs.entries) == [work.id for work in works]
    for work in works:
        entry = theirs.entries[work.id]
        assert latex.to_unicode(entry.fields["title"]) == work.title
        assert entry.fields["year"] == str(work.year)
        people = [str(person) for person in entry.persons["author"]]
        assert len(people) == len(work.authors) + ("author-others" in work.csl.get("custom", {}))
        assert bibtex.RESIDUE not in entry.fields or entry.fields[bibtex.RESIDUE].startswith("{\\textbraceleft}")


def test_rispy_reads_our_ris() -> None:
    works = pack_works()
    theirs = rispy.loads(to_ris(works))
    assert [(entry["id"], entry["title"]) for entry in theirs] == [(work.id, work.title) for work in works]
    assert [entry["authors"] for entry in theirs] == [list(work.authors) for work in works]
    lora = next(entry for entry in theirs if entry["id"] == "hu2022lora")
    assert lora["urls"] == ["https://arxiv.org/abs/2106.09685"]


def test_our_csl_holds_only_words_of_csl() -> None:
    works = pack_works()
    for item in json.loads(to_csl(works)):
        assert item["type"] in TYPES
        assert item.keys() <= TEXT_SET | NAME_SET | DATE_SET | {"id", "type", "custom"}


def test_words_with_capitals_are_protected_from_styles() -> None:
    written = to_bibtex([Work(id="a", type="book", title="QLoRA: Low-Rank for LLMs -- a study")])
    assert "title = {{QLoRA:} Low-Rank for {LLMs} -{}- a study}" in written


def test_notes_of_curators_stay_in_the_record(pack_graph: kg.Graph) -> None:
    works = citations.chosen(pack_graph.network())
    assert all("verifiednote" in work.csl["custom"] for work in works)
    written = "".join(["".join(write(works)) for write in (citations.bibtex, citations.ris, citations.csl_json)])
    assert "verified" not in written
    assert "stored" not in written.lower()
    read = [found.work for found in bibtex.parse("".join(citations.bibtex(works)), source="x").works]
    assert [(one.title, one.year, one.doi, one.arxiv) for one in read] == [
        (work.title, work.year, work.doi, work.arxiv) for work in works
    ]
    assert handed_on(handed_on(works)) == handed_on(works)
