"""Every shape is broken once on purpose; what is right breaks none."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyoxigraph import RdfFormat, parse
from rdflib import SH

import kg
from kg.cli import cli
from kg.errors import NotFound, ShapeViolation
from kg.model import Change, Claim, Entity, Evidence, Text, Work
from kg.packaged import packaged
from kg.rdf import shapes
from kg.rdf.nodes import lines
from kg.rdf.rules import SEVERITIES, read, rules
from kg.validating import check_file
from kg.vocabulary import load
from tests.shaped import PROLOGUE, RIGHT, statements, without, words

CLAIM, ITEM = "claim:a--raises--b", "evidence:w.1"
REVIEW, SHOWN = "<https://w3id.org/evidence-kg/id/revision/2#review>", "revision:2#review"
LONG = "x" * 10_001
OWN = """ekg:own a ekg:RelationType ; rdfs:label "owns"@en ; skos:definition "Owns."@en . """
BROKEN: dict[str, tuple[str, str, str]] = {
    "entity-identifier": ("entity:a", "entity:a dcterms:identifier", 'entity:a dcterms:identifier "Not A Slug"'),
    "entity-label": ("entity:a", "", 'entity:a skos:prefLabel "Another A"@en'),
    "entity-label-english": ("entity:b", "entity:b skos:prefLabel", 'entity:b skos:prefLabel "乙"@zh'),
    "entity-label-chinese": ("entity:b", "entity:b skos:prefLabel", 'entity:b skos:prefLabel "B"@en'),
    "entity-kind": ("entity:a", "", "entity:a a ekg:Risk"),
    "entity-definition": ("entity:a", "", 'entity:a skos:definition "Ein A."@de'),
    "entity-alias": ("entity:a", "", 'entity:a skos:altLabel "AAA"@en'),
    "entity-alias-order": ("entity:a", "", 'entity:a ekg:aliasOrder "[]"'),
    "entity-broader": ("entity:a", "", "entity:a skos:broader entity:b"),
    "entity-broader-cycle": ("entity:c", "", "entity:c skos:broader entity:a"),
    **{
        f"entity-match-{word}": ("entity:a", "", f'entity:a skos:{word}Match "LoRA"')
        for word in ("exact", "close", "broad", "narrow", "related")
    },
    "entity-status": ("entity:a", "entity:a ekg:status", ""),
    "claim-identifier": (CLAIM, f"{CLAIM} dcterms:identifier", f'{CLAIM} dcterms:identifier "a raises b"'),
    "claim-identifier-ends": (CLAIM, f"{CLAIM} dcterms:identifier", f'{CLAIM} dcterms:identifier "b--raises--a"'),
    "claim-subject": (CLAIM, f"{CLAIM} ekg:subject", f"{CLAIM} ekg:subject work:w"),
    "claim-predicate": (CLAIM, f"{CLAIM} ekg:predicate", f"{CLAIM} ekg:predicate ekg:heightens"),
    "claim-object": (CLAIM, "", f"{CLAIM} ekg:object entity:c"),
    "claim-two-ends": (CLAIM, f"{CLAIM} ekg:object", f"{CLAIM} ekg:object entity:a"),
    "claim-subject-kind": (CLAIM, f"{CLAIM} ekg:predicate", f"{CLAIM} ekg:predicate ekg:mitigates"),
    "claim-object-kind": (CLAIM, f"{CLAIM} ekg:predicate", f"{CLAIM} ekg:predicate ekg:provides"),
    "claim-conditions": (CLAIM, "", f'{CLAIM} ekg:conditions ""'),
    "claim-status": (CLAIM, "", f"{CLAIM} ekg:status ekg:status-proposed"),
    "claim-evidence": (CLAIM, f"{ITEM} ekg:bearsOn", ""),
    "evidence-identifier": (ITEM, f"{ITEM} dcterms:identifier", ""),
    "evidence-claim": (ITEM, f"{ITEM} ekg:bearsOn", f"{ITEM} ekg:bearsOn entity:a"),
    "evidence-work": (ITEM, f"{ITEM} ekg:fromWork", f"{ITEM} ekg:fromWork work:none"),
    "evidence-stance": (ITEM, f"{ITEM} ekg:stance", f"{ITEM} ekg:stance ekg:strength-weak"),
    "evidence-kind": (ITEM, f"{ITEM} ekg:studyKind", f'{ITEM} ekg:studyKind "argument"'),
    "evidence-strength": (ITEM, f"{ITEM} ekg:strength", ""),
    "evidence-basis": (ITEM, "", f"{ITEM} ekg:basis ekg:basis-memory"),
    "evidence-statement": (ITEM, f"{ITEM} ekg:statement", f'{ITEM} ekg:statement "{LONG}"'),
    "evidence-inferred": (ITEM, f"{ITEM} ekg:inferred", f'{ITEM} ekg:inferred "no"'),
    "evidence-status": (ITEM, f"{ITEM} ekg:status", f"{ITEM} ekg:status ekg:work-status-current"),
    "evidence-strength-reason": (ITEM, "", f'{ITEM} ekg:strengthReason "one" , "two"'),
    "evidence-quote": (ITEM, "", f"{ITEM} ekg:quote 1"),
    "evidence-locator": (ITEM, "", f'{ITEM} ekg:locator "{LONG}"'),
    "evidence-group": (ITEM, "", f"{ITEM} ekg:independenceGroup work:w"),
    "evidence-alias": (ITEM, "", f'{ITEM} ekg:alias "E1"@en'),
    "evidence-supersedes": (ITEM, "", f"{ITEM} ekg:supersedes work:w"),
    "evidence-supersedes-cycle": (ITEM, "", f"{ITEM} ekg:supersedes {ITEM}"),
    "evidence-contributor": (ITEM, "", f'{ITEM} ekg:contributor "Somebody"'),
    "work-identifier": ("work:w", "work:w dcterms:identifier", 'work:w dcterms:identifier "a key"'),
    "work-type": ("work:w", "work:w ekg:workType", ""),
    "work-title": ("work:w", "", 'work:w dcterms:title "Another W"'),
    "work-author": ("work:w", "", 'work:w dcterms:creator "W, W"'),
    "work-author-name": ("work:w", "", "work:w dcterms:creator work:v"),
    "work-author-position": ("work:w", "", 'work:w dcterms:creator work:v . work:v foaf:name "V"'),
    "work-issued": ("work:w", "work:w dcterms:issued", 'work:w dcterms:issued "2024-05"^^xsd:gYear'),
    "work-doi": ("work:w", "work:w bibo:doi", 'work:w bibo:doi "https://doi.org/10.1000/w"'),
    "work-arxiv": ("work:w", "", 'work:w fabio:hasArXivId "arXiv:2106.09685"'),
    "work-arxiv-form": ("work:w", "", 'work:w fabio:hasArXivId "math.GT/0309136"'),
    "work-url": ("work:w", "work:w fabio:hasURL", 'work:w fabio:hasURL "ftp://example.org"^^xsd:anyURI'),
    "work-status": ("work:w", "work:w ekg:workStatus", "work:w ekg:workStatus ekg:status-accepted"),
    "work-notice": ("work:w", "", "work:w ekg:notice <urn:x:y>"),
    "work-csl": ("work:w", "", 'work:w ekg:csl "{}"'),
    "work-group": ("work:w", "", 'work:w ekg:independenceGroup "g" , "h"'),
    "work-raw": ("work:w", "", "work:w ekg:raw work:w"),
    "work-replaced": ("work:w", "", "work:w dcterms:isReplacedBy entity:a"),
    "work-replaced-cycle": (
        "work:w",
        "",
        "work:w dcterms:isReplacedBy work:v . work:v a ekg:Work ; dcterms:isReplacedBy work:w",
    ),
    "work-replaced-stands": (
        "work:w",
        "",
        "work:w dcterms:isReplacedBy work:u . work:u a ekg:Work ; dcterms:isReplacedBy work:v . "
        "work:v a ekg:Work ; ekg:workStatus ekg:work-status-revoked",
    ),
    "work-raw-format": ("work:w", "", 'work:w ekg:rawFormat ""'),
    "review-reviewer": (SHOWN, "", f"{REVIEW} ekg:reviewer <https://orcid.org/0000-0002-1825-0097>"),
    "review-decision": (SHOWN, f"{REVIEW} ekg:decision", f"{REVIEW} ekg:decision ekg:status-rejected"),
    "review-reviewed": (SHOWN, f"{REVIEW} ekg:reviewed", f"{REVIEW} ekg:reviewed revision:1"),
    "review-time": (SHOWN, f"{REVIEW} ekg:recordedAt", f'{REVIEW} ekg:recordedAt "yesterday"'),
    "review-reason": (SHOWN, "", f'{REVIEW} ekg:reason "Besides."'),
    "review-reason-needed": (SHOWN, f"{REVIEW} ekg:reason", ""),
    "review-revision": (SHOWN, f"{REVIEW} ekg:atRevision", ""),
    "review-by-another": (
        SHOWN,
        f"{REVIEW} ekg:reviewer",
        f"{REVIEW} ekg:reviewer <https://w3id.org/evidence-kg/id/agent/ann>",
    ),
    "relation-label": ("ekg:own", "", 'ekg:own a ekg:RelationType ; skos:definition "Owns."@en'),
    "relation-definition": ("ekg:own", "", 'ekg:own a ekg:RelationType ; rdfs:label "owns"@en'),
    "relation-inverse-label": ("ekg:own", "", OWN + 'ekg:own ekg:inverseLabel "owned"@en , "had"@en'),
    "relation-sign": ("ekg:raises", "", "ekg:raises ekg:sign 0"),
    "relation-propagation": ("ekg:own", "", OWN + 'ekg:own ekg:propagation "conduct"'),
    "relation-line": ("ekg:own", "", OWN + 'ekg:own ekg:line "wavy"'),
    "relation-colour": ("ekg:own", "", OWN + 'ekg:own ekg:colour "red"'),
    "relation-order": ("ekg:own", "", OWN + "ekg:own ekg:order 1.5"),
    "relation-starts": ("ekg:own", "", OWN + "ekg:own schema:domainIncludes ekg:Techniques"),
    "relation-ends": ("ekg:own", "", OWN + "ekg:own schema:rangeIncludes entity:a"),
    "term-notation": ("ekg:stance-supports", "", 'ekg:stance-supports skos:notation "for"'),
    "term-scheme": ("ekg:stance-supports", "", "ekg:stance-supports skos:inScheme ekg:stance"),
    "term-label": ("ekg:own", "", "ekg:own a ekg:Basis"),
    "term-definition": ("ekg:own", "", "ekg:own a ekg:Basis"),
    "term-order": ("ekg:stance-supports", "", "ekg:stance-supports ekg:order 99"),
    "stance-polarity": ("ekg:stance-supports", "", "ekg:stance-supports ekg:polarity 2"),
    "study-kind-rank": ("ekg:own", "", "ekg:own a ekg:StudyKind ; ekg:startRank 0"),
    "strength-adjustment": ("ekg:own", "", "ekg:own a ekg:Strength ; ekg:adjustment 0.5"),
    "certainty-rank": ("ekg:own", "", "ekg:own a ekg:Certainty ; ekg:rank 1 , 2"),
    "certainty-weight": ("ekg:own", "", "ekg:own a ekg:Certainty ; ekg:weight -1.0"),
    "certainty-ceiling": ("ekg:own", "", "ekg:own a ekg:Certainty ; ekg:ceiling 1"),
    "basis-confidence": ("ekg:own", "", "ekg:own a ekg:Basis ; ekg:extractionConfidence 1.5"),
    "status-counts": ("ekg:own", "", 'ekg:own a ekg:Status ; ekg:counts "maybe"'),
}


def found(more: str = "", *gone: str) -> list[tuple[str, str]]:
    """Focus and rule of what is found in the right record with some triples less and some more."""
    some = without(statements(RIGHT), *gone) | (statements(more + " .") if more else set())
    return [(one.focus, one.rule) for one in shapes.validate_all(some | words(), load())]


def test_what_is_right_breaks_no_rule() -> None:
    assert found() == []


def test_every_rule_is_broken_here() -> None:
    assert set(BROKEN) == set(rules())


@pytest.mark.parametrize("rule", BROKEN)
def test_broken(rule: str) -> None:
    focus, gone, more = BROKEN[rule]
    assert (focus, rule) in found(more, *([gone] if gone else []))


def test_the_pack_and_the_record_seeded_from_it_are_right(pack_graph: kg.Graph) -> None:
    began = time.process_time()
    assert pack_graph.validate()["items"] == []
    seconds = time.process_time() - began
    print(f"whole record: {seconds:.2f} s of CPU")
    assert seconds < 1
    assert check_file(packaged("seeds", "hazards"))["items"] == []


def test_the_dataset_can_be_checked_as_it_stands(pack_graph: kg.Graph) -> None:
    store = pack_graph.projection().store
    held = {(str(quad.subject), str(quad.predicate), str(quad.object)) for quad in store}
    assert shapes.validate_all(held, pack_graph.vocabulary) == ()


def test_a_contribution_is_checked_before_it_is_written(pack_graph: kg.Graph) -> None:
    claim = Claim("lora--raises--nowhere", "lora", "raises", "nowhere")
    item = Evidence("k.1", claim.id, "unheard2020of", "supports", "argument", "weak", "It does.", "memory")
    pack_graph.validate([claim])
    began = time.process_time()
    report = pack_graph.validate([claim, item], lang="zh")
    seconds = time.process_time() - began
    print(f"one contribution: {seconds * 1000:.0f} ms of CPU")
    assert seconds < 0.1
    assert [(one["focus"], one["rule"]) for one in report["items"]] == [
        ("claim:lora--raises--nowhere", "claim-object"),
        ("evidence:k.1", "evidence-work"),
    ]
    assert "客体" in report["items"][0]["message"]
    assert report["counts"] == {
        "violation": 2, "warning": 0, "info": 0, "rules": {"claim-object": 1, "evidence-work": 1},
    }  # fmt: skip
    assert pack_graph.validate([])["items"] == []


def test_a_good_contribution_on_the_record_has_no_finding(pack_graph: kg.Graph) -> None:
    work = Work("new2026work", "article", "New")
    entity = Entity("qlora-two", "Technique", Text("QLoRA 2", "QLoRA 二"), broader="qlora")
    claim = Claim("qlora-two--raises--malicious-use-by-non-state-actors", "qlora-two", "raises",
                  "malicious-use-by-non-state-actors")  # fmt: skip
    item = Evidence("new2026work.1", claim.id, work.id, "supports", "argument", "weak", "It does.", "memory")
    assert pack_graph.validate([work, entity, claim, item])["items"] == []


def test_metadata_and_texts() -> None:
    turtle = packaged("ontology", "shapes.ttl")
    chinese = re.compile(r"[\u4e00-\u9fff]")
    for rule in rules().values():
        assert rule.severity in SEVERITIES
        for text in (rule.message, rule.remedy):
            assert text.zh is not None
            assert chinese.search(text.zh)
            assert text.en.endswith(".")
            assert text.zh.endswith("。")
    about = {str(quad.predicate) for quad in parse(path=turtle, format=RdfFormat.TURTLE)}
    assert {f"<{SH.severity}>", f"<{SH.message}>"} <= about


def test_a_constraint_without_a_way_into_sparql_is_refused() -> None:
    turtle = (
        PROLOGUE
        + """@prefix sh: <http://www.w3.org/ns/shacl#> .
        <urn:s#n> sh:targetClass ekg:Claim ; sh:property <urn:s#p> . <urn:s#p> sh:path ekg:status ; sh:hasValue 1 ."""
    )
    with pytest.raises(ShapeViolation, match="sh:hasValue cannot be checked"):
        read(turtle)


@pytest.mark.parametrize(
    ("suffix", "format"), [("ttl", RdfFormat.TURTLE), ("nt", RdfFormat.N_TRIPLES), ("trig", RdfFormat.TRIG)]
)
def test_files(tmp_path: Path, suffix: str, format: RdfFormat) -> None:
    file = tmp_path / f"own.{suffix}"
    plain = "".join(lines((*one, "") for one in statements(RIGHT)))
    file.write_text(plain if format is RdfFormat.N_TRIPLES else PROLOGUE + RIGHT)
    assert check_file(file)["items"] == []
    with pytest.raises(NotFound):
        check_file(tmp_path / "none.ttl")


def test_the_command_line(tmp_path: Path, sqlite_url: str) -> None:
    good, bad, odd = tmp_path / "good.ttl", tmp_path / "bad.ttl", tmp_path / "odd.ttl"
    good.write_text(PROLOGUE + RIGHT)
    bad.write_text(PROLOGUE + RIGHT + 'entity:a ekg:status "fine" .')
    odd.write_text(PROLOGUE + RIGHT + "entity:a ekg:status fine .")
    run = CliRunner().invoke
    assert run(cli, ["validate", str(good)]).exit_code == 0
    shown = run(cli, ["validate", str(bad)])
    assert shown.exit_code == 1
    assert all(
        word in shown.output for word in ("entity-status", "entity:a", "Name one of the statuses", "violation 1")
    )
    assert "违规 1" in run(cli, ["--lang", "zh", "validate", str(bad)]).output
    report = json.loads(run(cli, ["validate", str(bad), "--json"]).output)
    assert [set(one) for one in report["items"]] == [{"focus", "rule", "severity", "message", "remedy"}]
    unreadable = json.loads(run(cli, ["validate", str(odd), "--json"]).output)["items"]
    assert unreadable[0]["rule"] == "unreadable"
    assert unreadable[0]["focus"].startswith("odd.ttl:")
    assert run(cli, ["validate", str(packaged("seeds", "hazards"))]).exit_code == 0
    own = tmp_path / "own.ttl"
    own.write_text(
        PROLOGUE + 'claim:lora--raises--phishing a ekg:Claim ; dcterms:identifier "lora--raises--phishing" ;'
        " ekg:subject entity:lora ; ekg:predicate ekg:raises ; ekg:object entity:malicious-use-by-non-state-actors ;"
        " ekg:status ekg:status-accepted ."
    )
    alone = json.loads(run(cli, ["validate", str(own), "--json"]).output)["counts"]["rules"]
    beside = json.loads(run(cli, ["--database", sqlite_url, "validate", str(own), "--on-record", "--json"],
                            ).stdout)["counts"]["rules"]  # fmt: skip
    assert {"claim-subject", "claim-object"} <= set(alone)
    assert set(beside) == {"claim-identifier-ends", "claim-evidence"}


def test_the_record_is_checked_with_its_reviews(tmp_path: Path) -> None:
    graph = kg.open(f"sqlite:///{tmp_path}/r.sqlite", empty=True, lang="en", ontology=())
    entity = Entity("a", "Technique", Text("A", "甲"), status="proposed")
    graph.write([Change("entity", entity)], actor="ann", act="propose")
    graph.write([Change("entity", replace(entity, status="rejected"))], actor="ann", act="reject")
    assert [(one["focus"], one["rule"]) for one in graph.validate()["items"]] == [
        ("revision:3#review", "review-by-another"),
        ("revision:3#review", "review-reason-needed"),
    ]
    graph.store.close()
