"""Runs the Python blocks of one document, first to last, in one interpreter: `python -m tests.docs.play FILE`.

Lives here: one program, run by test_docs.py in the reader's folder. Never here: expectations of its own.
"""

from __future__ import annotations

import doctest
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.docs.blocks import Block, blocks


def play(found: list[Block], name: str) -> int:
    """Run the blocks; return how many doctests did not hold. Faults of plain blocks are raised."""
    names: dict[str, Any] = {"__name__": "__main__"}
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for block in found:
        if ">>>" in block.text:
            test = doctest.DocTestParser().get_doctest(block.text + "\n", names, name, name, block.line - 1)
            runner.run(test, clear_globs=False)
            names = test.globs
        else:
            exec(compile("\n" * (block.line - 1) + block.text, name, "exec"), names)
    return runner.summarize(verbose=False).failed


def main(words: Sequence[str]) -> None:
    """Run the blocks of the document that is named; the exit code is 1 when something did not hold."""
    (document,) = map(Path, words)
    python = [block for block in blocks(document.read_text(encoding="utf-8")) if block.language == "python"]
    sys.exit(1 if play(python, str(document)) else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
