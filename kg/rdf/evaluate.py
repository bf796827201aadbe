"""Evaluating one query on Oxigraph: what the guarded worker does, and the store that its template process holds.

Lives here: jobs and tellings of `kg.rdf.worker`. May enter: N-Quads of ours, queries that the guard let pass.
Never here: processes, deadlines, a database. Everything is imported at once: a worker opens no file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson
import pyoxigraph as ox

from kg import conflicts
from kg.errors import Conflict, InputError, ParseFailure
from kg.rdf import results
from kg.rdf.hints import hint
from kg.rdf.names import PREFIXES

NOWHERE = -1
_PREFIX = "Prefix not found"
_REASONS = {
    _PREFIX: "a prefix is not declared",
    "overrides an existing variable": "SELECT gives a name that the pattern binds already",
    "IRI parsing failed": "an IRI is relative or malformed",
}
"""What the engine says among the tokens that it expected, and what that means."""
WARM_UP = "ASK { ?a ekg:raises/ekg:raises? ?b FILTER(REGEX(STR(?b), 'e')) }"
"""Ends with the first row, since the closure of a large record has no end in time."""


@dataclass
class Held:
    """The dataset of one revision; `NOWHERE` while it is being filled, and when a piece of it is missing."""

    store: ox.Store = field(default_factory=ox.Store)
    pieces: int = 0
    revision: int = NOWHERE


def add(payload: bytes, held: Held | None) -> Held:
    """Take one more piece of the first filling: N-Quads."""
    found = held or Held()
    found.store.bulk_load(payload, ox.RdfFormat.N_QUADS, lenient=True)
    found.pieces += 1
    return found


def settle(payload: bytes, held: Held | None) -> Held:
    """Say which revision has been filled in, and in how many pieces. Payload: {"revision", "pieces"}."""
    said = orjson.loads(payload)
    found = held or Held()
    found.revision = said["revision"] if found.pieces == said["pieces"] else NOWHERE
    return found


def follow(payload: bytes, held: Held | None) -> Held:
    """Bring the dataset to a later revision. Payload: {"from", "to", "gone", "fresh"}, the last two N-Quads."""
    said = orjson.loads(payload)
    found = held or Held()
    if found.revision != said["from"]:
        found.revision = NOWHERE
        return found
    for quad in ox.parse(said["gone"].encode(), ox.RdfFormat.N_QUADS, lenient=True):
        found.store.remove(quad)
    found.store.extend(ox.parse(said["fresh"].encode(), ox.RdfFormat.N_QUADS, lenient=True))
    found.revision = said["to"]
    return found


def warm(_: bytes, held: Held | None) -> bytes:
    """Answer one query, so that what is wrong shows before anybody asks.

    Raises:
        Conflict: the dataset is not complete.
    """
    if held is None or held.revision == NOWHERE:
        raise Conflict(conflicts.incomplete())
    found: Any = held.store.query(WARM_UP, prefixes=dict(PREFIXES), use_default_graph_as_union=True)
    return str(bool(found)).encode()


def answer(payload: bytes, held: Held | None) -> bytes:
    """Evaluate a query. The result begins with a line of JSON about it, then the body in the format asked for.

    Args:
        payload: {"text", "columns", "default", "named", "format", "rows", "bytes", "revision"}.
        held: The dataset.

    Raises:
        Conflict: the dataset is older than the revision asked for.
        InputError: the engine cannot read or evaluate the query; says why.
    """
    asked = orjson.loads(payload)
    if held is None or held.revision < asked["revision"]:
        raise Conflict(conflicts.other_dataset())
    written = _written(asked, held.store)
    about = {"revision": held.revision, "count": written.count, "limits": written.limits}
    return orjson.dumps(about) + b"\n" + written.body


def _written(asked: dict[str, Any], store: ox.Store) -> results.Written:
    dataset: dict[str, Any] = {"use_default_graph_as_union": True}
    if asked["default"] or asked["named"]:
        dataset = {
            "default_graph": [ox.NamedNode(iri) for iri in asked["default"]],
            "named_graphs": [ox.NamedNode(iri) for iri in asked["named"]],
        }
    limits = {"most": asked["rows"], "bytes_most": asked["bytes"]}
    try:
        found = store.query(asked["text"], prefixes=dict(PREFIXES), **dataset)
        if isinstance(found, ox.QueryBoolean):
            return results.write_boolean(bool(found), asked["format"])
        if isinstance(found, ox.QueryTriples):
            return results.write_triples(found, asked["format"], **limits)
        names = [variable.value for variable in found.variables]
        # The engine sorts the columns of `SELECT *`; readers expect them as they are written.
        written = {name: at for at, name in enumerate(asked["columns"])}
        ordered = sorted(names, key=lambda name: written.get(name, len(written)))
        rows = found if ordered == names else ([row[name] for name in ordered] for row in found)
        return results.write_rows(ordered, rows, asked["format"], **limits)
    except SyntaxError as fault:
        raise _unreadable(asked["text"], str(fault.msg)) from fault
    except (OSError, RuntimeError, ValueError) as fault:
        if isinstance(fault, InputError):
            raise
        raise InputError(f"the query cannot be evaluated: {str(fault)[:200]}", where="query") from fault


def _unreadable(text: str, said: str) -> ParseFailure:
    """Return an error with the line at which the engine gave up.

    The engine lists every token that might have stood there, and the place is that of its longest attempt, at or
    after the fault; so the line is told and the list is not, unless it holds a reason.
    """
    place, _, expected = said.removeprefix("error at ").partition(": ")
    line = place.partition(":")[0]
    if not line.isdigit():
        return ParseFailure(f"this is not SPARQL: {said[:200]}", source="query", hint=hint(text))
    written = text.split("\n")[: int(line)]
    while len(written) > 1 and not written[-1].strip():
        written.pop()
    reason = next((why for sign, why in _REASONS.items() if sign in expected), None)
    return ParseFailure(
        f"this is not SPARQL, in this line or before it: {written[-1].strip()[:100]!r}"
        + ("" if reason is None else f"; {reason}"),
        source="query",
        line=len(written),
        raw=written[-1][:200],
        hint=hint(text) or (f"declared already: {', '.join(PREFIXES)}" if reason == _REASONS[_PREFIX] else None),
    )
