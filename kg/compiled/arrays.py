"""The links of a network as arrays: 16 bytes a claim, ready to be walked in both directions.

Lives here: `Arrays`, made from columns or from a network, and mended after a change. May enter: columns, a network.
Never here: searching. Claims are numbered by subject, then by id, so that the number of a claim is its place among the
steps that leave its subject; steps that arrive name that place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import log
from typing import TYPE_CHECKING, Any, TypeAlias

from kg.later import Later
from kg.network import COST_UNIT, Network

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints: TypeAlias = NDArray[np.int32]
    Longs: TypeAlias = NDArray[np.int64]
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
    code: Ints
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
        subject, object = np.asarray(subject, np.int32), np.asarray(object, np.int32)
        codes = np.array([2, 0, 1], np.int32)[np.asarray(sign, np.int64)]
        flags = codes if last is None else codes | (np.asarray(last, np.int32) * LAST)
        values, code = np.unique(np.asarray(expected, np.float64), return_inverse=True)
        at = np.argsort(object, kind="stable").astype(np.int32)
        stops = np.zeros(nodes, np.uint8)
        stops[list(blocked)] = 1
        return cls(
            ids=ids,
            start=_starts(subject, nodes),
            to=(object << SHIFT) | flags,
            code=code.astype(np.int32),
            costs=np.array([cost_of(value) for value in values.tolist()], np.int64),
            expected=values,
            back_start=_starts(object, nodes),
            back=((subject << SHIFT) | flags)[at],
            at=at,
            blocked=stops,
            signs=3 if bool((codes == CODES[0]).any()) else 2,
            terminal=last is not None and bool(np.any(last)),
        )

    @classmethod
    def of(cls, network: Network) -> Arrays:
        """Return the arrays of a network, worked out once and kept with it.

        Cost: about 3 microseconds a claim; for a network that differs from one with arrays in few claims, copies.
        """
        found: Arrays | None = network.kept.get("arrays")
        if found is None:
            earlier = network.kept.pop("earlier arrays", None)
            found = _read(network) if earlier is None else earlier[0].mended(network, earlier[1])
            network.kept["arrays"] = found
        return found

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.start) - 1

    @property
    def width(self) -> int:
        """States of a node in a search: its signs, and once more for those where a path must end."""
        return self.signs * (2 if self.terminal else 1)

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays together; ids not counted."""
        return sum(getattr(self, name).nbytes for name in _ARRAYS)

    @cached_property
    def place(self) -> dict[str, int]:
        """Number of each claim. Cost: linear, when first asked."""
        return {id: number for number, id in enumerate(self.ids)}

    def subjects(self, claims: Any) -> Any:
        """Return the subject node of each of some claims."""
        return np.searchsorted(self.start, claims, side="right") - 1

    def names(self, claims: Iterable[int]) -> tuple[str, ...]:
        """Return the ids of a path given as numbers."""
        return tuple(self.ids[claim] for claim in claims)

    def mended(self, network: Network, touched: Iterable[str]) -> Arrays:
        """Return the arrays of a network that differs in the touched claims at most.

        Law: equals `Arrays.of` of that network made from scratch, but for expected values that no claim has any more.

        Cost: copies of the arrays; linear in the touched claims beside.
        """
        changed = sorted(set(touched))
        known = {id: self.place.get(id) for id in changed}
        same = [id for id in changed if known[id] is not None and id in network.links]
        if len(same) + sum(id not in network.links and known[id] is None for id in changed) < len(changed):
            return _read(network)
        codes, table, values = self.code.copy(), self.costs.tolist(), self.expected.tolist()
        of_value = {value: code for code, value in enumerate(values)}
        for id in same:
            value = network.opinion(id).expected
            if value not in of_value:
                of_value[value] = len(values)
                values.append(value)
                table.append(cost_of(value))
            codes[known[id]] = of_value[value]
        return replace(self, code=codes, costs=np.array(table, np.int64), expected=np.array(values, np.float64))


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
        order = np.argsort(table[:, 0], kind="stable")
        ids, table = [ids[place] for place in order.tolist()], table[order]
    final = {relation.id for relation in network.vocabulary.relations.values() if relation.propagation == "terminal"}
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


def _starts(nodes: Any, count: int) -> Ints:
    starts: Ints = np.zeros(count + 1, np.int32)
    np.cumsum(np.bincount(nodes, minlength=count), out=starts[1:])
    return starts
