"""Each criterion keeps what it says and says why it leaves the rest out; what takes part in the network follows."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from kg.criteria import Criteria, parse_int, parse_moment
from kg.errors import BadIdentifier, InputError, UnknownTerm
from kg.model import Record
from kg.network import Network
from kg.vocabulary import load
from tests.builders import entity, item, network, records, snapshot, work

CLAIM = "a--raises--b"


def build(some: list[Record], **criteria: object) -> Network:
    return Network.build(snapshot(some), Criteria.parse(criteria, load()), load())


@pytest.fixture
def some() -> list[Record]:
    """One claim with items that differ in one respect each."""
    made = [record for record in records("a raises b good:supports:old") if record.id != "old"]
    made += [work("old", 2010), work("new", 2024), work("undated", None), work("gone", 2012, status="retracted")]
    made += [
        item(CLAIM, 11, "new", "disputes", grade="low"),
        item(CLAIM, 12, "undated", grade="weak"),
        item(CLAIM, 13, "gone"),
        item(CLAIM, 14, "old", status="proposed"),
        item(CLAIM, 15, "old", status="rejected"),
        item(CLAIM, 16, "old", "qualifies"),
    ]
    return made


@pytest.mark.parametrize(
    ("criteria", "kept"),
    [
        ({}, {1, 11, 12, 16}),
        ({"known_in": 2020}, {1, 16}),
        ({"known_in": "2024"}, {1, 11, 16}),
        ({"without_work": "old"}, {11, 12}),
        ({"only_work": ["new", "undated"]}, {11, 12}),
        ({"only_work": "old", "without_work": "old"}, set()),
        ({"study_kind": "argument"}, {11, 12}),
        ({"min_strength": "moderate"}, {1, 11, 16}),
        ({"min_strength": "strong"}, {1, 16}),
        ({"include_proposed": "true"}, {1, 11, 12, 14, 16}),
        ({"include_retracted": True}, {1, 11, 12, 13, 16}),
    ],
)
def test_what_counts(some: list[Record], criteria: dict[str, object], kept: set[int]) -> None:
    net = build(some, **criteria)
    assert {int(one.id.rsplit(".", 1)[1]) for one in net.counting(CLAIM)} == kept
    left_out = {one.id for one in net.snapshot.evidence_of(CLAIM)} - {one.id for one in net.counting(CLAIM)}
    assert all(net.verdicts[id] for id in left_out)


def test_the_reason_names_the_year(some: list[Record]) -> None:
    reasons = build(some, known_in=2020).verdicts
    assert reasons["new.000000000011"].en == "its work appeared in 2024, after 2020"
    assert reasons["new.000000000011"].zh == "其文献发表于 2024 年，晚于 2020 年"
    assert reasons["undated.000000000012"].en == "the year of its work is not known"
    assert reasons["gone.000000000013"].en == "its work is retracted"
    assert all(reason.zh is not None for reason in reasons.values())


def test_a_claim_without_counting_support_is_no_link(some: list[Record]) -> None:
    assert CLAIM in build(some).links
    assert CLAIM not in build(some, only_work="new").links, "only a dispute counts"
    net = build(some, only_work="old", without_work="old")
    assert CLAIM not in net.links
    assert net.opinion(CLAIM).uncertainty == 1.0


def test_withdrawn_ends_and_claims_take_no_part() -> None:
    made = records("a raises b", "b raises c")
    without = [record for record in made if record.id != "b"]
    for status in ("revoked", "rejected", "superseded"):
        gone = entity("b")
        gone = type(gone)(**{**{name: getattr(gone, name) for name in gone.__slots__}, "status": status})
        assert not build([*without, gone]).links


def test_relations_of_sign_zero_take_part_only_when_named() -> None:
    made = records("a requires b", "b raises c")
    assert set(build(made).links) == {"b--raises--c"}
    assert build(made, relation="requires").links["a--requires--b"][2] == 0
    assert set(build(made, relation=["requires", "raises"]).links) == {"a--requires--b", "b--raises--c"}


def test_narrower_entities_count_as_the_entity_only_when_asked() -> None:
    tree = {"broader": {"kid": "a"}}
    assert network("kid raises b", **tree).nodes_of("a") == {0}
    net = network("kid raises b", criteria=Criteria(narrower=True), **tree)
    assert {net.ids[node] for node in net.nodes_of("a")} == {"a", "kid"}


@pytest.mark.parametrize(
    ("criteria", "error", "said"),
    [
        ({"knwn_in": 2020}, InputError, "no such criterion"),
        ({"known_in": "soon"}, InputError, "'soon' is not a whole number from 1400 to 2200"),
        ({"known_in": 99999}, InputError, "not a whole number"),
        ({"study_kind": "experiment"}, UnknownTerm, "empirical-experiment"),
        ({"relation": "raise"}, UnknownTerm, "raises"),
        ({"min_strength": "mild"}, UnknownTerm, "mild"),
        ({"narrower": "perhaps"}, InputError, "neither true nor false"),
        ({"as_of": "yesterday"}, BadIdentifier, "neither a revision nor a date"),
        ({"as_of": "2026-02-30"}, BadIdentifier, "neither a revision nor a date"),
        ({"as_of": "-1"}, BadIdentifier, "neither a revision nor a date"),
        ({"as_of": "9999-12-31T23:59:59-14:00"}, BadIdentifier, "outside of the years 1 to 9999"),
        ({"as_of": "0001-01-01T00:00:00+14:00"}, BadIdentifier, "outside of the years 1 to 9999"),
        ({"as_of": datetime.max.replace(tzinfo=timezone(-timedelta(hours=1)))}, BadIdentifier, "outside of the years"),
    ],
)
def test_bad_criteria_say_what_was_given_and_expected(criteria: dict[str, object], error: type, said: str) -> None:
    with pytest.raises(error) as caught:
        Criteria.parse(criteria, load())
    assert said in str(caught.value)


def test_numbers_are_plain_ascii_digits() -> None:
    for given in ("6", " 6 ", "+6", 6):
        assert parse_int(given, name="n", low=1, high=12) == 6
    for given in ("６", "6.0", 6.0, True, "", None, "1e3", "9" * 30):
        with pytest.raises(InputError):
            parse_int(given, name="n", low=1, high=12)


def test_moments_are_utc() -> None:
    assert parse_moment("2026-11-25T13:00:00+01:00") == "2026-11-25T12:00:00Z"
    assert parse_moment("2026-11-25T13:00:00") == "2026-11-25T13:00:00Z"
    assert parse_moment(0) == 0


@pytest.mark.parametrize("given", ["2026-W48", "2026-W48-1", "2026-W48T12:00", "20261125T12:00", "2026-330", "2026-11"])
def test_weeks_and_other_forms_of_a_day_are_no_moments(given: str) -> None:
    with pytest.raises(BadIdentifier, match="is neither a revision nor a date") as refused:
        Criteria.parse({"as_of": given}, load())
    assert "a date such as 2026-11-25" in (refused.value.hint or "")


@pytest.mark.parametrize("given", ["2024", " 2024 ", "02024", "+2024"])
def test_numbers_are_read_alike_for_both_clocks(given: str) -> None:
    assert Criteria.parse({"as_of": given, "known_in": given}, load()) == Criteria(as_of=2024, known_in=2024)


@pytest.mark.parametrize("given", ["2024.0", "20 24", "2 024", "MMXXIV", "-2024"])
def test_what_is_no_number_is_none_for_either_clock(given: str) -> None:
    for clock in "as_of", "known_in":
        with pytest.raises(InputError):
            Criteria.parse({clock: given}, load())
