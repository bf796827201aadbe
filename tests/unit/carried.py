"""Works and evidence as tables, as Turtle and as a pack, and a record that they are loaded into."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

import kg
from kg.model import Change, Claim, Entity, Evidence, Record, Text, Work

WORK = {"type": "book", "title": "T"}
ITEM = {
    "claim": "a--raises--b", "stance": "supports", "kind": "argument", "strength": "weak", "basis": "abstract",
}  # fmt: skip
RDF = """@prefix ekg: <https://w3id.org/evidence-kg/ontology#> .
@prefix work: <https://w3id.org/evidence-kg/id/work/> .
@prefix evidence: <https://w3id.org/evidence-kg/id/evidence/> .
@prefix claim: <https://w3id.org/evidence-kg/id/claim/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
"""
RECORDS: list[Record] = [
    Entity("a", "Technique", Text("A")),
    Entity("b", "Risk", Text("B")),
    Claim("a--raises--b", "a", "raises", "b"),
    Work("stands", "book", "It stands"),
    Work("known", "book", "It is known"),
    Work("gone", "book", "It was taken back", status="revoked"),
    Work("part", "book", "It is a part", status="merged", merged_into="stands"),
    Evidence("known.abc", "a--raises--b", "known", "supports", "argument", "weak", "It does.", "abstract"),
]


def tables(folder: Path, **sheets: list[dict[str, str]]) -> Path:
    """CSV tables in a folder."""
    folder.mkdir(exist_ok=True)
    for name, rows in sheets.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, sorted({column for row in rows for column in row}))
            writer.writeheader()
            writer.writerows(rows)
    return folder


def rdf(folder: Path, **sheets: list[dict[str, str]]) -> Path:
    """The same as Turtle."""
    text = RDF
    for row in sheets.get("works", []):
        into = f" ; dcterms:isReplacedBy work:{row['merged_into']}" if row.get("merged_into") else ""
        text += f'work:{row["id"]} ekg:workType "book" ; dcterms:title "T" ; '
        text += f"ekg:workStatus ekg:work-status-{row['status']}{into} .\n"
    for row in sheets.get("evidence", []):
        text += f"evidence:{row['work']}.x1 ekg:bearsOn claim:a--raises--b ; ekg:fromWork work:{row['work']} ; "
        text += "ekg:stance ekg:stance-supports ; ekg:studyKind ekg:kind-argument ; ekg:inferred false ; "
        text += "ekg:strength ekg:strength-weak ; ekg:basis ekg:basis-abstract ; ekg:status ekg:status-accepted ; "
        text += f'ekg:statement "{row["statement"]}" .\n'
    folder.mkdir(exist_ok=True)
    (folder / "file.ttl").write_text(text)
    return folder / "file.ttl"


def pack(folder: Path, **sheets: list[dict[str, str]]) -> Path:
    """The same as a pack."""
    folder.mkdir(exist_ok=True)
    files = {"works": "works", "evidence": "claims"}
    named = "".join(f'{files[name]} = "{files[name]}.yaml"\n' for name in sheets)
    (folder / "pack.toml").write_text(
        f'id = "p"\ntitle = {{ en = "P" }}\nversion = "1"\ncompiled = 2026-01-01\nlicence = "CC0-1.0"\n[files]\n{named}'
    )
    works = [{**WORK, **row} for row in sheets.get("works", [])]
    written = ["".join(f"  {name}: {value}\n" for name, value in row.items()).replace("  ", "- ", 1) for row in works]
    (folder / "works.yaml").write_text("".join(written))
    items = [{name: value for name, value in row.items() if name != "claim"} for row in sheets.get("evidence", [])]
    block = "- subject: a\n  relation: raises\n  object: b\n  evidence:\n"
    for row in items:
        block += "".join(f"      {name}: {value}\n" for name, value in row.items()).replace("      ", "    - ", 1)
    (folder / "claims.yaml").write_text(block)
    (folder / "entities.yaml").write_text("- id: a\n  type: Technique\n  label: { en: A }\n")
    (folder / "references.bib").write_text("% none\n")
    return folder


def record(folder: Path) -> kg.Graph:
    """A record with a few works, one of them merged and one taken back, and an item at one."""
    opened = kg.open(f"sqlite:///{folder}/record.sqlite", empty=True, lang="en")
    names: dict[type[Any], Any] = {Entity: "entity", Claim: "claim", Work: "work", Evidence: "evidence"}
    opened.write([Change(names[type(one)], one) for one in RECORDS], actor="ann", act="add")
    return opened


FORMS = pytest.mark.parametrize("form", [tables, rdf, pack])
