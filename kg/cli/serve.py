"""Showing the graph: serve, draw.

May enter: addresses, file names. Never here: routes (kg_api), pictures (kg_viz).
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from kg.cli.context import Context
from kg.cli.options import ENTITY
from kg.criteria import parse_int


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default="8000", show_default=True, metavar="N", help="Port to listen on.")
@click.pass_obj
def serve(context: Context, /, host: str, port: str) -> None:
    """Serve the page, the HTTP API and its documentation until interrupted."""
    number = parse_int(port, name="port", low=1, high=65535)
    import_module("kg_api.server").run(context.graph, host=host, port=number)


@click.command()
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE", help="File to write.")
@click.option("--focus", type=ENTITY, metavar="ID", help="Draw only what is near this entity.")
@click.option("--hops", default="2", show_default=True, metavar="1..6", help="How near, in claims.")
@click.pass_obj
def draw(context: Context, /, output: Path, focus: str | None, hops: str) -> None:
    """Write the interactive picture as one HTML file that opens from disk without network."""
    near = parse_int(hops, name="hops", low=1, high=6)
    written = import_module("kg_viz").draw(context.graph, output, focus=focus, hops=near)
    click.echo(f"wrote {written}", err=True)
