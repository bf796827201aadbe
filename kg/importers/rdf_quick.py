"""Statements of claims and evidence that are plainly right, many at a time: most of a large file.

Lives here: `Quick`. May enter: blocks of statements, the vocabulary, ids that passed their doors. Never here: faults;
what is not plainly right is left to `rdf_records`, which says what is wrong with it, or finds that nothing is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from kg.ids import RecordKind, record_iri
from kg.importers.tables_quick import Lane, Taken, lane
from kg.rdf import convert
from kg.rdf.forms import PLAIN, One, Words, words_of
from kg.rdf.names import TYPE, name
from kg.rdf.nodes import Node
from kg.rdf.parts import Block
from kg.vocabulary import Vocabulary

Read: TypeAlias = Callable[[Sequence[Node]], Sequence[str | None]]
"""From the objects of a property in many blocks to the cell of each; None for what is not plainly right."""
KNOWN_MOST = 100_000
_SKIPPED = frozenset({TYPE, name("dcterms:identifier")})


@dataclass(frozen=True, slots=True)
class _Plan:
    """How blocks of one shape are read: from which places of them which cells, and what of them is passed over."""

    places: tuple[tuple[int, Read], ...]
    take: Lane
    unread: tuple[Node, ...]


class Quick:
    """Takes the records of a kind whose statements stand together and are plainly right.

    Args:
        kind: Kind of the records; entities and works have no such way.
        vocabulary: The words to check against.
        there: Entities for claims, works for evidence: ids that are known to be right.
        derived: Properties that are passed over without a word.

    Laws: what it makes of a block is what `kg.rdf.convert.read` and the door make of it; it makes nothing of a block
    that they refuse.
    """

    def __init__(
        self, kind: RecordKind, vocabulary: Vocabulary, there: Mapping[str, Any], derived: frozenset[Node]
    ) -> None:
        self._kind, self._vocabulary, self._there, self._derived = kind, vocabulary, there, derived
        self._plans: dict[tuple[Node, ...], _Plan | None] = {}
        self._prefix = len(record_iri(kind, "")) + 1

    def take(self, blocks: Sequence[Block]) -> tuple[list[Taken], list[Block], dict[Node, int]]:
        """Return what some blocks are, each of a record that has no other one; which are left; what was passed over.

        Cost: 4 to 8 microseconds a record.
        """
        taken: list[Taken] = []
        left: list[Block] = []
        unread: dict[Node, int] = defaultdict(int)
        alike: dict[tuple[Node, ...], list[Block]] = defaultdict(list)
        for block in blocks:
            alike[block.shape].append(block)
        for shape, some in alike.items():
            plan = self._plan(shape)
            if plan is None:
                left += some
                continue
            found = self._cells(plan, some)
            made = [plan.take(cells) if all(cells) else None for cells in found]
            before = len(taken)
            taken += [one for one in made if one is not None]
            left += [block for block, one in zip(some, made, strict=True) if one is None]
            for predicate in plan.unread:
                unread[predicate] += len(taken) - before
        return taken, left, unread

    def _cells(self, plan: _Plan, blocks: Sequence[Block]) -> list[list[Any]]:
        columns = list(zip(*(block.objects for block in blocks), strict=True))
        prefix = self._prefix
        ids = [block.subject[prefix:-1] for block in blocks]
        return [list(cells) for cells in zip(ids, *(read(columns[at]) for at, read in plan.places), strict=True)]

    def _plan(self, shape: tuple[Node, ...]) -> _Plan | None:
        if shape not in self._plans:
            self._plans[shape] = self._made(shape)
        return self._plans[shape]

    def _made(self, shape: tuple[Node, ...]) -> _Plan | None:
        if self._kind not in {"claim", "evidence"} or len(set(shape)) < len(shape):
            return None
        columns = {name(column.predicate): column for column in convert.TABLE[self._kind]}
        words = words_of(self._vocabulary)
        places: list[tuple[int, Read]] = []
        names: list[str | None] = ["id"]
        unread: list[Node] = []
        for at, predicate in enumerate(shape):
            column = columns.get(predicate)
            if column is not None:
                if not isinstance(column.form, One):
                    return None
                places.append((at, _reader(column.form, words)))
                names.append(column.field)
            elif predicate not in _SKIPPED and predicate not in self._derived:
                unread.append(predicate)
        take = lane(self._kind, names, self._vocabulary, self._there)
        return None if take is None or not places else _Plan(tuple(places), take, tuple(unread))


def _reader(form: One, words: Words) -> Read:
    if form.scheme:
        ids = words.ids[form.scheme]
        return lambda nodes: list(map(ids.get, nodes))

    def one(node: Node) -> str | None:
        try:
            value = form.value(node, words)
        except ValueError:
            return None
        return value if isinstance(value, str) else str(value).lower()

    if form is PLAIN:
        return lambda nodes: [node[1:-1] if node[-1] == '"' and "\\" not in node else one(node) for node in nodes]
    known: dict[Node, str | None] = {}

    def some(nodes: Sequence[Node]) -> Sequence[str | None]:
        if len(known) > KNOWN_MOST:
            known.clear()
        for node in nodes:
            if node not in known:
                known[node] = one(node)
        return list(map(known.get, nodes))

    return some
