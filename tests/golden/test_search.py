"""Search on the packaged pack: queries that people ask, and what they should see first."""

from __future__ import annotations

import pytest

import kg

GOLDEN = [
    ("微调", "fine-tuning"),
    ("联邦学习", "federated-learning"),
    ("监管难度", "oversight-difficulty"),
    ("恶意微调", "covert-malicious-fine-tuning"),
    ("非国家行为者的恶意使用", "malicious-use-by-non-state-actors"),
    ("滥用", "malicious-use"),
    ("迁移学系", "transfer-learning"),
    ("KYC", "know-your-customer"),
    ("(IA)^3", "ia3"),
    ("LLM.int8()", "llm-int8"),
    ("fine tuning", "fine-tuning"),
    ("finetunning", "fine-tuning"),
    ("quantizd lora", "qlora"),
    ("federated lerning", "federated-learning"),
    ("cost of finetuning", "fine-tuning-cost"),
    ("malicious use non state", "malicious-use-by-non-state-actors"),
    ("deepfake", "non-consensual-imagery"),
    ("watermark", "watermarking"),
    ("RLHF", "safety-fine-tuning"),
    ("tar mitigates safeguard removal", "tar--mitigates--safeguard-removal"),
    ("Hu 2022 lora", "hu2022lora"),
    ("chan hazards", "chan2023hazards"),
    ("https://doi.org/10.48550/arXiv.2312.14751", "chan2023hazards"),
    ("arXiv:2305.14314v2", "dettmers2023qlora"),
    ("10.18653/v1/2022.acl-short.1", "benzaken2022bitfit"),
]


@pytest.mark.parametrize(("text", "id"), GOLDEN)
def test_the_pack_answers_what_people_ask(pack_graph: kg.Graph, text: str, id: str) -> None:
    assert pack_graph.search(text)["items"][0]["id"] == id


def test_two_characters_find_all_of_the_pack_that_has_them(pack_graph: kg.Graph) -> None:
    having = {id for id, entity in pack_graph.snapshot.entities.items() if "监管" in entity.label.get("zh")}

    found = {item["id"] for item in pack_graph.search("监管", limit=200)["items"]}

    assert having
    assert having <= found


def test_every_entity_of_the_pack_is_first_by_its_labels(pack_graph: kg.Graph) -> None:
    for id, entity in pack_graph.snapshot.entities.items():
        for label in (entity.label.en, entity.label.get("zh")):
            assert pack_graph.search(label, limit=1)["items"][0]["id"] == id, label
