"""Records to search in: what `test_text` and `test_text_following` share."""

from __future__ import annotations

from kg.ids import claim_id
from kg.model import Change, Claim, Entity, Record, Revision, Text, Work, kind_of
from kg.snapshot import Snapshot
from kg.text import TextIndex
from kg.vocabulary import load

WORDS = load()


def claim_of(subject: str, relation: str, object: str, **more: str) -> Claim:
    """A claim with its id."""
    return Claim(claim_id(subject, relation, object), subject, relation, object, **more)


ENTITIES = [
    Entity("fine-tuning", "Technique", Text("Fine-tuning", "微调"), aliases=("finetuning",)),
    Entity("fine-tuning-cost", "Factor", Text("Cost of fine-tuning", "微调成本")),
    Entity("federated-learning", "Technique", Text("Federated learning", "联邦学习"), aliases=("FedAvg",)),
    Entity("federated-tuning", "Technique", Text("Federated instruction tuning", "联邦指令微调")),
    Entity("qlora", "Technique", Text("Quantized low-rank adaptation", "量化低秩适配"), aliases=("QLoRA",)),
    Entity("lora", "Technique", Text("Low-rank adaptation", "低秩适配"), aliases=("LoRA",)),
    Entity("ia3", "Technique", Text("Activation scaling", "激活缩放"), aliases=("(IA)^3", "T-Few")),
    Entity("llm-int8", "Technique", Text("Eight-bit matrix multiplication", "八比特矩阵乘法"), aliases=("LLM.int8()",)),
    Entity(
        "know-your-customer",
        "Mitigation",
        Text("Know-your-customer rules for compute", "算力客户身份核验"),
        definition=Text("Providers check who rents large amounts of computing power.", "提供者查明租用者。"),
        aliases=("KYC",),
    ),
    Entity("oversight-difficulty", "Factor", Text("Difficulty of overseeing models", "监管难度")),
    Entity("regulators", "Actor", Text("Regulators", "监管者")),
    Entity("compute-providers", "Actor", Text("Compute providers", "算力提供者")),
]
CLAIMS = [
    claim_of("qlora", "lowers", "fine-tuning-cost"),
    claim_of("know-your-customer", "mitigates", "oversight-difficulty", conditions="only where chips are rented"),
    claim_of("know-your-customer", "exercised-by", "compute-providers"),
]
WORKS = [
    Work(
        "hu2022lora",
        "paper-conference",
        "LoRA: Low-Rank Adaptation of Large Language Models",
        authors=("Hu, Edward J.", "Shen, Yelong"),
        year=2022,
        arxiv="2106.09685",
        csl={"container-title": "International Conference on Learning Representations"},
    ),
    Work("benzaken2022bitfit", "paper-conference", "BitFit", doi="10.18653/v1/2022.acl-short.1", arxiv="2106.10199"),
    Work("egan2023kyc", "article", "Oversight for Frontier AI", authors=("Egan, Janet",), year=2023),
]
RECORDS: list[Record] = [*ENTITIES, *CLAIMS, *WORKS]


def snapshot_of(*records: Record) -> Snapshot:
    """A snapshot at revision 1."""
    return Snapshot.of(1, None, records)


def index_of(*records: Record) -> TextIndex:
    """The index of a snapshot at revision 1."""
    return TextIndex.of(snapshot_of(*records), WORDS)


def revision_of(number: int, *records: Record) -> Revision:
    """A revision that writes records."""
    changes = tuple(Change(kind_of(record), record) for record in records)
    return Revision(number, "2026-01-01T00:00:00Z", "tests", "change", None, "0" * 64, "0" * 64, changes)


def found_ids(index: TextIndex, text: str, **more: object) -> list[str]:
    """Ids found, best first."""
    return [hit.id for hit in index.search(text, **more)]  # type: ignore[arg-type]
