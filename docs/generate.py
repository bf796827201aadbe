"""Writes the reference pages from what they describe: `python -m docs.generate` (part of `make docs`).

Lives here: the pages of the command line and the lint, and which pages there are. May enter: commands, rules, words.
Never here: text that describes a command or a term; that stands with the command or the term.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import click

from kg.cli import COMMANDS, cli
from kg.cli.context import Context
from kg.cli.options import CRITERIA
from kg.exporters import ontology_page
from kg.lint.rules import RULES
from kg_api import http_page

FOLDER = Path(__file__).resolve().parent / "reference"
WRITTEN = "Written by `make docs` from the commands themselves."
EXIT_CODES = {
    0: "fine; an empty answer is an answer",
    1: "the answer is a failure: `verify`, `lint`, `validate`, `doctor`, `receipt verify`, `coverage` or `import` "
    "found something wrong",
    2: "bad input; the message says what was given, what was expected and what to do",
    3: "refused: another person has to do it, or look-ups are off",
    4: "something outside is down or used up: the database, the network, the disk, memory",
    130: "interrupted",
}


def command_line() -> str:
    """Return the page of the command line: every command with its arguments and options, criteria once."""
    root = click.Context(cli, info_name="kg", obj=Context(None, None, ()))
    commands = {name: cli.get_command(root, name) for name in COMMANDS}
    found = {name: command for name, command in commands.items() if command is not None}
    criteria = [param for param in found["raises"].params if param.name in CRITERIA]
    parts = [
        "# Command line",
        f"{WRITTEN} Options before the command hold for all of them.",
        _table(("option", "meaning"), _options(cli.params, root)),
        "Exit codes:",
        _table(("code", "meaning"), [(str(code), meaning) for code, meaning in EXIT_CODES.items()]),
        "## Criteria",
        "Which evidence counts for a question. The commands that say *criteria* below take all of these; HTTP and "
        "Python use the same words with `_` for `-`.",
        _table(("option", "meaning"), _options(criteria, root)),
    ]
    for name, command in found.items():
        parts += _section(name, command, click.Context(command, info_name=name, parent=root))
    return "\n\n".join(parts) + "\n"


def _section(name: str, command: click.Command, ctx: click.Context) -> Iterable[str]:
    """The part on one command."""
    takes_criteria = {param.name for param in command.params} >= set(CRITERIA)
    own = [param for param in command.params if not (takes_criteria and param.name in CRITERIA)]
    yield f"## kg {name}"
    yield " ".join((command.help or "").split())
    usage = " ".join(piece for piece in command.collect_usage_pieces(ctx) if piece != "[OPTIONS]")
    yield f"```text\nkg {name} {usage}".rstrip() + "\n```"
    if takes_criteria:
        yield "Takes *criteria*."
    if options := _options(own, ctx):
        yield _table(("option", "meaning"), options)
    if isinstance(command, click.Group):
        for below, inner in command.commands.items():
            yield from _section(f"{name} {below}", inner, click.Context(inner, info_name=below, parent=ctx))


def _options(params: Iterable[click.Parameter], ctx: click.Context) -> list[tuple[str, str]]:
    records = [param.get_help_record(ctx) for param in params if isinstance(param, click.Option)]
    return [(f"`{names}`", " ".join(text.split())) for names, text in filter(None, records)]


def _table(head: tuple[str, str], rows: Iterable[tuple[str, str]]) -> str:
    lines = [head, ("---", "---"), *[(left.replace("|", "\\|"), right.replace("|", "\\|")) for left, right in rows]]
    return "\n".join(f"| {left} | {right} |" for left, right in lines)


def lint() -> str:
    """Return the page of the lint: every rule, how grave it is, what it says and what to do."""
    rows = [f"| `{rule.id}` | {rule.severity} | {_said(rule.message.en)} | {_said(rule.remedy.en)} |" for rule in RULES]
    return "\n".join(
        [
            "# Rules of the lint",
            "",
            "Written by `make docs` from the rules themselves. An error makes the record wrong, a warning makes an "
            "answer doubtful, a note is worth knowing. `kg lint` runs them; see [how](../receipts.md#the-lint).",
            "",
            "| rule | severity | what is said | what to do |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _said(text: str) -> str:
    return text.replace("{", "*").replace("}", "*").replace("|", "\\|")


PAGES: Mapping[str, Callable[[], str]] = {
    "command-line.md": command_line,
    "http.md": http_page.render,
    "lint.md": lint,
    "ontology.md": ontology_page.render,
}


def main() -> None:
    """Write the pages that have changed."""
    FOLDER.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        text, path = page(), FOLDER / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"docs/reference/{name}: written", file=sys.stderr)


if __name__ == "__main__":
    main()
