"""The reading of blocks itself: what is shown wrongly is noticed."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.docs.blocks import Block, anchors, blocks, links, matches, steps
from tests.docs.play import play
from tests.docs.reader import Reader
from tests.docs.refresh import refreshed

TEXT = textwrap.dedent(
    """\
    # A title, with `code`

    ```console
    $ echo one \\
      two
    one two
    $ true

    $ echo three
    three
    ```

    - in a list:

      ```python
      x = 1
      ```

    [inside](other.md#part) and [outside](https://example.org) and `[no](link)`
    """
)


@pytest.fixture
def reader(tmp_path: Path) -> Reader:
    """A reader with an empty file for a database: these commands ask nothing of it."""
    (tmp_path / "none").touch()
    return Reader(tmp_path / "reader", tmp_path / "none")


def test_blocks_keep_language_place_and_indent() -> None:
    console, python = blocks(TEXT)
    assert (console.language, console.line) == ("console", 4)
    assert python == Block("python", "x = 1", 16)
    assert [(step.command, step.expected, step.line) for step in steps(console)] == [
        ("echo one \\\n  two", "one two", 4),
        ("true", "", 7),
        ("echo three", "three", 9),
    ]


@pytest.mark.parametrize("text", ["```console\n$ true\n", "```\nx\n``\n"])
def test_an_open_block_is_noticed(text: str) -> None:
    with pytest.raises(ValueError, match="line 1: the block is not closed"):
        list(blocks(text))


def test_output_without_a_command_is_noticed() -> None:
    with pytest.raises(ValueError, match="line 7: a console block begins"):
        steps(Block("console", "output", 7))


def test_headings_and_links() -> None:
    assert anchors(TEXT + "\n```sh\n# no heading\n```\n") == {"a-title-with-code"}
    assert links(TEXT) == ["other.md#part"]


@pytest.mark.parametrize(
    ("expected", "actual", "same"),
    [
        ("a\nb", "a  \nb\n\n", True),
        ("a...z", "a\nb z", True),
        ("a\n...\nz", "a\nb\nc\nz", True),
        ("a.c", "abc", False),
        ("", "x", False),
        ("0.75", "0.76", False),
    ],
)
def test_matching(expected: str, actual: str, same: bool) -> None:
    assert matches(expected, actual) is same


def test_a_failing_command_is_noticed(reader: Reader) -> None:
    with pytest.raises(AssertionError, match="exit code 3"):
        reader.run("exit 3")


def test_refreshing_replaces_whole_outputs_and_keeps_shortened_ones(reader: Reader) -> None:
    block = Block("console", "$ echo new\nold\n$ echo abc\na...c\n$ echo xyz\na...c\n$ echo \\\n  z\nz", 10)
    text, said = refreshed(block, reader)
    assert text == "$ echo new\nnew\n$ echo abc\na...c\n$ echo xyz\na...c\n$ echo \\\n  z\nz"
    assert said == ["14: the shortened output no longer fits `echo xyz`"]


def test_python_blocks_share_names_and_failures_count(capsys: pytest.CaptureFixture[str]) -> None:
    good = [
        Block("python", "x = 20", 1),
        Block("python", ">>> x + 1\n21\n>>> y = x", 5),
        Block("python", "assert y", 9),
    ]
    assert play(good, "good.md") == 0
    assert play([Block("python", ">>> 1 + 1\n3", 7)], "wrong.md") == 1
    assert 'File "wrong.md", line 7' in capsys.readouterr().out
    with pytest.raises(ZeroDivisionError):
        play([Block("python", "1 / 0", 1)], "broken.md")
