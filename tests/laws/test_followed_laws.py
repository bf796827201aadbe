"""Who has followed the record answers as who has just opened it: every question, to the byte, after any history."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kg
from kg.ids import claim_id
from kg.model import Change, Claim, kind_of
from kg.record import Store
from tests.builders import entity, item, work
from tests.kept import LABELS, QUESTIONS, TYPES

TRIPLES = [
    ("t", "raises", "f"), ("f", "raises", "r"), ("m", "lowers", "f"), ("u", "raises", "r"), ("m", "raises", "r"),
]  # fmt: skip
CLAIMS = [Claim(claim_id(*ends), *ends) for ends in TRIPLES]
WORKS = [
    work("w1"), work("w2", None), work("w3", 2021, status="retracted"), work("w4", 2019), work("w5", 1990),
    work("w6", 2020, status="corrected"),
]  # fmt: skip
STATUSES = ("current", "retracted", "corrected")
ITEMS = ("accepted", "proposed", "revoked")
NOTHING_COUNTS: dict[str, Any] = {"known_in": 1980, "without_work": ["w1", "w5"]}
ASKED: tuple[dict[str, Any], ...] = ({}, NOTHING_COUNTS, {"known_in": 2020, "include_proposed": True})
NOW = ("raises", "matrix", "paths", "impact", "cut", "gaps", "disputes", "what_if", "robustness", "retract")
"""Questions about the record as it stands; those about the past read it as it stood."""

pieces = st.tuples(
    st.integers(0, len(CLAIMS) - 1), st.integers(0, len(WORKS) - 1), st.sampled_from(["supports", "disputes"]),
    st.sampled_from(ITEMS),
)  # fmt: skip
turns = st.tuples(st.integers(0, len(WORKS) - 1), st.sampled_from(STATUSES))
steps = st.lists(st.one_of(pieces, turns), min_size=1, max_size=4)


def changes(step: list[tuple[Any, ...]], number: int) -> list[Change]:
    """What a step writes: new items, or another status of a work."""
    made: dict[str, Any] = {}
    for at, one in enumerate(step):
        if len(one) == 2:
            made[WORKS[one[0]].id] = replace(WORKS[one[0]], status=one[1])
        else:
            claim, by, stance, status = one
            found = item(CLAIMS[claim].id, 100 * number + at, WORKS[by].id, stance, status=status)
            made[found.id] = found
    return [Change(kind_of(record), record) for record in made.values()]


def answers(graph: kg.Graph) -> list[bytes]:
    found = []
    for name in NOW:
        for positional, named in QUESTIONS[name]:
            for criteria in ASKED:
                try:
                    found.append(getattr(graph, name)(*positional, **named, **criteria).json())
                except kg.KgError as fault:
                    found.append(str(fault).encode())
    return found


def same(history: list[list[tuple[Any, ...]]], lang: str) -> None:
    with Store.open("sqlite://", create=True) as store:
        followed = kg.Graph(store, lang=lang, ontology=())
        first = [*(replace(entity(id, TYPES.get(id, "Factor")), label=LABELS[id]) for id in LABELS), *CLAIMS, *WORKS]
        store.write([Change(kind_of(one), one) for one in first], actor="ann", act="import")
        for number, step in enumerate(history, 1):
            store.write(changes(step, number), actor="ann", act="add", keep_empty=True)
            if number < len(history):
                for criteria in ASKED:
                    followed.raises(**criteria)
        found = answers(followed)
        assert found == answers(kg.Graph(store, lang=lang, ontology=()))


@settings(max_examples=6, deadline=None)
@given(st.lists(steps, min_size=2, max_size=4), st.sampled_from(["en", "zh"]))
def test_who_followed_answers_as_who_opened(history: list[list[tuple[Any, ...]]], lang: str) -> None:
    same(history, lang)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_why_nothing_counts_is_told_in_one_order_though_the_reasons_came_in_another(lang: str) -> None:
    # One item for each of three reasons, then one for a fourth on an earlier claim: which three are told?
    first = [(1, 0, "supports", "accepted"), (2, 1, "supports", "accepted"), (3, 2, "supports", "accepted")]
    same([first, [(0, 3, "supports", "accepted")]], lang)
