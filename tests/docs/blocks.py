"""The documentation as the tests see it: its files, fenced blocks, console steps, headings and links.

Lives here: reading Markdown. May enter: text. Never here: running anything.

How blocks are written: `console` holds `$ command` lines, each followed by what it prints (`...` stands for any text;
the commands run in a shell on a freshly filled database); `python` runs from the first block of a file to its last in
one interpreter, `>>>` lines as doctests; `sh` holds lines that are checked and not run (make, git, pip, `kg serve`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^(?P<indent> *)(?P<fence>```+|~~~+) *(?P<language>[\w-]*)(?P<rest>.*)$")
LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\((?P<target>[^)\s]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and the number of its first line of text (from 1)."""

    language: str
    text: str
    line: int


@dataclass(frozen=True)
class Step:
    """One command of a console block and what it should print; `line` is the command's line in the file."""

    command: str
    expected: str
    line: int


def documents() -> tuple[Path, ...]:
    """Every Markdown file that speaks to readers."""
    tops = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    below = [path for folder in ("docs", "ontology", "seeds") for path in sorted((ROOT / folder).rglob("*.md"))]
    return tuple(path for path in [*tops, *below] if path.is_file())


def blocks(text: str) -> Iterator[Block]:
    """The fenced blocks of a Markdown text.

    Raises:
        ValueError: a block is not closed.
    """
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        opening = FENCE.match(lines[at])
        at += 1
        if opening is None:
            continue
        start, indent, fence = at, len(opening["indent"]), opening["fence"]
        while at < len(lines) and lines[at].strip() != fence:
            at += 1
        if at == len(lines):
            raise ValueError(f"line {start}: the block is not closed")
        body = [line[indent:] if not line[:indent].strip() else line for line in lines[start:at]]
        yield Block(opening["language"], "\n".join(body), start + 1)
        at += 1


def steps(block: Block) -> list[Step]:
    """The commands of a console block with their expected outputs.

    Raises:
        ValueError: the block begins with something other than a command.
    """
    found: list[Step] = []
    lines = block.text.split("\n")
    at = 0
    while at < len(lines):
        if not lines[at].startswith("$ "):
            raise ValueError(f"line {block.line + at}: a console block begins with `$ command`")
        first, command = at, lines[at][2:]
        while command.endswith("\\") and at + 1 < len(lines):
            at += 1
            command += "\n" + lines[at].removeprefix("> ")
        at += 1
        start = at
        while at < len(lines) and not lines[at].startswith("$ "):
            at += 1
        found.append(Step(command, tidy("\n".join(lines[start:at])), block.line + first))
    return found


def begins_with_nothing(found: list[Block]) -> bool:
    """Whether the first command of a document is the one that fills the reader's database, and shows what it says."""
    return next(step.command for block in found for step in steps(block)) == "kg init"


def prose(text: str) -> str:
    """The text with its fenced blocks emptied, line numbers kept."""
    lines = text.splitlines()
    for block in blocks(text):
        for at in range(block.line - 1, block.line + block.text.count("\n")):
            lines[at] = ""
    return "\n".join(lines)


def anchors(text: str) -> set[str]:
    """The anchors that headings give, as GitHub makes them."""
    titles = re.findall(r"^#+ +(.+?) *#*$", prose(text), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def links(text: str) -> list[str]:
    """Targets of the links that stay inside the repository."""
    plain = re.sub(r"`[^`\n]*`", "", prose(text))
    return [target for target in LINK.findall(plain) if not re.match(r"[a-z]+:", target)]


def tidy(output: str) -> str:
    """Output without spaces at line ends and without empty lines at both ends."""
    return "\n".join(line.rstrip() for line in output.splitlines()).strip("\n")


def matches(expected: str, actual: str) -> bool:
    """Whether the output is what was expected; `...` stands for any text."""
    pattern = ".*".join(re.escape(part) for part in expected.split("..."))
    return re.fullmatch(pattern, tidy(actual), flags=re.DOTALL) is not None
