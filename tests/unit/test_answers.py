"""Answers are the caller's own: what is done to them changes no other answer; documents of anybody are told apart."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kg
from kg.errors import InputError
from kg.question.answers import content_of, receipt_id
from tests.builders import work
from tests.kept import every_answer, labelled, small

RECORDS: list[tuple[str, tuple[str, ...]]] = [
    ("entity", ("t",)),
    ("claim", ("t--raises--f",)),
    ("work", ("w1",)),
    ("entities", ()),
    ("claims", ()),
    ("works", ()),
    ("evidence", ()),
    ("search", ("tuning",)),
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["t", "r", "w1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def graph() -> Iterator[kg.Graph]:
    """The small record with all of its revisions."""
    made = small(":memory:")
    yield made
    made.store.close()


def emptied(value: Any) -> None:
    """Take everything out of all lists and dictionaries, the innermost first."""
    if isinstance(value, Mapping | list | tuple):
        for inner in value.values() if isinstance(value, Mapping) else value:
            emptied(inner)
    if isinstance(value, dict | list):
        value.clear()


def places(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a document holds something: all keys and numbers that lead there."""
    for key, inner in value.items() if isinstance(value, Mapping) else enumerate(value):
        yield (*before, key)
        if isinstance(inner, Mapping | list):
            yield from places(inner, (*before, key))


def test_what_is_done_to_an_answer_changes_no_other(graph: kg.Graph) -> None:
    kept = [(one.json(), receipt_id(one), graph.explain(one)) for one in every_answer(graph)]
    spoiled = every_answer(graph)
    for one in spoiled:
        emptied(one)
        emptied(dict(one))
        emptied(one.document)
        emptied(one.said("so").document)
    again = every_answer(graph)
    for some in (spoiled, again):
        assert [(one.json(), receipt_id(one), graph.explain(one)) for one in some] == kept
    for one in again:
        assert json.loads(json.dumps(dict(one))) == json.loads(one.json())


def test_a_spoiled_answer_is_kept_and_verified_as_it_was_given(graph: kg.Graph) -> None:
    answer = graph.raises("r")
    said = graph.explain(answer)
    emptied(answer)
    assert graph.explain(answer) == said
    graph.keep(answer)
    assert graph.receipt(answer["receipt"])["answer"]["items"]
    report = graph.verify_receipt(answer)
    assert report["identical"]
    assert not report["altered"]
    emptied(report)
    assert graph.raises("r")["question"]["risk"] == "r"


@pytest.mark.parametrize(("method", "subject"), RECORDS)
def test_what_is_done_to_a_record_changes_no_other(graph: kg.Graph, method: str, subject: tuple[str, ...]) -> None:
    before = getattr(graph, method)(*subject)
    said = before.json()
    emptied(before)
    assert before.json() == getattr(graph, method)(*subject).json() == said


def test_likely_duplicates_are_the_callers_own() -> None:
    graph = kg.open(":memory:", empty=True, ontology=())
    twins = [replace(work(id), title="Tuning of open models for misuse", authors=("Ann Li",)) for id in ("w1", "w2")]
    graph.write(labelled(twins), actor="ann", act="add")
    before = graph.duplicates()
    said = copy.deepcopy(before)
    assert said["items"]
    emptied(before)
    assert graph.duplicates() == said
    graph.store.close()


def test_an_answer_is_a_mapping_in_every_sense(graph: kg.Graph) -> None:
    answer, plain = graph.raises("r"), json.loads(graph.raises("r").json())
    assert answer == plain
    assert plain == answer
    assert answer == graph.raises("r")
    assert answer != {**plain, "items": []}
    assert answer != list(plain)
    assert list(answer) == list(plain)
    assert len(answer) == len(plain)
    assert "items" in answer
    assert "cells" not in answer
    assert answer.get("cells") is None
    assert dict(answer) == plain == dict(answer.items())
    assert answer.document == plain
    assert repr(answer) == f"Answer({plain!r})"
    assert content_of(answer) == content_of(plain)
    assert answer["items"] is answer["items"] is not graph.raises("r")["items"]
    with pytest.raises(KeyError):
        answer["cells"]
    with pytest.raises(TypeError):
        hash(answer)


@pytest.mark.parametrize("twin", [copy.copy, copy.deepcopy, lambda answer: pickle.loads(pickle.dumps(answer))])
def test_an_answer_that_was_explained_can_be_copied_and_pickled(graph: kg.Graph, twin: Any) -> None:
    for answer in every_answer(graph):
        said = graph.explain(answer), graph.explain(answer, cited=True)
        other = twin(answer)
        assert type(other) is kg.Answer
        assert other == answer
        assert other.json() == answer.json()
        assert (graph.explain(other), graph.explain(other, cited=True)) == said
        assert graph.verify_receipt(other)["identical"]
        emptied(other)
        assert other.json() == answer.json()


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        ({"question": {"name": "raises", "risk": "r", "max_links": 6}}, "/question/lang", "nothing here"),
        ({"items": None}, "/items", "None is not a list"),
        ({"items": [1]}, "/items/0", "1 is not"),
        ({"items": [{}]}, "/items/0/", "nothing here"),
        ({"caveat": 7}, "", "is not what an answer has"),
    ],
)
def test_a_document_that_is_no_answer_is_told_where(
    graph: kg.Graph, change: dict[str, Any], where: str, what: str
) -> None:
    with pytest.raises(InputError, match=what) as fault:
        graph.explain({**graph.raises("r").document, **change})
    assert (fault.value.where or "").startswith(where)


def test_a_document_without_a_member_is_told_which(graph: kg.Graph) -> None:
    document = graph.raises("r").document
    del document["items"]
    with pytest.raises(InputError, match=r"^/items: the document has nothing here"):
        graph.explain(document)
    assert graph.explain(graph.raises("r").document) == graph.explain(graph.raises("r"))


@settings(max_examples=60)
@given(st.data())
def test_any_document_gives_text_or_an_input_error(graph: kg.Graph, data: st.DataObject) -> None:
    document = data.draw(st.sampled_from(every_answer(graph))).document
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from(list(places(document))))
        inside: Any = document
        for step in way:
            inside = inside[step]
        if data.draw(st.booleans()):
            inside[last] = data.draw(VALUES)
        else:
            del inside[last]
        if not document:
            break
    try:
        said = graph.explain(document, cited=data.draw(st.booleans()))
    except (InputError, kg.errors.NotFound):
        return
    assert isinstance(said, str)


@given(st.dictionaries(st.sampled_from(["question", "items", "revision", "receipt"]) | st.text(max_size=5), VALUES))
def test_what_is_no_answer_at_all_is_refused(graph: kg.Graph, document: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        graph.explain(document)
