"""Files out and in on the command line: export, import.

May enter: paths, names of formats, criteria. Never here: formats themselves (kg.exporters, kg.importers).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from kg.cli import cards
from kg.cli.context import Context
from kg.cli.options import criteria_options, json_option, print_json
from kg.errors import InputError
from kg.exporters.files import pour
from kg.exporters.formats import FORMATS, by_suffix
from kg.importers.rdf import FORMATS as RDF_FORMATS

STDOUT = "-"


@click.command()
@click.argument("file", metavar="FILE|-")
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), help="Format; default: by the suffix of FILE.")
@click.option("--history", is_flag=True, help="RDF: write the revisions too, as PROV-O.")
@criteria_options
@json_option
@click.pass_obj
def export(context: Context, /, file: str, format_: str | None, history: bool, as_json: bool, **criteria: Any) -> None:
    """Write everything, or what the criteria keep, to FILE (`-`: standard output), whole or not at all.

    The same contents give the same bytes. --json prints what was written where.
    """
    if file == STDOUT:
        if format_ is None:
            raise InputError("standard output has no suffix", where="--format", hint="name a format")
        _, _, pieces = context.graph.pieces(format_, history=history, **criteria)
        pour(sys.stdout.buffer, pieces)
        sys.stdout.buffer.flush()
        return
    chosen = format_ or by_suffix(Path(file).name).name
    written = context.graph.export(file, format=chosen, history=history, **criteria)
    if as_json:
        print_json(written)
    else:
        click.echo(
            f"wrote {file}: {written['format']}, {written['bytes']} bytes, revision {written['revision']}, "
            f"SHA-256 {written['sha256']}",
            err=True,
        )


@click.command(name="import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["pack", "rdf", *RDF_FORMATS]),
    help="Format; default: pack for a folder or a pack.toml, else rdf, by suffix and contents.",
)
@click.option("--keep-going", is_flag=True, help="Load what is right even when some records fail.")
@click.option("--update", is_flag=True, help="RDF: write records that are there in another form too.")
@json_option
@click.pass_obj
def import_(
    context: Context,
    /,
    files: tuple[Path, ...],
    format_: str | None,
    keep_going: bool,
    update: bool,
    as_json: bool,
) -> None:
    """Load packs (folders with a pack.toml) or RDF files. Loading the same again changes nothing.

    A pack or file with a failure loads nothing, unless --keep-going says otherwise; exit 1 when records fail.
    """
    failed = False
    for path in files:
        batch = context.graph.load(path, format=format_, keep_going=keep_going, update=update)
        failed = failed or bool(batch["failures"])
        print_json(batch) if as_json else cards.batch(batch, str(path))
    if failed:
        raise SystemExit(1)
