"""Statements sorted into parts by the record that they are about, so that one part at a time needs to be held.

Lives here: `Sorter`, which writes them, and `Parts`, which reads them. May enter: checked statements.
Never here: parsing, what a statement means. A block is a line: subject, graph, shape, objects; its nodes hold neither
tabs nor ends of lines. A shape is the predicates of a block, which most blocks share with many others.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal, NamedTuple, TypeAlias
from zlib import crc32

from kg.ids import BASE, RecordKind
from kg.rdf.names import GRAPHS, RECORDS
from kg.rdf.nodes import Node, Quad

Kind: TypeAlias = RecordKind | Literal["other"]
"""What the statements of a part are about: records of ours, or something else."""
APART = frozenset(GRAPHS) - {RECORDS}
"""Graphs whose statements are counted and not read."""
BLOCK_MOST = 500
HELD = 64 * 1024
SHAPES_MOST = 50_000
_OURS = re.compile(rf"<{re.escape(BASE)}id/(claim|entity|evidence|work)/([^#/>]+)(?:(#author-[0-9]+))?>")


def place_of(subject: Node, parts: int) -> tuple[Kind, int]:
    """Return the part that statements about something are in; those about authors of a work are with the work."""
    found = _OURS.fullmatch(subject)
    if found is None or (found[3] and found[1] != "work"):
        return "other", crc32(subject.encode()) % parts
    kind: Any = found[1]
    return kind, crc32(found[2].encode()) % parts


class Block(NamedTuple):
    """Some statements about one subject in one graph."""

    subject: Node
    graph: Node
    shape: tuple[Node, ...]
    objects: list[Node]

    @property
    def pairs(self) -> Iterable[tuple[Node, Node]]:
        """Predicate and object of each."""
        return zip(self.shape, self.objects, strict=True)


class Sorter:
    """Sorts statements into parts of a file.

    Args:
        sink: Where to; it is written to from its beginning.
        parts: How many for each kind.

    Cost: half a microsecond a statement where those about one subject follow each other; `HELD` bytes a part.
    """

    def __init__(self, sink: BinaryIO, parts: int) -> None:
        self.parts = parts
        self.statements = 0
        self._sink, self._at = sink, 0
        self._shapes: dict[str, int] = {}
        self._waiting: dict[tuple[Kind, int], list[bytes]] = defaultdict(list)
        self._sizes: dict[tuple[Kind, int], int] = defaultdict(int)
        self._segments: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._subject, self._graph = "", ""
        self._predicates: list[Node] = []
        self._objects: list[Node] = []

    def add(self, subject: Node, graph: Node, predicates: Sequence[Node], objects: Sequence[Node]) -> None:
        """Add statements about one subject in one graph ("" is the default graph)."""
        if subject != self._subject or graph != self._graph or len(self._objects) >= BLOCK_MOST:
            self._end()
            self._subject, self._graph = subject, graph
        self._predicates += predicates
        self._objects += objects

    def told(self) -> dict[str, Any]:
        """Write what is left, and return as JSON values what `Parts` needs to know."""
        self._end()
        for place in list(self._waiting):
            self._write(place)
        self._sink.flush()
        return {"parts": self.parts, "shapes": list(self._shapes), "segments": self._segments}

    def _end(self) -> None:
        if not self._objects:
            return
        subject, graph, predicates, objects = self._subject, self._graph, self._predicates, self._objects
        self.statements += len(objects)
        if graph in APART:
            # One by one, in parts of their own: of some subjects there are more than can be held.
            for predicate, object in zip(predicates, objects, strict=True):
                line = f"{subject}\t{graph}\t{self._shape(predicate)}\t{object}\n".encode()
                self._put(("other", crc32(line) % self.parts), line)
        else:
            line = "\t".join((subject, graph, self._shape(" ".join(predicates)), *objects)).encode() + b"\n"
            self._put(place_of(subject, self.parts), line)
        self._predicates, self._objects = [], []

    def _shape(self, shape: str) -> str:
        code = self._shapes.get(shape)
        if code is None:
            if len(self._shapes) >= SHAPES_MOST:
                return shape
            code = self._shapes[shape] = len(self._shapes)
        return str(code)

    def _put(self, place: tuple[Kind, int], line: bytes) -> None:
        self._waiting[place].append(line)
        self._sizes[place] += len(line)
        if self._sizes[place] >= HELD:
            self._write(place)

    def _write(self, place: tuple[Kind, int]) -> None:
        raw = b"".join(self._waiting.pop(place))
        self._sizes[place] = 0
        self._sink.write(raw)
        self._segments[f"{place[0]} {place[1]}"].append((self._at, len(raw)))
        self._at += len(raw)


@dataclass
class Parts:
    """Statements in parts.

    Args:
        source: What a `Sorter` wrote.
        told: What it told.
        begin: Where in the source that begins.
    """

    source: BinaryIO
    told: dict[str, Any]
    begin: int = 0

    def __post_init__(self) -> None:
        self.parts: int = self.told["parts"]
        self._shapes = [tuple(shape.split(" ")) for shape in self.told["shapes"]]
        self._segments: dict[str, list[tuple[int, int]]] = self.told["segments"]

    def __enter__(self) -> Parts:
        return self

    def __exit__(self, *_: object) -> None:
        self.source.close()

    @property
    def filled(self) -> int:
        """How many parts hold something."""
        return len(self._segments)

    def of(self, kind: Kind) -> Iterator[list[Block]]:
        """Give the parts of a kind, one after the other."""
        for part in range(self.parts):
            blocks = self.part(kind, part)
            if blocks:
                yield blocks

    def part(self, kind: Kind, part: int) -> list[Block]:
        """Return one part."""
        return list(self._blocks(self._segments.get(f"{kind} {part}", ())))

    def quads(self) -> Iterator[Quad]:
        """Give all statements; one that was given several times may come several times."""
        for segments in self._segments.values():
            for block in self._blocks(segments):
                for predicate, object in block.pairs:
                    yield block.subject, predicate, object, block.graph

    def _blocks(self, segments: Iterable[tuple[int, int]]) -> Iterator[Block]:
        shapes = self._shapes
        for at, length in segments:
            self.source.seek(self.begin + at)
            for line in self.source.read(length).decode().split("\n"):
                if line:
                    subject, graph, code, *objects = line.split("\t")
                    shape = shapes[int(code)] if code[0] != "<" else tuple(code.split(" "))
                    yield Block(subject, graph, shape, objects)
