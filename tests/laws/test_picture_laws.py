"""Laws of pictures: folding loses nobody, nothing drawn covers another, sweeping adds no crossing, sifting no edge."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations, pairwise

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from kg_api.pages_read import picture as answers
from kg_viz import choose, columns, lines, page, scene, sieve, spread
from kg_viz.columns import Place
from kg_viz.drawn import Scene
from kg_viz.fold import families
from kg_viz.view import Filters, View
from tests import builders

NAMES = [f"n{number}" for number in range(14)]
EDGES = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda pair: pair[0] != pair[1]), max_size=30
)
COLUMNS = st.fixed_dictionaries({name: st.integers(0, 4) for name in NAMES})
# A forest: each node may have an earlier one above it.
FOREST = st.tuples(*(st.none() | st.sampled_from(NAMES[:at]) if at else st.none() for at in range(len(NAMES))))


def linked(pairs: list[tuple[str, str]]) -> Counter[str]:
    """How many pairs each name is in."""
    return Counter(end for pair in pairs for end in pair)


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


def folded_one_by_one(
    broader: dict[str, str | None],
    degree: Counter[str],
    column: dict[str, int],
    harms: set[str],
    opened: set[str],
    most: int,
) -> dict[str, set[str]]:
    """Who stands together, by looking at all families before each is folded; nobody is left out."""
    members = {id: {id} for id in broader}
    above = {id: up for id, up in broader.items() if up is not None and column[up] == column[id]}
    kept_open = set(opened)
    for id in opened:
        up = broader[id]
        while up is not None:
            kept_open.add(up)
            up = broader[up]

    def linked() -> int:
        return sum(any(degree[one] for one in some) for some in members.values())

    while linked() > most:
        families_of = {id: [one for one in members if above.get(one) == id] for id in members}
        leaves = [
            id
            for id, below in families_of.items()
            if below and id not in kept_open and not any(families_of[one] for one in below)
        ]
        sizes = {id: len(members[id]) + sum(len(members[one]) for one in families_of[id]) for id in leaves}
        if not leaves:
            break
        choice = min(leaves, key=lambda one: (sizes[one] * (2 if one in harms else 1), one))
        for one in families_of[choice]:
            members[choice] |= members.pop(one)
    return {id: some for id, some in members.items() if any(degree[one] for one in some) or id in opened}


@given(
    FOREST,
    EDGES,
    st.fixed_dictionaries({name: st.integers(0, 1) for name in NAMES}),
    st.integers(1, 20),
    st.sets(st.sampled_from(NAMES), max_size=2),
    st.sets(st.sampled_from(NAMES)),
)
def test_the_smallest_family_is_folded_first(
    above: tuple[str | None, ...],
    pairs: list[tuple[str, str]],
    column: dict[str, int],
    most: int,
    opened: set[str],
    harms: set[str],
) -> None:
    broader = dict(zip(NAMES, above, strict=True))
    found = families(broader, linked(pairs), column=column, harms=harms, opened=opened, most=most)
    wanted = folded_one_by_one(broader, linked(pairs), column, harms, opened, most)
    if len(wanted) <= most:
        assert {id: set(some) for id, some in found.members.items()} == wanted
    else:
        assert all(set(some) == wanted[id] for id, some in found.members.items())


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


def overlapping(boxes: list[lines.Box]) -> list[tuple[lines.Box, lines.Box]]:
    """Pairs of boxes that share more than a border; by the book, one pair at a time."""
    return [
        (a, b)
        for a, b in combinations(boxes, 2)
        if a.left < b.right and b.left < a.right and a.top < b.bottom and b.top < a.bottom
    ]


def beside(path: tuple[float, ...], x: float, y: float) -> float:
    """How far a point is from a cubic curve, by trying many points of it."""
    found = []
    for step in range(2_001):
        far, near = step / 2_000, 1 - step / 2_000
        weights = (near**3, 3 * near**2 * far, 3 * near * far**2, far**3)
        at = [sum(weight * path[2 * k + axis] for k, weight in enumerate(weights)) for axis in (0, 1)]
        found.append(max(abs(at[0] - x), abs(at[1] - y)))
    return min(found)


@st.composite
def crowds(draw: st.DrawFn) -> tuple[dict[str, int], list[tuple[str, str]], list[bool]]:
    """Columns of any size, few or many lines between their nodes, some in dispute."""
    sizes = draw(st.lists(st.integers(0, 24), min_size=1, max_size=6).filter(any))
    column = {f"{number}-{at}": number for number, size in enumerate(sizes) for at in range(size)}
    hubs = st.sampled_from(sorted(column)[: draw(st.integers(1, 24))])
    ends = st.tuples(st.sampled_from(sorted(column)), hubs | st.sampled_from(sorted(column)))
    pairs = draw(st.lists(ends.filter(lambda pair: pair[0] != pair[1]), max_size=120)) if len(column) > 1 else []
    return column, pairs, draw(st.lists(st.booleans(), min_size=len(pairs), max_size=len(pairs)))


@settings(max_examples=60, deadline=None)
@given(crowds())
def test_no_card_and_no_sign_covers_another_however_many_there_are(
    crowd: tuple[dict[str, int], list[tuple[str, str]], list[bool]],
) -> None:
    column, pairs, contested = crowd
    spots = columns.place(column, pairs)
    cards = [lines.card(spot) for spot in spots.values()]
    paths = [lines.curve(spots[source], spots[target]) for source, target in pairs]
    signs = lines.signs(paths, contested, cards)
    boxes = [spot.box(both) for spot, both in zip(signs, contested, strict=True) if spot is not None]
    assert overlapping([*cards, *boxes]) == []
    for path, spot in zip(paths, signs, strict=True):
        assert spot is None or beside(path, *spot) <= 1
    assert lines.signs(paths, contested, cards) == signs


@given(st.integers(-900, 900), st.booleans(), st.booleans())
def test_a_line_alone_has_its_sign_in_the_middle(down: int, contested: bool, same: bool) -> None:
    ends = Place(0, 0.0, 0.0), Place(0, 0.0, down + 1_000.0) if same else Place(1, 252.0, float(down))
    path = lines.curve(*ends)
    (spot,) = lines.signs([path], [contested], [lines.card(end) for end in ends])
    assert spot is not None
    assert abs(spot.y - ends[1].y / 2) <= 1


@given(st.lists(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True), min_size=1, max_size=6))
def test_cards_of_chains_never_overlap(chains: list[list[str]]) -> None:
    spots = columns.rows(choose.steps(chains), chains)
    assert overlapping([lines.card(spot) for spot in spots.values()]) == []


@settings(deadline=None)
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


@settings(deadline=None)
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


def boxes_of(made: Scene) -> list[lines.Box]:
    """What the nodes and signs of a scene take."""
    shape = lines.dot if made.level == "whole" else lines.card
    nodes = [shape(Place(0, node.x, node.y)) for node in made.nodes]
    signs = [lines.Spot(*edge.sign_at).box(edge.contested) for edge in made.edges if edge.sign_at is not None]
    return nodes + signs


@settings(max_examples=60, deadline=None)
@given(LINES, st.sampled_from([View(), View(whole=True), View(focus="n0"), View(source="n0", target="n2")]))
def test_nothing_in_a_scene_covers_another(drawn: list[tuple[str, ...]], view: View) -> None:
    network = builders.network(
        "n0 raises n2 good", *(" ".join(line) for line in drawn if line[:3] != ("n0", "raises", "n2")), types=KINDS
    )
    assert overlapping(boxes_of(scene.build(network, view))) == []


@settings(max_examples=60, deadline=None)
@given(LINES)
def test_nothing_in_the_picture_of_an_answer_covers_another(drawn: list[tuple[str, ...]]) -> None:
    network = builders.network(*(" ".join(line) for line in drawn), types=KINDS)
    made = answers.picture(network, sorted(network.snapshot.claims), lang="en")
    assert made is not None
    wide, tall, half = answers.CARD_WIDTH, answers.CARD_HEIGHT, answers.SIGN
    boxes = [lines.Box(card.x, card.y, card.x + wide, card.y + tall) for card in made.cards]
    boxes += [line.spot.box(line.contested, half) for line in made.lines if line.spot is not None]
    assert overlapping(boxes) == []
    for line in made.lines:
        x, y, *rest = (float(number) for number in re.findall(r"-?[\d.]+", line.way))
        knots = [x, y, *rest]
        pieces = [tuple(knots[at : at + 8]) for at in range(0, len(rest), 6)]
        assert line.spot is None or min(beside(piece, *line.spot) for piece in pieces) <= 1


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
