"""The links of a network as arrays: 14 bytes a claim, ready to be walked in both directions.

Lives here: `Arrays`, made from columns or from a network, and mended after a change. May enter: columns, a network.
Never here: searching. Claims are numbered by subject, then by id, so that the number of a claim is its place among the
steps that leave its subject; steps that arrive name that place.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log
from typing import TYPE_CHECKING, Any, TypeAlias

from kg.compiled import mending
from kg.compiled.named import Named
from kg.compiled.patched import patched
from kg.later import Later
from kg.network import COST_UNIT, Network

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int32]
    Longs: TypeAlias = NDArray[np.int64]
    Codes: TypeAlias = NDArray[np.uint16] | NDArray[np.int32]
    Flags: TypeAlias = NDArray[np.uint8]
    Floats: TypeAlias = NDArray[np.float64]
else:
    np = Later("numpy")

CODES = {1: 0, -1: 1, 0: 2}
SIGNS = (1, -1, 0)
LAST, SHIFT = 4, 3
MOST_NODES = 2**28


@dataclass(frozen=True)
class Arrays:
    """Links between the nodes 0 to n - 1, in compressed rows.

    Attributes:
        ids: Claim ids, by subject, then by id.
        start: For each node the first of its claims; n + 1 numbers.
        to: For each claim `object * 8 + 4 * last + sign code` (0 for +, 1 for -, 2 for neither).
        code: For each claim its place in `costs`.
        costs: -ln(expected) * 2^40 of each expected value that occurs.
        expected: Those values.
        back_start: For each node the first of the claims that arrive; n + 1 numbers.
        back: For each claim by object `subject * 8 + 4 * last + sign code`.
        at: For each of these its number as a claim.
        blocked: 1 for nodes that no path passes through.
        signs: 2, or 3 when some claim has the sign 0.
        terminal: Some claim ends every path.
    """

    ids: Sequence[str]
    start: Ints
    to: Ints
    code: Codes
    costs: Longs
    expected: Floats
    back_start: Ints
    back: Ints
    at: Ints
    blocked: Flags
    signs: int
    terminal: bool

    @classmethod
    def of_columns(
        cls,
        ids: Sequence[str],
        nodes: int,
        subject: Any,
        object: Any,
        sign: Any,
        expected: Any,
        *,
        last: Any = None,
        blocked: Iterable[int] = (),
    ) -> Arrays:
        """Make arrays from columns of claims that are in order by subject, then by id.

        Args:
            ids: Claim ids; anything that can be indexed.
            nodes: Number of nodes, at most 2^28.
            subject: Node of each claim's subject, ascending.
            object: Node of its object.
            sign: +1, -1 or 0.
            expected: In (0, 1].
            last: Whether the relation ends a path; None for never.
            blocked: Nodes that no path passes through.

        Cost: linear and vectorised, about 0.3 s for 10^6 claims.
        """
        if nodes > MOST_NODES:
            raise OverflowError(f"{nodes} entities are more than the {MOST_NODES} that fit the arrays")
        values, code = np.unique(np.asarray(expected, np.float64), return_inverse=True)
        to = (np.asarray(object, np.int32) << SHIFT) | _flags(sign, last)
        costs = [cost_of(value) for value in values.tolist()]
        code = code.astype(_code_type(len(values)))
        return _made(ids, nodes, np.asarray(subject, np.int32), to, code, costs, values, _blocked(blocked, nodes))

    @classmethod
    def of(cls, network: Network) -> Arrays:
        """Return the arrays of a network, worked out once and kept with it.

        Claim ids begin with their subject's and slugs hold no double hyphen, so that the order of ids is that of
        subjects.

        Cost: about 3 microseconds a claim; for a network that differs from one with arrays in few claims, copies.
        """
        found: Arrays | None = network.kept.get("arrays")
        if found is None:
            earlier = network.earlier
            before: Arrays | None = earlier.kept.get("arrays") if earlier is not None else None
            touched = earlier.touched if earlier is not None else ()
            found = _read(network) if before is None else before.mended(network, touched)
            network.kept["arrays"] = found
        return found

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.start) - 1

    @property
    def bits(self) -> int:
        """Bits that a search needs for the state of a node: its sign, and whether a path must end there."""
        return self.signs - 1 + self.terminal

    @property
    def half(self) -> int:
        """What is added to the sign code where a path must end; more than any code when none must."""
        return 1 << (self.signs - 1)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays together; ids not counted."""
        return sum(getattr(self, name).nbytes for name in _ARRAYS)

    def subjects(self, claims: Any) -> Any:
        """Return the subject node of each of some claims."""
        return np.searchsorted(self.start, claims, side="right") - 1

    def number(self, claim: str) -> int | None:
        """Return the number of a claim, None when it is not among them. Cost: logarithmic."""
        return self.named.number(claim)

    def names(self, claims: Iterable[int]) -> tuple[str, ...]:
        """Return the ids of a path given as numbers."""
        return tuple(map(self.named.__getitem__, claims))

    @cached_property
    def named(self) -> Named:
        """The ids that were asked for so far, by number."""
        return Named(self.ids)

    def mended(self, network: Network, touched: Iterable[str]) -> Arrays:
        """Return the arrays of a network that differs in the touched claims at most.

        Law: equals the arrays of that network made from scratch, but for expected values that no claim has any more.

        Cost: copies of what differs, about 20 microseconds for each touched claim beside, and a sort where many claims
        come or go.
        """
        code_of = dict(zip(self.expected.tolist(), range(len(self.expected)), strict=True))
        known = len(code_of)
        gone, staying, come = [], [], []
        for id in sorted(set(touched)):
            number, there = self.number(id), id in network.links
            if there:
                code = code_of.setdefault(network.opinion(id).expected, len(code_of))
                come += [(id, code)] if number is None else []
                staying += [] if number is None else [(number, code)]
            elif number is not None:
                gone.append(number)
        expected = list(code_of)
        code = self.code.astype(_code_type(len(expected)))
        for number, value in staying:
            code[number] = value
        final = _final(network)
        links = np.array([network.links[id] for id, _ in come], np.int32).reshape(-1, 3)
        ends = [network.snapshot.claims[id].relation in final for id, _ in come]
        to = (links[:, 1] << SHIFT) | _flags(links[:, 2], ends)
        coming = [
            mending.Coming(bisect_left(self.ids, id), subject, into, value)
            for (id, value), subject, into in zip(come, links[:, 0].tolist(), to.tolist(), strict=True)
        ]
        rows: dict[str, Any] = {"code": code, "signs": self.signs, "terminal": self.terminal}
        if gone or come:
            few = len(gone) + len(come) <= mending.MOST
            rows = mending.spliced(self, gone, coming, code) if few else self._without(gone, coming, code)
            rows |= _kinds(rows["to"])
        costs = [*self.costs.tolist(), *map(cost_of, expected[known:])]
        ids = patched(self.ids, [self.ids[number] for number in gone], [id for id, _ in come])
        made = Arrays(
            ids=ids,
            costs=np.array(costs, np.int64),
            expected=np.array(expected, np.float64),
            blocked=_blocked(network.blocked, self.nodes),
            **({name: getattr(self, name) for name in _ROWS} | rows),
        )
        made.__dict__["named"] = self.named if ids is self.ids else Named(ids, self.named)
        return made

    def _without(self, gone: Sequence[int], coming: Sequence[mending.Coming], code: Any) -> dict[str, Any]:
        """Return what `mending.spliced` returns, by a sort."""
        subject = np.repeat(np.arange(self.nodes, dtype=np.int32), np.diff(self.start))
        before = np.array([one.before for one in coming], np.int64)
        before -= np.searchsorted(gone, before)

        def mend(column: Any, values: Sequence[int]) -> Any:
            return np.insert(np.delete(column, gone), before, np.array(values, column.dtype))

        return _rows(
            self.nodes,
            mend(subject, [one.subject for one in coming]),
            mend(self.to, [one.to for one in coming]),
            mend(code, [one.code for one in coming]),
        )


_ROWS = ("start", "to", "back_start", "back", "at")
_ARRAYS = ("start", "to", "code", "costs", "expected", "back_start", "back", "at", "blocked")


def cost_of(expected: float) -> int:
    """Return -ln(expected) in units of 2^-40, rounded, as `kg.network` does.

    Example:
        >>> cost_of(1.0), cost_of(0.5) / 2**40
        (0, 0.693...)
    """
    return round(-log(expected) * COST_UNIT)


def _read(network: Network) -> Arrays:
    links = network.links
    ids = sorted(links)
    table = np.array([links[id] for id in ids], np.int32).reshape(-1, 3)
    if len(ids) > 1 and bool((np.diff(table[:, 0]) < 0).any()):
        raise ValueError("claims in the order of their ids are not in that of their subjects")
    final = _final(network)
    claims = network.snapshot.claims
    return Arrays.of_columns(
        ids,
        len(network.ids),
        table[:, 0],
        table[:, 1],
        table[:, 2],
        [network.opinion(id).expected for id in ids],
        last=[claims[id].relation in final for id in ids] if final else None,
        blocked=network.blocked,
    )


def _made(
    ids: Sequence[str], nodes: int, subject: Any, to: Any, code: Any, costs: Any, expected: Any, blocked: Any
) -> Arrays:
    return Arrays(
        ids=ids,
        costs=np.array(costs, np.int64),
        expected=np.array(expected, np.float64),
        blocked=blocked,
        **_rows(nodes, subject, to, code),
        **_kinds(to),
    )


def _rows(nodes: int, subject: Any, to: Any, code: Any) -> dict[str, Any]:
    object = to >> SHIFT
    at = np.argsort(object, kind="stable").astype(np.int32)
    return {
        "start": _starts(subject, nodes),
        "to": to,
        "code": code,
        "back_start": _starts(object, nodes),
        "back": ((subject << SHIFT) | (to & (1 << SHIFT) - 1))[at],
        "at": at,
    }


def _kinds(to: Any) -> dict[str, Any]:
    """Return how many signs claims have, and whether some claim ends every path."""
    return {"signs": 3 if bool((to & 2).any()) else 2, "terminal": bool((to & LAST).any())}


def _blocked(blocked: Iterable[int], nodes: int) -> Any:
    stops = np.zeros(nodes, np.uint8)
    stops[list(blocked)] = 1
    return stops


def _flags(sign: Any, last: Any) -> Any:
    codes = np.array([CODES[0], CODES[1], CODES[-1]], np.int32)[np.asarray(sign, np.int64)]
    return codes if last is None else codes | (np.asarray(last, np.int32) * LAST)


def _final(network: Network) -> frozenset[str]:
    """Return the relations that end a path."""
    relations = network.vocabulary.relations.values()
    return frozenset(relation.id for relation in relations if relation.propagation == "terminal")


def _starts(nodes: Any, count: int) -> Ints:
    starts: Ints = np.zeros(count + 1, np.int32)
    np.cumsum(np.bincount(nodes, minlength=count), out=starts[1:])
    return starts


def _code_type(values: int) -> Any:
    """Return the smallest type that numbers so many expected values; real evidence has a few thousand."""
    return np.uint16 if values <= 2**16 else np.int32
