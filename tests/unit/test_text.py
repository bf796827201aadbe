"""Search: what is found, in which order, what counts, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg.errors import InputError, UnknownTerm
from kg.model import Entity, Text, Work
from kg.text import CANDIDATES, TextIndex
from tests.unit.searched import CLAIMS, ENTITIES, RECORDS, WORKS, claim_of, found_ids, index_of


@pytest.fixture(scope="module")
def index() -> TextIndex:
    return index_of(*RECORDS)


# ---- What is found ----


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("微调", "fine-tuning"),
        ("联邦学习", "federated-learning"),
        ("KYC", "know-your-customer"),
        ("kyc", "know-your-customer"),
        ("(IA)^3", "ia3"),
        ("LLM.int8()", "llm-int8"),
        ("ＱＬｏＲＡ", "qlora"),
        ("fine-tuning", "fine-tuning"),
        ("10.18653/v1/2022.acl-short.1", "benzaken2022bitfit"),
        ("https://doi.org/10.18653/V1/2022.ACL-short.1", "benzaken2022bitfit"),
        ("2106.09685", "hu2022lora"),
        ("arXiv:2106.09685v2", "hu2022lora"),
        ("https://arxiv.org/abs/2106.09685", "hu2022lora"),
        ("10.48550/arXiv.2106.09685", "hu2022lora"),
        ("hu2022lora", "hu2022lora"),
        ("qlora--lowers--fine-tuning-cost", "qlora--lowers--fine-tuning-cost"),
        ("quantized low-rank adaptation lowers cost of fine-tuning", "qlora--lowers--fine-tuning-cost"),
        ("量化低秩适配降低微调成本", "qlora--lowers--fine-tuning-cost"),
    ],
)
def test_a_name_is_found_first_and_scores_one(index: TextIndex, text: str, id: str) -> None:
    first = index.search(text)[0]

    assert (first.id, first.score) == (id, 1.0)


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("fine tuning", "fine-tuning"),
        ("finetunning", "fine-tuning"),
        ("fine tunning", "fine-tuning"),
        ("tuning fine", "fine-tuning"),
        ("fine tuned", "fine-tuning"),
        ("finetuning cost", "fine-tuning-cost"),
        ("quantizd lora", "qlora"),
        ("federatd lerning", "federated-learning"),
        ("fed avg", "federated-learning"),
        ("lroa", "lora"),
        ("Hu 2022 lora", "hu2022lora"),
        ("shen yelong", "hu2022lora"),
        ("egan kyc", "egan2023kyc"),
        ("ia 3", "ia3"),
        ("(ia)³", "ia3"),
        ("int8", "llm-int8"),
        ("quant", "qlora"),
        ("regulator", "regulators"),
        ("kyc overseeing", "know-your-customer--mitigates--oversight-difficulty"),
        ("who rents computing power", "know-your-customer"),
        ("chips are rented", "know-your-customer--mitigates--oversight-difficulty"),
        ("conference on learning representations", "hu2022lora"),
        ("联邦学系", "federated-learning"),
        ("QLoRA 微调成本", "qlora--lowers--fine-tuning-cost"),
        ("查明租用者", "know-your-customer"),
    ],
)
def test_words_typos_and_parts_find_the_record_first(index: TextIndex, text: str, id: str) -> None:
    assert found_ids(index, text)[0] == id


def test_two_characters_are_found_inside_longer_labels(index: TextIndex) -> None:
    found = index.search("监管")

    assert [hit.id for hit in found][:2] == ["regulators", "oversight-difficulty"]
    assert "know-your-customer--mitigates--oversight-difficulty" in [hit.id for hit in found]


@pytest.mark.parametrize(
    ("letter", "id"), [("k", "know-your-customer"), ("Q", "qlora"), ("量", "qlora"), ("度", "oversight-difficulty")]
)
def test_one_character_is_enough(index: TextIndex, letter: str, id: str) -> None:
    assert id in found_ids(index, letter)


def test_a_claim_is_found_by_aliases_of_its_ends(index: TextIndex) -> None:
    assert set(found_ids(index, "KYC", kinds=["claim"])) == {
        "know-your-customer--exercised-by--compute-providers",
        "know-your-customer--mitigates--oversight-difficulty",
    }


def test_nothing_is_found_where_nothing_is_like_it(index: TextIndex) -> None:
    assert index.search("zzzz qqqq") == index.search("驴") == index.search("***") == []
    assert index_of().search("anything") == []


# ---- In which order ----


def test_at_equal_score_entities_come_before_claims_before_works_then_by_id() -> None:
    a, b = Entity("a", "Technique", Text("A thing")), Entity("b", "Risk", Text("B thing"))
    same = "A thing raises B thing"
    index = index_of(
        a,
        b,
        claim_of("a", "raises", "b"),
        Work("x2", "book", same),
        Work("x1", "book", same),
        Entity("z", "Risk", Text(same)),
        Entity("y", "Risk", Text("Other"), aliases=(same,)),
    )

    found = [(hit.kind, hit.id, hit.score) for hit in index.search(same) if hit.score == 1.0]

    assert found == [
        ("entity", "y", 1.0),
        ("entity", "z", 1.0),
        ("claim", "a--raises--b", 1.0),
        ("work", "x1", 1.0),
        ("work", "x2", 1.0),
    ]


def test_scores_fall_are_rounded_and_stay_within_bounds(index: TextIndex) -> None:
    for text in ("fine tunning cost", "lora", "监管 微调", "k", "model of the"):
        scores = [hit.score for hit in index.search(text, limit=CANDIDATES)]

        assert scores == sorted(scores, reverse=True)
        assert all(0.0 <= score <= 1.0 and score == round(score, 4) for score in scores)


def test_the_limit_keeps_the_best(index: TextIndex) -> None:
    every = found_ids(index, "tuning")

    assert len(every) > 2
    assert found_ids(index, "tuning", limit=2) == every[:2]


def test_more_candidates_than_are_ranked_still_find_the_exact_one() -> None:
    many = [Entity(f"thing-{number}", "Risk", Text(f"Common thing {number}")) for number in range(CANDIDATES + 200)]
    index = index_of(*many)

    assert found_ids(index, "common thing 412")[0] == "thing-412"
    assert found_ids(index, "common thing") == found_ids(index_of(*reversed(many)), "common thing")


# ---- What counts ----


@pytest.mark.parametrize("status", ["rejected", "revoked", "superseded"])
def test_what_was_withdrawn_is_left_out(status: str) -> None:
    withdrawn = [*(replace(entity, status=status) for entity in ENTITIES)]
    index = index_of(*withdrawn, *(replace(claim, status=status) for claim in CLAIMS))

    assert len(index) == 0
    assert index.search("lora", include_proposed=True) == []


def test_proposals_are_found_on_request() -> None:
    index = index_of(replace(ENTITIES[0], status="proposed"), ENTITIES[1])

    assert found_ids(index, "微调") == ["fine-tuning-cost"]
    assert found_ids(index, "微调", include_proposed=True) == ["fine-tuning", "fine-tuning-cost"]


@pytest.mark.parametrize("status", ["current", "corrected", "retracted"])
def test_works_are_found_whatever_their_publisher_said(status: str) -> None:
    assert found_ids(index_of(replace(WORKS[0], status=status)), "hu2022lora") == ["hu2022lora"]


def test_kinds_narrow_the_search(index: TextIndex) -> None:
    assert {hit.kind for hit in index.search("lora")} == {"entity", "claim", "work"}
    assert {hit.kind for hit in index.search("lora", kinds=["work", "claim"])} == {"claim", "work"}
    assert index.search("lora", kinds=[]) == []


# ---- What is refused, what is inert ----


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\x00\x01", "\u200b\ufeff", "\ud800"])
def test_nothing_to_search_for_is_refused(index: TextIndex, text: str) -> None:
    with pytest.raises(InputError, match="nothing to search for"):
        index.search(text)


def test_a_text_too_long_is_refused_with_its_length(index: TextIndex) -> None:
    with pytest.raises(InputError, match=r"10,000 characters, at most 500"):
        index.search("x" * 10_000)
    assert index.search("x" * 500) == []


@pytest.mark.parametrize("limit", [0, -1, CANDIDATES + 1, True, 2.5])
def test_a_limit_out_of_range_is_refused(index: TextIndex, limit: int) -> None:
    with pytest.raises(InputError, match="whole number from 1 to"):
        index.search("lora", limit=limit)


def test_other_things_than_text_and_kinds_are_refused(index: TextIndex) -> None:
    with pytest.raises(InputError, match="NoneType is not a text"):
        index.search(None)  # type: ignore[arg-type]
    with pytest.raises(UnknownTerm, match="did you mean entity"):
        index.search("lora", kinds=["entities"])


@pytest.mark.parametrize(
    "text",
    [
        *('"', "*", "lora*", "lora~2", "(lora", "lora OR", 'lora AND NOT "', "words:lora", "+lora -qlora", "lora^9"),
        *("[a TO z]", "lora\x00\x07", "lo\u200bra", "\\", "/lora/", "lora\u202e", "<script>lora</script>"),
    ],
)
def test_operators_and_control_characters_are_no_syntax(index: TextIndex, text: str) -> None:
    found = found_ids(index, text)

    assert ("lora" in found) == ("lo" in text)


def test_operators_are_words_like_others(index: TextIndex) -> None:
    assert {"lora", "qlora"} == set(found_ids(index, "lora AND NOT qlora")[:2])
