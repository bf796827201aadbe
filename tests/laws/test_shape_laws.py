"""Laws of validation: queries asked once for all find what pySHACL finds, and so does the check of one contribution."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pyshacl
import rdflib
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import kg
from kg.model import Record, kind_of
from kg.packaged import packaged
from kg.rdf import shapes
from kg.rdf.convert import triples
from kg.rdf.forms import words_of
from kg.rdf.nodes import Triple, lines
from kg.rdf.rules import SHAPES, rules
from kg.snapshot import Snapshot
from kg.vocabulary import load
from tests.shaped import RIGHT, node, statements

BASE = sorted(statements(RIGHT))
VALUES = sorted(
    {triple[2] for triple in BASE}
    | {triple[0] for triple in BASE}
    | {'""', '"x"@de', '"x"@en-gb', '"x"@zh', '"7"^^<http://www.w3.org/2001/XMLSchema#integer>', "<urn:x:y>"}
    | {node("ekg:mitigates"), node("ekg:provides"), node("ekg:Risk"), node("ekg:raises"), node("ekg:status-proposed")}
)
SUBJECTS, PREDICATES = sorted({triple[0] for triple in BASE}), sorted({triple[1] for triple in BASE})
MORE = sorted(map(node, ("ekg:supersedes", "ekg:quote", "ekg:conditions", "ekg:csl", "ekg:notice", "skos:exactMatch")))


@cache
def all_shapes() -> rdflib.Graph:
    return rdflib.Graph().parse(packaged("ontology", "shapes.ttl"), format="turtle")


def findings_of(report: rdflib.Graph) -> set[shapes.Finding]:
    """Results of a SHACL validation report as findings; several of one rule and node are one."""
    known, found = rules(), set()
    for result in report.subjects(rdflib.RDF.type, rdflib.SH.ValidationResult):
        shape = str(report.value(result, rdflib.SH.sourceShape, any=False)).removeprefix(SHAPES)
        focus = shapes.shown(f"<{report.value(result, rdflib.SH.focusNode, any=False)}>")
        rule = known[shape]
        found.add(shapes.Finding(focus, rule.id, rule.severity, rule.message, rule.remedy))
    return found


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    st.sets(st.sampled_from(BASE), max_size=4),
    st.sets(
        st.tuples(st.sampled_from(SUBJECTS), st.sampled_from(PREDICATES + MORE), st.sampled_from(VALUES)), max_size=8
    ),
)
def test_set_at_a_time_finds_what_pyshacl_finds(gone: set[Triple], more: set[Triple]) -> None:
    every = (set(BASE) - gone) | more | set(shapes.known_words(load()))
    ours = shapes.validate_all(every, load())
    data = rdflib.Graph().parse(data="".join(lines((*one, "") for one in every)), format="nt")
    focus = [rdflib.URIRef(subject[1:-1]) for subject in SUBJECTS]
    _, report, _ = pyshacl.validate(data, shacl_graph=all_shapes(), focus_nodes=focus, inplace=True)
    named = {one for one in ours if not one.focus.startswith("ekg:")}
    assert named == findings_of(report)


@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_a_contribution_has_the_findings_that_it_has_in_the_whole(pack_graph: kg.Graph, data: st.DataObject) -> None:
    snapshot, vocabulary = pack_graph.snapshot, pack_graph.vocabulary
    entities, claims = list(snapshot.entities.values()), list(snapshot.claims.values())[::10]
    items = [item for claim in claims for item in snapshot.evidence_of(claim.id)]
    works = [snapshot.works[id] for id in sorted({item.work for item in items})]
    snapshot = Snapshot.of(1, None, [*entities, *claims, *items, *works])
    ids = st.sampled_from([*sorted(snapshot.entities), "nowhere"])
    claim, other = data.draw(st.sampled_from(claims)), data.draw(st.sampled_from(claims))
    item, entity = data.draw(st.sampled_from(items)), data.draw(st.sampled_from(entities))
    contribution: list[Record] = [
        replace(claim, subject=data.draw(ids), object=data.draw(ids), relation=other.relation),
        replace(item, work=data.draw(st.sampled_from([works[0].id, "none"])), claim=data.draw(
            st.sampled_from(["none", claim.id])), supersedes=data.draw(st.sampled_from([None, item.id, "none"]))),
        replace(entity, broader=data.draw(ids), aliases=data.draw(st.sampled_from([(), ("",), ("b", "a")]))),
        replace(works[1], doi=data.draw(st.sampled_from([None, "10.1/x", "10.1000/x"]))),
    ]  # fmt: skip
    mine = {(kind_of(record), record.id): record for record in contribution}
    every = {(kind_of(record), record.id): record for record in (*entities, *claims, *items, *works)} | mine
    some = {triple for record in every.values() for triple in triples(record, words_of(vocabulary))}
    whole = shapes.validate_all(some | set(shapes.known_words(vocabulary)), vocabulary)
    focus = {f"{kind}:{id}" for kind, id in mine}
    expected = [one for one in whole if one.focus in focus]
    assert list(shapes.validate_closure(contribution, snapshot, vocabulary)) == expected
