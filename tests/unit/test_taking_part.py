"""Why a claim takes no part: exactly the conditions of decision 0003 that fail, and none when it is a link."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from kg.criteria import Criteria
from kg.errors import NotFound
from kg.model import Claim, Entity, Record, Text
from kg.network import Network
from kg.question.taking_part import failing, sentence
from kg.scenario import Scenario
from kg.vocabulary import load
from tests.builders import network, records, snapshot

VOCABULARY = load()
STATUSES = [("accepted", None), ("proposed", "待审核"), ("superseded", "已被取代")]
EVIDENCE = [("good:supports:w1", True), ("good:disputes:w1", False), ("good:qualifies:w1", False)]
ASKED = [Criteria(), Criteria(relation=("lowers",)), Criteria(include_proposed=True), Criteria(without_work=("w1",))]


def standing(record: Record, statuses: dict[str, str]) -> Record:
    if isinstance(record, Entity | Claim):
        label = {"label": Text(f"Thing {record.id}", f"物{record.id}")} if isinstance(record, Entity) else {}
        return replace(record, status=statuses.get(record.id, record.status), **label)
    return record


@pytest.mark.parametrize("relation", ["raises", "requires"])
def test_every_condition_that_fails_is_named_and_no_other(relation: str) -> None:
    id = f"a--{relation}--b"
    for own, subject, object in product(STATUSES, STATUSES[::2], STATUSES[:2]):
        for (evidence, supports), criteria in product(EVIDENCE, ASKED):
            made = records(f"a {relation} b {evidence}", "c raises a low:supports:w1")
            held = {id: own[0], "a": subject[0], "b": object[0]}
            net = Network.build(snapshot(standing(one, held) for one in made), criteria, VOCABULARY)
            expected = [
                (f"{en} is {status}", f"{zh}的状态为“{word}”")
                for en, zh, (status, word) in (
                    ("the claim itself", "论断自身", own),
                    ("its subject, thing a,", "其主体“物a”", subject),
                    ("its object, thing b,", "其客体“物b”", object),
                )
                if word is not None and not (status == "proposed" and criteria.include_proposed)
            ]
            if criteria.relation:
                expected.append(
                    (
                        f"its relation, {relation}, is not among those that the criteria keep",
                        f"其关系“{VOCABULARY.relation(relation).label.zh}”不在所用条件保留之列",
                    )
                )
            elif relation == "requires":
                expected.append(("its relation, requires, has no direction", "其关系“依赖”没有方向"))
            if not supports or criteria.without_work:
                expected.append(("nothing that counts supports it", "没有计入的证据支持它"))
            assert [(one.en, one.zh) for one in failing(net, id)] == expected, (held, evidence, criteria)
            assert (id in net.links) is (expected == [])
            assert (sentence(net, id, "en") is None) is (sentence(net, id, "zh") is None) is (expected == [])


def test_a_relation_of_no_direction_takes_part_where_the_criteria_name_it() -> None:
    net = network("a requires b good:supports:w1", criteria=Criteria(relation=("requires",)))
    assert failing(net, "a--requires--b") == ()


def test_what_a_scenario_assumes_needs_no_support() -> None:
    net = network("a raises b good:disputes:w1")
    assert sentence(net, "a--raises--b", "en") == "Takes no part in chains: nothing that counts supports it."
    supposed, _ = Scenario.parse({"add": ["a raises b 0.7"]}, VOCABULARY).apply(net)
    assert sentence(supposed, "a--raises--b", "en") is None


def test_an_unknown_claim_is_an_error() -> None:
    with pytest.raises(NotFound):
        failing(network("a raises b"), "a--raises--c")
