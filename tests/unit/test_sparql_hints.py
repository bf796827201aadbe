"""Queries with common mistakes: the error says what is probably wrong; queries that are right get no hint."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kg
from kg.errors import InputError, ParseFailure
from kg.rdf.competency import questions
from kg.rdf.hints import hint

MISTAKES = {
    "SELECT ?x { ?x a mine:Bar }": "the prefix mine: is not declared; PREFIX mine: <...> declares it; known are bibo, ",
    "SELECT ?x { ?x a egk:Claim }": "did you mean ekg:?",
    "SELECT ?x { ?x a ekg:Claim ": "the '{' in line 1 is not closed; add '}'",
    "SELECT ?x {\n ?x a ekg:Claim }}": "the '}' in line 2 closes nothing",
    "SELECT (COUNT(?x AS ?n) { ?x a ekg:Claim }": "the '(' in line 1 is not closed; add ')'",
    "SELECT ?x { ?x a (ekg:Claim }": "the '(' in line 1 is not closed before '}'",
    "SELECT ?x WHERE ?x a ekg:Claim": "write the pattern in braces",
    'SELECT ?x {\n ?x rdfs:label "abc }': "the quotation mark in line 2 is not closed",
    "SELECT ?x, ?y { ?x a ?y }": "no commas",
    "SELECT ?x { ?x a Claim }": "Claim has no prefix; write ekg:Claim",
    "SELECT ?x {\n ?x a <Claim> }": "the IRI <Claim> in line 2 is relative, and there is no base",
    "SELECT ?x { ?x ekg:subject ?y ?x ekg:object ?z }": "a '.' or ';' is missing before ?x",
}


@pytest.mark.parametrize("query", MISTAKES)
def test_a_mistake_is_told_at_the_door(pack_graph: kg.Graph, query: str) -> None:
    with pytest.raises(ParseFailure) as caught:
        pack_graph.sparql(query)
    assert MISTAKES[query] in (caught.value.hint or "")


@pytest.mark.parametrize("name", questions())
def test_what_is_right_gets_no_hint(name: str) -> None:
    assert hint(questions()[name].text) is None


@given(st.text(st.sampled_from("SELECT?x{}().;,\"'a <>:ek微\n#"), max_size=60))
def test_any_text_gets_a_hint_or_none(text: str) -> None:
    try:
        said = hint(text)
    except InputError:
        return
    assert said is None or len(said) > 10
