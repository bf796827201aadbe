"""Smallest hitting sets, exactly: the lightest elements that together break every route, proven by integer programming.

Lives here: the programme and the order of its optima. May enter: routes as sets of clauses, weights, a search for
further routes. Never here: networks, what an element is. The solver may find optima in any order; what is returned
depends on the routes alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, inf
from time import monotonic
from typing import TYPE_CHECKING, TypeAlias

from kg.later import Later

if TYPE_CHECKING:
    import numpy as np
    from scipy import optimize, sparse
else:
    np, optimize, sparse = Later("numpy"), Later("scipy.optimize"), Later("scipy.sparse")

Clause: TypeAlias = frozenset[str]
"""Elements that break a route when all of them are taken."""
Route: TypeAlias = frozenset[Clause]
"""The clauses of which any one breaks the route."""
Search: TypeAlias = Callable[[frozenset[str]], Iterable[Route]]
_Row: TypeAlias = tuple[Mapping[str, int], float, float]
"""Coefficients of elements, least and greatest sum."""
FEW = 20
LISTING = 2.0
"""Most seconds in which further sets of the least weight are looked for."""
AT_ONCE = 64
OPTIMAL, OUT_OF_TIME, INFEASIBLE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Smallest:
    """The lightest sets that break every route.

    Attributes:
        sets: All of them, sorted, when there are at most 20; else only the first in that order. Empty when nothing
            could be proven in time.
        at_least: No lighter set exists; the weight of `sets` when there are any.
        more: True when there are further sets of the same weight that are not listed.
        complete: False when time ran out; then `sets` may be empty, or not hold the first in order.
    """

    sets: tuple[tuple[str, ...], ...]
    at_least: int
    more: bool
    complete: bool


class Spent(Exception):
    """Time or another budget ran out: nothing is proven. A search for further routes may raise it too."""


def smallest(
    routes: Iterable[Route],
    weights: Mapping[str, int],
    *,
    further: Search | None = None,
    enough: Iterable[str] | None = None,
    least: int = 0,
    deadline: float = inf,
) -> Smallest:
    """Return the lightest sets of elements that break every route.

    A mixed-integer programme over the routes met so far; while its optimum leaves a route unbroken, such routes are
    added and it is solved again. The last optimum is a lower bound for every set and breaks every route: that proves
    it. Further optima are found by excluding those known.

    Args:
        routes: Routes known from the start; each must have a clause.
        weights: Weight of each element, >= 1.
        further: Finds routes that a set leaves unbroken, none when there is none; None when `routes` are all.
        enough: A set that is known to break every route; what is found to be as heavy as it at least is not looked for.
        least: No set is known to be lighter.
        deadline: Moment of `time.monotonic` after which nothing more is tried.

    Laws: equals trying every subset; the order of routes is irrelevant; a route more never makes the set lighter.

    Cost: exponential in the worst case (the problem is NP-hard); a few milliseconds for hundreds of routes.

    Source: implicit hitting sets, Chandrasekaran, Karp, Moreno-Centeno and Vempala (2011), "Algorithms for implicit
    hitting set problems", SODA.

    Example:
        >>> of = lambda *words: frozenset(frozenset(word) for word in words)
        >>> smallest([of("a", "b"), of("b", "c"), of("cd")], {"a": 1, "b": 1, "c": 1, "d": 1}).sets
        (('a', 'c', 'd'), ('b', 'c', 'd'))
    """
    programme = _Programme(routes, weights, further, deadline)
    programme.bound = least
    first: frozenset[str] | None = None
    sets: set[tuple[str, ...]] = set()
    more = False
    try:
        first = programme.solve_within(enough)
        best = programme.weigh(first)
        # To know that it is smallest matters more than what else there is.
        programme.deadline = min(deadline, monotonic() + LISTING)
        found: frozenset[str] | None = first if first else None
        sets |= set() if first else {()}
        while found is not None and not more:
            sets.add(tuple(sorted(found)))
            more = len(sets) > FEW
            found = None if more else programme.another(best, sets)
        listed = [programme.first_in_order(best)] if more else sorted(sets)
        return Smallest(tuple(listed), best, more, complete=True)
    except Spent:
        known = () if first is None else (tuple(sorted(first)),)
        return Smallest(known, programme.bound, more=first is not None, complete=False)


class _Programme:
    """Minimise the weight of chosen elements so that every route met so far is broken."""

    def __init__(
        self, routes: Iterable[Route], weights: Mapping[str, int], further: Search | None, deadline: float
    ) -> None:
        self._weights = weights
        self._further = further
        self.deadline = deadline
        self._bits: dict[Clause, int] = {}
        self._waiting: dict[int, Route] = {self._mask(route): route for route in sorted(dict.fromkeys(routes), key=len)}
        self._met: dict[Route, None] = {}
        self._enough: frozenset[str] | None = None
        self.bound = 0

    def weigh(self, chosen: Iterable[str]) -> int:
        """Return the weight of some elements."""
        return sum(self._weights[element] for element in chosen)

    def solve(self, rows: Sequence[_Row] = ()) -> frozenset[str]:
        """Return a lightest set that breaks every route and keeps the rows.

        Raises:
            Spent: time ran out, or no set keeps the rows.
        """
        chosen = self._lightest(rows)
        if chosen is None:
            raise Spent
        return chosen

    def solve_within(self, enough: Iterable[str] | None) -> frozenset[str]:
        """Return a lightest set; the one given when nothing lighter is found possible.

        Raises:
            Spent: time ran out.
        """
        self._enough = None if enough is None else frozenset(enough)
        return self.solve()

    def another(self, best: int, known: Iterable[tuple[str, ...]]) -> frozenset[str] | None:
        """Return a set of the best weight that is none of those known, or None."""
        rows: list[_Row] = [(dict.fromkeys(one, 1), -inf, len(one) - 1) for one in known]
        return self._of_weight(best, rows)

    def first_in_order(self, best: int) -> tuple[str, ...]:
        """Return the set of the best weight whose sorted elements come first.

        Every best set lies within the routes met so far: an element outside them could be left out of a set that is
        already as light as these routes allow.
        """
        universe = sorted({element for route in self._met for clause in route for element in clause})
        chosen: list[str] = []
        start = 0
        while self.weigh(chosen) < best:
            rows: list[_Row] = [({element: 1}, 1, 1) for element in chosen]
            rows += [({element: 1}, 0, 0) for element in universe[:start] if element not in chosen]
            low, high = start, len(universe) - 1
            while low < high:
                middle = (low + high) // 2
                some: _Row = (dict.fromkeys(universe[low : middle + 1], 1), 1, inf)
                none: list[_Row] = [({element: 1}, 0, 0) for element in universe[start:low]]
                found = self._of_weight(best, [*rows, *none, some])
                if found is None:
                    low = middle + 1
                else:
                    high = min(universe.index(element) for element in found if element >= universe[low])
            chosen.append(universe[low])
            start = low + 1
        return tuple(chosen)

    def _of_weight(self, best: int, rows: Sequence[_Row]) -> frozenset[str] | None:
        found = self._lightest(rows)
        return None if found is None or self.weigh(found) > best else found

    def _lightest(self, rows: Sequence[_Row]) -> frozenset[str] | None:
        """Solve, add routes that are left unbroken, and solve again until there are none."""
        while True:
            if not rows and self._enough is not None and self.bound >= self.weigh(self._enough):
                return self._enough
            chosen = self._optimum(rows)
            if chosen is None:
                return None
            if not rows:
                self.bound = max(self.bound, self.weigh(chosen))
            left = self._unbroken(chosen)
            if not left:
                return chosen
            self._met |= dict.fromkeys(left)

    def _unbroken(self, chosen: frozenset[str]) -> list[Route]:
        broken = sum(bit for clause, bit in self._bits.items() if clause <= chosen)
        left = [mask for mask in self._waiting if not mask & broken][:AT_ONCE]
        if left or self._further is None:
            return [self._waiting.pop(mask) for mask in left]
        return [route for route in self._further(chosen) if route not in self._met]

    def _mask(self, route: Route) -> int:
        return sum(self._bits.setdefault(clause, 1 << len(self._bits)) for clause in route)

    def _optimum(self, rows: Sequence[_Row]) -> frozenset[str] | None:
        """Return the proven optimum of the programme as it stands, or None when no set keeps the rows."""
        left = self.deadline - monotonic()
        if left <= 0:
            raise Spent
        named = {element for coefficients, _, _ in rows for element in coefficients}
        elements = sorted(named.union(*(clause for route in self._met for clause in route)))
        if not elements:
            return frozenset()
        joint = sorted({clause for route in self._met for clause in route if len(clause) > 1}, key=sorted)
        columns: list[str | Clause] = [*elements, *joint]
        place = {one: at for at, one in enumerate(columns)}
        table = _Table(len(place))
        for route in self._met:
            table.add({place[_single(clause)]: 1 for clause in route}, 1, inf)
        for clause in joint:
            for element in clause:
                table.add({place[element]: 1, place[clause]: -1}, 0, inf)
        for coefficients, low, high in rows:
            table.add({place[element]: value for element, value in coefficients.items()}, low, high)
        costs = np.array([*(self._weights[element] for element in elements), *(0 for _ in joint)], dtype=float)
        result = optimize.milp(
            costs,
            integrality=np.ones(len(place)),
            bounds=optimize.Bounds(0, 1),
            constraints=table.constraints(),
            options={"mip_rel_gap": 0.0, "time_limit": left},
        )
        if result.status == INFEASIBLE:
            return None
        if result.status != OPTIMAL or ceil(result.mip_dual_bound - 1e-6) < round(result.fun):
            raise Spent
        return frozenset(element for element, value in zip(elements, result.x, strict=False) if value > 0.5)


class _Table:
    """Rows of a sparse matrix with their bounds."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._entries: list[tuple[int, int, int]] = []
        self._bounds: list[tuple[float, float]] = []

    def add(self, coefficients: Mapping[int, int], low: float, high: float) -> None:
        """Add one row."""
        row = len(self._bounds)
        self._entries += [(row, column, value) for column, value in sorted(coefficients.items())]
        self._bounds.append((low, high))

    def constraints(self) -> optimize.LinearConstraint:
        """Return the rows as scipy takes them."""
        rows, columns, values = np.array(self._entries).T
        matrix = sparse.csr_array((values.astype(float), (rows, columns)), shape=(len(self._bounds), self._width))
        return optimize.LinearConstraint(matrix, *np.array(self._bounds).T)


def _single(clause: Clause) -> str | Clause:
    return next(iter(clause)) if len(clause) == 1 else clause
