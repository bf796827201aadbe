"""Why a claim is no link of the network: which of the conditions of docs/decisions/0003 fail, in both languages.

Lives here: the conditions one by one, and their sentence. May enter: a network, a claim. Never here: which claims
take part (network), documents.
"""

from __future__ import annotations

from collections.abc import Iterator

from kg.belief import weigh
from kg.model import Claim, Text
from kg.network import Network, group_of, line_of, relations_taking_part
from kg.sentences import inside

ENDS = {"subject": "主体", "object": "客体"}


def sentence(network: Network, claim: str, lang: str) -> str | None:
    """Return that a claim takes no part in chains, and why, as one sentence; None when it takes part.

    Raises:
        NotFound: there is no such claim.
    """
    reasons = failing(network, claim)
    if not reasons:
        return None
    if lang == "zh":
        return f"不参与链条：{'；'.join(reason.get(lang) for reason in reasons)}。"
    return f"Takes no part in chains: {'; '.join(reason.en for reason in reasons)}."


def failing(network: Network, claim: str) -> tuple[Text, ...]:
    """Return the conditions that fail: its own status, those of its ends, its relation, its support; in this order.

    Law: of a snapshot read through criteria, none fails exactly when the claim is a link of the network.

    Raises:
        NotFound: there is no such claim.
    """
    record = network.snapshot.claim(claim)
    conditions = (_own_status, _ends, _relation, _support)
    return tuple(reason for condition in conditions for reason in condition(network, record))


def _own_status(network: Network, record: Claim) -> Iterator[Text]:
    if record.id not in network.weighings:
        yield _stands(network, "the claim itself", "论断自身", record.status)


def _ends(network: Network, record: Claim) -> Iterator[Text]:
    for (end, zh), id in zip(ENDS.items(), (record.subject, record.object), strict=True):
        if id not in network.index:
            known = network.snapshot.entities.get(id)
            label = Text(id) if known is None else known.label
            names = f"its {end}, {inside(label.en)},", f"其{zh}“{label.get('zh')}”"
            yield (
                Text(f"{names[0]} is not in the record", f"{names[1]}不在记录中")
                if known is None
                else _stands(network, *names, known.status)
            )


def _relation(network: Network, record: Claim) -> Iterator[Text]:
    relation = network.vocabulary.relation(record.relation)
    en, zh = f"its relation, {relation.label.en},", f"其关系“{relation.label.get('zh')}”"
    if record.relation not in relations_taking_part(network.criteria, network.vocabulary):
        if network.criteria.relation:
            yield Text(f"{en} is not among those that the criteria keep", f"{zh}不在所用条件保留之列")
        elif relation.sign == 0:
            yield Text(f"{en} has no direction", f"{zh}没有方向")
        else:
            yield Text(f"{en} is followed only where the criteria name it", f"{zh}仅在条件点名时才会沿用")


def _support(network: Network, record: Claim) -> Iterator[Text]:
    """The items are asked whatever the status of the claim: what it would lack if it counted is said as well."""
    weighing = network.weighings.get(record.id)
    if weighing is None:
        snapshot, vocabulary = network.snapshot, network.vocabulary
        counting = (
            item
            for item in snapshot.evidence_of(record.id)
            if network.criteria.why_not(item, snapshot.works.get(item.work), vocabulary) is None
        )
        weighing = weigh(tuple(line_of(item, group_of(item, snapshot), vocabulary) for item in counting))
    if weighing.support <= 0 and record.id not in network.assumed:
        yield Text("nothing that counts supports it", "没有计入的证据支持它")


def _stands(network: Network, en: str, zh: str, status: str) -> Text:
    word = network.vocabulary.status(status).label
    return Text(f"{en} is {word.en}", f"{zh}的状态为“{word.get('zh')}”")
