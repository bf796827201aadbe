"""The packaged pack: what it holds, what represents its seed text, and the pack shown in the manual."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from kg.coverage import basis_report, coverage
from kg.importers.pack import changes, read, read_coverage, vocabulary_files
from kg.importers.pack_head import PackIn, WorkNoteIn
from kg.importers.pack_records import CoverageIn
from kg.inputs import ClaimIn, EntityIn, EvidenceIn, WorkIn
from kg.model import Text
from kg.packaged import packaged
from kg.packs import CoverageRow, PackContents
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary, load
from tests.docs.blocks import ROOT, blocks

HAZARDS = packaged("seeds", "hazards")


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    """The packaged vocabulary."""
    return load()


@pytest.fixture(scope="module")
def pack(words: Vocabulary) -> PackContents:
    """The packaged pack."""
    return read(HAZARDS, words)


@pytest.fixture(scope="module")
def snapshot(pack: PackContents) -> Snapshot:
    """A record that holds the pack and nothing else."""
    return Snapshot.of(1, "2026-11-23T00:00:00.000000Z", [change.record for change in changes(pack)])


def test_counts(pack: PackContents) -> None:
    assert pack.failures == ()
    parts = (pack.entities, pack.claims, pack.evidence, pack.works, pack.coverage)
    assert [len(part) for part in parts] == [173, 213, 349, 110, 26]
    assert {item.claim for item in pack.evidence} == {claim.id for claim in pack.claims}
    assert {item.work for item in pack.evidence} == {work.id for work in pack.works}
    assert {item.contributor for item in pack.evidence} == {"pack:hazards-of-accessible-fine-tuning"}
    assert sorted(item.alias or "" for item in pack.evidence) == [f"E{number:03d}" for number in range(1, 350)]


def test_every_word_of_the_pack_is_used(pack: PackContents, words: Vocabulary) -> None:
    assert {entity.type for entity in pack.entities} == set(words.entity_types)
    assert {claim.relation for claim in pack.claims} == set(words.relations)
    assert {item.stance for item in pack.evidence} == set(words.stances)
    assert {item.kind for item in pack.evidence} == set(words.study_kinds)
    assert {item.strength for item in pack.evidence} == set(words.strengths)
    assert {item.basis for item in pack.evidence} == set(words.bases) - {"memory"}
    assert Counter(item.stance for item in pack.evidence) == {"supports": 290, "qualifies": 37, "disputes": 22}


def test_every_entity_is_named_and_defined_in_both_languages(pack: PackContents) -> None:
    chinese = re.compile("[\u4e00-\u9fff]")
    for entity in pack.entities:
        assert entity.label.zh, entity.id
        assert entity.definition is not None, entity.id
        assert entity.definition.en.endswith("."), entity.id
        assert chinese.search(entity.definition.zh or ""), entity.id
        assert (entity.definition.zh or "").endswith("。"), entity.id
    definitions = [entity.definition for entity in pack.entities]
    assert len({text.zh for text in definitions if text}) == len({text.en for text in definitions if text}) == 173


def test_names_that_people_look_for(pack: PackContents) -> None:
    by_id = {entity.id: entity for entity in pack.entities}
    assert by_id["fine-tuning"].label == Text("Fine-tuning", "微调")
    assert by_id["federated-learning"].label.zh == "联邦学习"
    assert "KYC" in by_id["know-your-customer"].aliases
    assert "(IA)^3" in by_id["ia3"].aliases
    assert by_id["qlora"].broader == "lora"


def test_works_keep_all_that_their_entries_said(pack: PackContents) -> None:
    text = (HAZARDS / "references.bib").read_text(encoding="utf-8")
    entries = re.findall(r"^@\w+\{.*?^\}", text, re.MULTILINE | re.DOTALL)
    assert sorted(work.raw or "" for work in pack.works) == sorted(entries)
    assert len(entries) == 110
    seed = next(work for work in pack.works if work.id == "chan2023hazards")
    assert (seed.year, seed.arxiv, seed.doi) == (2023, "2312.14751", "10.48550/arxiv.2312.14751")
    assert all("verified" in entry and "verifiednote" in entry for entry in entries)


def test_every_item_of_the_seed_text_is_represented(pack: PackContents, snapshot: Snapshot, words: Vocabulary) -> None:
    report = coverage(pack.coverage, snapshot, words)
    assert report["counts"] == {"items": 26, "represented": 26, "claims": 59}
    assert [item["locator"] for item in report["items"] if not item["represented"]] == []
    by_note = {item["locator"] for item in report["items"] if not item["claims"]}
    assert by_note == {"main item 5", "main item 6"}


def test_the_coverage_table_and_the_evidence_name_the_same_items(pack: PackContents) -> None:
    from_seed = [item for item in pack.evidence if item.basis == "seed-summary"]
    rows = {row.locator: row for row in pack.coverage}
    assert all(item.claim in rows[item.locator or ""].claims for item in from_seed)
    located = {(item.locator, item.claim) for item in from_seed}
    seed_claims = {item.claim for item in pack.evidence if item.work == "chan2023hazards"}
    for row in pack.coverage:
        assert set(row.claims) <= seed_claims, row.locator
        assert (
            row.work_notes
            or row.locator == "note 2, closing"
            or any((row.locator, claim) in located for claim in row.claims)
        ), row.locator


def test_an_item_without_its_claim_is_noticed(pack: PackContents, words: Vocabulary) -> None:
    records = [change.record for change in changes(pack)]
    gone = "fine-tuning-accessibility--raises--malicious-use"
    kept = [record for record in records if record.id != gone]
    revoked = [replace(one, status="revoked") if one.id == gone else one for one in records]
    unheard = [one for one in records if getattr(one, "claim", None) != gone]
    for left in (kept, revoked, unheard):
        report = coverage(pack.coverage, Snapshot.of(1, None, left), words)
        missing = [item["locator"] for item in report["items"] if item["missing"] == [gone]]
        assert len(missing) == sum(gone in row.claims for row in pack.coverage) == 6
        assert report["counts"]["represented"] == 20


def test_a_row_that_names_nothing_represents_nothing(snapshot: Snapshot, words: Vocabulary) -> None:
    report = coverage([CoverageRow("item 1", "So it is.")], snapshot, words)
    assert report["items"][0]["represented"] is False
    assert coverage([], snapshot, words)["note"] == "this pack has no coverage table"


def test_the_coverage_table_is_read_alone(pack: PackContents, words: Vocabulary) -> None:
    assert read_coverage(HAZARDS, words) == pack.coverage


def test_weak_bases_and_inferred_items_are_listed(snapshot: Snapshot, words: Vocabulary) -> None:
    report = basis_report(snapshot, words)
    assert report["counts"] == {
        "evidence": 349,
        "items": 129,
        "weak_basis": 95,
        "inferred": 34,
        "bases": {"secondary-summary": 7, "seed-summary": 88},
    }
    aliases = [item["alias"] for item in report["items"]]
    assert aliases == sorted(aliases)
    assert "E036" in aliases
    assert "E001" not in aliases
    for item in report["items"]:
        weak = item["basis"] in {"seed-summary", "secondary-summary"}
        assert item["reasons"] == ["basis"] * weak + ["inferred"] * item["inferred"] != []


def test_the_rule_of_weak_bases_is_data(snapshot: Snapshot, words: Vocabulary) -> None:
    bases = dict(words.bases)
    bases["official-repository"] = replace(bases["official-repository"], confidence=0.5)
    report = basis_report(snapshot, replace(words, bases=bases))
    assert report["counts"]["weak_basis"] == 95 + 30


def test_withdrawn_items_are_not_listed(snapshot: Snapshot, words: Vocabulary) -> None:
    item = snapshot.item("E036")
    left = [*snapshot.evidence.values(), replace(item, status="revoked")]
    report = basis_report(Snapshot.of(2, None, left), words)
    assert (report["counts"]["evidence"], report["counts"]["weak_basis"]) == (348, 94)


def test_the_notes_on_the_seed_are_kept(pack: PackContents) -> None:
    assert pack.pack is not None
    (note,) = pack.pack.work_notes
    assert (note.work, note.experiments, note.study_design) == (
        pack.pack.seed,
        "none",
        Text("literature review and conceptual analysis", "文献回顾与分析"),
    )


def manual(folder: Path) -> Path:
    """Write the pack that the manual shows."""
    found = blocks((ROOT / "seeds/README.md").read_text(encoding="utf-8"))
    names = ["pack.toml", "entities.yaml", "claims.yaml", "references.bib"]
    for name, block in zip(names, found, strict=False):
        (folder / name).write_text(block.text + "\n", encoding="utf-8")
    return folder


def test_the_pack_in_the_manual_loads(tmp_path: Path) -> None:
    contents = read(manual(tmp_path), load())
    assert contents.failures == ()
    assert [entity.label.zh for entity in contents.entities] == ["养猫", "孤独"]
    assert [claim.id for claim in contents.claims] == ["cat-keeping--lowers--loneliness"]
    assert sorted((item.alias, item.work, item.stance) for item in contents.evidence) == [
        ("P1", "doe2020cats", "supports"),
        ("P2", "roe2022cats", "disputes"),
    ]
    assert contents.works[0].doi == "10.1234/jsc.2020.7"


def test_the_manual_names_every_field() -> None:
    text = (ROOT / "seeds/README.md").read_text(encoding="utf-8")
    doors = (PackIn, WorkNoteIn, EntityIn, ClaimIn, EvidenceIn, WorkIn, CoverageIn)
    hidden = {"alias", "claim", "contributor", "raw", "raw_format", "files", "work_notes"}
    fields = {name for door in doors for name in door.model_fields} - hidden
    assert [name for name in sorted(fields) if f"`{name}`" not in text] == []


def test_a_pack_brings_its_own_words(tmp_path: Path) -> None:
    folder = manual(tmp_path)
    head = (folder / "pack.toml").read_text(encoding="utf-8")
    (folder / "pack.toml").write_text(head + 'vocabulary = ["extra.ttl"]\n', encoding="utf-8")
    claims = (folder / "claims.yaml").read_text(encoding="utf-8")
    (folder / "claims.yaml").write_text(claims.replace("relation: lowers", "relation: soothes"), encoding="utf-8")
    (folder / "extra.ttl").write_text(
        """\
        @prefix ekg: <https://w3id.org/evidence-kg/ontology#> .
        @prefix owl: <http://www.w3.org/2002/07/owl#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        @prefix my: <https://example.org/pets#> .
        my:soothes a ekg:RelationType, owl:ObjectProperty ;
            rdfs:subPropertyOf ekg:lowers ;
            rdfs:label "soothes"@en , "抚慰"@zh ;
            skos:definition "The subject makes the object milder."@en , "主体使客体减轻。"@zh ;
            ekg:inverseLabel "is soothed by"@en , "被抚慰"@zh .
        """,
        encoding="utf-8",
    )
    contents = read(folder)
    assert contents.failures == ()
    assert contents.claims[0].relation == "soothes"
    assert vocabulary_files(folder) == (folder / "extra.ttl",)
    without = read(folder, load())
    assert "'soothes' is not a relation" in without.failures[0].reason


def test_a_pack_builds_on_what_is_there(tmp_path: Path, snapshot: Snapshot) -> None:
    folder = manual(tmp_path)
    claims = (folder / "claims.yaml").read_text(encoding="utf-8")
    claims = claims.replace("object: loneliness", "object: spear-phishing").replace("doe2020cats", "hazell2023spear")
    (folder / "claims.yaml").write_text(claims, encoding="utf-8")
    alone = read(folder, load())
    assert [failure.line for failure in alone.failures] == [3, 6]
    assert read(folder, load(), known=snapshot).failures == ()
