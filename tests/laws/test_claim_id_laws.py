"""Laws of the ids of claims: what is joined comes apart again, since no slug holds the joint.

That no id of a relation holds it either is in tests/unit/test_vocabulary_faults.py.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import BadIdentifier
from kg.ids import BETWEEN, claim_id, ends_of_claim, parse_slug

WORD = st.from_regex(r"[A-Za-z0-9]{1,4}(?:-[A-Za-z0-9]{1,4}){0,3}", fullmatch=True)
SLUG = WORD.map(str.lower)


@given(SLUG, WORD, SLUG)
def test_an_id_comes_apart_as_it_was_joined(subject: str, relation: str, object: str) -> None:
    assert parse_slug(subject) == subject
    assert ends_of_claim(claim_id(subject, relation, object)) == (subject, relation, object)


@given(st.text(alphabet="ab-", max_size=12))
def test_any_text_comes_apart_into_three(text: str) -> None:
    ends = ends_of_claim(text)
    assert text in {BETWEEN.join(ends), BETWEEN.join(ends[:2]), ends[0]}
    assert all(BETWEEN not in end for end in ends[:2])


@given(SLUG, SLUG)
def test_no_slug_holds_the_joint(one: str, other: str) -> None:
    with pytest.raises(BadIdentifier):
        parse_slug(one + BETWEEN + other)
