"""Receipts and the lint on the command line: receipt show, verify, list, keep; lint.

May enter: ids, files; the face parses what is in them. Never here: what they look like (kg.cli.vouch_screen).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
import orjson

from kg.cli import vouch_screen
from kg.cli.context import Context
from kg.cli.options import ELSEWHERE, Family, json_option, print_json
from kg.cli.words import counted
from kg.errors import InputError, ParseFailure
from kg.exporters import files
from kg.lint.report import baseline_of
from kg.lint.rules import SEVERITIES
from kg.receipts.premises import REFERENCES

FILE = click.Path(path_type=Path, dir_okay=False, allow_dash=True)
LONGEST = 50_000_000


@click.group(cls=Family)
def receipt() -> None:
    """Answers that were kept: what they rest on, and whether they still come out the same.

    --keep on a question keeps its answer and prints the receipt. Nothing else is stored, and nobody can change what is.
    """


@receipt.command()
@click.argument("id", type=ELSEWHERE, metavar="ID")
@click.option("--references", type=click.Choice(REFERENCES), help="Print only the references of its works.")
@json_option
@click.pass_obj
def show(context: Context, /, id: str, references: str | None, as_json: bool) -> None:
    """A kept answer: its question, criteria and revision, the claims, evidence and works it rests on."""
    document = context.graph.receipt(id)
    if references is not None:
        sys.stdout.write(document["bibliography"][references])
    elif as_json:
        print_json(document)
    else:
        vouch_screen.shown(context.graph, document)


@receipt.command()
@click.argument("id", type=ELSEWHERE, metavar="[ID]", required=False)
@click.option("--document", type=FILE, metavar="FILE|-", help="Verify this answer, which need not be kept.")
@json_option
@click.pass_obj
def verify(context: Context, /, id: str | None, document: Path | None, as_json: bool) -> None:
    """Work an answer out again at its revision, and at the newest; exit 1 when it does not come out the same.

    What changed since is no failure: it is told, and the exit code is 0.
    """
    given: str | dict[str, Any] | None = id if document is None else read_answer(document)
    if given is None or (id is not None and document is not None):
        raise InputError("give the id of a kept answer, or --document", where="id", hint="one of the two")
    report = context.graph.verify_receipt(given)
    print_json(report) if as_json else vouch_screen.verified(context.graph, report)
    if not report["identical"]:
        raise SystemExit(1)


@receipt.command(name="list")
@click.option("--limit", default="50", show_default=True, metavar="1..1000", help="Most answers.")
@json_option
@click.pass_obj
def list_(context: Context, /, limit: str, as_json: bool) -> None:
    """The answers that were kept, newest first."""
    page = context.graph.receipts(limit=limit)
    print_json(page) if as_json else vouch_screen.listed(context.graph, page)


@receipt.command()
@click.argument("file", type=FILE, metavar="FILE|-")
@json_option
@click.pass_obj
def keep(context: Context, /, file: Path, as_json: bool) -> None:
    """Keep an answer that a question printed with --json."""
    kept = context.graph.keep(read_answer(file))
    print_json(kept) if as_json else click.echo(f"kept: kg receipt show {kept['receipt']}")


@click.command()
@click.option(
    "--severity", default=None, metavar="|".join(SEVERITIES), help="Least severity that is listed. [default: note]"
)
@click.option("--baseline", type=FILE, metavar="FILE", help="Findings that are known already: not listed again.")
@click.option("--write-baseline", type=FILE, metavar="FILE", help="Write what is found now as a baseline.")
@json_option
@click.pass_obj
def lint(
    context: Context,
    /,
    severity: str | None,
    baseline: Path | None,
    write_baseline: Path | None,
    as_json: bool,
) -> None:
    """The quality of the record: null results cited as support, passages used twice, thin claims, broken references.

    Exit 1 when an error is found that the baseline does not know.
    """
    graph = context.graph
    report = graph.lint(severity=severity, baseline=baseline)
    if write_baseline is not None:
        every = graph.lint(severity=severity)
        files.write(write_baseline, [baseline_of(every)])
        click.echo(f"{counted(len(every['items']), 'findings', 'en')} written to {write_baseline}", err=True)
    print_json(report) if as_json else vouch_screen.lint(graph, report)
    if report["counts"]["error"] and write_baseline is None:
        raise SystemExit(1)


def read_answer(path: Path) -> dict[str, Any]:
    """Return the document of an answer from a file, or from stdin when it is `-`.

    Raises:
        InputError: it cannot be read.
        ParseFailure: it is not JSON, or larger than 50 MB.
    """
    source, hint = str(path), "give a document as a question command prints it with --json"
    try:
        if source == "-":
            text = sys.stdin.buffer.read(LONGEST + 1)
        else:
            with path.open("rb") as file:
                text = file.read(LONGEST + 1)
    except OSError as fault:
        raise InputError(f"{path} cannot be read: {fault.strerror}", where="document", hint=hint) from fault
    if len(text) > LONGEST:
        raise ParseFailure(f"more than {LONGEST} bytes", source=source, hint=hint)
    try:
        document: Any = orjson.loads(text)
    except orjson.JSONDecodeError as fault:
        raise ParseFailure(f"this is not JSON: {fault}", source=source, hint=hint) from fault
    if not isinstance(document, dict):
        raise ParseFailure("an answer is a JSON object", source=source, hint=hint)
    return document
