"""From the bytes of a file of citations to works and failures; what strangers send is parsed in a worker.

Lives here: `read` and the job of the worker. May enter: bytes of anybody. Never here: the record, what is a duplicate.
"""

from __future__ import annotations

import codecs
import json
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from kg.citations import counting, formats
from kg.citations.encodings import ENCODINGS, MAX_BYTES, known_encoding, read_bytes
from kg.citations.parsed import Failure, Parsed, ParsedWork, Remark, refuse
from kg.citations.privacy import private
from kg.errors import InputError, ParseFailure
from kg.importers import citations_pages, unrecognised
from kg.inputs import WorkIn
from kg.rdf import worker
from kg.rdf.worker import MIB, Limits

HEAD = 200_000
RDF_UNNAMED = "this looks like RDF, whose format is to be named"
LIKE_RDF = frozenset({"csl-json", "endnote-xml"})
"""Formats in JSON and XML, as some of RDF are; marks of RDF say more than theirs."""
STRANGER_BYTES = 16 * MIB
STRANGER_LIMITS = Limits(seconds=60, memory=1536 * MIB, output=512 * MIB)

_MARKS = str.maketrans("", "", '{}()@"')

# A worker may open no file: what decodes the encodings is there before a worker is made.
for _name in ENCODINGS:
    codecs.lookup(_name)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a source held.

    Args:
        format: Id of its format, "" when none was recognised.
        encoding: The encoding it was read in.
        counted: How many entries an independent count found, see `kg.citations.counting`; None where it cannot tell.
        header: The first row of a CSV, for a file of what failed.
        parsed: Works without paths of the machine they came from, failures, remarks.
    """

    parsed: Parsed = field(default_factory=Parsed)
    format: str = ""
    encoding: str = "utf-8"
    counted: int | None = None
    header: str = ""


def read(
    data: bytes, *, name: str, format: str | None = None, encoding: str | None = None, guarded: bool = False
) -> Reading:
    """Read citations.

    Args:
        data: The file.
        name: What it is called, for the report and for choosing the format.
        format: Id of a format; None to recognise it.
        encoding: None for UTF-8; never guessed.
        guarded: The file is of a stranger: at most `STRANGER_BYTES`, parsed in a worker that can be ended.

    Raises:
        InputError: no such format or encoding; or what a stranger sent took more than it may.
        Upstream: guarded, and there is no worker to be had.

    Laws: works and failures together are what the reader found; guarded or not gives the same.
    """
    if format is not None:
        formats.format_of(format)
    if encoding is not None:
        known_encoding(encoding)
    most = STRANGER_BYTES if guarded else MAX_BYTES
    if len(data) > most:
        too_large = refuse(
            f"the source has more than {most // MIB} MiB, which is the most that is read",
            source=name,
            remedy="split it and import the parts",
        )
        return Reading(too_large, format or "")
    if not guarded:
        return _read(data, name, format, encoding)
    head = json.dumps({"name": name, "format": format, "encoding": encoding}).encode()
    return unpacked(worker.run(f"{__name__}:job", head + b"\n" + data, STRANGER_LIMITS))


def job(payload: bytes, _: Any) -> bytes:
    """Read what a stranger sent: the job of the worker."""
    head, _, data = payload.partition(b"\n")
    given = json.loads(head)
    return packed(_read(data, given["name"], given["format"], given["encoding"]))


def packed(reading: Reading) -> bytes:
    """Return a reading as bytes.

    Law: `unpacked(packed(reading)) == reading`.
    """
    parsed = reading.parsed
    document = {
        "head": asdict(replace(reading, parsed=Parsed())),
        "works": [[found.source, found.line, found.work.model_dump(), found.rekeyed] for found in parsed.works],
        "failures": [asdict(fault) for fault in parsed.failures],
        "warnings": [asdict(remark) for remark in parsed.warnings],
    }
    return orjson.dumps(document)


def unpacked(content: bytes) -> Reading:
    """Return the reading that `packed` wrote; its works pass the door again."""
    document = orjson.loads(content)
    head = document["head"]
    head["parsed"] = Parsed(
        tuple(
            ParsedWork(source, line, WorkIn.model_validate(values), tuple(rekeyed))
            for source, line, values, rekeyed in document["works"]
        ),
        tuple(Failure(**fault) for fault in document["failures"]),
        tuple(Remark(**remark) for remark in document["warnings"]),
    )
    return Reading(**head)


def _read(data: bytes, name: str, format: str | None, encoding: str | None) -> Reading:
    called = "utf-8" if encoding is None else known_encoding(encoding)
    try:
        text = read_bytes(data, name, encoding=encoding)
    except ParseFailure as fault:
        refused = refuse(fault.message, source=name, raw=fault.raw, remedy=fault.hint or "")
        return Reading(refused, format or "", called)
    if format is None and citations_pages.is_page(name, text):
        refused = refuse(citations_pages.WHY, source=name, raw=text, remedy=citations_pages.REMEDY)
        return Reading(refused, "", called)
    chosen = formats.format_of(format) if format is not None else formats.recognise(name, text)
    unnamed = format is None and (chosen is None or chosen.id in LIKE_RDF)
    rdf = unnamed and unrecognised.looks_like_rdf(text[:HEAD])
    if chosen is None or rdf:
        why = RDF_UNNAMED if rdf else unrecognised.WHY
        refused = refuse(why, source=name, raw=text, remedy=unrecognised.remedy(text[:HEAD]))
        return Reading(refused, "", called)
    parsed = chosen.parse(text, source=name)
    counted = counting.count(text, chosen.id)
    remarks: list[Remark] = list(parsed.warnings)
    works = []
    dropped: Counter[str] = Counter()
    for found in parsed.works:
        work, fields = private(found.work)
        works.append(replace(found, work=work) if fields else found)
        dropped.update(fields)
    if dropped:
        told = ", ".join(f"{field} ({times} entries)" for field, times in dropped.most_common(20))
        remarks.append(Remark(name, None, f"paths of the machine this came from are not kept: {told}"))
    if counted is not None and counted > parsed.found and works:
        said = f"{counted} entries seem to begin in this source, {parsed.found} were read"
        remarks.append(Remark(name, None, said))
    header = text.lstrip().partition("\n")[0] if chosen.id == "csv" else ""
    return Reading(Parsed(tuple(works), parsed.failures, tuple(remarks)), chosen.id, called, counted, header)


def read_file(path: Path) -> bytes:
    """Return the contents of a file, of one byte more than may be read when it is larger.

    Raises:
        InputError: it is no file, or cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as fault:
        raise InputError(
            f"{str(path)!r} cannot be read: {fault.strerror}", where="path", hint="check the path and its permissions"
        ) from fault


def left_over(reading: Reading) -> str:
    """Return the entries that failed as a file of their format, to be mended and imported again; "" for none.

    A source that could not be read at all is left out: it is there as it was.

    Example:
        >>> reading = read(b"@misc{a, title={One}}\\n@misc{b, title={Two}", name="x.bib")
        >>> print(left_over(reading))
        % x.bib:2: the entry never closes: 'miscb, title=Two'
        % add the brace that is missing
        @misc{b, title={Two}
        <BLANKLINE>
    """
    entries = [fault for fault in reading.parsed.failures if fault.line is not None]
    raws = [fault.entry for fault in entries]
    if not entries:
        return ""
    if reading.format == "bibtex":
        return "\n".join(
            f"% {fault.source}:{fault.line}: {_line(fault.reason)}\n% {_line(fault.remedy)}\n{fault.entry}\n"
            for fault in entries
        )
    if reading.format == "csl-json":
        return "[\n" + ",\n".join(raws) + "\n]\n"
    if reading.format == "endnote-xml":
        return '<?xml version="1.0" encoding="UTF-8"?>\n<xml><records>\n' + "\n".join(raws) + "\n</records></xml>\n"
    return "\n".join([reading.header, *raws] if reading.header else raws) + "\n"


def _line(text: str) -> str:
    """Return text on one line that closes and opens nothing, also behind an entry that never ends."""
    return " ".join(text.translate(_MARKS).split())
