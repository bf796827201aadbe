"""Laws of belief, against the published worked figures and an independent Beta posterior."""

from __future__ import annotations

from math import isclose, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from kg.belief import Line, chain, opinion, weigh
from kg.vocabulary import load

CERTAINTIES = {1: (0.5, 2.0), 2: (1.0, 6.0), 3: (3.0, None), 4: (6.0, None)}


def line(id: str, polarity: int, rank: int, group: str, q: float = 1.0) -> Line:
    weight, ceiling = CERTAINTIES[rank]
    return Line(id, polarity, rank, weight, ceiling, q, group)


lines = st.lists(
    st.builds(
        line,
        st.sampled_from([f"i{n}" for n in range(8)]),
        st.sampled_from([1, -1, 0]),
        st.integers(1, 4),
        st.sampled_from(["g1", "g2", "g3", "g4"]),
        st.sampled_from([1.0, 0.95, 0.9, 0.8, 0.5]),
    ),
    max_size=8,
    unique_by=lambda one: one.id,
).map(tuple)


def many(count: int, polarity: int, rank: int, *, works: int) -> list[Line]:
    return [line(f"{polarity}{rank}-{n}", polarity, rank, f"{polarity}g{n % works}") for n in range(count)]


@pytest.mark.parametrize(
    ("some", "expected"),
    [
        (many(1, 1, 1, works=1), 0.600),
        (many(1, 1, 4, works=1), 0.875),
        (many(3, 1, 2, works=3), 0.800),
        (many(3, 1, 2, works=1), 0.667),
        (many(10, 1, 1, works=10), 0.750),
        (many(1, 1, 3, works=1) + many(1, -1, 2, works=1), 0.667),
        (many(1, 1, 4, works=1) + many(1, -1, 4, works=1), 0.500),
        ([], 0.500),
    ],
)
def test_worked_figures(some: list[Line], expected: float) -> None:
    assert round(weigh(tuple(some)).opinion.expected, 3) == expected


def test_packaged_ontology_gives_the_numbers_used_here() -> None:
    assert {one.rank: (one.weight, one.ceiling) for one in load().certainties.values()} == CERTAINTIES


@given(st.floats(0, 1e4), st.floats(0, 1e4))
def test_opinion_is_the_beta_posterior(r: float, s: float) -> None:
    one = opinion(r, s)
    assert isclose(one.belief + one.disbelief + one.uncertainty, 1.0)
    assert one.belief <= one.expected + 1e-12
    assert one.expected <= 1 - one.disbelief + 1e-12
    posterior = stats.beta(r + 1, s + 1)
    assert isclose(one.expected, posterior.mean(), rel_tol=1e-9)
    assert isclose(posterior.cdf(one.low), 0.05, abs_tol=1e-6)
    assert isclose(posterior.cdf(one.high), 0.95, abs_tol=1e-6)


@given(lines, st.randoms(use_true_random=False))
def test_order_is_irrelevant_and_twice_is_once(some: tuple[Line, ...], random: object) -> None:
    shuffled = list(some)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert weigh(tuple(shuffled)) == weigh(some)
    assert weigh(some + some) == weigh(some)


@given(lines, st.integers(1, 4), st.sampled_from(["g1", "g2", "new"]))
def test_support_never_lowers(some: tuple[Line, ...], rank: int, group: str) -> None:
    before, after = weigh(some).opinion, weigh((*some, line("new", 1, rank, group))).opinion
    assert after.expected >= before.expected - 1e-12
    assert after.belief >= before.belief - 1e-12
    assert after.uncertainty <= before.uncertainty + 1e-12


@given(lines, st.integers(1, 4), st.sampled_from(["g1", "g2", "new"]))
def test_dispute_never_raises(some: tuple[Line, ...], rank: int, group: str) -> None:
    before, after = weigh(some).opinion, weigh((*some, line("new", -1, rank, group))).opinion
    assert after.expected <= before.expected + 1e-12
    assert after.belief <= before.belief + 1e-12


@given(lines)
def test_a_weaker_item_of_a_counted_group_changes_nothing(some: tuple[Line, ...]) -> None:
    for one in [one for one in some if one.polarity > 0 and one.rank > 1]:
        weaker = line("weaker", 1, one.rank - 1, one.group, one.confidence / 2)
        assert weigh((*some, weaker)).opinion == weigh(some).opinion


@given(lines)
def test_ceilings_never_raise_and_neutral_items_do_nothing(some: tuple[Line, ...]) -> None:
    free = tuple(one._replace(ceiling=None) for one in some)
    assert weigh(some).support <= weigh(free).support + 1e-12
    assert weigh(tuple(one for one in some if one.polarity)).opinion == weigh(some).opinion


@given(st.lists(st.builds(opinion, st.floats(0, 50), st.floats(0, 50)), min_size=1, max_size=6))
def test_a_chain_is_never_surer_than_its_weakest_claim(some: list[object]) -> None:
    whole = chain(some)  # type: ignore[arg-type]
    assert whole.expected <= min(one.expected for one in some) + 1e-12  # type: ignore[attr-defined]
    assert isclose(whole.expected, prod(one.expected for one in some), rel_tol=1e-9)  # type: ignore[attr-defined]
    assert isclose(whole.belief + whole.disbelief + whole.uncertainty, 1.0)
    assert 0.0 <= whole.low <= whole.expected + 1e-12
    assert whole.expected <= whole.high + 1e-12


def test_contested_needs_both_sides_and_groups_are_counted() -> None:
    both = weigh((line("a", 1, 4, "g1"), line("b", -1, 1, "g2"), line("c", 1, 2, "g1")))
    assert (both.contested, both.groups, both.shadowed) == (True, 2, (("c", "a"),))
    assert not weigh((line("a", 1, 4, "g1"), line("b", 0, 4, "g2"))).contested
