"""Laws of pictures: folding loses nobody silently, places are distinct, sweeping adds no crossing, sifting no edge."""

from __future__ import annotations

from itertools import pairwise

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_viz import choose, columns, page, scene, sieve, spread
from kg_viz.fold import Link, families
from kg_viz.view import Filters
from tests import builders

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


@given(COLUMNS, EDGES)
def test_bands_keep_their_order_and_no_two_nodes_share_a_place(
    column: dict[str, int], pairs: list[tuple[str, str]]
) -> None:
    spots = spread.place(column, pairs)
    assert set(spots) == set(column)
    assert len({(spot.x, spot.y) for spot in spots.values()}) == len(column)
    for a in NAMES:
        for b in NAMES:
            if column[a] < column[b]:
                assert spots[a].x < spots[b].x
    assert spread.place(dict(reversed(column.items())), list(reversed(pairs))) == spots


@given(st.permutations(range(30)))
def test_what_hangs_together_stands_at_one_height(order: list[int]) -> None:
    column = {f"{side}{at:02d}": lane for at in range(30) for lane, side in enumerate("lmr")}
    cliques = [
        (f"{a}{order[at]:02d}", f"{b}{order[to]:02d}")
        for at in range(30)
        for to in range(at // 10 * 10, at // 10 * 10 + 10)
        for a, b in ("lm", "mr")
    ]
    spots = spread.place(column, cliques)
    for lane in "lmr":
        heights = [sorted(spots[f"{lane}{order[at]:02d}"].y for at in range(part, part + 10)) for part in (0, 10, 20)]
        heights.sort()
        assert heights[0][-1] < heights[1][0]
        assert heights[1][-1] < heights[2][0]


@given(st.lists(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True), min_size=1, max_size=6))
def test_chains_in_rows_share_no_place_and_never_go_back(chains: list[list[str]]) -> None:
    lane = choose.steps(chains)
    spots = columns.rows(lane, chains)
    assert set(spots) == {id for chain in chains for id in chain}
    assert len({(spot.x, spot.y) for spot in spots.values()}) == len(spots)
    for chain in chains:
        assert all(lane[id] >= at for at, id in enumerate(chain))


KINDS = {name: ("Technique", "Factor", "Risk")[at % 3] for at, name in enumerate(NAMES)}
LINES = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.sampled_from(["raises", "lowers", "enables"]),
        st.sampled_from(NAMES),
        st.sampled_from(["weak", "low", "good", "good good:disputes"]),
    ).filter(lambda line: line[0] != line[2]),
    min_size=1,
    max_size=12,
    unique_by=lambda line: line[:3],
)
FILTERS = st.builds(
    Filters,
    st.frozensets(st.sampled_from(["Technique", "Factor", "Risk"])),
    st.frozensets(st.sampled_from(["raises", "lowers", "enables"])),
    st.sampled_from([0.0, 0.3, 0.6, 0.9, 1.0]),
    st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(LINES, FILTERS, FILTERS)
def test_sifting_shows_what_passes_and_stricter_never_more(
    lines: list[tuple[str, ...]], filters: Filters, more: Filters
) -> None:
    network = builders.network(*(" ".join(line) for line in lines), types=KINDS)
    made = scene.build(network)
    seen = sieve.sift(made, filters)
    expected = set()
    for edge in made.edges:
        kinds = {KINDS[edge.source], KINDS[edge.target]}
        for id in edge.claims:
            claim, opinion = network.snapshot.claims[id], network.opinion(id)
            right = not filters.relations or claim.relation in filters.relations
            sure = opinion.expected >= filters.least and (not filters.contested or network.weighing(id).contested)
            if right and sure and (not filters.types or kinds <= filters.types):
                expected.add(edge.id)
    assert seen.edges == expected
    assert {end for edge in made.edges if edge.id in seen.edges for end in (edge.source, edge.target)} <= seen.nodes
    both = Filters(
        filters.types & more.types if filters.types and more.types else filters.types | more.types,
        filters.relations & more.relations
        if filters.relations and more.relations
        else filters.relations | more.relations,
        max(filters.least, more.least),
        filters.contested or more.contested,
    )
    narrowed = (not filters.types or both.types) and (not filters.relations or both.relations)
    if narrowed:
        assert sieve.sift(made, both).edges <= seen.edges
    everything = sieve.sift(made, Filters())
    assert (len(everything.nodes), len(everything.edges)) == (len(made.nodes), len(made.edges))


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
