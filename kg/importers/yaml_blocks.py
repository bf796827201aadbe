"""Lists of records in YAML, read block by block, every value with its line.

Lives here: the strict subset of YAML that packs use (no anchors, tags, merge keys or second documents) as a tree
of `Scalar`, `Items` and `Block` (yaml_nodes). May enter: `kg.importers.sources`. Never here: what the fields mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml
from yaml.resolver import Resolver

from kg.citations.parsed import Failure
from kg.importers.sources import PIECE, Source
from kg.importers.yaml_nodes import Block, Items, Node, Scalar
from kg.importers.yaml_plain import plain_block

MAX_DEPTH = 24
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SAFE: Any = yaml.SafeLoader("")
_RESOLVER: Any = Resolver()
AMBIGUOUS: frozenset[str] = frozenset(filter(None, Resolver.yaml_implicit_resolvers))
"""What a text begins with that may be something else than a text."""
_CONSTRUCT = {
    "bool": _SAFE.construct_yaml_bool,
    "int": _SAFE.construct_yaml_int,
    "float": _SAFE.construct_yaml_float,
    "null": _SAFE.construct_yaml_null,
}
_KINDS = {"bool": "a truth value", "int": "a number", "float": "a number", "null": "no value", "timestamp": "a date"}
_RECORD = re.compile(r"^-(?: |$)", re.MULTILINE)
_IDLE = re.compile(r"\s*(?:#.*)?$|---\s*(?:#.*)?$")
_UNREADABLE = re.compile("[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


class _Refused(Exception):
    def __init__(self, line: int, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.line, self.reason, self.remedy = line, reason, remedy


@dataclass(frozen=True, slots=True)
class Unread:
    """The text of a record that is not YAML as packs use it."""

    text: str
    line: int
    failure: Failure


class Records:
    """The records of a list, each with its first line and its text, as the pieces of a file come.

    Args:
        pieces: The text, cut at ends of lines.

    Law: every line that begins a record yields one record; cutting the text elsewhere yields the same.

    Cost: about 50 nanoseconds a line; a piece and a record are held.

    Example:
        >>> list(Records(["- id: lora\\n  type: Technique\\n", "\\n- id: qlora\\n"]))
        [(1, '- id: lora\\n  type: Technique\\n'), (4, '- id: qlora\\n')]
    """

    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces = pieces
        self._stray: int | None = None
        self._lead = ""
        self._any = False

    def __iter__(self) -> Iterator[tuple[int, str]]:
        """Give line and text of each record."""
        first, line, parts = 0, 1, list[str]()
        for piece in self._pieces:
            at = 0
            for mark in _RECORD.finditer(piece):
                part = piece[at : mark.start()]
                at = mark.start()
                if self._any:
                    parts.append(part)
                    yield first, "".join(parts).removesuffix("\n")
                    parts.clear()
                else:
                    self._before(part, line)
                self._any = True
                line += part.count("\n")
                first = line
            rest = piece[at:]
            if self._any:
                parts.append(rest)
            else:
                self._before(rest, line)
            line += rest.count("\n")
        if self._any:
            yield first, "".join(parts)

    def faults(self, source: Source) -> list[Failure]:
        """Return what is wrong with the file as a whole, once its records were given."""
        if not self._any and self._lead.strip() == "[]":
            return []
        if self._stray is not None:
            remedy = "begin each record with `- ` at the start of a line"
            return [source.failure(self._stray, "text outside a record", remedy)]
        if not self._any:
            return [source.failure(None, "the file holds no records", "write some, or [] for none on purpose")]
        return []

    def _before(self, text: str, line: int) -> None:
        """Look at text before the first record."""
        if len(self._lead) <= PIECE:
            self._lead += text
        if self._stray is None:
            lines = enumerate(text.removesuffix("\n").split("\n"), line)
            self._stray = next((number for number, one in lines if _IDLE.match(one) is None), None)


def read_blocks(source: Source) -> tuple[list[Block | Unread], list[Failure]]:
    """Read a list of records, each beginning with `- ` at the start of a line.

    A record that cannot be read stays unread, with its failure; its neighbours are read all the same. A file that
    holds nothing but `[]` is an empty list. The failures returned beside the records concern the file as a whole.

    Law: every line that begins a record yields one block or one unread text.

    Cost: linear in the text; nesting is limited to 24 levels.

    Example:
        >>> blocks, _ = read_blocks(Source("a.yaml", "- id: lora\\n- id: [\\n- id: qlora\\n"))
        >>> [type(block).__name__ for block in blocks], blocks[1].failure.line
        (['Block', 'Unread', 'Block'], 2)
    """
    records = Records([source.text])
    blocks = [read_block(text, line, source) for line, text in records]
    return blocks, records.faults(source)


def read_block(text: str, line: int, source: Source) -> Block | Unread:
    """Read one record that begins at a line."""
    try:
        return _block(text, line)
    except _Refused as fault:
        return Unread(text, line, source.failure(fault.line, fault.reason, fault.remedy))


def _block(text: str, start: int) -> Block:
    bad = _UNREADABLE.search(text)
    if bad is not None:
        line = start + text.count("\n", 0, bad.start())
        raise _Refused(line, f"character U+{ord(bad[0]):04X} is not allowed", "delete it")
    return plain_block(text, start, unquoted) or parsed_block(text, start)


def parsed_block(text: str, start: int) -> Block:
    """Return a record as the parser of YAML makes it, whatever its form."""
    events = _events(text, start)
    try:
        node = _node(*next(events), events)
        next(events, None)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = start if mark is None else start + min(mark.line, text.rstrip().count("\n"))
        remedy = "check indentation, quotes, colons and brackets"
        raise _Refused(line, f"not valid YAML: {fault.problem or fault.context}", remedy) from fault
    except yaml.YAMLError as fault:
        raise _Refused(start, f"not valid YAML: {fault}", "check the characters of this record") from fault
    record = node.items[0] if isinstance(node, Items) and len(node.items) == 1 else node
    if not isinstance(record, Block):
        raise _Refused(record.line, "a record is a list of `field: value` lines", "write `- field: value`")
    return record


def _events(text: str, start: int) -> Iterator[tuple[Any, int]]:
    """Yield the content events with their lines; refuse what packs do not use."""
    documents = depth = 0
    event: Any
    for event in yaml.parse(text, Loader=_LOADER):
        line = start + event.start_mark.line
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _Refused(line, "a second YAML document begins here", "keep one list of records in a file")
        elif isinstance(event, yaml.NodeEvent):
            if event.anchor is not None:
                raise _Refused(line, "anchors (&) and aliases (*) are not read", "write the value out, or quote it")
            tag: str | None = getattr(event, "tag", None)
            if tag not in {None, "!"}:
                raise _Refused(line, f"the tag {tag} is not read", "leave tags (!) out, or quote the value")
            depth += isinstance(event, yaml.CollectionStartEvent)
            if depth > MAX_DEPTH:
                raise _Refused(line, f"nested deeper than {MAX_DEPTH} levels", "a pack needs five levels at most")
            yield event, line
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
            yield event, line


def _node(event: Any, line: int, events: Iterator[tuple[Any, int]]) -> Node:
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event, line)
    if isinstance(event, yaml.SequenceStartEvent):
        return Items(tuple(_members(events)), line)
    return _mapping(events, line)


def _members(events: Iterator[tuple[Any, int]]) -> Iterator[Node]:
    for event, line in events:
        if isinstance(event, yaml.CollectionEndEvent):
            return
        yield _node(event, line, events)


def _mapping(events: Iterator[tuple[Any, int]], line: int) -> Block:
    fields: dict[str, Node] = {}
    lines: dict[str, int] = {}
    members = _members(events)
    for key in members:
        value = next(members)
        if not isinstance(key, Scalar):
            raise _Refused(key.line, "a field name must be a word", "write `field: value`")
        if key.text in fields:
            reason = f"{key.text} is given twice, first on line {lines[key.text]}"
            raise _Refused(key.line, reason, "keep one of the two")
        fields[key.text], lines[key.text] = value, key.line
    return Block(fields, lines, line)


def _scalar(event: Any, line: int) -> Scalar:
    text: str = event.value
    if event.implicit[0]:
        return unquoted(text, line)
    return Scalar(text, text, line)


def unquoted(text: str, line: int) -> Scalar:
    """Return the value of a text without quotes."""
    if text and text[0] not in AMBIGUOUS:
        return Scalar(text, text, line)
    value, kind = _resolved(text)
    return Scalar(text, value, line, kind)


@lru_cache(maxsize=10_000)
def _resolved(text: str) -> tuple[Any, str | None]:
    """Return what YAML 1.1 makes of a text, and what that is called; None for a text."""
    tag: str = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))
    kind = tag.rsplit(":", 1)[-1]
    if kind == "str":
        return text, None
    try:
        value = _CONSTRUCT[kind](yaml.ScalarNode(tag, text)) if kind in _CONSTRUCT else text
    except ValueError:
        value = text
    return value, _KINDS.get(kind, f"a {kind}")
