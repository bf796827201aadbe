"""RDF of strangers becomes checked N-Quads: the job that runs in a guarded worker, and what guards it beforehand.

Lives here: `parse` (the job), the counts before the parser, the checks of every statement. May enter: bytes.
Never here: what a statement means; imports that come late (a worker can open nothing).
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox

from kg.errors import InputError
from kg.ids import BASE
from kg.rdf.nodes import HIDDEN, XSD, Node, Quad, iri, lines, literal, why_no_iri

FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "nquads": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
}
SUFFIXES = {
    ".ttl": "turtle", ".trig": "trig", ".nt": "ntriples", ".nq": "nquads", ".jsonld": "jsonld", ".json": "jsonld",
    ".rdf": "rdfxml", ".owl": "rdfxml", ".xml": "rdfxml",
}  # fmt: skip
DEPTH_MOST = 64
STATEMENTS_MOST = 20_000_000
BLANKS_MOST = 100_000
REASON_MOST = 400
LITERAL_MOST = 1024 * 1024
FAULTS_MOST = 1_000
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
_TURTLE = re.compile(
    r"<[^<>\"{}|^`\\\x00-\x20]*+>|"
    r'"""(?:[^"\\]|\\.|"(?!""))*+"""|'
    r"'''(?:[^'\\]|\\.|'(?!''))*+'''|"
    r'"(?:[^"\\\n\r]|\\.)*+"|'
    r"'(?:[^'\\\n\r]|\\.)*+'|"
    r"#[^\n]*+|"
    r"(?P<open>[\[({]|<<)|(?P<close>[\])}]|>>)",
    re.DOTALL,
)
_JSON = re.compile(r'"(?:[^"\\]|\\.)*+"|(?P<open>[\[{])|(?P<close>[\]}])', re.DOTALL)
_XML = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|(?P<close></[^>]*+>)|<[^>!?/](?:[^>\"']|\"[^\"]*+\"|'[^']*+')*?/>|"
    r"(?P<open><[^>!?/](?:[^>\"']|\"[^\"]*+\"|'[^']*+')*+>)",
    re.DOTALL,
)
_DOCTYPE = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_STARTS = re.compile(r"\s*+(?:<\?xml|<!|<rdf:RDF|<html\b|<[A-Za-z][\w.-]*:?[\w.-]*\s+xmlns)", re.IGNORECASE)
_NQUADS = re.compile(r"(?:\s*(?:#[^\n]*)?\n)*+\s*(?:<[^>\n]*>|_:\S+) <[^>\n]*> \S.* \.[ \t]*(?:#.*)?\r?(?:\n|$)")


@dataclass(slots=True)
class Reading:
    """What is read: quads, faults with their lines, blank nodes by the order of their appearance."""

    genid: str
    quads: set[Quad] = field(default_factory=set)
    faults: list[dict[str, Any]] = field(default_factory=list)
    blanks: dict[str, Node] = field(default_factory=dict)
    known: dict[str, str | None] = field(default_factory=dict)

    def fault(self, line: int | None, reason: str, remedy: str) -> None:
        """Keep a fault, with nothing hidden in its words; too many end the reading."""
        self.faults.append({"line": line, "reason": visible(reason), "remedy": remedy})
        if len(self.faults) >= FAULTS_MOST:
            raise InputError(
                f"the file has {FAULTS_MOST} faults or more; the first: {_first(self.faults)}",
                hint="is it really RDF of this format?",
            )

    def take(self, quad: Any) -> None:
        """Check one statement and keep it, or say what is wrong with it."""
        try:
            graph = "" if isinstance(quad.graph_name, ox.DefaultGraph) else self.node(quad.graph_name)
            self.quads.add((self.node(quad.subject), self.node(quad.predicate), self.node(quad.object), graph))
        except InputError:
            raise
        except ValueError as fault:
            subject = quad.subject.value if isinstance(quad.subject, ox.NamedNode) else "a blank node"
            self.fault(None, f"a statement about {subject[:200]}: {fault}", "correct it; it was not read")

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
        return self.known.setdefault(text, why_no_iri(text))


def parse(payload: bytes, _: Any = None) -> bytes:
    """Read RDF: the job for `kg.rdf.worker`.

    Args:
        payload: A line of JSON `{"format": name or null, "name": file name}`, then the contents of the file.

    Returns:
        A line of JSON (`format`, `statements`, `blanks`, `faults`), then N-Quads, sorted, without blank nodes.

    Raises:
        InputError: the file as a whole is refused: says why.
    """
    head, _, content = payload.partition(b"\n")
    asked = json.loads(head)
    text = decoded(content)
    if not text.strip():
        raise InputError("the file is empty", hint="give a file that holds statements")
    format = asked["format"] or guess(asked["name"], text)
    check(text, format)
    reading = Reading(f"{GENID}{hashlib.sha256(content).hexdigest()[:16]}/")
    for quad in _statements(text, format, reading):
        reading.take(quad)
        if len(reading.quads) > STATEMENTS_MOST:
            raise InputError(f"the file has more than {STATEMENTS_MOST} statements", hint="split it")
    if reading.faults and not reading.quads and asked["format"] is None and _suffix(asked["name"]) is None:
        raise InputError(
            f"not RDF: neither the name of the file nor its contents tell a format; read as {format}, "
            f"{_first(reading.faults)}",
            hint=f"if it is RDF, name its format: {', '.join(FORMATS)}",
        )
    told = {
        "format": format,
        "statements": len(reading.quads),
        "blanks": len(reading.blanks),
        "faults": reading.faults,
    }
    return json.dumps(told).encode() + b"\n" + "".join(sorted(lines(reading.quads))).encode()


def decoded(content: bytes) -> str:
    """Return the text of a file in UTF-8, without byte order mark.

    Raises:
        InputError: it is not UTF-8.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError("the file is UTF-16, UTF-8 was expected", hint="save it as UTF-8")
    try:
        return content.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise InputError(
            f"line {line}: byte 0x{content[fault.start]:02x} is not UTF-8", hint="save the file as UTF-8"
        ) from fault


def visible(text: str) -> str:
    """Return a text in which control, invisible and direction-changing characters are written out.

    Example:
        >>> visible("微" + chr(0x202e) + "x")
        '微\\\\u202ex'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(ascii(char)[1:-1] if unicodedata.category(char) in HIDDEN and char != " " else char for char in text)


def guess(name: str, text: str) -> str:
    """Return the format that suffix or first characters of a file suggest; TriG, which includes Turtle, in doubt.

    Example:
        >>> guess("a.ttl", ""), guess("upload", ' {"@id": "x"}'), guess("x", "<a:s> <a:p> <a:o> .")
        ('turtle', 'jsonld', 'nquads')
    """
    named = _suffix(name)
    if named is not None:
        return named
    if text.lstrip()[:1] in {"{", "["} and not re.match(r"\s*\{\s*<|\s*\[\s*\]?\s*[<a:]", text):
        return "jsonld"
    if _STARTS.match(text):
        return "rdfxml"
    return "nquads" if _NQUADS.match(text[:10_000]) else "trig"


def _suffix(name: str) -> str | None:
    found = re.search(r"\.[a-z]+$", name.lower())
    return None if found is None else SUFFIXES.get(found.group())


def check(text: str, format: str) -> None:
    """Refuse what no parser shall see: documents with a DOCTYPE, deep nesting, remote contexts.

    Raises:
        InputError: says which, and where.
    """
    starts = _STARTS.match(text) is not None
    if format != "rdfxml" and starts and format != "jsonld":
        raise InputError(f"this is XML or HTML, not {format}", hint="name the format, or give the RDF file itself")
    if format == "rdfxml" or starts:
        found = _DOCTYPE.search(text)
        if found is not None:
            line = text.count("\n", 0, found.start()) + 1
            raise InputError(
                f"line {line}: the file declares a document type or entities", hint="take the declaration out"
            )
    tokens = {"jsonld": _JSON, "rdfxml": _XML}.get(format, _TURTLE)
    depth = 0
    for token in tokens.finditer(text):
        if token["open"]:
            depth += 1
            if depth > DEPTH_MOST:
                line = text.count("\n", 0, token.start()) + 1
                raise InputError(f"line {line}: nested more than {DEPTH_MOST} deep", hint="flatten the file")
        elif token["close"]:
            depth -= 1
    if format == "jsonld":
        _check_contexts(text)


def _check_contexts(text: str) -> None:
    try:
        document = json.loads(text)
    except ValueError as fault:
        raise InputError(f"not JSON: {fault}", hint="give JSON-LD, or name the format of the file") from fault
    waiting: list[Any] = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            contexts = value.get("@context")
            named = [one for one in (contexts if isinstance(contexts, list) else [contexts]) if isinstance(one, str)]
            named += [one["@import"] for one in (contexts if isinstance(contexts, list) else [contexts])
                      if isinstance(one, dict) and isinstance(one.get("@import"), str)]  # fmt: skip
            if named:
                raise InputError(
                    f"the context {named[0][:200]!a} would have to be fetched",
                    hint="put the context into the file",
                )
            waiting += value.values()


def _statements(text: str, format: str, reading: Reading) -> Iterator[Any]:
    """Give what the parser reads, going on behind each fault that it can go on behind."""
    parser = iter(ox.parse(text.encode(), FORMATS[format]))
    step: Callable[[], Any] = parser.__next__
    while True:
        try:
            quad = step()
        except StopIteration:
            return
        except SyntaxError as fault:
            reason = re.sub(r"^Parser error (?:at|between) .*?: |\s*\(line \d+\)$", "", str(fault))
            reading.fault(fault.lineno, f"not {format}: {_brief(reason)}", _remedy(reason))
            continue
        yield quad


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


def _first(faults: list[dict[str, Any]]) -> str:
    line, reason = faults[0]["line"], faults[0]["reason"]
    return reason if line is None else f"line {line}: {reason}"
