"""One BibTeX block to its fields, macros put in, and the fields a part inherits from the whole.

Lives here: the only use of pybtex, with its limits. May enter: `.blocks`. Never here: the meaning of a field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pybtex.database.input.bibtex import LowLevelParser
from pybtex.exceptions import PybtexError
from pybtex.scanner import Token

from kg.citations import bibtex_fields as table
from kg.citations.blocks import Block
from kg.citations.parsed import MAX_ENTRY_CHARS, one_line
from kg.errors import InputError, ParseFailure

MAX_MACRO_CHARS = 10_000
MACRO_BUDGET = 8 * 1024 * 1024
MAX_MACROS = 20_000
MAX_ANCESTORS = 5
MAX_INHERITED_CHARS = 10_000
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_REMEDY = "look for a missing comma, brace or quotation mark just before that place"


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one block (names in lower case), its key, and what was odd about it."""

    block: Block
    key: str
    fields: dict[str, str]
    remarks: tuple[str, ...] = ()


class Macros:
    """The `@string` macros of one file, months included; expansion is bounded for the whole file.

    Args:
        budget: How many characters all expansions together may produce.
    """

    def __init__(self, budget: int) -> None:
        self._texts = {month: month for month in MONTHS}
        self._budget = budget
        self.unknown: list[str] = []

    def define(self, name: str, text: str) -> None:
        """Keep a macro.

        Raises:
            InputError: it is too long, or there are too many.
        """
        if len(text) > MAX_MACRO_CHARS or len(self._texts) >= MAX_MACROS:
            raise InputError(
                f"the macro {name[:80]} expands to {len(text)} characters; at most {MAX_MACRO_CHARS} in each of "
                f"{MAX_MACROS} macros are read",
                hint="write the text out where it is needed",
            )
        self._texts[name.lower()] = text

    def expand(self, name: str) -> str:
        """Return the text of a macro; an unknown one stands for its own name and is told.

        Raises:
            InputError: the budget is spent.
        """
        text = self._texts.get(name.lower())
        if text is None:
            self.unknown.append(name)
            return name
        self._budget -= len(text)
        if self._budget < 0:
            raise InputError("the macros of this file expand to too much text", hint="write the text out")
        return text


class _Parser(LowLevelParser):  # type: ignore[misc]
    """pybtex's reader of one block: linear in its length, and every error is raised."""

    pos: int

    def __init__(self, text: str, macros: Macros) -> None:
        super().__init__(text)
        self._macros = macros

    def handle_error(self, error: PybtexError) -> None:
        raise error

    def substitute_macro(self, name: str) -> str:
        return self._macros.expand(name)

    def skip_to(self, patterns: Sequence[Any]) -> Token | None:
        # The original searches for each pattern to the end of the text every time, which is quadratic.
        marks = _MARKS[len(patterns)]
        found = marks.search(self.text, self.pos)
        if found is None:
            return None
        value = self.text[self.pos : found.end()]
        self.pos = found.end()
        self.update_lineno(value)
        return Token(value, self._pattern(found[0]))

    def _pattern(self, char: str) -> Any:
        return {"@": self.AT, '"': self.QUOTE, "{": self.LBRACE, "}": self.RBRACE}[char]


_MARKS = {1: re.compile("@"), 2: re.compile("[{}]"), 3: re.compile('["{}]')}


def read_block(block: Block, macros: Macros) -> Fields | None:
    """Return the fields of a block; None for a block that has none (a macro, a preamble, a comment).

    Raises:
        ParseFailure: the block is broken; the message names the line.

    Example:
        >>> from kg.citations.blocks import split
        >>> block = next(split('@article{key, title = "One " # jul}'))
        >>> read_block(block, Macros(100)).fields
        {'title': 'One jul'}
    """
    if block.word in {"comment", "preamble", "set", "control", "ieeetranbstctl"}:
        return None
    if not block.closed:
        raise _fault(block, f"the entry never closes: {block.raw[:60].strip()!r}", "add the brace that is missing")
    if block.spilled:
        reason = f"the entry closes too early: {block.spilled[:80]!r} stands behind it"
        raise _fault(block, reason, "take out the brace that is too many")
    if len(block.raw) > MAX_ENTRY_CHARS:
        raise _fault(block, f"the entry has {len(block.raw)} characters, at most {MAX_ENTRY_CHARS} are read", _REMEDY)
    if block.word == "string":
        _define(block, macros)
        return None
    head, _, rest = block.body.partition(",")
    key = head.strip()
    if any(char in key for char in '={}"#\n'):
        key, rest = "", block.body
    newlines = "\n" * block.body[: len(block.body) - len(rest)].count("\n")
    macros.unknown.clear()
    pairs = _run(block, f"@x{{k,{newlines}{rest}}}", macros)[1][1]
    fields: dict[str, str] = {}
    unknown = dict.fromkeys(macros.unknown)
    remarks = [f"the macro {name[:80]!r} is not defined; its name stands for it" for name in unknown]
    for name, parts in pairs:
        value = "".join(parts)
        small = name.lower()
        if small not in fields:
            fields[small] = value
        elif one_line(value) != one_line(fields[small]):
            remarks.append(f"the field {small} stands twice; the second, {one_line(value)[:200]!r}, is left out")
    return Fields(block, key, {name: value for name, value in fields.items() if value.strip()}, tuple(remarks))


class Family:
    """The entries of one file by their keys, for `crossref` and `xdata`."""

    def __init__(self, members: Iterable[Fields]) -> None:
        self._members: dict[str, Fields] = {}
        for member in members:
            if member.key:
                self._members.setdefault(member.key.lower(), member)

    def with_inherited(self, child: Fields) -> Fields:
        """Return the fields with those that the child leaves to its parents.

        A part does not inherit identifiers of the whole; the title of the whole becomes the book title of the part.
        """
        if "crossref" not in child.fields and "xdata" not in child.fields:
            return child
        fields, remarks = dict(child.fields), list(child.remarks)
        for parent in self._named(child, "xdata", remarks)[:10]:
            _fill(fields, parent.fields, {name: name for name in parent.fields})
        part = table.TYPES.get(child.block.word) in table.CONTAINED_TYPES
        ancestor, seen = child, {child.key.lower()}
        for _ in range(MAX_ANCESTORS):
            parents = self._named(ancestor, "crossref", remarks)
            if not parents or parents[0].key.lower() in seen:
                if parents:
                    remarks.append("crossref runs in a circle; it is followed once")
                break
            ancestor = parents[0]
            seen.add(ancestor.key.lower())
            _fill(fields, ancestor.fields, table.INHERITED | ({"title": "booktitle"} if part else {}))
            if child.block.word == "inbook":
                _fill(fields, ancestor.fields, {"author": "author"})
            if table.TYPES.get(ancestor.block.word) == "periodical" and "journal" not in fields:
                _fill(fields, ancestor.fields, {"title": "journaltitle"})
        return replace(child, fields=fields, remarks=tuple(remarks))

    def _named(self, child: Fields, field: str, remarks: list[str]) -> list[Fields]:
        found = []
        for key in child.fields.get(field, "").split(",")[:10]:
            parent = self._members.get(key.strip().lower())
            if parent is not None:
                found.append(parent)
            elif key.strip():
                remarks.append(f"{field} names {key.strip()[:80]!r}, which is not in this source (or is broken there)")
        return found


def _fill(fields: dict[str, str], parent: dict[str, str], inherited: dict[str, str]) -> None:
    dated = "date" in fields or "year" in fields
    for source, target in inherited.items():
        if dated and target in {"date", "year", "month"}:
            continue
        if len(parent.get(source, "")) <= MAX_INHERITED_CHARS and source in parent:
            fields.setdefault(target, parent[source])


def _define(block: Block, macros: Macros) -> None:
    name, value = _run(block, f"@string{{{block.body}}}", macros)[1]
    try:
        macros.define(name, "".join(value))
    except InputError as fault:
        raise _fault(block, fault.message, fault.hint) from fault


def _run(block: Block, text: str, macros: Macros) -> Any:
    parser = _Parser(text, macros)
    try:
        return next(iter(parser))
    except PybtexError as fault:
        line = block.line + getattr(fault, "lineno", 1) - 1
        near = text[max(0, parser.pos - 30) : parser.pos + 10]
        raise _fault(block, f"line {line}: {fault.args[0]}, near {one_line(near)!r}", _REMEDY) from fault
    except InputError as fault:
        raise _fault(block, fault.message, fault.hint) from fault


def _fault(block: Block, message: str, hint: str | None) -> ParseFailure:
    return ParseFailure(message, source="", line=block.line, raw=block.raw, hint=hint)
