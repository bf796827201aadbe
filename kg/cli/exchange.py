"""Files out and in on the command line: export, import.

May enter: paths, names of formats, criteria. Never here: formats themselves (kg.exporters, kg.importers).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from kg.citations.formats import FORMATS as CITATION_FORMATS
from kg.cli import exchange_screen
from kg.cli.context import Context
from kg.cli.options import ELSEWHERE, WORK, criteria_options, json_option, print_json
from kg.errors import InputError, KgError
from kg.exporters.files import pour, write
from kg.exporters.formats import NAMES, PAGE, by_suffix
from kg.importers.rdf import FORMATS as RDF_FORMATS
from kg.later import Later

if TYPE_CHECKING:
    from kg.importers import recognising
    from kg_viz import drawing
else:
    drawing, recognising = Later("kg_viz.drawing"), Later("kg.importers.recognising")

STDOUT = "-"
EVERY = 5_000
"""Entries after which an import says how far it is where no terminal shows a bar."""


@click.command()
@click.argument("file", metavar="FILE|-")
@click.option("--format", "format_", type=click.Choice(NAMES), help="Format; default: by the suffix of FILE.")
@click.option("--history", is_flag=True, help="RDF: write the revisions too, as PROV-O.")
@click.option("--works", type=WORK, metavar="KEY,KEY", help="Citations: only these works.")
@click.option("--receipt", type=ELSEWHERE, metavar="ID", help="Citations: only the works that a kept answer rests on.")
@criteria_options
@json_option
@click.pass_obj
def export(
    context: Context,
    /,
    file: str,
    format_: str | None,
    history: bool,
    works: str | None,
    receipt: str | None,
    as_json: bool,
    **criteria: Any,
) -> None:
    """Write everything, or what the criteria keep, to FILE (`-`: standard output), whole or not at all.

    Citations (bibtex, ris, csl-json) and references (author and year) can be of single works, or of those that a kept
    answer rests on. The same contents give the same bytes. --json prints what was written where.
    """
    options: dict[str, Any] = {"history": history, "works": works, **criteria}
    if receipt is not None:
        if works is not None:
            raise InputError("both say which works", where="--receipt", hint="give --works or --receipt")
        options |= context.graph.rests_on(receipt)
    if PAGE in {format_, Path(file).suffix[1:].lower() if format_ is None else None}:
        _page(context, file, options, criteria, as_json=as_json)
        return
    if file == STDOUT:
        if format_ is None:
            raise InputError("standard output has no suffix", where="--format", hint="name a format")
        _, _, pieces = context.graph.pieces(format_, **options)
        pour(sys.stdout.buffer, pieces)
        sys.stdout.buffer.flush()
        return
    chosen = format_ or by_suffix(Path(file).name).name
    written = context.graph.export(file, format=chosen, **options)
    _say_written(file, written, context.lang, as_json=as_json)


def _page(context: Context, file: str, options: dict[str, Any], criteria: dict[str, Any], *, as_json: bool) -> None:
    """Write the interactive picture as one page, under the criteria, as `kg draw` does."""
    for name in ("history", "works"):
        if options[name]:
            raise InputError(f"a page is not written with {name}", where=name, hint="leave it out")
    graph = context.graph
    given = {name: value for name, value in criteria.items() if value not in (None, ())}
    text = drawing.html(graph, **given)
    if file == STDOUT:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
        return
    written = write(Path(file), [text])
    done = {"file": file, "format": PAGE, "revision": graph.revision, "bytes": written.size, "sha256": written.sha256}
    _say_written(file, done, context.lang, as_json=as_json)


def _say_written(file: str, written: dict[str, Any], lang: str, *, as_json: bool) -> None:
    if as_json:
        print_json(written)
        return
    click.echo(exchange_screen.written(written, file, lang), err=True)


@click.command(name="import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["pack", "csv-tables", "rdf", *RDF_FORMATS, *CITATION_FORMATS]),
    help="Format; default: by name and contents.",
)
@click.option("--encoding", metavar="NAME", help="Citations: encoding of the file. [default: UTF-8; never guessed]")
@click.option("--dry-run", is_flag=True, help="Citations: only report what would happen.")
@click.option(
    "--failures",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Citations: write the entries that failed to FILE, to be mended and imported.",
)
@click.option("--exact", is_flag=True, help="Citations: only an identifier or the same entry makes a duplicate.")
@click.option(
    "--update", is_flag=True, help="Tables, RDF: write other forms of records too. Citations: fill what works lack."
)
@click.option("--keep-going", is_flag=True, help="Packs, tables, RDF: load what is right even when some records fail.")
@click.option("--actor", metavar="HANDLE", help="Who imports. [default: $KG_ACTOR or the login name]")
@json_option
@click.pass_obj
def import_(context: Context, /, files: tuple[Path, ...], format_: str | None, as_json: bool, **options: Any) -> None:
    """Load packs, CSV tables, RDF or citations. Loading the same again changes nothing.

    A pack is a folder with a pack.toml; tables are a folder with entities.csv, works.csv, claims.csv, evidence.csv or
    some of them, as `kg export --format csv-tables` writes them. Either may be in a ZIP.

    Citations: every entry is added, a duplicate (with the work that it is, and why) or a failure (with its text, the
    reason and the remedy); one file is one revision. A pack, tables or an RDF file with a failure load nothing, unless
    --keep-going says otherwise. What the record holds in another form is a conflict: it stays as it is, the rest is
    loaded. Exit 1 when records fail, and when tables or RDF have conflicts; in a pack, what was changed here stays
    and is no fault.
    """
    if options["failures"] is not None and len(files) > 1:
        raise InputError("--failures is for one file at a time", where="--failures", hint="import the files one by one")
    failed = False
    for path in files:
        with placing(path), progress(path.name, quiet=as_json) as told:
            recognising.kind_of(path, format_)  # before a record is made for what cannot be read
            lang = "en" if as_json else context.lang
            batch = context.graph.load(path, format=format_, told=told, lang=lang, **options)
        failed = failed or bool(batch["failures"] or ("pack" not in batch and batch.get("conflicts")))
        if as_json:
            print_json(batch)
        elif "found" in batch:
            exchange_screen.citations(batch, context.lang)
        else:
            exchange_screen.batch(batch, str(path), context.lang)
    if failed:
        raise SystemExit(1)


@contextmanager
def placing(path: Path) -> Iterator[None]:
    """Let a fault of one of several files name it, in its sentence or before it."""
    try:
        yield
    except KgError as fault:
        if fault.where == "path":
            fault.where = None if path.name in fault.message else str(path)
        raise


@contextmanager
def progress(name: str, *, quiet: bool) -> Iterator[Callable[[str, int, int], None] | None]:
    """Show how far a long import is: a bar on a terminal, elsewhere a line on stderr now and then unless `quiet`."""
    if not sys.stderr.isatty():
        yield None if quiet else _lines(name)
        return
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)

        def told(stage: str, done: int, of: int) -> None:
            bar.update(task, description=f"{escape(name)}: {stage}", completed=done, total=of or None)

        yield told


def _lines(name: str) -> Callable[[str, int, int], None]:
    """Return what says on stderr how far an import is, each time that it has done `EVERY` entries more."""
    said: dict[str, int] = {}

    def told(stage: str, done: int, of: int) -> None:
        if done // EVERY > said.get(stage, 0):
            said[stage] = done // EVERY
            click.echo(f"{name}: {stage} {done:,}{f' of {of:,}' if of else ''}", err=True)

    return told
