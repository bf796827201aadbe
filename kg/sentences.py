"""Claims as sentences, in English and Chinese, from the labels of entities and relations.

Lives here: the wording of one claim. May enter: a claim, a snapshot, a vocabulary. Never here: numbers, belief, HTML.
"""

from __future__ import annotations

from kg.model import Claim, Text
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary


def sentence(claim: Claim, snapshot: Snapshot, vocabulary: Vocabulary) -> Text:
    """Return a claim as a sentence without full stop; ids stand in for entities and relations that are unknown.

    A Chinese relation such as "由…实施" takes its object at the ellipsis.

    Example:
        >>> from kg.model import Entity
        >>> from kg.vocabulary import load
        >>> ends = [Entity("kyc", "Mitigation", Text("KYC")), Entity("labs", "Actor", Text("Model makers", "开发者"))]
        >>> sentence(Claim("", "kyc", "exercised-by", "labs"), Snapshot.of(1, None, ends), load())
        Text(en='KYC exercised by model makers', zh='KYC由开发者实施')
    """
    relation = vocabulary.relations.get(claim.relation)
    verb = Text(claim.relation) if relation is None else relation.label
    subject, object = (
        Text(id) if id not in snapshot.entities else snapshot.entities[id].label for id in (claim.subject, claim.object)
    )
    said, end = verb.get("zh"), object.get("zh")
    return Text(
        f"{subject.en} {verb.en} {inside(object.en)}",
        subject.get("zh") + (said.replace("…", end, 1) if "…" in said else said + end),
    )


def inside(label: str) -> str:
    """Return a label as it reads inside an English sentence.

    Example:
        >>> inside("Fine-tuning"), inside("LoRA"), inside("IA3 scaling")
        ('fine-tuning', 'LoRA', 'IA3 scaling')
    """
    rest = label.split(" ", 1)[0][1:]
    return label[0].lower() + label[1:] if rest.replace("-", "").islower() else label
