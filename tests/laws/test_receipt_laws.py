"""Laws of receipts on random histories: what was answered once is answered again, whatever was written since.

The oracle is a second record that was never written further: what it answers is what its receipts stand for.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import kg
from kg.model import Change, canonical, kind_of
from kg.question.answers import content_of
from tests.builders import records, work
from tests.kept import TODAY

TYPES = {"a": "Technique", "b": "Factor", "c": "Mitigation", "d": "Risk"}
GRADES = ("good", "low", "weak")
ends = st.sampled_from(["a b", "a d", "b d", "c b", "c d", "b a"])
evidence = st.builds(
    "{}:{}:w{}".format,
    st.sampled_from(GRADES),
    st.sampled_from(["supports", "disputes", "qualifies"]),
    st.integers(0, 4),
)


@st.composite
def lines(draw: st.DrawFn) -> str:
    """One claim with some items."""
    subject, object = draw(ends).split()
    relation = draw(st.sampled_from(["raises", "lowers"]))
    items = " ".join(draw(st.lists(evidence, min_size=1, max_size=3)))
    return f"{subject} {relation} {object} {items}"


numbers = st.floats(allow_nan=False, allow_infinity=False) | st.floats(0, 2e-4) | st.integers(-(2**70), 2**70)
texts = st.text(max_size=6) | st.sampled_from(["2e-5,", "0.00001", "1e16}", "\x1f\u2028", "\ud800", '"recorded_at":'])
documents = st.dictionaries(
    texts | st.sampled_from(["items", "receipt", "recorded_at"]),
    st.recursive(
        numbers | texts | st.booleans() | st.none(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)
steps = st.lists(st.lists(lines(), min_size=1, max_size=3) | st.integers(0, 4), min_size=2, max_size=4)


def write(graph: kg.Graph, step: list[str] | int, so_far: list[str]) -> None:
    """Add claims, or retract a work."""
    if isinstance(step, int):
        changes = [Change("work", work(f"w{step}", status="retracted"))]
    else:
        so_far += step
        changes = [Change(kind_of(one), one) for one in records(*so_far, types=TYPES)]
    graph.write(changes, actor="ann", act="step")


def ask(graph: kg.Graph) -> list[kg.Answer]:
    """A few questions that entities of the first step suffice for."""
    return [
        graph.raises(),
        graph.raises(known_in=2020, as_of=TODAY),
        graph.matrix(rows="Mitigation"),
        graph.gaps(limit=20),
        graph.disputes(include_retracted=True),
        graph.diff(1),
        graph.robustness(),
    ]


@settings(max_examples=300, deadline=None)
@given(documents)
def test_an_answer_and_its_document_stand_for_the_same(document: dict[str, Any]) -> None:
    """The oracle is the standard library's writer, which documents of anybody go through."""
    assert content_of(kg.Answer(document)) == content_of(document)


def test_numbers_and_texts_are_written_as_they_always_were() -> None:
    numbers = [10.0**power * factor for power in range(-20, 20) for factor in (1, -1.25, 3.7)]
    document = {"items": [*numbers, *map(str, numbers), 2**80, 0.0, -0.0, "e-5,", "\x00\x7f", "微"]}
    for some in ({"items": [one]} for one in document["items"]):
        assert content_of(kg.Answer(some)) == canonical(some)
    assert content_of(kg.Answer(document)) == canonical(document)


@settings(max_examples=6, deadline=None)
@given(st.lists(lines(), min_size=1, max_size=3), steps)
def test_an_answer_comes_out_the_same_whatever_was_written_since(first: list[str], more: list[list[str] | int]) -> None:
    graph = kg.open(":memory:", empty=True, lang="en", ontology=())
    so_far: list[str] = []
    history: list[kg.Answer] = []
    for step in (first, *more):
        write(graph, step, so_far)
        history += ask(graph)
        history += [graph.paths("a", "d")] if {"a", "d"} <= graph.snapshot.entities.keys() else []
    newest = {content["question"]["name"]: content for content in ask(graph)}
    for answer in history:
        graph.keep(answer)
        report = graph.verify_receipt(answer["receipt"])
        assert report["identical"], (answer["question"], report["differences"], report.get("note"))
        assert report["newest"]["same"] == (report["changed"] == [])
        if answer["revision"] == graph.revision:
            assert report["newest"] == {"revision": graph.revision, "receipt": answer["receipt"], "same": True} or (
                "as_of" in answer["question"]
            )
    assert newest.keys() == {"raises", "matrix", "gaps", "disputes", "diff", "robustness"}
    assert graph.verify()["problems"] == []
    graph.store.close()


@settings(max_examples=5, deadline=None)
@given(st.lists(lines(), min_size=1, max_size=3), steps)
def test_the_receipt_of_the_past_is_that_of_a_record_that_ended_there(
    first: list[str], more: list[list[str] | int]
) -> None:
    long, short = (kg.open(":memory:", empty=True, lang="en", ontology=()) for _ in range(2))
    so_far: list[str] = []
    write(short, first, [])
    write(long, first, so_far)
    for step in more:
        write(long, step, so_far)
    for answer in ask(short):
        report = long.verify_receipt(answer)
        assert report["identical"], (answer["question"], report["differences"])
    for graph in (long, short):
        graph.store.close()
