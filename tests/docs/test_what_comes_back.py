"""The table of what each format of export brings back says what does: each is written, and read into an empty record.

Lives here: a record with one of each status, and the table of docs/backup.md. Never here: what a format holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

import kg
from kg.errors import InputError
from kg.exporters.formats import FORMATS
from kg.graph import Graph
from tests.docs.blocks import ROOT

SUFFIXES = {"turtle": ".ttl", "trig": ".trig", "jsonld": ".jsonld", "ntriples": ".nt", "bibtex": ".bib", "ris": ".ris"}
SUFFIXES |= {"csl-json": ".json", "csv-works": ".csv", "csv": ".csv", "nanopub": ".nanopub.trig"}
UNKNOWN = {"graphml", "gexf", "neo4j-csv", "parquet", "references"}
"""What is refused before its entries are read."""
KINDS = ("entities", "works", "claims", "evidence")
WHOLE, PACK, CITATIONS, NOTHING = "every entity", "the entities, claims and items that count", "works as", "nothing"
ITEM = {
    "claim": "folding--lowers--cost", "stance": "supports", "kind": "case-report", "strength": "weak",
    "strength_reason": "One.", "locator": "section 1", "basis": "full-text",
}  # fmt: skip


def promised() -> Mapping[str, str]:
    """What the table says of each format."""
    page = (ROOT / "docs/backup.md").read_text(encoding="utf-8")
    _, _, table = page.partition("## What an export brings back")
    rows = [row.split("|")[1:3] for row in table.partition("\n## ")[0].splitlines() if row.startswith("| `")]
    return {name: says.strip() for names, says in rows for name in re.findall(r"`([\w-]+)`", names)}


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """A record with items that count, wait, were rejected and revoked, and works that stand, are merged and revoked."""
    graph = kg.open(f"sqlite:///{tmp_path_factory.mktemp('all')}/record.db", lang="en", empty=True)
    for id, type in (("folding", "Technique"), ("cost", "Factor")):
        graph.add_entity({"id": id, "type": type, "label": {"en": id.title()}}, actor="ann")
    graph.add_claim({"subject": "folding", "relation": "lowers", "object": "cost"}, actor="ann")
    graph.add_entity({"id": "pleating", "type": "Technique", "label": {"en": "Pleating"}}, actor="ann")
    works = [
        graph.add_work({"type": "article", "title": title, "authors": [author], "year": 2021}, actor="ann")["id"]
        for title, author in (("On folding", "Li, Z."), ("Paper cost", "Abe, K."), ("Typed wrongly", "Ax, B."))
    ]
    item = ITEM | {"work": works[0]}
    counts, revoked, rejected, _ = [
        graph.add_evidence(item | {"statement": said}, actor="ann")["id"]
        for said in ("Half the cost.", "No cost was left.", "Nobody paid at all.", "A third was saved.")
    ]
    graph.review([counts, revoked], "accept", actor="bob")
    graph.revoke(revoked, why="misread", actor="bob")
    graph.review(rejected, "reject", why="not there", actor="bob")
    graph.merge(works[0], works[1], why="one text", actor="bob")
    graph.revoke(works[2], why="typed wrongly", actor="bob")
    return graph


def states(graph: Graph) -> dict[str, list[str]]:
    """The status of each record, by kind."""
    return {kind: sorted(one.status for one in getattr(graph.snapshot, kind).values()) for kind in KINDS}


def test_the_table_names_every_format() -> None:
    assert set(promised()) == set(FORMATS)


@pytest.mark.parametrize("name", sorted(set(promised())))
def test_a_format_brings_back_what_the_table_says(name: str, record: Graph, tmp_path: Path) -> None:
    file = tmp_path / f"out{SUFFIXES.get(name, '')}"
    record.export(file, format=name)
    empty = kg.open(f"sqlite:///{tmp_path}/empty.db", lang="en", empty=True)
    says = promised()[name]
    if says.startswith(NOTHING):
        if name in UNKNOWN:
            with pytest.raises(InputError, match=r"not recognised|is an export to Parquet|is a ZIP file"):
                empty.load(file, actor="zoe")
        else:
            assert empty.load(file, actor="zoe")["failures"]
        assert not any(states(empty).values())
        return
    assert empty.load(file, actor="zoe")["failures"] == []
    before, after = states(record), states(empty)
    assert before["evidence"] == ["accepted", "proposed", "rejected", "revoked"]
    if says.startswith(WHOLE):
        assert after == before
    elif says.startswith(PACK):
        counting = {kind: [one for one in before[kind] if one == "accepted"] for kind in KINDS}
        assert after == counting | {"works": before["works"]}
    else:
        assert says.startswith(CITATIONS)
        assert after == {"entities": [], "works": ["current"], "claims": [], "evidence": []}
