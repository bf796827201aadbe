"""Chains as a picture: entities as cards in columns, claims as lines with sign, strength and conflict; ready for SVG.

Lives here: sizes, places, lines. May enter: a network, ids of claims. Never here: HTML (templates), which claims belong
to an answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from unicodedata import east_asian_width

from kg.ids import ends_of_claim
from kg.model import Claim
from kg.network import Network, sign_of
from kg.question import explain
from kg_api.pages_read.layering import Place, layers
from kg_viz.legend import points
from kg_viz.lines import Box, Spot, signs

CARD_WIDTH, CARD_HEIGHT, GAP, ROW, MARGIN = 150, 46, 52, 58, 2
SIGN, TIP = 9, 7
"""Half of the square that a sign takes, and how long the tip of a line is."""
LINE_EMS, LINES = 10.2, 3
CLAIMS_MOST = 48
WORDS = {1: "raises", -1: "lowers", 0: "neutral"}


@dataclass(frozen=True, slots=True)
class Card:
    """One entity: its place, its label in lines, the look of its kind."""

    id: str
    label: str
    lines: tuple[str, ...]
    x: float
    y: float
    colour: str
    outline: str


@dataclass(frozen=True, slots=True)
class Line:
    """One claim: the way it runs, where its sign and its tip stand, how it looks. `known` ones have a page.

    `spot` is the middle of its sign, None where no place on its way is free.
    """

    id: str
    sentence: str
    sign: int
    word: str
    expected: float
    width: float
    contested: bool
    known: bool
    state: str
    way: str
    tip: str
    spot: Spot | None


@dataclass(frozen=True, slots=True)
class Picture:
    """What a template draws. `left_out` counts the claims for which there was no room."""

    width: float
    height: float
    cards: tuple[Card, ...]
    lines: tuple[Line, ...]
    left_out: int


def picture(
    network: Network, claims: Iterable[str], *, lang: str, lost: Iterable[str] = (), gained: Iterable[str] = ()
) -> Picture | None:
    """Return the picture of some claims, those named first preferred; None when there is nothing to draw.

    Args:
        network: Gives labels, signs and beliefs.
        claims: Ids; those that the record lacks are drawn as supposed where their id says what they join.
        lang: Language of labels and sentences.
        lost: Claims that are drawn as gone.
        gained: Claims that are drawn as new.

    Cost: quadratic in the claims drawn, of which there are few.
    """
    found = {id: record for id in dict.fromkeys(claims) if (record := claim_of(network, id)) is not None}
    drawn, states = list(found.values())[:CLAIMS_MOST], dict.fromkeys(lost, "lost") | dict.fromkeys(gained, "gained")
    if not drawn:
        return None
    laid = layers((record.subject, record.object) for record in drawn)
    tallest = max(len(column) for column in laid.columns)
    spots: dict[Place, tuple[float, float]] = {}
    for at, column in enumerate(laid.columns):
        top = MARGIN + (tallest - len(column)) * ROW / 2
        for row, place in enumerate(column):
            spots[place] = (MARGIN + at * (CARD_WIDTH + GAP), top + row * ROW)
    ways = [_way([spots[place] for place in laid.routes[record.subject, record.object]]) for record in drawn]
    contested = [network.is_contested(record.id) for record in drawn]
    nodes = [place for column in laid.columns for place in column if isinstance(place, str)]
    taken = [Box(x, y, x + CARD_WIDTH, y + CARD_HEIGHT) for x, y in map(spots.__getitem__, nodes)]
    lines = []
    for record, way, both, spot in zip(drawn, ways, contested, signs(ways, contested, taken, half=SIGN), strict=True):
        opinion, sign = network.opinion(record.id), sign_of(record, network.vocabulary)
        lines.append(
            Line(
                id=record.id,
                sentence=explain.claim(network, record, lang),
                sign=sign,
                word=WORDS[sign],
                expected=opinion.expected,
                width=round(1 + 4 * max(0.0, opinion.expected - 0.3), 2),
                contested=both,
                known=record.id in network.snapshot.claims,
                state=states.get(record.id, ""),
                way=_drawn(way),
                tip=_tip(way),
                spot=spot,
            )
        )
    return Picture(
        width=2 * MARGIN + len(laid.columns) * CARD_WIDTH + (len(laid.columns) - 1) * GAP,
        height=2 * MARGIN + (tallest - 1) * ROW + CARD_HEIGHT,
        cards=tuple(_card(network, id, spots[id], lang) for id in nodes),
        lines=tuple(lines),
        left_out=len(found) - len(drawn),
    )


def claim_of(network: Network, id: str) -> Claim | None:
    """Return a claim of the record, or the one that a scenario supposes under this id; None where it names none."""
    known = network.snapshot.claims.get(id)
    ends = ends_of_claim(id)
    if known is not None or not all(ends) or ends[1] not in network.vocabulary.relations:
        return known
    return Claim(id, *ends)


def wrapped(label: str) -> tuple[str, ...]:
    """Return a label in at most three lines that fit on a card; a Chinese character takes the room of two letters.

    Example:
        >>> wrapped("Number of actors able to fine-tune"), wrapped("能够微调的行动者数量")
        (('Number of actors', 'able to fine-tune'), ('能够微调的行动者数量',))
    """
    lines: list[str] = [""]
    for piece, gap in _pieces(label):
        joined = f"{lines[-1]}{gap}{piece}" if lines[-1] else piece
        if _ems(joined) <= LINE_EMS or not lines[-1]:
            lines[-1] = joined
        else:
            lines.append(piece)
    split = [part for line in lines for part in _broken(line)]
    if len(split) <= LINES:
        return tuple(split)
    last = split[LINES - 1]
    while last and _ems(last + "…") > LINE_EMS:
        last = last[:-1]
    return (*split[: LINES - 1], last.rstrip() + "…")


def _pieces(label: str) -> list[tuple[str, str]]:
    """Return the words of a label, each with what stands before it; a long one is divided after its hyphens."""
    found = []
    for word in label.split(" "):
        parts = re.findall(r"[^-]+-?|-", word) if _ems(word) > LINE_EMS else [word]
        found += [(part, " " if at == 0 else "") for at, part in enumerate(parts or [word])]
    return found


def _broken(line: str) -> list[str]:
    """Return a line that is too long in parts of about the same length."""
    whole = _ems(line)
    room = min(LINE_EMS, whole / ceil(whole / LINE_EMS) + 0.5) if whole > LINE_EMS else LINE_EMS
    parts = [""]
    for char in line:
        if _ems(parts[-1] + char) > room:
            parts.append("")
        parts[-1] += char
    return parts


def _ems(text: str) -> float:
    return sum(1.0 if east_asian_width(char) in "WF" else 0.58 for char in text)


def _card(network: Network, id: str, spot: tuple[float, float], lang: str) -> Card:
    known = network.snapshot.entities.get(id)
    kind = None if known is None else network.vocabulary.entity_types.get(known.type)
    label = explain.name(network, id, lang)
    return Card(
        id=id,
        label=label,
        lines=wrapped(label),
        x=spot[0],
        y=spot[1],
        colour="#6b7280" if kind is None else kind.colour,
        outline=points("dot" if kind is None else kind.shape),
    )


def _way(spots: Sequence[tuple[float, float]]) -> list[float]:
    """Return the line through places as curves that follow each other: a start, then two points and an end each."""
    forward = spots[0][0] <= spots[-1][0]
    middle, half = CARD_HEIGHT / 2, GAP / 2
    step = 1 if forward else -1
    x, y = spots[0][0] + (CARD_WIDTH if forward else 0), spots[0][1] + middle
    way = [x, y]
    for at, (left, top) in enumerate(spots[1:], 1):
        last = at == len(spots) - 1
        near, level = left + (0 if forward else CARD_WIDTH), top + middle
        end = near - TIP * step if last else near
        way += [x + half * step, y, end - half * step, level, end, level]
        x, y = end, level
        if not last:
            x = left + (CARD_WIDTH if forward else 0)
            way += [near, level, x, level, x, level]
    return way


def _drawn(way: Sequence[float]) -> str:
    """Return a line as the path of an SVG."""
    start, rest = way[:2], way[2:]
    curves = [rest[at : at + 6] for at in range(0, len(rest), 6)]
    return " ".join(
        [f"M{start[0]:g} {start[1]:g}", *("C" + " ".join(f"{value:g}" for value in curve) for curve in curves)]
    )


def _tip(way: Sequence[float]) -> str:
    """Return the triangle at the end of a line."""
    (x, y), step = way[-2:], 1 if way[0] <= way[-2] else -1
    return f"{x + TIP * step:g},{y:g} {x - step:g},{y - 4:g} {x - step:g},{y + 4:g}"
