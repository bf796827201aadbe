"""What is made once is kept, within bounds; of threads that want the same, one makes it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.memo import Memo


def test_many_who_ask_at_once_wait_for_one() -> None:
    memo: Memo[int] = Memo(4)
    made: list[int] = []
    gate = Barrier(16)

    def make() -> int:
        made.append(1)
        time.sleep(0.05)
        return 7

    def ask(_: int) -> int:
        gate.wait()
        return memo.made("a", make)

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(ask, range(16))) == [7] * 16
    assert made == [1]


def test_different_keys_are_made_side_by_side() -> None:
    memo: Memo[str] = Memo(4)
    began = {"a": Event(), "b": Event()}

    def make(own: str, other: str) -> str:
        began[own].set()
        assert began[other].wait(5)
        return own

    with ThreadPoolExecutor(2) as pool:
        pair = [
            pool.submit(memo.made, own, lambda own=own, other=other: make(own, other)) for own, other in ("ab", "ba")
        ]
        assert [one.result(10) for one in pair] == ["a", "b"]


def test_after_a_failure_the_next_one_tries() -> None:
    memo: Memo[int] = Memo(4)
    entered, go = Event(), Event()

    def fail() -> int:
        entered.set()
        go.wait(5)
        raise ValueError("no")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(memo.made, "a", fail)
        entered.wait(5)
        second = pool.submit(memo.made, "a", lambda: 3)
        go.set()
        with pytest.raises(ValueError, match="no"):
            first.result(5)
        assert second.result(5) == 3
    assert memo.get("a") == 3


def test_making_may_ask_for_others_and_for_itself() -> None:
    memo: Memo[int] = Memo(4)
    assert memo.made("a", lambda: 1 + memo.made("b", lambda: 2)) == 3
    assert memo.made("c", lambda: memo.made("c", lambda: 5)) == 5


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 12)), max_size=40), st.integers(0, 3))
def test_it_holds_no_more_than_it_may(puts: list[tuple[str, int]], least: int) -> None:
    memo: Memo[int] = Memo(4, heaviest=20, weigh=lambda value: value, least=least)
    for key, value in puts:
        memo.put(key, value)
        held = [found for key in "abcdef" if (found := memo.get(key)) is not None]
        assert len(held) == len(memo) <= 4
        assert sum(held) == memo.weight
        assert memo.weight <= 20 or len(memo) <= least


def test_what_was_not_used_for_longest_makes_room() -> None:
    memo: Memo[int] = Memo(2)
    memo.put("a", 1)
    memo.put("b", 2)
    assert memo.get("a") == 1
    memo.put("c", 3)
    assert [memo.get(key) for key in "abc"] == [1, None, 3]
