"""BibTeX text to blocks, each with its line: the step that keeps one broken entry from costing its neighbours.

Lives here: the splitter. May enter: nothing of ours. Never here: the inside of a block.

Rule: a line that begins with `@word{` (or `@word(key,`) begins a block, whatever stands open before it; elsewhere
`@word{` begins one only outside of blocks and of lines that begin with `%`. A block ends where its bracket closes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

NOT_ENTRIES = frozenset({"comment", "string", "preamble", "xdata", "set", "control", "ieeetranbstctl"})
_WORD = r"@[ \t]*([A-Za-z][A-Za-z0-9_-]*)[ \t]*"
_AT_LINE = rf"(?P<line>^[ \t]*{_WORD}(?:\{{|\((?=[ \t]*[^\s,(){{}}\"=]+[ \t]*[,=])))"
_OUTSIDE = re.compile(rf"{_AT_LINE}|(?P<remark>^[ \t]*%[^\n]*)|(?P<inline>{_WORD}[({{])", re.MULTILINE)
_INSIDE = re.compile(rf"{_AT_LINE}|(?P<bracket>[{{}}])", re.MULTILINE)
_INSIDE_ROUND = re.compile(rf"{_AT_LINE}|(?P<bracket>[{{}})\"])", re.MULTILINE)

_SPILLED = re.compile(r"[ \t]*\n?[ \t]*,[ \t\n]*[A-Za-z][\w-]*[ \t]*=[ \t]*[\w{\"][^\n]*")


@dataclass(frozen=True, slots=True)
class Block:
    """One `@word{...}` as it stands in the text.

    `closed` is False when its bracket never closes. `spilled` is a field that stands right behind the closing bracket:
    a bracket too many has cut the entry short; `raw` then goes on to the next block.
    """

    word: str
    body: str
    raw: str
    line: int
    closed: bool
    spilled: str = ""

    @property
    def is_entry(self) -> bool:
        """Whether the block is a work, and not a macro, a preamble or a comment."""
        return self.word not in NOT_ENTRIES


def split(text: str) -> Iterator[Block]:
    """Yield the blocks of a BibTeX text in their order.

    Args:
        text: The file, with line ends of any kind already turned into newlines.

    Cost: one pass, linear in the length.

    Example:
        >>> [(b.word, b.line, b.closed) for b in split("@article{a, title={x}\\n@book{b, title={y}}")]
        [('article', 1, False), ('book', 2, True)]
    """
    line, counted = 1, 0
    start = _OUTSIDE.search(text)
    while start is not None:
        if start.lastgroup == "remark":
            start = _OUTSIDE.search(text, start.end())
            continue
        at_sign = text.index("@", start.start())
        line += text.count("\n", counted, at_sign)
        counted = at_sign
        body, end, closed, following = _body(text, start)
        word = start[0].strip("@({ \t").lower()
        spilled = _SPILLED.match(text, end, end + 200) if closed else None
        start = following if following is not None else _OUTSIDE.search(text, end)
        if spilled is not None:
            end = len(text) if start is None else start.start()
        raw = text[at_sign:end].rstrip() if spilled is not None else text[at_sign:end]
        yield Block(word, body, raw, line, closed, "" if spilled is None else spilled[0].strip())


def _body(text: str, start: re.Match[str]) -> tuple[str, int, bool, re.Match[str] | None]:
    """Return the inside of a block, its end, whether it closes, and the line that cut it short."""
    round_ = start[0].endswith("(")
    inside = _INSIDE_ROUND if round_ else _INSIDE
    depth, quoted, at = 1, False, start.end()
    while (mark := inside.search(text, at)) is not None:
        if mark.lastgroup == "line":
            return text[start.end() : mark.start()], mark.start(), False, mark
        at = mark.end()
        char = mark[0]
        if char == '"':
            quoted = quoted != (depth == 1)
        elif char == ")":
            depth -= depth == 1 and not quoted
        else:
            depth += 1 if char == "{" else -1
        if depth == 0:
            return text[start.end() : mark.start()], mark.end(), True, None
    return text[start.end() :], len(text), False, None
