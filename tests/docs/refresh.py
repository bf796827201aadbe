"""Writes the outputs shown in console blocks anew: `python -m tests.docs.refresh` (part of `make docs`).

An output that holds `...` is somebody's choice of what to show: it is left alone, and told when it no longer fits.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.docs.blocks import ROOT, Block, begins_with_nothing, blocks, documents, matches, steps, tidy
from tests.docs.reader import Reader


def refreshed(block: Block, reader: Reader) -> tuple[str, list[str]]:
    """Return the block's text with the outputs of now, and what is said of those that were left alone."""
    said, parts = [], []
    for step in steps(block):
        actual = tidy(reader.run(step.command))
        keep = "..." in step.expected or matches(step.expected, actual)
        if not matches(step.expected, actual) and keep:
            said.append(f"{step.line}: the shortened output no longer fits `{step.command}`")
        command = f"$ {step.command}"
        if command not in block.text:
            command = command.replace("\n", "\n> ")
        output = step.expected if keep else actual
        parts.append(f"{command}\n{output}" if output else command)
    return "\n".join(parts), said


def main() -> int:
    """Refresh every document; return 1 when something is left to do by hand."""
    left = 0
    for path in documents():
        text = path.read_text(encoding="utf-8")
        console = [block for block in blocks(text) if block.language == "console"]
        if not console:
            continue
        lines = text.split("\n")
        with tempfile.TemporaryDirectory() as folder, Reader(Path(folder)) as reader:
            if not begins_with_nothing(console):
                reader.run("kg init")
            fresh = [(block, *refreshed(block, reader)) for block in console]
        for block, new, said in reversed(fresh):
            lines[block.line - 1 : block.line + block.text.count("\n")] = new.split("\n")
            left += len(said)
            for line in said:
                print(f"{path.relative_to(ROOT)}:{line}", file=sys.stderr)
        if "\n".join(lines) != text:
            path.write_text("\n".join(lines), encoding="utf-8")
            print(f"{path.relative_to(ROOT)}: outputs written anew", file=sys.stderr)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
