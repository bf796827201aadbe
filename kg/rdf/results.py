"""Results of queries as the W3C formats: which there are, how one is chosen, how rows and triples are written.

Lives here: `FORMATS`, `chosen`, documents and their limits. May enter: what an engine found. Never here: queries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from xml.sax.saxutils import quoteattr

import orjson
import pyoxigraph as ox

from kg.errors import InputError
from kg.ids import BASE
from kg.rdf.guard import Form
from kg.rdf.names import PREFIXES
from kg.rdf.rows import Row, lines, quoted

SERIALIZED = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
}
INCOMPLETE = BASE + "problem/incomplete"
"""Stands as a link in the head of JSON and XML results that a limit cut, with the limit as its fragment."""
_SPARQL_XML = '<?xml version="1.0"?>\n<sparql xmlns="http://www.w3.org/2005/sparql-results#">\n'


@dataclass(frozen=True, slots=True)
class Format:
    """A format of results.

    Attributes:
        name: How our doors call it.
        media_type: Its media type.
        forms: Which queries it can hold the results of.
        also: Further media types and names that mean it.
    """

    name: str
    media_type: str
    forms: tuple[Form, ...]
    also: tuple[str, ...] = ()


_ROWS: tuple[Form, ...] = ("SELECT", "ASK")
_TRIPLES: tuple[Form, ...] = ("CONSTRUCT", "DESCRIBE")
FORMATS: Mapping[str, Format] = {
    one.name: one
    for one in (
        Format("json", "application/sparql-results+json", _ROWS, ("application/json", "text/json")),
        Format("xml", "application/sparql-results+xml", _ROWS, ("application/xml", "text/xml")),
        Format("csv", "text/csv", ("SELECT",)),
        Format("tsv", "text/tab-separated-values", ("SELECT",)),
        Format("turtle", "text/turtle", _TRIPLES, ("application/x-turtle", "n3", "ttl")),
        Format("ntriples", "application/n-triples", _TRIPLES, ("text/plain", "nt")),
        Format("jsonld", "application/ld+json", _TRIPLES, ("json-ld", "application/json", "json")),
        Format("rdfxml", "application/rdf+xml", _TRIPLES, ("rdf", "rdf+xml", "application/xml", "text/xml", "xml")),
    )
}
"""In the order in which they are offered."""
TABLE = Format("table", "application/sparql-results+json", _TRIPLES)
"""Triples as rows of the JSON format, in the columns subject, predicate, object: for our own tables, not offered."""


@dataclass(frozen=True, slots=True)
class Written:
    """A body, how many rows or triples it holds, and which limits cut it."""

    body: bytes
    count: int
    limits: tuple[str, ...] = ()


def offered(form: Form) -> list[Format]:
    """Return the formats that a kind of query has, the default first."""
    return [one for one in FORMATS.values() if form in one.forms]


def named(name: str, form: Form) -> Format:
    """Return the format that a door calls by name or media type.

    Raises:
        InputError: there is no such format, or it does not hold such results.

    Example:
        >>> named("n3", "CONSTRUCT").name, named("xml", "ASK").name, named("table", "ASK").name
        ('turtle', 'xml', 'json')
    """
    if name == TABLE.name:
        return TABLE if form in TABLE.forms else FORMATS["json"]
    for one in offered(form):
        if name.lower() in {one.name, one.media_type, *one.also}:
            return one
    names = ", ".join(one.name for one in offered(form))
    raise InputError(f"{name[:80]!r} is not a format for {form}", where="format", hint=f"use {names}")


def chosen(accepted: str, form: Form) -> Format | None:
    """Return the format that an Accept header likes best among those of a form; None when it likes none.

    Example:
        >>> chosen("text/csv;q=0.5, application/sparql-results+xml", "SELECT").name
        'xml'
        >>> chosen("", "DESCRIBE").name, chosen("image/png", "ASK")
        ('turtle', None)
    """
    ranges = media_ranges(accepted) or {"*/*": 1.0}
    best: tuple[float, Format] | None = None
    for one in offered(form):
        weight = max(_weight(one.media_type, ranges), *(ranges.get(also, 0.0) for also in ("", *one.also)))
        if weight > 0 and (best is None or weight > best[0]):
            best = (weight, one)
    return None if best is None else best[1]


def media_ranges(accepted: str) -> dict[str, float]:
    """Return the media ranges of an Accept header, each with its weight from 0 to 1.

    Example:
        >>> media_ranges("text/html, */*;q=0.1")
        {'text/html': 1.0, '*/*': 0.1}
    """
    found = {}
    for part in accepted[:4_000].split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        given = next((one.removeprefix("q=") for one in parameters if one.startswith("q=")), "1")
        digits = given.replace(".", "", 1)
        if "/" in kind:
            found[kind] = min(1.0, float(given)) if digits.isascii() and digits.isdigit() else 1.0
    return found


def _weight(kind: str, ranges: Mapping[str, float]) -> float:
    for asked in (kind, kind.partition("/")[0] + "/*", "*/*"):
        if asked in ranges:
            return ranges[asked]
    return 0.0


def write_boolean(answer: bool, format: str) -> Written:
    """Return the answer of an ASK query."""
    text = "true" if answer else "false"
    if format == "xml":
        return Written(f"{_SPARQL_XML}<head></head>\n<boolean>{text}</boolean>\n</sparql>\n".encode(), 1)
    return Written(orjson.dumps({"head": {}, "boolean": answer}), 1)


def write_rows(variables: Sequence[str], rows: Iterable[Row], format: str, *, most: int, bytes_most: int) -> Written:
    """Return the rows of a SELECT query, as many as the limits allow.

    Args:
        variables: Names of the columns.
        rows: Terms of pyoxigraph in the order of the variables, None where unbound.
        format: "json", "xml", "csv" or "tsv".
        most: Most rows.
        bytes_most: Most bytes of all rows together.
    """
    pieces, limits = _limited(lines(variables, rows, format), most, bytes_most)
    links = [f"{INCOMPLETE}#{limit}" for limit in limits]
    if format == "json":
        head = orjson.dumps({"vars": list(variables)} | ({"link": links} if links else {}))
        body = b'{"head":' + head + b',"results":{"bindings":[' + b",".join(pieces) + b"]}}"
    elif format == "xml":
        head = b"".join(f"<variable name={quoteattr(name)}/>".encode() for name in variables)
        head += b"".join(f"<link href={quoteattr(link)}/>".encode() for link in links)
        results = b"<results>\n" + b"".join(pieces) + b"</results>\n"
        body = _SPARQL_XML.encode() + b"<head>" + head + b"</head>\n" + results + b"</sparql>\n"
    elif format == "csv":
        body = ",".join(map(quoted, variables)).encode() + b"\r\n" + b"".join(pieces)
    else:
        body = "\t".join(f"?{name}" for name in variables).encode() + b"\n" + b"".join(pieces)
    return Written(body, len(pieces), limits)


def write_triples(triples: Iterable[ox.Triple], format: str, *, most: int, bytes_most: int) -> Written:
    """Return triples without repetition, sorted, as many as the limits allow.

    Args:
        triples: What a CONSTRUCT or DESCRIBE query found.
        format: "turtle", "ntriples", "jsonld", "rdfxml" or "table".
        most: Most triples.
        bytes_most: Most bytes of their N-Triples.
    """
    seen: dict[bytes, ox.Triple] = {}

    def fresh() -> Iterator[bytes]:
        for triple in triples:
            line = f"{triple} .\n".encode()
            if line not in seen:
                seen[line] = triple
                yield line

    pieces, limits = _limited(fresh(), most, bytes_most)
    kept = [seen[line] for line in sorted(pieces)]
    if format == TABLE.name:
        rows = write_rows(("subject", "predicate", "object"), map(tuple, kept), "json", most=most, bytes_most=1 << 62)
        return Written(rows.body, rows.count, limits)
    if format == "ntriples":
        return Written(b"".join(sorted(pieces)), len(kept), limits)
    every = b"".join(pieces)
    used = {prefix: iri for prefix, iri in PREFIXES.items() if f"<{iri}".encode() in every}
    return Written(ox.serialize(kept, format=SERIALIZED[format], prefixes=used) or b"", len(kept), limits)


def _limited(pieces: Iterator[bytes], most: int, bytes_most: int) -> tuple[list[bytes], tuple[str, ...]]:
    """Return pieces up to a number and to a sum of their lengths, and the limit that cut them."""
    kept: list[bytes] = []
    length = 0
    for piece in islice(pieces, most + 1):
        length += len(piece)
        if len(kept) == most:
            return kept, ("rows",)
        if length > bytes_most:
            return kept, ("bytes",)
        kept.append(piece)
    return kept, ()
