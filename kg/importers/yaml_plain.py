"""Records of packs in the plain form that most of them have: `field: value` lines, and lists of such below a field.

Lives here: `plain_block`. May enter: the text of one record. Never here: anything else of YAML; a record with quotes,
brackets, folded lines or comments is left to the parser of YAML, which makes the same of a plain one.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from kg.importers.yaml_nodes import Block, Items, Node, Scalar

_LINE = re.compile(r"( *)(- )?([A-Za-z_][A-Za-z0-9_]*):(?: (.*))?")
_FIRST = frozenset("-?:,[]{}#&*!|>'\"%@`")
_BREAKS = re.compile("[\t\x85\xa0\u2028\u2029\ufeff]")


def plain_block(text: str, start: int, scalar: Callable[[str, int], Scalar]) -> Block | None:
    """Return a record, where it is plain; None where it is not, or has a fault.

    Args:
        text: Of the record, from its `- ` on.
        start: Its first line.
        scalar: Makes a value of an unquoted text and its line.

    Law: equals what the parser of YAML makes of it.

    Cost: about 2 microseconds a line.
    """
    if _BREAKS.search(text):
        return None
    record = _Record(start)
    for number, line in enumerate(text.rstrip("\n").split("\n"), start):
        found = _LINE.fullmatch(line)
        if found is None or not record.turn(len(found[1]), found[2] is not None, number):
            return None
        if not record.put(found[3], found[4], number, scalar):
            return None
    return record.block()


class _Record:
    """A record as it grows line by line."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.fields: dict[str, Node] = {}
        self.lines: dict[str, int] = {}
        self.lists: dict[str, list[Node]] = {}
        # Where the next line belongs: the record itself, or the last item of the list below its last field.
        self.at: tuple[dict[str, Node], dict[str, int]] = (self.fields, self.lines)
        self.items: list[Node] | None = None

    def turn(self, indent: int, dash: bool, number: int) -> bool:
        """Find where a line belongs; False where it is not as plain records have it."""
        if number == self.start:
            return dash and indent == 0
        if indent == 2 and not dash:
            self.at, self.items = (self.fields, self.lines), None
            return True
        if indent == 4 and dash and self.items is not None:
            self.at = ({}, {})
            self.items.append(Block(*self.at, number))
            return True
        return indent == 6 and not dash and bool(self.items)

    def put(self, name: str, value: str | None, number: int, scalar: Callable[[str, int], Scalar]) -> bool:
        """Keep a field; False where it is there already, or its value is not plain."""
        fields, lines = self.at
        if name in fields:
            return False
        lines[name] = number
        if value is not None:
            fields[name] = scalar(value, number)
            return _is_plain(value)
        self.items = self.lists[name] = []
        fields[name] = Items((), number + 1)
        return fields is self.fields

    def block(self) -> Block | None:
        """Return the whole; None where a field has neither value nor list."""
        for name, items in self.lists.items():
            if not items:
                return None
            self.fields[name] = Items(tuple(items), self.lines[name] + 1)
        return Block(self.fields, self.lines, self.start)


def _is_plain(value: str) -> bool:
    return not (
        value == "" or value[0] in _FIRST or value[0] == " " or value[-1] in " :" or ": " in value or " #" in value
    )
