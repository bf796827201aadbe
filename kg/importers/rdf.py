"""The reader of RDF: our own statements become records again, all others are told apart and counted.

Lives here: `read`. May enter: the contents of a file. Never here: the parser (a worker of its own), the record.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.citations import formats as citations
from kg.citations.parsed import Failure
from kg.errors import InputError
from kg.importers.pack_links import Known
from kg.importers.rdf_records import Key, Sorting
from kg.importers.sources import Source
from kg.model import Record
from kg.rdf import parsing, worker
from kg.rdf.nodes import Quad, Triple, parse_lines
from kg.rdf.worker import MIB, Limits
from kg.snapshot import Snapshot
from kg.vocabulary import Vocabulary

FORMATS = tuple(parsing.FORMATS)


@dataclass(frozen=True, slots=True)
class Trust:
    """How far a file is trusted.

    Args:
        size: Most bytes.
        limits: What the worker may take that parses it.
        guarded: Parse in a worker even where workers are not to be had, which then is an error.
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
        records: Good records that are to be written, sorted by kind and id.
        duplicates: Those that the graph holds as they are.
        conflicts: Those that the graph holds in another form.
        failures: What could not be read of our own records, and statements that could not be read at all.
        ignored: What was passed over: by type or property, how often, why.
    """

    format: str
    statements: int = 0
    records: tuple[Record, ...] = ()
    duplicates: tuple[Key, ...] = ()
    conflicts: tuple[Key, ...] = ()
    failures: tuple[Failure, ...] = ()
    ignored: tuple[dict[str, Any], ...] = ()


def read(
    content: bytes,
    vocabulary: Vocabulary,
    *,
    name: str,
    format: str | None = None,
    known: Snapshot | None = None,
    update: bool = False,
    trust: Trust = OPERATOR,
) -> RdfContents:
    """Read RDF: records by the table of `kg.rdf.convert`, checked by the doors that all input passes.

    Args:
        content: The file.
        vocabulary: The words to check against.
        name: How failures call it; its suffix tells the format.
        format: One of `FORMATS`; None to go by suffix and contents.
        known: What the graph holds already; records may refer to it.
        update: Write records that the graph holds in another form; what an evidence item says never changes.
        trust: Limits.

    Raises:
        InputError: the file as a whole is refused: too large, not UTF-8, nested too deeply, with a DOCTYPE or a
            remote context.
        Upstream: there is no worker for a file that must not be parsed without one.

    Laws: a faulty record never costs its neighbours, only those that lean on it; every statement is read, failed or
        ignored; nothing in a file changes a term of the ontology.
    """
    told, source, quads = _told(content, name, format, trust)
    reading = Sorting(source, vocabulary, Known(known or Snapshot.of(0, None, []), whole="file"), update)
    for fault in told["faults"]:
        reading.failures.append(source.failure(fault["line"], fault["reason"], fault["remedy"]))
    reading.take(quads)
    return RdfContents(
        told["format"],
        told["statements"],
        tuple(reading.records()),
        tuple(sorted(reading.duplicates)),
        tuple(sorted(reading.conflicts)),
        tuple(sorted(reading.failures, key=lambda failure: (failure.line or 0, failure.reason))),
        tuple(reading.told()),
    )


def statements(
    content: bytes, *, name: str, format: str | None = None, trust: Trust = OPERATOR
) -> tuple[set[Triple], tuple[Failure, ...]]:
    """Return what a file states, whatever it means and in whichever graph, and what could not be read of it.

    Arguments and errors are those of `read`.
    """
    told, source, quads = _told(content, name, format, trust)
    failures = (source.failure(fault["line"], fault["reason"], fault["remedy"]) for fault in told["faults"])
    return {quad[:3] for quad in quads}, tuple(failures)


def read_file(path: Path, *, trust: Trust = OPERATOR) -> bytes:
    """Return the contents of a file, of one byte more than may be read when it is larger.

    Raises:
        InputError: it is no file, or cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return stream.read(trust.size + 1)
    except OSError as fault:
        raise InputError(
            f"{str(path)!r} cannot be read: {fault.strerror}", where="path", hint="give a file that may be read"
        ) from fault


def _told(content: bytes, name: str, format: str | None, trust: Trust) -> tuple[dict[str, Any], Source, Iterator[Quad]]:
    """Return what the parser tells of a file, the file by lines, and its statements."""
    if len(content) > trust.size:
        raise InputError(
            f"the file has {len(content) // MIB} MiB, at most {trust.size // MIB} are read",
            where=name,
            hint="split it, or load a pack",
        )
    payload = json.dumps({"format": format, "name": name}).encode() + b"\n" + content
    try:
        parsed = _parse(payload, trust)
    except InputError as refusal:
        refusal.where = refusal.where or name
        raise
    # Each of these is as large as the file: none is kept longer than it is needed.
    del payload
    begin = parsed.index(b"\n") + 1
    told = json.loads(parsed[:begin])
    body = str(memoryview(parsed)[begin:], "utf-8")
    del parsed
    source = Source(name, content.decode().removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    other = citations.recognise("", source.text) if told["faults"] and not told["statements"] else None
    if other is not None:
        raise InputError(
            f"not {told['format']}: its contents look like {other.id}",
            where=name,
            hint=f"name the format: {other.id}",
        )
    return told, source, parse_lines(body)


def _parse(payload: bytes, trust: Trust) -> bytes:
    if worker.AVAILABLE or trust.guarded:
        return worker.run("kg.rdf.parsing:parse", payload, trust.limits)
    return parsing.parse(payload)
