"""Formats of lines with tags, one record after another: what RIS and NBIB have in common.

Lives here: the frame of a reader, and tags to values. May enter: `.entry`, `.parsed`. Never here: the tags of a format.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from kg.citations.entry import Desk
from kg.citations.parsed import Parsed, refuse, too_large

R = TypeVar("R")


def read(
    text: str,
    *,
    source: str,
    format: str,
    label: str,
    mark: str,
    records: Callable[[list[str], Desk], Iterable[R]],
    take: Callable[[Desk, R], None],
) -> Parsed:
    """Read every record of a text.

    Args:
        text: The file, with line ends of any kind, with or without a mark of byte order.
        source: Its name.
        format: Id of the format.
        label: How the format is called.
        mark: How the first line of a record looks, for the message when there is none.
        records: Divides the lines into records, and tells the desk what stands outside of them.
        take: Gives a record to the desk.
    """
    refused = too_large(text, source=source, entries=0)
    if refused is not None:
        return refused
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    desk = Desk(source, format)
    found = list(records(text.split("\n"), desk))
    refused = too_large(text, source=source, entries=len(found))
    if refused is not None:
        return refused
    if not found and text.strip():
        return refuse(
            f"no line of the form `{mark}` was found",
            source=source,
            raw=text,
            remedy=f"check that this is a {label} file, or name its format",
        )
    for record in found:
        take(desk, record)
    return desk.parsed()


def tags(lines: Iterable[str], tag: re.Pattern[str], *, joint: str) -> tuple[dict[str, list[str]], list[str]]:
    """Return the values of each tag, and the lines before the first; a line without a tag continues the one before.

    Args:
        lines: The lines of a record.
        tag: Matches a line with a tag: its first group is the tag, its second the value.
        joint: What stands between the lines of a value.

    Example:
        >>> tags(["AU  - Hu,", "  Edward", "AU  - Li"], re.compile("([A-Z]{2})  - (.*)"), joint=" ")
        ({'AU': ['Hu,   Edward', 'Li']}, [])
    """
    values: dict[str, list[list[str]]] = {}
    last: list[str] | None = None
    odd: list[str] = []
    for line in lines:
        found = tag.fullmatch(line)
        if found is not None:
            last = [found[2] or ""]
            values.setdefault(found[1], []).append(last)
        elif last is not None:
            last.append(line)
        elif line.strip():
            odd.append(line)
    return {name: [joint.join(parts) for parts in given] for name, given in values.items()}, odd
