"""RDF becomes checked statements in parts: the job for files of strangers, in a guarded worker, and the way of all.

Lives here: `parse` (the job), `read`, the checks of every statement. May enter: bytes.
Never here: what a statement means; imports that come late (a worker can open nothing).
Lines that are plainly right, as `kg export` writes them, are taken without the parser, which would say the same.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, repeat
from operator import itemgetter
from typing import Any, BinaryIO

import pyoxigraph as ox

from kg.errors import InputError
from kg.ids import BASE
from kg.rdf.nodes import HIDDEN, XSD, Node, iri, literal, why_no_iri
from kg.rdf.parts import Sorter
from kg.rdf.screening import LINES, Opened, bytes_of, guess, remote, screened, texts

FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "nquads": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
}
BLANKS_MOST = 100_000
REASON_MOST = 400
LITERAL_MOST = 1024 * 1024
FAULTS_MOST = 1_000
KNOWN_MOST = 100_000
GENID = BASE + ".well-known/genid/"
_INTEGER = re.compile(r"[+-]?[0-9]{1,100}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,100}(?:\.[0-9]{0,100})?|\.[0-9]{1,100})", re.ASCII)
_DOUBLE = re.compile(r"[+-]?(?:INF|[0-9]{1,100}(?:\.[0-9]{0,100})?(?:[eE][+-]?[0-9]{1,3})?)|NaN|"
                     r"[+-]?\.[0-9]{1,100}(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)  # fmt: skip
NUMBERS = {
    **dict.fromkeys(
        (XSD + name for name in (
            "integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger",
            "negativeInteger", "unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte",
        )),
        _INTEGER,
    ),
    XSD + "decimal": _DECIMAL,
    XSD + "double": _DOUBLE,
    XSD + "float": _DOUBLE,
}  # fmt: skip
_PATH = r"[!$&-;=?-Z_a-z~]"
_SAFE = rf"<https?://[A-Za-z0-9.-]{{1,200}}+/{_PATH}{{0,1000}}+(?:#{_PATH}{{0,500}}+)?>"
_TEXT = (
    r'"(?:[^"\\\x00-\x1f\x7f]++|\\[btnfr"\\])*+"'
    rf"(?:@[a-z]{{2}}(?:-[a-z]{{4}})?(?:-[a-z]{{2}})?(?=[ ]|$)|\^\^<{re.escape(XSD)}(?:anyURI|boolean|gYear)>|"
    r"\^\^<http://www\.w3\.org/1999/02/22-rdf-syntax-ns#JSON>)?|"
    rf'"[0-9]{{1,18}}+"\^\^<{re.escape(XSD)}integer>'
)
_PLAIN = re.compile(rf"({_SAFE}) ({_SAFE}) ({_SAFE}|{_TEXT})(?: ({_SAFE}))?")
"""A statement as it is kept, of which nothing needs to be checked; longer texts are looked at one by one."""
_PLAIN_LINES = {
    "ntriples": re.compile(rf"^({_SAFE}) ({_SAFE}) ({_SAFE}|{_TEXT}) \.\r?\n", re.MULTILINE),
    "nquads": re.compile(rf"^({_SAFE}) ({_SAFE}) ({_SAFE}|{_TEXT})(?: ({_SAFE}))? \.\r?\n", re.MULTILINE),
}
_SOME_LINES = 32 * 1024


@dataclass(slots=True)
class Reading:
    """What is read: statements sorted into parts, faults with their lines, blank nodes as they appear."""

    genid: str
    sorter: Sorter
    faults: list[dict[str, Any]] = field(default_factory=list)
    blanks: dict[str, Node] = field(default_factory=dict)
    known: dict[str, str | None] = field(default_factory=dict)

    def fault(self, line: int | None, reason: str, remedy: str) -> None:
        """Keep a fault, with nothing hidden in its words, once for each line; too many end the reading."""
        found = {"line": line, "reason": visible(reason), "remedy": remedy}
        if line is not None and self.faults and self.faults[-1] == found:
            return
        self.faults.append(found)
        if len(self.faults) >= FAULTS_MOST:
            raise InputError(
                f"the file has {FAULTS_MOST} faults or more; the first: {first(self.faults)}",
                hint="is it really RDF of this format?",
            )

    def take(self, quads: Iterable[Any], lines: Iterable[int | None] = repeat(None)) -> None:
        """Check statements of the parser and keep them, or say what is wrong with them, and on which of the lines."""
        plain, add = _PLAIN.fullmatch, self.sorter.add
        for quad, line in zip(quads, lines, strict=False):
            text = str(quad)
            found = plain(text) if len(text) < LITERAL_MOST else None
            if found is not None:
                subject, predicate, object, graph = found.groups()
                add(subject, graph or "", (predicate,), (object,))
            else:
                self._check(quad, line)

    def plain(self, format: str, lines: str) -> bool:
        """Keep the statements of some lines if all of them are plainly right; say whether they are.

        Law: then the parser gives these statements, and `take` keeps them as they are.
        """
        if len(lines) > LITERAL_MOST:
            return False
        found = _PLAIN_LINES[format].findall(lines)
        if len(found) != lines.count("\n"):
            return False
        add = self.sorter.add
        if format == "ntriples":
            for subject, run in groupby(found, _SUBJECT):
                _, predicates, objects = zip(*run, strict=True)
                add(subject, "", predicates, objects)
        else:
            for (subject, graph), run in groupby(found, _SUBJECT_GRAPH):
                _, predicates, objects, _ = zip(*run, strict=True)
                add(subject, graph, predicates, objects)
        return True

    def _check(self, quad: Any, line: int | None) -> None:
        try:
            graph = "" if isinstance(quad.graph_name, ox.DefaultGraph) else self.node(quad.graph_name)
            subject, predicate, object = self.node(quad.subject), self.node(quad.predicate), self.node(quad.object)
        except InputError:
            raise
        except ValueError as fault:
            named = quad.subject.value if isinstance(quad.subject, ox.NamedNode) else "a blank node"
            self.fault(line, f"a statement about {named[:200]}: {fault}", "correct it; it was not read")
        else:
            self.sorter.add(subject, graph, (predicate,), (object,))

    def node(self, term: Any) -> Node:
        """Return a term as a node.

        Raises:
            ValueError: it is nothing that we keep; says why.
        """
        if isinstance(term, ox.NamedNode):
            reason = self.known[term.value] if term.value in self.known else self._reason(term.value)
            if reason is not None:
                raise ValueError(f"the IRI {term.value[:200]!a} cannot be used: {reason}")
            return iri(term.value)
        if isinstance(term, ox.Literal):
            return _literal(term)
        if isinstance(term, ox.BlankNode):
            if term.value not in self.blanks:
                if len(self.blanks) >= BLANKS_MOST:
                    raise InputError(
                        f"the file has more than {BLANKS_MOST} blank nodes", hint="give its resources IRIs, or split it"
                    )
                self.blanks[term.value] = iri(f"{self.genid}{len(self.blanks) + 1}")
            return self.blanks[term.value]
        raise ValueError("triples about triples are not read")

    def _reason(self, text: str) -> str | None:
        if len(self.known) >= KNOWN_MOST:
            self.known.clear()
        return self.known.setdefault(text, why_no_iri(text))


_SUBJECT, _SUBJECT_GRAPH = itemgetter(0), itemgetter(0, 3)


def parse(payload: bytes, _: Any = None) -> bytes:
    """Read RDF: the job for `kg.rdf.worker`.

    Args:
        payload: A line of JSON `{"format": name or null, "name": file name}`, then the contents of the file.

    Returns:
        A line of JSON (what `read` tells), then the statements as `kg.rdf.parts.Parts` reads them.

    Raises:
        InputError: the file as a whole is refused: says why.
    """
    head, _, content = payload.partition(b"\n")
    asked = json.loads(head)
    sink = io.BytesIO()
    genid = genid_of(hashlib.sha256(content).hexdigest())
    told = read(io.BytesIO(content), Sorter(sink, 1), name=asked["name"], format=asked["format"], genid=genid)
    return json.dumps(told).encode() + b"\n" + sink.getvalue()


def genid_of(sha256: str) -> str:
    """Return what the IRIs begin with that stand for the blank nodes of a file."""
    return f"{GENID}{sha256[:16]}/"


def read(
    stream: BinaryIO, sorter: Sorter, *, name: str, format: str | None, genid: str, whole: bool = True
) -> dict[str, Any]:
    """Read RDF and sort its statements into parts.

    Args:
        stream: The file.
        sorter: What takes the statements.
        name: Name of the file; its end tells the format.
        format: One of `FORMATS`; None to go by name and contents.
        genid: What the IRIs of blank nodes begin with.
        whole: Look at all of the file before the parser sees any of it.

    Returns:
        `{"format", "statements", "blanks", "faults": [{"line", "reason", "remedy"}]}` and what the sorter tells. A
        statement that is given twice is counted twice.

    Raises:
        InputError: the file as a whole is refused: says why.
    """
    opened = Opened.of(texts(stream, whole=whole))
    found = format or guess(name, opened.head)
    reading = Reading(genid, sorter)
    pieces = screened(opened, found)
    if found in LINES:
        _take_lines(pieces, found, reading, opened.line)
    else:
        reading.take(_statements(bytes_of(pieces), found, reading, opened.line))
    told = sorter.told()
    about = {"format": found, "statements": sorter.statements, "blanks": len(reading.blanks), "faults": reading.faults}
    return {**about, **told}


def visible(text: str) -> str:
    """Return a text in which control, invisible and direction-changing characters are written out.

    Example:
        >>> visible("微" + chr(0x202e) + "x")
        '微\\\\u202ex'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(ascii(char)[1:-1] if unicodedata.category(char) in HIDDEN and char != " " else char for char in text)


def first(faults: Sequence[dict[str, Any]]) -> str:
    """Return the first fault in words, with its line."""
    line, reason = faults[0]["line"], faults[0]["reason"]
    return reason if line is None else f"line {line}: {reason}"


def _take_lines(pieces: Iterator[str], format: str, reading: Reading, line: int) -> None:
    """Read statements that stand on a line each, some lines at a time."""
    left = ""
    for piece in pieces:
        text = left + piece
        begin, whole = 0, text.rfind("\n") + 1
        while begin < whole:
            end = text.find("\n", min(begin + _SOME_LINES, whole - 1)) + 1
            some = text[begin:end]
            if not reading.plain(format, some):
                _take_some(some, format, reading, line)
            line += some.count("\n")
            begin = end
        left = text[whole:]
    if left:
        _take_some(left, format, reading, line)


def _take_some(some: str, format: str, reading: Reading, line: int) -> None:
    """Read lines with the parser: each alone where one of them is faulty, of which only its first fault is told."""
    lines = {at: one for at, one in enumerate(some.split("\n"), line) if one.strip(" \t\r") and one[0] != "#"}
    try:
        quads = list(ox.parse(some.encode(), FORMATS[format]))
    except SyntaxError:
        quads = []
    if len(quads) == len(lines):
        reading.take(quads, lines)
        return
    for at, one in lines.items():
        try:
            quads = list(ox.parse(one.encode(), FORMATS[format]))
        except SyntaxError as fault:
            _not(format, fault, at, reading)
        else:
            reading.take(quads, (at,))


def _statements(source: Any, format: str, reading: Reading, line: int) -> Iterator[Any]:
    """Give what the parser reads, going on behind each fault that it can go on behind."""
    parser = iter(ox.parse(source, FORMATS[format]))
    while True:
        try:
            quad = next(parser)
        except StopIteration:
            return
        except SyntaxError as fault:
            if "LoadDocumentCallback" in str(fault):
                raise remote("a context of the file") from fault
            _not(format, fault, None if fault.lineno is None else fault.lineno + line - 1, reading)
            continue
        yield quad


def _not(format: str, fault: SyntaxError, line: int | None, reading: Reading) -> None:
    reason = re.sub(r"^Parser error (?:at|between) .*?: |\s*\(line \d+\)$", "", str(fault))
    reading.fault(line, f"not {format}: {_brief(reason)}", _remedy(reason))


def _brief(reason: str) -> str:
    """Return what a parser says without the middle of what it quotes, which may be the whole file."""
    return reason if len(reason) <= REASON_MOST else f"{reason[: REASON_MOST // 2]} … {reason[-REASON_MOST // 2 :]}"


def _remedy(reason: str) -> str:
    if "No scheme" in reason:
        return "write the IRI in full, with http:// or https:// at its beginning"
    return "mend the statement; it was not read"


def _literal(term: Any) -> Node:
    if len(term.value) > LITERAL_MOST:
        raise ValueError(f"a literal has {len(term.value)} characters, at most {LITERAL_MOST} are read")
    if term.direction is not None:
        raise ValueError("texts with a base direction are not read")
    datatype = term.datatype.value
    pattern = NUMBERS.get(datatype)
    if pattern is not None and pattern.fullmatch(term.value.strip()) is None:
        raise ValueError(f"{term.value[:100]!a} is not a number of type {datatype}")
    if term.language is not None:
        return literal(term.value, language=term.language.lower())
    reason = why_no_iri(datatype)
    if reason is not None:
        raise ValueError(f"the datatype {datatype[:200]!a} cannot be used: {reason}")
    return literal(term.value, datatype=datatype)
