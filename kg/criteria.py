"""Eligibility criteria: which evidence counts for a question. Parsed once, for all doors.

Lives here: `Criteria` and the verdict on one item. May enter: records, vocabulary. Never here: snapshots, belief.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from typing import Any, cast

from kg.door import is_listed, quoted, shown
from kg.errors import BadIdentifier, InputError, Words
from kg.model import YEARS, Evidence, Text, Work
from kg.vocabulary import Status, Vocabulary, WorkStatus

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ]|\Z)", re.ASCII)
SIGNS = {"+": 1, "1": 1, "+1": 1, "-": -1, "-1": -1, "0": 0}
TRUE, FALSE = {"true", "1", "yes", "on"}, {"false", "0", "no", "off"}


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which evidence counts. The default counts everything that is accepted and not retracted.

    Args:
        as_of: Revision number (>= 0), date or date and time (UTC): read the record as it was then.
        known_in: Year; only works published in or before it count.
        without_work: Works whose evidence does not count.
        only_work: When given, only evidence of these works counts.
        study_kind: When given, only evidence of these kinds of study counts.
        min_strength: Weakest strength that counts.
        relation: When given, only claims with these relations (or narrower ones) take part in paths; naming a
            relation of sign 0 lets it take part.
        block: Entities that no path passes through (a path may begin or end there).
        include_proposed: Proposed records count as if accepted.
        include_retracted: Retracted works count as if current.
        narrower: An entity at an end of a path, named in a question or listed in its answer, stands for its narrower
            entities too; no path leads from it to one of these.
    """

    as_of: int | str | None = None
    known_in: int | None = None
    without_work: tuple[str, ...] = ()
    only_work: tuple[str, ...] = ()
    study_kind: tuple[str, ...] = ()
    min_strength: str | None = None
    relation: tuple[str, ...] = ()
    block: tuple[str, ...] = ()
    include_proposed: bool = False
    include_retracted: bool = False
    narrower: bool = False

    @classmethod
    def parse(cls, values: Mapping[str, Any], vocabulary: Vocabulary) -> Criteria:
        """Read criteria as any door gives them: text or typed values, one or many, None for "not given".

        Raises:
            UnknownTerm: a kind of study, strength or relation that the ontology does not have.
            InputError: a criterion that does not exist, or a value out of range.

        Example:
            >>> from kg.vocabulary import load
            >>> Criteria.parse({"known_in": "2024", "relation": "raises"}, load()).document()
            {'known_in': 2024, 'relation': ['raises']}
        """
        unknown = sorted(set(values) - {spec.name for spec in fields(cls)})
        if unknown:
            raise InputError(
                f"{', '.join(unknown)}: no such criterion",
                hint="the criteria are " + ", ".join(spec.name for spec in fields(cls)),
            )
        given = {name: value for name, value in values.items() if value is not None and value not in ((), [])}
        parsed: dict[str, Any] = {}
        for name, value in given.items():
            if name == "as_of":
                parsed[name] = parse_moment(value)
            elif name == "known_in":
                parsed[name] = parse_int(value, name=name, low=YEARS[0], high=YEARS[1])
            elif name == "min_strength":
                if not isinstance(value, str):
                    raise InputError(f"{shown(value)} is not a text", where=name, hint="give one strength")
                parsed[name] = vocabulary.strength(value, where=name).id
            elif name in {"include_proposed", "include_retracted", "narrower"}:
                parsed[name] = parse_flag(value, name=name)
            else:
                listed = words(value, name=name)
                if name == "study_kind":
                    listed = tuple(vocabulary.study_kind(word, where=name).id for word in listed)
                if name == "relation":
                    listed = tuple(vocabulary.relation(word, where=name).id for word in listed)
                parsed[name] = tuple(sorted(set(listed)))
        return cls(**parsed)

    def document(self) -> dict[str, Any]:
        """Return the criteria that differ from the default, lists sorted."""
        given = {
            spec.name: getattr(self, spec.name) for spec in fields(self) if getattr(self, spec.name) != spec.default
        }
        return {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}

    def status_counts(self, status: Status) -> bool:
        """Say whether records of this status count."""
        return status.counts or (status.on_request and self.include_proposed)

    def work_status_counts(self, status: WorkStatus) -> bool:
        """Say whether works of this status count."""
        return status.counts or (status.on_request and self.include_retracted)

    def why_not(self, item: Evidence, work: Work | None, vocabulary: Vocabulary) -> Text | None:
        """Return None when the item counts, else the first reason why it does not, in one plain sentence."""
        reason: Text | None = None
        if not self.status_counts(vocabulary.status(item.status)):
            reason = said_of_status("item", item.status, vocabulary)
        elif work is None:
            reason = Text(f"its work {item.work} is not in the record", f"其文献 {item.work} 不在记录中")
        elif not self.work_status_counts(vocabulary.work_status(work.status)):
            word = vocabulary.work_status(work.status).label.get("zh")
            reason = Text(f"its work is {work.status}", f"其文献的状态为“{word}”")
        elif item.work in self.without_work:
            reason = Text("its work is left out by the criteria", "所用条件排除了其文献")
        elif self.only_work and item.work not in self.only_work:
            reason = Text("its work is not among those that the criteria keep", "其文献不在所用条件保留之列")
        elif self.known_in is not None and work.year is None:
            reason = Text("the year of its work is not known", "其文献的年份不详")
        elif self.known_in is not None and work.year is not None and work.year > self.known_in:
            reason = Text(
                f"its work appeared in {work.year}, after {self.known_in}",
                f"其文献发表于 {work.year} 年，晚于 {self.known_in} 年",
            )
        elif self.study_kind and item.kind not in self.study_kind:
            word = vocabulary.study_kind(item.kind).label.get("zh")
            reason = Text(
                f"its kind of study, {item.kind}, is not among those that the criteria keep",
                f"其研究类型“{word}”不在所用条件保留之列",
            )
        elif self.min_strength is not None and (
            vocabulary.strength(item.strength).adjustment < vocabulary.strength(self.min_strength).adjustment
        ):
            words = [vocabulary.strength(id).label.get("zh") for id in (item.strength, self.min_strength)]
            reason = Text(
                f"its strength, {item.strength}, is below {self.min_strength}",
                f"其力度“{words[0]}”低于“{words[1]}”",
            )
        return reason


def said_of_status(what: str, status: str, vocabulary: Vocabulary) -> Text:
    """Return that an item, or its claim, has a status that does not count.

    Example:
        >>> from kg.vocabulary import load
        >>> said_of_status("item", "rejected", load()).en
        'the item is rejected'
    """
    word = vocabulary.status(status).label.get("zh")
    if what == "item":
        return Text(f"the item is {status}", f"该条目的状态为“{word}”")
    return Text(f"its claim is {status}", f"其论断的状态为“{word}”")


def parse_int(value: Any, *, name: str, low: int, high: int) -> int:
    """Return a whole number in [low, high], given as a number or as decimal digits.

    Raises:
        InputError: says what was given and the range.

    Example:
        >>> parse_int("6", name="max_links", low=1, high=12)
        6
    """
    number: int | None = None
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,18}", value.strip(), flags=re.ASCII):
        number = int(value)
    if number is None or not low <= number <= high:
        span = f"不小于 {low} 的" if high >= 2**62 else f" {low} 到 {high} 之间的"
        en = f"{shown(value)} is not a whole number from {low} to {high}"
        raise InputError(Words(en, f"须为{span}整数，而非{quoted(value)}"), where=name)
    return number


def parse_line(text: str, *, name: str, most: int = 500) -> str:
    """Return a text of one line without control characters, to be looked for as it is.

    Raises:
        InputError: it is too long, or holds what no record holds.

    Example:
        >>> parse_line("ann", name="actor")
        'ann'
    """
    if len(text) > most or any(unicodedata.category(char) in {"Cc", "Cs"} for char in text):
        raise InputError(f"{text[:60]!r} is nothing to look for", where=name, hint=f"give at most {most} characters")
    return text


def parse_sign(value: Any) -> int | None:
    """Return +1, -1 or 0 for `+`, `-`, `0` (or the numbers); None for None.

    Example:
        >>> parse_sign("+"), parse_sign(-1), parse_sign(None)
        (1, -1, None)
    """
    if value is None:
        return None
    word = value if isinstance(value, str) else shown(value)
    if word not in SIGNS:
        said = Words(f"{shown(value)} is not a sign", f"“{word}”不是方向符号")
        raise InputError(said, where="sign", hint=Words("use + or -", "请用 + 或 -"))
    return SIGNS[word]


def parse_flag(value: Any, *, name: str) -> bool:
    """Return a yes/no value, given as a bool or as true/false, yes/no, on/off, 1/0.

    Example:
        >>> parse_flag("true", name="narrower")
        True
    """
    if isinstance(value, bool):
        return value
    word = value.strip().lower() if isinstance(value, str) else shown(value)
    if word in TRUE | FALSE:
        return word in TRUE
    raise InputError(
        Words(f"{shown(value)} is neither true nor false", f"“{word}”既不是 true，也不是 false"), where=name
    )


def parse_moment(value: Any) -> int | str:
    """Return a revision number as int; a date or a moment as ISO 8601 text in UTC.

    Numbers are read as `parse_int` reads them.

    Raises:
        BadIdentifier: neither a revision number nor a date.

    Example:
        >>> parse_moment(" 7 "), parse_moment("2026-11-25"), parse_moment("2026-11-25T13:00:00+01:00")
        (7, '2026-11-25', '2026-11-25T12:00:00Z')
    """
    if isinstance(value, datetime):
        value = value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = value.strip() if isinstance(value, str) else ""
    if isinstance(value, int) or re.fullmatch(r"\+?[0-9]{1,18}", text, flags=re.ASCII):
        return parse_int(value, name="as_of", low=0, high=2**62)
    try:
        if _DAY.match(text) is None:  # Python reads weeks and shorter forms as well
            raise ValueError("neither a date nor a moment")
        if len(text) == 10:
            return date.fromisoformat(text).isoformat()
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as fault:
        raise BadIdentifier(
            Words(
                f"{shown(value)} lies outside of the years 1 to 9999 in UTC", f"“{text}”超出公元 1 至 9999 年（UTC）"
            ),
            where="as_of",
            hint=Words("give an earlier or a later moment", "请改用较早或较晚的时间"),
        ) from fault
    except ValueError as fault:
        raise BadIdentifier(
            Words(f"{shown(value)} is neither a revision nor a date", f"“{text}”既不是修订版号，也不是日期"),
            where="as_of",
            hint=Words(
                "give a revision number such as 12, a date such as 2026-11-25, or a moment such as 2026-11-25T12:00Z",
                "请给出修订版号（如 12）、日期（如 2026-11-25）或时间（如 2026-11-25T12:00Z）",
            ),
        ) from fault
    return moment.isoformat().replace("+00:00", "Z")


def words(value: str | Sequence[str] | None, *, name: str | None = None) -> tuple[str, ...]:
    """Return one or many words as a tuple; None gives none.

    Raises:
        InputError: it is neither a text nor a list of texts.

    Example:
        >>> words("a"), words(None), words(["b", "a"])
        (('a',), (), ('b', 'a'))
    """
    if value is None:
        return ()
    listed = (value,) if isinstance(value, str) else tuple(value) if is_listed(value) else (None,)
    if not all(isinstance(word, str) for word in listed):
        raise InputError(f"{shown(value)} is neither a text nor a list of texts", where=name)
    return cast(tuple[str, ...], listed)
