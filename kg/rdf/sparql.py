"""The SPARQL endpoint: queries on the dataset of the newest revision, each evaluated in a process that can be killed.

Lives here: `Endpoint`, `Found`. May enter: networks, revisions, queries of strangers. Never here: HTTP, an engine
that runs in this process while workers can be had.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import orjson

from kg.errors import Conflict, InputError, Upstream
from kg.model import Revision
from kg.network import Network
from kg.rdf import evaluate, results, walks, worker
from kg.rdf.dataset import difference, everything
from kg.rdf.guard import Checked
from kg.rdf.nodes import XSD, Quad, lines
from kg.rdf.unknown import Unknown, unknown
from kg.rdf.worker import MIB, Limits

PIECE_QUADS = 20_000
FILL_SECONDS = 600.0
Changes = Callable[[int, int], Iterable[Revision]]
_NUMBERS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys((XSD + name for name in ("integer", "int", "long", "nonNegativeInteger")), int),
    **dict.fromkeys((XSD + name for name in ("double", "float")), float),
    XSD + "decimal": Decimal,
    XSD + "boolean": lambda text: text in {"true", "1"},
}


@dataclass(frozen=True, slots=True)
class Budget:
    """What one query may take: seconds, bytes of memory, rows (or triples) and bytes of its result."""

    seconds: float = 5.0
    memory: int = 512 * MIB
    rows: int = 10_000
    bytes: int = 8 * MIB


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a query.

    Attributes:
        format: What `body` is written in.
        body: The result.
        count: Rows or triples in it; 1 for ASK.
        limits: Which limits cut it, "rows" or "bytes"; none when it is complete.
        revision: Of the dataset that was asked.
        unknown: Names in the query that name nothing here, looked for where at most one row was found.
    """

    format: results.Format
    body: bytes
    count: int
    limits: tuple[str, ...]
    revision: int
    unknown: tuple[Unknown, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether no limit cut the result."""
        return not self.limits

    @property
    def text(self) -> str:
        """The result as text."""
        return self.body.decode()

    @property
    def document(self) -> dict[str, Any]:
        """The result as the W3C's JSON document.

        Raises:
            InputError: it was asked for in another format.
        """
        if self.format.name not in {"json", "table"}:
            raise InputError(f"the result was asked for as {self.format.name}", where="format", hint="ask for json")
        found: dict[str, Any] = orjson.loads(self.body)
        return found

    @property
    def boolean(self) -> bool:
        """The answer of an ASK query."""
        return bool(self.document["boolean"])

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of a SELECT query, or triples asked for as a table; numbers and truth values are Python's."""
        document = self.document
        names, bindings = document["head"]["vars"], document["results"]["bindings"]
        return [{name: _python(row.get(name)) for name in names} for row in bindings]


class Workers(Protocol):
    """What evaluates: `kg.rdf.worker.Template`, or `Here` where there is none."""

    def run(self, job: str, payload: bytes, limits: Limits) -> bytes:
        """Run a job on the state and return its result."""
        ...

    def tell(self, function: str, payload: bytes) -> None:
        """Replace the state."""
        ...

    def close(self) -> None:
        """End what was begun."""
        ...


class Here:
    """Evaluation in this very process, without deadline or limit of memory: where fork is missing, for own queries.

    Example:
        >>> Here().run("kg.rdf.worker:echo", b"abc", Limits())
        b'abc'
    """

    _functions: dict[str, Callable[[bytes, Any], Any]] = {
        f"{evaluate.__name__}:{one.__name__}": one
        for one in (evaluate.add, evaluate.settle, evaluate.follow, evaluate.warm, evaluate.answer)
    } | {f"{worker.__name__}:echo": worker.echo}

    def __init__(self) -> None:
        self._state: Any = None
        self._lock = Lock()

    def run(self, job: str, payload: bytes, limits: Limits) -> bytes:  # noqa: ARG002 (there is no way to hold to them)
        """Run a job."""
        done: bytes = self._functions[job](payload, self._state)
        return done

    def tell(self, function: str, payload: bytes) -> None:
        """Replace the state."""
        with self._lock:
            self._state = self._functions[function](payload, self._state)

    def close(self) -> None:
        """Forget the state."""
        self._state = None


class Endpoint:
    """Queries on the dataset of a record, as it stands at the revision of the network that is given with each.

    Safe to share between threads. The dataset lives in the workers' template process, which is filled when the first
    query comes and told of later revisions as they come; a worker is forked from it where none waits.

    Args:
        extra: Turtle files or folders that add to the packaged ontology.
        make: Makes what evaluates.
    """

    def __init__(self, extra: Sequence[Path] = (), make: Callable[[], Workers] | None = None) -> None:
        self._extra = tuple(extra)
        self._make = make or (partial(worker.Template, keep=worker.KEPT) if worker.AVAILABLE else Here)
        self._lock = Lock()
        self._workers: list[Workers] = []  # one at most, in a list that the finalizer can hold without this endpoint
        self._network: Network | None = None
        weakref.finalize(self, _end, self._workers)

    def ask(
        self, query: Checked, format: results.Format, *, network: Network, changes: Changes, budget: Budget
    ) -> Found:
        """Evaluate a query.

        Args:
            query: As the guard let it pass.
            format: One that fits the form of the query.
            network: Of the newest revision.
            changes: Gives the revisions after one number up to another, with their changes.
            budget: What the query may take.

        Raises:
            InputError: the engine cannot read the query, or it took more than its budget.
            Upstream: no worker could be had.

        Cost: half a millisecond beside the evaluation, and that of a fork where no worker waits (`Template`); the first
        call fills the dataset, 1 s for 20,000 quads. A path of any length from or to one entity is walked on the arrays
        of the network, without dataset.
        """
        found = self._asked(query, format, network, changes, budget)
        # A sum over nothing is a row as well, and so is the answer to ASK.
        return found if found.count > 1 else replace(found, unknown=unknown(query, network, self._extra))

    def _asked(
        self, query: Checked, format: results.Format, network: Network, changes: Changes, budget: Budget
    ) -> Found:
        walk = None if self._extra else walks.recognised(query, network)
        if walk is not None:
            made = walks.answered(walk, network, format.name, most=budget.rows, bytes_most=budget.bytes)
            return Found(format, made.body, made.count, tuple(made.limits), network.snapshot.revision)
        asked = {
            "text": query.text,
            "columns": query.columns,
            "default": query.default,
            "named": query.named,
            "format": format.name,
            "rows": budget.rows,
            "bytes": budget.bytes,
            "revision": network.snapshot.revision,
        }
        payload = orjson.dumps(asked)
        # A result repeats a few bytes around each piece, which the budget does not count.
        limits = Limits(budget.seconds, budget.memory, 4 * budget.bytes)
        workers = self._ready(network, changes)
        with suppress(Conflict):
            return _found(workers.run(f"{evaluate.__name__}:answer", payload, limits), format)
        # The template process died, and its successor is empty.
        self._forget(workers)
        return _found(self._ready(network, changes).run(f"{evaluate.__name__}:answer", payload, limits), format)

    def close(self) -> None:
        """End the template process; the next query starts another."""
        with self._lock:
            self._drop()

    def _ready(self, network: Network, changes: Changes) -> Workers:
        """Return workers that hold the dataset of the network's revision, or of a later one."""
        with self._lock:
            if self._workers and self._network is not None:
                if network.snapshot.revision <= self._network.snapshot.revision:
                    return self._workers[0]
                # A template process that died meanwhile cannot follow; a new one is filled.
                with suppress(Upstream):
                    _follow(self._workers[0], self._network, network, changes)
                    self._network = network
                    return self._workers[0]
            self._drop()
            self._workers.append(self._make())
            try:
                self._fill(self._workers[0], network, changes)
            except BaseException:
                self._drop()
                raise
            self._network = network
            return self._workers[0]

    def _fill(self, workers: Workers, network: Network, changes: Changes) -> None:
        revision, pieces = network.snapshot.revision, 0
        for piece in _pieces(everything(network, changes(0, revision), self._extra)):
            workers.tell(f"{evaluate.__name__}:add", piece)
            pieces += 1
        workers.tell(f"{evaluate.__name__}:settle", orjson.dumps({"revision": revision, "pieces": pieces}))
        workers.run(f"{evaluate.__name__}:warm", b"", Limits(FILL_SECONDS))

    def _forget(self, workers: Workers) -> None:
        with self._lock:
            if workers in self._workers:
                self._drop()

    def _drop(self) -> None:
        _end(self._workers)
        self._network = None


def _end(held: list[Workers]) -> None:
    """Close what is held, and hold it no longer."""
    while held:
        held.pop().close()


def _pieces(some: Iterable[Quad]) -> Iterator[bytes]:
    """Give quads as N-Quads in pieces of bounded size."""
    held: list[str] = []
    for line in lines(some):
        held.append(line)
        if len(held) == PIECE_QUADS:
            yield "".join(held).encode()
            held = []
    yield "".join(held).encode()


def _follow(workers: Workers, old: Network, new: Network, changes: Changes) -> None:
    start, end = old.snapshot.revision, new.snapshot.revision
    gone, fresh = difference(old, new, changes(start, end))
    said = {"from": start, "to": end, "gone": "".join(lines(gone)), "fresh": "".join(lines(fresh))}
    workers.tell(f"{evaluate.__name__}:follow", orjson.dumps(said))


def _found(raw: bytes, format: results.Format) -> Found:
    head, _, body = raw.partition(b"\n")
    about = orjson.loads(head)
    return Found(format, body, about["count"], tuple(about["limits"]), about["revision"])


def _python(term: dict[str, str] | None) -> Any:
    if term is None:
        return None
    with suppress(ValueError, ArithmeticError):
        return _NUMBERS.get(term.get("datatype", ""), str)(term["value"])
    return term["value"]
