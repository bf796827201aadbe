"""Dates of publications: many spellings in, CSL dates out, and back.

Lives here: pure functions. May enter: `kg.inputs` (the range of years).
Never here: guesses; what is no date stays text.
"""

from __future__ import annotations

import re
from calendar import isleap
from collections.abc import Mapping, Sequence
from typing import Any

from kg.model import YEARS

Date = dict[str, Any]
_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_OTHERS = {"mai": 5, "okt": 10, "dez": 12, "mär": 3, "fév": 2, "avr": 4, "aoû": 8, "déc": 12}
_MONTHS = {month: number for number, month in enumerate(_ENGLISH, 1)} | _OTHERS
_SEASONS = {"spring": 1, "summer": 2, "autumn": 3, "fall": 3, "winter": 4}
_DAYS = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ISO = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?:T[0-9:.Z+-]{0,30})?([~?%]?)")
_CHINESE = re.compile(r"(\d{4})年(?:(\d{1,2})月(?:(\d{1,2})日)?)?")
_WORDY = re.compile(r"[^\W\d_]{3,}|\d{1,4}|[-–/]")
_CIRCA = re.compile(r"^(?:c\.|ca\.|circa)\s*(?=\d)", re.IGNORECASE)


def parse_date(text: str) -> Date:
    """Return the CSL date of a text: ISO, EDTF range, RIS, PubMed, Chinese or English words; else its literal.

    Example:
        >>> parse_date("2023-05-01"), parse_date("2020/2021")
        ({'date-parts': [[2023, 5, 1]]}, {'date-parts': [[2020], [2021]]})
        >>> parse_date("2021 Mar 3"), parse_date("in press")
        ({'date-parts': [[2021, 3, 3]]}, {'literal': 'in press'})
    """
    bare = " ".join(text.split()).rstrip("/")
    circa = _CIRCA.search(bare) is not None
    bare = _CIRCA.sub("", bare)
    if not bare:
        return {}
    first, slash, second = bare.partition("/")
    one = _parts(bare)
    if one is not None:
        marked = one[1]
        parts = [one[0]]
    elif slash and (start := _parts(first)) and (end := _parts(second)):
        marked = start[1] or end[1]
        parts = [start[0], end[0]]
    else:
        wordy = _wordy(bare)
        return wordy if wordy is not None else {"literal": " ".join(text.split())}
    date: Date = {"date-parts": parts}
    if circa or marked:
        date["circa"] = True
    return date


def join(year: str, month: str = "", day: str = "") -> Date:
    """Return the CSL date of separate fields as BibTeX and PubMed have them.

    Example:
        >>> join("2023", "jul", "4"), join("2023", "10~July"), join("2023a"), join("")
        ({'date-parts': [[2023, 7, 4]]}, {'date-parts': [[2023, 7, 10]]}, {'literal': '2023a'}, {})
        >>> join("2023", "feb", "31")
        {'literal': '2023-02-31'}
    """
    start = parse_date(year)
    if not month or "date-parts" not in start or len(start["date-parts"]) != 1 or len(start["date-parts"][0]) != 1:
        return start
    bare = month.replace("~", " ").strip()
    named = re.fullmatch(r"\d{1,2}", day.strip()) is not None
    first = start["date-parts"][0][0]
    inner: Date | None
    if re.fullmatch(r"\d{1,2}", bare):
        possible = _valid([first, int(bare)])
        ends = f"-{day.strip()}" if named else ""
        inner = {"date-parts": [[first, int(bare)]]} if possible else {"literal": f"{first:04d}-{bare}{ends}"}
    else:
        inner = _wordy(f"{year} {bare}")
    if inner is None:
        return start
    if named and "date-parts" in inner and len(inner["date-parts"][0]) > 1:
        exact = [*inner["date-parts"][0][:2], int(day)]
        if not _valid(exact):
            inner = {"literal": "-".join(f"{part:02d}" for part in exact)}
        else:
            inner["date-parts"][0] = exact
    return inner | {key: value for key, value in start.items() if key == "circa"}


def year_of(date: Mapping[str, Any]) -> int | None:
    """Return the (first) year of a CSL date when it lies in the range of years we keep.

    A literal date gives its year when it holds exactly one number of four digits.

    Example:
        >>> year_of({"date-parts": [[2023, 5]]}), year_of({"literal": "2023a"}), year_of({"literal": "in press"})
        (2023, 2023, None)
    """
    parts = date.get("date-parts") or [[]]
    first = parts[0][0] if parts[0] else None
    if first is None:
        found = re.findall(r"(?<!\d)\d{4}(?!\d)", str(date.get("literal", ""))[:200])
        first = int(found[0]) if len(found) == 1 else None
    return first if isinstance(first, int) and YEARS[0] <= first <= YEARS[1] else None


def iso(date: Mapping[str, Any]) -> str:
    """Return a CSL date as ISO 8601 (a range with `/`), or its literal text; "" when it is empty.

    Law: `parse_date(iso(d)) == d` for dates of parts.

    Example:
        >>> iso({"date-parts": [[2023, 5, 1]]}), iso({"date-parts": [[2020], [2021]]})
        ('2023-05-01', '2020/2021')
    """
    if "date-parts" in date:
        text = "/".join(
            "-".join(f"{part:04d}" if at == 0 else f"{part:02d}" for at, part in enumerate(parts))
            for parts in date["date-parts"]
        )
        return text + "~" if date.get("circa") and text else text
    return str(date.get("literal", ""))


def check(date: Mapping[str, Any]) -> tuple[Date, str]:
    """Return a CSL date in one form, of whole numbers, and what was given where it is none of the calendar.

    Of a date that there never was, in numbers or in words, the year and the month stay as far as they are possible.

    Raises:
        ValueError: the date has a wrong type.

    Example:
        >>> check({"date-parts": [["2023", "5"]]}), check({"raw": "2023-05"})
        (({'date-parts': [[2023, 5]]}, ''), ({'date-parts': [[2023, 5]]}, ''))
        >>> check({"date-parts": [[2020, 2, 31]]}), check({"literal": "2020-13-45"})
        (({'date-parts': [[2020, 2]]}, '2020-2-31'), ({'date-parts': [[2020]]}, '2020-13-45'))
        >>> check({"literal": "2020 Feb 31"}), check({"literal": "2020 Feb 29"})
        (({'date-parts': [[2020, 2]]}, '2020 Feb 31'), ({'literal': '2020 Feb 29'}, ''))
    """
    rest = {key: date[key] for key in ("circa", "season") if isinstance(date.get(key), (bool, int, str)) and date[key]}
    given = date.get("date-parts")
    if given is None:
        text = date.get("raw", date.get("literal", ""))
        if not isinstance(text, str):
            raise ValueError("a date is text or has date-parts")
        found = parse_date(text) if "raw" in date or _in_numbers(text) else {"literal": text} if text else {}
        possible = _possible(text) if "literal" in found else None
        return (found | rest, "") if possible is None else ({"date-parts": possible} | rest, text)
    if not isinstance(given, list) or not all(isinstance(parts, list) for parts in given):
        raise ValueError("date-parts is a list of lists of numbers")
    read: list[list[int | str]] = [["" if _is_empty(part) else _whole(part) for part in parts] for parts in given]
    filled = [numbers for numbers in read if any(number != "" for number in numbers)]
    kept = [numbers for parts in filled[:2] if (numbers := _leading(parts))]
    told = "/".join("-".join(map(str, numbers)).rstrip("-") for numbers in filled)
    lost = kept != [[part for part in numbers if part != ""] for numbers in filled]
    return ({"date-parts": kept} if kept else {}) | rest, told if lost else ""


def _is_empty(part: Any) -> bool:
    return part is None or part == ""


def _leading(parts: Sequence[Any]) -> list[int]:
    """Return year, month and day as far as they are given and possible."""
    numbers: list[int] = []
    for part in parts[:3]:
        if _is_empty(part) or not _valid([*numbers, _whole(part)]):
            break
        numbers.append(_whole(part))
    return numbers


def _possible(text: str) -> list[list[int]] | None:
    """Return what is possible of a date that is written as one, but is none of the calendar."""
    bare = " ".join(text.split())
    for sides in ([bare], bare.split("/") if bare.count("/") == 1 else []):
        named = [numbers for side in sides if (numbers := _named(side.strip()))]
        kept = [_leading(numbers) for numbers in named]
        if named and len(named) == len(sides):
            return kept if kept != named else None
    return None


def _named(text: str) -> list[int]:
    """Return the year, month and day that a text names, whether there are such or not; nothing where it is no date."""
    found = _in_numbers(text)
    if found is not None:
        return [int(part) for part in found.groups()[:3] if part]
    year, months, days, season = _spoken(text) or (0, [], [], 0)
    return [year, *months, *days] if len(months) == 1 and not season else []


def _in_numbers(text: str) -> re.Match[str] | None:
    return _ISO.fullmatch(text) or _CHINESE.fullmatch(text)


def _whole(part: Any) -> int:
    if isinstance(part, bool) or not isinstance(part, (int, str)) or not re.fullmatch(r"-?\d{1,4}", str(part)):
        raise ValueError(f"{str(part)[:40]!r} is not a year, month or day")
    return int(part)


def _valid(parts: list[int]) -> bool:
    year, month, day = (*parts, *(1, 1, 1)[len(parts) :])[:3]
    return 1 <= month <= 12 and 1 <= day <= (29 if month == 2 and isleap(year) else _DAYS[month])


def _parts(text: str) -> tuple[list[int], bool] | None:
    found = _in_numbers(text)
    if found is None:
        return None
    numbers = [int(part) for part in found.groups()[:3] if part]
    return (numbers, bool(found.re is _ISO and found[4])) if _valid(numbers) else None


def _wordy(text: str) -> Date | None:
    """Read "3 May 2021", "May 3, 2021", "2021 Mar-Apr", "Spring 2020"."""
    found = _spoken(text)
    if found is None:
        return None
    year, months, days, season = found
    if season:
        return {"date-parts": [[year]], "season": season}
    return {"date-parts": [[year, month, *days] for month in months]} if _valid([year, months[0], *days]) else None


def _spoken(text: str) -> tuple[int, list[int], list[int], int] | None:
    """Return the year, the months, the day and the season of a date in words, whether there is such a day or not."""
    if len(text) > 60:
        return None
    years: list[int] = []
    months: list[int] = []
    days: list[int] = []
    season = 0
    for piece in _WORDY.findall(text):
        small = piece.lower()
        if piece.isdigit():
            (years if len(piece) == 4 else days).append(int(piece))
        elif small[:3] in _MONTHS:
            months.append(_MONTHS[small[:3]])
        elif small in _SEASONS:
            season = _SEASONS[small]
        elif small not in {"-", "–", "/", "and"}:
            return None
    whole = len(years) == 1 and (season or (len(months) in {1, 2} and len(days) <= 2 - len(months)))
    return (years[0], months, days, season) if whole else None
