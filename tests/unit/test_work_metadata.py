"""Metadata of a work is kept only where JSON and a database give it back as it was."""

from __future__ import annotations

from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import InputError
from kg.inputs import DEEPEST, WorkIn, parse

WORK = {"id": "hu2022", "type": "book", "title": "T"}


def nested(depth: int) -> list[Any]:
    return reduce(lambda inner, _: [inner], range(depth), [])


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (float("nan"), "no number in JSON"),
        (float("inf"), "no number in JSON"),
        (2**63, "64 bits"),
        ("\ud800", "U+D800"),
        ("a\0b", "U+0000"),
        (nested(10_000), f"more than {DEEPEST} deep"),
    ],
)
@pytest.mark.parametrize("place", [lambda value: {"a": value}, lambda value: {"a": [{"b": value}]}])
def test_what_could_not_be_given_back_is_refused(value: Any, said: str, place: Any) -> None:
    with pytest.raises(InputError, match="csl") as fault:
        parse(WorkIn, {**WORK, "csl": place(value)})
    assert said in str(fault.value)


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from("abc"), plain, max_size=3))
def test_what_can_be_given_back_is_kept(csl: dict[str, Any]) -> None:
    assert parse(WorkIn, {**WORK, "csl": csl}).csl == csl


@pytest.mark.parametrize(
    ("field", "value"),
    [("url", "javascript:alert(1)"), ("url", "javascript:" + "a" * 200), ("doi", "it's"), ("arxiv", "zz")],
)
def test_what_was_given_is_said_once(field: str, value: str) -> None:
    with pytest.raises(InputError) as refused:
        parse(WorkIn, {**WORK, field: value}, by_field=True)
    assert refused.value.message.count(value[:20]) == 1
    assert "given" not in refused.value.message
    with pytest.raises(InputError, match=r"title: .*; given ''"):
        parse(WorkIn, {**WORK, "title": ""})
