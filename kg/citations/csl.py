"""CSL-JSON, the form in which works are kept: one item, or a list of them.

Lives here: reader and writer. May enter: `.entry`, `.item`. Never here: words of other formats.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from kg.citations import dates, names
from kg.citations.entry import Desk, Entry
from kg.citations.item import arxiv_of, canonical_item, said, sound
from kg.citations.parsed import MAX_DEPTH, Parsed, refuse, too_large
from kg.model import CURRENT, Work

FORMAT = "csl-json"
MAX_NESTING = MAX_DEPTH + 4
# A string of JSON holds no line end, so a missing quotation mark spoils one line only.
_MARK = re.compile(r'"(?:[^"\\\n]|\\.)*+"?|[\[\]{},]')
_REMEDY = "export the entry again as CSL-JSON; the other entries are not affected"


def parse(text: str, *, source: str) -> Parsed:
    """Read CSL-JSON: a list of items or a single item. Each item is parsed by itself.

    Laws: works and failures together are the items of the list.

    Cost: linear in the length.

    Example:
        >>> found = parse('[{"id": "a", "title": "One"}, {"title": NaN}]', source="x.json")
        >>> found.works[0].work.id, found.failures[0].reason
        ('a', 'title: nan is no number')
    """
    text = text.removeprefix("\ufeff")
    refused = too_large(text, source=source, entries=0)
    if refused is not None:
        return refused
    bare = text.strip()
    if not bare:
        return Parsed()
    if bare[0] not in "[{":
        return refuse(
            "expected a JSON list or object", source=source, raw=text, remedy="choose the format of this file"
        )
    start = text.index(bare[0])
    places = list(_items(text, start + 1, len(text))) if bare[0] == "[" else [(start, len(text), 0)]
    refused = too_large(text, source=source, entries=len(places))
    if refused is not None:
        return refused
    desk = Desk(source, FORMAT)
    line, counted = 1, 0
    for begin, end, depth in places:
        line += text.count("\n", counted, begin)
        counted = begin
        _take(desk, text[begin:end].rstrip(), line, depth)
    return desk.parsed()


def item_of(work: Work) -> dict[str, Any]:
    """Return the whole CSL-JSON item of a work: `work.csl`, corrected wherever a field of the work says otherwise.

    A work that is not current says so in `status`. What cannot be read of `work.csl` is left out: one bad variable
    costs no reference, page or export.

    Example:
        >>> item_of(Work(id="a", type="book", title="T", authors=("Hu, Edward J.",), year=2022))["issued"]
        {'date-parts': [[2022]]}
    """
    item: dict[str, Any] = {**sound(work.csl), "type": work.type, "title": work.title}
    if tuple(names.display(name) for name in item.get("author", ())) != work.authors:
        item["author"] = [names.undisplay(author) for author in work.authors]
    if dates.year_of(item.get("issued", {})) != work.year:
        item["issued"] = {} if work.year is None else {"date-parts": [[work.year]]}
    for variable, value in (("DOI", work.doi), ("URL", work.url)):
        if item.get(variable) != value:
            item[variable] = value
    if work.arxiv is not None and arxiv_of({key: value for key, value in item.items() if value}) != work.arxiv:
        item["archive"], item["archive_location"] = "arXiv", work.arxiv
    if work.status != CURRENT:
        item["status"] = work.status
    return {"id": work.id, **canonical_item(item)[0]}


def to_csl(works: Iterable[Work]) -> str:
    """Return works as a CSL-JSON list, one item to a line.

    Law: `parse(to_csl(works))` gives the same works.

    Example:
        >>> print(to_csl([Work(id="a", type="book", title="微调")]))
        [
        {"id":"a","title":"微调","type":"book"}
        ]
    """
    lines = (json.dumps(item_of(work), ensure_ascii=False, separators=(",", ":"), allow_nan=False) for work in works)
    return "[\n" + ",\n".join(lines) + "\n]"


def object_of(text: str) -> dict[str, Any] | None:
    """Return the one item that a text is; None when it is none, or nested too deep.

    Example:
        >>> object_of('{"title": "One"}'), object_of("[1]"), object_of("{")
        ({'title': 'One'}, None, None)
    """
    bare = text.strip()
    deepest = max((depth for _, _, depth in _items(f"{bare}]", 0, len(bare) + 1)), default=0)
    if not bare.startswith("{") or not 0 < deepest <= MAX_NESTING:
        return None
    try:
        item = json.loads(bare, parse_int=_whole)
    except (ValueError, RecursionError):
        return None
    return item if isinstance(item, dict) else None


def key_of(item: dict[str, Any]) -> str:
    """Return the id, unless it is only a number or an address of the program that wrote it."""
    given, named = item.get("id"), item.get("citation-key")
    if isinstance(given, str) and given and "//" not in given:
        return given
    return named if isinstance(named, str) else ""


def _items(text: str, begin: int, end: int, *, whole: bool = True) -> Iterator[tuple[int, int, int]]:
    """Yield begin, end and depth of each element between two places of a list.

    An element that never closes ends at the next line that begins as it began itself.
    """
    depth = deepest = 1
    for mark in _MARK.finditer(text, begin, end):
        char = mark[0]
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}" and (depth > 1 or char == "]"):
            depth -= 1
        if depth == 0 or (depth == 1 and char == ","):
            if char == "," or text[begin : mark.start()].strip():
                yield *_trimmed(text, begin, mark.start()), deepest
            begin, deepest = mark.end(), 1
        if depth == 0:
            break
    if not text[begin:end].strip():
        return
    first, last = _trimmed(text, begin, end)
    starts = _line_starts(text, first, last) if whole else [first]
    if len(starts) == 1:
        yield first, last, 0 if depth > 1 else deepest
        return
    for at, following in pairwise([*starts, last]):
        yield from _items(text, at, following, whole=False)


def _line_starts(text: str, first: int, last: int) -> list[int]:
    """Return where lines begin as the line of `first` does, that one first."""
    indent = text[text.rfind("\n", 0, first) + 1 : first]
    if indent.strip():
        return [first]
    return [first, *(found.end() - 1 for found in re.compile(rf"\n{indent}\{{").finditer(text, first, last))]


def _trimmed(text: str, begin: int, end: int) -> tuple[int, int]:
    chunk = text[begin:end]
    return begin + len(chunk) - len(chunk.lstrip()), end


def _take(desk: Desk, raw: str, line: int, depth: int) -> None:
    if depth > MAX_NESTING:
        desk.fail(f"nested {depth} levels deep, at most {MAX_NESTING} are read", line=line, raw=raw, remedy=_REMEDY)
        return
    try:
        item = json.loads(raw, parse_int=_whole)
    except json.JSONDecodeError as fault:
        desk.fail(f"not JSON: {fault.msg} at character {fault.pos + 1}", line=line, raw=raw, remedy=_REMEDY)
        return
    except RecursionError:
        desk.fail("nested too deep to be read", line=line, raw=raw, remedy=_REMEDY)
        return
    if not isinstance(item, dict):
        desk.fail(f"expected a CSL-JSON item, given {said(item)}", line=line, raw=raw, remedy=_REMEDY)
        return
    desk.take(Entry(item, line, raw, key=key_of(item)))


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= 20 else float("inf")
