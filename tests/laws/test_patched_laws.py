"""Ids of which a few are gone and a few came, again and again, are those of a set that is sorted anew."""

from __future__ import annotations

from bisect import bisect_left

from hypothesis import given
from hypothesis import strategies as st

from kg.compiled.patched import patched

IDS = st.sets(st.sampled_from([f"{one}{two}" for one in "abc" for two in "-012ab"]))


@given(IDS, st.lists(IDS, max_size=5), st.sampled_from([list, tuple]))
def test_patches_upon_patches_are_a_sorted_set(first: set[str], turned: list[set[str]], kind: type) -> None:
    wanted = set(first)
    ids = kind(sorted(first))
    for some in turned:
        ids = patched(ids, sorted(some & wanted), sorted(some - wanted))
        wanted ^= some
    assert len(ids) == len(wanted)
    assert list(ids) == list(ids[:]) == sorted(wanted)
    assert [ids[at - len(ids)] for at in range(len(ids))] == sorted(wanted)
    for id in first:
        assert bisect_left(ids, id) == bisect_left(sorted(wanted), id)


def test_what_lies_below_is_not_changed() -> None:
    below = ["a", "c"]
    assert list(patched(below, ["a"], ["b"])) == ["b", "c"]
    assert below == ["a", "c"]
