"""Numbers of texts, and orders by several keys: what a dictionary and Python's own sorting say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.columns.ordering import order_by, starts
from kg.columns.places import Places, Placing
from kg.columns.strings import AT_ONCE, Strings

TEXTS = st.text(st.sampled_from("ab\0微\U0001f600\x7f-"), max_size=20) | st.text(max_size=40)


@given(st.lists(TEXTS, unique=True), st.lists(TEXTS), st.data())
def test_texts_are_found_where_a_dictionary_has_them(known: list[str], others: list[str], data: st.DataObject) -> None:
    places, number = Places(Strings.of(known)), {text: at for at, text in enumerate(known)}
    asked = data.draw(st.lists(st.sampled_from(known))) if known else []
    assert places.of(Strings.of(asked)).tolist() == [number[text] for text in asked]
    for text in others:
        if text in number:
            assert places.of(Strings.of([*asked, text])).tolist()[-1] == number[text]
        else:
            with pytest.raises(KeyError) as told:
                places.of(Strings.of([*asked, text]))
            assert told.value.args == (text,)


def test_many_texts_come_by_and_by() -> None:
    known = [f"entity-{number * 7919 % 100_003}" for number in range(AT_ONCE + 5)]
    asked = [known[number * 31 % len(known)] for number in range(2 * AT_ONCE + 3)]
    placing = Placing(Places(Strings.of(known)))
    for at in range(0, len(asked), 500):
        placing.add(asked[at : at + 500])
    number = {text: at for at, text in enumerate(known)}
    assert placing.array().tolist() == [number[text] for text in asked]
    placing.add(["nobody"])
    with pytest.raises(KeyError, match="nobody"):
        placing.array()


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 3)), st.sampled_from([5, 2**20, 2**40]))
def test_orders_are_those_of_tuples(rows: list[tuple[int, int, int]], bound: int) -> None:
    keys = np.array(rows, np.int64).reshape(-1, 3).T
    order = order_by(*((key, bound) for key in keys))
    assert order.tolist() == sorted(range(len(rows)), key=rows.__getitem__)


@given(st.lists(st.integers(0, 6)))
def test_starts_are_where_numbers_begin_among_sorted_ones(values: list[int]) -> None:
    found = starts(np.array(values, np.int64), 7).tolist()
    assert found == [sum(one < number for one in values) for number in range(8)]
