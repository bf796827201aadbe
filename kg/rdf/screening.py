"""The text of an RDF file on its way to the parser: UTF-8, no document type, no deep nesting, no remote context.

Lives here: `texts`, `Opened`, `guess`, `screened`. May enter: a stream of bytes. Never here: statements.
A file that is given whole is looked at whole before the parser sees any of it, a large one piece by piece.
"""

from __future__ import annotations

import json
import re
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import IncrementalNewlineDecoder
from itertools import chain
from typing import Any, BinaryIO

from kg.errors import InputError

SUFFIXES = {
    ".ttl": "turtle", ".trig": "trig", ".nt": "ntriples", ".nq": "nquads", ".jsonld": "jsonld", ".json": "jsonld",
    ".rdf": "rdfxml", ".owl": "rdfxml", ".xml": "rdfxml",
}  # fmt: skip
LINES = frozenset({"ntriples", "nquads"})
"""Formats with one statement on each line."""
PIECE = 1 << 20
DEPTH_MOST = 64
TOKEN_MOST = 8 * 1024 * 1024
HEAD = 20_000
_SPACE = " \t\r\n"
_TURTLE = (
    r"<[^<>\"{}|^`\\\x00-\x20]*+>|"
    r'"""(?:[^"\\]++|\\.|"(?!""))*+"""|'
    r"'''(?:[^'\\]++|\\.|'(?!''))*+'''|"
    r'"(?:[^"\\\n\r]++|\\.)*+"|'
    r"'(?:[^'\\\n\r]++|\\.)*+'|"
    r"#[^\n\r]*+|"
    r"(?P<open>[\[({]|<<)|(?P<close>[\])}]|>>)"
)
_JSON = r'"(?:[^"\\]++|\\.)*+"|(?P<open>[\[{])|(?P<close>[\]}])'
_XML = (
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|(?P<close></[^>]*+>)|<[^>!?/](?:[^>\"']|\"[^\"]*+\"|'[^']*+')*?/>|"
    r"(?P<open><[^>!?/](?:[^>\"']|\"[^\"]*+\"|'[^']*+')*+>)"
)
_UNFINISHED = {
    "turtle": r"""[<>]\Z|"{1,2}\Z|'{1,2}\Z|#[^\n\r]*+\Z|<[^<>\"{}|^`\\\x00-\x20]*+\Z|"""
    r'"""(?:[^"\\]++|\\.|"(?!""))*+\\?\Z|' + r"'''(?:[^'\\]++|\\.|'(?!''))*+\\?\Z|"
    r'"(?!"")(?:[^"\\\n\r]++|\\.)*+\\?\Z|' + r"'(?!'')(?:[^'\\\n\r]++|\\.)*+\\?\Z",
    "jsonld": r'"(?:[^"\\]++|\\.)*+\\?\Z',
    "rdfxml": r"<!--(?!.*?-->).*\Z|<!\[CDATA\[(?!.*?\]\]>).*\Z|<\?(?!.*?\?>).*\Z|<![^>]{0,8}\Z|"
    r"</?(?:[^>!?/\"'](?:[^>\"']|\"[^\"]*+\"|'[^']*+')*+(?:\"[^\"]*+|'[^']*+)?)?\Z",
}
"""What the end of a piece may cut in two; looked for before whole tokens are."""
_TOKENS = {
    "turtle": (r"[^<>\"'#\[\](){}]*+", _TURTLE),
    "jsonld": (r'[^"\[\]{}]*+', _JSON),
    "rdfxml": (r"[^<]*+", _XML),
}
"""What is skipped in one go, and the tokens that may follow."""
_WHOLE = {name: re.compile(f"{skipped}(?:{tokens}|.|\\Z)", re.DOTALL) for name, (skipped, tokens) in _TOKENS.items()}
_CUT = {
    name: re.compile(f"{skipped}(?:(?P<rest>{_UNFINISHED[name]})|{tokens}|.|\\Z)", re.DOTALL)
    for name, (skipped, tokens) in _TOKENS.items()
}
_DOCTYPE = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_DOCTYPE_CUT = re.compile(r"<(?:!\s*[A-Za-z]{0,7})?")
_STARTS = re.compile(r"\s*+(?:<\?xml|<!|<rdf:RDF|<html\b|<[A-Za-z][\w.-]*:?[\w.-]*\s+xmlns)", re.IGNORECASE)
_NQUADS = re.compile(r"(?:\s*(?:#[^\n]*)?\n)*+\s*(?:<[^>\n]*>|_:\S+) <[^>\n]*> \S.* \.[ \t]*(?:#.*)?\r?(?:\n|$)")
_QUOTED = re.compile(r"[^\n]*<<[^\n]*")


def texts(stream: BinaryIO, *, whole: bool = False) -> Iterator[str]:
    """Give the text of a file in UTF-8, without byte order mark, by pieces or `whole`.

    Raises:
        InputError: it is not UTF-8.
    """
    decoder, line, first = getincrementaldecoder("utf-8")(), 1, True
    while True:
        piece = stream.read(-1 if whole else PIECE)
        if first and piece.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise InputError("the file is UTF-16, UTF-8 was expected", hint="save it as UTF-8")
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as fault:
            line += fault.object.count(b"\n", 0, fault.start)
            raise InputError(
                f"line {line}: byte 0x{fault.object[fault.start]:02x} is not UTF-8", hint="save the file as UTF-8"
            ) from fault
        line += text.count("\n")
        if first and text:
            text, first = text.removeprefix("\ufeff"), False
        if text:
            yield text
        if not piece:
            return


@dataclass(frozen=True, slots=True)
class Opened:
    """A file whose first words were read.

    Attributes:
        line: The line on which they stand; what was in front of them was white space.
        head: They, some 20,000 characters or all that there are.
        pieces: The text from there on.
    """

    line: int
    head: str
    pieces: Iterator[str]

    @classmethod
    def of(cls, pieces: Iterator[str]) -> Opened:
        """Read as far as needed.

        Raises:
            InputError: there is nothing but white space.
        """
        line, head = 1, ""
        for piece in pieces:
            held = head + piece
            head = held.lstrip(_SPACE)
            line += held.count("\n", 0, len(held) - len(head))
            if len(head) >= HEAD:
                break
        if not head.strip():
            raise InputError("the file is empty", hint="give a file that holds statements")
        return cls(line, head[:HEAD], chain((head,), pieces))


def suffix(name: str) -> str | None:
    """Return the format that the end of a name stands for."""
    found = re.search(r"\.[a-z]+$", name.lower())
    return None if found is None else SUFFIXES.get(found.group())


def guess(name: str, text: str) -> str:
    """Return the format that suffix or first characters of a file suggest; TriG, which includes Turtle, in doubt.

    Example:
        >>> guess("a.ttl", ""), guess("upload", ' {"@id": "x"}'), guess("x", "<a:s> <a:p> <a:o> .")
        ('turtle', 'jsonld', 'nquads')
    """
    named = suffix(name)
    if named is not None:
        return named
    if text.lstrip()[:1] in {"{", "["} and not re.match(r"\s*\{\s*<|\s*\[\s*\]?\s*[<a:]", text):
        return "jsonld"
    if _STARTS.match(text):
        return "rdfxml"
    return "nquads" if _NQUADS.match(text[:10_000]) else "trig"


def screened(opened: Opened, format: str) -> Iterator[str]:
    """Give the text piece by piece, as far as a parser may see it; lines of statements end in LF.

    Raises:
        InputError: the file declares a document type, nests too deeply, has a token without end, or needs a remote
            context; says which, and where. The context of JSON-LD that comes in pieces is the parser's to refuse.

    Cost: for lines next to nothing, for Turtle some 10 ns a character.
    """
    starts = _STARTS.match(opened.head) is not None
    if format != "rdfxml" and starts and format != "jsonld":
        raise InputError(f"this is XML or HTML, not {format}", hint="name the format, or give the RDF file itself")
    scan = _Scan(format, opened.line)
    declared = format == "rdfxml" or starts
    pieces = _fed(opened.pieces) if format in LINES else opened.pieces
    tail, piece, alone, line = "", next(pieces), True, opened.line
    while True:
        after = next(pieces, None)
        if declared:
            tail = _refuse_doctype(tail, piece, line - tail.count("\n"))
            line += piece.count("\n")
        scan.take(piece, last=after is None)
        if format == "jsonld" and alone and after is None:
            _refuse_contexts(piece)
        yield piece
        if after is None:
            return
        piece, alone = after, False


def _fed(pieces: Iterator[str]) -> Iterator[str]:
    """Give pieces of lines that end in LF, whatever they ended in."""
    feeds = IncrementalNewlineDecoder(None, translate=True)
    for piece in pieces:
        yield feeds.decode(piece)
    yield feeds.decode("", final=True)


def remote(context: str) -> InputError:
    """Return the refusal of a context that is not in the file."""
    return InputError(f"{context} would have to be fetched", hint="put the context into the file")


class _Scan:
    """How deep a text nests, piece by piece."""

    def __init__(self, format: str, line: int) -> None:
        self._by_line = format in LINES
        name = format if format in _WHOLE else "turtle"
        self._whole, self._cut = _WHOLE[name], _CUT[name]
        self._held, self._depth = "", 0
        self.line = line
        """On which that begins which was not yet looked at."""

    def take(self, piece: str, *, last: bool) -> None:
        text = self._held + piece
        if self._by_line:
            end = len(text) if last else text.rfind("\n") + 1
            if "<<" in text:
                for found in _QUOTED.finditer(text, 0, end):
                    self._depth = 0
                    self._tokens(text, self._whole, found.start(), found.end())
        else:
            end = self._tokens(text, self._whole if last else self._cut, 0, len(text))
        self.line += text.count("\n", 0, end)
        self._held = text[end:]
        if len(self._held) > TOKEN_MOST:
            raise InputError(
                f"line {self.line}: what begins here has no end within {TOKEN_MOST // 2**20} MiB",
                hint="is a quotation mark missing?",
            )

    def _tokens(self, text: str, tokens: re.Pattern[str], begin: int, end: int) -> int:
        """Follow the brackets of a text; return where a token begins that it does not end."""
        for token in tokens.finditer(text, begin, end):
            kind = token.lastgroup
            if kind == "open":
                self._depth += 1
                if self._depth > DEPTH_MOST:
                    line = self.line + text.count("\n", 0, token.start(kind))
                    raise InputError(f"line {line}: nested more than {DEPTH_MOST} deep", hint="flatten the file")
            elif kind == "close":
                self._depth -= 1
            elif kind == "rest":
                return token.start(kind)
        return end


def _refuse_doctype(tail: str, piece: str, line: int) -> str:
    """Return the end of a text that may be the beginning of a declaration."""
    text = tail + piece
    found = _DOCTYPE.search(text)
    if found is not None:
        line += text.count("\n", 0, found.start())
        raise InputError(f"line {line}: the file declares a document type or entities", hint="take the declaration out")
    last = text.rfind("<")
    return text[last:] if last >= 0 and _DOCTYPE_CUT.fullmatch(text, last) else ""


def _refuse_contexts(text: str) -> None:
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
                raise remote(f"the context {named[0][:200]!a}")
            waiting += value.values()


def bytes_of(pieces: Iterable[str]) -> Any:
    """Return pieces of text as what a parser reads from."""
    return _Reader(iter(pieces))


class _Reader:
    """A stream of bytes over pieces of text."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces, self._held, self._at = pieces, b"", 0

    def read(self, size: int = -1) -> bytes:
        while self._at >= len(self._held):
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._held, self._at = piece.encode(), 0
        begin = self._at
        self._at = len(self._held) if size < 0 else min(len(self._held), begin + size)
        return self._held[begin : self._at]
