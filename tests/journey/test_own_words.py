"""A class and a relation added in Turtle: belief, paths, choices of the command line and the legend follow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import kg
from kg.cli import cli
from kg_viz import legend, scene

TURTLE = """
@prefix ekg: <https://w3id.org/evidence-kg/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix schema: <https://schema.org/> .

ekg:Regulation a owl:Class ; rdfs:subClassOf ekg:Entity ;
    rdfs:label "regulation"@en, "法规"@zh ;
    skos:definition "A legal rule."@en, "一条法律规则。"@zh ;
    ekg:role "cause" ; ekg:colour "#335577" ; ekg:shape "box" ; ekg:column 0 ; ekg:order 90 .

ekg:deters a ekg:RelationType , owl:ObjectProperty ;
    rdfs:label "deters"@en, "遏制"@zh ; ekg:inverseLabel "deterred by"@en, "被…遏制"@zh ;
    skos:definition "The subject makes the object less likely by threat of sanction."@en ,
        "主体以制裁相威慑,使客体更少发生。"@zh ;
    ekg:sign -1 ; ekg:propagation "conducts" ; ekg:colour "#112233" ; ekg:line "dashed" ; ekg:order 90 ;
    schema:domainIncludes ekg:Regulation ; schema:rangeIncludes ekg:Risk .
"""
ENTITIES = """
- id: licence-law
  type: Regulation
  label: {en: Licence law, zh: 许可法}
- id: careless-release
  type: Risk
  label: {en: Careless release, zh: 草率发布}
- id: harm-at-large
  type: Risk
  label: {en: Harm at large, zh: 普遍危害}
"""
CLAIMS = """
- subject: licence-law
  relation: deters
  object: careless-release
  evidence:
    - {id: N1, work: doe2024law, stance: supports, kind: empirical-experiment, strength: strong, basis: full-text,
       statement: Releases fell after the law., strength_reason: measured}
- subject: careless-release
  relation: raises
  object: harm-at-large
  evidence:
    - {id: N2, work: doe2024law, stance: supports, kind: argument, strength: moderate, basis: full-text,
       statement: Harm followed., strength_reason: argued}
"""
BIB = "@article{doe2024law, author = {Doe, Jane}, title = {Licence laws}, journal = {J}, year = {2024}}\n"
HEAD = """
id = "licence-laws"
title = {en = "Licence laws", zh = "许可法"}
version = "1"
compiled = 2026-11-25
licence = "CC-BY-4.0"
"""


@pytest.fixture
def turtle(tmp_path: Path) -> Path:
    path = tmp_path / "words" / "own.ttl"
    path.parent.mkdir()
    path.write_text(TURTLE, encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "licence-laws"
    folder.mkdir()
    for name, text in {
        "pack.toml": HEAD,
        "entities.yaml": ENTITIES,
        "claims.yaml": CLAIMS,
        "references.bib": BIB,
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_everything_follows_the_turtle(turtle: Path, folder: Path, database_url: str) -> None:
    graph = kg.open(database_url, ontology=[turtle], empty=True, lang="en")
    batch = graph.load(folder)
    assert batch["failures"] == []

    claim = graph.claim("licence-law--deters--careless-release")
    assert (claim["sign"], claim["belief"]["expected"]) == (-1, 0.875)
    (path,) = graph.paths("licence-law", "harm-at-large")["paths"]
    assert path["sign"] == -1
    assert "Licence law deters careless release" in path["explanation"]
    assert [item["direction"] for item in graph.raises("harm-at-large")["items"]] == ["lowers"]
    assert graph.matrix(rows="Regulation")["cells"][0]["row"] == "licence-law"

    words = json.dumps(legend.build(scene.build(graph.network(), lang="zh"), graph.vocabulary), ensure_ascii=False)
    assert "法规" in words
    assert "遏制" in words
    graph.store.close()

    run = CliRunner().invoke
    before = ["--database", database_url, "--ontology", str(turtle)]
    assert "Regulation" in run(cli, [*before, "list", "--help"]).stdout
    assert "deters" in run(cli, [*before, "paths", "--help"]).stdout
    listed = run(cli, [*before, "list", "entities", "--type", "Regulation", "--json"])
    assert [item["id"] for item in json.loads(listed.stdout)["items"]] == ["licence-law"]
    assert run(cli, ["--database", database_url, "list", "entities", "--type", "Regulation"]).exit_code == 2


def test_without_the_turtle_the_pack_is_refused_with_near_words(folder: Path, sqlite_url: str) -> None:
    graph = kg.open(sqlite_url, ontology=(), empty=True, lang="en")
    batch = graph.load(folder)
    assert batch["added"] == 0
    reasons = {failure["reason"] for failure in batch["failures"]}
    assert any("'deters'" in reason for reason in reasons)
    assert any("'Regulation'" in reason for reason in reasons)
    graph.store.close()
