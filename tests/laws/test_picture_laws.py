"""Laws of pictures: folding loses nobody silently, places are distinct, sweeping never adds crossings."""

from __future__ import annotations

from itertools import pairwise

import orjson
from hypothesis import given
from hypothesis import strategies as st

from kg_viz import columns, page
from kg_viz.fold import Link, families

NAMES = [f"n{number}" for number in range(14)]
EDGES = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda pair: pair[0] != pair[1]), max_size=30
)
COLUMNS = st.fixed_dictionaries({name: st.integers(0, 4) for name in NAMES})
# A forest: each node may have an earlier one above it.
FOREST = st.tuples(*(st.none() | st.sampled_from(NAMES[:at]) if at else st.none() for at in range(len(NAMES))))


def linked(pairs: list[tuple[str, str]]) -> list[Link]:
    """Links of pairs."""
    return [Link(source, target, 1, f"c{at}") for at, (source, target) in enumerate(pairs)]


@given(FOREST, EDGES, COLUMNS, st.integers(1, 20), st.sets(st.sampled_from(NAMES), max_size=3))
def test_everybody_linked_is_shown_once_or_counted_as_left_out(
    above: tuple[str | None, ...], pairs: list[tuple[str, str]], column: dict[str, int], most: int, opened: set[str]
) -> None:
    found = families(dict(zip(NAMES, above, strict=True)), linked(pairs), column=column, opened=opened, most=most)
    shown = [id for members in found.members.values() for id in members]
    assert len(shown) == len(set(shown))
    assert len(found.members) <= most
    for id, members in found.members.items():
        assert members[0] == id
        assert {column[one] for one in members} == {column[id]}
        assert all(found.stands_for[one] == id for one in members)
    ends = {end for pair in pairs for end in pair}
    assert len(ends - set(shown)) <= found.left_out
    if found.left_out == 0:
        assert ends <= set(shown)


@given(FOREST, EDGES, COLUMNS)
def test_with_room_for_all_nobody_is_folded(
    above: tuple[str | None, ...], pairs: list[tuple[str, str]], column: dict[str, int]
) -> None:
    found = families(dict(zip(NAMES, above, strict=True)), linked(pairs), column=column, most=len(NAMES))
    assert all(len(members) == 1 for members in found.members.values())


@given(COLUMNS, EDGES)
def test_places_are_distinct_and_columns_in_order(column: dict[str, int], pairs: list[tuple[str, str]]) -> None:
    spots = columns.place(column, pairs)
    assert set(spots) == set(column)
    assert len({(spot.x, spot.y) for spot in spots.values()}) == len(column)
    for a, b in pairwise(NAMES):
        if column[a] < column[b]:
            assert spots[a].x < spots[b].x
    assert columns.place(dict(reversed(column.items())), pairs) == spots


@given(COLUMNS, EDGES)
def test_sweeping_never_adds_crossings(column: dict[str, int], pairs: list[tuple[str, str]]) -> None:
    plain: dict[str, tuple[float, float]] = {}
    spots = columns.place(column, pairs)
    lanes: dict[int, list[str]] = {}
    for id in sorted(column):
        lanes.setdefault(spots[id].lane, []).append(id)
    heights = {lane: sorted(spots[id].y for id in ids) for lane, ids in lanes.items()}
    for lane, ids in lanes.items():
        plain |= {id: (spots[id].x, heights[lane][at]) for at, id in enumerate(ids)}
    swept = {id: (spot.x, spot.y) for id, spot in spots.items()}
    assert crossings(swept, pairs) <= crossings(plain, pairs)


def crossings(spots: dict[str, tuple[float, float]], pairs: list[tuple[str, str]]) -> int:
    """Pairs of straight lines without a common end that cross; by the book, one pair at a time."""

    def side(a: str, b: str, c: str) -> float:
        (ax, ay), (bx, by), (cx, cy) = spots[a], spots[b], spots[c]
        return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)

    count = 0
    for at, (a, b) in enumerate(pairs):
        for c, d in pairs[:at]:
            if not {a, b} & {c, d}:
                count += side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
    return count


@given(
    st.recursive(
        st.text() | st.integers(-(2**53), 2**53), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_embedded_json_says_the_same_and_never_ends_its_element(value: object) -> None:
    text = str(page.embedded(value))
    assert orjson.loads(text) == value
    assert not {"<", ">", "&"} & set(text)
