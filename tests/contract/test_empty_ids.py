"""An option or argument that names a record is not empty: that is not the same as leaving it out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import kg
from kg.cli import COMMANDS, cli
from kg.cli.options import RecordId
from kg.errors import InputError

NAMING = {"E", "W", "C", "T", "S", "I", "KEY,KEY", "ENTITY"}
"""What help shows for an option that names a record."""
ASKED = (
    ("raises", "--technique"),
    ("raises",),
    ("raises", "--block"),
    ("what-if", "qlora", "malicious-use", "--drop-work"),
    ("list", "evidence", "--claim"),
    ("export", "FILE", "--works"),
    ("export", "FILE", "--receipt"),
    ("receipt", "verify"),
    ("spark", "raises", "--source"),
    ("log",),
)


def below(command: click.Command, name: str, ctx: click.Context) -> Iterator[tuple[str, click.Parameter]]:
    """All parameters of a command, and of the commands below it."""
    yield from ((name, param) for param in command.params)
    for child, one in getattr(command, "commands", {}).items():
        yield from below(one, f"{name} {child}", ctx)


def test_every_option_that_names_a_record_is_of_the_type_that_takes_nothing_empty() -> None:
    with click.Context(cli) as ctx:
        every = [
            one
            for name in COMMANDS
            if (command := cli.get_command(ctx, name)) is not None
            for one in below(command, name, ctx)
        ]
    naming = [(name, param) for name, param in every if param.metavar in NAMING]
    assert len(naming) > 20
    assert [(name, param.name) for name, param in naming if not isinstance(param.type, RecordId)] == []


@pytest.mark.parametrize("words", ASKED, ids=" ".join)
@pytest.mark.parametrize("empty", ["", " "])
def test_what_is_empty_is_refused_and_nothing_is_written(
    words: tuple[str, ...], empty: str, pack_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "out.bib"
    line = [str(file) if word == "FILE" else word for word in words]
    told = CliRunner().invoke(cli, ["--database", pack_url, *line, empty])
    assert (told.exit_code, told.stdout) == (2, ""), told.output
    assert "it is empty, where a record is to be named" in " ".join(told.stderr.split())
    assert words[-1].startswith("--") is False or f"'{words[-1]}'" in told.stderr
    assert not file.exists()


@pytest.mark.parametrize("works", ["", " ", ",", " , "])
def test_an_export_of_no_work_is_refused_by_the_library_too(pack_graph: kg.Graph, tmp_path: Path, works: str) -> None:
    file = tmp_path / "out.bib"
    with pytest.raises(InputError, match=r"works: .* names no work"):
        pack_graph.export(str(file), format="bibtex", works=works)
    assert not file.exists()
