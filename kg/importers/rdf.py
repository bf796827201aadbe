"""The reader of RDF: our own statements become records again, all others are told apart and counted.

Lives here: `read`. May enter: the contents of a file, or where it lies. Never here: the parser (a process of
its own), the record.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from kg.citations import formats as citations
from kg.citations.parsed import Failure, Remark
from kg.errors import InputError
from kg.holding import Holding
from kg.ids import RECORD_KINDS
from kg.importers.base import Base
from kg.importers.pack_links import Placed
from kg.importers.rdf_given import Given
from kg.importers.rdf_records import Key
from kg.importers.rdf_together import Fetch, Together
from kg.importers.sources import Source
from kg.importers.tables_conflicts import Differing
from kg.model import Record, Work, from_payload
from kg.rdf import apart, parsing, worker
from kg.rdf.names import PREFIXES
from kg.rdf.nodes import Triple
from kg.rdf.parts import Parts
from kg.rdf.screening import suffix
from kg.rdf.worker import MIB, Limits
from kg.record.batch import Batch
from kg.vocabulary import Vocabulary

FORMATS = tuple(parsing.FORMATS)
LARGE = 16 * MIB
"""Bytes from which on a file of the operator is read piece by piece."""
LARGEST = 64 * 1024 * MIB
"""Most bytes of such a file."""
NANOPUBLICATION = PREFIXES["np"] + "Nanopublication"
HEAD = 100_000
AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Trust:
    """How far a file is trusted.

    Args:
        size: Most bytes that are read whole.
        limits: What the worker may take that parses it.
        guarded: Parse in a worker even where workers are not to be had, which then is an error; never by pieces.
    """

    size: int
    limits: Limits
    guarded: bool


OPERATOR = Trust(1024 * MIB, Limits(seconds=600, memory=6 * 1024 * MIB, output=4 * 1024 * MIB), guarded=False)
"""Files that whoever runs the record gives on the command line."""
STRANGER = Trust(16 * MIB, Limits(seconds=20, memory=768 * MIB, output=128 * MIB), guarded=True)
"""Files that come over the network."""


@dataclass(frozen=True, slots=True)
class RdfContents:
    """What was read from an RDF file.

    Records that lean on a record that failed are left out, so the good ones can be loaded as they are.

    Args:
        format: The format it was in.
        statements: How many statements it held, those that failed left out.
        batch: Good records that are to be written.
        duplicates: Those that the graph holds as they are.
        conflicts: Those that the graph holds in another form.
        failures: What could not be read of our own records, and statements that could not be read at all.
        ignored: What was passed over: by type or property, how often, why.
        remarks: On evidence that does not count since its work is merged.
        merged: Works that stand in the record, and are merged in the file.
    """

    format: str
    statements: int = 0
    batch: Batch = field(default_factory=Batch)
    duplicates: tuple[Key, ...] = ()
    conflicts: tuple[Differing, ...] = ()
    failures: tuple[Failure, ...] = ()
    ignored: tuple[dict[str, Any], ...] = ()
    remarks: tuple[Remark, ...] = ()
    merged: tuple[Placed[Work], ...] = ()

    @property
    def records(self) -> tuple[Record, ...]:
        """The records of the batch, sorted by kind and id."""
        self.batch.settle()
        return tuple(
            from_payload(kind, orjson.loads(payload))
            for kind in RECORD_KINDS
            for _, payloads in self.batch.payloads(kind, AT_ONCE)
            for payload in payloads
        )


def read(
    content: bytes | Path,
    vocabulary: Vocabulary,
    *,
    name: str,
    format: str | None = None,
    base: Holding | None = None,
    fetch: Fetch = lambda *_: [],
    update: bool = False,
    trust: Trust = OPERATOR,
    told: Callable[[str, int, int], None] = lambda *_: None,
) -> RdfContents:
    """Read RDF: records by the table of `kg.rdf.convert`, checked by the doors that all input passes.

    Args:
        content: The file, or where it lies.
        vocabulary: The words to check against.
        name: How failures call it; its suffix tells the format.
        format: One of `FORMATS`; None to go by suffix and contents.
        base: What the graph holds already; records may refer to it.
        fetch: Returns records of it by kind and ids.
        update: Write records that the graph holds in another form; what an evidence item says never changes.
        trust: Limits.
        told: Called with what is done, how much of it, and of how much.

    Raises:
        InputError: the file as a whole is refused: too large, not UTF-8, nested too deeply, with a DOCTYPE or a
            remote context.
        StoreError: there is no temporary folder for a large file, or no room in it.
        Upstream: there is no worker for a file that must not be parsed without one; or the parser broke.

    Laws: a faulty record never costs its neighbours, only those that lean on it; every statement is read, failed or
        ignored; nothing in a file changes a term of the ontology; it makes no difference whether a file is read whole
        or, because it is large, by pieces.

    Cost: some 40 microseconds a record, and of memory some 300 bytes a record beside 100 MiB.
    """
    given = Given(name, content)
    reading = Together(given, vocabulary, base or Base(0, {}, {}, {}, {}), fetch, update, told, stranger=trust.guarded)
    with _parts(given, format, trust, told) as parts:
        reading.take(parts)
    if reading.failures and any(named == NANOPUBLICATION for _, named, _ in reading.reading.ignored):
        raise InputError(
            "this is an export of nanopublications, which is not read back: the works in it are not whole",
            where=name,
            hint="export the record as turtle or trig, which are read back",
        )
    failures = given.with_lines([*_faults(given, parts), *reading.failures])
    return RdfContents(
        parts.told["format"],
        reading.reading.statements,
        reading.batch,
        tuple(sorted(reading.duplicates)),
        tuple(sorted(reading.conflicts, key=lambda one: (one.kind, one.id))),
        tuple(sorted(failures, key=lambda failure: (failure.line or 0, failure.reason))),
        tuple(reading.reading.told()),
        tuple(reading.remarks),
        tuple(reading.merged),
    )


def statements(
    content: bytes, *, name: str, format: str | None = None, trust: Trust = OPERATOR
) -> tuple[set[Triple], tuple[Failure, ...]]:
    """Return what a file states, whatever it means and in whichever graph, and what could not be read of it.

    Arguments and errors are those of `read`.
    """
    given = Given(name, content)
    with _parts(given, format, trust, lambda *_: None) as parts:
        stated = {quad[:3] for quad in parts.quads()}
    return stated, tuple(given.with_lines(_faults(given, parts)))


def read_file(path: Path, *, trust: Trust = OPERATOR) -> bytes:
    """Return the contents of a file, of one byte more than may be read when it is larger.

    Raises:
        InputError: it is no file, or cannot be read.
    """
    with Given(path.name, path).open() as stream:
        return stream.read(trust.size + 1)


def _parts(given: Given, format: str | None, trust: Trust, told: Callable[[str, int, int], None]) -> Parts:
    """Return the statements of a file."""
    most = LARGEST if isinstance(given.content, Path) and not trust.guarded else trust.size
    if given.size > most:
        raise InputError(
            f"the file has {given.size // MIB} MiB, at most {most // MIB} are read",
            where=given.name,
            hint="split it, or load a pack",
        )
    try:
        parts = _parsed(given, format, trust, told)
    except InputError as refusal:
        refusal.where = refusal.where or given.name
        raise
    if format is None and suffix(given.name) is None and parts.told["faults"] and not parts.told["statements"]:
        parts.source.close()
        raise _not_rdf(given, parts)
    return parts


def _not_rdf(given: Given, parts: Parts) -> InputError:
    """Return the refusal of a file whose format nobody named and of which nothing could be read."""
    other = citations.recognise("", given.head(HEAD))
    if other is not None:
        return InputError(
            f"not RDF: its contents look like {other.id}", where=given.name, hint=f"name the format: {other.id}"
        )
    return InputError(
        f"not RDF: neither the name of the file nor its contents tell a format; read as {parts.told['format']}, "
        f"{parsing.first(parts.told['faults'])}",
        where=given.name,
        hint=f"if it is RDF, name its format: {', '.join(FORMATS)}",
    )


def _parsed(given: Given, format: str | None, trust: Trust, told: Callable[[str, int, int], None]) -> Parts:
    if isinstance(given.content, Path) and given.size > LARGE and not trust.guarded:
        with given.open() as stream:
            return apart.parted(
                stream,
                name=given.name,
                format=format,
                genid=parsing.genid_of(given.sha256),
                size=given.size,
                told=lambda done: told("reading MiB", done // MIB, given.size // MIB),
            )
    with given.open() as stream:
        payload = json.dumps({"format": format, "name": given.name}).encode() + b"\n" + stream.read()
    if worker.AVAILABLE or trust.guarded:
        answer = worker.run("kg.rdf.parsing:parse", payload, trust.limits)
    else:
        answer = parsing.parse(payload)
    begin = answer.index(b"\n") + 1
    return Parts(io.BytesIO(answer), json.loads(answer[:begin]), begin)


def _faults(given: Given, parts: Parts) -> list[Failure]:
    """Return what the parser found wrong."""
    source = Source(given.name, "")
    return [source.failure(fault["line"], fault["reason"], fault["remedy"]) for fault in parts.told["faults"]]
