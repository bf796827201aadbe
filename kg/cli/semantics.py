"""The record as linked data on the command line: sparql.

May enter: a query, a file, the name of a question. Never here: what a query may do (kg.rdf.guard).
"""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from kg.cli.context import Context
from kg.cli.options import criteria_options, lang_option
from kg.cli.screen import console
from kg.cli.tables import Column, show
from kg.cli.words import marks, say
from kg.errors import InputError, NotFound
from kg.graph import Graph
from kg.rdf.cells import cell
from kg.rdf.competency import GROUPS, question, questions
from kg.rdf.guard import BYTES_MOST
from kg.rdf.results import FORMATS
from kg.rdf.sparql import Found


@click.command()
@click.argument("query", required=False, metavar="[QUERY|FILE|NAME|-]")
@click.option("--list", "listed", is_flag=True, help="List the questions that have names.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", *FORMATS]),
    help="Format of the result. [default: table, turtle for triples]",
)
@click.option("--default-graph", multiple=True, metavar="IRI", help="A graph to ask; repeatable. [default: all]")
@click.option("--named-graph", multiple=True, metavar="IRI", help="A graph that GRAPH sees; repeatable. [default: all]")
@click.option("--seconds", default="5", show_default=True, metavar="N", help="End the query after this time.")
@click.option("--rows", default="10000", show_default=True, metavar="N", help="Most rows or triples.")
@criteria_options
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@lang_option
@click.pass_obj
def sparql(
    context: Context,
    /,
    query: str | None,
    listed: bool,
    format_: str | None,
    default_graph: tuple[str, ...],
    named_graph: tuple[str, ...],
    as_json: bool,
    **given: Any,
) -> None:
    """Ask a SPARQL query: its text, a file, the name of a question (see --list), or - for standard input.

    The prefixes ekg, entity, claim, evidence, work, graph, prov, skos, dcterms and others are declared already.
    """
    if listed:
        _list(context.lang)
        return
    if query is None:
        raise InputError("no query is given", where="QUERY", hint="give a query, a file, or a name: kg sparql --list")
    asked = "json" if as_json else format_
    found: Found = context.graph.sparql(
        _text(query),
        format=asked,
        default_graph=default_graph,
        named_graph=named_graph,
        **given,
    )
    if found.format.name == "table" or (found.format.name == "json" and asked in {None, "table"}):
        _table(context.graph, found)
    else:
        click.echo(found.body, nl=not found.body.endswith(b"\n"))
    for one in found.unknown:
        click.echo(one.said(context.lang), err=True)
    if not found.complete:
        click.echo(say("incomplete", context.lang) + marks(context.lang).colon + ", ".join(found.limits), err=True)


def _text(given: str) -> str:
    """Return the text of a query that is given by itself, by name, as a file, or on standard input."""
    if given == "-":
        return sys.stdin.read(BYTES_MOST + 1)
    if any(char in given for char in "{} \n"):
        return given
    if given in questions():
        return question(given).text
    path = Path(given)
    if path.is_file():
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(BYTES_MOST + 1)
    try:
        return question(given).text
    except NotFound as fault:
        raise NotFound(
            f"{given[:100]!r} is neither a query, nor a file, nor the name of a question",
            where="QUERY",
            near=fault.near,
            hint="`kg sparql --list` lists the names",
        ) from fault


def _list(lang: str) -> None:
    out = console()
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    for group, some in groupby(questions().values(), key=lambda one: one.group):
        table.add_row(Text(GROUPS[group].get(lang), style="dim"))
        for one in some:
            table.add_row(f"  {one.name}", escape(one.question.get(lang)))
    out.print(table)


def _table(graph: Graph, found: Found) -> None:
    out, document = console(), found.document
    if "boolean" in document:
        out.print(say("yes" if document["boolean"] else "no", graph.lang))
        return
    snapshot = graph.snapshot
    rows = [
        [cell(row.get(name), snapshot, graph.vocabulary, graph.lang) for name in document["head"]["vars"]]
        for row in document["results"]["bindings"]
    ]
    columns = []
    for at, name in enumerate(document["head"]["vars"]):
        numeric = bool(rows) and all(row[at].kind in {"number", ""} for row in rows)
        columns.append(Column(name, ids=True, right=numeric))
    if rows:
        show(out, columns, [[one.text for one in row] for row in rows])
    counted, revision = say("rows", graph.lang).format(len(rows)), say("revision", graph.lang)
    said = f"{counted}{marks(graph.lang).comma}{revision} {found.revision}"
    out.print(Text(said, style="dim"))
