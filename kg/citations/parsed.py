"""What every reader of citations returns: works, failures and remarks, each with its place and raw text.

Lives here: the result types, the limits, the cleaning of text. May enter: `kg.inputs`. Never here: any format.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any, Protocol

from kg.inputs import REFUSED, WorkIn, clean

MAX_CHARS = 64 * 1024 * 1024
MAX_ENTRIES = 100_000
MAX_ENTRY_CHARS = 1_000_000
MAX_DEPTH = 20
RAW_SHOWN = 10_000
BY_HAND = "fill in the form: kg add work --title ..."
LATER = f"try again later, or {BY_HAND}"

_TAG = re.compile(r"<(/?)[A-Za-z][^<>]*?(/?)>")
_SPACES = re.compile(r"[\s\u200b\ufeff]+")
_SPACES_IN_LINE = re.compile(r"[^\S\n]+")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class ParsedWork:
    """One entry that became a work. `work.raw` is the entry as it was given, `line` counts from 1.

    `rekeyed` says why its key is not the one of the entry, a reason after the other; who records it tells them with
    the key that it gets in the end.
    """

    source: str
    line: int | None
    work: WorkIn
    rekeyed: tuple[str, ...] = ()

    @property
    def raw(self) -> str:
        """The entry as it was given."""
        return self.work.raw or ""


@dataclass(frozen=True, slots=True)
class Failure:
    """One entry (or a whole source) that could not be read: where, what stood there, why, and what to do.

    `raw` is cut for reports when it is very long; `entry` never is.
    """

    source: str
    line: int | None
    raw: str
    reason: str
    remedy: str
    whole: str = field(default="", repr=False)

    @property
    def entry(self) -> str:
        """The whole text that could not be read."""
        return self.whole or self.raw

    def document(self) -> dict[str, Any]:
        """Return the failure as the batch report shows it."""
        return {
            "source": self.source,
            "line": self.line,
            "raw": self.raw,
            "reason": self.reason,
            "remedy": self.remedy,
        }


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that was read, but not exactly as it stood there."""

    source: str
    line: int | None
    message: str

    def __str__(self) -> str:
        place = self.source if self.line is None else f"{self.source}:{self.line}"
        return f"{place}: {self.message}"


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a source held, in its order.

    Law: `found == len(works) + len(failures)`, and `found` is what an independent count of the entries gives.
    """

    works: tuple[ParsedWork, ...] = ()
    failures: tuple[Failure, ...] = ()
    warnings: tuple[Remark, ...] = ()

    @property
    def found(self) -> int:
        """How many entries the source held."""
        return len(self.works) + len(self.failures)


class Reader(Protocol):
    """A reader of one format: pure, never raises on any text."""

    def __call__(self, text: str, *, source: str) -> Parsed: ...


def failure(reason: str, *, source: str, line: int | None = None, raw: str = "", remedy: str) -> Failure:
    """Return a failure whose raw text is safe to store and at most `RAW_SHOWN` characters long."""
    if len(raw) <= RAW_SHOWN:
        return Failure(source, line, storable(raw), reason, remedy)
    whole = storable(raw)
    return Failure(source, line, whole[:RAW_SHOWN] + f"… ({len(raw)} characters in all)", reason, remedy, whole)


def refuse(reason: str, *, source: str, line: int | None = None, raw: str = "", remedy: str) -> Parsed:
    """Return the result for a source that cannot be read at all."""
    return Parsed(failures=(failure(reason, source=source, line=line, raw=raw, remedy=remedy),))


def too_large(text: str, *, source: str, entries: int) -> Parsed | None:
    """Return the refusal of a source above the limits, or None."""
    if len(text) > MAX_CHARS:
        return refuse(
            f"the source has {len(text)} characters, at most {MAX_CHARS} are read",
            source=source,
            remedy="split it and import the parts",
        )
    if entries > MAX_ENTRIES:
        return refuse(
            f"the source has {entries} entries, at most {MAX_ENTRIES} are read at once",
            source=source,
            remedy="split it and import the parts",
        )
    return None


def storable(text: str) -> str:
    """Return raw text that every database stores: NUL and lone surrogates become U+FFFD.

    Example:
        >>> storable("a" + chr(0) + "b")
        'a\\ufffdb'
    """
    return _UNSTORABLE.sub("\ufffd", text)


def legible(text: str) -> str:
    """Return NFC text without the characters that `kg.inputs.clean` refuses; control characters become spaces.

    Law: `clean` accepts the result.

    Example:
        >>> legible("a" + chr(7) + "b" + chr(0x202e) + "c")
        'a bc'
    """
    if text.isprintable():
        return unicodedata.normalize("NFC", text)
    try:
        return clean(text) if text == text.strip() else unicodedata.normalize("NFC", _cleaned(text))
    except ValueError:
        return unicodedata.normalize("NFC", _cleaned(text))


def xml_depth(text: str) -> int:
    """Return how deep the elements of XML are nested, read without a parser.

    Example:
        >>> xml_depth("<a><b/><c><d></d></c></a>")
        3
    """
    depth = deepest = 0
    for found in _TAG.finditer(text):
        if found[1]:
            depth -= 1
        elif not found[2]:
            depth += 1
            deepest = max(deepest, depth)
    return deepest


def one_line(text: str) -> str:
    """Return legible text in which every run of white space is one space.

    Example:
        >>> one_line("  A title\\n   over two lines ")
        'A title over two lines'
    """
    if text.isprintable() and "  " not in text:
        return unicodedata.normalize("NFC", text).strip()
    return _SPACES.sub(" ", legible(text)).strip()


def paragraphs(text: str) -> str:
    """Return legible text that keeps its line breaks, each line without outer or doubled spaces.

    Example:
        >>> paragraphs(" one  line \\r\\n two ")
        'one line\\ntwo'
    """
    lines = legible(text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    return "\n".join(_SPACES_IN_LINE.sub(" ", line).strip() for line in lines).strip()


def _cleaned(text: str) -> str:
    kept: list[str] = []
    for char in text:
        category = unicodedata.category(char)
        if char in "\n\t":
            kept.append(char)
        elif category == "Cc" or category in {"Zl", "Zp"}:
            kept.append("\n" if char in "\x85\u2028\u2029" else " ")
        elif category not in {"Cs", "Cn"} and char not in REFUSED:
            kept.append(char)
    return "".join(kept)
