"""Showing the graph: serve, draw.

May enter: addresses, file names. Never here: routes (kg_api), pictures (kg_viz).
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from kg.cli.context import Context
from kg.cli.options import ENTITY, criteria_options, json_option, lang_option, print_json
from kg.cli.words import say
from kg.criteria import parse_int
from kg.errors import InputError


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default="8000", show_default=True, metavar="N", help="Port to listen on.")
@click.option(
    "--workers", default="1", show_default=True, metavar="1..64", help="Processes that answer; one for each processor."
)
@lang_option
@click.pass_obj
def serve(context: Context, /, host: str, port: str, workers: str) -> None:
    """Serve the page, the HTTP API and its documentation until interrupted.

    Several workers share one port; one that dies is replaced while the others answer.
    """
    number = parse_int(port, name="port", low=1, high=65535)
    count = parse_int(workers, name="workers", low=1, high=64)
    import_module("kg.searching").asked_engine()  # else each question would be refused for what the operator set
    graph = context.graph
    graph.unknown().refuse()
    if count == 1:
        import_module("kg_api.server").run(graph, host=host, port=number)
        return
    if graph.store.in_memory:
        raise InputError(
            "workers cannot share a database in memory", where="workers", hint="name a file, or use one worker"
        )
    context.close()
    opening = {"database": context.database_url, "ontology": context.ontology, "lang": context.lang}
    import_module("kg_api.workers").run(opening, host=host, port=number, workers=count)


@click.command()
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE", help="File to write.")
@click.option("--focus", type=ENTITY, metavar="ID", help="Draw only what is near this entity.")
@click.option("--hops", default="2", show_default=True, metavar="1..6", help="How near, in claims.")
@click.option("--expand", type=ENTITY, multiple=True, metavar="ID", help="Draw the neighbours of this too; repeatable.")
@click.option("--all", "whole", is_flag=True, help="Draw the whole graph.")
@click.option("--source", type=ENTITY, metavar="ID", help="Draw the chains from this entity; with --target.")
@click.option("--target", type=ENTITY, metavar="ID", help="Draw the chains to this entity; with --source.")
@click.option("-k", default="5", show_default=True, metavar="1..20", help="Most chains.")
@criteria_options
@json_option
@click.pass_obj
def draw(
    context: Context,
    /,
    output: Path,
    hops: str,
    whole: bool,
    k: str,
    as_json: bool,
    **asked: Any,
) -> None:
    """Write the interactive picture as one HTML file that opens from disk without network.

    Without options the overview. The file holds picture, filters, the evidence behind every line, and the gap map.
    """
    if (asked["source"] is None) != (asked["target"] is None):
        raise InputError("chains have two ends", where="source", hint="give both --source and --target")
    near = parse_int(hops, name="hops", low=1, high=6)
    most = parse_int(k, name="k", low=1, high=20)
    view = "all" if whole else None
    written = import_module("kg_viz").draw(context.graph, output, hops=near, k=most, view=view, **asked)
    if as_json:
        print_json({"file": str(written)})
    else:
        click.echo(say("wrote", context.lang).format(written), err=True)
