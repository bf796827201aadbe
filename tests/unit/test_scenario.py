"""Scenarios: what can be said in one, what contradicts itself, what is gone; the texts they are made of."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from kg.belief import Opinion
from kg.criteria import Criteria
from kg.errors import InputError, NotFound, ParseFailure, ShapeViolation, UnknownTerm
from kg.network import Network
from kg.question import paths
from kg.scenario import LONGEST, Scenario
from kg.vocabulary import load
from tests.builders import network, records, snapshot, work

VOCABULARY = load()


def parse(**parts: Any) -> Scenario:
    return Scenario.parse(parts, VOCABULARY)


def test_an_added_claim_holds_exactly_as_likely_as_said() -> None:
    net, faults = parse(add="b raises c 0.25").apply(network("a raises b good", "a raises c weak"))
    assert not faults
    assert net.opinion("b--raises--c") == Opinion(0.25, 0.75, 0.0, 0.25, 0.25, 0.25)
    added = paths.find(net, "a", "c", max_links=2)["paths"][1]
    assert (added["claims"], added["belief"]["expected"]) == (["a--raises--b", "b--raises--c"], 0.875 * 0.25)


def test_an_added_claim_needs_both_ends() -> None:
    net, (fault,) = parse(add="b raises nowhere 0.25").apply(network("a raises b good"))
    assert isinstance(fault, NotFound)
    assert "nowhere" in str(fault)
    assert set(net.links) == {"a--raises--b"}


def test_an_added_claim_obeys_the_ontology() -> None:
    net = network("a raises b", types={"a": "Risk", "b": "Technique"})
    _, (fault,) = parse(add="a raises b 0.5").apply(net)
    assert isinstance(fault, ShapeViolation)


def test_a_claim_of_the_record_takes_the_chance_that_is_assumed() -> None:
    before = network("a raises b good good:disputes:z", "b raises c")
    after, _ = parse(add="a raises b 0.9").apply(before)
    assert after.opinion("a--raises--b").expected == 0.9
    assert after.weighing("a--raises--b").contested is False
    path = paths.find(after, "a", "c")["paths"][0]
    assert path["works"] == ["w1"], "its own evidence stands back"
    assert path["single_work"] is None
    assert path["belief"]["expected"] == pytest.approx(0.9 * 0.875)


def test_a_path_of_assumptions_alone_rests_on_no_work() -> None:
    after, _ = parse(add=["a raises c 0.5", "c raises b 0.5"]).apply(network("a raises b", "b raises c"))
    path = next(path for path in paths.find(after, "a", "b")["paths"] if path["length"] == 2)
    assert (path["works"], path["single_work"], path["contested"]) == ([], None, False)


def test_a_proposed_claim_can_be_assumed() -> None:
    some = records("a raises b", "b raises c")
    proposed = [
        type(one)(**{**_fields(one), "status": "proposed"}) if one.id == "b--raises--c" else one for one in some
    ]
    before = Network.build(snapshot(proposed), Criteria(), VOCABULARY)
    assert "b--raises--c" not in before.links
    assert "b--raises--c" in parse(add="b raises c 0.4").apply(before)[0].links


def test_a_dropped_item_stays_dropped_whatever_else_is_set() -> None:
    before = network("a raises b good:supports:p low:disputes:q")
    item = before.snapshot.evidence_of("a--raises--b")[1].id
    after, _ = parse(drop_evidence=item, set=f"{item} stance=supports").apply(before)
    assert after.opinion("a--raises--b").expected == 0.875


def test_stance_and_strength_can_be_set_together() -> None:
    before = network("a raises b good:supports:p good:supports:q")
    item = before.snapshot.evidence_of("a--raises--b")[0].id
    after, _ = parse(set=[f"{item} stance=disputes", f"{item} strength=weak"]).apply(before)
    assert after.snapshot.evidence[item].stance == "disputes"
    assert after.snapshot.evidence[item].strength == "weak"
    assert after == parse(set=f"{item}  strength=weak  stance=disputes").apply(before)[0]
    assert before.snapshot.evidence[item].stance == "supports", "the record stays as it is"


def test_retracting_and_taking_back_are_marks() -> None:
    assert parse(retract="w0").document() == {"mark": ["w0=retracted"]}
    assert parse(unretract=["w0", "w1"]).document() == {"mark": ["w0=current", "w1=current"]}
    some = [work("w0", status="retracted") if one.id == "w0" else one for one in records("a raises b")]
    before = Network.build(snapshot(some), Criteria(), VOCABULARY)
    assert not before.links
    assert set(parse(unretract="w0").apply(before)[0].links) == {"a--raises--b"}


def test_criteria_of_a_scenario_take_the_place_of_the_question_s() -> None:
    asked = Criteria(known_in=2020, study_kind=("argument",), include_retracted=True)
    what = parse(under={"known_in": 2024, "study_kind": [], "include_retracted": False})
    assert what.criteria(asked) == Criteria(known_in=2024)
    assert parse(under=["known-in=2024", "study-kind=argument", "study-kind=theoretical"]).criteria(asked) == Criteria(
        known_in=2024, study_kind=("argument", "theoretical"), include_retracted=True
    )


def test_what_is_gone_is_told_and_the_rest_holds() -> None:
    what = parse(
        drop_work=["w0", "gone"],
        drop_claim="no--raises--claim",
        drop_entity="nobody",
        drop_evidence="e",
        mark="x=current",
    )
    after, faults = what.apply(network("a raises b", "b raises c"))
    assert len(faults) == 5
    assert set(after.links) == {"b--raises--c"}
    assert after.criteria.without_work == ("w0",)


def test_equal_ids_of_an_entity_and_a_work_are_told_apart() -> None:
    before = network("a raises b good:supports:a")
    after, _ = parse(drop_entity="a", mark="a=corrected").apply(before)
    assert (after.snapshot.entities["a"].status, after.snapshot.works["a"].status) == ("revoked", "corrected")


@pytest.mark.parametrize(
    ("parts", "error", "said"),
    [
        ({"drop": "w0"}, InputError, "drop_work"),
        ({"add": 5}, InputError, "list of texts"),
        ({"add": [5]}, InputError, "add: [5] is neither a text nor a list of texts"),
        ({"add": ""}, InputError, "1 to 1,000 characters"),
        ({"add": "x" * 2000}, InputError, "1 to 1,000 characters"),
        ({"drop_work": ["w"] * 1001}, InputError, "1001 texts"),
        ({"add": "a raises b"}, InputError, "SUBJECT RELATION OBJECT CHANCE"),
        ({"add": "a raises b 0"}, InputError, "not a chance above 0 and at most 1"),
        ({"add": "a raises b 1e-999"}, InputError, "not a chance above 0 and at most 1"),
        ({"add": "a raises b 1.0001"}, InputError, "not a chance above 0 and at most 1"),
        ({"add": "a raises b inf"}, InputError, "not a chance above 0 and at most 1"),
        ({"add": "a raises b -0.5"}, InputError, "not a chance above 0 and at most 1"),
        ({"add": "a raises b ０.5"}, InputError, "not a chance above 0 and at most 1"),
        ({"add": "a raises a 0.5"}, InputError, "two entities"),
        ({"add": "a rises b 0.5"}, UnknownTerm, "raises"),
        ({"add": ["a raises b 0.5", "a raises b 0.6"]}, InputError, "given twice"),
        ({"add": "a raises b 0.5", "drop_claim": "a--raises--b"}, InputError, "dropped and added"),
        ({"set": "e1"}, InputError, "EVIDENCE NAME=VALUE"),
        ({"set": "e1 stance="}, InputError, "EVIDENCE NAME=VALUE"),
        ({"set": "e1 status=revoked"}, InputError, "EVIDENCE NAME=VALUE"),
        ({"set": "e1 stance=loves"}, UnknownTerm, "stance"),
        ({"set": ["e1 stance=disputes", "e1 stance=supports"]}, InputError, "given twice"),
        ({"mark": "w0"}, InputError, "WORK=STATUS"),
        ({"mark": "w0=lost"}, UnknownTerm, "lost"),
        ({"retract": "w0", "mark": "w0=corrected"}, InputError, "given twice"),
        ({"under": "soon"}, InputError, "NAME=VALUE"),
        ({"under": {"known_in": "soon"}}, InputError, "whole number"),
        ({"under": {"study_kind": [5]}}, InputError, "under.study_kind"),
        ({"under": ["as-of=1", "as-of=2"]}, InputError, "as_of is given twice"),
    ],
)
def test_what_cannot_be_supposed_is_told(parts: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=re.escape(said)):
        parse(**parts)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "5", '{"add": NaN}', "[" * 5000, " " * (LONGEST + 1), '{"mood": "bad"}', "null"]
)
def test_a_text_that_is_no_scenario_is_told(text: str) -> None:
    with pytest.raises((ParseFailure, InputError)) as told:
        Scenario.read(text, VOCABULARY)
    assert len(str(told.value)) < 600


def test_a_document_reads_as_itself_and_has_one_id() -> None:
    what = parse(
        drop_work="w1", drop_claim=["b--raises--c", "a--raises--b"], add="a  lowers b .50", set="e1 stance=disputes",
        retract="w2", under={"known_in": "2024", "without_work": "w3"},
    )  # fmt: skip
    text = json.dumps(what.document())
    again = Scenario.read(text, VOCABULARY)
    assert (again, again.id) == (what, what.id)
    assert again.document()["add"] == ["a lowers b 0.5"]
    assert len(what.id) == 26
    assert parse().document() == {}


def _fields(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}
