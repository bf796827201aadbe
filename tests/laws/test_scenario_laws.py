"""What a scenario makes of a network, against records that were written that way from the start."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kg.belief import Opinion
from kg.criteria import Criteria
from kg.ids import claim_id
from kg.model import Claim, Entity, Evidence, Record, Work
from kg.network import Network
from kg.question import paths, raises, what_if
from kg.scenario import Scenario
from kg.vocabulary import load
from tests.builders import entity, records, snapshot, work
from tests.laws.suppositions import NAMES, WORKS, lines, scenarios

VOCABULARY = load()
EVERY = [*(entity(name) for name in NAMES), *(work(key) for key in WORKS)]
PROPOSED = Criteria(include_proposed=True)


def written(some: list[str]) -> list[Record]:
    """Records of lines, with every entity and work of the strategies, each once."""
    made = {(type(record).__name__, record.id): record for record in [*EVERY, *records(*some)]}
    return list(made.values())


def network(some: list[Record], criteria: Criteria | None = None, assumed: dict[str, Opinion] | None = None) -> Network:
    return Network.build(snapshot(some), criteria or Criteria(), VOCABULARY, assumed or {})


def rewritten(some: list[Record], what: dict[str, Any]) -> tuple[list[Record], dict[str, Opinion]]:
    """The records as if the scenario had been so from the start; written without looking at how scenarios work."""
    gone_claims, gone_entities, gone_items = (set(what[f"drop_{kind}"]) for kind in ("claim", "entity", "evidence"))
    stances = dict(text.split(" stance=") for text in what["set"])
    marked = dict(text.split("=") for text in what["mark"])
    kept: list[Record] = []
    for record in some:
        if isinstance(record, Entity) and record.id not in gone_entities:
            kept.append(record)
        if isinstance(record, Work):
            kept.append(replace(record, status=marked.get(record.id, record.status)))
        if isinstance(record, Claim) and not gone_claims & {record.id}:
            kept += [] if gone_entities & {record.subject, record.object} else [record]
        if isinstance(record, Evidence) and not (gone_claims | gone_items | {*what["drop_work"]}) & {
            record.claim,
            record.id,
            record.work,
        }:
            kept.append(replace(record, stance=stances.get(record.id, record.stance)))
    assumed = {}
    for text in what["add"]:
        subject, relation, object, chance = text.split()
        if not gone_entities & {subject, object}:
            id, p = claim_id(subject, relation, object), float(chance)
            kept = [record for record in kept if record.id != id or not isinstance(record, Claim)]
            kept.append(Claim(id, subject, relation, object))
            assumed[id] = Opinion(p, 1 - p, 0.0, p, p, p)
    return kept, assumed


def shown(net: Network, **options: Any) -> list[Any]:
    """What is answered about every pair: paths and headline."""
    known = [name for name in NAMES if name in net.index]
    pairs = [(a, b) for a in known for b in known if a != b]
    found = [paths.find(net, a, b, **options)["paths"] for a, b in pairs]
    return [*found, *(raises.find(net, b, technique=a)["items"] for a, b in pairs)]


@settings(max_examples=70, deadline=None)
@given(st.data(), lines)
def test_a_scenario_equals_records_written_that_way(data: st.DataObject, some: list[str]) -> None:
    base = written(some)
    what = data.draw(scenarios(base))
    applied, faults = Scenario.parse(what, VOCABULARY).apply(network(base))
    assert not faults
    kept, assumed = rewritten(base, what)
    assert shown(applied) == shown(network(kept, assumed=assumed))


@settings(max_examples=120, deadline=None)
@given(
    st.data(), lines, st.sampled_from([Criteria(), PROPOSED, Criteria(min_strength="moderate"), Criteria(block=("b",))])
)
def test_a_reread_network_equals_one_that_is_built(data: st.DataObject, some: list[str], criteria: Criteria) -> None:
    base = network(written(some), criteria)
    if data.draw(st.booleans()):
        assert base.forward is not base.backward, "the steps are worked out before, so that they are handed on"
    applied, _ = Scenario.parse(data.draw(scenarios(written(some))), VOCABULARY).apply(base)
    built = Network.build(applied.snapshot, applied.criteria, VOCABULARY, applied.assumed)
    for name in ("ids", "index", "links", "weighings", "verdicts", "assumed", "blocked"):
        assert getattr(applied, name) == getattr(built, name), name
    assert list(map(list, applied.forward)) == list(map(list, built.forward))
    assert list(map(list, applied.backward)) == list(map(list, built.backward))
    assert sorted(applied.graph.edges(keys=True)) == sorted(built.graph.edges(keys=True))


@settings(max_examples=60, deadline=None)
@given(lines, st.sampled_from(WORKS))
def test_dropping_a_work_is_a_record_without_its_evidence(some: list[str], key: str) -> None:
    base = written(some)
    without = [record for record in base if not isinstance(record, Evidence) or record.work != key]
    scenario = Scenario.parse({"drop_work": key}, VOCABULARY)
    before, after = network(base), scenario.apply(network(base))[0]
    answer = what_if.find(before, after, "a", "b", scenario=scenario)
    assert answer["before"] == paths.find(before, "a", "b")["paths"]
    assert answer["after"] == paths.find(network(without), "a", "b")["paths"]
    assert shown(network(base, Criteria(without_work=(key,)))) == shown(network(without))


@settings(max_examples=60, deadline=None)
@given(st.data(), lines)
def test_a_scenario_is_the_document_it_writes(data: st.DataObject, some: list[str]) -> None:
    what = data.draw(scenarios(written(some)))
    scenario = Scenario.parse(what, VOCABULARY)
    assert Scenario.parse(scenario.document(), VOCABULARY) == scenario
    assert Scenario.parse({name: some[::-1] for name, some in what.items()}, VOCABULARY).id == scenario.id
    assert Scenario().with_parts(scenario, VOCABULARY) == scenario.with_parts(scenario, VOCABULARY) == scenario


@settings(max_examples=40, deadline=None)
@given(st.data(), lines)
def test_two_scenarios_one_after_the_other_are_both_at_once(data: st.DataObject, some: list[str]) -> None:
    base = written(some)
    first = Scenario.parse({"drop_work": data.draw(st.sampled_from(WORKS)), "add": "a raises b 0.7"}, VOCABULARY)
    second = Scenario.parse(
        {"mark": f"{data.draw(st.sampled_from(WORKS))}=retracted", "add": "b lowers c 0.9"}, VOCABULARY
    )
    apart = second.apply(first.apply(network(base))[0])[0]
    at_once = first.with_parts(second, VOCABULARY).apply(network(base))[0]
    assert (apart.links, apart.weighings, apart.assumed) == (at_once.links, at_once.weighings, at_once.assumed)


@settings(max_examples=60, deadline=None)
@given(lines)
def test_nothing_differs_from_itself(some: list[str]) -> None:
    net = network(written(some))
    again = network(written(some))
    for other in (net, again):
        answer = what_if.find(net, other, "a", "b", scenario=Scenario())
        whole = what_if.everywhere(net, other, scenario=Scenario(), rows="Factor", cols="Factor")
        assert not list(chain(answer["changes"], answer["claims"], whole["changes"], whole["claims"]))
        assert answer["before"] == answer["after"]
