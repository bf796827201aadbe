"""diff: what the answers were at two points of either clock, and what they are since, because of which works.

Lives here: points of time as text, the comparison of two. May enter: two networks. Never here: revisions and their
rows (record), doors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from kg.criteria import Criteria, parse_int, parse_moment
from kg.door import shown
from kg.errors import BadIdentifier, InputError
from kg.model import YEARS, Text
from kg.network import Network
from kg.question import cautions
from kg.question.answers import Answer, answer
from kg.question.compare import Comparison
from kg.question.compare_said import Moments

KNOWN = "known"


@dataclass(frozen=True, slots=True)
class Point:
    """A point of one of the two clocks: what was recorded (`as_of`), or what was published (`known_in`).

    Example:
        >>> Point.parse("known:2024").criteria, Point.parse("7").criteria, str(Point.parse("2026-11-25"))
        ({'known_in': 2024}, {'as_of': 7}, '2026-11-25')
    """

    clock: str
    value: int | str

    @classmethod
    def parse(cls, text: Any, *, where: str = "from") -> Point:
        """Read a revision number, a date or moment (UTC), or `known:YEAR`.

        Raises:
            InputError: none of these; says what was expected.
        """
        hint = "give a revision such as 12, a date such as 2026-11-25, or known:2024"
        try:
            if isinstance(text, str) and (match := re.fullmatch(r"known:(.*)", text.strip())):
                year = parse_int(match.group(1), name=where, low=YEARS[0], high=YEARS[1])
                return cls("known_in", year)
            return cls("as_of", parse_moment(text))
        except InputError as fault:
            raise BadIdentifier(f"{shown(text)} is no point in time", where=where, hint=hint) from fault

    @property
    def criteria(self) -> dict[str, Any]:
        """The criterion that reads the record at this point."""
        return {self.clock: self.value}

    def __str__(self) -> str:
        return f"{KNOWN}:{self.value}" if self.clock == "known_in" else str(self.value)

    @property
    def said(self) -> Text:
        """The point at the start of a sentence."""
        if self.clock == "known_in":
            return Text(f"In {self.value}", f"{self.value} 年时")
        if isinstance(self.value, int):
            return Text(f"At revision {self.value}", f"在修订版 {self.value}")
        return (
            Text(f"On {self.value}", f"在 {self.value}")
            if len(self.value) == 10
            else Text(f"At {self.value}", f"在 {self.value}")
        )


def refuse_replaced(points: tuple[Point, Point], criteria: Criteria) -> None:
    """Refuse a clock among the criteria whose place both points take with other values: it would change nothing.

    Raises:
        InputError: names the criterion.

    Example:
        >>> refuse_replaced((Point.parse("known:2023"), Point.parse("known:2024")), Criteria(known_in=2020))
        Traceback (most recent call last):
        ...
        kg.errors.InputError: known_in: known:2023 and known:2024 both take the place of known_in 2020 (...
    """
    for clock in ("as_of", "known_in"):
        given = getattr(criteria, clock)
        if given is not None and all(point.clock == clock and point.value != given for point in points):
            raise InputError(
                f"{points[0]} and {points[1]} both take the place of {clock} {given}",
                where=clock,
                hint="leave it out, or compare two points of the other clock",
            )


def find(
    before: Network,
    after: Network,
    points: tuple[Point, Point],
    *,
    criteria: Criteria,
    rows: str | None = None,
    cols: str | None = None,
    max_links: int = 6,
    lang: str = "en",
) -> Answer:
    """Return which answers differ between two points in time.

    Args:
        before: The network at the first point.
        after: The network at the second.
        points: What the two are called.
        criteria: Those that both have in common; each point replaced its own clock in them.
        rows: Entity type where paths begin; None for all causes.
        cols: Entity type where they end; None for all harms.
        max_links: Most claims in a path, 1 to 12.
        lang: Language of the sentences.

    Returns:
        `{"from": {"point", "revision"}, "to": {...}, "changes": [...], "claims": [...]}`: the pairs and claims that
        differ, each with the works responsible and a sentence, see `kg.question.compare`. The revision
        of a point of publication is that of the answer, and null; `revision` of the answer is the newer of the two.

    Laws: from a point to itself nothing differs; to and fro, lost becomes gained and weaker stronger.
    """
    comparison = Comparison(before, after, Moments(points[0].said, points[1].said))
    limits: set[str] = set()
    changes = comparison.pairs(*comparison.ends(rows, cols), max_links=max_links, lang=lang, limits=limits)
    claims = comparison.claims(lang=lang)
    shown = [
        {"point": str(point), "revision": net.snapshot.revision if point.clock == "as_of" else None}
        for point, net in zip(points, comparison.networks, strict=True)
    ]
    said = [
        _empty(point, lang) for point, net in zip(points, comparison.networks, strict=True) if not net.snapshot.claims
    ]
    said += cautions.of_criteria(before, lang=lang) + cautions.of_criteria(after, lang=lang)
    if not claims:
        said.append(
            "两个时点的答案没有区别。" if lang == "zh" else "No claim and no answer differs between the two points."
        )
    elif not changes:
        said.append(
            f"有 {len(claims)} 条论断不同，但所问的实体之间没有差别。"
            if lang == "zh"
            else f"{len(claims)} claims differ, but none of the pairs asked about."
        )
    newer = max(comparison.networks, key=lambda net: net.snapshot.revision)
    asked = {"from": str(points[0]), "to": str(points[1]), "rows": rows, "cols": cols, "max_links": max_links}
    return answer(
        replace(newer, criteria=criteria),
        "diff",
        asked,
        {"from": shown[0], "to": shown[1], "changes": changes, "claims": claims},
        lang=lang,
        limits=sorted(limits),
        note=cautions.note(said, lang=lang),
    )


def _empty(point: Point, lang: str) -> str:
    return f"{point.said.get(lang)}没有任何论断。" if lang == "zh" else f"{point.said.en} there is no claim."
