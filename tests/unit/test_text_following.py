"""Search: sentences, documents, an index that follows the record, and the parts that texts are taken into."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from kg.folding import fold, grams, pieces
from kg.model import Entity, Evidence, Text
from kg.question import search
from kg.sentences import sentence
from kg.text import TextIndex
from tests.unit.searched import (
    CLAIMS,
    ENTITIES,
    RECORDS,
    WORDS,
    WORKS,
    claim_of,
    found_ids,
    index_of,
    revision_of,
    snapshot_of,
)


@pytest.fixture(scope="module")
def index() -> TextIndex:
    return index_of(*RECORDS)


# ---- Sentences, documents ----


def test_a_claim_reads_as_a_sentence_in_both_languages() -> None:
    snapshot = snapshot_of(*RECORDS)

    said = [sentence(claim, snapshot, WORDS) for claim in CLAIMS]

    assert said[0] == Text("Quantized low-rank adaptation lowers cost of fine-tuning", "量化低秩适配降低微调成本")
    assert said[2] == Text(
        "Know-your-customer rules for compute are exercised by compute providers", "算力客户身份核验由算力提供者实施"
    )


def test_a_claim_about_records_and_words_unknown_reads_by_ids() -> None:
    assert sentence(claim_of("x", "undoes", "y"), snapshot_of(), WORDS) == Text("x undoes y", "xundoesy")


def test_the_document_of_a_search(index: TextIndex) -> None:
    snapshot = snapshot_of(*RECORDS)

    assert search.find(index, snapshot, "KYC", limit=2) == {
        "items": [
            {
                "kind": "entity",
                "id": "know-your-customer",
                "label": "Know-your-customer rules for compute",
                "score": 1.0,
            },
            {"kind": "work", "id": "egan2023kyc", "label": "Oversight for Frontier AI", "score": 0.812},
        ]
    }
    chinese = search.find(index, snapshot, "fine-tuning", limit=1, lang="zh")
    assert chinese == {"items": [{"kind": "entity", "id": "fine-tuning", "label": "微调", "score": 1.0}]}


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["Nothing is found for “customerize”", "Near words:", "12 entities"]),
        ("zh", ["没有找到“customerize”", "相近的词", "12 个实体"]),
    ],
)
def test_an_empty_answer_explains_itself(index: TextIndex, lang: str, words: Sequence[str]) -> None:
    found = search.find(index, snapshot_of(*RECORDS), "customerize\x07", lang=lang)

    assert found["items"] == []
    assert all(word in found["note"] for word in words)
    assert "\x07" not in found["note"]


def test_near_words_are_offered_in_the_language_asked(index: TextIndex) -> None:
    assert index.near("rulez for compute")[0] == "Know-your-customer rules for compute"
    assert index.near("rulez for compute", "zh")[0] == "算力客户身份核验"
    assert index.near("zzzz") == []


# ---- Following the record ----


def test_the_index_follows_what_a_revision_adds_renames_and_withdraws() -> None:
    snapshot = snapshot_of(*RECORDS)
    index = TextIndex.of(snapshot, WORDS)
    renamed = replace(ENTITIES[4], label=Text("Squeezed adaptation", "压缩适配"), aliases=("Mini",))
    revision = revision_of(
        2, renamed, replace(WORKS[0], title="Another title"), Entity("new", "Risk", Text("Brand new harm"))
    )

    index.apply(revision, snapshot.apply(revision))

    assert index.revision == 2
    assert len(index) == len(RECORDS) + 1
    assert found_ids(index, "brand new harm")[0] == "new"
    assert found_ids(index, "another title")[0] == "hu2022lora"
    assert found_ids(index, "squeezed adaptation lowers cost of fine-tuning")[0] == "qlora--lowers--fine-tuning-cost"
    assert "qlora--lowers--fine-tuning-cost" in found_ids(index, "Mini")
    assert found_ids(index, "quantized low-rank adaptation")[0] == "lora"
    assert index.search("qlora")[0].label == Text("Squeezed adaptation", "压缩适配")

    withdrawn = revision_of(3, replace(renamed, status="revoked"))
    index.apply(withdrawn, snapshot.apply(revision).apply(withdrawn))
    assert "qlora" not in found_ids(index, "qlora")


def test_evidence_changes_nothing_but_the_revision() -> None:
    snapshot = snapshot_of(*RECORDS)
    index = TextIndex.of(snapshot, WORDS)
    item = Evidence(
        "hu2022lora.aaaaaaaaaaaa", CLAIMS[0].id, "hu2022lora", "supports", "argument", "weak", "It does.", "abstract"
    )
    revision = revision_of(2, item)

    index.apply(revision, snapshot.apply(revision))

    assert (index.revision, len(index)) == (2, len(RECORDS))
    assert found_ids(index, "lora") == found_ids(index_of(*RECORDS), "lora")


def test_searches_go_on_while_the_index_follows() -> None:
    snapshot = snapshot_of(*RECORDS)
    index = TextIndex.of(snapshot, WORDS)

    def ask(_: int) -> bool:
        return found_ids(index, "KYC")[0] == "know-your-customer" and found_ids(index, "lora")[0] == "lora"

    with ThreadPoolExecutor(3) as threads:
        answers = threads.map(ask, range(60))
        for number in range(2, 12):
            revision = revision_of(number, replace(ENTITIES[8], aliases=("KYC", f"rule {number}")))
            snapshot = snapshot.apply(revision)
            index.apply(revision, snapshot)

    assert all(answers)
    assert found_ids(index, "rule 11")[0] == "know-your-customer"


# ---- Parts ----


def test_folding_leaves_case_width_accents_and_white_space_aside() -> None:
    assert fold("  Ｌｏｒａ\tCAFÉ\u3000ß\u00ad \x00İ  ") == "lora cafe ss i"
    assert fold("が パ 한글") == "が パ 한글"


def test_words_and_runs() -> None:
    assert pieces("ia3激活 under_score") == (frozenset({"ia3", "under", "score"}), frozenset({"激活"}))
    assert grams(["微调"]) == ["微调"]


def test_search_starts_without_the_heavy_libraries() -> None:
    heavy = {"networkx", "numpy", "fastapi", "rdflib", "pydantic", "sqlalchemy"}
    code = f"import sys, kg.question.search; print(sorted({heavy} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert shown.stdout.strip() == "[]"
