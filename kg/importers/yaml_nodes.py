"""What a record of YAML is made of, every value with its line.

Lives here: `Scalar`, `Items`, `Block`. Never here: how they are read. Values are many, so they are plain tuples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias


class Scalar(NamedTuple):
    """One value: the text as written, and what YAML 1.1 makes of it; `kind` says what, None for a text."""

    text: str
    value: Any
    line: int
    kind: str | None = None


class Items(NamedTuple):
    """A list of values."""

    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Block:
    """A mapping of field names to values: one record, or a part of one. `lines` holds the line of each name."""

    fields: Mapping[str, Node]
    lines: Mapping[str, int]
    line: int

    def line_of(self, *path: int | str) -> int:
        """Return the line that a path of names and indexes leads to, or the nearest one above it."""
        line = self.line
        step: Node = self
        for part in path:
            if isinstance(step, Block) and part in step.fields:
                line, step = step.lines[str(part)], step.fields[str(part)]
            elif isinstance(step, Items) and isinstance(part, int) and part < len(step.items):
                step = step.items[part]
                line = step.line
            else:
                break
        return line


Node: TypeAlias = Scalar | Items | Block
